"""`itikia bodies`, `itikia liaisons`, `itikia shifts`: who answers and when, from spreadsheets and by hand."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from hotline import bodies, escalation, firewall, liaisons, people, readiness, shifts, tables
from hotline.language import languages
from hotline.liaisons import Liaison
from hotline.settings import Settings
from hotline.shifts import Stretch
from hotline.work import Service, Work, ready

WEEK = timedelta(days=7)

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


# --------------------------------------------------------------------------------------------------------------- the bodies


@click.group("bodies")
def bodies_() -> None:
    """The institutions that answer: police stations, peace committees."""


@bodies_.command("load")
@FILE
@click.pass_obj
def load_bodies(settings: Settings, file: Path) -> None:
    """Load bodies from a CSV FILE with the columns code, name, kind and areas, and perhaps categories and parent.

    \b
    kind        police, peace, women, oversight or coordination
    areas       codes with | between; a body serves all that lies inside them
    categories  codes with | between, where it answers less than its kind does
    parent      the code of the body that it is under

    A body that is known by its code is brought up to date. One that is not in the file stays as it is. Nothing is loaded if any
    row is wrong.
    """
    with ready(settings) as service:
        number = bodies_into(service, file)
    click.echo(f"Loaded {number} bodies. Now those who answer for them: itikia liaisons load FILE")


def bodies_into(service: Service, file: Path) -> int:
    table = tables.read(file, bodies.COLUMNS)
    with service.work() as work:
        listed = bodies.check(table, work.areas, bodies.parents(work.session))
        police = firewall.of_the_police(work.session, work.now)
        bodies.save(work.session, listed)
        firewall.remember(work.session, police, work.now)
        _withdraw(work)
    return len(listed)


def _withdraw(work: Work) -> None:
    """Who may see a case goes by the rosters: whoever may not any more has it no longer."""
    work.session.flush()
    work.session.expire_all()
    if number := escalation.withdraw(work):
        click.echo(f"Taken from those who may not see them any more, and put before somebody else: {number}.")


# ------------------------------------------------------------------------------------------------------------- the liaisons


@click.group("liaisons")
def liaisons_() -> None:
    """Those who answer for the bodies."""


@liaisons_.command("load")
@FILE
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

    A liaison is known by the phone, and brought up to date. One who is not in the file stays as they are. Nothing is loaded if
    any row is wrong. What they once belonged to is never forgotten: it decides what they may not see.
    """
    with ready(settings) as service:
        number = liaisons_into(service, file)
    click.echo(f"Loaded {number} liaisons. Their numbers are sealed: delete the file, or keep it locked away.")
    click.echo("See whether somebody answers everything: itikia check")


def liaisons_into(service: Service, file: Path) -> int:
    settings = service.settings
    table = tables.read(file, liaisons.COLUMNS)
    with service.work() as work:
        listed = liaisons.check(table, bodies.by_code(work.session), settings.country, languages())
        liaisons.save(work.session, settings.keys, listed, languages(), work.now)
        _withdraw(work)
    return len(listed)


@liaisons_.command("list")
@click.pass_obj
def list_liaisons(settings: Settings) -> None:
    """Who they are, each with the ID by which other commands know them. No numbers."""
    with ready(settings) as service, service.look() as work:
        for line in roll(work):
            click.echo(line)


def roll(work: Work) -> Iterator[str]:
    """A line for each liaison, those first whose body comes first."""
    whole = (joinedload(Liaison.body), selectinload(Liaison.roles))
    everybody = work.session.scalars(select(Liaison).options(*whole).order_by(Liaison.body_code, Liaison.id)).all()
    there = shifts.on_duty(work.session, [each.id for each in everybody], work.country.zone, work.now)
    yield f"{'ID':>5}  {'name':24} {'body':32} {'duty':5} {'until':11} roles"
    for each in everybody:
        last = f"{(each.until - timedelta(seconds=1)).astimezone(work.country.zone):%Y-%m-%d}" if each.until else ""
        yield f"{each.id:5}  {each.name:24} {each.body.name:32} {'on' if each.id in there else 'off':5} {last:11} {_roles(each)}".rstrip()


def _roles(liaison: Liaison) -> str:
    names = ((role.body_code or role.kind, role.ended_at) for role in liaison.roles)
    roles = [f"{name} (once)" if ended else str(name) for name, ended in names]
    return ", ".join([*(["supervisor"] if liaison.supervisor else []), *(["woman"] if liaison.woman else []), *roles])


@liaisons_.command("remove")
@click.argument("identity", metavar="ID", type=int)
@click.pass_obj
def remove_liaison(settings: Settings, identity: int) -> None:
    """Somebody is a liaison no longer: nothing more is put before them. What they did stays in the history."""
    with ready(settings) as service, service.work() as work:
        who = _liaison(work, identity)
        liaisons.remove(who, work.now)
        _withdraw(work)
        click.echo(f"{who.name} is a liaison no longer. Take them out of your file too: loading it would bring them back.")


def _liaison(work: Work, identity: int) -> Liaison:
    who = work.session.get(Liaison, identity)
    if who is None:
        raise click.ClickException(f"there is no liaison {identity}; itikia liaisons list shows who there is")
    return who


# --------------------------------------------------------------------------------------------------------------- the shifts


@click.group("shifts")
def shifts_() -> None:
    """Who is on duty when. Times are those of the country's own clock."""


@shifts_.command("load")
@FILE
@click.pass_obj
def load_shifts(settings: Settings, file: Path) -> None:
    """Load weekly shifts from a CSV FILE with the columns phone, days, from and to.

    \b
    phone  of a liaison who is known already; a row for each of their shifts
    days   daily, or mon-fri, or mon|wed|sun: the days on which it begins; or none, to take their shifts away
    from   a time from 00:00 to 23:59
    to     a time up to 24:00; one no later than from is on the next day

    Each liaison in the file has these shifts from now on, and no others. One who is not in the file stays as they are. Nothing is
    loaded if any row is wrong.
    """
    with ready(settings) as service:
        number = shifts_into(service, file)
    click.echo(f"Loaded the shifts of {number} liaisons. See which hours are empty: itikia shifts list")


def shifts_into(service: Service, file: Path) -> int:
    """Returns how many liaisons the file has shifts of."""
    table, settings = tables.read(file, shifts.COLUMNS), service.settings
    with service.database.writing() as session:

        def who(number: str) -> int | None:
            person = people.by_number(session, settings.keys, number)
            liaison = liaisons.of(session, person) if person else None
            return liaison.id if liaison else None

        listed = shifts.check(table, settings.country, who)
        shifts.save(session, listed, settings.country.zone, service.clock())
    return len({each.liaison for each in listed})


@shifts_.command("list")
@click.pass_obj
def list_shifts(settings: Settings) -> None:
    """Who is on duty now, the hours of the next seven days in which a body has nobody, and what is not well with tonight."""
    with ready(settings) as service, service.look() as work:
        _paragraph("On duty now", list(on_duty_now(work)), "Nobody.")
        _paragraph("Hours of the next seven days with nobody on duty", list(empty_week(work)), "None.")
        _paragraph("Tonight", readiness.state_of_tonight(work), "All is well.")


def _paragraph(heading: str, lines: Sequence[str], otherwise: str) -> None:
    click.echo(f"{heading}:")
    for line in lines or [otherwise]:
        click.echo(f"  {line}")


def on_duty_now(work: Work) -> Iterator[str]:
    everybody = work.session.scalars(select(Liaison).options(joinedload(Liaison.body)).order_by(Liaison.body_code, Liaison.id)).all()
    there = shifts.on_duty(work.session, [each.id for each in everybody], work.country.zone, work.now)
    return (f"{each.body.name}: {each.name}" for each in everybody if each.id in there)


def empty_week(work: Work) -> Iterator[str]:
    """A line for each body that has empty hours."""
    known, zone = bodies.by_code(work.session), work.country.zone
    for code, stretches in shifts.empty_hours(work.session, zone, work.now, work.now + WEEK).items():
        yield f"{known[code].name}: {', '.join(_stretch(each, zone) for each in stretches)}"


def _stretch(stretch: Stretch, zone: tzinfo) -> str:
    begins, ends = (moment.astimezone(zone) for moment in stretch)
    return f"{begins:%a %d %b %H:%M} to {ends:%a %H:%M}" if ends - begins < WEEK else "the whole time"


WHEN = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d)?", re.ASCII)


def moment(text: str, zone: tzinfo, *, is_end: bool = False) -> datetime:
    """The moment that is written 2026-12-24T18:00, or 2026-12-24 for the beginning of that day; as an end, for its end."""
    try:
        if not WHEN.fullmatch(text):
            raise ValueError
        there = datetime.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"{text!r} is no time; write 2026-12-24 or 2026-12-24T18:00") from None
    if "T" not in text and is_end:
        return liaisons.end_of(there.date(), zone)
    return there.replace(tzinfo=zone).astimezone(UTC)


def _from_until(work: Work, begins: str, until: str) -> Stretch:
    stretch = Stretch(moment(begins, work.country.zone), moment(until, work.country.zone, is_end=True))
    if stretch.ends <= stretch.begins:
        raise click.ClickException(f"{until} is not after {begins}")
    if stretch.ends <= work.now:
        raise click.ClickException(f"{until} is past already")
    return stretch


@shifts_.command()
@click.argument("identity", metavar="ID", type=int)
@click.argument("begins", metavar="FROM")
@click.argument("until", metavar="UNTIL")
@click.pass_obj
def leave(settings: Settings, identity: int, begins: str, until: str) -> None:
    """Liaison ID is off duty from FROM until UNTIL.

    Both are written 2026-12-24T18:00, or 2026-12-24 for the whole of that day.
    """
    with ready(settings) as service, service.work() as work:
        who, stretch = _liaison(work, identity), _from_until(work, begins, until)
        shifts.give_leave(work.session, who.id, *stretch)
        click.echo(f"{who.name} is off duty {_span(work, stretch)}.")


@shifts_.command("swap")
@click.argument("gives", metavar="ID", type=int)
@click.argument("takes", metavar="ID", type=int)
@click.argument("begins", metavar="FROM")
@click.argument("until", metavar="UNTIL")
@click.pass_obj
def swap(settings: Settings, gives: int, takes: int, begins: str, until: str) -> None:
    """The second liaison stands in for the first from FROM until UNTIL.

    Both are written 2026-12-24T18:00, or 2026-12-24 for the whole of that day.
    """
    with ready(settings) as service, service.work() as work:
        giver, taker, stretch = _liaison(work, gives), _liaison(work, takes), _from_until(work, begins, until)
        if giver is taker:
            raise click.ClickException("nobody can stand in for themselves; name two liaisons")
        shifts.swap(work.session, giver.id, taker.id, *stretch)
        click.echo(f"{taker.name} stands in for {giver.name} {_span(work, stretch)}.")


def _span(work: Work, stretch: Stretch) -> str:
    begins, ends = (f"{moment.astimezone(work.country.zone):%Y-%m-%d %H:%M}" for moment in stretch)
    return f"from {begins} until {ends}"


COMMANDS: tuple[click.Command, ...] = (bodies_, liaisons_, shifts_)
