"""What holds a broadcast back, and lets it go on: object, pause, resume, stop, withdraw, review, expire.

Whoever calls has locked the broadcast and asked `actions.py` whether this may be done.
What follows by itself, once it is approved, is in `rollout.py`.
"""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hotline.broadcasts import phrases
from hotline.broadcasts.approval import tell
from hotline.broadcasts.broadcast import (
    LIVE,
    Broadcast,
    BroadcastState,
    DeedKind,
    lock_broadcast,
    move_broadcast,
    new_mark,
)
from hotline.broadcasts.copies import Copy
from hotline.broadcasts.limits import NotNow, gone
from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.directory.liaisons import Liaison
from hotline.outbox import Queue, TaskKind

OPERATOR = "Itikia"
"""Who has stopped it, where it was whoever keeps the machine."""


CARRIED_ON_BY: dict[BroadcastState, tuple[TaskKind, ...]] = {
    BroadcastState.APPROVED: (TaskKind.COOL,),
    BroadcastState.COOLING: (TaskKind.GO,),
    BroadcastState.FIRST: (TaskKind.BATCH, TaskKind.GO_ON),
    BroadcastState.SENDING: (TaskKind.BATCH,),
}
"""The invariant of a broadcast that is on its way and not paused: one of these tasks waits."""


def back_to_draft(work: UnitOfWork, broadcast: Broadcast) -> None:
    """Whatever was approved counts no more."""
    anew = {
        "edition": broadcast.edition + 1, "mark": new_mark(broadcast.mark),
        "submitted_at": None, "approved_at": None, "opens_at": None, "paused_at": None,
    }  # fmt: skip
    if broadcast.state == BroadcastState.DRAFT:
        for name, value in anew.items():
            setattr(broadcast, name, value)
        work.session.flush()
    elif not move_broadcast(work.session, broadcast, BroadcastState.DRAFT, **anew):
        raise NotNow(phrases.cannot_now(broadcast.code, phrases.CHANGED_JUST_NOW))
    _forget_list(work.session, broadcast)


def _forget_list(session: Session, broadcast: Broadcast) -> None:
    """Nothing was sent, so whoever it would have gone to is looked up anew."""
    session.execute(delete(Copy).where(Copy.broadcast_id == broadcast.id))
    broadcast.listed, broadcast.listed_to, broadcast.is_listed = 0, 0, False
    session.flush()


# --------------------------------------------------------------------------------------------------- stopping


def object_to(work: UnitOfWork, who: Liaison, broadcast: Broadcast, why: str) -> Phrase:
    """Somebody says that it must not go as it is: it is a
    draft again, and the author hears why. Raises `NotNow`."""
    broadcast.note(work.now, DeedKind.OBJECTED, who, why)
    back_to_draft(work, broadcast)
    tell(work, broadcast.author, phrases.objected(broadcast.code, who.name, why), broadcast, "objected")
    return phrases.objection_taken(broadcast.code)


def send_back(work: UnitOfWork, broadcast: Broadcast, phrase: Phrase) -> None:
    """It cannot go any more as it was approved: a draft again, and the author hears why."""
    back_to_draft(work, broadcast)
    tell(work, broadcast.author, phrase, broadcast, "back")


def pause(work: UnitOfWork, who: Liaison, broadcast: Broadcast) -> Phrase:
    """Nothing leaves until somebody lets it go on."""
    broadcast.paused_at = work.now
    broadcast.note(work.now, DeedKind.PAUSED, who)
    phrase = phrases.paused(broadcast.code)
    _tell_concerned(work, broadcast, phrase, f"paused{int(work.now.timestamp())}", who)
    return phrase


def halt(work: UnitOfWork, broadcast: Broadcast, why: str) -> None:
    """Something is wrong, so it pauses by itself, and whoever is concerned decides."""
    broadcast.paused_at = work.now
    broadcast.note(work.now, DeedKind.PAUSED, why=why)
    _tell_concerned(
        work, broadcast, phrases.paused_by_itself(broadcast.code), f"halted{int(work.now.timestamp())}"
    )


def resume(work: UnitOfWork, who: Liaison, broadcast: Broadcast) -> Phrase:
    """It goes on where it was."""
    broadcast.paused_at = None
    broadcast.note(work.now, DeedKind.RESUMED, who)
    work.schedule(CARRIED_ON_BY[BroadcastState(broadcast.state)][0], broadcast.id, queue=Queue.BULK)
    return phrases.resumed(broadcast.code)


def paused_by_others(broadcast: Broadcast) -> bool:
    return broadcast.done(DeedKind.PAUSED)[-1].liaison_id not in (broadcast.author_id, None)


def stop(work: UnitOfWork, who: Liaison | None, broadcast: Broadcast, why: str = "") -> Phrase:
    """At once and for good; at most the batch that is in hand still leaves.
    `who`: None for the operator. Raises `NotNow`."""
    end(work, broadcast, BroadcastState.STOPPED, who, why)
    return phrases.stop_done(broadcast.code, tell_of_stop(work, broadcast, who), broadcast.listed)


def tell_of_stop(work: UnitOfWork, broadcast: Broadcast, who: Liaison | None) -> int:
    """Tell whoever is concerned that it was stopped, and by whom. Returns to how many it has gone."""
    reached, name = gone(work.session, broadcast), who.name if who else OPERATOR
    _tell_concerned(
        work, broadcast, phrases.stopped(broadcast.code, name, reached, broadcast.listed), "stopped", who
    )
    return reached


def _tell_concerned(
    work: UnitOfWork, broadcast: Broadcast, phrase: Phrase, what: str, but: Liaison | None = None
) -> None:
    for each in _concerned(broadcast):
        if but is None or each.id != but.id:
            tell(work, each, phrase, broadcast, what)


def withdraw(work: UnitOfWork, who: Liaison, broadcast: Broadcast) -> Phrase:
    """It is taken back: it is not sent, or holds no more. Raises `NotNow`."""
    end(work, broadcast, BroadcastState.WITHDRAWN, who)
    return phrases.withdrawn(broadcast.code, gone(work.session, broadcast))


def review(work: UnitOfWork, who: Liaison, broadcast: Broadcast, why: str = "") -> Phrase:
    """Somebody of another body has looked again at an emergency message."""
    broadcast.note(work.now, DeedKind.REVIEWED, who, why)
    return phrases.reviewed(broadcast.code)


def end(
    work: UnitOfWork, broadcast: Broadcast, state: BroadcastState, who: Liaison | None, why: str = ""
) -> None:
    """A conditional update: bring it to an end in this state. Raises `NotNow` where somebody was first."""
    if not move_broadcast(work.session, broadcast, state, ended_at=work.now):
        raise NotNow(phrases.cannot_now(broadcast.code, phrases.CHANGED_JUST_NOW))
    broadcast.note(work.now, state, who, why)


def expire(work: UnitOfWork, identity: int) -> None:
    """Its time is over: nobody more is sent it, and it is no news any more."""
    broadcast = lock_broadcast(work.session, identity)
    if broadcast.expires_at > work.now:
        work.schedule(TaskKind.EXPIRE, identity, broadcast.expires_at, Queue.ORDINARY)
        return
    was = broadcast.state
    if move_broadcast(work.session, broadcast, BroadcastState.EXPIRED, ended_at=work.now):
        broadcast.note(work.now, BroadcastState.EXPIRED)
        if was in LIVE:
            _tell_concerned(work, broadcast, phrases.expired(broadcast.code), "expired")


def _concerned(broadcast: Broadcast) -> list[Liaison]:
    """The author, and whoever has approved it."""
    hands = [
        broadcast.author,
        *(deed.liaison for deed in broadcast.done(DeedKind.APPROVES) if deed.liaison is not None),
    ]
    return list({each.id: each for each in hands}.values())
