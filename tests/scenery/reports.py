"""A citizen reports on a phone, and a liaison hears of it."""

import re

from hotline.cases import citizen_menus
from hotline.cases.citizen_menus import NOT_KNOWN
from hotline.cases.dispatch import CASE_WORDS
from hotline.cases.reporting import Call, open_case
from tests.scenery.county import CITIZEN, KAPTEMBWO
from tests.scenery.labels import CONTACT, FIRST, KISWAHILI, REMEMBER, about, is_category, sw
from tests.scenery.said import number_in
from tests.scenery.world import Phone, World


def reports(world: World) -> None:
    with world.service.transaction() as work:
        open_case(
            work,
            citizen_menus.Report("theft", KAPTEMBWO.code, "they took my phone", "text"),
            Call("c" * 32, "ussd", CITIZEN, "en"),
        )
    world.tick()


def report(citizen: Phone, category: str = "violence", *, text: bool = True) -> str:
    """A citizen reports youths with weapons in Kaptembwo, in
    Kiswahili. Returns the case's number as it is shown."""
    citizen.dial()
    citizen.choose(KISWAHILI)
    citizen.choose(sw(FIRST["report"]))
    citizen.choose(about(category, "sw"))
    citizen.press("kaptembwa")
    citizen.choose("Kaptembwo")
    if is_category(category, "conduct"):
        citizen.choose(sw(NOT_KNOWN))
        citizen.choose(sw(NOT_KNOWN))
    citizen.press("vijana wenye silaha * karibu na stendi")
    citizen.choose(sw(CONTACT["text" if text else "none"]))
    citizen.choose(sw(REMEMBER["no"]))
    return number_in(citizen.screen)


A_WORD = re.compile(rf"\b(?:{'|'.join(CASE_WORDS)})\d*\b")


def word_of(text: str) -> str:
    """The word by which a liaison's text names the case."""
    found = A_WORD.search(text)
    assert found is not None, text
    return found[0]


def arrive(liaison: Phone, word: str = "") -> None:
    """A liaison takes a case and goes there at once: for
    three hours nobody asks whether they are still on it."""
    for key in "146":
        liaison.text(f"{key} {word}".strip())
