"""Who gets a broadcast, and from when on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased

from hotline.broadcasts.broadcast import Broadcast
from hotline.broadcasts.copies import REACHED, Copy
from hotline.context import UnitOfWork
from hotline.directory.people import TELEGRAM, Address
from hotline.directory.subscriptions import Subscription, SubscriptionState
from hotline.messaging.quiet_hours import DAYLIGHT, waking
from hotline.places.areas import Areas

Wanted = Select[int, int, str, str]
"""The subscription or the copy from which somebody is on the list,
their address, language, and the area that they want to hear about."""


def wanted(areas: Areas, broadcast: Broadcast, after: int = 0) -> Wanted:
    """Everybody who would get it, once each; those that come after
    this subscription, or after this copy of what it sets right."""
    corrected = broadcast.corrects_id or (broadcast.corrects.id if broadcast.corrects is not None else None)
    return _reached(corrected, after) if corrected is not None else _subscribed(areas, broadcast, after)


def _reached(corrected: int, after: int) -> Wanted:
    """Exactly those whom the wrong one has reached, in the language that they read it in."""
    theirs = select(Copy.id, Address.id, Copy.language, Copy.area_code).join(Copy.address)
    had_it = (Copy.broadcast_id == corrected, Copy.state.in_(REACHED), Copy.id > after)
    return theirs.where(*had_it, Address.may_be_written_to).order_by(Copy.id)


def _subscribed(areas: Areas, broadcast: Broadcast, after: int) -> Wanted:
    """Whoever wants to hear about one of its places, about what that
    lies in, or about something inside; by their first subscription."""
    on = (
        Subscription.state == SubscriptionState.ON,
        Subscription.area_code.in_(reach(areas, broadcast.areas)),
    )
    first = select(func.min(Subscription.id)).where(*on).group_by(Subscription.address_id)
    theirs = select(
        Subscription.id, Subscription.address_id, Subscription.language, Subscription.area_code
    ).join(Subscription.address)
    found = theirs.where(
        Subscription.id.in_(first), Subscription.id > after, Address.may_be_written_to
    ).order_by(Subscription.id)
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


def opening(work: UnitOfWork, broadcast: Broadcast, moment: datetime) -> datetime:
    """The first moment from this one on at which a broadcast may be
    sent: what warns of danger, and what sets that right, at any."""
    corrected = broadcast.corrects
    at_any = broadcast.emergency or broadcast.exercise or (corrected is not None and corrected.emergency)
    return moment if at_any else waking(work, moment, DAYLIGHT)
