"""Where the hotline has no public address, it asks Telegram
for updates instead, and puts them into the same stream."""

import asyncio
import logging

from redis.exceptions import RedisError
from telegram.error import RetryAfter, TelegramError

from bot.api import POLL, Bot, pauses
from bot.budgets import seconds_of
from bot.profile import ALLOWED
from bot.stream import Unreadable, take_in
from hotline.core.crypto import Vault
from hotline.core.redis_link import RedisPipeline

log = logging.getLogger(__name__)


async def poll(bot: Bot, trips: RedisPipeline, vault: Vault, stopping: asyncio.Event) -> None:
    """Ask until told to stop. Only what is in the stream is
    told to have arrived; the rest Telegram brings again."""
    offset, waits = 0, pauses(0.5, 30)
    while not stopping.is_set():
        try:
            for update in await bot.get_updates(offset, timeout=POLL, allowed_updates=ALLOWED):
                await asyncio.to_thread(take_in, trips, vault, update.to_dict())
                offset = update.update_id + 1
            waits = pauses(0.5, 30)
        except RetryAfter as error:
            await asyncio.sleep(seconds_of(error))
        except (TelegramError, RedisError, Unreadable) as error:
            log.warning("updates wait at Telegram (%s)", type(error).__name__)
            await asyncio.sleep(next(waits))
