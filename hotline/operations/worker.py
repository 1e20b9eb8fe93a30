"""The workers: they take errands off the queue and do them. The queue holds only numbers of errands, nothing about anybody."""

import logging
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Protocol
from uuid import UUID

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue as RedisQueue
from rq import SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from hotline import outbox
from hotline.broadcasts import batches as sending
from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import control as broadcasting
from hotline.broadcasts.batches import Batch
from hotline.carriers import Carrier, Meaning, Sending, Unreachable
from hotline.cases import case as cases
from hotline.cases import dispatch, escalation, followups, lapses, promises
from hotline.cases import missed_promises as admitting
from hotline.context import Service, Work
from hotline.core import fault_points as faults
from hotline.core.database import Locked
from hotline.duty import night_check as readiness
from hotline.front_desk import desk
from hotline.operations import deliveries
from hotline.outbox import Posting, Queue, What
from hotline.rumours import answers as answering
from hotline.rumours import verification as rumour_desk

log = logging.getLogger(__name__)

CARRIED = (Queue.URGENT, Queue.ORDINARY, Queue.BULK)
"""The queues whose workers do errands of every kind, and send by the carrier. What goes by Telegram has a worker of its own."""

PLENTY = 100
"""Jobs on a queue that is busy."""

ERRAND = "hotline.errand"
"""The only thing that a job may name: a queue that somebody else can write to must not run what they like."""


def _open(work: Work, case: str) -> None:
    desk.take_up(work, cases.hold(work.session, UUID(case)))


def _escalate(work: Work, identity: str) -> None:
    escalation.escalate(work, int(identity))


def _find(work: Work, case: str) -> None:
    escalation.find(work, UUID(case))


def _follow_up(work: Work, subject: str) -> None:
    case, _slash, round_ = subject.partition("/")
    followups.ask(work, cases.hold(work.session, UUID(case)), int(round_))


def _promise(work: Work, identity: str) -> None:
    admitting.admit(work, int(identity))


def _still(work: Work, identity: str) -> None:
    lapses.wonder(work, int(identity))


def _lapse(work: Work, identity: str) -> None:
    lapses.lapse(work, int(identity))


def _of_broadcast(act: Callable[[Work, int], object]) -> Callable[[Work, str], None]:
    def do(work: Work, identity: str) -> None:
        act(work, int(identity))

    return do


ACTS: dict[What, Callable[[Work, str], None]] = {
    What.OPEN: _open,
    What.ESCALATE: _escalate,
    What.FIND: _find,
    What.FOLLOW_UP: _follow_up,
    What.PROMISE: _promise,
    What.STILL: _still,
    What.LAPSE: _lapse,
    What.READY: readiness.ask,
    What.WARN: readiness.warn,
    What.COOL: _of_broadcast(sending.cool),
    What.LIST: _of_broadcast(sending.list_page),
    What.GO: _of_broadcast(sending.go),
    What.GO_ON: _of_broadcast(sending.go_on),
    What.EXPIRE: _of_broadcast(broadcasting.expire),
    What.REVIEW: _of_broadcast(sending.ask_for_review),
    What.REMIND: broadcasting.remind,
    What.RUMOUR: rumour_desk.remind,
    What.ANSWER: answering.answer_page,
}
"""What is done for each kind of errand, in one transaction with marking it done. What a carrier stands between is not: delivering, a
batch, asking for the balance; nor is what is shown in chats, which `bot/delivery.py` sees to."""


def _hold(work: Work, case: str) -> None:
    cases.hold(work.session, UUID(case.partition("/")[0]))


def _hold_of_dispatch(work: Work, identity: str) -> None:
    dispatch.hold(work.session, int(identity))


def _hold_of_promise(work: Work, identity: str) -> None:
    cases.hold(work.session, work.session.get_one(promises.Promise, int(identity)).case_id)


def _hold_broadcast(work: Work, subject: str) -> None:
    broadcasts.hold(work.session, int(subject.partition("/")[0]))


HELD_BEFORE: dict[What, Callable[[Work, str], None]] = {
    What.OPEN: _hold,
    What.FIND: _hold,
    What.FOLLOW_UP: _hold,
    What.ESCALATE: _hold_of_dispatch,
    What.STILL: _hold_of_dispatch,
    What.LAPSE: _hold_of_dispatch,
    What.PROMISE: _hold_of_promise,
    What.RUMOUR: rumour_desk.hold_for,
    What.ANSWER: rumour_desk.hold_for,
    What.COOL: _hold_broadcast,
    What.LIST: _hold_broadcast,
    What.GO: _hold_broadcast,
    What.GO_ON: _hold_broadcast,
    What.EXPIRE: _hold_broadcast,
    What.REVIEW: _hold_broadcast,
    What.REMIND: _hold_broadcast,
}
"""Takes hold of the case, the rumour or the broadcast that an errand of this kind is about."""


TOO_LATE = Sending(Meaning.TRANSIENT, "too late")


class Errands(Protocol):
    """Whoever does errands."""

    def run(self, errand: int) -> None:
        """Do this one, or see to it that it is done, if it is still to be done. It never raises."""


class Worker:
    """Does errands, one after another, and at once what an errand leads to on the same queue."""

    def __init__(self, service: Service, carrier: Carrier, queue: Queue) -> None:
        self._elsewhere = service.post
        self._service = replace(service, post=self._note)
        self._carrier = carrier
        self._queue = queue
        self._pace = Pace(service.settings.bulk_rate)
        self._next: deque[int] = deque()

    def run(self, errand: int) -> None:
        """Do it, if it is still to be done. It never raises: an errand that fails is put off, and says so in the log."""
        faults.point("after-pop")
        self._next.append(errand)
        while self._next:
            self._do(self._next.popleft())

    def _note(self, postings: Sequence[Posting]) -> None:
        if self._queue == Queue.BULK:  # a batch is followed by the next: each is a job of its own, or this one would never end
            self._elsewhere(postings)
            return
        self._next.extend(posting.errand for posting in postings if posting.queue == self._queue)
        if elsewhere := [posting for posting in postings if posting.queue != self._queue]:
            self._elsewhere(elsewhere)

    def _do(self, errand: int) -> None:
        try:
            with self._service.database.reading() as session:
                found = outbox.look(session, errand)
            if found is None:
                return
            what, subject = found
            match what:
                case What.DELIVER:
                    self._deliver(UUID(subject))
                case What.BATCH:
                    self._batch(int(subject))
                case What.BALANCE:
                    self._balance(errand)
                case _:
                    self._act(errand, what, subject)
        except Exception as error:
            put_off(self._service, errand, error)

    def _act(self, errand: int, what: What, subject: str) -> None:
        """What it is about is held before the errand is: whoever takes a step in it puts errands, and two must not wait for each other."""
        with self._service.work() as work:
            if what in HELD_BEFORE:
                HELD_BEFORE[what](work, subject)
            if outbox.begin(work.session, errand) is not None:
                ACTS[what](work, subject)

    def _deliver(self, message: UUID) -> None:
        """Take the message, let go of the database, call the carrier, and write down what it said."""
        leased = deliveries.take(self._service, message)
        if leased is None:
            return
        faults.point("after-lease")
        sending = self._carrier.send(leased.number, leased.text)
        faults.point("after-send")
        deliveries.note(self._service, leased, sending)

    def _batch(self, broadcast: int) -> None:
        """The same with many at once, as fast as the carrier allows."""
        self._pace.wait()
        began = time.monotonic()
        batch = sending.claim(self._service, broadcast)
        if batch is None:
            return
        faults.point("after-lease")
        self._pace.spend(batch.size, began)
        answers: dict[int, Sending] = {}
        for text, numbers in batch.requests:
            if self._service.clock() >= batch.until:  # we have slept, and somebody else may have gone on
                answers |= dict.fromkeys(numbers, TOO_LATE)
                continue
            said = self._carrier.send_many(list(numbers.values()), text)
            answers |= {copy: said[number] for copy, number in numbers.items() if number in said}
        faults.point("after-send")
        self._write_down(batch, answers)

    def _write_down(self, batch: Batch, answers: Mapping[int, Sending]) -> None:
        """What the carrier said is known here and nowhere else: where the database is locked, try again as long as the lease lasts."""
        while True:
            try:
                return sending.record(self._service, batch, answers)
            except Locked:
                if self._service.clock() >= batch.until:
                    raise
                time.sleep(1)

    def _balance(self, errand: int) -> None:
        """Ask the carrier what is left; where it does not answer, what it said before stands."""
        try:
            left = self._carrier.balance()
        except Unreachable:
            left = ""
        with self._service.work() as work:
            if outbox.begin(work.session, errand) is not None and left:
                broadcasts.note_balance(work.session, self._carrier.name, left, work.now)


class Pace:
    """No more texts a second than the carrier takes."""

    def __init__(self, rate: int) -> None:
        self._rate, self._free_at = rate, 0.0

    def wait(self) -> None:
        """Return when the next may go."""
        if (left := self._free_at - time.monotonic()) > 0:
            time.sleep(left)

    def spend(self, texts: int, since: float) -> None:
        """So many go now; what it takes to make them ready, since then, is part of their time."""
        self._free_at = max(self._free_at, since) + texts / self._rate


def put_off(service: Service, errand: int, error: Exception) -> None:
    """Try it again later. What went wrong is told by its kind and place only: its words may hold what a citizen said."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if any(package in frame.filename for package in ("/hotline/", "/bot/"))]
    where = f"{ours[-1].filename.rpartition('/')[2]}:{ours[-1].lineno}" if ours else "?"
    log.error("errand %s failed and is tried again: %s at %s", errand, type(error).__name__, where)
    try:
        with service.work() as work:
            outbox.fail(work.session, errand, f"{type(error).__name__} at {where}", work.now)
    except Exception as worse:
        log.error("and could not be put off: %s", type(worse).__name__)  # noqa: TRY400


class ErrandJob(Job):
    """A job that can do nothing but an errand, whatever it says it is."""

    errands: ClassVar[Errands]
    success_callback = failure_callback = stopped_callback = None  # a forged job could name these too

    def _execute(self) -> None:
        if self.func_name != ERRAND or len(self.args) != 1:
            raise PermissionError("this job is no errand")
        self.errands.run(int(self.args[0]))


class Poster:
    """Puts errands on the queue."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.3, retry=Retry(NoBackoff(), 0))
        self._queues = {queue: RedisQueue(queue, connection=self._redis, serializer=JSONSerializer) for queue in Queue}

    def __call__(self, postings: Sequence[Posting]) -> None:
        """Post them. It never raises: what is not posted now falls due again, and the clock posts it."""
        faults.point("after-commit")
        try:
            for posting in postings:
                self._post(posting)
        except Exception as error:
            log.warning("errands wait for the clock: the queue is away (%s)", type(error).__name__)
        faults.point("after-post")

    def _post(self, posting: Posting) -> None:
        name = f"errand_{posting.errand}_{posting.posted}"
        # A result must outlive its job (never 0): with nothing kept, a job whose worker died just after it was done is run again for ever.
        self._queues[posting.queue].enqueue_call(ERRAND, (posting.errand,), job_id=name, timeout=60, result_ttl=60, failure_ttl=3600)

    def busy(self) -> set[Queue]:
        """The queues whose worker has plenty to do: posting again what waits there would bury it. All of them while Redis is away."""
        try:
            return {queue for queue, jobs in self._queues.items() if jobs.count > PLENTY}
        except redis.RedisError:
            return set(Queue)

    def keeps(self) -> bool:
        """Whether the queue's server writes down what it holds; True also where it does not say."""
        try:
            told: Any = self._redis.config_get("appendonly")
        except redis.RedisError:
            return True
        return bool(told.get("appendonly", "yes") == "yes")

    def reachable(self) -> bool:
        try:
            return bool(self._redis.ping())
        except redis.RedisError:
            return False


def work_on(queue: Queue, does: Errands, redis_url: str) -> None:
    """Have the errands on one queue done until told to stop. One queue a process: on several, a job can be lost between two of them."""

    class Bound(ErrandJob):
        errands = does

    connection = redis.Redis.from_url(redis_url, socket_connect_timeout=5)
    quick: dict[str, Any] = {"maintenance_interval": 15, "job_monitoring_interval": 5, "worker_ttl": 30}
    worker = SimpleWorker([queue], connection=connection, serializer=JSONSerializer, job_class=Bound, log_job_description=False, **quick)
    worker.work(logging_level="WARNING")
