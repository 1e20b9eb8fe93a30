"""Telegram's webhook: an update at a time, checked, and
appended to the stream before it is answered with 200."""

import logging

from flask import Blueprint, Response, abort, request
from redis.exceptions import RedisError

from bot.stream import Unreadable, take_in
from hotline.core.redis_link import RedisPipeline
from hotline.settings import Settings
from webhooks.guards import is_secret

log = logging.getLogger(__name__)

MOST_BYTES = 256 * 1024
"""An update may hold two messages of 4,096 letters, each letter written with up to twelve."""
SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of the header


def telegram(settings: Settings, trips: RedisPipeline) -> Blueprint:
    """`/telegram`: 200 once it is kept; 503 makes Telegram bring it again."""
    pages = Blueprint("telegram", __name__)
    vault = settings.keys.vault

    @pages.post("/telegram")
    def take() -> Response:
        if not settings.telegram_token or not is_secret(
            request.headers.get(SECRET, ""), [settings.telegram_secret]
        ):
            abort(403)
        request.max_content_length = MOST_BYTES
        try:
            update = request.get_json(force=True, silent=True)
            if not isinstance(update, dict):
                raise Unreadable("no object")
            take_in(trips, vault, update)
        except (Unreadable, RecursionError):
            return Response("this cannot be read\n", 400, mimetype="text/plain")
        except RedisError as error:
            log.warning("an update must come again: Redis is away (%s)", type(error).__name__)
            return Response("come again\n", 503, mimetype="text/plain")
        return Response("ok\n", mimetype="text/plain")

    return pages
