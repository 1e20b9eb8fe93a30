"""A cache of dial-ins: where somebody has got to, encrypted in Redis
with a TTL of minutes, and never the only copy of anything.

When Redis is away the answer is `None`, and the caller replays the transcript that the carrier repeats.
"""

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

import redis

from hotline.conversation.replay import Answers
from hotline.core import codec
from hotline.core.crypto import Tampered, Vault
from hotline.core.redis_link import RedisCommand, RedisPipeline

log = logging.getLogger(__name__)

Known = TypeVar("Known")
"""What is known of a caller: for the one who keeps the conversation to say, as long as it can be encoded."""
Kept = TypeVar("Kept")

LIFETIME = 240
"""Seconds: longer than the longest dial-in (180 s), and no longer than it must be."""
DRAFT_LIFETIME = 900
"""Seconds for which somebody who was cut off can go on where they were."""
CIRCUIT_OPEN = 1.0
"""A circuit breaker: seconds without trying after Redis did not answer."""


class Conversation(NamedTuple, Generic[Known]):
    """One dial-in as far as it has got."""

    transcript: str
    """All that was typed, as the carrier repeats it."""
    shown: str
    """The answer we gave to exactly that."""
    ended: bool
    answers: Answers
    page: int
    language: str
    known: Known
    """What was known of the caller when they dialled in."""
    draft: Answers
    """What they had answered before they were cut off."""
    again: bool
    """Their last input was not understood."""


class Conversations(Generic[Known]):
    """One round trip to Redis to read, one to write."""

    def __init__(
        self, url: str, vault: Vault, known: type[Known], earlier: Callable[[list[Any]], Known]
    ) -> None:
        """`earlier` reads what is known of a caller as the release before this one kept it."""
        self._kind = Conversation[known]  # type: ignore[valid-type]  # a class like any other
        self._earlier = earlier
        self._redis = RedisPipeline(url)
        self._vault = vault
        self._away_until = 0.0

    def find(self, session: str, caller: str) -> tuple[Conversation[Known] | None, Answers]:
        """The conversation of this session, and the draft that
        this caller left behind. Both empty when Redis is away."""
        if time.monotonic() < self._away_until:
            return None, ()
        try:
            ((kept, draft),) = self._redis.execute(("MGET", _key(session), _draft_key(caller)))
        except redis.RedisError as error:
            self._leave_alone(error)
            return None, ()
        conversation = self._open(kept, _key(session), self._conversation)
        return conversation, self._open(draft, _draft_key(caller), _answers) or ()

    def keep(
        self, session: str, caller: str, conversation: Conversation[Known], draft: Answers | None
    ) -> None:
        """Keep it, with what may be gone on with later: the answers
        so far, or nothing, or as it was where `draft` is None."""
        if time.monotonic() < self._away_until:
            return
        key, draft_key = _key(session), _draft_key(caller)
        try:
            self._redis.execute(*self._to_keep(key, draft_key, conversation, draft))
        except redis.RedisError as error:
            self._leave_alone(error)

    def _to_keep(
        self, key: str, draft_key: str, conversation: Conversation[Known], draft: Answers | None
    ) -> Iterator[RedisCommand]:
        yield "SET", key, self._vault.encrypt(codec.encode(conversation), key), "EX", LIFETIME
        if draft:
            yield "SET", draft_key, self._vault.encrypt(codec.encode(draft), draft_key), "EX", DRAFT_LIFETIME
        elif draft is not None:
            yield "DEL", draft_key

    def close(self) -> None:
        self._redis.close()

    def _leave_alone(self, error: Exception) -> None:
        self._away_until = time.monotonic() + CIRCUIT_OPEN
        log.warning(
            "conversations are played from the carrier's transcript: Redis is away (%s)", type(error).__name__
        )

    def _conversation(self, text: bytes) -> Conversation[Known]:
        """Raises `TypeError` or `ValueError` where it is none."""
        try:
            return codec.decode(text, self._kind)
        except ValueError:
            # For one release: dial-ins under way at the upgrade. What was known of a caller was a list then.
            kept = codec.decode(text, Conversation[list[Any]])
            return Conversation(*kept[:6], self._earlier(kept.known), *kept[7:])

    def _open(self, locked: object, key: str, read: Callable[[bytes], Kept]) -> Kept | None:
        """What is kept under this key. None where there is nothing,
        or nothing of ours: another release may have kept it."""
        if not isinstance(locked, bytes):
            return None
        try:
            return read(self._vault.decrypt(locked, key))
        except (Tampered, TypeError, ValueError):
            log.warning("a conversation that was kept does not open; it begins anew")
            return None


def _answers(text: bytes) -> Answers:
    return codec.decode(text, Answers)


def _key(session: str) -> str:
    return f"conversation:{session}"


def _draft_key(caller: str) -> str:
    return f"draft:{caller}"
