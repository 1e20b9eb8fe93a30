"""A real hotline for a test: its own processes, a queue, a
simulator and a database, kept running until the test is over."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import redis
import requests

from benchmarks.broadcast_world import by_day
from hotline.cli.running import SIMULATED_TOKEN, furnished, load_example, release_to, telegram
from hotline.core.database import Database
from hotline.operations.supervisor import Child, Supervisor, embedded_queue
from hotline.operations.worker import CARRIED
from hotline.settings import from_environment
from simulator.client import Town
from tests.scenery.labels import CONTACT, ENGLISH, FIRST, REMEMBER, about, en
from tests.scenery.waiting import PATIENCE, wait_until

ITIKIA = Path(sys.executable).with_name("itikia")
SECRET = "a-secret-for-the-stories"
WORKERS = tuple(f"work {queue}" for queue in CARRIED)
sittings = count(1)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def processes() -> list[tuple[int, int, str]]:
    """Every process of this machine that is alive: itself, the one above it, and its command."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split(None, 3) for line in listed.splitlines())
    return [
        (int(row[0]), int(row[1]), row[3]) for row in rows if len(row) == 4 and not row[2].startswith("Z")
    ]


def below(pid: int) -> dict[int, str]:
    """What this process has started, and their commands."""
    return {each: command for each, above, command in processes() if above == pid}


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """The environment of a hotline in this folder, on ports of its own. It is about ten in the morning there,
    so that nothing is told of nights but where a test wants it."""
    port, simulator = free_port(), free_port()
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FAULT", "REDIS_URL", "DATABASE_URL"))
    }
    return {
        **inherited, "VAR": str(folder), "PORT": str(port),
        "CARRIER_BASE_URL": f"http://127.0.0.1:{simulator}",
        "CALLBACK_SECRETS": SECRET, **by_day(folder / "clocks"), **settings,
    }  # fmt: skip


def answers(url: str) -> bool:
    """Whether somebody listens at this address, and all is well with them."""
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


class Stack:
    """A hotline whose processes can be killed one by one. They are
    the same as those of `itikia run`, under the same supervisor."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """`settings`: as an operator writes them in the environment, over those for a hotline in this folder
        on free ports. With a TELEGRAM_TOKEN it has a bot too; with a PUBLIC_URL, which is then filled in,
        updates are brought to its door."""
        self.folder = folder
        self.environ = environment(folder / "var", CARRIER_API_KEY="simulated", **settings)
        self.environ["TELEGRAM_BASE_URL"] = self.environ["CARRIER_BASE_URL"]
        if "PUBLIC_URL" in settings:
            self.environ["PUBLIC_URL"] = f"http://127.0.0.1:{self.environ['PORT']}"
        self.settings = furnished(from_environment(self.environ))
        self.database = Database(self.settings.database_url)
        self.url = f"http://127.0.0.1:{self.settings.port}"
        self.town = Town(self.settings.carrier_base_url)
        self._children = {child.name: child for child in self._parts()}
        self._supervisor = Supervisor(list(self._children.values()))
        self._watching = threading.Thread(target=self._watch, name="supervisor")

    def _parts(self) -> Iterator[Child]:
        yield embedded_queue(self.settings.redis_socket.parent, self.environ)
        outside = {
            "SIMULATOR_PORT": self.settings.carrier_base_url.rpartition(":")[2],
            "SIMULATOR_CALLBACKS": f"{self.url}/africastalking/{SECRET}",
            "SIMULATOR_TELEGRAM_TOKEN": SIMULATED_TOKEN,
        }
        yield Child("simulator", [sys.executable, "-m", "simulator"], {**self.environ, **outside})
        for name in ("web", *WORKERS, "clock"):
            yield Child(name, [str(ITIKIA), *name.split()], self.environ)
        if self.settings.telegram_token:
            yield from telegram(self.environ)

    def start(self) -> None:
        """Bring everything up, the example's liaisons with it, until a phone can dial."""
        release_to(self.settings)
        load_example(self.settings)
        self._watching.start()
        self.wait_until_open()
        if self.settings.telegram_token and self.settings.public_url:
            subprocess.run([ITIKIA, "telegram", "connect"], env=self.environ, check=True, capture_output=True)

    def _watch(self) -> None:
        while not self._supervisor.stopping.wait(0.05):
            self._supervisor.look_after()

    def wait_until_open(self) -> None:
        wait_until(lambda: answers(f"{self.url}/health"), "the door is open")
        wait_until(lambda: answers(f"{self.town.address}/simulator/town"), "the simulator answers")

    def stop(self) -> None:
        """For good."""
        self._supervisor.stopping.set()
        if self._watching.is_alive():
            self._watching.join()
        self._supervisor.stop()
        self.town.close()
        self.database.close()

    def pid(self, name: str) -> int:
        """The process that goes by this name now."""
        child = self._children[name]
        wait_until(lambda: child.process is not None, f"{name} runs")
        assert child.process is not None
        return child.process.pid

    def kill(self, name: str) -> int:
        """As if the power had gone. `web worker` is one of those that
        the public door has below it. Returns which process it was."""
        pid = self.pid("web") if name == "web worker" else self.pid(name)
        if name == "web worker":
            pid = next(iter(below(pid)), pid)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return pid

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """Kill it, and let nobody start it again until this is over."""
        child, children = self._children[name], self._supervisor.children
        place = children.index(child)
        children.remove(child)
        try:
            self.kill(name)
            wait_until(child.has_died, f"{name} has died")
            yield
        finally:
            children.insert(place, child)

    def arm(self, name: str, place: str) -> Callable[[], bool]:
        """Start a process anew so that it dies at this place, once.
        Returns what tells whether it has died, and its successor runs."""
        died = self.folder / f"{name.replace(' ', '-')}-died-{next(sittings)}"
        self.restart(name, FAULT=place, FAULT_ONCE=str(died))
        armed = self.pid(name)
        return lambda: died.exists() and (name == "web" or self.pid(name) != armed)

    def restart(self, name: str, **environ: str) -> None:
        """Let a process finish what it does, and start it anew with this
        in its environment. The web server is not asked but killed."""
        child, pid = self._children[name], self.pid(name)
        old = {pid, *below(pid)}
        child.environ, child.deaths, child.started_at = {**self.environ, **environ}, 0, 0.0
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL if name == "web" else signal.SIGTERM)
        wait_until(lambda: not old & {each for each, _above, _command in processes()}, f"{name} has gone")
        wait_until(lambda: child.process is not None and child.process.pid != pid, f"{name} has started anew")
        if name == "web":
            self.wait_until_open()

    def forget_queue(self) -> None:
        """FLUSHALL: the queue loses everything it held."""
        with (
            suppress(redis.RedisError),
            redis.Redis(unix_socket_path=str(self.settings.redis_socket)) as queue,
        ):
            queue.flushall()

    def gateway(self, number: str) -> "Gateway":
        return Gateway(f"{self.url}/africastalking/{SECRET}/ussd", number)


@dataclass
class Gateway:
    """One phone at the carrier's gateway: posts each turn of a
    dial-in over real HTTP, and again when nobody answers."""

    url: str
    number: str
    screen: str = ""
    session: str = ""
    transcript: str = ""
    posts: int = 0

    def report(self, details: str, *, text: bool = True, place: str = "Kaptembwo") -> str:
        """Report violence in this ward, in English, until it is taken.
        Returns the case's number as it stands on the last screen."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self._dial()
            choices = (en(FIRST["report"]), about("violence", "en"), place.lower(), place, details)
            last = (en(CONTACT["text" if text else "none"]), en(REMEMBER["no"]))
            for words in (ENGLISH, *choices, *last):
                self._answer(words)
            if found := re.search(r"^END .*?\b(\d{4}-\d{4})\b", self.screen, re.DOTALL):
                return found[1]
        raise AssertionError("no report was taken")

    def _dial(self) -> None:
        self.session, self.transcript = f"ATUid_{os.getpid()}_{next(sittings)}", ""
        self._turn()

    def _answer(self, words: str) -> None:
        """Press the number before these words, or write them where
        no line has them. On a line that is closed, nothing."""
        if not self.screen.startswith("CON "):
            return
        found = re.search(rf"^(\d+)\. {re.escape(words)}", self.screen[4:], re.MULTILINE)
        if found is None and words in (ENGLISH, en(REMEMBER["no"])):
            return
        typed = found[1] if found else words
        self.transcript = f"{self.transcript}*{typed}" if self.transcript else typed
        self._turn()

    def _turn(self) -> None:
        form = {"sessionId": self.session, "phoneNumber": self.number, "text": self.transcript}
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.posts += 1
            with suppress(requests.RequestException):
                response = requests.post(self.url, form, timeout=10)
                if response.ok:
                    self.screen = response.text
                    return
            time.sleep(0.2)
        raise AssertionError("the door never answered")


@contextmanager
def running(folder: Path, settings: Mapping[str, str]) -> Iterator[Stack]:
    """A stack from its start to its end."""
    stack = Stack(folder, **settings)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()
