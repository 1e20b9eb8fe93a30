"""Telegram at the public door: whoever does not know the secret
learns nothing, and what is taken is kept sealed before we say so."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import redis

from bot.stream import STREAM, opened
from tests.scenery.doors import Answer, Knocker, open_door
from tests.scenery.waiting import PATIENCE
from tests.scenery.world import World
from webhooks.telegram import MOST_BYTES, SECRET

TOKEN = "1000:a-token-of-the-bot"
MESSAGE: dict[str, Any] = {
    "message_id": 1,
    "date": 1,
    "chat": {"id": 4711000, "type": "private"},
    "text": "they took my phone",
}
UPDATE = {"update_id": 7, "message": MESSAGE}

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture
def bot_door(world: World) -> Iterator[Knocker]:
    world.service.settings = replace(world.service.settings, telegram_token=TOKEN)
    with open_door(world, world.carrier) as knocker:
        yield knocker


def bring(door: Knocker, body: bytes | dict[str, Any], secret: str | None = None) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    shown = door.world.service.settings.telegram_secret if secret is None else secret
    headers = {"Content-Type": "application/json", **({SECRET: shown} if shown else {})}
    return door.ask("/telegram", content, headers)


def stream(door: Knocker) -> list[bytes]:
    with redis.Redis.from_url(door.world.service.settings.redis_url) as client:
        entries: Any = client.xrange(STREAM)
    return [fields[b"update"] for _number, fields in entries]


def test_an_update_is_kept_sealed_before_it_is_said_to_have_arrived(bot_door: Knocker) -> None:
    answer = bring(bot_door, UPDATE)
    assert (answer.status, answer.body) == (200, "ok\n")
    (sealed,) = stream(bot_door)
    assert b"phone" not in sealed
    assert opened(bot_door.world.service.settings.keys.vault, sealed) == UPDATE


def test_nothing_of_it_stands_in_the_queue_in_the_clear(bot_door: Knocker) -> None:
    bring(bot_door, UPDATE)
    with redis.Redis.from_url(bot_door.world.service.settings.redis_url) as client:
        kept = [(key, client.dump(key)) for key in client.keys("*")]
    assert len(kept) == 2
    assert not [
        key
        for key, content in kept
        if b"4711000" in key + (content or b"") or b"they took" in (content or b"")
    ]


def test_the_same_update_is_kept_once(bot_door: Knocker) -> None:
    assert [bring(bot_door, UPDATE).status for _ in range(3)] == [200, 200, 200]
    assert len(stream(bot_door)) == 1
    assert bring(bot_door, {**UPDATE, "update_id": 5}).status == 200, (
        "numbers may begin anew, lower than before"
    )
    assert len(stream(bot_door)) == 2


@pytest.mark.parametrize("secret", ["", "wrong", "a-secret-of-24-letters-x", TOKEN, "é" * 8])
def test_whoever_does_not_know_the_secret_is_turned_away(bot_door: Knocker, secret: str) -> None:
    assert bring(bot_door, UPDATE, secret).status == 403
    assert stream(bot_door) == []


def test_a_stranger_is_turned_away_before_a_word_is_read(bot_door: Knocker) -> None:
    with socket.create_connection(("127.0.0.1", bot_door.port), timeout=PATIENCE) as line:
        line.sendall(
            b"POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
            b"100000\r\n\r\n"
        )
        assert line.recv(12) == b"HTTP/1.1 403"


def test_without_a_token_nobody_is_let_in(world: World) -> None:
    with open_door(world, world.carrier) as knocker:
        assert bring(knocker, UPDATE).status == 403
        assert stream(knocker) == []


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"7", b"[]", b'"text"', b"\xff\xfe", b"{}",
        b"[" * 5000, b'{"update_id": null}', b'{"update_id": true}',
        b'{"update_id": "7"}', b'{"update_id": 7.5}', b'{"update_id": [7]}', b'{"message": {}}',
    ],
)  # fmt: skip
def test_what_is_no_update_is_refused(bot_door: Knocker, body: bytes) -> None:
    answer = bring(bot_door, body)
    assert (answer.status, answer.body) == (400, "this cannot be read\n")
    assert stream(bot_door) == []


def test_what_is_too_large_is_refused(bot_door: Knocker) -> None:
    assert bring(bot_door, {**UPDATE, "more": "x" * MOST_BYTES}).status == 413
    assert bring(bot_door, {**UPDATE, "more": "x" * (MOST_BYTES - 1000)}).status == 200
    assert len(stream(bot_door)) == 1


def test_a_long_message_of_signs_that_are_written_long_gets_through(bot_door: Knocker) -> None:
    long = {**MESSAGE, "text": "🔥" * 2048}
    assert bring(bot_door, {"update_id": 8, "message": {**long, "reply_to_message": long}}).status == 200


def test_while_redis_is_away_it_must_come_again(world: World) -> None:
    world.service.settings = replace(
        world.service.settings, telegram_token=TOKEN, redis_url="redis://127.0.0.1:9/0"
    )
    with open_door(world, world.carrier) as knocker:
        answer = bring(knocker, UPDATE)
    assert (answer.status, answer.body) == (503, "come again\n")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_there_is_nothing_to_see(bot_door: Knocker, method: str) -> None:
    assert bot_door.ask("/telegram", method=method).status == 404
    for other in ("/telegram/", "/telegram/x", "/bot"):
        assert bot_door.ask(other).status == 404


def test_a_fault_in_an_update_is_not_in_the_logs(bot_door: Knocker, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    bring(bot_door, UPDATE, "wrong")
    bring(bot_door, b'{"update_id": "they took my phone"}')
    bring(bot_door, UPDATE)
    assert not any(
        "phone" in record.getMessage() or TOKEN in record.getMessage() for record in caplog.records
    )
