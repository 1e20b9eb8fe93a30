"""The places where a process may die at the worst moment, named so that a test can kill it exactly there.

`FAULT=after-lease` in the environment makes the process end at that place, as if the power had gone. Nothing else reads it.
"""

import os
from pathlib import Path
from typing import Literal

Place = Literal[
    "before-commit", "after-commit", "after-post", "after-pop", "after-lease", "after-send", "before-record", "after-claim",
]  # fmt: skip

_fault = os.environ.get("FAULT", "")
_once = os.environ.get("FAULT_ONCE", "")
"""A file that is made when the process dies, and without which it does not die again: so that its successor may live."""


def point(place: Place) -> None:
    """End the process here, if this is the place that a test has named."""
    if place == _fault and not (_once and Path(_once).exists()):
        if _once:
            Path(_once).touch()
        os._exit(137)
