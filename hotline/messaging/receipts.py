"""The carrier's later word on messages."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.broadcasts.broadcast import CopyState, copy_by_provider_id
from hotline.broadcasts.receipts import receive_of_copy, settle
from hotline.carriers import Receipt
from hotline.context import UnitOfWork
from hotline.core.database import Base, Moment, insert_once
from hotline.directory import people
from hotline.messaging.message import Message, MessageState, stop_texts


class ReceiptRecord(Base):
    """A receipt as it came: it may come before we have written down whom it is for, and it may come twice."""

    __tablename__ = "receipts"
    __table_args__ = (UniqueConstraint("provider_id", "status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(80), default="")
    final: Mapped[bool]
    delivered: Mapped[bool | None]
    at: Mapped[datetime] = mapped_column(Moment)


def receive(work: UnitOfWork, receipt: Receipt) -> Message | None:
    """Take a receipt in, whenever it comes. Returns the message if this receipt says that it failed for good."""
    session = work.session
    if (
        copy := copy_by_provider_id(session, receipt.provider_id)
    ) is not None and copy.state != CopyState.SENDS:
        settle(work, copy, receipt)
        return None
    values = {
        name: getattr(receipt, name) for name in ("provider_id", "status", "reason", "final", "delivered")
    }
    insert_once(session, ReceiptRecord, **values, at=work.now)
    message = session.scalar(
        select(Message).where(Message.provider_id == receipt.provider_id).with_for_update()
    )
    if message is None:
        receive_of_copy(work, receipt)
        _stop_number(work, receipt)
        return None
    if receipt.opted_out:
        stop_texts(work, message.address)
    was = message.state
    match_receipts(session, message)
    return message if message.state == MessageState.FAILED and was != MessageState.FAILED else None


def _stop_number(work: UnitOfWork, receipt: Receipt) -> None:
    """A receipt that says that somebody wants no texts binds us, whatever it is the receipt of."""
    person = (
        people.by_number(work.session, work.keys, receipt.number)
        if receipt.opted_out and receipt.number
        else None
    )
    if person is not None and person.phone is not None:
        stop_texts(work, person.phone)


def match_receipts(session: Session, message: Message) -> None:
    """What the receipts say together: on the handset, if one of them says so, else failed if one says that
    for good."""
    if message.provider_id is None:
        return
    receipts = list(
        session.scalars(
            select(ReceiptRecord).where(ReceiptRecord.provider_id == message.provider_id, ReceiptRecord.final)
        )
    )
    arrived = [each for each in receipts if each.delivered]
    if arrived:
        message.state, message.code, message.delivered_at = (
            MessageState.SENT,
            arrived[0].status,
            arrived[0].at,
        )
    elif receipts:
        message.state, message.code = MessageState.FAILED, (receipts[-1].reason or receipts[-1].status)[:80]
