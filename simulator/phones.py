"""A phone in somebody's hand: its number, whether it is
on, what its screen shows and the texts it has received."""

import re
import secrets
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

E164 = re.compile(r"\+[1-9]\d{8,14}", re.ASCII)
COUNTRY_CODE = "+254"
KEYPAD_LIMIT = 160
PROBLEM = "Connection problem or invalid MMI code."


class NotANumber(ValueError):
    """What was typed is no telephone number."""


class Refused(Exception):
    """The phone or the network will not do this now. The message says why, to whoever holds the phone."""


def number_from(typed: str) -> str:
    """A number in international form, from what people type: +254 711 000111, 0711000111, 00254711000111."""
    compact = re.sub(r"[\s()-]", "", typed)
    if compact.startswith("00"):
        compact = "+" + compact[2:]
    elif compact.startswith("0"):
        compact = COUNTRY_CODE + compact[1:]
    if not E164.fullmatch(compact):
        raise NotANumber("This is no telephone number. Write it as +254711000111.")
    return compact


@dataclass
class Text:
    """One SMS on one phone; `mine` when this phone wrote it, `arrived` when the other side has it."""

    other: str
    body: str
    mine: bool = False
    arrived: bool = True
    read: bool = False
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def view(self) -> dict[str, Any]:
        """For the page and for tests: the text as JSON."""
        return {
            "id": self.id,
            "other": self.other,
            "body": self.body,
            "mine": self.mine,
            "arrived": self.arrived,
            "read": self.read,
            "at": self.at.isoformat(timespec="milliseconds"),
        }


class Standing(StrEnum):
    """Where a dial-in stands: the network waits for the
    hotline, the phone waits for its holder, or it is over."""

    WAITING = "waiting"
    OPEN = "open"
    ENDED = "ended"


class Outcome(StrEnum):
    """How a dial-in ended, in the words of Africa's Talking."""

    SUCCESS = "Success"
    INCOMPLETE = "Incomplete"
    FAILED = "Failed"


@dataclass
class Session:
    """One dial-in, from the green key to the last page."""

    number: str
    inputs: list[str]
    id: str = field(default_factory=lambda: "ATUid_" + secrets.token_hex(16))
    began: float = field(default_factory=time.monotonic)
    shown_at: float = 0.0
    standing: Standing = Standing.WAITING
    screen: str = ""
    problem: bool = False
    hops: int = 0
    labels: list[str] = field(default_factory=list)
    last_response: str = ""
    error: str = ""

    @property
    def transcript(self) -> str:
        """Everything typed so far, as the wire carries it."""
        return "*".join(self.inputs)

    def show(self, screen: str, standing: Standing) -> None:
        self.screen, self.standing, self.shown_at = screen, standing, time.monotonic()

    def fail(self, error: str) -> None:
        """The network gives up; the phone shows its own words."""
        self.problem, self.error = True, error
        self.show(PROBLEM, Standing.ENDED)


@dataclass
class Phone:
    """One phone. `refuses` is the code with which the carrier turns
    its number down; `undeliverable` loses texts on the way."""

    number: str
    label: str = ""
    on: bool = True
    opted_out: bool = False
    undeliverable: bool = False
    refuses: int | None = None
    session: Session | None = None
    texts: list[Text] = field(default_factory=list)

    @property
    def unread(self) -> int:
        return sum(not text.read for text in self.received)

    @property
    def received(self) -> list[Text]:
        return [text for text in self.texts if not text.mine]

    def must_be_on(self) -> None:
        """Raises Refused when it is not."""
        if not self.on:
            raise Refused("This phone is switched off.")

    @property
    def screen(self) -> str:
        """What can be read on the phone now: the page of the dial-in, or nothing."""
        return self.session.screen if self.session else ""
