"""What must not stand in a broadcast, and what had better not. Pure: nothing here looks anything up."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations, pairwise

from rapidfuzz import fuzz

from hotline.broadcasts.content import lexicon
from hotline.broadcasts.content.accusations import NEAR, accused
from hotline.broadcasts.content.annotated_text import Place, Text, is_a_name
from hotline.broadcasts.content.contact_details import links, unknown_numbers
from hotline.broadcasts.content.figures import FIGURES, WORTH, differing, figures
from hotline.broadcasts.content.lexicon import Hit
from hotline.core import gsm
from hotline.core.i18n import Phrase, _, languages, own_name
from hotline.places.areas import Area, Areas

HOLDS = timedelta(hours=12)
"""How long a broadcast may hold before it expires."""
FRESH = timedelta(hours=24)
"""How old may be what it says."""
SLACK = timedelta(minutes=2)
"""Clocks differ."""
ALIKE, CLAIM_WORDS = 75, 3
"""How like the rumour, of 100, a text repeats it; a claim of fewer words is like anything."""


class ContentRule(StrEnum):
    """Why something is found. The names are for people, and stay as they are."""

    SLUR = "slur"
    GROUP = "group named"
    PERSON = "person accused"
    CALL = "call to act"
    LINK = "link"
    NUMBER = "unknown number"
    DIFFER = "languages differ"
    NO_WORDING = "language missing"
    NO_TIME = "no time"
    NO_SOURCE = "no source"
    NO_EXPIRY = "no expiry"
    REPEATS = "repeats the rumour"
    TOLL = "figures of dead"
    PROMISE = "promise"
    FEAR = "fear words"
    ONLY_POLICE = "only police"
    SHOUTING = "shouting"
    LONG = "long"


BLOCKING = frozenset(list(ContentRule)[: list(ContentRule).index(ContentRule.REPEATS)])
"""With one of these it cannot be sent for approval. The others are said, and then somebody decides."""

SAYS: Mapping[ContentRule, Phrase] = {
    ContentRule.SLUR: _("Slur or coded word: {found}. Take it out."),
    ContentRule.GROUP: _("Group named: {found}. Say what and where, not which people."),
    ContentRule.PERSON: _("Person accused: {found}. Leave names out."),
    ContentRule.CALL: _("Call to act: {found}. Ask people to stay calm and safe instead."),
    ContentRule.LINK: _("Link: {found}. Take it out; name an office or a number instead."),
    ContentRule.NUMBER: _("Unknown number: {found}. Use only numbers that we know."),
    ContentRule.DIFFER: _("Languages differ: {found}. Write the same numbers, times and places in each."),
    ContentRule.NO_WORDING: _("Language missing: people read {found}. Write it in that language too."),
    ContentRule.NO_TIME: _("No time: say as of when it is so, within the last 24 hours."),
    ContentRule.NO_SOURCE: _("No source: say who has checked it."),
    ContentRule.NO_EXPIRY: _("No expiry: it must end within 12 hours from now."),
    ContentRule.REPEATS: _("Repeats the rumour: {found}. Say only what is so."),
    ContentRule.TOLL: _("Figures of dead or hurt: {found}. Leave them out."),
    ContentRule.PROMISE: _("Promise: {found}. Say only what has been done."),
    ContentRule.FEAR: _("Fear words: {found}. Use plain words."),
    ContentRule.ONLY_POLICE: _("Only police: nobody else has checked it. Ask one more source."),
    ContentRule.SHOUTING: _("Shouting: {found}. No capitals, no !!."),
    ContentRule.LONG: _("Long: it takes {found} texts. Make it shorter."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was found in a broadcast."""

    rule: ContentRule
    blocks: bool
    language: str
    """Of the wording in which it stands; empty where it is about the whole."""
    found: str = field(repr=False)
    """What was found, in short."""

    @property
    def words(self) -> Phrase:
        """A sentence that names the rule and says what to do."""
        said = Phrase(SAYS[self.rule].english, (("found", gsm.shorten(self.found, SHOWN, SHOWN)),))
        return in_wording(_name(self.language), said) if self.language else said


def in_wording(language: str, finding: Phrase) -> Phrase:
    return _("{language}: {finding}", language=language, finding=finding)


SHOWN = 24
"""Letters of what was found that are shown: a page holds no more beside the rule."""


@dataclass(frozen=True)
class Facts:
    """What is known about a broadcast, besides its words."""

    areas: Areas
    languages: tuple[str, ...]
    """Of the country."""
    numbers: frozenset[str]
    """Phone numbers that may stand in it, digits only."""
    expires_at: datetime | None
    known_at: datetime | None
    source: str
    now: datetime
    claim: str = field(default="", repr=False)
    """The rumour's own words, if it answers one."""
    own_words: bool = True
    """The author's; of a template only the names and figures are
    theirs, and its tone was settled with those who made it."""
    readers: Mapping[str, int] = field(default_factory=dict)
    """How many subscribers read each language."""
    sent: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The texts as they leave, where something is put before them."""


def findings(texts: Mapping[str, str], facts: Facts) -> list[Finding]:
    """All that was found, what blocks first and each thing once."""
    said = {language: Text(language, text, facts.areas) for language, text in texts.items() if text.strip()}
    found = [*_about_the_whole(said, facts), *_differences(said.values())]
    for text in said.values():
        found += _in(text, facts)
    return sorted(
        dict.fromkeys(found),
        key=lambda each: (not each.blocks, list(ContentRule).index(each.rule), each.language, each.found),
    )


def _finding(rule: ContentRule, language: str, found: str = "") -> Finding:
    return Finding(rule, rule in BLOCKING, language, " ".join(found.split())[:40])


def _name(language: str) -> str:
    return own_name(language) if language in languages() else language


# --- about the whole


def _about_the_whole(said: Mapping[str, Text], facts: Facts) -> Iterator[Finding]:
    for language in sorted(_wanted(said, facts) - {*said}):
        yield _finding(ContentRule.NO_WORDING, "", _name(language))
    if facts.known_at is None or not facts.now - FRESH <= facts.known_at <= facts.now + SLACK:
        yield _finding(ContentRule.NO_TIME, "")
    if not any(letter.isalnum() for letter in facts.source):
        yield _finding(ContentRule.NO_SOURCE, "")
    elif _is_police_alone(facts.source):
        yield _finding(ContentRule.ONLY_POLICE, "")
    if facts.expires_at is None or not facts.now < facts.expires_at <= facts.now + HOLDS + SLACK:
        yield _finding(ContentRule.NO_EXPIRY, "")


def _wanted(said: Mapping[str, Text], facts: Facts) -> set[str]:
    """The languages that people read there; where nobody does, and nothing is said, the country's first."""
    read = {language for language, count in facts.readers.items() if count > 0}
    return read or (set() if said else {*facts.languages[:1]})


def _is_police_alone(source: str) -> bool:
    """Whether each of those who are named is of the police."""
    police = lexicon.one_word(lexicon.POLICE)
    named = [lexicon.words(each) for each in re.split(r"\band\b|\bna\b|[,&+_;/]", source)]
    return all(any(word.folded in police for word in each) for each in named if each)


# --- in one wording


def _in(text: Text, facts: Facts) -> Iterator[Finding]:
    """All that is found in one wording."""
    found: list[tuple[ContentRule, Iterable[str]]] = [
        (ContentRule.SLUR, _terms(text, lexicon.SLUR)),
        (ContentRule.GROUP, _groups(text)),
        (ContentRule.PERSON, accused(text)),
        (ContentRule.CALL, _calls(text)),
        (ContentRule.LINK, links(text)),
        (ContentRule.NUMBER, unknown_numbers(text, facts.numbers)),
        (ContentRule.REPEATS, _repeated(text, facts)),
        (ContentRule.TOLL, _tolls(text)),
        (ContentRule.PROMISE, _terms(text, lexicon.PROMISE) if facts.own_words else ()),
        (ContentRule.FEAR, _terms(text, lexicon.FEAR) if facts.own_words else ()),
        (ContentRule.SHOUTING, _shouts(text.text)),
        (ContentRule.LONG, _parts(facts.sent.get(text.language, text.text))),
    ]
    return (_finding(rule, text.language, each) for rule, all_found in found for each in all_found)


def _terms(text: Text, kind: str) -> Iterator[str]:
    return (text.shown(hit.first, hit.last) for hit in text.of(kind))


def _parts(text: str) -> Iterator[str]:
    if (parts := gsm.parts(gsm.plain(text))) > 1:
        yield str(parts)


def _groups(text: Text) -> Iterator[str]:
    """Groups on the list, and whatever is called a people. What
    is a place too is a group only where people are spoken of."""
    for hit in text.of(lexicon.GROUP):
        if not _is_a_place(text, hit) or _is_of_people(text, hit):
            yield text.shown(hit.first, hit.last)
    yield from _called_a_people(text)


def _is_a_place(text: Text, hit: Hit) -> bool:
    return text.in_places.issuperset(range(hit.first, hit.last))


def _is_of_people(text: Text, hit: Hit) -> bool:
    """Turkana herders, the Turkana, jamii ya Turkana; and not Turkana County, or the road to Turkana."""
    after, before = text.folded(hit.last), text.folded(hit.first - 1)
    if any(kin.last == hit.first for kin in text.of(lexicon.KIN)):
        return True
    if any(place.first <= hit.first and hit.last < place.last for place in text.places):
        return False
    return after in lexicon.one_word(lexicon.FOLK) or (
        before == "the" and after not in lexicon.one_word(lexicon.PLACE)
    )


PEOPLE = frozenset(("people", "community", "tribe", "clan", "warriors"))


def _called_a_people(text: Text) -> Iterator[str]:
    """The X people, kabila la X: groups that no list has."""
    for at, word in enumerate(text.words):
        if word.folded in PEOPLE and text.folded(at - 2) == "the" and is_a_name(text, at - 1):
            yield text.shown(at - 1, at + 1)
    for kin in text.of(lexicon.KIN):
        if is_a_name(text, kin.last):
            yield text.shown(kin.first, kin.last + 1)


# --- calls

NOT = frozenset(("not", "dont", "never", "avoid", "without", "nobody", "t"))
OR = frozenset(("or", "and", "to"))


def _calls(text: Text) -> Iterator[str]:
    """Calls to act, unless the sentence says not to."""
    for hit in text.of(lexicon.CALL):
        if not _is_forbidden(text, hit):
            yield text.shown(hit.first, hit.last)


def _is_forbidden(text: Text, hit: Hit) -> bool:
    """Do not gather at the stage; nor: do not march or gather there; no need to gather."""
    before = hit.first - 1
    if text.words[hit.first].opens or before < 0:
        return False
    if text.folded(before) in OR:
        return (
            any(text.folded(at) in {*NOT, "no"} for at in range(max(0, before - 4), before))
            and text.folded(before - 1) != "but"
        )
    return text.folded(before) in NOT


# --- what had better not


def _repeated(text: Text, facts: Facts) -> Iterator[str]:
    yield from _terms(text, lexicon.RUMOUR) if facts.own_words or facts.claim else ()
    claim = [word.folded for word in lexicon.words(facts.claim)]
    said = " ".join(word.folded for word in text.words)
    if len(claim) >= CLAIM_WORDS and fuzz.token_set_ratio(" ".join(claim), said) >= ALIKE:
        yield facts.claim


def _tolls(text: Text) -> Iterator[str]:
    """A figure beside the dead or hurt."""
    figures = [at for at, word in enumerate(text.words) if word.folded.isdecimal() or word.folded in FIGURES]
    for hit in text.of(lexicon.TOLL):
        for at in figures:
            if 0 < hit.first - at <= NEAR or 0 <= at - hit.last < 3:
                yield text.shown(min(at, hit.first), max(at + 1, hit.last))


_LOUD = re.compile(r"[!?]{2,}").search


def _shouts(text: str) -> Iterator[str]:
    if loud := _LOUD(text):
        yield loud[0]
    yield from list(_capitals(text))[:1]


def _capitals(text: str) -> Iterator[str]:
    """Two long words in a row that are all capitals."""
    for first, second in pairwise(text.split()):
        if all(sum(map(str.isalpha, word)) >= 4 and word.isupper() for word in (first, second)):
            yield f"{first} {second}"


def _differences(texts: Iterable[Text]) -> Iterator[Finding]:
    """What stands in one language and not in another."""
    for one, other in combinations(texts, 2):
        numbers = [figures(text.text, text.language) for text in (one, other)]
        known = one.language in WORTH and other.language in WORTH
        if apart := [
            *sorted(differing(*numbers, spelled=known)),
            *places_apart(one.places, other.places, one.areas),
        ]:
            yield _finding(ContentRule.DIFFER, "", ", ".join(apart))


def places_apart(one: Sequence[Place], other: Sequence[Place], areas: Areas) -> list[str]:
    """The places that only one of two texts names. To name what a place lies in makes no difference."""
    named = [[place for place in each if not _is_ordinary(place)] for each in (one, other)]
    codes = [frozenset(code for place in each for code in place.areas) for each in named]
    shared = [areas[code] for code in codes[0] & codes[1]]
    return sorted(
        {
            place.name
            for each, there in zip(named, reversed(codes), strict=True)
            for place in each
            if _is_missing(place, there, shared, areas)
        }
    )


def _is_missing(place: Place, there: frozenset[str], shared: Sequence[Area], areas: Areas) -> bool:
    if place.areas & there:
        return False
    return not any(areas.inside(inner, areas[code]) for inner in shared for code in place.areas)


def _is_ordinary(place: Place) -> bool:
    """A word that means something besides: Hospital, Salama."""
    return all(word.folded in lexicon.one_word(lexicon.ORDINARY) for word in lexicon.words(place.name))
