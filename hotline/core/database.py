"""The database is the truth: a report is committed here before its citizen is told that it was taken.

SQLite on one small machine, PostgreSQL where there are several. The rest of the hotline sees
`Database.reading()` and `Database.writing()`, and does not know which of the two it is.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Executable,
    MetaData,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

Locked = (OperationalError, NoneFree)
"""Transient: a lock timed out, the server is gone, or the pool is exhausted. Worth a retry."""

WAL_IS_SAFE = (3, 51, 3)
"""Before this version of SQLite two processes that check-point a WAL
at the same instant can corrupt the database (sqlite.org/wal.html)."""

PATIENCE = 4
"""Lock timeout in seconds: well under the ten that a carrier waits for us."""


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


Record = TypeVar("Record", bound=Base)


class Moment(TypeDecorator[datetime]):
    """A point in time, always UTC and always aware, also on SQLite, which has no such type."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def journal_mode(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """The journal to use with this SQLite: WAL where it is sound, else a truncated rollback journal."""
    return "WAL" if version >= WAL_IS_SAFE else "TRUNCATE"


class Database:
    """One process's way to the database."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(url) if self.is_sqlite else _postgresql(url)
        self._writing = (
            self.engine.execution_options(sqlite_begin="BEGIN IMMEDIATE") if self.is_sqlite else self.engine
        )

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session in one read transaction; nothing is committed."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session in one write transaction: committed at the end, rolled back on any exception."""
        with self._write_lock(), Session(self._writing) as session, session.begin():
            yield session

    def _write_lock(self) -> AbstractContextManager[None]:
        """A file lock through which SQLite's writers go one at a time: its own
        busy handler retries ever more rarely, and under load some starve."""
        return (
            write_lock(Path(f"{self.url.database}.turn"))
            if self.is_sqlite and self.url.database
            else nullcontext()
        )

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def write_lock(file: Path) -> Iterator[None]:
    """An exclusive `flock` across processes. The kernel releases it when
    its holder dies; after `PATIENCE` seconds of waiting: `Locked`.

    Those who wait try every 3 ms, so the next is whoever tries first, not whoever came first.
    """
    try:
        turn = os.open(file, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError:  # no such folder, or no right to it: opening the database says so itself
        yield
        return
    try:
        _acquire(turn)
        yield
    finally:
        os.close(turn)


def _acquire(turn: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise OperationalError(
                    "waiting for a turn to write", None, TimeoutError("database is locked")
                ) from None
            time.sleep(0.003)


def insert(session: Session, record: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An insert in this database's dialect, for its `ON CONFLICT`, which the common one lacks."""
    table = record.metadata.tables[record.__tablename__]
    return sqlite.insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(table)


def insert_once(session: Session, record: type[Base], **values: object) -> bool:
    """`INSERT … ON CONFLICT DO NOTHING`: atomic, also when two processes insert the same unique key at once.

    True if it was inserted. Python-side defaults apply as always.
    """
    return session.execute(_once(record, session.get_bind().dialect.name), values).first() is not None


@cache
def _once(record: type[Base], dialect: str) -> Executable:
    """Cached: building the statement takes longer than executing it."""
    table = record.metadata.tables[record.__tablename__]
    insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return insert.on_conflict_do_nothing().returning(*table.primary_key)


def lock_row(session: Session, kind: type[Record], identity: object) -> Record:
    """`SELECT … FOR UPDATE`, refreshing what the session has: locked until this transaction ends."""
    return session.get_one(kind, identity, with_for_update=True, populate_existing=True)


def changed(result: object) -> bool:
    """Whether a conditional `UPDATE … WHERE still as I found it` matched its row."""
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def _postgresql(url: str) -> Engine:
    connect_args = {"connect_timeout": 3, "options": "-c lock_timeout=4000 -c statement_timeout=30000"}
    return create_engine(
        url, pool_pre_ping=True, pool_timeout=4, connect_args=connect_args, hide_parameters=True
    )


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        pool_timeout=4,
        connect_args={"timeout": PATIENCE, "check_same_thread": False},
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # else the driver begins transactions by itself, and late
        for pragma in (f"journal_mode={journal_mode()}", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A writer takes its lock with BEGIN IMMEDIATE: upgrading a read
        # transaction fails at once with SQLITE_BUSY, whatever the time-out.
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))

    return engine
