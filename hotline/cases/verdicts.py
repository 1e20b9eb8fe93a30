"""The citizen's own word, beside the liaison's: a row for each time
that somebody had the case and the citizen was asked, or spoke.

Silence is unknown, and never counts as yes.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.cases.case import Case
from hotline.core.database import Base, Moment


class Verdict(Base):
    __tablename__ = "verdicts"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    round: Mapped[int]
    dispatch_id: Mapped[int | None] = mapped_column(ForeignKey("dispatches.id"))
    """Whose help it is about."""
    asked_at: Mapped[datetime | None] = mapped_column(Moment)
    """None where they said it unasked."""
    word: Mapped[str | None] = mapped_column(String(12))
    """As in `citizen_phrases.Verdict`; None is unknown."""
    said_at: Mapped[datetime | None] = mapped_column(Moment)


def ask(session: Session, case: Case, dispatch: int | None, now: datetime) -> None:
    """Note that the citizen is asked about this liaison's help."""
    session.add(Verdict(case_id=case.id, round=case.round, dispatch_id=dispatch, asked_at=now))


def say(session: Session, case: Case, dispatch: int | None, word: str, now: datetime) -> None:
    """Note what the citizen says, beside the question if there
    was one. A word taken back stays, and the new one is added."""
    here = (
        Verdict.case_id == case.id,
        Verdict.round == case.round,
        Verdict.dispatch_id == dispatch,
        Verdict.word.is_(None),
    )
    unanswered = session.scalars(select(Verdict).where(*here).order_by(Verdict.id.desc()).limit(1)).first()
    verdict = unanswered or Verdict(case_id=case.id, round=case.round, dispatch_id=dispatch)
    verdict.word, verdict.said_at = word, now
    session.add(verdict)
