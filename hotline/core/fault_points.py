"""The places where a process may die at the worst moment, named so that a test can kill it exactly there.

`FAULT=after-lease` in the environment makes the process end at that place,
as if the power had gone. Nothing else reads it. Where many processes are
played within one, `on` has each of these places told to whoever plays them.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

Place = Literal[
    "before-commit", "after-commit", "after-post", "after-pop",
    "after-lease", "after-send", "before-record", "after-claim",
]  # fmt: skip

_fault = os.environ.get("FAULT", "")
_once = os.environ.get("FAULT_ONCE", "")
"""A file that is made when the process dies, and without which
it does not die again: so that its successor may live."""


def nothing(_place: Place) -> None:
    """Go on."""


_come_to: Callable[[Place], None] = nothing


def on(come_to: Callable[[Place], None]) -> None:
    """From now on this is called at each of these places, and
    what it raises is raised there; `nothing` ends that."""
    global _come_to
    _come_to = come_to


def point(place: Place) -> None:
    """End the process here, if this is the place that a test has named."""
    _come_to(place)
    if place == _fault and not (_once and Path(_once).exists()):
        if _once:
            Path(_once).touch()
        os._exit(137)
