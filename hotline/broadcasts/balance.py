"""What is left on our account with a carrier: the preview of a broadcast shows it beside what that costs."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Base, Moment


class Balance(Base):
    """What the carrier last said is left on our account."""

    __tablename__ = "balances"

    carrier: Mapped[str] = mapped_column(String(20), primary_key=True)
    left: Mapped[str] = mapped_column(String(40))
    """As the carrier writes it."""
    at: Mapped[datetime] = mapped_column(Moment)


def note_balance(session: Session, carrier: str, left: str, now: datetime) -> None:
    session.merge(Balance(carrier=carrier, left=left[:40], at=now))
