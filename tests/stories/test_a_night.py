"""A night in small: people asleep, a carrier that comes and goes,
and processes that die; and in the morning nothing is missing."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from benchmarks.night import Night, Plan, furnished, told_in_words
from hotline.settings import Settings

SHORT = Plan(reports=40, liaisons=24, hours=2, after=0.5, kills=4, flushes=1, down=10, seed=3)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """A hotline with its areas and nobody in it, and a queue that runs."""
    if request.param == "sqlite":
        with furnished(tmp_path) as settings:
            yield settings
        return
    server: str = request.getfixturevalue("postgresql")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE a_night")
        with furnished(tmp_path, server.replace("/postgres?", "/a_night?")) as settings:
            yield settings
        connection.execute("DROP DATABASE a_night WITH (FORCE)")


@pytest.mark.timeout(1800)
def test_whatever_breaks_in_the_night_nothing_is_missing_in_the_morning(empty: Settings) -> None:
    night = Night(SHORT, empty)
    try:
        found = night.pass_by()
    finally:
        night.hotline.close()
    assert not any(check.wrong for check in found), told_in_words(found)
