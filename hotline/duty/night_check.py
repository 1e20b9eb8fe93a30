"""Before the night: is everybody awake who is to answer? Whoever is silent is told of before it matters."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, String, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, selectinload

from hotline.cases.dispatch import Dispatch
from hotline.context import UnitOfWork
from hotline.core.database import Base, Moment, insert_once
from hotline.core.gsm import fits
from hotline.core.i18n import SOURCE, Phrase, say
from hotline.directory import bodies, shifts
from hotline.directory.bodies import Body
from hotline.directory.categories import BodyKind
from hotline.directory.liaisons import Liaison, is_one_now
from hotline.directory.people import Address, Person
from hotline.directory.shifts import Stretch
from hotline.duty import phrases
from hotline.duty.phrases import Tonight
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import write_message
from hotline.outbox import Queue, Task, TaskKind

NIGHT = timedelta(hours=12)
"""How far we look ahead."""
OPEN_FOR = timedelta(hours=24)
"""How long a question can be answered, with whatever word."""
TO_ANSWER = 60
"""Minutes until those who have not answered are told of."""
EVENINGS = 3
"""As often must somebody have been silent to be told of as one who is."""
REMEMBERED = timedelta(days=60)
"""Within this time."""

MOST_NAMES = 20
THREE_TEXTS = {"septets": 459, "units": 201}


class Ping(Base):
    """One evening's question to one liaison: are you there?"""

    __tablename__ = "pings"
    __table_args__ = (UniqueConstraint("liaison_id", "evening"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    liaison_id: Mapped[int] = mapped_column(ForeignKey("liaisons.id"))
    evening: Mapped[str] = mapped_column(String(10))
    """The day, as 2026-11-21."""
    at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)


def plan(work: UnitOfWork) -> None:
    """Put the question for the next evening, if it was not put before."""
    today = work.now.astimezone(work.country.zone).date()
    for evening in (today, today + timedelta(days=1)):
        due = _due(work, evening)
        if due is not None and due > work.now:
            known = work.session.scalar(select(Task.id).where(Task.key == f"{TaskKind.READY}:{evening}"))
            if known is None:
                work.schedule(TaskKind.READY, evening, due, Queue.ORDINARY)
            return


def _due(work: UnitOfWork, evening: date) -> datetime | None:
    """When those who have this night are asked; None where they never are."""
    at = work.settings.readiness
    return None if at is None else datetime.combine(evening, at, work.country.zone).astimezone(UTC)


def _is_over(work: UnitOfWork, evening: str) -> bool:
    """Whether it is too late to do anything about this night, or nobody wants it done any more."""
    due = _due(work, date.fromisoformat(evening))
    return due is None or work.now >= due + NIGHT


def ask(work: UnitOfWork, evening: str) -> None:
    """Ask everybody who is on duty at some time in the coming
    twelve hours whether they are there; once each evening."""
    if _is_over(work, evening):
        return
    for liaison in _who_has_the_night(work):
        address = _reached_at(liaison)
        if address is not None and insert_once(
            work.session, Ping, liaison_id=liaison.id, evening=evening, at=work.now
        ):
            language = liaison.language
            write_message(
                work,
                address,
                MessageKind.DUTY,
                phrases.are_you_there(),
                language,
                key=f"{TaskKind.READY}:{evening}:{liaison.id}",
            )
    work.schedule(TaskKind.WARN, evening, work.in_minutes(TO_ANSWER), Queue.ORDINARY)


def answered(work: UnitOfWork, liaison: Liaison) -> bool:
    """A word from them, whatever it is: they are there. True if we had asked."""
    asked = (Ping.liaison_id == liaison.id, Ping.answered_at.is_(None), Ping.at > work.now - OPEN_FOR)
    found = work.session.scalars(select(Ping.id).where(*asked)).all()
    if found:
        work.session.execute(update(Ping).where(Ping.id.in_(found)).values(answered_at=work.now))
    return bool(found)


def warn(work: UnitOfWork, evening: str) -> None:
    """Tell those who coordinate what is not well with this night. Where all is well, nothing."""
    state = tonight(work)
    if _is_over(work, evening) or not state.longest:
        return
    for liaison in _liaisons(
        work, Liaison.body_code.in_(select(Body.code).where(Body.kind == BodyKind.COORDINATION))
    ):
        address, language = _reached_at(liaison), liaison.language
        if address is not None and is_one_now(liaison, work.now):
            write_message(
                work,
                address,
                MessageKind.DUTY,
                fitting(state, language),
                language,
                key=f"{TaskKind.WARN}:{evening}:{liaison.id}",
            )


def fitting(state: Tonight, language: str) -> Phrase:
    """The warning with as many names as three texts hold."""
    ways = (phrases.warning(state, most) for most in range(min(state.longest, MOST_NAMES), 0, -1))
    return next(
        (words for words in ways if fits(say(words, language), **THREE_TEXTS)), phrases.warning(state, 0)
    )


def state_of_tonight(work: UnitOfWork) -> list[str]:
    """What the warning would say now, in English and in full, a line each; nothing where all is well."""
    state = tonight(work)
    return [say(line, SOURCE) for line in phrases.lines(state, state.longest)]


def tonight(work: UnitOfWork) -> Tonight:
    """What is not well with the coming twelve hours."""
    there = _who_has_the_night(work)
    silent = _silent(work, [each.id for each in there])
    unanswered = _unanswered(work) - silent
    return Tonight(
        unanswered=tuple(_named(each) for each in there if each.id in unanswered),
        silent=tuple(_named(each) for each in there if each.id in silent),
        unreachable=tuple(_named(each) for each in there if _reached_at(each) is None),
        empty=_empty(work),
    )


def _named(liaison: Liaison) -> str:
    return f"{liaison.name}, {liaison.body.name}"


def _who_has_the_night(work: UnitOfWork) -> Sequence[Liaison]:
    there = shifts.on_duty_between(work.session, work.country.zone, work.now, work.now + NIGHT)
    return _liaisons(work, Liaison.id.in_(there))


def _liaisons(work: UnitOfWork, where: ColumnElement[bool]) -> Sequence[Liaison]:
    """These liaisons with all that is needed to write to them."""
    found = select(Liaison).where(where).order_by(Liaison.body_code, Liaison.id)
    whole = (joinedload(Liaison.body), joinedload(Liaison.person).options(selectinload(Person.addresses)))
    return work.session.scalars(found.options(*whole)).all()


def _reached_at(liaison: Liaison) -> Address | None:
    """Where what we write reaches them."""
    return next(iter(liaison.person.reached_at), None)


def _unanswered(work: UnitOfWork) -> set[int]:
    asked = select(Ping.liaison_id).where(Ping.answered_at.is_(None), Ping.at > work.now - NIGHT)
    return set(work.session.scalars(asked))


def _silent(work: UnitOfWork, those: Collection[int]) -> set[int]:
    """Those of them who left the last three questions without an
    answer, and have taken no case since the first of these."""
    asked = defaultdict[int, list[Ping]](list)
    recent = (
        select(Ping)
        .where(Ping.liaison_id.in_(those), Ping.at > work.now - REMEMBERED)
        .order_by(Ping.at.desc())
    )
    for ping in work.session.scalars(recent):
        asked[ping.liaison_id].append(ping)
    quiet = [
        pings[:EVENINGS]
        for pings in asked.values()
        if len(pings) >= EVENINGS and not any(ping.answered_at for ping in pings[:EVENINGS])
    ]
    first = {pings[-1].liaison_id: pings[-1].at for pings in quiet}
    taken = _last_taken(work.session, first)
    return {who for who, at in first.items() if who not in taken or taken[who] < at}


def _last_taken(session: Session, those: Collection[int]) -> dict[int, datetime]:
    """When each of them last acknowledged a case."""
    took = select(Dispatch.liaison_id, func.max(Dispatch.taken_at)).where(
        Dispatch.liaison_id.in_(those), Dispatch.taken_at.is_not(None)
    )
    return {who: at for who, at in session.execute(took.group_by(Dispatch.liaison_id)) if at}


def _empty(work: UnitOfWork) -> tuple[str, ...]:
    """Bodies and the hours in which nobody of theirs is on duty; coordinating ones first, then the police."""
    empty = shifts.empty_hours(work.session, work.country.zone, work.now, work.now + NIGHT)
    known = [body for code, body in bodies.by_code(work.session).items() if code in empty]
    known.sort(key=lambda body: (body.kind != BodyKind.COORDINATION, body.kind != BodyKind.POLICE, body.name))
    return tuple(f"{body.name} {_hours(work, empty[body.code])}" for body in known)


def _hours(work: UnitOfWork, empty: Sequence[Stretch]) -> str:
    """Without the day, for all of them are of tonight."""
    return ", ".join(
        "-".join(f"{moment.astimezone(work.country.zone):%H:%M}" for moment in stretch) for stretch in empty
    )
