"""People in chats: a pretend Telegram beside the real bot."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import pytest
import redis
import requests
from sqlalchemy import select

from bot.delivery import Delivery
from bot.keyboards import pressed
from bot.profile import listens_at
from bot.stream import STREAM
from hotline.cases.case import Case
from hotline.cases.dispatch import Dispatch
from hotline.outbox import Queue
from simulator.client import Chat, Town
from simulator.server import Simulator
from simulator.shown import ChatMessage
from tests.scenery.chat_words import (
    DO_NOT_REMEMBER,
    DO_NOT_WRITE,
    ENGLISH,
    GO_ON_HERE,
    MORE,
    REPORT,
    SHARE_NUMBER,
    THEFT,
    YES,
    promised,
)
from tests.scenery.county import ACHIENG, KIPRUTO
from tests.scenery.said import number_in, starts
from tests.scenery.waiting import PATIENCE, wait_until
from tests.scenery.world import World

QUESTION, CARD = set("qpbl"), set("de")
"""How what a button of a question carries begins, and one of a card."""

ASHA, BAHATI, SERGEANT, CORPORAL = 7001, 7002, 7011, 7012
NUMBERS = {SERGEANT: KIPRUTO, CORPORAL: ACHIENG}

on_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
"""For what has nothing to do with the database."""


class Hotline:
    """The hotline, and everybody who has something to do with it."""

    def __init__(self, world: World, simulator: Simulator, town: Town, delivery: Delivery) -> None:
        self.world, self.simulator, self.town = world, simulator, town
        self.delivery = delivery
        self.queue = redis.Redis.from_url(world.service.settings.redis_url)
        world.workers[Queue.TELEGRAM], world.others_rest = delivery, self.rest

    def settle(self) -> None:
        self.world.settle()

    def rest(self) -> None:
        """Return when every update is done and every message delivered."""
        wait_until(self._is_quiet, "everything is done")

    def _is_quiet(self) -> bool:
        if self.simulator.network.telegram.updates.view()["pending_update_count"] or self.queue.xlen(STREAM):
            return False
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self.delivery._loop).result(PATIENCE)
        return not self.delivery._in_hand

    def chat(self, user: int = ASHA, name: str = "Asha Wanjiru", language_code: str = "en") -> "Smartphone":
        self.town.chat(user, name, NUMBERS.get(user, ""), language_code)
        return Smartphone(self, user)

    def liaison(self, user: int = SERGEANT) -> "Smartphone":
        """The chat of a liaison who has shown us their number."""
        chat = self.chat(user, f"Liaison {user}")
        chat.start()
        chat.say("/liaison")
        chat.tap(SHARE_NUMBER)
        return chat

    def bring(self, update: dict[str, Any], secret: str | None = None) -> int:
        """Bring an update to the door as Telegram does. The status of the answer."""
        settings = self.world.service.settings
        headers = {"X-Telegram-Bot-Api-Secret-Token": settings.telegram_secret if secret is None else secret}
        return requests.post(listens_at(settings), json=update, headers=headers, timeout=PATIENCE).status_code

    def written_by(self, user: int, update: int, **message: Any) -> dict[str, Any]:
        """A message as Telegram brings it, that the simulator's smartphones would not send."""
        whom = {"id": user, "first_name": "Asha", "language_code": "en"}
        chat = {"id": user, "type": "private", "first_name": "Asha"}
        return {
            "update_id": update,
            "message": {
                "message_id": update,
                "date": 1,
                "chat": chat,
                "from": {**whom, "is_bot": False},
                **message,
            },
        }

    def again(self, update: dict[str, Any]) -> None:
        """Have an update done once more that is kept anew, as if it had never been seen."""
        settings = self.world.service.settings
        self.queue.xadd(STREAM, {"update": settings.keys.vault.encrypt(json.dumps(update), STREAM)})
        self.settle()

    def on_the_bots_loop(self, act: Coroutine[Any, Any, object]) -> None:
        asyncio.run_coroutine_threadsafe(act, self.delivery._loop).result(PATIENCE)

    def press(self, user: int, message: int, data: str, update: int) -> None:
        """Press a button that a program of one's own has made up."""
        whom = {"id": user, "is_bot": False, "first_name": "Asha", "language_code": "en"}
        shown = {
            "message_id": message,
            "date": 1,
            "chat": {"id": user, "type": "private", "first_name": "Asha"},
            "text": "?",
        }
        query = {"id": str(update), "from": whom, "message": shown, "chat_instance": "1", "data": data}
        assert self.bring({"update_id": update, "callback_query": query}) == 200
        self.settle()

    def only_case(self) -> Case:
        (case,) = self.world.cases()
        return case

    def words(self) -> list[str]:
        """The words by which liaisons know their cases, in the order in which these were put before them."""
        with self.world.service.read() as work:
            found = work.session.scalars(select(Dispatch).order_by(Dispatch.id))
            return list(dict.fromkeys(each.word for each in found))

    def history(self) -> list[str]:
        return self.world.history(self.only_case())

    def details(self) -> str:
        return self.only_case().details(self.world.service.settings.keys)

    def close(self) -> None:
        self.queue.close()


class Smartphone(Chat):
    """A chat whose holder waits after everything they do until nothing happens any more."""

    def __init__(self, hotline: Hotline, user: int) -> None:
        super().__init__(hotline.town, user)
        self.hotline = hotline

    def _do(self, act: str, **body: Any) -> None:
        super()._do(act, **body)
        self.hotline.settle()

    def change(self, **switches: Any) -> None:
        super().change(**switches)
        self.hotline.settle()

    @property
    def said(self) -> list[str]:
        """What the bot has said, the oldest first."""
        return [message.text for message in self.messages if not message.mine]

    @property
    def toast(self) -> str:
        """What the answer to the last tap said in passing."""
        toast = self.row["toast"]
        return str(toast["text"]) if toast else ""

    @property
    def screens(self) -> list[ChatMessage]:
        """The messages that ask a question, with its buttons. There is never more than one."""
        rows = self.row["messages"]
        shown = [row["id"] for row in rows if any(pressed(data).kind in QUESTION for data in data_of(row))]
        return [message for message in self.messages if message.id in shown]

    @property
    def card(self) -> ChatMessage:
        """The newest case card that has buttons."""
        rows = [
            row for row in self.row["messages"] if any(pressed(data).kind in CARD for data in data_of(row))
        ]
        return next(message for message in self.messages if message.id == rows[-1]["id"])

    def data(self, label: str) -> str:
        """What the newest button with this label carries."""
        rows = reversed(self.row["messages"])
        buttons = (button for row in rows for line in row["buttons"] for button in line)
        return next(str(button["data"]) for button in buttons if button["label"] == label)

    def choose(self, *labels: str) -> str:
        """Tap one button after another, turning pages until each is found; what the screen says then."""
        for label in labels:
            while label not in self.screen_buttons and MORE in self.screen_buttons:
                self.tap(MORE)
            self.tap(label)
        return self.screen

    def begin(self, payload: str = "") -> "Smartphone":
        """A report as far as the question what happened."""
        self.start(payload)
        if ENGLISH in self.screen_buttons:
            self.choose(ENGLISH)
        self.choose(REPORT)
        if GO_ON_HERE in self.screen_buttons:
            self.choose(GO_ON_HERE)
        self.choose(THEFT)
        self.say("kaptembwa")
        self.choose("Kaptembwo, Nakuru")
        return self

    def finish(self, *, text: bool = True) -> str:
        """From the question whether we may write to the end. The case's number."""
        self.choose(YES if text else DO_NOT_WRITE, DO_NOT_REMEMBER)
        assert self.screens == []
        number = number_in(self.screen)
        assert starts(self.screen, promised(number, contact="text" if text else "none")), self.screen
        return number

    def report(self, words: str = "they took my phone", *, text: bool = True) -> str:
        self.begin().say(words)
        return self.finish(text=text)

    @property
    def screen_buttons(self) -> tuple[str, ...]:
        shown = self.screens
        assert len(shown) < 2, "one question at a time"
        return shown[0].buttons if shown else self.last.buttons


def data_of(row: dict[str, Any]) -> list[str]:
    return [str(button["data"]) for line in row["buttons"] for button in line]
