"""How many copies are where, how far a broadcast has come, and which copies nothing carries on."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.broadcasts.broadcast import GOING, Broadcast, BroadcastState, lock_broadcast
from hotline.broadcasts.control import CARRIED_ON_BY
from hotline.broadcasts.copies import Copy, CopyState
from hotline.context import UnitOfWork
from hotline.directory.people import Address
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import Message, MessageState
from hotline.outbox import Queue, TaskKind

FAR = timedelta(days=1)
"""A task due later than this was scheduled while the clock was wrong: no broadcast lasts so long."""


def tally(session: Session, broadcast: Broadcast) -> dict[str, int]:
    """How many copies are in each state."""
    counted = select(Copy.state, func.count()).where(Copy.broadcast_id == broadcast.id).group_by(Copy.state)
    found = {state: number for state, number in session.execute(counted)}
    return {
        state: found.get(state, 0)
        for state in (
            CopyState.LISTED,
            CopyState.SENDS,
            CopyState.GONE,
            CopyState.DOUBTFUL,
            CopyState.REFUSED,
            CopyState.HELD,
        )
    }


def note_message(work: UnitOfWork, message: Message) -> None:
    """A copy that went by Telegram, as its message stands."""
    copy = work.session.get(Copy, message.copy_id) if message.copy_id is not None else None
    if copy is None:
        return
    states = {
        MessageState.SENT: CopyState.GONE,
        MessageState.UNKNOWN: CopyState.DOUBTFUL,
        MessageState.FAILED: CopyState.REFUSED,
        MessageState.WITHHELD: CopyState.HELD,
    }
    if message.state in states:
        copy.state, copy.code = states[MessageState(message.state)], message.code


def progress(work: UnitOfWork, broadcast: Broadcast) -> tuple[int, int, timedelta | None]:
    """How many have been dealt with, of how many, and how
    long the rest takes; None where nothing goes just now."""
    count = tally(work.session, broadcast)
    left = count[CopyState.LISTED] + count[CopyState.SENDS]
    seconds = timedelta(seconds=left / work.settings.bulk_rate)
    return (
        broadcast.listed - left,
        broadcast.listed,
        seconds if broadcast.state in GOING and not broadcast.is_paused else None,
    )


def stuck(session: Session, now: datetime) -> list[int]:
    """Broadcasts under way without a waiting task that carries them on."""
    going = select(Broadcast.id, Broadcast.state).where(
        Broadcast.state.in_(tuple(CARRIED_ON_BY)), Broadcast.paused_at.is_(None)
    )
    return [
        identity
        for identity, state in session.execute(going).all()
        if not _carried_on(session, identity, BroadcastState(state), now)
    ]


def _carried_on(session: Session, identity: int, state: BroadcastState, now: datetime) -> bool:
    keys = [outbox.key_of(what, identity) for what in CARRIED_ON_BY[state]]
    waits = (outbox.Task.key.in_(keys), outbox.WAITS, outbox.Task.due_at <= now + FAR)
    return session.scalar(select(outbox.Task.id).where(*waits).limit(1)) is not None


def carry_on(work: UnitOfWork, identity: int) -> bool:
    """Lock it, check again, and schedule its next step. False where it is not stuck any more."""
    broadcast = lock_broadcast(work.session, identity)
    state = BroadcastState(broadcast.state)
    if (
        state not in CARRIED_ON_BY
        or broadcast.is_paused
        or _carried_on(work.session, identity, state, work.now)
    ):
        return False
    work.schedule(CARRIED_ON_BY[state][0], identity, queue=Queue.BULK)
    if state == BroadcastState.COOLING and not broadcast.is_listed:
        work.schedule(TaskKind.LIST, identity, queue=Queue.BULK)
    return True


def leave_copies_behind(work: UnitOfWork, address: Address) -> None:
    """A copy of a broadcast that has not left does not leave
    from elsewhere: there may be one of its own for there."""
    why = "the chat is somebody else's now"
    waits = (
        Message.address_id == address.id,
        Message.kind == MessageKind.BROADCAST,
        Message.state == MessageState.WAITING,
    )
    work.session.execute(update(Message).where(*waits).values(state=MessageState.WITHHELD, code=why))
    on_its_way = (Copy.address_id == address.id, Copy.state == CopyState.SENDS, Copy.lease.is_(None))
    work.session.execute(update(Copy).where(*on_its_way).values(state=CopyState.HELD, code=why))
