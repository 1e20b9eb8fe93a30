"""A screen as pages of a phone's size. What does not fit is on the next page; no choice is ever dropped."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from hotline.conversation import numbered_menu
from hotline.conversation.screens import Ask, Menu
from hotline.core.gsm import fits, plain
from hotline.core.i18n import Phrase, _, say

BACK, HOME, MORE = "0", "00", str(numbered_menu.MORE)
"""The keys that people know from their networks' own menus. No choice ever has one of these numbers."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one page holds: GSM-7 septets, or UTF-16 units where the language needs them."""

    septets: int
    units: int


def not_understood(question: Menu | Ask) -> Phrase:
    """Said above the question when it is asked again."""
    return (
        _("Choose a number from the list.") if isinstance(question, Menu) else _("Please write a few words.")
    )


@lru_cache(maxsize=1024)
def pages(
    question: Menu | Ask, language: str, limits: Limits, *, first: bool = False, again: bool = False
) -> tuple[str, ...]:
    """A question as pages. On the `first` there is nothing to go
    back to; `again` says that the last answer was not understood."""
    text = plain(say(question.text, language))
    lines = numbered_menu.lines(question, language) if isinstance(question, Menu) else []
    top = plain(say(not_understood(question), language)) if again else ""
    back, more = plain(say(BACK_LINE, language)), plain(say(MORE_LINE, language))
    parts = [part for line in (text, *lines) for part in _broken(plain(line), [top, more, back], limits)]
    return tuple(_turned(parts, top, more, back, limits, first=first))


BACK_LINE = _("{back}. Back {home}. Home", back=BACK, home=HOME)
MORE_LINE = _("{more}. More", more=MORE)


def _turned(
    parts: list[str], top: str, more: str, back: str, limits: Limits, *, first: bool
) -> Iterator[str]:
    """Fill page after page. Each but the last ends with the
    way on, and the very `first` of a call has no way back."""
    way_back = "" if first else back
    while parts:
        room = len(parts)
        while room > 1 and not _fits([top, *parts[:room], more if parts[room:] else "", way_back], limits):
            room -= 1
        here, parts = parts[:room], parts[room:]
        yield _page([top, *here, more if parts else "", way_back])
        way_back = back


def _broken(text: str, around: list[str], limits: Limits) -> list[str]:
    """A question or a choice, broken between words, and within
    a word only where that alone is longer than a page."""
    if _fits([text, *around], limits):
        return [text]
    words = chain.from_iterable([word] if _fits([word, *around], limits) else word for word in _WORDS(text))
    parts = [""]
    for word in words:
        if _fits([parts[-1] + word, *around], limits):
            parts[-1] += word
        else:
            parts.append(word)
    return [part.strip("\n ") for part in parts]


_WORDS = re.compile(r"\s*\S+").findall


def _page(parts: list[str]) -> str:
    return "\n".join(part for part in parts if part)


def _fits(parts: list[str], limits: Limits) -> bool:
    return fits(_page(parts), septets=limits.septets, units=limits.units)
