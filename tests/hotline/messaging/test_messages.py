"""Who is written to, when, and how often; whatever the carrier says, and in whatever order."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select

from hotline.carriers.carrier import Meaning, OptOut, Receipt, Sending
from hotline.cases import citizen_phrases, liaison_phrases
from hotline.cases import sms_commands as case_commands
from hotline.cases.reference_number import spoken_reference
from hotline.core.i18n import verbatim
from hotline.directory.categories import Urgency
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import Message, MessageState
from hotline.operations import receipts
from tests.scenery.county import ACHIENG, CITIZEN, DESK, KIPRUTO, WANJIKU
from tests.scenery.labels import CONTACT, FIRST, KISWAHILI, sw
from tests.scenery.messages import FEW, fresh, open_case, take_all
from tests.scenery.reports import arrive, report, word_of
from tests.scenery.world import Phone, World

EVENING = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)
"""Half past eight in Nairobi."""


def written(world: World, kind: MessageKind) -> list[Message]:
    with world.service.database.reading() as session:
        return list(session.scalars(select(Message).where(Message.kind == kind).order_by(Message.written_at)))


def states(world: World, kind: MessageKind) -> list[str]:
    return [message.state for message in written(world, kind)]


def receive(world: World, receipt: Receipt) -> None:
    with world.service.transaction() as work:
        receipts.receipt_arrives(work, receipt)
    world.settle()


def test_a_citizen_is_not_told_twice_where_nobody_knows_whether_it_left(world: World) -> None:
    world.carrier.answers.extend(
        [Sending(Meaning.ACCEPTED, "101", "ATXid_liaison"), Sending(Meaning.UNKNOWN, "no answer")]
    )
    report(world.phone(CITIZEN))
    world.pass_minutes(4)
    assert world.phone(CITIZEN).inbox == []
    assert states(world, MessageKind.RECEIVED) == [MessageState.UNKNOWN]
    assert len(world.phone(KIPRUTO).inbox) == 1


def test_a_liaison_is_told_again_where_nobody_knows_whether_it_left(world: World) -> None:
    world.carrier.answers.append(Sending(Meaning.UNKNOWN, "no answer"))
    report(world.phone(CITIZEN), text=False)
    assert world.phone(KIPRUTO).inbox == []
    world.pass_minutes(0.1)
    assert len(world.phone(KIPRUTO).inbox) == 1


def test_the_next_is_asked_at_once_where_a_number_takes_no_texts(world: World) -> None:
    world.carrier.answers.append(Sending(Meaning.PERMANENT, "407 CouldNotRoute"))
    report(world.phone(CITIZEN), text=False)
    assert len(world.phone(ACHIENG).inbox) == 1
    assert world.history(world.cases()[0]) == [
        "reported citizen",
        "dispatched Sgt. Kipruto, Kaptembwo Police Station",
        "not told Sgt. Kipruto, Kaptembwo Police Station",
        "unanswered Sgt. Kipruto, Kaptembwo Police Station",
        "dispatched Cpl. Achieng, Kaptembwo Police Station",
    ]


def test_where_no_number_at_all_takes_texts_everybody_is_tried_and_then_without_haste(world: World) -> None:
    tried: list[str] = []
    world.carrier.on_send = lambda number, _text: tried.append(number)
    world.carrier.answers.extend([Sending(Meaning.PERMANENT, "407 CouldNotRoute")] * 50)
    report(world.phone(CITIZEN), text=False)
    assert tried == [KIPRUTO, ACHIENG, WANJIKU, DESK]
    world.pass_minutes(15.5)
    assert tried[4:] == [KIPRUTO, ACHIENG, WANJIKU]


def test_the_next_is_asked_at_once_where_a_liaison_wants_no_texts(world: World) -> None:
    world.phone(KIPRUTO).text("STOP")
    report(world.phone(CITIZEN))
    assert len(world.phone(ACHIENG).inbox) == 1


def test_a_late_receipt_that_it_failed_makes_the_next_be_asked(world: World) -> None:
    world.carrier.answers.append(Sending(Meaning.ACCEPTED, "101", "ATXid_first"))
    report(world.phone(CITIZEN), text=False)
    assert world.phone(ACHIENG).inbox == []
    receive(world, Receipt("ATXid_first", "Failed", "UserIsInactive", True, False))
    assert len(world.phone(ACHIENG).inbox) == 1


def test_every_text_waits_while_our_own_account_stands_in_the_way(world: World) -> None:
    world.carrier.answers.extend([Sending(Meaning.SETTINGS, "405 InsufficientBalance")] * 8)
    report(world.phone(CITIZEN))
    world.pass_minutes(0.5)
    assert world.carrier.sent == []
    world.pass_minutes(2)
    assert len(world.phone(CITIZEN).inbox) == len(world.phone(KIPRUTO).inbox) == 1


def test_to_be_turned_away_counts_as_no_try(world: World) -> None:
    wait = Sending(Meaning.TRANSIENT, "429", retry_after=timedelta(seconds=30))
    world.carrier.answers.extend([wait] * 5 + [Sending(Meaning.UNKNOWN, "no answer")])
    report(world.phone(CITIZEN), text=False)
    world.pass_minutes(4)
    assert len(world.phone(KIPRUTO).inbox) == 1, "it may be said twice, and has been tried once only"
    assert [(message.state, message.tries) for message in written(world, MessageKind.DISPATCH)] == [
        (MessageState.SENT, 2)
    ]


def test_what_a_citizen_texts_out_of_the_blue_goes_to_their_case_and_its_liaison(world: World) -> None:
    citizen, sergeant = world.phone(CITIZEN), world.phone(KIPRUTO)
    number = report(citizen)
    citizen.new_texts()
    sergeant.new_texts()
    citizen.text("mmoja ni jirani yangu")
    assert citizen.new_texts() == [sw(citizen_phrases.added(number, "999"))]
    (told,) = sergeant.new_texts()
    assert told == sw(liaison_phrases.more_words(word_of(sergeant.inbox[0]), "mmoja ni jirani yangu"))
    (case,) = world.cases()
    assert case.details(world.service.settings.keys).endswith("\n10:00 mmoja ni jirani yangu")
    assert world.history(case)[-1] == "more words citizen"
    citizen.text("haraka")
    assert citizen.new_texts() == [sw(citizen_phrases.added(number, "999"))], "however little it is"
    sergeant.text("1")
    sergeant.text("3")
    citizen.text("1")
    citizen.new_texts()
    citizen.text("mmoja ni jirani yangu")
    (case,) = world.cases()
    assert case.details(world.service.settings.keys).count("jirani") == 1, (
        "nor anything to a case that is closed"
    )


@pytest.mark.parametrize("taken", [False, True])
def test_a_bare_three_says_that_one_is_in_danger_and_hastens_everything(world: World, taken: bool) -> None:
    citizen, sergeant = world.phone(CITIZEN), world.phone(KIPRUTO)
    number = report(citizen, "land")
    word = word_of(sergeant.inbox[0])
    if taken:
        sergeant.text("1")
    sergeant.new_texts()
    citizen.text("3")
    assert citizen.inbox[-1] == sw(citizen_phrases.told_of_danger(number, "999"))
    assert sergeant.new_texts() == [sw(liaison_phrases.is_in_danger(word))]
    (case,) = world.cases()
    assert (case.urgency, case.in_danger, case.round, world.verdict(case)) == (Urgency.LIFE, True, 1, None)
    asked = world.phone(DESK) if taken else world.phone(ACHIENG)
    world.pass_minutes(10 if taken else 3)
    assert sergeant.new_texts() == [sw(liaison_phrases.are_you_on_it(word, "10:15"))] * taken
    assert (asked.inbox == []) is taken, "and not only after twenty minutes"


@pytest.mark.parametrize("key", ["1", "2", sw(case_commands.YES).partition(",")[0]])
def test_any_other_bare_answer_before_we_have_asked_is_told_how_the_case_stands(
    world: World, key: str
) -> None:
    citizen = world.phone(CITIZEN)
    number = report(citizen)
    citizen.new_texts()
    citizen.text(key)
    (told,) = citizen.new_texts()
    assert told.startswith(f"{number}: ")
    assert "10:30" in told
    (case,) = world.cases()
    assert (case.state, world.verdict(case), case.round) == ("open", None, 1)
    assert not case.details(world.service.settings.keys).endswith(key)


def test_a_text_that_puts_a_case_before_one_who_passed_it_on_meanwhile_is_not_sent(world: World) -> None:
    world.carrier.answers.append(Sending(Meaning.TRANSIENT, "no connection"))
    report(world.phone(CITIZEN), text=False)
    sergeant = world.phone(KIPRUTO)
    sergeant.text("2")
    world.pass_minutes(4)
    assert len(sergeant.inbox) == 1, "only the answer to his own text"
    assert states(world, MessageKind.DISPATCH) == [MessageState.WITHHELD, MessageState.SENT]


def test_received_is_not_told_after_its_time_has_passed(world: World) -> None:
    world.carrier.answers.extend(
        [Sending(Meaning.ACCEPTED, "101", "ATXid_liaison"), *[Sending(Meaning.TRANSIENT, "500")] * 200]
    )
    citizen = world.phone(CITIZEN)
    number = report(citizen)
    world.pass_minutes(32)
    world.carrier.answers.clear()
    world.pass_minutes(6)
    assert citizen.inbox == [
        sw(citizen_phrases.still_asking(number, verbatim("Kaptembwo Police Station"), "11:30", "999"))
    ]


def test_a_text_that_still_waits_is_not_sent_once_the_case_is_taken(world: World) -> None:
    world.carrier.answers.append(Sending(Meaning.TRANSIENT, "no connection"))
    report(world.phone(CITIZEN), text=False)
    sergeant = world.phone(KIPRUTO)
    sergeant.text("1")
    world.pass_minutes(1)
    assert len(sergeant.inbox) == 1, "only the answer to his own text"
    assert states(world, MessageKind.DISPATCH) == [MessageState.WITHHELD]


def test_at_night_nobody_is_woken_with_the_question_whether_help_came(world: World) -> None:
    world.now = EVENING
    citizen = world.phone(CITIZEN)
    number = report(citizen)
    arrive(world.phone(KIPRUTO))
    citizen.new_texts()
    world.pass_minutes(3 * 60 - 1)
    world.phone(KIPRUTO).text("3")
    world.pass_minutes(7 * 60)
    assert citizen.new_texts() == []
    world.pass_minutes(31)
    assert citizen.new_texts() == [sw(citizen_phrases.did_help_come(number))]


def test_one_in_danger_is_asked_at_any_hour(world: World) -> None:
    world.now = EVENING
    citizen = world.phone(CITIZEN)
    report_danger(citizen)
    arrive(world.phone(KIPRUTO))
    world.pass_minutes(31)
    assert citizen.inbox[-1] == sw(
        citizen_phrases.did_help_come(spoken_reference(world.cases()[0].reference))
    )


def report_danger(citizen: Phone) -> None:
    citizen.dial()
    for words in (KISWAHILI, sw(FIRST["danger"])):
        citizen.choose(words)
    citizen.press("kaptembwa")
    for words in ("Kaptembwo", sw(CONTACT["text"])):
        citizen.choose(words)


@FEW
@given(st.permutations(("Sent", "Success", "Failed", "Sent", "Success")), st.integers(0, 5))
def test_a_text_of_which_one_receipt_says_that_it_arrived_has_arrived(
    world: World, statuses: Sequence[str], early: int
) -> None:
    identity = f"ATXid_receipts_{next(fresh)}"
    receipts = [world.carrier.receipt({"id": identity, "status": status}) for status in statuses]

    def before_the_answer(_number: str, _text: str) -> None:
        for receipt in receipts[:early]:
            receive(world, receipt)

    world.carrier.on_send = before_the_answer
    world.carrier.answers.append(Sending(Meaning.ACCEPTED, "101", identity))
    world.phone(KIPRUTO).text("ON")
    for receipt in receipts[early:]:
        receive(world, receipt)
    with world.service.database.reading() as session:
        sent = session.scalars(select(Message).where(Message.provider_id == identity)).one()
    assert (sent.state, sent.code, sent.delivered_at is not None) == (MessageState.SENT, "Success", True)


STEPS = st.sampled_from(("yes", "no", "STOP", "START", "carrier", "taken", "hours"))


@FEW
@given(st.lists(STEPS, min_size=2, max_size=7))
@example(["yes", "STOP", "taken", "hours"])
@example(["yes", "carrier", "taken"])
@example(["yes", "no", "taken", "hours"])
def test_nobody_is_texted_about_a_case_who_said_no_or_stop(world: World, steps: Sequence[str]) -> None:
    world.begin_anew()
    citizen = world.phone(f"+254711{next(fresh):06}")
    may_be_texted, stopped, allowed = False, False, set[str]()
    told: list[tuple[str, bool]] = []
    world.carrier.on_send = lambda number, text: (
        told.append((text, may_be_texted)) if number == citizen.number else None
    )
    for step in steps:
        stopped = {"yes": False, "STOP": True, "START": False, "carrier": True}.get(step, stopped)
        may_be_texted = not stopped
        match step:
            case "yes" | "no":
                reference = open_case(world, citizen, "text" if step == "yes" else "none")
                allowed |= {reference} if step == "yes" else set()
            case "STOP" | "START":
                citizen.text(step)
            case "carrier":
                opt_out(world, citizen)
            case "taken":
                take_all(world, KIPRUTO)
            case _:
                take_all(world, KIPRUTO)
                take_all(world, KIPRUTO, step="there")
                world.pass_minutes(130)
    take_all(world, KIPRUTO)
    about_a_case = [(text, allowed_then) for text, allowed_then in told if re.match(r"\d{4}-\d{4}: ", text)]
    assert all(allowed_then and text[:9] in allowed for text, allowed_then in about_a_case)


def opt_out(world: World, phone: Phone) -> None:
    with world.service.transaction() as work:
        receipts.opt_out_arrives(work, OptOut(phone.number))
