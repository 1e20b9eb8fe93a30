"""A pretend hotline: it keeps every form that the simulator
posts, and answers as it is told. Standard library only."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from tests.scenery.waiting import wait_until

Form = dict[str, str]
DOOR = "/africastalking/secret"


@dataclass
class Said:
    """What the pretend hotline answers to one post."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    """After which it is said, or at the end of the test."""


def page(words: str, **headers: str) -> Said:
    """A page as the hotline should send it."""
    return Said(words.encode(), headers={name.replace("_", "-"): value for name, value in headers.items()})


@dataclass(frozen=True)
class Posted:
    """One post that arrived: below which path, with which fields, and as which bytes."""

    path: str
    form: Form
    raw: str
    headers: Form


class PretendHotline:
    """Answers `/ussd` with `turn(form)` and everything else with `event(path, form)`; 200 unless told."""

    def __init__(self) -> None:
        self.posts: list[Posted] = []
        self.turn: Callable[[Form], Said] = lambda _: page("CON Welcome")
        self.event: Callable[[str, Form], Said] = lambda _, __: Said()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._door())
        self.callbacks = f"http://127.0.0.1:{self._server.server_port}{DOOR}"
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def forms(self, path: str) -> list[Form]:
        """The fields of every post below this path, the first first."""
        return [post.form for post in self.posts if post.path == path]

    def waited_for(self, path: str, count: int = 1) -> list[Form]:
        """The forms below this path, as soon as there are so many."""
        wait_until(lambda: len(self.forms(path)) >= count, f"{path} is told {count} times")
        return self.forms(path)

    def answer(self, post: Posted) -> Said:
        self.posts.append(post)
        return self.turn(post.form) if post.path == "/ussd" else self.event(post.path, post.form)

    def _door(self) -> type[BaseHTTPRequestHandler]:
        hotline = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(raw, keep_blank_values=True).items()}
                said = hotline.answer(
                    Posted(
                        self.path.removeprefix(DOOR),
                        form,
                        raw,
                        {k.lower(): v for k, v in self.headers.items()},
                    )
                )
                hotline._closing.wait(said.seconds)
                self.send_response(said.status)
                for name, value in {"Content-Type": "text/plain; charset=utf-8", **said.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said.body)))
                self.end_headers()
                self.wfile.write(said.body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Door
