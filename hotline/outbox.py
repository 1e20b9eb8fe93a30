"""A transactional outbox: what must happen later is a *task*, a row with a
due time, committed in the transaction that holds the reason for it.

After the commit it is posted to RQ, which is only a nudge: the clock posts
again whatever is due and not done. Delivery is at least once; `begin` marks the
row done inside the transaction that does it, so that the effect happens once.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, String, func, literal, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Base, Moment, insert

GRACE = timedelta(seconds=3)
"""How long a task that was posted on the spot has before the clock posts it again."""
AGAIN = timedelta(seconds=15)
"""How long the clock waits before it posts the same task once more."""


class Queue(StrEnum):
    """One worker process each: an RQ worker that listens on two queues can lose a job between them."""

    URGENT = "urgent"
    """Cases: nothing goes before them."""
    ORDINARY = "ordinary"
    """What a citizen waits for less anxiously: the question whether help came."""
    BULK = "bulk"
    """Many texts of no hurry."""
    TELEGRAM = "telegram"
    """Whatever goes by Telegram, case before answer before
    bulk: one process keeps within what its API allows."""


class TaskKind(StrEnum):
    """What there is to do, and what the task's subject names."""

    OPEN = "open"
    """A case: tell the citizen and find the liaison."""
    DELIVER = "deliver"
    """A message."""
    ESCALATE = "escalate"
    """A dispatch that nobody has answered."""
    FIND = "find"
    """A case for which nobody was there: begin its policy again."""
    FOLLOW_UP = "follow_up"
    """A case and its round: ask whether help came."""
    PROMISE = "promise"
    """A promise whose time has come: was it kept?"""
    STILL = "still"
    """A dispatch that somebody has taken: is anything happening?"""
    LAPSE = "lapse"
    """The same, and they do not say."""
    READY = "ready"
    """An evening, as 2026-11-21: ask those who have the night whether they are there."""
    WARN = "warn"
    """The same evening: tell the coordinating bodies who is not, and which hours are empty."""
    REDRAW = "redraw"
    """A message that is a card: the case has gone on, and the card shows how it stands."""
    COOL = "cool"
    """A broadcast that enough hands have approved: list its
    recipients, and show it to those who answer for the place."""
    LIST = "list"
    """The same: put more of its recipients on the list."""
    GO = "go"
    """The same: its time has come."""
    GO_ON = "go_on"
    """The same: a few have it; now all the others."""
    BATCH = "batch"
    """The same: send the next batch."""
    REMIND = "remind"
    """A broadcast, its edition and a number: those who were asked to approve it have said nothing."""
    EXPIRE = "expire"
    """A broadcast whose time is over."""
    REVIEW = "review"
    """An emergency message of yesterday: another body looks at it."""
    BALANCE = "balance"
    """The carrier's account: ask what is left on it."""
    RUMOUR = "rumour"
    """A rumour and a number: does somebody look into it?"""
    ANSWER = "answer"
    """A rumour and the number of an answer: tell the next of those who asked."""


class TaskState(StrEnum):
    """What has become of a task."""

    WAITING = "waiting"
    """To be done when it is due, and posted again until it is."""
    DONE = "done"
    """Completed, and never posted again."""
    CANCELLED = "dropped"
    """The reason for it is gone."""


class Task(Base):
    __tablename__ = "errands"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    """Kind and subject, unique: scheduling the same task again moves the row instead of adding one."""
    what: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(60))
    queue: Mapped[str] = mapped_column(String(16))
    due_at: Mapped[datetime] = mapped_column(Moment)
    """When it is posted next; each posting moves it forward by `AGAIN`."""
    wanted_at: Mapped[datetime] = mapped_column(Moment)
    """When it was to be done; unlike `due_at` it does not move when the task is posted again."""
    state: Mapped[str] = mapped_column(String(12), default=TaskState.WAITING)
    posted: Mapped[int] = mapped_column(default=0)
    """How often it went to the queue. Part of the job's id there, so that
    RQ never takes a new posting for a job that was left behind."""
    failures: Mapped[int] = mapped_column(default=0)
    last_failure: Mapped[str | None] = mapped_column(String(80))
    """Which error, and where: for `itikia check`."""

    __table_args__ = (
        Index(
            "ix_errands_due",
            "due_at",
            postgresql_where=(state == TaskState.WAITING),
            sqlite_where=(state == TaskState.WAITING),
        ),
    )


WAITS = Task.state == literal(TaskState.WAITING, literal_execute=True)
"""`literal_execute`: the value stands in the SQL, so that the planner can use the partial index."""


@dataclass(frozen=True, slots=True)
class Posting:
    """A task on its way to the queue."""

    task: int
    posted: int
    queue: Queue


def key_of(what: TaskKind, subject: object) -> str:
    """The unique key of the task of this kind about this subject."""
    return f"{what}:{subject}"


def schedule(
    session: Session,
    what: TaskKind,
    subject: object,
    due_at: datetime,
    queue: Queue = Queue.URGENT,
    *,
    now: datetime,
) -> None:
    """Upsert by key: a new row, or a new due time for the one that is there. Committed
    with the caller's transaction; what is due now is posted right after the commit."""
    at_once = due_at <= now
    waits = {
        "state": TaskState.WAITING,
        "due_at": now + GRACE if at_once else due_at,
        "wanted_at": now if at_once else due_at,
    }
    values = {
        "key": key_of(what, subject),
        "what": what,
        "subject": str(subject),
        "queue": queue,
        "posted": 0,
        "failures": 0,
        **waits,
    }
    upsert = (
        insert(session, Task)
        .values(values)
        .on_conflict_do_update(index_elements=["key"], set_={**waits, "queue": queue})
    )
    task, posted = session.execute(upsert.returning(Task.id, Task.posted)).one()
    if at_once:
        session.info.setdefault("tasks", []).append(Posting(task, posted, queue))


def is_due_by(session: Session, what: TaskKind, subject: object, due_at: datetime) -> bool:
    """Whether the task is waiting, with a due time no later than this."""
    waits = select(Task.id).where(Task.key == key_of(what, subject), WAITS, Task.due_at <= due_at)
    return session.scalar(waits) is not None


def cancel(session: Session, what: TaskKind, subject: object) -> None:
    """Cancel a waiting task; skip one that a worker has
    locked: it re-checks its reason and does nothing."""
    free = (
        select(Task.id)
        .where(Task.key == key_of(what, subject), Task.state == TaskState.WAITING)
        .with_for_update(skip_locked=True)
    )
    session.execute(
        update(Task)
        .where(Task.id.in_(free))
        .values(state=TaskState.CANCELLED)
        .execution_options(synchronize_session=False)
    )


def to_post(session: Session) -> list[Posting]:
    """Take the tasks scheduled in this session that are due at once, to be posted after the commit."""
    postings: list[Posting] = session.info.pop("tasks", [])
    return postings


def fallen_due(
    session: Session, now: datetime, limit: int = 500, but: Collection[Queue] = ()
) -> list[Posting]:
    """Claim what has fallen due, except on the queues in `but`, and move its due time forward.
    `SKIP LOCKED`: two clocks claim different rows and never wait for each other."""
    here = (Task.state == TaskState.WAITING, Task.due_at <= now, Task.queue.not_in(but))
    due = select(Task.id).where(*here).order_by(Task.due_at).limit(limit)
    rows = session.execute(
        update(Task)
        .where(Task.id.in_(due.with_for_update(skip_locked=True)), Task.state == TaskState.WAITING)
        .values(posted=Task.posted + 1, due_at=now + AGAIN)
        .returning(Task.id, Task.posted, Task.queue)
        .execution_options(synchronize_session=False)
    )
    return [Posting(task, posted, Queue(queue)) for task, posted, queue in rows]


def begin(session: Session, task: int) -> tuple[TaskKind, str] | None:
    """Mark a task done, in the transaction that does it. None where
    it was done or cancelled already: a task that was posted twice.

    The update locks the row until the commit, so that a second worker waits here, and then finds it done.
    """
    row = session.execute(
        update(Task)
        .where(Task.id == task, Task.state == TaskState.WAITING)
        .values(state=TaskState.DONE)
        .returning(Task.what, Task.subject)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return (TaskKind(row[0]), row[1]) if row else None


def peek(session: Session, task: int) -> tuple[TaskKind, str] | None:
    """Read what a task is about, without locking it. None unless it waits."""
    row = session.execute(
        select(Task.what, Task.subject).where(Task.id == task, Task.state == TaskState.WAITING)
    ).one_or_none()
    return (TaskKind(row[0]), row[1]) if row else None


def complete(session: Session, what: TaskKind, subject: object) -> None:
    session.execute(update(Task).where(Task.key == key_of(what, subject)).values(state=TaskState.DONE))


def retry_later(session: Session, task: int, failure: str, now: datetime) -> None:
    """Count a failure and retry after an exponential
    pause of at most a minute. No task is ever given up."""
    failures = session.scalar(select(Task.failures).where(Task.id == task)) or 0
    again = now + timedelta(seconds=min(60, 2**failures))
    values = {"failures": failures + 1, "last_failure": failure[:80], "due_at": again}
    session.execute(update(Task).where(Task.id == task, Task.state == TaskState.WAITING).values(values))


def postpone(session: Session, task: int, until: datetime) -> None:
    """Postpone without counting a failure."""
    session.execute(
        update(Task)
        .where(Task.id == task, Task.state == TaskState.WAITING)
        .values(due_at=until, wanted_at=until)
    )


def due(session: Session, task: int) -> datetime:
    """Its due time; scheduling it again changes this, so it tells one scheduling from the next."""
    return session.scalars(select(Task.due_at).where(Task.id == task)).one()


def complete_as_found(session: Session, task: int, due_at: datetime) -> None:
    """Compare and set: done, unless its due time has changed, for then it was scheduled again."""
    as_found = (Task.id == task, Task.state == TaskState.WAITING, Task.due_at == due_at)
    session.execute(update(Task).where(*as_found).values(state=TaskState.DONE))


def failing(session: Session) -> int:
    """How many tasks have failed and wait to be tried again."""
    return session.scalar(select(func.count()).where(Task.state == TaskState.WAITING, Task.failures > 0)) or 0


def last_failure(session: Session) -> str:
    """What one of these failed of: the error and the line, never what was in it."""
    failed = select(Task.last_failure).where(Task.state == TaskState.WAITING, Task.failures > 0)
    return session.scalar(failed.order_by(Task.due_at.desc(), Task.id.desc()).limit(1)) or "no reason kept"


def overdue(session: Session, now: datetime, by: timedelta = timedelta(minutes=1)) -> int:
    """How many tasks are late by more than this, by `wanted_at`, which posting does not move:
    no worker runs, the clock stands still, or they fail."""
    soon = Task.due_at < now + timedelta(minutes=2)  # true of all of them, and lets the index serve
    return session.scalar(select(func.count()).where(WAITS, soon, Task.wanted_at < now - by)) or 0
