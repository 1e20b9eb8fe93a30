"""Takes updates from the stream and has them done: in each chat one after another, as they came, and many chats side by side.

One process has the stream at a time. It holds a lock that it renews; when it dies, whoever waits in reserve has the stream within
seconds, and begins with what the dead one had taken and not finished.
"""

import asyncio
import logging
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import redis.asyncio
from redis.exceptions import RedisError, ResponseError
from telegram.error import BadRequest, NetworkError, RetryAfter

from bot.stream import STREAM, opened
from bot.talks import Why
from hotline.database import Locked
from hotline.sealed import Tampered, Vault

log = logging.getLogger(__name__)

GROUP, LOCK, DEAD = "bot", "telegram:bot", "telegram:dead"
HELD = 6.0
"""Seconds for which the lock holds if it is not renewed."""
SIDE_BY_SIDE = 32
"""Chats that are served at once."""
IN_HAND = 1000
"""Updates that wait in this process at most; the others wait in the stream."""
TRIES = 5
"""How often an update is tried that fails for a reason of its own; then it is put aside, and the chat goes on."""
LONGEST_PAUSE = 15.0
A_MINUTE = 120
"""Updates that one chat may bring in a minute; more is no person."""

PASSING = (*Locked, NetworkError, RetryAfter, RedisError, OSError)
"""What is worth waiting for, however long: the database, Redis or Telegram will be back."""

Do = Callable[[dict[str, Any]], Awaitable[None]]
Sorry = Callable[[dict[str, Any], Why], Awaitable[None]]

RENEW = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) else return 0 end"


class Intake:
    """The only reader of the stream."""

    def __init__(self, redis_url: str, vault: Vault, do: Do, sorry: Sorry, stopping: asyncio.Event) -> None:
        """`do` does an update and may be asked to do it again; `sorry` tells whoever sent it that it was not taken, and why. Once
        `stopping` is set nothing more is taken, and what is being done is finished."""
        self._redis = redis.asyncio.Redis.from_url(redis_url, socket_connect_timeout=2)
        self._vault, self._do, self._sorry = vault, do, sorry
        self._me = uuid4().hex
        self._free = asyncio.Semaphore(SIDE_BY_SIDE)
        self._waiting: dict[int, deque[tuple[bytes, dict[str, Any]]]] = defaultdict(deque)
        self._chains: dict[int, asyncio.Task[None]] = {}
        self._in_hand: set[bytes] = set()
        self._recent: dict[int, deque[float]] = defaultdict(deque)
        self._stopping = stopping

    async def run(self) -> None:
        """Until told to stop. Redis may go away and come back meanwhile."""
        while not self._stopping.is_set():
            try:
                if await self._hold():
                    await self._take_over()
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
            await self._redis.eval("if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end", 1, LOCK, self._me)
        await self._redis.aclose()

    async def _hold(self) -> bool:
        """Whether the stream is ours."""
        if await self._redis.set(LOCK, self._me, nx=True, px=int(HELD * 1000)):
            return True
        return bool(await self._redis.eval(RENEW, 1, LOCK, self._me, int(HELD * 1000)))

    async def _take_over(self) -> None:
        """Whatever was taken and not finished by whoever had the stream before, and by us, if it is not in hand."""
        with suppress(ResponseError):  # it exists already
            await self._redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        start = b"0-0"
        while True:
            claimed: Any = await self._redis.xautoclaim(STREAM, GROUP, self._me, 0, start, count=100)
            start = claimed[0]
            self._take(claimed[1])
            if start == b"0-0":
                return

    async def _read(self) -> None:
        """Read on for as long as the stream is ours."""
        looked = renewed = time.monotonic()
        while not self._stopping.is_set():
            if time.monotonic() - renewed > HELD / 3:
                if not await self._hold():
                    log.warning("another process has taken the stream over")
                    return
                renewed = time.monotonic()
            if time.monotonic() - looked > 10:
                return  # and look again whether something was left behind
            room = IN_HAND - len(self._in_hand)
            if room <= 0:
                await asyncio.sleep(0.05)
                continue
            read: Any = await self._redis.xreadgroup(GROUP, self._me, {STREAM: ">"}, count=min(room, 100), block=1000)
            for _stream, entries in read:
                self._take(entries)

    def _take(self, entries: list[tuple[bytes, dict[bytes, bytes]]]) -> None:
        for entry, fields in entries:
            if entry in self._in_hand or not fields:
                continue
            try:
                update = opened(self._vault, fields[b"update"])
            except (Tampered, KeyError, ValueError):
                log.error("an entry of the stream is not ours, and is put aside")  # noqa: TRY400 - there is nothing to trace
                update = {}
            self._in_hand.add(entry)
            self._chain(chat_of(update)).append((entry, update))

    def _chain(self, chat: int) -> deque[tuple[bytes, dict[str, Any]]]:
        if chat not in self._chains:
            self._chains[chat] = asyncio.create_task(self._serve(chat))
        return self._waiting[chat]

    async def _serve(self, chat: int) -> None:
        """Do what waits in one chat, in order. A place among those served at once is taken for each update, not for the chat."""
        try:
            while waiting := self._waiting.get(chat):
                async with self._free:
                    await self._finish(*waiting[0])
                if waiting:
                    waiting.popleft()
        finally:
            self._waiting.pop(chat, None)
            del self._chains[chat]

    async def _finish(self, entry: bytes, update: dict[str, Any]) -> None:
        """Do it until it is done, and only then let the stream forget it."""
        if not update or await self._is_too_much(update) or await self._is_done(update):
            await self._forget(entry)
        else:
            await self._forget(entry, put_aside=True)

    async def _is_too_much(self, update: dict[str, Any]) -> bool:
        """Whether this chat brings more than a person can. It is told so once, and heard again after a minute."""
        recent, now = self._recent[chat_of(update)], time.monotonic()
        while recent and recent[0] < now - 60:
            recent.popleft()
        recent.append(now)
        if len(recent) == A_MINUTE + 1:
            with suppress(Exception):
                await self._sorry(update, "too many")
        if len(self._recent) > 10_000:
            self._recent = defaultdict(deque, {chat: times for chat, times in self._recent.items() if times[-1] > now - 60})
        return len(recent) > A_MINUTE

    async def _is_done(self, update: dict[str, Any]) -> bool:
        tries = 0
        for pause in _pauses():
            try:
                await self._do(update)
                return True
            except PASSING as error:
                tries += isinstance(error, BadRequest)  # which is none of them, though it descends from one
                log.warning("an update waits (%s)", type(error).__name__)
            except Exception as error:
                tries += 1
                log.error("an update failed: %s", type(error).__name__)  # noqa: TRY400 - its words may hold what somebody wrote
            if tries >= TRIES:
                break
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            if self._stopping.is_set():
                raise asyncio.CancelledError
        with suppress(Exception):
            await self._sorry(update, "broken")
        return False

    async def _forget(self, entry: bytes, *, put_aside: bool = False) -> None:
        """The stream need not keep it any longer. If that cannot be said now, it comes again and has no effect."""
        try:
            async with self._redis.pipeline() as pipe:
                if put_aside:
                    pipe.xadd(DEAD, {"entry": entry}, maxlen=1000)
                pipe.xack(STREAM, GROUP, entry)
                pipe.xdel(STREAM, entry)
                await pipe.execute()
        except (RedisError, OSError) as error:
            log.warning("what was done could not be noted in the stream (%s)", type(error).__name__)
        finally:
            self._in_hand.discard(entry)


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


def _pauses() -> Iterator[float]:
    pause = 0.2
    while True:
        yield pause
        pause = min(LONGEST_PAUSE, pause * 2)
