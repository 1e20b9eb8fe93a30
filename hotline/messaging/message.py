"""One text to one person: written here, delivered after the commit."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline.context import UnitOfWork
from hotline.core.database import Base, Moment
from hotline.core.gsm import plain
from hotline.core.i18n import Phrase, say
from hotline.directory import people, subscriptions
from hotline.directory.liaisons import Liaison
from hotline.directory.people import Address
from hotline.messaging.kinds import HANDLING, MessageKind
from hotline.outbox import Queue, TaskKind


class MessageState(StrEnum):
    """What has become of a message."""

    WAITING = "waiting"
    SENDING = "sending"
    """A process has leased it, and is sending."""
    SENT = "sent"
    """Its carrier took it."""
    UNKNOWN = "unknown"
    """Nobody knows whether it left."""
    FAILED = "failed"
    """It will not arrive."""
    WITHHELD = "withheld"
    """The gate held it back for good."""


WENT_ON = "the case has gone on since"
"""Why the gate holds a message back that would not be true any more."""


class Message(Base):
    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    """Unique, for idempotency: the same text is not written twice. Nobody reads anything out of a key."""
    kind: Mapped[str] = mapped_column(String(12))
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    dispatch_id: Mapped[int | None] = mapped_column(ForeignKey("dispatches.id"), index=True)
    """The dispatch that it puts before a liaison."""
    copy_id: Mapped[int | None] = mapped_column(ForeignKey("copies.id"), index=True)
    """The copy of a broadcast that it is."""
    locked_text: Mapped[bytes] = mapped_column(LargeBinary)
    written_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(12), default=MessageState.WAITING)
    lease: Mapped[UUID | None]
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    provider_id: Mapped[str | None] = mapped_column(String(80), index=True)
    code: Mapped[str] = mapped_column(String(80), default="")
    """The carrier's last word on it, as the carrier spells it; or why the gate held it back."""
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it was last handed to the carrier."""
    delivered_at: Mapped[datetime | None] = mapped_column(Moment)
    address: Mapped[Address] = relationship()

    __table_args__ = (
        Index(
            "ix_messages_unfinished", "state",
            postgresql_where=state.in_((MessageState.WAITING, MessageState.SENDING)),
            sqlite_where=state.in_((MessageState.WAITING, MessageState.SENDING)),
        ),
    )  # fmt: skip


def write_message(
    work: UnitOfWork,
    address: Address,
    kind: MessageKind,
    phrase: Phrase,
    language: str,
    *,
    key: str,
    case: UUID | None = None,
    dispatch: int | None = None,
    copy: int | None = None,
) -> Message:
    """Insert a text to this address with its task, to be delivered after the commit. Idempotent by key."""
    message = work.session.scalar(select(Message).where(Message.key == key))
    if message is not None:
        return message
    identity = uuid4()
    text = work.keys.vault.encrypt(plain(say(phrase, language)), text_place(identity))
    message = Message(
        id=identity,
        key=key,
        kind=kind,
        address=address,
        case_id=case,
        dispatch_id=dispatch,
        copy_id=copy,
        locked_text=text,
        written_at=work.now,
    )
    work.session.add(message)
    work.schedule(TaskKind.DELIVER, identity, queue=queue_of(message))
    return message


def consult(work: UnitOfWork, who: Liaison, phrase: Phrase, *, key: str) -> None:
    """Ask or tell a liaison something about a broadcast or a rumour,
    where they are reached best. Idempotent by key."""
    if (address := who.person.best) is not None:
        write_message(work, address, MessageKind.CONSULT, phrase, who.language, key=key)


def queue_of(message: Message) -> Queue:
    """Which worker delivers it."""
    if message.address.channel == people.TELEGRAM:
        return Queue.TELEGRAM
    return HANDLING[MessageKind(message.kind)].queue


def text_place(message: UUID) -> str:
    return f"messages.text:{message}"


def message_waits(session: Session, key: str) -> bool:
    """Whether the message with this key is written and has not left."""
    return session.scalar(select(Message.state).where(Message.key == key)) in (
        MessageState.WAITING,
        MessageState.SENDING,
    )


def move_messages(work: UnitOfWork, address: Address, other: Address) -> None:
    """Whatever was written to this address belongs to another from now on: what has not left leaves from
    there, and what was shown here is not looked for there."""
    work.session.flush()
    work.session.execute(
        update(Message).where(Message.address_id == address.id).values(address_id=other.id, provider_id=None)
    )
    work.session.expire_all()
    for message in work.session.scalars(
        select(Message).where(
            Message.address_id == other.id, Message.state.in_((MessageState.WAITING, MessageState.SENDING))
        )
    ):
        work.schedule(TaskKind.DELIVER, message.id, message.leased_until, queue_of(message))


def stop_texts(work: UnitOfWork, address: Address) -> None:
    """The person wants no texts any more, and no news of
    any place either: to have those again, they ask anew."""
    address.opted_out_at = address.opted_out_at or work.now
    subscriptions.end(work.session, address, work.now)


def count_undelivered(session: Session, since: datetime) -> int:
    """How many texts failed, or left us in doubt, since then."""
    doubtful = select(func.count()).where(
        Message.state.in_((MessageState.FAILED, MessageState.UNKNOWN)), Message.written_at >= since
    )
    return session.scalar(doubtful) or 0
