"""Reads updates from the stream and has them done: serially
within a chat, as they came, and many chats concurrently.

One process reads at a time, by a Redis lock with a TTL that it renews. When it dies the lock expires within
seconds; a process in reserve takes it, and claims what the dead one had read and not acknowledged.
"""

import asyncio
import logging
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import uuid4

import redis.asyncio
from redis.exceptions import RedisError, ResponseError
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.api import pauses
from bot.stream import STREAM, opened
from bot.talks import Why
from hotline.core.crypto import Tampered, Vault
from hotline.core.database import Locked

log = logging.getLogger(__name__)

GROUP, LOCK, DEAD = "bot", "telegram:bot", "telegram:dead"
HELD = 6.0
"""TTL of the lock in seconds; it is renewed at a third of that."""
LOOK_BACK = 30.0
"""Seconds after which unacknowledged entries are claimed again, also our own."""
SIDE_BY_SIDE = 32
"""Chats that are served at once."""
IN_HAND = 1000
"""Back-pressure: so many updates in memory at most; the others wait in the stream."""
TRIES = 5
"""Retries of an update that fails for a reason of its own; then it
goes to the dead-letter stream, and the chat goes on."""
LONGEST_PAUSE = 15.0
A_MINUTE = 60
"""Updates that one chat may bring in a minute, by when they came; more is no person."""

PASSING = (*Locked, NetworkError, RetryAfter, InvalidToken, RedisError, OSError)

Do = Callable[[dict[str, Any]], Awaitable[None]]
Sorry = Callable[[dict[str, Any], Why], Awaitable[None]]

# Compare and renew in one step: the lock may have expired and be another's by now.
RENEW = (
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return "
    "redis.call('PEXPIRE', KEYS[1], ARGV[2]) else return 0 end"
)


class Taken(NamedTuple):
    """An entry of the stream that is in hand."""

    entry: bytes
    fields: dict[bytes, bytes]
    update: dict[str, Any]
    """Empty where it does not open."""
    excess: int
    """Which it is of those that are too many for a minute; 0 if it is none of them."""


class Intake:
    """The only reader of the stream."""

    def __init__(self, redis_url: str, vault: Vault, do: Do, sorry: Sorry, stopping: asyncio.Event) -> None:
        """`do` does an update and may be asked to do it again; `sorry` tells whoever sent it that it was not
        taken, and why. Once `stopping` is set nothing more is taken, and what is being done is finished."""
        self._redis = redis.asyncio.Redis.from_url(redis_url, socket_connect_timeout=2)
        self._vault, self._do, self._sorry = vault, do, sorry
        self._me = uuid4().hex
        self._free = asyncio.Semaphore(SIDE_BY_SIDE)
        self._waiting: dict[int, deque[Taken]] = defaultdict(deque)
        self._chains: dict[int, asyncio.Task[None]] = {}
        self._in_hand: set[bytes] = set()
        self._recent: dict[int, deque[float]] = defaultdict(deque)
        self._stopping = stopping

    async def run(self) -> None:
        """Until told to stop. Redis may go away and come back meanwhile."""
        while not self._stopping.is_set():
            try:
                if await self._lock():
                    await self._take_over(idle=0)
                    await self._read()
                else:
                    await asyncio.sleep(1)
            except (RedisError, OSError) as error:
                log.warning("the stream is away (%s)", type(error).__name__)
                await asyncio.sleep(1)
        self._waiting.clear()
        if self._chains:
            await asyncio.wait(self._chains.values(), timeout=10)
        with suppress(RedisError, OSError):
            await self._redis.eval(
                "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end",
                1,
                LOCK,
                self._me,
            )
        await self._redis.aclose()

    async def _lock(self) -> bool:
        """Take the lock, or renew it where it is ours."""
        if await self._redis.set(LOCK, self._me, nx=True, px=int(HELD * 1000)):
            return True
        return bool(await self._redis.eval(RENEW, 1, LOCK, self._me, int(HELD * 1000)))

    async def _take_over(self, idle: float) -> None:
        """`XAUTOCLAIM` every entry that was read at least so many seconds
        ago and not acknowledged, by the process before us, or by us."""
        with suppress(ResponseError):  # the group exists already
            await self._redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        start = b"0-0"
        while True:
            claimed: Any = await self._redis.xautoclaim(
                STREAM, GROUP, self._me, int(idle * 1000), start, count=100
            )
            start = claimed[0]
            self._take(claimed[1])
            if start == b"0-0":
                return

    async def _read(self) -> None:
        """Read new entries for as long as the lock is ours."""
        looked = renewed = time.monotonic()
        while not self._stopping.is_set():
            if time.monotonic() - renewed > HELD / 3:
                if not await self._lock():
                    log.warning("another process has taken the stream over")
                    return
                renewed = time.monotonic()
            if time.monotonic() - looked > LOOK_BACK:
                looked = time.monotonic()
                await self._take_over(idle=LOOK_BACK)
            room = IN_HAND - len(self._in_hand)
            if room <= 0:
                await asyncio.sleep(0.05)
                continue
            read: Any = await self._redis.xreadgroup(
                GROUP, self._me, {STREAM: ">"}, count=min(room, 100), block=1000
            )
            for _stream, entries in read:
                self._take(entries)

    def _take(self, entries: list[tuple[bytes, dict[bytes, bytes]]]) -> None:
        for entry, fields in entries:
            if entry in self._in_hand or not fields:
                continue
            try:
                update = opened(self._vault, fields[b"update"])
            except (Tampered, KeyError, ValueError):  # nothing to trace
                log.error("an entry of the stream does not open, and is put aside")  # noqa: TRY400
                update = {}
            self._in_hand.add(entry)
            self._chain(chat_of(update)).append(
                Taken(entry, fields, update, self._is_too_much(entry, chat_of(update)))
            )

    def _chain(self, chat: int) -> "deque[Taken]":
        if chat not in self._chains:
            self._chains[chat] = asyncio.create_task(self._serve(chat))
        return self._waiting[chat]

    async def _serve(self, chat: int) -> None:
        """One coroutine a chat: do what waits there in order, and end when nothing does."""
        try:
            while waiting := self._waiting.get(chat):
                await self._finish(waiting[0])
                if waiting:
                    waiting.popleft()
        finally:
            self._waiting.pop(chat, None)
            del self._chains[chat]

    async def _finish(self, taken: Taken) -> None:
        """Do it until it is done, and only then acknowledge it."""
        if taken.excess:
            await self._turn_away(taken)
        elif taken.update and not await self._is_done(taken.update):
            await self._forget(taken, put_aside=True)
            return
        await self._forget(taken, put_aside=not taken.update)

    async def _turn_away(self, taken: Taken) -> None:
        """A chat that brings more than a person can is told so once, and heard again after a minute."""
        if taken.excess == 1:
            with suppress(Exception):
                await self._sorry(taken.update, "too many")

    def _is_too_much(self, entry: bytes, chat: int) -> int:
        recent, came = self._recent[chat], int(entry.partition(b"-")[0]) / 1000
        while recent and recent[0] < came - 60:
            recent.popleft()
        recent.append(came)
        if len(self._recent) > 10_000:
            self._recent = defaultdict(
                deque, {each: times for each, times in self._recent.items() if times[-1] > came - 60}
            )
        return max(0, len(recent) - A_MINUTE)

    async def _is_done(self, update: dict[str, Any]) -> bool:
        """Retry with back-off until it is done, or has failed `TRIES` times for reasons of its own;
        passing trouble does not count. The slot is free during a pause."""
        tries = 0
        for pause in pauses(0.2, LONGEST_PAUSE):
            async with self._free:
                trouble = await self._tried(update)
            if trouble is None:
                return True
            tries += not _passes(trouble)
            if tries >= TRIES:
                break
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            if self._stopping.is_set():
                raise asyncio.CancelledError
        if not isinstance(trouble, TelegramError):  # else it was done, and could only not be shown
            with suppress(Exception):
                await self._sorry(update, "broken")
        return False

    async def _tried(self, update: dict[str, Any]) -> Exception | None:
        try:
            await self._do(update)
        except Exception as error:
            # Its message may quote what somebody wrote: log the type only.
            log.warning("an update waits, or has failed: %s", type(error).__name__)
            return error
        return None

    async def _forget(self, taken: Taken, *, put_aside: bool = False) -> None:
        """`XACK` and `XDEL`. If Redis is away, the entry is
        claimed and done again, which has no effect."""
        try:
            async with self._redis.pipeline() as pipe:
                if put_aside:
                    pipe.xadd(DEAD, {"update": taken.fields.get(b"update", b"")}, maxlen=1000)
                pipe.xack(STREAM, GROUP, taken.entry)
                pipe.xdel(STREAM, taken.entry)
                await pipe.execute()
        except (RedisError, OSError) as error:
            log.warning("what was done could not be noted in the stream (%s)", type(error).__name__)
        finally:
            self._in_hand.discard(taken.entry)


def _passes(trouble: Exception) -> bool:
    """Whether this trouble passes by itself, however long it takes:
    the database, Redis or Telegram will be back."""
    return isinstance(trouble, PASSING) and not isinstance(trouble, BadRequest)  # a NetworkError by descent


def chat_of(update: dict[str, Any]) -> int:
    """The chat that an update belongs to; 0 where it belongs to none."""
    try:
        for kind in ("message", "edited_message", "my_chat_member", "channel_post"):
            if kind in update:
                return int(update[kind]["chat"]["id"])
        pressed = update.get("callback_query", {})
        return int(pressed["message"]["chat"]["id"] if "message" in pressed else pressed["from"]["id"])
    except (KeyError, TypeError, ValueError):
        return 0
