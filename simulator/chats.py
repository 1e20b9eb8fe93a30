"""Chats on Telegram: people's accounts, groups that the bot was added
to, and every message in them as the wire and the page show it."""

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from simulator.asked import Asked, Declined, bad
from simulator.formatting import Formatted
from simulator.keyboards import Keyboard, Rows, inline_view

Wire = dict[str, Any]


@dataclass
class Message:
    """One message; `mine` when the person wrote it. `extra` goes over
    the wire as it is: a picture, a place, a card with a number."""

    id: int
    mine: bool
    kind: str
    words: Formatted
    extra: Wire = field(default_factory=dict)
    file_id: str = ""
    inline: Rows = field(default_factory=list)
    protected: bool = False
    read: bool = False
    date: int = field(default_factory=lambda: int(time.time()))
    edited: int | None = None
    past: list[Rows] = field(default_factory=list)
    """The buttons that it had before."""

    def wire(self) -> Wire:
        """Without who wrote it and where, which only the chat knows."""
        text, marks = ("text", "entities") if self.kind == "text" else ("caption", "caption_entities")
        found = {
            text: self.words.text,
            marks: self.words.entities,
            "edit_date": self.edited,
            "has_protected_content": self.protected,
            "reply_markup": {"inline_keyboard": self.inline} if self.inline else None,
        }
        return {
            "message_id": self.id,
            "date": self.date,
            **{name: value for name, value in found.items() if value},
            **self.extra,
        }

    def change(self, words: Formatted, inline: Rows) -> None:
        """Raises Declined when nothing would change."""
        if (words, inline) == (self.words, self.inline):
            raise bad(
                "message is not modified: specified new message content and reply markup "
                "are exactly the same as a current content and reply markup of the message"
            )
        if self.inline and inline != self.inline:
            self.past.append(self.inline)
        self.words, self.inline, self.edited = words, inline, int(time.time())

    def button(self, wanted: str, *, stale: bool = False) -> Wire | None:
        """A button by its label or its data; also one that the message had once, if `stale`."""
        every = [self.inline, *(reversed(self.past) if stale else ())]
        buttons = [button for rows in every for row in rows for button in row]
        return next(
            (button for button in buttons if wanted in (button["text"], button.get("callback_data"))), None
        )

    def view(self) -> Wire:
        return {
            "id": self.id,
            "mine": self.mine,
            "kind": self.kind,
            "text": self.words.text or self.in_words(),
            "html": self.words.html() or self.in_words(),
            "buttons": inline_view(self.inline),
            "url": f"/simulator/files/{self.file_id}" if self.file_id else None,
            "edited": self.edited is not None,
            "protected": self.protected,
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.date)),
        }

    def in_words(self) -> str:
        """What is shown of a message without words: letters that need no escaping."""
        match self.kind:
            case "location":
                return f"{self.extra['location']['latitude']}, {self.extra['location']['longitude']}"
            case "contact":
                return "".join(
                    letter
                    for letter in self.extra["contact"]["phone_number"]
                    if letter.isalnum() or letter in "+ "
                )
            case "sticker":
                return str(self.extra["sticker"]["emoji"])
        return ""


@dataclass
class Chat:
    """Messages between the bot and somebody."""

    id: int
    messages: dict[int, Message] = field(default_factory=dict)
    keyboard: Keyboard | None = None

    is_private = False

    def wire(self) -> Wire:
        raise NotImplementedError

    def sender(self) -> Wire:
        raise NotImplementedError

    def must_take_messages(self) -> None:
        """Raises Declined when the bot cannot write here."""

    def message(self, asked: Asked, act: str) -> Message:
        """The message that a call names. Raises Declined."""
        if "message_id" not in asked:
            raise bad("message identifier is not specified")
        if not (found := self.messages.get(asked.number("message_id"))):
            raise bad(f"message to {act} not found")
        return found


@dataclass
class Group(Chat):
    """A group or a channel that the bot was added to. It only exists so that the bot can leave it."""

    kind: str = "group"
    title: str = ""
    left: bool = False

    def wire(self) -> Wire:
        return {"id": self.id, "type": self.kind, "title": self.title}

    def must_take_messages(self) -> None:
        """Raises Declined once the bot has left."""
        if self.left:
            raise Declined(
                403,
                "Forbidden: bot is not a member of the "
                f"{self.kind}{'' if self.kind == 'channel' else ' chat'}",
            )


@dataclass
class Account(Chat):
    """One person with Telegram on a smartphone, and their chat with the bot."""

    name: str = ""
    number: str = ""
    language_code: str = "en"
    blocked: bool = False
    deactivated: bool = False
    started: bool = False
    toast: Wire | None = None
    """What the last answer to a tap said."""

    is_private = True

    @property
    def names(self) -> Wire:
        first, _, last = self.name.partition(" ")
        return {"first_name": first or "Somebody", **({"last_name": last} if last else {})}

    @property
    def unread(self) -> int:
        return sum(not message.read for message in self.messages.values() if not message.mine)

    def wire(self) -> Wire:
        return {"id": self.id, **self.names, "type": "private"}

    def sender(self) -> Wire:
        code = {"language_code": self.language_code} if self.language_code else {}
        return {"id": self.id, "is_bot": False, **self.names, **code}

    def must_take_messages(self) -> None:
        """Raises Declined."""
        if not self.started:
            raise bad("chat not found")
        if self.deactivated:
            raise Declined(403, "Forbidden: user is deactivated")
        if self.blocked:
            raise Declined(403, "Forbidden: bot was blocked by the user")


class Chats:
    """Every account and group. The caller holds the lock of the exchange."""

    def __init__(self) -> None:
        self._expected: list[tuple[int, str, str]] = []
        self.accounts: dict[int, Account] = {}
        self.groups: dict[int, Group] = {}
        self._numbers = itertools.count(1)

    def expect(self, user: int, name: str, number: str) -> None:
        """Have an account from the start, and keep it through a reset."""
        self._expected.append((user, name, number))
        self.accounts[user] = Account(user, name=name, number=number)

    def is_expected(self, account: Account) -> bool:
        return account.id in [user for user, _, _ in self._expected]

    def account(self, user: int) -> Account:
        """New if there was none."""
        return self.accounts.setdefault(user, Account(user))

    def group(self, wire: Wire) -> Group:
        """The group or channel of a raw update. New if there was none."""
        made = Group(int(wire["id"]), kind=str(wire["type"]), title=str(wire.get("title", "")))
        return self.groups.setdefault(made.id, made)

    def writable(self, asked: Asked) -> Chat:
        """The chat that a call names. Raises Declined where there is none, or the bot cannot write there."""
        if "chat_id" not in asked:
            raise bad("chat_id is empty")
        written = asked.text("chat_id")
        number = int(written) if written.removeprefix("-").isdecimal() else 0
        chat: Chat | None = self.accounts.get(number) or self.groups.get(number)
        if chat is None:
            raise bad("chat not found")
        chat.must_take_messages()
        return chat

    def new_id(self) -> int:
        return next(self._numbers)

    def forget(self) -> None:
        """New accounts for those of the start, and no others."""
        self.groups = {}
        self.accounts = {
            user: Account(user, name=name, number=number) for user, name, number in self._expected
        }
