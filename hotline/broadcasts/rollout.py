"""From approved to everybody: the list, the cooling, the first few, and all the others."""

from datetime import timedelta

from sqlalchemy import insert

from hotline.broadcasts import approval, control, limits, phrases, recipients
from hotline.broadcasts.approval import tell
from hotline.broadcasts.approval_policy import HOLDS
from hotline.broadcasts.broadcast import (
    GOING,
    Broadcast,
    BroadcastState,
    DeedKind,
    lock_broadcast,
    move_broadcast,
)
from hotline.broadcasts.copies import Copy, CopyState
from hotline.broadcasts.limits import waits_of
from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.outbox import Queue, TaskKind

PAGE = 1000
"""Recipients listed in one transaction, so that no lock is kept for long."""
EVERY = 20
"""One of so many gets it before the others: five in a hundred."""
SOON = timedelta(seconds=2)
REVIEW_AFTER = timedelta(hours=24)


def cool(work: UnitOfWork, identity: int) -> None:
    """Enough hands have approved it: its recipients are listed, and
    everybody who answers for the place sees it before it goes."""
    broadcast = lock_broadcast(work.session, identity)
    opens_at = work.in_minutes(waits_of(broadcast).cooling)
    if (
        broadcast.state != BroadcastState.APPROVED
        or broadcast.is_paused
        or not move_broadcast(work.session, broadcast, BroadcastState.COOLING, opens_at=opens_at)
    ):
        return
    broadcast.note(work.now, BroadcastState.COOLING)
    work.schedule(TaskKind.LIST, identity, queue=Queue.BULK)
    work.schedule(TaskKind.GO, identity, opens_at, Queue.BULK)
    contacts = approval.around(work, broadcast.areas)
    told = contacts if broadcast.emergency else contacts[: approval.MOST_CONTACTS]
    for each in {broadcast.author_id: broadcast.author, **{each.id: each for each in told}}.values():
        text = approval.to_read(broadcast, each.language)
        tell(work, each, phrases.going(broadcast.code, work.clock_time(opens_at), text), broadcast, "going")


def list_page(work: UnitOfWork, identity: int) -> None:
    """List the next page of recipients, every twentieth among the first; schedule the page after it."""
    broadcast = lock_broadcast(work.session, identity)
    if broadcast.is_listed or broadcast.state not in (BroadcastState.COOLING, *GOING):
        return
    wanted = recipients.wanted(work.areas, broadcast, after=broadcast.listed_to).limit(PAGE)
    rows = work.session.execute(wanted).all()
    copies = [
        {"broadcast_id": identity, "address_id": address, "language": language,
         "area_code": area, "state": CopyState.LISTED, "code": "",
         "first": (broadcast.listed + place) % EVERY == 0}
        for place, (_of, address, language, area) in enumerate(rows)
    ]  # fmt: skip
    if copies:
        work.session.execute(insert(Copy), copies)
        broadcast.listed, broadcast.listed_to = broadcast.listed + len(copies), rows[-1][0]
    broadcast.is_listed = len(rows) < PAGE
    if not broadcast.is_listed:
        work.schedule(TaskKind.LIST, identity, queue=Queue.BULK)


def go(work: UnitOfWork, identity: int) -> None:
    """Its time has come: the first few, if everything is as it was when it was approved."""
    broadcast = lock_broadcast(work.session, identity)
    if broadcast.state != BroadcastState.COOLING or broadcast.is_paused:
        return
    assert broadcast.opens_at is not None
    if broadcast.opens_at > work.now or not broadcast.is_listed:
        work.schedule(TaskKind.GO, identity, max(broadcast.opens_at, work.now + SOON), Queue.BULK)
        if not broadcast.is_listed:
            work.schedule(TaskKind.LIST, identity, queue=Queue.BULK)
        return
    if broadcast.corrects_id is not None:
        # Lock the corrected broadcast before anything else: always in this order, or two deadlock.
        lock_broadcast(work.session, broadcast.corrects_id)
    if (wrong := _not_right(work, broadcast)) is not None:
        control.send_back(work, broadcast, wrong)
    elif move_broadcast(work.session, broadcast, BroadcastState.FIRST, opens_at=work.now):
        _begin(work, broadcast)


def _not_right(work: UnitOfWork, broadcast: Broadcast) -> Phrase | None:
    """What is not as it was when it was approved, if anything is."""
    latest = HOLDS + limits.waits(work, broadcast)
    too_late = broadcast.approved_at is None or work.now - broadcast.approved_at >= latest
    if too_late or not approval.is_still_approved(work, broadcast):
        return phrases.approval_lapsed(broadcast.code)
    return limits.not_right(work, broadcast)


def _begin(work: UnitOfWork, broadcast: Broadcast) -> None:
    broadcast.note(work.now, BroadcastState.FIRST)
    _set_right(work, broadcast)
    work.schedule(TaskKind.BATCH, broadcast.id, queue=Queue.BULK)
    if broadcast.emergency:
        work.schedule(TaskKind.REVIEW, broadcast.id, work.now + REVIEW_AFTER, Queue.ORDINARY)


def _set_right(work: UnitOfWork, broadcast: Broadcast) -> None:
    """What was wrong is corrected from now on: whoever asks about it reads the correction first."""
    if broadcast.corrects_id is None:
        return
    wrong = lock_broadcast(work.session, broadcast.corrects_id)
    if broadcast.exercise == wrong.exercise and move_broadcast(
        work.session, wrong, BroadcastState.CORRECTED, ended_at=work.now
    ):
        wrong.note(work.now, BroadcastState.CORRECTED)


def go_on(work: UnitOfWork, identity: int) -> None:
    """The few have it and nobody has stopped it: now all the others."""
    broadcast = lock_broadcast(work.session, identity)
    if (
        broadcast.state == BroadcastState.FIRST
        and not broadcast.is_paused
        and move_broadcast(work.session, broadcast, BroadcastState.SENDING)
    ):
        broadcast.note(work.now, BroadcastState.SENDING)
        work.schedule(TaskKind.BATCH, identity, queue=Queue.BULK)


def ask_for_review(work: UnitOfWork, identity: int) -> None:
    """An emergency message went out a day ago on two people's word: another body looks at it again."""
    broadcast = lock_broadcast(work.session, identity)
    if not broadcast.done(DeedKind.REVIEWED):
        for each in approval.around(work, broadcast.areas):
            if approval.hand_of(work, each).coordinates:
                tell(work, each, phrases.review_due(broadcast.code), broadcast, "review")
