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
import math
import re
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import count
from pathlib import Path
from shutil import copyfile
from urllib.parse import parse_qs
from uuid import uuid4
from zoneinfo import TZPATH, ZoneInfo

from sqlalchemy import insert, select

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
from benchmarks.wire import Company, Line, in_json
from hotline import outbox
from hotline.broadcasts import actions as broadcast_actions
from hotline.broadcasts import rollout
from hotline.broadcasts.broadcast import Broadcast, BroadcastState, broadcast_by_code
from hotline.broadcasts.menus import Compose, Deal
from hotline.context import Service, UnitOfWork
from hotline.core.crypto import seal
from hotline.core.database import Database
from hotline.directory import people, subscriptions
from hotline.directory.liaisons import of as liaison_of
from hotline.directory.people import PHONE, Address, Person
from hotline.directory.subscriptions import Subscription
from hotline.outbox import Queue, TaskKind
from hotline.places.areas import Areas
from hotline.settings import Settings, from_environment
from simulator.floods import Bucket

MANY, FEW = 100_000, 10_000
LIMIT, LINES, CASES, PAUSE = 500, 4, 40, 0.5
"""Texts a second that the carrier takes; lines over which it brings receipts; reports that are measured
alone; seconds after each."""
GOAL = 1.2
WANJIKU, MWANGI = "+254722000201", "+254722000103"
"""Of the example's roster, both of Nakuru: one of the peace
committee, who writes, and one of the police, who says yes."""
NAKURU = "KE032"
MORNING = 10
"""The hour at which everything is played, for no calm message goes out at night."""


# ---------------------------------------------------------------------------------------------- what it needs


def zone_of_now() -> str:
    """Where it is about ten in the morning at this moment."""
    east = (MORNING - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-east:+}"


def by_day(folder: Path) -> dict[str, str]:
    """For the environment of a hotline: its country's clocks
    show about ten in the morning, whatever the hour is."""
    here = next(Path(path, "Etc") for path in TZPATH if Path(path, "Etc").is_dir())
    (folder / "Africa").mkdir(parents=True, exist_ok=True)
    copyfile(here / zone_of_now().removeprefix("Etc/"), folder / "Africa" / "Nairobi")
    return {"PYTHONTZPATH": str(folder)}


def service_by_day(settings: Settings, database: Database) -> Service:
    """The same for ourselves."""
    return Service(
        replace(settings, country=replace(settings.country, zone=ZoneInfo(zone_of_now()))), database
    )


def wards_of(areas: Areas, county: str = NAKURU) -> list[str]:
    """The places in a county that hold no other."""
    return [area.code for area in areas.all_inside(areas[county]) if not areas.children(area)]


def number_of(reader: int) -> str:
    """An invented number, of nobody else in the example."""
    return f"+2547{10_000_000 + reader}"


def subscribe(service: Service, wards: Sequence[str], each: int) -> None:
    """So many people in each ward who want its news and have said yes
    once more; in a few statements, where the dialogue takes many."""
    with service.transaction() as work:
        for place, ward in enumerate(wards):
            _subscribe(work, ward, range(place * each, (place + 1) * each))


def _subscribe(work: UnitOfWork, ward: str, readers: range) -> None:
    numbers = [number_of(reader) for reader in readers]
    known = [{"id": uuid4(), "met_at": work.now, "language": ("sw", "en")[reader % 2]} for reader in readers]
    work.session.execute(insert(Person), known)
    addresses = [
        {"person_id": person["id"], "channel": PHONE, "number_index": people.number_index(work.keys, number),
         "sealed": seal(work.keys, number)}
        for person, number in zip(known, numbers, strict=True)
    ]  # fmt: skip
    found = work.session.scalars(
        insert(Address).returning(Address.id, sort_by_parameter_order=True), addresses
    ).all()
    wants = {
        "area_code": ward,
        "state": subscriptions.ON,
        "how": "ussd",
        "asked_at": work.now,
        "confirmed_at": work.now,
    }
    rows = [
        {"address_id": address, "language": person["language"], **wants}
        for address, person in zip(found, known, strict=True)
    ]
    work.session.execute(insert(Subscription), rows)


def write(service: Service, ward: str) -> Mapping[str, str]:
    """Somebody writes that this ward is calm, and puts it to others.
    What each of those is to say, by the code of the message."""
    there = service.clock().astimezone(service.settings.country.zone) - timedelta(minutes=5)
    wish = Compose(
        template="calm", areas=(ward,), fields=(("time", f"{there:%H:%M}"), ("who", "elders")),
        own=(), source="elders", hours=6,
        public=False, exercise=False, emergency=False,
    )  # fmt: skip
    with service.transaction() as work:
        person = people.by_number(work.session, work.keys, WANJIKU)
        author = liaison_of(work.session, person) if person else None
        assert author is not None
        broadcast_actions.deal(work, author, wish)
        made = work.session.scalars(select(Broadcast).order_by(Broadcast.id.desc())).first()
        assert made is not None
        assert made.state == BroadcastState.SUBMITTED
        return {made.code: f"OK {made.code} {made.mark}"}


def approve(service: Service, words: str) -> None:
    """Somebody of the police has read it and says yes, and it
    goes to the few at once: nobody waits for cooling here."""
    _ok, code, mark = words.split()
    at_once = replace(service, settings=replace(service.settings, minute=timedelta(0)))
    with at_once.transaction() as work:
        person = people.by_number(work.session, work.keys, MWANGI)
        who = liaison_of(work.session, person) if person else None
        assert who is not None
        broadcast_actions.deal(work, who, Deal("approve", code, mark))
        rollout.cool(work, _found(work, code).id)
        outbox.complete(work.session, TaskKind.COOL, _found(work, code).id)


def _found(work: UnitOfWork, code: str) -> Broadcast:
    found = broadcast_by_code(work.session, code)
    assert found is not None
    return found


# ------------------------------------------------------------------------------------------------ the carrier


class Carrier(Company):
    """Takes so many texts a second and no more, says of each broadcast
    text that it has arrived, and hands on what is about a case.

    It plays the part that the simulator plays elsewhere. That one keeps every phone and every text, and takes
    more of this machine for a text than the hotline does: it would be itself that is measured.
    """

    def __init__(self, limit: int) -> None:
        self._bucket, self._ids = Bucket(limit, limit), count(1)
        self.hear: Callable[[str, float], None] = lambda _words, _at: None
        """Told of each text that is about a case, and of the moment."""
        self.arrived: asyncio.Queue[dict[str, str] | None] = asyncio.Queue()
        """Receipts that the hotline has not been told of yet; None for whoever brings them, to go home."""
        self.taken = self.turned_away = 0
        self.last_at = 0.0

    def answer(self, head: bytes, body: bytes) -> bytes:
        if b"/version1/user" in head:
            return in_json(HTTPStatus.OK, {"UserData": {"balance": "KES 1785.5000"}})
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        numbers = form["to"].split(",")
        if wait := self._bucket.wait():
            self.turned_away += len(numbers)
            return (
                f"HTTP/1.1 429 Too Many Requests\r\nRetry-After: {math.ceil(wait)}\r\nContent-Length: "
                "0\r\n\r\n"
            ).encode()
        self._bucket.take(len(numbers))
        return in_json(
            HTTPStatus.CREATED,
            {"SMSMessageData": {"Message": "Sent", "Recipients": self._take(numbers, form["message"])}},
        )

    def _take(self, numbers: Sequence[str], words: str) -> list[dict[str, object]]:
        ids = [f"ATXid_{next(self._ids)}" for _number in numbers]
        if words.startswith("Itikia "):
            self.taken, self.last_at = self.taken + len(numbers), time.perf_counter()
            for identity, number in zip(ids, numbers, strict=True):
                self.arrived.put_nowait(
                    {"id": identity, "phoneNumber": number, "status": "Success", "networkCode": "63902"}
                )
        else:
            self.hear(words, time.perf_counter())
        said = {"cost": "KES 0.8000", "status": "Success", "statusCode": 102}
        return [
            {**said, "messageId": identity, "number": number}
            for identity, number in zip(ids, numbers, strict=True)
        ]

    async def tell(self, line: Line, path: str) -> None:
        """Bring receipts over one line, one after another, as fast as they are taken."""
        while (receipt := await self.arrived.get()) is not None:
            await line.post(path, receipt)
        line.close()

    async def tell_no_more(self, tellers: Sequence["asyncio.Task[None]"]) -> None:
        """What has not been brought is not brought any more."""
        while not self.arrived.empty():
            self.arrived.get_nowait()
        for _teller in tellers:
            self.arrived.put_nowait(None)
        await asyncio.gather(*tellers)


# ------------------------------------------------------------------------------------------- what is measured


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
        port = await carrier.open()
        pace = {
            "BULK_RATE": str(plan.limit),
            "BULK_BATCH": "100",
            "MINUTE": "600",
        }  # so long that nobody escalates anything meanwhile
        stack = Stack(folder, port, DATABASE_URL=store.url, **by_day(folder / "clocks"), **pace)
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
        for _ in range(3):  # everybody comes, and finds their tools
            await reports.one()
        numbers = iter(range(plan.cases))
        alone = await reports.several(lambda: next(numbers, None) is not None)
        before, began = _cpu(processes), time.perf_counter()
        few = carrier.taken
        with service.transaction() as work:
            work.schedule(TaskKind.GO_ON, identity, queue=Queue.BULK)
        beside = await reports.several(lambda: carrier.taken < plan.recipients)
        seconds, elapsed, untold = (
            carrier.last_at - began,
            time.perf_counter() - began,
            carrier.arrived.qsize(),
        )
        shares = {name: (used - before[name]) / elapsed for name, used in _cpu(processes).items()}
        await carrier.tell_no_more(lines)
        carrier.close()
        return Sent(
            carrier.taken - few,
            seconds,
            alone,
            beside,
            carrier.turned_away,
            untold if plan.lines else 0,
            shares,
        )


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
            _subscribe(work, ward, range(first, min(first + 10_000, plan.recipients)))
    ((code, words),) = write(service, ward).items()
    approve(service, words)
    until = time.monotonic() + 600
    while time.monotonic() < until:
        await asyncio.sleep(0.5)
        with service.read() as work:
            identity = _found(work, code).id
            if outbox.is_due_by(work.session, TaskKind.GO_ON, identity, work.now + timedelta(days=1)):
                return identity
    raise TimeoutError("the first few never had it")


# -------------------------------------------------------------------------------------------- what is printed


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


def percentile(seconds: Sequence[float], share: float) -> float:
    return sorted(seconds)[int(share * (len(seconds) - 1))]


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
