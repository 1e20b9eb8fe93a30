"""Who is on duty when: weekly patterns, leave and swaps, and
what liaisons say themselves. All by the country's own clock."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Base, Moment
from hotline.directory.liaisons import Liaison

DAY = 24 * 60
"""Minutes on the wall's clock."""
MINUTE = timedelta(minutes=1)
HORIZON = timedelta(days=8)
"""A week and a day: whatever a weekly pattern does, it has done by then."""


class Shift(Base):
    """A stretch of a week, again and again."""

    __tablename__ = "shifts"

    id: Mapped[int] = mapped_column(primary_key=True)
    liaison_id: Mapped[int] = mapped_column(ForeignKey("liaisons.id"), index=True)
    days: Mapped[str] = mapped_column(String(7))
    """On which days it begins: digits, 0 for Monday to 6 for Sunday."""
    begins: Mapped[int]
    """Minutes after midnight, by the clock on the wall."""
    ends: Mapped[int]
    """The same; no later than it begins where it ends on the next day."""


class DutyChange(Base):
    """From then to then it is otherwise than the pattern says: leave, or a swap."""

    __tablename__ = "duty_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    liaison_id: Mapped[int] = mapped_column(ForeignKey("liaisons.id"), index=True)
    begins_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    on_duty: Mapped[bool]
    why: Mapped[str] = mapped_column(String(120))
    part_of: Mapped[int | None] = mapped_column(ForeignKey("duty_changes.id"))
    """The first row of the swap that this is another row of."""

    @property
    def number(self) -> int:
        """By which people know what was arranged, whole."""
        return self.part_of or self.id


class Statement(NamedTuple):
    """What a liaison said last of their duty, when, and how long it holds."""

    on_duty: bool
    said_at: datetime | None = None
    """None where they have not said it themselves, or what they said is over."""
    said_until: datetime | None = None
    """None until they say otherwise."""

    def holds(self, moment: datetime) -> bool:
        return (
            self.said_at is not None
            and self.said_at <= moment
            and (self.said_until is None or moment < self.said_until)
        )


class Duty(NamedTuple):
    """All that is known of one liaison's duty."""

    statement: Statement
    shifts: Sequence[Shift] = ()
    changes: Sequence[DutyChange] = ()
    """As they were arranged; of two that cover a moment, the later one goes."""
    until: datetime | None = None
    """When their mandate ends."""

    def at(self, zone: tzinfo, moment: datetime) -> bool:
        """Whether they are on duty then. Whose mandate has ended never is."""
        if self.until is not None and self.until <= moment:
            return False
        return is_on_duty(self.statement, self.shifts, self.changes, zone, moment)


class Stretch(NamedTuple):
    """From then until then, and not the last moment itself."""

    begins: datetime
    ends: datetime


# ----------------------------------------------------------------------------------------- by the clock alone


def is_on_duty(
    statement: tuple[bool, datetime | None, datetime | None],
    shifts: Sequence[Shift],
    changes: Sequence[DutyChange],
    zone: tzinfo,
    moment: datetime,
) -> bool:
    """Leave or a swap comes first, unless the liaison spoke after it had begun; then their own word; then the
    pattern. One who has no pattern is on duty or not as was said last."""
    said = Statement(*statement)
    change = next((each for each in reversed(changes) if each.begins_at <= moment < each.ends_at), None)
    if change is not None and not (
        said.holds(moment) and said.said_at is not None and said.said_at >= change.begins_at
    ):
        return change.on_duty
    return said.on_duty if said.holds(moment) or not shifts else by_pattern(shifts, zone, moment)


def by_pattern(shifts: Iterable[Shift], zone: tzinfo, moment: datetime) -> bool:
    """What the weekly pattern says, in local time: an hour that the clock shows twice counts twice."""
    there = moment.astimezone(zone)
    return any(_covers(shift, there.weekday(), there.hour * 60 + there.minute) for shift in shifts)


def _covers(shift: Shift, day: int, minute: int) -> bool:
    today, yesterday = str(day) in shift.days, str((day - 1) % 7) in shift.days
    if shift.begins < shift.ends:
        return today and shift.begins <= minute < shift.ends
    return (today and shift.begins <= minute) or (yesterday and minute < shift.ends)


def next_change(shifts: Sequence[Shift], zone: tzinfo, moment: datetime) -> datetime | None:
    """The next moment at which the pattern says otherwise than
    at this one; None where it does not within eight days."""
    now = by_pattern(shifts, zone, moment)
    return next(
        (
            edge
            for edge in _edges(shifts, zone, moment, moment + HORIZON)
            if by_pattern(shifts, zone, edge) != now
        ),
        None,
    )


def _edges(shifts: Sequence[Shift], zone: tzinfo, begins: datetime, ends: datetime) -> Iterator[datetime]:
    """The moments after the first and up to the last at which the pattern may say something else."""
    marks = {mark % DAY for shift in shifts for mark in (shift.begins, shift.ends)} | {0}
    edge = begins.replace(second=0, microsecond=0)
    while shifts and (edge := _next_mark(marks, zone, edge)) <= ends:
        yield edge


def _next_mark(marks: Collection[int], zone: tzinfo, moment: datetime) -> datetime:
    """When the clock on the wall next shows one of these minutes.
    Where it is put forward or back before that, the next minute."""
    there = moment.astimezone(zone)
    minute = there.hour * 60 + there.minute
    shown = moment + min((mark - minute - 1) % DAY + 1 for mark in marks) * MINUTE
    return shown if shown.astimezone(zone).utcoffset() == there.utcoffset() else moment + MINUTE


def edges(duty: Duty, zone: tzinfo, begins: datetime, ends: datetime) -> list[datetime]:
    """The first of these moments and those between them at which this liaison's duty may change."""
    planned = [moment for change in duty.changes for moment in (change.begins_at, change.ends_at)]
    own = [
        moment
        for moment in (duty.statement.said_at, duty.statement.said_until, duty.until)
        if moment is not None
    ]
    between = (
        moment
        for moment in (*planned, *own, *_edges(duty.shifts, zone, begins, ends))
        if begins < moment < ends
    )
    return [begins, *between]


def gaps(duties: Collection[Duty], zone: tzinfo, begins: datetime, ends: datetime) -> list[Stretch]:
    """The stretches between these moments in which none of them is on duty."""
    moments = sorted({moment for duty in duties for moment in edges(duty, zone, begins, ends)} | {begins})
    empty: list[Stretch] = []
    for here, there in pairwise([*moments, ends]):
        if not any(duty.at(zone, here) for duty in duties):
            joined = empty.pop().begins if empty and empty[-1].ends == here else here
            empty.append(Stretch(joined, there))
    return empty


def next_end(shifts: Sequence[Shift], zone: tzinfo, moment: datetime) -> datetime | None:
    """When the current shift ends, or else the next one."""
    change = next_change(shifts, zone, moment)
    return change if change is None or by_pattern(shifts, zone, moment) else next_change(shifts, zone, change)


def next_beginning(shifts: Sequence[Shift], zone: tzinfo, moment: datetime) -> datetime | None:
    """When the next shift begins that has not begun yet."""
    change = next_change(shifts, zone, moment)
    return (
        next_change(shifts, zone, change)
        if change is not None and by_pattern(shifts, zone, moment)
        else change
    )


# ---------------------------------------------------------------------------------------------- as it is kept


def duties(
    session: Session, begins: datetime, ends: datetime, liaisons: Collection[int] | None = None
) -> dict[int, Duty]:
    """What is known of the duty of these liaisons, or of everybody,
    between these moments; not of those whose mandate was over before."""
    of = (
        Liaison.id.in_(liaisons)
        if liaisons is not None
        else Liaison.until.is_(None) | (Liaison.until > begins)
    )
    rows = session.execute(
        select(Liaison.id, Liaison.on_duty, Liaison.said_at, Liaison.said_until, Liaison.until).where(of)
    ).all()
    shifts, changes = defaultdict[int, list[Shift]](list), defaultdict[int, list[DutyChange]](list)
    for shift in session.scalars(select(Shift).join(Liaison, Shift.liaison_id == Liaison.id).where(of)):
        shifts[shift.liaison_id].append(shift)
    within = (DutyChange.begins_at < ends, DutyChange.ends_at > begins)
    arranged = select(DutyChange).join(Liaison, DutyChange.liaison_id == Liaison.id).where(of, *within)
    for change in session.scalars(arranged.order_by(DutyChange.id)):
        changes[change.liaison_id].append(change)
    return {
        liaison: Duty(Statement(on_duty, said_at, said_until), shifts[liaison], changes[liaison], until)
        for liaison, on_duty, said_at, said_until, until in rows
    }


def on_duty(session: Session, liaisons: Collection[int], zone: tzinfo, now: datetime) -> set[int]:
    """Those of these liaisons who are on duty now."""
    return {
        liaison
        for liaison, duty in duties(session, now, now + MINUTE, liaisons).items()
        if duty.at(zone, now)
    }


def on_duty_between(session: Session, zone: tzinfo, begins: datetime, ends: datetime) -> set[int]:
    """Everybody who is on duty at some time between these moments."""
    known = duties(session, begins, ends)
    return {
        who
        for who, duty in known.items()
        if any(duty.at(zone, edge) for edge in edges(duty, zone, begins, ends))
    }


def empty_hours(session: Session, zone: tzinfo, begins: datetime, ends: datetime) -> dict[str, list[Stretch]]:
    """Of each body that has liaisons, by its code, the stretches
    between these moments in which nobody of it is on duty."""
    of_body = defaultdict[str, list[Duty]](list)
    known = duties(session, begins, ends)
    for liaison, body in session.execute(select(Liaison.id, Liaison.body_code).order_by(Liaison.body_code)):
        if liaison in known:
            of_body[body].append(known[liaison])
    return {body: empty for body, those in of_body.items() if (empty := gaps(those, zone, begins, ends))}


def pattern_of(session: Session, who: Liaison) -> list[Shift]:
    return list(session.scalars(select(Shift).where(Shift.liaison_id == who.id)))
