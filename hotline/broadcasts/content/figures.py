"""Numbers and times in a text, in digits or in words, to compare one language with another."""

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import NamedTuple

from hotline.broadcasts.content import lexicon

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
    "sw": (
        "kumi",
        "ishirini",
        "thelathini",
        "arobaini",
        "hamsini",
        "sitini",
        "sabini",
        "themanini",
        "tisini",
    ),
}
_TEENS = (
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_ONES = {"en": frozenset(("one",)), "sw": frozenset(("moja", "mmoja", "kimoja"))}
_BOTH = re.compile(r"\bboth(?: two)?\b|\b(?:w|z|v|y)[oy]+te (?:ma|wa|vi)?(?:wili|mbili)\b")
"""Elders of both sides: wazee wa pande zote, or wa pande zote mbili."""


def _figures(language: str) -> dict[str, int]:
    """What number each word of this language is."""
    found = {
        word: value for value, each in enumerate(_UNITS.get(language, ()), 2) for word in each.split("|")
    }
    found |= {word: 10 * value for value, word in enumerate(_TENS.get(language, ()), 1)}
    found |= {word: value for value, word in enumerate(_TEENS, 11)} if language == "en" else {}
    return found | dict.fromkeys(_ONES.get(language, ()), 1)


WORTH = {language: _figures(language) for language in _UNITS}
FIGURES = frozenset(lexicon.fold(word) for worth in WORTH.values() for word in worth)


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
    """The text with its numbers in digits; notes down which were
    words. Twenty-five and ishirini na tano are one number."""
    found, end = list[str](), 0
    for start, last, value in _in_words(text, WORTH.get(language, {})):
        alone = value == 1 and not text[:start].endswith("saa ")
        (loose if alone else spelled).add(str(value))
        found += [text[end:start], "" if alone else str(value)]
        end = last
    return "".join((*found, text[end:]))


def _in_words(text: str, worth: Mapping[str, int]) -> Iterator[tuple[int, int, int]]:
    """Where each number in words begins and ends, and what it is."""
    matches = [match for match in _A_WORD(text) if match[0] in worth]
    skip = False
    for match, after in zip_longest(matches, matches[1:]):
        if skip:
            skip = False
            continue
        value, last = worth[match[0]], match.end()
        if after is not None and _joined(value, text[last : after.start()], worth[after[0]]):
            value, last, skip = value + worth[after[0]], after.end(), True
        yield match.start(), last, value


def _joined(tens: int, between: str, ones: int) -> bool:
    """Whether two words are one number: a multiple of ten, and ones after it."""
    return tens >= 10 and tens % 10 == 0 and ones < 10 and between in (" ", "-", " na ")


_PARTS = "asubuhi|alfajiri|mchana|jioni|usiku"
_CLOCK = re.compile(
    r"(?P<saa>\bsaa\s+)?(?<![\d.:,])(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d)(?![\d]))?"
    r"(?: (?:na )?(?P<nusu>nusu|robo))?"
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
    hour = _hour(found)
    minute = int(found["minute"] or {"nusu": 30, "robo": 15}.get(found["nusu"] or "", 0))
    return None if hour is None else f"{hour:02}:{minute:02}"


def _hour(found: re.Match[str]) -> int | None:
    """The hour, of 24; None where nothing says that it is one."""
    hour = int(found["hour"])
    if hour > 23 or not any(found[sign] for sign in ("minute", "half", "part", "saa")):
        return None
    if found["half"]:
        return hour % 12 + (12 if found["half"] == "p" else 0)
    if found["part"] and hour <= 12 and not found["hour"].startswith("0"):
        return _from_six(hour, found["part"])
    return hour if found["minute"] else None


def _from_six(hour: int, part: str) -> int:
    """Saa nane mchana is two in the afternoon. An hour that this
    part of the day has not is on the other clock already."""
    there = (hour + 6) % 12 if hour in _HOURS[part] else hour % 12
    return there + 12 if part in ("mchana", "jioni") or (part == "usiku" and there >= 7) else there


def differing(one: Figures, other: Figures, *, spelled: bool = True) -> frozenset[str]:
    """The numbers and times that only one of two texts has. Where the words for numbers are not known of
    both, only digits are compared."""
    loose = one.loose | other.loose | (frozenset[str]() if spelled else one.spelled | other.spelled)
    return ((one.digits | one.spelled) ^ (other.digits | other.spelled)) - loose
