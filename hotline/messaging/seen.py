"""Deduplicates callbacks by the carrier's own id: what is brought twice is taken once."""

from datetime import datetime, timedelta

from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Base, Moment, insert_once

KEPT = timedelta(days=30)


class Arrival(Base):
    __tablename__ = "arrivals"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    """Kind and number: text:ec9adc86-…, ended:… with the session's index."""
    status: Mapped[str] = mapped_column(String(40), default="")
    """What the carrier said of it, in its own word, known to us or not."""
    at: Mapped[datetime] = mapped_column(Moment)


def forget_old(session: Session, now: datetime) -> None:
    """Nobody brings anything again after so long."""
    session.execute(delete(Arrival).where(Arrival.at < now - KEPT))


def is_new(session: Session, kind: str, number: str, now: datetime, status: str = "") -> bool:
    """Insert its id, in the transaction of its effect. False where it was there already."""
    return insert_once(session, Arrival, key=f"{kind}:{number}"[:120], status=status[:40], at=now)
