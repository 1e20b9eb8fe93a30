"""A case is put before one liaison at a time, who takes it on, cannot, or does not answer."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline import evidence, matching, messages, people
from hotline.bodies import Body, Serves
from hotline.cases import ACKNOWLEDGED, CLOSED, OPEN, Case
from hotline.categories import Kind
from hotline.database import Base, Moment, changed
from hotline.dialogues import liaison as words
from hotline.dialogues.liaison import How
from hotline.gsm import fits
from hotline.language import SOURCE, Words, say
from hotline.liaisons import Liaison
from hotline.matching import Candidate, Match, Matter
from hotline.messages import About, Message
from hotline.outbox import Queue, What
from hotline.people import Address
from hotline.work import Work

ASKED, TAKEN, DONE, CANNOT, UNANSWERED, SUPERSEDED = "asked", "taken", "done", "cannot", "unanswered", "superseded"
"""What has become of a dispatch. Superseded: the case went on without this liaison."""
WAITS = (ASKED, TAKEN)
"""As long as it is one of these, something is expected of the liaison."""

WORDS = (
    "SIMBA", "TEMBO", "CHUI", "DUMA", "TWIGA", "NYATI", "KIFARU", "PUNDA", "FISI", "NYANI", "SUNGURA", "SAMAKI", "NDEGE", "KUKU", "MBUZI",
    "NGAMIA", "PAKA", "MBWA", "KOBE", "MAMBA", "NYOKA", "POPO", "BATA", "KANGA", "TAUSI", "KASUKU", "NYUKI", "MWEWE", "TAI", "KORONGO",
    "MAEMBE", "NDIZI", "NANASI", "PAPAI", "MUHOGO", "MCHELE", "NGANO", "CHAI", "KAHAWA", "ASALI",
)  # fmt: skip
"""Case words: animals and food that everybody can spell, none like another. A liaison's reply names the case by its word."""

TWO_TEXTS = {"septets": 306, "units": 134}

KEY = "dispatch:"
"""How the key of a text begins that puts a case before a liaison."""


class Dispatch(Base):
    """A case put before one liaison, with the reason why it was this one."""

    __tablename__ = "dispatches"
    __table_args__ = (UniqueConstraint("case_id", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    step: Mapped[int]
    """The first, the second… for this case; the pair is unique, so no step is taken twice."""
    round: Mapped[int]
    liaison_id: Mapped[int] = mapped_column(ForeignKey("liaisons.id"), index=True)
    body_code: Mapped[str] = mapped_column(ForeignKey("bodies.code"))
    word: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(400))
    state: Mapped[str] = mapped_column(String(12), default=ASKED)
    at: Mapped[datetime] = mapped_column(Moment)
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    """When this liaison acknowledged, if they did."""
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    case: Mapped[Case] = relationship()
    liaison: Mapped[Liaison] = relationship()
    body: Mapped[Body] = relationship()

    @property
    def who(self) -> str:
        return f"{self.liaison.name}, {self.body.name}"

    @property
    def how(self) -> How:
        """How the case stands to this liaison; to one who may not see it any more, it is over."""
        case = self.case
        if not matching.may_see(case, self.liaison):
            return "over"
        match self.state:
            case "asked" if case.state == OPEN and case.round == self.round:
                return "asked"
            case "unanswered" if case.state == OPEN and case.round == self.round:
                return "late"
            case "taken" if case.state == ACKNOWLEDGED and case.liaison_id == self.liaison_id:
                return "on_the_way" if case.on_the_way_at else "taken"
            case "done" if case.round == self.round:
                return "done"
            case "cannot":
                return "passed_on"
            case _:
                return "first_was" if case.liaison and case.liaison_id != self.liaison_id and case.round == self.round else "over"

    @property
    def may_be_read(self) -> bool:
        """Whether this liaison may read what was reported: as long as it is before them or theirs, and not closed."""
        return self.how in ("asked", "late", "taken", "on_the_way", "done") and self.case.state != CLOSED


def put_before_next(work: Work, case: Case) -> Dispatch | None:
    """Find the next liaison and put the case before them. With nobody at all, look again after a while."""
    match = _match(work, case)
    if match is None:
        case.note(work.session, work.now, "nobody", why="No liaison may see this case and no coordinating body is set up.")
        work.put(What.FIND, case.id, work.in_minutes(case.pace.patience))
        return None
    dispatch = _dispatch(work, case, match)
    work.session.flush()
    _write(work, dispatch)
    work.put(What.ESCALATE, dispatch.id, work.in_minutes(case.pace.patience))
    case.note(work.session, work.now, "dispatched", dispatch.who, dispatch.reason)
    return dispatch


def _dispatch(work: Work, case: Case, match: Match) -> Dispatch:
    step = (work.session.scalar(select(func.max(Dispatch.step)).where(Dispatch.case_id == case.id)) or 0) + 1
    chosen = match.candidate
    word = _free_word(work.session, case, chosen.liaison)
    dispatch = Dispatch(case=case, step=step, round=case.round, liaison_id=chosen.liaison, body_code=chosen.body, word=word, at=work.now)
    dispatch.reason = match.reason[:400]
    work.session.add(dispatch)
    return dispatch


def _write(work: Work, dispatch: Dispatch) -> None:
    case, liaison = dispatch.case, dispatch.liaison
    language = liaison.person.language or SOURCE
    place, by = work.areas.full_name(work.areas[case.area_code]), work.clock_time(work.in_minutes(case.pace.patience))
    text = _fitting(case, dispatch.word, place, case.details(work.keys), by, language)
    address = liaison.person.best
    assert address is not None, "a liaison has a phone"
    messages.write(work, address, About.DISPATCH, text, language, key=f"{KEY}{dispatch.id}", case=case)
    if address.channel == people.PHONE and evidence.number_of(work.session, case.session_index, case):
        tell(work, dispatch, words.sent_something(dispatch.word), f"sent:{dispatch.id}")


def _fitting(case: Case, word: str, place: str, details: str, by: str, language: str) -> Words:
    """The text to a liaison, with as much of the details as two texts hold. The rest is read by dialling in."""
    text = words.please_take(word, case.about, place, details, by)
    while details and not fits(say(text, language), **TWO_TEXTS):
        details = details[: int(len(details) * 0.9)].rstrip()
        text = words.please_take(word, case.about, place, f"{details}..", by)
    return text


def _free_word(session: Session, case: Case, liaison: int) -> str:
    """A word that no other case of this liaison goes by now; the same for every liaison of a case where that can be."""
    before = session.execute(select(Dispatch.case_id, Dispatch.word).where(Dispatch.liaison_id == liaison, Dispatch.state.in_(WAITS)))
    taken = {word for other, word in before if other != case.id}
    start = case.id.int % len(WORDS)
    in_order = [WORDS[(start + place) % len(WORDS)] for place in range(len(WORDS))]
    return next(word for number in ("", *range(2, len(taken) + 3)) for each in in_order if (word := f"{each}{number}") not in taken)


def _match(work: Work, case: Case) -> Match | None:
    before = work.session.scalars(select(Dispatch).where(Dispatch.case_id == case.id)).all()
    asked = tuple(each.liaison_id for each in before if each.round == case.round)
    tried = {each.body_code for each in before if each.round < case.round and each.taken_at is not None}
    matter = Matter(case.category, work.areas[case.area_code], case.language, asked, tried)
    return matching.best(matter, _candidates(work, case), work.areas)


def _candidates(work: Work, case: Case) -> list[Candidate]:
    """Every liaison of a body that serves the place or anything around it, but for the one who reported it."""
    around = [area.code for area in work.areas.outwards(work.areas[case.area_code])]
    serving = select(Liaison, Body, Serves.area_code).join(Body, Liaison.body_code == Body.code).join(Serves, Serves.body_code == Body.code)
    serving = serving.where(Liaison.person_id.is_distinct_from(case.person_id))
    nearest: dict[int, tuple[Liaison, Body, str]] = {}
    for liaison, body, area in work.session.execute(serving.where(Serves.area_code.in_(around))):
        known = nearest.get(liaison.id)
        if known is None or around.index(area) < around.index(known[2]):
            nearest[liaison.id] = (liaison, body, area)
    loads = _loads(work.session, nearest)
    return [
        Candidate(
            liaison.id, liaison.name, body.code, body.name, Kind(body.kind), tuple(body.categories.split()),
            area, tuple(liaison.speaks), liaison.on_duty, loads.get(liaison.id, 0),
        )
        for liaison, body, area in nearest.values()
    ]  # fmt: skip


def tell(work: Work, dispatch: Dispatch, what: Words, key: str) -> None:
    """Tell a liaison what is new in a case that is before them."""
    address, language = dispatch.liaison.person.best, dispatch.liaison.person.language or SOURCE
    if address is not None:
        messages.write(work, address, About.NEWS, what, language, key=key, case=dispatch.case)


def tell_all(work: Work, case: Case, what: Callable[[str], Words], key: str) -> None:
    """Tell everybody before whom the case is now, or who has it; their cards show it too."""
    for each in work.session.scalars(select(Dispatch).where(Dispatch.case_id == case.id, Dispatch.state.in_(WAITS))):
        if each.may_be_read:
            tell(work, each, what(each.word), f"{key}:{each.id}")
    redraw(work, case)


def _loads(session: Session, of: dict[int, tuple[Liaison, Body, str]]) -> dict[int, int]:
    busy = select(Dispatch.liaison_id, func.count()).where(Dispatch.liaison_id.in_(of), Dispatch.state.in_(WAITS))
    return {liaison: number for liaison, number in session.execute(busy.group_by(Dispatch.liaison_id))}


def before(session: Session, liaison: Liaison) -> list[Dispatch]:
    """The dispatches that wait for something from this liaison, the newest first. One who has since moved to a body that may not see a case
    sees it no more."""
    waiting = select(Dispatch).where(Dispatch.liaison_id == liaison.id, Dispatch.state.in_(WAITS))
    return [each for each in session.scalars(waiting.order_by(Dispatch.id.desc())) if matching.may_see(each.case, liaison)]


def own(session: Session, liaison: Liaison, identity: int) -> Dispatch | None:
    """This dispatch, if it was put before this liaison and they may see its case."""
    asked = session.get(Dispatch, identity)
    return asked if asked is not None and asked.liaison_id == liaison.id and matching.may_see(asked.case, liaison) else None


def recent(session: Session, liaison: Liaison, word: str) -> Dispatch | None:
    """The last dispatch that this liaison knew by this word, whatever has become of it."""
    known = select(Dispatch).where(Dispatch.liaison_id == liaison.id, Dispatch.word == word)
    latest = session.scalar(known.order_by(Dispatch.id.desc()).limit(1))
    return latest if latest is not None and matching.may_see(latest.case, liaison) else None


def was_asked_before(session: Session, asked: Dispatch) -> bool:
    """Whether this case was put before this liaison in this round already."""
    earlier = select(Dispatch.id).where(Dispatch.case_id == asked.case_id, Dispatch.round == asked.round, Dispatch.step < asked.step)
    return session.scalars(earlier.where(Dispatch.liaison_id == asked.liaison_id).limit(1)).first() is not None


def end(work: Work, dispatch: Dispatch, state: str) -> bool:
    """Give a dispatch its end, if it still waits for something."""
    waits = update(Dispatch).where(Dispatch.id == dispatch.id, Dispatch.state.in_(WAITS))
    ended = changed(work.session.execute(waits.values(state=state, ended_at=work.now)))
    work.session.refresh(dispatch)
    redraw(work, dispatch.case)
    return ended


def supersede(work: Work, case: Case, *, but: int | None = None) -> None:
    """The case went on: nobody need answer it any more, but for this dispatch."""
    others = update(Dispatch).where(Dispatch.case_id == case.id, Dispatch.state.in_(WAITS), Dispatch.id.is_distinct_from(but))
    work.session.execute(others.values(state=SUPERSEDED, ended_at=work.now))
    redraw(work, case)


def redraw(work: Work, case: Case) -> None:
    """Have each liaison's card of this case show how it stands now. What went as a text stays as it was."""
    cards = select(Message.id).join(Message.address).where(Message.case_id == case.id, Message.about == About.DISPATCH)
    for card in work.session.scalars(cards.where(Address.channel == people.TELEGRAM)):
        work.put(What.REDRAW, card, queue=Queue.TELEGRAM)
