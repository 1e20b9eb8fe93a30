"""The night's machinery: the hotline's processes within one, that can be killed anywhere.

Everything is the hotline's own but the network: the door and its forms, the workers, the clock's work, the
auditor, the database and the queue. A process that is killed stops dead at one of the places in
`hotline/core/fault_points.py`: its transaction is rolled back, what it had in memory is gone, and a few
seconds later it is started anew. While the carrier thinks about a text, the others go on.
"""

import io
import logging
import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, get_args
from urllib.parse import urlencode

import redis
from rq import Queue as RedisQueue
from rq.serializers import JSONSerializer
from sqlalchemy import bindparam, select

from benchmarks.night_carrier import Carrier, Sent, Town, Weather
from hotline.context import Service
from hotline.core import fault_points
from hotline.core.database import Database
from hotline.core.fault_points import Place
from hotline.operations import auditor, clock
from hotline.operations.auditor import Audit
from hotline.operations.queue import Poster
from hotline.operations.worker import CARRIED, Worker
from hotline.outbox import WAITS, Posting, Queue, Task
from hotline.settings import Settings
from webhooks.app import door

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

KINDS: dict[str, tuple[Place, ...]] = {
    "worker": ("after-pop", "after-lease", "after-send", "before-record", "before-commit"),
    "clock": ("after-claim", "before-commit", "after-commit", "after-post"),
    "web": ("before-commit", "after-commit", "after-post"),
}
"""What is killed, and where it can die. A worker posts to
another queue so rarely that it is not waited for there."""
PATIENCE = timedelta(minutes=10)
"""After so long a death that was to come at one place comes at any."""
TICK, AUDIT, TIDY = 2.0, 60.0, 600.0
"""Seconds from one look of the clock to the next, and of the auditor, and from one tidying to the next. The
real clock looks four times as often, which changes nothing but how long this takes."""
ANYTHING_DUE = select(Task.id).where(WAITS, Task.due_at <= bindparam("now")).limit(1)


class Killed(BaseException):
    """The process ends here, as if the power had gone."""


# --------------------------------------------------------------------------------------------- what is killed


class Deaths:
    """Which process is to die where, and which have."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._planned: defaultdict[str, deque[tuple[Place, datetime]]] = defaultdict(deque)
        self.counted: Counter[tuple[str, Place]] = Counter()

    def plan(self, each: int, begins: datetime, ends: datetime) -> None:
        """So many of each kind, at any time between, in turn at every place where it can die."""
        for kind, places in KINDS.items():
            order = [
                place
                for _round in range(each // len(places) + 1)
                for place in self._town.chance.sample(places, len(places))
            ][:each]
            for place in order:
                self._town.at(
                    begins + (ends - begins) * self._town.chance.random(), partial(self._arm, kind, place)
                )

    def _arm(self, kind: str, place: Place) -> None:
        self._planned[kind].append((place, self._town.now + PATIENCE))

    def strike(self, kind: str, place: Place) -> bool:
        """Whether a process of this kind, which has come to this place, dies there."""
        for planned in self._planned[kind]:
            where, patience = planned
            if where == place or self._town.now > patience:
                self._planned[kind].remove(planned)
                self.counted[kind, place] += 1
                return True
        return False

    def of(self, kind: str) -> int:
        return sum(number for (each, _place), number in self.counted.items() if each == kind)


class Process:
    """One of the hotline's processes: it may die in the middle
    of what it does, and then is away for some seconds."""

    def __init__(self, hotline: "Hotline", name: str, kind: str, start: Callable[[], None]) -> None:
        self.hotline, self.name, self.kind, self._start = hotline, name, kind, start
        self.is_up = self.is_busy = False
        self.in_hand: Sent | None = None
        """The text that the carrier has, and of which nothing is written down."""
        self.begin()

    def begin(self) -> None:
        self.is_up = True
        self._start()

    def runs(self, act: Callable[[], object]) -> bool:
        """Whether it could do this, and lived. What is raised is
        counted, as a process would write it in its log, and go on."""
        if not self.is_up:
            return False
        self.hotline.inside.append(self)
        try:
            act()
            return True
        except Killed:
            self._die()
            return False
        except Exception as error:
            self.hotline.raised[f"{self.name}: {type(error).__name__}: {str(error)[:100]}"] += 1
            return True
        finally:
            self.hotline.inside.pop()

    def comes_to(self, place: Place) -> None:
        if self.hotline.deaths.strike(self.kind, place):
            raise Killed(place)
        if place == "before-commit":
            self.in_hand = None

    def _die(self) -> None:
        if self.in_hand is not None:
            self.in_hand.doubt, self.in_hand = "who was to write it down died", None
        self.is_up = False
        self.hotline.town.after(self.hotline.town.chance.uniform(0.5, 4), self.begin)


class Complaints(logging.Handler):
    """What the hotline itself calls an error in its log."""

    def __init__(self, counted: Counter[str]) -> None:
        super().__init__(logging.ERROR)
        self._counted = counted

    def emit(self, record: logging.LogRecord) -> None:
        self._counted[f"{record.name}: {re.sub(r'[0-9]+', '#', record.getMessage())[:100]}"] += 1


class WakingPoster(Poster):
    """The real one, which has the workers look once it has posted."""

    def __init__(self, url: str, wake: Callable[[set[Queue]], None]) -> None:
        super().__init__(url)
        self._wake = wake

    def __call__(self, postings: Sequence[Posting]) -> None:
        try:
            super().__call__(postings)
        finally:
            self._wake({posting.queue for posting in postings})


class Tasks:
    """A worker's process: takes one job after another off its queue in the real Redis."""

    def __init__(self, hotline: "Hotline", queue: Queue) -> None:
        self._hotline, self.queue = hotline, queue
        self._jobs = RedisQueue(queue, connection=hotline.redis, serializer=JSONSerializer)
        self.process = Process(hotline, f"work {queue}", "worker", self._start)

    def _start(self) -> None:
        self._worker = Worker(self._hotline.service, self._hotline.carrier, self.queue)
        self._hotline.town.after(0, self.take_up)

    def take_up(self) -> None:
        """Do what is on the queue, if this process is up and has nothing in hand."""
        process = self.process
        if process.is_busy or not process.is_up or (task := self._pop()) is None:
            return
        process.is_busy = True
        process.runs(lambda: self._worker.run(task))
        process.is_busy = False
        self._hotline.town.after(0.05, self.take_up)

    def _pop(self) -> int | None:
        name = self._hotline.redis.lpop(self._jobs.key)
        job = self._jobs.fetch_job(name.decode()) if isinstance(name, bytes) else None
        if job is None:
            return None
        self._hotline.redis.delete(job.key)
        return int(job.args[0])


class Hotline:
    """All of it, in one process."""

    def __init__(self, town: Town, settings: Settings, weather: Weather) -> None:
        self.town, self.settings = town, settings
        self.inside: list[Process] = []
        """Who is doing something just now; one may be waiting for the carrier while another goes on."""
        self.deaths = Deaths(town)
        self.raised: Counter[str] = Counter()
        self.audits: list[Audit] = []
        self.flushed = 0
        self.redis = redis.Redis.from_url(settings.redis_url)
        self.database = Database(settings.database_url)
        self.carrier = Carrier(town, weather, self._tell)
        self.carrier.handing = self._is_handed
        self.poster = WakingPoster(settings.redis_url, self._wake)
        self.service = self._service()
        self.web = Process(self, "web", "web", self._open)
        self.workers = [Tasks(self, queue) for queue in CARRIED]
        self.clock = Process(self, "clock", "clock", lambda: None)
        self._path = f"/{self.carrier.name}/{settings.callback_secrets[0]}"

    def _service(self) -> Service:
        return Service(self.settings, self.database, post=self.poster, clock=lambda: self.town.now)

    def _open(self) -> None:
        self._door: WSGIApplication = door(self._service(), self.carrier, self.poster)

    def _wake(self, queues: set[Queue]) -> None:
        for worker in self.workers:
            if worker.queue in queues:
                self.town.after(0.02, worker.take_up)

    def _is_handed(self, sent: Sent) -> None:
        self.inside[-1].in_hand = sent

    @contextmanager
    def running(self) -> Iterator[None]:
        """While this lasts, its processes may die at every place that `faults` names."""
        fault_points.on(lambda place: self.inside[-1].comes_to(place) if self.inside else None)
        logging.getLogger().addHandler(complaints := Complaints(self.raised))
        try:
            for seconds, act in ((TICK, self._tick), (AUDIT, self._audit), (TIDY, self._tidy)):
                self._every(seconds, act)
            yield
        finally:
            logging.getLogger().removeHandler(complaints)
            fault_points.on(fault_points.nothing)

    def close(self) -> None:
        self.redis.close()
        self.database.close()

    def _every(self, seconds: float, act: Callable[[], None]) -> None:
        self.clock.runs(act)
        self.town.after(seconds, partial(self._every, seconds, act))

    def _tick(self) -> None:
        with self.database.engine.connect() as connection:
            if connection.scalar(ANYTHING_DUE, {"now": self.town.now}) is None:
                return  # it would look, and find nothing; and that is what it does most of the time
        clock.post_what_is_due(self.service, self.poster)

    def _tidy(self) -> None:
        clock.tidy(self.service)

    def _audit(self) -> None:
        self.audits.append(auditor.audit(self.service))

    def flush(self) -> None:
        """The queue and the conversations are gone."""
        self.redis.flushall()
        self.flushed += 1

    def call(self, kind: str, form: Mapping[str, str]) -> tuple[int, str]:
        """What the public door answers to a carrier; 0 and nothing where it is away, or dies over it."""
        answer = (0, "")

        def calls() -> None:
            nonlocal answer
            answer = _asked(self._door, f"{self._path}/{kind}", urlencode(form).encode())

        return answer if self.web.runs(calls) else (0, "")

    def _tell(self, kind: str, form: Mapping[str, str]) -> None:
        """Until it is taken, as the carrier does."""
        status, _page = self.call(kind, form)
        if status != 200:
            self.town.after(5, partial(self._tell, kind, form))


def _asked(app: "WSGIApplication", path: str, body: bytes) -> tuple[int, str]:
    said: list[str] = []

    def start_response(status: str, _headers: object, _error: object = None) -> Callable[[bytes], object]:
        said.append(status)
        return lambda _bytes: None

    environ = {
        "REQUEST_METHOD": "POST", "SCRIPT_NAME": "", "PATH_INFO": path,
        "QUERY_STRING": "", "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True, "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }  # fmt: skip
    pages = app(environ, start_response)
    try:
        page = b"".join(pages).decode()
    finally:
        with suppress(AttributeError):
            pages.close()  # type: ignore[attr-defined] # WSGI: if it has one
    return int(said[-1][:3]), page


PLACES: tuple[Place, ...] = get_args(Place)
