"""Whoever sends a calm message dies again and again: everybody
on the list is accounted for, and nobody has it twice.

    python -m tests.stories.test_broadcast_kills                 10,000 people and 40 deaths, on SQLite
    python -m tests.stories.test_broadcast_kills --postgresql    the same on PostgreSQL

A death costs its broadcast the time of a lease, so several
broadcasts go out side by side, and most deaths hit another.
"""

import argparse
import random
import re
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchmarks.broadcast_world import MWANGI, by_day, number_of, service_by_day, subscribe, wards_of, write
from benchmarks.processes import postgresql
from hotline.broadcasts.broadcast import Broadcast, BroadcastState
from hotline.broadcasts.copies import Copy, CopyState
from hotline.directory import people
from hotline.directory.people import Address
from tests.scenery.stack import Stack
from tests.scenery.waiting import wait_until

pytestmark = [pytest.mark.kill, pytest.mark.timeout(1800)]

BULK = "work bulk"
PLACES = ("after-lease", "after-send", "before-record", "before-commit", "after-pop")
SEED = 7


@dataclass(frozen=True)
class Plan:
    """How much is sent, and how often whoever sends it dies."""

    wards: int
    each: int
    """People in each ward."""
    kills: int
    batch: int
    rate: int
    """Texts a second: so slowly that there is something left to send at the last death."""

    @property
    def people(self) -> int:
        return self.wards * self.each


SHORT = Plan(wards=12, each=160, kills=10, batch=40, rate=200)
WHOLE = Plan(wards=20, each=500, kills=40, batch=100, rate=200)


class Doomed(Stack):
    """A hotline whose bulk worker is killed faster than anybody would
    start it again for long, and starts at once all the same."""

    def condemn(self, place: str = "") -> int:
        """Kill it now. Its successor dies too where a `place` is
        named, as soon as it comes there. Returns who was killed."""
        marks = (
            {"FAULT": place, "FAULT_ONCE": str(self.folder / f"died-{time.monotonic_ns()}")} if place else {}
        )
        self._children[BULK].environ = {**self.environ, **marks}
        return self._forgiven(self.kill(BULK))

    def wait_for_another(self, than: int) -> int:
        """Whoever has taken its place."""
        wait_until(lambda: self.pid(BULK) != than, "the bulk worker has started anew")
        return self._forgiven(self.pid(BULK))

    def _forgiven(self, pid: int) -> int:
        """Its death counts as the first."""
        self._children[BULK].started_at, self._children[BULK].deaths = 0.0, 0
        return pid


@dataclass
class Siege:
    """One story: broadcasts to several wards, and deaths while they go out."""

    plan: Plan
    stack: Doomed
    codes: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)

    def prepare(self) -> None:
        """Everybody is there, and every message has been written
        and approved: the last word by text, from a phone."""
        service = service_by_day(self.stack.settings, self.stack.database)
        wards = wards_of(service.areas)[: self.plan.wards]
        subscribe(service, wards, self.plan.each)
        phone = self.stack.town.phone(MWANGI)
        for ward in wards:
            for code, words in write(service, ward).items():
                self.codes.append(code)
                phone.text("22384", words)

    def besiege(self) -> None:
        """From the list of recipients to the last batch."""
        dice, places = random.Random(SEED), cycle(PLACES)
        wait_until(lambda: self._states() - {"submitted"}, "the first is approved")
        for turn in range(self.plan.kills // 2):
            place = next(places)
            condemned = self.stack.wait_for_another(self.stack.condemn(place))
            left = self.ledger()[CopyState.LISTED]
            self.stack.wait_for_another(condemned)
            self._let_it_send(left - dice.randrange(3 * self.plan.batch))
            self.kills.update(("at any moment", place))
            self._others(turn)
        assert self._states() & {"first", "sending"}, "there was something left to send until the last death"

    def _let_it_send(self, left: int) -> None:
        """Until no more than these are left; or for a while, where the dead have all that could go."""
        until = time.monotonic() + 8
        while time.monotonic() < until and self.ledger()[CopyState.LISTED] >= left:
            time.sleep(0.05)

    def _others(self, turn: int) -> None:
        """Besides, the queue forgets what it holds, and others die."""
        if turn % 3 == 1:
            self.stack.forget_queue()
            self.kills["queue emptied"] += 1
        if turn % 5 == 2:
            self.stack.kill("clock")
            self.kills["clock"] += 1
        if turn % 7 == 3:
            self._kill_the_door()

    def _kill_the_door(self) -> None:
        """Once nothing is on its way there: the simulator says of
        a text what became of it, and does not say it again."""
        worker = self.stack.pid(BULK)
        with self.stack.without(BULK):
            self.wait_for_receipts()
            self.stack.kill("web")
            self.stack.wait_until_open()
        self.stack.wait_for_another(worker)
        self.kills.update(("at any moment", "web"))

    def wait_for_receipts(self) -> None:
        """Until the simulator has nothing more to say."""
        said: list[int] = []

        def quiet() -> bool:
            said.append(self.stack.town.counters()["callbacks"]["tried"])
            time.sleep(0.4)
            return len(said) > 3 and len(set(said[-4:])) == 1

        wait_until(quiet, "all receipts have come")

    def wait_for_the_end(self) -> None:
        wait_until(lambda: self._states() == {BroadcastState.SENT}, "everything was sent")
        self.wait_for_receipts()

    def _states(self) -> set[str]:
        with self.stack.database.reading() as session:
            return set(session.scalars(select(Broadcast.state)))

    @property
    def deaths(self) -> int:
        """Of the bulk worker."""
        return sum(self.kills[each] for each in ("at any moment", *PLACES))

    def ledger(self) -> Counter[str]:
        with self.stack.database.reading() as session:
            return Counter(
                {
                    state: number
                    for state, number in session.execute(
                        select(Copy.state, func.count()).group_by(Copy.state)
                    )
                }
            )

    def listed(self) -> list[int]:
        with self.stack.database.reading() as session:
            return list(session.scalars(select(Broadcast.listed)))

    def doubtful_batches(self) -> Counter[object]:
        """How many are in doubt, by the batch that they were in."""
        with self.stack.database.reading() as session:
            return Counter(session.scalars(select(Copy.lease).where(Copy.state == CopyState.DOUBTFUL)))

    def said_to_be(self, state: str) -> set[str]:
        """Everybody of whose copy the ledger says this."""
        index = {
            people.number_index(self.stack.settings.keys, number): number
            for number in map(number_of, range(self.plan.people))
        }
        with self.stack.database.reading() as session:
            return {
                index[each]
                for each in session.scalars(
                    select(Address.number_index).join(Copy).where(Copy.state == state)
                )
            }

    def taken(self) -> Counter[str]:
        """How often the carrier took one of these messages for each number."""
        ours = re.compile(rf"Itikia ({'|'.join(self.codes)}): ")
        times: Counter[str] = Counter()
        for text in self.stack.town.counters()["texts"]:
            if ours.match(text["text"]):
                times[text["number"]] += text["count"]
        return times


def judge(siege: Siege) -> str:
    """Whether everything is as it must be; and how it went, in a line."""
    plan, ledger, taken, batches = siege.plan, siege.ledger(), siege.taken(), siege.doubtful_batches()
    assert siege.listed() == [plan.each] * plan.wards
    assert ledger[CopyState.GONE] + ledger[CopyState.DOUBTFUL] == ledger.total() == plan.people, (
        f"each is gone or in doubt: {ledger}"
    )
    assert set(taken.values()) == {1}, f"nobody has it twice: {Counter(taken.values())}"
    assert siege.said_to_be(CopyState.GONE) == set(taken), (
        "what the carrier took is what is written as gone, once its receipts are in"
    )
    assert not siege.said_to_be(CopyState.DOUBTFUL) & set(taken)
    assert len(batches) <= siege.deaths, "a death leaves one batch in doubt at most"
    assert all(number <= plan.batch for number in batches.values())
    return (
        f"{siege.deaths} deaths of the bulk worker ({dict(siege.kills)}); {plan.people} listed: "
        f"{ledger[CopyState.GONE]} gone, {ledger[CopyState.DOUBTFUL]} never sent, "
        f"in {len(batches)} batches; nobody twice"
    )


def played(plan: Plan, folder: Path, **settings: str) -> str:
    """The whole story."""
    pace = {"MINUTE": "1", "BULK_RATE": str(plan.rate), "BULK_BATCH": str(plan.batch)}
    stack = Doomed(folder, **by_day(folder / "clocks"), **pace, **settings)
    siege = Siege(plan, stack)
    try:
        stack.start()
        siege.prepare()
        siege.besiege()
        siege.wait_for_the_end()
        return judge(siege)
    finally:
        stack.stop()


def test_whoever_sends_dies_all_the_time_and_nobody_has_it_twice(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = played(SHORT, folder)
    with capsys.disabled():
        print(f"\n{told}")  # noqa: T201 - how it went


def main() -> int:
    parser = argparse.ArgumentParser(description="A broadcast to 10,000 people, and forty deaths.")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL")
    parser.add_argument("--short", action="store_true", help="as in the suite")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="itikia-")))
        settings = {"DATABASE_URL": stack.enter_context(postgresql()).url} if asked.postgresql else {}
        began = time.monotonic()
        print(played(SHORT if asked.short else WHOLE, folder, **settings))  # noqa: T201 - how it went
        print(f"{time.monotonic() - began:.0f} s")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
