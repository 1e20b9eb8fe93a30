"""`itikia rumours`: how each stands and how it spread, for whoever asks at a terminal. Never what it says."""

from datetime import datetime

import click

from hotline.context import UnitOfWork, ready
from hotline.rumours import answers, spread
from hotline.rumours.rumour import Rumour, rumour_by_number
from hotline.rumours.spread import Asked
from hotline.settings import Settings


@click.group("rumours")
def rumours_() -> None:
    """Rumours: what people ask about, who has looked into it, and how it spreads."""


@rumours_.command("list")
@click.pass_obj
def list_rumours(settings: Settings) -> None:
    """Those of the last week."""
    with ready(settings) as service, service.read() as work:
        click.echo("\n".join(table(work)))


@rumours_.command("show")
@click.argument("number")
@click.pass_obj
def show_rumour(settings: Settings, number: str) -> None:
    """The rumour NUMBER, R12 for one: its state, its sources by
    body, and how it spread by time and place. Not its words."""
    with ready(settings) as service, service.read() as work:
        click.echo("\n".join(lines(work, number)))


def lines(work: UnitOfWork, number: str) -> list[str]:
    """How a rumour stands, who looked into it and how it spread, for printing. What it says is left out."""
    rumour = rumour_by_number(work.session, number)
    if rumour is None:
        return [f"There is no rumour {number}."]
    so_far = spread.asked(work, rumour)
    told = f"answered {rumour.answers} times" if rumour.answers else "not answered"
    top = (
        f"{rumour.number}, {spread.place_of(work, rumour)}: {rumour.state}; "
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
        (_there(work, hour), work.areas.full_name_of(area), people)
        for hour, area, people in spread.hourly(work, rumour)
    ]
    wide = max((len(name) for _hour, name, _people in hours), default=0)
    return [f"{hour}  {name:<{wide}}  {people:>5} {'#' * min(people, 40)}" for hour, name, people in hours]


def table(work: UnitOfWork) -> list[str]:
    """The rumours of the last days, a line each, the newest first. What they say is left out."""
    found = work.session.scalars(spread.recent(work).order_by(Rumour.id.desc())).all()
    rows = [(each, spread.asked(work, each)) for each in found]
    return [_in_a_line(work, each, so_far) for each, so_far in rows] or [
        f"Nobody has asked about anything in the last {spread.RECENT.days} days."
    ]


def _in_a_line(work: UnitOfWork, rumour: Rumour, so_far: Asked) -> str:
    wait = answers.to_tell(work, rumour)
    how = f"{rumour.state:<9} {so_far.people:>5} asked  {wait:>5} wait"
    return f"{rumour.number:<7} {_there(work, rumour.opened_at)}  {how}  {spread.place_of(work, rumour)}"


def _there(work: UnitOfWork, moment: datetime) -> str:
    return moment.astimezone(work.country.zone).strftime("%d/%m %H:%M")


COMMANDS = (rumours_,)
