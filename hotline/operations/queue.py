"""Tasks are posted to RQ, as a job that can do nothing else."""

import logging
from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue as RedisQueue
from rq import SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from hotline.core import fault_points
from hotline.outbox import Posting, Queue

log = logging.getLogger(__name__)

PLENTY = 100
"""More jobs than this on a queue, and the clock posts no more to it."""

TASK = "hotline.task"
"""The only function name a job may carry: whoever can write to Redis must not run code here."""


class TaskRunner(Protocol):
    """What a worker hands each task to."""

    def run(self, task: int) -> None:
        """Do this task if it still waits, or see to it that it is done. Never raises."""


class TaskJob(Job):
    """Overrides RQ's import-and-call: runs a task by its number, whatever function the job names."""

    tasks: ClassVar[TaskRunner]
    success_callback = failure_callback = stopped_callback = None  # RQ would import these from the job, too

    def _execute(self) -> None:
        if self.func_name != TASK or len(self.args) != 1:
            raise PermissionError("this job is no task")
        self.tasks.run(int(self.args[0]))


class Poster:
    """Enqueues tasks in RQ; with short time-outs and no retries, for a citizen waits meanwhile."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(
            url, socket_timeout=0.5, socket_connect_timeout=0.3, retry=Retry(NoBackoff(), 0)
        )
        self._queues = {
            queue: RedisQueue(queue, connection=self._redis, serializer=JSONSerializer) for queue in Queue
        }

    def __call__(self, postings: Sequence[Posting]) -> None:
        """Enqueue them. Never raises: what is not posted now stays due, and the clock posts it."""
        fault_points.point("after-commit")
        try:
            for posting in postings:
                self._post(posting)
        except Exception as error:
            log.warning("tasks wait for the clock: the queue is away (%s)", type(error).__name__)
        fault_points.point("after-post")

    def _post(self, posting: Posting) -> None:
        name = f"task_{posting.task}_{posting.posted}"
        # result_ttl must not be 0: with no result kept, a job whose worker
        # died just after finishing it is requeued for ever.
        self._queues[posting.queue].enqueue_call(
            TASK, (posting.task,), job_id=name, timeout=60, result_ttl=60, failure_ttl=3600
        )

    def busy(self) -> set[Queue]:
        """Back-pressure: the queues longer than `PLENTY`, where posting
        again would only add duplicates. All of them while Redis is away."""
        try:
            return {queue for queue, jobs in self._queues.items() if jobs.count > PLENTY}
        except redis.RedisError:
            return set(Queue)

    def keeps(self) -> bool:
        """Whether Redis persists (`appendonly`); True also where it will not say."""
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


def work_on(queue: Queue, does: TaskRunner, redis_url: str) -> None:
    """Run an RQ worker on one queue until told to stop. One queue a
    process: a worker that listens on several can lose a job between them."""

    class Bound(TaskJob):
        tasks = does

    connection = redis.Redis.from_url(redis_url, socket_connect_timeout=5)
    quick: dict[str, Any] = {"maintenance_interval": 15, "job_monitoring_interval": 5, "worker_ttl": 30}
    worker = SimpleWorker(
        [queue],
        connection=connection,
        serializer=JSONSerializer,
        job_class=Bound,
        log_job_description=False,
        **quick,
    )
    worker.work(logging_level="WARNING")
