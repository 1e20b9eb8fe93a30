"""The one gate: may this message leave, to this person, on this channel, at this hour, in these words?

Whatever is sent by itself passes `of_message`; copies of a broadcast that go to phones, many at once, pass
`of_broadcast` and `of_copies`, as do those for Telegram before they become messages. Both are handed to those
who send: nothing below knows this file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hotline.broadcasts.broadcast import GOING, Broadcast
from hotline.broadcasts.copies import Copy
from hotline.broadcasts.recipients import opening
from hotline.cases import promises
from hotline.cases.case import Case, CaseState
from hotline.cases.conflicts import may_see
from hotline.context import UnitOfWork
from hotline.directory import liaisons, subscriptions
from hotline.directory.categories import Urgency
from hotline.messaging.kinds import HANDLING, MessageKind, Reader
from hotline.messaging.message import WENT_ON, Message
from hotline.messaging.passage import Passage
from hotline.messaging.quiet_hours import waking
from hotline.rumours.rumour import asked_since

OPEN = Passage(True)
AWAKE_STILL = timedelta(hours=2)
"""Whoever asked so lately whether something is true may be told at any hour."""
PAUSED = timedelta(seconds=15)
"""How often the task of a copy runs whose broadcast is paused."""


# --- a message


def of_message(work: UnitOfWork, message: Message) -> Passage:
    """Whether a message may leave now."""
    kind = MessageKind(message.kind)
    why = message.address.why_closed(is_answer=kind == MessageKind.ANSWER)
    if why is not None:
        return Passage(False, why)
    if kind == MessageKind.BROADCAST:
        return _of_copy(work, message)
    case = work.session.get(Case, message.case_id) if message.case_id is not None else None
    match HANDLING[kind].reader:
        case Reader.CITIZEN if case is None or case.contact != "text":
            return Passage(False, "the citizen does not want to be texted about the case")
        case Reader.LIAISON if not _may_see(work, message, case):
            return Passage(False, "this liaison may not see the case")
    rule = RULES[kind]
    if case is not None and rule.is_out_of_date(work, message, case):
        return Passage(False, WENT_ON)
    return _at_waking_hours(work) if rule.can_wait(work, message, case) else OPEN


def _may_see(work: UnitOfWork, message: Message, case: Case | None) -> bool:
    """Whether it is a liaison still, and one who may see the case, if it is about one."""
    who = liaisons.of(work.session, message.address.person)
    return (
        who is not None
        and liaisons.is_one_now(who, work.now)
        and (case is None or may_see(work.session, case, who, work.now))
    )


def _at_waking_hours(work: UnitOfWork) -> Passage:
    morning = waking(work, work.now)
    return OPEN if morning == work.now else Passage(False, "it is night", morning)


# --- is it still so?

Test = Callable[[UnitOfWork, Message, Case], bool]


def _never(_work: UnitOfWork, _message: Message, _case: Case | None) -> bool:
    return False


def _has_been_taken(_work: UnitOfWork, message: Message, case: Case) -> bool:
    """Nobody is asked to take what somebody has."""
    return case.state != CaseState.OPEN or message.written_at < case.round_began_at


def _is_not_theirs(_work: UnitOfWork, message: Message, case: Case) -> bool:
    """Nobody hears more of what is closed, or is somebody else's."""
    return case.state == CaseState.CLOSED or (
        case.liaison is not None and case.liaison.person_id != message.address.person_id
    )


def _is_done_or_not_theirs(work: UnitOfWork, message: Message, case: Case) -> bool:
    """Nobody is asked whether they are still on what they have done, or have no more."""
    return case.state != CaseState.ACKNOWLEDGED or _is_not_theirs(work, message, case)


def _is_due(work: UnitOfWork, _message: Message, case: Case) -> bool:
    """Nobody is promised what is past."""
    return work.now >= promises.first_due(work.session, case)


def _is_promised_anew(work: UnitOfWork, message: Message, case: Case) -> bool:
    """A promise made since is told by a text of its own; so is that somebody has the case."""
    promise = promises.latest(work.session, case)
    return case.state != CaseState.OPEN or (promise is not None and message.written_at < promise.made_at)


def _is_nobodys(_work: UnitOfWork, _message: Message, case: Case) -> bool:
    """Nobody is told that it is seen to when nobody has it."""
    return not case.open_to_verdict


# --- can it wait for the morning?


def _is_ordinary(_work: UnitOfWork, _message: Message, case: Case | None) -> bool:
    return case is not None and case.timed_as.urgency == Urgency.ORDINARY


def _is_not_about_life(_work: UnitOfWork, _message: Message, case: Case | None) -> bool:
    return case is not None and case.timed_as.urgency != Urgency.LIFE


def _has_not_asked_lately(work: UnitOfWork, message: Message, _case: Case | None) -> bool:
    return not asked_since(work.session, message.address, work.now - AWAKE_STILL)


@dataclass(frozen=True, slots=True)
class Rule:
    """Of messages of one kind: which are not true any more, and for which nobody is woken."""

    is_out_of_date: Test = _never
    can_wait: Callable[[UnitOfWork, Message, Case | None], bool] = _never


RULES = {
    MessageKind.DISPATCH: Rule(_has_been_taken),
    MessageKind.NEWS: Rule(_is_not_theirs),
    MessageKind.STILL_ON_IT: Rule(_is_done_or_not_theirs),
    MessageKind.ALARM: Rule(),
    MessageKind.RECEIVED: Rule(_is_due),
    MessageKind.NOBODY: Rule(),
    MessageKind.LATE: Rule(_is_promised_anew, can_wait=_is_ordinary),
    MessageKind.GONE_ON: Rule(_is_promised_anew, can_wait=_is_ordinary),
    MessageKind.CASE: Rule(_is_nobodys),
    MessageKind.FOLLOW_UP: Rule(_is_nobodys, can_wait=_is_not_about_life),
    MessageKind.ANSWER: Rule(),
    MessageKind.DUTY: Rule(),
    MessageKind.CONSULT: Rule(),
    MessageKind.BROADCAST: Rule(),  # what holds of its broadcast, below
    MessageKind.RUMOUR: Rule(can_wait=_has_not_asked_lately),
}


# --- a broadcast and its copies


def _of_copy(work: UnitOfWork, message: Message) -> Passage:
    """A copy that goes by itself: it waits while its broadcast does, and never leaves once that is over."""
    copy = work.session.get(Copy, message.copy_id) if message.copy_id is not None else None
    if copy is None:
        return Passage(False, "it was stopped")
    passage = of_broadcast(work, copy.broadcast)
    return of_copies(work, copy.broadcast, [copy])[copy.id] if passage.allowed else passage


def of_broadcast(work: UnitOfWork, broadcast: Broadcast) -> Passage:
    """Whether copies of it may leave now, whoever they are for."""
    if broadcast.state not in GOING or broadcast.expires_at <= work.now:
        return Passage(False, "it was stopped")
    if broadcast.is_paused:
        return Passage(False, "it is paused", work.now + PAUSED)
    morning = opening(work, broadcast, work.now)
    return Passage(False, "it is night", morning) if morning > work.now else OPEN


def of_copies(work: UnitOfWork, broadcast: Broadcast, copies: Sequence[Copy]) -> dict[int, Passage]:
    """Which of its copies may go to their recipients, however long the list has stood, by copy."""
    of = {copy.id: (copy.address_id, copy.area_code) for copy in copies if copy.address_id is not None}
    on = (
        set(of.values())
        if broadcast.corrects_id is not None
        else subscriptions.those_on(work.session, set(of.values()))
    )
    why = {copy.id: _why_held(work, broadcast, copy, wanted=of.get(copy.id) in on) for copy in copies}
    return {copy: OPEN if held is None else Passage(False, held) for copy, held in why.items()}


def _why_held(work: UnitOfWork, broadcast: Broadcast, copy: Copy, *, wanted: bool) -> str | None:
    if broadcast.exercise or work.settings.exercise:
        return "it is an exercise"
    if copy.language not in broadcast.texts:
        return "it was not said in their language"
    if copy.address is None:
        return "everything about them was deleted"
    return copy.address.why_closed() or (None if wanted else "they want no more news of it")
