"""Texts between the phones and the hotline: those it sends, with
their receipts, and those that people send to the short code.

| the phone                  | receipts of a text to it                           |
| -------------------------- | -------------------------------------------------- |
| on                         | `Sent`, then `Success`                             |
| off                        | `Sent`, then `AbsentSubscriber` (`UserIsInactive`) |
| `undeliverable`            | `Sent`, then `Failed` (`DeliveryFailure`)          |
| turned down by the carrier | none: the answer to the request has said so        |
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from simulator.callbacks import NETWORK_CODE, PAUSE_WHEN_DOWN, Callbacks, Fields
from simulator.exchange import Exchange
from simulator.phones import Phone, Refused, Text

WIRE_DATE = "%Y-%m-%d %H:%M:%S"


def wire_date() -> str:
    """Now in UTC, as the carrier writes it."""
    return datetime.now(UTC).strftime(WIRE_DATE)


@dataclass(frozen=True)
class Incoming:
    """A text that somebody sent to the short code, as the carrier's own list keeps it."""

    id: int
    sender: str
    text: str
    at: datetime


class Texts:
    """Every text on this machine."""

    def __init__(self, exchange: Exchange, callbacks: Callbacks, short_code: str) -> None:
        self._exchange, self._callbacks, self.short_code = exchange, callbacks, short_code
        self._agenda, self._troubles, self._timings = callbacks.agenda, callbacks.troubles, callbacks.timings
        self.incoming: list[Incoming] = []
        self.accepted: Counter[tuple[str, str]] = Counter()
        self.delivered = 0

    def send(self, phone: Phone, to: str, body: str) -> None:
        """A text from a phone to the short code, tried until the
        hotline has it. Raises Refused for any other number."""
        if to != self.short_code:
            raise Refused(f"Only texts to {self.short_code} are carried here.")
        with self._exchange.changed:
            phone.must_be_on()
            text = Text(other=to, body=body, mine=True, arrived=False, read=True)
            phone.texts.append(text)
            self.incoming.append(Incoming(len(self.incoming) + 1, phone.number, body, text.at))
            self._exchange.note()
        self._callbacks.insist(
            "/texts", incoming_fields(phone.number, text), partial(self._has_arrived, text)
        )

    def accept(self, number: str, sender: str, message: str, message_id: str) -> None:
        """A text from the hotline to a phone. It arrives in a moment, with receipts."""
        phone = self._exchange.phone(number)
        with self._exchange.changed:
            self.accepted[number, message] += 1
        last = self._timings.delivered
        first = 2 * last if self._troubles.shuffled else self._timings.sent
        receipt = {"id": message_id, "phoneNumber": number, "networkCode": NETWORK_CODE, "retryCount": "0"}
        self._callbacks.tell("/receipts", {**receipt, "status": "Sent", "failureReason": ""}, first)
        self._agenda.after(last, partial(self._deliver, phone, Text(other=sender, body=message), receipt))

    def counts(self) -> list[dict[str, Any]]:
        """Which text was accepted for which number, and how often."""
        with self._exchange.changed:
            return [
                {"number": number, "text": text, "count": count}
                for (number, text), count in self.accepted.items()
            ]

    def forget(self) -> None:
        """Forget every text, and begin to count anew."""
        self.incoming, self.accepted, self.delivered = [], Counter(), 0

    def _deliver(self, phone: Phone, text: Text, receipt: Fields) -> None:
        if self._troubles.carrier_down:
            self._agenda.after(PAUSE_WHEN_DOWN, partial(self._deliver, phone, text, receipt))
            return
        status, reason = fate(phone)
        if status == "Success":
            self._ring(phone, text)
        self._callbacks.tell("/receipts", {**receipt, "status": status, "failureReason": reason})

    def _ring(self, phone: Phone, text: Text) -> None:
        with self._exchange.changed:
            phone.texts.append(text)
            self.delivered += 1
            self._exchange.note()

    def _has_arrived(self, text: Text) -> None:
        with self._exchange.changed:
            text.arrived = True
            self._exchange.note()


def fate(phone: Phone) -> tuple[str, str]:
    """What becomes of a text to this phone: the status and the reason of its last receipt."""
    if phone.undeliverable:
        return "Failed", "DeliveryFailure"
    return ("Success", "") if phone.on else ("AbsentSubscriber", "UserIsInactive")


def incoming_fields(number: str, text: Text) -> Fields:
    return {
        "date": text.at.strftime(WIRE_DATE),
        "from": number,
        "id": text.id,
        "linkId": "",
        "text": text.body,
        "to": text.other,
        "networkCode": NETWORK_CODE,
    }
