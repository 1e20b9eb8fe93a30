"""The time of the night, and the carrier: it takes texts to phones,
is down for a while, and says things late, twice, or not at all."""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from hotline.carriers.africastalking import AfricasTalking
from hotline.carriers.carrier import Account, Meaning, Sending

NOBODY = Account("itikia", "a key", "22384", "http://127.0.0.1:9")
LEASE = 20.0
"""Seconds for which a text is one worker's alone; an answer that takes longer is nobody's."""


class Town:
    """The time, chance, and what is to happen when."""

    def __init__(self, begins: datetime, seed: int) -> None:
        self.now = begins
        self.chance = random.Random(seed)
        self._agenda: list[tuple[datetime, int, Callable[[], object]]] = []
        self._order = itertools.count()

    def at(self, when: datetime, act: Callable[[], object]) -> None:
        heapq.heappush(self._agenda, (when, next(self._order), act))

    def after(self, seconds: float, act: Callable[[], object]) -> None:
        self.at(self.now + timedelta(seconds=seconds), act)

    def wait(self, seconds: float) -> None:
        """Somebody waits so long, and everybody else goes on meanwhile."""
        self.go_on_until(self.now + timedelta(seconds=seconds))

    def go_on_until(self, until: datetime) -> None:
        while self._agenda and self._agenda[0][0] <= until:
            when, _order, act = heapq.heappop(self._agenda)
            self.now = max(self.now, when)
            act()
        self.now = max(self.now, until)

    def one_in(self, number: float) -> bool:
        return self.chance.random() < 1 / number

    def some_seconds(self, middle: float, spread: float = 0.8) -> float:
        """As people take: mostly about as long, now and then far longer."""
        return middle * self.chance.lognormvariate(0, spread)


# ------------------------------------------------------------------------------------------------ the carrier


@dataclass
class Sent:
    """A text that the carrier has taken to a phone."""

    at: datetime
    number: str
    words: str
    doubt: str = ""
    """Why we cannot know that it left: no answer came, or whoever was to write it down died."""


@dataclass
class Weather:
    """How the carrier is."""

    down: tuple[datetime, datetime]
    """It takes nothing from then to then."""
    off: set[str] = field(default_factory=set)
    """Phones that are switched off for good."""
    no_answer: float = 40
    """One text in so many gets no answer, whether it left or not."""
    turned_away: float = 60
    """One in so many is turned away for now."""


class Carrier(AfricasTalking):
    """Reads and writes the real forms. Its receipts come late, twice and in any order."""

    def __init__(self, town: Town, weather: Weather, tell: Callable[[str, Mapping[str, str]], None]) -> None:
        super().__init__(NOBODY)
        self._town, self._weather, self._tell = town, weather, tell
        self._numbers = itertools.count(1)
        self.sent: list[Sent] = []
        self.met: Counter[str] = Counter()
        self.handing: Callable[[Sent], None] = lambda _sent: None
        """Told of each text that the carrier has, before its answer is back."""
        self.phones: dict[str, Callable[[str], None]] = {}
        """Whoever reads what comes to a number."""

    def send(self, number: str, text: str) -> Sending:
        began = self._town.now
        self._town.wait(self._town.chance.uniform(0.1, 0.4))
        if self._weather.down[0] <= self._town.now < self._weather.down[1]:
            return self._said(Sending(Meaning.TRANSIENT, "no connection"), "no connection while it was down")
        if self._town.one_in(self._weather.turned_away):
            return self._said(Sending(Meaning.TRANSIENT, "too many at a time"), "turned away for now")
        if self._town.one_in(self._weather.no_answer):
            return self._no_answer(number, text)
        sent, identity = self._take(number, text)
        if (self._town.now - began).total_seconds() > LEASE:
            sent.doubt = "the answer came too late"
        return self._said(Sending(Meaning.ACCEPTED, "101 Sent", identity), "taken")

    def _said(self, sending: Sending, what: str) -> Sending:
        self.met[what] += 1
        return sending

    def _no_answer(self, number: str, text: str) -> Sending:
        left = self._town.one_in(2)
        if left:
            self._take(number, text)[0].doubt = "no answer came"
        self._town.wait(9)
        return self._said(
            Sending(Meaning.UNKNOWN, "no answer"),
            "no answer, though it had it" if left else "no answer, and it had nothing",
        )

    def _take(self, number: str, text: str) -> tuple[Sent, str]:
        sent, identity = Sent(self._town.now, number, text), f"ATXid_{next(self._numbers)}"
        self.handing(sent)
        if number in self._weather.off:
            self._town.after(60, partial(self._receipt, identity, "Failed", "AbsentSubscriber"))
            return sent, identity
        self.sent.append(sent)
        self._town.after(self._town.some_seconds(4), partial(self._arrives, number, text))
        self._receipts(identity)
        return sent, identity

    def _arrives(self, number: str, text: str) -> None:
        if number in self.phones:
            self.phones[number](text)

    def _receipts(self, identity: str) -> None:
        """Some tell that it is on its way, and perhaps only after they
        told that it has arrived; all tell that, and some twice."""
        if self._town.one_in(8):
            self._town.after(self._town.some_seconds(20), partial(self._receipt, identity, "Submitted"))
        for _time in range(1 + self._town.one_in(6)):
            self._town.after(self._town.some_seconds(25, 1.2), partial(self._receipt, identity, "Success"))

    def _receipt(self, identity: str, status: str, reason: str = "") -> None:
        self.met[f"receipts “{status}”"] += 1
        self._tell(
            "receipts", {"id": identity, "status": status, **({"failureReason": reason} if reason else {})}
        )
