"""The buttons that the hotline puts under a message or in place of
the keyboard; which of them Telegram takes, and which it does not."""

import re
from dataclasses import dataclass, field
from typing import Any

from simulator.asked import Asked, bad

DATA_LIMIT, BUTTONS_LIMIT = 64, 100
ADDRESS = re.compile(r"(https?|tg)://[^\s/]+", re.IGNORECASE)

Button = dict[str, Any]
Rows = list[list[Button]]


@dataclass(frozen=True)
class Markup:
    """What goes along with a message. `keyboard` is None when the
    keyboard stays as it is, and empty when it is taken away."""

    inline: Rows = field(default_factory=list)
    keyboard: Rows | None = None
    one_time: bool = False


@dataclass(frozen=True)
class Keyboard:
    """The buttons in place of the keyboard; `one_time` ones go away when one of them was pressed."""

    rows: Rows
    one_time: bool = False

    def button(self, label: str) -> Button | None:
        return next((button for row in self.rows for button in row if button["text"] == label), None)

    def view(self) -> list[list[dict[str, str]]]:
        return [[{"label": button["text"], "kind": kind(button)} for button in row] for row in self.rows]


def asked_markup(asked: Asked, *, private: bool = True) -> Markup:
    """Raises Declined, in Telegram's words, for what it would not take."""
    markup = asked.thing("reply_markup", dict) or {}
    if "inline_keyboard" in markup:
        return Markup(inline=inline(rows(markup["inline_keyboard"])))
    if "keyboard" in markup:
        return Markup(
            keyboard=replies(rows(markup["keyboard"]), private),
            one_time=bool(markup.get("one_time_keyboard")),
        )
    if markup and not {"remove_keyboard", "force_reply"} & set(markup):
        raise bad("object expected as reply markup")
    return Markup(keyboard=[] if markup.get("remove_keyboard") else None)


def asked_inline(asked: Asked) -> Rows:
    """The buttons of a message that is edited: none when none are named. Raises Declined."""
    markup = asked_markup(asked)
    if markup.keyboard is not None:
        raise bad("inline keyboard expected")
    return markup.inline


def rows(found: Any) -> Rows:
    """Rows of buttons with something written on each; a bare word is a button too."""
    if not isinstance(found, list) or not all(isinstance(row, list) for row in found):
        raise bad("field of keyboard must be an Array of Arrays")
    read = [
        [{"text": button} if isinstance(button, str) else button for button in row] for row in found if row
    ]
    if not all(isinstance(button, dict) for row in read for button in row):
        raise bad("can't parse keyboard button: KeyboardButton must be an Object")
    if sum(map(len, read)) > BUTTONS_LIMIT:
        raise bad("reply markup is too long")
    return read


def inline(asked: Rows) -> Rows:
    for button in (button for row in asked for button in row):
        if not button.get("text"):
            raise bad("can't parse inline keyboard button: Text must be non-empty")
        if "callback_data" in button:
            if not 1 <= len(str(button["callback_data"]).encode()) <= DATA_LIMIT:
                raise bad("BUTTON_DATA_INVALID")
        elif "url" not in button:
            raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        elif not ADDRESS.match(str(button["url"])):
            raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    return asked


def replies(asked: Rows, private: bool) -> Rows:
    for button in (button for row in asked for button in row):
        if not button.get("text"):
            raise bad("can't parse keyboard button: Text must be non-empty")
        if not private and kind(button) in ("contact", "location"):
            what = "phone number" if kind(button) == "contact" else "location"
            raise bad(f"{what} can be requested in private chats only")
    return asked


def kind(button: Button) -> str:
    """What pressing it does: tap (says so to the hotline), url,
    contact, location, or text (says what is written on it)."""
    if "callback_data" in button:
        return "tap"
    if "url" in button:
        return "url"
    return next((kind for kind in ("contact", "location") if button.get(f"request_{kind}")), "text")


def inline_view(asked: Rows) -> list[list[dict[str, str]]]:
    return [
        [
            {
                "label": button["text"],
                "data": button.get("callback_data", ""),
                "kind": kind(button),
                "url": button.get("url", ""),
            }
            for button in row
        ]
        for row in asked
    ]
