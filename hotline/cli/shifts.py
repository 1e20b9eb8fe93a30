"""`itikia shifts`: who is on duty when, from spreadsheets and by hand."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy import select

from hotline.cli import rosters, terminal
from hotline.context import Service, UnitOfWork, ready
from hotline.core import csv_files
from hotline.directory import bodies, duty_changes, liaisons, people, shift_loading, shifts
from hotline.directory.liaisons import Liaison, is_one_now
from hotline.directory.shifts import DutyChange, Shift, Stretch
from hotline.duty import night_check
from hotline.settings import Settings

WEEK = timedelta(days=7)
MOST_STRETCHES = 5
"""Empty stretches that are told one by one."""

F = TypeVar("F", bound=Callable[..., Any])


@click.group("shifts")
def shifts_() -> None:
    """Who is on duty when. Times are those of the country's own clock."""


@shifts_.command("load")
@terminal.FILE
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
    for body, those in groupby(rosters.on_duty(work, rosters.everybody(work)), key=lambda each: each.body):
        yield f"{body.name}: {', '.join(each.name for each in those)}"


def patterns(work: UnitOfWork) -> Iterator[str]:
    """A line for each liaison who has shifts."""
    weekly = work.session.scalars(select(Shift).order_by(Shift.days, Shift.begins)).all()
    for who in rosters.everybody(work):
        theirs = [shift_loading.in_words(each) for each in weekly if each.liaison_id == who.id]
        if theirs and is_one_now(who, work.now):
            yield f"{who.body.name}: {who.name}, {'; '.join(theirs)}"


def arranged(work: UnitOfWork) -> Iterator[str]:
    """A line for each stretch of leave, and for each in which
    somebody stands in for another; both of a swap have its number."""
    rows, names = (
        duty_changes.coming(work.session, work.now),
        {each.id: each.name for each in rosters.everybody(work)},
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
    """The moment that is written 2026-12-24T18:00, or 2026-12-24
    for the beginning of that day; as an end, for its end."""
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
            f"{first.name} is of {first.body.name}, {second.name} of "
            f"{second.body.name}; to do it all the same, add --anyway"
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
    """Undo the leave or the swap with this NUMBER, as far
    as it is not past. Of a swap both halves are undone."""
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


COMMANDS: tuple[click.Command, ...] = (shifts_,)
