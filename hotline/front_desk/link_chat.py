"""A liaison shows us the number of their own phone from a chat, and is reached in that chat from then on."""

from sqlalchemy import delete, update

from hotline.broadcasts.ledger import leave_copies_behind
from hotline.cases import liaison_phrases
from hotline.cases.case import Case
from hotline.context import UnitOfWork
from hotline.core.crypto import seal, typed_number
from hotline.core.errors import NotANumber
from hotline.core.i18n import Phrase
from hotline.directory import liaisons, people
from hotline.directory.liaisons import Liaison
from hotline.directory.people import Address, Person
from hotline.messaging.message import move_messages


def link(work: UnitOfWork, channel: str, chat: str, phone: str) -> tuple[Liaison | None, Phrase]:
    """Give the liaison with this phone this chat, if there is such a liaison, and say what has come of it.

    `phone` is as the channel writes it, often without its +. Whether it is the sender's own the door has
    checked. The number of somebody who is no liaison is not kept.
    """
    known = _by_phone(work, phone)
    who = liaisons.of(work.session, known) if known else None
    if known is None or who is None:
        return None, liaison_phrases.not_listed()
    _move(work, known, channel, chat)
    return who, liaison_phrases.linked(who.name, who.body.name)


def _by_phone(work: UnitOfWork, phone: str) -> Person | None:
    for written in (f"+{phone.lstrip('+')}", phone):
        try:
            known = people.by_number(work.session, work.keys, typed_number(written, work.country.code))
        except NotANumber:
            continue
        if known is not None:
            return known
    return None


def _move(work: UnitOfWork, liaison: Person, channel: str, chat: str) -> None:
    """The chat is theirs, whoever it was before, and the only one on this channel."""
    session, earlier = work.session, liaison.at(channel)
    before = people.meet(session, work.keys, chat, work.now, may_write=True, channel=channel)
    session.flush()
    address = before.at(channel)
    assert address is not None
    former = liaisons.of(session, before)
    if former is not None and former.person_id != liaison.id and before.phone is not None:
        _hand_over(work, address, before.phone)
    if earlier is not None and earlier is not address:
        _hand_over(work, earlier, address)
        session.execute(delete(Address).where(Address.id == earlier.id))
    address.person_id, address.sealed = liaison.id, address.sealed or seal(work.keys, chat)
    address.reopen()
    session.flush()
    session.expire_all()
    if before.id != liaison.id and former is None:
        _become_one(work, before, liaison)


def _hand_over(work: UnitOfWork, address: Address, other: Address) -> None:
    """What was written to this address leaves from the other one, but for copies of broadcasts."""
    work.session.flush()
    leave_copies_behind(work, address)
    move_messages(work, address, other)


def _become_one(work: UnitOfWork, before: Person, liaison: Person) -> None:
    """Whoever wrote in this chat was this liaison all along: what they reported is never put before them, and
    the language that they chose is theirs."""
    session = work.session
    liaison.language = before.language or liaison.language
    session.execute(update(Case).where(Case.person_id == before.id).values(person_id=liaison.id))
    if not before.addresses:
        session.execute(delete(Person).where(Person.id == before.id))
