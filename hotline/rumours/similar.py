"""Rumours that are like one another, for a person to link."""

from collections.abc import Container, Iterable, Set
from itertools import islice

from rapidfuzz import fuzz

from hotline.context import UnitOfWork
from hotline.directory.liaisons import Liaison
from hotline.places.names import bare_words
from hotline.rumours import spread
from hotline.rumours.readers import HOUR, county, may_read
from hotline.rumours.rumour import Rumour, family_of

MOST_COMPARED = 500
LEAST = 70
"""Of 100, below which two claims are not alike."""
FILLERS = frozenset((
    "a", "about", "and", "are", "at", "be", "been", "being", "by", "for", "from", "has", "have", "hear",
    "heard", "i", "in", "is", "it", "of", "on", "our", "people", "that", "the", "their", "them",
    "there", "they", "to", "true", "us", "was", "we", "were", "will", "with", "ati", "eti", "cha",
    "hapa", "huko", "je", "katika", "kuna", "kwa", "kwamba", "kweli", "la", "na", "ndio", "ni",
    "nimesikia", "sasa", "tumesikia", "vya", "wa", "watu", "ya", "za",
))  # fmt: skip
"""Words that say nothing of what a claim is about."""
FEW_WORDS = 2
"""With fewer than so many others, a claim is like none but the very same."""
SAME_PLACE, SAME_HOUR = 6, 6


def suggestions(work: UnitOfWork, rumour: Rumour, who: Liaison, limit: int = 3) -> list[tuple[Rumour, int]]:
    """Others that may be the same and that this liaison may
    read, the likest first. A person decides whether they are."""
    return for_reader(work, who, those_alike(work, rumour), limit)


def for_reader(
    work: UnitOfWork, who: Liaison, alike: Iterable[tuple[Rumour, int]], limit: int
) -> list[tuple[Rumour, int]]:
    return list(islice((each for each in alike if may_read(work, who, each[0])), limit))


def those_alike(work: UnitOfWork, rumour: Rumour) -> list[tuple[Rumour, int]]:
    """Others of the last days in the same county that may be the same, the likest first."""
    claim, own = rumour.claim(work.keys), family_of(work.session, rumour)
    around = spread.recent(work).where(Rumour.area_code.in_(county(work, rumour)), Rumour.id.not_in(own))
    others = work.session.scalars(around.order_by(Rumour.id.desc()).limit(MOST_COMPARED))
    places = _names_of_places(work, rumour)
    scored = [(each, _how_alike(rumour, each, claim, each.claim(work.keys), places)) for each in others]
    return sorted((each for each in scored if each[1] >= LEAST), key=lambda each: (-each[1], each[0].id))


def _how_alike(one: Rumour, other: Rumour, claim: str, claims: str, places: Set[str]) -> int:
    same_hour = abs(one.opened_at - other.opened_at) <= HOUR
    return likeness(
        claim, claims, same_place=one.area_code == other.area_code, same_hour=same_hour, places=places
    )


def _names_of_places(work: UnitOfWork, rumour: Rumour) -> set[str]:
    """Every word in the names of the places around."""
    around = [work.areas[code] for code in county(work, rumour)]
    return {word for area in around for name in (area.name, *area.aliases) for word in bare_words(name)}


def likeness(
    one: str, other: str, *, same_place: bool = False, same_hour: bool = False, places: Container[str] = ()
) -> int:
    """How alike two claims are, of 100: by the words that they share, in whatever order and however they are
    spelt; a little more where they are about the same place, or were heard in the same hour. `places`: the
    words of which the names of places there are made, for where it is makes no claim like another."""
    first, second = _telling(one, places), _telling(other, places)
    if min(len(first), len(second)) < FEW_WORDS:
        return 100 if first and first == second else 0
    pair = " ".join(first), " ".join(second)
    alike = max((fuzz.token_set_ratio(*pair) + fuzz.partial_ratio(*pair)) / 2, fuzz.token_sort_ratio(*pair))
    return min(100, round(alike) + SAME_PLACE * same_place + SAME_HOUR * same_hour)


def _telling(claim: str, places: Container[str]) -> list[str]:
    """The words that say what a claim is about."""
    return [word for word in bare_words(claim) if word not in FILLERS and word not in places]
