"""What of our calm messages stands on the web, for anybody: a feed of
those that hold, and of those that were taken back or set right."""

import html
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from hotline.broadcasts import cap
from hotline.broadcasts.broadcast import OUT, UNSENT, Broadcast, BroadcastState, Deed
from hotline.broadcasts.cap import REPEATED, Event, What
from hotline.context import UnitOfWork
from hotline.core.i18n import _, say
from hotline.settings import Settings

ATOM = "http://www.w3.org/2005/Atom"


def address(settings: Settings) -> str:
    """Where we are on the web."""
    return settings.public_url or f"http://127.0.0.1:{settings.port}"


def rss(work: UnitOfWork) -> bytes:
    """The feed, as RSS 2.0; the same bytes until something changes in it."""
    root = ET.Element("rss", {"version": "2.0", "xmlns:atom": ATOM})
    channel = ET.SubElement(root, "channel")
    standing = in_feed(_candidates(work), work.now)
    cap.write(channel, _about(work, [event for _each, event in standing]))
    ET.SubElement(
        channel,
        "atom:link",
        href=f"{address(work.settings)}/feed/rss.xml",
        rel="self",
        type="application/rss+xml",
    )
    for broadcast, event in standing:
        _item(work, channel, broadcast, event)
    return cap.as_file(root)


def cap_of(work: UnitOfWork, name: str) -> bytes | None:
    """The CAP file of this name; None where no such message stands in the feed."""
    for broadcast, event in in_feed(_candidates(work), work.now):
        if event.name == name:
            place = address(work.settings)
            return cap.alert(
                broadcast, work.areas, f"itikia@{urlsplit(place).hostname}", place, work.settings.service_code
            )
    return None


def in_feed(broadcasts: Iterable[Broadcast], now: datetime) -> list[tuple[Broadcast, Event]]:
    """Those of these broadcasts that stand in the feed, the newest
    first. What another one sets right is not told for itself."""
    found = [(each, event) for each in broadcasts if (event := cap.event(each)) and _stands(each, event, now)]
    corrected = {id(each.corrects) for each, event in found if event.what is What.UPDATE}
    kept = [(each, event) for each, event in found if id(each) not in corrected]
    return sorted(kept, key=lambda told: (told[1].at, told[1].name), reverse=True)


def _stands(broadcast: Broadcast, event: Event, now: datetime) -> bool:
    """While one is paused, somebody doubts it, and nobody new should come upon it."""
    if not cap.is_for_the_web(broadcast) or (broadcast.state in OUT and broadcast.is_paused):
        return False
    if event.what is not What.ALERT and event.at > now - REPEATED:
        return broadcast.state in (*OUT, BroadcastState.EXPIRED, *cap.TAKEN_BACK)
    return broadcast.state in OUT and broadcast.expires_at > now


def _candidates(work: UnitOfWork) -> Iterable[Broadcast]:
    """Whatever could stand in the feed."""
    since = work.now - REPEATED
    lately = select(Deed.broadcast_id).where(Deed.at > since)
    fresh = or_(Broadcast.expires_at > work.now, Broadcast.id.in_(lately))
    found = (
        select(Broadcast)
        .where(Broadcast.public, ~Broadcast.exercise, Broadcast.state.not_in(UNSENT), fresh)
        .order_by(Broadcast.id)
    )
    whole = (Broadcast.wordings, Broadcast.reaches, Broadcast.deeds, Broadcast.corrects)
    return work.session.scalars(found.options(*(selectinload(part) for part in whole))).all()


def _about(work: UnitOfWork, events: list[Event]) -> Iterator[tuple[str, str]]:
    language, country = work.country.languages[0], work.country.name
    about = _(
        "Checked messages about places in {country}: what holds, and what holds no more.", country=country
    )
    yield "title", say(_("Calm messages: {country}", country=country), language)
    yield "link", f"{address(work.settings)}/feed/rss.xml"
    yield "description", say(about, language)
    yield "language", language.replace("_", "-")
    yield "lastBuildDate", _date(work, events[0].at) if events else ""


def _item(work: UnitOfWork, channel: ET.Element, broadcast: Broadcast, event: Event) -> None:
    item = ET.SubElement(channel, "item")
    language = _language_of(work, broadcast)
    # Feed readers take a description for HTML.
    text = html.escape(cap.description(broadcast, language), quote=False)
    cap.write(item, [("title", cap.headline(broadcast, work.areas, language)), ("description", text)])
    cap.write(item, [("link", f"{address(work.settings)}/feed/{event.name}.xml")])
    ET.SubElement(item, "guid", isPermaLink="false").text = event.identifier
    cap.write(item, [("pubDate", _date(work, event.at))])


def _language_of(work: UnitOfWork, broadcast: Broadcast) -> str:
    """The first of the country's languages that it is said in."""
    return next(
        (language for language in work.country.languages if language in broadcast.texts),
        work.country.languages[0],
    )


def _date(work: UnitOfWork, moment: datetime) -> str:
    return format_datetime(moment.astimezone(work.country.zone))
