"""The workers: they take tasks off the queue and do them. A job
carries a task's number only, so Redis knows nothing about anybody."""

import logging
import time
import traceback
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from hotline import gate, outbox
from hotline.broadcasts import batches
from hotline.broadcasts.balance import note_balance
from hotline.broadcasts.batches import Batch
from hotline.carriers.carrier import Carrier, Meaning, Sending, Unreachable
from hotline.context import Service
from hotline.core import fault_points
from hotline.core.database import Locked
from hotline.operations import deliveries
from hotline.operations.tasks import ACTS, LOCKED_BEFORE
from hotline.outbox import Posting, Queue, TaskKind

log = logging.getLogger(__name__)

CARRIED = (Queue.URGENT, Queue.ORDINARY, Queue.BULK)
"""The queues whose workers do tasks of every kind, and send by
the carrier. What goes by Telegram has a worker of its own."""

TOO_LATE = Sending(Meaning.TRANSIENT, "too late")


class Worker:
    """Does tasks one after another; follow-ups on the same queue run at once, without a trip to Redis."""

    def __init__(self, service: Service, carrier: Carrier, queue: Queue) -> None:
        self._elsewhere = service.post
        self._service = replace(service, post=self._note)
        self._carrier = carrier
        self._queue = queue
        self._pace = RateLimit(service.settings.bulk_rate)
        self._next: deque[int] = deque()

    def run(self, task: int) -> None:
        """Do the task if it still waits. Never raises: a task
        that fails is logged and scheduled for a retry."""
        fault_points.point("after-pop")
        self._next.append(task)
        while self._next:
            self._do(self._next.popleft())

    def _note(self, postings: Sequence[Posting]) -> None:
        if self._queue == Queue.BULK:  # each batch schedules the next: done here, this job would never end
            self._elsewhere(postings)
            return
        self._next.extend(posting.task for posting in postings if posting.queue == self._queue)
        if elsewhere := [posting for posting in postings if posting.queue != self._queue]:
            self._elsewhere(elsewhere)

    def _do(self, task: int) -> None:
        try:
            with self._service.database.reading() as session:
                found = outbox.peek(session, task)
            if found is None:
                return
            what, subject = found
            match what:
                case TaskKind.DELIVER:
                    self._deliver(UUID(subject))
                case TaskKind.BATCH:
                    self._batch(int(subject))
                case TaskKind.BALANCE:
                    self._balance(task)
                case _:
                    self._act(task, what, subject)
        except Exception as error:
            retry_later(self._service, task, error)

    def _act(self, task: int, what: TaskKind, subject: str) -> None:
        """Lock the case before the task row, as every path does: a step in a case
        locks it and then writes its tasks. The reverse order deadlocks."""
        with self._service.transaction() as work:
            if what in LOCKED_BEFORE:
                LOCKED_BEFORE[what](work, subject)
            if outbox.begin(work.session, task) is not None:
                ACTS[what](work, subject)

    def _deliver(self, message: UUID) -> None:
        """Lease the message and commit, call the carrier with no transaction open, record its answer."""
        leased = deliveries.take(self._service, message)
        if leased is None:
            return
        fault_points.point("after-lease")
        sending = self._carrier.send(leased.number, leased.text)
        fault_points.point("after-send")
        deliveries.note(self._service, leased, sending)

    def _batch(self, broadcast: int) -> None:
        """The same for many copies at once, at the rate that the carrier allows."""
        self._pace.wait()
        began = time.monotonic()
        batch = batches.claim(self._service, broadcast, gate)
        if batch is None:
            return
        fault_points.point("after-lease")
        self._pace.spend(batch.size, began)
        answers: dict[int, Sending] = {}
        for text, numbers in batch.requests:
            # The lease ran out while we slept, and another may have it.
            if self._service.clock() >= batch.until:
                answers |= dict.fromkeys(numbers, TOO_LATE)
                continue
            said = self._carrier.send_many(list(numbers.values()), text)
            answers |= {copy: said[number] for copy, number in numbers.items() if number in said}
        fault_points.point("after-send")
        self._write_down(batch, answers)

    def _write_down(self, batch: Batch, answers: Mapping[int, Sending]) -> None:
        """Retry on `Locked` until the lease ends: the carrier's
        answers exist in this process only, and cannot be asked for again."""
        while True:
            try:
                return batches.record(self._service, batch, answers)
            except Locked:
                if self._service.clock() >= batch.until:
                    raise
                time.sleep(1)

    def _balance(self, task: int) -> None:
        """Ask the carrier for the balance, outside any transaction; without an answer the last one stands."""
        try:
            left = self._carrier.balance()
        except Unreachable:
            left = ""
        with self._service.transaction() as work:
            if outbox.begin(work.session, task) is not None and left:
                note_balance(work.session, self._carrier.name, left, work.now)


class RateLimit:
    """A rate limit without bursts: no more texts a second than the carrier takes."""

    def __init__(self, rate: int) -> None:
        self._rate, self._free_at = rate, 0.0

    def wait(self) -> None:
        """Sleep until the next may go."""
        if (left := self._free_at - time.monotonic()) > 0:
            time.sleep(left)

    def spend(self, texts: int, since: float) -> None:
        """Charge so many texts, from `since` on: the time it took to prepare them counts as theirs."""
        self._free_at = max(self._free_at, since) + texts / self._rate


def retry_later(service: Service, task: int, error: Exception) -> None:
    """Count the failure and schedule a retry. Log the error's type and
    place only: its message may quote what a citizen said."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if any(package in frame.filename for package in ("/hotline/", "/bot/"))]
    where = f"{ours[-1].filename.rpartition('/')[2]}:{ours[-1].lineno}" if ours else "?"
    log.error("task %s failed and is tried again: %s at %s", task, type(error).__name__, where)
    try:
        with service.transaction() as work:
            outbox.retry_later(work.session, task, f"{type(error).__name__} at {where}", work.now)
    except Exception as worse:
        log.error("and could not be put off: %s", type(worse).__name__)  # noqa: TRY400
