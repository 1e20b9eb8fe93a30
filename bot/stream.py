"""Telegram's updates in a Redis stream: encrypted, deduplicated,
in the order in which they came, and kept until they are done.

Telegram is told 200 only when an update is in the stream, and it is deleted there only when all its effects
are committed: at least once, so that an update which kills the process is there for the next.
"""

import json
from collections.abc import Mapping
from typing import Any

from hotline.core.crypto import Vault
from hotline.core.redis_link import RedisPipeline

STREAM = "telegram:updates"
SEEN_FOR = 26 * 3600
"""TTL in seconds of the deduplication key. Telegram brings an update again for a day at most."""

TAKE_IN = """
if redis.call('SET', KEYS[1], 1, 'NX', 'EX', ARGV[1]) then
    redis.call('XADD', KEYS[2], '*', 'update', ARGV[2])
    return 1
end
return 0
"""
"""A Lua script, so that both commands are atomic: an update marked as seen and not
kept would be lost. Deduplicated by its own number, never by a highest one: two
may come at once out of order, and the numbers begin anew after a quiet week."""


class Unreadable(ValueError):
    """It is no update."""


def take_in(trips: RedisPipeline, vault: Vault, update: Mapping[str, Any]) -> bool:
    """Keep an update. False if we have it already. Raises
    `Unreadable`, and `redis.RedisError` where it could not be kept."""
    number = update.get("update_id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise Unreadable("no update_id")
    sealed = vault.encrypt(json.dumps(update), STREAM)
    (new,) = trips.execute(("EVAL", TAKE_IN, 2, f"telegram:seen:{number}", STREAM, SEEN_FOR, sealed))
    return bool(new)


def opened(vault: Vault, sealed: bytes) -> dict[str, Any]:
    """An update as it was brought. Raises `crypto.Tampered`."""
    update: dict[str, Any] = json.loads(vault.decrypt(sealed, STREAM))
    return update
