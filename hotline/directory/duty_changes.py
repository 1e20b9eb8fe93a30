"""What changes a duty beside the weekly pattern: what liaisons say themselves, leave, stand-ins and swaps."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.context import UnitOfWork
from hotline.directory.liaisons import Liaison
from hotline.directory.shifts import DutyChange, Statement, Stretch, next_beginning, next_end, pattern_of

LEAVE, OWN_LEAVE = "leave", "leave, by their own word"


def come_on(work: UnitOfWork, who: Liaison) -> datetime | None:
    """They say that they are on duty. It holds until the end of their
    shift, or of the next, and ends the leave they took themselves.

    Returns until when it holds; None: until they say otherwise.
    """
    own_leave = (DutyChange.liaison_id == who.id, DutyChange.why == OWN_LEAVE, DutyChange.ends_at > work.now)
    work.session.execute(update(DutyChange).where(*own_leave).values(ends_at=work.now))
    _say(who, Statement(True, work.now, next_end(pattern_of(work.session, who), work.country.zone, work.now)))
    return who.said_until


def go_off(work: UnitOfWork, who: Liaison, days: int | None = None) -> datetime | None:
    """They say that they are off duty, until their next
    shift begins; or on leave for so many days, from 1 on.

    Returns until when it holds; None: until they say otherwise.
    """
    if days is None:
        _say(
            who,
            Statement(
                False, work.now, next_beginning(pattern_of(work.session, who), work.country.zone, work.now)
            ),
        )
        return who.said_until
    until = (work.now.astimezone(work.country.zone) + timedelta(days=days)).astimezone(UTC)
    _arrange(work.session, Half(who.id, Stretch(work.now, until), OWN_LEAVE))
    _say(who, Statement(True))
    return until


def stay_off(work: UnitOfWork, who: Liaison) -> None:
    """They want to hear nothing from us: off duty until they say otherwise, whatever their shifts."""
    _say(who, Statement(False, work.now))


def _say(who: Liaison, statement: Statement) -> None:
    who.on_duty, who.said_at, who.said_until = statement


class Half(NamedTuple):
    """One liaison's part in what is arranged."""

    liaison: int
    stretch: Stretch
    why: str
    on_duty: bool = False


def give_leave(session: Session, liaison_id: int, begins: datetime, ends: datetime) -> int:
    """From then to then this liaison is off duty, whatever the
    pattern says. Returns the number of what is arranged."""
    return _arrange(session, Half(liaison_id, Stretch(begins, ends), LEAVE))


def stand_in(session: Session, gives: int, takes: int, stretch: Stretch) -> int:
    """In this stretch the one liaison is off duty, and the other on
    duty in their place. Returns the number of what is arranged."""
    return _arrange(session, *_halves(gives, takes, stretch))


def swap(session: Session, one: int, other: int, first: Stretch, second: Stretch) -> int:
    """The other stands in for the one in the first stretch, and the
    one for the other in the second. Returns the number of it all."""
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
    """Undo what is not past yet of the leave or the swap with this number,
    both halves: it ends now, or never begins. Returns the rows."""
    undone = [each for each in coming(session, now) if each.number == number]
    for each in undone:
        each.ends_at = max(each.begins_at, now)
    session.flush()
    return undone
