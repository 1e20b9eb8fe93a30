"""What people do on Telegram, and how it reaches the hotline: posted to it or fetched by it."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import telegram

from simulator.client import Chat, NotPossible, Town
from simulator.server import Simulator
from tests.scenery.pretend import Said
from tests.scenery.telegrams import Listening, Update, call, declined, done
from tests.scenery.waiting import PATIENCE, wait_until

SECRET = "a-secret_1"


@pytest.fixture
def listening() -> Iterator[Listening]:
    listening = Listening()
    yield listening
    listening.close()


@pytest.fixture
def asha(town: Town) -> Chat:
    return town.chat(7001, "Asha Wanjiru", "+254711000111", "sw")


@pytest.fixture
def posted(simulator: Simulator, listening: Listening) -> Listening:
    done(call(simulator, "setWebhook", url=listening.url, secret_token=SECRET))
    return listening


def fetched(simulator: Simulator, **fields: Any) -> list[telegram.Update]:
    """The updates, as python-telegram-bot understands them."""
    return [telegram.Update.de_json(update, None) for update in done(call(simulator, "getUpdates", **fields))]


def texts(updates: list[Update]) -> list[str]:
    return [update["message"]["text"] for update in updates]


def test_start_is_a_message_like_any_other(simulator: Simulator, asha: Chat) -> None:
    asha.start("invite-1")
    (update,) = fetched(simulator)
    message = update.message
    assert message
    assert message.from_user
    assert (message.text, message.chat.type, message.from_user.language_code, message.from_user.is_bot) == (
        "/start invite-1",
        "private",
        "sw",
        False,
    )
    assert message.parse_entities() == {message.entities[0]: "/start"}
    assert abs(message.date.timestamp() - time.time()) < 60
    assert message.reply_to_message is None


def test_everything_that_a_person_can_send_is_understood(simulator: Simulator, asha: Chat) -> None:
    asha.start()
    asha.say("Habari", forwarded_from="Juma")
    asha.edit(asha.messages[-1].id, "Habari yako")
    asha.share_location(-0.2987, 36.0434)
    asha.share_contact()
    asha.share_contact(number="0722 000 101", user_id=None, name="Sgt. Kipruto")
    asha.photo(b"no picture at all", "What I saw")
    asha.voice(b"OggS", 7)
    asha.document(size=3_000_000, file_name="film.mp4", mime_type="video/mp4")
    asha.sticker()
    (_, said, edited, place, own, other, photo, voice, document, sticker) = [
        update.effective_message for update in fetched(simulator)
    ]
    assert said
    assert (said.text, said.forward_origin.sender_user_name) == ("Habari", "Juma")  # type: ignore[union-attr]
    assert edited
    assert (edited.text, edited.message_id) == ("Habari yako", said.message_id)
    assert edited.edit_date
    assert place
    assert place.location
    assert (place.location.latitude, place.location.longitude) == (-0.2987, 36.0434)
    assert own
    assert own.contact == telegram.Contact("254711000111", "Asha", "Wanjiru", 7001)
    assert other
    assert other.contact == telegram.Contact("0722 000 101", "Sgt.", "Kipruto")
    assert other.contact.user_id is None
    assert photo
    assert (photo.caption, photo.photo[-1].file_size) == ("What I saw", 17)
    assert voice
    assert (voice.voice.file_size, voice.voice.mime_type) == (4, "audio/ogg")  # type: ignore[union-attr]
    assert document
    assert document.document
    assert (document.document.file_name, document.document.file_size) == ("film.mp4", 3_000_000)
    assert sticker
    assert sticker.sticker.emoji == "👍"  # type: ignore[union-attr]


def test_a_tap_carries_the_whole_message(simulator: Simulator, asha: Chat) -> None:
    asha.start()
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    sent = done(call(simulator, "sendMessage", chat_id=7001, text="Sure?", reply_markup=keyboard))
    asha.tap("Yes")
    query = fetched(simulator)[-1].callback_query
    assert query
    assert query.message
    assert (query.data, query.from_user.id, query.message.message_id) == ("y", 7001, sent["message_id"])
    assert query.message.reply_markup.inline_keyboard[0][0].text == "Yes"  # type: ignore[attr-defined]
    assert query.chat_instance


def test_a_button_that_is_gone_can_only_be_tapped_on_purpose(simulator: Simulator, asha: Chat) -> None:
    asha.start()
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    sent = done(call(simulator, "sendMessage", chat_id=7001, text="Sure?", reply_markup=keyboard))
    done(call(simulator, "editMessageText", chat_id=7001, message_id=sent["message_id"], text="Over"))
    with pytest.raises(NotPossible, match="no button"):
        asha.tap("Yes")
    asha.tap("y", sent["message_id"], stale=True)
    assert fetched(simulator)[-1].callback_query.data == "y"  # type: ignore[union-attr]


def test_blocking_and_unblocking_is_told(simulator: Simulator, asha: Chat) -> None:
    asha.start()
    asha.block()
    asha.block()
    with pytest.raises(NotPossible, match="blocked"):
        asha.say("Hello")
    with pytest.raises(NotPossible, match="blocked"):
        asha.sticker()
    asha.say("/start again")
    changes = [update.my_chat_member for update in fetched(simulator) if update.my_chat_member]
    assert [(change.old_chat_member.status, change.new_chat_member.status) for change in changes] == [
        ("member", "kicked"),
        ("kicked", "member"),
    ]
    assert texts(done(call(simulator, "getUpdates", offset=-1))) == ["/start again"]


def test_before_start_nothing_can_be_said(asha: Chat) -> None:
    with pytest.raises(NotPossible, match="not begun"):
        asha.say("Hello")
    asha.say("/start")
    asha.say("Hello")
    assert [message.text for message in asha.messages] == ["/start", "Hello"]


def test_fetching_confirms_what_came_before(simulator: Simulator, asha: Chat) -> None:
    asha.start()
    for text in ("one", "two", "three"):
        asha.say(text)
    first = done(call(simulator, "getUpdates", limit=2))
    assert texts(first) == ["/start", "one"]
    assert texts(done(call(simulator, "getUpdates", limit=2))) == ["/start", "one"], "nothing was confirmed"
    rest = done(call(simulator, "getUpdates", offset=first[-1]["update_id"] + 1))
    assert texts(rest) == ["two", "three"]
    assert [update["update_id"] for update in first + rest] == list(
        range(first[0]["update_id"], first[0]["update_id"] + 4)
    )


def test_whoever_waits_is_answered_at_once(simulator: Simulator, asha: Chat) -> None:
    answers: list[list[Update]] = []
    waiting = threading.Thread(target=lambda: answers.append(done(call(simulator, "getUpdates", timeout=9))))
    waiting.start()
    wait_until(
        lambda: simulator.network.telegram.counters()["calls"] == {"getUpdates": 1},
        "somebody waits for updates",
    )
    asha.start()
    waiting.join(PATIENCE)
    assert texts(answers[0]) == ["/start"]


def test_updates_are_posted_or_fetched_but_not_both(simulator: Simulator, posted: Listening) -> None:
    answer = call(simulator, "getUpdates")
    assert (answer.status_code, declined(answer)) == (
        409,
        (
            "Conflict: can't use getUpdates method while webhook is "
            "active; use deleteWebhook to delete the webhook first"
        ),
    )
    done(call(simulator, "deleteWebhook"))
    assert done(call(simulator, "getUpdates")) == []


def test_whoever_fetches_first_gives_way_to_the_next(simulator: Simulator) -> None:
    answers: list[requests.Response] = []
    waiting = threading.Thread(target=lambda: answers.append(call(simulator, "getUpdates", timeout=9)))
    waiting.start()
    wait_until(lambda: simulator.network.telegram.updates._polls == 1, "somebody waits for updates")
    done(call(simulator, "getUpdates"))
    waiting.join(PATIENCE)
    assert (
        declined(answers[0])
        == "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )


@pytest.mark.parametrize(
    ("url", "secret", "words"),
    [
        ("http://example.org/x", "", "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            "https://example.org:8000/x",
            "",
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        ("https://example.org/x", "no spaces", "secret token contains unallowed characters"),
    ],
)
def test_an_address_for_updates_has_to_be_safe(
    simulator: Simulator, url: str, secret: str, words: str
) -> None:
    assert declined(call(simulator, "setWebhook", url=url, secret_token=secret)) == f"Bad Request: {words}"


def test_an_update_is_posted_with_the_secret(asha: Chat, posted: Listening) -> None:
    asha.start()
    (update,) = posted.waited_for_updates(1)
    assert update["message"]["text"] == "/start"
    assert (
        posted.posts[0].headers["x-telegram-bot-api-secret-token"],
        posted.posts[0].headers["content-type"],
    ) == (
        SECRET,
        "application/json",
    )


def test_what_waited_comes_as_soon_as_there_is_an_address(
    simulator: Simulator, asha: Chat, listening: Listening
) -> None:
    asha.start()
    asha.say("still here")
    assert done(call(simulator, "getWebhookInfo"))["pending_update_count"] == 2
    done(call(simulator, "setWebhook", url=listening.url))
    assert texts(listening.waited_for_updates(2)) == ["/start", "still here"]


def test_what_waited_can_be_dropped(simulator: Simulator, asha: Chat, listening: Listening) -> None:
    asha.start()
    done(call(simulator, "setWebhook", url=listening.url, drop_pending_updates=True))
    asha.say("new")
    assert texts(listening.waited_for_updates(1)) == ["new"]


def test_one_chat_waits_for_its_turn_and_the_others_do_not(town: Town, asha: Chat, posted: Listening) -> None:
    refused = iter([Said(status=503), Said(status=307, headers={"Location": "/elsewhere"})])
    posted.take = lambda update: next(refused, Said()) if update["message"]["chat"]["id"] == 7001 else Said()
    asha.start()
    asha.say("second")
    other = town.chat(7002, "Juma")
    other.start()
    posts = posted.waited_for_updates(5)
    mine = [update for update in posts if update["message"]["chat"]["id"] == 7001]
    assert texts(mine) == ["/start", "/start", "/start", "second"]
    assert len({update["update_id"] for update in mine}) == 2
    assert {post.path for post in posted.posts} == {"/telegram"}, "nobody is sent elsewhere"
    assert posts.index(next(update for update in posts if update not in mine)) < 4, (
        "nobody waits for somebody else's turn"
    )
    assert (
        "503" in town.telegram()["webhook"]["last_error_message"]
        or "307" in town.telegram()["webhook"]["last_error_message"]
    )


def test_the_next_update_of_a_chat_waits_for_a_slow_answer(asha: Chat, posted: Listening) -> None:
    posted.take = lambda _: Said(seconds=0.2)
    asha.start()
    posted.waited_for_updates(1)
    asha.say("second")
    assert texts(posted.waited_for_updates(2)) == ["/start", "second"]


def test_every_update_may_come_twice(town: Town, asha: Chat, posted: Listening) -> None:
    town.trouble(twice=True)
    asha.start()
    first, second = posted.waited_for_updates(2)
    assert first == second


def test_only_what_was_asked_for_comes(simulator: Simulator, asha: Chat, listening: Listening) -> None:
    done(call(simulator, "setWebhook", url=listening.url, allowed_updates=["my_chat_member"]))
    asha.start()
    asha.block()
    (update,) = listening.waited_for_updates(1)
    assert set(update) == {"update_id", "my_chat_member"}


def test_another_companys_bad_day_is_not_telegrams(town: Town, asha: Chat, posted: Listening) -> None:
    town.trouble(carrier_down=True)
    asha.start()
    assert len(posted.waited_for_updates(1)) == 1


def test_while_telegram_is_down_nothing_goes_and_nothing_is_lost(
    simulator: Simulator, town: Town, asha: Chat, posted: Listening
) -> None:
    town.trouble(telegram_down=True)
    asha.start()
    with pytest.raises(requests.ConnectionError):
        call(simulator, "getMe")
    wait_until(lambda: simulator.network.telegram.updates._agenda._due, "it is put off")
    assert not posted.posts, "it was put off"
    town.calm()
    assert texts(posted.waited_for_updates(1)) == ["/start"]


def test_an_odd_update_can_be_put_in(town: Town, posted: Listening) -> None:
    channel = {"id": -1001, "type": "channel", "title": "News"}
    town.inject({"update_id": 5, "channel_post": {"message_id": 1, "date": 1, "chat": channel, "text": "x"}})
    assert posted.waited_for_updates(1) == [
        {"update_id": 5, "channel_post": {"message_id": 1, "date": 1, "chat": channel, "text": "x"}}
    ]


def test_the_page_hears_of_a_change_in_a_chat(simulator: Simulator, town: Town, asha: Chat) -> None:
    asha.start()
    row = asha.row
    assert asha.row["version"] == row["version"], "looking changes nothing"
    done(call(simulator, "sendMessage", chat_id=7001, text="Karibu"))
    assert asha.row_after(row["version"], 10)["unread"] == 1
    asha.read()
    assert asha.row["unread"] == 0
    view = town.ask("GET", "/town")
    assert (view["bot"], [chat["user"] for chat in view["chats"]]) == ("itikia_bot", [7001])


def test_waiting_for_words_sees_edits(simulator: Simulator, asha: Chat) -> None:
    asha.start()
    sent = done(call(simulator, "sendMessage", chat_id=7001, text="Wait"))
    with pytest.raises(TimeoutError):
        asha.wait_for("Done", seconds=0.1)
    done(call(simulator, "editMessageText", chat_id=7001, message_id=sent["message_id"], text="Done"))
    assert asha.wait_for("Done").id == sent["message_id"]
    assert asha.screen == "Done"


def test_a_reset_forgets_chats_but_not_where_updates_go(
    simulator: Simulator, town: Town, asha: Chat, posted: Listening
) -> None:
    simulator.network.telegram.chats.expect(42, "Juma", "")
    asha.start()
    posted.waited_for_updates(1)
    town.reset()
    assert [chat.row["name"] for chat in town.chats()] == ["Juma"]
    Chat(town, 42).start()
    assert posted.waited_for_updates(2)[-1]["message"]["chat"]["id"] == 42


@pytest.mark.parametrize(
    ("act", "body"),
    [("dance", {}), ("photo", {"content": "?"}), ("location", {"latitude": 91, "longitude": 0})],
)
def test_what_cannot_be_read_is_said(town: Town, asha: Chat, act: str, body: dict[str, Any]) -> None:
    asha.start()
    with pytest.raises(NotPossible):
        town.ask("POST", f"/chats/7001/{act}", body)
