"""A message on its way: leased in one transaction, sent, and its outcome recorded in a second one.

No transaction and no connection is open while the carrier is called, for it may take seconds to answer.
Where a liaison cannot be told, the next is asked.
"""

from dataclasses import replace
from uuid import UUID

from hotline import gate
from hotline.broadcasts import ledger
from hotline.carriers.carrier import Sending
from hotline.cases import escalation
from hotline.cases.case import Case
from hotline.context import Service, UnitOfWork
from hotline.core import fault_points
from hotline.messaging import leasing
from hotline.messaging.kinds import MessageKind
from hotline.messaging.leasing import Leased, Moved
from hotline.messaging.message import Message, MessageState


def take(service: Service, message: UUID) -> Leased | None:
    """Lease the message to this process. None where it is not to be sent now, or another has the lease."""
    with service.transaction() as work:
        leased = leasing.lease(work, message, gate.of_message)
        if isinstance(leased, Leased):
            return _with_language(work, leased)
        if isinstance(leased, Moved):
            _note_move(work, leased)
        elif (held := work.session.get(Message, message)) is not None:
            _follow(work, held, MessageState.WITHHELD)
        return None


def _with_language(work: UnitOfWork, leased: Leased) -> Leased:
    """Read here, for once it is leased nothing may fail that could have failed before."""
    if leased.kind != MessageKind.FOLLOW_UP:
        return leased
    return replace(leased, language=work.session.get_one(Case, leased.case).language)


def note(service: Service, leased: Leased, answer: Sending) -> None:
    """Record what the carrier said, and what follows from it."""
    with service.transaction() as work:
        sent = leasing.record(work, leased, answer)
        if isinstance(sent, Moved):
            _note_move(work, sent)
        elif sent is not None:
            _follow(work, sent, MessageState.FAILED)
        fault_points.point("before-record")


def _follow(work: UnitOfWork, message: Message, never_arrives: MessageState) -> None:
    """What has become of a message means something for the copy
    that it is, or for the case that it puts before a liaison."""
    if message.kind == MessageKind.BROADCAST:
        ledger.note_message(work, message)
    elif message.state == never_arrives:
        escalation.not_told(work, message)


def _note_move(work: UnitOfWork, moved: Moved) -> None:
    case = work.session.get(Case, moved.case) if moved.case is not None else None
    if case is not None:
        why = f"{moved.closed} is closed, so it goes to the {moved.other}"
        case.note(work.session, work.now, "goes elsewhere", why=why)
