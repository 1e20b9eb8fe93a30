"""How many copies are where, how far a broadcast has come, and which ones nothing carries on."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts.broadcast import COOLING, DOUBTFUL, GOING, GONE, HELD, LISTED, REFUSED, SENDS, Broadcast, Copy, State
from hotline.broadcasts.control import CARRIED_ON_BY
from hotline.context import Work
from hotline.messaging import message as messages
from hotline.outbox import Queue, What

FAR = timedelta(days=1)
"""What is put for later than that was put while the clock was wrong: nothing of a broadcast lasts so long."""


def tally(session: Session, broadcast: Broadcast) -> dict[str, int]:
    """How many copies are in each state."""
    counted = select(Copy.state, func.count()).where(Copy.broadcast_id == broadcast.id).group_by(Copy.state)
    found = {state: number for state, number in session.execute(counted)}
    return {state: found.get(state, 0) for state in (LISTED, SENDS, GONE, DOUBTFUL, REFUSED, HELD)}


def note_message(work: Work, message: messages.Message) -> None:
    """A copy that went by Telegram, as its message stands."""
    copy = work.session.get(Copy, int(message.key.removeprefix(messages.COPY)))
    if copy is None:
        return
    states = {messages.SENT: GONE, messages.UNKNOWN: DOUBTFUL, messages.FAILED: REFUSED, messages.WITHHELD: HELD}
    if message.state in states:
        copy.state, copy.code = states[message.state], message.code


def progress(work: Work, broadcast: Broadcast) -> tuple[int, int, timedelta | None]:
    """How many have been dealt with, of how many, and how long the rest takes; None where nothing goes just now."""
    count = tally(work.session, broadcast)
    left = count[LISTED] + count[SENDS]
    seconds = timedelta(seconds=left / work.settings.bulk_rate)
    return broadcast.listed - left, broadcast.listed, seconds if broadcast.state in GOING and not broadcast.is_paused else None


def stuck(session: Session, now: datetime) -> list[int]:
    """Broadcasts that nothing carries on."""
    going = select(Broadcast.id, Broadcast.state).where(Broadcast.state.in_(tuple(CARRIED_ON_BY)), Broadcast.paused_at.is_(None))
    return [identity for identity, state in session.execute(going).all() if not _carried_on(session, identity, State(state), now)]


def _carried_on(session: Session, identity: int, state: State, now: datetime) -> bool:
    keys = [outbox.key_of(what, identity) for what in CARRIED_ON_BY[state]]
    waits = (outbox.Errand.key.in_(keys), outbox.WAITS, outbox.Errand.due_at <= now + FAR)
    return session.scalar(select(outbox.Errand.id).where(*waits).limit(1)) is not None


def carry_on(work: Work, identity: int) -> bool:
    """Give one that is stuck its next step. False where it is not stuck any more."""
    broadcast = broadcasts.hold(work.session, identity)
    state = State(broadcast.state)
    if state not in CARRIED_ON_BY or broadcast.is_paused or _carried_on(work.session, identity, state, work.now):
        return False
    work.put(CARRIED_ON_BY[state][0], identity, queue=Queue.BULK)
    if state == COOLING and not broadcast.is_listed:
        work.put(What.LIST, identity, queue=Queue.BULK)
    return True
