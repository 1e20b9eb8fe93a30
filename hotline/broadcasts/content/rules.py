"""What must not stand in a broadcast, and what had better not. Pure: nothing here looks anything up."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import combinations, pairwise, zip_longest
from typing import NamedTuple

from rapidfuzz import fuzz

from hotline.broadcasts.content import lexicon
from hotline.broadcasts.content.lexicon import Hit, Word
from hotline.core import gsm
from hotline.core.i18n import Words, _, languages, own_name
from hotline.places.areas import Area, Areas

HOLDS = timedelta(hours=12)
"""How long a broadcast may hold before it expires."""
FRESH = timedelta(hours=24)
"""How old may be what it says."""
SLACK = timedelta(minutes=2)
"""Clocks differ."""
NEAR = 4
"""Words between somebody's name and what they are accused of."""
ALIKE, CLAIM_WORDS = 75, 3
"""How like the rumour, of 100, a text repeats it; a claim of fewer words is like anything."""


class Rule(StrEnum):
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


BLOCKING = frozenset(list(Rule)[: list(Rule).index(Rule.REPEATS)])
"""With one of these it cannot be sent for approval. The others are said, and then somebody decides."""

SAYS: Mapping[Rule, Words] = {
    Rule.SLUR: _("Slur or coded word: {found}. Take it out."),
    Rule.GROUP: _("Group named: {found}. Say what and where, not which people."),
    Rule.PERSON: _("Person accused: {found}. Leave names out."),
    Rule.CALL: _("Call to act: {found}. Ask people to stay calm and safe instead."),
    Rule.LINK: _("Link: {found}. Take it out; name an office or a number instead."),
    Rule.NUMBER: _("Unknown number: {found}. Use only numbers that we know."),
    Rule.DIFFER: _("Languages differ: {found}. Write the same numbers, times and places in each."),
    Rule.NO_WORDING: _("Language missing: people read {found}. Write it in that language too."),
    Rule.NO_TIME: _("No time: say as of when it is so, within the last 24 hours."),
    Rule.NO_SOURCE: _("No source: say who has checked it."),
    Rule.NO_EXPIRY: _("No expiry: it must end within 12 hours from now."),
    Rule.REPEATS: _("Repeats the rumour: {found}. Say only what is so."),
    Rule.TOLL: _("Figures of dead or hurt: {found}. Leave them out."),
    Rule.PROMISE: _("Promise: {found}. Say only what has been done."),
    Rule.FEAR: _("Fear words: {found}. Use plain words."),
    Rule.ONLY_POLICE: _("Only police: nobody else has checked it. Ask one more source."),
    Rule.SHOUTING: _("Shouting: {found}. No capitals, no !!."),
    Rule.LONG: _("Long: it takes {found} texts. Make it shorter."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was found in a broadcast."""

    rule: Rule
    blocks: bool
    language: str
    """Of the wording in which it stands; empty where it is about the whole."""
    found: str = field(repr=False)
    """What was found, in short."""

    @property
    def words(self) -> Words:
        """A sentence that names the rule and says what to do."""
        said = Words(SAYS[self.rule].english, (("found", gsm.shorten(self.found, SHOWN, SHOWN)),))
        return in_wording(_name(self.language), said) if self.language else said


def in_wording(language: str, finding: Words) -> Words:
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
    """The author's; of a template only the names and figures are theirs, and its tone was settled with those who made it."""
    readers: Mapping[str, int] = field(default_factory=dict)
    """How many subscribers read each language."""
    sent: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The texts as they leave, where something is put before them."""


def findings(texts: Mapping[str, str], facts: Facts) -> list[Finding]:
    """All that was found, what blocks first and each thing once."""
    said = {language: _Text(language, text, facts.areas) for language, text in texts.items() if text.strip()}
    found = [*_about_the_whole(said, facts), *_differences(said.values())]
    for text in said.values():
        found += _in(text, facts)
    return sorted(dict.fromkeys(found), key=lambda each: (not each.blocks, list(Rule).index(each.rule), each.language, each.found))


def _finding(rule: Rule, language: str, found: str = "") -> Finding:
    return Finding(rule, rule in BLOCKING, language, " ".join(found.split())[:40])


def _name(language: str) -> str:
    return own_name(language) if language in languages() else language


# --- what is looked through


class Place(NamedTuple):
    """A place that is named: its first word, and the one after its last."""

    areas: frozenset[str]
    name: str
    first: int
    last: int


class _Text:
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


# --- about the whole


def _about_the_whole(said: Mapping[str, _Text], facts: Facts) -> Iterator[Finding]:
    wanted = {language for language, count in facts.readers.items() if count > 0} or ({*facts.languages[:1]} if not said else set())
    yield from (_finding(Rule.NO_WORDING, "", _name(language)) for language in sorted(wanted - {*said}))
    if facts.known_at is None or not facts.now - FRESH <= facts.known_at <= facts.now + SLACK:
        yield _finding(Rule.NO_TIME, "")
    if not any(letter.isalnum() for letter in facts.source):
        yield _finding(Rule.NO_SOURCE, "")
    elif _is_police_alone(facts.source):
        yield _finding(Rule.ONLY_POLICE, "")
    if facts.expires_at is None or not facts.now < facts.expires_at <= facts.now + HOLDS + SLACK:
        yield _finding(Rule.NO_EXPIRY, "")


def _is_police_alone(source: str) -> bool:
    """Whether each of those who are named is of the police."""
    police = lexicon.one_word(lexicon.POLICE)
    named = [lexicon.words(each) for each in re.split(r"\band\b|\bna\b|[,&+_;/]", source)]
    return all(any(word.folded in police for word in each) for each in named if each)


# --- in one wording


def _in(text: _Text, facts: Facts) -> Iterator[Finding]:
    """All that is found in one wording."""
    found: list[tuple[Rule, Iterable[str]]] = [
        (Rule.SLUR, _terms(text, lexicon.SLUR)),
        (Rule.GROUP, _groups(text)),
        (Rule.PERSON, _accused(text)),
        (Rule.CALL, _calls(text)),
        (Rule.LINK, _links(text)),
        (Rule.NUMBER, _unknown_numbers(text, facts.numbers)),
        (Rule.REPEATS, _repeated(text, facts)),
        (Rule.TOLL, _tolls(text)),
        (Rule.PROMISE, _terms(text, lexicon.PROMISE) if facts.own_words else ()),
        (Rule.FEAR, _terms(text, lexicon.FEAR) if facts.own_words else ()),
        (Rule.SHOUTING, _shouts(text.text)),
        (Rule.LONG, _parts(facts.sent.get(text.language, text.text))),
    ]
    return (_finding(rule, text.language, each) for rule, all_found in found for each in all_found)


def _terms(text: _Text, kind: str) -> Iterator[str]:
    return (text.shown(hit.first, hit.last) for hit in text.of(kind))


def _parts(text: str) -> Iterator[str]:
    if (parts := gsm.parts(gsm.plain(text))) > 1:
        yield str(parts)


def _groups(text: _Text) -> Iterator[str]:
    """Groups on the list, and whatever is called a people. What is a place too is a group only where people are spoken of."""
    for hit in text.of(lexicon.GROUP):
        if not _is_a_place(text, hit) or _is_of_people(text, hit):
            yield text.shown(hit.first, hit.last)
    yield from _called_a_people(text)


def _is_a_place(text: _Text, hit: Hit) -> bool:
    return text.in_places.issuperset(range(hit.first, hit.last))


def _is_of_people(text: _Text, hit: Hit) -> bool:
    """Turkana herders, the Turkana, jamii ya Turkana; and not Turkana County, or the road to Turkana."""
    after, before = text.folded(hit.last), text.folded(hit.first - 1)
    if any(kin.last == hit.first for kin in text.of(lexicon.KIN)):
        return True
    if any(place.first <= hit.first and hit.last < place.last for place in text.places):
        return False
    return after in lexicon.one_word(lexicon.FOLK) or (before == "the" and after not in lexicon.one_word(lexicon.PLACE))


PEOPLE = frozenset(("people", "community", "tribe", "clan", "warriors"))


def _called_a_people(text: _Text) -> Iterator[str]:
    """The X people, kabila la X: groups that no list has."""
    for at, word in enumerate(text.words):
        if word.folded in PEOPLE and text.folded(at - 2) == "the" and _is_a_name(text, at - 1):
            yield text.shown(at - 1, at + 1)
    for kin in text.of(lexicon.KIN):
        if _is_a_name(text, kin.last):
            yield text.shown(kin.first, kin.last + 1)


def _is_a_name(text: _Text, at: int) -> bool:
    """A word with a capital that is neither a place nor an ordinary word."""
    if not 0 <= at < len(text.words) or at in text.in_places:
        return False
    word = text.words[at]
    return word.raw[0].isupper() and len(word.raw) > 1 and word.folded not in _not_names()


@lru_cache(maxsize=1)
def _not_names() -> frozenset[str]:
    kinds = (lexicon.ORDINARY, lexicon.ACCUSE, lexicon.TITLE, lexicon.FOLK, lexicon.TOLL, lexicon.FEAR, lexicon.PLACE)
    return frozenset[str]().union(*(lexicon.one_word(kind) for kind in kinds))


# --- persons

DENIES = frozenset(lexicon.fold(word) for word in ("nobody", "none", "no", "says", "said", "say", "asks", "hakuna", "anasema", "alisema"))
"""Between a name and a deed: somebody speaks of it, or it was not done."""
LEADS = frozenset(lexicon.fold(word) for word in ("by", "is", "was", "named", "called", "na", "ni", "ndiye", "aitwaye", "anayeitwa"))
"""What stands between a deed and the name of who did it."""
BETWEEN = frozenset(("has", "have", "had", "who", "ndiye", "ndio", "ambaye", "also", "then", "pia"))


def _accused(text: _Text) -> Iterator[str]:
    """Somebody's name beside a deed: all that belongs together, once."""
    persons = list(_persons(text))
    for deed in text.of(lexicon.ACCUSE):
        beside = [person for person in persons if _belong(text, person, deed)]
        if not beside and (at := _lone_name(text, deed)) is not None:
            beside = [(at, at + 1)]
        if beside:
            yield text.shown(min(deed.first, *(first for first, _last in beside)), max(deed.last, *(last for _first, last in beside)))


def _belong(text: _Text, person: tuple[int, int], deed: Hit) -> bool:
    """Whether the deed is said of this person."""
    first, last = person
    if text.words[last - 1].raw[0].islower():
        return deed.first == last or deed.last == first
    if deed.first >= last:
        between = [text.folded(at) for at in range(last, deed.first)]
        return len(between) <= NEAR and not DENIES.intersection(between) and not _is_cut(text, last, deed.first)
    between = [text.folded(at) for at in range(deed.last, first)]
    return len(between) <= NEAR and (not between or bool(LEADS.intersection(between))) and not _is_cut(text, deed.last, first)


def _is_cut(text: _Text, first: int, last: int) -> bool:
    """Whether a sentence ends between the two."""
    return any(word.opens for word in text.words[first : last + 1])


def _persons(text: _Text) -> Iterator[tuple[int, int]]:
    """A title and a name; or two names in a row, where not everything is in capitals."""
    for at, after in pairwise(range(len(text.words))):
        if _is_titled(text, at) or (_is_a_name(text, at) and _is_a_name(text, after) and not text.words[after].opens and not text.shouts):
            yield at, at + 2


def _is_titled(text: _Text, at: int) -> bool:
    named = at + 1 not in text.in_places and text.folded(at + 1) not in _not_names()
    return named and text.folded(at) in lexicon.one_word(lexicon.TITLE)


def _lone_name(text: _Text, deed: Hit) -> int | None:
    """A single name right before a deed, or after "by"."""
    if text.shouts or text.words[deed.first].opens:
        return None
    before = deed.first - 1
    while text.folded(before) in BETWEEN and not text.words[before].opens:
        before -= 1
    if _is_a_name(text, before) and (not text.words[before].opens or _may_be_one(text, before, deed)):
        return before
    by = text.folded(deed.last - 1) in ("by", "na") or text.folded(deed.last) == "by"
    after = deed.last + (text.folded(deed.last) == "by")
    return after if by and _is_a_name(text, after) and not text.words[after].opens else None


def _may_be_one(text: _Text, at: int, deed: Hit) -> bool:
    """At the beginning of a sentence every word has a capital: many are not one person."""
    return not text.words[at].raw.endswith("s") and not text.folded(deed.first).startswith(("wali", "wame"))


# --- calls

NOT = frozenset(("not", "dont", "never", "avoid", "without", "nobody", "t"))
OR = frozenset(("or", "and", "to"))


def _calls(text: _Text) -> Iterator[str]:
    """Calls to act, unless the sentence says not to."""
    for hit in text.of(lexicon.CALL):
        if not _is_forbidden(text, hit):
            yield text.shown(hit.first, hit.last)


def _is_forbidden(text: _Text, hit: Hit) -> bool:
    """Do not gather at the stage; nor: do not march or gather there; no need to gather."""
    before = hit.first - 1
    if text.words[hit.first].opens or before < 0:
        return False
    if text.folded(before) in OR:
        return any(text.folded(at) in {*NOT, "no"} for at in range(max(0, before - 4), before)) and text.folded(before - 1) != "but"
    return text.folded(before) in NOT


# --- links and numbers

ENDINGS = "com|org|net|info|biz|co|ke|ng|tz|ug|io|ly|app|link|xyz|online|site|website|tv|gov|gle|page|shop|club|live|news|click|gl"
SHORTENERS = r"t\s?\.\s?me|wa\s?\.\s?me|m\s?\.\s?me|youtu\s?\.\s?be|fb\s?\.\s?watch|is\s?\.\s?gd|t\s?\.\s?co"
_LINKS = re.compile(
    r"h\s?t\s?t\s?p\s?s?\s?:?\s?/\s?/\S*|hxxps?\S*|\bw\W{0,2}w\W{0,2}w\b\W?\s?\S*|\S+@\w+\.\w+"
    rf"|\b(?:{SHORTENERS})\b\S*"
    rf"|\b\w[\w-]*(?:\.| \. | ?[\[({{]\s?(?:\.|dot|nukta)\s?[\])}}] ?| dot | nukta | \.)(?:{ENDINGS})\b\S*",
    re.IGNORECASE,
).finditer


def _links(text: _Text) -> Iterator[str]:
    return (found[0] for found in _LINKS(text.bare))


_RUNS = re.compile(r"(?<![^\W_])[+(*]{0,2}[\dOoIl](?:[\s.\-()/*#,]{0,3}[\dOoIl]){4,}#?(?![^\W_])").finditer
_DATES = re.compile(
    r"(?<!\d)(?:\d{1,2}[:.]\d{2}(?!\d|[.:\-/ ]\d)|\d{1,2}:\d{2}|\d{4}-\d{1,2}-\d{1,2}|\d{1,2}([/.\-])\d{1,2}\1(?:20)\d{2})(?!\d)"
).sub
_CODES = re.compile(r"\bItikia:?\s+\d{4,6}\b", re.IGNORECASE).sub
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,3}\s*-\s*\d{1,3}").fullmatch
_DIALLED = re.compile(
    r"\b(?:call|dial|ring|text|sms|piga|pigia|tuma|bonyeza)\s+(?:simu\s+)?(?:to\s+|no\.?\s+|nambari\s+)?(\+?\d{3,})\b", re.IGNORECASE
).finditer
_OH = str.maketrans("OoIl", "0011")


def _unknown_numbers(text: _Text, known: Collection[str]) -> Iterator[str]:
    """What may be dialled, and is not ours to give."""
    rest = _CODES(" ~ ", _DATES(" ~ ", text.bare))
    runs = [run[0] for run in _RUNS(rest)]
    dialled = [each[1] for each in _DIALLED(rest) if not any(run.startswith(each[1]) for run in runs)]
    for found in (*runs, *dialled):
        digits = "".join(letter for letter in found.translate(_OH) if letter.isdecimal())
        if sum(letter.isdecimal() for letter in found) * 2 >= len(digits) and not _GROUPED(found.strip()) and not _is_known(digits, known):
            yield found.strip()


def _is_known(digits: str, known: Collection[str]) -> bool:
    """Whether it is one of ours, in the country's form or in the international one."""
    return digits in known or any(len(number) >= 9 <= len(digits) and number[-9:] == digits[-9:] for number in known)


# --- what had better not


def _repeated(text: _Text, facts: Facts) -> Iterator[str]:
    yield from _terms(text, lexicon.RUMOUR) if facts.own_words or facts.claim else ()
    claim = [word.folded for word in lexicon.words(facts.claim)]
    said = " ".join(word.folded for word in text.words)
    if len(claim) >= CLAIM_WORDS and fuzz.token_set_ratio(" ".join(claim), said) >= ALIKE:
        yield facts.claim


def _tolls(text: _Text) -> Iterator[str]:
    """A figure beside the dead or hurt."""
    figures = [at for at, word in enumerate(text.words) if word.folded.isdecimal() or word.folded in _FIGURES]
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


def _is_in_capitals(text: str) -> bool:
    """Whether capitals tell nothing."""
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) > 3 and sum(map(str.isupper, letters)) * 2 > len(letters)


# --- numbers, times and places in each language

_UNITS = {
    "en": ("two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "sw": (
        "mbili|wawili|viwili|pili",
        "tatu|watatu|vitatu",
        "nne|wanne|vinne",
        "tano|watano|vitano",
        "sita",
        "saba",
        "nane|wanane|vinane",
        "tisa",
    ),
}
_TENS = {
    "en": ("ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
    "sw": ("kumi", "ishirini", "thelathini", "arobaini", "hamsini", "sitini", "sabini", "themanini", "tisini"),
}
_TEENS = ("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_ONES = {"en": frozenset(("one",)), "sw": frozenset(("moja", "mmoja", "kimoja"))}
_BOTH = re.compile(r"\bboth(?: two)?\b|\b(?:w|z|v|y)[oy]+te (?:ma|wa|vi)?(?:wili|mbili)\b")
"""Elders of both sides: wazee wa pande zote, or wa pande zote mbili."""


def _figures(language: str) -> dict[str, int]:
    """What number each word of this language is."""
    found = {word: value for value, each in enumerate(_UNITS.get(language, ()), 2) for word in each.split("|")}
    found |= {word: 10 * value for value, word in enumerate(_TENS.get(language, ()), 1)}
    found |= {word: value for value, word in enumerate(_TEENS, 11)} if language == "en" else {}
    return found | dict.fromkeys(_ONES.get(language, ()), 1)


_WORTH = {language: _figures(language) for language in _UNITS}
_FIGURES = frozenset(lexicon.fold(word) for worth in _WORTH.values() for word in worth)


class Figures(NamedTuple):
    """The numbers and times of a text."""

    digits: frozenset[str]
    spelled: frozenset[str]
    """Written as words."""
    loose: frozenset[str]
    """May stand in one language and not in another: *one*, *both*."""


def figures(text: str, language: str) -> Figures:
    """The numbers and times that a text names, however they are written there."""
    small, loose = lexicon.bare(text).casefold(), set[str]()
    if _BOTH.search(small):
        small, loose = _BOTH.sub(" ", small), {"2"}
    spelled: set[str] = set()
    small = _in_digits(small, language, spelled, loose)
    times = {moment for found in _TIMES(small) if (moment := _time(found))}
    rest = _TIMES_OUT(lambda found: " " if _time(found) else found[0], small)
    digits = times | {found.replace(",", "").lstrip("0") or "0" for found in _NUMBERS(rest)}
    return Figures(frozenset(digits - spelled), frozenset(spelled & digits), frozenset(loose))


_A_WORD = re.compile(r"[a-z']+").finditer
_NUMBERS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?").findall


def _in_digits(text: str, language: str, spelled: set[str], loose: set[str]) -> str:
    """The text with its numbers in digits; notes down which were words. Twenty-five and ishirini na tano are one number."""
    worth, found, end = _WORTH.get(language, {}), list[str](), 0
    matches = [match for match in _A_WORD(text) if match[0] in worth]
    skip = False
    for match, after in zip_longest(matches, matches[1:]):
        if skip:
            skip = False
            continue
        value, last = worth[match[0]], match.end()
        if (
            after is not None
            and value >= 10
            and value % 10 == 0
            and worth[after[0]] < 10
            and text[last : after.start()] in (" ", "-", " na ")
        ):
            value, last, skip = value + worth[after[0]], after.end(), True
        alone = value == 1 and not text[: match.start()].endswith("saa ")
        (loose if alone else spelled).add(str(value))
        found += [text[end : match.start()], "" if alone else str(value)]
        end = last
    return "".join((*found, text[end:]))


_PARTS = "asubuhi|alfajiri|mchana|jioni|usiku"
_CLOCK = re.compile(
    r"(?P<saa>\bsaa\s+)?(?<![\d.:,])(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d)(?![\d]))?(?: (?:na )?(?P<nusu>nusu|robo))?"
    rf"(?:\s*(?P<half>[ap])\.?m\b\.?|\s+(?:ya |za )?(?P<part>{_PARTS})\b)?"
)
_TIMES, _TIMES_OUT = _CLOCK.finditer, _CLOCK.sub
_HOURS = {
    "asubuhi": frozenset((12, 1, 2, 3, 4, 5)),
    "alfajiri": frozenset((10, 11, 12)),
    "mchana": frozenset((6, 7, 8, 9, 10)),
    "jioni": frozenset((10, 11, 12, 1)),
    "usiku": frozenset(range(1, 13)),
}
"""Which hours each part of the day has as Swahili counts them, from six."""


def _time(found: re.Match[str]) -> str | None:
    """The time on a clock of 24 hours; None for what is a number only."""
    hour, minute = int(found["hour"]), int(found["minute"] or {"nusu": 30, "robo": 15}.get(found["nusu"] or "", 0))
    if hour > 23 or not (found["minute"] or found["half"] or found["part"] or found["saa"]):
        return None
    if found["half"]:
        return f"{hour % 12 + (12 if found['half'] == 'p' else 0):02}:{minute:02}"
    if found["part"] and hour <= 12 and not found["hour"].startswith("0"):
        return f"{_from_six(hour, found['part']):02}:{minute:02}"
    if found["minute"]:
        return f"{hour:02}:{minute:02}"
    return None


def _from_six(hour: int, part: str) -> int:
    """Saa nane mchana is two in the afternoon. An hour that this part of the day has not is on the other clock already."""
    there = (hour + 6) % 12 if hour in _HOURS[part] else hour % 12
    return there + 12 if part in ("mchana", "jioni") or (part == "usiku" and there >= 7) else there


def differing(one: Figures, other: Figures, *, spelled: bool = True) -> frozenset[str]:
    """The numbers and times that only one of two texts has. Where the words for numbers are not known of both, only digits are compared."""
    loose = one.loose | other.loose | (frozenset[str]() if spelled else one.spelled | other.spelled)
    return ((one.digits | one.spelled) ^ (other.digits | other.spelled)) - loose


def _differences(texts: Iterable[_Text]) -> Iterator[Finding]:
    """What stands in one language and not in another."""
    for one, other in combinations(texts, 2):
        numbers = [figures(text.text, text.language) for text in (one, other)]
        known = one.language in _WORTH and other.language in _WORTH
        if apart := [*sorted(differing(*numbers, spelled=known)), *places_apart(one.places, other.places, one.areas)]:
            yield _finding(Rule.DIFFER, "", ", ".join(apart))


def places_apart(one: Sequence[Place], other: Sequence[Place], areas: Areas) -> list[str]:
    """The places that only one of two texts names. Naming what a place lies in as well makes no difference."""
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
