"""Nobody answered: the case goes on to the next, up or sideways, until somebody does."""

from uuid import UUID

from sqlalchemy import and_, select

from hotline.cases import assignment, conflicts, dispatch, lapses, missed_promises, notify_liaison
from hotline.cases.case import Case, CaseState, lock_case
from hotline.cases.dispatch import EXPECTED, Dispatch, DispatchState
from hotline.context import UnitOfWork
from hotline.messaging.message import WENT_ON, Message
from hotline.outbox import TaskKind


def escalate(work: UnitOfWork, identity: int) -> None:
    """The time of this dispatch is up: if it still waits for an answer, put the case before the next."""
    asked, case = dispatch.lock(work.session, identity)
    if (
        case.state == CaseState.OPEN
        and asked.round == case.round
        and dispatch.end(work, asked, DispatchState.UNANSWERED)
    ):
        case.note(work.session, work.now, "unanswered", asked.who)
        assignment.put_before_next(work, case)


def find(work: UnitOfWork, identity: UUID) -> None:
    """Begin the policy at the top again: everybody was asked, or there was nobody to ask."""
    case = lock_case(work.session, identity)
    if case.state == CaseState.OPEN:
        assignment.put_before_next(work, case, again=True)


def withdraw(work: UnitOfWork, case: Case | None = None) -> int:
    """Supersede every waiting dispatch whose liaison may not see the case any more, since a roster changed or
    more was said; it goes on to somebody else at once. Returns how many that were, in this case or in all."""
    here = (
        Dispatch.state.in_(EXPECTED)
        if case is None
        else and_(Dispatch.state.in_(EXPECTED), Dispatch.case_id == case.id)
    )
    waiting = work.session.scalars(select(Dispatch).where(here).order_by(Dispatch.id)).all()
    blind = [
        each for each in waiting if not conflicts.may_see(work.session, each.case, each.liaison, work.now)
    ]
    for each in blind:
        _withdraw(work, each.id)
    return len(blind)


def _withdraw(work: UnitOfWork, identity: int) -> None:
    asked, case = dispatch.lock(work.session, identity)
    had_it = dispatch.has_it(case, asked)
    if dispatch.end(work, asked, DispatchState.SUPERSEDED):
        lapses.leave(work, asked)
        case.note(work.session, work.now, "withdrawn", asked.who, "may not see it any more")
        if had_it:
            missed_promises.let_go_on(work, case)
        elif case.state == CaseState.OPEN:
            assignment.put_before_next(work, case)


def not_told(work: UnitOfWork, message: Message) -> None:
    """The message that puts a case before a liaison will never reach them: they count as not told. Their next
    channel is tried, and where there is none, the next liaison is asked at once.

    Where they had been asked before, the policy has come round: its own
    timer goes on, or an unreachable roster would be asked in a tight loop.
    """
    if message.dispatch_id is None or message.code == WENT_ON:
        return
    asked, case = dispatch.lock(work.session, message.dispatch_id)
    if asked.state != DispatchState.ASKED:
        return
    case.note(work.session, work.now, "not told", asked.who, f"{message.address.channel}: {message.code}")
    if notify_liaison.is_being_told(work.session, asked) or notify_liaison.write_next(work, asked):
        return
    if not dispatch.was_asked_before(work.session, asked):
        work.schedule(TaskKind.ESCALATE, asked.id)
