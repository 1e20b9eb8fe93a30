"""What may carry a case on: its waiting tasks, and the people
who were asked. Read for a page of cases in a few queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.cases import dispatch, followups
from hotline.cases.case import Case
from hotline.cases.dispatch import Dispatch, DispatchState
from hotline.cases.promises import Promise, PromiseState
from hotline.outbox import Task, TaskKind

FAR = timedelta(days=3)
"""A task further off than this was scheduled while the clock was wrong: no step waits so long."""


class Stands(NamedTuple):
    """How a case stands, as far as its future hangs on it."""

    id: UUID
    state: str
    round: int
    liaison_id: int | None
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Future:
    """A case, and what might carry it on."""

    case: Stands
    asked: list[tuple[int, datetime | None]] = field(default_factory=list)
    """Dispatches of this round that wait for an answer, and until when."""
    taken: list[int] = field(default_factory=list)
    """Dispatches of this round, to the liaison who has the case, that they have taken."""
    promised: list[tuple[int, datetime]] = field(default_factory=list)
    """Open promises, and when they are due."""

    def tasks(self) -> set[str]:
        """The keys of the tasks that may carry it on."""
        of_case = (
            (TaskKind.OPEN, self.case.id),
            (TaskKind.FIND, self.case.id),
            (TaskKind.FOLLOW_UP, followups.subject(self.case.id, self.case.round)),
        )
        escalations = ((TaskKind.ESCALATE, each) for each, _until in self.asked)
        questions = ((what, each) for each in self.taken for what in (TaskKind.STILL, TaskKind.LAPSE))
        promised = ((TaskKind.PROMISE, each) for each, _due in self.promised)
        return {
            outbox.key_of(what, subject) for what, subject in (*of_case, *escalations, *questions, *promised)
        }


def of(session: Session, page: Sequence[UUID]) -> dict[UUID, Future]:
    """Each of these cases with its future."""
    stands = select(Case.id, Case.state, Case.round, Case.liaison_id, Case.asked_at).where(Case.id.in_(page))
    futures = {row.id: Future(Stands(*row)) for row in session.execute(stands)}
    _sort_in(session, page, futures)
    promised = select(Promise.case_id, Promise.id, Promise.due_at).where(
        Promise.case_id.in_(page), Promise.state == PromiseState.OPEN
    )
    for case, identity, due_at in session.execute(promised.order_by(Promise.id)):
        futures[case].promised.append((identity, due_at))
    return futures


def _sort_in(session: Session, page: Sequence[UUID], futures: Mapping[UUID, Future]) -> None:
    """Read the dispatches that wait for something into their cases' futures."""
    waits = select(
        Dispatch.case_id, Dispatch.id, Dispatch.round, Dispatch.liaison_id, Dispatch.state, Dispatch.answer_by
    )
    waits = waits.where(Dispatch.case_id.in_(page), Dispatch.state.in_(dispatch.EXPECTED)).order_by(
        Dispatch.id
    )
    for case, identity, round_, liaison, state, answer_by in session.execute(waits):
        future = futures[case]
        if round_ == future.case.round and state == DispatchState.ASKED:
            future.asked.append((identity, answer_by))
        if round_ == future.case.round and state == DispatchState.TAKEN and liaison == future.case.liaison_id:
            future.taken.append(identity)


def waiting(session: Session, keys: Sequence[str], now: datetime) -> set[str]:
    """The keys among these whose task is waiting, and due within `FAR`."""
    waits = select(Task.key).where(Task.key.in_(keys), outbox.WAITS, Task.due_at <= now + FAR)
    return set(session.scalars(waits))
