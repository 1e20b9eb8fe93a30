"""Who wants calm, checked messages about an area: asked
for, and said yes to once more, before anything is sent."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline.core.database import Base, Moment, insert_once
from hotline.directory.people import Address


class SubscriptionState(StrEnum):
    """Whether an address gets the news of an area."""

    ASKED = "asked"
    """Somebody asked for it there, and has not said yes once more."""
    ON = "on"
    """They have said yes once more."""
    OFF = "off"
    """They want no more of it, or said no."""


KEPT = timedelta(days=7)
"""How long somebody may take to say yes once more. Then it is forgotten that they asked."""
MOST = 5
"""Areas to one address."""


class Subscription(Base):
    """One address wants what is said about one area, and all that is said about what lies around it."""

    __tablename__ = "subscriptions"
    __table_args__ = (UniqueConstraint("address_id", "area_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id", ondelete="CASCADE"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8), default=SubscriptionState.ASKED)
    how: Mapped[str] = mapped_column(String(16))
    """The channel by which they asked for it."""
    asked_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    """When they said yes once more."""
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    address: Mapped[Address] = relationship()


def ask_for(
    session: Session, address: Address, area: str, language: str, how: str, now: datetime
) -> Subscription:
    """Somebody wants to hear about an area. What they have already stays as it is, but for its language."""
    session.flush()
    insert_once(
        session,
        Subscription,
        address_id=address.id,
        area_code=area,
        language=language,
        state=SubscriptionState.ASKED,
        how=how,
        asked_at=now,
    )
    here = (Subscription.address_id == address.id, Subscription.area_code == area)
    subscription = session.scalars(select(Subscription).where(*here).with_for_update()).one()
    subscription.language = language
    if subscription.state != SubscriptionState.ON:
        subscription.state, subscription.how, subscription.asked_at = SubscriptionState.ASKED, how, now
        subscription.confirmed_at = subscription.ended_at = None
    return subscription


def confirm(
    session: Session, address: Address, now: datetime, area: str | None = None
) -> Sequence[Subscription]:
    """They say yes once more: whatever they had asked for is
    theirs from now on, or of it this area. Returns it."""
    fresh = [
        Subscription.address_id == address.id,
        Subscription.state == SubscriptionState.ASKED,
        Subscription.asked_at > now - KEPT,
    ]
    fresh += [Subscription.area_code == area] if area else []
    asked = session.scalars(
        select(Subscription).where(*fresh).order_by(Subscription.id).with_for_update()
    ).all()
    for each in asked:
        each.state, each.confirmed_at = SubscriptionState.ON, now
    return asked


def of(session: Session, address: Address) -> Sequence[Subscription]:
    """What they have, and what they have asked for."""
    theirs = select(Subscription).where(
        Subscription.address_id == address.id, Subscription.state != SubscriptionState.OFF
    )
    return session.scalars(theirs.order_by(Subscription.id)).all()


def asked_last(session: Session, address: Address, now: datetime) -> datetime | None:
    """When they last asked for what they have not confirmed yet; None where nothing waits for that."""
    fresh = (
        Subscription.address_id == address.id,
        Subscription.state == SubscriptionState.ASKED,
        Subscription.asked_at > now - KEPT,
    )
    return session.scalar(
        select(Subscription.asked_at).where(*fresh).order_by(Subscription.asked_at.desc()).limit(1)
    )


def end(session: Session, address: Address, now: datetime, area: str | None = None) -> int:
    """They want no more of it: of this area, or of any. Returns how many they had."""
    here = [Subscription.address_id == address.id, Subscription.state != SubscriptionState.OFF]
    here += [Subscription.area_code == area] if area else []
    ended = session.execute(
        update(Subscription)
        .where(*here)
        .values(state=SubscriptionState.OFF, ended_at=now)
        .returning(Subscription.id)
    )
    return len(ended.all())


def decline(session: Session, address: Address, now: datetime) -> int:
    """They say no when asked to confirm. What they have already stays. Returns how many it was."""
    waits = (Subscription.address_id == address.id, Subscription.state == SubscriptionState.ASKED)
    declined = session.execute(
        update(Subscription)
        .where(*waits)
        .values(state=SubscriptionState.OFF, ended_at=now)
        .returning(Subscription.id)
    )
    return len(declined.all())


def had(session: Session, address: Address) -> bool:
    """Whether they had news once, or had asked for it, and have none now."""
    theirs = session.scalars(select(Subscription.state).where(Subscription.address_id == address.id)).all()
    return bool(theirs) and all(state == SubscriptionState.OFF for state in theirs)


def those_on(session: Session, wanted: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Of these addresses and areas, those whose owners want
    to hear about them: one query for a whole batch."""
    theirs = Subscription.address_id.in_({address for address, _area in wanted})
    on = session.execute(
        select(Subscription.address_id, Subscription.area_code).where(
            theirs, Subscription.state == SubscriptionState.ON
        )
    )
    return {(address, area) for address, area in on} & set(wanted)


def forget_unconfirmed(session: Session, now: datetime) -> None:
    """Whoever asked and never said yes once more has not asked."""
    session.execute(
        delete(Subscription).where(
            Subscription.state == SubscriptionState.ASKED, Subscription.asked_at < now - KEPT
        )
    )
