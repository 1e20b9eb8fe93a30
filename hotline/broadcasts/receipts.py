"""The carrier's later word on copies of a broadcast."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.broadcasts.copies import Copy, CopyState, copy_by_provider_id
from hotline.carriers.carrier import Receipt
from hotline.context import UnitOfWork
from hotline.directory import people
from hotline.directory.people import Address
from hotline.messaging.message import Message, MessageState, stop_texts


def settle_known(work: UnitOfWork, receipt: Receipt) -> bool:
    """Settle the copy with this carrier's id. False where none is recorded as sent with it."""
    copy = copy_by_provider_id(work.session, receipt.provider_id)
    if copy is None or copy.state == CopyState.SENDS:
        return False
    _settle(work, copy, receipt)
    return True


def settle_doubtful(work: UnitOfWork, receipt: Receipt) -> None:
    """A copy of which nobody knew whether it left is known by its number: it did.

    Lock the copies in doubt before looking for one with this id: a receipt may have named it
    just now, or before its process died, and an id that is one copy's is never another's."""
    doubtful = _doubtful_copy(work, receipt)
    copy = copy_by_provider_id(work.session, receipt.provider_id)
    if copy is None and doubtful is not None:
        copy = _named(doubtful, receipt)
    if copy is not None and copy.state != CopyState.SENDS:
        _settle(work, copy, receipt)


def _settle(work: UnitOfWork, copy: Copy, receipt: Receipt) -> None:
    if receipt.final:
        settle_copy(copy, receipt.delivered, receipt.reason or receipt.status, work.now)
    if receipt.opted_out and copy.address is not None:
        stop_texts(work, copy.address)


def is_no_news(session: Session, receipt: Receipt) -> bool:
    """A read, to spare a write transaction: whether a receipt only says that a copy is
    on its way which we have recorded as sent. There are as many of these as recipients."""
    if receipt.final or receipt.opted_out:
        return False
    left = select(Copy.id).where(Copy.provider_id == receipt.provider_id, Copy.state != CopyState.SENDS)
    return session.scalars(left.limit(1)).first() is not None


def _doubtful_copy(work: UnitOfWork, receipt: Receipt) -> Copy | None:
    """The one copy to this number that is in doubt, if nothing else to it could be meant."""
    if not receipt.number:
        return None
    here = (
        Address.channel == people.PHONE,
        Address.number_index == people.number_index(work.keys, receipt.number),
    )
    doubtful = (
        Copy.state.in_((CopyState.SENDS, CopyState.DOUBTFUL)),
        Copy.lease.is_not(None),
        Copy.provider_id.is_(None),
    )
    copies = work.session.scalars(
        select(Copy).join(Copy.address).where(*here, *doubtful).with_for_update(of=Copy)
    ).all()
    tried = (
        Message.state.in_((MessageState.WAITING, MessageState.SENDING, MessageState.UNKNOWN)),
        Message.tries > 0,
        Message.provider_id.is_(None),
    )
    others = select(Message.id).join(Message.address).where(*here, *tried)
    if len(copies) != 1 or work.session.scalars(others.limit(1)).first() is not None:
        return None
    return copies[0]


def _named(copy: Copy, receipt: Receipt) -> Copy:
    copy.provider_id = receipt.provider_id
    # Else another process has it leased and will record it; should that have died, it goes by this.
    if copy.state == CopyState.DOUBTFUL:
        copy.state, copy.code = CopyState.GONE, receipt.status
    return copy


def settle_copy(copy: Copy, delivered: bool | None, word: str, at: datetime) -> None:
    """The last word on a copy. That it is on the handset is never taken back."""
    if delivered:
        copy.state, copy.code, copy.delivered_at = CopyState.GONE, word, at
    elif copy.delivered_at is None:
        copy.state, copy.code = CopyState.REFUSED, word
