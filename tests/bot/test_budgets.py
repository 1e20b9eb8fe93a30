"""How much is asked of Telegram at a time, and what its answers mean."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import httpx
import pytest
import redis
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot import budgets
from bot.budgets import AT_ONCE, Budgets, Flood, TokenBuckets
from bot.delivery import meaning_of
from hotline.carriers.carrier import Meaning

Result = TypeVar("Result")


@pytest.fixture
def url(redis_url: str) -> str:
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    return redis_url


def with_floods(act: Callable[[Flood, Flood], Awaitable[Result]], url: str) -> Result:
    """With what two processes know of a pause."""

    async def run() -> Result:
        ours, theirs = Flood(url), Flood(url)
        try:
            return await act(ours, theirs)
        finally:
            await ours.close()
            await theirs.close()

    return asyncio.run(run())


async def is_over(flood: Flood) -> bool:
    if await flood.left() > 0:
        return False
    await flood.over()
    return True


def test_a_pause_that_one_process_is_told_of_is_kept_by_all(url: str) -> None:
    async def act(ours: Flood, theirs: Flood) -> tuple[bool, bool, bool]:
        before = await is_over(theirs)
        await ours.began(30)
        return before, await is_over(ours), await is_over(theirs)

    assert with_floods(act, url) == (True, False, False)


def test_when_the_pause_is_over_everybody_goes_on(url: str) -> None:
    async def act(ours: Flood, theirs: Flood) -> bool:
        await ours.began(1)
        assert not await is_over(theirs)
        await theirs.over()
        return await is_over(ours)

    assert with_floods(act, url)


def test_a_shorter_pause_does_not_end_a_longer_one(url: str) -> None:
    async def act(ours: Flood, theirs: Flood) -> bool:
        await ours.began(30)
        await theirs.began(0.01)
        await asyncio.sleep(0.05)
        return await is_over(theirs)

    assert not with_floods(act, url)


def test_without_redis_each_process_keeps_the_pause_that_it_was_told_of() -> None:
    async def act(ours: Flood, theirs: Flood) -> tuple[bool, bool]:
        await ours.began(30)
        return await is_over(ours), await is_over(theirs)

    assert with_floods(act, "redis://127.0.0.1:9/0") == (False, True)


def test_no_pause_is_longer_than_an_hour(url: str) -> None:
    async def act(ours: Flood, _theirs: Flood) -> None:
        await ours.began(10**9)

    with_floods(act, url)
    with redis.Redis.from_url(url) as client:
        assert 0 < int(str(client.pttl(budgets.FLOOD))) <= 3_600_000


async def asked(bot: Budgets, call: Callable[[], Awaitable[bool]], endpoint: str = "sendMessage") -> object:
    return await bot.process_request(call, (), {}, endpoint, {}, None)  # type: ignore[arg-type]


def test_never_more_than_so_many_requests_are_in_flight(url: str) -> None:
    now, most = 0, 0

    async def call() -> bool:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return True

    async def act(ours: Flood, _theirs: Flood) -> None:
        bot = Budgets(ours, patient=True)
        await asyncio.gather(*(asked(bot, call) for _ in range(100)))

    with_floods(act, url)
    assert most == AT_ONCE


@pytest.mark.parametrize(
    ("patient", "endpoint", "tries"),
    [(True, "sendMessage", 2), (True, "answerCallbackQuery", 1), (False, "sendMessage", 1)],
)
def test_one_who_is_patient_asks_again_after_the_pause(
    url: str, *, patient: bool, endpoint: str, tries: int
) -> None:
    calls = 0

    async def call() -> bool:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise RetryAfter(timedelta(seconds=0.5 if tries > 1 else 30))
        return True

    async def act(ours: Flood, theirs: Flood) -> bool:
        try:
            await asked(Budgets(ours, patient=patient), call, endpoint)
        except RetryAfter:
            return not await is_over(theirs)
        return True

    assert with_floods(act, url), "the others hear of it too"
    assert calls == tries


def test_an_impatient_bot_does_not_wait_in_a_flood_and_asks_nothing(url: str) -> None:
    calls = 0

    async def call() -> bool:
        nonlocal calls
        calls += 1
        return True

    async def act(ours: Flood, theirs: Flood) -> float:
        await theirs.began(3000)
        with pytest.raises(RetryAfter) as turned_away:
            await asked(Budgets(ours, patient=False), call)
        return budgets.seconds_of(turned_away.value)

    assert 30 < with_floods(act, url) <= 3000
    assert calls == 0


@dataclass
class Clock:
    """A clock that a test may turn."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_few_go_at_once_and_then_one_after_another() -> None:
    clock = Clock()
    places = TokenBuckets(1.0, 3, clock)
    assert [places.take(1) for _ in range(6)] == [0, 0, 0, 1, 2, 3]
    assert places.take(2) == 0, "nobody else waits for that"
    clock.now += 100
    assert [places.take(1) for _ in range(4)] == [0, 0, 0, 1], (
        "after a silence a few again, and no more than that"
    )


def test_within_any_second_telegram_is_not_asked_for_more_than_it_takes() -> None:
    clock = Clock()
    places, times = TokenBuckets(*budgets.TO_ALL, clock), []
    for _ in range(200):
        clock.now += places.take()
        times.append(clock.now)
    assert max(sum(start <= time < start + 1 for time in times) for start in times[25:]) <= 30


def test_what_is_known_of_quiet_chats_is_forgotten() -> None:
    clock = Clock()
    places = TokenBuckets(1.0, 3, clock)
    for chat in range(10_000):
        places.take(chat)
    clock.now += 60
    places.take(-1)
    assert len(places._next) == 1


def because(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "meaning", "closed"),
    [
        (RetryAfter(30), Meaning.TRANSIENT, False),
        (Forbidden("Forbidden: bot was blocked by the user"), Meaning.PERMANENT, True),
        (Forbidden("Forbidden: user is deactivated"), Meaning.PERMANENT, True),
        (BadRequest("Chat not found"), Meaning.PERMANENT, True),
        (BadRequest("Message is too long"), Meaning.PERMANENT, False),
        (InvalidToken(), Meaning.SETTINGS, False),
        (ChatMigrated(-100), Meaning.UNKNOWN, False),
        (because(TimedOut(), httpx.ReadTimeout("")), Meaning.UNKNOWN, False),
        (because(TimedOut(), httpx.ConnectTimeout("")), Meaning.TRANSIENT, False),
        (because(TimedOut(), httpx.PoolTimeout("")), Meaning.TRANSIENT, False),
        (because(NetworkError(""), httpx.ConnectError("")), Meaning.TRANSIENT, False),
        (because(NetworkError(""), httpx.ReadError("")), Meaning.UNKNOWN, False),
        (NetworkError("Bad Gateway"), Meaning.UNKNOWN, False),
        (TimeoutError(), Meaning.UNKNOWN, False),
    ],
    ids=lambda value: f"{type(value).__name__}({value})" if isinstance(value, Exception) else "",
)
def test_every_answer_has_a_meaning(error: Exception, meaning: Meaning, *, closed: bool) -> None:
    sending = meaning_of(error)
    assert (sending.meaning, sending.closed) == (meaning, closed)


def test_a_flood_says_when_to_try_again() -> None:
    assert meaning_of(RetryAfter(30)).retry_after == timedelta(seconds=30)
