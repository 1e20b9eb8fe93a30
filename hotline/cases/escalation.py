"""Nobody answered: the case goes on to the next, up or sideways, until somebody does."""

from uuid import UUID

from sqlalchemy import and_, select

from hotline.cases import assignment as asking
from hotline.cases import case as cases
from hotline.cases import conflicts as firewall
from hotline.cases import dispatch, lapses
from hotline.cases import missed_promises as admitting
from hotline.cases import notify_liaison as telling
from hotline.cases.case import Case
from hotline.cases.dispatch import ASKED, SUPERSEDED, UNANSWERED, WAITS, Dispatch
from hotline.context import Work
from hotline.messaging.message import WENT_ON, About, Message
from hotline.outbox import What


def escalate(work: Work, identity: int) -> None:
    """The time of this dispatch is up. If it still waits for an answer, the case is put before the next."""
    asked, case = dispatch.hold(work.session, identity)
    if case.state == cases.OPEN and asked.round == case.round and dispatch.end(work, asked, UNANSWERED):
        case.note(work.session, work.now, "unanswered", asked.who)
        asking.put_before_next(work, case)


def find(work: Work, identity: UUID) -> None:
    """Everybody was asked, or there was nobody to ask: from the top of the order again."""
    case = cases.hold(work.session, identity)
    if case.state == cases.OPEN:
        asking.put_before_next(work, case, again=True)


def withdraw(work: Work, case: Case | None = None) -> int:
    """Whoever may not see a case any more, since a roster has changed or more was said, has it no longer: it goes on to somebody else at
    once. Returns how many that were, in this case or in all."""
    here = Dispatch.state.in_(WAITS) if case is None else and_(Dispatch.state.in_(WAITS), Dispatch.case_id == case.id)
    waiting = work.session.scalars(select(Dispatch).where(here).order_by(Dispatch.id)).all()
    blind = [each for each in waiting if not firewall.may_see(work.session, each.case, each.liaison, work.now)]
    for each in blind:
        _withdraw(work, each.id)
    return len(blind)


def _withdraw(work: Work, identity: int) -> None:
    asked, case = dispatch.hold(work.session, identity)
    had_it = dispatch.has_it(case, asked)
    if dispatch.end(work, asked, SUPERSEDED):
        lapses.leave(work, asked)
        case.note(work.session, work.now, "withdrawn", asked.who, "may not see it any more")
        if had_it:
            admitting.let_go_on(work, case)
        elif case.state == cases.OPEN:
            asking.put_before_next(work, case)


def not_told(work: Work, message: Message) -> None:
    """The message that puts a case before a liaison will never reach them: they count as not told. Their next channel is tried, and where
    there is none, the next liaison is asked at once.

    Where this was one who had been asked before, the end of the order is reached: asking goes on, but no longer in haste.
    """
    if message.about != About.DISPATCH or message.case is None or message.code == WENT_ON:
        return
    asked, case = dispatch.hold(work.session, dispatch.told_by(work.session, message.key).id)
    if asked.state != ASKED:
        return
    case.note(work.session, work.now, "not told", asked.who, f"{message.address.channel}: {message.code}")
    if telling.is_being_told(work.session, asked) or telling.write_next(work, asked):
        return
    if not dispatch.was_asked_before(work.session, asked):
        work.put(What.ESCALATE, asked.id)
