"""Rumours that are like one another, for a person to link."""

from collections.abc import Iterable, Set
from itertools import islice

from hotline.context import UnitOfWork
from hotline.directory.liaisons import Liaison
from hotline.places.names import bare_words
from hotline.rumours import spread
from hotline.rumours.readers import HOUR, county, may_read
from hotline.rumours.rumour import Rumour, family_of, likeness

MOST_COMPARED = 500


# Others like it

LEAST = 70
"""Of 100, below which two claims are not alike."""


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
    scored = [(each, _likeness(rumour, each, claim, each.claim(work.keys), places)) for each in others]
    return sorted((each for each in scored if each[1] >= LEAST), key=lambda each: (-each[1], each[0].id))


def _likeness(one: Rumour, other: Rumour, claim: str, claims: str, places: Set[str]) -> int:
    same_hour = abs(one.opened_at - other.opened_at) <= HOUR
    return likeness(
        claim, claims, same_place=one.area_code == other.area_code, same_hour=same_hour, places=places
    )


def _names_of_places(work: UnitOfWork, rumour: Rumour) -> set[str]:
    """Every word in the names of the places around."""
    around = [work.areas[code] for code in county(work, rumour)]
    return {word for area in around for name in (area.name, *area.aliases) for word in bare_words(name)}
