"""How far a rumour has come: how many have asked, where, and hour by hour."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, distinct, func, select

from hotline.context import UnitOfWork
from hotline.rumours.rumour import Question, Rumour, family_of

RECENT = timedelta(days=7)
"""So long a rumour is compared with others, and listed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How many have asked about a rumour."""

    people: int
    places: int
    first_at: datetime


def asked(work: UnitOfWork, rumour: Rumour, since: datetime | None = None) -> Asked:
    """Each phone once; whoever cannot be told apart counts as one more."""
    here = [
        Question.rumour_id.in_(family_of(work.session, rumour)),
        *([Question.at > since] if since else []),
    ]
    phones, unknown = (
        func.count(distinct(Question.address_id)),
        func.count().filter(Question.address_id.is_(None)),
    )
    counted = select(phones, unknown, func.count(distinct(Question.area_code)), func.min(Question.at)).where(
        *here
    )
    known, others, places, first = work.session.execute(counted).one()
    people = known + others
    return Asked(people, places, first if people else rumour.opened_at)


def hourly(work: UnitOfWork, rumour: Rumour) -> list[tuple[datetime, str, int]]:
    """Hour by hour and place by place, how many have asked: the
    hour's beginning, the code of the area, and the number."""
    asked = select(Question.at, Question.area_code).where(
        Question.rumour_id.in_(family_of(work.session, rumour))
    )
    hours = Counter(
        (at.replace(minute=0, second=0, microsecond=0), area) for at, area in work.session.execute(asked)
    )
    return sorted((hour, area, people) for (hour, area), people in hours.items())


def recent(work: UnitOfWork) -> Select[Rumour]:
    return select(Rumour).where(Rumour.same_as_id.is_(None), Rumour.opened_at > work.now - RECENT)


def place_of(work: UnitOfWork, rumour: Rumour) -> str:
    return work.areas.full_name_of(rumour.area_code)
