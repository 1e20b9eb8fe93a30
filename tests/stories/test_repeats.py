"""Several people call about the same thing: each has a case and a
promise of their own, and whoever answers knows that it is one event."""

from datetime import timedelta

import pytest

from hotline.directory.categories import Urgency
from tests.scenery.county import ACHIENG, CHEBET, CITIZEN, KIPRUTO, NEIGHBOUR, NJERI, STRANGER, WANJIKU
from tests.scenery.offices import call, complain, rings
from tests.scenery.reports import word_of
from tests.scenery.world import World


def about(world: World, number: str) -> list[str]:
    """The texts that put a case before this liaison."""
    return [text for text in world.phone(number).inbox if "\n" in text]


def test_each_has_a_number_and_a_time_of_their_own(world: World) -> None:
    first, second = world.phone(CITIZEN), world.phone(NEIGHBOUR)
    one = call(first)
    world.now += timedelta(minutes=3)
    other = call(second)
    assert one != other
    assert first.inbox == [f"{one}: imepokelewa. Utajibiwa kabla ya 10:30. Ukiwa hatarini piga 999."]
    assert second.inbox == [f"{other}: imepokelewa. Utajibiwa kabla ya 10:33. Ukiwa hatarini piga 999."]
    assert "Utajibiwa kabla ya 10:33" in second.screen, "and nobody learns that somebody else has called"


def test_the_second_call_goes_to_the_one_who_has_the_first_and_says_so(world: World) -> None:
    rung = rings(world)
    call(world.phone(CITIZEN))
    world.phone(KIPRUTO).text("2")
    corporal = world.phone(ACHIENG)
    corporal.text("1")
    corporal.text("4")
    world.pass_minutes(20)
    call(world.phone(NEIGHBOUR))
    assert rung == [(0, "Kipruto"), (0, "Achieng"), (20, "Achieng")], (
        "though others have less to do and speak the language"
    )
    first, second = about(world, ACHIENG)
    assert "Call number" not in first
    assert "Call number 2 about it in 20 minutes, from 2 phones." in second
    assert (
        f"{word_of(first)}: another call. Call number 2 about it in 20 minutes, from 2 phones."
        in corporal.inbox
    )
    assert word_of(first) != word_of(second), "two cases are two words"


def test_whoever_has_the_first_and_does_not_answer_the_second_does_not_keep_it(world: World) -> None:
    rung = rings(world)
    call(world.phone(CITIZEN))
    world.phone(KIPRUTO).text("1")
    call(world.phone(NEIGHBOUR))
    world.pass_minutes(5.5)
    assert rung == [(0, "Kipruto"), (0, "Kipruto"), (5, "Achieng")]


def test_each_citizen_is_asked_for_their_own_word(world: World) -> None:
    sergeant = world.phone(KIPRUTO)
    for number in (CITIZEN, NEIGHBOUR):
        call(world.phone(number))
        word = word_of(about(world, KIPRUTO)[-1])
        sergeant.text(f"1 {word}")
        sergeant.text(f"3 {word}")
    world.phone(CITIZEN).text("1")
    world.phone(NEIGHBOUR).text("2")
    assert [world.verdict(case) for case in world.cases()] == ["helped", "not_helped"]


@pytest.mark.parametrize(
    ("category", "urgency", "patience"), [("Ardhi", Urgency.HIGH, 5), ("Ghasia", Urgency.LIFE, 3)]
)
def test_three_phones_make_it_more_urgent(
    world: World, category: str, urgency: Urgency, patience: int
) -> None:
    for number in (CITIZEN, NEIGHBOUR):
        call(world.phone(number), category)
    assert {case.urgency for case in world.cases()} == {urgency - 1}
    call(world.phone(STRANGER), category)
    assert {case.urgency for case in world.cases()} == {urgency}
    third = about(world, KIPRUTO)[-1]
    assert "Ripoti ya 3 kuhusu hili ndani ya dakika 0, kutoka simu 3." in third
    world.pass_minutes(patience - 0.5)
    assert not any(word_of(third) in text for text in about(world, ACHIENG))
    world.pass_minutes(0.5)
    assert any(word_of(third) in text for text in about(world, ACHIENG)), "the next is asked sooner"


def test_one_phone_three_times_is_not_three_phones(world: World) -> None:
    for _time in range(3):
        call(world.phone(CITIZEN))
    assert {case.urgency for case in world.cases()} == {Urgency.HIGH}
    assert len({case.reference for case in world.cases()}) == 3
    assert "Ripoti ya 3 kuhusu hili ndani ya dakika 0, kutoka simu 1." in about(world, KIPRUTO)[-1]


@pytest.mark.parametrize(
    ("category", "place", "minutes"),
    [("Ghasia", "London", 5), ("Mtu aliyepotea", "Kaptembwo", 5), ("Ghasia", "Kaptembwo", 61)],
)
def test_another_place_another_kind_or_another_hour_is_another_event(
    world: World, category: str, place: str, minutes: int
) -> None:
    call(world.phone(CITIZEN))
    sergeant = world.phone(KIPRUTO)
    sergeant.text("1")
    sergeant.text("6")
    world.pass_minutes(minutes)
    call(world.phone(NEIGHBOUR), category, place)
    assert len(world.cases()) == 2
    told = [text for number in (KIPRUTO, ACHIENG, WANJIKU) for text in world.phone(number).inbox]
    assert not any("Ripoti ya" in text or "Call number" in text or "ripoti nyingine" in text for text in told)


def test_the_hour_is_counted_from_the_last_call(world: World) -> None:
    call(world.phone(CITIZEN))
    sergeant = world.phone(KIPRUTO)
    for key in "16":
        sergeant.text(key)
    world.pass_minutes(50)
    call(world.phone(NEIGHBOUR))
    second = word_of(about(world, KIPRUTO)[-1])
    for key in "16":
        sergeant.text(f"{key} {second}")
    world.pass_minutes(50)
    call(world.phone(STRANGER))
    assert "Ripoti ya 3 kuhusu hili ndani ya dakika 100, kutoka simu 3." in about(world, KIPRUTO)[-1]
    assert {case.urgency for case in world.cases()} == {Urgency.HIGH}, (
        "three phones in a hundred minutes are not three in an hour"
    )


@pytest.mark.parametrize("category", ["Ukatili", "Mwenendo"])
def test_two_homes_or_two_officers_are_no_event(world: World, category: str) -> None:
    for number in (CITIZEN, NEIGHBOUR, STRANGER):
        complain(world.phone(number)) if category == "Mwenendo" else call(
            world.phone(number), category, woman="any"
        )
    cases = world.cases()
    assert [case.incident_id for case in cases] == [None] * 3
    assert {case.urgency for case in cases} == {cases[0].category.urgency}
    told = [text for number in (KIPRUTO, ACHIENG, CHEBET, NJERI) for text in world.phone(number).inbox]
    assert not any("Ripoti ya" in text or "Call number" in text or "another call" in text for text in told)
