"""How the machine is doing, for Prometheus: what waits, what is late, what failed. It says nothing about
anybody, and nothing of what was reported.

Everything is read from the database when it is asked for. There
are several web processes, and none of them counts anything.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from flask import Blueprint, Response, abort, request
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.cases.case import Case, CaseState
from hotline.context import Service
from hotline.core.database import Locked
from hotline.messaging.message import Message, MessageState
from hotline.messaging.receipts import ReceiptRecord
from hotline.messaging.seen import Arrival
from hotline.operations import auditor
from hotline.outbox import Queue, Task, TaskKind
from webhooks.guards import is_secret

STEPS = (
    TaskKind.ESCALATE,
    TaskKind.FIND,
    TaskKind.PROMISE,
    TaskKind.STILL,
    TaskKind.LAPSE,
    TaskKind.FOLLOW_UP,
)
"""What must happen to a case in its time."""
LATE = timedelta(minutes=1)
"""A step so long after its time is overdue."""
CALLBACKS = {"text": "text:", "ended": "ended:"}
"""How the key of what the carrier has brought begins."""
UNFINISHED = (CaseState.OPEN, CaseState.ACKNOWLEDGED, CaseState.RESOLVED)
ENDS = (MessageState.SENT, MessageState.FAILED, MessageState.UNKNOWN, MessageState.WITHHELD)


def metrics(service: Service) -> Blueprint:
    """`/metrics`, for whoever shows METRICS_TOKEN; where none is set
    there is no such page. 503 while the database does not answer."""
    pages = Blueprint("metrics", __name__)

    @pages.get("/metrics")
    def tell() -> Response:
        token = service.settings.metrics_token
        if not token:
            abort(404)
        if not is_secret(request.headers.get("Authorization", ""), [f"Bearer {token}"]):
            return Response("Unauthorized\n", 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
        return _told(service)

    return pages


def _told(service: Service) -> Response:
    try:
        with service.database.reading() as session:
            figures, status = [_reachable(1), *_figures(session, service.clock())], 200
    except Locked:
        figures, status = [_reachable(0)], 503
    return Response(_text(figures), status, content_type=CONTENT_TYPE_PLAIN_0_0_4)


class Read(Collector):
    """What has just been read."""

    def __init__(self, figures: Sequence[Metric]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        return self._figures


def _text(figures: Sequence[Metric]) -> bytes:
    registry = CollectorRegistry()
    registry.register(Read(figures))
    return generate_latest(registry)


def _figures(session: Session, now: datetime) -> Iterator[Metric]:
    yield from _due(session, now)
    yield _overdue(session, now)
    yield _gauge(
        "errands_failing",
        "Tasks that went wrong at least once and wait to be tried again.",
        outbox.failing(session),
    )
    yield _callbacks(session, now)
    yield _sent(session, now)
    yield _unfinished(session)
    yield from _audited(session, now)


def _reachable(number: int) -> Metric:
    return _gauge("database_reachable", "1 while the database answers, 0 while it does not.", number)


def _due(session: Session, now: datetime) -> Iterator[Metric]:
    """By `wanted_at`, for `due_at` moves at each posting, and so never looks late while no worker runs."""
    due = select(Task.queue, func.count(), func.min(Task.wanted_at)).where(
        outbox.WAITS, Task.wanted_at <= now
    )
    found = {queue: (number, oldest) for queue, number, oldest in session.execute(due.group_by(Task.queue))}
    numbers = {queue.value: found.get(queue, (0, now))[0] for queue in Queue}
    ages = {queue.value: _seconds(found.get(queue, (0, now))[1], now) for queue in Queue}
    yield _gauges(
        "errands_due", "Tasks whose time has come and that are not done yet, by queue.", "queue", numbers
    )
    oldest = "Seconds since the time of the oldest task that is due and not done, by queue; 0 where none is."
    yield _gauges("errand_oldest_due_seconds", oldest, "queue", ages)


def _overdue(session: Session, now: datetime) -> Metric:
    late = (outbox.WAITS, Task.what.in_(STEPS), Task.wanted_at < now - LATE)
    found = _numbers(session, select(Task.what, func.count()).where(*late).group_by(Task.what))
    words = (
        "Steps of cases, such as asking the next liaison, that "
        "should have been taken more than a minute ago, by kind."
    )
    return _gauges("steps_overdue", words, "kind", {step.value: found.get(step, 0) for step in STEPS})


def _callbacks(session: Session, now: datetime) -> Metric:
    """The carrier falls silent one kind at a time. A kind that it never brought has no age."""
    newest = {
        kind: session.scalar(select(func.max(Arrival.at)).where(Arrival.key.startswith(key)))
        for kind, key in CALLBACKS.items()
    }
    newest["receipt"] = session.scalar(select(ReceiptRecord.at).order_by(ReceiptRecord.id.desc()).limit(1))
    ages = {kind: _seconds(at, now) for kind, at in newest.items() if at is not None}
    words = (
        "Seconds since the carrier last called us, by what "
        "it brought: a text, a receipt, the end of a dial-in."
    )
    return _gauges("carrier_callback_age_seconds", words, "kind", ages)


def _sent(session: Session, now: datetime) -> Metric:
    hour = (Message.state.in_(ENDS), Message.written_at >= now - timedelta(hours=1))
    found = _numbers(session, select(Message.state, func.count()).where(*hour).group_by(Message.state))
    words = (
        "Messages written in the last hour, by what became of "
        "them; unknown is where nobody can say whether it left."
    )
    return _gauges("messages_last_hour", words, "state", {state: found.get(state, 0) for state in ENDS})


def _unfinished(session: Session) -> Metric:
    found = _numbers(
        session, select(Case.state, func.count()).where(Case.state != CaseState.CLOSED).group_by(Case.state)
    )
    words = (
        "Cases that are not closed: open is where nobody has it, acknowledged where somebody has, "
        "resolved where they say it is done."
    )
    return _gauges("cases_unfinished", words, "state", {state: found.get(state, 0) for state in UNFINISHED})


def _audited(session: Session, now: datetime) -> Iterator[Metric]:
    """Nothing at all, where the auditor has never looked."""
    last = auditor.latest(session)
    if last is not None:
        yield _gauge(
            "audit_age_seconds",
            "Seconds since the auditor last looked at every unfinished case.",
            _seconds(last.at, now),
        )
        yield _gauge(
            "audit_mended", "Cases without a next step that the auditor found then, and mended.", last.mended
        )


def _numbers(session: Session, counted: Select[str, int]) -> dict[str, int]:
    return {name: number for name, number in session.execute(counted)}


def _seconds(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"itikia_{name}", words, value)


def _gauges(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"itikia_{name}", words, labels=[label])
    for each, value in values.items():
        family.add_metric([each], value)
    return family
