"""The public door as the carrier finds it, over real HTTP:
what it lets in, what it answers, and what it never says."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import func, select, text

from hotline.carriers.carrier import Form, InboundText, Turn
from hotline.cases import citizen_phrases, liaison_phrases
from hotline.cases.case import Case
from hotline.cases.citizen_menus import Caller
from hotline.conversation.choose_area import choose_area
from hotline.core.database import Database
from hotline.core.i18n import own_name, verbatim
from hotline.directory.people import Address
from hotline.front_desk import menu
from hotline.front_desk import phrases as desk_phrases
from hotline.messaging.message import Message
from hotline.messaging.receipts import ReceiptRecord
from hotline.messaging.seen import Arrival
from tests.scenery.carrier import PretendCarrier
from tests.scenery.county import ACHIENG, AREAS, CITIZEN, KIPRUTO, NEIGHBOUR, STRANGER, WANJIKU
from tests.scenery.doors import FORM, NEXT_SECRET, SECRET, Knocker, open_door
from tests.scenery.reports import report, word_of
from tests.scenery.said import ANY, asked, en, starts, sw
from tests.scenery.waiting import as_hasty_as_in_production
from tests.scenery.world import World
from webhooks.guards import MOST_BYTES

USSD = f"/africastalking/{SECRET}/ussd"
DIAL = {
    "sessionId": "ATUid_1",
    "phoneNumber": CITIZEN,
    "networkCode": "63902",
    "serviceCode": "*384*4455#",
    "text": "",
}
WORDS = "mtu ameiba simu yangu"
WHICH_LANGUAGE = menu.choose_language("language", ("sw", "en"))
MENU = asked(menu.welcome(Caller("en"), AREAS, ("sw", "en"), "999"))
END_OF_A_REPORT = f"END {en(citizen_phrases.promised(ANY, ANY, '999', 'text'))}"

ids = count(1)


@pytest.fixture(autouse=True)
def _nothing_slips_into_the_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever happens in these tests, no log holds a number, a word of a report, or the secret."""
    caplog.set_level(logging.INFO)
    yield
    for number in (CITIZEN, NEIGHBOUR, STRANGER, KIPRUTO, ACHIENG):
        assert number.lstrip("+") not in caplog.text
    for word in (SECRET, NEXT_SECRET, *WORDS.split()):
        assert word not in caplog.text


def inbound(knocker: Knocker, number: str, words: str, identity: str = "", **others: str) -> int:
    fields = {
        "id": identity or f"ec9adc86-{next(ids)}",
        "from_": number,
        "to": "22384",
        "text": words,
        "date": "2026-11-21 07:00:00",
    }
    return knocker.tell("texts", **fields | others).status


def rows(knocker: Knocker, table: type[Arrival | Case | Message | ReceiptRecord | Address]) -> int:
    with knocker.world.service.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


# The dial-in


def test_a_first_page_is_plain_text_and_nothing_stands_before_it(knocker: Knocker) -> None:
    answer = knocker.ask(USSD, urlencode(DIAL).encode())
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.body == f"CON {en(WHICH_LANGUAGE.text)}\n1. {own_name('sw')}\n2. {own_name('en')}"
    assert not any(header.startswith("at-ussd") for header in answer.headers)


LETTERS = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}


@pytest.mark.parametrize(
    ("body", "headers", "method"),
    [
        (b"", FORM, "POST"),
        (b"", FORM, "GET"),
        (b"", {}, "POST"),
        (b"text=1", FORM, "POST"),
        (b"sessionId=a&text=1", FORM, "POST"),
        (b"sessionId=a&phoneNumber=&text=1", FORM, "POST"),
        (b"sessionId=a&sessionId=b&phoneNumber=%2B254711000123&text=1", FORM, "POST"),
        (b"sessionId=a&phoneNumber=%2B254711000123&text=1&text=2", FORM, "POST"),
        (b'{"sessionId": "a", "phoneNumber": "+254711000123", "text": ""}',
         {"Content-Type": "application/json"}, "POST"),
        (b"sessionId=a&phoneNumber=%2B254711000123&text=%FF%FE", FORM, "POST"),
        (b"sessionId=a&phoneNumber=%2B254711000123&text=\xff\xfe", FORM, "POST"),
        (b"sessionId=a&phoneNumber=%2B254711000123&text=" + b"x" * MOST_BYTES, FORM, "POST"),
        (b"sessionId=a&phoneNumber=%2B254711000123&text=" + b"x" * 1_000_000, FORM, "POST"),
        (b"&".join(b"f%d=x" % number for number in range(60)), FORM, "POST"),
        (b"", FORM, "PUT"),
    ],
    ids=[
        "empty", "GET", "no type", "no session", "no number",
        "empty number", "session twice", "text twice", "JSON", "no UTF-8",
        "no form", "too large", "a megabyte", "too many fields", "PUT",
    ],
)  # fmt: skip
def test_whoever_dials_gets_a_page_whatever_the_carrier_sends(
    knocker: Knocker, body: bytes, headers: dict[str, str], method: str
) -> None:
    answer = knocker.ask(USSD, body, headers, method)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.body == f"END {sw(desk_phrases.not_saved('999'))}"
    assert "999" in answer.body


@pytest.mark.parametrize("number", ["%2B254711000123", "+254711000123", "254711000123", ""])
def test_a_bare_plus_is_no_number_but_the_caller_is_answered(knocker: Knocker, number: str) -> None:
    answer = knocker.ask(USSD, f"sessionId=a&phoneNumber={number or 'withheld'}&text=".encode())
    assert answer.body.startswith(f"CON {en(WHICH_LANGUAGE.text)}")


def test_a_charset_behind_the_type_does_no_harm(knocker: Knocker) -> None:
    assert knocker.ask(USSD, urlencode(DIAL).encode(), LETTERS).body.startswith("CON ")


def test_a_body_may_come_in_pieces_without_a_length(knocker: Knocker) -> None:
    body = urlencode(DIAL | {"text": "2"}).encode()
    pieces = iter([body[:10], body[10:]])
    assert knocker.ask(USSD, pieces).body.startswith(f"CON {en(MENU.text)}")


def test_pieces_without_an_end_are_not_read_for_ever(knocker: Knocker) -> None:
    assert knocker.ask(USSD, iter([b"x" * 1000] * 20)).body.startswith("END ")


def test_what_stands_in_the_address_is_no_part_of_the_form(knocker: Knocker) -> None:
    answer = knocker.ask(f"{USSD}?text=2*2&sessionId=evil", urlencode(DIAL).encode())
    assert answer.body.startswith(f"CON {en(WHICH_LANGUAGE.text)}")
    assert knocker.ask(f"{USSD}?{urlencode(DIAL)}").body.startswith("END ")


def test_a_slash_too_many_at_the_end_does_not_cut_the_caller_off(knocker: Knocker) -> None:
    answer = knocker.ask(f"{USSD}/", urlencode(DIAL).encode())
    assert (answer.status, answer.body[:4]) == (200, "CON ")


def test_everybody_writes_in_their_own_letters(knocker: Knocker) -> None:
    body = urlencode(DIAL | {"text": "2*1*ሰላም 🚓"}).encode()
    unknown = asked(choose_area(AREAS), "ሰላም 🚓")
    first_line = knocker.ask(USSD, body).body.removeprefix("CON ").splitlines()[0]
    assert "ሰላም 🚓" in first_line
    assert en(unknown.text).startswith(first_line)


def test_a_report_over_the_wire_is_a_case(knocker: Knocker) -> None:
    keys = ["2", "2", "5", "kaptembwa", "1", f"{WORDS} * jana", "1", "2"]
    for turn in range(len(keys) + 1):
        answer = knocker.ask(USSD, urlencode(DIAL | {"text": "*".join(keys[:turn])}).encode())
        assert starts(answer.body, "CON " if turn < len(keys) else END_OF_A_REPORT), answer.body
    (case,) = knocker.world.cases()
    assert case.details(knocker.world.service.settings.keys) == f"{WORDS} * jana"
    assert knocker.tell("ended", sessionId="ATUid_1", phoneNumber=CITIZEN, status="Success").status == 200


# Who may come in


@pytest.mark.parametrize("kind", ["ussd", "texts", "receipts", "optouts", "ended"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_whoever_does_not_know_the_secret_learns_nothing(knocker: Knocker, kind: str, method: str) -> None:
    nowhere = knocker.ask("/nowhere", method=method)
    assert nowhere.status == 404
    for secret in ("wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "%C3%BC", quote(f"{SECRET} ")):
        answer = knocker.ask(f"/africastalking/{secret}/{kind}", urlencode(DIAL).encode(), method=method)
        assert (answer.status, answer.body) == (nowhere.status, nowhere.body), secret
        assert set(answer.headers) == set(nowhere.headers)


def test_two_secrets_are_good_while_the_one_is_replaced_by_the_other(knocker: Knocker) -> None:
    for secret in (SECRET, NEXT_SECRET):
        assert knocker.tell("ussd", secret=secret, **DIAL).body.startswith("CON ")
        assert knocker.tell("receipts", secret=secret, id="ATXid_1", status="Success").status == 200


def test_a_secret_behind_a_question_mark_does_not_count(knocker: Knocker) -> None:
    for address in (
        f"/africastalking/x/ussd?secret={SECRET}",
        f"/africastalking/ussd?k={SECRET}",
        f"/africastalking/?{SECRET}/ussd",
    ):
        assert knocker.ask(address, urlencode(DIAL).encode()).status == 404


def test_nobody_is_sent_elsewhere(knocker: Knocker) -> None:
    body = urlencode(DIAL).encode()
    for path in (
        f"/africastalking//{SECRET}/texts",
        f"//{SECRET}/ussd",
        f"/africastalking/{SECRET}/texts/",
        "/health/",
        f"/africastalking/{SECRET}",
    ):
        assert knocker.ask(path, body).status == 404, path.replace(SECRET, "…")


def test_another_carriers_address_is_nowhere(knocker: Knocker) -> None:
    assert knocker.ask(f"/infobip/{SECRET}/ussd", urlencode(DIAL).encode()).status == 404
    assert knocker.ask(f"/africastalking/{SECRET}/voice", urlencode(DIAL).encode()).status == 404


# Texts


@pytest.mark.parametrize("kind", ["texts", "receipts", "optouts", "ended"])
def test_what_cannot_be_read_is_refused(knocker: Knocker, kind: str) -> None:
    path = f"/africastalking/{SECRET}/{kind}"
    for body in (
        b"",
        b"text=hello",
        b"id=&from=&phoneNumber=&status=&sessionId=",
        b"id=a&id=b",
        b"id=%FF",
        b"x=" + b"y" * 1_000_000,
    ):
        answer = knocker.ask(path, body)
        assert (answer.status, answer.body) == (400, "this cannot be read\n")
    assert knocker.ask(path, b'{"id": "a"}', {"Content-Type": "application/json"}).status == 400
    assert knocker.ask(path, method="GET").status == 404


def test_a_stranger_is_told_the_way_in_once_a_day(knocker: Knocker) -> None:
    world, stranger = knocker.world, knocker.world.phone(STRANGER)
    assert inbound(knocker, STRANGER, WORDS) == 200
    assert inbound(knocker, STRANGER, "Hello?") == 200
    assert stranger.new_texts() == [sw(desk_phrases.how_to_report("*384*4455#", "999"))]
    world.pass_minutes(24 * 60)
    inbound(knocker, STRANGER, "")
    assert len(stranger.new_texts()) == 1


def test_a_text_that_comes_twice_is_taken_once(knocker: Knocker) -> None:
    report(knocker.world.phone(CITIZEN))
    sergeant = knocker.world.phone(KIPRUTO)
    word = word_of(sergeant.new_texts()[0])
    for _time in range(3):
        assert inbound(knocker, KIPRUTO, f"1 {word}", "ATXid_twice") == 200
    assert len(sergeant.new_texts()) == 1
    assert inbound(knocker, KIPRUTO, f"1 {word}") == 200
    assert sergeant.new_texts() == [sw(liaison_phrases.already_yours(word))]


def test_a_no_that_comes_again_hours_later_is_not_a_second_no(knocker: Knocker) -> None:
    world, citizen, committee = knocker.world, knocker.world.phone(CITIZEN), knocker.world.phone(WANJIKU)
    report(citizen)
    inbound(knocker, KIPRUTO, "1")
    inbound(knocker, KIPRUTO, "3")
    inbound(knocker, CITIZEN, "2", "ATXid_no")
    word = word_of(committee.inbox[0])
    inbound(knocker, WANJIKU, f"1 {word}")
    inbound(knocker, WANJIKU, f"3 {word}")
    world.pass_minutes(121)
    assert inbound(knocker, CITIZEN, "2", "ATXid_no") == 200
    (case,) = world.cases()
    assert (case.state, case.round) == ("resolved", 2), "though they have been asked again since"


@pytest.mark.parametrize("date", ["2017-05-03T06:04:45Z", "2017-05-03 06:04:45", "yesterday", "", "None"])
def test_no_text_is_turned_away_for_its_date(knocker: Knocker, date: str) -> None:
    assert (
        inbound(knocker, STRANGER, WORDS, date=date, linkId="", cost="None", networkCode="1", newField="x")
        == 200
    )
    assert len(knocker.world.phone(STRANGER).inbox) == 1


@pytest.mark.parametrize("sender", ["MPESA", "22384", "+254", " 254711000125"])
def test_a_sender_who_is_no_phone_is_not_answered(knocker: Knocker, sender: str) -> None:
    assert inbound(knocker, sender, "You have won") == 200
    assert rows(knocker, Message) == 0


def test_a_text_without_a_name_of_its_own_is_refused(knocker: Knocker) -> None:
    assert knocker.tell("texts", from_=STRANGER, text=WORDS).status == 400
    assert knocker.tell("texts", id="None", from_=STRANGER, text=WORDS).status == 400


def test_a_name_with_what_no_database_holds_is_refused(knocker: Knocker) -> None:
    assert inbound(knocker, STRANGER, WORDS, "a\0b") == 400
    assert knocker.tell("receipts", id="ATXid_1", status="Suc\0cess").status == 400


def test_a_text_brought_while_the_database_is_locked_comes_again_and_is_taken(knocker: Knocker) -> None:
    with as_hasty_as_in_production(knocker.world.service) as there, there.writing() as session:
        session.execute(
            text("SELECT 1" if there.is_sqlite else "LOCK TABLE arrivals IN ACCESS EXCLUSIVE MODE")
        )
        answer = knocker.tell("texts", id="ATXid_again", from_=STRANGER, text=WORDS)
        assert (answer.status, answer.body) == (503, "come again\n")
    assert knocker.tell("texts", id="ATXid_again", from_=STRANGER, text=WORDS).status == 200
    assert len(knocker.world.phone(STRANGER).inbox) == 1


# What a liaison texts


def test_a_liaison_off_duty_is_answered_too(knocker: Knocker) -> None:
    sergeant = knocker.world.phone(KIPRUTO)
    report(knocker.world.phone(CITIZEN))
    word = word_of(sergeant.new_texts()[0])
    inbound(knocker, KIPRUTO, "off.")
    assert sergeant.new_texts() == [sw(liaison_phrases.off_with_cases(liaison_phrases.off_duty(), word))]
    inbound(knocker, KIPRUTO, f"1 {word}")
    assert sergeant.new_texts() == [sw(liaison_phrases.yours(word))]
    inbound(knocker, KIPRUTO, "Zamu")
    assert sergeant.new_texts() == [sw(liaison_phrases.on_duty())]


def test_a_wrong_word_is_answered_with_the_right_ones(knocker: Knocker) -> None:
    report(knocker.world.phone(CITIZEN))
    sergeant = knocker.world.phone(KIPRUTO)
    word = word_of(sergeant.new_texts()[0])
    inbound(knocker, KIPRUTO, "1 NOSUCH")
    assert sergeant.new_texts() == [sw(liaison_phrases.no_such_word(word))]


@pytest.mark.parametrize("typo", ["8 SIMBA", "tkae it", "👍", "1 SIMBA na TEMBO"])
def test_what_cannot_be_understood_is_answered_with_what_can(knocker: Knocker, typo: str) -> None:
    inbound(knocker, KIPRUTO, typo)
    assert knocker.world.phone(KIPRUTO).new_texts() == [sw(liaison_phrases.what_to_text())]


def test_a_bare_number_with_two_open_cases_is_asked_back(knocker: Knocker) -> None:
    world, corporal = knocker.world, knocker.world.phone(ACHIENG)
    inbound(knocker, KIPRUTO, "OFF")
    report(world.phone(CITIZEN))
    report(world.phone(NEIGHBOUR))
    put_before = en(liaison_phrases.please_take(ANY, verbatim(ANY), ANY, ANY, ANY))
    words = [word_of(told) for told in corporal.new_texts() if starts(told, put_before)]
    assert len(set(words)) == len(words) == 2
    inbound(knocker, ACHIENG, "1")
    assert corporal.new_texts() == [en(liaison_phrases.which_word(f"{words[1]}, {words[0]}"))]


def test_one_who_answers_when_the_case_has_moved_on_is_told_so(knocker: Knocker) -> None:
    world, sergeant = knocker.world, knocker.world.phone(KIPRUTO)
    report(world.phone(CITIZEN))
    word = word_of(sergeant.new_texts()[0])
    inbound(knocker, KIPRUTO, f"2 {word}")
    assert sergeant.new_texts() == [sw(liaison_phrases.passed_on(word))]
    inbound(knocker, ACHIENG, "1")
    inbound(knocker, KIPRUTO, f"3 {word}")
    assert sergeant.new_texts() == [sw(liaison_phrases.over(word))]
    inbound(knocker, KIPRUTO, f"1 {word}")
    assert sergeant.new_texts() == [sw(liaison_phrases.first_was(word, "Cpl. Achieng"))]


# Who wants no texts


def test_stop_stops_and_start_starts(knocker: Knocker) -> None:
    world, asha = knocker.world, knocker.world.phone(CITIZEN)
    number = report(asha)
    asha.new_texts()
    inbound(knocker, CITIZEN, " Stop. ")
    assert asha.new_texts() == [sw(desk_phrases.texts_stopped())]
    inbound(knocker, KIPRUTO, "1")
    assert asha.new_texts() == []
    inbound(knocker, CITIZEN, "START")
    assert asha.new_texts() == [sw(desk_phrases.texts_resumed())]
    inbound(knocker, KIPRUTO, "3")
    assert asha.new_texts() == [sw(citizen_phrases.did_help_come(number))]
    assert len(world.cases()) == 1


def test_one_who_told_the_carrier_gets_no_texts_either(knocker: Knocker) -> None:
    citizen = knocker.world.phone(CITIZEN)
    report(citizen)
    citizen.new_texts()
    for number in (CITIZEN, STRANGER, "MPESA"):
        assert knocker.tell("optouts", senderId="22384", phoneNumber=number).status == 200
    inbound(knocker, KIPRUTO, "1")
    assert citizen.new_texts() == []


# Receipts


def states(knocker: Knocker) -> dict[str, str]:
    with knocker.world.service.database.reading() as session:
        return {message.provider_id or "": message.state for message in session.scalars(select(Message))}


def test_a_receipt_may_come_before_we_know_what_it_is_for(knocker: Knocker) -> None:
    for _time in range(2):
        assert (
            knocker.tell("receipts", id="ATXid_0", status="Failed", failureReason="UserDoesNotExist").status
            == 200
        )
    report(knocker.world.phone(CITIZEN))
    assert states(knocker)["ATXid_0"] == "failed"


@pytest.mark.parametrize(
    "order",
    [("Sent", "Success", "Failed"), ("Success", "Submitted", "Buffered"), ("Failed", "Success", "Success")],
)
def test_receipts_may_come_in_any_order_and_twice(knocker: Knocker, order: tuple[str, ...]) -> None:
    report(knocker.world.phone(CITIZEN))
    for status in (*order, *order):
        assert (
            knocker.tell("receipts", id="ATXid_0", status=status, retryCount="None", networkCode="0").status
            == 200
        )
    assert states(knocker)["ATXid_0"] == "sent"


def test_a_word_that_nobody_knows_yet_is_kept_and_changes_nothing(knocker: Knocker) -> None:
    report(knocker.world.phone(CITIZEN))
    assert (
        knocker.tell(
            "receipts", id="ATXid_0", status="Teleported" * 30, failureReason="NotNetworkSubcriber" * 9
        ).status
        == 200
    )
    assert states(knocker)["ATXid_0"] == "sent"
    assert rows(knocker, ReceiptRecord) == 1


def test_a_liaison_whose_text_failed_is_passed_over_at_once(knocker: Knocker) -> None:
    report(knocker.world.phone(CITIZEN))
    assert knocker.world.phone(ACHIENG).inbox == []
    knocker.tell("receipts", id="ATXid_0", status="Rejected", failureReason="UserInBlackList")
    assert len(knocker.world.phone(ACHIENG).inbox) == 1


def test_a_liaison_who_wants_no_texts_is_passed_over_at_once(knocker: Knocker) -> None:
    inbound(knocker, KIPRUTO, "STOP")
    report(knocker.world.phone(CITIZEN))
    assert len(knocker.world.phone(KIPRUTO).inbox) == 1, "only that they get no more"
    assert len(knocker.world.phone(ACHIENG).inbox) == 1


# The end of a call


def test_the_end_of_a_call_is_taken_as_it_comes(knocker: Knocker) -> None:
    for turn in ("", "2", "2*1", "2*1*kaptembwa", "2*1*kaptembwa*1"):
        knocker.ask(USSD, urlencode(DIAL | {"text": turn}).encode())
    told = {
        "date": "2026-11-21 07:00:00", "sessionId": "ATUid_1",
        "serviceCode": "*384*4455#", "networkCode": "63902", "phoneNumber": CITIZEN,
        "status": "Incomplete", "cost": "KES 0.10",
        "durationInMillis": "42117", "hopsCount": "5", "input": f"2*{WORDS}",
        "lastAppResponse": f"CON {WORDS}", "errorMessage": "None", "hopsMetadata": "",
    }  # fmt: skip
    for _time in range(2):
        assert knocker.tell("ended", **told).status == 200
    assert knocker.tell("ended", **told | {"cost": "1.0", "durationInMillis": "", "status": ""}).status == 200
    (case,) = knocker.world.cases()
    assert case.category_code == "danger"


# Health, and what breaks


def gone(knocker: Knocker) -> Database:
    is_sqlite = knocker.world.service.database.is_sqlite
    return Database(
        "sqlite:////nowhere/itikia.db" if is_sqlite else "postgresql+psycopg://nobody@127.0.0.1:9/x"
    )


def test_health_says_what_answers(knocker: Knocker) -> None:
    assert knocker.ask("/health", method="GET").body.strip() == '{"database":true,"queue":true}'
    there = knocker.world.service.database
    knocker.world.service.database = gone(knocker)
    answer = knocker.ask("/health", method="GET")
    assert (answer.status, answer.body.strip()) == (503, '{"database":false,"queue":true}')
    knocker.world.service.database = there


@pytest.mark.parametrize("kind", ["texts", "receipts", "optouts", "ended"])
def test_whatever_comes_while_the_database_is_gone_is_to_come_again(knocker: Knocker, kind: str) -> None:
    there = knocker.world.service.database
    knocker.world.service.database = gone(knocker)
    form = {
        "id": "ATXid_1",
        "from_": STRANGER,
        "phoneNumber": STRANGER,
        "status": "Failed",
        "sessionId": "a",
        "text": WORDS,
    }
    assert knocker.tell(kind, **form).status == 503
    knocker.world.service.database = there
    assert knocker.tell(kind, **form).status == 200


class BrokenCarrier(PretendCarrier):
    """Falls over whatever it is to read, and says with what in its hands."""

    def turn(self, form: Form) -> Turn:
        raise RuntimeError(str(form))

    def inbound_text(self, form: Form) -> InboundText:
        raise RuntimeError(str(form))


def test_when_we_fall_over_nobody_is_shown_how(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with open_door(world, BrokenCarrier()) as knocker:
        answer = knocker.ask(USSD, urlencode(DIAL).encode())
        assert (answer.status, answer.body[:4]) == (200, "END ")
        answer = knocker.tell("texts", id="a", from_=STRANGER, text=WORDS)
    assert (answer.status, answer.body) == (500, "something is broken here\n")
    assert "a request failed: RuntimeError" in caplog.text
    assert "Traceback" not in caplog.text


def test_the_queue_may_be_away_while_reports_are_taken(world: World) -> None:
    world.service.settings = replace(world.service.settings, redis_url="redis://127.0.0.1:9/0")
    with open_door(world, world.carrier) as knocker:
        answer = knocker.ask("/health", method="GET")
        assert (answer.status, answer.body.strip()) == (200, '{"database":true,"queue":false}')
        keys = "2*2*5*kaptembwa*1*they took it*1*2"
        assert starts(knocker.ask(USSD, urlencode(DIAL | {"text": keys}).encode()).body, END_OF_A_REPORT)
