"""A run of tests is ended in the midst of it, and nothing
that it started lives on, and nothing lies in memory."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.scenery.run_folder import PREFIX, belongs
from tests.scenery.waiting import wait_until

pytestmark = [pytest.mark.kill, pytest.mark.timeout(1800)]

ENDLESS = Path(__file__).with_name("interrupted.py")
SERVERS = {"postgres", "valkey-server", "itikia"}


@dataclass
class Run:
    """One that has everything up."""

    process: subprocess.Popen[bytes]
    worker: int
    """The process in which the test runs: itself, or one that it started."""
    folder: Path
    """That process's own."""


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Run]:
    told = folder.with_name(f"{folder.name}-told")
    command = [sys.executable, "-m", "pytest", str(ENDLESS), *options]
    environ = {**environment(folder), "INTERRUPTED": str(told)}
    process = subprocess.Popen(
        command, env=environ, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: told.exists() or process.poll() is not None, "everything is up")
        worker, own = told.read_text().split()
        told.unlink()
        yield Run(process, int(worker), Path(own))
    finally:
        process.kill()
        process.wait()


def environment(folder: Path) -> dict[str, str]:
    """Of a run that puts its folder into this one, and does not take itself for a worker of ours."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "SLIPCOVER"))}
    return {**own, "TMPDIR": str(folder)}


def started_by(folder: Path) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if belongs(process, folder)]


def guards(process: psutil.Process) -> bool:
    """Whether it is the one that clears up after a run."""
    with suppress(psutil.NoSuchProcess):
        return "run_folder" in " ".join(process.cmdline())
    return False


def names_of(folder: Path) -> set[str]:
    """What runs there; a server's own helpers come and go while one looks."""
    names = set()
    for process in started_by(folder):
        with suppress(psutil.NoSuchProcess):
            names.add(process.name())
    return names


def is_cleared(folder: Path, besides: int = 0) -> bool:
    """Whether no run has left its folder in this one, and nobody lives whom one has started."""
    return not list(folder.glob(f"{PREFIX}*")) and not [
        each for each in started_by(folder) if each.pid != besides
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("workers", [[], ["-n", "1"]], ids=["alone", "with a worker"])
def test_a_run_that_is_interrupted_leaves_nothing(
    folder: Path, number: signal.Signals, workers: list[str]
) -> None:
    with running(folder, *workers) as run:
        assert names_of(run.folder) >= SERVERS
        run.process.send_signal(number)
        wait_until(lambda: is_cleared(folder, run.process.pid), "nothing is left")
        run.process.wait()


def test_a_worker_that_is_killed_leaves_nothing_while_the_run_goes_on(folder: Path) -> None:
    with running(folder, "-n", "1", "--max-worker-restart", "0") as run:
        assert run.worker != run.process.pid
        os.kill(run.worker, signal.SIGKILL)
        wait_until(
            lambda: not started_by(run.folder) and not run.folder.exists(), "nothing of the worker's is left"
        )


def test_what_nobody_cleared_up_is_cleared_up_by_the_next_run(folder: Path) -> None:
    """Whoever would have done so was killed, too."""
    with running(folder) as run:
        [guard] = [process for process in started_by(run.folder) if guards(process)]
        guard.kill()
        run.process.kill()
        run.process.wait()
        assert names_of(run.folder) >= {"postgres", "valkey-server"}
        assert run.folder.exists()
    listing = [sys.executable, "-m", "pytest", "--collect-only", str(ENDLESS)]
    subprocess.run(listing, env=environment(folder), check=True, stdout=subprocess.DEVNULL)
    wait_until(lambda: is_cleared(folder), "nothing is left")
