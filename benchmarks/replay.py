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
import os
import re
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks.processes import BIN, ROOT, Stack, Store, family, is_open, postgresql, sqlite, wait_until
from benchmarks.replay_people import COUNTRY, Citizen, Gateway, Liaisons, Person, Told, citizens, roster
from benchmarks.wire import Carrier
from hotline.cases.case import Case, CaseState
from hotline.cases.dispatch import Dispatch
from hotline.core.database import Database
from hotline.directory.bodies import Serves
from hotline.outbox import Task, TaskKind
from hotline.places import loading as area_loading
from hotline.places.areas import Areas
from hotline.settings import Settings, from_environment

CALLERS = 16
AREAS = ROOT / "tests" / "data" / "nigeria_areas.csv"
STANDSTILL = 60.0
"""Seconds without anything done, after which something is stuck."""


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
        f"  texted twice     {outcome.texts_twice} liaisons "
        "(the worker that was killed may have had one text in hand),"
    )
    print(f"                   {outcome.citizens_texted_twice} citizens (never)")
    print(f"  answered otherwise when a callback came twice: {again['answered otherwise']}")
    if not settled:
        print(
            f"  something is left to be opened or delivered, and nothing more was done for {STANDSTILL:.0f} s"
        )


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
