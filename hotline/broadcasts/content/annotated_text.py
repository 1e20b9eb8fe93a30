"""A text with its places, names and capitals found, for the checks to read."""

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from hotline.broadcasts.content import lexicon
from hotline.broadcasts.content.lexicon import Hit, Word
from hotline.places.areas import Areas


class Place(NamedTuple):
    """A place that is named: its first word, and the one after its last."""

    areas: frozenset[str]
    name: str
    first: int
    last: int


class Text:
    """One wording, taken apart once."""

    def __init__(self, language: str, text: str, areas: Areas) -> None:
        self.language, self.text, self.areas = language, text, areas
        self.bare = lexicon.bare(text)
        self.words = lexicon.words(text)
        self.hits = lexicon.find(self.words)
        self.shouts = _is_in_capitals(text)

    def of(self, kind: str) -> list[Hit]:
        return [hit for hit in self.hits if hit.kind == kind]

    def shown(self, first: int, last: int) -> str:
        return " ".join(word.raw for word in self.words[first:last])

    def folded(self, place: int) -> str:
        """The word at this place; nothing outside of the text."""
        return self.words[place].folded if 0 <= place < len(self.words) else ""

    @cached_property
    def places(self) -> list[Place]:
        return list(_places(self.words, self.areas))

    @cached_property
    def in_places(self) -> frozenset[int]:
        """Which words are part of a place's name."""
        return frozenset(at for place in self.places for at in range(place.first, place.last))


@lru_cache(maxsize=4)
def _names(areas: Areas) -> dict[str, dict[tuple[str, ...], frozenset[str]]]:
    """The areas by their names and aliases, these by their first word."""
    found: dict[str, dict[tuple[str, ...], frozenset[str]]] = {}
    for area in areas:
        for name in (area.name, *area.aliases) if area.parent else ():
            if parts := tuple(word.folded for word in lexicon.words(name)):
                named = found.setdefault(parts[0], {})
                named[parts] = named.get(parts, frozenset()) | {area.code}
    return found


def _places(words: Sequence[Word], areas: Areas) -> Iterator[Place]:
    """The longest names, one after another, where they are written as names are."""
    at = 0
    while at < len(words):
        named = _names(areas).get(words[at].folded, {}) if words[at].raw[0].isupper() else {}
        length = max((len(parts) for parts in named if _stands(words, at, parts)), default=0)
        if length:
            parts = tuple(word.folded for word in words[at : at + length])
            yield Place(named[parts], " ".join(word.raw for word in words[at : at + length]), at, at + length)
        at += length or 1


def _stands(words: Sequence[Word], at: int, parts: tuple[str, ...]) -> bool:
    return tuple(word.folded for word in words[at : at + len(parts)]) == parts


def is_a_name(text: Text, at: int) -> bool:
    """A word with a capital that is neither a place nor an ordinary word."""
    if not 0 <= at < len(text.words) or at in text.in_places:
        return False
    word = text.words[at]
    return word.raw[0].isupper() and len(word.raw) > 1 and word.folded not in not_names()


@lru_cache(maxsize=1)
def not_names() -> frozenset[str]:
    kinds = (
        lexicon.ORDINARY,
        lexicon.ACCUSE,
        lexicon.TITLE,
        lexicon.FOLK,
        lexicon.TOLL,
        lexicon.FEAR,
        lexicon.PLACE,
    )
    return frozenset[str]().union(*(lexicon.one_word(kind) for kind in kinds))


def _is_in_capitals(text: str) -> bool:
    """Whether capitals tell nothing."""
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) > 3 and sum(map(str.isupper, letters)) * 2 > len(letters)
