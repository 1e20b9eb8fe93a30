"""Who is on duty when: weekly patterns, leave and swaps, and what liaisons say themselves. All by the
country's own clock."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.context import UnitOfWork
from hotline.core.csv_files import Cells, Table
from hotline.core.database import Base, Moment
from hotline.core.errors import BadRow, BadRows
from hotline.directory.liaisons import Liaison, no_number, number_in
from hotline.places.countries import Country

COLUMNS = ("phone", "days", "from", "to")
"""What a file of shifts must have."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAILY, NONE = "daily", "none"
"""Every day; and, alone in its row, no pattern any more."""

DAY = 24 * 60
"""Minutes on the wall's clock."""
MINUTE = timedelta(minutes=1)
LOOK_AHEAD = timedelta(days=8)
"""A week and a day: whatever a weekly pattern does, it has done by then."""

LEAVE, OWN_LEAVE = "leave", "leave, by their own word"


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


class Word(NamedTuple):
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

    word: Word
    shifts: Sequence[Shift] = ()
    changes: Sequence[DutyChange] = ()
    """As they were arranged; of two that cover a moment, the later one goes."""
    until: datetime | None = None
    """When their mandate ends."""

    def at(self, zone: tzinfo, moment: datetime) -> bool:
        """Whether they are on duty then. Whose mandate has ended never is."""
        if self.until is not None and self.until <= moment:
            return False
        return is_on_duty(self.word, self.shifts, self.changes, zone, moment)


class Stretch(NamedTuple):
    """From then until then, and not the last moment itself."""

    begins: datetime
    ends: datetime


# ----------------------------------------------------------------------------------------- by the clock alone


def is_on_duty(
    word: tuple[bool, datetime | None, datetime | None],
    shifts: Sequence[Shift],
    changes: Sequence[DutyChange],
    zone: tzinfo,
    moment: datetime,
) -> bool:
    """Leave or a swap comes first, unless the liaison spoke after it had begun; then their own word; then the
    pattern. One who has no pattern is on duty or not as was said last."""
    said = Word(*word)
    change = next((each for each in reversed(changes) if each.begins_at <= moment < each.ends_at), None)
    if change is not None and not (
        said.holds(moment) and said.said_at is not None and said.said_at >= change.begins_at
    ):
        return change.on_duty
    return said.on_duty if said.holds(moment) or not shifts else by_pattern(shifts, zone, moment)


def by_pattern(shifts: Iterable[Shift], zone: tzinfo, moment: datetime) -> bool:
    """What the weekly pattern says. The clock on the wall decides: an hour that it shows twice counts twice."""
    there = moment.astimezone(zone)
    return any(_covers(shift, there.weekday(), there.hour * 60 + there.minute) for shift in shifts)


def _covers(shift: Shift, day: int, minute: int) -> bool:
    today, yesterday = str(day) in shift.days, str((day - 1) % 7) in shift.days
    if shift.begins < shift.ends:
        return today and shift.begins <= minute < shift.ends
    return (today and shift.begins <= minute) or (yesterday and minute < shift.ends)


def next_change(shifts: Sequence[Shift], zone: tzinfo, moment: datetime) -> datetime | None:
    """The next moment at which the pattern says otherwise than at this one; None where it does not within
    eight days."""
    now = by_pattern(shifts, zone, moment)
    return next(
        (
            edge
            for edge in _edges(shifts, zone, moment, moment + LOOK_AHEAD)
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
    """When the clock on the wall next shows one of these minutes. Where it is put forward or back before
    that, the next minute."""
    there = moment.astimezone(zone)
    minute = there.hour * 60 + there.minute
    shown = moment + min((mark - minute - 1) % DAY + 1 for mark in marks) * MINUTE
    return shown if shown.astimezone(zone).utcoffset() == there.utcoffset() else moment + MINUTE


def edges(duty: Duty, zone: tzinfo, begins: datetime, ends: datetime) -> list[datetime]:
    """The first of these moments and those between them at which this liaison's duty may change."""
    planned = [moment for change in duty.changes for moment in (change.begins_at, change.ends_at)]
    own = [moment for moment in (duty.word.said_at, duty.word.said_until, duty.until) if moment is not None]
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


def _next_end(shifts: Sequence[Shift], zone: tzinfo, moment: datetime) -> datetime | None:
    """When the current shift ends, or else the next one."""
    change = next_change(shifts, zone, moment)
    return change if change is None or by_pattern(shifts, zone, moment) else next_change(shifts, zone, change)


def _next_beginning(shifts: Sequence[Shift], zone: tzinfo, moment: datetime) -> datetime | None:
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
    """What is known of the duty of these liaisons, or of everybody, between these moments; not of those whose
    mandate was over before."""
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
        liaison: Duty(Word(on_duty, said_at, said_until), shifts[liaison], changes[liaison], until)
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
    """Of each body that has liaisons, by its code, the stretches between these moments in which nobody of it
    is on duty."""
    of_body = defaultdict[str, list[Duty]](list)
    known = duties(session, begins, ends)
    for liaison, body in session.execute(select(Liaison.id, Liaison.body_code).order_by(Liaison.body_code)):
        if liaison in known:
            of_body[body].append(known[liaison])
    return {body: empty for body, those in of_body.items() if (empty := gaps(those, zone, begins, ends))}


def come_on(work: UnitOfWork, who: Liaison) -> datetime | None:
    """They say that they are on duty. It holds until the end of their shift, or of the next, and ends the
    leave they took themselves.

    Returns until when it holds; None: until they say otherwise.
    """
    own_leave = (DutyChange.liaison_id == who.id, DutyChange.why == OWN_LEAVE, DutyChange.ends_at > work.now)
    work.session.execute(update(DutyChange).where(*own_leave).values(ends_at=work.now))
    _say(who, Word(True, work.now, _next_end(_pattern(work.session, who), work.country.zone, work.now)))
    return who.said_until


def go_off(work: UnitOfWork, who: Liaison, days: int | None = None) -> datetime | None:
    """They say that they are off duty, until their next shift begins; or on leave for so many days, from 1
    on.

    Returns until when it holds; None: until they say otherwise.
    """
    if days is None:
        _say(
            who,
            Word(False, work.now, _next_beginning(_pattern(work.session, who), work.country.zone, work.now)),
        )
        return who.said_until
    until = (work.now.astimezone(work.country.zone) + timedelta(days=days)).astimezone(UTC)
    _arrange(work.session, Half(who.id, Stretch(work.now, until), OWN_LEAVE))
    _say(who, Word(True))
    return until


def stay_off(work: UnitOfWork, who: Liaison) -> None:
    """They want to hear nothing from us: they are off duty until they say otherwise, whatever their shifts."""
    _say(who, Word(False, work.now))


def _say(who: Liaison, word: Word) -> None:
    who.on_duty, who.said_at, who.said_until = word


def _pattern(session: Session, who: Liaison) -> list[Shift]:
    return list(session.scalars(select(Shift).where(Shift.liaison_id == who.id)))


class Half(NamedTuple):
    """One liaison's part in what is arranged."""

    liaison: int
    stretch: Stretch
    why: str
    on_duty: bool = False


def give_leave(session: Session, liaison_id: int, begins: datetime, ends: datetime) -> int:
    """From then to then this liaison is off duty, whatever the pattern says. Returns the number of what is
    arranged."""
    return _arrange(session, Half(liaison_id, Stretch(begins, ends), LEAVE))


def stand_in(session: Session, gives: int, takes: int, stretch: Stretch) -> int:
    """In this stretch the one liaison is off duty, and the other on duty in their place. Returns the number
    of what is arranged."""
    return _arrange(session, *_halves(gives, takes, stretch))


def swap(session: Session, one: int, other: int, first: Stretch, second: Stretch) -> int:
    """The other stands in for the one in the first stretch, and the one for the other in the second. Returns
    the number of it all."""
    return _arrange(session, *_halves(one, other, first), *_halves(other, one, second))


def _halves(gives: int, takes: int, stretch: Stretch) -> tuple[Half, Half]:
    return (
        Half(gives, stretch, f"liaison {takes} stands in"),
        Half(takes, stretch, f"stands in for liaison {gives}", on_duty=True),
    )


def _arrange(session: Session, *halves: Half) -> int:
    first: int | None = None
    for liaison, (begins, ends), why, there in halves:
        row = DutyChange(
            liaison_id=liaison, begins_at=begins, ends_at=ends, on_duty=there, why=why, part_of=first
        )
        session.add(row)
        session.flush()
        first = first or row.id
    assert first is not None
    return first


def coming(session: Session, now: datetime) -> list[DutyChange]:
    """The leave and the swaps that are not past yet, the soonest first."""
    ahead = (DutyChange.ends_at > now, DutyChange.ends_at > DutyChange.begins_at)
    return list(
        session.scalars(select(DutyChange).where(*ahead).order_by(DutyChange.begins_at, DutyChange.id))
    )


def cancel(session: Session, number: int, now: datetime) -> list[DutyChange]:
    """Undo what is not past yet of the leave or the swap with this number, both halves: it ends now, or never
    begins. Returns the rows."""
    undone = [each for each in coming(session, now) if each.number == number]
    for each in undone:
        each.ends_at = max(each.begins_at, now)
    session.flush()
    return undone


# --------------------------------------------------------------------------------------- as a file lists them


@dataclass(frozen=True, slots=True)
class Listed:
    """A shift as a file lists it."""

    liaison: int
    days: str
    """Digits, 0 for Monday; empty where the liaison has no pattern any more."""
    begins: int = 0
    ends: int = 0


def read_rows(table: Table, country: Country, who: Callable[[str], int | None]) -> list[Listed]:
    """The shifts that a file lists, or `BadRows` with a reason for each row that is wrong. `who` finds the
    liaison with a number."""
    bad = [*table.wrong] if table.rows else [BadRow(1, "there is nothing under the heading")]
    listed = []
    for line, row in table.rows:
        number = number_in(row["phone"], country)
        liaison = who(number) if number else None
        reasons = list(_complaints(row, number, liaison, country))
        bad += [BadRow(line, reason) for reason in reasons]
        if not reasons and liaison is not None:
            listed.append(_listed(row, liaison))
    if bad:
        raise BadRows(sorted(bad, key=lambda each: each.line))
    return listed


def _complaints(row: Cells, number: str, liaison: int | None, country: Country) -> Iterator[str]:
    """What is wrong with a row for itself. A telephone number is never repeated."""
    is_none = row["days"].casefold() == NONE
    for column in ("phone", "days") if is_none else COLUMNS:
        if not row[column]:
            yield f"the {column} is missing"
    if row["phone"] and not number:
        yield no_number(row["phone"], country)
    if number and liaison is None:
        yield "no liaison has this phone; load the liaisons first, with itikia liaisons load"
    if row["days"] and not is_none and not days_in(row["days"]):
        yield f"days is “{row['days']}”; write daily, or mon-fri, or mon|wed|sun"
    if row["from"] and minutes_in(row["from"]) in (None, DAY):
        yield f"from is “{row['from']}”; write a time from 00:00 to 23:59"
    if row["to"] and minutes_in(row["to"]) is None:
        yield f"to is “{row['to']}”; write a time from 00:00 to 24:00"


def _listed(row: Cells, liaison: int) -> Listed:
    begins, ends = minutes_in(row["from"]), minutes_in(row["to"])
    if begins is None or ends is None:
        return Listed(liaison, "")
    return Listed(liaison, days_in(row["days"]), begins, ends)


def days_in(text: str) -> str:
    """The days of the week in `daily`, `mon-fri`, `fri-mon`, `mon|wed|sun` or `mon-wed|sat`, as digits; empty
    where they are none."""
    parts = [part.strip() for part in text.casefold().split("|")]
    found = {day for part in parts for day in _span(part)}
    return "".join(str(day) for day in sorted(found)) if all(map(_span, parts)) else ""


def in_words(shift: Shift) -> str:
    """As a file would list it: mon-fri 08:00 to 17:00."""
    begins, ends = (f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (shift.begins, shift.ends))
    return f"{_days(shift.days)} {begins} to {ends}"


def _days(digits: str) -> str:
    """What `days_in` reads as these digits."""
    if len(digits) == len(DAYS):
        return DAILY
    runs: list[str] = []
    for digit in digits:
        runs[-1:] = (
            [runs[-1] + digit] if runs and int(runs[-1][-1]) + 1 == int(digit) else [*runs[-1:], digit]
        )
    return "|".join(DAYS[int(run[0])] + (f"-{DAYS[int(run[-1])]}" if run[1:] else "") for run in runs)


def _span(part: str) -> list[int]:
    if part == DAILY:
        return list(range(7))
    first, dash, last = (piece.strip() for piece in part.partition("-"))
    if first not in DAYS or (dash and last not in DAYS):
        return []
    begins = DAYS.index(first)
    length = (DAYS.index(last) - begins) % 7 + 1 if dash else 1
    return [(begins + day) % 7 for day in range(length)]


def minutes_in(text: str) -> int | None:
    """Minutes after midnight of a time as 18:00, up to 24:00; None where it is none."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::00)?", text, re.ASCII)
    if found is None or int(found[2]) > 59:
        return None
    minutes = int(found[1]) * 60 + int(found[2])
    return minutes if minutes <= DAY else None


def save(session: Session, listed: Sequence[Listed], zone: tzinfo, now: datetime) -> None:
    """Give each liaison in the list this pattern instead of theirs. What they said without an end gives way
    to it: ON at once, OFF when their next shift begins."""
    those = {each.liaison for each in listed}
    session.execute(delete(Shift).where(Shift.liaison_id.in_(those)))
    session.add_all(
        Shift(liaison_id=each.liaison, days=each.days, begins=each.begins, ends=each.ends)
        for each in listed
        if each.days
    )
    session.flush()
    for who in session.scalars(
        select(Liaison).where(
            Liaison.id.in_(those), Liaison.said_at.is_not(None), Liaison.said_until.is_(None)
        )
    ):
        if pattern := _pattern(session, who):
            who.said_until = now if who.on_duty else _next_beginning(pattern, zone, now)
