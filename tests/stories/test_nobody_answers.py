"""Nobody answers, so the case goes on: to the next on duty, up,
sideways, to the neighbours, to the desk; and from the top again."""

from datetime import time, timedelta

import pytest

from hotline.carriers.carrier import Meaning, Sending
from hotline.directory import bodies, liaisons, shift_loading
from hotline.directory.categories import BodyKind
from hotline.operations import clock
from tests.scenery.county import ACHIENG, CITIZEN, DESK, KIPRUTO, NEIGHBOUR, WANJIKU
from tests.scenery.offices import AMINA, CHIEF, COMMANDER, LONDON, call, employ, found, leads, rings, works_at
from tests.scenery.reports import word_of
from tests.scenery.world import Phone, World


def a_whole_county(world: World) -> None:
    """The station is under a division; London next door has a station of its own; and the desk sleeps."""
    found(world, bodies.Listed("division", "Nakuru Division", BodyKind.POLICE, ("KE032",), ()))
    found(
        world,
        bodies.Listed("station", "Kaptembwo Police Station", BodyKind.POLICE, ("KE032175",), (), "division"),
    )
    found(world, bodies.Listed("london", "London Police Station", BodyKind.POLICE, ("KE0321750871",), ()))
    employ(world, leads("division", "The commander", COMMANDER), works_at("london", "Sgt. London", LONDON))
    world.phone(DESK).text("OFF")


# One after another


def test_in_a_whole_county_everybody_has_a_turn_and_then_it_begins_again(world: World) -> None:
    a_whole_county(world)
    rung = rings(world)
    call(world.phone(CITIZEN))
    world.pass_minutes(66)
    order = ["Kipruto", "Achieng", "commander", "Wanjiku", "London", "desk"]
    assert rung[:6] == list(zip(range(0, 30, 5), order, strict=True)), (
        "the desk is asked though it is off duty"
    )
    assert rung[6:12] == list(zip(range(30, 60, 5), order, strict=True)), (
        "five minutes after the last one it begins again"
    )
    assert rung[12:] == [(65, "Kipruto")], (
        "and ten the next time: phones that ring all night are switched off"
    )


def test_who_leads_the_body_itself_comes_before_who_leads_the_one_above(world: World) -> None:
    a_whole_county(world)
    employ(world, leads("station", "The chief", CHIEF))
    rung = rings(world)
    call(world.phone(CITIZEN))
    world.pass_minutes(11)
    assert rung == [(0, "Kipruto"), (5, "Achieng"), (10, "chief")]


def test_a_row_with_nobody_is_skipped_at_once(world: World) -> None:
    world.phone(ACHIENG).text("OFF")
    rung = rings(world)
    call(world.phone(CITIZEN))
    world.pass_minutes(11)
    assert rung == [(0, "Kipruto"), (5, "Wanjiku"), (10, "desk")], (
        "no next, nobody who leads, no second body sideways"
    )


def test_danger_to_life_has_three_minutes_where_others_have_five(world: World) -> None:
    rung = rings(world)
    call(world.phone(CITIZEN), "Hatari")
    world.pass_minutes(10)
    assert rung == [(0, "Kipruto"), (3, "Achieng"), (6, "Wanjiku"), (9, "desk")]


def test_at_a_border_both_stations_are_asked_and_the_first_has_it(world: World) -> None:
    found(world, bodies.Listed("station", "Kaptembwo Police Station", BodyKind.POLICE, ("KE0321750872",), ()))
    found(
        world,
        bodies.Listed(
            "london", "London Police Station", BodyKind.POLICE, ("KE0321750871", "KE0321750872"), ()
        ),
    )
    employ(world, works_at("london", "Sgt. London", LONDON))
    rung = rings(world)
    call(world.phone(CITIZEN))
    assert rung == [(0, "Kipruto"), (0, "London")]
    ours, theirs = world.phone(KIPRUTO), world.phone(LONDON)
    word = word_of(ours.inbox[0])
    theirs.text("1")
    assert theirs.inbox[-1].startswith(f"{word} ni yako")
    ours.text(f"1 {word}")
    assert ours.inbox[-1] == f"{word} ilichukuliwa kwanza na Sgt. London. Huna la kufanya zaidi."
    world.pass_minutes(25)
    assert len(rung) == 2, "and nobody else is asked"


def test_at_a_border_each_may_pass_it_on_and_the_other_is_waited_for(world: World) -> None:
    found(world, bodies.Listed("station", "Kaptembwo Police Station", BodyKind.POLICE, ("KE0321750872",), ()))
    found(world, bodies.Listed("london", "London Police Station", BodyKind.POLICE, ("KE0321750872",), ()))
    employ(world, works_at("london", "Sgt. London", LONDON))
    rung = rings(world)
    call(world.phone(CITIZEN))
    world.phone(KIPRUTO).text("2")
    assert len(rung) == 2, "the other has it before them still"
    world.phone(LONDON).text("2")
    assert rung[2:] == [(0, "Achieng")]


def test_a_case_that_everybody_passes_on_does_not_go_round_at_once(world: World) -> None:
    rung = rings(world)
    call(world.phone(CITIZEN))
    for number in (KIPRUTO, ACHIENG, WANJIKU, DESK):
        world.phone(number).text("2")
    assert [who for _minute, who in rung] == ["Kipruto", "Achieng", "Wanjiku", "desk"], (
        "at once, as each passes it on"
    )
    world.pass_minutes(4.5)
    assert len(rung) == 4
    world.pass_minutes(30)
    assert len(rung) > 4
    assert rung[4][0] >= 5, "from the top again when the time of the last one is over"


# And then somebody does


def take_late(liaison: Phone) -> None:
    """Somebody else is asked by now, and they take it all the same."""
    word = word_of(liaison.inbox[0])
    liaison.text(f"1 {word}")
    assert liaison.inbox[-1].startswith(f"{word} ")


def test_nobody_is_asked_any_more_once_somebody_has_it(world: World) -> None:
    rung = rings(world)
    call(world.phone(CITIZEN))
    world.pass_minutes(5.5)
    take_late(world.phone(KIPRUTO))
    world.pass_minutes(24)
    assert rung == [(0, "Kipruto"), (5, "Achieng")]
    assert len(world.phone(ACHIENG).inbox) == 1


def test_a_bare_one_that_comes_late_takes_it_while_nobody_has_it(world: World) -> None:
    call(world.phone(CITIZEN))
    world.pass_minutes(5.5)
    sergeant = world.phone(KIPRUTO)
    sergeant.text("1")
    assert sergeant.inbox[-1].startswith(f"{word_of(sergeant.inbox[0])} ni yako")


def test_a_bare_one_that_comes_late_asks_which_where_there_are_several(world: World) -> None:
    call(world.phone(CITIZEN))
    call(world.phone(NEIGHBOUR), "Mtu aliyepotea")
    world.pass_minutes(5.5)
    sergeant = world.phone(KIPRUTO)
    words = [word_of(text) for text in sergeant.inbox]
    sergeant.text("1")
    assert all(word in sergeant.inbox[-1] for word in words)
    assert {case.state for case in world.cases()} == {"open"}


def test_a_bare_one_that_comes_too_late_is_told_so(world: World) -> None:
    call(world.phone(CITIZEN))
    world.pass_minutes(5.5)
    world.phone(ACHIENG).text("1")
    sergeant = world.phone(KIPRUTO)
    sergeant.text("1")
    assert sergeant.inbox[-1] == "Hakuna kesi inayokusubiri."


def test_a_text_that_the_carrier_could_not_take_in_time_is_not_sent_any_more(world: World) -> None:
    call(world.phone(CITIZEN))
    world.carrier.answers.append(Sending(Meaning.TRANSIENT, "500"))
    world.pass_minutes(5)
    corporal = world.phone(ACHIENG)
    assert corporal.inbox == [], "the carrier was down just then"
    take_late(world.phone(KIPRUTO))
    world.pass_minutes(20)
    assert corporal.inbox == []
    assert not any("not told" in line for line in world.history(world.cases()[0])), (
        "and that is no reason to ask the next"
    )


def test_the_same_text_goes_out_when_the_carrier_is_back_and_nobody_has_it(world: World) -> None:
    call(world.phone(CITIZEN))
    world.carrier.answers.append(Sending(Meaning.TRANSIENT, "500"))
    world.pass_minutes(6)
    assert len(world.phone(ACHIENG).inbox) == 1


# Whom they would be understood by


def test_who_would_rather_speak_to_a_woman_is_answered_by_one_first(world: World) -> None:
    employ(world, liaisons.Listed("station", "Cpl. Amina", AMINA, ("en",), on_duty=True, woman=True))
    rung = rings(world)
    call(world.phone(CITIZEN), "Ukatili", woman="woman")
    assert rung == [(0, "Amina")], "before one who speaks their language"
    call(world.phone(NEIGHBOUR), "Wizi")
    assert rung[1:] == [(0, "Kipruto")], "who did not wish it has the one who does"
    world.pass_minutes(5.5)
    assert rung[2:] == [(5, "Kipruto")], "and where she does not answer, somebody else does"


@pytest.mark.parametrize(
    ("language", "category", "who"), [("sw", "Ghasia", "Kipruto"), ("en", "Violence or a", "Achieng")]
)
def test_whoever_speaks_their_language_is_asked_first(
    world: World, language: str, category: str, who: str
) -> None:
    employ(world, liaisons.Listed("station", "Sgt. Kipruto", KIPRUTO, ("sw",), on_duty=True))
    rung = rings(world)
    call(world.phone(CITIZEN), category, language=language)
    assert rung == [(0, who)]


# Who is there


def test_who_texts_off_is_not_asked_and_who_texts_on_is_again(world: World) -> None:
    rung, sergeant = rings(world), world.phone(KIPRUTO)
    sergeant.text("OFF")
    assert sergeant.inbox[-1].endswith("Tuma ON ukirudi.")
    call(world.phone(CITIZEN))
    sergeant.text("ON")
    call(world.phone(NEIGHBOUR), "Mtu aliyepotea")
    assert rung == [(0, "Achieng"), (0, "Kipruto")]


def test_who_is_off_for_three_days_is_asked_again_after_them(world: World) -> None:
    rung, sergeant = rings(world), world.phone(KIPRUTO)
    sergeant.text("OFF 3")
    assert "24/11 10:00" in sergeant.inbox[-1]
    call(world.phone(CITIZEN), "Wizi")
    world.phone(ACHIENG).text("1")
    world.phone(ACHIENG).text("3")
    world.now += timedelta(days=3, minutes=1)
    call(world.phone(NEIGHBOUR))
    assert [who for _minute, who in rung] == ["Achieng", "Kipruto"]


def test_one_with_shifts_is_asked_while_they_last(world: World) -> None:
    rung, sergeant = rings(world), world.phone(KIPRUTO)
    with world.service.transaction() as work:
        who = liaisons.known_by(work.session, work.keys.index.of("address", KIPRUTO))
        assert who is not None
        assert who.liaison is not None
        shift_loading.save(
            work.session,
            [shift_loading.Listed(who.liaison, "0123456", 18 * 60, 6 * 60)],
            work.country.zone,
            work.now,
        )
    call(world.phone(CITIZEN))
    assert rung == [(0, "Achieng")], "the night has not come"
    sergeant.text("ON")
    assert "22/11 06:00" in sergeant.inbox[-1], "until the end of the next shift"
    world.phone(ACHIENG).text("2")
    assert rung[1:] == [(0, "Kipruto")]
    sergeant.text("OFF")
    assert "hadi 18:00" in sergeant.inbox[-1], "until the next shift begins, today"


def test_a_bare_one_answers_the_evenings_question_where_no_case_waits(world: World) -> None:
    evening(world)
    sergeant, corporal = world.phone(KIPRUTO), world.phone(ACHIENG)
    assert len(sergeant.inbox) == len(corporal.inbox) == 1
    corporal.text("1")
    assert corporal.inbox[-1] == "Thank you. We count on you tonight."
    world.pass_minutes(61)
    (warning,) = [text for text in world.phone(DESK).inbox if text.startswith("Tonight:")]
    assert "Kipruto" in warning
    assert "Achieng" not in warning


def test_a_bare_one_answers_it_where_a_case_waits_too_and_takes_that_only_when_it_comes_again(
    world: World,
) -> None:
    evening(world)
    call(world.phone(CITIZEN))
    sergeant = world.phone(KIPRUTO)
    name = word_of(sergeant.inbox[-1])
    sergeant.text("1")
    assert (
        sergeant.inbox[-1]
        == f"Asante. Tunakutegemea usiku huu. Mbele yako: {name}. Tuma 1 na neno lake kuichukua."
    )
    assert [case.state for case in world.cases()] == ["open"]
    sergeant.text("1")
    assert f"{name} ni yako" in sergeant.inbox[-1]
    assert [case.state for case in world.cases()] == ["acknowledged"]


def test_a_one_with_a_word_takes_the_case_and_answers_the_question_too(world: World) -> None:
    evening(world)
    call(world.phone(CITIZEN))
    sergeant = world.phone(KIPRUTO)
    sergeant.text(f"1 {word_of(sergeant.inbox[-1])}")
    assert [case.state for case in world.cases()] == ["acknowledged"]


def test_who_says_off_to_the_evenings_question_is_not_asked_at_night(world: World) -> None:
    evening(world)
    world.phone(KIPRUTO).text("OFF")
    rung = rings(world)
    call(world.phone(CITIZEN))
    assert rung == [(0, "Achieng")]


def evening(world: World) -> None:
    """Six o'clock has come, and everybody was asked whether they are there tonight."""
    clock.plan_readiness(world.service)
    assert world.service.settings.readiness == time(18)
    world.pass_minutes(8 * 60)
