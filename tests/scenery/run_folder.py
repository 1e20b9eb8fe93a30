"""A folder for one run of tests, and a process that clears up after it, however the run ends.

The run holds a lock (flock) on a file in its folder. The kernel lets go of it when the process is no more,
whatever ended it, so whoever gets the lock may stop what the run has started and remove the folder. A process
that waits for the lock, in a session of its own so that Ctrl-C does not reach it, does so at once; where that
one was killed too, the next run does. What a run has started has the folder's name in its command or its
environment (TMPDIR), which no other process has: the name is drawn by lot.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import psutil

PREFIX, OWNER = "itk-", "owner"
"""Short: folders lie within folders, and the address of a socket has at most a hundred letters."""
MEMORY, ENOUGH = Path("/dev/shm"), 2**30
PATIENCE = 10.0
"""Seconds that a server has to stop by itself before it is killed."""

watching: list[subprocess.Popen[bytes]] = []
"""So that no process is thought to be forgotten while it waits for us to end."""


def begin() -> Path:
    """Make this process's folder, for itself and what it starts, and remove those of runs that are over."""
    base = _base()
    for owner in base.glob(f"{PREFIX}*/{OWNER}"):
        clear(owner.parent, wait=False)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    _take(folder)
    nothing = subprocess.DEVNULL
    waits = [sys.executable, "-P", __file__, str(folder)]
    watching.append(
        subprocess.Popen(waits, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
    )
    return folder


def _base() -> Path:
    """Where whoever started us has its own; else in memory, if there
    is enough: no test turns the power off, and a disk is slow."""
    given = Path(tempfile.gettempdir())
    if any((above / OWNER).exists() for above in (given, *given.parents)):
        return given
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH else given


def _take(folder: Path) -> None:
    """Lock the file before it gets the name by which others look
    for it; it stays open, and locked, as long as we live."""
    mine = os.open(folder / "mine", os.O_CREAT | os.O_RDWR)
    fcntl.flock(mine, fcntl.LOCK_EX)
    (folder / "mine").rename(folder / OWNER)


def clear(folder: Path, *, wait: bool) -> None:
    """End and remove what is left of a run, once it is over; without waiting, nothing if it is not."""
    with suppress(FileNotFoundError, PermissionError, BlockingIOError), (folder / OWNER).open() as owner:
        fcntl.flock(owner, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        _is_ours(owner)
        _stop_all(folder)
        _remove(folder)


def _is_ours(owner: TextIO) -> None:
    if os.fstat(owner.fileno()).st_uid != os.getuid():
        raise PermissionError


def _stop_all(folder: Path) -> None:
    until = time.monotonic() + PATIENCE
    while started := [process for process in psutil.process_iter() if belongs(process, folder)]:
        for process in started:
            with suppress(psutil.Error):
                process.send_signal(_signal(process) if time.monotonic() < until else signal.SIGKILL)
        time.sleep(0.05)


def _remove(folder: Path) -> None:
    """Again, if another removed part of it at the same time."""
    until = time.monotonic() + PATIENCE
    while folder.exists() and time.monotonic() < until:
        shutil.rmtree(folder, ignore_errors=True)


def belongs(process: psutil.Process, folder: Path) -> bool:
    """Whether this process was started by the run whose folder this is."""
    if process.pid == os.getpid():
        return False
    try:
        named = [*process.cmdline(), *process.environ().values()]
    except (psutil.Error, OSError):
        return False
    return any(str(folder) in words for words in named)


def _signal(process: psutil.Process) -> signal.Signals:
    """PostgreSQL at once, but in order: killed, it would leave its shared memory behind."""
    return signal.SIGQUIT if process.name() == "postgres" else signal.SIGKILL


if __name__ == "__main__":
    clear(Path(sys.argv[1]), wait=True)
