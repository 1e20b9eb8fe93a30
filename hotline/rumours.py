"""A claim that people ask about: who asked, who has looked into it, and what is known of it."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline.bodies import Body
from hotline.database import Base, Moment
from hotline.liaisons import Liaison
from hotline.people import Address
from hotline.sealed import Keys


class State(StrEnum):
    """What is known of a rumour."""

    NEW = "new"
    CHECKING = "checking"
    """Somebody is looking into it."""
    PROBABLY_TRUE = "likely"
    PROBABLY_FALSE = "unlikely"
    TRUE = "true"
    """Confirmed by two independent sources."""
    FALSE = "false"
    """The same."""
    UNVERIFIABLE = "unknown"
    """It cannot be verified."""


NEW, CHECKING, PROBABLY_TRUE, PROBABLY_FALSE, TRUE, FALSE, UNVERIFIABLE = State

TRUE_, FALSE_, UNKNOWN_ = "yes", "no", "unknown"
"""What one source says of it."""

INDEPENDENT = 2
"""Sources that are needed to confirm anything; each from another body."""


class Rumour(Base):
    __tablename__ = "rumours"

    id: Mapped[int] = mapped_column(primary_key=True)
    locked_claim: Mapped[bytes] = mapped_column(LargeBinary)
    """In the words of whoever asked first."""
    language: Mapped[str] = mapped_column(String(8))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)
    state: Mapped[str] = mapped_column(String(12), default=NEW)
    checker_id: Mapped[int | None] = mapped_column(ForeignKey("liaisons.id"))
    """Who is looking into it."""
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("rumours.id"), index=True)
    """Somebody has found that it is the same as another: whoever asked, asked about that one."""
    opened_at: Mapped[datetime] = mapped_column(Moment, index=True)
    checked_at: Mapped[datetime | None] = mapped_column(Moment)
    """When its state was last changed."""
    answers: Mapped[int] = mapped_column(default=0)
    """How often those who asked were answered: more than once where the answer was corrected."""
    checker: Mapped[Liaison | None] = relationship()
    questions: Mapped[list["Question"]] = relationship(back_populates="rumour", order_by="Question.id")
    sources: Mapped[list["Source"]] = relationship(back_populates="rumour", order_by="Source.id")

    @property
    def number(self) -> str:
        """By which people know it."""
        return f"R{self.id}"

    def claim(self, keys: Keys) -> str:
        return keys.vault.read(self.locked_claim, _place(self.area_code, self.opened_at))


class Question(Base):
    """Somebody asked whether it is true: each phone once."""

    __tablename__ = "questions"
    __table_args__ = (UniqueConstraint("session_index"), Index("ix_questions_rumour", "rumour_id", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    rumour_id: Mapped[int] = mapped_column(ForeignKey("rumours.id"))
    session_index: Mapped[str] = mapped_column(String(32))
    """The sitting, or the text, in which it was asked: asked twice in one, it was asked once."""
    address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id", ondelete="SET NULL"), index=True)
    """None where we were given no number."""
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    language: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(16))
    may_answer: Mapped[bool]
    """They want to be told what comes of it."""
    answered: Mapped[int] = mapped_column(default=0)
    """The last answer that they were given, by its number: see `Rumour.answers`."""
    at: Mapped[datetime] = mapped_column(Moment)
    rumour: Mapped[Rumour] = relationship(back_populates="questions")
    address: Mapped[Address | None] = relationship()


class Source(Base):
    """What somebody has found out. A later word of the same liaison goes before their earlier one."""

    __tablename__ = "sources"

    id: Mapped[int] = mapped_column(primary_key=True)
    rumour_id: Mapped[int] = mapped_column(ForeignKey("rumours.id"), index=True)
    liaison_id: Mapped[int] = mapped_column(ForeignKey("liaisons.id"))
    body_code: Mapped[str] = mapped_column(ForeignKey("bodies.code"))
    """Theirs, as it was then."""
    says: Mapped[str] = mapped_column(String(8))
    locked_note: Mapped[bytes] = mapped_column(LargeBinary)
    """How they know: never shown to citizens."""
    at: Mapped[datetime] = mapped_column(Moment)
    rumour: Mapped[Rumour] = relationship(back_populates="sources")
    liaison: Mapped[Liaison] = relationship()
    body: Mapped[Body] = relationship()


def _place(area: str, opened_at: datetime) -> str:
    return f"rumours.claim:{area}:{opened_at.isoformat()}"


def lock_claim(keys: Keys, claim: str, area: str, opened_at: datetime) -> bytes:
    return keys.vault.lock(claim, _place(area, opened_at))


def known(said: Iterable[tuple[str, str, str]]) -> State:
    """What is known, given of each source its liaison, its body and what it says, oldest first. Two bodies that say the same confirm it;
    one makes it probable; where they disagree it is being checked still."""
    latest = {who: (body, says) for who, body, says in said}
    yes, no = ({body for body, says in latest.values() if says == word} for word in (TRUE_, FALSE_))
    if yes and no:
        return CHECKING
    if yes or no:
        return (TRUE if yes else FALSE) if len(yes | no) >= INDEPENDENT else (PROBABLY_TRUE if yes else PROBABLY_FALSE)
    return UNVERIFIABLE if len({body for body, _says in latest.values()}) >= INDEPENDENT else CHECKING


def by_number(session: Session, number: str) -> Rumour | None:
    """The rumour that people know by this, followed to the one that it is the same as."""
    digits = number.upper().removeprefix("R")
    rumour = session.get(Rumour, int(digits)) if digits.isdecimal() and len(digits) < 10 else None
    while rumour is not None and rumour.same_as_id is not None:
        rumour = session.get(Rumour, rumour.same_as_id)
    return rumour


def hold(session: Session, identity: int) -> Rumour:
    """The rumour, to be changed: nobody else changes it until this transaction ends."""
    held = select(Rumour).where(Rumour.id == identity).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).one()
