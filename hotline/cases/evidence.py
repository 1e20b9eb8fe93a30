"""Pictures and voice notes that a citizen sent with a report: made
anew so that nothing hidden survives in them, and kept encrypted."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline.cases import image_sanitizer, voice_sanitizer
from hotline.cases.case import Case, latest_case_of
from hotline.context import UnitOfWork
from hotline.core.crypto import Keys
from hotline.core.database import Base, Moment
from hotline.directory.people import Person

EvidenceKind = Literal["photo", "voice"]

MOST = 5
"""Pieces to a case."""
LARGEST = 5 * 1024 * 1024
"""Bytes that are taken in at all."""
UNCLAIMED = timedelta(hours=24)
"""How long a piece is kept whose report was never finished."""

REBUILT = {"photo": image_sanitizer.rebuilt, "voice": voice_sanitizer.rebuilt}
"""The one doorway for each kind. Both raise `NotTaken`."""


class Evidence(Base):
    __tablename__ = "evidence"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    session_index: Mapped[str] = mapped_column(String(32), index=True)
    """The conversation in which it was sent; the case that comes of that has it."""
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(String(64))
    """Of what is kept, not of what was sent."""
    size: Mapped[int]
    """Bytes."""
    locked: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    at: Mapped[datetime] = mapped_column(Moment)
    case: Mapped[Case | None] = relationship()

    def content(self, keys: Keys) -> bytes:
        """The JPEG or the OGG itself."""
        return keys.vault.decrypt(self.locked, _place(self.id))


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a piece belongs that somebody sends now."""

    session_index: str
    case: Case | None
    """None while the report is being made."""


def destination(
    session: Session, session_index: str, person: Person | None, *, reports: bool
) -> Destination | None:
    """The report that they are making, or else the case that
    they reported last, while it is not closed; or nowhere."""
    if reports:
        return Destination(session_index, None)
    case = latest_case_of(session, person) if person else None
    return Destination(session_index, case) if case else None


def is_full(session: Session, there: Destination) -> bool:
    return number_of(session, there.session_index, there.case) >= MOST


def number_of(session: Session, session_index: str, case: Case | None) -> int:
    """How many pieces this case has already, or the report that is being made in this conversation."""
    here = (
        (Evidence.case_id == case.id,)
        if case
        else (Evidence.session_index == session_index, Evidence.case_id.is_(None))
    )
    return session.scalar(select(func.count()).select_from(Evidence).where(*here)) or 0


def keep(work: UnitOfWork, there: Destination, kind: EvidenceKind, content: bytes) -> Evidence:
    """Keep one piece that has been made anew, with the case if there is one already."""
    session_index, case = there.session_index, there.case
    identity, digest = uuid4(), hashlib.sha256(content).hexdigest()
    locked = work.keys.vault.encrypt(content, _place(identity))
    piece = Evidence(
        id=identity,
        session_index=session_index,
        kind=kind,
        sha256=digest,
        size=len(content),
        locked=locked,
        at=work.now,
    )
    work.session.add(piece)
    if case is not None:
        _claim(work.session, piece, case, work.now)
    return piece


def belongs_to(session: Session, session_index: str, case: Case, now: datetime) -> None:
    """The conversation has become a case, which has whatever was sent in it."""
    for piece in session.scalars(
        select(Evidence).where(Evidence.session_index == session_index, Evidence.case_id.is_(None))
    ):
        _claim(session, piece, case, now)


def _claim(session: Session, piece: Evidence, case: Case, now: datetime) -> None:
    piece.case_id = case.id
    case.note(session, now, "evidence", "citizen", f"{piece.kind}, {piece.size} bytes, sha256 {piece.sha256}")


def of(session: Session, case: UUID) -> list[Evidence]:
    """What a case has, in the order in which it came."""
    return list(
        session.scalars(select(Evidence).where(Evidence.case_id == case).order_by(Evidence.at, Evidence.id))
    )


def forget(session: Session, case: UUID) -> None:
    session.execute(delete(Evidence).where(Evidence.case_id == case))


def forget_unfinished(session: Session, session_index: str) -> None:
    """Of a report that its citizen has left."""
    session.execute(
        delete(Evidence).where(Evidence.session_index == session_index, Evidence.case_id.is_(None))
    )


def forget_unclaimed(session: Session, now: datetime) -> None:
    """Of reports that were never finished."""
    session.execute(delete(Evidence).where(Evidence.case_id.is_(None), Evidence.at < now - UNCLAIMED))


def _place(identity: UUID) -> str:
    return f"evidence:{identity}"
