"""`itikia stats`: how well the service answers, for whoever asks at a terminal."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import click

from hotline.cases import conflicts
from hotline.cli.terminal import WIDTH, liaison, wrapped
from hotline.context import UnitOfWork, ready
from hotline.core.i18n import SOURCE, say
from hotline.directory import bodies
from hotline.directory.categories import CATEGORIES
from hotline.settings import Settings
from hotline.situation import records, statistics
from hotline.situation.figures import Measures, Share, Verdicts, Wait
from hotline.situation.records import Known

MEANING = (
    "A time is said of those cases that came so far; beside it stands how many did, and out of how many. "
    "Half of them waited no longer than the first time, nine in ten no longer than the second."
)
SILENCE = (
    "Whether help came is the citizen's own word. One who was asked and has not said is unknown: "
    "silence never counts as yes. In brackets stands between what the true share lies, "
    "19 times in 20; where few have spoken, little is known."
)
"""What the numbers mean."""

NAME = 34
"""Letters of a name in a line."""

WAITS = {
    "acknowledged": "From the report until somebody had the case",
    "there": "From the report until somebody was there",
    "verdict": "From the report until the citizen said whether help came",
}
ANSWERED = "Answered: they took the case on, or said that they cannot"
PASSED_ON = "Cases that they passed on, by reason; that lapsed; and alarms about them"
KEPT = "Promises kept, out of those whose time has come"
HELPED = "Did help come? What the citizens say"
WAIT_OF_BODY = "From when somebody of the body was asked until they had the case"

FEWER = f"fewer than {statistics.FEW}"
BESIDE = "not shown"
"""What stands in place of figures that are kept back, for a small group and for one beside it."""

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Group:
    """A line of each table. In place of what is `kept_back` stands that."""

    name: str
    measures: Measures
    kept_back: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    width: int
    """Letters, with the space before it."""


@click.command()
@click.option(
    "--days",
    type=click.IntRange(1, 36500),
    default=30,
    show_default=True,
    help="Cases reported within so many days until now.",
)
@click.option(
    "--by", type=click.Choice(["category", "area", "body"]), help="A line for each of these, and one for all."
)
@click.option(
    "--level",
    default="",
    help="With --by area: county, or ward. Unless told, what lies directly inside the country.",
)
@click.option(
    "--for", "viewer", type=int, metavar="ID", help="Count only what the liaison with this number may see."
)
@click.option("--public", is_flag=True, help=f"Show no figures of groups with {FEWER} cases.")
@click.pass_obj
def stats(
    settings: Settings, days: int, by: str | None, level: str, viewer: int | None, public: bool
) -> None:
    """How fast somebody answers, which promises are kept, and whether citizens say that help came."""
    with ready(settings) as service, service.read() as work:
        click.echo(answer(work, days, by, level, viewer, public=public))


def answer(
    work: UnitOfWork,
    days: int,
    by: str | None,
    level: str = "",
    viewer: int | None = None,
    *,
    public: bool = False,
) -> str:
    """Everything that is said, as lines for a terminal, of what the
    liaison with the number `viewer` may see, if one is named.

    Raises `Misconfigured` for a level that there is not.
    """
    who = liaison(work, viewer) if viewer is not None else None
    since = work.now - timedelta(days=days)
    may_see = conflicts.sees(work.session, who, work.now) if who else None
    known = records.gather(work.session, since, work.now, may_see)
    number = FEWER if public and len(known.cases) < statistics.FEW else f"{len(known.cases):,}"
    heading = (
        f"{_period(work, since)}: {number} "
        f"{'case' if number == '1' else 'cases'}{f' that {who.name} may see' if who else ''}."
    )
    if number in ("0", FEWER):
        return heading
    groups = _groups(work, known, by, level, public=public)
    tables = _tables(groups, of_bodies=by == "body")
    paragraphs = [_paragraph(text) for text in (heading, MEANING, SILENCE)]
    return "\n\n".join([*paragraphs, *tables, *_footnotes(groups)]) + "\n"


def _period(work: UnitOfWork, since: datetime) -> str:
    begins, ends = (moment.astimezone(work.country.zone) for moment in (since, work.now))
    return f"Reported from {begins:%H:%M on %-d %B %Y} to {ends:%H:%M on %-d %B %Y}"


# The groups


def _groups(work: UnitOfWork, known: Known, by: str | None, level: str, *, public: bool) -> list[Group]:
    """A group for each line, the largest first, and at the end one for all."""
    told, called = _told(work, known, by, level), _called(work, by)
    hidden = statistics.not_to_be_published(told) if public else set()
    groups = [
        Group(called(code), each, _kept_back(each) if code in hidden else "") for code, each in told.items()
    ]
    groups.sort(key=lambda group: (-group.measures.cases, group.name))
    return [
        *groups,
        Group("All", statistics.of_all_bodies(known) if by == "body" else statistics.of_all(known)),
    ]


def _kept_back(group: Measures) -> str:
    return FEWER if group.cases < statistics.FEW else BESIDE


def _told(work: UnitOfWork, known: Known, by: str | None, level: str) -> dict[str, Measures]:
    """The figures by the code of the category, area or body."""
    match by:
        case "category":
            return statistics.by_case(known, lambda case: case.category)
        case "area":
            return statistics.by_case(known, statistics.area_at(work.areas, level))
        case "body":
            return statistics.by_body(known, lambda code: code)
        case _:
            return {}


def _called(work: UnitOfWork, by: str | None) -> Callable[[str], str]:
    """Says what people call it."""
    match by:
        case "category":
            return lambda code: say(CATEGORIES[code].name, SOURCE)
        case "area":
            return work.areas.full_name_of
        case _:
            named = bodies.by_code(work.session)
            return lambda code: named[code].name


# The tables


def _tables(groups: Sequence[Group], *, of_bodies: bool) -> Iterator[str]:
    for what in groups[-1].measures.waits:
        yield _table(WAIT_OF_BODY if of_bodies else WAITS[what], TIMES, groups, _wait_for(what))
    if of_bodies:
        yield _table(ANSWERED, SHARES, groups, lambda each: _share(each.answered))
        yield _table(PASSED_ON, SETBACKS, groups, _setbacks)
    else:
        yield _table(KEPT, SHARES, groups, lambda each: _share(each.promises))
    yield _table(HELPED, VERDICTS, groups, lambda each: _verdicts(each.verdicts))


TIMES = (Column("half within", 18), Column("9 in 10 within", 22), Column("came so far", 24))
SHARES = (Column("share", 18), Column("between", 22), Column("that is", 24))
VERDICTS = (Column("yes", 18), Column("no", 18), Column("unknown", 18), Column("out of", 10))
SETBACKS = (
    Column("vehicle", 9), Column("far", 6), Column("busy", 6),
    Column("unsafe", 8), Column("not theirs", 12), Column("other", 7),
    Column("lapsed", 8), Column("alarms", 8),
)  # fmt: skip
"""In the order of `records.SETBACKS`."""


def _table(
    title: str, columns: Sequence[Column], groups: Sequence[Group], cells: Callable[[Measures], Cells]
) -> str:
    heading = " " * (NAME + 2) + _aligned([column.title for column in columns], columns)
    lines = [_line(group, columns, cells) for group in groups]
    return "\n".join([click.style(title, bold=True), click.style(heading, dim=True), *lines])


def _line(group: Group, columns: Sequence[Column], cells: Callable[[Measures], Cells]) -> str:
    name = group.name if len(group.name) <= NAME else f"{group.name[: NAME - 1]}…"
    figures = (
        f"{group.kept_back:>{WIDTH - NAME - 2}}"
        if group.kept_back
        else _aligned(cells(group.measures), columns)
    )
    return f"  {name:<{NAME}}{figures}"


def _aligned(cells: Cells, columns: Sequence[Column]) -> str:
    return "".join(f"{cell:>{column.width}}" for cell, column in zip(cells, columns, strict=True))


def _wait_for(what: str) -> Callable[[Measures], Cells]:
    return lambda each: _wait(each.waits[what])


def _wait(wait: Wait) -> Cells:
    return _duration(wait.half), _duration(wait.nine_in_ten), f"{len(wait.took):,} of {wait.of:,}"


def _share(share: Share | None) -> Cells:
    return (
        (_percent(share), f"{_between(share)}%", f"{share.part:,} of {share.of:,}")
        if share and share.of
        else ("–", "–", "none yet")
    )


def _verdicts(verdicts: Verdicts) -> Cells:
    shares = (verdicts.confirmed, verdicts.denied, verdicts.unknown)
    return (
        *(f"{_percent(each)} ({_between(each)})" if each.of else "–" for each in shares),
        f"{verdicts.unknown.of:,}",
    )


def _setbacks(of: Measures) -> Cells:
    return [f"{of.setbacks[what]:,}" for what in records.SETBACKS]


def _percent(share: Share) -> str:
    return f"{100 * share.part / share.of:.0f}%"


def _between(share: Share) -> str:
    low, high = share.interval
    return f"{100 * low:.0f}–{100 * high:.0f}"


def _duration(length: timedelta | None) -> str:
    """In the two largest units that matter: 40 s, 4 min, 1 h 10 min, 2 d 3 h."""
    if length is None:
        return "–"
    seconds = int(length.total_seconds())
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


def _footnotes(groups: Sequence[Group]) -> Iterator[str]:
    if any(group.kept_back == BESIDE for group in groups):
        yield _paragraph(
            f"“{BESIDE.capitalize()}” are groups beside a small one, "
            "for its figures could be found by subtraction otherwise."
        )


def _paragraph(text: str) -> str:
    return "\n".join(wrapped(text))
