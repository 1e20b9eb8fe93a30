"""Whoever is named beside something bad: a message of ours accuses nobody."""

from collections.abc import Iterator
from itertools import pairwise

from hotline.broadcasts.content import lexicon
from hotline.broadcasts.content.annotated_text import Text, is_a_name, not_names
from hotline.broadcasts.content.lexicon import Hit

NEAR = 4
"""Words between somebody's name and what they are accused of."""


DENIES = frozenset(
    lexicon.fold(word)
    for word in ("nobody", "none", "no", "says", "said", "say", "asks", "hakuna", "anasema", "alisema")
)
"""Between a name and a deed: somebody speaks of it, or it was not done."""
LEADS = frozenset(
    lexicon.fold(word)
    for word in ("by", "is", "was", "named", "called", "na", "ni", "ndiye", "aitwaye", "anayeitwa")
)
"""What stands between a deed and the name of who did it."""
BETWEEN = frozenset(("has", "have", "had", "who", "ndiye", "ndio", "ambaye", "also", "then", "pia"))


def accused(text: Text) -> Iterator[str]:
    """Somebody's name beside a deed: all that belongs together, once."""
    persons = list(_persons(text))
    for deed in text.of(lexicon.ACCUSE):
        beside = [person for person in persons if _belong(text, person, deed)]
        if not beside and (at := _lone_name(text, deed)) is not None:
            beside = [(at, at + 1)]
        if beside:
            yield text.shown(
                min(deed.first, *(first for first, _last in beside)),
                max(deed.last, *(last for _first, last in beside)),
            )


def _belong(text: Text, person: tuple[int, int], deed: Hit) -> bool:
    """Whether the deed is said of this person."""
    first, last = person
    if text.words[last - 1].raw[0].islower():
        return deed.first == last or deed.last == first
    if deed.first >= last:
        between = [text.folded(at) for at in range(last, deed.first)]
        return (
            len(between) <= NEAR and not DENIES.intersection(between) and not _is_cut(text, last, deed.first)
        )
    between = [text.folded(at) for at in range(deed.last, first)]
    return (
        len(between) <= NEAR
        and (not between or bool(LEADS.intersection(between)))
        and not _is_cut(text, deed.last, first)
    )


def _is_cut(text: Text, first: int, last: int) -> bool:
    """Whether a sentence ends between the two."""
    return any(word.opens for word in text.words[first : last + 1])


def _persons(text: Text) -> Iterator[tuple[int, int]]:
    """A title and a name; or two names in a row, where not everything is in capitals."""
    for at, after in pairwise(range(len(text.words))):
        if _is_titled(text, at) or (
            is_a_name(text, at) and is_a_name(text, after) and not text.words[after].opens and not text.shouts
        ):
            yield at, at + 2


def _is_titled(text: Text, at: int) -> bool:
    named = at + 1 not in text.in_places and text.folded(at + 1) not in not_names()
    return named and text.folded(at) in lexicon.one_word(lexicon.TITLE)


def _lone_name(text: Text, deed: Hit) -> int | None:
    """A single name right before a deed, or after "by"."""
    if text.shouts or text.words[deed.first].opens:
        return None
    before = deed.first - 1
    while text.folded(before) in BETWEEN and not text.words[before].opens:
        before -= 1
    if is_a_name(text, before) and (not text.words[before].opens or _may_be_one(text, before, deed)):
        return before
    by = text.folded(deed.last - 1) in ("by", "na") or text.folded(deed.last) == "by"
    after = deed.last + (text.folded(deed.last) == "by")
    return after if by and is_a_name(text, after) and not text.words[after].opens else None


def _may_be_one(text: Text, at: int, deed: Hit) -> bool:
    """At the beginning of a sentence every word has a capital: many are not one person."""
    return not text.words[at].raw.endswith("s") and not text.folded(deed.first).startswith(("wali", "wame"))
