"""Our texts at the counter of Africa's Talking."""

import logging
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hotline.carriers.africastalking import AfricasTalking
from hotline.carriers.africastalking.answers import HTTP_STATUSES, STATUS_CODES
from hotline.carriers.africastalking.callbacks import RECEIPTS
from hotline.carriers.carrier import Account, Meaning, Sending, Unreachable
from hotline.core.errors import Misconfigured
from tests.scenery.africastalking import (
    KEY,
    NUMBER,
    OTHER,
    TAKEN,
    TEXT,
    Answer,
    Company,
    Trouble,
    account,
    answers_nonsense,
    answers_too_late,
    breaks_off_at_once,
    breaks_off_in_the_middle,
    hangs_up_at_the_next_word,
    hangs_up_in_silence,
    recipient,
    said,
    stops_in_the_middle,
)
from tests.scenery.waiting import PATIENCE, wait_until


def test_a_text_is_taken(company: Company, carrier: AfricasTalking) -> None:
    company.answers.append(TAKEN)
    assert carrier.send(NUMBER, TEXT) == Sending(
        Meaning.ACCEPTED, "102 Success", "ATXid_7468c9a2", "KES 0.8000"
    )


def test_the_request_is_the_one_in_the_reference(company: Company, carrier: AfricasTalking) -> None:
    carrier.send(NUMBER, TEXT)
    assert company.asked == [("POST", "/version1/messaging")]
    assert company.forms == [
        {
            "username": "itikia",
            "to": NUMBER,
            "message": TEXT,
            "from": "22384",
            "bulkSMSMode": "1",
            "enqueue": "1",
        }
    ]
    assert company.headers[0]["apiKey"] == KEY
    assert company.headers[0]["Accept"] == "application/json"


def test_without_a_sender_the_company_uses_its_own(company: Company) -> None:
    AfricasTalking(account(company.url, sender="")).send(NUMBER, TEXT)
    assert "from" not in company.forms[0]


def test_a_base_address_may_end_in_a_slash(company: Company) -> None:
    assert AfricasTalking(account(company.url + "/")).send(NUMBER, TEXT).meaning == Meaning.ACCEPTED


@pytest.mark.parametrize(
    ("code", "status", "meaning"),
    [
        (100, "Processed", Meaning.ACCEPTED),
        (101, "Success", Meaning.ACCEPTED),
        (102, "Success", Meaning.ACCEPTED),
        (401, "RiskHold", Meaning.UNKNOWN),
        (402, "InvalidSenderId", Meaning.SETTINGS),
        (403, "InvalidPhoneNumber", Meaning.PERMANENT),
        (404, "UnsupportedNumberType", Meaning.PERMANENT),
        (405, "InsufficientBalance", Meaning.SETTINGS),
        (406, "UserInBlacklist", Meaning.PERMANENT),
        (407, "CouldNotRoute", Meaning.PERMANENT),
        (409, "DoNotDisturbRejection", Meaning.TRANSIENT),
        (500, "InternalServerError", Meaning.UNKNOWN),
        (501, "GatewayError", Meaning.UNKNOWN),
        (502, "RejectedByGateway", Meaning.PERMANENT),
        (503, "SomethingNew", Meaning.UNKNOWN),
        (None, "SomethingNew", Meaning.UNKNOWN),
    ],
)
def test_each_word_on_a_number_has_its_meaning(
    company: Company, carrier: AfricasTalking, code: object, status: str, meaning: Meaning
) -> None:
    company.answers.append(said(recipient(code, status)))
    sending = carrier.send(NUMBER, TEXT)
    assert (sending.meaning, sending.code) == (meaning, f"{code} {status}")


def test_every_row_of_the_tables_is_tried_here() -> None:
    assert set(STATUS_CODES) == {100, 101, 102, *range(401, 408), 409, 500, 501, 502}
    assert set(HTTP_STATUSES) == {401, 408, 409, 413, 429}
    assert set(RECEIPTS) == {
        "sent",
        "submitted",
        "buffered",
        "success",
        "failed",
        "rejected",
        "absentsubscriber",
        "expired",
    }


def test_a_code_may_come_in_quotation_marks(company: Company, carrier: AfricasTalking) -> None:
    company.answers.append(said(recipient("102")))
    assert carrier.send(NUMBER, TEXT).meaning == Meaning.ACCEPTED


@pytest.mark.parametrize(("code", "status"), [(406, "UserInBlacklist"), (406, "?"), (503, "UserInBlackList")])
def test_who_has_opted_out_is_not_written_to_again(
    company: Company, carrier: AfricasTalking, code: int, status: str
) -> None:
    company.answers.append(
        said(recipient(code, status, messageId="None", cost="0"), message="Sent to 0/1 Total Cost: 0")
    )
    sending = carrier.send(NUMBER, TEXT)
    assert sending.opted_out
    assert sending.provider_id is None
    assert sending.cost == "0"


def test_who_has_not_opted_out_still_is(company: Company, carrier: AfricasTalking) -> None:
    company.answers.append(said(recipient(403, "InvalidPhoneNumber")))
    assert not carrier.send(NUMBER, TEXT).opted_out


@pytest.mark.parametrize("nothing", ["None", "", None])
def test_none_is_no_name_for_a_text(company: Company, carrier: AfricasTalking, nothing: object) -> None:
    company.answers.append(said(recipient(messageId=nothing, cost=nothing)))
    assert carrier.send(NUMBER, TEXT) == Sending(Meaning.ACCEPTED, "102 Success")


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", "text/plain;charset=UTF-8"]
)
def test_an_answer_is_read_whatever_it_says_it_is(
    company: Company, carrier: AfricasTalking, status: int, content_type: str
) -> None:
    company.answers.append(said(recipient(), status=status, content_type=content_type))
    assert carrier.send(NUMBER, TEXT).provider_id == "ATXid_7468c9a2"


def test_a_sender_that_is_not_ours_holds_texts_back_though_it_looks_accepted(
    company: Company, carrier: AfricasTalking
) -> None:
    company.answers.append(said(message="InvalidSenderId"))
    assert carrier.send(NUMBER, TEXT) == Sending(Meaning.SETTINGS, "InvalidSenderId")


def test_a_wrong_key_holds_texts_back(company: Company, carrier: AfricasTalking) -> None:
    challenge = {"WWW-Authenticate": 'Basic realm="api",charset=UTF-8'}
    company.answers.append(
        Answer("The supplied authentication is invalid", 401, "text/plain; charset=UTF-8", challenge)
    )
    assert carrier.send(NUMBER, TEXT) == Sending(Meaning.SETTINGS, "HTTP 401")


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (400, Meaning.SETTINGS),
        (401, Meaning.SETTINGS),
        (402, Meaning.SETTINGS),
        (403, Meaning.SETTINGS),
        (404, Meaning.SETTINGS),
        (408, Meaning.TRANSIENT),
        (409, Meaning.TRANSIENT),
        (413, Meaning.PERMANENT),
        (422, Meaning.SETTINGS),
        (429, Meaning.TRANSIENT),
        (500, Meaning.UNKNOWN),
        (502, Meaning.UNKNOWN),
        (503, Meaning.UNKNOWN),
        (504, Meaning.UNKNOWN),
    ],
)
def test_each_status_has_its_meaning(
    company: Company, carrier: AfricasTalking, status: int, meaning: Meaning
) -> None:
    company.answers.append(Answer(f"no, {NUMBER} may not: {TEXT}", status, "text/plain"))
    sending = carrier.send(NUMBER, TEXT)
    assert (sending.meaning, sending.code) == (meaning, f"HTTP {status}")


def test_an_error_does_not_become_acceptance_by_what_it_repeats(
    company: Company, carrier: AfricasTalking
) -> None:
    company.answers.append(said(recipient(), status=500))
    assert carrier.send(NUMBER, TEXT).meaning == Meaning.UNKNOWN


@pytest.mark.parametrize(
    "answer", [said(recipient(409, "DoNotDisturbRejection"), status=409), Answer("", 409)]
)
def test_at_quiet_hours_we_come_back_every_hour(
    company: Company, carrier: AfricasTalking, answer: Answer
) -> None:
    company.answers.append(answer)
    sending = carrier.send(NUMBER, TEXT)
    assert (sending.meaning, sending.retry_after) == (Meaning.TRANSIENT, timedelta(hours=1))


def test_a_409_may_say_something_else_of_our_number(company: Company, carrier: AfricasTalking) -> None:
    company.answers.append(said(recipient(406, "UserInBlacklist"), status=409))
    assert carrier.send(NUMBER, TEXT).opted_out


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("7", 7),
        ("", 30),
        ("0", 30),
        ("-1", 30),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 30),
        ("99999", 3600),
        ("9" * 400, 30),
        ("1e300", 3600),
    ],
)
def test_we_slow_down_as_long_as_we_are_asked_to(
    company: Company, carrier: AfricasTalking, asked: str, seconds: int
) -> None:
    company.answers.append(Answer("", 429, headers={"Retry-After": asked}))
    assert carrier.send(NUMBER, TEXT).retry_after == timedelta(seconds=seconds)


def test_a_redirect_is_not_followed_for_it_would_show_the_key(
    company: Company, carrier: AfricasTalking
) -> None:
    company.answers.append(Answer("", 307, headers={"Location": f"{company.url}/elsewhere"}))
    assert carrier.send(NUMBER, TEXT) == Sending(Meaning.SETTINGS, "HTTP 307")
    assert len(company.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        said(),
        said(recipient(number=OTHER)),
        said(message="SomethingNew"),
        Answer({}),
        Answer([]),
        Answer("null"),
        Answer("{"),
        Answer({"SMSMessageData": "?"}),
        Answer({"SMSMessageData": {"Message": "?", "Recipients": {"number": NUMBER}}}),
        Answer({"SMSMessageData": {"Message": "?", "Recipients": ["?", None]}}),
        Answer(""),
    ],
)
def test_where_nothing_is_said_of_our_number_nobody_knows(
    company: Company, carrier: AfricasTalking, answer: Answer
) -> None:
    company.answers.append(answer)
    sending = carrier.send(NUMBER, TEXT)
    assert (sending.meaning, sending.provider_id) == (Meaning.UNKNOWN, None)


def test_our_number_is_found_among_others_by_its_digits(company: Company, carrier: AfricasTalking) -> None:
    company.answers.append(
        said(
            recipient(406, "UserInBlacklist", OTHER),
            recipient(number=NUMBER.removeprefix("+"), messageId="ours"),
        )
    )
    assert carrier.send(NUMBER, TEXT).provider_id == "ours"


def test_words_that_are_new_to_us_are_kept_but_for_telephone_numbers(
    company: Company, carrier: AfricasTalking
) -> None:
    company.answers.append(said(message=f"Barred till 8: {NUMBER}"))
    assert carrier.send(NUMBER, TEXT).code == "Barred till 8: +…"


@pytest.mark.parametrize("number", ["0711000111", "254711000111", "+", "", f"{NUMBER},{OTHER}"])
def test_what_the_sdk_takes_for_no_number_is_sent_nowhere(
    company: Company, carrier: AfricasTalking, number: str
) -> None:
    assert carrier.send(number, TEXT).meaning == Meaning.PERMANENT
    assert company.connections == 0


@pytest.mark.parametrize(
    "trouble",
    [answers_too_late, breaks_off_at_once, breaks_off_in_the_middle, stops_in_the_middle, answers_nonsense],
)
def test_a_text_that_may_have_left_is_never_sent_again_by_itself(
    company: Company, hasty: AfricasTalking, trouble: Trouble
) -> None:
    company.answers.append(trouble)
    assert hasty.send(NUMBER, TEXT) == Sending(Meaning.UNKNOWN, "no answer")
    wait_until(lambda: company.asked, "the company is asked")
    assert len(company.asked) == 1


def test_after_a_text_without_an_answer_the_next_one_gets_its_own(
    company: Company, hasty: AfricasTalking
) -> None:
    company.answers.extend([answers_too_late, said(recipient(messageId="second"))])
    assert hasty.send(NUMBER, TEXT).provider_id is None
    wait_until(lambda: company.asked, "the company is asked")
    hasty._timeouts = (PATIENCE, PATIENCE)
    assert hasty.send(NUMBER, TEXT).provider_id == "second"


def test_a_text_that_found_nobody_in_can_go_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    carrier = AfricasTalking(account(f"http://127.0.0.1:{port}"))
    assert carrier.send(NUMBER, TEXT) == Sending(Meaning.TRANSIENT, "no connection")


def test_a_text_that_waited_at_the_door_can_go_later() -> None:
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as full,
        socket.create_connection(full.getsockname()),
    ):
        carrier = AfricasTalking(account(f"http://127.0.0.1:{full.getsockname()[1]}"), (0.2, 0.2))
        assert carrier.send(NUMBER, TEXT) == Sending(Meaning.TRANSIENT, "no connection")


def test_nothing_is_said_to_somebody_with_a_strange_certificate(company: Company, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(strange_certificate(tmp_path / "strange.pem"))
    company.socket = context.wrap_socket(company.socket, server_side=True)
    carrier = AfricasTalking(account(company.url.replace("http", "https")), (PATIENCE, PATIENCE))
    assert carrier.send(NUMBER, TEXT).meaning == Meaning.SETTINGS
    assert company.asked == []


def strange_certificate(file: Path) -> Path:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    days = datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) + timedelta(days=1)
    unsigned = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), *days
    ).add_extension(names, False)
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(secret + unsigned.sign(key, hashes.SHA256()).public_bytes(pem))
    return file


@pytest.mark.parametrize("base_url", ["africastalking.example", "ftp://127.0.0.1", "http://", "http://[bad"])
def test_an_address_that_is_none_holds_texts_back(base_url: str) -> None:
    assert AfricasTalking(account(base_url)).send(NUMBER, TEXT).meaning == Meaning.SETTINGS


@pytest.mark.parametrize("key", ["clé", "ключ", "key\n"])
def test_a_key_that_no_request_can_carry_is_refused_at_the_front_door(key: str) -> None:
    with pytest.raises(Misconfigured, match="CARRIER_API_KEY") as refusal:
        AfricasTalking(Account("itikia", key, "22384", ""))
    assert key not in str(refusal.value)


def test_five_texts_go_over_one_line(company: Company, carrier: AfricasTalking) -> None:
    assert [carrier.send(NUMBER, TEXT).meaning for _ in range(5)] == [Meaning.ACCEPTED] * 5
    assert company.connections == 1


def test_a_line_that_the_company_has_hung_up_is_dialled_again(
    company: Company, carrier: AfricasTalking
) -> None:
    company.answers.append(said(recipient(), headers={"Connection": "close"}))
    assert [carrier.send(NUMBER, TEXT).meaning for _ in range(2)] == [Meaning.ACCEPTED] * 2
    assert company.connections == 2


def test_a_line_that_was_hung_up_in_silence_neither_loses_nor_doubles_the_next_text(
    company: Company, carrier: AfricasTalking
) -> None:
    company.answers.append(hangs_up_in_silence)
    assert carrier.send(NUMBER, "one").meaning == Meaning.ACCEPTED
    assert company.silent.wait(PATIENCE)
    assert carrier.send(NUMBER, "two").meaning == Meaning.ACCEPTED
    assert [form["message"] for form in company.forms] == ["one", "two"]
    assert company.connections == 2


def test_a_line_that_is_hung_up_as_we_speak_leaves_us_in_doubt_and_the_text_is_said_once(
    company: Company, carrier: AfricasTalking
) -> None:
    company.answers.append(hangs_up_at_the_next_word)
    sent = [carrier.send(NUMBER, text).meaning for text in ("one", "two", "three")]
    assert sent == [Meaning.ACCEPTED, Meaning.UNKNOWN, Meaning.ACCEPTED], (
        "nobody can tell whether the second was heard"
    )
    assert [form["message"] for form in company.forms] == ["one", "three"]


def test_no_cookies_are_kept(company: Company, carrier: AfricasTalking) -> None:
    company.answers.append(said(recipient(), headers={"Set-Cookie": "who=me"}))
    carrier.send(NUMBER, TEXT)
    carrier.send(NUMBER, TEXT)
    assert "Cookie" not in company.headers[1]


def test_many_can_send_at_once(company: Company, carrier: AfricasTalking) -> None:
    numbers = [f"+2547110001{n:02}" for n in range(24)]
    with ThreadPoolExecutor(6) as threads:
        sendings = list(threads.map(lambda number: carrier.send(number, f"Kwa {number}"), numbers))
    assert {sending.meaning for sending in sendings} == {Meaning.ACCEPTED}
    assert sorted((form["to"], form["message"]) for form in company.forms) == [
        (number, f"Kwa {number}") for number in numbers
    ]


@pytest.mark.parametrize(
    ("username", "host"),
    [
        ("sandbox", "api.sandbox.africastalking.com:443"),
        ("Sandbox", "api.africastalking.com:443"),
        ("itikia", "api.africastalking.com:443"),
    ],
)
def test_only_the_name_sandbox_goes_to_the_sandbox(
    company: Company, monkeypatch: pytest.MonkeyPatch, username: str, host: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", company.url)
    for name in ("https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert AfricasTalking(account("", username)).send(NUMBER, TEXT) == Sending(
        Meaning.TRANSIENT, "no connection"
    )
    assert company.asked == [("CONNECT", host)]


def test_an_address_of_our_own_is_spoken_to_without_a_proxy(
    company: Company, carrier: AfricasTalking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert carrier.send(NUMBER, TEXT).meaning == Meaning.ACCEPTED


@pytest.mark.parametrize(
    "answer",
    [
        TAKEN,
        said(recipient(402, "InvalidSenderId")),
        said(message=f"Barred: {NUMBER}"),
        said(recipient(number=OTHER)),
        Answer(f"no: {NUMBER}: {TEXT}", 400, "text/plain"),
        Answer(f"no: {NUMBER}: {TEXT}", 500, "text/plain"),
        said(recipient(code=f"{NUMBER}")),
        answers_too_late,
        breaks_off_at_once,
        breaks_off_in_the_middle,
        answers_nonsense,
    ],
)
def test_no_log_and_no_record_has_number_or_words(
    company: Company, hasty: AfricasTalking, caplog: pytest.LogCaptureFixture, answer: Answer | Trouble
) -> None:
    caplog.set_level(logging.DEBUG)
    company.answers.append(answer)
    shown = repr(hasty.send(NUMBER, TEXT)) + caplog.text
    assert caplog.records
    for secret in (NUMBER.removeprefix("+"), TEXT, KEY):
        assert secret not in shown


def test_what_is_not_accepted_is_told_to_whoever_watches(
    company: Company, carrier: AfricasTalking, caplog: pytest.LogCaptureFixture
) -> None:
    company.answers.extend([TAKEN, said(message="InvalidSenderId")])
    carrier.send(NUMBER, TEXT)
    carrier.send(NUMBER, TEXT)
    assert caplog.messages == ["a text was not accepted: InvalidSenderId (settings)"]


def test_the_balance_is_as_the_company_writes_it(company: Company, carrier: AfricasTalking) -> None:
    company.answers.extend(
        [
            Answer({"UserData": {"balance": "USD 999.6168"}}, 200),
            Answer({"userData": {"balance": "KES 12"}}, 200),
        ]
    )
    assert [carrier.balance(), carrier.balance()] == ["USD 999.6168", "KES 12"]
    method, path = company.asked[0]
    assert (method, urlsplit(path).path, parse_qs(urlsplit(path).query)) == (
        "GET",
        "/version1/user",
        {"username": ["itikia"]},
    )


@pytest.mark.parametrize(
    "answer",
    [
        Answer("The supplied authentication is invalid", 401),
        Answer({}, 200),
        Answer("?", 200),
        answers_too_late,
    ],
)
def test_a_balance_that_is_not_told_shows_no_key(
    company: Company, hasty: AfricasTalking, answer: Answer | Trouble
) -> None:
    company.answers.append(answer)
    with pytest.raises(Unreachable) as silence:
        hasty.balance()
    assert silence.value.__context__ is None
    assert KEY not in str(silence.value)
