"""Weekly shifts as a file lists them: read row by row, kept for each liaison, told in the same words."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hotline.core.csv_files import Cells, Table, missing
from hotline.core.errors import BadRow, BadRows
from hotline.directory.liaisons import Liaison, no_number, number_in
from hotline.directory.shifts import DAY, Shift, next_beginning, pattern_of
from hotline.places.countries import Country

COLUMNS = ("phone", "days", "from", "to")
"""What a file of shifts must have."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAILY, NONE = "daily", "none"
"""Every day; and, alone in its row, no pattern any more."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A shift as a file lists it."""

    liaison: int
    days: str
    """Digits, 0 for Monday; empty where the liaison has no pattern any more."""
    begins: int = 0
    ends: int = 0


def read_rows(table: Table, country: Country, who: Callable[[str], int | None]) -> list[Listed]:
    """The shifts that a file lists, or `BadRows` with a reason for
    each row that is wrong. `who` finds the liaison with a number."""
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
    yield from missing(row, ("phone", "days") if is_none else COLUMNS)
    if row["phone"] and not number:
        yield no_number(row["phone"], country)
    if number and liaison is None:
        yield "no liaison has this phone; load the liaisons first, with itikia liaisons load"
    if row["days"] and not is_none and not days_in(row["days"]):
        yield f"days is “{row['days']}”; write daily, or mon-fri, or mon|wed|sun"
    yield from _wrong_times(row)


def _wrong_times(row: Cells) -> Iterator[str]:
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
    """The days of the week in `daily`, `mon-fri`, `fri-mon`, `mon|wed|sun`
    or `mon-wed|sat`, as digits; empty where they are none."""
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
        if pattern := pattern_of(session, who):
            who.said_until = now if who.on_duty else next_beginning(pattern, zone, now)
