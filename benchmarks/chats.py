"""Telegram, from the other side: updates brought to the hotline's door, and the Bot
API to which it answers. And what it is compared with: python-telegram-bot alone,
which answers an update that it is handed in its own process, and keeps nothing.
"""

import asyncio
import json
import re
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from benchmarks.wire import Company, Line, in_json

TOKEN = "1000:benchmark"
PATH = re.compile(rb"post /bot[^/]+/(\w+)")
SHOWS = (b"sendmessage", b"editmessagetext")
"""Calls that show somebody an answer."""

numbers = count(1)


class Answer(NamedTuple):
    """What was shown in a chat."""

    at: float
    """When the Bot API had it, by `time.perf_counter`."""
    message: int
    text: str
    buttons: dict[str, str]
    """What each label carries."""


class Api(Company):
    """As much of the Bot API as it takes to answer: it takes everything, and notes what was shown to whom."""

    def __init__(self) -> None:
        self.shown: dict[int, asyncio.Queue[Answer]] = {}

    def answer(self, head: bytes, body: bytes) -> bytes:
        """What the Bot API answers to a request."""
        at, found = time.perf_counter(), PATH.match(head)
        method = found[1] if found else b""
        result: Any = True
        if method in SHOWS:
            result = self._show(at, {name: values[0] for name, values in parse_qs(body.decode()).items()})
        elif method == b"getme":
            result = {"id": 1000, "is_bot": True, "first_name": "Itikia", "username": "itikia_bot"}
        return in_json(HTTPStatus.OK, {"ok": True, "result": result})

    def _show(self, at: float, asked: Mapping[str, str]) -> dict[str, Any]:
        chat, message = int(asked["chat_id"]), int(asked.get("message_id", next(numbers)))
        rows = json.loads(asked.get("reply_markup", "{}")).get("inline_keyboard", [])
        buttons = {button["text"]: button["callback_data"] for row in rows for button in row}
        self.shown.setdefault(chat, asyncio.Queue()).put_nowait(Answer(at, message, asked["text"], buttons))
        return {"message_id": message, "date": int(time.time()), "chat": _chat(chat), "text": asked["text"]}


class Smartphone:
    """Somebody with a chat: writes and presses buttons, and waits for what is shown."""

    def __init__(self, api: Api, line: Line, secret: str, chat: int) -> None:
        self._line, self._secret, self.chat = line, secret, chat
        self._shown = api.shown.setdefault(chat, asyncio.Queue())
        self._last = Answer(0.0, 0, "", {})

    async def write(self, text: str) -> float:
        """Seconds from bringing it to the door until the answer was shown."""
        return await self._bring(message(self.chat, text))

    async def press(self, label: str) -> float:
        data = next((data for name, data in self._last.buttons.items() if name.startswith(label)), None)
        if data is None:
            raise LookupError(f"there is no {label!r} under {self._last.text!r}")
        shown_by = {
            "message_id": self._last.message,
            "date": 0,
            "chat": _chat(self.chat),
            "text": self._last.text,
        }
        pressed = {
            "id": str(next(numbers)),
            "from": _person(self.chat),
            "chat_instance": "1",
            "data": data,
            "message": shown_by,
        }
        return await self._bring({"update_id": next(numbers), "callback_query": pressed})

    async def _bring(self, update: Mapping[str, Any]) -> float:
        began = time.perf_counter()
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret}
        status, _body = await self._line.send(
            "/telegram", json.dumps(update).encode(), "application/json", headers
        )
        if status != 200:
            raise RuntimeError(f"the door answered {status}")
        self._last = await asyncio.wait_for(self._shown.get(), 30)
        return self._last.at - began


REPORT: Sequence[tuple[str, str]] = (
    ("write", "/start"),
    ("press", "English"),
    ("press", "Report something"),
    ("press", "Go on here"),
    ("press", "Robbery or theft"),
    ("write", "Kaptembwo"),
    ("press", "Kaptembwo, Nakuru"),
    ("write", "Stolen from the stage"),
    ("press", "No, do not write"),
    ("press", "No"),
)
"""A whole report by somebody who has never written: ten updates, each answered."""


async def report(person: Smartphone) -> list[float]:
    return [await getattr(person, act)(what) for act, what in REPORT]


class Bare:
    """python-telegram-bot alone."""

    def __init__(self, api: Api, port: int) -> None:
        self._api = api
        base = f"http://127.0.0.1:{port}"
        building = (
            Application.builder().token(TOKEN).base_url(f"{base}/bot").base_file_url(f"{base}/file/bot")
        )
        self._application = building.updater(None).job_queue(None).build()
        self._application.add_handler(MessageHandler(filters.TEXT, self._answer))

    async def seconds(self, chat: int) -> float:
        """From handing it an update until its answer was shown."""
        raw = message(chat, "some words")
        began = time.perf_counter()
        await self._application.process_update(Update.de_json(raw, self._application.bot))
        return (await self._api.shown[chat].get()).at - began

    async def _answer(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_chat is not None
        await context.bot.send_message(update.effective_chat.id, "an answer")

    async def open(self) -> None:
        await self._application.initialize()

    async def close(self) -> None:
        await self._application.shutdown()


def message(chat: int, text: str) -> dict[str, Any]:
    """An update as Telegram brings it."""
    entities = [{"type": "bot_command", "offset": 0, "length": len(text)}] if text.startswith("/") else []
    written = {
        "message_id": next(numbers),
        "from": _person(chat),
        "chat": _chat(chat),
        "date": int(time.time()),
        "text": text,
    }
    return {"update_id": next(numbers), "message": {**written, "entities": entities}}


def _chat(chat: int) -> dict[str, Any]:
    return {"id": chat, "type": "private", "first_name": "Asha"}


def _person(chat: int) -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": "Asha", "language_code": "en"}
