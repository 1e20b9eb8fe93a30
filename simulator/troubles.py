"""Bad days of a carrier, on demand: it is slow, silent, down, says things twice or in the wrong order.

| mishap   | what the next request to send a text meets                                                          |
| -------- | --------------------------------------------------------------------------------------------------- |
| `slow`   | the text is accepted at once, its receipts may come first, and the answer comes after `seconds`     |
| `silent` | the text is accepted, and after `seconds` the connection breaks without an answer                   |
| `reset`  | the connection breaks at once; the text is not accepted                                             |
| `error`  | HTTP `code` (500 unless told); the text is not accepted                                             |
| `refuse` | HTTP 201, but every number is turned down with the status `code`: 401, 405, 500, 502 and so on      |

Standing until lifted: `carrier_down` (nothing goes either way; texts from phones wait), `twice` (every callback is posted
twice), `late` (callbacks come so many seconds late), `shuffled` (callbacks come in any order).
"""

import random
from collections import deque
from dataclasses import dataclass, field
from typing import Any

KINDS = ("slow", "silent", "reset", "error", "refuse")
STANDING = ("carrier_down", "twice", "late", "shuffled")
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
    mishaps: deque[Mishap] = field(default_factory=deque)

    def change(self, wanted: dict[str, Any]) -> None:
        """Take what a test or the page asks for: the standing ones by name, and `next`, a list of mishaps with how many `times`."""
        if unknown := set(wanted) - {*STANDING, "next"}:
            raise UnknownTrouble(f"There is no trouble called {', '.join(sorted(unknown))}. There are {', '.join(STANDING)} and next.")
        if "next" in wanted:
            self.mishaps = deque(mishap for asked in wanted["next"] for mishap in mishaps(asked))
        for name in STANDING:
            setattr(self, name, type(getattr(self, name))(wanted.get(name, getattr(self, name))))

    def forget(self) -> None:
        """All quiet again."""
        self.change({"carrier_down": False, "twice": False, "late": 0.0, "shuffled": False, "next": []})

    def next_mishap(self) -> Mishap | None:
        """The trouble that this request meets, if any is left."""
        try:
            return self.mishaps.popleft()
        except IndexError:
            return None

    def delay(self) -> float:
        """How many seconds late the next callback is."""
        return self.late + (random.uniform(0, SHUFFLE_SECONDS) if self.shuffled else 0)  # noqa: S311 -- no secret, only disorder

    def view(self) -> dict[str, Any]:
        return {**{name: getattr(self, name) for name in STANDING}, "next": [mishap.kind for mishap in self.mishaps]}


def mishaps(asked: dict[str, Any]) -> list[Mishap]:
    """The mishaps that one entry of `next` asks for."""
    if asked.get("kind") not in KINDS:
        raise UnknownTrouble(f"A request can be met with {', '.join(KINDS)}.")
    return [Mishap(asked["kind"], float(asked.get("seconds", 0)), int(asked.get("code", 500)))] * int(asked.get("times", 1))
