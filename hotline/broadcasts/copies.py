"""A broadcast's copies: its text for one recipient, and what has become of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline.broadcasts.broadcast import Broadcast
from hotline.core.database import Base, Moment
from hotline.directory.people import Address


class CopyState(StrEnum):
    """What has become of a copy."""

    LISTED = "listed"
    """It is to go."""
    SENDS = "sends"
    """It is on its way just now."""
    GONE = "gone"
    """Its carrier took it."""
    DOUBTFUL = "doubtful"
    """It may or may not have left, and is never sent again."""
    REFUSED = "refused"
    """It was turned away for good."""
    HELD = "held"
    """It was not sent, for it should not be any more."""


REACHED = (CopyState.GONE, CopyState.DOUBTFUL)


class Copy(Base):
    """The text for one recipient: the ledger of a broadcast."""

    __tablename__ = "copies"
    __table_args__ = (
        UniqueConstraint("broadcast_id", "address_id"),
        Index("ix_copies_next", "broadcast_id", "state", "first", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"))
    address_id: Mapped[int | None] = mapped_column(
        ForeignKey("addresses.id", ondelete="SET NULL"), index=True
    )
    """None once they have had everything about them deleted: the sum stays right."""
    language: Mapped[str] = mapped_column(String(8))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    """The area that they want to hear about."""
    first: Mapped[bool] = mapped_column(default=False)
    """Among the few that get it before the others."""
    state: Mapped[str] = mapped_column(String(8), default=CopyState.LISTED)
    lease: Mapped[UUID | None]
    """The batch that it went with, or goes."""
    provider_id: Mapped[str | None] = mapped_column(String(80), index=True)
    code: Mapped[str] = mapped_column(String(80), default="")
    """The carrier's last word on it; or why it was held."""
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    delivered_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it was on the handset."""
    address: Mapped[Address | None] = relationship()
    broadcast: Mapped[Broadcast] = relationship()


def copy_by_provider_id(session: Session, provider_id: str) -> Copy | None:
    """The copy that the carrier knows by this name."""
    return session.scalar(select(Copy).where(Copy.provider_id == provider_id).with_for_update())
