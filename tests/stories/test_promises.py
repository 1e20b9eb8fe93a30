"""What we said would happen by then, and what we say when it has not: first, once, and with a new time."""

from datetime import timedelta

import pytest

from hotline import outbox
from hotline.carriers.carrier import Meaning, Sending
from hotline.core import fault_points
from hotline.core.fault_points import Place
from hotline.operations.worker import Worker
from hotline.outbox import Queue
from tests.scenery.county import ACHIENG, CHEBET, CITIZEN, DESK, KIPRUTO, WANJIKU
from tests.scenery.offices import call
from tests.scenery.reports import report
from tests.scenery.world import Phone, World


def sorry(citizen: Phone) -> list[str]:
    return [text for text in citizen.inbox if "samahani, hakuna jibu bado" in text]


# Missed


def test_a_time_that_passes_is_admitted_with_who_is_asked_now_and_the_next_time(world: World) -> None:
    citizen = world.phone(CITIZEN)
    number = call(citizen)
    assert "10:30" in citizen.screen
    assert citizen.new_texts() == [
        f"{number}: imepokelewa. Utajibiwa kabla ya 10:30. Ukiwa hatarini piga 999."
    ]
    world.pass_minutes(29)
    assert citizen.new_texts() == []
    world.pass_minutes(1)
    (admitted,) = citizen.new_texts()
    beginning, who, end = admitted.partition("Kaptembwo Police Station")
    assert beginning == f"{number}: samahani, hakuna jibu bado. Sasa tumeiomba: "
    assert (who, end) == ("Kaptembwo Police Station", ". Saa mpya: 11:30. Ukiwa hatarini piga 999.")
    world.pass_minutes(59)
    assert citizen.new_texts() == []
    world.pass_minutes(1)
    assert "Saa mpya: 13:30." in citizen.new_texts()[0], (
        "each time it is later, for nobody is helped by an apology every half hour"
    )


@pytest.mark.parametrize("category", ["Vitisho", "Ukatili"])
def test_of_what_must_not_be_read_by_others_the_office_is_not_named(world: World, category: str) -> None:
    citizen = world.phone(CITIZEN)
    call(citizen, category, woman="any" if category == "Ukatili" else "")
    world.pass_minutes(61)
    (admitted,) = sorry(citizen)
    assert "Sasa tumeiomba: ofisi nyingine." in admitted
    everything = " ".join(citizen.inbox)
    assert not any(name in everything for name in ("Police", "Committee", "Women", "Situation"))


def test_one_who_wants_no_texts_gets_none_and_sees_it_when_dialling_in(world: World) -> None:
    citizen = world.phone(CITIZEN)
    number = report(citizen, text=False)
    world.pass_minutes(35)
    assert citizen.inbox == []
    citizen.dial()
    citizen.choose("Kesi yangu")
    citizen.press(number)
    assert citizen.screen.startswith("Samahani, hakuna jibu kwa saa tuliyosema. Sasa tumeiomba: ")
    assert citizen.screen.endswith("Saa mpya: 11:30.")


def test_one_who_said_stop_gets_none_either(world: World) -> None:
    citizen = world.phone(CITIZEN)
    call(citizen)
    citizen.text("STOP")
    citizen.new_texts()
    world.pass_minutes(35)
    assert citizen.new_texts() == []


# Kept


def test_a_time_that_was_kept_is_not_spoken_of_again(world: World) -> None:
    citizen = world.phone(CITIZEN)
    call(citizen)
    world.pass_minutes(29)
    world.phone(KIPRUTO).text("1")
    world.phone(KIPRUTO).text("6")
    world.pass_minutes(60)
    assert sorry(citizen) == []
    assert not any("kwa kuchelewa" in text for text in citizen.inbox)


def test_whoever_takes_it_too_late_has_us_say_so(world: World) -> None:
    citizen = world.phone(CITIZEN)
    number = call(citizen)
    world.now += timedelta(minutes=31)  # nobody was at work to notice
    world.phone(KIPRUTO).text("1")
    assert f"{number}: inashughulikiwa sasa, kwa kuchelewa. Samahani." in citizen.inbox
    world.pass_minutes(10)
    assert sorry(citizen) == [], "once is enough"


def test_whoever_takes_it_by_the_new_time_keeps_that_one(world: World) -> None:
    citizen = world.phone(CITIZEN)
    number = call(citizen)
    world.pass_minutes(31)
    world.phone(KIPRUTO).text("1")
    assert citizen.inbox[-1] == f"{number}: inashughulikiwa sasa."
    assert len(sorry(citizen)) == 1


# Whatever breaks


def test_a_job_that_comes_twice_says_sorry_once(world: World) -> None:
    citizen = world.phone(CITIZEN)
    call(citizen)
    world.pass_minutes(29)
    world.now += timedelta(minutes=1)
    with world.service.transaction() as work:
        postings = outbox.fallen_due(work.session, work.now)
    world.posted.extend(postings * 2)
    world.settle()
    assert len(sorry(citizen)) == 1
    world.pass_minutes(5)
    assert len(sorry(citizen)) == 1


def test_a_job_that_is_lost_with_its_worker_is_done_by_the_next(world: World) -> None:
    citizen = world.phone(CITIZEN)
    call(citizen)
    world.pass_minutes(29)
    world.now += timedelta(minutes=1)
    with world.service.transaction() as work:
        assert outbox.fallen_due(work.session, work.now), "taken by one who has just died"
    world.pass_minutes(0.1)
    assert sorry(citizen) == []
    world.pass_minutes(1)
    assert len(sorry(citizen)) == 1


class Died(BaseException):
    """As if the power had gone."""


def dies(world: World, place: Place, minutes: float) -> None:
    """A worker dies there in the next minutes, and another one comes."""
    seen: set[Place] = set()

    def come_to(reached: Place) -> None:
        seen.add(reached)
        if reached == place and "after-pop" in seen:
            raise Died

    fault_points.on(come_to)
    try:
        with pytest.raises(Died):
            world.pass_minutes(minutes)
    finally:
        fault_points.on(fault_points.nothing)
    world.posted.clear()
    world.workers = {queue: Worker(world.service, world.carrier, queue) for queue in Queue}


@pytest.mark.parametrize("place", ["after-pop", "before-commit", "after-send", "before-record"])
def test_a_worker_that_dies_over_it_loses_none_and_tells_none_twice(world: World, place: Place) -> None:
    citizen = world.phone(CITIZEN)
    call(citizen, "Wizi")
    world.pass_minutes(119)
    dies(world, place, 1)
    world.pass_minutes(5)
    assert len(sorry(citizen)) == 1
    assert "Saa mpya: 16:00." in sorry(citizen)[0]


def test_a_worker_that_dies_before_it_is_known_whether_the_text_left_leaves_it_to_the_screen(
    world: World,
) -> None:
    citizen = world.phone(CITIZEN)
    number = call(citizen, "Wizi")
    world.pass_minutes(119)
    dies(world, "after-lease", 1)
    world.pass_minutes(5)
    assert sorry(citizen) == [], "no text to a citizen is ever sent twice, so one in doubt is not sent again"
    citizen.dial()
    citizen.choose("Kesi yangu")
    assert citizen.press(number).endswith("Saa mpya: 16:00.")


def test_a_carrier_that_was_away_brings_the_last_word_only(world: World) -> None:
    """Who hears of us again after hours is not told of a time that has passed meanwhile."""
    citizen = world.phone(CITIZEN)
    call(citizen, "Wizi")
    world.pass_minutes(119)
    world.carrier.answers.extend([Sending(Meaning.TRANSIENT, "500")] * 10_000)
    world.pass_minutes(4 * 60 + 5)
    world.carrier.answers.clear()
    world.pass_minutes(6)
    (admitted,) = sorry(citizen)
    assert "Saa mpya: 00:00." in admitted, "not 16:00, which has passed since"


def test_ordinary_ones_wait_for_the_morning_and_only_the_last_is_told(world: World) -> None:
    world.now += timedelta(hours=10, minutes=30)  # half past eight in the evening
    citizen = world.phone(CITIZEN)
    call(citizen, "Wizi")
    citizen.new_texts()
    world.pass_minutes(10 * 60)
    assert citizen.new_texts() == []
    world.pass_minutes(60)
    (morning,) = citizen.new_texts()
    assert "Saa mpya: 10:30." in morning, "not 02:30, which has passed since"


def test_a_time_that_is_more_than_twelve_hours_away_has_its_day(world: World) -> None:
    citizen = world.phone(CITIZEN)
    call(citizen, "Wizi")
    world.pass_minutes(22 * 60)
    assert "Saa mpya: 22/11 16:00." in citizen.inbox[-1]


def test_urgent_ones_do_not_wait_for_the_morning(world: World) -> None:
    world.now += timedelta(hours=16)
    citizen = world.phone(CITIZEN)
    call(citizen)
    world.pass_minutes(31)
    assert len(sorry(citizen)) == 1


def test_everybody_was_asked_when_it_is_admitted(world: World) -> None:
    call(world.phone(CITIZEN))
    world.pass_minutes(29)
    assert all(world.phone(number).inbox for number in (KIPRUTO, ACHIENG, WANJIKU, DESK))
    assert not world.phone(CHEBET).inbox, "but for those whom it does not concern"
