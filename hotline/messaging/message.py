"""Every text that leaves goes through here: one text to one person, and one gate that asks whether it may be sent at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import IntEnum, StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline import outbox
from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts.broadcast import Broadcast, Copy
from hotline.carriers import Meaning, Receipt, Sending
from hotline.cases import promises
from hotline.cases.case import ACKNOWLEDGED, CLOSED, OPEN, Case
from hotline.cases.conflicts import may_see
from hotline.context import Work
from hotline.core.crypto import open_seal
from hotline.core.database import Base, Moment, insert_once
from hotline.core.gsm import plain
from hotline.core.i18n import SOURCE, Words, say
from hotline.directory import liaisons, people, subscriptions
from hotline.directory.categories import Urgency
from hotline.directory.liaisons import Liaison
from hotline.directory.people import Address
from hotline.outbox import Queue, What
from hotline.rumours import rumour as rumours

LEASE = timedelta(seconds=20)
"""Longer than the carrier's slowest answer: whoever holds a message longer than this has died."""
PAUSES = (2, 10, 30, 60, 300)
"""Seconds before a text is tried again that never reached the carrier; the last one for ever."""
GIVE_UP = timedelta(hours=12)
DOUBTFUL_TRIES = 3
"""How often a liaison's text is sent where nobody knows whether it left. By then the next has been asked."""
AWAKE_STILL = timedelta(hours=2)
"""Whoever asked so lately whether something is true may be told at any hour."""
PAUSED = timedelta(seconds=15)
"""How often a copy is looked at whose broadcast is paused."""
WAKING = (time(7), time(21))
"""When a phone may ring for something that can wait."""
DAYLIGHT = (time(6, 30), time(20))
"""When it may ring for a calm message."""

RECEIVED, LATE, GONE_ON, NOBODY, STILL = "received:", "late:", "gone_on:", "nobody:", "still:"
"""How the key of a text begins that repeats the promise; that admits one as missed; that tells that the case goes to somebody else; that
there is nobody who may see it; or that asks a liaison whether they are still on it."""

WAITING, SENDING, SENT, UNKNOWN, FAILED, WITHHELD = "waiting", "sending", "sent", "unknown", "failed", "withheld"


class About(StrEnum):
    """Why a text is written. The gate goes by it."""

    DISPATCH = "dispatch"
    """Puts a case before a liaison. Sent again when nobody knows whether it left: twice is better than never."""
    NEWS = "news"
    """Tells a liaison what is new in a case that is before them."""
    CASE = "case"
    """Tells a citizen about their case, if they allowed it. Never sent twice: if nobody knows whether it left, it stays unknown."""
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
    """The copy of a broadcast for one recipient on Telegram; those for phones go in batches. Never sent twice."""
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
    state: Mapped[str] = mapped_column(String(12), default=WAITING)
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
            postgresql_where=state.in_((WAITING, SENDING)), sqlite_where=state.in_((WAITING, SENDING)),
        ),
    )  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a message may leave, why not, and when to ask again."""

    allowed: bool
    reason: str = ""
    not_before: datetime | None = None


def write(work: Work, address: Address, about: About, words: Words, language: str, *, key: str, case: Case | None = None) -> Message:
    """Write a text to this address, to be delivered after the commit. The same key is written once."""
    message = work.session.scalar(select(Message).where(Message.key == key))
    if message is not None:
        return message
    identity = uuid4()
    text = work.keys.vault.lock(plain(say(words, language)), _place(identity))
    message = Message(id=identity, key=key, about=about, address=address, case=case, locked_text=text, written_at=work.now)
    work.session.add(message)
    work.put(What.DELIVER, identity, queue=queue_of(message))
    return message


def consult(work: Work, who: Liaison, words: Words, *, key: str) -> None:
    """Ask or tell a liaison something about a broadcast or a rumour, where they are reached best. The same key is written once."""
    if (address := who.person.best) is not None:
        write(work, address, About.CONSULT, words, who.language, key=key)


def queue_of(message: Message) -> Queue:
    """Which worker delivers it."""
    if message.address.channel == people.TELEGRAM:
        return Queue.TELEGRAM
    if message.about in (About.BROADCAST, About.RUMOUR):
        return Queue.BULK
    can_wait = message.about in (About.FOLLOW_UP, About.CONSULT) or (message.about == About.DUTY and message.case is None)
    return Queue.ORDINARY if can_wait else Queue.URGENT


def _place(message: UUID) -> str:
    return f"messages.text:{message}"


def gate(message: Message, work: Work) -> Gate:
    """The one place that says whether a text may go to this person, now."""
    why = closed(message.address, is_answer=message.about == About.ANSWER)
    if why is not None:
        return Gate(False, why)
    if message.about == About.BROADCAST:
        return _gate_of_copy(work, message)
    if message.about in (About.CASE, About.FOLLOW_UP) and (message.case is None or message.case.contact != "text"):
        return Gate(False, "the citizen does not want to be texted about the case")
    if message.about in TO_LIAISONS and not _may_see(work, message):
        return Gate(False, "this liaison may not see the case")
    if message.case is not None and message.about != About.ANSWER and _is_out_of_date(message, message.case, work):
        return Gate(False, WENT_ON)
    return _at_waking_hours(work) if _can_wait(work, message) else Gate(True)


def closed(address: Address, *, is_answer: bool = False) -> str | None:
    """Why nothing may be sent to this address, whatever it is; None where something may. Somebody's own text is answered all the same."""
    if address.sealed is None:
        return "we were never given leave to write to this number"
    if address.closed_at is not None:
        return "nothing arrives there any more"
    if address.opted_out_at is not None and not is_answer:
        return "the person wants no texts from us"
    return None


def copy_held(work: Work, broadcast: Broadcast, copy: Copy) -> str | None:
    """Why this copy may not go to its recipient; None where it may. Asked when it is about to be sent, however long it has been listed."""
    return copies_held(work, broadcast, [copy]).get(copy.id)


def copies_held(work: Work, broadcast: Broadcast, copies: Sequence[Copy]) -> dict[int, str]:
    """The same of many, by copy: why it may not go."""
    of = {copy.id: (copy.address_id, copy.area_code) for copy in copies if copy.address_id is not None}
    on = set(of.values()) if broadcast.corrects_id is not None else subscriptions.those_on(work.session, set(of.values()))
    held = {copy.id: _held(work, broadcast, copy, wanted=of.get(copy.id) in on) for copy in copies}
    return {identity: why for identity, why in held.items() if why is not None}


def _held(work: Work, broadcast: Broadcast, copy: Copy, *, wanted: bool) -> str | None:
    if broadcast.exercise or work.settings.exercise:
        return "it is an exercise"
    if copy.language not in broadcast.texts:
        return "it was not said in their language"
    if copy.address is None:
        return "everything about them was deleted"
    return closed(copy.address) or (None if wanted else "they want no more news of it")


def _gate_of_copy(work: Work, message: Message) -> Gate:
    """A copy waits while its broadcast is paused, and never leaves once that is stopped or over."""
    copy = work.session.get(Copy, int(message.key.removeprefix(COPY)))
    if copy is None or copy.broadcast.state not in broadcasts.GOING or copy.broadcast.expires_at <= work.now:
        return Gate(False, "it was stopped")
    if copy.broadcast.is_paused:
        return Gate(False, "it is paused", work.now + PAUSED)
    if (morning := opening(work, copy.broadcast, work.now)) > work.now:
        return Gate(False, "it is night", morning)
    why = copy_held(work, copy.broadcast, copy)
    return Gate(True) if why is None else Gate(False, why)


def opening(work: Work, broadcast: Broadcast, moment: datetime) -> datetime:
    """The first moment from this one on at which a broadcast may be sent: what warns of danger, and what sets that right, at any."""
    corrected = broadcast.corrects
    at_any = broadcast.emergency or broadcast.exercise or (corrected is not None and corrected.emergency)
    return moment if at_any else waking(work, moment, DAYLIGHT)


def _may_see(work: Work, message: Message) -> bool:
    """Whether it is a liaison still, and one who may see the case, if it is about one."""
    who = liaisons.of(work.session, message.address.person)
    return (
        who is not None
        and liaisons.is_one_now(who, work.now)
        and (message.case is None or may_see(work.session, message.case, who, work.now))
    )


def _can_wait(work: Work, message: Message) -> bool:
    """Whether it is not worth waking somebody for."""
    if message.about == About.RUMOUR:
        return not rumours.asked_since(work.session, message.address, work.now - AWAKE_STILL)
    if message.case is None:
        return False
    urgency = message.case.pace.urgency
    if message.about == About.FOLLOW_UP:
        return urgency != Urgency.LIFE
    return message.key.startswith((LATE, GONE_ON)) and urgency == Urgency.ORDINARY


def _is_out_of_date(message: Message, case: Case, work: Work) -> bool:
    """Nobody is asked to take what somebody has, told that it is seen to when nobody has it, or promised what is past."""
    if message.about == About.DISPATCH:
        return case.state != OPEN or message.written_at < case.round_began_at
    if message.about == About.NEWS:
        if message.key.startswith(STILL) and case.state != ACKNOWLEDGED:
            return True
        return case.state == CLOSED or (case.liaison is not None and case.liaison.person_id != message.address.person_id)
    if message.about == About.ALARM or message.key.startswith(NOBODY):
        return False
    if message.key.startswith(RECEIVED):
        return work.now >= promises.first_due(work.session, case)
    if message.key.startswith((LATE, GONE_ON)):
        promise = promises.latest(work.session, case)  # one made since is told by a text of its own
        return case.state != OPEN or (promise is not None and message.written_at < promise.made_at)
    return not case.open_to_verdict


def _at_waking_hours(work: Work) -> Gate:
    morning = waking(work, work.now)
    return Gate(True) if morning == work.now else Gate(False, "it is night", morning)


def waking(work: Work, moment: datetime, hours: tuple[time, time] = WAKING) -> datetime:
    """This moment, or if it is at night there, when the next morning begins."""
    there = moment.astimezone(work.country.zone)
    begins, ends = hours
    if begins <= there.time() < ends:
        return moment
    morning = there.replace(hour=begins.hour, minute=begins.minute, second=0, microsecond=0)
    return (morning if morning > there else morning + timedelta(days=1)).astimezone(UTC)


def waits(session: Session, key: str) -> bool:
    """Whether the message with this key is written and has not left."""
    return session.scalar(select(Message.state).where(Message.key == key)) in (WAITING, SENDING)


@dataclass(frozen=True, slots=True)
class Leased:
    """A message that this process alone may send now."""

    message: UUID
    lease: UUID
    address: int
    about: About
    key: str
    number: str
    text: str
    language: str
    """That it was written in."""


def lease(work: Work, identity: UUID) -> Leased | None:
    """Take a message to send it. None where it is not to be sent now: done, held back, or in other hands."""
    message = work.session.scalar(select(Message).where(Message.id == identity).with_for_update())
    if message is None:  # the person has had everything about them deleted
        outbox.finish(work.session, What.DELIVER, identity)
        return None
    if message.state == SENDING and _expired(message, work) and not _may_be_repeated(message):
        message.state, message.code = UNKNOWN, "we do not know whether it left"
        outbox.finish(work.session, What.DELIVER, identity)
        return None
    if message.state not in (WAITING, SENDING) or not _expired(message, work):
        _let_go(work, message)
        return None
    if not message.address.is_open and _go_elsewhere(work, message):
        return None
    passage = gate(message, work)
    if not passage.allowed:
        _hold_back(work, message, passage)
        return None
    message.state, message.lease, message.leased_until, message.sent_at = SENDING, uuid4(), work.now + LEASE, work.now
    message.tries += 1
    assert message.lease is not None
    assert message.address.sealed is not None
    text = work.keys.vault.read(message.locked_text, _place(identity))
    number = open_seal(work.keys, message.address.sealed)
    return Leased(identity, message.lease, message.address_id, About(message.about), message.key, number, text, _language(message))


def _language(message: Message) -> str:
    if message.case is not None and message.about in (About.CASE, About.FOLLOW_UP):
        return message.case.language
    return message.address.person.language or SOURCE


def _expired(message: Message, work: Work) -> bool:
    return message.leased_until is None or message.leased_until <= work.now


def _may_be_repeated(message: Message) -> bool:
    return message.about in (About.DISPATCH, About.NEWS, About.ALARM, About.CONSULT) and message.tries < DOUBTFUL_TRIES


def _let_go(work: Work, message: Message) -> None:
    """Somebody else has sent it; or is sending it, or it rests a while, and then we look again when that time is up."""
    if message.state in (WAITING, SENDING):
        work.put(What.DELIVER, message.id, message.leased_until, queue_of(message))
    else:
        outbox.finish(work.session, What.DELIVER, message.id)


def _hold_back(work: Work, message: Message, passage: Gate) -> None:
    if passage.not_before is not None:
        work.put(What.DELIVER, message.id, passage.not_before, queue_of(message))
        return
    message.state, message.code = WITHHELD, passage.reason
    outbox.finish(work.session, What.DELIVER, message.id)


def record(work: Work, leased: Leased, sending: Sending) -> Message | None:
    """Write down the carrier's answer. None where the lease had run out and somebody else has it."""
    message = work.session.scalar(select(Message).where(Message.id == leased.message).with_for_update())
    if message is None or message.lease != leased.lease:
        return None
    message.code, message.lease, message.leased_until = sending.code[:80], None, None
    if sending.opted_out:
        stop(work, message.address)
    if sending.closed and leased.address == message.address_id:
        message.address.close(work.now)
    if sending.closed and _go_elsewhere(work, message):
        return message
    match sending.meaning:
        case Meaning.ACCEPTED:
            message.state, message.provider_id = SENT, sending.provider_id
            _match_receipts(work.session, message)
        case Meaning.PERMANENT:
            message.state = FAILED
        case Meaning.UNKNOWN if not _may_be_repeated(message):
            message.state, message.provider_id = UNKNOWN, sending.provider_id
        case _ if work.now - message.written_at > GIVE_UP:
            message.state = FAILED
        case _:
            _again(work, message, sending)
            return message
    outbox.finish(work.session, What.DELIVER, message.id)
    return message


def _again(work: Work, message: Message, sending: Sending) -> None:
    message.state = WAITING
    if sending.retry_after is not None:  # it was not tried, but turned away
        message.tries -= 1
    pause = sending.retry_after or timedelta(seconds=PAUSES[min(max(message.tries, 1), len(PAUSES)) - 1])
    message.leased_until = work.now + pause
    work.put(What.DELIVER, message.id, message.leased_until, queue_of(message))


def move(work: Work, address: Address, other: Address) -> None:
    """Whatever was written to this address belongs to another from now on: what has not left leaves from there, and what was shown here
    is not looked for there."""
    work.session.flush()
    _leave_copies_behind(work, address)
    work.session.execute(update(Message).where(Message.address_id == address.id).values(address_id=other.id, provider_id=None))
    work.session.expire_all()
    for message in work.session.scalars(select(Message).where(Message.address_id == other.id, Message.state.in_((WAITING, SENDING)))):
        work.put(What.DELIVER, message.id, message.leased_until, queue_of(message))


def _leave_copies_behind(work: Work, address: Address) -> None:
    """A copy of a broadcast that has not left does not leave from elsewhere: there may be one of its own for there."""
    why = "the chat is somebody else's now"
    waits = (Message.address_id == address.id, Message.about == About.BROADCAST, Message.state == WAITING)
    work.session.execute(update(Message).where(*waits).values(state=WITHHELD, code=why))
    on_its_way = (Copy.address_id == address.id, Copy.state == broadcasts.SENDS, Copy.lease.is_(None))
    work.session.execute(update(Copy).where(*on_its_way).values(state=broadcasts.HELD, code=why))


def _go_elsewhere(work: Work, message: Message) -> bool:
    """Send it to where else the person can be reached. False where there is nowhere, and for what has an order of its own in which each
    way is tried: see `dispatch.write_next`."""
    closed, other = message.address, message.address.person.best
    if message.about == About.DISPATCH or other is None or other is closed or not other.is_open:
        return False
    if message.case is not None:
        message.case.note(work.session, work.now, "goes elsewhere", why=f"{closed.channel} is closed, so it goes to the {other.channel}")
    message.address, message.state, message.tries, message.leased_until = other, WAITING, 0, None
    work.put(What.DELIVER, message.id, queue=queue_of(message))
    return True


def receive(work: Work, receipt: Receipt) -> Message | None:
    """Take a receipt in, whenever it comes. Returns the message if this receipt says that it failed for good."""
    session = work.session
    if (copy := broadcasts.copy_of(session, receipt.provider_id)) is not None and copy.state != broadcasts.SENDS:
        _settle(work, copy, receipt)
        return None
    values = {name: getattr(receipt, name) for name in ("provider_id", "status", "reason", "final", "delivered")}
    insert_once(session, ReceiptRecord, **values, at=work.now)
    message = session.scalar(select(Message).where(Message.provider_id == receipt.provider_id).with_for_update())
    if message is None:
        _receive_of_copy(work, receipt)
        _stop_number(work, receipt)
        return None
    if receipt.opted_out:
        stop(work, message.address)
    was = message.state
    _match_receipts(session, message)
    return message if message.state == FAILED and was != FAILED else None


def _receive_of_copy(work: Work, receipt: Receipt) -> None:
    """The same for a copy of a broadcast. One of which nobody knew whether it left is known by its number: it did."""
    copy = _doubtful_copy(work, receipt) or broadcasts.copy_of(work.session, receipt.provider_id)  # it may have been named just now
    if copy is not None and copy.state != broadcasts.SENDS:
        _settle(work, copy, receipt)


def _settle(work: Work, copy: Copy, receipt: Receipt) -> None:
    if receipt.final:
        settle_copy(copy, receipt.delivered, receipt.reason or receipt.status, work.now)
    if receipt.opted_out and copy.address is not None:
        stop(work, copy.address)


def is_no_news(session: Session, receipt: Receipt) -> bool:
    """Whether a receipt tells nothing that is not written down already: that a copy is on its way which has left. There are as many of
    these as recipients, so they are let go before anybody waits for a turn to write."""
    if receipt.final or receipt.opted_out:
        return False
    left = select(Copy.id).where(Copy.provider_id == receipt.provider_id, Copy.state != broadcasts.SENDS)
    return session.scalars(left.limit(1)).first() is not None


def _stop_number(work: Work, receipt: Receipt) -> None:
    """A receipt that says that somebody wants no texts binds us, whatever it is the receipt of."""
    person = people.by_number(work.session, work.keys, receipt.number) if receipt.opted_out and receipt.number else None
    if person is not None and person.phone is not None:
        stop(work, person.phone)


def _doubtful_copy(work: Work, receipt: Receipt) -> Copy | None:
    """The one copy to this number that is in doubt, if nothing else to it could be meant."""
    if not receipt.number:
        return None
    here = (Address.channel == people.PHONE, Address.number_index == people.number_index(work.keys, receipt.number))
    doubtful = (Copy.state.in_((broadcasts.SENDS, broadcasts.DOUBTFUL)), Copy.lease.is_not(None), Copy.provider_id.is_(None))
    copies = work.session.scalars(select(Copy).join(Copy.address).where(*here, *doubtful).with_for_update(of=Copy)).all()
    tried = (Message.state.in_((WAITING, SENDING, UNKNOWN)), Message.tries > 0, Message.provider_id.is_(None))
    others = select(Message.id).join(Message.address).where(*here, *tried)
    if len(copies) != 1 or work.session.scalars(others.limit(1)).first() is not None:
        return None
    copies[0].provider_id = receipt.provider_id
    if copies[0].state == broadcasts.DOUBTFUL:  # else somebody has it in hand and knows better; should they have died, it goes by this
        copies[0].state, copies[0].code = broadcasts.GONE, receipt.status
    return copies[0]


def settle_copy(copy: Copy, delivered: bool | None, word: str, at: datetime) -> None:
    """The last word on a copy. That it is on the handset is never taken back."""
    if delivered:
        copy.state, copy.code, copy.delivered_at = broadcasts.GONE, word, at
    elif copy.delivered_at is None:
        copy.state, copy.code = broadcasts.REFUSED, word


def _match_receipts(session: Session, message: Message) -> None:
    """What the receipts say together: on the handset, if one of them says so, else failed if one says that for good."""
    if message.provider_id is None:
        return
    receipts = list(session.scalars(select(ReceiptRecord).where(ReceiptRecord.provider_id == message.provider_id, ReceiptRecord.final)))
    arrived = [each for each in receipts if each.delivered]
    if arrived:
        message.state, message.code, message.delivered_at = SENT, arrived[0].status, arrived[0].at
    elif receipts:
        message.state, message.code = FAILED, (receipts[-1].reason or receipts[-1].status)[:80]


def stop(work: Work, address: Address) -> None:
    """The person wants no texts any more, and no news of any place either: to have those again, they ask anew."""
    address.opted_out_at = address.opted_out_at or work.now
    subscriptions.end(work.session, address, work.now)


def undelivered(session: Session, since: datetime) -> int:
    """How many texts failed, or left us in doubt, since then."""
    doubtful = select(func.count()).where(Message.state.in_((FAILED, UNKNOWN)), Message.written_at >= since)
    return session.scalar(doubtful) or 0
