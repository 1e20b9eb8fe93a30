"""What people do with a broadcast, step by step: write, check, ask others, approve, object, pause, stop, withdraw, set right.

Each step is one transaction that changes the broadcast only from the state in which it was found. What follows by itself, once it is
approved, is in `sending.py`.
"""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hotline.broadcasts import approval_policy as approving
from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import phrases
from hotline.broadcasts.approval import hand_of, hands_that_wrote, held, tell
from hotline.broadcasts.broadcast import (
    APPROVED,
    APPROVES,
    CHECKED,
    COOLING,
    DRAFT,
    FIRST,
    GOING,
    LIVE,
    OBJECTED,
    ON_ITS_WAY,
    PAUSED,
    RESUMED,
    REVIEWED,
    SENDING,
    SENT,
    STOPPED,
    SUBMITTED,
    WITHDRAWN,
    Broadcast,
    Copy,
    State,
)
from hotline.broadcasts.limits import NotNow, gone
from hotline.context import Work
from hotline.core.i18n import Words
from hotline.directory.liaisons import Liaison
from hotline.outbox import Queue, What

OPERATOR = "Itikia"
"""Who has stopped it, where it was whoever keeps the machine."""


CARRIED_ON_BY: dict[State, tuple[What, ...]] = {
    APPROVED: (What.COOL,),
    COOLING: (What.GO,),
    FIRST: (What.BATCH, What.GO_ON),
    SENDING: (What.BATCH,),
}
"""From each state in which it is on its way: one of these errands waits, unless it is paused."""


def back_to_draft(work: Work, broadcast: Broadcast) -> None:
    """Whatever was approved counts no more."""
    anew = {"edition": broadcast.edition + 1, "mark": broadcasts.new_mark(broadcast.mark), "submitted_at": None, "approved_at": None,
            "opens_at": None, "paused_at": None}  # fmt: skip
    if broadcast.state == DRAFT:
        for name, value in anew.items():
            setattr(broadcast, name, value)
        work.session.flush()
    elif not broadcasts.move(work.session, broadcast, DRAFT, **anew):
        raise NotNow(phrases.cannot_now(broadcast.code, phrases.CHANGED_JUST_NOW))
    _forget_list(work.session, broadcast)


def _forget_list(session: Session, broadcast: Broadcast) -> None:
    """Nothing was sent, so whoever it would have gone to is looked up anew."""
    session.execute(delete(Copy).where(Copy.broadcast_id == broadcast.id))
    broadcast.listed, broadcast.listed_to, broadcast.is_listed = 0, 0, False
    session.flush()


# ------------------------------------------------------------------------------------------------------ stopping


def object_to(work: Work, who: Liaison, code: str, why: str) -> Words:
    """Somebody says that it must not go as it is: it is a draft again, and the author hears why. Raises `NotNow`."""
    broadcast = held(work, code)
    if broadcast.state not in (SUBMITTED, APPROVED, COOLING):
        raise NotNow(phrases.cannot_now(code, phrases.USE_STOP if broadcast.state in GOING else phrases.NOT_WAITING))
    broadcast.note(work.now, OBJECTED, who, why)
    back_to_draft(work, broadcast)
    tell(work, broadcast.author, phrases.objected(code, who.name, why), broadcast, "objected")
    return phrases.objection_taken(code)


def send_back(work: Work, broadcast: Broadcast, words: Words) -> None:
    """It cannot go any more as it was approved: a draft again, and the author hears why."""
    back_to_draft(work, broadcast)
    tell(work, broadcast.author, words, broadcast, "back")


def pause(work: Work, who: Liaison, code: str) -> Words:
    """Nothing leaves until somebody lets it go on. Raises `NotNow`."""
    broadcast = held(work, code)
    if broadcast.state not in ON_ITS_WAY:
        raise NotNow(phrases.cannot_now(code, phrases.NOTHING_GOES))
    if not broadcast.is_paused:
        broadcast.paused_at = work.now
        broadcast.note(work.now, PAUSED, who)
        _tell_concerned(work, broadcast, phrases.paused(code), f"paused{int(work.now.timestamp())}", who)
    return phrases.paused(code)


def halt(work: Work, broadcast: Broadcast, why: str) -> None:
    """Something is wrong, so it pauses by itself, and whoever is concerned decides."""
    broadcast.paused_at = work.now
    broadcast.note(work.now, PAUSED, why=why)
    _tell_concerned(work, broadcast, phrases.paused_by_itself(broadcast.code), f"halted{int(work.now.timestamp())}")


def resume(work: Work, who: Liaison, code: str) -> Words:
    """It goes on where it was. What others have paused its author does not let go on. Raises `NotNow`."""
    broadcast = held(work, code)
    if not broadcast.is_paused or broadcast.state not in ON_ITS_WAY:
        raise NotNow(phrases.cannot_now(code, phrases.NOT_PAUSED))
    if who.id == broadcast.author_id and paused_by_others(broadcast):
        raise NotNow(phrases.cannot_now(code, phrases.NOT_YOURS))
    broadcast.paused_at = None
    broadcast.note(work.now, RESUMED, who)
    work.put(CARRIED_ON_BY[State(broadcast.state)][0], broadcast.id, queue=Queue.BULK)
    return phrases.resumed(code)


def paused_by_others(broadcast: Broadcast) -> bool:
    return broadcast.done(PAUSED)[-1].liaison_id not in (broadcast.author_id, None)


def stop(work: Work, who: Liaison | None, code: str, why: str = "") -> Words:
    """Anybody may, at once and for good; at most the batch that is in hand still leaves. `who`: None for the operator. Raises `NotNow`."""
    broadcast = held(work, code)
    if broadcast.state in (DRAFT, CHECKED) and who is not None:
        return withdraw(work, who, code)
    if broadcast.state not in LIVE:
        raise NotNow(phrases.cannot_now(code, phrases.GONE_ALREADY if broadcast.state == SENT else phrases.OVER))
    end(work, broadcast, STOPPED, who, why)
    return phrases.stop_done(code, tell_of_stop(work, broadcast, who), broadcast.listed)


def tell_of_stop(work: Work, broadcast: Broadcast, who: Liaison | None) -> int:
    """Tell whoever is concerned that it was stopped, and by whom. Returns to how many it has gone."""
    reached, name = gone(work.session, broadcast), who.name if who else OPERATOR
    _tell_concerned(work, broadcast, phrases.stopped(broadcast.code, name, reached, broadcast.listed), "stopped", who)
    return reached


def _tell_concerned(work: Work, broadcast: Broadcast, words: Words, what: str, but: Liaison | None = None) -> None:
    for each in _concerned(broadcast):
        if but is None or each.id != but.id:
            tell(work, each, words, broadcast, what)


def withdraw(work: Work, who: Liaison, code: str) -> Words:
    """Its author, or one who coordinates, takes it back: it is not sent, or holds no more. Raises `NotNow`."""
    broadcast = held(work, code)
    if who.id != broadcast.author_id and not hand_of(work, who).coordinates:
        raise NotNow(phrases.cannot_now(code, phrases.NOT_YOURS))
    if WITHDRAWN not in broadcasts.NEXT[State(broadcast.state)]:
        raise NotNow(phrases.cannot_now(code, phrases.OVER))
    end(work, broadcast, WITHDRAWN, who)
    return phrases.withdrawn(code, gone(work.session, broadcast))


def review(work: Work, who: Liaison, code: str, why: str = "") -> Words:
    """Somebody of another body has looked again at an emergency message. Raises `NotNow`."""
    broadcast = held(work, code)
    if not broadcast.emergency or approving.may_approve(hands_that_wrote(work, broadcast), (), hand_of(work, who)) is not None:
        raise NotNow(phrases.cannot_now(code, phrases.NOT_YOURS))
    broadcast.note(work.now, REVIEWED, who, why)
    return phrases.reviewed(code)


def end(work: Work, broadcast: Broadcast, state: State, who: Liaison | None, why: str = "") -> None:
    """Bring it to an end in this state. Raises `NotNow` where somebody was first."""
    if not broadcasts.move(work.session, broadcast, state, ended_at=work.now):
        raise NotNow(phrases.cannot_now(broadcast.code, phrases.CHANGED_JUST_NOW))
    broadcast.note(work.now, state, who, why)


def expire(work: Work, identity: int) -> None:
    """Its time is over: nobody more is sent it, and it is no news any more."""
    broadcast = broadcasts.hold(work.session, identity)
    if broadcast.expires_at > work.now:
        work.put(What.EXPIRE, identity, broadcast.expires_at, Queue.ORDINARY)
        return
    was = broadcast.state
    if broadcasts.move(work.session, broadcast, State.EXPIRED, ended_at=work.now):
        broadcast.note(work.now, State.EXPIRED)
        if was in LIVE:
            _tell_concerned(work, broadcast, phrases.expired(broadcast.code), "expired")


def _concerned(broadcast: Broadcast) -> list[Liaison]:
    """The author, and whoever has approved it."""
    hands = [broadcast.author, *(deed.liaison for deed in broadcast.done(APPROVES) if deed.liaison is not None)]
    return list({each.id: each for each in hands}.values())
