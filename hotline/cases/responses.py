"""A liaison answers: takes the case, sets out, arrives, has done it;
or passes it on. From whatever phone; the first to take it has it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hotline.cases import (
    alarms,
    assignment,
    citizen_phrases,
    conflicts,
    dispatch,
    followups,
    lapses,
    liaison_menus,
    liaison_phrases,
    missed_promises,
    notify_citizen,
    promises,
)
from hotline.cases.case import Case, CaseState, acknowledge, bar_liaison, lock_case, was_noted
from hotline.cases.dispatch import Dispatch, DispatchState
from hotline.cases.liaison_menus import Act, StepName
from hotline.cases.promises import PromiseState
from hotline.context import UnitOfWork
from hotline.core.i18n import SOURCE, Phrase, say
from hotline.directory.liaisons import Liaison
from hotline.messaging.kinds import MessageKind
from hotline.outbox import TaskKind, cancel


def act(work: UnitOfWork, who: Liaison, command: Act) -> Phrase:
    """Do what the liaison asks, and say what has come of it."""
    if command.step == "help":
        return _call_for_help(work, who, command.word)
    waiting = dispatch.before(work.session, who, work.now)
    # `2 no fuel`: there is but one it can mean.
    if command.why and len(waiting) == 1 and command.word.rstrip("0123456789") not in dispatch.CASE_WORDS:
        command = replace(command, word="", why=f"{command.word} {command.why}")
    found = _meant(work, who, command.word, waiting)
    return found if isinstance(found, Phrase) else _take_step(work, who, found, command)


def _take_step(work: UnitOfWork, who: Liaison, asked: Dispatch, command: Act) -> Phrase:
    """Lock the case and discard what was read before; only then check whether they may see it."""
    case = lock_case(work.session, asked.case_id)
    work.session.expire_all()
    if not conflicts.may_see(work.session, case, who, work.now):
        return liaison_phrases.over(asked.word)
    return STEPS[command.step](work, case, asked, command)


def tap(work: UnitOfWork, who: Liaison, identity: int, step: StepName) -> Phrase:
    """The same from a card, which carries the dispatch's id. Authorised
    anew at each tap: is it theirs, and may they see its case?"""
    tapped = dispatch.own(work.session, who, identity, work.now)
    return (
        liaison_phrases.no_cases()
        if tapped is None
        else _take_step(work, who, tapped, Act(step, tapped.word))
    )


def _meant(work: UnitOfWork, who: Liaison, word: str, waiting: list[Dispatch]) -> Dispatch | Phrase:
    """The dispatch that the liaison speaks of, or what to tell them where that is not clear."""
    waiting = waiting or dispatch.late(work.session, who, work.now)
    named = [each for each in waiting if each.word == word] or ([] if word else waiting)
    if len(named) == 1:
        return named[0]
    words = ", ".join(each.word for each in waiting)
    if word and (former := dispatch.recent(work.session, who, word, work.now)):
        return former
    if not waiting:
        return liaison_phrases.no_cases()
    return liaison_phrases.no_such_word(words) if word else liaison_phrases.which_word(words)


def _take(work: UnitOfWork, case: Case, asked: Dispatch, command: Act) -> Phrase:
    if asked.round != case.round:
        return liaison_phrases.over(asked.word)
    if acknowledge(work.session, case, asked.liaison_id, work.now):
        work.session.refresh(case)
        asked.state, asked.taken_at, asked.ended_at = DispatchState.TAKEN, work.now, None
        work.session.flush()
        _go_on(work, case, asked)
        return liaison_phrases.yours(asked.word)
    if dispatch.has_it(case, asked):
        return _still(work, case, asked, command)
    if (
        case.state == CaseState.RESOLVED
        and case.liaison_id == asked.liaison_id
        and asked.state == DispatchState.DONE
    ):
        return _not_done_after_all(work, case, asked)
    return (
        liaison_phrases.first_was(asked.word, case.liaison.name)
        if case.liaison
        else liaison_phrases.over(asked.word)
    )


def _go_on(work: UnitOfWork, case: Case, taken: Dispatch) -> None:
    """Somebody has it: nobody else is asked; the citizen is told, and asked in time whether help came."""
    dispatch.supersede(work, case, but=taken.id)
    cancel(work.session, TaskKind.ESCALATE, taken.id)
    cancel(work.session, TaskKind.FIND, case.id)
    case.note(work.session, work.now, "acknowledged", taken.who)
    is_late = any(
        promise.state == PromiseState.MISSED for promise in promises.end(work, case, PromiseState.KEPT)
    )
    what = (
        citizen_phrases.somebody_has_it_late(case.spoken)
        if is_late
        else citizen_phrases.somebody_has_it(case.spoken)
    )
    notify_citizen.tell(work, case, what, MessageKind.CASE, _once("taken", case, taken))
    followups.plan(work, case)
    lapses.watch(work, case, taken)


def _not_done_after_all(work: UnitOfWork, case: Case, done: Dispatch) -> Phrase:
    """They said *done* by a slip of the thumb, and the citizen has not judged it yet."""
    case.state, case.resolved_at = CaseState.ACKNOWLEDGED, None
    done.state, done.ended_at = DispatchState.TAKEN, None
    case.note(work.session, work.now, "not done after all", done.who)
    work.session.flush()
    _step(work, case, done)
    return liaison_phrases.not_done_after_all(done.word)


def _still(work: UnitOfWork, case: Case, taken: Dispatch, _command: Act) -> Phrase:
    """They are still on it, and safe."""
    if not dispatch.has_it(case, taken):
        return _not_theirs(case, taken)
    if taken.wondered_at is not None:
        case.note(work.session, work.now, "still on it", taken.who)
        lapses.watch(work, case, taken)
        dispatch.redraw(work, case)
    return liaison_phrases.already_yours(taken.word)


def _on_the_way(work: UnitOfWork, case: Case, taken: Dispatch, _command: Act) -> Phrase:
    if not dispatch.has_it(case, taken):
        return _not_theirs(case, taken)
    if case.on_the_way_at is None:
        case.on_the_way_at = work.now
        case.note(work.session, work.now, "on the way", taken.who)
        notify_citizen.tell(
            work,
            case,
            citizen_phrases.somebody_is_coming(case.spoken),
            MessageKind.CASE,
            _once("coming", case, taken),
        )
    _step(work, case, taken)
    return liaison_phrases.on_the_way(taken.word)


def _there(work: UnitOfWork, case: Case, taken: Dispatch, _command: Act) -> Phrase:
    if not dispatch.has_it(case, taken):
        return _not_theirs(case, taken)
    if case.there_at is None:
        case.there_at, case.on_the_way_at = work.now, case.on_the_way_at or work.now
        case.note(work.session, work.now, "there", taken.who)
        notify_citizen.tell(
            work,
            case,
            citizen_phrases.somebody_is_there(case.spoken),
            MessageKind.CASE,
            _once("there", case, taken),
        )
    _step(work, case, taken)
    return liaison_phrases.there(taken.word)


def _once(what: str, case: Case, taken: Dispatch) -> str:
    """The key of a text that is told once for each time that they take the case."""
    return f"{what}:{taken.id}:{case.had_since}"


def _step(work: UnitOfWork, case: Case, taken: Dispatch) -> None:
    lapses.watch(work, case, taken)
    dispatch.redraw(work, case)


def _call_for_help(work: UnitOfWork, who: Liaison, word: str) -> Phrase:
    """They are in trouble themselves. Nothing about any case stands in
    the way of that: the one they name, or took last, tells where."""
    about = (dispatch.recent(work.session, who, word, work.now) if word else None) or dispatch.taken_last(
        work.session, who, work.now
    )
    return _help(work, about.case, about, who) if about is not None else _told(work, who, None)


def _help(work: UnitOfWork, case: Case, taken: Dispatch, who: Liaison) -> Phrase:
    case = lock_case(work.session, case.id)
    if dispatch.has_it(case, taken):
        _step(work, case, taken)
    return _told(work, who, case)


def _told(work: UnitOfWork, who: Liaison, case: Case | None) -> Phrase:
    number = alarms.tell(work, who, liaison_phrases.asks_for_help(who.name), case) or alarms.tell(
        work, who, liaison_phrases.asks_for_help(who.name), None
    )
    return (
        liaison_phrases.help_is_told(work.country.emergency)
        if number
        else liaison_phrases.nobody_to_tell(work.country.emergency)
    )


def _cannot(work: UnitOfWork, case: Case, asked: Dispatch, command: Act) -> Phrase:
    return _pass_on(work, case, asked, command.why)


def _not_mine(work: UnitOfWork, case: Case, asked: Dispatch, command: Act) -> Phrase:
    return _pass_on(work, case, asked, command.why, "it is not theirs to answer")


def _aside(work: UnitOfWork, case: Case, asked: Dispatch, command: Act) -> Phrase:
    """They know those involved, or should not have it for another reason: nobody asks which. They never see
    the case again, so they are asked once whether they are sure."""
    if not command.sure and not was_noted(work.session, case, SURE, asked.who, work.now - SURE_FOR):
        case.note(work.session, work.now, SURE, asked.who)
        return liaison_phrases.sure_to_step_aside(asked.word)
    bar_liaison(work.session, case, asked.liaison_id, conflicts.STEPPED_ASIDE, work.now)
    case.note(work.session, work.now, "stepped aside", asked.who)
    _pass_on(work, case, asked, "")
    return liaison_phrases.stepped_aside(asked.word)


SURE_FOR = timedelta(minutes=10)
"""How long one may think about that, before it is asked again."""
SURE = "step aside?"
"""Stands in the history of a case when somebody was asked whether they are sure."""


def _pass_on(work: UnitOfWork, case: Case, asked: Dispatch, why: str, kind: str = "") -> Phrase:
    """`why`: in their own words, which are locked away; `kind`: in ours."""
    had_it = dispatch.has_it(case, asked)
    if not dispatch.end(work, asked, DispatchState.CANNOT):
        return liaison_phrases.over(asked.word)
    case.note(work.session, work.now, "passed on", asked.who, kind or (why if why in OUR_REASONS else ""))
    if why not in OUR_REASONS:
        asked.keep_why(work.keys, why)
    cancel(work.session, TaskKind.ESCALATE, asked.id)
    lapses.leave(work, asked)
    if had_it:
        missed_promises.let_go_on(work, case)
    elif case.state == CaseState.OPEN:
        assignment.put_before_next(work, case)
    return liaison_phrases.passed_on(asked.word)


OUR_REASONS = {say(words, SOURCE) for _step, words in liaison_menus.REASONS} | {""}


def _because(reason: StepName) -> "Callable[[UnitOfWork, Case, Dispatch, Act], Phrase]":
    """One who has passed it on says why."""

    def note(work: UnitOfWork, case: Case, asked: Dispatch, _command: Act) -> Phrase:
        if asked.state == DispatchState.CANNOT:
            case.note(
                work.session,
                work.now,
                "passed on",
                asked.who,
                say(dict(liaison_menus.REASONS)[reason], SOURCE),
            )
        return liaison_phrases.passed_on(asked.word)

    return note


def _done(work: UnitOfWork, case: Case, taken: Dispatch, _command: Act) -> Phrase:
    if not dispatch.has_it(case, taken):
        return _not_theirs(case, taken)
    dispatch.end(work, taken, DispatchState.DONE)
    lapses.leave(work, taken)
    case.state, case.resolved_at = CaseState.RESOLVED, work.now
    case.note(work.session, work.now, "resolved", taken.who)
    followups.ask_now(work, case)
    return liaison_phrases.done(taken.word)


def _not_theirs(case: Case, asked: Dispatch) -> Phrase:
    return (
        liaison_phrases.take_first(asked.word)
        if case.state == CaseState.OPEN and asked.round == case.round
        else liaison_phrases.over(asked.word)
    )


STEPS: dict[StepName, Callable[[UnitOfWork, Case, Dispatch, Act], Phrase]] = {
    "take": _take,
    "on_the_way": _on_the_way,
    "there": _there,
    "done": _done,
    "still": _still,
    "help": lambda work, case, taken, _command: _help(work, case, taken, taken.liaison),
    "cannot": _cannot,
    "not_mine": _not_mine,
    "aside": _aside,
    **{reason: _because(reason) for reason, _words in liaison_menus.REASONS},
}
"""What each step does; the case is locked."""
