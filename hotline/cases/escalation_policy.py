"""The escalation policy: who is asked about a case that nobody has, one
after another, and how long each has. Two tables, and nothing else.

After the last row of an order it begins again at the top, where whoever was asked least comes first. A row
with nobody to ask is skipped at once.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from hotline.directory.categories import Urgency


class Rung(StrEnum):
    """Whose turn it is."""

    PRIMARY = "primary"
    """Whose it is: of the nearest fitting body, on duty, speaking the language, with the least to do."""
    BORDER = "border"
    """The same of another body of that kind, where both list the
    very place as theirs: nobody argues at a border whose it is."""
    NEXT = "next"
    """Another one on duty of a body that was asked."""
    SUPERVISOR = "supervisor"
    """Who leads a body that was asked, or one that it is under."""
    SIDEWAYS = "sideways"
    """A body that was not asked: another kind before the neighbour of the same kind."""
    OVERSIGHT = "oversight"
    """An oversight authority, whatever it is about."""
    COORDINATION = "coordination"
    """The body that gets what nobody else answers, on duty or not: there is nobody behind it."""
    REPEAT = "repeat"
    """Nobody: the end of the order, and from the top again."""


class Ways(StrEnum):
    """On which channels one is asked."""

    BEST = "best"
    """The best that they have; the next when that fails."""
    ALL = "all"
    """All that they have, at once."""


@dataclass(frozen=True, slots=True)
class Row:
    after: int
    """Minutes after the row before; 0 is at the same time."""
    rung: Rung
    ways: Ways = Ways.BEST


@dataclass(frozen=True, slots=True)
class Still:
    """After how many minutes without a step one who has a case is asked whether they are still on it, and
    when it lapses. None of the citizen's time is spent on one who forgot."""

    taken: int
    on_the_way: int
    """They are asked then whether they are safe."""
    there: int
    answer: int
    """Minutes to answer that; then the case goes on to somebody else."""


PRIMARY, BORDER, NEXT, SUPERVISOR, SIDEWAYS = (
    Rung.PRIMARY,
    Rung.BORDER,
    Rung.NEXT,
    Rung.SUPERVISOR,
    Rung.SIDEWAYS,
)
OVERSIGHT, COORDINATION, REPEAT = Rung.OVERSIGHT, Rung.COORDINATION, Rung.REPEAT
LIFE, HIGH, ORDINARY = Urgency.LIFE, Urgency.HIGH, Urgency.ORDINARY
ALL = Ways.ALL

ORDERS: dict[Urgency, tuple[Row, ...]] = {
    #         after  who           on
    LIFE: (
        Row(  0,     PRIMARY,      ALL),
        Row(  0,     BORDER,       ALL),
        Row(  3,     NEXT,         ALL),
        Row(  3,     SUPERVISOR,   ALL),
        Row(  3,     SIDEWAYS,     ALL),
        Row(  3,     SIDEWAYS,     ALL),
        Row(  3,     COORDINATION, ALL),
        Row(  3,     REPEAT),
    ),
    HIGH: (
        Row(  0,     PRIMARY),
        Row(  0,     BORDER),
        Row(  5,     NEXT),
        Row(  5,     SUPERVISOR),
        Row(  5,     SIDEWAYS),
        Row(  5,     SIDEWAYS),
        Row(  5,     COORDINATION),
        Row(  5,     REPEAT),
    ),
    ORDINARY: (
        Row(  0,     PRIMARY),
        Row(  0,     BORDER),
        Row( 20,     NEXT),
        Row( 20,     SUPERVISOR),
        Row( 20,     SIDEWAYS),
        Row( 20,     COORDINATION),
        Row( 60,     REPEAT),
    ),
}  # fmt: skip

LONGEST_REST = 120
"""Minutes. An order in which nobody has answered rests twice as long each time before it begins again, and at
most so long: by then everybody has been asked many times, and phones that ring all night are switched off."""

AFTER_TWO_NOES = (Row(0, COORDINATION), Row(0, OVERSIGHT))
"""Comes before the order of a case to which the citizen has
said *no* twice, on the channels on which that order begins."""

STILL: dict[Urgency, Still] = {
    #               taken  on the way  there  to answer
    LIFE:     Still(10,    20,         60,    5),
    HIGH:     Still(30,    60,         180,   10),
    ORDINARY: Still(720,   240,        720,   120),
}  # fmt: skip
"""Minutes of those who have a case, by its urgency."""


def patience_of(urgency: Urgency) -> int:
    """Minutes that one who is asked has before the next is."""
    return next(row.after for row in ORDERS[urgency] if row.after)


def rest(order: tuple[Row, ...], lap: int) -> int:
    """Minutes before the order begins again after this lap, counted from 0."""
    return max(order[-1].after, min(LONGEST_REST, order[-1].after << min(lap, 8)))


def order_of(urgency: Urgency, noes: int = 0) -> tuple[Row, ...]:
    """The rows for a case this urgent, to which the citizen has said *no* so often."""
    order = ORDERS[urgency]
    if noes < 2:
        return order
    first, *others = order
    before = (replace(row, ways=first.ways) for row in AFTER_TWO_NOES)
    return (*before, replace(first, after=patience_of(urgency)), *others)
