"""Many people dialling in at once: each walks through the
menus key by key, and every page that comes is checked.

A closed loop: a caller dials again as soon as the last page is there, so it shows what a server can do. A
reply that is not the one expected counts as wrong and never as throughput; so does a last page, with its case
number, that somebody else had already.
"""

import asyncio
import itertools
import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from benchmarks.processes import cpu_seconds, machine_cpu_seconds
from benchmarks.wire import Broken, Line


@dataclass(frozen=True, slots=True)
class Step:
    """One key or line, and what the page after it must begin
    with and hold. `{n}` is this session's own number."""

    typed: str
    kind: str = "CON"
    holds: str = ""


Walk = tuple[Step, ...]

NOTHING_FINISHED = "a visit went by without one finished hop, so there is nothing to measure"


@dataclass(frozen=True, slots=True)
class Target:
    """Who is called: an address on this machine, and the processes that it costs, by what they are."""

    port: int
    path: str
    processes: Mapping[str, int]


@dataclass
class Load:
    """What came of one visit to a target."""

    seconds: float = 0.0
    sessions: int = 0
    by_step: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Seconds from key to page, of every hop that was right, by its step in the walk."""
    wrong: Counter[str] = field(default_factory=Counter)
    cpu: dict[str, float] = field(default_factory=dict)
    """Seconds that each of the target's processes took."""
    elsewhere: float = 0.0
    """The machine's share that went to others than this visit; above 0.1 the times mean little."""

    @property
    def latencies(self) -> list[float]:
        return sorted(itertools.chain(*self.by_step.values()))

    @property
    def hops_a_second(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def cpu_a_hop(self) -> float:
        """Seconds of all the target's processes together."""
        return sum(self.cpu.values()) / len(self.latencies)

    def latency(self, share: float) -> float:
        """Below which this share of the hops stayed, in seconds."""
        latencies = self.latencies
        return latencies[int(share * (len(latencies) - 1))]


def phone(number: int) -> str:
    """An invented Kenyan mobile number, another for each session."""
    return f"+2547{number:08d}"


class Callers:
    """So many people at once. Each session has a number of
    its own, and so a phone of its own, through all visits."""

    def __init__(self, many: int) -> None:
        self._many = many
        self._numbers = itertools.count(1)

    def visit(self, target: Target, walk: Walk, seconds: float, warm_up: float) -> Load:
        """Walk for so long, and measure after the warm-up."""
        return asyncio.run(self._visit(target, walk, seconds, warm_up))

    async def _visit(self, target: Target, walk: Walk, seconds: float, warm_up: float) -> Load:
        visit = _Visit(target, walk, self._numbers)
        callers = [asyncio.create_task(visit.call_again_and_again()) for _ in range(self._many)]
        await asyncio.sleep(warm_up)
        visit.begin_to_measure()
        await asyncio.sleep(seconds)
        load = visit.measured()
        await asyncio.gather(*callers)
        if not load.latencies:
            load.wrong[NOTHING_FINISHED] += 1
        return load


class _Visit:
    def __init__(self, target: Target, walk: Walk, numbers: Iterator[int]) -> None:
        self._target, self._walk, self._numbers = target, walk, numbers
        self._load = Load()
        self._is_over = False
        self._last_pages: set[str] = set()
        self._before = self._used()

    def begin_to_measure(self) -> None:
        self._load, self._before = Load(wrong=self._load.wrong), self._used()

    def measured(self) -> Load:
        now, self._is_over, load = self._used(), True, self._load
        used = {name: now[name] - self._before[name] for name in now}
        load.seconds = used.pop("clock")
        everybody, own = used.pop("machine"), used.pop("callers")
        load.cpu = used
        load.elsewhere = max(0.0, everybody - own - sum(used.values())) / (
            load.seconds * (os.cpu_count() or 1)
        )
        self._load = Load(wrong=load.wrong)
        return load

    def _used(self) -> dict[str, float]:
        own = {"clock": time.perf_counter(), "machine": machine_cpu_seconds(), "callers": time.process_time()}
        return own | {name: cpu_seconds(pid) for name, pid in self._target.processes.items()}

    async def call_again_and_again(self) -> None:
        line = Line(self._target.port)
        while not self._is_over:
            if await self._session(line, next(self._numbers)):
                self._load.sessions += 1
            elif not self._is_over:
                await asyncio.sleep(0.05)  # a server that refuses is not hammered
        line.close()

    async def _session(self, line: Line, number: int) -> bool:
        form = {
            "sessionId": f"ATUid_{number}",
            "phoneNumber": phone(number),
            "networkCode": "63902",
            "serviceCode": "*384*4455#",
        }
        typed: list[str] = []
        for hop, step in enumerate(self._walk):
            typed += [step.typed.format(n=number)] if hop else []
            if self._is_over or not await self._hop(line, {**form, "text": "*".join(typed)}, hop, number):
                return False
        return True

    async def _hop(self, line: Line, form: Mapping[str, str], hop: int, number: int) -> bool:
        load, step, began = self._load, self._walk[hop], time.perf_counter()
        try:
            status, page = await line.post(self._target.path, form)
        except Broken:
            load.wrong["no answer"] += 1
            return False
        if status != 200 or not page.startswith(step.kind) or step.holds.format(n=number) not in page:
            load.wrong[f"after “{step.typed}”: {status} {page[:60]!r}"] += 1
            return False
        if step.kind == "END" and page in self._last_pages:
            load.wrong["somebody else's last page"] += 1
            return False
        self._last_pages.add(page if step.kind == "END" else "")
        load.by_step[hop].append(time.perf_counter() - began)
        return True
