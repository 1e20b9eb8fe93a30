"""How tests wait: until something has happened, however long that takes."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import create_engine

from hotline.context import Service
from hotline.core.database import Database

PATIENCE = 600.0
"""Seconds after which a test gives up. It is no measure of how fast anything is: it only ends what would
never end, on the busiest machine."""
SHORTEST, LONGEST = 0.002, 0.1


def wait_until(it_is_so: Callable[[], object], what: str) -> None:
    """Wait for something to come about, `what` in words; looking often at first, then less and less."""
    until, pause = time.monotonic() + PATIENCE, SHORTEST
    while not it_is_so():
        assert time.monotonic() < until, f"it never came about that {what}"
        time.sleep(pause)
        pause = min(LONGEST, pause * 1.2)


@contextmanager
def as_hasty_as_in_production(service: Service) -> Iterator[Database]:
    """Where a test itself keeps the database locked, the hotline does not wait
    as patiently as tests do. Gives the other one, from which to lock it."""
    there = service.database
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("hotline.core.database.create_engine", create_engine)
        hasty = Database(there.url.render_as_string(hide_password=False))
    with closing(hasty):
        service.database = hasty
        try:
            yield there
        finally:
            service.database = there
