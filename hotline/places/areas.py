"""Where: a place inside another, from the country down to
the ward or village that people name when they call.

The areas of a country come from one file, are kept in the database, and are read once by each process into a
tree that knows at once what lies inside what.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import cos, dist, pi, radians, sin
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Base
from hotline.core.errors import Misconfigured
from hotline.places.names import Names

GAZETTEER = Path(__file__).parent / "gazetteer"
"""The countries that come with the hotline, one file each."""


@dataclass(frozen=True, slots=True)
class Area:
    """One place. The country has no parent, and its code is the two letters of ISO 3166."""

    code: str
    name: str
    parent: str | None
    level: str = ""
    aliases: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None


class Found(NamedTuple):
    """A place that somebody may have meant, and its name or alias that they came close to."""

    area: Area
    name: str


class AreaRecord(Base):
    """An area as it is kept. The other tables refer to its code."""

    __tablename__ = "areas"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("areas.code"), index=True)
    level: Mapped[str]
    aliases: Mapped[str]
    """Joined by "|"."""
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    country: Mapped[str] = mapped_column(String(2), index=True)
    edition: Mapped[int] = mapped_column(default=1)
    """How many times this area has been loaded from a file."""


class Areas:
    """All areas of one country, as an immutable tree; when areas are loaded anew, a new one is read."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self._areas = {area.code: area for area in areas}
        (self.country,) = (area for area in self._areas.values() if area.parent is None)
        self._children = _children(self._areas.values())
        self._outwards = {area.code: tuple(_outwards(self._areas, area)) for area in self._areas.values()}
        self._steps = {
            code: {outer.code: steps for steps, outer in enumerate(chain)}
            for code, chain in self._outwards.items()
        }
        self._full_names = _full_names(self._outwards)
        self._names = Names(
            {area.code: (area.name, *area.aliases) for area in self},
            {code: [outer.code for outer in chain] for code, chain in self._outwards.items()},
        )
        self._placed = [
            (area, _on_globe(*place)) for area in self._areas.values() if (place := self._place(area))
        ]

    def __getitem__(self, code: str) -> Area:
        return self._areas[code]

    def __contains__(self, code: object) -> bool:
        return code in self._areas

    def __iter__(self) -> Iterator[Area]:
        return iter(self._areas.values())

    def __len__(self) -> int:
        return len(self._areas)

    def get(self, code: str) -> Area | None:
        """The area with this code, or `None`."""
        return self._areas.get(code)

    def children(self, area: Area) -> tuple[Area, ...]:
        """The areas directly inside this one, by name."""
        return self._children.get(area.code, ())

    def outwards(self, area: Area) -> tuple[Area, ...]:
        """The area itself, what it lies in, and so on up to the country."""
        return self._outwards[area.code]

    def nearby(self, area: Area) -> list[Area]:
        """What lies inside the area, and then around it in ever wider
        circles, up to its county's border; without what it lies in."""
        *circles, _country = self.outwards(area) if area != self.country else (area, area)
        seen = dict.fromkeys(self.outwards(area))
        found = dict.fromkeys(each for circle in circles for each in self.all_inside(circle))
        return [each for each in found if each not in seen]

    def all_inside(self, area: Area) -> Iterator[Area]:
        """Everything that lies in the area, at whatever depth."""
        for child in self.children(area):
            yield child
            yield from self.all_inside(child)

    def inside(self, area: Area, outer: Area) -> bool:
        """Whether the area is the outer one, or lies somewhere in it."""
        return outer.code in self._steps[area.code]

    def touch(self, one: str, other: str) -> bool:
        """Whether one of these lies in the other, or they are the same.
        False where there is no area with such a code any more."""
        first, second = self.get(one), self.get(other)
        return (
            first is not None
            and second is not None
            and (self.inside(first, second) or self.inside(second, first))
        )

    def distance(self, area: Area, outer: Area) -> int | None:
        """The steps outwards: 0 to itself, 1 to its parent;
        `None` when the outer one does not contain the area."""
        return self._steps[area.code].get(outer.code)

    def full_name(self, area: Area) -> str:
        """A name that tells the area from its twins: "Kaptembwo, Nakuru",
        and with all that lies between where that is not enough."""
        return self._full_names[area.code]

    def full_name_of(self, code: str) -> str:
        """The same, by its code; the code, where it is on our map no more."""
        return self._full_names.get(code, code)

    def name_of(self, code: str) -> str:
        """Its name alone; the code, where it is on our map no more."""
        return self._areas[code].name if code in self._areas else code

    def closest(self, text: str, within: Area | None = None, limit: int = 5) -> tuple[Found, ...]:
        """The areas that somebody may have meant, best first, each once; none at all for nonsense.

        The country itself is never among them: which country it is the hotline knows.
        """
        found = self._names.closest(text, (within or self.country).code, limit)
        return tuple(Found(self._areas[code], name) for code, name in found)

    def nearest(
        self, latitude: float, longitude: float, limit: int = 3, within_km: float = 50.0
    ) -> tuple[Area, ...]:
        """The areas around a spot by the distance of their middle,
        nearest first; none for a spot that is not on the globe.

        The smallest that are known are named: never the country, nor an area when all that is directly inside
        it has a place on the map, or when something inside it is nearer.
        """
        if not (abs(latitude) <= 90 and abs(longitude) <= 180):
            return ()
        spot, reach = _on_globe(latitude, longitude), 2 * sin(min(within_km / EARTH_KM, pi) / 2)
        near = sorted((far, area.code) for area, place in self._placed if (far := dist(spot, place)) <= reach)
        found: list[Area] = []
        for area in (self._areas[code] for _far, code in near):
            if len(found) < limit and not any(self.inside(nearer, area) for nearer in found):
                found.append(area)
        return tuple(found)

    def _place(self, area: Area) -> tuple[float, float] | None:
        """Where to look for the middle of an area, unless it is told better by the areas inside it."""
        inside = self.children(area)
        if area is self.country or (inside and all(_latlon(inner) for inner in inside)):
            return None
        return _latlon(area)


EARTH_KM = 6371.0


def _latlon(area: Area) -> tuple[float, float] | None:
    return None if area.latitude is None or area.longitude is None else (area.latitude, area.longitude)


def _on_globe(latitude: float, longitude: float) -> tuple[float, float, float]:
    """The spot on a globe of size one: whichever is nearer through the
    ground is nearer over it too, at the poles and at the date line."""
    north, east = radians(latitude), radians(longitude)
    return cos(north) * cos(east), cos(north) * sin(east), sin(north)


def _children(areas: Iterable[Area]) -> dict[str, tuple[Area, ...]]:
    inside: dict[str, list[Area]] = defaultdict(list)
    for area in sorted(areas, key=lambda area: (area.name.casefold(), area.code)):
        if area.parent is not None:
            inside[area.parent].append(area)
    return {code: tuple(children) for code, children in inside.items()}


def _outwards(areas: Mapping[str, Area], area: Area) -> Iterator[Area]:
    yield area
    while area.parent is not None:
        area = areas[area.parent]
        yield area


def _full_names(outwards: Mapping[str, tuple[Area, ...]]) -> dict[str, str]:
    short = {code: _joined((chain[0], *chain[1:-1][-1:])) for code, chain in outwards.items()}
    times = Counter(short.values())
    return {
        code: name if times[name] == 1 else _joined(outwards[code][:-1] or outwards[code])
        for code, name in short.items()
    }


def _joined(areas: Iterable[Area]) -> str:
    return ", ".join(area.name for area in areas)


def load(session: Session, country: str) -> Areas:
    """The areas of a country, by its two-letter code. Raises `Misconfigured` if there are none."""
    records = session.scalars(select(AreaRecord).where(AreaRecord.country == country)).all()
    if not records:
        raise Misconfigured(
            f"There are no areas of the country “{country}” in the database. Load a file of them, such as "
            "hotline/places/gazetteer/kenya.csv, or set the country to one whose areas are loaded."
        )
    return Areas(_area(record) for record in records)


def _area(record: AreaRecord) -> Area:
    aliases = tuple(record.aliases.split("|")) if record.aliases else ()
    return Area(
        record.code, record.name, record.parent_code, record.level, aliases, record.latitude, record.longitude
    )


def version(session: Session, country: str) -> int:
    """How many times the areas of a country were loaded, 0 if never:
    a tree read at another count is out of date. One query by key."""
    return session.scalar(select(AreaRecord.edition).where(AreaRecord.code == country)) or 0
