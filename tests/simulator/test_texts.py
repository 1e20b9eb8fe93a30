"""Texts to the short code, texts from the hotline, and what becomes of them."""

import re
import uuid

import pytest

from simulator.client import NotPossible, Phone, Town
from simulator.server import Simulator
from tests.scenery.pretend import PretendHotline, Said
from tests.scenery.simulated import send
from tests.scenery.waiting import wait_until

LIAISON = "+254722000222"


def test_a_text_to_the_short_code_is_posted_field_by_field(hotline: PretendHotline, citizen: Phone) -> None:
    citizen.text("22384", "Msaada + watu *2* #1\nhapa")
    form = hotline.waited_for("/texts")[0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", form.pop("date"))
    uuid.UUID(form.pop("id"))
    assert form == {
        "from": "+254711000111",
        "linkId": "",
        "text": "Msaada + watu *2* #1\nhapa",
        "to": "22384",
        "networkCode": "63902",
    }


def test_a_text_is_tried_again_until_the_hotline_says_200(hotline: PretendHotline, citizen: Phone) -> None:
    answers = iter([Said(status=503), Said(status=404), Said(status=204), Said()])
    hotline.event = lambda _, __: next(answers)
    citizen.text("22384", "1")
    forms = hotline.waited_for("/texts", 4)
    wait_until(lambda: citizen.row["texts"][0]["arrived"], "the text arrives")
    assert len({form["id"] for form in forms}) == 1
    assert len(hotline.forms("/texts")) == 4


def test_only_the_short_code_takes_texts(citizen: Phone) -> None:
    with pytest.raises(NotPossible, match="22384"):
        citizen.text("999", "Help")


def test_a_text_arrives_with_two_receipts(hotline: PretendHotline, simulator: Simulator, town: Town) -> None:
    message_id = send(simulator, LIAISON, "Case K7M")
    received = town.phone(LIAISON).wait_for_text(containing="K7M")
    assert (received.sender, received.body) == ("22384", "Case K7M")
    receipts = hotline.waited_for("/receipts", 2)
    same = {
        "id": message_id,
        "phoneNumber": LIAISON,
        "networkCode": "63902",
        "retryCount": "0",
        "failureReason": "",
    }
    assert receipts == [{**same, "status": "Sent"}, {**same, "status": "Success"}]


@pytest.mark.parametrize(
    ("switches", "status", "reason"),
    [
        ({"on": False}, "AbsentSubscriber", "UserIsInactive"),
        ({"undeliverable": True}, "Failed", "DeliveryFailure"),
    ],
)
def test_a_text_that_cannot_arrive_says_why(
    hotline: PretendHotline,
    simulator: Simulator,
    town: Town,
    switches: dict[str, bool],
    status: str,
    reason: str,
) -> None:
    phone = town.phone(LIAISON)
    phone.change(**switches)
    send(simulator, LIAISON, "Are you there?")
    last = hotline.waited_for("/receipts", 2)[-1]
    assert (last["status"], last["failureReason"]) == (status, reason)
    assert phone.inbox() == []


def test_somebody_who_stops_texts_is_reported_once_and_not_texted(
    hotline: PretendHotline, simulator: Simulator, citizen: Phone
) -> None:
    citizen.change(opted_out=True)
    citizen.change(opted_out=True)
    assert hotline.waited_for("/optouts") == [{"senderId": "22384", "phoneNumber": citizen.number}]
    assert send(simulator, citizen.number, "Hello") == "None"
    citizen.change(opted_out=False)
    send(simulator, citizen.number, "Hello again")
    assert citizen.wait_for_text().body == "Hello again"
    assert len(hotline.forms("/optouts")) == 1


def test_a_phone_nobody_opened_still_keeps_its_texts(simulator: Simulator, town: Town) -> None:
    send(simulator, "+254733000999", "For you")
    assert town.phone("+254733000999").wait_for_text().body == "For you"


def test_waiting_twice_waits_for_two_texts(simulator: Simulator, citizen: Phone) -> None:
    send(simulator, citizen.number, "one case")
    send(simulator, citizen.number, "another case")
    first, second = citizen.wait_for_text("case"), citizen.wait_for_text("case")
    assert {first.body, second.body} == {"one case", "another case"}
    with pytest.raises(TimeoutError):
        citizen.wait_for_text("case", seconds=0.1)


def test_reading_takes_the_mark_away(simulator: Simulator, citizen: Phone) -> None:
    send(simulator, citizen.number, "Look")
    citizen.wait_for_text()
    assert citizen.row["unread"] == 1
    citizen.read()
    assert citizen.row["unread"] == 0


def test_the_counters_know_each_text(
    hotline: PretendHotline, simulator: Simulator, town: Town, citizen: Phone
) -> None:
    for _ in range(2):
        send(simulator, citizen.number, "Twice")
    citizen.dial()
    citizen.reply("1")
    hotline.waited_for("/receipts", 4)
    wait_until(lambda: town.counters()["callbacks"] == {"tried": 6, "failed": 0}, "everything was told")
    counters = town.counters()
    assert counters["texts"] == [{"number": citizen.number, "text": "Twice", "count": 2}]
    assert (counters["accepted"], counters["delivered"], counters["dialled"], counters["turns"]) == (
        2,
        2,
        1,
        2,
    )
