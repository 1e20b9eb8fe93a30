"""A test that never ends. It is not collected, but started and interrupted by `test_interruptions`."""

import os
import threading
from pathlib import Path

import pytest

from tests.scenery.stack import Stack


@pytest.mark.parametrize("stack", ["postgresql"], indirect=True)
def test_that_it_is_interrupted(stack: Stack, redis_url: str) -> None:
    """With both servers and a whole hotline up, say which process runs this, and where its folder is."""
    told = Path(os.environ["INTERRUPTED"])
    told.with_suffix(".part").write_text(f"{os.getpid()} {os.environ['TMPDIR']}")
    told.with_suffix(".part").rename(told)
    threading.Event().wait()
