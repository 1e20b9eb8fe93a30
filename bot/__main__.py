"""The bot: `python -m bot`. It takes what Telegram brings from the stream, and answers in the chats.

With `python -m bot deliver` it is the worker that delivers messages by Telegram instead.
"""

import asyncio
import logging
import os
import signal
import sys

from telegram.error import TelegramError

from bot.api import Bot, bot_of, pauses
from bot.budgets import Flood
from bot.delivery import Delivery
from bot.intake import Intake
from bot.polling import poll
from bot.profile import connect
from bot.updates import Updates
from hotline.context import Service, refuse_another_release_at_start
from hotline.core.database import Database
from hotline.core.errors import Misconfigured
from hotline.core.redis_link import RedisPipeline
from hotline.operations.queue import Poster, work_on
from hotline.operations.supervisor import leave_with_supervisor
from hotline.outbox import Queue
from hotline.settings import Settings, from_environment

log = logging.getLogger(__name__)

SILENCED = ("httpx", "httpcore", "rq", "telegram")
"""Other people's logs, whose lines hold the token, or what somebody wrote."""


def start() -> None:
    """At a process's front door."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s", datefmt="%H:%M:%S")
    for name in SILENCED:
        logging.getLogger(name).setLevel(logging.WARNING)
    leave_with_supervisor()
    try:
        settings = from_environment(os.environ)
        service = Service(settings, Database(settings.database_url), post=Poster(settings.redis_url))
        refuse_another_release_at_start(service.database)
        if sys.argv[1:] == ["deliver"]:
            deliver(service)
        else:
            asyncio.run(serve(service))
    except Misconfigured as error:
        raise SystemExit(f"Error: {error}") from None
    except Exception as error:
        # Its words may hold what somebody wrote.
        log.critical("the bot has fallen over: %s", type(error).__name__)
        raise SystemExit(1) from None


def deliver(service: Service) -> None:
    """Deliver what is on the queue, until told to stop."""
    settings = service.settings
    flood = Flood(settings.redis_url)
    delivery = Delivery(service, bot_of(settings, flood, patient=False), flood)
    delivery.start()
    work_on(Queue.TELEGRAM, delivery, settings.redis_url)
    delivery.close()


async def serve(service: Service) -> None:
    """Take updates from the stream, until told to stop; and bring them there, where Telegram cannot."""
    settings, stopping = service.settings, asyncio.Event()
    flood = Flood(settings.redis_url)
    bot = bot_of(settings, flood, patient=True)
    updates = Updates(service, bot)
    intake = Intake(settings.redis_url, settings.keys.vault, updates.do, updates.sorry, stopping)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await introduced(bot, updates, settings, stopping)
    tasks = [asyncio.create_task(intake.run())]
    if not settings.public_url:
        tasks.append(
            asyncio.create_task(poll(bot, RedisPipeline(settings.redis_url), settings.keys.vault, stopping))
        )
    ended, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    for task in ended:
        task.result()
    await updates.application.shutdown()
    await flood.close()


async def introduced(bot: Bot, updates: Updates, settings: Settings, stopping: asyncio.Event) -> None:
    """Wait until Telegram knows us. Where we come and ask for updates, it is told so."""
    for pause in pauses(0.5, 30):
        if stopping.is_set():
            return
        try:
            if not settings.public_url:
                await connect(bot, settings)
            await updates.application.initialize()
            return
        except TelegramError as error:
            log.warning(
                "Telegram does not answer, or does not know TELEGRAM_TOKEN (%s)", type(error).__name__
            )
            await asyncio.sleep(pause)


if __name__ == "__main__":
    start()
