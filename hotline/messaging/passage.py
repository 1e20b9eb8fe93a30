"""What the gate says of a message. The gate itself stands above: see `hotline/gate.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hotline.context import UnitOfWork
from hotline.messaging.message import Message


@dataclass(frozen=True, slots=True)
class Passage:
    """Whether a message may leave, why not, and when to ask again."""

    allowed: bool
    reason: str = ""
    not_before: datetime | None = None
    """None where it never may."""


Gate = Callable[[UnitOfWork, Message], Passage]
"""Says whether a message may leave now."""
