"""What happens between the green key and the last page."""

import re
import threading
from collections.abc import Callable

import pytest

from simulator.callbacks import Timings
from simulator.client import NotPossible, Phone, Town
from simulator.phones import PROBLEM
from simulator.server import Simulator
from tests.scenery.pretend import PretendHotline, Said, page
from tests.scenery.simulated import QUICK, Simulate
from tests.scenery.waiting import PATIENCE, wait_until


def test_dialling_posts_the_five_fields_and_shows_the_page(hotline: PretendHotline, citizen: Phone) -> None:
    hotline.turn = lambda _: page("CON Itikia\n1 Report\n2 Follow up")
    assert citizen.dial() == "Itikia\n1 Report\n2 Follow up"
    assert citizen.in_call
    form = hotline.forms("/ussd")[0]
    assert re.fullmatch(r"ATUid_[0-9a-f]{32}", form.pop("sessionId"))
    assert form == {
        "phoneNumber": "+254711000111",
        "networkCode": "63902",
        "serviceCode": "*384*4455#",
        "text": "",
    }
    assert "phoneNumber=%2B254711000111" in hotline.posts[0].raw
    assert hotline.posts[0].headers["content-type"] == "application/x-www-form-urlencoded"


def test_every_turn_carries_the_whole_history(hotline: PretendHotline, citizen: Phone) -> None:
    citizen.dial()
    for typed in ("1", "", "0", "two * words #9"):
        citizen.reply(typed)
    texts = [form["text"] for form in hotline.forms("/ussd")]
    assert texts == ["", "1", "1*", "1**0", "1**0*two * words #9"]
    assert len({form["sessionId"] for form in hotline.forms("/ussd")}) == 1


def test_an_empty_first_answer_looks_like_the_dial(hotline: PretendHotline, citizen: Phone) -> None:
    citizen.dial()
    citizen.reply("")
    assert [form["text"] for form in hotline.forms("/ussd")] == ["", ""]


def test_dialling_deep_starts_with_answers(hotline: PretendHotline, citizen: Phone) -> None:
    citizen.dial("*384*4455*2*1#")
    citizen.reply("5")
    assert [(form["text"], form["serviceCode"]) for form in hotline.forms("/ussd")] == [
        ("2*1", "*384*4455#"),
        ("2*1*5", "*384*4455#"),
    ]


def test_another_code_is_not_ours(hotline: PretendHotline, citizen: Phone) -> None:
    assert citizen.dial("*100#") == PROBLEM
    assert citizen.dial("*384*44551#") == PROBLEM
    assert not hotline.posts


def test_the_last_page_ends_the_call_well(hotline: PretendHotline, citizen: Phone) -> None:
    hotline.turn = lambda form: (
        page("END Thank you", at_ussd_hop_metadata="done")
        if form["text"]
        else page("CON Hi", at_ussd_hop_metadata="hi")
    )
    citizen.dial()
    assert citizen.reply("1*1") == "Thank you"
    assert not citizen.in_call
    event = hotline.waited_for("/ended")[0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", event.pop("date"))
    assert event.pop("sessionId") == hotline.forms("/ussd")[0]["sessionId"]
    assert event.pop("durationInMillis").isdigit()
    assert event == {
        "serviceCode": "*384*4455#",
        "networkCode": "63902",
        "phoneNumber": "+254711000111",
        "status": "Success",
        "cost": "1.0",
        "hopsCount": "2",
        "hopsMetadata": "hi|done",
        "input": "1*1",
        "lastAppResponse": "END Thank you",
        "errorMessage": "",
    }
    assert hotline.posts[1].headers["at-ussd-hop-metadata"] == "hi"


@pytest.mark.parametrize(
    "said",
    [
        Said(b" CON a space first"),
        Said(b"\nEND a line first"),
        Said("\ufeffCON a mark first".encode()),
        Said(b""),
        Said(b"CONtinue"),
        Said(b"con lower case"),
        Said(b"CON created", status=201),
        Said(b"END forbidden", status=403),
        Said(b"END broken", status=500),
        Said(b"CON moved", status=308, headers={"Location": "/"}),
    ],
)
def test_a_bad_answer_ends_the_call_with_the_networks_words(
    hotline: PretendHotline, town: Town, citizen: Phone, said: Said
) -> None:
    hotline.turn = lambda _: said
    assert citizen.dial() == PROBLEM
    event = hotline.waited_for("/ended")[0]
    assert (event["status"], event["lastAppResponse"]) == ("Failed", said.body.decode())
    assert event["errorMessage"]
    assert len(town.faults()) == 1


def test_an_answer_that_comes_too_late_is_no_answer(hotline: PretendHotline, simulate: Simulate) -> None:
    hotline.turn = lambda _: Said(b"CON late", seconds=PATIENCE)
    with Town(simulate(Timings(answer=0.2)).url) as town:
        assert town.phone("+254711000111").dial() == PROBLEM
        assert town.faults() == ["App response timed out."]
    event = hotline.waited_for("/ended")[0]
    assert (event["status"], event["errorMessage"]) == ("Failed", "App response timed out")


def test_a_hotline_that_is_gone_is_a_connection_problem(hotline: PretendHotline, citizen: Phone) -> None:
    hotline.close()
    assert citizen.dial() == PROBLEM


def test_the_red_key_cuts_the_call(hotline: PretendHotline, citizen: Phone) -> None:
    citizen.dial()
    citizen.reply("1")
    citizen.hang_up()
    event = hotline.waited_for("/ended")[0]
    assert (event["status"], event["input"], event["hopsCount"]) == ("Incomplete", "1", "2")
    assert citizen.screen == ""


def test_an_answer_to_somebody_who_hung_up_is_dropped(
    hotline: PretendHotline, town: Town, citizen: Phone
) -> None:
    answering = threading.Event()

    def slowly(_: dict[str, str]) -> Said:
        answering.wait(PATIENCE)
        return page("END too late")

    hotline.turn = slowly
    dialling = threading.Thread(target=citizen.dial)
    dialling.start()
    wait_until(lambda: len(hotline.posts) == 1, "the hotline is asked")
    with Town(town.address) as other_hand:
        other_hand.phone(citizen.number).hang_up()
    answering.set()
    dialling.join()
    assert citizen.screen == ""
    assert [event["status"] for event in hotline.waited_for("/ended")] == ["Incomplete"]


def test_dialling_again_replaces_the_old_call(hotline: PretendHotline, citizen: Phone) -> None:
    citizen.dial()
    citizen.dial()
    first, second = hotline.forms("/ussd")
    assert first["sessionId"] != second["sessionId"]
    assert hotline.waited_for("/ended")[0]["sessionId"] == first["sessionId"]


def test_a_page_that_nobody_answers_is_cut(hotline: PretendHotline, simulate: Simulate) -> None:
    with Town(simulate(Timings(idle=0.1)).url) as town:
        phone = town.phone("+254711000111")
        phone.dial()
        assert hotline.waited_for("/ended")[0]["status"] == "Incomplete"
        assert phone.screen == "You took too long to answer. The call has ended."


def test_an_answered_page_starts_a_new_wait(
    hotline: PretendHotline, simulator: Simulator, citizen: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[Callable[[], object]] = []
    agenda = simulator.network._agenda
    after = agenda.after
    monkeypatch.setattr(
        agenda,
        "after",
        lambda seconds, act: waits.append(act) if seconds == QUICK.idle else after(seconds, act),
    )
    citizen.dial()
    citizen.reply("1")
    first, second = waits
    first()
    assert citizen.in_call, "the page that it was for is no longer shown"
    second()
    assert citizen.screen == "You took too long to answer. The call has ended."
    assert hotline.waited_for("/ended")[0]["input"] == "1"


def test_no_call_lasts_for_ever(hotline: PretendHotline, simulate: Simulate) -> None:
    with Town(simulate(Timings(session=0.2)).url) as town:
        phone = town.phone("+254711000111")
        phone.dial()
        assert hotline.waited_for("/ended")[0]["status"] == "Incomplete"
        assert "time limit" in phone.screen


@pytest.mark.parametrize(
    ("page_letters", "shown"),
    [("x" * 161, "x" * 160), ("ĩ" * 81, "ĩ" * 80), ("~" * 81, "~" * 80)],
    ids=["plain", "Kikuyu", "tilde"],
)
def test_a_page_that_is_too_long_is_cut_and_held_against_us(
    hotline: PretendHotline, town: Town, citizen: Phone, page_letters: str, shown: str
) -> None:
    hotline.turn = lambda _: page("CON " + page_letters)
    assert citizen.dial() == shown
    assert "does not fit" in town.faults()[0]


def test_a_full_page_is_no_fault(hotline: PretendHotline, town: Town, citizen: Phone) -> None:
    hotline.turn = lambda _: page("END " + "x" * 160)
    assert citizen.dial() == "x" * 160
    assert not town.faults()


def test_a_phone_sends_no_more_than_its_line_holds(citizen: Phone) -> None:
    citizen.dial()
    citizen.reply("x" * 160)
    with pytest.raises(NotPossible, match="160"):
        citizen.reply("x" * 161)


def test_one_cannot_answer_a_call_that_is_over(hotline: PretendHotline, citizen: Phone) -> None:
    hotline.turn = lambda _: page("END Bye")
    citizen.dial()
    with pytest.raises(NotPossible, match="Dial first"):
        citizen.reply("1")


def test_switching_off_cuts_the_call(hotline: PretendHotline, citizen: Phone) -> None:
    citizen.dial()
    citizen.change(on=False)
    assert hotline.waited_for("/ended")[0]["status"] == "Incomplete"
    with pytest.raises(NotPossible, match="switched off"):
        citizen.dial()
