"""Dialling in, key by key."""

import re
from collections.abc import Iterator

from hotline.cases.case import Case
from hotline.cases.citizen_menus import my_case
from hotline.cases.citizen_phrases import Standing, promised
from hotline.cases.liaison_menus import Assignments, at_desk
from hotline.core import codec
from tests.scenery.county import STRANGER
from tests.scenery.labels import CONTACT, ENGLISH, FIRST, REMEMBER, about, en, page
from tests.scenery.said import asked, labels, number_in
from tests.scenery.world import Phone, World

AT_DESK, OFF_DUTY = (asked(at_desk(Assignments(on_duty, ()))) for on_duty in (True, False))
WHY = asked(at_desk(Assignments(on_duty=True, cases=())), "SIMBA", "what it is about", "cannot")
VERDICTS = labels(asked(my_case("999"), "1", codec.encode(Standing("taken", open_to_verdict=True))))


def begin(phone: Phone, category: str = "theft", place: str = "kaptembwa") -> Phone:
    """A report in English, as far as the details."""
    phone.dial()
    phone.choose(ENGLISH) if ENGLISH in phone.screen else None
    phone.choose(en(FIRST["report"]))
    phone.choose(about(category, "en"))
    phone.press(place)
    phone.choose("Kaptembwo")
    return phone


def finish(phone: Phone, *, text: bool = True) -> str:
    """From the question whether we may text to the end. Returns the case's number."""
    phone.choose(en(CONTACT["text" if text else "none"]))
    phone.choose(en(REMEMBER["no"]))
    number = number_in(phone.screen)
    assert phone.screen in {
        en(promised(number, time_in(phone.screen), "999", contact)) for contact in ("text", "none")
    }, phone.screen
    return number


def time_in(text: str) -> str:
    """The only time of the clock in a text."""
    (time,) = re.findall(r"\b\d\d:\d\d\b", text)
    return str(time)


def report(phone: Phone, *, text: bool = True) -> str:
    begin(phone).press("they took my phone")
    return finish(phone, text=text)


def only_case(world: World) -> Case:
    (case,) = world.cases()
    return case


def choices_on(phone: Phone) -> Iterator[str]:
    """Everything that can be chosen on this page and those that follow."""
    pages = [phone.screen]
    while "98. " in phone.screen:
        pages.append(phone.press("98"))
    lines = [line.partition(". ") for page in pages for line in page.splitlines()]
    return (words for number, _dot, words in lines if number.isdecimal() and number not in ("0", "00", "98"))


# My case


def wrong(number: str) -> str:
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def ask_verdict(state: Standing) -> str:
    """How it stands, and whether help came."""
    return page(asked(my_case("999"), "1", codec.encode(state)), "en")


def stand(world: World, number: str) -> str:
    """How the case stands, asked from a phone of which nothing is known."""
    stranger = world.phone(STRANGER)
    stranger.dial()
    stranger.choose(ENGLISH) if ENGLISH in stranger.screen else None
    stranger.choose(en(FIRST["case"]))
    return stranger.press(number)
