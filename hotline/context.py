"""What is at hand wherever something happens: the settings, the areas, the clock, and one transaction."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.core import fault_points
from hotline.core.crypto import Keys
from hotline.core.database import Database, Locked
from hotline.core.errors import Misconfigured
from hotline.outbox import Posting, Queue, TaskKind
from hotline.places import areas
from hotline.places.areas import Areas
from hotline.places.countries import Country
from hotline.settings import Settings

log = logging.getLogger(__name__)

Post = Callable[[Sequence[Posting]], None]
"""Posts tasks to the queue. Never raises: what it cannot post, the clock posts."""

PLAINLY = timedelta(hours=12)
"""Within this of now, a time of day names one moment; beyond it the day is written, too."""

AREAS_ARE_FRESH = timedelta(minutes=1)
"""How long a process may use its cached areas before it checks their version."""


def post_nothing(postings: Sequence[Posting]) -> None:
    """Post nothing: for a process that leaves it to the clock."""


@dataclass(frozen=True)
class UnitOfWork:
    """One transaction, and what is needed within it."""

    session: Session
    now: datetime
    settings: Settings
    areas: Areas

    @property
    def keys(self) -> Keys:
        return self.settings.keys

    @property
    def country(self) -> Country:
        return self.settings.country

    def schedule(
        self, what: TaskKind, subject: object, due_at: datetime | None = None, queue: Queue = Queue.URGENT
    ) -> None:
        """Schedule a task, due now or then, in this transaction."""
        outbox.schedule(self.session, what, subject, due_at or self.now, queue, now=self.now)

    def schedule_sooner(self, what: TaskKind, subject: object, due_at: datetime) -> None:
        """The same, unless the task is waiting already with an earlier due time."""
        if not outbox.is_due_by(self.session, what, subject, due_at):
            self.schedule(what, subject, due_at)

    def in_minutes(self, minutes: int) -> datetime:
        return self.now + self.settings.minutes(minutes)

    def clock_time(self, moment: datetime) -> str:
        """A time of day as people there read it from their own clock; with its day, unless that is plain."""
        there = moment.astimezone(self.country.zone)
        return there.strftime("%H:%M" if abs(moment - self.now) < PLAINLY else "%d/%m %H:%M")


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Service:
    """One process's hotline: what every transaction of it has in common."""

    settings: Settings
    database: Database
    post: Post = post_nothing
    clock: Callable[[], datetime] = utc_now
    _areas: Areas | None = field(default=None, repr=False)
    _areas_version: object = None
    _areas_read_at: datetime | None = None

    @property
    def areas(self) -> Areas:
        """The country's areas, cached: their version is checked once a minute, and a new one loaded."""
        now = self.clock()
        if self._areas is None or self._areas_read_at is None or now - self._areas_read_at > AREAS_ARE_FRESH:
            self._areas_read_at = now
            self._read_areas()
        assert self._areas is not None
        return self._areas

    def _read_areas(self) -> None:
        country = self.settings.country.code
        try:
            with self.database.reading() as session:
                version = areas.version(session, country)
                if self._areas is None or version != self._areas_version:
                    self._areas, self._areas_version = areas.load(session, country), version
        except Locked:
            if self._areas is None:
                raise
            log.warning("the database does not answer; the areas as read before are used")

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """A unit of work that only reads: nothing is committed."""
        at_hand = self.areas
        with self.database.reading() as session:
            yield UnitOfWork(session, self.clock(), self.settings, at_hand)

    @contextmanager
    def transaction(self) -> Iterator[UnitOfWork]:
        """Commit at the end, or roll back on any exception; post the tasks only after the commit."""
        at_hand = self.areas
        with self.database.writing() as session:
            yield UnitOfWork(session, self.clock(), self.settings, at_hand)
            session.flush()
            postings = outbox.to_post(session)
            fault_points.point("before-commit")
        if postings:
            self.post(postings)


@contextmanager
def service_of(settings: Settings) -> Iterator[Service]:
    """A hotline for an operator's command: it posts nothing itself and leaves that to the clock."""
    database = Database(settings.database_url)
    try:
        yield Service(settings, database)
    finally:
        database.close()


@contextmanager
def ready(settings: Settings) -> Iterator[Service]:
    """The same, on a database as this release has it. Raises `Misconfigured` where it is of another."""
    with service_of(settings) as service:
        refuse_another_release(service.database)
        yield service


def refuse_another_release(database: Database) -> None:
    """Raises `Misconfigured` where the tables are not as this release has them."""
    with database.engine.connect() as connection:
        there = (
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if inspect(connection).has_table("alembic_version")
            else None
        )
    ours = newest_revision()
    if there is None:
        raise Misconfigured("DATABASE_URL: the database is empty. Do: itikia release")
    if there < ours:
        raise Misconfigured(
            f"DATABASE_URL: the database is of an earlier release ({there}, and not {ours}). "
            "Stop whatever of that release still runs. Do: itikia release"
        )
    if there > ours:
        raise Misconfigured(
            f"DATABASE_URL: the database is of a later release ({there}, and not {ours}). "
            "Install that release here. Do: itikia release"
        )


def refuse_another_release_at_start(database: Database) -> None:
    """The same for a process that starts: where the database does
    not answer it goes on, and waits for it as it always does."""
    try:
        refuse_another_release(database)
    except Locked:
        log.warning("the database does not answer; whether it is of this release is not known")


@cache
def newest_revision() -> str:
    """The number of the newest migration, by the names of their
    files: no process loads Alembic for it that migrates nothing."""
    files = (Path(__file__).parent / "migrations" / "versions").glob("[0-9]*_*.py")
    return max(file.name.partition("_")[0] for file in files)
