"""The event in the world, which several people may report: their cases are linked, and none of them is hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.areas import AreaRecord
from hotline.cases import CLOSED, Case
from hotline.categories import CONDUCT, GENDER, Urgency
from hotline.database import Base, Moment, changed
from hotline.work import Work

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


def join(work: Work, case: Case) -> list[Case]:
    """Link a case to the event that others have reported within the hour, or to a new one. Where many phones report it, everybody's case of
    it becomes more urgent. Returns the other cases of it that are not closed."""
    if case.incident_id is not None or case.category in ALONE:
        return []
    _one_after_another(work.session, case)
    incident = _recent(work.session, case) or Incident(
        id=uuid4(), category_code=case.category_code, area_code=case.area_code, first_at=case.opened_at, last_at=case.opened_at
    )
    work.session.add(incident)
    incident.last_at = max(incident.last_at, case.opened_at)
    work.session.flush()
    case.incident_id = incident.id
    work.session.flush()
    linked = _cases_of(work.session, case)
    others = [each for each in linked if each is not case]
    if others:
        case.note(work.session, work.now, "linked", why=f"report number {len(linked)} about the same place and kind")
    _raise(work, case, linked)
    return [each for each in others if each.state != CLOSED]


def _one_after_another(session: Session, case: Case) -> None:
    """Two reports of one event that are taken up at the same instant find each other."""
    session.execute(select(AreaRecord.code).where(AreaRecord.code == case.area_code).with_for_update())


def _recent(session: Session, case: Case) -> Incident | None:
    here = select(Incident).where(Incident.area_code == case.area_code, Incident.category_code == case.category_code)
    here = here.where(Incident.last_at >= case.opened_at - WITHIN, Incident.first_at <= case.opened_at + WITHIN)
    return session.scalars(here.order_by(Incident.last_at.desc()).limit(1)).first()


def _cases_of(session: Session, case: Case) -> list[Case]:
    return list(session.scalars(select(Case).where(Case.incident_id == case.incident_id).order_by(Case.opened_at, Case.id)))


def _raise(work: Work, case: Case, linked: Sequence[Case]) -> None:
    """Urgency only rises: that of one report is that of all, and so many phones within the hour say that it is more than they said."""
    recent = [each for each in linked if each.opened_at > case.opened_at - WITHIN]
    many = _phones(recent) >= ENOUGH_PHONES
    urgency = max(min(Urgency.LIFE, case.category.urgency + many), *(each.urgency for each in linked))
    for each in linked:
        if each.state != CLOSED and _rises(work.session, each, urgency):
            each.note(work.session, work.now, "more urgent", why=f"{_phones(recent)} phones have reported it within the hour")


def _rises(session: Session, case: Case, urgency: int) -> bool:
    """Whatever somebody else makes of the case just now, it never falls."""
    higher = update(Case).where(Case.id == case.id, Case.urgency < urgency).values(urgency=urgency)
    rose = changed(session.execute(higher.execution_options(synchronize_session=False)))
    session.refresh(case, ["urgency"])
    return rose


def _phones(linked: Sequence[Case]) -> int:
    """How many different people; whoever cannot be told apart counts as one more."""
    known = {each.person_id for each in linked if each.person_id is not None}
    return len(known) + sum(each.person_id is None for each in linked)


def calls(session: Session, case: Case, now: datetime) -> Calls:
    """What is known of the event of a case, to be told to whoever answers for it."""
    linked = _cases_of(session, case) if case.incident_id is not None else [case]
    return Calls(len(linked), int((now - linked[0].opened_at).total_seconds() // 60), _phones(linked))
