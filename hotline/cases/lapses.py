"""A liaison has a case, and nothing follows: they are asked whether
they are still on it, and if they do not say, it goes to the next."""

from datetime import datetime

from sqlalchemy import select

from hotline.cases import alarms, assignment, dispatch, liaison_phrases, missed_promises, notify_liaison
from hotline.cases.case import Case
from hotline.cases.dispatch import Dispatch, DispatchState
from hotline.cases.escalation_policy import STILL
from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.directory.categories import Urgency
from hotline.messaging import quiet_hours
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import message_waits
from hotline.outbox import TaskKind, cancel

MOST_WAITS = 4
"""Bounds the wait for an unsent question: after so many times their answer time they lapse anyway."""


def watch(work: UnitOfWork, case: Case, taken: Dispatch) -> None:
    """Reset their timer: they have just taken a step, or said that they are still on it."""
    taken.stepped_at, taken.wondered_at = work.now, None
    cancel(work.session, TaskKind.LAPSE, taken.id)
    work.schedule(TaskKind.STILL, taken.id, _patience(work, case, taken))


def leave(work: UnitOfWork, taken: Dispatch) -> None:
    """Nothing more is expected of them."""
    cancel(work.session, TaskKind.STILL, taken.id)
    cancel(work.session, TaskKind.LAPSE, taken.id)


def hasten(work: UnitOfWork, case: Case) -> None:
    """The case has become more urgent: whoever has it is asked sooner, and if nobody has it, the next."""
    assignment.hasten(work, case)
    for taken in work.session.scalars(
        select(Dispatch).where(Dispatch.case_id == case.id, Dispatch.state == DispatchState.TAKEN)
    ):
        if dispatch.has_it(case, taken) and taken.wondered_at is None:
            work.schedule_sooner(TaskKind.STILL, taken.id, _patience(work, case, taken))


def _patience(work: UnitOfWork, case: Case, taken: Dispatch) -> datetime:
    """Until when they are left alone. `min` with now: a step in the future was noted by a wrong clock."""
    still = STILL[Urgency(case.timed_as.urgency)]
    minutes = still.there if case.there_at else still.on_the_way if case.on_the_way_at else still.taken
    return _awake(work, case, min(taken.stepped_at or taken.at, work.now) + work.settings.minutes(minutes))


def _awake(work: UnitOfWork, case: Case, moment: datetime) -> datetime:
    """The same moment, or the next morning where it is ordinary, which is not worth waking anybody for."""
    return moment if case.timed_as.urgency > Urgency.ORDINARY else quiet_hours.waking(work, moment)


def ask_if_still_on_it(work: UnitOfWork, identity: int) -> None:
    """Is anything happening? One who is on the way is asked whether they are safe."""
    taken, case = dispatch.lock(work.session, identity)
    if not dispatch.has_it(case, taken):
        return
    if work.now < (until := _patience(work, case, taken)):
        work.schedule(TaskKind.STILL, taken.id, until)
        return
    taken.wondered_at = work.now
    by = _awake(work, case, work.in_minutes(STILL[Urgency(case.timed_as.urgency)].answer))
    case.note(work.session, work.now, "still on it?", taken.who)
    question, key = _question(case, taken.word, work.clock_time(by)), _key(taken)
    notify_liaison.tell(work, taken, question, key, MessageKind.STILL_ON_IT)
    dispatch.redraw(work, case)
    work.schedule(TaskKind.LAPSE, taken.id, by)


def _key(taken: Dispatch) -> str:
    asked_at = int(taken.wondered_at.timestamp()) if taken.wondered_at else 0
    return f"still:{taken.id}:{asked_at}"


def _question(case: Case, word: str, by: str) -> Phrase:
    if case.there_at:
        return liaison_phrases.are_you_done(word, by)
    return (
        liaison_phrases.are_you_safe(word, by)
        if case.on_the_way_at
        else liaison_phrases.are_you_on_it(word, by)
    )


def lapse(work: UnitOfWork, identity: int) -> None:
    """End their dispatch, for they have not said, and put the case before
    the next. Of one who was on the way, those who lead them are told."""
    taken, case = dispatch.lock(work.session, identity)
    if not dispatch.has_it(case, taken) or taken.wondered_at is None:
        return
    answer = work.settings.minutes(STILL[Urgency(case.timed_as.urgency)].answer)
    was_never_asked = message_waits(work.session, _key(taken))
    if was_never_asked and work.now < taken.wondered_at + MOST_WAITS * answer:
        work.schedule(TaskKind.LAPSE, taken.id, work.now + answer)
        return
    was_out = case.on_the_way_at
    dispatch.end(work, taken, DispatchState.LAPSED)
    case.note(work.session, work.now, "lapsed", taken.who)
    key = f"lapsed:{taken.id}:{int(work.now.timestamp())}"
    notify_liaison.tell(work, taken, liaison_phrases.lapsed(taken.word), key)
    if was_out is not None:
        silent = liaison_phrases.no_word_from(taken.liaison.name, work.clock_time(was_out))
        alarms.tell(work, taken.liaison, silent, case)
    missed_promises.let_go_on(work, case)
