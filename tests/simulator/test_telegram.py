"""Telegram's Bot API, asked by plain calls and by python-telegram-bot:
what it does, and what it declines in its own words."""

from typing import Any

import pytest
import requests
from telegram import Bot, BotCommand, BotCommandScopeChat, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden, InvalidToken

from simulator.client import Chat, Town
from simulator.server import Simulator
from tests.scenery.telegrams import TOKEN, call, declined, done, with_bot
from tests.scenery.waiting import PATIENCE

ASHA = 7001
INLINE = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "No", "callback_data": "n"}]]}


@pytest.fixture
def asha(town: Town) -> Chat:
    chat = town.chat(ASHA, "Asha Wanjiru", "+254711000111")
    chat.start()
    return chat


def test_a_wrong_token_and_an_unknown_method_are_told_apart(simulator: Simulator) -> None:
    assert declined(call(simulator, "getMe", token="1000:wrong")) == "Unauthorized"
    answer = call(simulator, "sendDice")
    assert (answer.status_code, declined(answer)) == (404, "Not Found")


@pytest.mark.parametrize("shape", ["args", "form", "parts", "json"])
def test_a_call_may_come_in_any_shape(simulator: Simulator, asha: Chat, shape: str) -> None:
    url, fields = f"{simulator.url}/bot{TOKEN}/sendMessage", {"chat_id": str(ASHA), "text": "Habari"}
    shapes: dict[str, Any] = {
        "args": {"params": fields},
        "form": {"data": fields},
        "parts": {"files": {name: (None, value) for name, value in fields.items()}},
        "json": {"json": fields},
    }
    answer = requests.request("GET" if shape == "args" else "POST", url, timeout=PATIENCE, **shapes[shape])
    assert done(answer)["text"] == "Habari"
    assert asha.screen == "Habari"


def test_a_message_has_everything_that_a_real_bot_reads(simulator: Simulator, asha: Chat) -> None:
    buttons = InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton("Yes", callback_data="y"),
                InlineKeyboardButton("Law", url="https://kenyalaw.org"),
            ]
        ]
    )

    async def talk(bot: Bot) -> Any:
        me = await bot.get_me()
        sent = await bot.send_message(
            ASHA,
            "<b>Habari</b> &lt;Asha&gt; 👍 <i>sasa</i>",
            "HTML",
            reply_markup=buttons,
            protect_content=True,
        )
        return me, sent, await bot.get_chat(ASHA)

    me, sent, chat = with_bot(simulator, talk)
    assert (me.id, me.username, me.is_bot) == (1000, "itikia_bot", True)
    assert (sent.text, sent.chat.id, sent.chat.type, sent.from_user.id) == (
        "Habari <Asha> 👍 sasa",
        ASHA,
        "private",
        1000,
    )
    assert sent.text_html == "<b>Habari</b> &lt;Asha&gt; 👍 <i>sasa</i>"
    assert (sent.has_protected_content, sent.reply_markup) == (True, buttons)
    assert chat.full_name == "Asha Wanjiru"
    (shown,) = [message for message in asha.row["messages"] if not message["mine"]]
    assert shown["html"] == "<b>Habari</b> &lt;Asha&gt; 👍 <i>sasa</i>"
    assert shown["buttons"][0] == [
        {"label": "Yes", "data": "y", "kind": "tap", "url": ""},
        {"label": "Law", "data": "", "kind": "url", "url": "https://kenyalaw.org"},
    ]
    assert asha.last.protected


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "Hi", "parse_mode": "Markdown"}, "unsupported parse_mode"),
        ({"text": "Hi", "chat_id": 9}, "chat not found"),
        ({"text": "Hi", "chat_id": "@nobody"}, "chat not found"),
        ({"text": "Hi", "chat_id": ""}, "chat_id is empty"),
        ({"text": "Hi", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        (
            {"text": "Hi", "reply_markup": {"inline_keyboard": [[{"text": "?", "callback_data": "x" * 65}]]}},
            "BUTTON_DATA_INVALID",
        ),
        (
            {"text": "Hi", "reply_markup": {"inline_keyboard": [[{"text": "?", "callback_data": "ü" * 33}]]}},
            "BUTTON_DATA_INVALID",
        ),
        (
            {"text": "Hi", "reply_markup": {"inline_keyboard": [[{"text": "?", "callback_data": ""}]]}},
            "BUTTON_DATA_INVALID",
        ),
        (
            {"text": "Hi", "reply_markup": {"inline_keyboard": [[{"text": "?"}]]}},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ({"text": "Hi", "reply_markup": {"keyboards": []}}, "object expected as reply markup"),
    ],
)
def test_what_goes_too_far_is_declined_in_telegrams_own_words(
    simulator: Simulator, asha: Chat, fields: dict[str, Any], words: str
) -> None:
    answer = call(simulator, "sendMessage", **{"chat_id": ASHA, **fields})
    assert (answer.status_code, declined(answer)) == (400, f"Bad Request: {words}")
    assert all(message.mine for message in asha.messages)


def test_what_just_fits_is_taken(simulator: Simulator, asha: Chat) -> None:
    text = "<b>" + "x" * 4000 + "</b>" + "&amp;" * 96
    data = {"inline_keyboard": [[{"text": "?", "callback_data": "ü" * 32}]]}
    assert (
        len(
            done(
                call(simulator, "sendMessage", chat_id=ASHA, text=text, parse_mode="HTML", reply_markup=data)
            )["text"]
        )
        == 4096
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<b>never closed", 'Can\'t find end tag corresponding to start tag "b"'),
        ("ü </b>", "Unexpected end tag at byte offset 3"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<p>a</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
        ("<b>1</b", "Unclosed end tag at byte offset 4"),
        (
            "<a href>x</a>",
            'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
        ),
    ],
)
def test_broken_html_is_declined(simulator: Simulator, asha: Chat, text: str, words: str) -> None:
    answer = call(simulator, "sendMessage", chat_id=ASHA, text=text, parse_mode="HTML")
    assert declined(answer) == f"Bad Request: can't parse entities: {words}"


def test_nothing_that_the_hotline_says_becomes_a_tag_in_the_browser(simulator: Simulator, asha: Chat) -> None:
    call(simulator, "sendMessage", chat_id=ASHA, text="<script>alert(1)</script>")
    evil = (
        '<a href="javascript:alert(1)">a</a> <a href="https://x.org/?a=1&amp;b=&quot;">b</a> '
        "<u>&lt;img&gt; <code>c</code></u>"
    )
    call(simulator, "sendMessage", chat_id=ASHA, text=evil, parse_mode="HTML")
    shown = [message["html"] for message in asha.row["messages"] if not message["mine"]]
    assert shown[0] == "&lt;script&gt;alert(1)&lt;/script&gt;"
    assert shown[1] == (
        'a <a href="https://x.org/?a=1&amp;b=&quot;" target="_blank" rel="noreferrer noopener">b</a> '
        "<u>&lt;img&gt; <code>c</code></u>"
    )


def test_a_person_who_is_not_there_any_more_cannot_be_written_to(
    simulator: Simulator, town: Town, asha: Chat
) -> None:
    asha.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        with_bot(simulator, lambda bot: bot.send_message(ASHA, "Are you there?"))
    asha.unblock()
    done(call(simulator, "sendMessage", chat_id=ASHA, text="There you are"))
    asha.change(deactivated=True)
    answer = call(simulator, "sendMessage", chat_id=ASHA, text="Are you there?")
    assert (answer.status_code, declined(answer)) == (403, "Forbidden: user is deactivated")
    town.chat(7002, "Never started")
    with pytest.raises(BadRequest, match="Chat not found"):
        with_bot(simulator, lambda bot: bot.send_message(7002, "Hello"))


def test_a_message_is_changed_in_its_place(simulator: Simulator, asha: Chat) -> None:
    sent = done(call(simulator, "sendMessage", chat_id=ASHA, text="Sure?", reply_markup=INLINE))
    place: dict[str, Any] = {"chat_id": ASHA, "message_id": sent["message_id"]}
    same = call(simulator, "editMessageText", **place, text="Sure?", reply_markup=INLINE)
    assert declined(same) == (
        "Bad Request: message is not modified: specified new message content "
        "and reply markup are exactly the same as a current content and reply markup of the message"
    )
    assert "edit_date" in done(call(simulator, "editMessageText", **place, text="Noted", reply_markup=INLINE))
    assert (asha.last.id, asha.last.text, asha.last.buttons, asha.last.edited) == (
        sent["message_id"],
        "Noted",
        ("Yes", "No"),
        True,
    )
    done(call(simulator, "editMessageReplyMarkup", **place))
    assert asha.last.buttons == ()
    assert declined(call(simulator, "editMessageReplyMarkup", **place)).startswith(
        "Bad Request: message is not modified"
    )
    done(call(simulator, "editMessageText", **place, text="Over", reply_markup=INLINE))
    done(call(simulator, "editMessageText", **place, text="Over"))
    assert asha.last.buttons == (), "an edit without buttons takes them away"


def test_only_what_is_there_and_ones_own_can_be_changed(simulator: Simulator, asha: Chat) -> None:
    nowhere: dict[str, Any] = {"chat_id": ASHA, "message_id": 999}
    assert (
        declined(call(simulator, "editMessageText", **nowhere, text="x"))
        == "Bad Request: message to edit not found"
    )
    assert declined(call(simulator, "deleteMessage", **nowhere)) == "Bad Request: message to delete not found"
    hers: dict[str, Any] = {"chat_id": ASHA, "message_id": asha.messages[0].id}
    assert (
        declined(call(simulator, "editMessageText", **hers, text="x"))
        == "Bad Request: message can't be edited"
    )
    done(call(simulator, "deleteMessage", **hers))
    assert asha.messages == []


def test_a_message_of_more_than_two_days_stays(simulator: Simulator, asha: Chat) -> None:
    message = simulator.network.telegram.chats.account(ASHA).messages[asha.messages[0].id]
    message.date -= 48 * 3600 + 1
    answer = call(simulator, "deleteMessage", chat_id=ASHA, message_id=message.id)
    assert declined(answer) == "Bad Request: message can't be deleted"


def test_a_keyboard_takes_the_place_of_the_letters_and_goes_again(simulator: Simulator, asha: Chat) -> None:
    rows = [
        [{"text": "Share my number", "request_contact": True}],
        [{"text": "Here I am", "request_location": True}, "Not now"],
    ]
    call(
        simulator,
        "sendMessage",
        chat_id=ASHA,
        text="?",
        reply_markup={"keyboard": rows, "one_time_keyboard": True},
    )
    assert asha.row["keyboard"] == [
        [{"label": "Share my number", "kind": "contact"}],
        [{"label": "Here I am", "kind": "location"}, {"label": "Not now", "kind": "text"}],
    ]
    asha.tap("Not now")
    assert not asha.row["keyboard"]
    call(simulator, "sendMessage", chat_id=ASHA, text="?", reply_markup={"keyboard": rows})
    asha.tap("Share my number")
    assert asha.messages[-1].kind == "contact"
    assert asha.row["keyboard"], "only a keyboard for one time goes away"
    call(simulator, "sendMessage", chat_id=ASHA, text="Thanks", reply_markup={"remove_keyboard": True})
    assert asha.row["keyboard"] is None


def test_a_group_is_asked_for_nothing_private_and_can_be_left(simulator: Simulator, town: Town) -> None:
    chat = {"id": -500, "type": "supergroup", "title": "Neighbours"}
    town.inject(
        {
            "message": {
                "message_id": 1,
                "date": 1,
                "chat": chat,
                "from": {"id": 5, "is_bot": False, "first_name": "X"},
                "text": "hi",
            }
        }
    )
    for kind, words in (("contact", "phone number"), ("location", "location")):
        keyboard = {"keyboard": [[{"text": "?", f"request_{kind}": True}]]}
        answer = call(simulator, "sendMessage", chat_id=-500, text="?", reply_markup=keyboard)
        assert declined(answer) == f"Bad Request: {words} can be requested in private chats only"
    assert with_bot(simulator, lambda bot: bot.leave_chat(-500))
    assert town.telegram()["left"] == [-500]
    assert (
        declined(call(simulator, "leaveChat", chat_id=-500))
        == "Forbidden: bot is not a member of the supergroup chat"
    )


def test_a_tap_is_answered_once_and_in_time(simulator: Simulator, asha: Chat) -> None:
    call(simulator, "sendMessage", chat_id=ASHA, text="Sure?", reply_markup=INLINE)
    asha.tap("Yes")
    query = done(call(simulator, "getUpdates"))[-1]["callback_query"]["id"]
    too_long = call(
        simulator,
        "answerCallbackQuery",
        callback_query_id=simulator.network.telegram.speech.tapped(
            simulator.network.telegram.chats.account(ASHA)
        ),
        text="x" * 201,
    )
    assert declined(too_long) == "Bad Request: MESSAGE_TOO_LONG"
    done(call(simulator, "answerCallbackQuery", callback_query_id=query, text="Thank you", show_alert=True))
    assert asha.wait_for_toast("Thank") == "Thank you"
    assert asha.row["toast"]["alert"] is True
    again = call(simulator, "answerCallbackQuery", callback_query_id=query)
    assert (
        declined(again) == "Bad Request: query is too old and response timeout expired or query ID is invalid"
    )


def test_commands_are_kept_per_scope_and_language(simulator: Simulator, town: Town, asha: Chat) -> None:
    async def set_up(bot: Bot) -> Any:
        await bot.set_my_commands([BotCommand("report", "Report something")])
        await bot.set_my_commands([("report", "Ripoti jambo")], language_code="sw")
        await bot.set_my_commands([("cases", "My cases")], scope=BotCommandScopeChat(ASHA))
        await bot.set_my_name("Itikia Kenya")
        await bot.set_my_description("A hotline.")
        await bot.set_my_short_description("Namba ya msaada.", "sw")
        return (
            await bot.get_my_commands(language_code="sw"),
            await bot.get_my_description("sw"),
            await bot.get_my_short_description(),
        )

    commands, description, short = with_bot(simulator, set_up)
    assert [command.description for command in commands] == ["Ripoti jambo"]
    assert (description.description, short.short_description) == ("A hotline.", "")
    assert asha.row["commands"] == [{"command": "cases", "description": "My cases"}]
    assert town.chat(7003, language_code="sw").row["commands"][0]["description"] == "Ripoti jambo"
    with_bot(simulator, lambda bot: bot.delete_my_commands(scope=BotCommandScopeChat(ASHA)))
    assert asha.row["commands"][0]["description"] == "Report something"
    view = town.telegram()
    assert (view["me"]["first_name"], view["descriptions"], view["short_descriptions"]) == (
        "Itikia Kenya",
        {"": "A hotline."},
        {"sw": "Namba ya msaada."},
    )


@pytest.mark.parametrize(
    ("method", "fields", "words"),
    [
        ("setMyCommands", {"commands": [{"command": "Report", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "", "description": "x"}]}, "command must be non-empty"),
        (
            "setMyCommands",
            {"commands": [{"command": "x" * 33, "description": "x"}]},
            "command length must not exceed 32",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "x", "description": ""}]},
            "command description must be non-empty",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "x", "description": "x" * 257}]},
            "command description length must not exceed 256",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "x", "description": "x"}] * 101},
            "BOT_COMMANDS_TOO_MUCH",
        ),
        ("setMyCommands", {"commands": [], "language_code": "luo"}, "invalid language code specified"),
        ("setMyDescription", {"description": "x", "language_code": "luo"}, "invalid language code specified"),
        ("setMyDescription", {"description": "x" * 513}, "description is too long"),
        ("setMyShortDescription", {"short_description": "x" * 121}, "short description is too long"),
        ("setMyName", {"name": "x" * 65}, "name is too long"),
        (
            "getMyCommands",
            {"scope": {"type": "chat"}},
            "can't parse BotCommandScope: can't find field \"chat_id\"",
        ),
    ],
)
def test_a_profile_has_its_limits(
    simulator: Simulator, method: str, fields: dict[str, Any], words: str
) -> None:
    answer = call(simulator, method, **fields)
    assert (answer.status_code, declined(answer)) == (400, f"Bad Request: {words}")


def test_a_real_bot_knows_that_its_token_is_wrong(simulator: Simulator) -> None:
    simulator.network.telegram.token = "1000:another"
    with pytest.raises(InvalidToken):
        with_bot(simulator, lambda bot: bot.get_me())


def test_typing_is_shown_to_those_who_are_there(simulator: Simulator, asha: Chat) -> None:
    done(call(simulator, "sendChatAction", chat_id=ASHA, action="typing"))
    assert (
        declined(call(simulator, "sendChatAction", chat_id=ASHA, action="dancing"))
        == "Bad Request: wrong parameter action in request"
    )


def test_everything_is_counted(simulator: Simulator, town: Town, asha: Chat) -> None:
    with requests.Session() as line:
        for _ in range(3):
            line.post(
                f"{simulator.url}/bot{TOKEN}/sendMessage",
                json={"chat_id": ASHA, "text": "Habari"},
                timeout=PATIENCE,
            )
    counters = town.telegram()["counters"]
    assert counters["sends"] == [{"user": ASHA, "text": "Habari", "count": 3}]
    assert (counters["calls"], counters["sent"], counters["floods"], counters["connections"]) == (
        {"sendMessage": 3},
        3,
        0,
        1,
    )
