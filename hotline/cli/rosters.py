"""`itikia bodies`, `itikia liaisons`: who answers, from spreadsheets and by hand."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from hotline.cases import escalation, named_officers
from hotline.cli import terminal
from hotline.context import Service, UnitOfWork, ready
from hotline.core import csv_files
from hotline.core.i18n import languages
from hotline.directory import affiliations, bodies, liaisons, shifts
from hotline.directory.bodies import Body
from hotline.directory.liaisons import Liaison, is_one_now
from hotline.directory.people import Person
from hotline.settings import Settings


@click.group("bodies")
def bodies_() -> None:
    """The institutions that answer: police stations, peace committees."""


@bodies_.command("load")
@terminal.FILE
@click.pass_obj
def load_bodies(settings: Settings, file: Path) -> None:
    """Load bodies from a CSV FILE with the columns code, name, kind and areas,
    and perhaps categories and parent.

    \b
    kind        police, peace, women, oversight or coordination
    areas       codes with | between; a body serves all that lies inside them
    categories  codes with | between, where it answers less than its kind does
    parent      the code of the body that it is under

    A body that is known by its code is brought up to date.
    One that is not in the file stays as it is. Nothing is loaded if any row is wrong.
    """
    with ready(settings) as service:
        number = bodies_into(service, file)
    click.echo(f"Loaded {number} bodies. Now those who answer for them: itikia liaisons load FILE")


@bodies_.command("list")
@click.pass_obj
def list_bodies(settings: Settings) -> None:
    """Which there are, where they answer, and how many of their liaisons are on duty now."""
    with ready(settings) as service, service.read() as work:
        for line in directory(work):
            click.echo(line)


def directory(work: UnitOfWork) -> Iterator[str]:
    """A line for each body, by its code."""
    known = work.session.scalars(select(Body).options(selectinload(Body.serves)).order_by(Body.code)).all()
    those = [each for each in everybody(work) if is_one_now(each, work.now)]
    all_, there = (Counter(each.body_code for each in some) for some in (those, on_duty(work, those)))
    rows = [
        (
            each.code,
            each.name,
            each.kind,
            each.parent_code or "",
            f"{there[each.code]} of {all_[each.code]}",
            _served(work, each),
        )
        for each in known
    ]
    yield from terminal.columns(("code", "name", "kind", "parent", "on duty", "areas"), rows)


def _served(work: UnitOfWork, body: Body) -> str:
    return " | ".join(work.areas.full_name(work.areas[each.area_code]) for each in body.serves)


def bodies_into(service: Service, file: Path) -> int:
    table = csv_files.read(file, bodies.COLUMNS)
    with service.transaction() as work:
        listed = bodies.read_rows(table, work.areas, bodies.parents(work.session))
        police = affiliations.of_the_police(work.session, work.now)
        bodies.save(work.session, listed)
        affiliations.remember(work.session, police, work.now)
        _withdraw(work)
    return len(listed)


def _withdraw(work: UnitOfWork) -> None:
    """Who may see a case goes by the rosters: whoever may not any more has it no longer."""
    work.session.flush()
    work.session.expire_all()
    named_officers.keep_from_newly_listed(work)
    if number := escalation.withdraw(work):
        click.echo(f"Taken from those who may not see them any more, and put before somebody else: {number}.")


@click.group("liaisons")
def liaisons_() -> None:
    """Those who answer for the bodies."""


@liaisons_.command("load")
@terminal.FILE
@click.pass_obj
def load_liaisons(settings: Settings, file: Path) -> None:
    """Load liaisons from a CSV FILE with the columns body, name, phone and languages, and perhaps others.

    \b
    body        the code of their body
    phone       as people there write it, or in international form
    languages   codes with a space between, the best first: sw en
    on_duty     yes or no when they begin; from then on they say so themselves, or their shifts do
    supervisor  yes if they lead the body
    woman       yes if somebody who wishes to speak to a woman would be given them
    also        other bodies they belong to, by code or only by kind (police), with | between
    until       the last day of their mandate, as 2026-12-31

    A liaison is known by the phone, and brought up to date. One who is not in the file stays as they are.
    Nothing is loaded if any row is wrong. What they once belonged to is never forgotten: it decides what they
    may not see.
    """
    with ready(settings) as service:
        number = liaisons_into(service, file)
    click.echo(
        f"Loaded {number} liaisons. Their numbers are sealed: delete the file, or keep it locked away."
    )
    click.echo("See whether somebody answers everything: itikia check")


def liaisons_into(service: Service, file: Path) -> int:
    settings = service.settings
    table = csv_files.read(file, liaisons.COLUMNS)
    with service.transaction() as work:
        listed = liaisons.read_rows(table, bodies.by_code(work.session), settings.country, languages())
        liaisons.save(work.session, settings.keys, listed, languages(), work.now)
        _withdraw(work)
    return len(listed)


@liaisons_.command("list")
@click.pass_obj
def list_liaisons(settings: Settings) -> None:
    """Who they are, each with the ID by which other commands know them. No numbers."""
    with ready(settings) as service, service.read() as work:
        for line in roll(work):
            click.echo(line)


def roll(work: UnitOfWork) -> Iterator[str]:
    """A line for each liaison, those first whose body comes first."""
    those = everybody(work)
    there = {each.id for each in on_duty(work, those)}
    rows = [
        (f"{each.id:2}", each.name, each.body.name,
         "on" if each.id in there else "off", _last_day(work, each), each.languages,
         _reached_by(each), _roles(each))
        for each in those
    ]  # fmt: skip
    yield from terminal.columns(
        ("ID", "name", "body", "duty", "until", "languages", "reached by", "also"), rows
    )


def everybody(work: UnitOfWork) -> Sequence[Liaison]:
    """All there are and were, by their bodies."""
    whole = (
        joinedload(Liaison.body),
        selectinload(Liaison.roles),
        joinedload(Liaison.person).options(selectinload(Person.addresses)),
    )
    return work.session.scalars(select(Liaison).options(*whole).order_by(Liaison.body_code, Liaison.id)).all()


def on_duty(work: UnitOfWork, those: Sequence[Liaison]) -> list[Liaison]:
    there = shifts.on_duty(work.session, [each.id for each in those], work.country.zone, work.now)
    return [each for each in those if each.id in there]


def _last_day(work: UnitOfWork, liaison: Liaison) -> str:
    return (
        f"{(liaison.until - timedelta(seconds=1)).astimezone(work.country.zone):%Y-%m-%d}"
        if liaison.until
        else ""
    )


def _reached_by(liaison: Liaison) -> str:
    return ", ".join(each.channel for each in liaison.person.reached_at) or "cannot be reached"


def _roles(liaison: Liaison) -> str:
    """What they are beside one of their own body."""
    others = [role for role in liaison.roles if role.body_code != liaison.body_code]
    roles = [f"{role.body_code or role.kind}{' (once)' if role.ended_at else ''}" for role in others]
    return ", ".join(
        [*(["supervisor"] if liaison.supervisor else []), *(["woman"] if liaison.woman else []), *roles]
    )


@liaisons_.command("remove")
@click.argument("identity", metavar="ID", type=int)
@click.pass_obj
def remove_liaison(settings: Settings, identity: int) -> None:
    """Somebody is a liaison no longer: nothing is put before them. What they did stays in the history."""
    with ready(settings) as service, service.transaction() as work:
        who = terminal.liaison(work, identity)
        liaisons.remove(who, work.now)
        _withdraw(work)
        click.echo(
            f"{who.name} is a liaison no longer. Take them out "
            "of your file too: loading it would bring them back."
        )


COMMANDS: tuple[click.Command, ...] = (bodies_, liaisons_)
