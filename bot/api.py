"""Our way to Telegram's Bot API: one bot to a process, whose connections stay open."""

import ssl
from collections.abc import Iterator
from typing import Any

import httpx
from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import TimedOut
from telegram.ext import Defaults, ExtBot
from telegram.request import HTTPXRequest

from bot.budgets import AT_ONCE, Budgets, Flood
from hotline.core.errors import Misconfigured
from hotline.settings import Settings

KEPT_OPEN = 60.0
"""Seconds that an idle connection is kept: a hotline is mostly
idle, and opening one takes three times as long as sending."""
POLL = 25
"""Seconds that Telegram keeps a question for updates open."""

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Behind an error of the library: our request never left."""

Bot = ExtBot[Any]


def pauses(first: float, longest: float) -> Iterator[float]:
    """Seconds to wait before each next try: ever longer, and never longer than that."""
    while True:
        yield first
        first = min(longest, first * 2)


def may_have_left(error: Exception) -> bool:
    """Whether a failed request may have reached Telegram all the same: no answer came, or a broken one."""
    lost = isinstance(error, TimedOut) or isinstance(error.__cause__, httpx.TransportError)
    return lost and not isinstance(error.__cause__, NOT_SENT)


def bot_of(settings: Settings, flood: Flood, *, patient: bool) -> Bot:
    """A bot for this process. `patient`: see `Budgets`. Raises `Misconfigured` where there is no token."""
    if not settings.telegram_token:
        raise Misconfigured(
            "TELEGRAM_TOKEN is empty. @BotFather on Telegram gives one to whoever makes a bot."
        )
    base = settings.telegram_base_url
    context = ssl.create_default_context() if base.startswith("https") else False
    return ExtBot(
        settings.telegram_token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=_line(context, AT_ONCE, read=8),
        get_updates_request=_line(context, 1, read=POLL + 10),
        defaults=Defaults(
            parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
        ),
        rate_limiter=Budgets(flood, patient=patient),
    )


def _line(context: ssl.SSLContext | bool, connections: int, read: float) -> HTTPXRequest:
    """Time-outs in seconds; together they stay under the time for which a message is leased."""
    limits = httpx.Limits(
        max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=KEPT_OPEN
    )
    kept = {"limits": limits, "verify": context, "trust_env": False}
    return HTTPXRequest(
        connections, read_timeout=read, write_timeout=5, connect_timeout=3, pool_timeout=3, httpx_kwargs=kept
    )
