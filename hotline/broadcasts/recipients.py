"""Who gets a broadcast, and whether each still wants it when it is about to leave."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased

from hotline.broadcasts.broadcast import REACHED, Broadcast, Copy
from hotline.context import UnitOfWork
from hotline.directory import subscriptions
from hotline.directory.people import TELEGRAM, Address
from hotline.directory.subscriptions import ON, Subscription
from hotline.messaging.message import why_closed
from hotline.messaging.quiet_hours import DAYLIGHT, waking
from hotline.places.areas import Areas

Wanted = Select[int, int, str, str]
"""The subscription or the copy from which somebody is on the list, their address, language, and the area that
they want to hear about."""


# --- to whom


def wanted(areas: Areas, broadcast: Broadcast, after: int = 0) -> Wanted:
    """Everybody who would get it, once each; those that come after this subscription, or after this copy of
    what it sets right."""
    corrected = broadcast.corrects_id or (broadcast.corrects.id if broadcast.corrects is not None else None)
    return _reached(corrected, after) if corrected is not None else _subscribed(areas, broadcast, after)


def _may_be_written_to() -> tuple[ColumnElement[bool], ...]:
    """Open addresses, whose owners want to hear from us."""
    return (Address.sealed.is_not(None), Address.closed_at.is_(None), Address.opted_out_at.is_(None))


def _reached(corrected: int, after: int) -> Wanted:
    """Exactly those whom the wrong one has reached, in the language that they read it in."""
    theirs = select(Copy.id, Address.id, Copy.language, Copy.area_code).join(Copy.address)
    had_it = (Copy.broadcast_id == corrected, Copy.state.in_(REACHED), Copy.id > after)
    return theirs.where(*had_it, *_may_be_written_to()).order_by(Copy.id)


def _subscribed(areas: Areas, broadcast: Broadcast, after: int) -> Wanted:
    """Whoever wants to hear about one of its places, about what that lies in, or about something inside; by
    their first subscription."""
    on = (Subscription.state == ON, Subscription.area_code.in_(reach(areas, broadcast.areas)))
    first = select(func.min(Subscription.id)).where(*on).group_by(Subscription.address_id)
    theirs = select(
        Subscription.id, Subscription.address_id, Subscription.language, Subscription.area_code
    ).join(Subscription.address)
    found = theirs.where(Subscription.id.in_(first), Subscription.id > after, *_may_be_written_to()).order_by(
        Subscription.id
    )
    return found.where(~_listed_already(broadcast)) if after else found


def _listed_already(broadcast: Broadcast) -> ColumnElement[bool]:
    """They are on the list by a subscription that they have ended since."""
    copy = aliased(Copy)
    return exists().where(copy.broadcast_id == broadcast.id, copy.address_id == Subscription.address_id)


def reach(areas: Areas, codes: Iterable[str]) -> set[str]:
    """The areas that these are, lie in, or hold."""
    places = [areas[code] for code in codes if code in areas]
    around = {outer.code for place in places for outer in areas.outwards(place)}
    return around | {inner.code for place in places for inner in areas.all_inside(place)}


def how_many(work: UnitOfWork, broadcast: Broadcast) -> int:
    """How many would get it."""
    return (
        work.session.scalar(
            select(func.count()).select_from(wanted(work.areas, broadcast).order_by(None).subquery())
        )
        or 0
    )


@dataclass(frozen=True, slots=True)
class Readers:
    """Those who want to hear about one area, and read one language."""

    area: str
    place: str
    """Its name."""
    language: str
    phones: int
    chats: int

    @property
    def number(self) -> int:
        return self.phones + self.chats


def readers(work: UnitOfWork, broadcast: Broadcast) -> tuple[Readers, ...]:
    """Whom it goes to."""
    each = wanted(work.areas, broadcast).order_by(None).subquery()
    _of, address, language, area = each.c
    counted = select(area, language, Address.channel, func.count()).join(Address, Address.id == address)
    rows = work.session.execute(counted.group_by(area, language, Address.channel)).all()
    on = {(area, language, channel == TELEGRAM): number for area, language, channel, number in rows}
    kinds = sorted({(area, language) for area, language, _chat in on})
    return tuple(
        Readers(
            area,
            work.areas[area].name,
            language,
            on.get((area, language, False), 0),
            on.get((area, language, True), 0),
        )
        for area, language in kinds
    )


def copy_held(work: UnitOfWork, broadcast: Broadcast, copy: Copy) -> str | None:
    """Why this copy may not go to its recipient; None where it may. Asked when it is about to be sent,
    however long it has been listed."""
    return copies_held(work, broadcast, [copy]).get(copy.id)


def copies_held(work: UnitOfWork, broadcast: Broadcast, copies: Sequence[Copy]) -> dict[int, str]:
    """The same of many, by copy: why it may not go."""
    of = {copy.id: (copy.address_id, copy.area_code) for copy in copies if copy.address_id is not None}
    on = (
        set(of.values())
        if broadcast.corrects_id is not None
        else subscriptions.those_on(work.session, set(of.values()))
    )
    held = {copy.id: _held(work, broadcast, copy, wanted=of.get(copy.id) in on) for copy in copies}
    return {identity: why for identity, why in held.items() if why is not None}


def _held(work: UnitOfWork, broadcast: Broadcast, copy: Copy, *, wanted: bool) -> str | None:
    if broadcast.exercise or work.settings.exercise:
        return "it is an exercise"
    if copy.language not in broadcast.texts:
        return "it was not said in their language"
    if copy.address is None:
        return "everything about them was deleted"
    return why_closed(copy.address) or (None if wanted else "they want no more news of it")


def opening(work: UnitOfWork, broadcast: Broadcast, moment: datetime) -> datetime:
    """The first moment from this one on at which a broadcast may be sent: what warns of danger, and what sets
    that right, at any."""
    corrected = broadcast.corrects
    at_any = broadcast.emergency or broadcast.exercise or (corrected is not None and corrected.emergency)
    return moment if at_any else waking(work, moment, DAYLIGHT)
