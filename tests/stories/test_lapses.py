"""A liaison has it, and then nothing: they are asked, the case goes
on without them, and whoever went out and is silent is looked for."""

from datetime import timedelta

import pytest

from hotline.carriers.carrier import Meaning, Sending
from hotline.directory import liaisons
from tests.scenery.county import ACHIENG, CHEBET, CITIZEN, DESK, KIPRUTO, NJERI, WANJIKU
from tests.scenery.offices import CHIEF, LAST_IN_LINE, LONDON, call, complain, employ, leads
from tests.scenery.reports import word_of
from tests.scenery.world import Phone, World


@pytest.fixture
def sergeant(world: World) -> Phone:
    """Sergeant Kipruto, who took the citizen's report at ten o'clock."""
    call(world.phone(CITIZEN))
    sergeant = world.phone(KIPRUTO)
    sergeant.text("1")
    sergeant.new_texts()
    world.phone(CITIZEN).new_texts()
    return sergeant


def word(sergeant: Phone) -> str:
    return word_of(sergeant.inbox[0])


def asked_after(world: World, phone: Phone, minutes: float) -> list[str]:
    """What they are texted in so many minutes, less the last half; and then, in that half."""
    world.pass_minutes(minutes - 0.5)
    early = phone.new_texts()
    world.pass_minutes(0.5)
    assert early == []
    return phone.new_texts()


# Still on it?


def test_who_took_it_half_an_hour_ago_is_asked_whether_they_are_still_on_it(
    world: World, sergeant: Phone
) -> None:
    name = word(sergeant)
    (question,) = asked_after(world, sergeant, 30)
    assert question == (
        f"{name}: bado unaishughulikia? Kabla ya 10:40 tuma 1 "
        f"{name} = ndiyo, 4 {name} = niko njiani, 2 {name} = siwezi."
    )


def test_in_danger_to_life_they_are_asked_after_ten_minutes_and_have_five(world: World) -> None:
    call(world.phone(CITIZEN), "Hatari")
    sergeant = world.phone(KIPRUTO)
    sergeant.text("1")
    sergeant.new_texts()
    (question,) = asked_after(world, sergeant, 10)
    assert "Kabla ya 10:15" in question


def test_a_yes_gives_them_as_long_again(world: World, sergeant: Phone) -> None:
    world.pass_minutes(35)
    sergeant.text("1")
    assert sergeant.new_texts()[-1].startswith(f"Tayari una {word(sergeant)}")
    (question,) = asked_after(world, sergeant, 30)
    assert "bado unaishughulikia? Kabla ya 11:15" in question
    assert world.phone(ACHIENG).inbox == []


def test_who_is_on_the_way_is_asked_after_an_hour_whether_they_are_safe(
    world: World, sergeant: Phone
) -> None:
    world.pass_minutes(20)
    sergeant.text("4")
    sergeant.new_texts()
    (question,) = asked_after(world, sergeant, 60)
    assert "uko salama? Kabla ya 11:30" in question


def test_who_has_arrived_is_left_alone_for_three_hours(world: World, sergeant: Phone) -> None:
    sergeant.text("4")
    world.pass_minutes(20)
    sergeant.text("6")
    sergeant.new_texts()
    (question,) = asked_after(world, sergeant, 180)
    assert "imekamilika? Kabla ya 13:30" in question


def test_a_step_taken_after_the_question_answers_it(world: World, sergeant: Phone) -> None:
    world.pass_minutes(35)
    sergeant.text("4")
    world.pass_minutes(10)
    assert [case.state for case in world.cases()] == ["acknowledged"]
    assert world.phone(ACHIENG).inbox == []


def test_who_says_done_is_not_asked(world: World, sergeant: Phone) -> None:
    sergeant.text("3")
    sergeant.new_texts()
    world.pass_minutes(60)
    assert sergeant.new_texts() == []


# At night, and when the carrier is away


def test_nobody_is_woken_over_an_ordinary_case_and_nobody_loses_one_asleep(world: World) -> None:
    world.now += timedelta(hours=9)  # seven in the evening
    call(world.phone(CITIZEN), "Wizi")
    sergeant = world.phone(KIPRUTO)
    sergeant.text("1")
    sergeant.text("4")
    sergeant.new_texts()
    (question,) = asked_after(world, sergeant, 12 * 60)
    assert "uko salama? Kabla ya 09:00" in question, (
        "at seven in the morning, though four hours were over at eleven"
    )


def test_one_who_is_asked_late_in_the_evening_has_until_the_morning(world: World) -> None:
    world.now += timedelta(hours=6, minutes=30)  # half past four
    call(world.phone(CITIZEN), "Wizi")
    sergeant = world.phone(KIPRUTO)
    sergeant.text("1")
    sergeant.text("4")
    sergeant.new_texts()
    (question,) = asked_after(world, sergeant, 4 * 60)
    assert "Kabla ya 07:00" in question, "and not half past ten"
    world.pass_minutes(10 * 60)
    assert [case.state for case in world.cases()] == ["acknowledged"]


def test_one_whom_our_question_never_reached_keeps_it_for_a_while(world: World, sergeant: Phone) -> None:
    world.pass_minutes(29.5)
    world.carrier.answers.extend([Sending(Meaning.TRANSIENT, "500")] * 10_000)
    world.pass_minutes(11)
    assert [case.state for case in world.cases()] == ["acknowledged"], "they were never asked"
    world.pass_minutes(35)
    assert [case.state for case in world.cases()] == ["open"], "but not for ever"
    world.carrier.answers.clear()
    world.pass_minutes(10)
    assert not any("bado unaishughulikia?" in text for text in sergeant.inbox), (
        "nor are they asked about what they have no more"
    )


# No answer


def test_whoever_says_nothing_has_it_no_more_and_everybody_hears_of_it(world: World, sergeant: Phone) -> None:
    citizen, corporal, name = world.phone(CITIZEN), world.phone(ACHIENG), word(sergeant)
    number = citizen.inbox[0].partition(":")[0]
    citizen.new_texts()
    world.pass_minutes(39.5)
    assert (corporal.inbox, citizen.new_texts()) == ([], [])
    world.pass_minutes(0.5)
    assert sergeant.inbox[-1] == (
        f"{name} inakwenda kwa mwingine, kwa kuwa hatujasikia kutoka kwako. Kuirudisha kwako, tuma 1 {name}."
    )
    assert word_of(corporal.inbox[0]) == name
    assert citizen.new_texts() == [
        f"{number}: samahani, sasa tunatafuta mwingine. Utajibiwa kabla ya 11:10. Ukiwa hatarini piga 999."
    ], "of the same body, whose name would say nothing"
    world.pass_minutes(5)
    assert world.phone(WANJIKU).inbox, "and it goes on until somebody does"


def test_the_citizen_who_dials_in_then_sees_that_it_is_waiting_again(world: World, sergeant: Phone) -> None:
    citizen = world.phone(CITIZEN)
    number = citizen.inbox[0].partition(":")[0]
    world.pass_minutes(40)
    citizen.dial()
    citizen.choose("Kesi yangu")
    assert "11:10" in citizen.press(number)
    assert "Msaada ulifika" not in citizen.screen, "nobody has it, so there is nothing to judge"


def test_the_one_who_forgot_may_still_take_it_while_nobody_has_it(world: World, sergeant: Phone) -> None:
    world.pass_minutes(41)
    name = word(sergeant)
    sergeant.text(f"1 {name}")
    assert sergeant.inbox[-1].startswith(f"{name} ni yako")
    assert world.phone(CITIZEN).inbox[-1].endswith("inashughulikiwa sasa.")
    sergeant.new_texts()
    (question,) = asked_after(world, sergeant, 30)
    assert "bado unaishughulikia?" in question
    assert len(world.phone(ACHIENG).inbox) == 1


def test_a_late_done_is_told_that_nobody_has_it_and_how_to_take_it(world: World, sergeant: Phone) -> None:
    world.pass_minutes(41)
    name = word(sergeant)
    sergeant.text(f"3 {name}")
    assert sergeant.inbox[-1] == f"Hakuna aliyechukua {name}. Tuma 1 {name} kuichukua."
    assert [case.state for case in world.cases()] == ["open"]


def test_a_late_done_is_told_that_somebody_else_has_it(world: World, sergeant: Phone) -> None:
    world.pass_minutes(41)
    world.phone(ACHIENG).text("1")
    name = word(sergeant)
    sergeant.text(f"3 {name}")
    assert sergeant.inbox[-1] == f"{name} haiko kwako tena. Huna la kufanya zaidi."
    assert [case.state for case in world.cases()] == ["acknowledged"]


def test_no_hour_of_the_citizens_is_lost_where_everybody_forgets(world: World, sergeant: Phone) -> None:
    world.pass_minutes(41)
    corporal = world.phone(ACHIENG)
    corporal.text("1")
    world.pass_minutes(40)
    assert "goes to somebody else, for we have not heard from you." in corporal.inbox[-1]
    assert world.phone(WANJIKU).inbox, "the committee has it before them"


# Out there, and silent


def test_who_went_out_and_does_not_answer_is_looked_for(world: World, sergeant: Phone) -> None:
    employ(world, leads("station", "The chief", CHIEF))
    chief, desk = world.phone(CHIEF), world.phone(DESK)
    sergeant.text("4")
    world.pass_minutes(69)
    assert (chief.inbox, desk.inbox) == ([], [])
    world.pass_minutes(1)
    assert (
        "Sgt. Kipruto alitoka 10:00 na hajibu. Mahali: Kaptembwo, Nakuru. Tafadhali hakikisha yuko salama."
        in chief.inbox
    )
    assert desk.inbox == [
        (
            "Sgt. Kipruto went out at 10:00 and does not answer. "
            "Place: Kaptembwo, Nakuru. Please see that they are safe."
        )
    ]
    assert world.phone(ACHIENG).inbox, "and the case goes to somebody else"


def test_whoever_is_asked_after_them_reads_first_that_somebody_went_there_and_is_silent(
    world: World, sergeant: Phone
) -> None:
    sergeant.text("4")
    world.pass_minutes(70)
    put_before = world.phone(ACHIENG).inbox[0]
    silent = put_before.index("Sgt. Kipruto, Kaptembwo Police Station went there and has not answered since ")
    assert silent < put_before.index("vijana wenye silaha")


def test_who_never_set_out_is_not_looked_for(world: World, sergeant: Phone) -> None:
    world.pass_minutes(41)
    assert "hatujasikia kutoka kwako." in sergeant.inbox[-1]
    assert world.phone(DESK).inbox == []


@pytest.mark.parametrize("step", ["4", "6"])
def test_a_call_for_help_rings_at_once(world: World, sergeant: Phone, step: str) -> None:
    employ(world, leads("station", "The chief", CHIEF))
    sergeant.text(step)
    sergeant.text("9")
    assert sergeant.inbox[-1] == "Wakuu wako wameambiwa. Ukiwa hatarini piga 999."
    assert world.phone(CHIEF).inbox == [
        "Sgt. Kipruto anaomba msaada. Mahali: Kaptembwo, Nakuru. Tafadhali hakikisha yuko salama."
    ]
    assert len(world.phone(DESK).inbox) == 1
    assert [case.state for case in world.cases()] == ["acknowledged"], "it is theirs still"


def test_a_chief_who_is_off_duty_sleeps_and_the_desk_does_not(world: World, sergeant: Phone) -> None:
    employ(world, leads("station", "The chief", CHIEF))
    world.phone(CHIEF).text("OFF")
    world.phone(DESK).text("OFF")
    sergeant.text("9")
    assert len(world.phone(CHIEF).inbox) == 1, "the answer to OFF"
    assert "asks for help" in world.phone(DESK).inbox[-1]


def test_no_alarm_tells_anybody_of_a_case_that_they_may_not_see(world: World) -> None:
    """It is about the police: neither who leads the office and is of
    the police too, nor one of the desk who once was, hears of it."""
    once_police = liaisons.Listed(
        "situation", "Once a constable", LONDON, ("sw",), on_duty=True, also=("police",)
    )
    both = liaisons.Listed(
        "oversight", "The director", CHIEF, ("sw",), on_duty=True, supervisor=True, also=("station",)
    )
    employ(world, both, once_police, leads("oversight", "The deputy", LAST_IN_LINE))
    complain(world.phone(CITIZEN))
    njeri = world.phone(NJERI)
    njeri.text("1")
    njeri.text("4")
    njeri.text("9")
    assert "told" in njeri.inbox[-1]
    assert len(world.phone(DESK).inbox) == len(world.phone(LAST_IN_LINE).inbox) == 1
    assert not any(world.phone(number).inbox for number in (CHIEF, LONDON, KIPRUTO, ACHIENG, CHEBET))
