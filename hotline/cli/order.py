"""`itikia order`: who is asked about a case, one after another, and when."""

from collections.abc import Iterator, Sequence

import click

from hotline.cases.escalation_policy import AFTER_TWO_NOES, STILL, Row, Rung, Ways, order_of
from hotline.cli.terminal import heading, indented, wrapped
from hotline.core.i18n import SOURCE, say
from hotline.directory.categories import CATEGORIES, Urgency

WHO = 66
"""Letters of the column that says who."""

URGENCIES = {Urgency.LIFE: "Danger to life", Urgency.HIGH: "Urgent", Urgency.ORDINARY: "Ordinary"}

RUNGS = {
    Rung.PRIMARY: "whose it is: nearest, on duty, their language, least to do",
    Rung.BORDER: "at a border: somebody of the other body that names the place",
    Rung.NEXT: "another one on duty of a body that was asked",
    Rung.SUPERVISOR: "who leads a body that was asked, or one above it",
    Rung.SIDEWAYS: "another body: first of another kind, then a neighbour",
    Rung.OVERSIGHT: "an oversight authority, whatever it is about",
    Rung.COORDINATION: "the coordinating body, on duty or not",
    Rung.REPEAT: "from the top again: first those who were asked least",
}

WAYS = {Ways.BEST: "the best channel, then the next", Ways.ALL: "all channels at once"}


@click.command()
def order() -> None:
    """Who is asked about a case, one after another, and how long each has."""
    click.echo("\n\n".join([*map(_order_in_words, URGENCIES), _after_noes(), _patience()]))


def _order_in_words(urgency: Urgency) -> str:
    about = "; ".join(say(each.name, SOURCE) for each in CATEGORIES.values() if each.urgency == urgency)
    return "\n".join([*heading(URGENCIES[urgency]), *indented(about), *_rows(order_of(urgency))])


def _rows(order: Sequence[Row]) -> Iterator[str]:
    yield click.style(f"  minute  {'who is asked':{WHO}}on", dim=True)
    minute = 0
    for row in order:
        minute += row.after
        ways = WAYS[row.ways] if row.rung != Rung.REPEAT else ""
        yield f"  {minute:6}  {RUNGS[row.rung]:{WHO}}{ways}".rstrip()


def _after_noes() -> str:
    first = (f"       0  {RUNGS[row.rung]}" for row in AFTER_TWO_NOES)
    then = "Then comes the order above, once they have had as long to answer as anybody has."
    skipped = (
        "A row with nobody to ask is skipped at once. Who may not see "
        "a case is never asked: itikia why CASE shows who that is."
    )
    return "\n".join(
        [
            *heading("Before that, where the citizen has said no twice"),
            *first,
            *indented(then),
            "",
            *wrapped(skipped),
        ]
    )


def _patience() -> str:
    """The table of those who have a case."""
    said = (
        "Who has a case and takes no step is asked whether they "
        "are still on it; and on the way, whether they are safe"
    )
    columns = "".join(f"{title:>16}" for title in ("having it", "on the way", "being there", "to answer"))
    lines = [
        f"  {URGENCIES[urgency]:16}{''.join(f'{each:>16}' for each in _still(urgency))}"
        for urgency in URGENCIES
    ]
    after = "Who does not answer in that time has the case no more, and it goes to somebody else."
    return "\n".join(
        [*heading(said), click.style(f"  {'after so long':16}{columns}", dim=True), *lines, *indented(after)]
    )


def _still(urgency: Urgency) -> tuple[str, ...]:
    still = STILL[urgency]
    return tuple(map(_minutes, (still.taken, still.on_the_way, still.there, still.answer)))


def _minutes(minutes: int) -> str:
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


COMMANDS: tuple[click.Command, ...] = (order,)
