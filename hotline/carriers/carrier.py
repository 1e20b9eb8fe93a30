"""What a carrier is to the hotline: what it is asked for, and what it says and brings in answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class Meaning(StrEnum):
    """What a carrier's answer to a text means for us."""

    ACCEPTED = "accepted"
    """The carrier has it. That is not yet the handset: receipts tell of that."""
    PERMANENT = "permanent"
    """This number will never take it, or nobody would take this text: reach the person another way."""
    SETTINGS = "settings"
    """Our own account, sender or balance stands in the way: the text waits, and the operator must act."""
    TRANSIENT = "transient"
    """It did not reach the carrier, or not today: try again, there cannot be two of it."""
    UNKNOWN = "unknown"
    """Nobody knows whether it left. Trying again may send it twice."""


@dataclass(frozen=True, slots=True)
class Sending:
    """The carrier's answer to one text."""

    meaning: Meaning
    code: str
    """The carrier's own word, for the record; ours where it gave none."""
    provider_id: str | None = None
    """The name under which its receipts will come."""
    cost: str | None = None
    """As the carrier writes it, currency and all."""
    opted_out: bool = False
    """The person wants no texts from us. That binds us from now on."""
    closed: bool = False
    """Nothing will ever arrive at this address again."""
    retry_after: timedelta | None = None
    """When to try again, where the carrier has a say in it."""


class Malformed(ValueError):
    """A callback lacks what it must have. Names the field, never what was in it."""


class Unreachable(Exception):
    """The carrier gave no answer that can be read. Says what
    came instead, never what was asked or with which key."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One key of a dial-in."""

    session: str
    number: str
    """As the carrier wrote it, whether it is a number or not."""
    transcript: str
    """All that was keyed in since the call began."""
    network: str = ""
    """The carrier's code of their network. Nothing goes by it: numbers move between networks."""
    service_code: str = ""
    """What they dialled. Nothing goes by it: it may lack our channel."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A dial-in is over."""

    session: str
    number: str
    status: str
    """The carrier's own word."""
    cut: bool
    """It ended before the last page was shown."""
    hops: int | None = None
    """How many pages there were, by the carrier's count. Nothing goes by it."""
    error: str = ""
    """What the carrier found wrong with our last page."""


@dataclass(frozen=True, slots=True)
class InboundText:
    """Somebody has texted us."""

    id: str
    """The carrier's name for it: it may bring the same text twice."""
    number: str
    to: str
    """Our short code, as the carrier has it. Nothing goes by it: a hotline has one."""
    text: str
    at: datetime | None = None
    """None where the carrier gave no date that can be read: no text is turned away for its date."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a text that the carrier took from us."""

    provider_id: str
    status: str
    """The carrier's own word."""
    reason: str
    """The carrier's own word for why it failed; empty where it gave none."""
    final: bool
    """Whether this is the last word. A word that we do not know never is."""
    delivered: bool | None
    """None where the carrier does not know yet, or uses a word that we do not."""
    opted_out: bool = False
    number: str = ""
    """Whom the text went to, in international form; empty where the carrier does not say."""


@dataclass(frozen=True, slots=True)
class OptOut:
    """Somebody told the carrier that they want no texts from us."""

    number: str
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are to the carrier."""

    username: str
    api_key: str = field(repr=False)
    sender: str
    """The short code or name that texts come from; empty for the carrier's own."""
    base_url: str
    """Where the carrier listens; empty for its usual address."""


Form = Mapping[str, str]
"""The fields that a carrier posts, each named once."""


class Carrier(Protocol):
    """What the hotline asks of a company that carries texts and dial-ins.

    A form that lacks what matters (whose it is, and which) raises
    `Malformed`. All else is taken as it comes, in words known to us or not.
    """

    name: str
    """As CARRIER has it, and the addresses that the carrier calls."""
    page_septets: int
    """What one page of a dial-in holds in the GSM alphabet."""
    page_units: int
    """What it holds in UTF-16 units, where the language needs other letters."""

    def send(self, number: str, text: str) -> Sending:
        """Send one text to one number in international form,
        once. Never raises and never tries again by itself."""

    def send_many(self, numbers: Sequence[str], text: str) -> Mapping[str, Sending]:
        """Send one text to many numbers in international form, once. What became of each; one of which the
        carrier says nothing is `UNKNOWN`. Never raises and never tries again by itself."""

    def balance(self) -> str:
        """What is left on our account, as the carrier writes it. Raises `Unreachable`."""

    def turn(self, form: Form) -> Turn: ...
    def page(self, text: str, ended: bool) -> str:
        """A page as the carrier wants it answered."""

    def ended(self, form: Form) -> Ended: ...
    def inbound_text(self, form: Form) -> InboundText: ...
    def receipt(self, form: Form) -> Receipt: ...
    def opt_out(self, form: Form) -> OptOut: ...
