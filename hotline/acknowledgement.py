"""A liaison answers: takes the case, sets out, arrives, has done it; or passes it on. From whatever phone; the first to take it has it."""

from collections.abc import Callable
from dataclasses import replace

from hotline import admitting, cases, dispatch, firewall, followups, lapses, promises
from hotline.cases import ACKNOWLEDGED, OPEN, RESOLVED, Case
from hotline.dialogues import citizen, liaison
from hotline.dialogues.liaison import Act, Step
from hotline.dispatch import CANNOT, DONE, TAKEN, Dispatch
from hotline.language import SOURCE, Words, say
from hotline.liaisons import Liaison
from hotline.messages import About
from hotline.outbox import What, drop
from hotline.promises import KEPT, MISSED
from hotline.work import Work


def act(work: Work, who: Liaison, wish: Act) -> Words:
    """Do what the liaison asks, and say what has come of it."""
    waiting = dispatch.before(work.session, who, work.now)
    if wish.why and len(waiting) == 1 and wish.word != waiting[0].word:  # `2 no fuel`: there is but one case it can be about
        wish = replace(wish, word="", why=f"{wish.word} {wish.why}")
    found = _meant(work, who, wish.word, waiting)
    if isinstance(found, Words):
        return found
    return STEPS[wish.step](work, cases.hold(work.session, found.case_id), found, wish.why)


def tap(work: Work, who: Liaison, identity: int, step: Step) -> Words:
    """The same from a card: the dispatch is named by itself. Whether it is theirs, and theirs to see, is asked at each tap."""
    tapped = dispatch.own(work.session, who, identity, work.now)
    if tapped is None:
        return liaison.no_cases()
    return STEPS[step](work, cases.hold(work.session, tapped.case_id), tapped, "")


def _meant(work: Work, who: Liaison, word: str, waiting: list[Dispatch]) -> Dispatch | Words:
    """The dispatch that the liaison speaks of, or what to tell them where that is not clear."""
    waiting = waiting or dispatch.late(work.session, who, work.now)
    named = [each for each in waiting if each.word == word] or ([] if word else waiting)
    if len(named) == 1:
        return named[0]
    words = ", ".join(each.word for each in waiting)
    if word and (former := dispatch.recent(work.session, who, word, work.now)):
        return former
    if not waiting:
        return liaison.no_cases()
    return liaison.no_such_word(words) if word else liaison.which_word(words)


def _take(work: Work, case: Case, asked: Dispatch, _why: str) -> Words:
    if asked.round != case.round:
        return liaison.over(asked.word)
    if cases.acknowledge(work.session, case, asked.liaison_id, work.now):
        work.session.refresh(case)
        asked.state, asked.taken_at, asked.ended_at = TAKEN, work.now, None
        work.session.flush()
        _go_on(work, case, asked)
        return liaison.yours(asked.word)
    if _has_it(case, asked):
        return _still(work, case, asked, "")
    return liaison.first_was(asked.word, case.liaison.name) if case.liaison else liaison.over(asked.word)


def _go_on(work: Work, case: Case, taken: Dispatch) -> None:
    """Somebody has it: nobody else is asked, the citizen is told, and is asked in due time whether help came."""
    dispatch.supersede(work, case, but=taken.id)
    drop(work.session, What.ESCALATE, taken.id)
    drop(work.session, What.FIND, case.id)
    case.note(work.session, work.now, "acknowledged", taken.who)
    promise = promises.end(work, case, KEPT)
    is_late = promise is not None and promise.state == MISSED and promise.ended_at == work.now
    what = citizen.somebody_has_it_late(case.spoken) if is_late else citizen.somebody_has_it(case.spoken)
    followups.tell(work, case, what, About.CASE, f"taken:{taken.id}:{int(work.now.timestamp())}")
    followups.plan(work, case)
    lapses.watch(work, case, taken)


def _has_it(case: Case, asked: Dispatch) -> bool:
    return asked.state == TAKEN and case.state == ACKNOWLEDGED and case.liaison_id == asked.liaison_id


def _still(work: Work, case: Case, taken: Dispatch, _why: str) -> Words:
    """They are still on it, and safe."""
    if not _has_it(case, taken):
        return _not_theirs(case, taken)
    if taken.wondered_at is not None:
        case.note(work.session, work.now, "still on it", taken.who)
        lapses.watch(work, case, taken)
        dispatch.redraw(work, case)
    return liaison.already_yours(taken.word)


def _on_the_way(work: Work, case: Case, taken: Dispatch, _why: str) -> Words:
    if not _has_it(case, taken):
        return _not_theirs(case, taken)
    if case.on_the_way_at is None:
        case.on_the_way_at = work.now
        case.note(work.session, work.now, "on the way", taken.who)
        followups.tell(work, case, citizen.somebody_is_coming(case.spoken), About.CASE, f"coming:{taken.id}")
    _step(work, case, taken)
    return liaison.on_the_way(taken.word)


def _there(work: Work, case: Case, taken: Dispatch, _why: str) -> Words:
    if not _has_it(case, taken):
        return _not_theirs(case, taken)
    if case.there_at is None:
        case.there_at, case.on_the_way_at = work.now, case.on_the_way_at or work.now
        case.note(work.session, work.now, "there", taken.who)
        followups.tell(work, case, citizen.somebody_is_there(case.spoken), About.CASE, f"there:{taken.id}")
    _step(work, case, taken)
    return liaison.there(taken.word)


def _step(work: Work, case: Case, taken: Dispatch) -> None:
    lapses.watch(work, case, taken)
    dispatch.redraw(work, case)


def _help(work: Work, case: Case, taken: Dispatch, _why: str) -> Words:
    """They are in trouble themselves."""
    if not _has_it(case, taken):
        return _not_theirs(case, taken)
    lapses.alarm(work, case, taken, liaison.asks_for_help(taken.liaison.name))
    _step(work, case, taken)
    return liaison.help_is_told(work.country.emergency)


def _cannot(work: Work, case: Case, asked: Dispatch, why: str) -> Words:
    return _pass_on(work, case, asked, why)


def _not_mine(work: Work, case: Case, asked: Dispatch, why: str) -> Words:
    return _pass_on(work, case, asked, why or "it is not theirs to answer")


def _aside(work: Work, case: Case, asked: Dispatch, why: str) -> Words:
    """They know those involved, or should not have it for another reason. Whatever it is, they never see the case again."""
    case.note(work.session, work.now, "stepped aside", asked.who, why)
    _pass_on(work, case, asked, why, barred=True)
    return liaison.stepped_aside(asked.word)


def _pass_on(work: Work, case: Case, asked: Dispatch, why: str, *, barred: bool = False) -> Words:
    if barred:
        cases.bar(work.session, case, asked.liaison_id, firewall.STEPPED_ASIDE, work.now)
    had_it = _has_it(case, asked)
    if not dispatch.end(work, asked, CANNOT):
        return liaison.over(asked.word)
    case.note(work.session, work.now, "passed on", asked.who, why)
    drop(work.session, What.ESCALATE, asked.id)
    lapses.leave(work, asked)
    if had_it:
        admitting.let_go_on(work, case)
    elif case.state == OPEN:
        dispatch.put_before_next(work, case)
    return liaison.passed_on(asked.word)


def _because(reason: Step) -> "Callable[[Work, Case, Dispatch, str], Words]":
    """One who has passed it on says why."""

    def note(work: Work, case: Case, asked: Dispatch, _why: str) -> Words:
        if asked.state == CANNOT:
            case.note(work.session, work.now, "passed on", asked.who, say(dict(liaison.REASONS)[reason], SOURCE))
        return liaison.passed_on(asked.word)

    return note


def _done(work: Work, case: Case, taken: Dispatch, _why: str) -> Words:
    if not _has_it(case, taken):
        return _not_theirs(case, taken)
    dispatch.end(work, taken, DONE)
    lapses.leave(work, taken)
    case.state, case.resolved_at = RESOLVED, work.now
    case.note(work.session, work.now, "resolved", taken.who)
    followups.ask_now(work, case)
    return liaison.done(taken.word)


def _not_theirs(case: Case, asked: Dispatch) -> Words:
    return liaison.take_first(asked.word) if case.state == OPEN and asked.round == case.round else liaison.over(asked.word)


STEPS: dict[Step, Callable[[Work, Case, Dispatch, str], Words]] = {
    "take": _take,
    "on_the_way": _on_the_way,
    "there": _there,
    "done": _done,
    "still": _still,
    "help": _help,
    "cannot": _cannot,
    "not_mine": _not_mine,
    "aside": _aside,
    **{reason: _because(reason) for reason, _words in liaison.REASONS},
}
"""What each step does; the last word handed in is why, where they have said."""
