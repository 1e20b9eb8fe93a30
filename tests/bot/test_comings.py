"""People who want no more messages, who want to be forgotten, who block the bot, and who come back."""

from typing import Any

import pytest
from sqlalchemy import func, select

from hotline.cases.case import ERASED
from hotline.cases.evidence import Evidence
from hotline.conversation.chat_store import Chat
from hotline.directory import people
from hotline.directory.people import TELEGRAM, Address, Person
from hotline.messaging.message import Message
from tests.scenery.chat_words import (
    DELETE_MY_DATA,
    DELETE_MY_DATA_SW,
    DO_NOT_DELETE,
    DO_NOT_REMEMBER,
    ENGLISH,
    FORGOTTEN,
    HELPED,
    I_HAVE_IT_SW,
    MENU,
    MY_CASE,
    NO_MORE_MESSAGES,
    NO_MORE_MESSAGES_SW,
    NOTHING_DELETED,
    OFF_DUTY_SW,
    RESUMED,
    STOPPED,
    STOPPED_SW,
    SURE_TO_DELETE,
    TO_THE_MENU,
    WHICH_LANGUAGE,
    WHOEVER_KEEPS_THE_LIST_SW,
    YES,
    YES_DELETE,
    did_help_come,
    somebody_has_it,
    standing_and_question,
)
from tests.scenery.chats import ASHA, BAHATI, SERGEANT, Hotline, on_sqlite
from tests.scenery.county import ACHIENG, KIPRUTO
from tests.scenery.kinds import TO_CITIZENS
from tests.scenery.media import PHOTO
from tests.scenery.said import says


def messages(hotline: Hotline) -> list[tuple[str, str]]:
    """Every message to a citizen, by its kind, and what has become of it."""
    with hotline.world.service.read() as work:
        written = work.session.scalars(
            select(Message).where(Message.kind.in_(TO_CITIZENS)).order_by(Message.written_at)
        )
        return [(each.kind, each.state) for each in written]


def told(hotline: Hotline) -> list[str]:
    """The history of the only case, each line with its reason."""
    with hotline.world.service.read() as work:
        raw = work.session.connection().exec_driver_sql("SELECT what, why FROM history ORDER BY id").all()
    return [f"{what}: {why}" for what, why in raw]


def number_of(hotline: Hotline, record: type[Person | Address | Chat | Message | Evidence]) -> int:
    with hotline.world.service.read() as work:
        return work.session.scalar(select(func.count()).select_from(record)) or 0


# No more messages


@pytest.mark.parametrize("way", ["/stop", "stop", NO_MORE_MESSAGES, "Acha!"])
def test_after_stop_nothing_more_arrives(hotline: Hotline, way: str) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report()
    if way == NO_MORE_MESSAGES:
        asha.start()
        asha.choose(way)
    else:
        asha.say(way)
    assert asha.screen == STOPPED
    before = asha.said
    kipruto.text("1")
    kipruto.text("3")
    hotline.world.pass_minutes(3000)
    assert asha.said == before
    assert {state for _kind, state in messages(hotline)} == {"withheld"}


@pytest.mark.parametrize("way", ["Start", "the button", "a link"])
def test_start_opens_again_in_words_and_by_its_button(hotline: Hotline, way: str) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report()
    asha.say("/stop")
    kipruto.text("1")
    assert not says(" ".join(asha.said), somebody_has_it())
    asha.say("Start") if way == "Start" else asha.start("KE032-market" if way == "a link" else "")
    assert asha.screen.startswith(RESUMED if way == "Start" else MENU)
    kipruto.text("3")
    assert says(asha.screen, did_help_come())


def test_no_other_command_opens_again(hotline: Hotline) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report()
    asha.say("/stop")
    asha.say("/case")
    kipruto.text("1")
    assert not says(" ".join(asha.said), somebody_has_it())


def test_a_new_report_with_leave_to_write_opens_again(hotline: Hotline) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report()
    asha.say("/stop")
    asha.report("again")
    kipruto.text("1")
    kipruto.text(f"1 {hotline.words()[-1]}")
    assert len(hotline.world.cases()) == 2
    with hotline.world.service.read() as work:
        (address,) = work.session.scalars(select(Address).where(Address.channel == TELEGRAM))
        assert address.opted_out_at is None


@on_sqlite
def test_a_stranger_may_stop_too(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    asha.say("/stop")
    assert asha.choose(ENGLISH).startswith(STOPPED)


# To be forgotten


def test_delete_is_asked_first(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.report()
    asha.say("/delete")
    assert asha.screen == SURE_TO_DELETE
    assert asha.choose(DO_NOT_DELETE) == NOTHING_DELETED
    assert number_of(hotline, Address) == 7


def test_one_who_is_deleted_is_gone_and_their_open_case_goes_on(hotline: Hotline) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    number = asha.report()
    kipruto.text("1")
    asha.say("/delete")
    assert asha.choose(YES_DELETE) == FORGOTTEN
    assert (number_of(hotline, Person), number_of(hotline, Address), number_of(hotline, Chat)) == (6, 6, 0)
    assert messages(hotline) == []
    case = hotline.only_case()
    assert (case.person_id, case.contact, case.state) == (None, ERASED, "acknowledged")
    assert hotline.details() == "they took my phone", "whoever is on the way still knows why"
    kipruto.text("3")
    hotline.world.pass_minutes(3000)
    assert asha.screen == FORGOTTEN
    asha.tap(TO_THE_MENU)
    assert asha.screen == WHICH_LANGUAGE, "we do not know them any more"
    asha.choose(ENGLISH, MY_CASE)
    asha.say(number)
    assert asha.screen == standing_and_question("done"), "whoever has the number may ask"


def test_when_the_case_of_one_who_is_gone_is_closed_its_words_go_too(hotline: Hotline) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.begin()
    asha.photo(PHOTO, "they took my phone")
    number = asha.finish()
    kipruto.text("1")
    asha.say("/delete")
    asha.choose(YES_DELETE)
    assert (hotline.details(), number_of(hotline, Evidence)) == ("they took my phone", 1)
    asha.tap(TO_THE_MENU)
    asha.choose(ENGLISH, MY_CASE)
    asha.say(number)
    asha.choose(YES)
    assert hotline.only_case().state == "closed"
    assert (hotline.details(), number_of(hotline, Evidence)) == ("", 0)


def test_of_a_closed_case_only_the_fact_remains(hotline: Hotline) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.begin()
    asha.photo(PHOTO, "they took my phone")
    asha.finish()
    kipruto.text("1")
    kipruto.text("3")
    asha.tap(HELPED)
    asha.say("/delete")
    asha.choose(YES_DELETE)
    assert (hotline.details(), number_of(hotline, Evidence)) == ("", 0)
    assert (hotline.only_case().state, hotline.history()[-1]) == ("closed", "forgotten citizen")


def test_an_task_for_a_message_that_is_deleted_comes_to_nothing(
    hotline: Hotline, caplog: pytest.LogCaptureFixture
) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report()
    hotline.town.trouble(telegram_down=True)
    kipruto.text("1")
    hotline.town.calm()
    asha.say("/delete")
    asha.choose(YES_DELETE)
    hotline.world.pass_minutes(30)
    assert not [record for record in caplog.records if record.name == "hotline.operations.worker"]
    assert not says(" ".join(asha.said), somebody_has_it())


@pytest.mark.parametrize("way", ["/delete", DELETE_MY_DATA])
def test_a_liaison_is_not_deleted_but_told_who_keeps_the_list(hotline: Hotline, way: str) -> None:
    sergeant, asha = hotline.liaison(), hotline.chat()
    asha.report()
    before = (number_of(hotline, Address), number_of(hotline, Message))
    if way == "/delete":
        sergeant.say(way)
    else:
        sergeant.start()
        sergeant.choose(DELETE_MY_DATA_SW)
    assert sergeant.screen == WHOEVER_KEEPS_THE_LIST_SW
    assert (number_of(hotline, Address), number_of(hotline, Message)) == before
    sergeant.tap(I_HAVE_IT_SW, sergeant.card.id)
    assert hotline.only_case().state == "acknowledged", "and the card is theirs still"


@pytest.mark.parametrize("way", ["/stop", NO_MORE_MESSAGES_SW, "STOP"])
def test_a_liaison_who_wants_no_messages_is_off_duty(hotline: Hotline, way: str) -> None:
    sergeant, asha = hotline.liaison(), hotline.chat()
    if way == NO_MORE_MESSAGES_SW:
        sergeant.start()
        sergeant.choose(way)
    else:
        sergeant.say(way)
    assert sergeant.screen.startswith(STOPPED_SW if way == "STOP" else OFF_DUTY_SW)
    asha.report()
    assert "they took my phone" in hotline.world.phone(ACHIENG).inbox[0]
    assert "they took my phone" not in " ".join([*sergeant.said, *hotline.world.phone(KIPRUTO).inbox])


# Blocked


def test_a_blocked_chat_sends_the_case_by_text_to_the_same_liaison(hotline: Hotline) -> None:
    sergeant, asha = hotline.liaison(), hotline.chat()
    sergeant.change(deactivated=True)  # of which nobody tells us but the answer to what we send
    asha.report()
    assert "they took my phone" in hotline.world.phone(KIPRUTO).inbox[0]
    assert "not told: telegram: Forbidden" in told(hotline)
    assert hotline.world.phone(ACHIENG).inbox == [], "nobody else is asked before they have been reached"
    hotline.world.phone(KIPRUTO).text("1")
    assert hotline.only_case().state == "acknowledged"


def test_a_liaison_who_blocks_us_and_lets_us_in_again(hotline: Hotline) -> None:
    sergeant, asha = hotline.liaison(), hotline.chat()
    sergeant.block()
    asha.report("first")
    assert "first" in hotline.world.phone(KIPRUTO).inbox[0]
    assert not is_open(hotline, SERGEANT)
    sergeant.unblock()
    assert is_open(hotline, SERGEANT)
    hotline.world.phone(KIPRUTO).text("2")
    hotline.world.phone(ACHIENG).text("2")
    asha.report("second")
    assert "second" in sergeant.screen


def test_a_citizen_who_blocks_us_is_left_in_peace_and_can_come_back(hotline: Hotline) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report()
    asha.block()
    kipruto.text("1")
    asha.unblock()
    asha.start()
    assert messages(hotline) == [("case", "withheld")]
    kipruto.text("3")
    assert says(asha.screen, did_help_come())


def test_a_citizen_who_is_gone_costs_one_try(hotline: Hotline) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report()
    asha.change(deactivated=True)
    kipruto.text("1")
    kipruto.text("3")
    assert messages(hotline) == [("case", "failed"), ("follow_up", "withheld")]


@on_sqlite
def test_one_who_blocks_us_while_they_are_answered_is_served_all_the_same(hotline: Hotline) -> None:
    asha = hotline.chat(BAHATI)
    asha.begin().say("they took my phone")
    asha.choose(YES)
    no = asha.data(DO_NOT_REMEMBER)
    asha.block()
    hotline.press(BAHATI, 1, no, 77)
    assert hotline.only_case().state == "open"


def closed(hotline: Hotline, user: int) -> None:
    """We have been told that nothing arrives in this chat."""
    with hotline.world.service.transaction() as work:
        person = people.by_number(work.session, work.keys, str(user), TELEGRAM)
        address = person.at(TELEGRAM) if person else None
        assert address is not None
        address.close(work.now)


@pytest.mark.parametrize("act", ["words", "a button", "a picture", "a place", "a command", "a change"])
def test_whatever_comes_from_a_chat_it_is_open_again(hotline: Hotline, act: str) -> None:
    asha = hotline.chat()
    asha.report()
    closed(hotline, ASHA)
    match act:
        case "words":
            asha.say("hello")
        case "a button":
            asha.tap(TO_THE_MENU)
        case "a picture":
            asha.photo(PHOTO)
        case "a place":
            asha.share_location(-0.31, 36.04)
        case "a command":
            asha.say("/case")
        case _:
            asha.edit(
                next(message.id for message in asha.messages if message.text == "they took my phone"),
                "they took my bag",
            )
    assert is_open(hotline, ASHA)


def test_an_update_that_was_done_before_opens_nothing(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.report()
    update = hotline.written_by(ASHA, 600, text="hello")
    hotline.again(update)
    closed(hotline, ASHA)
    hotline.again(update)
    assert not is_open(hotline, ASHA)


def test_to_block_and_to_let_in_are_done_once_each(hotline: Hotline) -> None:
    hotline.chat().report()
    hotline.again(membership(600, "kicked"))
    assert not is_open(hotline, ASHA)
    hotline.again(membership(601, "member"))
    assert is_open(hotline, ASHA)
    hotline.again(membership(600, "kicked"))
    assert is_open(hotline, ASHA), "which was done long ago"


def membership(update: int, status: str) -> dict[str, Any]:
    """Somebody blocks us, or lets us in again."""
    whom = {"id": ASHA, "is_bot": False, "first_name": "Asha", "language_code": "en"}
    us = {"id": 1000, "is_bot": True, "first_name": "Itikia"}
    stands = {"user": us, "status": status, **({"until_date": 0} if status == "kicked" else {})}
    change = {"old_chat_member": {"user": us, "status": "member"}, "new_chat_member": stands}
    return {
        "update_id": update,
        "my_chat_member": {"chat": {"id": ASHA, "type": "private"}, "from": whom, "date": 1, **change},
    }


def is_open(hotline: Hotline, user: int) -> bool:
    with hotline.world.service.read() as work:
        person = people.by_number(work.session, work.keys, str(user), TELEGRAM)
        address = person.at(TELEGRAM) if person else None
        return address is not None and address.is_open
