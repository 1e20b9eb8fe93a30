"""The event in the world, which several people may report:
their cases are linked, and none of them is hidden."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, distinct, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.cases.case import Case, CaseState
from hotline.context import UnitOfWork
from hotline.core.database import Base, Moment
from hotline.directory.categories import CONDUCT, GENDER, Urgency
from hotline.places.areas import AreaRecord

WITHIN = timedelta(hours=1)
"""A report about the same place and kind is about the same event, if it comes so soon after the last."""
ALONE = (CONDUCT, GENDER)
"""Two reports of these from one place are about two officers or two homes, and no event."""
ENOUGH_PHONES = 3
"""So many phones within that time, and it is more urgent than any of them said."""


class Incident(Base):
    __tablename__ = "incidents"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    category_code: Mapped[str] = mapped_column(String(16))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    first_at: Mapped[datetime] = mapped_column(Moment)
    last_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_incidents_place", "area_code", "category_code", "last_at"),)


@dataclass(frozen=True, slots=True)
class Calls:
    """How often an event was reported."""

    nth: int
    minutes: int
    """From the first of them until now."""
    phones: int
    """How many different people."""


def join(work: UnitOfWork, case: Case) -> list[Case]:
    """Link a case to the event that others have reported within the hour, or to a new one. Where many phones
    report it, everybody's case of it becomes more urgent. Returns those cases that have become so."""
    if case.incident_id is not None or case.category in ALONE:
        return []
    _one_after_another(work.session, case)
    incident = _recent(work.session, case) or Incident(
        id=uuid4(),
        category_code=case.category_code,
        area_code=case.area_code,
        first_at=case.opened_at,
        last_at=case.opened_at,
    )
    work.session.add(incident)
    incident.last_at = max(incident.last_at, case.opened_at)
    work.session.flush()
    case.incident_id = incident.id
    work.session.flush()
    return _raise(work, case)


def _one_after_another(session: Session, case: Case) -> None:
    """Lock the area's row: of two reports of one event, taken up at once, the second finds the first."""
    session.execute(select(AreaRecord.code).where(AreaRecord.code == case.area_code).with_for_update())


def _recent(session: Session, case: Case) -> Incident | None:
    here = select(Incident).where(
        Incident.area_code == case.area_code, Incident.category_code == case.category_code
    )
    here = here.where(
        Incident.last_at >= case.opened_at - WITHIN, Incident.first_at <= case.opened_at + WITHIN
    )
    return session.scalars(here.order_by(Incident.last_at.desc()).limit(1)).first()


def _raise(work: UnitOfWork, case: Case) -> list[Case]:
    """Urgency only rises: that of one report is that of all, and so
    many phones within the hour say that it is more than they said."""
    phones = _phones(work.session, case, since=case.opened_at - WITHIN)
    highest = (
        work.session.scalar(select(func.max(Case.urgency)).where(Case.incident_id == case.incident_id))
        or case.urgency
    )
    urgency = max(highest, min(Urgency.LIFE, case.category.urgency + (phones >= ENOUGH_PHONES)))
    lower = update(Case).where(
        Case.incident_id == case.incident_id, Case.state != CaseState.CLOSED, Case.urgency < urgency
    )
    rose = work.session.scalars(
        lower.values(urgency=urgency).returning(Case.id).execution_options(synchronize_session=False)
    ).all()
    risen = [work.session.get_one(Case, identity, populate_existing=True) for identity in rose]
    for each in risen:
        each.note(
            work.session, work.now, "more urgent", why=f"{phones} phones have reported it within the hour"
        )
    return risen


def _phones(session: Session, case: Case, since: datetime) -> int:
    """How many different people have reported it from then
    on; whoever cannot be told apart counts as one more."""
    here = (Case.incident_id == case.incident_id, Case.opened_at >= since)
    known, unknown = session.execute(
        select(func.count(distinct(Case.person_id)), func.count().filter(Case.person_id.is_(None))).where(
            *here
        )
    ).one()
    return int(known + unknown)


def calls(session: Session, case: Case, now: datetime) -> Calls:
    """What is known of the event of a case, to be told to whoever answers for it."""
    if case.incident_id is None:
        return Calls(1, 0, 1)
    nth, first = session.execute(
        select(func.count(), func.min(Case.opened_at)).where(Case.incident_id == case.incident_id)
    ).one()
    return Calls(nth, int((now - first).total_seconds() // 60), _phones(session, case, since=first))


def is_news(nth: int) -> bool:
    """Whether those who have the event are told of this call: of each at first, and ever less often, for a
    phone that never falls silent is switched off."""
    return nth <= 3 or nth in (5, 10) or nth % 20 == 0
