"""A claim that people ask about: who asked, who has looked into it, and what is known of it."""

from collections.abc import Container, Iterable
from contextlib import suppress
from datetime import datetime
from enum import StrEnum

from rapidfuzz import fuzz
from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline.core.crypto import Keys, Tampered
from hotline.core.database import Base, Moment, lock_row
from hotline.directory.bodies import Body
from hotline.directory.liaisons import Liaison
from hotline.directory.people import Address
from hotline.places.names import bare_words


class RumourState(StrEnum):
    """What is known of a rumour."""

    NEW = "new"
    """Nobody has looked into it."""
    CHECKING = "checking"
    """Somebody is looking into it."""
    PROBABLY_TRUE = "likely"
    """One body says that it is true."""
    PROBABLY_FALSE = "unlikely"
    """One body says that it is not."""
    TRUE = "true"
    """Confirmed by two independent sources."""
    FALSE = "false"
    """Refuted by two independent sources."""
    UNVERIFIABLE = "unknown"
    """It cannot be verified."""


class SourceSays(StrEnum):
    """What one source says of a rumour."""

    TRUE = "yes"
    """It is true."""
    FALSE = "no"
    """It is not true."""
    UNKNOWN = "unknown"
    """They looked into it, and cannot say."""


INDEPENDENT = 2
"""Sources that are needed to confirm anything; each from another body."""


class Rumour(Base):
    __tablename__ = "rumours"

    id: Mapped[int] = mapped_column(primary_key=True)
    locked_claim: Mapped[bytes] = mapped_column(LargeBinary)
    """In the words of whoever asked first."""
    language: Mapped[str] = mapped_column(String(8))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)
    state: Mapped[str] = mapped_column(String(12), default=RumourState.NEW)
    checker_id: Mapped[int | None] = mapped_column(ForeignKey("liaisons.id"))
    """Who is looking into it."""
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("rumours.id"), index=True)
    """Somebody has found that it is the same as another: whoever asked, asked about that one."""
    opened_at: Mapped[datetime] = mapped_column(Moment, index=True)
    checked_at: Mapped[datetime | None] = mapped_column(Moment)
    """When its state was last changed."""
    answers: Mapped[int] = mapped_column(default=0)
    """How often those who asked were answered: more than once where the answer was corrected."""
    told: Mapped[str] = mapped_column(String(12), default="")
    """The state that they were told last; empty while nobody was told anything."""
    checker: Mapped[Liaison | None] = relationship()
    questions: Mapped[list["Question"]] = relationship(back_populates="rumour", order_by="Question.id")
    sources: Mapped[list["Source"]] = relationship(back_populates="rumour", order_by="Source.id")

    @property
    def number(self) -> str:
        """By which people know it."""
        return f"R{self.id}"

    @property
    def looked_into_by(self) -> Liaison | None:
        """Whoever took it and has not said yet what they found out."""
        spoke = {source.liaison_id for source in self.sources}
        return None if self.checker is None or self.checker.id in spoke else self.checker

    def claim(self, keys: Keys) -> str:
        """In the words of whoever asked first; nothing where nobody can read it any more."""
        with suppress(Tampered):
            return keys.vault.read(self.locked_claim, _place(self.area_code, self.opened_at))
        return ""


class Question(Base):
    """Somebody asked whether it is true: each phone once."""

    __tablename__ = "questions"
    __table_args__ = (UniqueConstraint("session_index"), Index("ix_questions_rumour", "rumour_id", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    rumour_id: Mapped[int] = mapped_column(ForeignKey("rumours.id"))
    session_index: Mapped[str] = mapped_column(String(32))
    """The sitting, or the text, in which it was asked: asked twice in one, it was asked once."""
    address_id: Mapped[int | None] = mapped_column(
        ForeignKey("addresses.id", ondelete="SET NULL"), index=True
    )
    """None where we were given no number."""
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    language: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(16))
    may_answer: Mapped[bool]
    """They want to be told what comes of it."""
    told: Mapped[str] = mapped_column(String(12), default="")
    """The state that they were told last; empty while they were told nothing."""
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

    def note(self, keys: Keys) -> str:
        """How they know, in their own words."""
        return keys.vault.read(self.locked_note, _note_place(self.rumour_id, self.liaison_id, self.at))


def _note_place(rumour: int, liaison: int, at: datetime) -> str:
    return f"sources.note:{rumour}:{liaison}:{at.isoformat()}"


def encrypt_note(keys: Keys, note: str, rumour: int, liaison: int, at: datetime) -> bytes:
    return keys.vault.encrypt(note, _note_place(rumour, liaison, at))


def _place(area: str, opened_at: datetime) -> str:
    return f"rumours.claim:{area}:{opened_at.isoformat()}"


def encrypt_claim(keys: Keys, claim: str, area: str, opened_at: datetime) -> bytes:
    return keys.vault.encrypt(claim, _place(area, opened_at))


def known(said: Iterable[tuple[str, str, str]]) -> RumourState:
    """What is known, given of each source its liaison, its body and what it says, oldest first. Two bodies
    that say the same confirm it; one makes it probable; where they disagree it is being checked still."""
    latest = {who: (body, says) for who, body, says in said}.values()
    sides = {says for _body, says in latest if says in (SourceSays.TRUE, SourceSays.FALSE)}
    if len(sides) > 1:
        return RumourState.CHECKING
    bodies = {body for body, says in latest if says in sides or not sides}
    return CONCLUSIONS[next(iter(sides), ""), len(bodies) >= INDEPENDENT]


CONCLUSIONS: dict[tuple[str, bool], RumourState] = {
    (SourceSays.TRUE, True): RumourState.TRUE,
    (SourceSays.TRUE, False): RumourState.PROBABLY_TRUE,
    (SourceSays.FALSE, True): RumourState.FALSE,
    (SourceSays.FALSE, False): RumourState.PROBABLY_FALSE,
    ("", True): RumourState.UNVERIFIABLE,
    ("", False): RumourState.CHECKING,
}
"""What follows, where nobody disagrees: by what they say, if any of them
says yes or no, and whether as many bodies say so as it takes."""


FILLERS = frozenset((
    "a", "about", "and", "are", "at", "be", "been", "being", "by", "for", "from", "has", "have", "hear",
    "heard", "i", "in", "is", "it", "of", "on", "our", "people", "that", "the", "their", "them",
    "there", "they", "to", "true", "us", "was", "we", "were", "will", "with", "ati", "eti", "cha",
    "hapa", "huko", "je", "katika", "kuna", "kwa", "kwamba", "kweli", "la", "na", "ndio", "ni",
    "nimesikia", "sasa", "tumesikia", "vya", "wa", "watu", "ya", "za",
))  # fmt: skip
"""Words that say nothing of what a claim is about."""
FEW_WORDS = 2
"""With fewer than so many others, a claim is like none but the very same."""
SAME_PLACE, SAME_HOUR = 6, 6


def likeness(
    one: str, other: str, *, same_place: bool = False, same_hour: bool = False, places: Container[str] = ()
) -> int:
    """How alike two claims are, of 100: by the words that they share, in whatever order and however they are
    spelt; a little more where they are about the same place, or were heard in the same hour. `places`: the
    words of which the names of places there are made, for where it is makes no claim like another."""
    first, second = _telling(one, places), _telling(other, places)
    if min(len(first), len(second)) < FEW_WORDS:
        return 100 if first and first == second else 0
    pair = " ".join(first), " ".join(second)
    alike = max((fuzz.token_set_ratio(*pair) + fuzz.partial_ratio(*pair)) / 2, fuzz.token_sort_ratio(*pair))
    return min(100, round(alike) + SAME_PLACE * same_place + SAME_HOUR * same_hour)


def _telling(claim: str, places: Container[str]) -> list[str]:
    """The words that say what a claim is about."""
    return [word for word in bare_words(claim) if word not in FILLERS and word not in places]


def named(session: Session, number: str) -> Rumour | None:
    """The rumour with exactly this number, R12 or 12, whatever it is the same as."""
    digits = number.strip().upper().removeprefix("R")
    return session.get(Rumour, int(digits)) if digits.isdecimal() and len(digits) < 10 else None


def root_of(session: Session, rumour: Rumour) -> Rumour:
    """The rumour that this one is the same as, followed to the end; itself, if it is one of its own."""
    while rumour.same_as_id is not None:
        rumour = session.get_one(Rumour, rumour.same_as_id)
    return rumour


def rumour_by_number(session: Session, number: str) -> Rumour | None:
    """The rumour that people know by this, followed to the one that it is the same as."""
    rumour = named(session, number)
    return root_of(session, rumour) if rumour is not None else None


def family_of(session: Session, rumour: Rumour) -> list[int]:
    """The rumour and all that were found to be the same as it: whoever asked one of them asked this."""
    found, newest = [rumour.id], [rumour.id]
    while newest:
        newest = list(
            session.scalars(
                select(Rumour.id)
                .where(Rumour.same_as_id.in_(newest), Rumour.id.not_in(found))
                .order_by(Rumour.id)
            )
        )
        found += newest
    return found


def lock_rumour(session: Session, identity: int) -> Rumour:
    """The rumour's row, locked until this transaction ends."""
    return lock_row(session, Rumour, identity)


def lock_root(session: Session, rumour: Rumour) -> Rumour:
    """Lock the one that it is the same as; go on, where that was joined to another before we had the lock."""
    root = lock_rumour(session, root_of(session, rumour).id)
    while root.same_as_id is not None:
        root = lock_rumour(session, root.same_as_id)
    return root


def asked_since(session: Session, address: Address, moment: datetime) -> bool:
    """Whether somebody asked anything from this address since then."""
    asked = select(Question.id).where(Question.address_id == address.id, Question.at >= moment)
    return session.scalars(asked.limit(1)).first() is not None
