"""What becomes of real reports when things break: thousands of
them dialled in through the door, while processes are killed.

    python -m benchmarks.replay FILE                 a CSV of reports, with the columns
                                                     report, location_text, gold_state_pcode and category
    python -m benchmarks.replay FILE --limit 200     only the first of them
    python -m benchmarks.replay FILE --postgres      on PostgreSQL; on SQLite otherwise

A hotline of our own serves Nigeria, with police, a peace committee, a women's desk and an oversight office in
every state. Every report comes from a phone of its own, by somebody who reads the pages and answers them. One
in ten callbacks comes twice, some come again late, the door and a worker are killed on the way, and liaisons
text that they take the case. At the end the database must know every case that anybody was promised.

The reports are real words of real people: none of them is ever printed.
Ends with 1 if one was lost, doubled, or taken to a wrong state.
"""

import argparse
import asyncio
import contextlib
import csv
import itertools
import os
import re
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks.processes import BIN, ROOT, Stack, Store, family, is_open, postgresql, sqlite, wait_until
from benchmarks.wire import Broken, Carrier, Line, Text
from hotline.cases.case import Case, CaseState
from hotline.cases.dispatch import Dispatch
from hotline.core.database import Database
from hotline.directory.bodies import Serves
from hotline.directory.categories import CATEGORIES
from hotline.outbox import Task, TaskKind
from hotline.places import loading as area_loading
from hotline.places.areas import Areas
from hotline.settings import Settings, from_environment

CATEGORY_OF = {
    "violence": "violence",
    "disruption of voting by party loyalists/thugs/angry citizens": "violence",
    "disruption of registration by party loyalists/thugs/angry citizens": "violence",
    "intimidation / harassment": "threat",
    "snatching of ballot box": "theft",
    "misconduct by security personnel": "conduct",
}
"""What each label of the file is among our categories; every other label is "other"."""

CALLERS = 16
TWICE, LATE = 10, 25
"""One callback in so many comes twice; after one turn in so many the one before it comes again."""
NO_TEXTS = 7
"""One citizen in so many wants no texts."""
TRIES, PAUSE = 60, 0.5
"""How often, and after how many seconds, the carrier tries a callback again that was not answered."""
REDIALS = 5
MOST_TURNS = 40
"""Nobody keys on for longer than that."""
LIAISONS = 3
"""At each desk. A liaison has as many cases at once as there are case words, and no more."""
COUNTRY = "NG"
AREAS = ROOT / "tests" / "data" / "nigeria_areas.csv"
STANDSTILL = 60.0
"""Seconds without anything done, after which something is stuck."""


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody with something to report."""

    number: int
    words: str
    category: str
    state: str | None
    """The code of the state they are in, where the file knows it."""
    place: str
    """What they type when asked where."""

    @property
    def phone(self) -> str:
        return f"+234803{self.number:07d}"

    @property
    def wants_texts(self) -> bool:
        return self.number % NO_TEXTS != 0


def citizens(file: Path, tree: Areas, limit: int | None) -> list[Citizen]:
    with file.open(encoding="utf-8", newline="") as opened:
        return [
            _citizen(number, row, tree)
            for number, row in enumerate(itertools.islice(csv.DictReader(opened), limit), 1)
        ]


def _citizen(number: int, row: Mapping[str, str], tree: Areas) -> Citizen:
    state = tree.get(row["gold_state_pcode"])
    category = CATEGORY_OF.get(row["category"].casefold(), "other")
    return Citizen(
        number,
        row["report"].strip(),
        category,
        state.code if state else None,
        state.name if state else row["location_text"],
    )


# ------------------------------------------------------------------------------------------------- the roster


def roster(folder: Path, tree: Areas) -> tuple[Path, Path]:
    """Files of bodies and of liaisons: three desks in every state, and two for the whole country."""
    states = [
        (kind, state.code, state.name)
        for state in tree.children(tree.country)
        for kind in ("police", "peace", "women", "oversight")
    ]
    country = [(kind, tree.country.code, tree.country.name) for kind in ("coordination",)]
    bodies, liaisons = folder / "bodies.csv", folder / "liaisons.csv"
    with bodies.open("w", newline="") as first, liaisons.open("w", newline="") as second:
        list_bodies, list_liaisons = csv.writer(first), csv.writer(second)
        list_bodies.writerow(("code", "name", "kind", "areas"))
        list_liaisons.writerow(("body", "name", "phone", "languages"))
        numbers = itertools.count(1)
        for kind, area, name in (*states, *country):
            list_bodies.writerow((f"{kind}-{area}", f"{name} {kind}", kind, area))
            for number in itertools.islice(numbers, LIAISONS):
                list_liaisons.writerow((f"{kind}-{area}", f"Liaison {number}", f"+234806{number:07d}", "en"))
    return bodies, liaisons


# ------------------------------------------------------------------------------------------------ the carrier


class Gateway:
    """The carrier's side of the wire: it tries again what
    was not answered, and now and then says things twice."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._idle: list[Line] = []
        self._said = itertools.count(1)
        self.again = Counter[str]()

    async def turn(self, form: Mapping[str, str]) -> str:
        """The page that answers a turn. Raises `Broken` when none came, however often it was tried."""
        return await self._say("ussd", form)

    async def tell(self, kind: str, form: Mapping[str, str]) -> None:
        """A text, a receipt, or the end of a dial-in."""
        await self._say(kind, form)

    async def _say(self, kind: str, form: Mapping[str, str]) -> str:
        if next(self._said) % TWICE:
            return await self._until_answered(kind, form)
        self.again["twice"] += 1
        first, second = await asyncio.gather(
            self._until_answered(kind, form), self._until_answered(kind, form)
        )
        self.again["answered otherwise"] += first != second
        return first

    async def _until_answered(self, kind: str, form: Mapping[str, str]) -> str:
        for _try in range(TRIES):
            line = self._idle.pop() if self._idle else Line(self._stack.port)
            with contextlib.suppress(Broken):
                status, page = await line.post(self._stack.callback(kind), form)
                if status == 200:
                    self._idle.append(line)
                    return page
            line.close()
            self.again["tried again"] += 1
            await asyncio.sleep(PAUSE)
        raise Broken("tried too often")

    def close(self) -> None:
        for line in self._idle:
            line.close()


# ------------------------------------------------------------------------------------------------- the people

CHOICE = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)
REFERENCE = re.compile(r"Case (\d{4})-(\d{4})")
MORE = "98"


@dataclass
class Told:
    """What a citizen was told in the end."""

    session: str = ""
    reference: str = ""
    redials: int = 0


class Person:
    """A citizen with a phone, who reads each page and does what it asks."""

    def __init__(self, citizen: Citizen, gateway: Gateway, tree: Areas) -> None:
        self._citizen, self._gateway = citizen, gateway
        self._state = tree[citizen.state].name if citizen.state else ""
        self._turns = citizen.number

    async def report(self) -> Told:
        """Dial until a case number is on the screen, if need be a few times over."""
        told = Told()
        for told.redials in range(REDIALS):
            told.session = f"ATUid_{self._citizen.number}_{told.redials}"
            with contextlib.suppress(Broken):
                last_page = await self._dial_in(told.session)
                if found := REFERENCE.search(last_page):
                    told.reference = found[1] + found[2]
                    break
            await asyncio.sleep(PAUSE)
        return told

    async def _dial_in(self, session: str) -> str:
        form = {
            "sessionId": session,
            "phoneNumber": self._citizen.phone,
            "networkCode": "62130",
            "serviceCode": "*384*4455#",
        }
        typed: list[str] = []
        page = await self._gateway.turn({**form, "text": ""})
        while page.startswith("CON ") and len(typed) < MOST_TURNS:
            before = "*".join(typed)
            typed.append(self._answer(page))
            page = await self._gateway.turn({**form, "text": "*".join(typed)})
            await self._perhaps_late({**form, "text": before})
        await self._gateway.tell("ended", {**form, "status": "Success", "hopsCount": str(len(typed) + 1)})
        return page

    async def _perhaps_late(self, form: Mapping[str, str]) -> None:
        self._turns += 1
        if self._turns % LATE == 0:
            self._gateway.again["late"] += 1
            await self._gateway.turn(form)

    def _answer(self, page: str) -> str:
        """What this person types on that page."""
        citizen, choices = self._citizen, {words: number for number, words in CHOICE.findall(page)}
        match page.partition("\n")[0].removeprefix("CON "):
            case line if line.startswith("Where? Type"):
                return citizen.place
            case line if line.startswith("Tell us"):
                return citizen.words
            case line if line.startswith("We do not know"):
                return "1"
            case line if line.startswith("Which one?"):
                return choices.get(self._state) or (MORE if self._state and "More" in choices else "1")
        wanted = self._wanted(page)
        return next((choices[words] for words in wanted if words in choices), MORE)

    def _wanted(self, page: str) -> Sequence[str]:
        """What this person would choose wherever it is offered: on this page, or else on a later one."""
        if "May we text" in page:
            return ("Yes",) if self._citizen.wants_texts else ("No, do not text",)
        category = CATEGORIES[self._citizen.category].name.english
        return ("English", "Go on where you were", "Report something", category, "I am not sure", "No")


class Liaisons:
    """Those who are texted that a case is theirs to take, and take it."""

    WORD = re.compile(r"(\w+): .*Answer by", re.DOTALL)

    gateway: Gateway

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self.texts: Counter[tuple[str, str]] = Counter()
        """Every text that the carrier took, by number and words, and how often."""

    def hear(self, text: Text) -> None:
        self.texts[text.number, text.words] += 1
        self._begin(
            self.gateway.tell("receipts", {"id": text.id, "status": "Success", "phoneNumber": text.number})
        )
        if found := self.WORD.match(text.words):
            answer = {
                "id": f"text_{text.id}",
                "from": text.number,
                "to": "22384",
                "text": f"1 {found[1]}",
                "date": "2026-01-01 00:00:00",
            }
            self._begin(self.gateway.tell("texts", answer))

    def _begin(self, telling: Coroutine[object, object, None]) -> None:
        task = asyncio.ensure_future(telling)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def are_busy(self) -> bool:
        return bool(self._tasks)


# ------------------------------------------------------------------------------------------------- the replay


def kill(stack: Stack, words: str) -> None:
    """End one part of the hotline as if the power had gone, if it runs."""
    for pid in family(stack.processes["hotline"].pid):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().rstrip("\0").replace("\0", " ")
        if command.endswith(f"itikia {words}"):
            os.kill(pid, signal.SIGKILL)


async def replay(stack: Stack, gateway: Gateway, people: Sequence[Citizen], tree: Areas) -> dict[int, Told]:
    """Everybody reports, so many at once, and on the way the door and a worker are killed."""
    told: dict[int, Told] = {}
    waiting = iter(people)
    kills = {len(people) // 3: "web", 2 * len(people) // 3: "work urgent"}

    async def call_one_after_another() -> None:
        for citizen in waiting:
            told[citizen.number] = await Person(citizen, gateway, tree).report()
            if words := kills.pop(len(told), None):
                kill(stack, words)
            if len(told) % 500 == 0:
                print(f"{len(told)} of {len(people)}", file=sys.stderr)

    await asyncio.gather(*(call_one_after_another() for _caller in range(CALLERS)))
    return told


async def settle(database: Database, liaisons: Liaisons) -> bool:
    """Wait until nothing is left to be opened or delivered.
    False if nothing more is done, and something is left."""
    soon = Task.what.in_((TaskKind.OPEN, TaskKind.DELIVER))
    done = select(func.count()).where(soon, Task.state == "done")
    left = select(func.count()).where(soon, Task.state == "waiting")
    most, moved_at = -1, time.monotonic()
    while time.monotonic() - moved_at < STANDSTILL:
        with database.reading() as session:
            number, nothing_left = session.scalar(done) or 0, not session.scalar(left)
        if nothing_left and not liaisons.are_busy:
            return True
        if number > most:
            most, moved_at = number, time.monotonic()
        await asyncio.sleep(0.5)
    return False


# ------------------------------------------------------------------------------------------ what became of it


@dataclass
class Outcome:
    """What became of all the reports."""

    reports: int
    cases: int = 0
    lost: int = 0
    doubled: int = 0
    words_changed: int = 0
    dispatched: int = 0
    right_state: int = 0
    wrong_state: int = 0
    whole_country: int = 0
    acknowledged: int = 0
    texts_twice: int = 0
    citizens_texted_twice: int = 0
    again: Counter[str] = field(default_factory=Counter)

    @property
    def is_good(self) -> bool:
        return not (
            self.lost
            or self.doubled
            or self.wrong_state
            or self.words_changed
            or self.citizens_texted_twice
            or self.texts_twice > 1
        )


def judge(
    session: Session,
    settings: Settings,
    people: Sequence[Citizen],
    told: Mapping[int, Told],
    liaisons: Liaisons,
) -> Outcome:
    """Compare what the database knows with what people said and were told."""
    outcome = Outcome(len(people))
    known = {case.reference: case for case in session.scalars(select(Case))}
    states = _states_of_dispatches(session)
    outcome.cases = len(known)
    outcome.acknowledged = sum(case.state == CaseState.ACKNOWLEDGED for case in known.values())
    owners = Counter(case.person_id for case in known.values())
    outcome.doubled = sum(times - 1 for times in owners.values())
    for citizen in people:
        case = known.get(told[citizen.number].reference)
        if case is None:
            outcome.lost += 1
            continue
        outcome.words_changed += case.details(settings.keys) != citizen.words
        _judge_dispatch(outcome, citizen, states[case.id])
    for (_number, words), times in liaisons.texts.items():
        outcome.texts_twice += times - 1 if Liaisons.WORD.match(words) else 0
        outcome.citizens_texted_twice += times - 1 if re.match(r"\d{4}-\d{4}: ", words) else 0
    return outcome


def _states_of_dispatches(session: Session) -> dict[UUID, set[str]]:
    """The areas served by the bodies that each case was put before."""
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    for case, area in session.execute(
        select(Dispatch.case_id, Serves.area_code).join(Serves, Serves.body_code == Dispatch.body_code)
    ):
        found[case].add(area)
    return found


def _judge_dispatch(outcome: Outcome, citizen: Citizen, went_to: set[str]) -> None:
    outcome.dispatched += bool(went_to)
    if citizen.state is None or not went_to:
        return
    if went_to == {COUNTRY}:
        outcome.whole_country += 1
    elif went_to <= {citizen.state, COUNTRY}:
        outcome.right_state += 1
    else:
        outcome.wrong_state += 1


def print_outcome(
    outcome: Outcome, told: Sequence[Told], people: Sequence[Citizen], seconds: float, settled: bool
) -> None:
    known = sum(citizen.state is not None for citizen in people)
    again = outcome.again
    print(f"{outcome.reports} reports by {CALLERS} callers at once, in {seconds:.0f} s")
    print(
        f"  on the way       the door and a worker were killed; {again['twice']} callbacks came twice and "
        f"{again['late']} turns again late;"
    )
    print(
        f"                   {again['tried again']} were tried again; "
        f"{sum(each.redials for each in told)} dialled again"
    )
    print(
        f"  cases            {outcome.cases}; the words kept as they were said in all but "
        f"{outcome.words_changed}"
    )
    print(
        f"  dispatched       {outcome.dispatched}; of {known} whose state is known, {outcome.right_state} "
        "to a body of that state"
    )
    print(f"                   and {outcome.whole_country} to one of the whole country")
    print(f"  acknowledged     {outcome.acknowledged}")
    print(f"  lost             {outcome.lost}")
    print(f"  doubled          {outcome.doubled}")
    print(f"  wrong state      {outcome.wrong_state}")
    print(
        f"  texted twice     {outcome.texts_twice} liaisons (the worker that was killed may have had one "
        "text in hand),"
    )
    print(f"                   {outcome.citizens_texted_twice} citizens (never)")
    print(f"  answered otherwise when a callback came twice: {again['answered otherwise']}")
    if not settled:
        print(
            f"  something is left to be opened or delivered, and nothing more was done for {STANDSTILL:.0f} s"
        )


# ------------------------------------------------------------------------------------------------------- main


async def run(file: Path, limit: int | None, store: Store, folder: Path) -> bool:
    liaisons = Liaisons()
    carrier = Carrier(liaisons.hear)
    stack = Stack(folder, await carrier.open(), COUNTRY=COUNTRY, DATABASE_URL=store.url)
    gateway = liaisons.gateway = Gateway(stack)
    tree = Areas(area_loading.read(AREAS))
    people = citizens(file, tree, limit)
    try:
        set_up(stack, roster(folder, tree))
        settings = from_environment(stack.environ)
        database = Database(settings.database_url)
        began = time.monotonic()
        told = await replay(stack, gateway, people, tree)
        settled = await settle(database, liaisons)
        seconds = time.monotonic() - began
        with database.reading() as session:
            outcome = judge(session, settings, people, told, liaisons)
        outcome.again = gateway.again
        database.close()
    finally:
        gateway.close()
        carrier.close()
        stack.stop()
    print_outcome(outcome, list(told.values()), people, seconds, settled)
    return settled and outcome.is_good


def set_up(stack: Stack, files: tuple[Path, Path]) -> None:
    """A hotline for Nigeria, running as a whole, as an operator would set it up."""
    bodies, liaisons = files
    stack.itikia("keys")
    stack.itikia("release")
    stack.itikia("areas", "load", str(AREAS))
    stack.itikia("bodies", "load", str(bodies))
    stack.itikia("liaisons", "load", str(liaisons))
    stack.start("hotline", [BIN / "itikia", "run"])
    wait_until(lambda: is_open(stack.port))


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Play real reports through the door, while processes are killed."
    )
    parser.add_argument(
        "file", type=Path, help="a CSV with the columns report, location_text, gold_state_pcode and category"
    )
    parser.add_argument("--limit", type=int, help="only so many of them")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, (postgresql if asked.postgres else sqlite)() as store:
        return 0 if asyncio.run(run(asked.file, asked.limit, store, Path(folder))) else 1


if __name__ == "__main__":
    sys.exit(main())
