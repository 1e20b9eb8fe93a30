"""Whether help came is for the citizen to say: by text, at the
next dial, or by the case's number; and silence is no yes."""

from datetime import timedelta

import pytest

from hotline.operations import clock
from tests.scenery.county import ACHIENG, CITIZEN, DESK, KIPRUTO, NJERI, WANJIKU
from tests.scenery.offices import call
from tests.scenery.reports import report, word_of
from tests.scenery.world import Phone, World

ASKED = "je, msaada ulifika?"


def helped_by(world: World, number: str) -> Phone:
    """This liaison takes the last case that came to them, and says that it is done."""
    liaison = world.phone(number)
    word = next(word_of(text) for text in reversed(liaison.inbox) if "\n" in text)
    liaison.text(f"1 {word}")
    liaison.text(f"3 {word}")
    return liaison


def times(text: str, among: list[str]) -> int:
    return sum(text in each for each in among)


# When


@pytest.mark.parametrize(("category", "minutes"), [("Hatari", 30), ("Ghasia", 120)])
def test_one_is_asked_in_time(world: World, category: str, minutes: float) -> None:
    citizen, sergeant = world.phone(CITIZEN), world.phone(KIPRUTO)
    call(citizen, category)
    sergeant.text("1")
    sergeant.text("6")
    world.pass_minutes(minutes - 1)
    assert times(ASKED, citizen.inbox) == 0
    world.pass_minutes(1)
    assert times(ASKED, citizen.inbox) == 1
    sergeant.text("3")
    assert times(ASKED, citizen.inbox) == 1, "and not again when it is done"


def test_one_is_asked_about_each_who_had_it(world: World) -> None:
    citizen, sergeant = world.phone(CITIZEN), world.phone(KIPRUTO)
    call(citizen, "Hatari")
    sergeant.text("1")
    sergeant.text("6")
    world.pass_minutes(31)
    sergeant.text("2")
    helped_by(world, ACHIENG)
    assert times(ASKED, citizen.inbox) == 2


# By which door


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("1", "helped"), ("Ndio!", "helped"), ("2", "not_helped"), ("la", "not_helped"), ("3", "danger")],
)
def test_by_text(world: World, text: str, verdict: str) -> None:
    citizen = world.phone(CITIZEN)
    call(citizen)
    helped_by(world, KIPRUTO)
    citizen.text(text)
    assert world.verdict(world.cases()[0]) == verdict


def test_at_the_next_dial(world: World) -> None:
    citizen = world.phone(CITIZEN)
    call(citizen)
    citizen.dial()
    assert "Msaada ulifika?" not in citizen.screen
    citizen.hang_up()
    helped_by(world, KIPRUTO)
    citizen.dial()
    citizen.choose("Msaada ulifika?")
    assert citizen.screen.startswith("Tumeambiwa") or "Je, msaada ulifika?" in citizen.screen
    citizen.choose("Hapana")
    assert "Sasa tunamwomba mwingine; tarajia jibu kabla ya 10:30." in citizen.screen
    citizen.dial()
    assert "Msaada ulifika?" not in citizen.screen, "it is said"


def test_by_the_cases_number_from_any_phone(world: World) -> None:
    number = report(world.phone(CITIZEN), text=False)
    helped_by(world, KIPRUTO)
    other = world.phone("+254711000999")
    other.dial()
    other.choose("English")
    other.choose("My case")
    other.press(number)
    other.choose("Yes")
    (case,) = world.cases()
    assert (case.state, world.verdict(case)) == ("closed", "helped")
    assert world.phone(CITIZEN).inbox == []


# No


def test_no_takes_it_to_another_body_that_is_told_who_had_it(world: World) -> None:
    citizen, committee, sergeant = world.phone(CITIZEN), world.phone(WANJIKU), world.phone(KIPRUTO)
    call(citizen)
    helped_by(world, KIPRUTO)
    world.pass_minutes(5)
    citizen.new_texts()
    sergeant.new_texts()
    citizen.text("2")
    assert citizen.new_texts() == [
        "Pole sana. Ukiwa hatarini piga 999. Sasa tunamwomba mwingine; tarajia jibu kabla ya 10:35."
    ]
    (asked,) = committee.new_texts()
    assert "Kaptembwo Police Station walikuwa nayo; mwananchi anasema msaada haukufika." in asked
    assert "vijana wenye silaha" in asked
    assert sergeant.new_texts() == []
    assert world.phone(ACHIENG).inbox == [], "the station has had its chance"


def test_no_and_in_danger_goes_as_fast_as_can_be_and_says_whom_to_call(world: World) -> None:
    citizen = world.phone(CITIZEN)
    call(citizen, "Ardhi")
    helped_by(world, KIPRUTO)
    citizen.new_texts()
    citizen.text("3")
    assert citizen.new_texts() == ["Piga 999 ukiweza. Sasa tunamwomba mwingine; tarajia jibu kabla ya 10:15."]
    assert "Hatari kwa maisha sasa! Ardhi" in world.phone(WANJIKU).inbox[0]
    world.pass_minutes(3.5)
    assert world.phone(DESK).inbox, "the next after three minutes, and there is but the desk"


def test_a_second_no_goes_to_the_desk_and_the_oversight_authority_at_once(world: World) -> None:
    citizen, desk, njeri = world.phone(CITIZEN), world.phone(DESK), world.phone(NJERI)
    call(citizen)
    helped_by(world, KIPRUTO)
    citizen.text("2")
    helped_by(world, WANJIKU)
    assert times(ASKED, citizen.inbox) == 2
    assert (desk.inbox, njeri.inbox) == ([], [])
    citizen.text("2")
    for liaison in (desk, njeri):
        (asked,) = liaison.inbox
        assert "Kaptembwo Police Station" in asked
        assert "had it; the citizen says help did not come." in asked
    njeri.text("1")
    desk.text("1 " + word_of(desk.inbox[0]))
    assert "was taken first by Ms. Njeri" in desk.inbox[-1]


# Yes


def test_a_yes_can_be_taken_back_within_a_day(world: World) -> None:
    citizen = world.phone(CITIZEN)
    call(citizen)
    helped_by(world, KIPRUTO)
    citizen.text("1")
    assert "jibu 2 ndani ya siku moja" in citizen.inbox[-1]
    world.now += timedelta(hours=23)
    citizen.text("2")
    (case,) = world.cases()
    assert (case.state, world.verdict(case), case.round) == ("open", "not_helped", 2)
    assert world.phone(WANJIKU).inbox


def test_a_yes_cannot_be_taken_back_after_a_day(world: World) -> None:
    citizen = world.phone(CITIZEN)
    number = call(citizen)
    helped_by(world, KIPRUTO)
    citizen.text("1")
    world.now += timedelta(hours=25)
    citizen.text("2")
    citizen.dial()
    citizen.choose("Kesi yangu")
    citizen.press(number)
    assert "imefungwa" in citizen.screen
    assert not citizen.in_call, "nothing more is asked"
    (case,) = world.cases()
    assert (case.state, world.verdict(case), case.round) == ("closed", "helped", 1)


def test_yes_twice_is_one_yes(world: World) -> None:
    citizen = world.phone(CITIZEN)
    call(citizen)
    helped_by(world, KIPRUTO)
    citizen.text("1")
    citizen.text("1")
    (case,) = world.cases()
    assert world.history(case).count("verdict citizen") == 1


# Nothing


def test_silence_is_never_a_yes_not_even_when_the_case_is_closed_for_it(world: World) -> None:
    citizen = world.phone(CITIZEN)
    call(citizen)
    helped_by(world, KIPRUTO)
    world.now += timedelta(days=13)
    clock.tidy(world.service)
    assert [case.state for case in world.cases()] == ["resolved"]
    world.now += timedelta(days=1, hours=1)
    clock.tidy(world.service)
    (case,) = world.cases()
    assert (case.state, world.verdict(case)) == ("closed", None)
    citizen.text("2")
    (case,) = world.cases()
    assert (case.state, case.round, world.verdict(case)) == ("open", 2, "not_helped"), (
        "for one more day they may say so"
    )


def test_the_liaisons_done_and_the_citizens_no_stand_side_by_side(world: World) -> None:
    citizen = world.phone(CITIZEN)
    call(citizen)
    sergeant = helped_by(world, KIPRUTO)
    assert "Mwananchi ndiye atakayethibitisha" in sergeant.inbox[-1]
    citizen.text("2")
    (case,) = world.cases()
    told = world.history(case)
    assert told.index("resolved Sgt. Kipruto, Kaptembwo Police Station") < told.index("verdict citizen")
    assert world.verdict(case) == "not_helped"
    world.phone(WANJIKU).text("1")
    assert world.verdict(world.cases()[0]) == "not_helped", "until they say otherwise"
