"""A whole hotline with its bot, and Telegram beside it: real
bots, a real door and real sockets, and smartphones to tap on."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import redis
from werkzeug.serving import make_server

from bot.api import bot_of
from bot.budgets import Flood
from bot.delivery import Delivery
from bot.intake import Intake
from bot.profile import ALLOWED, listens_at
from bot.updates import Updates
from hotline.operations.queue import Poster
from simulator.client import Town
from simulator.floods import Limits
from simulator.network import TELEGRAM_TOKEN, Network
from simulator.server import Simulator
from tests.scenery.chat_words import ENGLISH
from tests.scenery.chats import Hotline, Smartphone
from tests.scenery.doors import Quiet
from tests.scenery.waiting import PATIENCE
from tests.scenery.world import World
from webhooks.app import door

AMPLE = Limits(everybody=1e6, everybody_burst=1e6, chat=1e6, chat_burst=1e6)


class Bot(threading.Thread):
    """What `python -m bot` is: an intake and what does its updates, on a loop of their own."""

    def __init__(self, world: World) -> None:
        super().__init__(name="bot", daemon=True)
        self._world, self._started = world, threading.Event()

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        service = self._world.service
        settings = service.settings
        flood = Flood(settings.redis_url)
        bot = bot_of(settings, flood, patient=True)
        self.updates, self._stopping = Updates(service, bot), asyncio.Event()
        self._loop = asyncio.get_running_loop()
        intake = Intake(
            settings.redis_url, settings.keys.vault, self.updates.do, self.updates.sorry, self._stopping
        )
        await self.updates.application.initialize()
        await bot.set_webhook(
            listens_at(settings), secret_token=settings.telegram_secret, allowed_updates=ALLOWED
        )
        self._started.set()
        await intake.run()
        await self.updates.application.shutdown()
        await flood.close()

    def started(self) -> "Bot":
        self.start()
        assert self._started.wait(PATIENCE), "the bot does not start"
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        with redis.Redis.from_url(self._world.service.settings.redis_url) as client:
            while self.is_alive():
                for each in client.client_list():  # one of them waits for the stream
                    client.client_unblock(int(each["id"]))
                self.join(0.01)


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with Simulator(Network("http://127.0.0.1:9", telegram_limits=AMPLE)) as simulator:
        yield simulator


@pytest.fixture
def town(simulator: Simulator) -> Iterator[Town]:
    with Town(simulator.url) as town:
        town.reset()
        yield town


@contextmanager
def served(world: World) -> Iterator[str]:
    """The public door; the address under which it can be reached."""
    app = door(world.service, world.carrier, Poster(world.service.settings.redis_url))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    world.service.settings = replace(world.service.settings, public_url=f"http://127.0.0.1:{server.port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield world.service.settings.public_url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def hotline(
    world: World, simulator: Simulator, town: Town, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Hotline]:
    # A clock that is turned brings in a second what else comes in hours.
    monkeypatch.setattr("bot.delivery.TO_ONE", (0.0, 1))
    world.service.settings = replace(
        world.service.settings, telegram_token=TELEGRAM_TOKEN, telegram_base_url=simulator.url
    )
    with served(world):
        flood = Flood(world.service.settings.redis_url)
        delivery = Delivery(world.service, bot_of(world.service.settings, flood, patient=False), flood)
        delivery.start()
        bot = Bot(world).started()
        made = Hotline(world, simulator, town, delivery)
        yield made
        bot.stop()
        delivery.close()
        made.close()


@pytest.fixture
def asha(hotline: Hotline) -> Smartphone:
    """Somebody who looks at the menu."""
    asha = hotline.chat()
    asha.start()
    asha.choose(ENGLISH)
    return asha
