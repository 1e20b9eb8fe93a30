"""Who may approve a broadcast, and how many must. Pure:
nothing here looks anything up, and nothing overrides it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

HOLDS = timedelta(minutes=30)
"""How long an approval counts while others are awaited. What was true half an hour ago may not be."""
WARDS = 3
"""As many as one other hand may send to."""


class WhyNot(StrEnum):
    """Why somebody may not approve it."""

    WROTE_IT = "they wrote it, or changed it"
    SAME_BODY = "they are of a body that has its hand in it already"
    TWO_POLICE = "one of the police has their hand in it already"
    TWICE = "they have approved it already"


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody who wrote, changed or approves a broadcast."""

    liaison: int
    bodies: frozenset[str]
    """Every body that they are of."""
    of_the_police: bool
    """They are of the police, or ever were."""
    coordinates: bool = False
    """They are of a coordinating body."""


@dataclass(frozen=True, slots=True)
class Need:
    """How much approval a broadcast needs; or why nobody can approve it."""

    hands: int = 1
    coordination: bool = False
    """One of them must be of a coordinating body."""
    refused: str = ""


def may_approve(wrote: Iterable[Hand], approved: Sequence[Hand], hand: Hand) -> WhyNot | None:
    """Why this hand may not be added; None where it may.
    `wrote` are the author and everyone who changed it since."""
    wrote = tuple(wrote)
    if any(each.liaison == hand.liaison for each in wrote):
        return WhyNot.WROTE_IT
    if any(each.liaison == hand.liaison for each in approved):
        return WhyNot.TWICE
    if any(each.bodies & hand.bodies for each in (*wrote, *approved)):
        return WhyNot.SAME_BODY
    if hand.of_the_police and any(each.of_the_police for each in (*wrote, *approved)):
        return WhyNot.TWO_POLICE
    return None


def needed(
    levels: Collection[int], *, counties: int = 1, own_words: bool, sorry: bool, emergency: bool
) -> Need:
    """How much approval it needs. `levels` has, of each area, the steps down from the country: 0 the country,
    1 a county, and so on, with a negative number for a place that holds no other. `counties`: in how many
    these areas lie. `sorry`: it only says that another one was wrong."""
    if not levels:
        return Need(refused="it is about no place")
    if emergency:
        is_small = len(levels) == 1 and min(levels) < 0
        return Need() if is_small else Need(refused="an emergency message goes to one ward")
    if sorry:
        return Need()
    if 0 in levels or counties > 1:
        return Need(refused="it goes to one county at a time")
    return Need(_hands(levels) + own_words, coordination=1 in levels)


def _hands(levels: Collection[int]) -> int:
    """One for a few wards, two for more or for what holds wards, three for a county."""
    if 1 in levels:
        return 3
    is_few = len(levels) <= WARDS and max(levels) < 0
    return 1 if is_few else 2


def is_enough(need: Need, approved: Collection[Hand]) -> bool:
    return (
        not need.refused
        and len(approved) >= need.hands
        and (not need.coordination or any(each.coordinates for each in approved))
    )
