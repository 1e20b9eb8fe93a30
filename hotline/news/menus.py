"""What citizens can hear from us, and ask of us: is it true, is this message yours, what is known, and news by text."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from hotline.conversation.choose_area import choose_area
from hotline.conversation.screens import Ask, Choices, LookUp, Menu, Nothing, Scene
from hotline.core.gsm import fits, plain, shorten
from hotline.core.i18n import Words, _, languages, say, verbatim
from hotline.core.typed_input import tidy
from hotline.places.areas import Areas, bare_words
from hotline.rumours import menus as rumour
from hotline.rumours.menus import Wonder

LAST_PAGE = {"septets": 156, "units": 78}
"""What the last page of a call holds, which nobody can turn."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """They want news about this area by text."""

    area: str
    sure: bool = False
    """They have said yes twice already; else they are asked once more by a text."""


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """No more news. What concerns their own case still comes."""


Wish = Wonder | Subscribe | Unsubscribe | Nothing


@dataclass(frozen=True, slots=True)
class Item:
    """Something that was checked: a line to choose it by, which says nothing that could be taken for the whole, and what it says."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Theirs:
    """What news they get already."""

    areas: int = 0
    room: bool = True
    """They may have one more area."""

    def to_text(self) -> str:
        return f"{self.areas}|{int(self.room)}"


def theirs(text: str) -> Theirs:
    """The opposite of `Theirs.to_text`."""
    areas, _bar, room = text.partition("|")
    return Theirs(int(areas), room == "1")


def items_to_text(items: Iterable[Item]) -> str:
    """The answer to `?news`."""
    return json.dumps([[item.title, item.text] for item in items], ensure_ascii=False)


def items_in(text: str) -> list[Item]:
    """The opposite of `items_to_text`."""
    return [Item(title, words) for title, words in json.loads(text)]


def at_news(areas: Areas, home: str | None, chat: bool) -> Scene[Wish]:
    """Everything about news and rumours. `chat`: what is said there stays, however long it is."""
    already = theirs((yield LookUp("?mine", "")))
    match (yield Menu("news", _("News and rumours"), _wishes(already))):
        case "rumour":
            return (yield from rumour.ask(areas, home, chat))
        case "read":
            return (yield from _read(areas, home, chat))
        case "ours":
            code = yield Ask("code", _("Key in the number that stands before the message."), number=True)
            return (yield from _show((yield LookUp("?ours", code)), chat))
        case "get":
            return (yield from _get(areas, home, chat))
        case _:
            return Unsubscribe()


GET, NO_MORE = _("Get news by text"), _("No more news")


def _wishes(already: Theirs) -> Choices:
    return (
        ("rumour", _("Is it true that ..?")),
        ("read", _("Checked news")),
        ("ours", _("Is this message real?")),
        *((("get", GET),) if already.room else ()),
        *((("no_more", NO_MORE),) if already.areas else ()),
    )


def _read(areas: Areas, home: str | None, chat: bool) -> Scene[Nothing]:
    area = yield from choose_area(areas, home, "news:")
    items = items_in((yield LookUp("?news", area.code)))
    if not items:
        return Nothing(no_news(areas.full_name(area)))
    chosen = "0" if len(items) == 1 else (yield _which(items))
    return (yield from _show(items[int(chosen)].text, chat))


def _which(items: Sequence[Item]) -> Menu:
    return Menu("item", _("What was checked:"), tuple((str(number), verbatim(item.title)) for number, item in enumerate(items)))


def _show(text: str, chat: bool) -> Scene[Nothing]:
    """The last words; where they are longer than the last page, the page before, which can be turned."""
    if chat or fits(plain(text), **LAST_PAGE):
        return Nothing(verbatim(text))
    yield Menu("enough", verbatim(text), (("enough", _("Enough")),))
    return Nothing(_("Thank you. Please pass on only what was checked."))


def _get(areas: Areas, home: str | None, chat: bool) -> Scene[Subscribe | Nothing]:
    area = yield from choose_area(areas, home, "get:")
    if not chat:
        return Subscribe(area.code)
    question = _("Shall we write to you here what was checked about {place}? You can end it at any time.", place=areas.full_name(area))
    sure = yield Menu("get_sure", question, (("yes", _("Yes, write to me")), ("no", _("No"))))
    return Subscribe(area.code, sure=True) if sure == "yes" else Nothing(then_nothing())


# What is said of it

LONGEST_PLACE = 40
"""Letters of a place's name where one text must hold everything."""


def _short(place: str) -> str:
    return shorten(place, LONGEST_PLACE, LONGEST_PLACE)


def no_news(place: str) -> Words:
    return _("There is no news for {area} just now.", area=_short(place))


def message_title(code: str, place: str, time: str) -> Words:
    return _("Message {code}, {place}, {time}", code=code, place=place, time=time)


def rumour_title(number: str, place: str, time: str) -> Words:
    return _("Rumour {number}, {place}, {time}", number=number, place=place, time=time)


def do_you_want(place: str) -> Words:
    """A text. Nothing is sent to one who does not say yes to it: whoever held the phone may not be whose it is."""
    return _("Do you want checked news about {place} by text? Answer 1 for yes.", place=_short(place))


def answer_the_text(place: str) -> Words:
    return _("A text comes to this phone now. Answer it with 1 (yes), and you will get checked news about {place}.", place=_short(place))


def then_nothing() -> Words:
    """To one who was asked whether they want news, and does not."""
    return _("Then we write nothing.")


def you_get(places: str) -> Words:
    return _("You will get checked news about {places}. To end it, text STOP NEWS.", places=shorten(places, 80, 30))


def you_have(place: str) -> Words:
    return _("You get checked news about {place} already. To end it, text STOP NEWS.", place=_short(place))


def enough_areas(most: int) -> Words:
    return _("You get news about {most} places already, and there is no room for more. To end them all, text STOP NEWS.", most=most)


def no_more_news() -> Words:
    return _("You will get no more news. You are still told about your own case.")


def had_no_news() -> Words:
    return _("No news is sent to you.")


def no_number() -> Words:
    return _("We cannot see the number of this phone, so we cannot text it.")


def no_more_texts(service_code: str, emergency: str) -> Words:
    """To one who has had enough, as far as we understand them. Should they have meant something else, they know whom to turn to."""
    return _(
        "You will get no more messages from us. To have them again text START. To reach us dial {code}. In an emergency call {number}.",
        code=service_code, number=emergency,
    )  # fmt: skip


def which_place() -> Words:
    """To one who texts NEWS and nothing more."""
    return _("For checked news by text, text NEWS and the name of your ward or town.")


def which_of(places: Sequence[str]) -> Words:
    return _("Which one? Text NEWS and the whole name: {places}", places="; ".join(_short(place) for place in places))


def unknown_place(place: str, service_code: str, emergency: str) -> Words:
    return _(
        "We know no place {place}. Text NEWS and the name of your ward or town, or dial {code}. In an emergency call {number}.",
        place=place[:30], code=service_code, number=emergency,
    )  # fmt: skip


def what_have_you_heard() -> Words:
    return _("What have you heard? Text IS IT TRUE, then what is said and where.")


def ours(text: str) -> Words:
    return _("This is from us: {text}", text=text)


def ours_until(time: str, text: str) -> Words:
    return _("This was from us. It held until {time} and holds no more: {text}", time=time, text=text)


def looked_at_again(code: str) -> Words:
    """Somebody has halted it, and nobody knows yet whether it holds. It is not said again."""
    return _("{code} is from us, but it is being looked at again. Please do not pass it on before you hear more.", code=code)


def ours_no_more(code: str) -> Words:
    return _("{code} was from us, but it holds no more. Please do not pass it on.", code=code)


def set_right(code: str, text: str) -> Words:
    """What is right goes first, and what was wrong is not said again."""
    return _("{text} This sets right our message {code}, which holds no more.", text=text, code=code)


def exercise(code: str) -> Words:
    return _("{code} was only an exercise. Nothing has happened. Please do not pass it on.", code=code)


def not_ours(code: str) -> Words:
    return _("{code} is not ours. Please do not pass it on.", code=code)


# As it is texted; a translation may hold several, with commas between

NEWS, NO_NEWS = _("news"), _("stop news, news stop, no more news")
ABOUT, THAT = _("for, from, in, about, of"), _("that")
"""Little words before the place, or before what is said."""
ASKS = _("is it true, is this true, true or false")
AROUND = _("is, are, was, this, it, the, that, real, true, fake, ours, yours, you, from, message, text, number, code")
"""What may stand around a message's number when somebody asks whether it is ours."""
MOST_AFTER_STOP = 3
GREETS = _("please, today, now, latest, morning, good, what, your")
"""No place, where they stand after the word for news; in some languages that word is a greeting too."""
STOP = _("stop, unsubscribe")
ENOUGH = _("stop, unsubscribe, quit, stopall")
"""One of these, where nothing stands around it but the next: then it is our texts that they have had enough of."""
AROUND_ENOUGH = _(
    "all, it, this, that, these, those, the, any, more, please, pls, kindly, just, now, i, im, am, me, you, your, want, to, of, from, "
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
    """What a text wants of us that is about news: NEWS Kaptembwo, STOP NEWS, 4417, is it true that …? None where it is something else."""
    if (after := _after(text, NO_NEWS)) and len(after[0].split()) <= MOST_AFTER_STOP:
        return Unsubscribe()
    if code := _code(text):
        return IsOurs(code)
    if after := _after(text, NEWS):
        return WantsNews(_bare(_without(after[0], ABOUT)), after[1])
    return _asks(text)


def greets(place: str) -> bool:
    """Whether all that stands where the place should be is part of a greeting: habari yako, habari za asubuhi."""
    return all(each in _single(GREETS) for each in bare_words(place))


def is_greeting(text: str) -> bool:
    """Whether somebody only says good day, in the word for news."""
    meant = understand(text)
    return isinstance(meant, WantsNews) and bool(meant.place) and greets(meant.place)


def is_enough(text: str) -> bool:
    """Whether they say that they have had enough of our texts, and nothing else: Please stop, stop sending me these, stop message 4417."""
    said = [each for each in bare_words(text) if not _is_code(each)]
    stops = _single(ENOUGH)
    return any(each in stops for each in said) and all(each in stops | _single(AROUND_ENOUGH) | _single(OF_TEXTS) for each in said)


def may_be_enough(text: str) -> bool:
    """The same, whatever else they say, as long as it begins with STOP and names our texts. Who begs others to stop names none of them."""
    said = bare_words(text)
    return bool(said) and said[0] in _single(STOP) and any(_is_code(each) or each in _single(OF_TEXTS) for each in said)


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
    """The number of a message that they passed on to us; or the only number in a text that is of nothing else."""
    if found := PASSED_ON.fullmatch(text):
        return found[1]
    numbers = re.findall(r"\d+", text)
    if len(numbers) != 1 or not re.fullmatch(r"\d{4,6}", numbers[0]):
        return None
    others = set(bare_words(re.sub(r"\d+", " ", text)))
    code = "".join(str(int(figure)) for figure in numbers[0])
    return code if others <= _single(AROUND) else None


def code_in(text: str) -> str:
    """The number of a message in what somebody keyed in, be it the whole message; their own words, cut, where there is none."""
    typed = tidy(text)
    found = re.search(r"(?<!\d)\d{4,6}(?!\d)", typed)
    return found[0] if found else typed[:10]


def _without(text: str, words: Words) -> str:
    found = _after(text, words)
    return found[0] if found else text


def _bare(text: str) -> str:
    return text.strip(" \n\t\"'.,:;!?-")


def _after(text: str, words: Words) -> tuple[str, str] | None:
    """What comes after one of these words, and the language of that word. None where the text begins with none of them."""
    return _besides(text, words, lambda phrase: rf"\W*{phrase}(?!\w)[^\w(]*(.*)")


def _before(text: str, words: Words) -> tuple[str, str] | None:
    return _besides(text, words, lambda phrase: rf"(.*\w)\W+{phrase}\W*")


def _besides(text: str, words: Words, pattern: Callable[[str], str]) -> tuple[str, str] | None:
    for phrase, language in _phrases(words):
        if found := re.fullmatch(pattern(r"\W+".join(map(re.escape, phrase.split()))), text, re.IGNORECASE | re.DOTALL):
            return found[1], language
    return None


@cache
def _phrases(words: Words) -> tuple[tuple[str, str], ...]:
    """Everything that these words can be in any language, and its language; the longest first."""
    said = {(each.strip(), language) for language in languages() for each in say(words, language).split(",")}
    return tuple(sorted(said, key=lambda each: (-len(each[0]), each[0], languages().index(each[1]))))


@cache
def _single(words: Words) -> frozenset[str]:
    """The same, where each is one word."""
    return frozenset(each.casefold() for each, _language in _phrases(words))
