"""The citizen, not the office, says whether help came."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.cases import assignment, citizen_phrases, dispatch, evidence, promises, verdicts
from hotline.cases.case import ERASED, Case, CaseState, lock_case, release
from hotline.cases.citizen_phrases import VerdictWord
from hotline.cases.notify_citizen import tell
from hotline.cases.promises import PromiseState
from hotline.context import UnitOfWork
from hotline.directory.people import Person
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import Message, MessageState
from hotline.outbox import Queue, TaskKind


def plan(work: UnitOfWork, case: Case) -> None:
    """Ask at the time that the category says, counted from now."""
    work.schedule(
        TaskKind.FOLLOW_UP,
        subject(case.id, case.round),
        work.in_minutes(case.timed_as.follow_up),
        Queue.ORDINARY,
    )


def ask_now(work: UnitOfWork, case: Case) -> None:
    """The liaison says that it is done: ask the citizen at once."""
    work.schedule(TaskKind.FOLLOW_UP, subject(case.id, case.round), queue=Queue.ORDINARY)


def subject(case: UUID, round_: int) -> str:
    """What the task names that asks."""
    return f"{case}/{round_}"


def ask(work: UnitOfWork, case: Case, round_: int) -> None:
    """Ask whether help came, if nobody has asked in this round.
    One who wants no texts is asked when they dial in."""
    if case.round != round_ or not case.open_to_verdict or case.asked_at is not None:
        return
    case.asked_at = work.now
    case.note(work.session, work.now, "asked")
    verdicts.ask(work.session, case, dispatch.whose(work.session, case), work.now)
    key = f"asked:{case.id}/{case.round}/{case.had_since}"  # anew for whoever has it next
    tell(work, case, citizen_phrases.did_help_come(case.spoken), MessageKind.FOLLOW_UP, key)


def asked_last(work: UnitOfWork, person: Person) -> Case | None:
    """The case about which this citizen was asked last, and may
    still say. What was written but never left was not asked."""
    left = Message.state.in_((MessageState.SENDING, MessageState.SENT, MessageState.UNKNOWN))
    asked = select(Case).join(Message, Message.case_id == Case.id)
    asked = asked.where(Case.person_id == person.id, Message.kind == MessageKind.FOLLOW_UP, left)
    asked = asked.where(Message.written_at == Case.asked_at)
    found = work.session.scalars(asked.order_by(Message.sent_at.desc()))
    return next((case for case in found if case.may_be_judged(work.now)), None)


def is_asked_now(case: Case, asked: Message) -> bool:
    """Whether this is the question that is open: not one that was put while somebody else had the case."""
    return asked.written_at == case.asked_at


def waiting_for(session: Session, person: UUID) -> str | None:
    """The reference of a case about which this citizen was asked and
    has not said, if they allowed us to write to them about it."""
    asked = select(Case.reference).where(
        Case.person_id == person, Case.contact == "text", Case.asked_at.is_not(None)
    )
    waits = asked.where(Case.state.in_((CaseState.ACKNOWLEDGED, CaseState.RESOLVED)))
    return session.scalar(waits.order_by(Case.asked_at.desc()).limit(1))


def judge(work: UnitOfWork, case: Case, verdict: VerdictWord) -> bool:
    """Take the citizen's word. False where nobody has taken the case
    yet, or it was closed long ago, so that there is nothing to judge."""
    case = lock_case(work.session, case.id)
    if not case.may_be_judged(work.now):
        return False
    if verdict == "helped" and case.state == CaseState.CLOSED:
        return True
    verdicts.say(work.session, case, dispatch.whose(work.session, case), verdict, work.now)
    case.note(work.session, work.now, "verdict", "citizen", verdict)
    if verdict == "helped":
        close(work, case)
    else:
        _reopen(work, case, in_danger=verdict == "danger")
    return True


def close(work: UnitOfWork, case: Case, why: str = "") -> None:
    """Nothing more is done about it, but by its citizen's word."""
    case.state, case.closed_at = CaseState.CLOSED, work.now
    dispatch.supersede(work, case)
    promises.end(work, case, PromiseState.VOID)
    case.note(work.session, work.now, "closed", why=why)
    if case.contact == ERASED:
        case.empty(work.keys)
        evidence.forget(work.session, case.id)


def _reopen(work: UnitOfWork, case: Case, *, in_danger: bool) -> None:
    """Help did not come: the case begins a new round and goes to a body that has not had it."""
    dispatch.supersede(work, case)
    case.round, case.round_began_at, case.closed_at = case.round + 1, work.now, None
    if in_danger:
        case.put_in_danger()
    release(case)
    promises.renew(work, case)
    case.note(work.session, work.now, "reopened")
    work.session.flush()
    assignment.put_before_next(work, case)
