"""What we said would happen has not: the hotline itself says
so, says who has the case now, and sets the next time."""

from collections.abc import Callable

from hotline.cases import assignment, citizen_phrases, dispatch, notify_citizen, promises
from hotline.cases.case import Case, CaseState, lock_case, release
from hotline.cases.promises import Promise, PromiseState
from hotline.context import UnitOfWork
from hotline.core.gsm import fits, shorten
from hotline.core.i18n import Phrase, say, verbatim
from hotline.messaging.kinds import MessageKind

ONE_TEXT = {"septets": 160, "units": 70}


def admit(work: UnitOfWork, identity: int) -> None:
    """The time of this promise has come. If nobody has the case, the citizen is told so, once; one who wants
    no texts sees it when they dial in."""
    promise = work.session.get_one(Promise, identity)
    case = lock_case(work.session, promise.case_id)
    work.session.refresh(promise)
    if promise.state != PromiseState.OPEN or case.state != CaseState.OPEN:
        return
    asked = dispatch.asked_now(work.session, case)
    if not asked and assignment.nobody_may(work, case):
        # They were told that nobody may look into it: it is watched on, and nothing is promised.
        promises.renew(work, case)
        return
    promise.state, promise.ended_at = PromiseState.MISSED, work.now
    case.note(work.session, work.now, "promise missed")
    by, emergency = work.clock_time(promises.renew(work, case).due_at), work.country.emergency
    who = named(case, asked[-1].body.name) if asked else None
    what = _fitting(
        lambda name: citizen_phrases.still_asking(case.spoken, name, by, emergency), who, case.language
    )
    notify_citizen.tell(work, case, what, MessageKind.LATE, f"late:{promise.id}")


def let_go_on(work: UnitOfWork, case: Case) -> None:
    """Whoever had the case has it no more, and the citizen had been told that somebody has: the next is
    asked, and they hear who that is and until when."""
    had_it = case.liaison.body_code if case.liaison else None
    release(case)
    promise = promises.renew(work, case)
    asked = assignment.put_before_next(work, case)
    by, emergency = work.clock_time(promise.due_at), work.country.emergency
    elsewhere = [each.body.name for each in asked if each.body_code != had_it]
    who = named(case, elsewhere[-1]) if elsewhere else None
    what = _fitting(
        lambda name: citizen_phrases.goes_on(case.spoken, name, by, emergency), who, case.language
    )
    notify_citizen.tell(work, case, what, MessageKind.GONE_ON, f"gone_on:{promise.id}")


def named(case: Case, body: str) -> Phrase:
    """Who is asked now, as far as others who see this phone may know."""
    return citizen_phrases.another_office() if case.category.discreet else verbatim(body)


def _fitting(text: Callable[[Phrase | None], Phrase], who: Phrase | None, language: str) -> Phrase:
    """What is said, with as much of the name of who is asked now as one text holds."""
    if who is None:
        return text(None)
    name = say(who, language)
    shorter = (text(verbatim(shorten(name, most, most))) for most in range(len(name) - 1, 2, -1))
    return next(
        (words for words in (text(who), *shorter) if fits(say(words, language), **ONE_TEXT)), text(who)
    )
