"""The world it is played in: everybody in it, a carrier that asks what happens, and workers that die."""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from sqlalchemy import insert, update

from hotline import outbox
from hotline.carriers.carrier import Sending
from hotline.context import UnitOfWork
from hotline.core.database import Database
from hotline.directory import bodies, liaisons, people
from hotline.directory.people import PHONE, TELEGRAM, Address
from hotline.directory.subscriptions import Subscription, SubscriptionState
from hotline.operations.worker import Worker
from hotline.outbox import Queue, Task, TaskKind
from hotline.settings import Settings
from tests.scenery.broadcast_machine.cast import CHATS, MORE_BODIES, MORE_LIAISONS, ONCE, READERS, WISHED
from tests.scenery.broadcast_machine.sheet import Run
from tests.scenery.carrier import Died, PretendCarrier
from tests.scenery.county import MORNING
from tests.scenery.world import World

BATCH = 3
"""So few texts make a batch that most broadcasts are several."""

NUMBERS: dict[int, str] = {}
"""Of the readers' addresses."""

# The stage


@contextmanager
def stage_on(furnished: Settings) -> Iterator[World]:
    """A world on SQLite with everybody in it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "itikia.db"
        shutil.copy(furnished.var / "itikia.db", file)
        made = replace(furnished, var=Path(folder), database_url=f"sqlite:///{file}", bulk_batch=BATCH)
        database = Database(made.database_url)
        world = World(made, database)
        world.carrier = AskingCarrier()
        furnish(world)
        yield world
        world.conversations.close()
        database.close()


def furnish(world: World) -> None:
    with world.service.transaction() as work:
        bodies.save(work.session, MORE_BODIES)
        liaisons.save(work.session, work.keys, MORE_LIAISONS, ("en", "sw"), work.now)
        NUMBERS.clear()
        for place, reader in enumerate(READERS):
            NUMBERS[met(work, reader, language_of(place)).id] = reader


def met(work: UnitOfWork, reader: str, language: str) -> Address:
    channel = TELEGRAM if reader in CHATS else PHONE
    at_hand = (work.session, work.keys, reader, work.now)
    person = people.meet(*at_hand, may_write=True, language=language, channel=channel)
    work.session.flush()
    address = person.at(channel)
    assert address is not None
    return address


def language_of(place: int) -> str:
    return ("en", "sw")[place % 2]


def begin_anew(world: World) -> None:
    """Nothing has happened yet, and every reader but one has asked for news of a place and said yes again."""
    world.begin_anew()
    with world.service.database.writing() as session:
        open_again = update(Address).where(Address.id.in_(NUMBERS)).values(closed_at=None, opted_out_at=None)
        session.execute(open_again)
        rows = [subscribed(address, reader, place) for place, (address, reader) in enumerate(NUMBERS.items())]
        session.execute(insert(Subscription), rows)


def subscribed(address: int, reader: str, place: int) -> dict[str, object]:
    asked = {"address_id": address, "area_code": WISHED[reader], "language": language_of(place), "how": "sms"}
    if reader == ONCE:
        return asked | {"asked_at": MORNING, "state": SubscriptionState.ASKED, "confirmed_at": None}
    return asked | {"asked_at": MORNING, "state": SubscriptionState.ON, "confirmed_at": MORNING}


# The carrier


class AskingCarrier(PretendCarrier):
    """Asks the test what happens to each text for a reader."""

    def __init__(self) -> None:
        super().__init__()
        self.asks: Callable[[str, str, str], Sending] | None = None

    def send(self, number: str, text: str) -> Sending:
        found = re.search(r"Itikia (\d{4,6}): ", text)
        if number in WISHED and found and self.asks is not None:
            return self.asks(found[1], number, text)
        return super().send(number, text)


# The workers

ASKS = (TaskKind.DELIVER, TaskKind.REMIND)


class Watcher(Protocol):
    """Is told of every task that a worker takes in hand, and how that ended."""

    world: World

    def run_begins(self) -> Run: ...
    def run_ends(self, run: Run) -> None: ...
    def run_is_written_down(self, run: Run) -> None: ...
    def somebody_died(self) -> None: ...


class MortalWorker:
    """A worker that is followed by another when it dies."""

    def __init__(self, watcher: Watcher, queue: Queue) -> None:
        self.watcher, self.queue = watcher, queue
        self.worker = self._born()

    def _born(self) -> Worker:
        return Worker(self.watcher.world.service, self.watcher.world.carrier, self.queue)

    def run(self, task: int) -> None:
        if self.queue != Queue.ORDINARY or self._is_for_us(task):
            self._live(task)

    def _is_for_us(self, task: int) -> bool:
        """Liaisons act here without being asked or reminded: to write to them would be most of the work."""
        database = self.watcher.world.service.database
        with database.reading() as session:
            found = outbox.peek(session, task)
        if found is None or found[0] not in ASKS:
            return found is not None
        with database.writing() as session:
            here = (Task.queue == Queue.ORDINARY, Task.what.in_(ASKS))
            session.execute(update(Task).where(*here).values(state="done"))
            return outbox.peek(session, task) is not None

    def _live(self, task: int) -> None:
        run = self.watcher.run_begins()
        try:
            self.worker.run(task)
        except Died:
            self.worker = self._born()
            self.watcher.somebody_died()
        else:
            self.watcher.run_is_written_down(run)
        finally:
            self.watcher.run_ends(run)
