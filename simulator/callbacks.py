"""What the carrier says to the hotline: each key pressed, each
text sent, each receipt, as posts of a form to its public door.

The names below the base address are the hotline's own; what the forms hold is Africa's Talking's.

| path        | fields                                                                                       |
| ----------- | -------------------------------------------------------------------------------------------- |
| `/ussd`     | sessionId, phoneNumber, networkCode, serviceCode, text: all inputs of the dial-in, joined    |
|             | with `*`                                                                                     |
| `/ended`    | date (UTC), sessionId, serviceCode, networkCode, phoneNumber, status, cost,                  |
|             | durationInMillis, hopsCount, hopsMetadata, input, lastAppResponse, errorMessage              |
| `/texts`    | date (UTC), from, id, linkId, text, to, networkCode; again until the hotline answers 200     |
| `/receipts` | id, status, phoneNumber, networkCode, retryCount, failureReason                              |
| `/optouts`  | senderId, phoneNumber                                                                        |
"""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import requests
from requests.adapters import HTTPAdapter

from simulator.agenda import Agenda
from simulator.troubles import Troubles

HOP_LABEL = "at-ussd-hop-metadata"
NETWORK_CODE = "63902"
PAUSE_WHEN_DOWN = 0.5
Fields = dict[str, str]


@dataclass(frozen=True)
class Timings:
    """How long the network waits for what, in seconds. Safaricom's
    limits in Kenya, as the carrier's help centre gives them."""

    session: float = 180
    idle: float = 30
    answer: float = 10
    sent: float = 0.2
    delivered: float = 0.7
    pauses: tuple[float, ...] = (1, 2, 5, 10, 30, 60)
    """Between two tries of a text to the hotline; the last one again and again."""
    patience: float = 12 * 3600
    """How long a text is tried at all."""


@dataclass(frozen=True)
class Answer:
    """What the hotline said to a key press, or why the network gave up: then `failure` says it."""

    body: str
    label: str
    failure: str

    @property
    def goes_on(self) -> bool:
        return self.body.startswith("CON ")

    @property
    def page(self) -> str:
        """The words for the screen, without the four letters that are for the network."""
        return self.body[4:]


def judged(response: requests.Response, seconds: float, limit: float) -> Answer:
    """Only a 200 in time whose very first letters are `CON ` or `END
    ` counts; a space or a byte order mark before them does not."""
    body = response.content.decode("utf-8", "replace")
    label = response.headers.get(HOP_LABEL, "")
    if seconds > limit:
        return Answer(body, label, "App response timed out")
    if response.status_code != 200:
        return Answer(body, label, f"App responded with status {response.status_code}")
    if not body.startswith(("CON ", "END ")):
        return Answer(body, label, "App response does not begin with CON or END")
    return Answer(body, label, "")


class Callbacks:
    """The line from the carrier to the hotline, with a count of what was tried on it."""

    def __init__(self, base_url: str, agenda: Agenda, troubles: Troubles, timings: Timings) -> None:
        self._base = base_url.rstrip("/")
        self.agenda, self.troubles, self.timings = agenda, troubles, timings
        self._lock = threading.Lock()
        self._line = requests.Session()
        self._line.trust_env = False
        for scheme in ("http://", "https://"):
            self._line.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=64))
        self.tried = self.failed = 0

    def turn(self, fields: Fields, label: str) -> Answer:
        """Post one key press and wait for the page. Never raises: a network has problems, no exceptions."""
        if self.troubles.twice:
            self.agenda.after(0, partial(self._turn, fields, label))
        return self._turn(fields, label)

    def tell(self, path: str, fields: Fields, after: float = 0) -> None:
        """Say something once, so many seconds from now, whether it is heard or not."""
        self._plan(partial(self._say, path, fields), after)

    def insist(self, path: str, fields: Fields, heard: Callable[[], None]) -> None:
        """Say something, and say it again with growing pauses
        until the hotline answers 200; then call `heard`."""
        self._plan(partial(self._repeat, path, fields, self._pauses(), heard), 0)

    def forget(self) -> None:
        """Begin to count anew."""
        with self._lock:
            self.tried = self.failed = 0

    def close(self) -> None:
        self._line.close()

    def _turn(self, fields: Fields, label: str) -> Answer:
        began = time.monotonic()
        try:
            response = self._post("/ussd", fields, {HOP_LABEL: label} if label else {})
            answer = judged(response, time.monotonic() - began, self.timings.answer)
        except requests.Timeout:
            answer = Answer("", "", "App response timed out")
        except requests.RequestException:
            answer = Answer("", "", "App could not be reached")
        self._count(not answer.failure)
        return answer

    def _plan(self, act: Callable[[], None], after: float) -> None:
        for _ in range(2 if self.troubles.twice else 1):
            self.agenda.after(after + self.troubles.delay(), act)

    def _say(self, path: str, fields: Fields) -> None:
        if self.troubles.carrier_down:
            self.agenda.after(PAUSE_WHEN_DOWN, partial(self._say, path, fields))
        else:
            self._heard(path, fields)

    def _repeat(self, path: str, fields: Fields, pauses: Iterator[float], heard: Callable[[], None]) -> None:
        again = partial(self._repeat, path, fields, pauses, heard)
        if self.troubles.carrier_down:
            self.agenda.after(PAUSE_WHEN_DOWN, again)
        elif self._heard(path, fields):
            heard()
        elif (pause := next(pauses, None)) is not None:
            self.agenda.after(pause, again)

    def _pauses(self) -> Iterator[float]:
        until = time.monotonic() + self.timings.patience
        pauses = itertools.chain(self.timings.pauses, itertools.repeat(self.timings.pauses[-1]))
        return itertools.takewhile(lambda _: time.monotonic() < until, pauses)

    def _heard(self, path: str, fields: Fields) -> bool:
        try:
            heard = self._post(path, fields, {}).status_code == 200
        except requests.RequestException:
            heard = False
        self._count(heard)
        return heard

    def _post(self, path: str, fields: Fields, headers: Fields) -> requests.Response:
        return self._line.post(
            self._base + path,
            data=fields,
            headers=headers,
            timeout=self.timings.answer,
            allow_redirects=False,
        )

    def _count(self, heard: bool) -> None:
        with self._lock:
            self.tried += 1
            self.failed += not heard
