"""How far a rumour has come: how many have asked, where, and hour by hour."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, distinct, func, select

from hotline.context import UnitOfWork
from hotline.rumours import answers
from hotline.rumours.rumour import Question, Rumour, family_of, rumour_by_number

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


def lines(work: UnitOfWork, number: str) -> list[str]:
    """How a rumour stands, who looked into it and how it spread, for printing. What it says is left out."""
    rumour = rumour_by_number(work.session, number)
    if rumour is None:
        return [f"There is no rumour {number}."]
    so_far = asked(work, rumour)
    told = f"answered {rumour.answers} times" if rumour.answers else "not answered"
    top = (
        f"{rumour.number}, {place_of(work, rumour)}: {rumour.state}; "
        f"asked by {so_far.people} in {so_far.places} places; {told}"
    )
    return [top, *_checker_lines(rumour), *_source_lines(work, rumour), *_hour_lines(work, rumour)]


def _checker_lines(rumour: Rumour) -> list[str]:
    who = rumour.looked_into_by
    return [f"{who.body.name} ({who.name}) is looking into it"] if who is not None else []


def _source_lines(work: UnitOfWork, rumour: Rumour) -> list[str]:
    return [
        f"{_there(work, each.at)}  {each.body.name} ({each.liaison.name}) says {each.says}"
        for each in rumour.sources
    ]


def _hour_lines(work: UnitOfWork, rumour: Rumour) -> list[str]:
    hours = [
        (_there(work, hour), full_name(work, area), people) for hour, area, people in hourly(work, rumour)
    ]
    wide = max((len(name) for _hour, name, _people in hours), default=0)
    return [f"{hour}  {name:<{wide}}  {people:>5} {'#' * min(people, 40)}" for hour, name, people in hours]


def table(work: UnitOfWork) -> list[str]:
    """The rumours of the last days, a line each, the newest first. What they say is left out."""
    found = work.session.scalars(recent(work).order_by(Rumour.id.desc())).all()
    rows = [(each, asked(work, each)) for each in found]
    return [_in_a_line(work, each, so_far) for each, so_far in rows] or [
        f"Nobody has asked about anything in the last {RECENT.days} days."
    ]


def _in_a_line(work: UnitOfWork, rumour: Rumour, so_far: Asked) -> str:
    wait = answers.to_tell(work, rumour)
    how = f"{rumour.state:<9} {so_far.people:>5} asked  {wait:>5} wait"
    return f"{rumour.number:<7} {_there(work, rumour.opened_at)}  {how}  {place_of(work, rumour)}"


def recent(work: UnitOfWork) -> Select[Rumour]:
    return select(Rumour).where(Rumour.same_as_id.is_(None), Rumour.opened_at > work.now - RECENT)


def _there(work: UnitOfWork, moment: datetime) -> str:
    return moment.astimezone(work.country.zone).strftime("%d/%m %H:%M")


def full_name(work: UnitOfWork, code: str) -> str:
    area = work.areas.get(code)
    return work.areas.full_name(area) if area else code


def place_of(work: UnitOfWork, rumour: Rumour) -> str:
    return full_name(work, rumour.area_code)
