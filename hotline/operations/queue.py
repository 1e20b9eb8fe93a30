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
"""Jobs on a queue that is busy."""

TASK = "hotline.task"
"""The only thing that a job may name: a queue that somebody else can write to must not run what they like."""


class TaskRunner(Protocol):
    """Whoever does tasks."""

    def run(self, task: int) -> None:
        """Do this one, or see to it that it is done, if it is still to be done. It never raises."""


class TaskJob(Job):
    """A job that can do nothing but a task, whatever it says it is."""

    tasks: ClassVar[TaskRunner]
    success_callback = failure_callback = stopped_callback = None  # a forged job could name these too

    def _execute(self) -> None:
        if self.func_name != TASK or len(self.args) != 1:
            raise PermissionError("this job is no task")
        self.tasks.run(int(self.args[0]))


class Poster:
    """Puts tasks on the queue."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(
            url, socket_timeout=0.5, socket_connect_timeout=0.3, retry=Retry(NoBackoff(), 0)
        )
        self._queues = {
            queue: RedisQueue(queue, connection=self._redis, serializer=JSONSerializer) for queue in Queue
        }

    def __call__(self, postings: Sequence[Posting]) -> None:
        """Post them. It never raises: what is not posted now falls due again, and the clock posts it."""
        fault_points.point("after-commit")
        try:
            for posting in postings:
                self._post(posting)
        except Exception as error:
            log.warning("tasks wait for the clock: the queue is away (%s)", type(error).__name__)
        fault_points.point("after-post")

    def _post(self, posting: Posting) -> None:
        name = f"task_{posting.task}_{posting.posted}"
        # A result must outlive its job (never 0): with nothing kept, a job whose worker died just after it
        # was done is run again for ever.
        self._queues[posting.queue].enqueue_call(
            TASK, (posting.task,), job_id=name, timeout=60, result_ttl=60, failure_ttl=3600
        )

    def busy(self) -> set[Queue]:
        """The queues whose worker has plenty to do: posting again what
        waits there would bury it. All of them while Redis is away."""
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


def work_on(queue: Queue, does: TaskRunner, redis_url: str) -> None:
    """Have the tasks on one queue done until told to stop. One queue
    a process: on several, a job can be lost between two of them."""

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
