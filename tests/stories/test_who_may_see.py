"""Somebody reports the police. Who sees it, who never does, and what is said where nobody may."""

from datetime import timedelta
from pathlib import Path

import pytest

from hotline.cli import rosters
from hotline.directory import bodies, liaisons
from hotline.directory.categories import BodyKind
from tests.scenery.county import ACHIENG, CHEBET, CITIZEN, DESK, KIPRUTO, NJERI, WANJIKU
from tests.scenery.offices import (
    AMINA,
    CHIEF,
    COMMANDER,
    LONDON,
    body,
    complain,
    employ,
    found,
    listed,
    works_at,
)
from tests.scenery.reports import word_of
from tests.scenery.world import World

POLICE = (KIPRUTO, ACHIENG)
ANOTHER = {CHIEF: "Ms. Baraka", COMMANDER: "Mr. Omondi", LONDON: "Ms. Kipruto Jebet", AMINA: "Insp. Otieno"}


def heard(world: World, *numbers: str) -> list[str]:
    """Those of these numbers to whom the case was ever put."""
    return [
        number for number in numbers if any("askari alimpiga" in text for text in world.phone(number).inbox)
    ]


# Never


@pytest.mark.parametrize(("station", "officer"), [("", ""), ("Kaptembwo Police", "Sgt Kipruto")])
def test_the_police_never_hear_of_it_however_long_nobody_answers(
    world: World, station: str, officer: str
) -> None:
    complain(world.phone(CITIZEN), station, officer)
    world.pass_minutes(6 * 60)
    assert not any(world.phone(number).inbox for number in (*POLICE, WANJIKU, CHEBET))
    assert heard(world, NJERI, DESK) == [NJERI, DESK]
    njeri = world.phone(NJERI)
    assert (officer in njeri.inbox[0]) is True, "whoever looks into it knows whom it is about"


def test_an_officer_of_an_oversight_office_who_is_of_the_police_too_never_sees_it(world: World) -> None:
    employ(
        world, liaisons.Listed("oversight", ANOTHER[AMINA], AMINA, ("sw",), on_duty=True, also=("station",))
    )
    employ(
        world,
        liaisons.Listed("oversight", ANOTHER[COMMANDER], COMMANDER, ("sw",), on_duty=True, also=("police",)),
    )
    complain(world.phone(CITIZEN))
    assert heard(world, NJERI) == [NJERI]
    world.pass_minutes(6 * 60)
    assert heard(world, AMINA, COMMANDER, *POLICE) == []


def test_nobody_sees_it_whose_name_is_like_that_of_the_officer(world: World) -> None:
    employ(world, works_at("oversight", ANOTHER[LONDON], LONDON))
    complain(world.phone(CITIZEN), "Kaptembwo Police", "Sajenti Kipruto")
    world.pass_minutes(6 * 60)
    assert heard(world, LONDON) == []
    assert heard(world, NJERI, DESK) == [NJERI, DESK]


def test_the_same_name_is_no_matter_where_nobody_was_named(world: World) -> None:
    employ(world, works_at("oversight", ANOTHER[LONDON], LONDON))
    complain(world.phone(CITIZEN), "Kaptembwo Police")
    assert heard(world, LONDON) == [LONDON]


@pytest.mark.parametrize("taken", [False, True])
def test_who_is_named_in_words_that_come_later_sees_it_no_more(world: World, taken: bool) -> None:
    citizen, njeri = world.phone(CITIZEN), world.phone(NJERI)
    complain(citizen)
    if taken:
        njeri.text("1")
    njeri.new_texts()
    citizen.text("alikuwa pamoja na Njeri wa ofisi yenu")
    assert njeri.new_texts() == []
    assert heard(world, DESK) == [DESK], "it goes on at once"
    world.pass_minutes(6 * 60)
    assert njeri.new_texts() == []


def test_who_comes_on_the_list_later_and_is_named_in_it_never_sees_it(world: World, tmp_path: Path) -> None:
    citizen = world.phone(CITIZEN)
    complain(citizen)
    citizen.text("anaitwa Baraka")
    file = tmp_path / "liaisons.csv"
    file.write_text(
        f"body,name,phone,languages\noversight,{ANOTHER[CHIEF]},{CHIEF},en\noversight,Mr. "
        f"Omondi,{COMMANDER},en\n"
    )
    rosters.liaisons_into(world.service, file)
    world.settle()
    world.pass_minutes(6 * 60)
    assert heard(world, CHIEF) == []
    assert heard(world, COMMANDER) == [COMMANDER], "as one does who is not"


# Stepping aside


def test_who_steps_aside_never_sees_it_again(world: World) -> None:
    complain(world.phone(CITIZEN))
    njeri = world.phone(NJERI)
    word = word_of(njeri.inbox[0])
    njeri.text("7 he is my cousin")
    assert (
        njeri.inbox[-1]
        == f"To step aside from {word} for good, text 7 {word} again. You will not see it again."
    )
    assert heard(world, DESK) == [], "a slip of the thumb takes nothing from anybody"
    njeri.text(f"7 {word}")
    assert (
        njeri.inbox[-1]
        == f"{word} goes to somebody else, and you will not see it again. Thank you for saying so."
    )
    assert heard(world, DESK) == [DESK], "at once"
    for text in (f"1 {word}", f"3 {word}", "1", f"7 {word}"):
        njeri.text(text)
        assert njeri.inbox[-1] == "No case waits for you.", text
    before = len(njeri.inbox)
    world.pass_minutes(10 * 60)
    assert len(world.phone(DESK).inbox) >= 3, "it came round again and again"
    assert len(njeri.inbox) == before
    njeri.dial()
    njeri.choose("Cases given to me")
    assert word not in njeri.screen


def test_who_has_it_and_steps_aside_gives_it_up(world: World) -> None:
    complain(world.phone(CITIZEN))
    njeri = world.phone(NJERI)
    for key in "177":
        njeri.text(key)
    assert [case.state for case in world.cases()] == ["open"]
    assert heard(world, DESK) == [DESK]
    assert "sasa inakwenda kwa mwingine: ofisi nyingine." in world.phone(CITIZEN).inbox[-1], (
        "not even now is the office named"
    )


# Where nobody may


@pytest.fixture
def all_of_the_police(world: World) -> None:
    """Everybody on the list who might look into it is, or was once, of the police."""
    for number in (NJERI, DESK):
        each = listed(number)
        employ(
            world,
            liaisons.Listed(each.body, each.name, number, each.languages, on_duty=True, also=("police",)),
        )


@pytest.mark.usefixtures("all_of_the_police")
def test_where_nobody_may_see_it_we_say_who_else_would(world: World) -> None:
    citizen = world.phone(CITIZEN)
    number = complain(citizen)
    honest = (
        "Hakuna hapa anayeruhusiwa kuishughulikia, kwa kuwa "
        "inawahusu. Ipeleke kwa IPOA, 1559. Ukiwa hatarini piga 999."
    )
    assert citizen.screen == f"Kesi {number}. {honest}"
    assert [text.partition(". ")[0] for text in citizen.inbox] == [f"{number}: kuna habari"], (
        "others read this phone too"
    )
    world.pass_minutes(3 * 60)
    assert heard(world, NJERI, DESK, WANJIKU, CHEBET, *POLICE) == []
    citizen.dial()
    citizen.choose("Kesi yangu")
    assert (
        citizen.press(number) == "Hakuna hapa anayeruhusiwa kuishughulikia. Tafadhali ipeleke kwa IPOA, 1559."
    )
    world.pass_minutes(30 * 60)
    assert len(citizen.inbox) == 1, "and no apologies for what nobody here may do"


@pytest.mark.usefixtures("all_of_the_police")
def test_whoever_comes_to_the_list_later_and_may_see_it_gets_it(world: World) -> None:
    citizen = world.phone(CITIZEN)
    number = complain(citizen)
    world.pass_minutes(30)
    employ(world, works_at("oversight", ANOTHER[CHIEF], CHIEF))
    world.pass_minutes(61)
    assert heard(world, CHIEF) == [CHIEF]
    world.phone(CHIEF).text("1")
    assert citizen.inbox[-1] == f"{number}: inashughulikiwa sasa."


@pytest.mark.usefixtures("all_of_the_police")
def test_a_new_office_gets_it_too(world: World) -> None:
    complain(world.phone(CITIZEN))
    found(world, bodies.Listed("ombudsman", "The Ombudsman", BodyKind.OVERSIGHT, ("KE032",), ()))
    employ(world, works_at("ombudsman", ANOTHER[CHIEF], CHIEF))
    world.pass_minutes(61)
    assert heard(world, CHIEF) == [CHIEF]


# Somebody goes elsewhere in the middle of it


def goes_to_the_police(world: World, number: str, folder: Path) -> None:
    """As the operator says so: with a file."""
    file = folder / "liaisons.csv"
    file.write_text(f"body,name,phone,languages\nstation,Ms. Njeri,{number},en\n")
    assert rosters.liaisons_into(world.service, file) == 1
    world.settle()


def test_one_before_whom_it_is_and_who_goes_to_the_police_sees_it_no_more(
    world: World, tmp_path: Path
) -> None:
    complain(world.phone(CITIZEN))
    njeri = world.phone(NJERI)
    word = word_of(njeri.inbox[0])
    world.pass_minutes(5)
    goes_to_the_police(world, NJERI, tmp_path)
    assert heard(world, DESK) == [DESK], "it goes on at once"
    njeri.new_texts()
    for text in (f"1 {word}", "1"):
        njeri.text(text)
        assert njeri.new_texts() == ["No case waits for you."]
    njeri.dial()
    njeri.choose("Cases given to me")
    assert word not in njeri.screen
    njeri.hang_up()
    world.pass_minutes(5 * 60)
    assert njeri.new_texts() == []


def test_one_who_has_it_and_goes_to_the_police_has_it_no_more(world: World, tmp_path: Path) -> None:
    citizen, njeri = world.phone(CITIZEN), world.phone(NJERI)
    complain(citizen)
    njeri.text("1")
    njeri.new_texts()
    goes_to_the_police(world, NJERI, tmp_path)
    assert heard(world, DESK) == [DESK]
    assert "sasa inakwenda kwa mwingine: ofisi nyingine." in citizen.inbox[-1]
    world.pass_minutes(60)
    assert njeri.new_texts() == [], "and not a word of it to one who may not see it"


@pytest.mark.parametrize("taken", [False, True])
def test_one_whose_mandate_ends_sees_it_no_more_and_it_goes_on_in_its_time(world: World, taken: bool) -> None:
    ends = world.now + timedelta(minutes=10)
    employ(world, liaisons.Listed("oversight", "Ms. Njeri", NJERI, ("en",), on_duty=True, until=ends))
    complain(world.phone(CITIZEN))
    njeri = world.phone(NJERI)
    word = word_of(njeri.inbox[0])
    if taken:
        njeri.text("1")
    njeri.new_texts()
    world.now = ends
    njeri.text(f"1 {word}")
    njeri.dial()
    assert "askari alimpiga" not in " ".join([*njeri.new_texts(), njeri.screen])
    world.pass_minutes(24 * 60 if taken else 11)
    assert heard(world, DESK) == [DESK]
    assert njeri.new_texts() == []


def test_one_who_was_of_the_police_and_comes_to_the_oversight_office_does_not_see_what_they_did(
    world: World,
) -> None:
    employ(world, works_at("oversight", "Sgt. Kipruto", KIPRUTO))
    assert body("oversight").kind == BodyKind.OVERSIGHT
    complain(world.phone(CITIZEN))
    world.pass_minutes(3 * 60)
    assert heard(world, KIPRUTO) == []
    assert heard(world, NJERI, DESK) == [NJERI, DESK]
