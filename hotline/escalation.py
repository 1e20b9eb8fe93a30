"""Nobody answered: the case goes on to the next, up or sideways, until somebody does."""

from uuid import UUID

from hotline import cases, dispatch
from hotline.cases import Case
from hotline.dispatch import ASKED, UNANSWERED, Dispatch
from hotline.messages import Message
from hotline.outbox import What
from hotline.work import Work


def escalate(work: Work, identity: int) -> None:
    """The time of this dispatch is up. If it still waits for an answer, the case is put before the next."""
    asked = work.session.get_one(Dispatch, identity)
    case = cases.hold(work.session, asked.case_id)
    if case.state == cases.OPEN and asked.round == case.round and dispatch.end(work, asked, UNANSWERED):
        case.note(work.session, work.now, "unanswered", asked.who)
        dispatch.put_before_next(work, case)


def find(work: Work, identity: UUID) -> None:
    """There was nobody for this case. Is there now?"""
    case = cases.hold(work.session, identity)
    if case.state == cases.OPEN:
        dispatch.put_before_next(work, case)


def not_told(work: Work, message: Message) -> None:
    """The text that puts a case before a liaison will never reach them, so the next is asked at once.

    Where this was one who had been asked before, the end of the order is reached: asking goes on, but no longer in haste.
    """
    if message.key.startswith(dispatch.KEY):
        identity = int(message.key.removeprefix(dispatch.KEY))
        asked = work.session.get_one(Dispatch, identity)
        if asked.state == ASKED and isinstance(message.case, Case):
            message.case.note(work.session, work.now, "not told", asked.who, message.code)
            if not dispatch.was_asked_before(work.session, asked):
                work.put(What.ESCALATE, identity)
