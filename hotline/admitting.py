"""What we said would happen has not: the hotline itself says so, says who has the case now, and sets the next time."""

from collections.abc import Callable, Sequence

from hotline import cases, dispatch, followups, promises
from hotline.cases import OPEN, Case
from hotline.dialogues import citizen
from hotline.dispatch import Dispatch
from hotline.gsm import fits, shorten
from hotline.language import Words, say, verbatim
from hotline.messages import GONE_ON, LATE, About
from hotline.promises import MISSED, Promise
from hotline.work import Work

ONE_TEXT = {"septets": 160, "units": 70}


def admit(work: Work, identity: int) -> None:
    """The time of this promise has come. If nobody has the case, the citizen is told so, once; one who wants no texts sees it when they
    dial in."""
    promise = work.session.get_one(Promise, identity)
    case = cases.hold(work.session, promise.case_id)
    work.session.refresh(promise)
    if promise.state != promises.OPEN or case.state != OPEN:
        return
    promise.state, promise.ended_at = MISSED, work.now
    case.note(work.session, work.now, "promise missed")
    following = promises.renew(work, case)
    by, emergency = work.clock_time(following.due_at), work.country.emergency
    asked = dispatch.asked_now(work.session, case)
    what = _fitting(lambda who: citizen.still_asking(case.spoken, who, by, emergency), _named(case, asked), case.language)
    followups.tell(work, case, what, About.CASE, f"{LATE}{promise.id}")


def let_go_on(work: Work, case: Case) -> None:
    """Whoever had the case has it no more, and the citizen had been told that somebody has: the next is asked, and they hear who that is
    and until when."""
    cases.give_up(case)
    promise = promises.renew(work, case)
    asked = dispatch.put_before_next(work, case, again=True)
    by, emergency = work.clock_time(promise.due_at), work.country.emergency
    what = _fitting(lambda who: citizen.goes_on(case.spoken, who, by, emergency), _named(case, asked), case.language)
    followups.tell(work, case, what, About.CASE, f"{GONE_ON}{promise.id}")


def _named(case: Case, asked: Sequence[Dispatch]) -> Words:
    """Who has it now, as far as others who read this phone may know."""
    if not asked:
        return citizen.nobody_yet()
    return citizen.another_office() if case.category.discreet else verbatim(asked[-1].body.name)


def _fitting(text: Callable[[Words], Words], who: Words, language: str) -> Words:
    """What is said, with as much of the name of who has it now as one text holds."""
    name = say(who, language)
    shorter = (text(verbatim(shorten(name, most, most))) for most in range(len(name) - 1, 2, -1))
    return next((words for words in (text(who), *shorter) if fits(say(words, language), **ONE_TEXT)), text(who))
