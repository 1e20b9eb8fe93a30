"""Whatever people, phones and processes do to calm messages, in whatever order: nobody gets one that they should not have, and none twice.

What is right is said here once more, from what people did and were told, and not by asking the hotline's own rules.
"""

import re
import shutil
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from itertools import combinations, count
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import insert, literal, or_, select, update
from sqlalchemy.orm import Session

from hotline import (
    approving,
    bodies,
    broadcasting,
    broadcasts,
    faults,
    liaisons,
    messages,
    news,
    outbox,
    people,
    previewing,
    sending,
    texts,
)
from hotline import subscriptions as news_of
from hotline.approving import Hand, Why
from hotline.areas import Areas
from hotline.broadcasts import Broadcast, Copy
from hotline.carriers import Meaning, Sending
from hotline.categories import Kind
from hotline.database import Database
from hotline.dialogues import committee
from hotline.dialogues.committee import ActOf, Compose, Deal
from hotline.jobs import Worker
from hotline.language import Words
from hotline.messages import Message
from hotline.outbox import Errand, Queue, What
from hotline.people import PHONE, TELEGRAM, Address
from hotline.settings import Settings
from hotline.subscriptions import Subscription
from hotline.work import Service, Work
from tests.builders import ACHIENG, CHEBET, DESK, KAPTEMBWO, KIPRUTO, MORNING, NJERI, WANJIKU
from tests.fakes import PretendCarrier
from tests.hotline.test_outbox import DIED
from tests.world import World, liaison

IS_LONG = how.get_current_profile_name() == "long"
RUNS = how(
    max_examples=10_000 if IS_LONG else 25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)  # fmt: skip
BATCH = 3

# ---------------------------------------------------------------------------------------------------------------- who there is

POST, OTIENO, KAREN, BARAKA, MERCY = (f"+2547220001{number}" for number in range(11, 16))
MORE_BODIES = [
    bodies.Listed("post", "Kaptembwo Police Post", Kind.POLICE, (KAPTEMBWO.code,), ()),
    bodies.Listed("elders", "Nakuru Elders", Kind.PEACE, ("KE032",), ()),
    bodies.Listed("county", "Nakuru County Office", Kind.COORDINATION, ("KE032",), ()),
    bodies.Listed("dagoretti", "Dagoretti Peace Committee", Kind.PEACE, ("KE047275",), ()),
]
MORE_LIAISONS = [
    liaisons.Listed("post", "Cpl. Rotich", POST, ("en",), True),
    liaisons.Listed("elders", "Mzee Otieno", OTIENO, ("sw",), True, also=("police",)),
    liaisons.Listed("county", "Ms. Karen", KAREN, ("en",), True),
    liaisons.Listed("peace", "Bw. Baraka", BARAKA, ("sw",), True, also=("women",)),
    liaisons.Listed("dagoretti", "Ms. Mercy", MERCY, ("en",), True),
]


@dataclass(frozen=True)
class One:
    """What everybody knows of a liaison."""

    bodies: frozenset[str]
    police: bool = False
    coordinates: bool = False


def one(*theirs: str, police: bool = False, coordinates: bool = False) -> One:
    return One(frozenset(theirs), police, coordinates)


EVERYBODY: dict[str, One] = {
    KIPRUTO: one("station", police=True),
    ACHIENG: one("station", police=True),
    POST: one("post", police=True),
    WANJIKU: one("peace"),
    BARAKA: one("peace", "women"),
    CHEBET: one("women"),
    OTIENO: one("elders", police=True),
    DESK: one("situation", coordinates=True),
    KAREN: one("county", coordinates=True),
    MERCY: one("dagoretti"),
    NJERI: one("oversight"),
}
LONDON, KAWANGWARE, WEST, NAKURU = "KE0321750871", "KE0472751372", "KE032175", "KE032"
PLACES = (
    (KAPTEMBWO.code,), (KAPTEMBWO.code,), (LONDON,), (KAWANGWARE,), (KAPTEMBWO.code, LONDON), (WEST,), (WEST,), (NAKURU,),
)  # fmt: skip

PHONES = [f"+2547020000{number:02}" for number in range(12)]
CHATS = ["700000001", "700000002"]
READERS = [*PHONES, *CHATS]
WISHED = {
    reader: (KAPTEMBWO.code, KAPTEMBWO.code, KAPTEMBWO.code, LONDON, WEST, KAWANGWARE)[place % 6] for place, reader in enumerate(READERS)
}
"""The place that each wants to hear about, and has said so twice; but for the last phone, whose owner has said it once."""
ONCE = PHONES[-1]

WARD, COUNTY = 12, 5
"""How many letters the code of each has."""


def near(one: str, other: str) -> bool:
    """Whether one of two places lies in the other: by how their codes begin."""
    return one.startswith(other) or other.startswith(one)


# ---------------------------------------------------------------------------------------------------------------- what the test knows


@dataclass
class Sheet:
    """What people did with one broadcast, and who has it."""

    code: str
    wish: Compose
    writers: set[str]
    expires: datetime
    mark: str
    says: set[str]
    stale: list[str] = field(default_factory=list)
    yes: list[tuple[datetime, str]] = field(default_factory=list)
    """Since the last edit."""
    is_over: bool = False
    is_paused: bool = False
    judged: bool = False
    first_at: datetime | None = None
    handed: Counter[str] = field(default_factory=Counter)
    """How often the carrier may have taken it, by number."""
    taken: set[str] = field(default_factory=set)
    """Of whom it said so."""
    in_doubt: set[str] = field(default_factory=set)
    """In the hands of one who died."""
    failed: set[str] = field(default_factory=set)
    """Turned away, or not delivered."""

    @property
    def can_be_had(self) -> set[str]:
        return {*self.handed, *self.in_doubt}

    def need(self) -> tuple[int, bool]:
        """How many must say yes, and whether one of them coordinates."""
        own = 0 if self.wish.template else 1
        if self.wish.emergency or self.wish.corrects:
            return 1, False
        if any(len(code) == COUNTY for code in self.wish.areas):
            return 3 + own, True
        return (1 if all(len(code) == WARD for code in self.wish.areas) else 2) + own, False

    def is_approved(self) -> datetime | None:
        """When so many had said yes who are to, within half an hour; None if they never had."""
        hands, coordination = self.need()
        wrote = [EVERYBODY[each] for each in self.writers]
        may = [(at, who) for at, who in self.yes if who not in self.writers]
        for some in combinations(may, hands):
            theirs = [EVERYBODY[who] for _at, who in some]
            apart = sum(len(each.bodies) for each in theirs) == len({code for each in theirs for code in each.bodies})
            strange = not any(each.bodies & other.bodies for each in theirs for other in wrote)
            police = sum(each.police for each in theirs) + any(each.police for each in wrote)
            when = [at for at, _who in some]
            together = max(when) - min(when) < timedelta(minutes=30)
            fits = apart and strange and together and (police <= 1 or not any(each.police for each in theirs))
            if fits and (not coordination or any(each.coordinates for each in theirs)):
                return max(when)
        return None


@dataclass
class Run:
    """One process at one errand, and how things stood when it took that in hand."""

    began: datetime
    over: frozenset[str]
    paused: frozenset[str]
    wants: dict[str, frozenset[str]]
    opted_out: frozenset[str]
    sent: Counter[str] = field(default_factory=Counter)
    """Texts to phones, by broadcast."""
    refused_us: list[str] = field(default_factory=list)
    """Whose carrier has said that they want nothing from us: known once it is written down."""


class Moody(PretendCarrier):
    """Asks the test what happens to each text for a reader."""

    def __init__(self) -> None:
        super().__init__()
        self.asks: Callable[[str, str, str], Sending] | None = None

    def send(self, number: str, text: str) -> Sending:
        found = re.search(r"Itikia (\d{4,6}): ", text)
        if number in WISHED and found and self.asks is not None:
            return self.asks(found[1], number, text)
        return super().send(number, text)


class Mortal:
    """A worker that is followed by another when it dies."""

    def __init__(self, machine: "Anything", queue: Queue) -> None:
        self.machine, self.queue = machine, queue
        self.worker = self._born()

    def _born(self) -> Worker:
        return Worker(self.machine.world.service, self.machine.world.carrier, self.queue)

    def run(self, errand: int) -> None:
        if self.queue != Queue.ORDINARY or self._is_for_us(errand):
            self._live(errand)

    def _is_for_us(self, errand: int) -> bool:
        """Liaisons act here without being asked or reminded: to write to them would be most of the work."""
        asks = (Errand.queue == Queue.ORDINARY, Errand.what.in_((What.DELIVER, What.REMIND)))
        with self.machine.world.service.database.writing() as session:
            session.execute(update(Errand).where(*asks).values(state="done"))
            return outbox.look(session, errand) is not None

    def _live(self, errand: int) -> None:
        run = self.machine.run_begins()
        self.machine.runs.append(run)
        try:
            self.worker.run(errand)
        except DIED:
            self.worker, self.machine.dies_at = self._born(), ""
            self.machine.somebody_died()
        else:
            self.machine.opted_out.update(run.refused_us)
            for number in run.refused_us:
                self.machine.wants[number] = frozenset()
        finally:
            self.machine.runs.remove(run)


FATES = (
    "transient", "settings", "unknown", "permanent", "opted out", "dies before", "dies after", "stop", "withdraw", "pause", "correct",
    "another", "another", "slow", "receipt first", "failure first", "reader stops", "reader stops news", "reader stops",
)  # fmt: skip
AT = ("after-pop", "after-lease", "after-send", "before-record", "before-commit")
hands = st.sampled_from(list(EVERYBODY))
wrote = st.sampled_from((WANJIKU, CHEBET, KIPRUTO, DESK, OTIENO, BARAKA))
which = st.integers(0, 3)
kinds = st.sampled_from(("calm", "calm", "own", "emergency", "open"))
places = st.sampled_from(PLACES)
readers = st.sampled_from(READERS)
orders = st.permutations(list(EVERYBODY))
moods = st.lists(st.sampled_from(("accepted",) * 10 + FATES), min_size=3, max_size=8)
rarely = st.sampled_from((False, False, False, False, True))
fresh = count(1)


@dataclass(frozen=True)
class Way:
    """How one broadcast comes to go out."""

    who: str
    kind: str
    where: tuple[str, ...]
    drill: bool
    order: list[str]
    detour: str
    minutes: int
    fates: list[str]


ways = st.builds(
    Way, who=wrote, kind=kinds, where=places, drill=rarely, order=orders, fates=moods,
    detour=st.sampled_from(("", "", "change", "change", "wait", "twice")), minutes=st.sampled_from((17, 17, 17, 11, 11, 9, 0)),
)  # fmt: skip


class Anything(RuleBasedStateMachine):
    """Whatever may happen, in any order."""

    stage: ClassVar[World]
    settles: ClassVar[bool] = True
    """At the end of each run everything is done that waits, and the books are looked at."""
    begun: ClassVar[int] = 0
    found: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__()
        Anything.begun += 1
        self.world = self.stage
        self.wrong: list[str] = []
        self.sheets: list[Sheet] = []
        self.by_code: dict[str, Sheet] = {}
        self.runs: list[Run] = []
        self.fates: deque[str] = deque()
        self.dies_at = ""
        self.ids: list[tuple[str, str, str]] = []
        """The carrier's number of each text that it took, with the broadcast and whose it was."""
        self.wants = {reader: frozenset({place}) for reader, place in WISHED.items()} | {ONCE: frozenset[str]()}
        self.asked = {reader: frozenset[str]() for reader in READERS} | {ONCE: frozenset({WISHED[ONCE]})}
        self.opted_out: set[str] = set()
        begin_anew(self.world)
        self.world.workers = {queue: Mortal(self, queue) for queue in Queue}
        assert isinstance(self.world.carrier, Moody)
        self.world.carrier.asks = self.leaves
        faults.on(self.comes_to)

    # Processes

    def run_begins(self) -> Run:
        over = frozenset(each.code for each in self.sheets if each.is_over)
        paused = frozenset(each.code for each in self.sheets if each.is_paused)
        return Run(self.world.now, over, paused, dict(self.wants), frozenset(self.opted_out))

    def comes_to(self, place: faults.Place) -> None:
        if place == self.dies_at and self.runs:
            raise DIED

    def somebody_died(self) -> None:
        """Whatever is in hand may have left."""
        with self.world.service.database.reading() as session:
            by_chat = select(Message.address_id).where(Message.state == messages.SENDING, Message.key == COPY.concat(Copy.id)).exists()
            here = (Copy.state == broadcasts.SENDS, or_(Copy.lease.is_not(None), by_chat))
            for code, address in session.execute(select(Broadcast.code, Copy.address_id).join(Copy.broadcast).where(*here)):
                self.by_code[code].in_doubt.add(NUMBERS[address or 0])

    # What leaves

    def leaves(self, code: str, number: str, text: str) -> Sending:
        """A text is handed to the carrier: may it leave? Whatever is wrong is kept for later, for a worker would swallow it here."""
        fate = self.fates.popleft() if self.fates else "accepted"
        if fate == "dies before":
            raise DIED
        sheet, run = self.by_code[code], self.runs[-1]
        self.wrong += [f"{code} to {number}: {what}" for what in self.amiss(sheet, run, number, text)]
        if fate in ("transient", "settings", "permanent", "opted out"):
            if number in PHONES:
                run.sent[code] += 1
            return self.turned_away(fate, sheet, run, number)
        sheet.handed[number] += 1
        sheet.first_at = sheet.first_at or self.world.now
        run.sent[code] += number in PHONES
        if fate == "dies after":
            raise DIED
        if fate == "unknown":
            return Sending(Meaning.UNKNOWN, "no answer")
        identity = f"ATXid_{next(fresh)}"
        self.meanwhile(fate, sheet, number, identity)
        self.ids.append((identity, code, number))
        sheet.taken.add(number)
        return Sending(Meaning.ACCEPTED, "101 Success", identity)

    def turned_away(self, fate: str, sheet: Sheet, run: Run, number: str) -> Sending:
        if fate == "transient":
            return Sending(Meaning.TRANSIENT, "busy")
        if fate == "settings":
            return Sending(Meaning.SETTINGS, "no money")
        sheet.failed.add(number)
        if fate == "opted out":
            run.refused_us.append(number)
        return Sending(Meaning.PERMANENT, "406", opted_out=fate == "opted out")

    def amiss(self, sheet: Sheet, run: Run, number: str, text: str) -> Iterator[str]:
        """What is wrong with it."""
        if sheet.code in run.over:
            yield "it was over before that batch was taken in hand"
        if sheet.code in run.paused:
            yield "it was paused"
        if run.began >= sheet.expires:
            yield "it had expired"
        if sheet.wish.exercise:
            yield "it was a drill"
        if number in sheet.handed:
            yield "they may have it already"
        if not any(words in text for words in sheet.says):
            yield "that is not what was written last"
        if run.sent[sheet.code] >= BATCH and number in PHONES:
            yield "a batch was too large"
        others = [each for each in self.runs if each is not run and each.sent[sheet.code]]
        if number in PHONES and any(self.world.now - each.began < sending.LEASE for each in others):
            yield "two had a batch in hand"
        yield from self.not_theirs(sheet, run, number)
        if not sheet.judged:
            sheet.judged = True
            yield from self.not_approved(sheet)

    def not_theirs(self, sheet: Sheet, run: Run, number: str) -> Iterator[str]:
        if number in run.opted_out:
            yield "they want nothing from us"
        if sheet.wish.corrects:
            if number not in self.by_code[sheet.wish.corrects].can_be_had:
                yield "they never had what it sets right"
        elif not any(near(place, about) for place in run.wants[number] for about in sheet.wish.areas):
            yield "they had not said yes twice to news of that place, or have ended it"

    def not_approved(self, sheet: Sheet) -> Iterator[str]:
        """Asked once, of the first text after an edit."""
        approved, began = sheet.is_approved(), self.opens_at(sheet)
        if approved is None:
            yield f"nobody, or not enough, had said yes: {sheet.writers} wrote, {sheet.yes} said yes"
            return
        cooling = timedelta(minutes=0 if sheet.wish.emergency or sheet.wish.corrects else 10)
        if began - approved > cooling + timedelta(minutes=30):
            yield "their yes was too old"
        if began - approved < cooling:
            yield "nobody had the time to object"
        there = began.astimezone(self.world.service.settings.country.zone).time()
        urgent = sheet.wish.emergency or (sheet.wish.corrects and self.by_code[sheet.wish.corrects].wish.emergency)
        if not urgent and not time(6, 30) <= there < time(20):
            yield "it was night"

    def opens_at(self, sheet: Sheet) -> datetime:
        with self.world.service.database.reading() as session:
            found = broadcasts.by_code(session, sheet.code)
            assert found is not None
            assert found.opens_at is not None
            return found.opens_at

    def meanwhile(self, fate: str, sheet: Sheet, number: str, identity: str) -> None:
        """While the carrier has it, somebody else does something."""
        dies_at, self.dies_at = self.dies_at, ""
        match fate:
            case "stop" | "withdraw" | "pause":
                self.deal(fate, sheet, min(sheet.writers) if fate == "withdraw" else CHEBET)
            case "correct":
                self.writes(
                    CHEBET, replace(sheet.wish, template="sorry", emergency=False, fields=self.fields("sorry"), own=(), corrects=sheet.code)
                )
            case "another" | "slow":
                self.world.now += timedelta(seconds=50 if fate == "slow" and number in PHONES else 0)
                self.another_worker(sheet)
            case "receipt first" | "failure first":
                self.receipt(identity, number, sheet, "Success" if fate == "receipt first" else "Failed")
            case "reader stops" | "reader stops news":
                may = self.by_code[sheet.wish.corrects].handed if sheet.wish.corrects else PHONES
                still = [each for each in PHONES if each in may and each not in sheet.handed]
                if still:
                    self.text_of_reader(still[-1], "STOP" if fate == "reader stops" else "STOP NEWS")
        self.dies_at = dies_at

    def another_worker(self, sheet: Sheet) -> None:
        with self.world.service.database.reading() as session:
            waits = select(Errand.id).join(Broadcast, Errand.subject == Broadcast.id.concat("")).where(Errand.what == outbox.What.BATCH)
            found = session.scalars(waits.where(Broadcast.code == sheet.code, outbox.WAITS)).all()
        for errand in found:
            Mortal(self, Queue.BULK).run(errand)

    # What liaisons do

    def does(self, who: str, wish: Compose | Deal) -> str:
        """What they are told, in English and with its gaps."""
        with self.world.service.work() as work:
            told = broadcasting.deal(work, liaison(work, who), wish)
        within = dict(told.values).get("words")  # of a drill it is said each time that it is one
        return within.english if isinstance(within, Words) else told.english

    def state(self, sheet: Sheet) -> str:
        with self.world.service.database.reading() as session:
            found = broadcasts.by_code(session, sheet.code)
            return found.state if found else ""

    def edition(self, sheet: Sheet) -> int:
        with self.world.service.database.reading() as session:
            return session.scalars(select(Broadcast.edition).where(Broadcast.code == sheet.code)).one()

    def clock(self, minutes: int = 0) -> str:
        return f"{(self.world.now + timedelta(minutes=minutes)).astimezone(self.world.service.settings.country.zone):%H:%M}"

    def fields(self, template: str) -> tuple[tuple[str, str], ...]:
        return {
            "calm": (("time", self.clock()), ("who", "elders")),
            "open": (("what", "market"), ("time", self.clock()), ("who", "peace")),
            "indoors": (("time", self.clock()), ("number", "999")),
            "sorry": (("time", self.clock(60)),),
        }.get(template, ())

    def wish(self, kind: str, where: tuple[str, ...], *, drill: bool, submit: bool) -> Compose:
        template = {"own": "", "emergency": "indoors"}.get(kind, kind)
        letters = "".join("abcdefghij"[int(figure)] for figure in str(next(fresh)))
        own = (("en", f"The road is open, says {letters}."), ("sw", f"Barabara iko wazi, asema {letters}.")) if not template else ()
        emergency = kind == "emergency"
        if emergency and len(where[0]) != WARD:
            where = (KAPTEMBWO.code,)
        return Compose(
            template, where[:1] if emergency else where, self.fields(template), own, "elders", 6, False, drill, emergency, submit=submit
        )

    def writes(self, who: str, wish: Compose) -> Sheet | None:
        """Somebody writes a broadcast, and what has come of it is put on a sheet."""
        self.does(who, wish)
        with self.world.service.database.reading() as session:
            made = session.scalars(select(Broadcast).order_by(Broadcast.id.desc()).limit(1)).first()
            if made is None or made.code in self.by_code:
                return None
            expires = self.world.now + timedelta(hours=wish.hours)
            sheet = Sheet(made.code, wish, {who}, expires, made.mark, {*made.texts.values()})
        if wish.corrects:
            self.by_code[wish.corrects].is_over = True
        self.sheets.append(sheet)
        self.by_code[sheet.code] = sheet
        return sheet

    def sheet(self, which: int) -> Sheet:
        return self.sheets[-1 - which % len(self.sheets)]

    def says_yes(self, who: str, sheet: Sheet, mark: str) -> None:
        told = self.does(who, Deal("approve", sheet.code, mark))
        thanked = told in {committee.approved_thanks("", 1).english, committee.is_enough("", 1).english, committee.is_enough("", 0).english}
        if mark == sheet.mark and thanked:
            sheet.yes.append((self.world.now, who))
        elif thanked:
            self.wrong.append(f"{sheet.code}: a yes counted for what they had not read")

    def deal(self, act: ActOf, sheet: Sheet, who: str) -> None:
        told = self.does(who, Deal(act, sheet.code))
        match act:
            case "stop" if told in (committee.stop_done("", 0, 0).english, *TAKEN_BACK):
                sheet.is_over = True
            case "withdraw" if told in TAKEN_BACK:
                sheet.is_over = True
            case "pause" if told == committee.paused("").english:
                sheet.is_paused = True
            case "resume" if told == committee.resumed("").english:
                sheet.is_paused = False
            case "object" if told == committee.objection_taken("").english:
                sheet.yes, sheet.is_paused = [], False
                self.reads_again(sheet)

    def reads_again(self, sheet: Sheet) -> None:
        """People see what it says now, and the number that stands for that."""
        with self.world.service.database.reading() as session:
            found = broadcasts.by_code(session, sheet.code)
            assert found is not None
            if found.mark != sheet.mark:
                sheet.stale.append(sheet.mark)
            sheet.mark, sheet.says = found.mark, {*found.texts.values()}

    @rule(who=wrote, kind=kinds, where=places, drill=rarely, submit=st.sampled_from((True, True, True, False)))
    def somebody_writes(self, who: str, kind: str, where: tuple[str, ...], drill: bool, submit: bool) -> None:
        self.writes(who, self.wish(kind, where, drill=drill, submit=submit))

    @initialize(way=ways)
    def it_begins_with_one_that_goes_its_way(self, way: "Way") -> None:
        self.it_goes_its_way(way)

    @rule(way=ways)
    def another_goes_its_way(self, way: "Way") -> None:
        self.it_goes_its_way(way)

    def it_goes_its_way(self, way: "Way") -> None:
        """Somebody writes it, something may come between, all say yes, and time goes by."""
        if (sheet := self.writes(way.who, self.wish(way.kind, way.where, drill=way.drill, submit=True))) is None:
            return
        if way.detour in ("change", "wait"):
            self.all_say_yes_to(sheet, way.order, most=1)
        if way.detour == "change":
            self.changes(sheet, way.order[-1], way.kind, way.where, submit=True)
        if way.detour == "wait":
            self.world.pass_minutes(31)
        self.all_say_yes_to(sheet, [each for each in way.order for _time in range(1 + (way.detour == "twice"))])
        self.meets(way.fates)
        if way.minutes:
            self.world.pass_minutes(way.minutes)

    @precondition(lambda self: self.sheets)
    @rule(which=which, who=hands, kind=kinds, where=places, submit=st.booleans())
    def somebody_changes_it(self, which: int, who: str, kind: str, where: tuple[str, ...], submit: bool) -> None:
        self.changes(self.sheet(which), who, kind, where, submit=submit)

    def changes(self, sheet: Sheet, who: str, kind: str, where: tuple[str, ...], *, submit: bool) -> None:
        wish = replace(self.wish(kind, where, drill=sheet.wish.exercise, submit=submit), edits=sheet.code)
        if sheet.wish.corrects:
            wish = replace(wish, corrects=sheet.wish.corrects, areas=sheet.wish.areas, emergency=False)
        before, edition = self.state(sheet), self.edition(sheet)
        self.does(who, wish)
        if before in broadcasts.UNSENT and self.edition(sheet) != edition:
            sheet.wish, sheet.yes, sheet.judged, sheet.is_paused = wish, [], False, False
            sheet.expires = self.world.now + timedelta(hours=wish.hours)
            sheet.writers.add(who)
            self.reads_again(sheet)

    @precondition(lambda self: self.sheets)
    @rule(which=which, who=hands)
    def it_is_put_to_others_again(self, which: int, who: str) -> None:
        self.does(who, Deal("submit", self.sheet(which).code))

    @precondition(lambda self: self.sheets)
    @rule(which=which, who=hands, mark=st.sampled_from(("right", "right", "right", "stale", "wrong", "")))
    def one_says_yes(self, which: int, who: str, mark: str) -> None:
        sheet = self.sheet(which)
        marks = {"right": sheet.mark, "stale": sheet.stale[-1] if sheet.stale else "", "wrong": "100" if sheet.mark != "100" else "101"}
        self.says_yes(who, sheet, marks.get(mark, ""))

    @precondition(lambda self: self.sheets)
    @rule(which=which, order=orders, work=st.booleans())
    def all_say_yes(self, which: int, order: list[str], work: bool) -> None:
        self.all_say_yes_to(self.sheet(which), order)
        if work:
            self.world.settle()

    def all_say_yes_to(self, sheet: Sheet, order: Sequence[str], most: int = 99) -> None:
        """One after another, until it is enough."""
        had = len(sheet.yes)
        for who in order:
            if self.state(sheet) == broadcasts.SUBMITTED and len(sheet.yes) - had < most:
                self.says_yes(who, sheet, sheet.mark)

    @precondition(lambda self: self.sheets)
    @rule(which=which, who=hands, act=st.sampled_from(("object", "pause", "pause", "resume", "resume", "resume", "stop", "withdraw")))
    def one_deals_with_it(self, which: int, who: str, act: ActOf) -> None:
        self.deal(act, self.sheet(which), who)

    @precondition(lambda self: self.sheets)
    @rule(
        which=which,
        who=wrote,
        kind=st.sampled_from(("sorry", "sorry", "own")),
        order=orders,
        fates=moods,
        minutes=st.sampled_from((0, 1, 1)),
    )
    def one_sets_it_right(self, which: int, who: str, kind: str, order: list[str], fates: list[str], minutes: int) -> None:
        out = [each for each in self.sheets if each.handed] or self.sheets
        wrong = out[-1 - which % len(out)]
        wish = self.wish(kind, wrong.wish.areas, drill=wrong.wish.exercise, submit=True)
        if sheet := self.writes(who, replace(wish, corrects=wrong.code)):
            self.all_say_yes_to(sheet, order)
            self.meets(fates)
            if minutes:
                self.world.pass_minutes(minutes)

    # What readers do

    def text_of_reader(self, number: str, words: str) -> None:
        form = {"id": f"text-{next(fresh)}", "from": number, "to": "22384", "text": words, "date": "2026-11-21 07:00:00"}
        with self.world.service.work() as work:
            texts.text_arrives(work, self.world.carrier.inbound_text(form))
        if words.startswith("STOP"):
            self.wants[number] = self.asked[number] = frozenset()
            self.opted_out |= set() if words == "STOP NEWS" else {number}
        elif words == "START":
            self.opted_out.discard(number)
        elif words == "1":
            if self.asked[number]:
                self.opted_out.discard(number)
            self.wants[number], self.asked[number] = self.wants[number] | self.asked[number], frozenset()
        else:
            place = KAPTEMBWO.code if "Kaptembwo" in words else LONDON
            self.asked[number] |= {place} - self.wants[number]

    @rule(number=st.sampled_from(PHONES), words=st.sampled_from(("STOP", "STOP NEWS", "START", "1", "NEWS Kaptembwo", "NEWS London")))
    def a_reader_texts(self, number: str, words: str) -> None:
        self.text_of_reader(number, words)

    @precondition(lambda self: self.sheets)
    @rule(number=st.sampled_from(PHONES), which=which)
    def a_reader_has_had_enough_of_one(self, number: str, which: int) -> None:
        self.text_of_reader(number, f"STOP {self.sheet(which).code}")

    @rule(number=st.sampled_from(PHONES))
    def a_reader_signs_up_again(self, number: str) -> None:
        self.text_of_reader(number, "NEWS Kaptembwo")
        self.text_of_reader(number, "1")

    @rule(number=st.sampled_from(PHONES))
    def a_reader_tells_the_carrier(self, number: str) -> None:
        with self.world.service.work() as work:
            texts.opt_out_arrives(work, self.world.carrier.opt_out({"phoneNumber": number, "senderId": "22384"}))
        self.opted_out.add(number)
        self.wants[number] = self.asked[number] = frozenset()

    @rule(number=st.sampled_from(CHATS))
    def a_reader_ends_it_in_the_chat(self, number: str) -> None:
        with self.world.service.work() as work:
            person = people.by_number(work.session, work.keys, number, TELEGRAM)
            address = person.at(TELEGRAM) if person else None
            assert address is not None
            news.unsubscribe(work, address)
        self.wants[number] = self.asked[number] = frozenset()

    # What the carrier does

    @rule(fates=moods, minutes=st.sampled_from((0, 0, 5)))
    def the_next_texts_meet(self, fates: list[str], minutes: int) -> None:
        self.meets(fates)
        if minutes:
            self.world.pass_minutes(minutes)

    def meets(self, fates: list[str]) -> None:
        self.fates.clear()
        self.fates.extend(fates)

    def receipt(self, identity: str, number: str, sheet: Sheet, status: str) -> None:
        with self.world.service.work() as work:
            form = {"id": identity, "status": status, "phoneNumber": number, "failureReason": "None"}
            texts.receipt_arrives(work, self.world.carrier.receipt(form))
        if status == "Failed":
            sheet.failed.add(number)

    @precondition(lambda self: self.ids)
    @rule(which=st.integers(0, 20), status=st.sampled_from(("Success", "Failed", "Sent")), twice=st.booleans())
    def a_receipt_comes(self, which: int, status: str, twice: bool) -> None:
        identity, code, number = self.ids[-1 - which % len(self.ids)]
        for _time in range(1 + twice):
            self.receipt(identity, number, self.by_code[code], status)

    @precondition(lambda self: any(each.can_be_had - each.taken for each in self.sheets))
    @rule(which=which, status=st.sampled_from(("Success", "Failed")))
    def a_receipt_comes_for_what_is_in_doubt(self, which: int, status: str) -> None:
        sheet = next(each for each in self.sheets if each.can_be_had - each.taken)
        number = min(sheet.can_be_had - sheet.taken)
        self.receipt(f"ATXid_{next(fresh)}", number, sheet, status)

    # Time, and the processes

    @rule(minutes=st.sampled_from((1, 5, 6, 10, 10, 31, 180)))
    def time_goes_by(self, minutes: int) -> None:
        self.world.pass_minutes(minutes)

    @rule()
    def the_workers_work(self) -> None:
        self.world.settle()

    @rule(times=st.integers(1, 3), again=st.booleans())
    def a_worker_works(self, times: int, again: bool) -> None:
        for _time in range(times):
            if self.world.posted:
                posting = self.world.posted.popleft()
                for _again in range(1 + again):
                    self.world.workers[posting.queue].run(posting.errand)

    @rule()
    def everything_is_posted_twice(self) -> None:
        self.world.posted = deque(list(dict.fromkeys(self.world.posted)) * 2)

    @rule()
    def the_clock_posts_again(self) -> None:
        self.world.now += outbox.AGAIN
        with self.world.service.work() as work:
            self.world.posted.extend(outbox.fallen_due(work.session, work.now))

    @rule()
    def the_queue_forgets(self) -> None:
        self.world.posted.clear()

    @rule(place=st.sampled_from(AT))
    def a_worker_dies_soon(self, place: str) -> None:
        self.dies_at = place

    # What is right

    @invariant()
    def nothing_is_wrong(self) -> None:
        Anything.found = "\n".join(self.wrong) or Anything.found
        assert not self.wrong, Anything.found

    def teardown(self) -> None:
        """Everything is done that waits for nobody, and the books are looked at."""
        self.dies_at = ""
        try:
            if not self.settles:
                return
            self.fates.clear()
            self.world.pass_minutes(45)
            with self.world.service.database.reading() as session:
                self.wrong += [f"{each.code}: {what}" for each in self.sheets for what in self.books(session, each)]
                self.wrong += [f"nothing carries {each} on" for each in sending.stuck(session, self.world.now)]
                self.wrong += [f"an errand failed: {each}" for each in session.scalars(select(Errand.last_failure)) if each]
            self.nothing_is_wrong()
        finally:
            faults.on(faults.nothing)

    def teardown_quietly(self) -> None:
        """The same, where something is wrong on purpose."""
        faults.on(faults.nothing)

    def books(self, session: Session, sheet: Sheet) -> Iterator[str]:
        """Whether the ledger says what happened."""
        broadcast = broadcasts.by_code(session, sheet.code)
        assert broadcast is not None
        copies = session.scalars(select(Copy).where(Copy.broadcast_id == broadcast.id)).all()
        if broadcast.listed != len(copies):
            yield f"{broadcast.listed} are listed, and {len(copies)} in the ledger"
        if not broadcast.is_paused and broadcast.state in MOVES:
            yield f"it is {broadcast.state} for ever"
        for copy in copies:
            assert copy.address_id is not None
            yield from self.entry(sheet, broadcast.state, NUMBERS[copy.address_id], copy.state)
        if sheet.handed.keys() - {NUMBERS[copy.address_id or 0] for copy in copies}:
            yield "somebody has it who is not in the ledger"

    def entry(self, sheet: Sheet, state: str, number: str, stands: str) -> Iterator[str]:
        if stands == broadcasts.SENDS and (state in broadcasts.GOING or number in CHATS) and state not in ENDS and not sheet.is_paused:
            yield f"{number} is in somebody's hands for ever"
        if stands == broadcasts.GONE and number not in sheet.can_be_had:
            yield f"{number} never had it"
        if stands in (broadcasts.LISTED, broadcasts.HELD) and number in sheet.can_be_had - sheet.failed:
            yield f"{number} may have it, and is {stands}"
        if stands == broadcasts.REFUSED and number not in sheet.failed:
            yield f"{number} was not turned away"
        if state == broadcasts.SENT and stands in (broadcasts.LISTED, broadcasts.SENDS):
            yield f"it is sent, and not to {number}"


COPY = literal(messages.COPY)
TAKEN_BACK = (committee.withdrawn("", 0).english, committee.withdrawn("", 1).english)
MOVES = (broadcasts.APPROVED, broadcasts.COOLING, *broadcasts.GOING)
ENDS = (broadcasts.STOPPED, broadcasts.WITHDRAWN, broadcasts.EXPIRED, broadcasts.CORRECTED)

# ---------------------------------------------------------------------------------------------------------------- the stage

NUMBERS: dict[int, str] = {}
"""Of the readers' addresses."""


@pytest.fixture
def stage(furnished: Settings) -> Iterator[World]:
    """A world on SQLite, on a memory file system where there is one, with everybody in it."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        shutil.copy(furnished.var / "itikia.db", Path(folder) / "itikia.db")
        made = replace(furnished, var=Path(folder), database_url=f"sqlite:///{folder}/itikia.db", bulk_batch=BATCH)
        database = Database(made.database_url)
        world = World(made, database)
        world.carrier = Moody()
        furnish(world)
        yield world
        world.conversations.close()
        database.close()


def furnish(world: World) -> None:
    with world.service.work() as work:
        bodies.save(work.session, MORE_BODIES)
        liaisons.save(work.session, work.keys, MORE_LIAISONS, ("en", "sw"), work.now)
        NUMBERS.clear()
        for place, reader in enumerate(READERS):
            channel = TELEGRAM if reader in CHATS else PHONE
            language = ("en", "sw")[place % 2]
            person = people.meet(work.session, work.keys, reader, work.now, may_write=True, language=language, channel=channel)
            work.session.flush()
            address = person.at(channel)
            assert address is not None
            NUMBERS[address.id] = reader


def begin_anew(world: World) -> None:
    """Nothing has happened yet, and every reader has asked for news of a place and said yes once more, but for one."""
    world.begin_anew()
    with world.service.database.writing() as session:
        session.execute(update(Address).where(Address.id.in_(NUMBERS)).values(closed_at=None, opted_out_at=None))
        rows = [
            {"address_id": address, "area_code": WISHED[reader], "language": ("en", "sw")[place % 2], "how": "sms", "asked_at": MORNING,
             "state": news_of.ASKED if reader == ONCE else news_of.ON, "confirmed_at": None if reader == ONCE else MORNING}
            for place, (address, reader) in enumerate(NUMBERS.items())
        ]  # fmt: skip
        session.execute(insert(Subscription), rows)


def play(world: World, settings: how, *, settles: bool = True) -> None:
    """Play so many runs in this world."""
    Anything.stage, Anything.settles, Anything.begun, Anything.found = world, settles, 0, ""
    run_state_machine_as_test(Anything, settings=settings)


@pytest.mark.timeout(36_000 if IS_LONG else 300)
def test_whatever_happens_nobody_gets_what_they_should_not_and_none_twice(stage: World) -> None:
    play(stage, RUNS)


# ---------------------------------------------------------------------------------------------------------------- bugs, planted

Plant = Callable[[pytest.MonkeyPatch], None]


def anybody_may_approve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approving, "may_approve", lambda _wrote, _approved, _hand: None)


def an_edit_keeps_approvals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Broadcast, "done", lambda self, what: [deed for deed in self.deeds if deed.what == what])


def an_approval_holds_for_a_year(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in (approving, broadcasting, sending):
        monkeypatch.setattr(each, "HOLDS", timedelta(days=365))


def opt_outs_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a correction: for whoever says STOP also ends what they had subscribed to, and that is looked at too."""
    monkeypatch.setattr(messages, "closed", lambda _address, **_ignored: None)


def a_stop_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "GOING", (*broadcasts.GOING, broadcasts.STOPPED))


def what_is_doubtful_goes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(work: Work, broadcast: Broadcast) -> None:
        in_hand = (Copy.broadcast_id == broadcast.id, Copy.state == broadcasts.SENDS, Copy.lease.is_not(None))
        again = update(Copy).where(*in_hand).values(state=broadcasts.LISTED)
        work.session.execute(again.execution_options(synchronize_session=False))

    monkeypatch.setattr(sending, "_give_up_doubtful", give_up)


def a_drill_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    held = messages.copy_held
    monkeypatch.setattr(
        messages, "copy_held", lambda session, broadcast, copy: None if broadcast.exercise else held(session, broadcast, copy)
    )


def nobody_looks_whether_they_still_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news_of, "those_on", lambda _session, wanted: wanted)


def a_correction_goes_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def wanted(areas: Areas, broadcast: Broadcast, after: int = 0) -> previewing.Wanted:
        return previewing._subscribed(areas, broadcast, after)

    monkeypatch.setattr(previewing, "wanted", wanted)


def one_counts_for_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deeds are counted, not people."""
    may = approving.may_approve

    def may_approve(wrote: Iterable[Hand], approved: Iterable[Hand], hand: Hand) -> Why | None:
        return may(wrote, [each for each in approved if each.liaison != hand.liaison], hand)

    monkeypatch.setattr(approving, "may_approve", may_approve)


def two_have_a_batch_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = sending.claim

    def claim(service: Service, identity: int) -> sending.Batch | None:
        batch = taken(service, identity)
        with service.work() as work:
            work.session.execute(update(Broadcast).where(Broadcast.id == identity).values(leased_until=None))
        return batch

    monkeypatch.setattr(sending, "claim", claim)


PLANTS: dict[Plant, str] = {
    anybody_may_approve: "had said yes",
    an_edit_keeps_approvals: "had said yes",
    an_approval_holds_for_a_year: "had said yes",
    opt_outs_are_ignored: "they want nothing from us",
    a_stop_is_ignored: "it was over",
    what_is_doubtful_goes_again: "they may have it already",
    a_drill_leaves: "it was a drill",
    nobody_looks_whether_they_still_want_it: "or have ended it",
    a_correction_goes_to_all: "they never had what it sets right",
    one_counts_for_two: "had said yes",
    two_have_a_batch_in_hand: "two had a batch in hand",
}
"""What the machine says of each."""


def goes(machine: Anything, who: str, where: tuple[str, ...], *hands: str, drill: bool = False) -> Sheet:
    """Somebody writes, and these say yes, one after another."""
    sheet = machine.writes(who, machine.wish("calm", where, drill=drill, submit=True))
    assert sheet is not None
    for each in hands:
        machine.says_yes(each, sheet, sheet.mark)
    machine.world.settle()
    return sheet


def sets_right(machine: Anything, wrong: Sheet) -> None:
    """Somebody says that it was wrong, and another that this may go."""
    sorry = machine.writes(CHEBET, replace(machine.wish("sorry", wrong.wish.areas, drill=False, submit=True), corrects=wrong.code))
    assert sorry is not None
    machine.says_yes(KIPRUTO, sorry, sorry.mark)
    machine.world.pass_minutes(3)


WARD_ONLY, ALL_OF_WEST = (KAPTEMBWO.code,), (WEST,)


def its_author_says_yes(machine: Anything) -> None:
    goes(machine, WANJIKU, WARD_ONLY, WANJIKU)
    machine.time_goes_by(20)


def one_says_yes_before_a_change_and_one_after(machine: Anything) -> None:
    sheet = goes(machine, WANJIKU, ALL_OF_WEST, KIPRUTO)
    machine.changes(sheet, DESK, "calm", ALL_OF_WEST, submit=True)
    machine.says_yes(CHEBET, sheet, sheet.mark)
    machine.time_goes_by(20)


def the_second_yes_comes_after_half_an_hour(machine: Anything) -> None:
    sheet = goes(machine, WANJIKU, ALL_OF_WEST, KIPRUTO)
    machine.time_goes_by(31)
    machine.says_yes(CHEBET, sheet, sheet.mark)
    machine.time_goes_by(20)


def a_reader_has_had_enough_while_a_correction_goes_out(machine: Anything) -> None:
    wrong = goes(machine, WANJIKU, WARD_ONLY, KIPRUTO)
    machine.time_goes_by(20)
    machine.meets(["reader stops"])
    sets_right(machine, wrong)


def it_is_stopped_while_the_first_has_it(machine: Anything) -> None:
    goes(machine, WANJIKU, WARD_ONLY, KIPRUTO)
    machine.meets(["stop"])
    machine.time_goes_by(20)


def a_worker_dies_when_it_has_left(machine: Anything) -> None:
    goes(machine, WANJIKU, WARD_ONLY, KIPRUTO)
    machine.meets(["dies after"])
    machine.time_goes_by(20)


def it_is_a_drill(machine: Anything) -> None:
    goes(machine, WANJIKU, WARD_ONLY, KIPRUTO, drill=True)
    machine.time_goes_by(20)


def a_reader_ends_the_news_while_it_cools(machine: Anything) -> None:
    goes(machine, WANJIKU, WARD_ONLY, KIPRUTO)
    machine.text_of_reader(PHONES[1], "STOP NEWS")
    machine.time_goes_by(20)


def what_only_the_first_had_is_set_right(machine: Anything) -> None:
    wrong = goes(machine, WANJIKU, WARD_ONLY, KIPRUTO)
    machine.time_goes_by(11)
    sets_right(machine, wrong)


def one_says_yes_twice(machine: Anything) -> None:
    goes(machine, WANJIKU, ALL_OF_WEST, KIPRUTO, KIPRUTO)
    machine.time_goes_by(20)


def two_workers_are_at_it(machine: Anything) -> None:
    goes(machine, WANJIKU, WARD_ONLY, KIPRUTO)
    machine.time_goes_by(11)
    machine.meets(["another"])
    machine.time_goes_by(10)


JOURNEYS: dict[Plant, Callable[[Anything], None]] = {
    anybody_may_approve: its_author_says_yes,
    an_edit_keeps_approvals: one_says_yes_before_a_change_and_one_after,
    an_approval_holds_for_a_year: the_second_yes_comes_after_half_an_hour,
    opt_outs_are_ignored: a_reader_has_had_enough_while_a_correction_goes_out,
    a_stop_is_ignored: it_is_stopped_while_the_first_has_it,
    what_is_doubtful_goes_again: a_worker_dies_when_it_has_left,
    a_drill_leaves: it_is_a_drill,
    nobody_looks_whether_they_still_want_it: a_reader_ends_the_news_while_it_cools,
    a_correction_goes_to_all: what_only_the_first_had_is_set_right,
    one_counts_for_two: one_says_yes_twice,
    two_have_a_batch_in_hand: two_workers_are_at_it,
}
"""A way to each planted bug. Found by chance they would be too, in some hundred runs."""


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_what_is_planted_is_found_and_nothing_where_nothing_is(stage: World, monkeypatch: pytest.MonkeyPatch, plant: Plant) -> None:
    Anything.stage, Anything.settles, Anything.found = stage, True, ""
    sound = Anything()
    JOURNEYS[plant](sound)
    sound.nothing_is_wrong()
    sound.teardown()
    with monkeypatch.context() as planted:
        plant(planted)
        machine = Anything()
        JOURNEYS[plant](machine)
        machine.teardown_quietly()
    assert any(PLANTS[plant] in wrong for wrong in machine.wrong), machine.wrong
