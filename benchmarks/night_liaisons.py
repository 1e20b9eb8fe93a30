"""The liaisons of the night: a county's roster, of which a third are asleep."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from benchmarks.night_carrier import Town
from benchmarks.night_people import Gateway, a_text
from hotline.directory import bodies, liaisons
from hotline.directory.categories import BodyKind
from hotline.places.areas import Areas

KEYS = re.compile(r"\b(\d) ([A-Z]+\d*) =")
"""What a liaison is asked to text, in whatever language: a number, the case's word, and what it means."""
YOURS = re.compile(r"\b4 ([A-Z]+\d*)\b(?! =)")


@dataclass
class Liaison:
    """One who answers for a body; or is asleep."""

    gateway: Gateway
    number: str
    body: str
    asleep: bool
    minutes: float
    """Until they answer, more or less."""
    inbox: list[tuple[datetime, str]] = field(default_factory=list)
    texted: int = 0
    busy_with: set[str] = field(default_factory=set)

    @property
    def _town(self) -> Town:
        return self.gateway.town

    def hears(self, text: str) -> None:
        self.inbox.append((self._town.now, text))
        if self.asleep:
            return
        keys = {key for key, _word in KEYS.findall(text)}
        word = next((word for _key, word in KEYS.findall(text)), "")
        if keys == {"1", "2"}:
            self._is_asked(word)
        elif keys:
            self._is_wondered_about(word, keys)
        elif (found := YOURS.search(text)) and found[1] not in self.busy_with:
            self._sees_to_it(found[1])

    def _is_asked(self, word: str) -> None:
        says = self._town.chance.choices(
            (f"1 {word}", f"2 {word} no vehicle", f"5 {word}", ""), (84, 9, 3, 4)
        )[0]
        if self.body == "situation":
            says = f"1 {word}"
        self._later(says, self.minutes)

    def _is_wondered_about(self, word: str, keys: set[str]) -> None:
        forgot = self._town.one_in(3)
        step = "3" if "3" in keys else "6" if "6" in keys else "1"
        self._later("" if forgot else f"{step} {word}", self.minutes)

    def _sees_to_it(self, word: str) -> None:
        """It is theirs: they go there, or forget."""
        self.busy_with.add(word)
        if self._town.one_in(8):
            self.busy_with.discard(word)
            return
        minutes = 0.0
        for step, middle in (("4", 5), ("6", 15), ("3", 25)):
            minutes += self._town.some_seconds(middle, 0.5)
            self._town.after(60 * minutes, partial(self._text, f"{step} {word}"))

    def _later(self, says: str, minutes: float) -> None:
        if says:
            self._town.after(60 * self._town.some_seconds(minutes), partial(self._text, says))

    def _text(self, says: str) -> None:
        self.texted += 1
        if says.startswith("3 "):
            self.busy_with.discard(says[2:])
        self.gateway.say(
            "texts", a_text(self.number, says, f"{self.number}-{self.texted}"), lambda _page: None
        )


@dataclass(frozen=True)
class Roster:
    """A county's bodies, one of them empty, and its liaisons."""

    bodies: list[bodies.Listed]
    liaisons: list[liaisons.Listed]
    empty: str


def roster(areas: Areas, county: str, many: int = 60) -> Roster:
    """Twelve bodies: headquarters and six stations, of which the second has nobody; two peace committees, a
    women's desk, an oversight office, and a situation room for the whole country."""
    parts = _parts([each.code for each in areas.children(areas[county])], 6)
    halves = _parts([each.code for each in areas.children(areas[county])], 2)
    listed = [bodies.Listed("headquarters", "County Police Headquarters", BodyKind.POLICE, (county,), ())]
    for number, part in enumerate(parts, 1):
        listed.append(
            bodies.Listed(f"station{number}", f"Station {number}", BodyKind.POLICE, part, (), "headquarters")
        )
    for number, half in enumerate(halves, 1):
        listed.append(bodies.Listed(f"peace{number}", f"Peace Committee {number}", BodyKind.PEACE, half, ()))
    listed.append(bodies.Listed("women", "County Women's Desk", BodyKind.WOMEN, (county,), ()))
    listed.append(bodies.Listed("oversight", "Police Oversight Authority", BodyKind.OVERSIGHT, (county,), ()))
    listed.append(
        bodies.Listed("situation", "Situation Room", BodyKind.COORDINATION, (areas.country.code,), ())
    )
    return Roster(
        listed,
        list(itertools.islice(_liaisons([each.code for each in listed if each.code != "station2"]), many)),
        "station2",
    )


def _parts(codes: Sequence[str], number: int) -> list[tuple[str, ...]]:
    """As evenly as they go; the same again where there are fewer than parts."""
    return [tuple(codes[place::number]) or (codes[place % len(codes)],) for place in range(number)]


def _liaisons(codes: Sequence[str]) -> Iterator[liaisons.Listed]:
    for number in itertools.count():
        turn, place = divmod(number, len(codes))
        speaks = ("sw", "en") if number % 3 == 0 else ("en", "sw")
        yield liaisons.Listed(
            codes[place],
            f"Liaison {number + 1}",
            f"+254722{number:06}",
            speaks,
            True,
            supervisor=turn == 0,
            woman=number % 4 == 0,
        )
