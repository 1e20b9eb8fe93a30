"""Every text that leaves goes through here: one text to one person, and one gate that asks whether it may be
sent at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline.cases.case import Case
from hotline.context import UnitOfWork
from hotline.core.database import Base, Moment
from hotline.core.gsm import plain
from hotline.core.i18n import Phrase, say
from hotline.directory import people, subscriptions
from hotline.directory.liaisons import Liaison
from hotline.directory.people import Address
from hotline.outbox import Queue, TaskKind

PAUSED = timedelta(seconds=15)
"""How often a copy is looked at whose broadcast is paused."""

RECEIVED, LATE, GONE_ON, NOBODY, STILL = "received:", "late:", "gone_on:", "nobody:", "still:"
"""How the key of a text begins that repeats the promise; that admits one as missed; that tells that the case
goes to somebody else; that there is nobody who may see it; or that asks a liaison whether they are still on
it."""


class MessageState(StrEnum):
    """What has become of a message."""

    WAITING = "waiting"
    SENDING = "sending"
    """A process has leased it."""
    SENT = "sent"
    """Its carrier took it."""
    UNKNOWN = "unknown"
    """Nobody knows whether it left."""
    FAILED = "failed"
    """It will not arrive."""
    WITHHELD = "withheld"
    """The gate held it back for good."""


class About(StrEnum):
    """Why a text is written. The gate goes by it."""

    DISPATCH = "dispatch"
    """Puts a case before a liaison. Sent again when nobody knows whether it left: twice is better than never."""
    NEWS = "news"
    """Tells a liaison what is new in a case that is before them."""
    CASE = "case"
    """Tells a citizen about their case, if they allowed it. Never sent twice: if nobody knows whether it
    left, it stays unknown."""
    FOLLOW_UP = "follow_up"
    """Asks a citizen whether help came, at an hour when phones may ring."""
    ANSWER = "answer"
    """Answers somebody's own text."""
    DUTY = "duty"
    """Tells a liaison about duty: are they there tonight, and who is not."""
    ALARM = "alarm"
    """Tells those who lead a liaison that something may be wrong with them. Sent again like a dispatch."""
    CONSULT = "consult"
    """Asks or tells a liaison something about a broadcast or a rumour. Sent again like a dispatch."""
    BROADCAST = "broadcast"
    """The copy of a broadcast for one recipient on Telegram; those for phones go in batches. Never sent
    twice."""
    RUMOUR = "rumour"
    """Answers somebody who asked whether something is true. Never sent twice."""


TO_LIAISONS = (About.DISPATCH, About.NEWS, About.DUTY, About.ALARM, About.CONSULT)

COPY = "copy:"
"""How the key of a message begins that is a copy of a broadcast: its number follows."""

WENT_ON = "the case has gone on since"
"""Why the gate holds a message back that would not be true any more."""


class Priority(IntEnum):
    """What goes first where a channel cannot take everything at once."""

    CASE = 0
    REPLY = 1
    BULK = 2


PRIORITIES = {
    About.DISPATCH: Priority.CASE,
    About.NEWS: Priority.CASE,
    About.ALARM: Priority.CASE,
    About.CASE: Priority.CASE,
    About.ANSWER: Priority.REPLY,
    About.DUTY: Priority.REPLY,
    About.CONSULT: Priority.REPLY,
    About.FOLLOW_UP: Priority.BULK,
    About.BROADCAST: Priority.BULK,
    About.RUMOUR: Priority.BULK,
}


class Message(Base):
    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    """What it is about and for whom: the same text is not written twice."""
    about: Mapped[str] = mapped_column(String(12))
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
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
    case: Mapped[Case | None] = relationship()

    __table_args__ = (
        Index(
            "ix_messages_unfinished", "state",
            postgresql_where=state.in_((MessageState.WAITING, MessageState.SENDING)), sqlite_where=state.in_((MessageState.WAITING, MessageState.SENDING)),
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Passage:
    """Whether a message may leave, why not, and when to ask again."""

    allowed: bool
    reason: str = ""
    not_before: datetime | None = None


def write_message(
    work: UnitOfWork,
    address: Address,
    about: About,
    words: Phrase,
    language: str,
    *,
    key: str,
    case: Case | None = None,
) -> Message:
    """Write a text to this address, to be delivered after the commit. The same key is written once."""
    message = work.session.scalar(select(Message).where(Message.key == key))
    if message is not None:
        return message
    identity = uuid4()
    text = work.keys.vault.encrypt(plain(say(words, language)), text_place(identity))
    message = Message(
        id=identity, key=key, about=about, address=address, case=case, locked_text=text, written_at=work.now
    )
    work.session.add(message)
    work.schedule(TaskKind.DELIVER, identity, queue=queue_of(message))
    return message


def consult(work: UnitOfWork, who: Liaison, words: Phrase, *, key: str) -> None:
    """Ask or tell a liaison something about a broadcast or a rumour, where they are reached best. The same
    key is written once."""
    if (address := who.person.best) is not None:
        write_message(work, address, About.CONSULT, words, who.language, key=key)


def queue_of(message: Message) -> Queue:
    """Which worker delivers it."""
    if message.address.channel == people.TELEGRAM:
        return Queue.TELEGRAM
    if message.about in (About.BROADCAST, About.RUMOUR):
        return Queue.BULK
    can_wait = message.about in (About.FOLLOW_UP, About.CONSULT) or (
        message.about == About.DUTY and message.case is None
    )
    return Queue.ORDINARY if can_wait else Queue.URGENT


def text_place(message: UUID) -> str:
    return f"messages.text:{message}"


def why_closed(address: Address, *, is_answer: bool = False) -> str | None:
    """Why nothing may be sent to this address, whatever it is; None where something may. Somebody's own text
    is answered all the same."""
    if address.sealed is None:
        return "we were never given leave to write to this number"
    if address.closed_at is not None:
        return "nothing arrives there any more"
    if address.opted_out_at is not None and not is_answer:
        return "the person wants no texts from us"
    return None


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
    """The person wants no texts any more, and no news of any place either: to have those again, they ask
    anew."""
    address.opted_out_at = address.opted_out_at or work.now
    subscriptions.end(work.session, address, work.now)


def count_undelivered(session: Session, since: datetime) -> int:
    """How many texts failed, or left us in doubt, since then."""
    doubtful = select(func.count()).where(
        Message.state.in_((MessageState.FAILED, MessageState.UNKNOWN)), Message.written_at >= since
    )
    return session.scalar(doubtful) or 0
