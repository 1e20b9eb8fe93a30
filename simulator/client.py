"""Phones and chats for tests and benchmarks: press keys
and read screens of a running simulator, in few words.

    town = Town("http://127.0.0.1:8055")
    citizen = town.phone("+254711000111")
    print(citizen.dial(), citizen.reply("1"))
    print(citizen.wait_for_text(containing="case").body)

    asha = town.chat(7001, "Asha")
    asha.start()
    asha.tap("Report")
    print(asha.wait_for("What happened").buttons)

One `Town` may be shared between threads as long as no two use the same phone or chat at once.
"""

import base64
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

import requests

from simulator.shown import ChatMessage, Received, chat_messages, received

PATIENCE = 60.0
LONGEST_WAIT = 20.0
VERY_LONG = 600.0
"""How long one waits for words who does not say how long."""
Found = TypeVar("Found")


class NotPossible(Exception):
    """The simulator will not do this. The message says why."""


class Town:
    """A running simulator at `base_url`. Its methods raise
    NotPossible, or requests.ConnectionError when nobody is there."""

    def __init__(self, base_url: str = "http://127.0.0.1:8055") -> None:
        self.address = base_url.rstrip("/")
        self._line = requests.Session()
        self._line.trust_env = False

    def __enter__(self) -> "Town":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the connections go."""
        self._line.close()

    def phone(self, number: str, label: str = "") -> "Phone":
        """The phone with this number, new if there was none."""
        return Phone(self, self.ask("PUT", f"/phones/{quote(number)}", {"label": label})["number"])

    def phones(self) -> list["Phone"]:
        return [Phone(self, row["number"]) for row in self.ask("GET", "/phones")]

    def chat(self, user: int, name: str = "", number: str = "", language_code: str = "en") -> "Chat":
        """The Telegram account of this user, new if there was
        none. A name and a number left out stay as they are."""
        wanted = {"name": name, "number": number, "language_code": language_code}
        self.ask("PUT", f"/chats/{user}", {key: value for key, value in wanted.items() if value})
        return Chat(self, user)

    def chats(self) -> list["Chat"]:
        return [Chat(self, row["user"]) for row in self.ask("GET", "/chats")]

    def telegram(self) -> dict[str, Any]:
        """The bot, its webhook, commands, descriptions and counters, as `messenger.py` gives them."""
        telegram: dict[str, Any] = self.ask("GET", "/telegram")
        return telegram

    def inject(self, update: dict[str, Any]) -> None:
        """Let any update happen, in Telegram's own shape."""
        self.ask("POST", "/updates", update)

    def trouble(self, **troubles: Any) -> None:
        """Make trouble as in `troubles.py`: trouble(carrier_down=True),
        trouble(next=[{"kind": "slow", "seconds": 3, "times": 2}])."""
        self.ask("PUT", "/troubles", troubles)

    def calm(self) -> None:
        """Lift every trouble."""
        self.ask("DELETE", "/troubles")

    def reset(self) -> None:
        """Forget everything but the phones and chats of the start."""
        self.ask("POST", "/reset", {})

    def faults(self) -> list[str]:
        """What the hotline did wrong, as sentences without numbers."""
        return [fault["what"] for fault in self.ask("GET", "/faults")]

    def counters(self) -> dict[str, Any]:
        """The counts as `network.py` gives them."""
        counters: dict[str, Any] = self.ask("GET", "/counters")
        return counters

    @property
    def short_code(self) -> str:
        """Where texts come from and go to."""
        return str(self.ask("GET", "/town")["short_code"])

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One request to the controls, as in the table of `control.py`."""
        response = self._line.request(method, f"{self.address}/simulator{path}", json=body, timeout=PATIENCE)
        if not response.ok:
            raise NotPossible(response.json()["error"])
        return response.json()


class Phone:
    """One phone in the town. What was sent while it was not looked at waits in the inbox."""

    def __init__(self, town: Town, number: str) -> None:
        self._town, self.number = town, number
        self._path = f"/phones/{quote(number)}"
        self._waited_for: set[str] = set()

    @property
    def row(self) -> dict[str, Any]:
        """The phone as JSON."""
        return self.row_after("", 0)

    @property
    def screen(self) -> str:
        """The page on the phone now; empty when it is in no call."""
        return str(self.row["screen"])

    @property
    def in_call(self) -> bool:
        """Whether a page is waiting for an answer."""
        session = self.row["session"]
        return bool(session) and session["standing"] == "open"

    def dial(self, code: str = "") -> str:
        """Press the green key; the page that comes."""
        return self._press("dial", code=code)

    def reply(self, text: str) -> str:
        """Answer the page; the page that comes."""
        return self._press("reply", text=text)

    def hang_up(self) -> None:
        self._press("hang-up")

    def text(self, to: str, body: str) -> None:
        """Send a text to the short code."""
        self._press("texts", to=to, text=body)

    def inbox(self) -> list[Received]:
        """Every text received, the oldest first."""
        return received(self.row)

    def wait_for_text(self, containing: str = "", seconds: float = VERY_LONG) -> Received:
        """The first text with these words that no wait has returned
        before. Raises TimeoutError when none comes in time."""
        until, seen = time.monotonic() + seconds, ""
        while True:
            row = self.row_after(seen, until - time.monotonic())
            seen = row["version"]
            for text in received(row):
                if containing in text.body and text.id not in self._waited_for:
                    self._waited_for.add(text.id)
                    return text
            if time.monotonic() >= until:
                raise TimeoutError(f"No text containing “{containing}” came within {seconds} seconds.")

    def row_after(self, seen: str, seconds: float) -> dict[str, Any]:
        """The phone as JSON, as soon as something in the town
        differs from the version `seen`, or when time is up."""
        row: dict[str, Any] = self._town.ask(
            "GET", f"{self._path}?seen={quote(seen)}&wait={min(max(0.0, seconds), LONGEST_WAIT):.3f}"
        )
        return row

    def change(self, **switches: Any) -> None:
        """Switches as in `control.py`: change(on=False), change(refuses=407),
        change(undeliverable=True), change(opted_out=True)."""
        self._town.ask("PATCH", self._path, switches)

    def read(self) -> None:
        """Look at every text."""
        self._press("read")

    def _press(self, key: str, **body: str) -> str:
        return str(self._town.ask("POST", f"{self._path}/{key}", body)["screen"])


class Chat:
    """One person's chat with the bot on Telegram, with everything that the person can do in it."""

    def __init__(self, town: Town, user: int) -> None:
        self._town, self.user = town, user
        self._path = f"/chats/{user}"

    @property
    def row(self) -> dict[str, Any]:
        """The chat as JSON."""
        return self.row_after("", 0)

    @property
    def messages(self) -> list[ChatMessage]:
        """Every message as it is now, the oldest first."""
        return chat_messages(self.row)

    @property
    def last(self) -> ChatMessage:
        """The newest message of the bot. Raises NotPossible when there is none."""
        if not (of_the_bot := [message for message in self.messages if not message.mine]):
            raise NotPossible("The bot has said nothing yet.")
        return of_the_bot[-1]

    @property
    def screen(self) -> str:
        """What the newest message of the bot says."""
        return self.last.text

    def start(self, payload: str = "") -> None:
        """Press START, perhaps after following a link with a word in it."""
        self._do("start", payload=payload)

    def say(self, text: str, reply_to: int = 0, forwarded_from: str = "") -> None:
        """Write a message."""
        self._do("messages", text=text, reply_to=reply_to, forwarded_from=forwarded_from)

    def edit(self, message: int, text: str) -> None:
        """Change the words of an own message."""
        self._do("edit", message=message, text=text)

    def tap(self, label: str, message: int | None = None, *, stale: bool = False) -> None:
        """Tap the newest button with this label, or a message's; a `stale` one may be gone by now."""
        self._do("tap", button=label, message=message, stale=stale)

    def share_location(self, latitude: float, longitude: float) -> None:
        self._do("location", latitude=latitude, longitude=longitude)

    def share_contact(self, **card: Any) -> None:
        """One's own number; or a card with another `number`, `name` or `user_id`."""
        self._do("contact", **card)

    def photo(self, content: bytes, caption: str = "") -> None:
        self._do("photo", content=in_base64(content), caption=caption)

    def voice(self, content: bytes, duration: int = 3) -> None:
        self._do("voice", content=in_base64(content), duration=duration)

    def document(
        self,
        content: bytes = b"",
        size: int = 0,
        file_name: str = "file",
        mime_type: str = "application/octet-stream",
    ) -> None:
        """A file; without content, one of so many bytes."""
        self._do("document", content=in_base64(content), size=size, file_name=file_name, mime_type=mime_type)

    def sticker(self) -> None:
        self._do("sticker")

    def read(self) -> None:
        """Look at every message."""
        self._do("read")

    def block(self) -> None:
        """Block the bot."""
        self.change(blocked=True)

    def unblock(self) -> None:
        """Let the bot write again."""
        self.change(blocked=False)

    def change(self, **switches: Any) -> None:
        """Switches as in `control.py`: change(deactivated=True), change(language_code="sw")."""
        self._town.ask("PATCH", self._path, switches)

    def wait_for(self, containing: str = "", seconds: float = VERY_LONG) -> ChatMessage:
        """The newest message of the bot that says this now, perhaps
        after an edit. Raises TimeoutError when none does in time."""

        def found(row: dict[str, Any]) -> ChatMessage | None:
            said = (message for message in reversed(chat_messages(row)) if not message.mine)
            return next((message for message in said if containing in message.text), None)

        return self._wait(found, f"No message containing “{containing}” came", seconds)

    def wait_for_toast(self, containing: str = "", seconds: float = VERY_LONG) -> str:
        """What the answer to the last tap said. Raises TimeoutError
        when there is none with these words in time."""

        def found(row: dict[str, Any]) -> str | None:
            return str(row["toast"]["text"]) if row["toast"] and containing in row["toast"]["text"] else None

        return self._wait(found, f"No answer to a tap containing “{containing}” came", seconds)

    def row_after(self, seen: str, seconds: float) -> dict[str, Any]:
        """The chat as JSON, as soon as something in the town
        differs from the version `seen`, or when time is up."""
        row: dict[str, Any] = self._town.ask(
            "GET", f"{self._path}?seen={quote(seen)}&wait={min(max(0.0, seconds), LONGEST_WAIT):.3f}"
        )
        return row

    def _wait(self, found: Callable[[dict[str, Any]], Found | None], otherwise: str, seconds: float) -> Found:
        until, seen = time.monotonic() + seconds, ""
        while True:
            row = self.row_after(seen, until - time.monotonic())
            seen = row["version"]
            if (what := found(row)) is not None:
                return what
            if time.monotonic() >= until:
                raise TimeoutError(f"{otherwise} within {seconds} seconds.")

    def _do(self, act: str, **body: Any) -> None:
        self._town.ask("POST", f"{self._path}/{act}", body)


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
