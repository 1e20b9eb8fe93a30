"""What a phone can show: how long a text really is on the air, and how to make it shorter.

A text in the GSM alphabet costs seven bits a letter, and some signs count twice. One letter outside of it,
were it only a curly quotation mark, and the whole text is sent as UCS-2, with less than half the room.

The alphabet and its extension are those of GSM 03.38 (now 3GPP TS 23.038, section
6.2.1), the sizes of the parts those of 3GPP TS 23.040. National tables are left
out: carriers seldom pass them on, and there is none for any African language.
"""

import re
from itertools import chain

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ "
    "!\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The letters that take one septet."""

EXTENSION = "\f^{}\\[~]|€"
"""The letters that take two septets: an escape and a letter, never torn apart."""

ONE_PART = {True: 160, False: 70}
EACH_PART = {True: 153, False: 67}
"""The room in an SMS that is alone, and in each of several, by whether
it is in the GSM alphabet: in septets, or else in UCS-2 units."""

PLAIN = {
    "'": "‘’‚‛′‵ʹʻʼʽˈ`´",
    '"': "“”„‟″‶«»",
    "-": "‐‑‒–—―−⁃",
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "\n": "\u0085\u2028\u2029",
    "...": "…",
    "..": "‥",
    "<": "‹",
    ">": "›",
    "/": "⁄",
    "": "\u00ad\u200b\u2060\ufeff",
}
"""What a word processor writes, by the plain characters that say the same."""

_LETTERS = frozenset(BASIC + EXTENSION)
_TWICE = frozenset(EXTENSION)
_FOLDED = {ord(fancy): simple for simple, fancies in PLAIN.items() for fancy in fancies}
_IS_FANCY = re.compile(f"[{re.escape(''.join(chain.from_iterable(PLAIN.values())))}]").search
_IS_FOREIGN = re.compile(f"[^{re.escape(BASIC + EXTENSION)}]").search
_COUNTED_TWICE = re.compile(f"[{re.escape(EXTENSION)}]").findall
_ASTRAL = re.compile("[\U00010000-\U0010ffff]").findall


def septets(text: str) -> int | None:
    """How many septets the text takes, or `None` when it has
    a letter outside the GSM alphabet and needs UCS-2."""
    return None if _IS_FOREIGN(text) else len(text) + len(_COUNTED_TWICE(text))


def units(text: str) -> int:
    """How many UTF-16 code units the text takes in UCS-2. An emoji takes two."""
    return len(text) + len(_ASTRAL(text))


def _length(text: str) -> tuple[int, bool]:
    """The length as it is sent, and whether that is in septets (else in UCS-2 units)."""
    in_septets = septets(text)
    return (units(text), False) if in_septets is None else (in_septets, True)


def fits(text: str, *, septets: int = 160, units: int = 80) -> bool:
    """Whether the text has room in `septets` if it is in the GSM alphabet, or else in `units` of UCS-2.

    The defaults are one USSD page, which is 160 octets of
    seven bits and so 80 units (3GPP TS 23.038, section 5).
    """
    length, is_gsm = _length(text)
    return length <= (septets if is_gsm else units)


def parts(text: str) -> int:
    """How many SMS the text is sent and paid as. Even an empty one is one.

    A part ends early rather than tear apart an extension
    letter or an emoji, so two texts of one length may differ.
    """
    length, is_gsm = _length(text)
    return 1 if length <= ONE_PART[is_gsm] else _filled(text, is_gsm)


def _filled(text: str, is_gsm: bool) -> int:
    room, count, used = EACH_PART[is_gsm], 1, 0
    for letter in text:
        size = _size(letter, is_gsm)
        count, used = (count, used + size) if used + size <= room else (count + 1, size)
    return count


def _size(letter: str, is_gsm: bool) -> int:
    return 2 if (letter in _TWICE if is_gsm else letter > "\uffff") else 1


def plain(text: str) -> str:
    """The text with typographic quotes, dashes, dots and spaces written
    as on a typewriter. Letters of every language stay as they are."""
    return text.translate(_FOLDED) if _IS_FANCY(text) else text


def shorten(text: str, limit_septets: int, limit_units: int) -> str:
    """The text itself if it fits the limits as `fits` has them, else its
    beginning and "..", cut between two words where that costs little.

    The limits must leave room for the two dots. The answer always fits.
    """
    if fits(text, septets=limit_septets, units=limit_units):
        return text
    end = _room(text, limit_septets - 2, limit_units - 2)
    return text[: _between_words(text, end)].rstrip(" \n\r\t.,;:-") + ".."


def _room(text: str, most_septets: int, most_units: int) -> int:
    """How many letters of the text fit."""
    in_septets, in_units, is_gsm = 0, 0, True
    for place, letter in enumerate(text):
        is_gsm = is_gsm and letter in _LETTERS
        in_septets += _size(letter, True)
        in_units += _size(letter, False)
        if (in_septets > most_septets) if is_gsm else (in_units > most_units):
            return place
    return len(text)


def _between_words(text: str, end: int) -> int:
    """The last place up to `end` where a word ends, unless more than half would be lost."""
    space = max(text.rfind(" ", 0, end + 1), text.rfind("\n", 0, end + 1))
    return space if space > end // 2 else end
