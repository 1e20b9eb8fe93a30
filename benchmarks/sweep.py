"""What the past costs: the clock's sweep and the auditor's look,
with a million closed cases in PostgreSQL beside ten thousand."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from benchmarks.processes import SECRET, postgresql
from hotline import outbox
from hotline.cli.running import release_to
from hotline.context import Service
from hotline.core.database import Database
from hotline.directory import bodies, liaisons
from hotline.directory.categories import BodyKind
from hotline.operations import auditor
from hotline.settings import Settings, from_environment

MANY, FEW = 1_000_000, 10_000
UNFINISHED, DUE = 500, 100
"""Cases that somebody is asked about, and tasks that have fallen due: as many in both."""
WARM_UP, SWEEPS, LOOKS = 30, 200, 30
GOAL = 1.5
NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
MOMENTS = {
    "now": NOW,
    "before": NOW - timedelta(days=30),
    "due": NOW - timedelta(seconds=1),
    "later": NOW + timedelta(hours=1),
}

CASES = """
INSERT INTO cases (id, reference, session_index, channel, category_code, area_code,
                   locked_details, contact, language, state, round,
                   round_began_at, urgency, in_danger, wants_woman, opened_at, closed_at)
SELECT gen_random_uuid(), mark || lpad(to_hex(n), 7, '0'), md5(mark || n), 'ussd', 'other', 'KE032',
       '\\x00', 'none', 'en', state, 1,
       at, 1, false, false, at, CASE WHEN state = 'closed' THEN at END
FROM generate_series(1, :number) AS n,
     (SELECT CAST(:mark AS text) AS mark, CAST(:state AS text) AS state,
             CAST(:before AS timestamptz) AS at)"""

DISPATCHES = """
INSERT INTO dispatches (case_id, step, round, liaison_id, body_code, word, rung, place, reason, state, at)
SELECT id, 1, 1, (SELECT min(id) FROM liaisons), 'desk', 'SIMBA', 'primary', 0, '',
       CASE WHEN state = 'open' THEN 'asked' ELSE 'done' END, CAST(:before AS timestamptz)
FROM cases"""

PROMISES = """
INSERT INTO promises (case_id, made_at, due_at, state)
SELECT id, CAST(:before AS timestamptz), CAST(:later AS timestamptz),
       CASE WHEN state = 'open' THEN 'open' ELSE 'kept' END
FROM cases"""

MESSAGES = """
INSERT INTO messages (id, key, kind, address_id, case_id, locked_text, written_at, state, tries, code)
SELECT gen_random_uuid(), 'received:' || id, 'received', (SELECT min(id) FROM addresses), id, '\\x00',
       CAST(:before AS timestamptz), 'sent', 1, ''
FROM cases"""

TASKS = """
INSERT INTO errands (key, what, subject, queue, due_at, wanted_at, state, posted, failures)
SELECT what || ':' || subject, what, subject, 'urgent', CASE WHEN done THEN at ELSE later END, later,
       CASE WHEN done THEN 'done' ELSE 'waiting' END, 0, 0
FROM (SELECT 'open' AS what, id::text AS subject, true AS done FROM cases
      UNION ALL SELECT 'escalate', id::text, state <> 'asked' FROM dispatches
      UNION ALL SELECT 'promise', id::text, state <> 'open' FROM promises) AS each,
     (SELECT CAST(:before AS timestamptz) AS at, CAST(:later AS timestamptz) AS later)"""

FALLEN_DUE = """
INSERT INTO errands (key, what, subject, queue, due_at, wanted_at, state, posted, failures)
SELECT 'due:' || n, 'find', 'due', 'urgent', CAST(:due AS timestamptz), CAST(:due AS timestamptz),
       'waiting', 0, 0
FROM generate_series(1, :number) AS n"""

DUE_AGAIN = "UPDATE errands SET due_at = :due WHERE state = 'waiting' AND subject = 'due' AND due_at < :later"


@dataclass
class Kept:
    """A database with so many closed cases behind it, and what things took there, in seconds."""

    closed: int
    service: Service
    sweeps: list[float] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)

    def sweep(self) -> None:
        """What the clock does every half second."""
        with self.service.database.writing() as session:
            session.execute(text(DUE_AGAIN), MOMENTS)
        began = time.perf_counter()
        with self.service.database.writing() as session:
            claimed = outbox.fallen_due(session, NOW)
        self.sweeps.append(time.perf_counter() - began)
        assert len(claimed) == DUE, f"{len(claimed)} tasks were claimed, of {DUE} that are due"

    def audit(self) -> None:
        """What the auditor does every minute."""
        began = time.perf_counter()
        audited = auditor.audit(self.service)
        self.looks.append(time.perf_counter() - began)
        assert (audited.unfinished, audited.mended) == (UNFINISHED, 0), (
            f"{audited.unfinished} unfinished, {audited.found}"
        )


def fill(settings: Settings, closed: int) -> None:
    """The areas, one liaison, and the past: every case's dispatch, promise and text, with a task of each."""
    release_to(settings)
    database = Database(settings.database_url)
    with database.writing() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        bodies.save(session, [bodies.Listed("desk", "Desk", BodyKind.COORDINATION, ("KE",), ())])
        liaisons.save(
            session,
            settings.keys,
            [liaisons.Listed("desk", "Somebody", "+254722000001", ("en",), True)],
            ("en",),
            NOW,
        )
        for mark, state, number in (("c", "closed", closed), ("u", "open", UNFINISHED)):
            session.execute(text(CASES), {**MOMENTS, "mark": mark, "state": state, "number": number})
        for each in (DISPATCHES, PROMISES, MESSAGES, TASKS, FALLEN_DUE):
            session.execute(text(each), {**MOMENTS, "number": DUE})
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))  # else the server goes on writing it all down while we measure
    database.close()


@contextmanager
def keeping(url: str, name: str, closed: int, settings: Settings) -> Iterator[Kept]:
    """A database of this name on that server, filled; gone with the server."""
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    server.dispose()
    own = replace(
        settings, database_url=make_url(url).set(database=name).render_as_string(hide_password=False)
    )
    fill(own, closed)
    service = Service(own, Database(own.database_url), clock=lambda: NOW)
    try:
        yield Kept(closed, service)
    finally:
        service.database.close()


def sweeping(many: int = MANY, few: int = FEW) -> None:
    """Both in turn, so that what drifts on the machine touches
    both alike; and what the one takes beside the other."""
    with ExitStack() as stack:
        store, folder = (
            stack.enter_context(postgresql()),
            Path(stack.enter_context(tempfile.TemporaryDirectory())),
        )
        settings = from_environment(
            {"VAR": str(folder), "DATABASE_URL": store.url, "CALLBACK_SECRETS": SECRET}
        )
        settings.keys.make()
        open_ = partial(keeping, settings.database_url, settings=settings)
        kept = [
            stack.enter_context(open_(name=name, closed=closed))
            for name, closed in (("few", few), ("many", many))
        ]
        in_turns(WARM_UP, [each.sweep for each in kept])
        for each in kept:
            each.sweeps.clear()
        in_turns(SWEEPS, [each.sweep for each in kept])
        in_turns(LOOKS, [each.audit for each in kept])
    print(
        f"\nThe past, on PostgreSQL: {many:,} closed cases and {3 * many:,} tasks done, beside {few:,} "
        f"and {3 * few:,}."
    )
    print_ratio(f"the clock's sweep, {DUE} tasks due", [each.sweeps for each in kept])
    print_ratio(f"the auditor's look, {UNFINISHED} cases unfinished", [each.looks for each in kept])


def in_turns(times: int, acts: Sequence[Callable[[], None]]) -> None:
    for number in range(times):
        for act in acts if number % 2 == 0 else reversed(acts):
            act()


def print_ratio(what: str, seconds: Sequence[Sequence[float]]) -> None:
    few, many = map(statistics.median, seconds)
    print(f"  {what:44} {many / few:.2f} x   ({many * 1000:.1f} ms; beside {few * 1000:.1f} ms)")
    if many > GOAL * few:
        print(f"  That is above its target of {GOAL} x.")
