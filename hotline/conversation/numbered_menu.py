"""A list of choices as numbered lines, for every phone that
has keys; and what somebody meant by the key they pressed."""

from collections.abc import Iterator
from itertools import count

from hotline.conversation.screens import Menu
from hotline.core.i18n import say
from hotline.core.typed_input import is_number, tidy

MORE = 98
"""What people know for turning the page. No choice has this number."""


LONGEST = 2
"""Figures of what is a slip where it is no choice's number."""


def lines(menu: Menu, language: str) -> list[str]:
    """The choices, a line each: `1. Yes`. A choice has the
    same number wherever the list is broken into pages."""
    return [
        f"{number}. {say(words, language)}"
        for number, (_key, words) in zip(numbers_of(menu), menu.choices, strict=False)
    ]


def answer(menu: Menu, typed: str, language: str) -> str | None:
    """What was meant by what was typed: a choice's key, the
    person's own words where the menu takes them, or None.

    People write `1`, `1.`, ` 1)` and, on Arabic or Indian keypads, `١` and `१`; some write out the choice.
    Where own words are taken, a number longer than any on a list is such words: an officer's, say.
    """
    text = tidy(typed)
    if is_number(text):
        own = text if menu.typed and len(text) > LONGEST else None
        return next(
            (
                key
                for number, (key, _words) in zip(numbers_of(menu), menu.choices, strict=False)
                if number == int(text)
            ),
            own,
        )
    written = text.casefold()
    for key, words in menu.choices:
        if written and say(words, language).casefold() == written:
            return key
    return text if menu.typed and text else None


def numbers_of(menu: Menu) -> Iterator[int]:
    """The numbers of its choices."""
    return iter(menu.numbers) if menu.numbers else (number for number in count(1) if number != MORE)
