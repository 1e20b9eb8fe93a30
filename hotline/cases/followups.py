"""The citizen, not the office, says whether help came."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.cases import assignment as asking
from hotline.cases import case as cases
from hotline.cases import citizen_phrases, dispatch, evidence, promises, verdicts
from hotline.cases.case import CLOSED, ERASED, Case
from hotline.cases.citizen_phrases import Verdict
from hotline.cases.notify_citizen import tell
from hotline.context import Work
from hotline.directory.people import Person
from hotline.messaging import message as messages
from hotline.messaging.message import About, Message
from hotline.outbox import Queue, What


def plan(work: Work, case: Case) -> None:
    """Ask at the time that the category says, counted from now."""
    work.put(What.FOLLOW_UP, subject(case.id, case.round), work.in_minutes(case.pace.follow_up), Queue.ORDINARY)


def ask_now(work: Work, case: Case) -> None:
    """The liaison says that it is done: ask the citizen at once."""
    work.put(What.FOLLOW_UP, subject(case.id, case.round), queue=Queue.ORDINARY)


def subject(case: UUID, round_: int) -> str:
    """What the errand names that asks."""
    return f"{case}/{round_}"


def ask(work: Work, case: Case, round_: int) -> None:
    """Ask whether help came, if nobody has asked in this round. One who wants no texts is asked when they dial in."""
    if case.round != round_ or not case.open_to_verdict or case.asked_at is not None:
        return
    case.asked_at = work.now
    case.note(work.session, work.now, "asked")
    verdicts.ask(work.session, case, dispatch.whose(work.session, case), work.now)
    tell(work, case, citizen_phrases.did_help_come(case.spoken), About.FOLLOW_UP, key_of(case))


def key_of(case: Case) -> str:
    """The question goes by who had the case when it was asked: it is asked anew when somebody else has it."""
    return f"asked:{case.id}/{case.round}/{case.had_since}"


def asked_last(work: Work, person: Person) -> Case | None:
    """The case about which this citizen was asked last, and may still say. What was written but never left was not asked."""
    left = Message.state.in_((messages.SENDING, messages.SENT, messages.UNKNOWN))
    asked = select(Message).join(Case).where(Case.person_id == person.id, Message.about == About.FOLLOW_UP, left)
    for message in work.session.scalars(asked.order_by(Message.sent_at.desc())):
        if message.case is not None and message.case.may_be_judged(work.now) and message.key == key_of(message.case):
            return message.case
    return None


def waiting_for(session: Session, person: UUID) -> str | None:
    """The reference of a case about which this citizen was asked and has not said, if they allowed us to write to them about it."""
    asked = select(Case.reference).where(Case.person_id == person, Case.contact == "text", Case.asked_at.is_not(None))
    waits = asked.where(Case.state.in_((cases.ACKNOWLEDGED, cases.RESOLVED)))
    return session.scalar(waits.order_by(Case.asked_at.desc()).limit(1))


def judge(work: Work, case: Case, verdict: Verdict) -> bool:
    """Take the citizen's word. False where nobody has taken the case yet, or it was closed long ago, so that there is nothing to judge."""
    case = cases.hold(work.session, case.id)
    if not case.may_be_judged(work.now):
        return False
    if verdict == "helped" and case.state == CLOSED:
        return True
    verdicts.say(work.session, case, dispatch.whose(work.session, case), verdict, work.now)
    case.note(work.session, work.now, "verdict", "citizen", verdict)
    if verdict == "helped":
        close(work, case)
    else:
        _reopen(work, case, in_danger=verdict == "danger")
    return True


def close(work: Work, case: Case, why: str = "") -> None:
    """Nothing more is done about it, but by its citizen's word."""
    case.state, case.closed_at = CLOSED, work.now
    dispatch.supersede(work, case)
    promises.end(work, case, promises.VOID)
    case.note(work.session, work.now, "closed", why=why)
    if case.contact == ERASED:
        case.empty(work.keys)
        evidence.forget(work.session, case.id)


def _reopen(work: Work, case: Case, *, in_danger: bool) -> None:
    """Help did not come: the case begins a new round and goes to a body that has not had it."""
    dispatch.supersede(work, case)
    case.round, case.round_began_at, case.closed_at = case.round + 1, work.now, None
    if in_danger:
        case.put_in_danger()
    cases.give_up(case)
    promises.renew(work, case)
    case.note(work.session, work.now, "reopened")
    work.session.flush()
    asking.put_before_next(work, case)
