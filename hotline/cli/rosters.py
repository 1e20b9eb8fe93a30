"""`itikia bodies`, `itikia liaisons`, `itikia shifts`: who answers and when, from spreadsheets and by hand."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from hotline.cases import escalation, reporting
from hotline.cli import terminal
from hotline.context import Service, UnitOfWork, ready
from hotline.core import csv_files
from hotline.core.i18n import languages
from hotline.directory import affiliations, bodies, duty_changes, liaisons, people, shift_loading, shifts
from hotline.directory.bodies import Body
from hotline.directory.liaisons import Liaison, is_one_now
from hotline.directory.people import Person
from hotline.directory.shifts import DutyChange, Shift, Stretch
from hotline.duty import night_check
from hotline.settings import Settings

WEEK = timedelta(days=7)
MOST_STRETCHES = 5
"""Empty stretches that are told one by one."""

F = TypeVar("F", bound=Callable[..., Any])

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


# ------------------------------------------------------------------------------------------------- the bodies


@click.group("bodies")
def bodies_() -> None:
    """The institutions that answer: police stations, peace committees."""


@bodies_.command("load")
@FILE
@click.pass_obj
def load_bodies(settings: Settings, file: Path) -> None:
    """Load bodies from a CSV FILE with the columns code, name, kind and areas, and perhaps categories and
    parent.

    \b
    kind        police, peace, women, oversight or coordination
    areas       codes with | between; a body serves all that lies inside them
    categories  codes with | between, where it answers less than its kind does
    parent      the code of the body that it is under

    A body that is known by its code is brought up to date. One that is not in the file stays as it is.
    Nothing is loaded if any row is wrong.
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
    those = [each for each in _everybody(work) if is_one_now(each, work.now)]
    all_, there = (Counter(each.body_code for each in some) for some in (those, _on_duty(work, those)))
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
    reporting.keep_from_newly_listed(work)
    if number := escalation.withdraw(work):
        click.echo(f"Taken from those who may not see them any more, and put before somebody else: {number}.")


# ----------------------------------------------------------------------------------------------- the liaisons


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
    everybody = _everybody(work)
    there = {each.id for each in _on_duty(work, everybody)}
    rows = [
        (f"{each.id:2}", each.name, each.body.name, "on" if each.id in there else "off", _last_day(work, each), each.languages,
         _reached_by(each), _roles(each))
        for each in everybody
    ]  # fmt: skip
    yield from terminal.columns(
        ("ID", "name", "body", "duty", "until", "languages", "reached by", "also"), rows
    )


def _everybody(work: UnitOfWork) -> Sequence[Liaison]:
    """All there are and were, by their bodies."""
    whole = (
        joinedload(Liaison.body),
        selectinload(Liaison.roles),
        joinedload(Liaison.person).options(selectinload(Person.addresses)),
    )
    return work.session.scalars(select(Liaison).options(*whole).order_by(Liaison.body_code, Liaison.id)).all()


def _on_duty(work: UnitOfWork, those: Sequence[Liaison]) -> list[Liaison]:
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
    """Somebody is a liaison no longer: nothing more is put before them. What they did stays in the history."""
    with ready(settings) as service, service.transaction() as work:
        who = terminal.liaison(work, identity)
        liaisons.remove(who, work.now)
        _withdraw(work)
        click.echo(
            f"{who.name} is a liaison no longer. Take them out of your file too: loading it would bring "
            "them back."
        )


# ------------------------------------------------------------------------------------------------- the shifts


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

    Each liaison in the file has these shifts from now on, and no others. One who is not in the file stays as
    they are. Nothing is loaded if any row is wrong.
    """
    with ready(settings) as service:
        number = shifts_into(service, file)
    click.echo(f"Loaded the shifts of {number} liaisons. See which hours are empty: itikia shifts list")


def shifts_into(service: Service, file: Path) -> int:
    """Returns how many liaisons the file has shifts of."""
    table, settings = csv_files.read(file, shift_loading.COLUMNS), service.settings
    with service.database.writing() as session:

        def who(number: str) -> int | None:
            person = people.by_number(session, settings.keys, number)
            liaison = liaisons.of(session, person) if person else None
            return liaison.id if liaison else None

        listed = shift_loading.read_rows(table, settings.country, who)
        shift_loading.save(session, listed, settings.country.zone, service.clock())
    return len({each.liaison for each in listed})


@shifts_.command("list")
@click.pass_obj
def list_shifts(settings: Settings) -> None:
    """Who is on duty now and when by their shifts, the leave and swaps to come, the empty hours of the next
    seven days, and what is not well with tonight."""
    with ready(settings) as service, service.read() as work:
        _paragraph("On duty now", list(on_duty_now(work)), "Nobody.")
        _paragraph("Weekly shifts; who has none is on duty or not as they say", list(patterns(work)), "None.")
        _paragraph(
            "Leave and swaps to come; itikia shifts cancel NUMBER undoes one", list(arranged(work)), "None."
        )
        _paragraph("Hours of the next seven days with nobody on duty", list(empty_week(work)), "None.")
        _paragraph("Tonight", night_check.state_of_tonight(work), "All is well.")


def _paragraph(heading: str, lines: Sequence[str], otherwise: str) -> None:
    click.echo(f"{heading}:")
    for line in lines or [otherwise]:
        click.echo(f"  {line}")


def on_duty_now(work: UnitOfWork) -> Iterator[str]:
    """A line for each body, with those of it who are."""
    for body, those in groupby(_on_duty(work, _everybody(work)), key=lambda each: each.body):
        yield f"{body.name}: {', '.join(each.name for each in those)}"


def patterns(work: UnitOfWork) -> Iterator[str]:
    """A line for each liaison who has shifts."""
    weekly = work.session.scalars(select(Shift).order_by(Shift.days, Shift.begins)).all()
    for who in _everybody(work):
        theirs = [shift_loading.in_words(each) for each in weekly if each.liaison_id == who.id]
        if theirs and is_one_now(who, work.now):
            yield f"{who.body.name}: {who.name}, {'; '.join(theirs)}"


def arranged(work: UnitOfWork) -> Iterator[str]:
    """A line for each stretch of leave, and for each in which somebody stands in for another; both of a swap
    have its number."""
    rows, names = (
        duty_changes.coming(work.session, work.now),
        {each.id: each.name for each in _everybody(work)},
    )
    in_place = {(each.number, each.begins_at): each for each in rows if each.on_duty}
    for each in rows:
        if not each.on_duty:
            other = in_place.get((each.number, each.begins_at))
            stands_in = f", {names[other.liaison_id]} stands in" if other else ""
            yield (
                f"{each.number:4}  {names[each.liaison_id]} off duty "
                f"{_span(work, _as_stretch(each))}{stands_in}"
            )


def _as_stretch(change: DutyChange) -> Stretch:
    return Stretch(change.begins_at, change.ends_at)


def empty_week(work: UnitOfWork) -> Iterator[str]:
    """A line for each body that has empty hours."""
    known, week = bodies.by_code(work.session), Stretch(work.now, work.now + WEEK)
    for code, stretches in shifts.empty_hours(work.session, work.country.zone, *week).items():
        yield f"{known[code].name}: {_stretches(stretches, week, work.country.zone)}"


def _stretches(stretches: Sequence[Stretch], of: Stretch, zone: tzinfo) -> str:
    """Stretches of a longer one, not too many."""
    if list(stretches) == [of]:
        return "the whole time"
    more = [f"and {len(stretches) - MOST_STRETCHES} more"] if stretches[MOST_STRETCHES:] else []
    return ", ".join([*(_stretch(each, zone) for each in stretches[:MOST_STRETCHES]), *more])


def _stretch(stretch: Stretch, zone: tzinfo) -> str:
    begins, ends = (moment.astimezone(zone) for moment in stretch)
    return (
        f"{begins:%a %d %b %H:%M} to {ends:{'%H:%M' if ends.date() == begins.date() else '%a %d %b %H:%M'}}"
    )


WHEN = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d)?", re.ASCII)


def moment(text: str, zone: tzinfo, *, is_end: bool = False) -> datetime:
    """The moment that is written 2026-12-24T18:00, or 2026-12-24 for the beginning of that day; as an end,
    for its end."""
    try:
        if not WHEN.fullmatch(text):
            raise ValueError
        there = datetime.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"{text!r} is no time; write 2026-12-24 or 2026-12-24T18:00") from None
    if "T" not in text and is_end:
        return liaisons.end_of(there.date(), zone)
    return there.replace(tzinfo=zone).astimezone(UTC)


def _from_until(work: UnitOfWork, begins: str, until: str) -> Stretch:
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
    with ready(settings) as service, service.transaction() as work:
        who, stretch = terminal.liaison(work, identity), _from_until(work, begins, until)
        number = duty_changes.give_leave(work.session, who.id, *stretch)
        click.echo(f"{who.name} is off duty {_span(work, stretch)}. {_undo(number)}")
        _tell_empty(work, [who], stretch)


TWO = (click.argument("one", metavar="A", type=int), click.argument("other", metavar="B", type=int))
FIRST = (click.argument("begins", metavar="FROM"), click.argument("until", metavar="UNTIL"))
SECOND = (click.argument("begins_2", metavar="FROM2"), click.argument("until_2", metavar="UNTIL2"))
ANYWAY = click.option("--anyway", is_flag=True, help="Also where they are of two bodies.")


def _taking(*arguments: Callable[[F], F]) -> Callable[[F], F]:
    """Gives a command these arguments, in this order."""

    def give(command: F) -> F:
        for each in reversed(arguments):
            command = each(command)
        return command

    return give


@shifts_.command("stand-in")
@_taking(*TWO, *FIRST, ANYWAY)
@click.pass_obj
def stand_in(settings: Settings, one: int, other: int, begins: str, until: str, anyway: bool) -> None:
    """Liaison B stands in for liaison A from FROM until UNTIL.

    Both times are written 2026-12-24T18:00, or 2026-12-24 for the whole of that day.
    """
    with ready(settings) as service, service.transaction() as work:
        giver, taker = _two(work, one, other, anyway=anyway)
        stretch = _from_until(work, begins, until)
        number = duty_changes.stand_in(work.session, giver.id, taker.id, stretch)
        click.echo(f"{taker.name} stands in for {giver.name} {_span(work, stretch)}. {_undo(number)}")
        _tell_empty(work, [giver, taker], stretch)


@shifts_.command("swap")
@_taking(*TWO, *FIRST, *SECOND, ANYWAY)
@click.pass_obj
def swap(
    settings: Settings,
    one: int,
    other: int,
    begins: str,
    until: str,
    begins_2: str,
    until_2: str,
    anyway: bool,
) -> None:
    """Liaison B stands in for liaison A from FROM until UNTIL, and A for B from FROM2 until UNTIL2.

    All times are written 2026-12-24T18:00, or 2026-12-24 for the whole of that day.
    """
    with ready(settings) as service, service.transaction() as work:
        first, second = _two(work, one, other, anyway=anyway)
        stretches = _from_until(work, begins, until), _from_until(work, begins_2, until_2)
        _refuse_overlap(*stretches)
        number = duty_changes.swap(work.session, first.id, second.id, stretches[0], stretches[1])
        click.echo(f"{second.name} stands in for {first.name} {_span(work, stretches[0])},")
        click.echo(f"{first.name} for {second.name} {_span(work, stretches[1])}. {_undo(number)}")
        for stretch in stretches:
            _tell_empty(work, [first, second], stretch)


def _two(work: UnitOfWork, one: int, other: int, *, anyway: bool) -> tuple[Liaison, Liaison]:
    first, second = terminal.liaison(work, one), terminal.liaison(work, other)
    if first is second:
        raise click.ClickException("nobody can stand in for themselves; name two liaisons")
    if first.body_code != second.body_code and not anyway:
        raise click.ClickException(
            f"{first.name} is of {first.body.name}, {second.name} of {second.body.name}; to do it all the "
            "same, add --anyway"
        )
    return first, second


def _refuse_overlap(first: Stretch, second: Stretch) -> None:
    if first.begins < second.ends and second.begins < first.ends:
        raise click.ClickException(
            "the two stretches overlap, so each would stand in for the other at once; name two that do not"
        )


@shifts_.command()
@click.argument("number", type=int)
@click.pass_obj
def cancel(settings: Settings, number: int) -> None:
    """Undo the leave or the swap with this NUMBER, as far as it is not past. Of a swap both halves are
    undone."""
    with ready(settings) as service, service.transaction() as work:
        undone = duty_changes.cancel(work.session, number, work.now)
        if not undone:
            raise click.ClickException(
                f"there is no leave or swap {number} to come; itikia shifts list shows what there is"
            )
        names = dict.fromkeys(work.session.get_one(Liaison, each.liaison_id).name for each in undone)
        click.echo(f"Undone for {' and '.join(names)}: they are on duty as before.")


def _undo(number: int) -> str:
    return f"To undo: itikia shifts cancel {number}"


def _tell_empty(work: UnitOfWork, those: Sequence[Liaison], within: Stretch) -> None:
    """Which hours of a stretch are empty now."""
    ahead = Stretch(max(within.begins, work.now), within.ends)
    empty = shifts.empty_hours(work.session, work.country.zone, *ahead)
    for body in dict.fromkeys(each.body for each in those):
        if stretches := empty.get(body.code):
            click.echo(
                f"Nobody of {body.name} is on duty then: {_stretches(stretches, ahead, work.country.zone)}."
            )
        else:
            click.echo(f"Somebody of {body.name} is on duty all that time.")


def _span(work: UnitOfWork, stretch: Stretch) -> str:
    begins, ends = (f"{moment.astimezone(work.country.zone):%Y-%m-%d %H:%M}" for moment in stretch)
    return f"from {begins} until {ends}"


COMMANDS: tuple[click.Command, ...] = (bodies_, liaisons_, shifts_)
