"""The carrier's later word on messages."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.carriers.carrier import Receipt
from hotline.context import UnitOfWork
from hotline.core.database import Base, Moment, insert_once
from hotline.messaging.message import Message, MessageState, stop_texts


class ReceiptRecord(Base):
    """A receipt as it came: it may come before its message is recorded as sent, and it may come twice."""

    __tablename__ = "receipts"
    __table_args__ = (UniqueConstraint("provider_id", "status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(80), default="")
    final: Mapped[bool]
    delivered: Mapped[bool | None]
    at: Mapped[datetime] = mapped_column(Moment)


def keep(work: UnitOfWork, receipt: Receipt) -> None:
    """Insert it before looking for its message, for whoever
    records that one as sent looks for receipts in turn."""
    values = {
        name: getattr(receipt, name) for name in ("provider_id", "status", "reason", "final", "delivered")
    }
    insert_once(work.session, ReceiptRecord, **values, at=work.now)


def message_of(work: UnitOfWork, receipt: Receipt) -> Message | None:
    """Its message, locked; None where that is not recorded as sent yet, or it is a copy's."""
    named = select(Message).where(Message.provider_id == receipt.provider_id)
    return work.session.scalar(named.with_for_update())


def settle(work: UnitOfWork, message: Message, receipt: Receipt) -> bool:
    """Take a kept receipt in. True if it says, for the first time, that the message failed for good."""
    if receipt.opted_out:
        stop_texts(work, message.address)
    was = message.state
    match_receipts(work.session, message)
    return message.state == MessageState.FAILED and was != MessageState.FAILED


def match_receipts(session: Session, message: Message) -> None:
    """What the receipts say together: on the handset, if one
    of them says so, else failed if one says that for good."""
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
