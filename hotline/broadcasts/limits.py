"""Too soon, too many, too far, at night: why a broadcast may not go now."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.broadcasts import phrases, preview, recipients
from hotline.broadcasts.broadcast import OUT, Broadcast, BroadcastState
from hotline.broadcasts.copies import REACHED, Copy
from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.places.areas import AreaRecord, Areas

APART = timedelta(hours=12)
"""Between two messages to the same place."""
A_WEEK, MOST_A_WEEK = timedelta(days=7), 3
A_DAY, MOST_EMERGENCIES, MOST_PHONES = timedelta(days=1), 2, 2000
"""Emergency messages: as many a day, and to as many."""


class Waits(NamedTuple):
    """Minutes between the approval and the first batch, and between the first batch and the others."""

    cooling: int
    pause: int


USUAL, AT_ONCE = Waits(10, 5), Waits(0, 0)


def waits_of(broadcast: Broadcast) -> Waits:
    """What warns of danger loses no time, nor does a template
    that sets something right; own words are looked at longer."""
    return AT_ONCE if broadcast.emergency or (_corrects(broadcast) and broadcast.template) else USUAL


def _corrects(broadcast: Broadcast) -> bool:
    """Whether it sets another one right."""
    return broadcast.corrects_id is not None or broadcast.corrects is not None


def waits(work: UnitOfWork, broadcast: Broadcast) -> timedelta:
    """How long it takes, apart from sending."""
    return work.settings.minutes(sum(waits_of(broadcast)))


class NotNow(Exception):
    """It cannot be done as it stands; carries the phrase that says why."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__()
        self.words = phrase


def limits(work: UnitOfWork, broadcast: Broadcast) -> None:
    """Raises `NotNow` where it would go to nobody, to too many, or too soon after another."""
    going = recipients.how_many(work, broadcast)
    if not going:
        raise NotNow(phrases.cannot_now(broadcast.code, phrases.GOES_TO_NOBODY))
    if broadcast.emergency and going > MOST_PHONES:
        raise NotNow(phrases.cannot_now(broadcast.code, phrases.TOO_MANY))
    _lock_country(work)
    if soon := too_soon(work, broadcast):
        raise NotNow(phrases.cannot_now(broadcast.code, soon))


def _lock_country(work: UnitOfWork) -> None:
    """Lock the country's row: two broadcasts must not both pass the limit check."""
    work.session.execute(
        select(AreaRecord.code)
        .where(AreaRecord.code == work.areas.country.code)
        .with_for_update(key_share=True)
    )


def too_soon(work: UnitOfWork, broadcast: Broadcast) -> Phrase | None:
    """Why this place has had enough for now; None where it has not.
    What sets something right always may go, and so may a drill."""
    if broadcast.exercise or _corrects(broadcast):
        return None
    if broadcast.emergency:
        return phrases.ENOUGH_EMERGENCIES if _emergencies(work, broadcast) >= MOST_EMERGENCIES else None
    begun = sorted(each.opens_at for each in _lately(work, broadcast) if each.opens_at is not None)
    if begun and work.now - begun[-1] < APART:
        return phrases.had_one_today(work.clock_time(begun[-1] + APART))
    return (
        phrases.had_three_this_week(work.clock_time(begun[-MOST_A_WEEK] + A_WEEK))
        if len(begun) >= MOST_A_WEEK
        else None
    )


def _emergencies(work: UnitOfWork, broadcast: Broadcast) -> int:
    """How many emergency messages went to the county within a day."""
    since = (
        Broadcast.emergency,
        ~Broadcast.exercise,
        Broadcast.opens_at > work.now - A_DAY,
        Broadcast.id != broadcast.id,
    )
    counties = [_county(work.areas, code) for code in broadcast.areas]
    return sum(
        meet(work.areas, each.areas, counties)
        for each in work.session.scalars(select(Broadcast).where(*since))
    )


def _county(areas: Areas, code: str) -> str:
    return areas.outwards(areas[code])[-2:][0].code


def _lately(work: UnitOfWork, broadcast: Broadcast) -> Iterable[Broadcast]:
    """What began to go to the same place within a week, or is about to. Once its own time has come, only what
    has begun: of two that cool at once the first goes."""
    not_yet = (
        (BroadcastState.APPROVED, BroadcastState.COOLING) if broadcast.state == BroadcastState.COOLING else ()
    )
    since = (
        Broadcast.opens_at > work.now - A_WEEK,
        Broadcast.corrects_id.is_(None),
        Broadcast.id != broadcast.id,
    )
    went = (
        Broadcast.state.not_in(
            (BroadcastState.DRAFT, BroadcastState.CHECKED, BroadcastState.SUBMITTED, *not_yet)
        ),
        ~Broadcast.exercise,
        ~Broadcast.emergency,
    )
    for each in work.session.scalars(select(Broadcast).where(*since, *went)):
        if meet(work.areas, each.areas, broadcast.areas) and not _never_went(work.session, each):
            yield each


def _never_went(session: Session, broadcast: Broadcast) -> bool:
    """Stopped, withdrawn or expired before anybody had it."""
    return broadcast.state not in (
        *OUT,
        BroadcastState.APPROVED,
        BroadcastState.COOLING,
        BroadcastState.CORRECTED,
    ) and not gone(session, broadcast)


def meet(areas: Areas, some: Iterable[str], others: Sequence[str]) -> bool:
    """Whether a place of the one lies in a place of the other."""
    return any(areas.touch(one, other) for one in some for other in others)


def not_right(work: UnitOfWork, broadcast: Broadcast) -> Phrase | None:
    """Why it may not be sent as it stands: it is out of date, the place
    has had enough, it is night; None where nothing is against it."""
    blocks = [finding.words for finding in preview.findings_of(work, broadcast) if finding.blocks]
    if blocks:
        return phrases.not_checked(broadcast.code, blocks)
    _lock_country(work)
    if soon := too_soon(work, broadcast):
        return phrases.cannot_now(broadcast.code, soon)
    goes = work.in_minutes(0 if broadcast.state == BroadcastState.COOLING else waits_of(broadcast).cooling)
    if (opens := recipients.opening(work, broadcast, goes)) > goes:
        return phrases.cannot_now(broadcast.code, phrases.at_night(work.clock_time(opens)))
    return None


def gone(session: Session, broadcast: Broadcast) -> int:
    """To how many it has gone, as far as anybody knows."""
    return (
        session.scalar(select(func.count()).where(Copy.broadcast_id == broadcast.id, Copy.state.in_(REACHED)))
        or 0
    )
