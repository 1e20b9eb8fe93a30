"""A calm message to many people, beside what the carrier could take
at best; and what it costs the cases that are reported meanwhile.

    python -m benchmarks.broadcast            to 100,000, on SQLite and on PostgreSQL
    python -m benchmarks.broadcast --quick    to 10,000, on SQLite only

Each is played twice: with a receipt for every text, as it is, and without any, which shows what receipts
cost. The time begins when all the others are to get it, after the first few; that the list is drawn up
belongs to the ten minutes before.
"""

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

from benchmarks.broadcast_world import (
    Carrier,
    approve,
    by_day,
    found,
    service_by_day,
    subscribe_to_one,
    wards_of,
    write,
)
from benchmarks.figures import percentile
from benchmarks.processes import (
    BIN,
    PATIENCE,
    Stack,
    Store,
    cpu_seconds,
    machine_cpu_seconds,
    postgresql,
    sqlite,
)
from benchmarks.wire import Line
from hotline import outbox
from hotline.context import Service
from hotline.core.database import Database
from hotline.outbox import Queue, TaskKind
from hotline.settings import from_environment

MANY, FEW = 100_000, 10_000
LIMIT, LINES, CASES, PAUSE = 500, 4, 40, 0.5
"""Texts a second that the carrier takes; lines over which it brings
receipts; reports that are measured alone; seconds after each."""
GOAL = 1.2

KEYS = ("2", "2", "5", "Kaptembwo", "1", "Stolen {n}x", "1", "1")
"""A whole report by somebody who has never called, key by key."""
REPORTED = re.compile(r"Stolen (\d+)x")


class Reports:
    """Cases, reported one after another: from the last key until
    the carrier has the text to the liaison, in seconds."""

    def __init__(self, stack: Stack) -> None:
        self._stack, self._line, self._numbers = stack, Line(stack.port, 60), count(1)
        self._awaited: dict[int, asyncio.Future[float]] = {}

    def heard(self, words: str, at: float) -> None:
        """The carrier has a text that is about a case."""
        if (
            (found := REPORTED.search(words))
            and (waits := self._awaited.get(int(found[1])))
            and not waits.done()
        ):
            waits.set_result(at)

    async def one(self) -> float:
        number = next(self._numbers)
        self._awaited[number] = asyncio.get_running_loop().create_future()
        typed = [key.format(n=number) for key in KEYS]
        form = {
            "sessionId": f"ATUid_{number}",
            "phoneNumber": f"+2547{number:08}",
            "networkCode": "63902",
            "serviceCode": "*384*4455#",
        }
        for hop in range(len(typed)):
            await self._line.post(self._stack.callback("ussd"), {**form, "text": "*".join(typed[:hop])})
        pressed = time.perf_counter()
        await self._line.post(self._stack.callback("ussd"), {**form, "text": "*".join(typed)})
        return await asyncio.wait_for(self._awaited[number], PATIENCE) - pressed

    async def several(self, goes_on: Callable[[], bool]) -> list[float]:
        """As long as this says so, with a pause after each."""
        seconds = []
        while goes_on():
            seconds.append(await self.one())
            await asyncio.sleep(PAUSE)
        return seconds


@dataclass(frozen=True)
class Plan:
    """How much is sent."""

    recipients: int
    limit: int
    """Texts a second that the carrier takes."""
    lines: int
    """Connections over which it brings receipts; 0 for none at all."""
    cases: int
    """Reports before the broadcast, with which those beside it are compared."""


@dataclass(frozen=True)
class Sent:
    """How one broadcast went."""

    texts: int
    seconds: float
    """From when all the others were to get it until the carrier had the last text."""
    alone: Sequence[float]
    """What a case took before, and `beside` it."""
    beside: Sequence[float]
    turned_away: int
    untold: int
    """Receipts that were still to be brought when the last text had gone."""
    shares: Mapping[str, float]
    """How much of one core each took meanwhile."""


async def send(store: Store, plan: Plan) -> Sent:
    """One broadcast through a whole hotline, and cases before it and beside it."""
    with ExitStack() as open_:
        folder = Path(open_.enter_context(tempfile.TemporaryDirectory()))
        carrier = Carrier(plan.limit)
        stack = _stack(folder, await carrier.open(), store, plan)
        open_.callback(stack.stop)
        stack.make_ready()
        reports = Reports(stack)
        carrier.hear = reports.heard
        settings = from_environment(stack.environ)
        service = service_by_day(settings, Database(settings.database_url))
        open_.callback(service.database.close)
        processes = _started(stack) | dict(store.processes)
        lines = [
            asyncio.create_task(carrier.tell(Line(stack.port, 60), stack.callback("receipts")))
            for _ in range(plan.lines)
        ]
        identity = await _first_few(service, plan)
        sent = await _measured(service, identity, plan, carrier, reports, processes)
        await carrier.tell_no_more(lines)
        carrier.close()
        return sent


def _stack(folder: Path, port: int, store: Store, plan: Plan) -> Stack:
    """A hotline at ten in the morning, with minutes so long that nobody escalates anything meanwhile."""
    rates = {"BULK_RATE": str(plan.limit), "BULK_BATCH": "100", "MINUTE": "600"}
    return Stack(folder, port, DATABASE_URL=store.url, **by_day(folder / "clocks"), **rates)


async def _measured(
    service: Service,
    identity: int,
    plan: Plan,
    carrier: Carrier,
    reports: Reports,
    processes: Mapping[str, int],
) -> Sent:
    """Cases alone; then all others get the broadcast, with cases beside it until its last text is gone."""
    for _ in range(3):  # everybody comes, and finds their tools
        await reports.one()
    numbers = iter(range(plan.cases))
    alone = await reports.several(lambda: next(numbers, None) is not None)
    before, began, few = _cpu(processes), time.perf_counter(), carrier.taken
    with service.transaction() as work:
        work.schedule(TaskKind.GO_ON, identity, queue=Queue.BULK)
    beside = await reports.several(lambda: carrier.taken < plan.recipients)
    elapsed, untold = time.perf_counter() - began, carrier.arrived.qsize() if plan.lines else 0
    shares = {name: (used - before[name]) / elapsed for name, used in _cpu(processes).items()}
    seconds = carrier.last_at - began
    return Sent(carrier.taken - few, seconds, alone, beside, carrier.turned_away, untold, shares)


def _started(stack: Stack) -> dict[str, int]:
    """Everything that runs, and under which number."""
    web = stack.start_web()
    parts = ("work urgent", "work ordinary", "work bulk", "clock")
    return {
        "web": web,
        "queue": stack.queue,
        **{name: stack.start(name, [BIN / "itikia", *name.split()]) for name in parts},
    }


def _cpu(processes: Mapping[str, int]) -> dict[str, float]:
    used = {name: cpu_seconds(pid) for name, pid in processes.items()}
    return {**used, "the carrier and the callers": time.process_time(), "everybody": machine_cpu_seconds()}


async def _first_few(service: Service, plan: Plan) -> int:
    """Everybody wants the news of one ward, a message about it
    is approved, and the first five in a hundred have it."""
    (ward,) = wards_of(service.areas)[:1]
    for first in range(0, plan.recipients, 10_000):
        with service.transaction() as work:
            subscribe_to_one(work, ward, range(first, min(first + 10_000, plan.recipients)))
    ((code, words),) = write(service, ward).items()
    approve(service, words)
    until = time.monotonic() + 600
    while time.monotonic() < until:
        await asyncio.sleep(0.5)
        with service.read() as work:
            identity = found(work, code).id
            if outbox.is_due_by(work.session, TaskKind.GO_ON, identity, work.now + timedelta(days=1)):
                return identity
    raise TimeoutError("the first few never had it")


def show(store: Store, plan: Plan, sent: Sent) -> None:
    least = sent.texts / plan.limit
    receipts = f"receipts over {plan.lines} lines" if plan.lines else "no receipts"
    print(
        f"\nA calm message to {plan.recipients:,}, on {store.name}: the carrier takes {plan.limit} texts "
        f"a second; {receipts}."
    )
    print(
        f"  until the last text has gone   {sent.seconds / least:.2f} x what the carrier needs   "
        f"({sent.seconds:.0f} s; {least:.0f} s)"
    )
    for share in (0.5, 0.95):
        alone, beside = percentile(sent.alone, share), percentile(sent.beside, share)
        print(
            f"  a case meanwhile, p{share * 100:.0f}         "
            f"{'' if share > 0.5 else ' '}{beside / alone:.2f} x what it takes alone   "
            f"({beside * 1000:.0f} ms; {alone * 1000:.0f} ms; {len(sent.beside)} beside {len(sent.alone)})"
        )
    print(
        f"  turned away by the carrier     {sent.turned_away}; receipts still to come when the last text "
        f"had gone: {sent.untold}"
    )
    told = ", ".join(f"{name} {share:.0%}" for name, share in sent.shares.items())
    print(f"  of one core: {told}.")
    if sent.seconds > GOAL * least:
        print(f"  That is above its target of {GOAL} x.")


def sending_to_many(
    recipients: int, limit: int, stores: Sequence[Callable[[], AbstractContextManager[Store]]]
) -> None:
    """With receipts, as it is; and without, which shows what they cost."""
    for new_store in stores:
        for lines in (LINES, 0):
            plan = Plan(recipients, limit, lines, CASES)
            with new_store() as store:
                show(store, plan, asyncio.run(send(store, plan)))


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="A broadcast to many, beside what the carrier could take at best."
    )
    parser.add_argument("--quick", action="store_true", help="to 10,000, on SQLite only")
    parser.add_argument("--recipients", type=int, default=0)
    parser.add_argument("--limit", type=int, default=LIMIT, help="texts a second that the carrier takes")
    asked = parser.parse_args(words)
    recipients = asked.recipients or (FEW if asked.quick else MANY)
    sending_to_many(recipients, asked.limit, [sqlite] if asked.quick else [sqlite, postgresql])
    return 0


if __name__ == "__main__":
    sys.exit(main())
