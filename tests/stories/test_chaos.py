"""Half a minute of everything dying, again and again, while people
report: whoever was shown a case number has a case, and is answered."""

import random
import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from hotline.cases.case import Case, CaseState
from hotline.cases.dispatch import Dispatch
from hotline.cases.reference_number import read_reference
from hotline.core.database import Locked
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import Message, MessageState
from hotline.outbox import Task, TaskKind
from simulator.client import Phone
from simulator.shown import received
from tests.scenery.kinds import TO_CITIZENS
from tests.scenery.stack import Stack
from tests.scenery.waiting import wait_until

pytestmark = [pytest.mark.kill, pytest.mark.timeout(1800)]

LATER = (TaskKind.STILL, TaskKind.FOLLOW_UP, TaskKind.READY, TaskKind.WARN)
DISPATCHES = (MessageKind.DISPATCH,)
OF_CASES = tuple(kind for kind in TO_CITIZENS if kind != MessageKind.FOLLOW_UP)
SECONDS = 20
PRODUCERS = 2
SEED = 20261121
VICTIMS = ("web worker", "web", "work urgent", "work urgent", "work ordinary", "work bulk", "clock", "queue")
"""The worker on cases twice: with it dies what is in its hands."""


@dataclass
class Chaos:
    """What goes on at once, and what came of it."""

    stack: Stack
    calm: threading.Event = field(default_factory=threading.Event)
    """Nobody reports any more, and nobody dies."""
    over: threading.Event = field(default_factory=threading.Event)
    shown: list[str] = field(default_factory=list)
    """The case numbers that citizens were shown."""
    kills: Counter[str] = field(default_factory=Counter)

    def report(self, producer: int) -> None:
        """One citizen after another, each with a phone of their own. Every fourth wants no texts."""
        row = 0
        while not self.calm.is_set():
            row += 1
            citizen = self.stack.gateway(f"+25471{producer}000{row:03}")
            self.shown.append(citizen.report(f"report {producer}x{row}x", text=row % 4 > 0))
            self.calm.wait(0.3)

    def kill(self) -> None:
        """About once a second somebody dies, and twice the queue forgets everything."""
        dice = random.Random(SEED)
        for second in range(SECONDS):
            self.calm.wait(dice.uniform(0.7, 1.3))
            victim = dice.choice(VICTIMS)
            if second in (SECONDS // 3, 2 * SECONDS // 3):
                self.stack.forget_queue()
            else:
                self.stack.kill(victim)
                self.kills[victim] += 1

    def acknowledge(self) -> None:
        """Every liaison takes whatever they are asked to take."""
        answered: set[str] = set()
        while not self.over.wait(0.5):
            for row in self.stack.town.ask("GET", "/phones"):
                for text in received(row):
                    if text.id not in answered and (asked := re.search(r"1 (\w+) = ", text.body)):
                        answered.add(text.id)
                        Phone(self.stack.town, row["number"]).text("22384", f"1 {asked[1]}")


def test_everything_dies_all_the_time_and_nobody_is_forgotten(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    chaos = Chaos(stack)
    with ThreadPoolExecutor() as people:
        reporting = [people.submit(chaos.report, producer) for producer in range(PRODUCERS)]
        liaisons = people.submit(chaos.acknowledge)
        try:
            chaos.kill()
            chaos.calm.set()
            for citizens in reporting:
                citizens.result()
            wait_until(lambda: not _unfinished(stack), "every case is taken, and everybody was told")
        finally:
            chaos.calm.set()
            chaos.over.set()
        liaisons.result()
    counts = _judge(chaos)
    with capsys.disabled():
        print(f"\n{stack.database.engine.name}: {counts}")  # noqa: T201 - how it went is worth a line


def _unfinished(stack: Stack) -> bool:
    """Whether anything is left but the questions, half an hour from now and later: are they still on it, did
    help come, are they there tonight."""
    try:
        with stack.database.reading() as session:
            to_take = session.scalars(select(Case.id).where(Case.state == CaseState.OPEN)).all()
            to_do = session.scalars(
                select(Task.id).where(Task.state == "waiting", Task.what.not_in(LATER))
            ).all()
    except Locked:  # somebody writes, so they have not finished
        return True
    return bool(to_take or to_do)


def _judge(chaos: Chaos) -> str:
    """Hold everybody to what was promised. Returns the counts, for people to read."""
    with chaos.stack.database.reading() as session:
        opened = session.scalars(select(Case.reference)).all()
        dispatched = set(session.scalars(select(Case.reference).join(Dispatch, Dispatch.case_id == Case.id)))
        states = {
            kinds: Counter(session.scalars(select(Message.state).where(Message.kind.in_(kinds))))
            for kinds in (DISPATCHES, OF_CASES)
        }
        wants_none = len(session.scalars(select(Case.id).where(Case.contact == "none")).all())
    shown = [read_reference(number) for number in chaos.shown]
    assert sorted(opened) == sorted(map(str, shown)), (
        "each number that was shown is one case, and each case's number was shown"
    )
    assert dispatched == set(opened)

    texts = chaos.stack.town.counters()["texts"]
    to_liaisons = [text["count"] for text in texts if " = " in text["text"] and "report " in text["text"]]
    to_citizens = [text["count"] for text in texts if re.match(r"\d{4}-\d{4}: ", text["text"])]
    twice, hands = sum(to_liaisons) - len(to_liaisons), chaos.kills["work urgent"] + chaos.kills["queue"]
    unknown = states[OF_CASES][MessageState.UNKNOWN]
    assert twice <= chaos.kills["work urgent"], (
        "a liaison hears twice only where a worker died with the text in its hands"
    )
    assert set(to_citizens) == {1}, "no citizen is told a thing twice"
    assert unknown <= hands, "a text is in doubt only where a worker died"
    assert states[DISPATCHES].keys() <= {MessageState.SENT, MessageState.WITHHELD}, (
        "withheld where the worker died with it and the liaison took the case"
    )
    assert states[OF_CASES].keys() <= {MessageState.SENT, MessageState.UNKNOWN, MessageState.WITHHELD}
    assert states[OF_CASES][MessageState.WITHHELD] == 2 * wants_none
    return (
        f"{len(shown)} reports, {len(opened)} cases, 0 lost, {sum(chaos.kills.values())} kills, "
        f"{twice} dispatch texts sent twice, {unknown} citizens' texts in doubt"
    )
