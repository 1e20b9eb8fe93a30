"""How much Telegram lets the hotline send at a time: so many
messages a second to everybody, and one a second to anybody.

A message is taken while there is a token in the bucket of everybody and in that of its chat. Both fill up
again with time, and that of a chat is full again as soon as the person in it has said or tapped something.
"""

import math
import time
from dataclasses import dataclass, field

from simulator.asked import Declined
from simulator.troubles import Troubles


@dataclass(frozen=True)
class Limits:
    """How strict Telegram is. Rates are per second; the times are in seconds."""

    everybody: float = 30
    everybody_burst: float = 30
    chat: float = 1
    chat_burst: float = 5
    path: float = 3600
    """How long the address of a file lives."""
    query: float = 15
    """How long a tap waits for its answer."""


@dataclass
class Bucket:
    """Tokens that come back with time."""

    rate: float
    burst: float
    _tokens: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self.fill()

    def fill(self) -> None:
        self._tokens, self._at = self.burst, time.monotonic()

    def wait(self) -> float:
        """Seconds until there is a token; 0 when there is one."""
        now = time.monotonic()
        self._tokens, self._at = min(self.burst, self._tokens + self.rate * (now - self._at)), now
        return max(0.0, (1 - self._tokens) / self.rate)

    def take(self, tokens: int = 1) -> None:
        """More than there are is a debt, and the next wait is the longer."""
        self._tokens -= tokens


class Floods:
    """Everybody's bucket and that of every chat. The caller holds the lock of the chats."""

    def __init__(self, limits: Limits, troubles: Troubles) -> None:
        self._limits, self._troubles = limits, troubles
        self.forget()

    def forget(self) -> None:
        self._everybody = Bucket(self._limits.everybody, self._limits.everybody_burst)
        self._chats: dict[int, Bucket] = {}

    def heard_from(self, chat: int) -> None:
        """The person has said something: quick answers are no flood."""
        self._chats.pop(chat, None)

    def let_through(self, chat: int) -> None:
        """Take a token for one message to a chat. Raises Declined when there is none."""
        if self._troubles.telegram_unlimited:
            return
        buckets = (
            self._everybody,
            self._chats.setdefault(chat, Bucket(self._limits.chat, self._limits.chat_burst)),
        )
        if wait := max(bucket.wait() for bucket in buckets):
            raise too_many(wait)
        for bucket in buckets:
            bucket.take()


def too_many(seconds: float) -> Declined:
    after = max(1, math.ceil(seconds))
    return Declined(429, f"Too Many Requests: retry after {after}", after)
