"""A message is leased to one process, handed to the carrier, and its answer recorded."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from hotline import outbox
from hotline.carriers.carrier import Meaning, Sending
from hotline.context import UnitOfWork
from hotline.core.crypto import open_seal
from hotline.messaging.kinds import HANDLING, MessageKind
from hotline.messaging.message import Message, MessageState, queue_of, stop_texts, text_place
from hotline.messaging.passage import Gate, Passage
from hotline.messaging.receipts import match_receipts
from hotline.outbox import TaskKind

LEASE = timedelta(seconds=20)
"""The lease: longer than the carrier's slowest answer, so that whoever outlives it has died."""
PAUSES = (2, 10, 30, 60, 300)
"""Seconds before a text is tried again that never reached the carrier; the last one for ever."""
GIVE_UP = timedelta(hours=12)
DOUBTFUL_TRIES = 3
"""How often a liaison's text is sent where nobody knows whether it left. By then the next has been asked."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A message leased to this process, which alone may send it now."""

    message: UUID
    lease: UUID
    address: int
    kind: MessageKind
    case: UUID | None
    dispatch: int | None
    number: str
    text: str
    language: str = ""
    """That of the citizen who is asked in it whether help came, for the buttons."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Nothing arrives any more where a message was to go, so it goes elsewhere."""

    message: UUID
    case: UUID | None
    closed: str
    """The channel where nothing arrives."""
    other: str
    """The channel where it goes."""


def lease(work: UnitOfWork, identity: UUID, gate: Gate) -> Leased | Moved | None:
    """Lock the row and lease it. None where it is not to be sent now: done, held back, or leased already."""
    message = work.session.scalar(select(Message).where(Message.id == identity).with_for_update())
    if message is None:  # the person has had everything about them deleted
        outbox.complete(work.session, TaskKind.DELIVER, identity)
        return None
    if message.state == MessageState.SENDING and _expired(message, work) and not _may_be_repeated(message):
        message.state, message.code = MessageState.UNKNOWN, "we do not know whether it left"
        outbox.complete(work.session, TaskKind.DELIVER, identity)
        return None
    if message.state not in (MessageState.WAITING, MessageState.SENDING) or not _expired(message, work):
        _let_go(work, message)
        return None
    if not message.address.is_open and (moved := _go_elsewhere(work, message)) is not None:
        return moved
    passage = gate(work, message)
    if not passage.allowed:
        _hold_back(work, message, passage)
        return None
    return _leased(work, message)


def _leased(work: UnitOfWork, message: Message) -> Leased:
    message.state, message.lease, message.leased_until, message.sent_at = (
        MessageState.SENDING,
        uuid4(),
        work.now + LEASE,
        work.now,
    )
    message.tries += 1
    assert message.lease is not None
    assert message.address.sealed is not None
    return Leased(
        message=message.id,
        lease=message.lease,
        address=message.address_id,
        kind=MessageKind(message.kind),
        case=message.case_id,
        dispatch=message.dispatch_id,
        number=open_seal(work.keys, message.address.sealed),
        text=work.keys.vault.read(message.locked_text, text_place(message.id)),
    )


def _expired(message: Message, work: UnitOfWork) -> bool:
    return message.leased_until is None or message.leased_until <= work.now


def _may_be_repeated(message: Message) -> bool:
    return HANDLING[MessageKind(message.kind)].is_repeated and message.tries < DOUBTFUL_TRIES


def _let_go(work: UnitOfWork, message: Message) -> None:
    """Sent already, leased by another, or resting: in the last two
    cases the task is scheduled again for the end of that time."""
    if message.state in (MessageState.WAITING, MessageState.SENDING):
        work.schedule(TaskKind.DELIVER, message.id, message.leased_until, queue_of(message))
    else:
        outbox.complete(work.session, TaskKind.DELIVER, message.id)


def _hold_back(work: UnitOfWork, message: Message, passage: Passage) -> None:
    if passage.not_before is not None:
        work.schedule(TaskKind.DELIVER, message.id, passage.not_before, queue_of(message))
        return
    message.state, message.code = MessageState.WITHHELD, passage.reason
    outbox.complete(work.session, TaskKind.DELIVER, message.id)


def record(work: UnitOfWork, leased: Leased, sending: Sending) -> Message | Moved | None:
    """Record the carrier's answer, if the lease is still ours; None where it ran out and another has it."""
    message = work.session.scalar(select(Message).where(Message.id == leased.message).with_for_update())
    if message is None or message.lease != leased.lease:
        return None
    message.code, message.lease, message.leased_until = sending.code[:80], None, None
    if sending.opted_out:
        stop_texts(work, message.address)
    if sending.closed and leased.address == message.address_id:
        message.address.close(work.now)
    if sending.closed and (moved := _go_elsewhere(work, message)) is not None:
        return moved
    _take(work, message, sending)
    return message


def _take(work: UnitOfWork, message: Message, sending: Sending) -> None:
    """What the answer means for the message: it is done with, or tried again later."""
    match sending.meaning:
        case Meaning.ACCEPTED:
            message.state, message.provider_id = MessageState.SENT, sending.provider_id
            match_receipts(work.session, message)
        case Meaning.PERMANENT:
            message.state = MessageState.FAILED
        case Meaning.UNKNOWN if not _may_be_repeated(message):
            message.state, message.provider_id = MessageState.UNKNOWN, sending.provider_id
        case _ if work.now - message.written_at > GIVE_UP:
            message.state = MessageState.FAILED
        case _:
            _again(work, message, sending)
            return
    outbox.complete(work.session, TaskKind.DELIVER, message.id)


def _again(work: UnitOfWork, message: Message, sending: Sending) -> None:
    message.state = MessageState.WAITING
    if sending.retry_after is not None:  # it was not tried, but turned away
        message.tries -= 1
    pause = sending.retry_after or timedelta(seconds=PAUSES[min(max(message.tries, 1), len(PAUSES)) - 1])
    message.leased_until = work.now + pause
    work.schedule(TaskKind.DELIVER, message.id, message.leased_until, queue_of(message))


def _go_elsewhere(work: UnitOfWork, message: Message) -> Moved | None:
    """Send it to where else the person can be reached. None where there is nowhere, and for what has an order
    of its own in which each way is tried: see `notify_liaison.write_next`."""
    closed, other = message.address, message.address.person.best
    if message.kind == MessageKind.DISPATCH or other is None or other is closed or not other.is_open:
        return None
    message.address, message.state, message.tries, message.leased_until = other, MessageState.WAITING, 0, None
    work.schedule(TaskKind.DELIVER, message.id, queue=queue_of(message))
    return Moved(message.id, message.case_id, closed.channel, other.channel)
