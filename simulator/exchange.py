"""The telephone exchange: it knows every phone, notices every
change, and keeps a list of what the hotline did wrong."""

import secrets
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from simulator.phones import Phone, number_from

FAULTS_KEPT = 200


@dataclass(frozen=True)
class Fault:
    """Something the hotline did that a real phone or network would not have taken well."""

    number: str
    what: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def view(self) -> dict[str, str]:
        return {"number": self.number, "what": self.what, "at": self.at.isoformat(timespec="milliseconds")}


class Exchange:
    """Phones and faults. Whoever changes something holds
    `changed` and calls `note`, and whoever watches is woken."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.phones: dict[str, Phone] = {}
        self.faults: deque[Fault] = deque(maxlen=FAULTS_KEPT)
        self._expected: dict[str, str] = {}
        self._life = secrets.token_hex(4)
        self._changes = 0

    @property
    def version(self) -> str:
        """Different after every change, and after every restart."""
        return f"{self._life}:{self._changes}"

    def note(self) -> None:
        """Something has changed."""
        self._changes += 1
        self.changed.notify_all()

    def wait_for_change(self, seen: str, seconds: float) -> None:
        """Wait until the version is another than `seen`, or until time is up."""
        with self.changed:
            self.changed.wait_for(lambda: self.version != seen, seconds)

    def expect(self, typed: str, label: str) -> None:
        """Put a phone on the page from the start, and keep it through a reset. Raises NotANumber."""
        self._expected[number_from(typed)] = label
        self.phone(typed, label)

    def phone(self, typed: str, label: str = "") -> Phone:
        """The phone with this number, new if there was none. Raises NotANumber."""
        number = number_from(typed)
        with self.changed:
            if number not in self.phones:
                self.phones[number] = Phone(number)
                self.note()
            if label and self.phones[number].label != label:
                self.phones[number].label = label
                self.note()
            return self.phones[number]

    def is_expected(self, phone: Phone) -> bool:
        return phone.number in self._expected

    def blame(self, number: str, what: str) -> None:
        """Write down what the hotline did wrong."""
        self.faults.append(Fault(number, what))

    def forget(self) -> None:
        """New and empty phones for those of the start, and no others."""
        self.phones = {number: Phone(number, label) for number, label in self._expected.items()}
        self.faults.clear()

    def faults_view(self) -> list[dict[str, Any]]:
        """The faults as JSON, the newest last."""
        with self.changed:
            return [fault.view() for fault in self.faults]
