"""Anyone we can reach: a language, and the sealed addresses at which they can be found."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, contains_eager, mapped_column, relationship

from hotline.database import Base, Moment
from hotline.sealed import Keys, seal

PHONE = "phone"
"""The channel of an address that is a telephone number, reached by USSD, SMS or voice."""


class Person(Base):
    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    language: Mapped[str | None] = mapped_column(String(8))
    home_area: Mapped[str | None] = mapped_column(ForeignKey("areas.code"))
    """Set only for one who asked us to remember it: phones are shared."""
    met_at: Mapped[datetime] = mapped_column(Moment)
    addresses: Mapped[list["Address"]] = relationship(back_populates="person")

    @property
    def phone(self) -> "Address | None":
        return next((address for address in self.addresses if address.channel == PHONE), None)


class Address(Base):
    """One place where a person can be reached. The number itself is sealed, and kept only of those who may be written to."""

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("channel", "number_index"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    number_index: Mapped[str] = mapped_column(String(32))
    """What the number is found by: see `sealed.Index`."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    opted_out_at: Mapped[datetime | None] = mapped_column(Moment)
    person: Mapped[Person] = relationship(back_populates="addresses")


def number_index(keys: Keys, number: str) -> str:
    """What a telephone number in international form is found by."""
    return keys.index.of("address", number)


def by_number(session: Session, keys: Keys, number: str) -> Person | None:
    return by_index(session, number_index(keys, number))


def by_index(session: Session, index: str) -> Person | None:
    here = select(Person).join(Person.addresses).where(Address.channel == PHONE, Address.number_index == index)
    return session.scalars(here.options(contains_eager(Person.addresses))).unique().one_or_none()


def meet(session: Session, keys: Keys, number: str, now: datetime, *, may_write: bool, language: str | None = None) -> Person:
    """The person with this number, who becomes known if they were not. The number is kept, sealed, only where we may write.

    A `language` is theirs from now on.
    """
    index = number_index(keys, number)
    person = by_index(session, index) or _make_known(session, index, now, language)
    person.language = language or person.language
    address = person.phone
    assert address is not None
    if may_write and address.sealed is None:
        address.sealed = seal(keys, number)
    return person


def _make_known(session: Session, index: str, now: datetime, language: str | None) -> Person:
    person = Person(met_at=now, language=language, addresses=[Address(channel=PHONE, number_index=index)])
    try:
        with session.begin_nested():
            session.add(person)
        return person
    except IntegrityError:  # somebody else has just made them known
        known = by_index(session, index)
        assert known is not None
        return known
