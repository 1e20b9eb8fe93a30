"""The truth is in the database: nothing that was committed is lost, and whoever waits for it waits a little, not in vain."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import alembic.command
import alembic.config
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from hotline import acknowledgement, arrivals, desk, followups  # noqa: F401 - each brings its tables
from hotline import database as module
from hotline.bodies import Body, Serves
from hotline.database import Base, Database, Locked, insert_once, journal_mode
from hotline.people import Person
from hotline.settings import Settings

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    with closing(Database(settings.database_url)) as opened:
        yield opened


@pytest.fixture
def empty(settings: Settings) -> Iterator[Database]:
    """A database of the same kind with nothing in it."""
    with closing(Database(settings.database_url)) as opened:
        with opened.engine.begin() as connection:
            Base.metadata.drop_all(connection)
            connection.execute(text("DROP TABLE alembic_version"))
        yield opened


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Database]:
    """SQLite, with the tables of bodies."""
    with closing(Database(f"sqlite:///{tmp_path / 'small.db'}")) as opened:
        Base.metadata.create_all(opened.engine)
        yield opened


def migrations(database: Database) -> alembic.config.Config:
    config = alembic.config.Config()
    config.set_main_option("script_location", str(Path(module.__file__).parent / "migrations"))
    config.attributes["url"] = database.url.render_as_string(hide_password=False)
    return config


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, Base.metadata))


def body(code: str) -> Body:
    return Body(code=code, name="Kaptembwo Police Station", kind="police")


# Migrations


def test_the_migrations_make_exactly_what_the_code_expects(database: Database) -> None:
    with database.engine.connect() as connection:
        assert differences(connection) == []


def test_a_column_that_no_migration_makes_would_be_noticed(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE bodies ADD COLUMN motto VARCHAR"))
        assert differences(connection) != []


def test_every_migration_has_a_way_back(empty: Database) -> None:
    config = migrations(empty)
    for _ in range(2):
        alembic.command.upgrade(config, "head")
        with empty.engine.connect() as connection:
            assert differences(connection) == []
        alembic.command.downgrade(config, "base")
        assert set(inspect(empty.engine).get_table_names()) == {"alembic_version"}


# SQLite


@pytest.mark.parametrize(
    ("version", "mode"),
    [((3, 37, 2), "TRUNCATE"), ((3, 51, 2), "TRUNCATE"), ((3, 51, 3), "WAL"), ((3, 52, 0), "WAL"), ((4, 0, 0), "WAL")],
)
def test_the_faster_journal_is_used_only_where_it_is_sound(version: tuple[int, int, int], mode: str) -> None:
    assert journal_mode(version) == mode


def test_what_was_committed_survives_a_power_cut(small: Database) -> None:
    with small.engine.connect() as connection:
        told = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("synchronous", "foreign_keys", "journal_mode")}
    assert told == {"synchronous": 2, "foreign_keys": 1, "journal_mode": journal_mode().lower()}


def test_one_who_reads_and_then_writes_waits_for_another_who_writes(small: Database) -> None:
    """Without the lock taken at once, the second would be refused on the spot, however long it is willing to wait."""
    first_has_it = threading.Event()

    def first() -> None:
        with small.writing() as session:
            session.add(body("first"))
            session.flush()
            first_has_it.set()
            time.sleep(0.3)

    thread = threading.Thread(target=first)
    thread.start()
    assert first_has_it.wait(5)
    with small.writing() as session:
        known = list(session.scalars(select(Body.code)))
        session.add(body("second"))
    thread.join()
    assert known == ["first"], "it sees what the other has written"
    with small.reading() as session:
        assert len(session.scalars(select(Body)).all()) == 2


def test_many_who_read_and_then_write_all_get_their_turn(small: Database) -> None:
    refused: list[Exception] = []

    def add_one(number: int) -> None:
        try:
            with small.writing() as session:
                before = len(session.scalars(select(Body)).all())
                session.add(body(f"{before}"))
        except Exception as error:
            refused.append(error)

    threads = [threading.Thread(target=add_one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []
    with small.reading() as session:
        assert sorted(session.scalars(select(Body.code)), key=int) == [str(number) for number in range(12)]


def test_a_database_that_stays_locked_is_told_as_such(tmp_path: Path) -> None:
    file = tmp_path / "locked.db"
    with closing(Database(f"sqlite:///{file}")) as database, closing(sqlite3.connect(file, isolation_level=None)) as other:
        Base.metadata.create_all(database.engine)
        other.execute("BEGIN EXCLUSIVE")
        with database.writing() as session, pytest.raises(Locked):
            session.connection()


# Either


def test_work_that_is_broken_off_leaves_nothing_behind(database: Database) -> None:
    def half() -> None:
        with database.writing() as session:
            session.add(body("half"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    with database.reading() as session:
        assert session.get(Body, "half") is None


def test_what_refers_to_nothing_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(Serves(body_code="nobody", area_code="KE"))


def test_a_row_is_inserted_once(database: Database) -> None:
    for expected in (True, False):
        with database.writing() as session:
            assert insert_once(session, Body, code="once", name="Once", kind="police") is expected
    with database.reading() as session:
        assert session.get_one(Body, "once").categories == "", "and defaults are filled in"


def test_a_moment_comes_back_as_it_was_whatever_clock_it_was_read_from(database: Database) -> None:
    nairobi = NOON.astimezone(timezone(timedelta(hours=3)))
    with database.writing() as session:
        person = Person(met_at=nairobi)
        session.add(person)
        session.flush()
        identity = person.id
    with database.reading() as session:
        met = session.get_one(Person, identity).met_at
        assert (met, met.tzinfo) == (NOON, UTC)
        assert session.scalar(select(Person.id).where(Person.met_at == nairobi)) == identity


def test_a_moment_without_its_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="needs its time zone"), database.writing() as session:
        session.add(Person(met_at=NOON.replace(tzinfo=None)))


def test_an_error_of_the_database_shows_nothing_that_was_written(database: Database) -> None:
    with pytest.raises(IntegrityError) as refusal, database.writing() as session:
        session.add(Serves(body_code="silaha sokoni", area_code="KE"))
    assert "silaha" not in str(refusal.value).partition("DETAIL")[0]
