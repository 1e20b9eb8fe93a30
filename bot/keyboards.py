"""A question as a message with buttons, and what a button that was pressed stands for.

What a button carries is at most 64 bytes, and may be sent back years later, by
anybody's own program. So it names nothing by itself: it says which screen it
was on and a digest of the choice, and both are compared with what is asked now.

| begins | on                  | carries                                                       |
| ------ | ------------------- | ------------------------------------------------------------- |
| `q`    | a question          | the screen, and the digest of a choice                         |
| `p`    | a question          | the screen, and the page to turn to                            |
| `b`    | a question          | the screen: back to the question before                        |
| `l`    | a question of where | the screen: show the button that shares a location             |
| `h`    | a question          | the screen: begin anew                                        |
| `h`    | the last words      | nothing: begin anew                                            |
| `d`    | a case card         | the dispatch, the step, and how the case stood when it was drawn |
| `e`    | a case card         | the dispatch: show what the citizen sent                       |
| `v`    | did help come?      | the message, and the verdict; also that a *yes* was a slip     |
"""

import hashlib
from html import escape
from typing import NamedTuple

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup

from hotline.conversation.chat_store import ChatState
from hotline.conversation.choose_area import is_about_where
from hotline.conversation.replay import Asking
from hotline.conversation.screens import Choices, Menu
from hotline.core.gsm import shorten
from hotline.core.i18n import Phrase, _, say

A_PAGE = 10
"""Choices to a page."""
SHORT = 14
"""Letters of a label that leaves room for another beside it."""

LONGEST_LABEL = 64
"""Letters that a button shows at most, on any phone."""

LONGEST_QUESTION = 3500
"""Letters of a question, which leaves room for what is said before it: a message has 4,096."""

BACK, HOME, MORE, FEWER = _("Back"), _("To the menu"), _("More"), _("Previous")
MY_LOCATION, SHARE_LOCATION, SHARE_NUMBER = _("My location"), _("Share my location"), _("Share my number")
A_SLIP: Choices = (("not_helped", _("No, help did not come")),)
"""Below the thanks for a *yes*."""
NOT_UNDERSTOOD = _("Please press one of the buttons.")


class Button(NamedTuple):
    """What a pressed button carries."""

    kind: str
    of: str = ""
    """The screen, the dispatch or the message that it was on."""
    what: str = ""
    how: str = ""


def pressed(data: str) -> Button:
    """Take apart what a button carries. Nonsense becomes a button of no kind."""
    parts = data.split(":")
    return Button(*parts) if 1 <= len(parts) <= 4 else Button("")


def screen_of(talk: ChatState) -> str:
    """What tells this screen from every other of the chat."""
    return f"{talk.sitting[:6]}.{talk.version}"


def digest(answer: str) -> str:
    return hashlib.blake2b(answer.encode(), digest_size=6).hexdigest()


def chosen(menu: Menu, what: str) -> str | None:
    """The choice with this digest, if the menu has it still."""
    return next((key for key, _words in menu.choices if digest(key) == what), None)


def text_of(asking: Asking, talk: ChatState) -> str:
    """The question in HTML, with whatever is to be said before it."""
    again = say(NOT_UNDERSTOOD, asking.language) if talk.again and isinstance(asking.question, Menu) else ""
    lines = (talk.aside, again, shortened(say(asking.question.text, asking.language), LONGEST_QUESTION))
    return "\n\n".join(escape(line, quote=False) for line in lines if line)


def shortened(text: str, most: int) -> str:
    """As much of a text as has so many letters where Telegram counts them: 🔥 and its like count double."""
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")


def buttons_of(asking: Asking, talk: ChatState) -> InlineKeyboardMarkup | None:
    """The choices of the page that the talk has turned to, and the ways on and back."""
    screen, language = screen_of(talk), asking.language
    menu, page, pages = asking.question, talk.page, 1
    rows: list[list[InlineKeyboardButton]] = []
    if isinstance(menu, Menu):
        pages = -(-len(menu.choices) // A_PAGE)
        page = min(page, pages - 1)
        rows = _choices(menu.choices[page * A_PAGE : (page + 1) * A_PAGE], asking.language, screen)
    turns = [(FEWER, page - 1)] * (page > 0) + [(MORE, page + 1)] * (page + 1 < pages)
    rows.append([_button(say(words, language), "p", screen, str(to)) for words, to in turns])
    ways = [_button(say(MY_LOCATION, language), "l", screen)] if is_about_where(menu) else []
    rows.append(ways)
    rows.append(
        [_button(say(BACK, language), "b", screen), _button(say(HOME, language), "h", screen)]
        if asking.answers
        else []
    )
    return InlineKeyboardMarkup([row for row in rows if row]) if any(rows) else None


def _choices(choices: Choices, language: str, screen: str) -> list[list[InlineKeyboardButton]]:
    """A row to each, or two to a row where all are short."""
    labels = [(shorten(say(words, language), LONGEST_LABEL, LONGEST_LABEL), key) for key, words in choices]
    abreast = 2 if len(labels) > 3 and all(len(label) <= SHORT for label, _key in labels) else 1
    made = [_button(label, "q", screen, digest(key)) for label, key in labels]
    return [made[first : first + abreast] for first in range(0, len(made), abreast)]


def after_the_end(language: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[_button(say(HOME, language), "h")]])


def steps(
    dispatch: int, how: str, choices: Choices, language: str, shows: Phrase | None
) -> InlineKeyboardMarkup | None:
    """What a liaison can do with a case, and a button that shows what the citizen sent, if anything."""
    made = [_button(say(words, language), "d", _base36(dispatch), step, how) for step, words in choices]
    rows = _laid_out(made) + ([[_button(say(shows, language), "e", _base36(dispatch))]] if shows else [])
    return InlineKeyboardMarkup(rows) if rows else None


def _laid_out(made: list[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    """The first in a row of its own, for it comes next as a
    rule; of the others two to a row where both are short."""
    rows = [made[:1]] if made else []
    for place, button in enumerate(made[1:]):
        fits = place and len(rows[-1]) == 1 and len(button.text) <= SHORT and len(rows[-1][0].text) <= SHORT
        rows = [*rows[:-1], [*rows[-1], button]] if fits else [*rows, [button]]
    return rows


def verdicts(message: str, choices: Choices, language: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[_button(say(words, language), "v", message, verdict)] for verdict, words in choices]
    )


def sharing(phrase: Phrase, language: str, *, contact: bool) -> ReplyKeyboardMarkup:
    """The one button that shares a number, or a location."""
    button = KeyboardButton(
        say(phrase, language), request_contact=contact or None, request_location=not contact or None
    )
    return ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)


def number(text: str) -> int | None:
    """A number as `_base36` writes it; None for anything else."""
    try:
        return int(text, 36) if text.isalnum() and len(text) < 12 else None
    except ValueError:
        return None


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = digits[rest] + text
    return text or "0"


def _button(label: str, *carries: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=":".join(carries))
