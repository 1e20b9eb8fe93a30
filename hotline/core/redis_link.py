"""Pipelined round trips to Redis, with short time-outs."""

import threading
from typing import Any

import hiredis
import redis

PATIENCE = 0.3
"""Time-out in seconds, to connect and to read: then we do without Redis."""

RedisCommand = tuple[str | bytes | int, ...]


class RedisPipeline:
    """All commands of a trip in one write, over one connection a thread. It skips
    the client's own layers, which double the cost of a trip."""

    def __init__(self, url: str) -> None:
        self._pool = redis.ConnectionPool.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
        )
        self._thread = threading.local()

    def execute(self, *commands: RedisCommand) -> list[Any]:
        """What each command answered. Retries once on a new connection, since an idle
        one may have been closed: commands must be idempotent. Raises `redis.RedisError`."""
        packed = b"".join([hiredis.pack_command(command) for command in commands])  # type: ignore[arg-type]
        try:
            return self._ask(packed, len(commands))
        except redis.ConnectionError:
            return self._ask(packed, len(commands))

    def _ask(self, packed: bytes, number: int) -> list[Any]:
        connection = self._connection()
        try:
            connection.send_packed_command([packed], check_health=False)
            return [connection.read_response() for _ in range(number)]
        except BaseException:
            connection.disconnect()  # unread replies would be taken for the next trip's
            raise

    def _connection(self) -> Any:
        if not hasattr(self._thread, "connection"):
            self._thread.connection = self._pool.make_connection()
        return self._thread.connection

    def close(self) -> None:
        self._pool.disconnect()
