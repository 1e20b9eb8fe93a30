"""Anyone we can reach: a language, and the sealed addresses at which they can be found."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, ForeignKey, LargeBinary, String, UniqueConstraint, and_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from hotline.core.crypto import Keys, seal
from hotline.core.database import Base, Moment

PHONE = "phone"
"""The channel of an address that is a telephone number, reached by USSD, SMS or voice."""
TELEGRAM = "telegram"
"""The channel of an address that is somebody's own chat with
our bot; its number is the one that Telegram knows them by."""
BEST_FIRST = (TELEGRAM, PHONE)
"""Where we write to somebody who can be reached at several: what costs them and us nothing goes first. A
liaison who cannot be told on one is told on the next; a voice call would be the last."""


class Person(Base):
    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    language: Mapped[str | None] = mapped_column(String(8))
    home_area: Mapped[str | None] = mapped_column(ForeignKey("areas.code"))
    """Set only for one who asked us to remember it: phones are shared."""
    met_at: Mapped[datetime] = mapped_column(Moment)
    addresses: Mapped[list["Address"]] = relationship(back_populates="person")

    def at(self, channel: str) -> "Address | None":
        return next((address for address in self.addresses if address.channel == channel), None)

    @property
    def phone(self) -> "Address | None":
        return self.at(PHONE)

    @property
    def best(self) -> "Address | None":
        """Where to write to them: the best address that is open; of those
        that are not, the best all the same, for the gate to judge."""
        known = [address for channel in BEST_FIRST if (address := self.at(channel))]
        return next((address for address in known if address.is_open), known[0] if known else None)

    @property
    def ladder(self) -> list["Address"]:
        """Every address where something may arrive, the best first; where
        there is none, the best all the same, for the gate to judge."""
        return self.reached_at or [address for address in (self.best,) if address is not None]

    @property
    def reached_at(self) -> list["Address"]:
        """Every address where what we write arrives and is wanted, the best first."""
        return [
            address for channel in BEST_FIRST if (address := self.at(channel)) and address.may_be_written_to
        ]


class Address(Base):
    """One place where a person can be reached. The number itself
    is sealed, and kept only of those who may be written to."""

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("channel", "number_index"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    number_index: Mapped[str] = mapped_column(String(32))
    """What the number is found by: see `crypto.Index`."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    opted_out_at: Mapped[datetime | None] = mapped_column(Moment)
    """The person wants no messages from us here."""
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    """Nothing arrives here any more: the chat was blocked or deleted."""
    person: Mapped[Person] = relationship(back_populates="addresses")

    @property
    def is_open(self) -> bool:
        """Whether something written to it may arrive."""
        return self.sealed is not None and self.closed_at is None

    def why_closed(self, *, is_answer: bool = False) -> str | None:
        """Why nothing may be sent there, whatever it is; None where
        something may. Somebody's own text is answered all the same."""
        if self.sealed is None:
            return "we were never given leave to write to this number"
        if self.closed_at is not None:
            return "nothing arrives there any more"
        if self.opted_out_at is not None and not is_answer:
            return "the person wants no texts from us"
        return None

    @hybrid_property
    def may_be_written_to(self) -> bool:
        """Whether what we write arrives there and is wanted: one rule, for an address and as SQL for all."""
        return self.why_closed() is None

    @may_be_written_to.inplace.expression
    @classmethod
    def _may_be_written_to(cls) -> ColumnElement[bool]:
        return and_(cls.sealed.is_not(None), cls.closed_at.is_(None), cls.opted_out_at.is_(None))

    def close(self, now: datetime) -> None:
        """Nothing arrives here from now on."""
        self.closed_at = self.closed_at or now

    def reopen(self) -> None:
        """The person wants to hear from us here."""
        self.closed_at = self.opted_out_at = None


def number_index(keys: Keys, number: str, channel: str = PHONE) -> str:
    """The blind index of an international telephone number, or of a number on another channel."""
    return keys.index.of("address", number if channel == PHONE else f"{channel}:{number}")


def by_number(session: Session, keys: Keys, number: str, channel: str = PHONE) -> Person | None:
    return by_index(session, number_index(keys, number, channel), channel)


def by_index(session: Session, index: str, channel: str = PHONE) -> Person | None:
    here = (
        select(Person).join(Person.addresses).where(Address.channel == channel, Address.number_index == index)
    )
    return session.scalars(here.options(joinedload(Person.addresses))).unique().one_or_none()


def let_in(session: Session, index: str, channel: str) -> None:
    """Somebody writes to us from there, so what we write arrives there."""
    closed = (Address.channel == channel, Address.number_index == index, Address.closed_at.is_not(None))
    session.execute(update(Address).where(*closed).values(closed_at=None))


def meet(
    session: Session,
    keys: Keys,
    number: str,
    now: datetime,
    *,
    may_write: bool,
    language: str | None = None,
    channel: str = PHONE,
) -> Person:
    """The person with this number, who becomes known if they were
    not. The number is kept, sealed, only where we may write.

    A `language` is theirs from now on.
    """
    index = number_index(keys, number, channel)
    person = by_index(session, index, channel) or _make_known(session, index, now, language, channel)
    person.language = language or person.language
    address = person.at(channel)
    assert address is not None
    if may_write and address.sealed is None:
        address.sealed = seal(keys, number)
    return person


def _make_known(session: Session, index: str, now: datetime, language: str | None, channel: str) -> Person:
    person = Person(met_at=now, language=language, addresses=[Address(channel=channel, number_index=index)])
    try:
        with session.begin_nested():
            session.add(person)
        return person
    except IntegrityError:  # the savepoint is rolled back: another transaction inserted them first
        known = by_index(session, index, channel)
        assert known is not None
        return known
