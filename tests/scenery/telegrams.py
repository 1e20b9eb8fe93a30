"""The hotline's side of Telegram for these tests: plain calls
to the Bot API, real bots, and an address that takes updates."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import requests
from telegram import Bot

from simulator.server import Simulator
from tests.scenery.pretend import Posted, PretendHotline, Said
from tests.scenery.waiting import PATIENCE, wait_until

TOKEN = "1000:simulated"
Result = TypeVar("Result")
Update = dict[str, Any]


def call(simulator: Simulator, method: str, token: str = TOKEN, **fields: Any) -> requests.Response:
    """One call with its fields as JSON."""
    return requests.post(f"{simulator.url}/bot{token}/{method}", json=fields, timeout=PATIENCE)


def done(answer: requests.Response) -> Any:
    """The result of a call that was done."""
    assert (answer.status_code, answer.json()["ok"]) == (200, True), answer.text
    return answer.json()["result"]


def declined(answer: requests.Response) -> str:
    """The words of a call that was not, after checking that they say the same thing as the code."""
    assert answer.json()["ok"] is False
    assert answer.json()["error_code"] == answer.status_code
    return str(answer.json()["description"])


def with_bot(simulator: Simulator, act: Callable[[Bot], Awaitable[Result]]) -> Result:
    """Let a real bot of python-telegram-bot do something."""

    async def run() -> Result:
        async with Bot(
            TOKEN, base_url=f"{simulator.url}/bot", base_file_url=f"{simulator.url}/file/bot"
        ) as bot:
            return await act(bot)

    return asyncio.run(run())


class Listening(PretendHotline):
    """A pretend hotline that keeps every update, and answers each with `take(update)`; 200 unless told."""

    def __init__(self) -> None:
        super().__init__()
        self.take: Callable[[Update], Said] = lambda _: Said()
        self.url = f"{self.callbacks}/telegram"

    @property
    def updates(self) -> list[Update]:
        return [json.loads(post.raw) for post in self.posts]

    def waited_for_updates(self, count: int) -> list[Update]:
        wait_until(lambda: len(self.posts) >= count, f"{count} updates are posted")
        return self.updates

    def answer(self, post: Posted) -> Said:
        self.posts.append(post)
        return self.take(json.loads(post.raw))
