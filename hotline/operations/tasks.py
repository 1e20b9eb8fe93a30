"""The table of tasks: what does each kind, and which row it locks first."""

from collections.abc import Callable
from uuid import UUID

from hotline.broadcasts import approval as broadcast_approval
from hotline.broadcasts import control as broadcast_control
from hotline.broadcasts import rollout
from hotline.broadcasts.broadcast import lock_broadcast
from hotline.cases import dispatch, escalation, followups, lapses, missed_promises, promises, reporting
from hotline.cases.case import lock_case
from hotline.context import UnitOfWork
from hotline.duty import night_check
from hotline.outbox import TaskKind
from hotline.rumours import answers as rumour_answers
from hotline.rumours import reminders as rumour_reminders


def _open(work: UnitOfWork, case: str) -> None:
    reporting.take_up(work, lock_case(work.session, UUID(case)))


def _escalate(work: UnitOfWork, identity: str) -> None:
    escalation.escalate(work, int(identity))


def _find(work: UnitOfWork, case: str) -> None:
    escalation.find(work, UUID(case))


def _follow_up(work: UnitOfWork, subject: str) -> None:
    case, _slash, round_ = subject.partition("/")
    followups.ask(work, lock_case(work.session, UUID(case)), int(round_))


def _promise(work: UnitOfWork, identity: str) -> None:
    missed_promises.admit(work, int(identity))


def _still(work: UnitOfWork, identity: str) -> None:
    lapses.ask_if_still_on_it(work, int(identity))


def _lapse(work: UnitOfWork, identity: str) -> None:
    lapses.lapse(work, int(identity))


def _of_broadcast(act: Callable[[UnitOfWork, int], object]) -> Callable[[UnitOfWork, str], None]:
    def do(work: UnitOfWork, identity: str) -> None:
        act(work, int(identity))

    return do


ACTS: dict[TaskKind, Callable[[UnitOfWork, str], None]] = {
    TaskKind.OPEN: _open,
    TaskKind.ESCALATE: _escalate,
    TaskKind.FIND: _find,
    TaskKind.FOLLOW_UP: _follow_up,
    TaskKind.PROMISE: _promise,
    TaskKind.STILL: _still,
    TaskKind.LAPSE: _lapse,
    TaskKind.READY: night_check.ask,
    TaskKind.WARN: night_check.warn,
    TaskKind.COOL: _of_broadcast(rollout.cool),
    TaskKind.LIST: _of_broadcast(rollout.list_page),
    TaskKind.GO: _of_broadcast(rollout.go),
    TaskKind.GO_ON: _of_broadcast(rollout.go_on),
    TaskKind.EXPIRE: _of_broadcast(broadcast_control.expire),
    TaskKind.REVIEW: _of_broadcast(rollout.ask_for_review),
    TaskKind.REMIND: broadcast_approval.remind,
    TaskKind.RUMOUR: rumour_reminders.remind,
    TaskKind.ANSWER: rumour_answers.answer_page,
}
"""What each kind of task does, in the transaction that marks it done. Not here is what
calls a carrier, for no transaction stays open over a call: delivering, a batch, the
balance (`worker.py`), and what is shown in chats (`bot/delivery.py`)."""


def _lock_case_of(work: UnitOfWork, case: str) -> None:
    lock_case(work.session, UUID(case.partition("/")[0]))


def _lock_case_of_dispatch(work: UnitOfWork, identity: str) -> None:
    dispatch.lock(work.session, int(identity))


def _lock_case_of_promise(work: UnitOfWork, identity: str) -> None:
    lock_case(work.session, work.session.get_one(promises.Promise, int(identity)).case_id)


def _lock_broadcast_of(work: UnitOfWork, subject: str) -> None:
    lock_broadcast(work.session, int(subject.partition("/")[0]))


LOCKED_BEFORE: dict[TaskKind, Callable[[UnitOfWork, str], None]] = {
    TaskKind.OPEN: _lock_case_of,
    TaskKind.FIND: _lock_case_of,
    TaskKind.FOLLOW_UP: _lock_case_of,
    TaskKind.ESCALATE: _lock_case_of_dispatch,
    TaskKind.STILL: _lock_case_of_dispatch,
    TaskKind.LAPSE: _lock_case_of_dispatch,
    TaskKind.PROMISE: _lock_case_of_promise,
    TaskKind.RUMOUR: rumour_reminders.lock_for,
    TaskKind.ANSWER: rumour_reminders.lock_for,
    TaskKind.COOL: _lock_broadcast_of,
    TaskKind.LIST: _lock_broadcast_of,
    TaskKind.GO: _lock_broadcast_of,
    TaskKind.GO_ON: _lock_broadcast_of,
    TaskKind.EXPIRE: _lock_broadcast_of,
    TaskKind.REVIEW: _lock_broadcast_of,
    TaskKind.REMIND: _lock_broadcast_of,
}
"""Locks the case, rumour or broadcast that a task of this kind is about; `Worker` calls it
before it locks the task row, as every path does: the reverse order deadlocks."""
