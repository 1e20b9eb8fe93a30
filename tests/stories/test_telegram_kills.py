"""On Telegram too a process dies at the worst moment: what somebody
wrote is done once, and what is written to them comes in good order."""

import asyncio
import random
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import redis
import requests
from redis.exceptions import ConnectionError as Away
from sqlalchemy import func, select

from bot.budgets import AT_ONCE
from bot.intake import LOCK, Intake
from bot.stream import STREAM, take_in
from bot.talks import Why
from hotline.cases.case import Case, CaseState, Entry
from hotline.cases.liaison_menus import I_HAVE_IT
from hotline.cli.running import SIMULATED_TOKEN
from hotline.core.crypto import Vault
from hotline.core.i18n import say
from hotline.core.redis_link import RedisPipeline
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import Message, MessageState
from hotline.messaging.seen import Arrival
from simulator.client import Chat
from simulator.shown import ChatMessage
from tests.scenery.stack import Stack, running
from tests.scenery.waiting import PATIENCE, wait_until

pytestmark = [pytest.mark.kill, pytest.mark.timeout(1800)]

POLLING = {"TELEGRAM_TOKEN": SIMULATED_TOKEN}
DOOR = {**POLLING, "PUBLIC_URL": "yes"}
SEED = 20261121

FIRST = ("English", "Report something", "Go on here", "Violence or a gathering")
THEN = ("{details}", "Yes", "No")
KAPTEMBWO, KAWANGWARE = ("kaptembwo", "Kaptembwo, Nakuru"), ("kawangware", "Kawangware, Nairobi")
"""Who answers for the one is on Telegram in some of these tests; who answers for the other never is."""
UPDATES = 1 + len(FIRST) + len(KAPTEMBWO) + len(THEN)
"""That make a report: START, and what is written."""
KIPRUTO, ACHIENG = (7901, "+254722000101"), (7902, "+254722000102")
"""The liaisons on duty for Kaptembwo: their accounts on Telegram, and the numbers by which we know them."""
OTIENO = "+254722000111"
"""The one for Kawangware, on a simple phone."""


class Citizen(Chat):
    """Reports violence in Kaptembwo, and writes faster than anybody could answer."""

    def __init__(self, stack: Stack, user: int, details: str = "") -> None:
        super().__init__(stack.town, stack.town.chat(user, f"Citizen {user}").user)
        self.details = details or f"report {user}"

    def write(self, words: Sequence[str]) -> None:
        for each in words:
            self.say(each.format(details=self.details))

    def report_in(self, *place: str) -> None:
        self.start()
        self.write((*FIRST, *place, *THEN))

    @property
    def said(self) -> list[str]:
        """What the bot has said and not taken back, the oldest first."""
        return [message.text for message in self.messages if not message.mine]

    @property
    def screen(self) -> str:
        """The newest message of the conversation: a text about the case is none."""
        return next(text for text in reversed(self.said) if not re.match(r"\d{4}-\d{4}: ", text))


@contextmanager
def hotline(folder: Path, settings: dict[str, str]) -> Iterator[Stack]:
    """A hotline on Telegram, which takes messages as fast as they come."""
    with running(folder, settings) as stack:
        stack.town.trouble(telegram_unlimited=True)
        yield stack


def _arrived(stack: Stack) -> int:
    """How many updates have been done."""
    with stack.database.reading() as session:
        return session.scalar(select(func.count()).where(Arrival.key.startswith("telegram:"))) or 0


def _is_done(stack: Stack) -> bool:
    """Whether every update has been done, and every message left or never will."""
    if stack.town.telegram()["webhook"]["pending_update_count"] or _in_stream(stack):
        return False
    with stack.database.reading() as session:
        waiting = select(Message.id).where(Message.state.in_((MessageState.WAITING, MessageState.SENDING)))
        return session.scalars(waiting.limit(1)).first() is None and not _to_open(session)


def _to_open(session: Any) -> bool:
    dispatched = select(Entry.case_id).where(Entry.what == "dispatched")
    return session.scalars(select(Case.id).where(Case.id.not_in(dispatched)).limit(1)).first() is not None


def _in_stream(stack: Stack) -> int:
    try:
        with redis.Redis(unix_socket_path=str(stack.settings.redis_socket)) as queue:
            return int(queue.xlen(STREAM))
    except redis.RedisError:
        return 1


def _judge(stack: Stack, citizens: Sequence[Citizen]) -> None:
    """Each report is one case, taken up once, and its chat ends with its number."""
    with stack.database.reading() as session:
        known = {case.details(stack.settings.keys): case.spoken for case in session.scalars(select(Case))}
        number = session.scalar(select(func.count()).select_from(Case))
        happened = Counter((each.case_id, each.what) for each in session.scalars(select(Entry)))
    assert sorted(known) == sorted(citizen.details for citizen in citizens)
    assert number == len(citizens)
    assert set(happened.values()) == {1}, "whatever happened to a case happened once"
    for citizen in citizens:
        assert citizen.screen.startswith(f"Case {known[citizen.details]}. "), citizen.said


def test_the_bot_and_the_queue_die_while_telegram_brings_three_hundred_updates(folder: Path) -> None:
    with hotline(folder, DOOR) as stack:
        citizens = [Citizen(stack, 7100 + row) for row in range(30)]
        for citizen in citizens:
            citizen.start()
            citizen.write(FIRST)
        _kill_bot_after(stack, 40)
        with stack.without("queue"):
            for citizen in citizens:
                citizen.write((*KAPTEMBWO, *THEN))
            wait_until(
                lambda: "503" in stack.town.telegram()["webhook"].get("last_error_message", ""),
                "the door says: come again",
            )
        _kill_bot_after(stack, 140)
        _kill_bot_after(stack, 240)
        wait_until(lambda: _is_done(stack), "all is done")
        assert _arrived(stack) == 30 * UPDATES
        _judge(stack, citizens)


def _kill_bot_after(stack: Stack, updates: int) -> None:
    wait_until(lambda: _arrived(stack) >= updates, f"{updates} updates are done")
    assert _in_stream(stack), "it dies with its hands full"
    stack.kill("bot")


def test_the_bot_dies_while_it_fetches_updates_that_come_twice(folder: Path) -> None:
    with hotline(folder, POLLING) as stack:
        stack.town.trouble(twice=True)
        citizens = [Citizen(stack, 7100 + row) for row in range(10)]
        for citizen in citizens:
            citizen.start()
            citizen.write(FIRST)
        _kill_bot_after(stack, 15)
        for citizen in citizens:
            citizen.write((*KAPTEMBWO, *THEN))
        stack.kill("queue")
        wait_until(lambda: _is_done(stack), "all is done")
        assert _arrived(stack) == 10 * UPDATES
        _judge(stack, citizens)
        citizens.append(_brought_thrice(stack))
        wait_until(lambda: _is_done(stack), "all is done")
        _judge(stack, citizens)
        sends = stack.town.telegram()["counters"]["sends"]
        assert sum(each["count"] for each in sends if each["user"] == citizens[-1].user) == UPDATES, (
            "each screen was shown once"
        )


def _brought_thrice(stack: Stack) -> Citizen:
    """A report of which each update is posted to the door by three at the same moment."""
    citizen = Citizen(stack, 7200)
    citizen.start()
    citizen.wait_for("Lugha")
    person = {"id": citizen.user, "is_bot": False, "first_name": "Citizen"}
    with ThreadPoolExecutor(3) as three:
        for number, words in enumerate((*FIRST, *KAPTEMBWO, *THEN), 1):
            chat = {"id": citizen.user, "type": "private", "first_name": "Citizen"}
            message = {"message_id": 10_000 + number, "date": 1_790_000_000, "chat": chat, "from": person}
            update = {
                "update_id": number,
                "message": {**message, "text": words.format(details=citizen.details)},
            }
            assert list(three.map(_bring, [stack] * 3, [update] * 3)) == [200] * 3
    return citizen


def _bring(stack: Stack, update: dict[str, Any]) -> int:
    secret = {"X-Telegram-Bot-Api-Secret-Token": stack.settings.telegram_secret}
    return requests.post(f"{stack.url}/telegram", json=update, headers=secret, timeout=PATIENCE).status_code


# -------------------------------------------------------------------------------------------------- the order


class Written:
    """Takes updates as the bot does, at a pace that no two share,
    and writes down the order in which each chat's were begun."""

    def __init__(self, most: int = 0) -> None:
        self.by_chat: dict[int, list[int]] = defaultdict(list)
        self.at_once: Counter[int] = Counter()
        self.most_at_once = 0
        self._dice, self._most, self._number = random.Random(SEED), most, 0
        self.enough = asyncio.Event()

    async def do(self, update: dict[str, Any]) -> None:
        chat, number = update["message"]["chat"]["id"], update["update_id"]
        self.at_once[chat] += 1
        self.most_at_once = max(self.most_at_once, self.at_once[chat])
        self.by_chat[chat].append(number)
        self._number += 1
        if self._number == self._most:
            self.enough.set()
        try:
            await asyncio.sleep(self._dice.choice((0, 0, 0.001, 0.01)))
            if self._dice.random() < 0.02:
                raise Away("for a moment")
        finally:
            self.at_once[chat] -= 1

    async def sorry(self, update: dict[str, Any], why: Why) -> None:
        raise AssertionError(why)


CHATS, EACH = 20, 50


def test_fifty_messages_in_each_of_twenty_chats_are_done_in_order_though_whoever_does_them_dies_halfway(
    redis_url: str,
) -> None:
    vault = Vault(bytes(32))
    with redis.Redis.from_url(redis_url) as queue:
        queue.flushall()
        _bring_all(redis_url, vault)
        first = Written(most=CHATS * EACH // 2)
        asyncio.run(_taken(redis_url, vault, first))
        left = queue.xlen(STREAM)
        queue.delete(LOCK)  # as time would
        second = Written()
        asyncio.run(_taken(redis_url, vault, second, queue))
    assert 0 < left < CHATS * EACH
    assert first.most_at_once == second.most_at_once == 1, "in a chat one after another"
    for chat in range(CHATS):
        whole = list(range(chat * EACH, (chat + 1) * EACH))
        done = first.by_chat[chat] + second.by_chat[chat]
        assert sorted(set(done)) == whole, "none is lost"
        assert done == sorted(done), "none comes before an earlier one; what was in hand is done again"


def _bring_all(redis_url: str, vault: Vault) -> None:
    trips = RedisPipeline(redis_url)
    for turn in range(EACH):
        for chat in range(CHATS):
            message = {"message_id": 1, "chat": {"id": chat, "type": "private"}, "text": f"{turn}"}
            assert take_in(trips, vault, {"update_id": chat * EACH + turn, "message": message})
    trips.close()


async def _taken(redis_url: str, vault: Vault, written: Written, queue: "redis.Redis | None" = None) -> None:
    """Have the stream worked on; until it is empty, or until enough
    is done. Then whatever goes on is broken off, as by a death."""
    intake = Intake(redis_url, vault, written.do, written.sorry, asyncio.Event())
    taking = asyncio.create_task(intake.run())
    async with asyncio.timeout(PATIENCE):
        while queue.xlen(STREAM) if queue else not written.enough.is_set():
            await asyncio.sleep(0.001)
            assert not taking.done()
    under_way = asyncio.all_tasks() - {asyncio.current_task()}
    for task in under_way:
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)
    await intake._redis.aclose()


# ----------------------------------------------------------------------------------------------- the messages


PLACES = ("Kaptembwo", "London", "Rhoda", "Barut", "Shaabab")
"""In each one thing is reported, so that no two are one event; one station answers for all."""


class Officer(Chat):
    """A liaison who answers for Kaptembwo by Telegram."""

    def __init__(self, stack: Stack, user: int, number: str) -> None:
        super().__init__(stack.town, stack.town.chat(user, f"Liaison {user}", number).user)
        self.start()
        self.say("/liaison")
        wait_until(lambda: self.row["keyboard"], "there is a button that shares a number")
        self.tap("Share my number")
        self.wait_for("Kaptembwo Police Station")

    @property
    def cards(self) -> list[ChatMessage]:
        """What puts a case before them: nothing else is protected from being passed on."""
        return [message for message in self.messages if message.protected]


def _cards(officers: Sequence[Officer], details: str) -> int:
    """How often a case was put before somebody. A card shows what was reported for as long as it is open."""
    return sum(details in card.text for officer in officers for card in officer.cards)


@dataclass(frozen=True)
class Death:
    """Where the one that delivers dies with one message in its hands, and what becomes of that message."""

    place: str
    kind: MessageKind
    times: int
    """It comes so often."""
    state: str

    @property
    def details(self) -> str:
        return f"{self.kind} {self.place}"


DEATHS = [
    Death("after-lease", MessageKind.CASE, 0, MessageState.UNKNOWN),
    Death("after-send", MessageKind.CASE, 1, MessageState.UNKNOWN),
    Death("before-record", MessageKind.CASE, 1, MessageState.UNKNOWN),
    Death("after-lease", MessageKind.DISPATCH, 1, MessageState.SENT),
    Death("after-send", MessageKind.DISPATCH, 2, MessageState.SENT),
    Death("before-record", MessageKind.DISPATCH, 2, MessageState.SENT),
    Death("after-pop", MessageKind.CASE, 1, MessageState.SENT),
    Death("after-pop", MessageKind.DISPATCH, 1, MessageState.SENT),
]


def test_wherever_it_dies_a_liaison_is_told_twice_rather_than_never_and_a_citizen_never_twice(
    folder: Path,
) -> None:
    with hotline(folder, DOOR) as stack:
        officers = [Officer(stack, *KIPRUTO), Officer(stack, *ACHIENG)]
        for row, death in enumerate(DEATHS):
            has_died = stack.arm("bot deliver", death.place)
            if death.kind == MessageKind.DISPATCH:
                stack.gateway(f"+2547110003{row:02}").report(
                    death.details, text=False, place=PLACES[row % len(PLACES)]
                )
            else:
                Citizen(stack, 7300 + row, death.details).report_in(*KAWANGWARE)
                _taken_by_text(stack, death.details)
            wait_until(has_died, f"it dies {death}")
        wait_until(lambda: _is_done(stack), "every message left, or nobody knows")
        for row, death in enumerate(DEATHS):
            told = (
                _cards(officers, death.details)
                if death.kind == MessageKind.DISPATCH
                else _told(stack, 7300 + row)
            )
            assert told == death.times, death
            assert _states(stack, death) == [death.state], death


def _taken_by_text(stack: Stack, details: str) -> None:
    """Whoever answers for Kawangware takes the case, on a simple phone."""
    text = stack.town.phone(OTIENO).wait_for_text(f" {details}\n")
    asked = re.search(r"1 (\w+) = ", text.body)
    assert asked is not None
    stack.town.phone(OTIENO).text(stack.town.short_code, f"1 {asked[1]}")


def _told(stack: Stack, user: int) -> int:
    """How often a citizen was told that somebody has the case."""
    sends = stack.town.telegram()["counters"]["sends"]
    return sum(
        each["count"] for each in sends if each["user"] == user and "somebody is seeing to it" in each["text"]
    )


def _states(stack: Stack, death: Death) -> list[str]:
    """What is written of the messages of a case, but for those that were never to leave."""
    with stack.database.reading() as session:
        case = next(
            case
            for case in session.scalars(select(Case))
            if case.details(stack.settings.keys) == death.details
        )
        written = select(Message.state).where(Message.case_id == case.id, Message.kind == death.kind)
        return list(session.scalars(written))


FLOOD = 15
"""Seconds for which Telegram wants to hear nothing, at least."""
DANGER = ("English", "Danger to life now", "Go on here", *KAWANGWARE, "Yes")
"""A question whether help came goes out at any hour where it was about life."""


def test_while_telegram_wants_to_hear_nothing_we_are_silent_and_afterwards_cases_go_before_bulk(
    folder: Path,
) -> None:
    with hotline(folder, DOOR) as stack:
        officers = [Officer(stack, *KIPRUTO), Officer(stack, *ACHIENG)]
        began = time.monotonic()
        asked = [Citizen(stack, 7400 + row) for row in range(40)]
        asking = [Citizen(stack, 7500 + row) for row in range(6)]
        for citizen in asked:
            citizen.start()
            citizen.write(DANGER)
        for citizen in asking:
            citizen.start()
            citizen.write(("English",))
        words = _words(stack, len(asked))
        _text_each(stack, "1", words)
        wait_until(
            lambda: _is_done(stack) and all(_told(stack, citizen.user) for citizen in asked),
            "somebody has each case",
        )

        # What happens meanwhile is less than what has happened so far.
        long_enough = max(FLOOD, time.monotonic() - began)
        stack.town.trouble(telegram=[{"kind": "flood", "seconds": long_enough}])
        for citizen in asking[:3]:
            citizen.say("/case")
        stack.gateway("+254711000400").report("card 0", text=False, place=PLACES[0])
        wait_until(lambda: _floods(stack), "Telegram has said so")
        _text_each(stack, "3", words)
        wait_until(
            lambda: _written(stack, MessageKind.FOLLOW_UP) == len(asked),
            "each of them is to be asked whether help came",
        )
        for citizen in asking[3:]:
            citizen.say("/case")
        for row in range(1, 5):
            stack.gateway(f"+2547110004{row:02}").report(f"card {row}", text=False, place=PLACES[row])
        wait_until(
            lambda: _written(stack, MessageKind.DISPATCH) == len(asked) + 5,
            "each case is to be put before somebody",
        )
        assert "flood" in stack.town.ask("GET", "/troubles")["telegram"], "all of that happened meanwhile"

        wait_until(lambda: _is_done(stack), "all is done")
        wait_until(
            lambda: all(citizen.screen.startswith("Key in") for citizen in asking),
            "everybody has their answer",
        )
        assert _floods(stack) <= 4, "only those that were under way were told to wait"
        shown = Counter(
            {
                (each["user"], each["text"]): each["count"]
                for each in stack.town.telegram()["counters"]["sends"]
            }
        )
        questions = [citizen.wait_for("did help come?").id for citizen in asked]
        cards = [card.id for officer in officers for card in officer.cards]
        assert [_cards(officers, f"card {row}\n") for row in range(5)] == [1] * 5
        assert sum(count for (_user, text), count in shown.items() if "did help come?" in text) == len(asked)
        assert sum(count for (_user, text), count in shown.items() if text.startswith("Key in")) == len(
            asking
        )
        assert median(cards) < median(questions), "bulk was before them, and most of it was let wait"


def _floods(stack: Stack) -> int:
    """How often Telegram has told us to wait."""
    return int(stack.town.telegram()["counters"]["floods"])


def _written(stack: Stack, kind: MessageKind) -> int:
    with stack.database.reading() as session:
        return session.scalar(select(func.count()).where(Message.kind == kind)) or 0


def _words(stack: Stack, number: int) -> list[str]:
    """The words of as many cases as wait for the one with the simple phone."""
    phone = stack.town.phone(OTIENO)

    def found() -> list[str]:
        return [asked[1] for text in phone.inbox() if (asked := re.search(r"1 (\w+) = ", text.body))]

    wait_until(lambda: len(found()) == number, f"{number} cases wait")
    return found()


def _text_each(stack: Stack, step: str, words: Sequence[str]) -> None:
    for word in words:
        stack.town.phone(OTIENO).text(stack.town.short_code, f"{step} {word}")


# ------------------------------------------------------------------------------------------------- everything


SECONDS = 15
VICTIMS = ("bot", "bot", "bot deliver", "bot deliver", "web", "web worker", "work urgent", "clock", "queue")
TAKE = say(I_HAVE_IT[1], "sw")
"""What the button says in the language of both."""
PATIENT = 10
"""Turns of half a second."""


@dataclass
class Chaos:
    """What goes on at once."""

    stack: Stack
    officers: Sequence[Officer]
    over: threading.Event = field(default_factory=threading.Event)
    kills: Counter[str] = field(default_factory=Counter)

    def kill(self) -> None:
        """About once a second somebody dies."""
        dice = random.Random(SEED)
        for _ in range(SECONDS):
            self.over.wait(dice.uniform(0.7, 1.3))
            victim = dice.choice(VICTIMS)
            self.stack.kill(victim)
            self.kills[victim] += 1

    def report(self, citizens: Sequence[Citizen]) -> None:
        """One after another, as long as somebody dies."""
        for citizen in citizens:
            citizen.report_in(*KAPTEMBWO)
            self.over.wait(SECONDS / 2 / len(citizens))

    def acknowledge(self) -> None:
        """Each liaison takes whatever they are asked to take, and
        presses again after a while where nothing has come of it."""
        pressed: dict[int, int] = {}
        for turn in count():
            if self.over.wait(0.5):
                return
            for officer in self.officers:
                for card in officer.cards:
                    if TAKE in card.buttons and turn - pressed.get(card.id, -PATIENT) >= PATIENT:
                        pressed[card.id] = turn
                        officer.tap(TAKE, card.id, stale=True)


def test_everything_dies_all_the_time_and_everybody_on_telegram_has_one_case_and_one_answer(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hotline(folder, DOOR) as stack:
        officers = [Officer(stack, *KIPRUTO), Officer(stack, *ACHIENG)]
        citizens = [Citizen(stack, 7600 + row) for row in range(20)]
        chaos = Chaos(stack, officers)
        with ThreadPoolExecutor() as people:
            doing = [people.submit(chaos.report, citizens), people.submit(chaos.acknowledge)]
            try:
                chaos.kill()
                doing[0].result()
                wait_until(
                    lambda: _is_done(stack) and _acknowledged(stack) == len(citizens),
                    "every case is taken, and all is done",
                )
            finally:
                chaos.over.set()
            doing[1].result()
        _judge(stack, citizens)
        told = [_told(stack, citizen.user) for citizen in citizens]
        cards = sum(_cards(officers, f"{citizen.details}\n") for citizen in citizens)
        assert set(told) <= {0, 1}, "no citizen is told a thing twice"
        assert len(citizens) <= cards <= len(citizens) + chaos.kills["bot deliver"] * AT_ONCE
        doubt = told.count(0)
        with capsys.disabled():
            sums = f"{len(citizens)} reports, 0 lost, {chaos.kills.total()} kills, {cards} cards"
            print(f"\n{sums}, {doubt} citizens in doubt")  # noqa: T201


def _acknowledged(stack: Stack) -> int:
    with stack.database.reading() as session:
        return session.scalar(select(func.count()).where(Case.state == CaseState.ACKNOWLEDGED)) or 0
