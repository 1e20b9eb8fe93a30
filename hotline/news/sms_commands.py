"""What citizens text about news, read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from hotline.core.i18n import Phrase, _, languages, say
from hotline.core.typed_input import tidy
from hotline.news.menus import Unsubscribe
from hotline.places.names import bare_words

# As it is texted; a translation may hold several, with commas between

NEWS, NO_NEWS = _("news"), _("stop news, news stop, no more news")
ABOUT, THAT = _("for, from, in, about, of"), _("that")
"""Little words before the place, or before what is said."""
ASKS = _("is it true, is this true, true or false")
AROUND = _(
    "is, are, was, this, it, the, that, real, true, fake, ours, yours, you, from, message, text, number, code"
)
"""What may stand around a message's number when somebody asks whether it is ours."""
MOST_AFTER_STOP = 3
GREETS = _("please, today, now, latest, morning, good, what, your")
"""No place, where they stand after the word for news; in some languages that word is a greeting too."""
STOP = _("stop, unsubscribe")
ENOUGH = _("stop, unsubscribe, quit, stopall")
"""One of these, where nothing stands around it but the
next: then it is our texts that they have had enough of."""
AROUND_ENOUGH = _(
    "all, it, this, that, these, those, the, any, more, please, pls, kindly, "
    "just, now, i, im, am, me, you, your, want, to, of, from, "
    "tired, bothering, disturbing, annoying, spamming, number, ok"
)
OF_TEXTS = _("news, message, messages, text, texts, texting, sms, send, sending, itikia")


@dataclass(frozen=True, slots=True)
class WantsNews:
    """They texted that they want news about a place, in these words; none, where they have not said which."""

    place: str
    language: str
    """That of the word which they used."""


@dataclass(frozen=True, slots=True)
class IsOurs:
    """They want to know whether the message with this number is ours."""

    code: str


@dataclass(frozen=True, slots=True)
class IsTrue:
    """They want to know whether this is true."""

    claim: str
    language: str
    is_question: bool
    """They wrote a question mark. Without one the same words can mean that it is true."""


Verb = WantsNews | Unsubscribe | IsOurs | IsTrue


def understand(text: str) -> Verb | None:
    """What a text wants of us that is about news: NEWS Kaptembwo, STOP
    NEWS, 4417, is it true that …? None where it is something else."""
    if (after := _after(text, NO_NEWS)) and len(after[0].split()) <= MOST_AFTER_STOP:
        return Unsubscribe()
    if code := _code(text):
        return IsOurs(code)
    if after := _after(text, NEWS):
        return WantsNews(_bare(_without(after[0], ABOUT)), after[1])
    return _asks(text)


def greets(place: str) -> bool:
    """Whether all that stands where the place should be is
    part of a greeting: habari yako, habari za asubuhi."""
    return all(each in _single(GREETS) for each in bare_words(place))


def is_greeting(text: str) -> bool:
    """Whether somebody only says good day, in the word for news."""
    meant = understand(text)
    return isinstance(meant, WantsNews) and bool(meant.place) and greets(meant.place)


def is_enough(text: str) -> bool:
    """Whether they say that they have had enough of our texts, and nothing
    else: Please stop, stop sending me these, stop message 4417."""
    said = [each for each in bare_words(text) if not _is_code(each)]
    stops = _single(ENOUGH)
    return any(each in stops for each in said) and all(
        each in stops | _single(AROUND_ENOUGH) | _single(OF_TEXTS) for each in said
    )


def may_be_enough(text: str) -> bool:
    """The same, whatever else they say, as long as it begins with STOP
    and names our texts. Who begs others to stop names none of them."""
    said = bare_words(text)
    return (
        bool(said)
        and said[0] in _single(STOP)
        and any(_is_code(each) or each in _single(OF_TEXTS) for each in said)
    )


def _is_code(word: str) -> bool:
    return word.isdecimal() and 4 <= len(word) <= 6


def _asks(text: str) -> IsTrue | None:
    """Asked before what is said, or, with a question mark, after it."""
    is_question = "?" in text
    if found := _after(text, ASKS) or (_before(text, ASKS) if is_question else None):
        return IsTrue(_bare(_without(found[0], THAT)), found[1], is_question)
    return None


PASSED_ON = re.compile(r"\W*itikia\W+(\d{4,6})\b.*", re.IGNORECASE | re.DOTALL)
"""A message that somebody passes on to us, as it came to them."""


def _code(text: str) -> str | None:
    """The number of a message that they passed on to us; or
    the only number in a text that is of nothing else."""
    if found := PASSED_ON.fullmatch(text):
        return found[1]
    numbers = re.findall(r"\d+", text)
    if len(numbers) != 1 or not re.fullmatch(r"\d{4,6}", numbers[0]):
        return None
    others = set(bare_words(re.sub(r"\d+", " ", text)))
    code = "".join(str(int(figure)) for figure in numbers[0])
    return code if others <= _single(AROUND) else None


def code_in(text: str) -> str:
    """The number of a message in what somebody keyed in, be it the
    whole message; their own words, cut, where there is none."""
    typed = tidy(text)
    found = re.search(r"(?<!\d)\d{4,6}(?!\d)", typed)
    return found[0] if found else typed[:10]


def _without(text: str, phrase: Phrase) -> str:
    found = _after(text, phrase)
    return found[0] if found else text


def _bare(text: str) -> str:
    return text.strip(" \n\t\"'.,:;!?-")


def _after(text: str, phrase: Phrase) -> tuple[str, str] | None:
    """What comes after one of these words, and the language of
    that word. None where the text begins with none of them."""
    return _besides(text, phrase, lambda word: rf"\W*{word}(?!\w)[^\w(]*(.*)")


def _before(text: str, phrase: Phrase) -> tuple[str, str] | None:
    return _besides(text, phrase, lambda word: rf"(.*\w)\W+{word}\W*")


def _besides(text: str, phrase: Phrase, pattern: Callable[[str], str]) -> tuple[str, str] | None:
    for said, language in _ways_to_say(phrase):
        word = r"\W+".join(map(re.escape, said.split()))
        if found := re.fullmatch(pattern(word), text, re.IGNORECASE | re.DOTALL):
            return found[1], language
    return None


@cache
def _ways_to_say(phrase: Phrase) -> tuple[tuple[str, str], ...]:
    """All that this phrase can be in any language, with that language; the longest first."""
    said = {(each.strip(), language) for language in languages() for each in say(phrase, language).split(",")}
    return tuple(sorted(said, key=lambda each: (-len(each[0]), each[0], languages().index(each[1]))))


@cache
def _single(phrase: Phrase) -> frozenset[str]:
    """The same, where each is one word."""
    return frozenset(each.casefold() for each, _language in _ways_to_say(phrase))
