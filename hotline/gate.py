"""One gate for every message that leaves: may this person be written to, now, in these words?"""

from datetime import timedelta

from hotline.broadcasts.broadcast import GOING, Copy
from hotline.broadcasts.recipients import copy_held, opening
from hotline.cases import promises
from hotline.cases.case import Case, CaseState
from hotline.cases.conflicts import may_see
from hotline.context import UnitOfWork
from hotline.directory import liaisons
from hotline.directory.categories import Urgency
from hotline.messaging.message import (
    COPY,
    GONE_ON,
    LATE,
    NOBODY,
    PAUSED,
    RECEIVED,
    STILL,
    TO_LIAISONS,
    WENT_ON,
    About,
    Message,
    Passage,
    why_closed,
)
from hotline.messaging.quiet_hours import waking
from hotline.rumours.rumour import asked_since

AWAKE_STILL = timedelta(hours=2)
"""Whoever asked so lately whether something is true may be told at any hour."""


def gate(message: Message, work: UnitOfWork) -> Passage:
    """The one place that says whether a text may go to this person, now."""
    why = why_closed(message.address, is_answer=message.about == About.ANSWER)
    if why is not None:
        return Passage(False, why)
    if message.about == About.BROADCAST:
        return _gate_of_copy(work, message)
    if message.about in (About.CASE, About.FOLLOW_UP) and (
        message.case is None or message.case.contact != "text"
    ):
        return Passage(False, "the citizen does not want to be texted about the case")
    if message.about in TO_LIAISONS and not _may_see(work, message):
        return Passage(False, "this liaison may not see the case")
    if (
        message.case is not None
        and message.about != About.ANSWER
        and _is_out_of_date(message, message.case, work)
    ):
        return Passage(False, WENT_ON)
    return _at_waking_hours(work) if _can_wait(work, message) else Passage(True)


def _gate_of_copy(work: UnitOfWork, message: Message) -> Passage:
    """A copy waits while its broadcast is paused, and never leaves once that is stopped or over."""
    copy = work.session.get(Copy, int(message.key.removeprefix(COPY)))
    if copy is None or copy.broadcast.state not in GOING or copy.broadcast.expires_at <= work.now:
        return Passage(False, "it was stopped")
    if copy.broadcast.is_paused:
        return Passage(False, "it is paused", work.now + PAUSED)
    if (morning := opening(work, copy.broadcast, work.now)) > work.now:
        return Passage(False, "it is night", morning)
    why = copy_held(work, copy.broadcast, copy)
    return Passage(True) if why is None else Passage(False, why)


def _may_see(work: UnitOfWork, message: Message) -> bool:
    """Whether it is a liaison still, and one who may see the case, if it is about one."""
    who = liaisons.of(work.session, message.address.person)
    return (
        who is not None
        and liaisons.is_one_now(who, work.now)
        and (message.case is None or may_see(work.session, message.case, who, work.now))
    )


def _can_wait(work: UnitOfWork, message: Message) -> bool:
    """Whether it is not worth waking somebody for."""
    if message.about == About.RUMOUR:
        return not asked_since(work.session, message.address, work.now - AWAKE_STILL)
    if message.case is None:
        return False
    urgency = message.case.pace.urgency
    if message.about == About.FOLLOW_UP:
        return urgency != Urgency.LIFE
    return message.key.startswith((LATE, GONE_ON)) and urgency == Urgency.ORDINARY


def _is_out_of_date(message: Message, case: Case, work: UnitOfWork) -> bool:
    """Nobody is asked to take what somebody has, told that it
    is seen to when nobody has it, or promised what is past."""
    if message.about == About.DISPATCH:
        return case.state != CaseState.OPEN or message.written_at < case.round_began_at
    if message.about == About.NEWS:
        if message.key.startswith(STILL) and case.state != CaseState.ACKNOWLEDGED:
            return True
        return case.state == CaseState.CLOSED or (
            case.liaison is not None and case.liaison.person_id != message.address.person_id
        )
    if message.about == About.ALARM or message.key.startswith(NOBODY):
        return False
    if message.key.startswith(RECEIVED):
        return work.now >= promises.first_due(work.session, case)
    if message.key.startswith((LATE, GONE_ON)):
        promise = promises.latest(work.session, case)  # one made since is told by a text of its own
        return case.state != CaseState.OPEN or (promise is not None and message.written_at < promise.made_at)
    return not case.open_to_verdict


def _at_waking_hours(work: UnitOfWork) -> Passage:
    morning = waking(work, work.now)
    return Passage(True) if morning == work.now else Passage(False, "it is night", morning)
