"""Our texts at the counter of Africa's Talking, and what it brings us. The company here is a small real
server that answers as recorded."""

import json
import logging
import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hotline.carriers import Account, Malformed, Meaning, OptOut, Sending, Unreachable
from hotline.carriers.africastalking import HTTP_STATUSES, RECEIPTS, STATUS_CODES, AfricasTalking
from hotline.core.errors import Misconfigured
from tests.scenery.waiting import PATIENCE, wait_until

NUMBER, OTHER = "+254711000111", "+254733000222"
TEXT = "Kesi PL-7Q2K: Mathare, moto."
KEY = "a-key-for-the-rehearsal"
SUMMARY = "Sent to 1/1 Total Cost: USD 0.0079 Message parts: 1"


def recipient(
    code: object = 102, status: str = "Success", number: str = NUMBER, **other: object
) -> dict[str, object]:
    return {
        "cost": "KES 0.8000",
        "messageId": "ATXid_7468c9a2",
        "number": number,
        "status": status,
        "statusCode": code,
    } | other


@dataclass(frozen=True)
class Answer:
    """What the company says, or a way to fall silent."""

    body: object
    status: int = 201
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def payload(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


def said(*recipients: Mapping[str, object], message: str = SUMMARY, **other: Any) -> Answer:
    return Answer({"SMSMessageData": {"Message": message, "Recipients": list(recipients)}}, **other)


TAKEN = said(recipient())
Trouble = Callable[["Counter"], None]


class Company(ThreadingHTTPServer):
    """Answers what it is told to, in that order, and then takes
    everything. It counts who comes in and what they ask."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Counter)
        self.answers: deque[Answer | Trouble] = deque()
        self.closing = threading.Event()
        self.silent = threading.Event()
        self.connections = 0
        self.asked: list[tuple[str, str]] = []
        self.forms: list[dict[str, str]] = []
        self.headers: list[Mapping[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Counter(BaseHTTPRequestHandler):
    """Where a request is taken in."""

    protocol_version = "HTTP/1.1"
    server: Company
    connection: socket.socket
    at_once: ClassVar = struct.pack("ii", 1, 0)

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        form = dict(
            parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
        )
        self.server.forms.append(form)
        self._answer(said(recipient(number=form["to"])))

    def do_GET(self) -> None:
        self._answer(Answer({"UserData": {"balance": "KES 1785.5000"}}, 200))

    def do_CONNECT(self) -> None:
        self._answer(Answer("not from here", 502))

    def _answer(self, usual: Answer) -> None:
        self.server.asked.append((self.command, self.path))
        self.server.headers.append(dict(self.headers))
        answer = self.server.answers.popleft() if self.server.answers else usual
        if isinstance(answer, Answer):
            self.say(answer)
        else:
            answer(self)

    def say(self, answer: Answer, but: int = 0) -> None:
        self.send_response(answer.status)
        for name, value in {
            "Content-Type": answer.content_type,
            "Content-Length": str(len(answer.payload)),
            **answer.headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.payload[: len(answer.payload) - but])

    def break_off(self) -> None:
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, self.at_once)
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ValueError):
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True


def answers_too_late(counter: Counter) -> None:
    counter.server.closing.wait(PATIENCE)
    counter.say(TAKEN)


def breaks_off_at_once(counter: Counter) -> None:
    counter.break_off()


def breaks_off_in_the_middle(counter: Counter) -> None:
    counter.say(TAKEN, but=40)
    counter.break_off()


def stops_in_the_middle(counter: Counter) -> None:
    counter.say(TAKEN, but=40)
    counter.server.closing.wait(PATIENCE)
    counter.wfile.write(TAKEN.payload[-40:])


def answers_nonsense(counter: Counter) -> None:
    counter.wfile.write(b"what?\r\n\r\n")
    counter.close_connection = True


def hangs_up_in_silence(counter: Counter) -> None:
    """As a server does whose patience with an idle line is at an end: it does not say so before."""
    counter.say(TAKEN)
    counter.wfile.flush()
    counter.connection.shutdown(socket.SHUT_RDWR)
    counter.close_connection = True
    counter.server.silent.set()


def hangs_up_at_the_next_word(counter: Counter) -> None:
    """The same, at the instant in which the next text is on its way."""
    counter.say(TAKEN)
    counter.wfile.flush()
    counter.connection.recv(1, socket.MSG_PEEK)
    counter.break_off()


@pytest.fixture
def company() -> Iterator[Company]:
    with Company() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def carrier(company: Company) -> AfricasTalking:
    return AfricasTalking(account(company.url))


@pytest.fixture
def hasty(company: Company) -> AfricasTalking:
    """Waits for an answer no longer than it must."""
    return AfricasTalking(account(company.url), (PATIENCE, 0.3))


@pytest.fixture(scope="module")
def reader() -> AfricasTalking:
    """For what the company brings us; it has nobody to speak to."""
    return AfricasTalking(account("http://127.0.0.1:9"))


def account(base_url: str, username: str = "itikia", sender: str = "22384") -> Account:
    return Account(username, KEY, sender, base_url)


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
