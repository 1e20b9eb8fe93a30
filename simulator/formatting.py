"""Bold words and links as Telegram writes them: strict HTML in,
plain text with marks beside it out, and safe HTML for a browser.

Places and lengths are counted in UTF-16 units, as everywhere on Telegram. What is wrong is declined in
Telegram's own words, which name the place in bytes.
"""

import html
import re
from dataclasses import dataclass, field
from typing import Any

from simulator.asked import Asked, Declined, bad

TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024
TAGS = {
    "bold": ("b", "strong"),
    "italic": ("i", "em"),
    "underline": ("u", "ins"),
    "strikethrough": ("s", "strike", "del"),
    "spoiler": ("tg-spoiler",),
    "code": ("code",),
    "pre": ("pre",),
    "blockquote": ("blockquote",),
    "text_link": ("a",),
}
KINDS = {tag: kind for kind, tags in TAGS.items() for tag in tags}
PIECE = re.compile(
    r"""<(?P<end>/?)(?P<name>[^\s>]*)(?P<rest>(?:[^>"']|"[^"]*"|'[^']*')*)>"""
    r"""|(?P<open><)|&(?P<letter>lt|gt|amp|quot|#\d+|#x[\da-fA-F]+);"""
)
ATTRIBUTES = re.compile(r"""(?:\s+([^\s=]+)\s*=\s*("[^"]*"|'[^']*'|[\w.-]+))*\s*""")
LINK = re.compile(r"""\shref\s*=\s*("[^"]*"|'[^']*'|[\w.-]+)""")
WEB = re.compile(r"(https?|tg)://", re.IGNORECASE)

Entity = dict[str, Any]


@dataclass(frozen=True)
class Formatted:
    """A text and the marks on it, sorted by place, the longer first."""

    text: str
    entities: list[Entity] = field(default_factory=list)

    def trimmed(self) -> "Formatted":
        """Without the space around it."""
        cut, text = units(self.text) - units(self.text.lstrip()), self.text.strip()
        clipped = (clip(entity, cut, units(text)) for entity in self.entities)
        kept = [entity for entity in clipped if entity["length"] > 0]
        return Formatted(text, sorted(kept, key=lambda entity: (entity["offset"], -entity["length"])))

    def html(self) -> str:
        """Safe to show in a browser: nothing of the text is taken for a tag."""
        raw = self.text.encode("utf-16-le", "surrogatepass")
        return spread(raw, 0, len(raw) // 2, self.entities)


def units(text: str) -> int:
    """How long a text is as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clip(entity: Entity, cut: int, end: int) -> Entity:
    """The mark on a text from which so much was cut in front, and which now ends there."""
    start = max(0, entity["offset"] - cut)
    return {**entity, "offset": start, "length": min(end, entity["offset"] + entity["length"] - cut) - start}


def asked_text(asked: Asked) -> Formatted:
    """The text of a message. Raises Declined when it is empty or too long."""
    found = asked_words(asked, "text", "entities")
    if not found.text:
        raise bad("message text is empty")
    if units(found.text) > TEXT_LIMIT:
        raise bad("message is too long")
    return found


def asked_caption(asked: Asked) -> Formatted:
    """The words under a picture, if any. Raises Declined."""
    found = asked_words(asked, "caption", "caption_entities")
    if units(found.text) > CAPTION_LIMIT:
        raise bad("message caption is too long")
    return found


def asked_words(asked: Asked, words: str, marks: str) -> Formatted:
    mode = asked.text("parse_mode").lower()
    if mode not in ("", "html"):
        raise bad("unsupported parse_mode")
    text = asked.text(words)
    return (from_html(text) if mode else Formatted(text, asked.thing(marks, list) or [])).trimmed()


def from_html(text: str) -> Formatted:
    """Raises Declined for anything but well-nested known tags."""
    reading = Reading(text)
    for piece in PIECE.finditer(text):
        reading.take(piece)
    return reading.finished()


class Reading:
    """A text in HTML, half read."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._plain = ""
        self._open: list[tuple[str, Entity]] = []
        self._entities: list[Entity] = []

    def take(self, piece: re.Match[str]) -> None:
        """The next tag or escaped letter, and the words before it."""
        self._plain += self._text[self._at : piece.start()]
        self._at = piece.end()
        place = f"at byte offset {len(self._text[: piece.start()].encode())}"
        if piece["letter"]:
            self._plain += html.unescape(piece[0])
        elif piece["open"]:
            raise wrong(
                f"Unclosed {'end' if self._text[piece.end() :].startswith('/') else 'start'} tag {place}"
            )
        elif piece["end"]:
            self._close(piece["name"].lower(), place)
        else:
            self._start(piece["name"].lower(), piece["rest"], place)

    def finished(self) -> Formatted:
        if self._open:
            raise wrong(f'Can\'t find end tag corresponding to start tag "{self._open[-1][0]}"')
        return Formatted(self._plain + self._text[self._at :], self._entities)

    def _start(self, name: str, rest: str, place: str) -> None:
        if name not in KINDS:
            raise wrong(f'Unsupported start tag "{name}" {place}')
        if not ATTRIBUTES.fullmatch(rest):
            raise wrong(f'Expected equal sign in declaration of an attribute of the tag "{name}" {place}')
        entity: Entity = {"offset": units(self._plain), "length": 0, "type": KINDS[name]}
        if name == "a" and (link := LINK.search(rest)):
            entity["url"] = html.unescape(link[1].strip("\"'"))
        self._open.append((name, entity))

    def _close(self, name: str, place: str) -> None:
        if not self._open:
            raise wrong(f"Unexpected end tag {place}")
        expected, entity = self._open.pop()
        if name and name != expected:
            raise wrong(f'Unmatched end tag {place}, expected "</{expected}>", found "</{name}>"')
        entity["length"] = units(self._plain) - entity["offset"]
        if entity["type"] != "text_link" or "url" in entity:
            self._entities.append(entity)


def wrong(what: str) -> Declined:
    return bad(f"can't parse entities: {what}")


def spread(raw: bytes, start: int, end: int, entities: list[Entity]) -> str:
    """The text between two places, the marks inside one another."""
    written = []
    while entities and entities[0]["offset"] < end:
        entity, *entities = entities
        begin, stop = max(start, entity["offset"]), min(end, entity["offset"] + entity["length"])
        if stop <= begin:
            continue
        opened, closed = around(entity)
        inside = [other for other in entities if other["offset"] < stop]
        entities = [other for other in entities if other["offset"] >= stop]
        written += [escaped(raw, start, begin), opened, spread(raw, begin, stop, inside), closed]
        start = stop
    return "".join([*written, escaped(raw, start, end)])


def around(entity: Entity) -> tuple[str, str]:
    """What stands before and after a mark in a browser; nothing for one that is not shown."""
    kind = entity["type"]
    if kind == "spoiler":
        return '<span class="spoiler">', "</span>"
    if kind == "text_link":
        url = html.escape(entity["url"]) if WEB.match(entity["url"]) else ""
        return (f'<a href="{url}" target="_blank" rel="noreferrer noopener">', "</a>") if url else ("", "")
    return (f"<{TAGS[kind][0]}>", f"</{TAGS[kind][0]}>") if kind in TAGS else ("", "")


def escaped(raw: bytes, start: int, end: int) -> str:
    return html.escape(raw[2 * start : 2 * end].decode("utf-16-le", "replace"))
