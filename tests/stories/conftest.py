"""For stories that need the real processes."""

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests.scenery.stack import Stack, running

numbers = count(1)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name, for a socket's address has at most a hundred letters."""
    with tempfile.TemporaryDirectory(prefix="itikia-", ignore_cleanup_errors=True) as made:
        yield Path(made)


@pytest.fixture
def empty_postgresql(postgresql: str) -> Iterator[str]:
    """The address of a PostgreSQL database with nothing in it."""
    name = f"stack_{next(numbers)}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield postgresql.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def stack(request: pytest.FixtureRequest, folder: Path) -> Iterator[Stack]:
    """A hotline of real processes, once on SQLite, once on PostgreSQL."""
    settings = (
        {} if request.param == "sqlite" else {"DATABASE_URL": request.getfixturevalue("empty_postgresql")}
    )
    with running(folder, settings) as made:
        yield made
