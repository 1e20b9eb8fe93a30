"""Buttons of last week, updates that come twice, groups, strangers'
programs, and people who write faster than people can."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from bot import intake
from bot.intake import DEAD
from bot.profile import connect
from hotline.conversation.chat_store import LIFETIME
from hotline.core.i18n import say
from hotline.front_desk import phrases as desk_phrases
from tests.scenery.chat_words import (
    ABOUT_WHAT,
    BACK,
    CHANGES_ARE_NOT_SEEN,
    COMMAND,
    COMMAND_SW,
    DO_NOT_REMEMBER,
    DONE_SW,
    EARLIER_QUESTION,
    GO_ON_HERE,
    HELPED,
    I_HAVE_IT_SW,
    KISWAHILI,
    MAY_WE_WRITE,
    MENU,
    MY_CASE,
    REPORT,
    SOMETHING_ELSE,
    TELEGRAM_CAN_SEE,
    THEFT,
    TO_THE_MENU,
    WHERE,
    WHICH_LANGUAGE,
    WHICH_ONE,
    YES,
    promised,
)
from tests.scenery.chats import ASHA, SERGEANT, Hotline, Smartphone, on_sqlite
from tests.scenery.county import KIPRUTO
from tests.scenery.said import starts, sw

pytestmark = on_sqlite

# Old buttons


def test_a_button_of_last_week_shows_the_question_of_now(hotline: Hotline, asha: Smartphone) -> None:
    asha.choose(REPORT, GO_ON_HERE, THEFT)
    hotline.world.now += LIFETIME + timedelta(days=6)
    asha.tap("Nakuru")
    assert asha.toast == EARLIER_QUESTION
    assert asha.screen == MENU
    assert len(asha.screens) == 1
    assert asha.choose(REPORT) == TELEGRAM_CAN_SEE


def test_after_a_day_a_report_begins_anew(hotline: Hotline, asha: Smartphone) -> None:
    asha.choose(REPORT, GO_ON_HERE, THEFT)
    hotline.world.now += LIFETIME - timedelta(minutes=1)
    asha.say("kaptembwa")
    assert asha.screen == WHICH_ONE, "for a day one may think"
    hotline.world.now += LIFETIME + timedelta(minutes=1)
    asha.say("Kaptembwo, Nakuru")
    assert asha.screen == MENU
    assert hotline.world.cases() == []


def test_a_button_of_an_earlier_screen_changes_nothing(asha: Smartphone) -> None:
    menu = asha.last.id
    asha.choose(REPORT, GO_ON_HERE)
    asha.tap(MY_CASE, menu, stale=True)
    assert (asha.toast, asha.screen) == (EARLIER_QUESTION, ABOUT_WHAT)
    asha.say(THEFT)
    asha.say("nowhere")
    assert len(asha.screens) == 1


def test_a_button_pressed_twice_counts_once(asha: Smartphone) -> None:
    data = asha.data(REPORT)
    asha.tap(REPORT)
    asha.tap(data, stale=True)
    assert asha.toast == EARLIER_QUESTION
    assert asha.screen == TELEGRAM_CAN_SEE
    assert len(asha.said) == 1


def test_the_end_of_a_report_pressed_twice_is_one_case(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.begin().say("they took my phone")
    asha.choose(YES)
    last, on = asha.data(DO_NOT_REMEMBER), asha.last.id
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: press_only(hotline, on, last, 90 + number), range(4)))
    hotline.settle()
    assert hotline.only_case().spoken in asha.screen
    assert len(hotline.world.phone(KIPRUTO).inbox) == 1


def press_only(hotline: Hotline, message: int, data: str, update: int) -> None:
    whom = {"id": ASHA, "is_bot": False, "first_name": "Asha", "language_code": "en"}
    shown = {
        "message_id": message,
        "date": 1,
        "chat": {"id": ASHA, "type": "private", "first_name": "Asha"},
        "text": "?",
    }
    query = {"id": str(update), "from": whom, "message": shown, "chat_instance": "1", "data": data}
    assert hotline.bring({"update_id": update, "callback_query": query}) == 200


def test_a_screen_that_was_deleted_is_shown_anew(hotline: Hotline, asha: Smartphone) -> None:
    account = hotline.simulator.network.telegram.chats.account(ASHA)
    gone, data = asha.last.id, asha.data(REPORT)
    del account.messages[gone]
    hotline.press(ASHA, gone, data, 91)
    assert asha.screen == TELEGRAM_CAN_SEE
    assert len(asha.screens) == 1


def test_a_screen_too_old_to_be_deleted_loses_its_buttons(hotline: Hotline, asha: Smartphone) -> None:
    account = hotline.simulator.network.telegram.chats.account(ASHA)
    account.messages[asha.last.id].date -= 3 * 24 * 3600
    asha.say(REPORT.lower())
    assert next(message.buttons for message in asha.messages if not message.mine) == ()
    assert len(asha.screens) == 1


def test_back_goes_back_and_home_goes_home(asha: Smartphone) -> None:
    asha.choose(REPORT, GO_ON_HERE, THEFT)
    assert asha.choose(BACK) == ABOUT_WHAT
    assert asha.choose(SOMETHING_ELSE) == WHERE
    assert asha.choose(TO_THE_MENU) == MENU
    assert BACK not in asha.screen_buttons
    assert len(asha.said) == 1


# What is brought more than once


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "one after another"])
def test_an_update_that_comes_three_times_has_one_effect(
    hotline: Hotline, asha: Smartphone, at_once: bool
) -> None:
    asha.begin()
    update = hotline.written_by(ASHA, 500, text="they took my phone")
    with ThreadPoolExecutor(3 if at_once else 1) as pool:
        assert list(pool.map(hotline.bring, [update] * 3)) == [200] * 3
    hotline.settle()
    sends = [
        each
        for each in hotline.town.telegram()["counters"]["sends"]
        if each["text"].startswith(MAY_WE_WRITE[:10])
    ]
    assert [each["count"] for each in sends] == [1]
    asha.finish()
    assert hotline.details() == "they took my phone"


def test_telegram_that_says_everything_twice_is_heard_once(hotline: Hotline) -> None:
    hotline.town.trouble(twice=True)
    sergeant, asha = hotline.liaison(), hotline.chat()
    asha.report()
    sergeant.tap(I_HAVE_IT_SW)
    sergeant.tap(DONE_SW)
    asha.tap(HELPED)
    assert hotline.only_case().state == "closed"
    assert (
        len([line for line in hotline.history() if line.startswith(("acknowledged", "resolved", "verdict"))])
        == 3
    )


def test_one_that_was_done_and_is_asked_of_us_again_has_no_effect(hotline: Hotline) -> None:
    """As when we die between doing it and telling the stream."""
    asha = hotline.chat()
    asha.begin().say("they took my phone")
    asha.choose(YES)
    update = hotline.written_by(ASHA, 501, text=DO_NOT_REMEMBER.lower())
    for _ in range(3):
        hotline.again(update)
    assert len(hotline.world.cases()) == 1
    assert len(hotline.world.phone(KIPRUTO).inbox) == 1
    assert starts(asha.screen, promised(hotline.only_case().spoken))


# What is not for us


def in_a_group(update: int, kind: str = "message", **more: Any) -> dict[str, Any]:
    whom = {"id": ASHA, "is_bot": False, "first_name": "Asha", "language_code": "sw"}
    chat = {"id": -500, "type": "supergroup", "title": "Neighbours"}
    return {"update_id": update, kind: {"message_id": update, "date": 1, "chat": chat, "from": whom, **more}}


def test_in_a_group_we_say_that_we_speak_in_private_and_leave(hotline: Hotline) -> None:
    hotline.simulator.network.telegram.chats.group({"id": -500, "type": "supergroup", "title": "Neighbours"})
    assert hotline.bring(in_a_group(5, text="/report they took my phone")) == 200
    hotline.settle()
    group = hotline.simulator.network.telegram.chats.groups[-500]
    assert group.left
    assert [message.words.text for message in group.messages.values()] == [
        sw(desk_phrases.only_in_private("@itikia_bot"))
    ]
    assert hotline.bring(in_a_group(6, text="/report again")) == 200
    hotline.settle()
    assert len(group.messages) == 1
    assert hotline.queue.xlen(DEAD) == 0


def test_a_channel_is_left_without_a_word(hotline: Hotline) -> None:
    wire = {"id": -600, "type": "channel", "title": "News"}
    hotline.simulator.network.telegram.chats.group(wire)
    assert (
        hotline.bring(
            {"update_id": 5, "channel_post": {"message_id": 1, "date": 1, "chat": wire, "text": "news"}}
        )
        == 200
    )
    hotline.settle()
    channel = hotline.simulator.network.telegram.chats.groups[-600]
    assert (channel.left, channel.messages) == (True, {})


def test_a_button_in_a_group_is_nobodys(hotline: Hotline) -> None:
    sergeant = hotline.liaison()
    hotline.chat().report()
    data = sergeant.data(I_HAVE_IT_SW)
    hotline.simulator.network.telegram.chats.group({"id": -500, "type": "supergroup", "title": "Neighbours"})
    whom = {"id": SERGEANT, "is_bot": False, "first_name": "K"}
    shown = {"message_id": 1, "date": 1, "chat": {"id": -500, "type": "supergroup", "title": "Neighbours"}}
    query = {"id": "1", "from": whom, "message": shown, "chat_instance": "1", "data": data}
    assert hotline.bring({"update_id": 7, "callback_query": query}) == 200
    hotline.settle()
    assert hotline.only_case().state == "open"


def test_a_change_to_what_was_sent_is_not_seen_and_says_so(hotline: Hotline, asha: Smartphone) -> None:
    asha.begin()
    asha.say("they took my phone")
    asha.edit(asha.messages[-2].id, "they took my bag")
    assert asha.screen == f"{CHANGES_ARE_NOT_SEEN}\n\n{MAY_WE_WRITE}"
    asha.finish()
    assert hotline.details() == "they took my phone"


NOBODY: dict[str, Any] = {"id": ASHA, "is_bot": False, "first_name": "Asha"}
HERE: dict[str, Any] = {"id": ASHA, "type": "private", "first_name": "Asha"}
PRESSED: dict[str, Any] = {"id": "1", "from": NOBODY, "chat_instance": "1"}
GONE: dict[str, Any] = {"message_id": 1, "date": 0, "chat": HERE}
SAID: dict[str, Any] = {"message_id": 1, "date": 1, "chat": HERE, "from": NOBODY}


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"something_of_next_year": {"chat": {"id": ASHA}}},
        {"inline_query": {"id": "1", "from": NOBODY, "query": "?", "offset": ""}},
        {"callback_query": {**PRESSED, "data": "h"}},
        {"callback_query": {**PRESSED, "inline_message_id": "x", "data": "d:1:take:asked"}},
        {"callback_query": {**PRESSED, "game_short_name": "chess"}},
        {"callback_query": {**PRESSED, "message": GONE, "data": "d:1:take:asked"}},
        {"callback_query": {**PRESSED, "message": GONE, "data": "h"}},
        {"callback_query": {**PRESSED, "message": GONE}},
        {"edited_message": {**SAID, "edit_date": 2, "location": {"latitude": 1, "longitude": 1}}},
        {"message": {**SAID, "pinned_message": GONE}},
        {"message": {"message_id": 1, "date": 1, "chat": HERE, "text": "from nobody"}},
    ],
    ids=lambda update: next(iter(update), "empty"),
)  # fmt: skip
def test_an_update_of_an_unknown_kind_does_no_harm(
    hotline: Hotline, asha: Smartphone, update: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    assert hotline.bring({"update_id": 5, **update}) == 200
    hotline.settle()
    assert hotline.queue.xlen(DEAD) == 0
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    asha.start()
    assert asha.screen == MENU


@pytest.mark.parametrize(
    "update",
    [
        {"message": None},
        {"message": 5},
        {"message": {"chat": {"id": "x"}}},
        {"callback_query": {"message": None}},
        {"message": []},
    ],
)
def test_what_is_no_update_at_all_is_put_aside(
    hotline: Hotline, asha: Smartphone, update: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "TRIES", 1)
    assert hotline.bring({"update_id": 5, **update}) == 200
    hotline.settle()
    assert hotline.queue.xlen(DEAD) <= 1
    asha.start()
    assert asha.screen == MENU


def test_more_than_a_person_can_write_is_answered_once(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "A_MINUTE", 8)
    asha, bahati = hotline.chat(), hotline.chat(7002, "Bahati")
    asha.start()
    asha.choose(KISWAHILI)
    for number in range(20):
        hotline.bring(hotline.written_by(ASHA, 100 + number, text=f"flood {number}"))
    hotline.settle()
    assert asha.said.count(say(desk_phrases.too_many("999"), "sw")) == 1, (
        "in the language that they have chosen"
    )
    assert say(desk_phrases.too_many("999"), "en") not in asha.said
    bahati.start()
    assert bahati.screen == WHICH_LANGUAGE, "somebody else is heard meanwhile"


def test_what_somebody_wrote_in_one_breath_is_taken_in_order(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.begin()
    for number, text in enumerate(("they took my phone", YES.lower(), DO_NOT_REMEMBER.lower())):
        hotline.bring(hotline.written_by(ASHA, 700 + number, text=text))
    hotline.settle()
    assert hotline.details() == "they took my phone"
    assert asha.screens == []


def test_a_very_long_message_is_cut_and_taken(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.begin()
    asha.say("x" * 4096)
    asha.finish()
    assert hotline.details() == "x" * 2000


def test_telegram_knows_the_bot_in_every_language(hotline: Hotline) -> None:
    bot = hotline.delivery._bot
    hotline.on_the_bots_loop(connect(bot, hotline.world.service.settings))
    telegram = hotline.town.telegram()
    assert set(telegram["descriptions"]) == {"", "sw", "en"}
    assert telegram["webhook"]["url"].endswith("/telegram")
    assert hotline.chat(language_code="fr").row["commands"][0]["description"] == COMMAND_SW["report"]
    assert hotline.chat(7002, language_code="en").row["commands"][0]["description"] == COMMAND["report"]
