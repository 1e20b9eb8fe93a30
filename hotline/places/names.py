"""Which place somebody meant, however they wrote its name: it knows names and codes, and no areas."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process


class Called(NamedTuple):
    """One of the names of an area, and how it is compared."""

    chain: tuple[str, ...]
    """The code of the area, of what it lies in, and so on up to the country."""
    name: str
    is_alias: bool
    spaced: str
    """Its bare words, with a space before each."""
    compact: str
    """The same without any space, for people write "Mai Mahiu" as one word."""


EXACT, EXACT_ALIAS = 300.0, 200.0

ALIKE, BEGINS, FEW_LETTERS = 69.0, 80.0, 3

FAR_BEHIND = 15.0

RUN_ALIKE, RUN_LETTERS, RUN_WORDS, RUN_LESS, OUTER_NAMED = 84.0, 4, 3, 5.0, 15.0

LONGEST = 60
"""Scores out of a hundred, measured on the wards of Kenya with one
and two slips of the finger; anything exact stands above them all.

A name that is `ALIKE` as a whole counts, or that has a word which `BEGINS` with what was written. Of a longer
text each run of words is compared too, more strictly; it counts a little less, but more when the rest of the
text names what the area lies in. What is `FAR_BEHIND` the best is not worth a line on a small screen.
"""


class Names:
    """Every name by which the areas of a country are called, made ready to be compared."""

    def __init__(self, names: Mapping[str, Sequence[str]], chains: Mapping[str, Sequence[str]]) -> None:
        """`names` are those of each area by its code, the aliases after the name; `chains` the codes outwards
        from it. Nothing but what has a chain of two or more is found: the country is not."""
        self._outer_words = {code: bare_words(own[0]) for code, own in names.items()}
        self._called = list(_called(names, chains))
        self._compact = [called.compact for called in self._called]
        self._exact: dict[str, list[int]] = defaultdict(list)
        for place, compact in enumerate(self._compact):
            self._exact[compact].append(place)
        # a conversation asks for the same at each of its turns
        self.closest = lru_cache(maxsize=1024)(self._closest)

    def _closest(self, text: str, within: str, limit: int) -> tuple[tuple[str, str], ...]:
        """The codes of the areas in the one with the code `within` that somebody may have meant, each with
        the name or alias that they came close to; best first."""
        likeness = self._likeness(bare_words(text[:LONGEST]))
        scores = {place: score for place, score in likeness.items() if within in self._called[place].chain}
        least = min(100.0, max(scores.values(), default=0)) - FAR_BEHIND
        best = sorted(
            (place for place in scores if scores[place] >= least),
            key=lambda place: (-scores[place], *self._order(place)),
        )
        found: dict[str, str] = {}
        for called in (self._called[place] for place in best):
            found.setdefault(called.chain[0], called.name)
        return tuple(found.items())[:limit]

    def _order(self, place: int) -> tuple[bool, int, str]:
        """What is equally like it goes by name before alias, then by the bigger area."""
        called = self._called[place]
        return called.is_alias, len(called.chain), called.chain[0]

    def _likeness(self, words: list[str]) -> dict[int, float]:
        """How much each name is like these words; those that are not are left out."""
        whole = "".join(words)
        scores = {
            place: EXACT_ALIAS if self._called[place].is_alias else EXACT
            for place in self._exact.get(whole, ())
        }
        if sum(letter.isalpha() for letter in whole) >= FEW_LETTERS:
            for place, score in (*self._alike(whole, ALIKE), *self._beginning(words), *self._runs(words)):
                scores[place] = max(score, scores.get(place, 0))
        return scores

    def _alike(self, compact: str, least: float) -> Iterator[tuple[int, float]]:
        for _name, score, place in process.extract(
            compact, self._compact, scorer=fuzz.ratio, score_cutoff=least, limit=None
        ):
            yield place, score

    def _beginning(self, words: list[str]) -> Iterator[tuple[int, float]]:
        start = "".join(f" {word}" for word in words)
        for place, called in enumerate(self._called):
            if start in called.spaced:
                yield place, BEGINS + (100 - BEGINS) * len(start) / len(called.spaced)

    def _runs(self, words: list[str]) -> Iterator[tuple[int, float]]:
        for run, rest in _runs(words):
            for place, score in self._alike(run, RUN_ALIKE):
                yield place, score - RUN_LESS + (OUTER_NAMED if self._is_named(place, rest) else 0)

    def _is_named(self, place: int, words: set[str]) -> bool:
        """Whether these words name something that the area lies in, short of the country."""
        return any(words.issuperset(self._outer_words[code]) for code in self._called[place].chain[1:-1])


def bare_words(text: str) -> list[str]:
    """The words of a name as people type them: small letters without accents, hooks or apostrophes."""
    letters = unicodedata.normalize("NFKD", text.casefold()).translate(_BARE)
    return _WORDS("".join(letter for letter in letters if not unicodedata.combining(letter)))


_WORDS = re.compile(r"[^\W_]+").findall

_BARE = str.maketrans("ɓɗƙƴŋɲɛɔǝıøłđ", "bdkynneoeiold", "'`´‘’ʻʼʽˈ")


def _called(names: Mapping[str, Sequence[str]], chains: Mapping[str, Sequence[str]]) -> Iterator[Called]:
    for code, chain in chains.items():
        for name in names[code] if chain[1:] else ():
            if words := bare_words(name):
                spaced = "".join(f" {word}" for word in words)
                yield Called(tuple(chain), name, name != names[code][0], spaced, "".join(words))


def _runs(words: list[str]) -> Iterator[tuple[str, set[str]]]:
    """Each few words in a row, written together, and the words that are left."""
    for first in range(len(words)):
        for last in range(first + 1, min(first + RUN_WORDS, len(words)) + 1):
            run = "".join(words[first:last])
            if len(run) >= RUN_LETTERS and last - first < len(words):
                yield run, {*words[:first], *words[last:]}
