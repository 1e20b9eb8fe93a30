"""Telegram's limits and bad days: floods, files, late and broken answers, and connections that are kept."""

import asyncio
import io
from collections.abc import Iterator

import pytest
import requests
from PIL import Image
from telegram import Bot
from telegram.error import BadRequest, RetryAfter, TimedOut
from telegram.request import HTTPXRequest

from simulator.client import Chat, NotPossible, Town
from simulator.floods import Limits
from simulator.network import Network
from simulator.server import Simulator
from tests.scenery.pretend import PretendHotline
from tests.scenery.telegrams import TOKEN, call, declined, done, with_bot
from tests.scenery.waiting import PATIENCE, wait_until

ASHA = 7001


@pytest.fixture
def asha(town: Town) -> Chat:
    chat = town.chat(ASHA, "Asha")
    chat.start()
    return chat


@pytest.fixture
def impatient(hotline: PretendHotline) -> Iterator[tuple[Simulator, Town]]:
    """A Telegram where nothing lasts, which takes eight messages
    in all and five for one chat, and then hardly any."""
    limits = Limits(everybody=0.01, everybody_burst=8, chat=0.01, path=0, query=0)
    with (
        Simulator(Network(hotline.callbacks, telegram_limits=limits)) as simulator,
        Town(simulator.url) as town,
    ):
        yield simulator, town


def send(simulator: Simulator, user: int = ASHA) -> requests.Response:
    return call(simulator, "sendMessage", chat_id=user, text="Habari")


def picture(side: int) -> bytes:
    Image.new("RGB", (side, side // 2)).save(kept := io.BytesIO(), "JPEG")
    return kept.getvalue()


def test_one_chat_takes_five_at_once_and_then_only_slowly(
    impatient: tuple[Simulator, Town], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    simulator, town = impatient
    asha = town.chat(ASHA)
    asha.start()
    answers = [send(simulator) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    after = answers[-1].json()["parameters"]["retry_after"]
    assert 1 <= after <= 100
    assert declined(answers[-1]) == f"Too Many Requests: retry after {after}"
    with pytest.raises(RetryAfter):
        with_bot(simulator, lambda bot: bot.send_message(ASHA, "Habari"))
    assert town.telegram()["counters"]["floods"] == 2
    asha.say("I am here")
    assert send(simulator).status_code == 200, "answering a person is no flood"


def test_edits_do_not_count_as_messages(simulator: Simulator, asha: Chat) -> None:
    place = {"chat_id": ASHA, "message_id": done(send(simulator))["message_id"]}
    assert [call(simulator, "editMessageText", **place, text=str(n)).status_code for n in range(8)] == [
        200
    ] * 8


def test_everybody_together_takes_only_so_many(impatient: tuple[Simulator, Town]) -> None:
    simulator, town = impatient
    for user in range(1, 10):
        town.chat(user).start()
    assert [send(simulator, user).status_code for user in range(1, 10)] == [200] * 8 + [429]
    town.trouble(telegram_unlimited=True)
    assert send(simulator, 9).status_code == 200


def test_a_tap_that_waited_too_long_cannot_be_answered(impatient: tuple[Simulator, Town]) -> None:
    simulator, town = impatient
    asha = town.chat(ASHA)
    asha.start()
    call(
        simulator,
        "sendMessage",
        chat_id=ASHA,
        text="?",
        reply_markup={"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]},
    )
    asha.tap("Yes")
    query = done(call(simulator, "getUpdates"))[-1]["callback_query"]["id"]
    assert declined(call(simulator, "answerCallbackQuery", callback_query_id=query)).startswith(
        "Bad Request: query is too old"
    )


def test_a_flood_on_demand_lasts_as_long_as_it_says(simulator: Simulator, town: Town, asha: Chat) -> None:
    message = done(send(simulator))["message_id"]
    town.trouble(telegram=[{"kind": "flood", "seconds": 30}])
    assert 1 < send(simulator).json()["parameters"]["retry_after"] <= 30
    assert call(simulator, "editMessageText", chat_id=ASHA, message_id=message, text="x").status_code == 429
    assert call(simulator, "getChat", chat_id=ASHA).status_code == 200
    assert town.ask("GET", "/troubles")["telegram"] == ["flood"]
    town.calm()
    assert send(simulator).status_code == 200
    town.trouble(telegram=[{"kind": "flood", "seconds": 0.1}])
    wait_until(lambda: send(simulator).status_code == 200, "the flood is over")


def test_a_slow_answer_comes_after_the_message(simulator: Simulator, town: Town, asha: Chat) -> None:
    town.trouble(telegram=[{"kind": "slow", "seconds": 30}])
    with pytest.raises(TimedOut):
        with_bot(simulator, lambda bot: bot.send_message(ASHA, "Habari", read_timeout=0.1))
    assert asha.wait_for("Habari").text == "Habari"
    assert town.ask("GET", "/troubles")["telegram"] == []


def test_a_silent_answer_never_comes_but_the_message_does(
    simulator: Simulator, town: Town, asha: Chat
) -> None:
    town.trouble(telegram=[{"kind": "silent"}])
    with pytest.raises(requests.ConnectionError):
        send(simulator)
    assert asha.wait_for("Habari").text == "Habari"


def test_what_is_not_done_is_not_there(simulator: Simulator, town: Town, asha: Chat) -> None:
    town.trouble(telegram=[{"kind": "reset"}, {"kind": "error", "code": 502}, {"kind": "error"}])
    assert town.ask("GET", "/troubles")["telegram"] == ["reset", "error", "error"]
    call(simulator, "getMe")
    with pytest.raises(requests.ConnectionError):
        send(simulator)
    assert [declined(send(simulator)) for _ in range(2)] == ["Bad Gateway", "Internal Server Error"]
    assert all(message.mine for message in asha.messages)
    assert send(simulator).status_code == 200
    with pytest.raises(NotPossible, match="flood"):
        town.trouble(telegram=[{"kind": "sulk"}])


def test_a_picture_comes_in_sizes_and_can_be_had_by_a_real_bot(simulator: Simulator, asha: Chat) -> None:
    content = picture(800)
    asha.photo(content, "What I saw")
    sizes = done(call(simulator, "getUpdates"))[-1]["message"]["photo"]
    assert [(size["width"], size["height"]) for size in sizes] == [(90, 45), (320, 160), (800, 400)]

    async def download(bot: Bot) -> bytes:
        return bytes(await (await bot.get_file(sizes[-1]["file_id"])).download_as_bytearray())

    assert with_bot(simulator, download) == content
    shown = requests.get(simulator.url + asha.row["messages"][-1]["url"], timeout=PATIENCE)
    assert (shown.content, shown.headers["Content-Type"], shown.headers["X-Content-Type-Options"]) == (
        content,
        "image/jpeg",
        "nosniff",
    )


def test_a_bot_sends_pictures_and_voices(simulator: Simulator, asha: Chat) -> None:
    async def talk(bot: Bot) -> str:
        sent = await bot.send_photo(
            ASHA, picture(100), "<b>Evidence</b>", parse_mode="HTML", protect_content=True
        )
        await bot.send_voice(ASHA, b"OggS and so on", duration=3)
        again = await bot.send_photo(ASHA, sent.photo[-1].file_id)
        return sent.caption_html + str(len(again.photo))

    assert with_bot(simulator, talk) == "<b>Evidence</b>2"
    shown = [message for message in asha.row["messages"] if not message["mine"]]
    assert [(message["kind"], message["html"], message["protected"]) for message in shown] == [
        ("photo", "<b>Evidence</b>", True),
        ("voice", "", False),
        ("photo", "", False),
    ]
    assert requests.get(simulator.url + shown[1]["url"], timeout=PATIENCE).content == b"OggS and so on"
    url = f"{simulator.url}/bot{TOKEN}/sendPhoto"
    too_long = requests.post(
        url, data={"chat_id": ASHA, "caption": "x" * 1025}, files={"photo": picture(10)}, timeout=PATIENCE
    )
    assert declined(too_long) == "Bad Request: message caption is too long"
    assert (
        declined(call(simulator, "sendPhoto", chat_id=ASHA, photo="nothing"))
        == "Bad Request: wrong file identifier/HTTP URL specified"
    )


def test_a_file_of_more_than_twenty_megabytes_stays_there(simulator: Simulator, asha: Chat) -> None:
    asha.document(size=20 * 1024 * 1024 + 1)
    asha.document(size=5)
    large, small = (
        update["message"]["document"]["file_id"] for update in done(call(simulator, "getUpdates"))[-2:]
    )
    with pytest.raises(BadRequest, match="File is too big"):
        with_bot(simulator, lambda bot: bot.get_file(large))
    path = done(call(simulator, "getFile", file_id=small))["file_path"]
    assert requests.get(f"{simulator.url}/file/bot{TOKEN}/{path}", timeout=PATIENCE).content == bytes(5)
    assert requests.get(f"{simulator.url}/file/bot1000:wrong/{path}", timeout=PATIENCE).status_code == 401
    assert declined(call(simulator, "getFile", file_id="nothing")) == "Bad Request: invalid file_id"


def test_the_address_of_a_file_does_not_live_for_ever(impatient: tuple[Simulator, Town]) -> None:
    simulator, town = impatient
    asha = town.chat(ASHA)
    asha.start()
    asha.voice(b"OggS")
    file = done(call(simulator, "getUpdates"))[-1]["message"]["voice"]["file_id"]
    path = done(call(simulator, "getFile", file_id=file))["file_path"]
    answer = requests.get(f"{simulator.url}/file/bot{TOKEN}/{path}", timeout=PATIENCE)
    assert (answer.status_code, declined(answer)) == (404, "Not Found")


def test_a_bot_keeps_its_connections(simulator: Simulator, town: Town, asha: Chat) -> None:
    town.trouble(telegram_unlimited=True)

    async def talk() -> None:
        request = HTTPXRequest(connection_pool_size=4)
        async with Bot(TOKEN, base_url=f"{simulator.url}/bot", request=request) as bot:
            for _ in range(5):
                await asyncio.gather(*(bot.send_message(ASHA, "Habari") for _ in range(4)))

    asyncio.run(talk())
    assert 1 <= town.telegram()["counters"]["connections"] <= 4


def test_a_body_in_pieces_is_read_to_its_end(simulator: Simulator, town: Town, asha: Chat) -> None:
    url, headers = (
        f"{simulator.url}/bot{TOKEN}/sendMessage",
        {"Content-Type": "application/x-www-form-urlencoded"},
    )
    with requests.Session() as line:
        for _ in range(2):
            answer = line.post(
                url, data=iter([b"chat_id=7001&te", b"xt=Habari"]), headers=headers, timeout=PATIENCE
            )
            assert done(answer)["text"] == "Habari"
    assert town.telegram()["counters"]["connections"] == 1


def test_who_stops_hangs_up_on_everybody(hotline: PretendHotline) -> None:
    line = requests.Session()
    with Simulator(Network(hotline.callbacks)) as simulator:
        assert line.get(f"{simulator.url}/bot{TOKEN}/getMe", timeout=PATIENCE).ok
    with pytest.raises(requests.ConnectionError) as hung_up:
        line.get(f"{simulator.url}/bot{TOKEN}/getMe", timeout=PATIENCE)
    assert not isinstance(hung_up.value, requests.Timeout), "at once, and not when it has waited long enough"
    line.close()
