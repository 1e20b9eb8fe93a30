"""What a liaison texts that is nearly right is answered with what
they may have meant; what means a case goes on meaning it."""

from dataclasses import replace

import pytest

from hotline.broadcasts import phrases as broadcast_phrases
from hotline.broadcasts.menus import Compose
from hotline.cases import liaison_phrases
from hotline.core.i18n import Phrase, say
from hotline.rumours import phrases as rumour_phrases
from tests.scenery.broadcasts import ALL_CALM, readers, stands, written
from tests.scenery.county import KIPRUTO, WANJIKU
from tests.scenery.reports import reports
from tests.scenery.world import World

LANGUAGE = "sw"
"""The sergeant's, and the one who writes."""

on_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
"""For what has nothing to do with the database."""


def said(world: World, text: str, number: str = KIPRUTO) -> str:
    """What a liaison is answered."""
    world.phone(number).text(text)
    return world.carrier.to(number)[-1]


def begins(phrase: Phrase) -> str:
    return say(phrase, LANGUAGE)


def waits(world: World, command: Compose = ALL_CALM) -> tuple[str, str]:
    """The code and the mark of a message that waits for the sergeant's yes."""
    readers(world, 3)
    return written(world, command)


@on_sqlite
def test_a_yes_without_its_number_is_shown_the_message_again(world: World) -> None:
    code, mark = waits(world)
    for text in (
        "ok",
        "yes",
        "sawa",
        "Approved",
        f"ok {mark}",
        f"{code} please",
        code,
        f"Is {code} real?",
        "yes please",
        "1",
        "no",
        "sema",
    ):
        assert f"OK {code} {mark}" in said(world, text), text
        assert stands(world, code) == "submitted"
    assert said(world, "1 SIMBA") == begins(liaison_phrases.no_cases()), "that is about a case"


@on_sqlite
def test_once_they_have_said_yes_it_waits_for_them_no_more(world: World) -> None:
    code, mark = waits(world, replace(ALL_CALM, areas=("KE032175",)))
    world.phone(KIPRUTO).text(f"OK {code} {mark}")
    assert stands(world, code) == "submitted", "for another's yes"
    assert said(world, "1") == begins(liaison_phrases.no_cases())
    assert said(world, "sawa") == begins(liaison_phrases.what_to_text())


@on_sqlite
def test_whoever_names_a_rumour_or_a_message_hears_how_to_text_about_those(world: World) -> None:
    assert said(world, "what of R12?") == begins(rumour_phrases.what_to_text())
    assert said(world, "tuma 4417 sasa") == begins(broadcast_phrases.what_to_text_broadcast())
    assert said(world, "hello") == begins(liaison_phrases.what_to_text())
    code, mark = waits(world)
    assert mark in said(world, code, WANJIKU), "whoever wrote it is shown how it stands"


@on_sqlite
def test_while_a_case_waits_what_is_not_about_a_message_is_about_the_case(world: World) -> None:
    code, mark = waits(world)
    reports(world)
    assert said(world, "sema") == begins(liaison_phrases.what_to_text())
    for text in ("sawa", f"{code} please", f"{mark} please"):
        assert f"OK {code} {mark}" in said(world, text)
    world.phone(KIPRUTO).text("1")
    (case,) = world.cases()
    assert case.liaison_id is not None, "a bare key takes the case"
    assert stands(world, code) == "submitted"
    word = next(text for text in world.carrier.to(KIPRUTO) if "1 " in text and "2 " in text).partition(":")[0]
    assert word in said(world, f"4 {word}")
