"""What a liaison may do with a broadcast, and what does it."""

from hotline.broadcasts import approval_policy, phrases
from hotline.broadcasts.approval import (
    answers_for,
    approve,
    hand_of,
    hands_that_approved,
    hands_that_wrote,
    held,
    submit,
    to_read,
)
from hotline.broadcasts.broadcast import (
    LIVE,
    NEXT,
    ON_ITS_WAY,
    UNSENT,
    Broadcast,
    BroadcastState,
    DeedKind,
    broadcast_by_code,
)
from hotline.broadcasts.control import object_to, pause, paused_by_others, resume, review, stop, withdraw
from hotline.broadcasts.drafting import check, compose
from hotline.broadcasts.limits import NotNow, gone
from hotline.broadcasts.menus import Compose, Deal
from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.directory.liaisons import Liaison, is_one_now

# ------------------------------------------------------------------------------------- one door for all of it


def deal(work: UnitOfWork, who: Liaison, wish: Compose | Deal) -> Phrase:
    """Do what a liaison wants of a broadcast, and say what has come of it."""
    code = wish.edits if isinstance(wish, Compose) else wish.code
    if not is_one_now(who, work.now):
        return phrases.no_such(code)
    try:
        if isinstance(wish, Compose):
            return compose(work, who, wish)[1]
        _is_theirs(work, who, wish)
        words = _deal(work, who, wish)
    except NotNow as stands:
        words = stands.words
    found = broadcast_by_code(work.session, code)
    return phrases.drill(
        words, found is not None and found.exercise and not isinstance(wish, Compose) and wish.act != "show"
    )


def _is_theirs(work: UnitOfWork, who: Liaison, wish: Deal) -> None:
    """Anybody may stop a message; all else is for those who answer for its place, and for its author. Raises
    `NotNow`."""
    found = broadcast_by_code(work.session, wish.code)
    if wish.act == "stop" or found is None or found.author_id == who.id:
        return
    if not any(answers_for(work.areas, who, code) for code in found.areas):
        raise NotNow(phrases.no_such(wish.code))


def _deal(work: UnitOfWork, who: Liaison, wish: Deal) -> Phrase:
    match wish.act:
        case "approve":
            return approve(work, who, wish.code, wish.mark)
        case "object":
            return object_to(work, who, wish.code, wish.why)
        case "stop":
            return stop(work, who, wish.code, wish.why)
        case "pause":
            return pause(work, who, wish.code)
        case "resume":
            return resume(work, who, wish.code)
        case "withdraw":
            return withdraw(work, who, wish.code)
        case "review":
            return review(work, who, wish.code, wish.why)
        case "submit":
            return _submit_again(work, who, wish.code)
        case "show":
            return show(work, who, wish.code)


def _submit_again(work: UnitOfWork, who: Liaison, code: str) -> Phrase:
    """A draft that was kept, or sent back, is put to others. Raises `NotNow`."""
    broadcast = held(work, code)
    if broadcast.state not in (BroadcastState.DRAFT, BroadcastState.CHECKED):
        raise NotNow(phrases.cannot_now(code, phrases.NOT_A_DRAFT))
    if broadcast.state == BroadcastState.DRAFT:
        check(work, broadcast, who)
    return submit(work, who, broadcast)


def show(work: UnitOfWork, who: Liaison, code: str) -> Phrase:
    """What it says, and how it stands. Raises `NotNow`."""
    broadcast = held(work, code)
    reached = gone(work.session, broadcast)
    return phrases.stands(
        code,
        BroadcastState(broadcast.state),
        reached,
        broadcast.listed,
        to_read(broadcast, who.language),
        broadcast.mark,
    )


def offered(work: UnitOfWork, who: Liaison, broadcast: Broadcast) -> list[str]:
    """What this liaison may do with it now: acts of a `Deal`, and `edit` and `correct`."""
    return [act for act in ACTS if _may(work, who, broadcast, act)]


ACTS = ("approve", "object", "submit", "edit", "stop", "pause", "resume", "correct", "withdraw", "review")


def _may(work: UnitOfWork, who: Liaison, broadcast: Broadcast, act: str) -> bool:
    state, mine = broadcast.state, who.id == broadcast.author_id
    match act:
        case "approve":
            hands = (
                hands_that_wrote(work, broadcast),
                hands_that_approved(work, broadcast),
                hand_of(work, who),
            )
            return state == BroadcastState.SUBMITTED and approval_policy.may_approve(*hands) is None
        case "object":
            return (
                state in (BroadcastState.SUBMITTED, BroadcastState.APPROVED, BroadcastState.COOLING)
                and not mine
            )
        case "submit":
            return state in (BroadcastState.DRAFT, BroadcastState.CHECKED)
        case "edit":
            return state in (BroadcastState.DRAFT, BroadcastState.CHECKED, BroadcastState.SUBMITTED)
        case "stop":
            return state in LIVE
        case "pause":
            return state in ON_ITS_WAY and not broadcast.is_paused
        case "resume":
            return state in ON_ITS_WAY and broadcast.is_paused and not (mine and paused_by_others(broadcast))
        case "correct":
            return state not in UNSENT and bool(gone(work.session, broadcast))
        case "withdraw":
            return BroadcastState.WITHDRAWN in NEXT[BroadcastState(state)] and (
                mine or hand_of(work, who).coordinates
            )
        case _:
            may = (
                approval_policy.may_approve(hands_that_wrote(work, broadcast), (), hand_of(work, who)) is None
            )
            return (
                broadcast.emergency
                and broadcast.opens_at is not None
                and may
                and not broadcast.done(DeedKind.REVIEWED)
            )
