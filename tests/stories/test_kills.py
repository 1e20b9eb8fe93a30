"""A process dies at the worst moment, and its successor goes
on: no report is lost, and no citizen is told a thing twice."""

import signal
import subprocess
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hotline.cases.case import Case
from hotline.cases.reference_number import read_reference
from hotline.core.database import Database
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import Message, MessageState
from hotline.settings import from_environment
from simulator.client import Phone, Town
from tests.scenery.stack import (
    ITIKIA,
    SECRET,
    WORKERS,
    Gateway,
    Stack,
    answers,
    below,
    environment,
    processes,
    running,
)
from tests.scenery.waiting import PATIENCE, wait_until

pytestmark = [pytest.mark.kill, pytest.mark.timeout(1800)]


@dataclass(frozen=True)
class Death:
    """Where a process dies while a report is under way, and
    what is written of the citizen's own text in the end."""

    process: str
    place: str
    state: str
    """UNKNOWN where the text under way is the one that tells the citizen that somebody has their case.
    WITHHELD where they want no texts, and the one under way puts the case before a liaison."""

    @property
    def texts(self) -> bool:
        return self.state != MessageState.WITHHELD

    @property
    def told(self) -> tuple[MessageKind, str]:
        """The kind of the citizen's text in question, and words that are in it."""
        if self.state == MessageState.UNKNOWN:
            return MessageKind.CASE, "seeing to it"
        return MessageKind.RECEIVED, "received"

    @property
    def details(self) -> str:
        return f"{self.process} {self.place} {self.state}"


SENT, UNKNOWN, WITHHELD = MessageState.SENT, MessageState.UNKNOWN, MessageState.WITHHELD

DEATHS = [
    Death("work urgent", "before-commit", SENT),
    Death("work urgent", "after-pop", SENT),
    Death("work urgent", "after-lease", UNKNOWN),
    Death("work urgent", "after-send", UNKNOWN),
    Death("work urgent", "before-record", UNKNOWN),
    Death("work urgent", "after-lease", WITHHELD),
    Death("work urgent", "after-send", WITHHELD),
    Death("work urgent", "before-record", WITHHELD),
    Death("clock", "after-claim", SENT),
    Death("web", "before-commit", SENT),
    Death("web", "after-commit", SENT),
    Death("web", "after-post", SENT),
]
"""Those whose text is in the hands of the dead come early: it takes the time of a lease until somebody else
may touch it, and they wait out that time together. Of those in doubt nothing is sent again, so none of them
dies another's death meanwhile."""


def test_whoever_dies_wherever_every_report_is_put_before_a_liaison(stack: Stack) -> None:
    numbers = {death: f"+2547110001{row:02}" for row, death in enumerate(DEATHS)}
    shown = {death: _report(stack, death, numbers[death]) for death in DEATHS}
    wait_until(lambda: all(_times_told(stack, death) for death in DEATHS), "a liaison hears of every report")
    wait_until(lambda: not _under_way(stack), "every text was sent, or known to be unknown")
    for death, reference in shown.items():
        times = _times_told(stack, death)
        assert 1 <= times <= (1 if death.texts else 2), f"the liaison heard {times} times of {death}"
        told = sum(
            text["count"]
            for text in _texts(stack)
            if text["number"] == numbers[death] and death.told[1] in text["text"]
        )
        assert (
            told
            == {SENT: 1, UNKNOWN: int(death.place != "after-lease"), WITHHELD: 0}[MessageState(death.state)]
        ), death
        assert _state(stack, death, reference) == death.state, death
    assert len(_cases(stack)) == len(DEATHS), (
        "a report that was dialled once is one case, however often its last turn came"
    )


def _report(stack: Stack, death: Death, number: str) -> str:
    """A report during which, or when somebody takes it, a process
    dies. Returns the case's number as the citizen was shown it."""
    if death.state == UNKNOWN:
        reference = stack.gateway(number).report(death.details)
        wait_until(
            lambda: _times_told(stack, death) and not _under_way(stack, reference),
            f"the liaison hears of {death}",
        )
        has_died = stack.arm(death.process, death.place)
        _take(stack, death)
    else:
        has_died = stack.arm(death.process, death.place)
        if death.process == "clock":
            stack.arm("web", "after-commit")  # so that there is something for the clock to find
        reference = stack.gateway(number).report(death.details, text=death.texts)
    wait_until(has_died, f"{death.process} dies {death.place}")
    if death.process == "work urgent" and death.texts:
        wait_until(lambda: _times_told(stack, death), f"the liaison hears of {death}")
    return reference


def _take(stack: Stack, death: Death) -> None:
    """The liaison who was told takes the case."""
    (asked,) = (text for text in _texts(stack) if f" {death.details}\n" in text["text"])
    Phone(stack.town, asked["number"]).text("22384", f"1 {asked['text'].partition(':')[0]}")


def _texts(stack: Stack) -> list[dict[str, Any]]:
    texts: list[dict[str, Any]] = stack.town.counters()["texts"]
    return texts


def _times_told(stack: Stack, death: Death) -> int:
    """How often a liaison was sent this report: the one who was
    sent it most often, for others may be asked meanwhile."""
    times: Counter[str] = Counter()
    for text in _texts(stack):
        times[text["number"]] += text["count"] * (f" {death.details}\n" in text["text"])
    return max(times.values(), default=0)


def _under_way(stack: Stack, shown: str = "") -> list[Message]:
    """The messages that nobody has seen to yet; of one case only, where
    its number is given, for others may be in the hands of the dead."""
    under_way = select(Message).where(Message.state.in_((MessageState.WAITING, MessageState.SENDING)))
    if shown:
        under_way = under_way.join(Case).where(Case.reference == read_reference(shown))
    with stack.database.reading() as session:
        return list(session.scalars(under_way))


def _state(stack: Stack, death: Death, shown: str) -> str:
    """What is written of the citizen's text in question."""
    theirs = (
        select(Message.state)
        .join(Case)
        .where(Case.reference == read_reference(shown), Message.kind == death.told[0])
    )
    with stack.database.reading() as session:
        return session.scalars(theirs).one()


def _cases(stack: Stack) -> list[Case]:
    with stack.database.reading() as session:
        return list(session.scalars(select(Case)))


def test_whatever_is_killed_comes_back(folder: Path) -> None:
    with running(folder, {}) as stack:
        for name in ("queue", "web", "clock", *WORKERS):
            wait_until(partial(_is_another, stack, name, stack.kill(name)), f"{name} is back")
        stack.wait_until_open()
        wait_until(lambda: len(below(stack.pid("web"))) == 2, "two stand at the door")
        killed = stack.kill("web worker")
        wait_until(lambda: len(below(stack.pid("web")).keys() - {killed}) == 2, "another stands at the door")
        stack.gateway("+254711000100").report("all are back")
        wait_until(
            lambda: any("all are back" in text["text"] for text in _texts(stack)), "a liaison hears of it"
        )


def _is_another(stack: Stack, name: str, before: int) -> bool:
    return stack.pid(name) != before


def test_a_hotline_that_is_killed_leaves_nothing_behind_and_starts_again_where_it_was(folder: Path) -> None:
    environ = environment(folder)
    settings = from_environment(environ)
    first = _run(environ)
    wait_until(lambda: len(below(first.pid)) == 9, "all its parts run")
    parts = below(first.pid)
    first.kill()
    first.wait()
    wait_until(
        lambda: not parts.keys() & {pid for pid, _above, _command in processes()}, "all its parts are gone"
    )

    second = _run(environ)
    try:
        shown = Gateway(
            f"http://127.0.0.1:{settings.port}/africastalking/{SECRET}/ussd", "+254711000100"
        ).report("it runs again")
        with Town(settings.carrier_base_url) as town:
            wait_until(
                lambda: any("it runs again" in text["text"] for text in town.counters()["texts"]),
                "a liaison hears of it",
            )
    finally:
        parts = below(second.pid)
        second.send_signal(signal.SIGINT)
        assert second.wait(PATIENCE) == 0
    assert not parts.keys() & {pid for pid, _above, _command in processes()}
    database = Database(settings.database_url)
    with database.reading() as session:
        assert session.scalars(select(Case.reference)).all() == [read_reference(shown)]
    database.close()


def _run(environ: dict[str, str]) -> subprocess.Popen[bytes]:
    """`itikia run`, as soon as a phone can dial in."""
    process = subprocess.Popen(
        [ITIKIA, "run"], env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    wait_until(lambda: answers(f"http://127.0.0.1:{environ['PORT']}/health"), "the door is open")
    wait_until(lambda: answers(f"{environ['CARRIER_BASE_URL']}/simulator/town"), "the simulator answers")
    return process
