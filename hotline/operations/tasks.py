"""The table of tasks: what does each kind, and which row it locks first."""

from collections.abc import Callable
from uuid import UUID

from hotline.broadcasts import approval as broadcast_approval
from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import control as broadcasting
from hotline.broadcasts import rollout
from hotline.cases import case as cases
from hotline.cases import dispatch, escalation, followups, lapses, promises, reporting
from hotline.cases import missed_promises as admitting
from hotline.context import Work
from hotline.duty import night_check as readiness
from hotline.outbox import What
from hotline.rumours import answers as answering
from hotline.rumours import reminders as rumour_reminders


def _open(work: Work, case: str) -> None:
    reporting.take_up(work, cases.hold(work.session, UUID(case)))


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
    What.COOL: _of_broadcast(rollout.cool),
    What.LIST: _of_broadcast(rollout.list_page),
    What.GO: _of_broadcast(rollout.go),
    What.GO_ON: _of_broadcast(rollout.go_on),
    What.EXPIRE: _of_broadcast(broadcasting.expire),
    What.REVIEW: _of_broadcast(rollout.ask_for_review),
    What.REMIND: broadcast_approval.remind,
    What.RUMOUR: rumour_reminders.remind,
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
    What.RUMOUR: rumour_reminders.hold_for,
    What.ANSWER: rumour_reminders.hold_for,
    What.COOL: _hold_broadcast,
    What.LIST: _hold_broadcast,
    What.GO: _hold_broadcast,
    What.GO_ON: _hold_broadcast,
    What.EXPIRE: _hold_broadcast,
    What.REVIEW: _hold_broadcast,
    What.REMIND: _hold_broadcast,
}
"""Takes hold of the case, the rumour or the broadcast that an errand of this kind is about."""
