"""What Africa's Talking brings us: turns of a dial-in, texts, receipts, opt-outs."""

from datetime import UTC, datetime

import pytest

from hotline.carriers.africastalking import AfricasTalking
from hotline.carriers.carrier import Malformed, OptOut
from tests.scenery.africastalking import NUMBER, TEXT, Company, recipient, said

SESSION = "ATUid_5d3b4c2bc589f4811820a7184eed4df5"
DIALLED = {
    "sessionId": SESSION,
    "phoneNumber": NUMBER,
    "serviceCode": "*384*4455#",
    "networkCode": "63902",
    "text": "",
}
HUNG_UP = {
    "date": "2026-05-02 10:11:12",
    "sessionId": SESSION,
    "serviceCode": "*384*4455#",
    "networkCode": "99999",
    "phoneNumber": NUMBER,
    "status": "Incomplete",
    "cost": "0.5",
    "durationInMillis": "8123",
    "hopsCount": "3",
    "input": "1*2",
    "lastAppResponse": "CON Wapi?",
    "errorMessage": "",
    "retryCount": "0",
}
TEXTED = {
    "date": "2026-05-02 10:11:12",
    "from": NUMBER,
    "id": "ec9adc86-51d5-4bc8-8eb0-d8ab0bb53dc3",
    "linkId": "",
    "text": "RIPOTI Mathare",
    "to": "22384",
    "networkCode": "63902",
}
SLIP = {
    "id": "ATXid_520e732e",
    "phoneNumber": NUMBER,
    "networkCode": "63902",
    "retryCount": "0",
    "status": "Success",
    "failureReason": "",
}
MOMENT = datetime(2026, 5, 2, 10, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "1", "1*2", "1*2*KEY BAR KEY", "1**", "98*1", "1*0", "00", " 1 ", "1*moto * wizi#", "ሰላም"]
)
def test_what_was_keyed_in_arrives_as_it_was(reader: AfricasTalking, text: str) -> None:
    turn = reader.turn(DIALLED | {"text": text})
    assert (turn.session, turn.number, turn.transcript) == (SESSION, NUMBER, text)
    assert (turn.network, turn.service_code) == ("63902", "*384*4455#")


@pytest.mark.parametrize("number", [" 254711000111", "anonymous", "254711000111", "8f14e45fceea167a"])
def test_a_number_that_is_none_is_left_to_the_door(reader: AfricasTalking, number: str) -> None:
    assert reader.turn(DIALLED | {"phoneNumber": number}).number == number


@pytest.mark.parametrize("network", ["", "99999", "dialoguss"])
def test_a_network_that_is_new_to_us_can_call(reader: AfricasTalking, network: str) -> None:
    assert reader.turn(DIALLED | {"networkCode": network}).network == network


def test_a_turn_needs_its_session_and_its_number_only(reader: AfricasTalking) -> None:
    turn = reader.turn({"sessionId": SESSION, "phoneNumber": NUMBER})
    assert (turn.transcript, turn.network, turn.service_code) == ("", "", "")


@pytest.mark.parametrize("text", ["Karibu\n1. Ripoti", " ", ""])
def test_nothing_stands_before_the_prefix_of_a_page(reader: AfricasTalking, text: str) -> None:
    assert reader.page(text, False) == f"CON {text}"
    assert reader.page(text, True) == f"END {text}"


@pytest.mark.parametrize("status", ["Success", "Incomplete", "Failed", "Unheard", ""])
def test_the_end_of_a_dial_in(reader: AfricasTalking, status: str) -> None:
    ended = reader.ended(HUNG_UP | {"status": status, "errorMessage": "App response timed out"})
    assert (ended.session, ended.number, ended.status) == (SESSION, NUMBER, status)
    assert (ended.hops, ended.error) == (3, "App response timed out")


@pytest.mark.parametrize(
    ("written", "read"),
    [("3", 3), ("3.0", 3), ("", None), ("three", None), ("inf", None), ("nan", None), ("9" * 400, None)],
)
def test_an_odd_count_does_not_lose_the_end_of_a_dial_in(
    reader: AfricasTalking, written: str, read: int | None
) -> None:
    ended = reader.ended(HUNG_UP | {"hopsCount": written, "durationInMillis": written})
    assert ended.hops == read


def test_the_end_of_a_dial_in_may_be_told_in_two_words(reader: AfricasTalking) -> None:
    ended = reader.ended({"sessionId": SESSION, "phoneNumber": NUMBER})
    assert (ended.status, ended.hops, ended.error) == ("", None, "")


@pytest.mark.parametrize("text", ["RIPOTI Mathare", "msaada", "", " ndiyo "])
def test_a_text_to_us(reader: AfricasTalking, text: str) -> None:
    inbound = reader.inbound_text(TEXTED | {"text": text})
    assert (inbound.id, inbound.number, inbound.to, inbound.text, inbound.at) == (
        TEXTED["id"],
        NUMBER,
        "22384",
        text,
        MOMENT,
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-05-02T10:11:12Z", MOMENT),
        ("2026-05-02 10:11:12", MOMENT),
        ("2026-05-02T13:11:12+03:00", MOMENT),
        ("2026-05-02T10:11:12.000Z", MOMENT),
        ("", None),
        ("jana", None),
        ("2026-13-45 99:99:99", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_no_text_is_turned_away_for_its_date(
    reader: AfricasTalking, written: str, read: datetime | None
) -> None:
    at = reader.inbound_text(TEXTED | {"date": written}).at
    assert at == read
    assert at is None or at.tzinfo == UTC


def test_a_text_may_come_from_a_name_and_without_the_rest(reader: AfricasTalking) -> None:
    inbound = reader.inbound_text({"id": "17", "from": "Safaricom"})
    assert (inbound.id, inbound.number, inbound.to, inbound.text, inbound.at) == (
        "17",
        "Safaricom",
        "",
        "",
        None,
    )


@pytest.mark.parametrize(
    ("status", "final", "delivered"),
    [
        ("Sent", False, None),
        ("Submitted", False, None),
        ("Buffered", False, None),
        ("Success", True, True),
        ("success", True, True),
        ("Failed", True, False),
        ("Rejected", True, False),
        ("AbsentSubscriber", True, False),
        ("Expired", True, False),
        ("SomethingNew", False, None),
    ],
)
def test_each_receipt_has_its_meaning(
    reader: AfricasTalking, status: str, final: bool, delivered: bool | None
) -> None:
    receipt = reader.receipt(SLIP | {"status": status})
    assert (receipt.provider_id, receipt.status, receipt.reason) == ("ATXid_520e732e", status, "")
    assert (receipt.final, receipt.delivered, receipt.opted_out) == (final, delivered, False)


@pytest.mark.parametrize(
    ("reason", "opted_out"),
    [
        ("UserInBlackList", True),
        ("UserInBlacklist", True),
        ("NotNetworkSubcriber", False),
        ("NotNetworkSubscriber", False),
        ("DeliveryFailure", False),
        ("DoNotDisturbRejection", False),
        ("SomethingNew", False),
    ],
)
def test_the_reason_of_a_failure_is_kept_as_it_is_spelt(
    reader: AfricasTalking, reason: str, opted_out: bool
) -> None:
    receipt = reader.receipt(SLIP | {"status": "Rejected", "failureReason": reason})
    assert (receipt.reason, receipt.opted_out) == (reason, opted_out)


def test_none_is_no_reason(reader: AfricasTalking) -> None:
    assert reader.receipt(SLIP | {"failureReason": "None"}).reason == ""


def test_a_receipt_fits_its_record_and_finds_its_text(company: Company, carrier: AfricasTalking) -> None:
    company.answers.append(said(recipient(102, "S" * 300, messageId="x" * 300)))
    sending = carrier.send(NUMBER, TEXT)
    receipt = carrier.receipt({"id": "x" * 300, "status": "S" * 300, "failureReason": "r" * 300})
    assert receipt.provider_id == sending.provider_id
    assert {len(word) for word in (receipt.provider_id, receipt.status, receipt.reason, sending.code)} == {80}


def test_somebody_wants_no_texts(reader: AfricasTalking) -> None:
    assert reader.opt_out({"senderId": "22384", "phoneNumber": NUMBER}) == OptOut(NUMBER, "22384")
    assert reader.opt_out({"phoneNumber": NUMBER}) == OptOut(NUMBER)


@pytest.mark.parametrize(
    ("call", "form", "field_name"),
    [
        ("turn", DIALLED, "sessionId"),
        ("turn", DIALLED, "phoneNumber"),
        ("ended", HUNG_UP, "sessionId"),
        ("ended", HUNG_UP, "phoneNumber"),
        ("inbound_text", TEXTED, "id"),
        ("inbound_text", TEXTED, "from"),
        ("receipt", SLIP, "id"),
        ("receipt", SLIP, "status"),
        ("opt_out", {"phoneNumber": NUMBER}, "phoneNumber"),
    ],
)
@pytest.mark.parametrize("value", [None, "", " ", "None"])
def test_a_form_without_what_matters_is_refused_by_the_name_of_the_field(
    reader: AfricasTalking, call: str, form: dict[str, str], field_name: str, value: str | None
) -> None:
    form = {name: word for name, word in form.items() if name != field_name} | (
        {} if value is None else {field_name: value}
    )
    with pytest.raises(Malformed) as refusal:
        getattr(reader, call)(form)
    assert str(refusal.value) == f"{field_name} is missing"
