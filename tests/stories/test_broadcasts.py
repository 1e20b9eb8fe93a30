"""Calm messages, from the first word to the last phone, as people live through it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.broadcasts import actions as broadcast_actions
from hotline.broadcasts import receipts as copy_receipts
from hotline.broadcasts.broadcast import BroadcastState
from hotline.broadcasts.copies import Copy, CopyState
from hotline.broadcasts.menus import Compose, Deal
from hotline.carriers.carrier import Meaning, Receipt, Sending
from hotline.directory import liaisons, people, subscriptions
from tests.scenery.broadcasts import ALL_CALM, copies, does, readers, stands, written
from tests.scenery.county import ACHIENG, CHEBET, DESK, KAPTEMBWO, KIPRUTO, STRANGER, WANJIKU
from tests.scenery.world import World, liaison

LONDON = "KE0321750871"
OPEN = (("what", "market"), ("time", "09:50"), ("who", "elders"))


def has(world: World, number: str, code: str) -> int:
    """How often this message came to a phone."""
    return sum(text.startswith(f"Itikia {code}: ") for text in world.carrier.to(number))


def approved(world: World, command: Compose = ALL_CALM) -> str:
    code, mark = written(world, command)
    world.phone(KIPRUTO).text(f"OK {code} {mark}")
    assert stands(world, code) in (BroadcastState.APPROVED, BroadcastState.COOLING)
    return code


def test_a_committee_writes_the_police_say_yes_and_everybody_there_has_it_once(world: World) -> None:
    there, elsewhere = readers(world, 45), readers(world, 3, "KE0472751372")
    code, mark = written(world)
    assert stands(world, code) == BroadcastState.SUBMITTED
    assert any(f"OK {code} {mark}" in text for text in world.carrier.to(KIPRUTO)), (
        "whoever may approve it is asked at once"
    )
    world.phone(KIPRUTO).text(f"ok {code} {mark}")
    assert stands(world, code) == BroadcastState.COOLING
    assert any(code in text and "STOP" in text for text in world.carrier.to(CHEBET)), (
        "whoever answers for the place sees it first"
    )
    assert not any(has(world, each, code) for each in there)
    world.pass_minutes(10)
    assert stands(world, code) == BroadcastState.FIRST
    assert sum(has(world, each, code) for each in there) == 3, "five in a hundred, spread over all"
    world.pass_minutes(6)
    assert stands(world, code) == BroadcastState.SENT
    assert [has(world, each, code) for each in there] == [1] * 45
    assert not any(has(world, each, code) for each in elsewhere)
    assert copies(world, code) == {CopyState.GONE: 45}


def test_nobody_sends_alone(world: World) -> None:
    readers(world, 3)
    code, mark = written(world)
    world.phone(WANJIKU).text(f"OK {code} {mark}")
    assert stands(world, code) == BroadcastState.SUBMITTED, "not by the author"
    code, mark = written(world, by=KIPRUTO)
    world.phone(KIPRUTO).text(f"OK {code} {mark}")
    world.phone(ACHIENG).text(f"OK {code} {mark}")
    assert stands(world, code) == BroadcastState.SUBMITTED, "not by the author's own station"


def test_whoever_says_yes_to_an_old_text_reads_the_new_one(world: World) -> None:
    readers(world, 3)
    code, mark = written(world)
    does(world, CHEBET, replace(ALL_CALM, hours=3, edits=code))
    world.phone(KIPRUTO).text(f"OK {code} {mark}")
    assert stands(world, code) == BroadcastState.SUBMITTED
    new = next(text for text in reversed(world.carrier.to(KIPRUTO)) if f"OK {code}" in text)
    assert f"OK {code} {mark}" not in new
    world.phone(CHEBET).text(new[new.index("OK ") :][:11])
    assert stands(world, code) == BroadcastState.SUBMITTED, "whoever changed it does not approve it"


def test_an_approval_lapses(world: World) -> None:
    readers(world, 3)
    county = replace(ALL_CALM, areas=("KE032175",))
    code, mark = written(world, county)
    world.phone(KIPRUTO).text(f"OK {code} {mark}")
    world.pass_minutes(31)
    world.phone(CHEBET).text(f"OK {code} {mark}")
    assert stands(world, code) == BroadcastState.SUBMITTED, "the first has lapsed"
    world.phone(KIPRUTO).text(f"OK {code} {mark}")
    assert stands(world, code) == BroadcastState.COOLING


def test_an_objection_makes_it_a_draft_again_and_the_author_hears_why(world: World) -> None:
    readers(world, 3)
    code = approved(world)
    world.phone(CHEBET).text(f"NO {code} the market was closed at noon")
    assert stands(world, code) == BroadcastState.DRAFT
    assert any("the market was closed at noon" in text for text in world.carrier.to(WANJIKU))
    world.pass_minutes(60)
    assert not copies(world, code)


@pytest.mark.parametrize("when", [0, 10, 13])
def test_anybody_may_stop_it(world: World, when: int) -> None:
    numbers = readers(world, 45)
    code = approved(world)
    world.pass_minutes(when)
    had = sum(has(world, each, code) for each in numbers)
    world.phone(ACHIENG).text(f"STOP {code}")
    assert stands(world, code) == BroadcastState.STOPPED
    world.pass_minutes(60)
    assert sum(has(world, each, code) for each in numbers) == had
    assert any(code in text for text in world.carrier.to(WANJIKU)[-1:]), "the author hears of it"


def test_it_waits_while_it_is_paused_and_then_goes_on(world: World) -> None:
    numbers = readers(world, 45)
    code = approved(world)
    world.pass_minutes(11)
    world.phone(CHEBET).text(f"PAUSE {code}")
    world.pass_minutes(30)
    assert sum(has(world, each, code) for each in numbers) == 3
    world.phone(KIPRUTO).text(f"GO {code}")
    world.pass_minutes(10)
    assert [has(world, each, code) for each in numbers] == [1] * 45


def test_whoever_says_stop_meanwhile_gets_nothing(world: World) -> None:
    numbers = readers(world, 25)
    code = approved(world)
    world.pass_minutes(9)
    world.phone(numbers[3]).text("STOP")
    world.phone(numbers[4]).text("STOP NEWS")
    world.pass_minutes(60)
    assert [has(world, each, code) for each in numbers] == [
        0 if place in (3, 4) else 1 for place in range(25)
    ]


def test_not_at_night(world: World) -> None:
    readers(world, 3)
    world.now += timedelta(hours=9, minutes=55)  # 19:55 in Nairobi
    code, mark = written(world)
    world.phone(KIPRUTO).text(f"OK {code} {mark}")
    assert stands(world, code) == BroadcastState.SUBMITTED, "it could not go before eight"
    assert "06:30" in world.carrier.to(KIPRUTO)[-1]


def test_one_to_a_ward_in_twelve_hours(world: World) -> None:
    readers(world, 3)
    code = approved(world)
    world.pass_minutes(30)
    assert stands(world, code) == BroadcastState.SENT
    second, _mark = written(world, replace(ALL_CALM, areas=("KE032175",)))
    assert stands(world, second) != BroadcastState.SUBMITTED
    elsewhere, _mark = written(world, replace(ALL_CALM, areas=(LONDON,)))
    assert elsewhere != second


def test_an_emergency_goes_at_once_at_night_and_is_looked_at_again(world: World) -> None:
    numbers = readers(world, 45)
    world.now += timedelta(hours=15)
    command = replace(
        ALL_CALM, template="indoors", fields=(("time", "01:00"), ("number", "999")), emergency=True
    )
    code, mark = written(world, command)
    world.phone(KIPRUTO).text(f"OK {code} {mark}")
    world.pass_minutes(1)
    assert [has(world, each, code) for each in numbers] == [1] * 45
    world.pass_minutes(25 * 60)
    assert any(code in text for text in world.carrier.to(DESK)[-2:]), (
        "somebody of another body is asked to look at it again"
    )


def test_a_correction_goes_to_exactly_those_who_had_it(world: World) -> None:
    numbers = readers(world, 45)
    wrong = approved(world)
    world.pass_minutes(11)
    had = [each for each in numbers if has(world, each, wrong)]
    later = readers(world, 5)
    world.phone(had[0]).text("STOP")
    code, mark = written(
        world, replace(ALL_CALM, fields=(("time", "10:05"), ("who", "elders")), corrects=wrong)
    )
    assert stands(world, wrong) == BroadcastState.STOPPED, "nobody more is sent what is wrong"
    world.phone(KIPRUTO).text(f"OK {code} {mark}")
    world.pass_minutes(2)
    assert stands(world, code) == BroadcastState.SENT
    assert stands(world, wrong) == BroadcastState.CORRECTED
    assert [each for each in (*numbers, *later) if has(world, each, code)] == had[1:]


def test_a_drill_does_everything_and_nothing_leaves_the_building(world: World) -> None:
    numbers = readers(world, 45)
    code, mark = written(world, replace(ALL_CALM, exercise=True))
    assert any("ZOEZI TU." in text for text in world.carrier.to(KIPRUTO))
    world.phone(KIPRUTO).text(f"OK {code} {mark}")
    world.pass_minutes(30)
    assert stands(world, code) == BroadcastState.SENT
    assert not any(world.carrier.to(each) for each in numbers)


def test_it_expires(world: World) -> None:
    readers(world, 3)
    code, _mark = written(world, replace(ALL_CALM, hours=3))
    world.pass_minutes(181)
    assert stands(world, code) == BroadcastState.EXPIRED
    sent = approved(world)
    world.pass_minutes(7 * 60)
    assert stands(world, sent) == BroadcastState.EXPIRED


def test_its_author_may_take_it_back(world: World) -> None:
    readers(world, 3)
    code, _mark = written(world)
    world.phone(KIPRUTO).text(f"WITHDRAW {code}")
    assert stands(world, code) == BroadcastState.SUBMITTED
    world.phone(WANJIKU).text(f"WITHDRAW {code}")
    assert stands(world, code) == BroadcastState.WITHDRAWN


def test_what_the_carrier_turned_away_goes_later_and_what_is_doubtful_never_again(world: World) -> None:
    numbers = readers(world, 3)
    code = approved(world)
    world.pass_minutes(9)
    world.carrier.answers.extend([Sending(Meaning.TRANSIENT, "busy"), Sending(Meaning.UNKNOWN, "no answer")])
    world.pass_minutes(30)
    assert sorted(has(world, each, code) for each in numbers) == [0, 1, 1]
    assert copies(world, code) == {CopyState.GONE: 2, CopyState.DOUBTFUL: 1}


def test_a_receipt_that_names_the_number_settles_a_doubt(world: World) -> None:
    (number,) = readers(world, 1)
    code = approved(world)
    world.pass_minutes(9)
    world.carrier.answers.append(Sending(Meaning.UNKNOWN, "no answer"))
    world.pass_minutes(30)
    assert copies(world, code) == {CopyState.DOUBTFUL: 1}
    world.phone(number).receipt("ATXid_lost", "Success")
    assert copies(world, code) == {CopyState.GONE: 1}


def test_a_text_that_nobody_asked_for_goes_to_nobody(world: World) -> None:
    numbers = readers(world, 1)
    with world.service.transaction() as work:
        person = people.meet(work.session, work.keys, STRANGER, work.now, may_write=True, language="en")
        work.session.flush()
        assert person.phone is not None
        subscriptions.ask_for(work.session, person.phone, KAPTEMBWO.code, "en", "sms", work.now)
    code = approved(world)
    world.pass_minutes(60)
    assert has(world, numbers[0], code) == 1
    assert has(world, STRANGER, code) == 0, "they never said yes once more"


def test_a_carrier_that_is_silent_does_not_burn_the_list(world: World) -> None:
    world.goes_by(bulk_batch=5)
    numbers = readers(world, 100)
    code = approved(world)
    world.pass_minutes(9)
    world.carrier.answers.extend([Sending(Meaning.UNKNOWN, "no answer")] * 10)
    world.pass_minutes(60)
    assert copies(world, code) == {CopyState.LISTED: 90, CopyState.DOUBTFUL: 10}
    assert any(code in text and "haijibu" in text for text in world.carrier.to(KIPRUTO)), (
        "whoever approved it hears why it waits"
    )
    world.carrier.answers.clear()
    world.phone(KIPRUTO).text(f"GO {code}")
    world.pass_minutes(30)
    assert copies(world, code) == {CopyState.GONE: 90, CopyState.DOUBTFUL: 10}
    assert sum(has(world, each, code) for each in numbers) == 90


def test_one_number_that_is_turned_away_holds_up_nobody(world: World) -> None:
    numbers = readers(world, 41)
    code = approved(world)
    world.pass_minutes(9)
    world.carrier.answers.append(Sending(Meaning.SETTINGS, "402 InvalidSenderId"))
    world.pass_minutes(5)
    assert sum(has(world, each, code) for each in numbers) == 2
    world.pass_minutes(20)
    assert [has(world, each, code) for each in numbers] == [1] * 41, "and it is tried again"


def test_who_had_a_wrong_text_can_still_be_told_after_a_correction_was_stopped(world: World) -> None:
    readers(world, 41)
    wrong = approved(world)
    world.pass_minutes(20)
    assert copies(world, wrong) == {CopyState.GONE: 41}
    world.goes_by(bulk_batch=3)
    worse, mark = written(world, replace(ALL_CALM, hours=3, corrects=wrong))
    world.carrier.on_send = lambda number, text: (
        None if "STOP" in text or worse not in text else _stops_after(world, worse)
    )
    world.phone(KIPRUTO).text(f"OK {worse} {mark}")
    world.pass_minutes(1)
    world.carrier.on_send = lambda number, text: None
    assert stands(world, worse) == BroadcastState.STOPPED
    again, mark = written(
        world, replace(ALL_CALM, template="sorry", fields=(("time", "16:00"),), corrects=wrong)
    )
    world.phone(KIPRUTO).text(f"OK {again} {mark}")
    world.pass_minutes(2)
    assert copies(world, again) == {CopyState.GONE: 41}, "everybody who had the first"


def _stops_after(world: World, code: str) -> None:
    """Somebody stops it while a batch is in the carrier's hands."""
    with world.service.transaction() as work:
        broadcast_actions.deal(work, liaison(work, CHEBET), Deal("stop", code))


def test_somebody_else_does_not_send_a_draft_and_say_yes_to_it_too(world: World) -> None:
    readers(world, 3)
    code, mark = written(world, replace(ALL_CALM, submit=False))
    does(world, CHEBET, Deal("submit", code))
    does(world, CHEBET, Deal("approve", code, mark))
    assert stands(world, code) == BroadcastState.SUBMITTED
    does(world, KIPRUTO, Deal("approve", code, mark))
    assert stands(world, code) == BroadcastState.COOLING


def test_two_counties_are_two_messages_and_who_approves_answers_for_all_of_it(world: World) -> None:
    readers(world, 3)
    code, _mark = written(world, replace(ALL_CALM, areas=(KAPTEMBWO.code, "KE0472751372")))
    assert stands(world, code) != BroadcastState.SUBMITTED


def test_an_approval_ends_with_the_mandate(world: World) -> None:
    readers(world, 3)
    code = approved(world)
    with world.service.transaction() as work:
        liaisons.remove(liaison(work, KIPRUTO), work.now)
    world.pass_minutes(30)
    assert stands(world, code) == BroadcastState.DRAFT
    assert not copies(world, code)


def test_what_was_paused_in_the_evening_goes_on_in_the_morning(world: World) -> None:
    numbers = readers(world, 45)
    world.now += timedelta(hours=9)
    code = approved(world)
    world.pass_minutes(11)
    world.phone(CHEBET).text(f"PAUSE {code}")
    world.pass_minutes(60)
    world.phone(KIPRUTO).text(f"GO {code}")
    world.pass_minutes(60)
    assert sum(has(world, each, code) for each in numbers) == 3, "not at night"


def test_while_everything_is_a_drill_nothing_leaves_that_was_approved_before(world: World) -> None:
    numbers = readers(world, 5)
    code = approved(world)
    world.goes_by(exercise=True)
    world.pass_minutes(60)
    assert not any(world.carrier.to(each) for each in numbers)
    assert copies(world, code) == {CopyState.HELD: 5}


def test_after_an_emergency_it_may_be_said_that_it_is_safe_again(world: World) -> None:
    readers(world, 5)
    danger = replace(
        ALL_CALM, template="indoors", fields=(("time", "10:00"), ("number", "999")), emergency=True
    )
    code, mark = written(world, danger)
    world.phone(KIPRUTO).text(f"OK {code} {mark}")
    world.pass_minutes(60)
    assert (
        stands(
            world,
            approved(
                world, replace(ALL_CALM, template="all_clear", fields=(("time", "10:50"), ("who", "elders")))
            ),
        )
        == BroadcastState.COOLING
    )


def test_of_two_that_are_approved_at_once_for_one_ward_one_goes(world: World) -> None:
    readers(world, 5)
    (one, its), (other, others) = (
        written(world),
        written(world, replace(ALL_CALM, template="open", fields=OPEN), by=CHEBET),
    )
    world.phone(KIPRUTO).text(f"OK {one} {its}")
    world.phone(KIPRUTO).text(f"OK {other} {others}")
    world.pass_minutes(30)
    assert stands(world, one) == BroadcastState.SENT
    assert stands(world, other) in (BroadcastState.SUBMITTED, BroadcastState.DRAFT)


def test_receipts_say_who_has_it_in_whatever_order_they_come(world: World) -> None:
    numbers = readers(world, 2)
    code = approved(world)
    world.pass_minutes(30)
    with world.service.read() as work:
        names = {
            copy.address_id: str(copy.provider_id)
            for copy in work.session.scalars(select(Copy).order_by(Copy.id))
        }
        on_its_way = Receipt(next(iter(names.values())), "Sent", "", final=False, delivered=None)
        assert copy_receipts.is_no_news(work.session, on_its_way)
        assert not copy_receipts.is_no_news(work.session, replace(on_its_way, final=True))
        assert not copy_receipts.is_no_news(work.session, replace(on_its_way, provider_id="ATXid_of_a_case"))
    for number, name in zip(numbers, names.values(), strict=True):
        world.phone(number).receipt(name, "Failed")
    assert copies(world, code) == {CopyState.REFUSED: 2}
    world.phone(numbers[0]).receipt(next(iter(names.values())), "Success")
    world.phone(numbers[0]).receipt(next(iter(names.values())), "Failed")
    assert copies(world, code) == {CopyState.REFUSED: 1, CopyState.GONE: 1}, (
        "what is on the handset stays there"
    )
