"""What is taken from the stream: how much of it from one chat,
what happens to what cannot be done, and what is done only once."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import redis
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut

from bot import api, intake
from bot.intake import A_MINUTE, DEAD, Intake
from bot.stream import STREAM, opened
from bot.talks import Why
from hotline.core.crypto import Vault
from simulator.files import File, Files
from tests.scenery.chat_words import DO_NOT_REMEMBER, DO_NOT_WRITE, MAY_WE_WRITE, sent_so_far
from tests.scenery.chats import Hotline, on_sqlite
from tests.scenery.media import PHOTO, kept
from tests.scenery.waiting import PATIENCE

VAULT = Vault(bytes(32))
MINUTE = 60_000


class Told:
    """Takes updates as the bot does; remembers what was done, and who was told that theirs was not taken."""

    def __init__(self, do: Callable[[dict[str, Any]], Awaitable[None]] | None = None) -> None:
        self.done: list[int] = []
        self.sorry_for: list[tuple[int, Why]] = []
        self._do = do

    async def do(self, update: dict[str, Any]) -> None:
        if self._do:
            await self._do(update)
        self.done.append(update["update_id"])

    async def sorry(self, update: dict[str, Any], why: Why) -> None:
        self.sorry_for.append((update["update_id"], why))


@pytest.fixture
def queue(redis_url: str) -> "redis.Redis":
    client = redis.Redis.from_url(redis_url)
    client.flushall()
    return client


def update_of(number: int, chat: int = 1) -> dict[str, Any]:
    return {
        "update_id": number,
        "message": {"message_id": 1, "chat": {"id": chat, "type": "private"}, "text": "they took my phone"},
    }


def bring(queue: "redis.Redis", update: dict[str, Any], at: int | None = None) -> None:
    """Put it into the stream, as if it had come then."""
    sealed = VAULT.encrypt(json.dumps(update), STREAM)
    queue.xadd(STREAM, {"update": sealed}, id=f"{at}-*" if at is not None else "*")


def taken(queue: "redis.Redis", redis_url: str, told: Told, enough: Callable[[], bool]) -> None:
    """Have the stream worked on until it is enough."""

    async def work() -> None:
        stopping = asyncio.Event()
        task = asyncio.create_task(Intake(redis_url, VAULT, told.do, told.sorry, stopping).run())
        async with asyncio.timeout(PATIENCE):
            while not enough():
                await asyncio.sleep(0.002)
        stopping.set()
        while not task.done():
            for each in queue.client_list():
                queue.client_unblock(int(each["id"]))
            await asyncio.sleep(0.002)

    asyncio.run(work())
    queue.close()


def test_what_came_over_hours_is_all_taken_though_it_is_taken_at_once(
    queue: "redis.Redis", redis_url: str
) -> None:
    for number in range(3 * A_MINUTE):
        bring(queue, update_of(number), MINUTE + number * 2 * MINUTE // A_MINUTE)
    told = Told()
    taken(queue, redis_url, told, lambda: not queue.xlen(STREAM))
    assert told.done == list(range(3 * A_MINUTE))
    assert told.sorry_for == []


def test_what_came_in_one_minute_is_taken_as_far_as_a_person_can_write(
    queue: "redis.Redis", redis_url: str
) -> None:
    for number in range(2 * A_MINUTE):
        bring(queue, update_of(number), MINUTE + number)
    bring(queue, update_of(900, chat=2), MINUTE + 500)
    bring(queue, update_of(901), 4 * MINUTE)
    told = Told()
    taken(queue, redis_url, told, lambda: not queue.xlen(STREAM))
    assert A_MINUTE == 60
    assert sorted(told.done) == [*range(A_MINUTE), 900, 901], (
        "nobody else is turned away, and after a minute they are heard again"
    )
    assert told.sorry_for == [(A_MINUTE, "too many")]


def test_while_one_rests_others_have_its_place(
    queue: "redis.Redis", redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "SIDE_BY_SIDE", 1)

    async def do(update: dict[str, Any]) -> None:
        if update["update_id"] == 1:
            raise NetworkError("away")

    bring(queue, update_of(1))
    bring(queue, update_of(2, chat=2))
    told = Told(do)
    taken(queue, redis_url, told, lambda: told.done == [2])


def test_what_is_put_aside_keeps_what_it_was_sealed(
    queue: "redis.Redis", redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "TRIES", 1)

    async def do(update: dict[str, Any]) -> None:
        if update["update_id"] == 1:
            raise ValueError("a fault of ours")

    for number in (1, 2):
        bring(queue, update_of(number))
    queue.xadd(STREAM, {"update": b"sealed by somebody else"})
    told = Told(do)
    taken(queue, redis_url, told, lambda: not queue.xlen(STREAM))
    entries: Any = queue.xrange(DEAD)
    aside = [fields[b"update"] for _number, fields in entries]
    queue.close()
    assert told.done == [2]
    assert told.sorry_for == [(1, "broken")]
    assert b"sealed by somebody else" in aside
    (whole,) = [each for each in aside if each != b"sealed by somebody else"]
    assert b"phone" not in whole
    assert opened(VAULT, whole) == update_of(1)


@pytest.mark.parametrize(
    "error", [BadRequest("Message is too long"), TelegramError("whatever comes next year")]
)
def test_what_could_only_not_be_shown_is_never_said_not_to_be_taken(
    queue: "redis.Redis", redis_url: str, error: TelegramError, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "TRIES", 1)

    async def do(_update: dict[str, Any]) -> None:
        raise error

    bring(queue, update_of(1))
    told = Told(do)
    taken(queue, redis_url, told, lambda: not queue.xlen(STREAM))
    assert told.sorry_for == []
    assert queue.xlen(DEAD) == 1
    queue.close()


@pytest.mark.parametrize("error", [NetworkError("away"), RetryAfter(1), TimedOut()])
def test_what_passes_is_waited_for(
    queue: "redis.Redis", redis_url: str, error: TelegramError, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "TRIES", 1)
    tries = 0

    async def do(_update: dict[str, Any]) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise error

    bring(queue, update_of(1))
    told = Told(do)
    taken(queue, redis_url, told, lambda: told.done == [1])
    assert tries == 3


# What may have left is not repeated


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot that waits a moment only for Telegram's answer."""
    line = api._line
    monkeypatch.setattr(
        api, "_line", lambda context, connections, read: line(context, connections, min(read, 2.0))
    )


@on_sqlite
@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    "trouble", [{"kind": "slow", "seconds": 30}, {"kind": "silent", "seconds": 0.0}], ids=["late", "broken"]
)
def test_an_answer_that_may_have_been_shown_is_not_shown_again(
    hotline: Hotline, trouble: dict[str, Any]
) -> None:
    asha = hotline.chat()
    asha.begin()
    hotline.town.trouble(telegram=[trouble])
    asha.say("they took my phone")
    assert sum(said.startswith(MAY_WE_WRITE) for said in asha.said) == 1
    asha.say(DO_NOT_WRITE.lower())
    asha.say(DO_NOT_REMEMBER.lower())
    assert hotline.details() == "they took my phone"
    assert hotline.queue.xlen(DEAD) == 0


@on_sqlite
@pytest.mark.usefixtures("hasty")
def test_what_could_not_be_fetched_in_time_is_fetched_again(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    asha = hotline.chat()
    asha.begin()
    asked = 0
    found = Files.file

    def slow(files: Files, file_id: str) -> File | None:
        nonlocal asked
        asked += 1
        if asked == 1:
            time.sleep(30)
        return found(files, file_id)

    monkeypatch.setattr(Files, "file", slow)
    asha.photo(PHOTO)
    assert asha.screen.startswith(sent_so_far(1))
    assert len(kept(hotline)) == 1
    assert asked > 1
