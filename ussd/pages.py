"""A screen as pages of a phone's size. What does not fit is on the next page; no choice is ever dropped."""

from dataclasses import dataclass
from functools import lru_cache

from hotline.dialogues import numbered
from hotline.dialogues.screens import Ask, Menu
from hotline.gsm import fits, plain
from hotline.language import Words, _, say

BACK, HOME, MORE = "0", "00", "98"
"""The keys that people know from their networks' own menus. No choice ever has one of these numbers."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one page holds: GSM-7 septets, or UTF-16 units where the language needs them."""

    septets: int
    units: int


def not_understood(question: Menu | Ask) -> Words:
    """Said above the question when it is asked again."""
    return _("Choose a number from the list.") if isinstance(question, Menu) else _("Please write a few words.")


@lru_cache(maxsize=4096)
def pages(question: Menu | Ask, language: str, limits: Limits, *, first: bool = False, again: bool = False) -> tuple[str, ...]:
    """A question as pages. On the `first` there is nothing to go back to; `again` says that the last answer was not understood."""
    text = plain(say(question.text, language))
    if again:
        text = f"{plain(say(not_understood(question), language))}\n{text}"
    lines = [plain(line) for line in numbered.lines(question, language)] if isinstance(question, Menu) else []
    return tuple(_turned(text, lines, "" if first else plain(say(BACK_LINE, language)), plain(say(MORE_LINE, language)), limits))


BACK_LINE = _("{back}. Back {home}. Home", back=BACK, home=HOME)
MORE_LINE = _("{more}. More", more=MORE)


def _turned(text: str, lines: list[str], back: str, more: str, limits: Limits) -> list[str]:
    """Fill page after page. Each but the last ends with the way on."""
    done: list[str] = []
    left = [*_chunks(text, back, more, limits), *lines]
    while left:
        room = len(left)
        while room > 1 and not _fits([*left[:room], *([] if room == len(left) else [more]), back], limits):
            room -= 1
        rest = left[room:]
        done.append(_page([*left[:room], *([more] if rest else []), back]))
        left = rest
    return done


def _chunks(text: str, back: str, more: str, limits: Limits) -> list[str]:
    """The question itself, broken between words where it is longer than a page."""
    if _fits([text, more, back], limits):
        return [text]
    chunks, chunk = [], ""
    for word in text.replace("\n", " \n").split(" "):
        longer = f"{chunk} {word}" if chunk else word
        if chunk and not _fits([longer, more, back], limits):
            chunks.append(chunk)
            longer = word
        chunk = longer
    return [part.strip("\n ") for part in (*chunks, chunk)]


def _page(parts: list[str]) -> str:
    return "\n".join(part for part in parts if part)


def _fits(parts: list[str], limits: Limits) -> bool:
    return fits(_page(parts), septets=limits.septets, units=limits.units)
