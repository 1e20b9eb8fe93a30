"""How fast the hotline is: each figure a ratio to a yardstick
that was measured in the same run, turn and turn about.

    python -m benchmarks.bench              dialling in, delivering and answering on Telegram,
                                            on SQLite and on PostgreSQL
    python -m benchmarks.bench --quick      on SQLite only, and shorter
    python -m benchmarks.bench --servers    the same door behind other web servers
    python -m benchmarks.bench --sweep      only what a million closed cases cost the clock and the auditor
    python -m benchmarks.bench --broadcast  only a calm message to 100,000 people (to 10,000 with --quick),
                                            and the cases beside it
    python -m benchmarks.bench --night      a whole night, while everything breaks: see benchmarks/night.py

The yardstick of dialling in is a page of Flask that always says the same, behind gunicorn with threads; that
of delivering is a job of RQ that does nothing; that of Telegram is its library with nothing behind it. Ends
with 1 if any page was not the one expected.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import broadcast, night
from benchmarks.chats import TOKEN, Api, Bare, Smartphone
from benchmarks.chats import report as report_of
from benchmarks.figures import (
    HOP_TARGET,
    Delivery,
    Visits,
    all_right,
    print_answers,
    print_beside,
    print_deliveries,
    print_where_it_goes,
)
from benchmarks.processes import BIN, Stack, Store, cpu_seconds, free_port, postgresql, sqlite
from benchmarks.sweep import sweeping
from benchmarks.ussd_load import Callers, Step, Target, Walk, phone
from benchmarks.wire import Carrier, Line, Text
from benchmarks.yardstick import PAGE, Noop
from hotline.settings import from_environment

CALLERS = 32

DETAILS = Step("Stolen {n}x", holds="May we text")
"""A report's own words, to know it by in whatever is written about it: no other's begin or end like them."""

REPORT: Walk = (
    Step("", holds="2. English"),
    Step("2", holds="2. Report something"),
    Step("2", holds="What is it about?"),
    Step("5", holds="Type the name of the place"),
    Step("Kaptembwo", holds="1. Kaptembwo, Nakuru"),
    Step("1", holds="in a few words"),
    DETAILS,
    Step("1", holds="Is Kaptembwo, Nakuru your home"),
    Step("1", kind="END", holds="Case "),
)
"""A whole report by somebody who has never called, with its commits."""

MENUS = REPORT[:7]
"""The same without its end: nothing is committed."""

CONSTANT: Walk = (Step("", holds=PAGE[4:]),) * len(REPORT)

GUNICORN = "gunicorn -w 2 -k gthread --threads 8 --keep-alive 30 -b 127.0.0.1:{port} "
GRANIAN = "granian --interface wsgi --factory --host 127.0.0.1 --port {port} --no-access-log "
DOOR = "webhooks.app:from_environment"
SERVERS = {
    "gunicorn, 2 x 8 threads": GUNICORN + DOOR + "()",
    "granian, 2 x 1": GRANIAN + "--workers 2 --blocking-threads 1 " + DOOR,
    "granian, 2 x 2": GRANIAN + "--workers 2 --blocking-threads 2 " + DOOR,
    "granian, 2 x 4": GRANIAN + "--workers 2 --blocking-threads 4 " + DOOR,
    "granian, 3 x 1": GRANIAN + "--workers 3 --blocking-threads 1 " + DOOR,
    "granian, 1 x 4": GRANIAN + "--workers 1 --blocking-threads 4 " + DOOR,
}
"""How each of them is told to serve the same door: worker processes x threads."""


@dataclass(frozen=True)
class Length:
    """How long a run takes."""

    rounds: int
    seconds: float
    warm_up: float
    deliveries: int
    updates: int


USUAL, QUICK = Length(4, 2.5, 0.7, 60, 1000), Length(2, 1.5, 0.5, 20, 300)


def visit_in_turns(visits: Sequence[Visits], length: Length) -> None:
    """There and back again, so that what drifts on the machine touches everybody alike."""
    callers = Callers(CALLERS)
    for round_ in range(length.rounds):
        for each in visits if round_ % 2 == 0 else reversed(visits):
            each.loads.append(callers.visit(each.target, each.walk, length.seconds, length.warm_up))


@contextmanager
def stack_on(store: Store, carrier_port: int = 9, **settings: str) -> Iterator[Stack]:
    """A hotline with the roster that comes as an example, nothing of it running but the queue."""
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder), carrier_port, DATABASE_URL=store.url, **settings)
        try:
            stack.make_ready()
            yield stack
        finally:
            stack.stop()


def yardstick(stack: Stack) -> Visits:
    port = free_port()
    pid = stack.start_web(port, served(GUNICORN + "benchmarks.yardstick:app", port))
    return Visits("the yardstick", Target(port, "/constant", {"web": pid}), CONSTANT)


def served(command: str, port: int) -> list[str | Path]:
    program, *words = command.format(port=port).split()
    return [BIN / program, *words]


def dialling_in(store: Store, length: Length) -> bool:
    """True if every page was right. The workers are not running: what they do is behind the door."""
    with stack_on(store) as stack:
        base = yardstick(stack)
        processes = {"web": stack.start_web(), "queue": stack.queue, **dict(store.processes)}
        product = Target(stack.port, stack.callback("ussd"), processes)
        menus, report = Visits("menus only", product, MENUS), Visits("a whole report", product, REPORT)
        visit_in_turns([base, menus, report], length)
    if not all_right([base, menus, report]):
        return False
    print(f"\nDialling in, on {store.name}: {CALLERS} people at once.")
    print_beside(base, [menus, report])
    if report.cpu_a_hop > HOP_TARGET * base.cpu_a_hop:
        print_where_it_goes(report)
    return True


def servers(length: Length) -> bool:
    """The same door behind several web servers, with whole reports on SQLite."""
    with stack_on(Store("SQLite")) as stack:
        base = yardstick(stack)
        visits = []
        for name, command in SERVERS.items():
            port = free_port()
            processes = {"web": stack.start_web(port, served(command, port)), "queue": stack.queue}
            visits.append(Visits(name, Target(port, stack.callback("ussd"), processes), REPORT))
        visit_in_turns([base, *visits], length)
    if not all_right([base, *visits]):
        return False
    print(f"\nThe same door behind several servers, whole reports on SQLite: {CALLERS} people at once.")
    print_beside(base, visits)
    return True


async def delivering(store: Store, length: Length) -> None:
    """One report after another through the whole hotline, and after each a job that does nothing."""
    texts: asyncio.Queue[Text] = asyncio.Queue()
    carrier = Carrier(texts.put_nowait)
    with stack_on(store, await carrier.open()) as stack:
        noop = Noop(stack.redis_url)
        stack.start("noop", [sys.executable, "-m", "benchmarks.yardstick", stack.redis_url])
        stack.start_web()
        workers = stack.start_workers()
        for number in range(3):  # everybody comes, and finds their tools
            await deliver(stack, texts, number)
            noop.seconds()
        before = sum(map(cpu_seconds, workers))
        deliveries, noops = [], []
        for number in range(length.deliveries):
            deliveries.append(await deliver(stack, texts, 100 + number))
            noops.append(noop.seconds())
        used = sum(map(cpu_seconds, workers)) - before
    carrier.close()
    print_deliveries(store, deliveries, noops, used / length.deliveries)


async def deliver(stack: Stack, texts: "asyncio.Queue[Text]", number: int) -> Delivery:
    """Report, and wait for the text to the citizen and the one to the liaison."""
    citizen = phone(number)
    form = {
        "sessionId": f"ATUid_{number}",
        "phoneNumber": citizen,
        "networkCode": "63902",
        "serviceCode": "*384*4455#",
    }
    line, typed = Line(stack.port), [step.typed.format(n=number) for step in REPORT[1:]]
    for hop in range(len(typed)):
        await line.post(stack.callback("ussd"), {**form, "text": "*".join(typed[:hop])})
    pressed = time.perf_counter()
    await line.post(stack.callback("ussd"), {**form, "text": "*".join(typed)})
    page = time.perf_counter()
    line.close()
    liaison = await text_to_liaison(texts, citizen, DETAILS.typed.format(n=number))
    await asyncio.sleep(0.05)  # the worker writes down what the carrier said, and rests
    return Delivery(page - pressed, liaison.at - pressed)


async def text_to_liaison(texts: "asyncio.Queue[Text]", citizen: str, details: str) -> Text:
    """Wait until the citizen and the liaison both have theirs, and return the
    liaison's: the one that holds this report's own words. Of the same event
    others are told as well, and some of them only now of the report before it."""
    liaison, citizen_has_theirs = None, False
    while liaison is None or not citizen_has_theirs:
        text = await asyncio.wait_for(texts.get(), 30)
        citizen_has_theirs |= text.number == citizen
        if liaison is None and text.number != citizen and details in text.words:
            liaison = text
    return liaison


async def answering(store: Store, length: Length) -> None:
    """Reports on Telegram, one update after another through the real
    door, and between them updates to python-telegram-bot alone."""
    api = Api()
    port = await api.open()
    with stack_on(
        store,
        TELEGRAM_TOKEN=TOKEN,
        TELEGRAM_BASE_URL=f"http://127.0.0.1:{port}",
        PUBLIC_URL="https://hotline.example",
    ) as stack:
        processes = {
            "web": stack.start_web(),
            "bot": stack.start("bot", [sys.executable, "-m", "bot"]),
            "queue": stack.queue,
        }
        bare, secret = Bare(api, port), from_environment(stack.environ).telegram_secret
        await bare.open()
        line, ours, theirs = Line(stack.port), [], []
        await report_of(Smartphone(api, line, secret, 1))  # everybody comes, and finds their tools
        api.shown[2] = asyncio.Queue()
        before = {name: cpu_seconds(pid) for name, pid in processes.items()}
        for chat in range(100, 100 + length.updates // 10):
            ours += await report_of(Smartphone(api, line, secret, chat))
            theirs += [await bare.seconds(2) for _ in range(10)]
        used = {name: (cpu_seconds(pid) - before[name]) / len(ours) for name, pid in processes.items()}
        line.close()
        await bare.close()
    api.close()
    print_answers(store, ours, theirs, used)


def main() -> int:
    parser = argparse.ArgumentParser(
        description="How fast the hotline is, as ratios to a yardstick in the same run."
    )
    parser.add_argument("--quick", action="store_true", help="on SQLite only, and shorter")
    parser.add_argument("--servers", action="store_true", help="compare web servers instead")
    parser.add_argument(
        "--sweep", action="store_true", help="only what a million closed cases cost the clock and the auditor"
    )
    parser.add_argument(
        "--broadcast", action="store_true", help="only a calm message to many, and the cases beside it"
    )
    parser.add_argument("--night", action="store_true", help="a whole night instead, while everything breaks")
    asked = parser.parse_args()
    length = QUICK if asked.quick else USUAL
    if asked.servers:
        return 0 if servers(length) else 1
    if asked.broadcast:
        return broadcast.main(["--quick"] if asked.quick else [])
    if asked.night:
        return night.main([])
    stores = [] if asked.sweep else [sqlite] if asked.quick else [sqlite, postgresql]
    right = [measure(store, length) for store in stores]
    if not asked.quick:
        sweeping()
    return 0 if all(right) else 1


def measure(new_store: Callable[[], AbstractContextManager[Store]], length: Length) -> bool:
    """Each on a new database, for each hotline has keys of its own. True if every page was right."""
    with new_store() as store:
        right = dialling_in(store, length)
    with new_store() as store:
        asyncio.run(delivering(store, length))
    with new_store() as store:
        asyncio.run(answering(store, length))
    return right


if __name__ == "__main__":
    sys.exit(main())
