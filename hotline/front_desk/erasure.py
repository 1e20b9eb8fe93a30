"""Somebody wants nothing of them to be kept. What must go
on without them goes on; everything else is deleted."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hotline.broadcasts.copies import Copy, CopyState
from hotline.cases import evidence
from hotline.cases.case import ERASED, Case, CaseState
from hotline.context import UnitOfWork
from hotline.conversation import chat_store
from hotline.directory import liaisons
from hotline.directory.people import Address, Person
from hotline.messaging.message import Message


def forget(work: UnitOfWork, person: Person, channel: str) -> None:
    """Delete the address of this channel, all that was written to
    it and said there, and the person with their last address.

    A case that is open goes on without its citizen; of one that is
    closed only the fact remains. A liaison stays one, by phone.
    """
    session = work.session
    for case in session.scalars(select(Case).where(Case.person_id == person.id)):
        _forget_citizen(work, case)
    if (address := person.at(channel)) is not None:
        _forget_address(session, address)
    session.flush()
    session.expire(person)
    if not person.addresses and liaisons.of(session, person) is None:
        session.execute(delete(Person).where(Person.id == person.id))
    else:
        session.execute(update(Person).where(Person.id == person.id).values(home_area=None))


def _forget_address(session: Session, address: Address) -> None:
    """With what was written to it and said there. A broadcast that is on its way to it is withheld."""
    chat_store.forget(session, address.number_index)
    session.execute(delete(Message).where(Message.address_id == address.id))
    on_its_way = (Copy.address_id == address.id, Copy.state.in_((CopyState.LISTED, CopyState.SENDS)))
    withheld = update(Copy).values(state=CopyState.HELD, code="everything about them was deleted")
    session.execute(withheld.where(*on_its_way))
    session.execute(delete(Address).where(Address.id == address.id))


def _forget_citizen(work: UnitOfWork, case: Case) -> None:
    case.person_id, case.contact = None, ERASED
    case.note(work.session, work.now, "forgotten", "citizen", "asked us to delete what we keep of them")
    if case.state == CaseState.CLOSED:
        case.empty(work.keys)
        evidence.forget(work.session, case.id)
