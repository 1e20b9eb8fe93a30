"""A broadcast as other people's warning systems read it: the
Common Alerting Protocol, CAP 1.2, built from its rows alone."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hotline.broadcasts.broadcast import Broadcast, BroadcastState
from hotline.broadcasts.templates import TEMPLATES
from hotline.core.i18n import Phrase, _, say
from hotline.places.areas import Areas
from hotline.places.countries import COUNTRIES

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
TAKEN_BACK = (BroadcastState.STOPPED, BroadcastState.CORRECTED, BroadcastState.WITHDRAWN)
REPEATED = timedelta(hours=24)
"""How long the world is told that a message holds no more, or what was wrong with it."""


class What(StrEnum):
    """What the world is told of a broadcast, in CAP's own words."""

    ALERT = "Alert"
    UPDATE = "Update"
    """It sets another one right."""
    CANCEL = "Cancel"
    """It was out, and holds no more."""


@dataclass(frozen=True, slots=True)
class Event:
    """One message to the world."""

    what: What
    at: datetime
    name: str
    """Of its own: no other broadcast's and no other event's."""

    @property
    def identifier(self) -> str:
        return f"itikia.{self.name}"


@dataclass(frozen=True, slots=True)
class Weight:
    """How pressing it is, how bad and how sure, in CAP's own words."""

    category: str
    urgency: str
    severity: str
    certainty: str


DANGER = Weight("Security", "Immediate", "Severe", "Observed")
OWN_WORDS = Weight("Safety", "Unknown", "Unknown", "Unknown")
"""What an author wrote freely is not weighed: nobody but they could say how bad it is."""
NOTHING_TO_DO = "None"
WEIGHTS = {
    "Avoid": Weight("Safety", "Immediate", "Minor", "Observed"),
    "Monitor": Weight("Safety", "Expected", "Minor", "Unknown"),
    "AllClear": Weight("Safety", "Past", "Minor", "Observed"),
    NOTHING_TO_DO: Weight("Safety", "Past", "Minor", "Observed"),
}
"""Templates that do not warn of danger, by what people are to do."""


def first_event(broadcast: Broadcast) -> Event | None:
    """How the world first heard of it; None where it has not gone out."""
    begun = broadcast.done(BroadcastState.FIRST)
    if not begun:
        return None
    return Event(What.UPDATE if _original(broadcast) else What.ALERT, begun[0].at, f"{broadcast.code}.1")


def event(broadcast: Broadcast) -> Event | None:
    """The last that the world is told of it; None where it has not gone out."""
    first = first_event(broadcast)
    if first is None or broadcast.state not in TAKEN_BACK:
        return first
    ends = [deed.at for deed in broadcast.deeds if deed.what in TAKEN_BACK]
    return Event(What.CANCEL, ends[0], f"{broadcast.code}.2") if ends else None


def is_for_the_web(broadcast: Broadcast) -> bool:
    """Whether anybody outside may ever see it."""
    return broadcast.public and not broadcast.exercise


def _original(broadcast: Broadcast) -> Event | None:
    """What it sets right, unless the world never saw that: then there is nothing to refer to."""
    wrong = broadcast.corrects
    if wrong is None or (is_for_the_web(broadcast) and not is_for_the_web(wrong)):
        return None
    return first_event(wrong)


def alert(broadcast: Broadcast, areas: Areas, sender: str, address: str, contact: str = "") -> bytes:
    """The last that the world is told of it, as a CAP file.
    Raises `ValueError` for one that has not gone out.

    `sender` is our name in it, `address` where we are on the web, `contact` what people dial.
    """
    told = event(broadcast)
    if told is None:
        raise ValueError("it has not gone out")
    return _Writing(broadcast, told, areas, sender, address, contact).file()


CALM_MESSAGE = _("Calm message")


def holds_no_more(code: str) -> Phrase:
    return _("Message {code} holds no more", code=code)


def do_not_go_by(code: str) -> Phrase:
    return _("Do not go by message {code} any more, and do not pass it on.", code=code)


def how_to_ask(dial: str, code: str) -> Phrase:
    return _(
        "To ask whether a message is ours, dial {dial} and give its number: {code}.", dial=dial, code=code
    )


def headline(broadcast: Broadcast, areas: Areas, language: str) -> str:
    """One line on it."""
    told = event(broadcast)
    if told and told.what is What.CANCEL:
        return say(holds_no_more(broadcast.code), language)
    return (
        f"{say(_kind(broadcast), language)}: "
        f"{'; '.join(areas.full_name_of(code) for code in sorted(broadcast.areas))}"
    )


def description(broadcast: Broadcast, language: str) -> str:
    """What it says. One that was taken back is not said again."""
    told = event(broadcast)
    if told and told.what is What.CANCEL:
        return say(do_not_go_by(broadcast.code), language)
    return broadcast.texts.get(language, "")


def _kind(broadcast: Broadcast) -> Phrase:
    template = TEMPLATES.get(broadcast.template)
    return template.name if template else CALM_MESSAGE


def _response(broadcast: Broadcast) -> str:
    template = TEMPLATES.get(broadcast.template)
    return template.response if template else NOTHING_TO_DO


def _weight(broadcast: Broadcast) -> Weight:
    template = TEMPLATES.get(broadcast.template)
    if template is None:
        return OWN_WORDS
    return DANGER if template.frozen else WEIGHTS.get(template.response, OWN_WORDS)


@dataclass(frozen=True, slots=True)
class _Writing:
    """One CAP file being written."""

    broadcast: Broadcast
    event: Event
    areas: Areas
    sender: str
    address: str
    contact: str

    def file(self) -> bytes:
        root = ET.Element("alert", xmlns=NAMESPACE)
        write(root, self._head())
        for language in sorted(self.broadcast.texts):
            self._info(root, language)
        return as_file(root)

    def _head(self) -> Iterable[tuple[str, str]]:
        yield "identifier", self.event.identifier
        yield "sender", self.sender
        yield "sent", self._moment(self.event.at)
        yield "status", "Exercise" if self.broadcast.exercise else "Actual"
        yield "msgType", self.event.what
        yield "scope", "Public"
        yield "note", f"exercise {self.broadcast.code}" if self.broadcast.exercise else ""
        yield "references", self._references()

    def _references(self) -> str:
        """The message before this one, as CAP names it."""
        before = first_event(self.broadcast) if self.event.what is What.CANCEL else _original(self.broadcast)
        return f"{self.sender},{before.identifier},{self._moment(before.at)}" if before else ""

    def _info(self, root: ET.Element, language: str) -> None:
        info = ET.SubElement(root, "info")
        write(info, self._weighed(language))
        write(info, self._times())
        write(info, self._words(language))
        for code in sorted(self.broadcast.areas):
            self._area(info, code)

    def _weighed(self, language: str) -> Iterable[tuple[str, str]]:
        cancels, weight = self.event.what is What.CANCEL, _weight(self.broadcast)
        yield "language", language.replace("_", "-")
        yield "category", weight.category
        yield "event", say(_kind(self.broadcast), language)
        yield "responseType", NOTHING_TO_DO if cancels else _response(self.broadcast)
        yield "urgency", "Past" if cancels else weight.urgency
        yield "severity", "Unknown" if cancels else weight.severity
        yield "certainty", "Unknown" if cancels else weight.certainty

    def _times(self) -> Iterable[tuple[str, str]]:
        cancels = self.event.what is What.CANCEL
        yield "effective", self._moment(self.event.at)
        yield "onset", "" if cancels else self._moment(self.broadcast.known_at)
        yield "expires", self._moment(self.event.at + REPEATED if cancels else self.broadcast.expires_at)

    def _words(self, language: str) -> Iterable[tuple[str, str]]:
        ask = how_to_ask(self.contact, self.broadcast.code)
        yield "senderName", f"Itikia, {self.areas.country.name}"
        yield "headline", headline(self.broadcast, self.areas, language)
        yield "description", description(self.broadcast, language)
        yield "instruction", say(ask, language) if self.contact else ""
        yield "web", f"{self.address}/feed/rss.xml"
        yield "contact", self.contact

    def _area(self, info: ET.Element, code: str) -> None:
        """By its name and code. We know the middle of an area and not its border, so nothing is drawn."""
        area = ET.SubElement(info, "area")
        write(area, [("areaDesc", self.areas.full_name_of(code))])
        write(
            ET.SubElement(area, "geocode"),
            [("valueName", f"{self.areas.country.code} P-code"), ("value", code)],
        )

    def _moment(self, at: datetime) -> str:
        return moment(at, COUNTRIES[self.areas.country.code].zone)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """On this clock, to the second. CAP writes Greenwich as -00:00."""
    return at.astimezone(zone).isoformat(timespec="seconds").replace("+00:00", "-00:00")


def write(parent: ET.Element, lines: Iterable[tuple[str, str]]) -> None:
    """Write each line into it, but for the empty ones."""
    for tag, text in lines:
        if held := in_xml(text):
            ET.SubElement(parent, tag).text = held


def in_xml(text: str) -> str:
    """The text without what XML cannot hold, and with one kind of line end."""
    return _NOT_IN_XML("", text.replace("\r\n", "\n").replace("\r", "\n"))


_NOT_IN_XML = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]").sub


def as_file(root: ET.Element) -> bytes:
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"
