"""How tests wait: until something has happened, however long that takes."""

import time
from collections.abc import Callable

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
