"""Bad days of a carrier, on demand: it is slow, silent, down, says things twice or in the wrong order.

| mishap   | what the next request to send a text meets                                                      |
| -------- | ----------------------------------------------------------------------------------------------- |
| `slow`   | the text is accepted at once, its receipts may come first, and the answer comes after `seconds` |
| `silent` | the text is accepted, and after `seconds` the connection breaks without an answer               |
| `reset`  | the connection breaks at once; the text is not accepted                                         |
| `error`  | HTTP `code` (500 unless told); the text is not accepted                                         |
| `refuse` | HTTP 201, but every number is turned down with the status `code`: 401, 405, 500, 502 and so on  |

Standing until lifted: `carrier_down` (nothing goes either way; texts from
phones wait), `twice` (every callback is posted twice), `late` (callbacks
come so many seconds late), `shuffled` (callbacks come in any order).

Telegram is another company and has bad days of its own: a list
called `telegram`, for the next calls that send or edit a message.

| mishap   | what the next call to send or edit meets                                                        |
| -------- | ----------------------------------------------------------------------------------------------- |
| `slow`   | it is done at once, and the answer comes after `seconds`                                        |
| `silent` | it is done, and after `seconds` the connection breaks without an answer                         |
| `reset`  | the connection breaks at once; it is not done                                                   |
| `error`  | HTTP `code` (500 unless told); it is not done                                                   |
| `flood`  | every call meets 429 with the `retry_after` that is left, for so many `seconds` from now        |

Standing until lifted: `telegram_down` (every call finds the connection broken,
and no update comes; they wait), `telegram_unlimited` (it takes messages as fast
as they come). `twice` holds for Telegram's updates too; the others do not.
"""

import random
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

KINDS = ("slow", "silent", "reset", "error", "refuse")
TELEGRAM_KINDS = ("slow", "silent", "reset", "error", "flood")
STANDING = ("carrier_down", "twice", "late", "shuffled", "telegram_down", "telegram_unlimited")
LISTS = ("next", "telegram")
SHUFFLE_SECONDS = 0.5


class UnknownTrouble(ValueError):
    """There is no such trouble. The message says which there are."""


@dataclass(frozen=True)
class Mishap:
    """What one request meets."""

    kind: str
    seconds: float = 0.0
    code: int = 500


@dataclass
class Troubles:
    """The troubles of now. All quiet unless told."""

    carrier_down: bool = False
    twice: bool = False
    late: float = 0.0
    shuffled: bool = False
    telegram_down: bool = False
    telegram_unlimited: bool = False
    mishaps: deque[Mishap] = field(default_factory=deque)
    telegram_mishaps: deque[Mishap] = field(default_factory=deque)
    _flood_until: float = 0.0

    def change(self, wanted: dict[str, Any]) -> None:
        """Take what a test or the page asks for: the standing ones
        by name, and two lists of mishaps with how many `times`."""
        if unknown := set(wanted) - {*STANDING, *LISTS}:
            known = f"{', '.join(STANDING)}, {' and '.join(LISTS)}"
            raise UnknownTrouble(
                f"There is no trouble called {', '.join(sorted(unknown))}. There are {known}."
            )
        if "next" in wanted:
            self.mishaps = deque(mishap for asked in wanted["next"] for mishap in mishaps(asked, KINDS))
        if "telegram" in wanted:
            self._plan_telegram(
                [mishap for asked in wanted["telegram"] for mishap in mishaps(asked, TELEGRAM_KINDS)]
            )
        for name in STANDING:
            setattr(self, name, type(getattr(self, name))(wanted.get(name, getattr(self, name))))

    def forget(self) -> None:
        """All quiet again."""
        self.change({**dict.fromkeys(STANDING, False), **{name: [] for name in LISTS}})

    def next_mishap(self) -> Mishap | None:
        """The trouble that this request to the carrier meets, if any is left."""
        return first_of(self.mishaps)

    def next_telegram_mishap(self) -> Mishap | None:
        """The trouble that this call to send or edit a message
        meets: a flood as long as it lasts, else what is left."""
        if left := self.flood_left():
            return Mishap("flood", left)
        return first_of(self.telegram_mishaps)

    def flood_left(self) -> float:
        """How many seconds Telegram takes nothing more."""
        return max(0.0, self._flood_until - time.monotonic())

    def delay(self) -> float:
        """How many seconds late the next callback is."""
        disorder = random.uniform(0, SHUFFLE_SECONDS)  # noqa: S311 -- no secret
        return self.late + (disorder if self.shuffled else 0)

    def view(self) -> dict[str, Any]:
        flood = ["flood"] if self.flood_left() else []
        return {
            **{name: getattr(self, name) for name in STANDING},
            "next": [mishap.kind for mishap in self.mishaps],
            "telegram": flood + [mishap.kind for mishap in self.telegram_mishaps],
        }

    def _plan_telegram(self, wanted: list[Mishap]) -> None:
        floods = [mishap.seconds for mishap in wanted if mishap.kind == "flood"]
        self._flood_until = time.monotonic() + max(floods, default=0.0)
        self.telegram_mishaps = deque(mishap for mishap in wanted if mishap.kind != "flood")


def first_of(waiting: deque[Mishap]) -> Mishap | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None


def mishaps(asked: dict[str, Any], kinds: tuple[str, ...]) -> list[Mishap]:
    """The mishaps that one entry of a list asks for."""
    if asked.get("kind") not in kinds:
        raise UnknownTrouble(f"A request can be met with {', '.join(kinds)}.")
    return [Mishap(asked["kind"], float(asked.get("seconds", 0)), int(asked.get("code", 500)))] * int(
        asked.get("times", 1)
    )
