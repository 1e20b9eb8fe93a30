"""The time by which a citizen was told they would be answered.
Each is a row: it is kept, or openly admitted as missed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline.cases.case import Case
from hotline.context import UnitOfWork
from hotline.core.database import Base, Moment
from hotline.outbox import TaskKind, cancel

MOST_DOUBLED = 4
"""The time to the next promise doubles at most so often."""


class PromiseState(StrEnum):
    """What has become of a promise."""

    OPEN = "open"
    """Its time has not come."""
    KEPT = "kept"
    """Somebody had the case in time."""
    MISSED = "missed"
    """Its time passed, and nobody had the case."""
    VOID = "void"
    """The case was over, or began anew, before its time."""


class Promise(Base):
    __tablename__ = "promises"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(8), default=PromiseState.OPEN)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    case: Mapped[Case] = relationship()


def make(work: UnitOfWork, case: Case, missed_before: int = 0) -> Promise:
    """Promise an answer by the time that the category says, counted from now, doubled for each promise missed
    before: nobody is helped by being told every quarter of an hour that nobody came. The caller schedules
    its end with `watch`, and tells the citizen."""
    minutes = case.timed_as.promise << min(missed_before, MOST_DOUBLED)
    promise = Promise(
        case_id=case.id, made_at=work.now, due_at=work.in_minutes(minutes), state=PromiseState.OPEN
    )
    work.session.add(promise)
    return promise


def watch(work: UnitOfWork, promise: Promise) -> None:
    """Schedule the task that looks, when its time comes, whether it was kept."""
    work.session.flush()
    work.schedule(TaskKind.PROMISE, promise.id, promise.due_at)


def renew(work: UnitOfWork, case: Case) -> Promise:
    """A new promise in the place of one that is over or void."""
    end(work, case, PromiseState.VOID)
    promise = make(work, case, missed(work.session, case))
    watch(work, promise)
    return promise


def end(work: UnitOfWork, case: Case, state: PromiseState) -> list[Promise]:
    """End the case's open promises in this state; a kept one whose
    time has passed was missed. Returns what has ended so."""
    ended = list(
        work.session.scalars(
            select(Promise).where(Promise.case_id == case.id, Promise.state == PromiseState.OPEN)
        )
    )
    for promise in ended:
        promise.state = (
            PromiseState.MISSED if state == PromiseState.KEPT and work.now > promise.due_at else state
        )
        promise.ended_at = work.now
        cancel(work.session, TaskKind.PROMISE, promise.id)
    return ended


def latest(session: Session, case: Case) -> Promise | None:
    """What the citizen was told last."""
    session.flush()
    return session.scalars(
        select(Promise).where(Promise.case_id == case.id).order_by(Promise.id.desc()).limit(1)
    ).first()


def due(session: Session, case: Case) -> datetime:
    """The time that the citizen was told last; when it was reported, where they were told none."""
    promise = latest(session, case)
    return promise.due_at if promise else case.opened_at


def first_due(session: Session, case: Case) -> datetime:
    """The time that the citizen was told when they reported."""
    first = session.scalars(
        select(Promise.due_at).where(Promise.case_id == case.id).order_by(Promise.id).limit(1)
    ).first()
    return first or case.opened_at


def missed(session: Session, case: Case) -> int:
    """How many times that the citizen was told in this round have passed without an answer."""
    session.flush()
    here = (
        Promise.case_id == case.id,
        Promise.state == PromiseState.MISSED,
        Promise.made_at >= case.round_began_at,
    )
    return session.scalar(select(func.count()).select_from(Promise).where(*here)) or 0
