"""The copies of a broadcast leave, batch by batch. `rollout` says when the first may.

The ledger has a row for every recipient. A batch is leased by one process in one
transaction, handed to the carrier with no transaction open, and recorded in a second
one. A process that dies in between leaves a batch in doubt: it is never sent again (at
most once), and receipts that name the number settle it. So nobody gets a text twice.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session, joinedload

from hotline import outbox
from hotline.broadcasts import control, phrases, receipts
from hotline.broadcasts.approval import tell
from hotline.broadcasts.broadcast import (
    GOING,
    Broadcast,
    BroadcastState,
    as_sent,
    lock_broadcast,
    move_broadcast,
    words_as_sent,
)
from hotline.broadcasts.copies import Copy, CopyState
from hotline.broadcasts.ledger import tally
from hotline.broadcasts.limits import waits_of
from hotline.broadcasts.rollout import SOON
from hotline.carriers.carrier import Meaning, Sending
from hotline.context import Service, UnitOfWork
from hotline.core import fault_points
from hotline.core.crypto import open_seal
from hotline.core.gsm import plain
from hotline.directory.people import PHONE, TELEGRAM, Address
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import stop_texts, write_message
from hotline.messaging.passage import Passage
from hotline.messaging.receipts import ReceiptRecord
from hotline.outbox import Queue, TaskKind

IN_LINE = 200
"""Messages of one broadcast that wait for Telegram at most: so many
may still be there when it is stopped, and are then held back."""
LEASE = timedelta(seconds=30)
"""The lease of a batch: longer than the carrier's slowest answers to it, in every language."""
AGAIN = timedelta(seconds=30)
"""How long a broadcast rests when the carrier turned all of a batch away, or did not answer."""
TRIED = timedelta(minutes=5)
"""How long one copy rests that was turned away while others
were not. It goes behind all that were not tried yet."""
MOST_DOUBTFUL = 2
"""Batches of which nobody knows anything; then it pauses
by itself, for a carrier that is silent burns the list."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Copies leased to this process, which alone may hand them to the carrier now."""

    broadcast: int
    lease: UUID
    until: datetime
    """When its lease is over: what has not been handed over by then is not."""
    requests: tuple[tuple[str, Mapping[int, str]], ...]
    """Each text, and the copies that say it with their numbers."""

    @property
    def size(self) -> int:
        return sum(len(numbers) for _text, numbers in self.requests)


class CopyGate(Protocol):
    """Says whether copies of a broadcast may leave now, and which of them: `hotline/gate.py`."""

    def of_broadcast(self, work: UnitOfWork, broadcast: Broadcast, /) -> Passage: ...

    def of_copies(
        self, work: UnitOfWork, broadcast: Broadcast, copies: Sequence[Copy], /
    ) -> Mapping[int, Passage]: ...


def claim(service: Service, identity: int, gate: CopyGate) -> Batch | None:
    """Lock the broadcast and lease its next batch. None where there is nothing
    to hand to the carrier now: it was stopped or paused, it is night, another
    process has the lease, all that is left goes by Telegram, or it is done."""
    with service.transaction() as work:
        broadcast = lock_broadcast(work.session, identity)
        if broadcast.leased_until is not None and work.now < broadcast.leased_until <= work.now + LEASE:
            work.schedule(TaskKind.BATCH, identity, broadcast.leased_until, Queue.BULK)
            return None
        _give_up_doubtful(work, broadcast)
        if broadcast.expires_at <= work.now:
            control.expire(work, identity)
        passage = gate.of_broadcast(work, broadcast)
        if not passage.allowed:
            _rests(work, broadcast, passage)
            return None
        return _taken_in_hand(work, broadcast, gate)


def _rests(work: UnitOfWork, broadcast: Broadcast, passage: Passage) -> None:
    """Nothing of it leaves now. A paused one is scheduled again by whoever resumes it."""
    if passage.not_before is None or broadcast.is_paused:
        outbox.complete(work.session, TaskKind.BATCH, broadcast.id)
    else:
        work.schedule(TaskKind.BATCH, broadcast.id, passage.not_before, Queue.BULK)


def _give_up_doubtful(work: UnitOfWork, broadcast: Broadcast) -> None:
    """The lease ran out: its process has died. Copies that a receipt has named since did leave; the
    others are in doubt, and never sent again."""
    in_hand = (Copy.broadcast_id == broadcast.id, Copy.state == CopyState.SENDS, Copy.lease.is_not(None))
    left = work.session.scalars(select(Copy).where(*in_hand, Copy.provider_id.is_not(None))).all()
    for copy in left:
        copy.state, copy.code = CopyState.GONE, ""
    _match_receipts(work, left)
    work.session.flush()
    values = {"state": CopyState.DOUBTFUL, "code": "we do not know whether it left"}
    work.session.execute(
        update(Copy).where(*in_hand).values(values).execution_options(synchronize_session=False)
    )


def _taken_in_hand(work: UnitOfWork, broadcast: Broadcast, gate: CopyGate) -> Batch | None:
    lease = uuid4()
    phones = _next_phones(work, broadcast)
    waiting = _waiting_for_telegram(work.session, broadcast)
    chats = _next(work.session, broadcast, TELEGRAM, max(0, IN_LINE - waiting), Copy.sent_at.is_(None))
    passages = gate.of_copies(work, broadcast, [*chats, *phones])
    for copy in chats:
        _by_telegram(work, broadcast, copy, passages[copy.id])
    going: dict[str, dict[int, str]] = defaultdict(dict)
    for copy in phones:
        if (number := _may_go(work, copy, passages[copy.id])) is not None:
            going[copy.language][copy.id] = number
    _note_sends(work, lease, [identity for numbers in going.values() for identity in numbers])
    if not going:
        _nothing_by_phone(work, broadcast, waits=bool(waiting or chats), more=bool(phones))
        return None
    broadcast.lease, broadcast.leased_until = lease, work.now + LEASE
    work.schedule(TaskKind.BATCH, broadcast.id, work.now + LEASE, Queue.BULK)
    texts = {language: plain(as_sent(broadcast, language)) for language in going}
    return Batch(
        broadcast.id,
        lease,
        broadcast.leased_until,
        tuple((texts[language], numbers) for language, numbers in going.items()),
    )


def _next_phones(work: UnitOfWork, broadcast: Broadcast) -> Sequence[Copy]:
    """Those that were not tried yet; then, once the few are over, those that were turned away a while ago."""
    fresh = _next(work.session, broadcast, PHONE, work.settings.batch, Copy.sent_at.is_(None))
    if fresh or broadcast.state == BroadcastState.FIRST:
        return fresh
    return _next(work.session, broadcast, PHONE, work.settings.batch, Copy.sent_at <= work.now - TRIED)


def _next(
    session: Session, broadcast: Broadcast, channel: str, most: int, tried: ColumnElement[bool]
) -> Sequence[Copy]:
    """The next copies for this channel: of the few as long as it goes to
    them only. What belongs to nobody any more counts as a phone's."""
    here = [Copy.broadcast_id == broadcast.id, Copy.state == CopyState.LISTED, tried]
    here += [Copy.first.is_(True)] if broadcast.state == BroadcastState.FIRST else []
    here += (
        [Address.channel == channel] if channel == TELEGRAM else [Address.channel.is_distinct_from(TELEGRAM)]
    )
    found = select(Copy).outerjoin(Copy.address).where(*here).order_by(Copy.first, Copy.id).limit(most)
    return session.scalars(found.options(joinedload(Copy.address))).all() if most else []


def _note_sends(work: UnitOfWork, lease: UUID, copies: Sequence[int]) -> None:
    """One statement for all, to be quick: on SQLite the lease blocks every other writer."""
    values = {"state": CopyState.SENDS, "lease": lease, "sent_at": work.now}
    work.session.execute(
        update(Copy).where(Copy.id.in_(copies)).values(values).execution_options(synchronize_session=False)
    )


def _may_go(work: UnitOfWork, copy: Copy, passage: Passage) -> str | None:
    """The number that it may go to, now."""
    if passage.allowed and copy.address is not None and copy.address.sealed is not None:
        return open_seal(work.keys, copy.address.sealed)
    copy.state, copy.code = CopyState.HELD, passage.reason or "we do not know their number any more"
    return None


def _by_telegram(work: UnitOfWork, broadcast: Broadcast, copy: Copy, passage: Passage) -> None:
    """Each is a message of its own there, on the same heap as all others, behind what is more pressing."""
    if not passage.allowed or copy.address is None:
        copy.state, copy.code = CopyState.HELD, passage.reason
        return
    copy.state, copy.sent_at = CopyState.SENDS, work.now
    text, key = words_as_sent(broadcast, copy.language), f"copy:{copy.id}"
    write_message(work, copy.address, MessageKind.BROADCAST, text, copy.language, key=key, copy=copy.id)


def _waiting_for_telegram(session: Session, broadcast: Broadcast) -> int:
    waits = (
        Copy.broadcast_id == broadcast.id,
        Copy.state == CopyState.SENDS,
        Copy.lease.is_(None),
        Copy.address_id.is_not(None),
    )
    return session.scalar(select(func.count()).where(*waits)) or 0


def _nothing_by_phone(work: UnitOfWork, broadcast: Broadcast, *, waits: bool, more: bool) -> None:
    """Schedule the next batch, at once or soon, or end this stage; the few wait for no chat that hangs."""
    work.session.flush()
    if more:
        work.schedule(TaskKind.BATCH, broadcast.id, queue=Queue.BULK)
    elif broadcast.state == BroadcastState.SENDING and (
        waits or tally(work.session, broadcast)[CopyState.LISTED]
    ):
        work.schedule(TaskKind.BATCH, broadcast.id, work.now + (SOON if waits else AGAIN), Queue.BULK)
    else:
        outbox.complete(work.session, TaskKind.BATCH, broadcast.id)
        _stage_is_over(work, broadcast)


def _stage_is_over(work: UnitOfWork, broadcast: Broadcast) -> None:
    if broadcast.state == BroadcastState.FIRST:
        work.schedule(TaskKind.GO_ON, broadcast.id, work.in_minutes(waits_of(broadcast).pause), Queue.BULK)
    elif move_broadcast(work.session, broadcast, BroadcastState.SENT, ended_at=work.now):
        broadcast.note(work.now, BroadcastState.SENT)
        count = tally(work.session, broadcast)
        phrase = phrases.sent(
            broadcast.code, count[CopyState.GONE], broadcast.listed, count[CopyState.DOUBTFUL]
        )
        tell(work, broadcast.author, phrases.drill(phrase, broadcast.exercise), broadcast, "sent")


def record(service: Service, batch: Batch, answers: Mapping[int, Sending]) -> None:
    """Record what the carrier said of each copy, and go on. One that it said nothing of is doubtful."""
    with service.transaction() as work:
        broadcast = lock_broadcast(work.session, batch.broadcast)
        all_away = all(each.meaning in (Meaning.SETTINGS, Meaning.TRANSIENT) for each in answers.values())
        mine = select(Copy).where(
            Copy.broadcast_id == batch.broadcast,
            Copy.lease == batch.lease,
            Copy.state.in_((CopyState.SENDS, CopyState.DOUBTFUL)),
        )
        copies = work.session.scalars(mine.options(joinedload(Copy.address))).all()
        for copy in copies:
            _note(
                work,
                copy,
                answers.get(copy.id, Sending(Meaning.UNKNOWN, "nothing was said of it")),
                goes=broadcast.state in GOING,
            )
            # The whole batch rests; its copies are listed again.
            copy.sent_at = None if all_away and copy.state == CopyState.LISTED else copy.sent_at
        _match_receipts(work, copies)
        if broadcast.lease == batch.lease:
            broadcast.lease = broadcast.leased_until = None
        if broadcast.leased_until is None:
            work.schedule(TaskKind.BATCH, batch.broadcast, work.now + _rest(answers), Queue.BULK)
        _halt_if_silent(work, broadcast, answers)
        fault_points.point("before-record")


def _note(work: UnitOfWork, copy: Copy, sending: Sending, *, goes: bool) -> None:
    """`goes`: whether it could go with a later batch; else what
    was turned away is held, for nobody will send it any more."""
    copy.code = sending.code[:80]
    match sending.meaning:
        case Meaning.ACCEPTED:
            copy.state, copy.provider_id = CopyState.GONE, sending.provider_id
        case Meaning.PERMANENT:
            copy.state = CopyState.REFUSED
        case Meaning.UNKNOWN:
            # A receipt may have named it before this answer.
            copy.state, copy.provider_id = CopyState.DOUBTFUL, sending.provider_id or copy.provider_id
        case _:  # it was not sent, and goes with a later batch
            copy.state, copy.lease = CopyState.LISTED if goes else CopyState.HELD, None
    if copy.address is not None and sending.opted_out:
        stop_texts(work, copy.address)
    if copy.address is not None and sending.closed:
        copy.address.close(work.now)


def _rest(answers: Mapping[int, Sending]) -> timedelta:
    """How long to leave the carrier alone: not at all, unless it took nothing."""
    if any(each.meaning in (Meaning.ACCEPTED, Meaning.PERMANENT) for each in answers.values()):
        return timedelta()
    return max((each.retry_after or AGAIN for each in answers.values()), default=AGAIN)


def _halt_if_silent(work: UnitOfWork, broadcast: Broadcast, answers: Mapping[int, Sending]) -> None:
    """Whatever is handed to a carrier that does not answer is lost for
    its reader. After some batches of that a person looks first."""
    work.session.flush()
    if broadcast.is_paused or any(each.meaning != Meaning.UNKNOWN for each in answers.values()):
        return
    if tally(work.session, broadcast)[CopyState.DOUBTFUL] >= MOST_DOUBTFUL * work.settings.batch:
        control.halt(work, broadcast, "the carrier does not answer")


def _match_receipts(work: UnitOfWork, copies: Sequence[Copy]) -> None:
    """Take in receipts that came before we had recorded whose they are."""
    known = {copy.provider_id: copy for copy in copies if copy.provider_id is not None}
    came = (
        select(ReceiptRecord)
        .where(ReceiptRecord.provider_id.in_(known), ReceiptRecord.final)
        .order_by(ReceiptRecord.id)
    )
    for receipt in work.session.scalars(came):
        if receipt.provider_id in known:
            receipts.settle_copy(
                known[receipt.provider_id], receipt.delivered, receipt.reason or receipt.status, receipt.at
            )
