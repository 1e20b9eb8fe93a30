"""A case is put before one liaison, and then another: who takes it on, cannot, or does not answer."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, LargeBinary, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline.cases import conflicts
from hotline.cases.case import Case, CaseState, lock_case
from hotline.cases.liaison_menus import How
from hotline.context import UnitOfWork
from hotline.core.crypto import Keys
from hotline.core.database import Base, Moment, changed
from hotline.directory import people
from hotline.directory.bodies import Body
from hotline.directory.liaisons import Liaison
from hotline.directory.people import Address
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import WENT_ON, Message, MessageState
from hotline.outbox import Queue, TaskKind


class DispatchState(StrEnum):
    """What has become of a dispatch."""

    ASKED = "asked"
    """The case is before them, and they have not answered yet."""
    TAKEN = "taken"
    """They acknowledged it."""
    DONE = "done"
    """They say that it is done."""
    CANNOT = "cannot"
    """They passed it on."""
    UNANSWERED = "unanswered"
    """They said nothing in time, and the next was asked."""
    LAPSED = "lapsed"
    """They took it and nothing followed."""
    SUPERSEDED = "superseded"
    """The case went on without this liaison."""


EXPECTED = (DispatchState.ASKED, DispatchState.TAKEN)
"""As long as it is one of these, something is expected of the liaison."""

WHILE_OPEN: dict[str, How] = {
    DispatchState.ASKED: "asked",
    DispatchState.UNANSWERED: "late",
    DispatchState.LAPSED: "late",
}
"""How a case that nobody has stands to them."""

CASE_WORDS = (
    "SIMBA", "TEMBO", "CHUI", "DUMA", "TWIGA", "NYATI", "KIFARU", "PUNDA", "FISI", "NYANI", "SUNGURA",
    "SAMAKI", "NDEGE", "KUKU", "MBUZI", "NGAMIA", "PAKA", "MBWA", "KOBE", "MAMBA", "NYOKA", "POPO",
    "BATA", "KANGA", "TAUSI", "KASUKU", "NYUKI", "MWEWE", "TAI", "KORONGO", "MAEMBE", "NDIZI", "NANASI",
    "PAPAI", "MUHOGO", "MCHELE", "NGANO", "CHAI", "KAHAWA", "ASALI",
)  # fmt: skip
"""Case words: animals and food that everybody can spell, none
like another. A liaison's reply names the case by its word."""


class Dispatch(Base):
    """A case put before one liaison, with the reason why it was this one."""

    __tablename__ = "dispatches"
    __table_args__ = (UniqueConstraint("case_id", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    step: Mapped[int]
    """Numbered within the case; unique with it, so that two transactions cannot both take a step."""
    round: Mapped[int]
    liaison_id: Mapped[int] = mapped_column(ForeignKey("liaisons.id"), index=True)
    body_code: Mapped[str] = mapped_column(ForeignKey("bodies.code"))
    word: Mapped[str] = mapped_column(String(16))
    locked_why: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Their own words on why they passed it on."""
    rung: Mapped[str] = mapped_column(String(16), default="primary")
    """Why it was their turn: see `escalation_policy.Rung`."""
    place: Mapped[int] = mapped_column(default=0)
    """Where in the escalation policy that was, counted on lap after lap."""
    reason: Mapped[str] = mapped_column(String(400))
    state: Mapped[str] = mapped_column(String(12), default=DispatchState.ASKED)
    at: Mapped[datetime] = mapped_column(Moment)
    answer_by: Mapped[datetime | None] = mapped_column(Moment)
    """When the next is asked."""
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    """When this liaison acknowledged, if they did."""
    stepped_at: Mapped[datetime | None] = mapped_column(Moment)
    """When they last took a step, or said that they are still on it."""
    wondered_at: Mapped[datetime | None] = mapped_column(Moment)
    """When we asked whether they are still on it, if they have not answered that."""
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    case: Mapped[Case] = relationship()
    liaison: Mapped[Liaison] = relationship()
    body: Mapped[Body] = relationship()

    @property
    def who(self) -> str:
        return f"{self.liaison.name}, {self.body.name}"

    def why(self, keys: Keys) -> str:
        """Their own words on why they passed it on, if they said any."""
        return keys.vault.read(self.locked_why, _why_place(self.case_id)) if self.locked_why else ""

    def keep_why(self, keys: Keys, why: str) -> None:
        self.locked_why = keys.vault.encrypt(why, _why_place(self.case_id))

    def how(self, session: Session, now: datetime) -> How:
        """How the case stands to this liaison; to one who may not see it any more, it is over."""
        if not conflicts.may_see(session, self.case, self.liaison, now):
            return "over"
        if self.state == DispatchState.CANNOT:
            return "passed_on"
        is_theirs = self.case.state == CaseState.ACKNOWLEDGED and self.case.liaison_id == self.liaison_id
        if self.state == DispatchState.TAKEN and is_theirs:
            return "there" if self.case.there_at else "on_the_way" if self.case.on_the_way_at else "taken"
        return self._how_in_this_round() if self.case.round == self.round else "over"

    def _how_in_this_round(self) -> How:
        """The same of one who has not passed it on, and does not have it now."""
        if self.state == DispatchState.DONE:
            return "done"
        if self.case.state == CaseState.OPEN and self.state in WHILE_OPEN:
            return WHILE_OPEN[self.state]
        is_anothers = self.case.liaison and self.case.liaison_id != self.liaison_id
        return "first_was" if is_anothers else "over"

    def may_be_read(self, session: Session, now: datetime) -> bool:
        """Whether this liaison may read what was reported: as
        long as it is before them or theirs, and not closed."""
        return (
            self.how(session, now) in ("asked", "late", "taken", "on_the_way", "there", "done")
            and self.case.state != CaseState.CLOSED
        )


def _why_place(case: UUID) -> str:
    return f"dispatches.why:{case}"


def before(session: Session, liaison: Liaison, now: datetime) -> list[Dispatch]:
    """The dispatches that wait for something from this liaison, the newest first. One who has since moved to
    a body that may not see a case sees it no more."""
    waiting = select(Dispatch).where(Dispatch.liaison_id == liaison.id, Dispatch.state.in_(EXPECTED))
    sees = conflicts.sees(session, liaison, now)
    return [each for each in session.scalars(waiting.order_by(Dispatch.id.desc())) if sees(each.case)]


def taken_last(session: Session, liaison: Liaison, now: datetime) -> Dispatch | None:
    """The case that this liaison took last within a day, whatever has become of it."""
    taken = select(Dispatch).where(
        Dispatch.liaison_id == liaison.id, Dispatch.taken_at > now - timedelta(days=1)
    )
    return session.scalar(taken.order_by(Dispatch.taken_at.desc()).limit(1))


def late(session: Session, liaison: Liaison, now: datetime) -> list[Dispatch]:
    """Of each case that this liaison did not answer in time and
    that nobody has, the last dispatch: they may take it still."""
    missed = (
        select(Dispatch)
        .join(Case, Dispatch.case_id == Case.id)
        .where(Case.state == CaseState.OPEN, Case.round == Dispatch.round)
    )
    missed = missed.where(
        Dispatch.liaison_id == liaison.id,
        Dispatch.state.in_((DispatchState.UNANSWERED, DispatchState.LAPSED)),
    )
    of_each_case = {each.case_id: each for each in session.scalars(missed.order_by(Dispatch.id))}
    sees = conflicts.sees(session, liaison, now)
    return [each for each in of_each_case.values() if sees(each.case)]


def own(session: Session, liaison: Liaison, identity: int, now: datetime) -> Dispatch | None:
    """This dispatch, if it was put before this liaison and they may see its case."""
    asked = session.get(Dispatch, identity)
    is_theirs = (
        asked is not None
        and asked.liaison_id == liaison.id
        and conflicts.may_see(session, asked.case, liaison, now)
    )
    return asked if is_theirs else None


def recent(session: Session, liaison: Liaison, word: str, now: datetime) -> Dispatch | None:
    """The last dispatch that this liaison knew by this word, whatever has become of it."""
    known = select(Dispatch).where(Dispatch.liaison_id == liaison.id, Dispatch.word == word)
    latest = session.scalar(known.order_by(Dispatch.id.desc()).limit(1))
    return latest if latest is not None and conflicts.may_see(session, latest.case, liaison, now) else None


def lock(session: Session, identity: int) -> tuple[Dispatch, Case]:
    """Lock the case, then read its dispatch again: every step in a dispatch locks the case's row."""
    dispatch = session.get_one(Dispatch, identity)
    case = lock_case(session, dispatch.case_id)
    session.refresh(dispatch)
    return dispatch, case


def asked_now(session: Session, case: Case) -> list[Dispatch]:
    """Those before whom the case is in this round and who have not answered, the last one last."""
    this_round = select(Dispatch).where(
        Dispatch.case_id == case.id, Dispatch.round == case.round, Dispatch.state == DispatchState.ASKED
    )
    return list(session.scalars(this_round.order_by(Dispatch.step)))


def was_ever_asked(session: Session, case: Case) -> bool:
    """Whether the case was put before anybody yet."""
    return (
        session.scalars(select(Dispatch.id).where(Dispatch.case_id == case.id).limit(1)).first() is not None
    )


def has_it(case: Case, taken: Dispatch) -> bool:
    """Whether the case is in this liaison's hands, by this dispatch."""
    mine = taken.state == DispatchState.TAKEN and taken.round == case.round
    return mine and case.state == CaseState.ACKNOWLEDGED and case.liaison_id == taken.liaison_id


def whose(session: Session, case: Case) -> int | None:
    """The dispatch of the liaison who had the case last in this round."""
    taken = select(Dispatch.id).where(
        Dispatch.case_id == case.id, Dispatch.round == case.round, Dispatch.taken_at.is_not(None)
    )
    return session.scalar(taken.order_by(Dispatch.taken_at.desc()).limit(1))


def was_asked_before(session: Session, asked: Dispatch) -> bool:
    """Whether this case was put before this liaison in this round already."""
    earlier = select(Dispatch.id).where(
        Dispatch.case_id == asked.case_id, Dispatch.round == asked.round, Dispatch.step < asked.step
    )
    return (
        session.scalars(earlier.where(Dispatch.liaison_id == asked.liaison_id).limit(1)).first() is not None
    )


def end(work: UnitOfWork, dispatch: Dispatch, state: DispatchState) -> bool:
    """A conditional update: end the dispatch if it still waits. False where another step was first."""
    waits = update(Dispatch).where(Dispatch.id == dispatch.id, Dispatch.state.in_(EXPECTED))
    ended = changed(work.session.execute(waits.values(state=state, ended_at=work.now)))
    work.session.refresh(dispatch)
    if ended and state in (DispatchState.CANNOT, DispatchState.SUPERSEDED):
        hold_back(work.session, dispatch)
    redraw(work, dispatch.case)
    return ended


def hold_back(session: Session, dispatch: Dispatch) -> None:
    """Withhold the texts that would put the case before them and still wait; a sent one stays."""
    waits = update(Message).where(tells(dispatch), Message.state == MessageState.WAITING)
    session.execute(
        waits.values(state=MessageState.WITHHELD, code=WENT_ON).execution_options(synchronize_session="fetch")
    )


def supersede(work: UnitOfWork, case: Case, *, but: int | None = None) -> None:
    """The case went on: supersede all its waiting dispatches but this one."""
    others = update(Dispatch).where(
        Dispatch.case_id == case.id, Dispatch.state.in_(EXPECTED), Dispatch.id.is_distinct_from(but)
    )
    work.session.execute(others.values(state=DispatchState.SUPERSEDED, ended_at=work.now))
    redraw(work, case)


def redraw(work: UnitOfWork, case: Case) -> None:
    """Schedule a redraw of each liaison's card of this case. What went as a text stays as it was."""
    cards = (
        select(Message.id)
        .join(Message.address)
        .where(Message.case_id == case.id, Message.kind == MessageKind.DISPATCH)
    )
    for card in work.session.scalars(cards.where(Address.channel == people.TELEGRAM)):
        work.schedule(TaskKind.REDRAW, card, queue=Queue.TELEGRAM)


def tells(dispatch: Dispatch) -> ColumnElement[bool]:
    """Of the messages, those that put this before the liaison."""
    return Message.dispatch_id == dispatch.id
