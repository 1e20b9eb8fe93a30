"""A liaison answers: takes the case, cannot, or has done it. From whatever phone, and the first to take it has it."""

from collections.abc import Callable

from hotline import cases, dispatch, followups
from hotline.cases import ACKNOWLEDGED, OPEN, RESOLVED, Case
from hotline.dialogues import citizen, liaison
from hotline.dialogues.liaison import Act, Step
from hotline.dispatch import CANNOT, DONE, TAKEN, Dispatch
from hotline.language import Words
from hotline.liaisons import Liaison
from hotline.messages import About
from hotline.outbox import What, drop
from hotline.work import Work


def act(work: Work, who: Liaison, wish: Act) -> Words:
    """Do what the liaison asks, and say what has come of it."""
    found = _meant(work, who, wish.word)
    if isinstance(found, Words):
        return found
    case = cases.hold(work.session, found.case_id)
    return STEPS[wish.step](work, case, found)


def tap(work: Work, who: Liaison, identity: int, step: Step) -> Words:
    """The same from a card: the dispatch is named by itself. Whether it is theirs, and theirs to see, is asked at each tap."""
    tapped = dispatch.own(work.session, who, identity)
    if tapped is None:
        return liaison.no_cases()
    return STEPS[step](work, cases.hold(work.session, tapped.case_id), tapped)


def _meant(work: Work, who: Liaison, word: str) -> Dispatch | Words:
    """The dispatch that the liaison speaks of, or what to tell them where that is not clear."""
    waiting = dispatch.before(work.session, who)
    named = [each for each in waiting if each.word == word] or ([] if word else waiting)
    if len(named) == 1:
        return named[0]
    words = ", ".join(each.word for each in waiting)
    if word and (former := dispatch.recent(work.session, who, word)):
        return former
    if not waiting:
        return liaison.no_cases()
    return liaison.no_such_word(words) if word else liaison.which_word(words)


def _take(work: Work, case: Case, asked: Dispatch) -> Words:
    if asked.round != case.round:
        return liaison.over(asked.word)
    if cases.acknowledge(work.session, case, asked.liaison_id, work.now):
        work.session.refresh(case)
        asked.state, asked.taken_at = TAKEN, work.now
        work.session.flush()
        _go_on(work, case, asked)
        return liaison.yours(asked.word)
    if case.state == ACKNOWLEDGED and case.liaison_id == asked.liaison_id:
        return liaison.already_yours(asked.word)
    return liaison.first_was(asked.word, case.liaison.name) if case.liaison else liaison.over(asked.word)


def _go_on(work: Work, case: Case, taken: Dispatch) -> None:
    """Somebody has it: nobody else is asked, the citizen is told, and is asked in due time whether help came."""
    dispatch.supersede(work, case, but=taken.id)
    drop(work.session, What.ESCALATE, taken.id)
    case.note(work.session, work.now, "acknowledged", taken.who)
    followups.tell(work, case, citizen.somebody_has_it(case.spoken), About.CASE, f"taken:{taken.id}")
    followups.plan(work, case)


def _on_the_way(work: Work, case: Case, taken: Dispatch) -> Words:
    if taken.state != TAKEN or case.state != ACKNOWLEDGED:
        return _not_theirs(case, taken)
    if case.on_the_way_at is None:
        case.on_the_way_at = work.now
        case.note(work.session, work.now, "on the way", taken.who)
        followups.tell(work, case, citizen.somebody_is_coming(case.spoken), About.CASE, f"coming:{taken.id}")
        dispatch.redraw(work, case)
    return liaison.on_the_way(taken.word)


def _cannot(work: Work, case: Case, asked: Dispatch) -> Words:
    return _pass_on(work, case, asked, "")


def _not_mine(work: Work, case: Case, asked: Dispatch) -> Words:
    return _pass_on(work, case, asked, "it is not theirs to answer")


def _pass_on(work: Work, case: Case, asked: Dispatch, why: str) -> Words:
    if not dispatch.end(work, asked, CANNOT):
        return liaison.over(asked.word)
    case.note(work.session, work.now, "passed on", asked.who, why)
    drop(work.session, What.ESCALATE, asked.id)
    if case.liaison_id == asked.liaison_id and case.state == ACKNOWLEDGED:
        cases.give_up(case, work.in_minutes(case.pace.promise))
        work.session.flush()
    if case.state == OPEN:
        dispatch.put_before_next(work, case)
    return liaison.passed_on(asked.word)


def _done(work: Work, case: Case, taken: Dispatch) -> Words:
    if taken.state != TAKEN or case.state != ACKNOWLEDGED:
        return _not_theirs(case, taken)
    dispatch.end(work, taken, DONE)
    case.state, case.resolved_at = RESOLVED, work.now
    case.note(work.session, work.now, "resolved", taken.who)
    followups.ask_now(work, case)
    return liaison.done(taken.word)


def _not_theirs(case: Case, asked: Dispatch) -> Words:
    return liaison.take_first(asked.word) if case.state == OPEN and asked.round == case.round else liaison.over(asked.word)


STEPS: dict[Step, Callable[[Work, Case, Dispatch], Words]] = {
    "take": _take,
    "on_the_way": _on_the_way,
    "cannot": _cannot,
    "not_mine": _not_mine,
    "done": _done,
}
"""What each step does."""
