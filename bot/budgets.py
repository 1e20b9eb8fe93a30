"""How much we ask of Telegram at a time. Its limits are nowhere
written down for good, so what counts is what it answers.

| limit                        | what we keep to                                                             |
| ---------------------------- | --------------------------------------------------------------------------- |
| 30 messages a second to all  | `TO_ALL` for what we write unasked; answers to what somebody has just       |
|                              | written are free                                                            |
| 1 a second to one chat       | `TO_ONE`, after a few at once                                               |
| "retry after N" (429)        | nothing leaves, from any process of ours, until N seconds have passed       |
| our own side                 | `AT_ONCE` requests in flight: with more than 32 the HTTP client gets        |
|                              | slower, not faster                                                          |
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import redis.asyncio
from redis.exceptions import RedisError
from telegram._utils.types import JSONDict
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

log = logging.getLogger(__name__)

AT_ONCE = 32
TO_ALL, TO_ONE = (1 / 25, 25), (1.0, 3)
"""Seconds between two messages, and how many may go at once after a silence."""
FLOOD = "telegram:flood"
LONGEST_PAUSE = 3600.0
"""Seconds that we wait at most, however long we are told."""


class Flood:
    """Until when Telegram wants to hear nothing from us: a key with
    a TTL in Redis, so that all our processes pause together."""

    def __init__(self, url: str) -> None:
        self._redis = redis.asyncio.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
        self._until = 0.0

    async def began(self, seconds: float) -> None:
        """Telegram answered 429: extend the pause, and never shorten it."""
        seconds = min(seconds, LONGEST_PAUSE)
        self._until = max(self._until, time.monotonic() + seconds)
        log.warning("Telegram wants a pause of %.0f s", seconds)
        try:
            if seconds > await self._left_for_all():
                await self._redis.set(FLOOD, 1, px=int(seconds * 1000))
        except RedisError:
            log.warning("the other processes are not told of it: Redis is away")

    async def over(self) -> None:
        """Sleep until the pause is over."""
        while (left := await self.left()) > 0:
            await asyncio.sleep(left)

    async def left(self) -> float:
        """Seconds that are left of the pause."""
        return max(self._until - time.monotonic(), await self._shared())

    async def _shared(self) -> float:
        try:
            return await self._left_for_all()
        except RedisError:
            return 0.0

    async def _left_for_all(self) -> float:
        return max(0.0, await self._redis.pttl(FLOOD) / 1000)

    async def close(self) -> None:
        await self._redis.aclose()


class Budgets(BaseRateLimiter[str]):
    """Limits a bot's requests in flight. A `patient` one sleeps through
    a pause and retries; otherwise it raises `RetryAfter`."""

    def __init__(self, flood: Flood, *, patient: bool) -> None:
        self._flood, self._patient = flood, patient
        self._in_flight = asyncio.Semaphore(AT_ONCE)

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, bool | JSONDict | list[JSONDict]]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],  # noqa: ARG002 - as the base class has it
        rate_limit_args: str | None,  # noqa: ARG002
    ) -> bool | JSONDict | list[JSONDict]:
        while True:
            if self._patient:
                await self._flood.over()
            elif (left := await self._flood.left()) > 0:
                raise RetryAfter(timedelta(seconds=left))
            async with self._in_flight:
                try:
                    return await callback(*args, **kwargs)
                except RetryAfter as error:
                    await self._flood.began(seconds_of(error))
                    # A tap expires within seconds: to answer it after the pause helps nobody.
                    if not self._patient or endpoint == "answerCallbackQuery":
                        raise


def seconds_of(error: RetryAfter) -> float:
    wait = error.retry_after
    return float(wait) if isinstance(wait, int | float) else wait.total_seconds()


class TokenBuckets:
    """A token bucket a key: places in time, `gap` seconds apart,
    of which a few may be taken at once after a silence."""

    def __init__(self, gap: float, at_once: int, now: Callable[[], float] = time.monotonic) -> None:
        self._gap, self._now = gap, now
        self._credit = gap * (at_once - 1)
        self._next: dict[int, float] = {}

    def take(self, key: int = 0) -> float:
        """Reserve this key's next place: the seconds until then, 0 where it is now."""
        now = self._now()
        place = max(self._next.get(key, 0.0), now - self._credit)
        self._next[key] = place + self._gap
        if len(self._next) > 10_000:
            self._next = {each: place for each, place in self._next.items() if place > now - self._credit}
        return max(0.0, place - now)
