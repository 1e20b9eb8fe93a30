"""What all is compared with: a page of Flask that always says the same, and a job that does nothing."""

import sys
import time

import redis
from flask import Flask
from rq import Queue, SimpleWorker, get_current_job
from rq.serializers import JSONSerializer

PAGE = "CON Welcome\n1. One\n2. Two"
STARTED = "noop:started"

app = Flask(__name__)


@app.post("/constant")
def constant() -> str:
    return PAGE


def note_start() -> None:
    """The job that does nothing, but say when it was started."""
    job = get_current_job()
    if job is not None:
        job.connection.rpush(STARTED, repr(time.perf_counter()))


class Noop:
    """A queue of jobs that do nothing, on the Redis of the hotline."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url)
        self._queue = Queue("noop", connection=self._redis, serializer=JSONSerializer)

    def seconds(self) -> float:
        """From before the job is put on the queue until it is started."""
        began = time.perf_counter()
        self._queue.enqueue_call(note_start, timeout=60, result_ttl=60)
        started = self._redis.blpop([STARTED], timeout=30)
        assert isinstance(started, list | tuple), "the worker of jobs that do nothing does not work"
        return float(started[1]) - began


def work(url: str) -> None:
    SimpleWorker(["noop"], connection=redis.Redis.from_url(url), serializer=JSONSerializer).work(
        logging_level="WARNING"
    )


if __name__ == "__main__":
    work(sys.argv[1])
