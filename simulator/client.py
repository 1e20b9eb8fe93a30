"""Phones for tests and benchmarks: press keys and read screens of a running simulator, in few words.

    town = Town("http://127.0.0.1:8055")
    citizen = town.phone("+254711000111")
    print(citizen.dial(), citizen.reply("1"))
    print(citizen.wait_for_text(containing="case").body)

One `Town` may be shared between threads as long as no two use the same phone at once.
"""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests

PATIENCE = 60.0
LONGEST_WAIT = 20.0


class NotPossible(Exception):
    """The simulator will not do this. The message says why."""


@dataclass(frozen=True)
class Received:
    """A text on a phone: who sent it, and what it says."""

    id: str
    sender: str
    body: str


class Town:
    """A running simulator at `base_url`. Its methods raise NotPossible, or requests.ConnectionError when nobody is there."""

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

    def trouble(self, **troubles: Any) -> None:
        """Make trouble as in `troubles.py`: trouble(carrier_down=True), trouble(next=[{"kind": "slow", "seconds": 3, "times": 2}])."""
        self.ask("PUT", "/troubles", troubles)

    def calm(self) -> None:
        """Lift every trouble."""
        self.ask("DELETE", "/troubles")

    def reset(self) -> None:
        """Forget everything but the phones of the start."""
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

    def wait_for_text(self, containing: str = "", seconds: float = 10) -> Received:
        """The first text with these words that no wait has returned before. Raises TimeoutError when none comes in time."""
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
        """The phone as JSON, as soon as something in the town differs from the version `seen`, or when time is up."""
        row: dict[str, Any] = self._town.ask("GET", f"{self._path}?seen={quote(seen)}&wait={min(max(0.0, seconds), LONGEST_WAIT):.3f}")
        return row

    def change(self, **switches: Any) -> None:
        """Switches as in `control.py`: change(on=False), change(refuses=407), change(undeliverable=True), change(opted_out=True)."""
        self._town.ask("PATCH", self._path, switches)

    def read(self) -> None:
        """Look at every text."""
        self._press("read")

    def _press(self, key: str, **body: str) -> str:
        return str(self._town.ask("POST", f"{self._path}/{key}", body)["screen"])


def received(row: dict[str, Any]) -> list[Received]:
    """The texts that came to a phone, the oldest first."""
    return [Received(text["id"], text["other"], text["body"]) for text in row["texts"] if not text["mine"]]
