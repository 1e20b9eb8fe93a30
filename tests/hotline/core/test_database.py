"""The truth is in the database: nothing that was committed is
lost, and whoever waits for it waits a little, not in vain."""

import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import alembic.command
import alembic.config
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import (
    Connection,
    Engine,
    Table,
    UniqueConstraint,
    Uuid,
    bindparam,
    create_engine,
    event,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError, StatementError

import hotline
from hotline import outbox
from hotline.cases import followups, responses  # noqa: F401 - each brings its tables
from hotline.cases.case import Case
from hotline.cases.dispatch import Dispatch
from hotline.cases.promises import Promise
from hotline.cases.verdicts import Verdict
from hotline.core.database import Base, Database, Locked, Moment, insert_once, journal_mode
from hotline.directory.bodies import Body, Serves
from hotline.directory.liaisons import Liaison
from hotline.directory.people import Person
from hotline.front_desk import desk  # noqa: F401 - each brings its tables
from hotline.messaging import seen  # noqa: F401 - each brings its tables
from hotline.operations import auditor  # noqa: F401 - each brings its tables
from hotline.outbox import Task, TaskKind
from hotline.settings import Settings
from tests.scenery.waiting import PATIENCE

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
    config.set_main_option("script_location", str(Path(hotline.__file__).parent / "migrations"))
    config.attributes["url"] = database.url.render_as_string(hide_password=False)
    return config


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
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


STAYS = {
    "bodies": "one that is no more has an end, and stays",
    "liaisons": "one that is no more has an end, and stays",
    "dispatches": "they are the history of a case",
    "duty_changes": "they are the history of a duty",
    "rumours": "they are the history of what was said",
    "areas": "they go one by one, when an operator loads another edition of a country, in no rush",
}
"""Tables of which no row is deleted while others wait, and why."""


def test_deleting_a_row_reads_no_whole_table_to_see_who_refers_to_it() -> None:
    """Else each deleted row costs a scan of every table that refers to it, under the lock of a writer."""
    missing = {
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name not in STAYS and key.parent.name not in begun_by_indexes(table)
    }
    assert missing == set()


def begun_by_indexes(table: Table) -> set[str]:
    """The columns with which a whole index of this table begins, that of its key or of what is unique too."""
    columns = [
        index.columns for index in table.indexes if index.dialect_options["postgresql"]["where"] is None
    ]
    columns += [each.columns for each in table.constraints if isinstance(each, UniqueConstraint)]
    return {next(iter(each)).name for each in (*columns, table.primary_key.columns)}


def test_every_migration_has_a_way_back(empty: Database) -> None:
    config = migrations(empty)
    for _ in range(2):
        alembic.command.upgrade(config, "head")
        with empty.engine.connect() as connection:
            assert differences(connection) == []
        alembic.command.downgrade(config, "base")
        assert set(inspect(empty.engine).get_table_names()) == {"alembic_version"}


CLOSED, REOPENED, TAKEN, WAITS = (f"{number}" * 32 for number in "1234")
"""Cases as they stood before there were promises: one closed by its citizen's
yes; one in its second round, after a no, in danger; one that somebody took
late and about which the citizen was asked; and one that nobody has taken."""

BEFORE_PROMISES = f"""
INSERT INTO areas (code, name, level, aliases, country, edition) VALUES
    ('KE', 'Kenya', 'country', '', 'KE', 1);
INSERT INTO bodies (code, name, kind, categories) VALUES
    ('station', 'Station', 'police', ''),
    ('peace', 'Committee', 'peace', '');
INSERT INTO people (id, language, met_at) VALUES
    ('{"a" * 32}', 'en', '{{7:00}}'),
    ('{"b" * 32}', 'sw', '{{7:00}}');
INSERT INTO liaisons (id, person_id, body_code, name, languages, on_duty) VALUES
    (1, '{"a" * 32}', 'station', 'Sgt. Kipruto', 'en', true),
    (2, '{"b" * 32}', 'peace', 'Mama Wanjiku', 'sw', true);
INSERT INTO cases (id, reference, session_index, channel, category_code, area_code, locked_details,
    contact, language, state, round, in_danger, opened_at, promised_at, liaison_id,
    acknowledged_at, asked_at, verdict, verdict_at, closed_at) VALUES
    ('{CLOSED}', '1', '1', 'ussd', 'violence', 'KE', '', 'text', 'sw', 'closed', 1, false,
        '{{7:00}}', '{{7:30}}', 1, '{{7:10}}', '{{9:10}}', 'helped', '{{9:20}}', '{{9:20}}'),
    ('{REOPENED}', '2', '2', 'ussd', 'land', 'KE', '', 'text', 'sw', 'open', 2, true,
        '{{7:00}}', '{{12:00}}', NULL, NULL, NULL, 'danger', '{{8:00}}', NULL),
    ('{TAKEN}', '3', '3', 'ussd', 'danger', 'KE', '', 'none', 'sw', 'acknowledged', 1, false,
        '{{7:00}}', '{{7:15}}', 2, '{{7:20}}', '{{7:50}}', NULL, NULL, NULL),
    ('{WAITS}', '4', '4', 'ussd', 'theft', 'KE', '', 'none', 'sw', 'open', 1, false,
        '{{8:30}}', '{{10:30}}', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO dispatches
    (id, case_id, step, round, liaison_id, body_code, word, reason, state, at, taken_at) VALUES
    (1, '{CLOSED}', 1, 1, 1, 'station', 'SIMBA', 'it is theirs', 'superseded', '{{7:00}}', '{{7:10}}'),
    (2, '{REOPENED}', 1, 1, 1, 'station', 'TEMBO', 'it is theirs', 'superseded', '{{7:00}}', '{{7:05}}'),
    (3, '{REOPENED}', 2, 2, 2, 'peace', 'TEMBO', 'another body', 'asked', '{{8:00}}', NULL);
INSERT INTO errands (key, what, subject, queue, due_at, state, posted, failures) VALUES
    ('escalate:3', 'escalate', '3', 'urgent', '{{8:20}}', 'waiting', 0, 0);
"""


@pytest.fixture
def grown(empty: Database) -> Database:
    """A database in use before there were promises, brought to what the code expects."""
    alembic.command.upgrade(migrations(empty), "0002")
    filled(empty, BEFORE_PROMISES)
    alembic.command.upgrade(migrations(empty), "head")
    return empty


def moment(database: Database, hour: int, minute: int) -> str:
    """As this database is told it."""
    return f"2026-11-21 {hour:02}\\:{minute:02}\\:00.000000{'' if database.is_sqlite else '+00'}"


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, tzinfo=UTC)


def test_what_stood_in_a_case_is_brought_over_to_promises_and_verdicts(grown: Database) -> None:
    with grown.reading() as session:
        stands = {
            case.id.hex: (case.urgency, case.round_began_at, case.wants_woman)
            for case in session.scalars(select(Case))
        }
        made = {
            each.case_id.hex: (each.made_at, each.due_at, each.state, each.ended_at)
            for each in session.scalars(select(Promise))
        }
        said = {
            each.case_id.hex: (each.round, each.asked_at, each.word, each.said_at)
            for each in session.scalars(select(Verdict))
        }
    assert stands == {
        CLOSED: (2, at(7), False), REOPENED: (3, at(8), False),
        TAKEN: (3, at(7), False), WAITS: (1, at(8, 30), False),
    }  # fmt: skip
    assert made == {
        CLOSED: (at(7), at(7, 30), "kept", at(7, 10)),
        REOPENED: (at(8), at(12), "open", None),
        TAKEN: (at(7), at(7, 15), "missed", at(7, 20)),
        WAITS: (at(8, 30), at(10, 30), "open", None),
    }
    assert said == {
        CLOSED: (1, at(9, 10), "helped", at(9, 20)),
        REOPENED: (1, None, "danger", at(8)),
        TAKEN: (1, at(7, 50), None, None),
    }


def test_whoever_answered_has_a_role_and_a_place_in_the_order(grown: Database) -> None:
    with grown.reading() as session:
        who = {
            each.name: ([role.body_code for role in each.roles], each.supervisor, each.woman)
            for each in session.scalars(select(Liaison))
        }
        asked = [
            (each.rung, each.place, each.stepped_at, each.answer_by)
            for each in session.scalars(select(Dispatch).order_by(Dispatch.id))
        ]
        task = session.scalars(select(Task)).one()
    assert who == {"Sgt. Kipruto": (["station"], False, False), "Mama Wanjiku": (["peace"], False, False)}
    assert asked == [
        ("primary", 0, at(7, 10), at(7)),
        ("primary", 0, at(7, 5), at(7)),
        ("primary", 0, None, at(8)),
    ]
    assert task.wanted_at == task.due_at == at(8, 20)


def test_the_way_back_keeps_what_it_can_and_leaves_nothing_that_nobody_knows(grown: Database) -> None:
    with grown.writing() as session:
        for what in (TaskKind.PROMISE, TaskKind.STILL, TaskKind.LAPSE, TaskKind.READY, TaskKind.WARN):
            outbox.schedule(session, what, "1", NOON, now=NOON)
    alembic.command.downgrade(migrations(grown), "0002")
    read = text("SELECT id, promised_at, verdict, verdict_at FROM cases ORDER BY reference").columns(
        id=Uuid, promised_at=Moment, verdict_at=Moment
    )
    with grown.engine.connect() as connection:
        rows = [
            (row.id.hex, row.promised_at, row.verdict, row.verdict_at) for row in connection.execute(read)
        ]
        assert connection.execute(text("SELECT key FROM errands")).scalars().all() == ["escalate:3"]
    assert rows == [
        (CLOSED, at(7, 30), "helped", at(9, 20)),
        (REOPENED, at(12), "danger", at(8)),
        (TAKEN, at(7, 15), None, None),
        (WAITS, at(10, 30), None, None),
    ]
    alembic.command.upgrade(migrations(grown), "head")
    with grown.engine.connect() as connection:
        assert differences(connection) == []


KEYS = {
    "dispatch:3": ("dispatch", "dispatch", 3, None),
    "dispatch:2/telegram": ("dispatch", "dispatch", 2, None),
    "still:2:1795248900": ("news", "still_on_it", None, None),
    "taken:2:1795248900": ("case", "case", None, None),
    "lapsed:2:1795248900": ("news", "news", None, None),
    "received:1": ("case", "received", None, None),
    "nobody:1": ("case", "nobody", None, None),
    "late:7": ("case", "late", None, None),
    "gone_on:7": ("case", "gone_on", None, None),
    "copy:5": ("broadcast", "broadcast", None, 5),
    "copy:6": ("broadcast", "broadcast", None, None),
    "late:of a text": ("answer", "answer", None, None),
}
"""By the key of a message: its kind before what keys meant became
kinds, and after; its dispatch and its copy. Copy 6 is there no more."""

BEFORE_KINDS = """
INSERT INTO addresses (id, person_id, channel, number_index) SELECT 1, id, 'phone', '1' FROM people LIMIT 1;
INSERT INTO broadcasts (id, code, mark, edition, state, template, author_id, source, known_at, expires_at,
    exercise, emergency, public, written_at, listed_to, is_listed, listed)
    SELECT 1, '2001', '123', 1, 'sending', '', min(id), '', '{7:00}', '{9:00}',
    false, false, false, '{7:00}', 0, true, 1 FROM liaisons;
INSERT INTO copies (id, broadcast_id, language, area_code, first, state, code) VALUES
    (5, 1, 'en', 'KE', false, 'sends', '');
"""


def filled(database: Database, statements: str) -> None:
    written = re.sub(
        r"\{(\d+):(\d+)\}", lambda found: moment(database, int(found[1]), int(found[2])), statements
    )
    with database.engine.begin() as connection:
        for statement in written.split(";")[:-1]:
            connection.execute(text(statement))


def test_what_the_beginning_of_a_key_meant_is_its_kind_and_there_is_a_way_back(grown: Database) -> None:
    alembic.command.downgrade(migrations(grown), "0004")
    filled(grown, BEFORE_KINDS)
    insert = text(
        "INSERT INTO messages (id, key, about, address_id, locked_text, written_at, state, tries, code) "
        "VALUES (:id, :key, :about, 1, :nothing, :now, 'waiting', 0, '')"
    ).bindparams(bindparam("id", type_=Uuid), bindparam("now", NOON, type_=Moment))
    with grown.engine.begin() as connection:
        for key, (about, *_after) in KEYS.items():
            connection.execute(insert, {"id": uuid4(), "key": key, "about": about, "nothing": b""})
    alembic.command.upgrade(migrations(grown), "head")
    with grown.engine.connect() as connection:
        rows = connection.execute(text("SELECT key, kind, dispatch_id, copy_id FROM messages"))
        assert {key: (KEYS[key][0], *row) for key, *row in rows} == KEYS
        assert differences(connection) == []
        with pytest.raises(IntegrityError):
            connection.execute(text("UPDATE messages SET copy_id = 6"))
    alembic.command.downgrade(migrations(grown), "0004")
    with grown.engine.connect() as connection:
        rows = connection.execute(text("SELECT key, about FROM messages"))
        assert {key: about for key, about in rows} == {key: before for key, (before, *_after) in KEYS.items()}
    alembic.command.upgrade(migrations(grown), "head")


@contextmanager
def statements() -> Iterator[list[tuple[str, str]]]:
    """What is said to any database meanwhile, and under which time-out."""
    said: list[tuple[str, str]] = []

    def note(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        bound = ""
        if connection.dialect.name == "postgresql":
            cursor = connection.connection.cursor()
            cursor.execute("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")
            bound = ", ".join(cursor.fetchone() or ())
        said.append((statement, bound))

    event.listen(Engine, "after_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "after_cursor_execute", note)


def bound_in_time(database: Database) -> None:
    """As the hotline itself connects; these tests do so without any bound."""
    with database.engine.begin() as connection:
        for bound in ("statement_timeout = '30s'", "lock_timeout = '4s'"):
            connection.execute(text(f'ALTER DATABASE "{database.url.database}" SET {bound}'))


def test_many_messages_are_brought_over_without_haste_and_each_is_written_once(grown: Database) -> None:
    alembic.command.downgrade(migrations(grown), "0004")
    if not grown.is_sqlite:
        bound_in_time(grown)
    with statements() as said:
        alembic.command.upgrade(migrations(grown), "head")
    updates = [number for number, (statement, _) in enumerate(said) if "UPDATE messages" in statement]
    indexes = [
        number for number, (statement, _) in enumerate(said)
        if statement.startswith("CREATE INDEX") and "ON messages" in statement
    ]  # fmt: skip
    assert len(updates) == 3, "one that splits kinds, and one for each column"
    assert min(indexes[-4:]) > max(updates), "no update writes into an index that is made anew"
    bounds = {said[number][1] for number in (*updates, *indexes)}
    assert bounds == ({""} if grown.is_sqlite else {"0, 4s"})


# SQLite


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 37, 2), "TRUNCATE"),
        ((3, 51, 2), "TRUNCATE"),
        ((3, 51, 3), "WAL"),
        ((3, 52, 0), "WAL"),
        ((4, 0, 0), "WAL"),
    ],
)
def test_the_faster_journal_is_used_only_where_it_is_sound(version: tuple[int, int, int], mode: str) -> None:
    assert journal_mode(version) == mode


def test_what_was_committed_survives_a_power_cut(small: Database) -> None:
    with small.engine.connect() as connection:
        told = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("synchronous", "foreign_keys", "journal_mode")
        }
    assert told == {"synchronous": 2, "foreign_keys": 1, "journal_mode": journal_mode().lower()}


def test_one_who_reads_and_then_writes_waits_for_another_who_writes(small: Database) -> None:
    """Without the lock taken at once, the second would be
    refused on the spot, however long it is willing to wait."""
    first_has_it = threading.Event()

    def first() -> None:
        with small.writing() as session:
            session.add(body("first"))
            session.flush()
            first_has_it.set()
            time.sleep(0.3)

    thread = threading.Thread(target=first)
    thread.start()
    assert first_has_it.wait(PATIENCE)
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


def test_a_database_that_stays_locked_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Which is less patient than that of the tests.
    monkeypatch.setattr("hotline.core.database.create_engine", create_engine)
    file = tmp_path / "locked.db"
    with (
        closing(Database(f"sqlite:///{file}")) as database,
        closing(sqlite3.connect(file, isolation_level=None)) as other,
    ):
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
