"""The public door, and somebody who knocks."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import urlencode

from werkzeug.serving import WSGIRequestHandler, make_server

from hotline.carriers.carrier import Carrier
from hotline.operations.queue import Poster
from tests.scenery.waiting import PATIENCE
from tests.scenery.world import World
from webhooks.app import door

SECRET, NEXT_SECRET = "a-secret-of-24-letters-x", "another-secret-24-letters"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Answer(NamedTuple):
    status: int
    body: str
    headers: dict[str, str]


class Knocker:
    """Whoever calls our addresses, and the hotline behind them."""

    def __init__(self, world: World, port: int) -> None:
        self.world, self.port = world, port

    def ask(
        self,
        path: str,
        body: bytes | Iterator[bytes] = b"",
        headers: dict[str, str] | None = None,
        method: str = "POST",
    ) -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        line.request(method, path, body or None, FORM if headers is None else headers)
        answer = line.getresponse()
        said = Answer(
            answer.status,
            answer.read().decode(),
            {name.lower(): value for name, value in answer.getheaders()},
        )
        line.close()
        self.world.settle()
        return said

    def tell(self, kind: str, *, secret: str = SECRET, **form: str) -> Answer:
        """One of the carrier's calls. A field `from_` is sent as `from`."""
        fields = {name.rstrip("_"): value for name, value in form.items()}
        return self.ask(f"/africastalking/{secret}/{kind}", urlencode(fields).encode())


class Quiet(WSGIRequestHandler):
    """A server that keeps no log of its own: addresses hold the secret."""

    def log(self, *_what: object) -> None:
        return


@contextmanager
def open_door(world: World, carrier: Carrier) -> Iterator[Knocker]:
    """The door, served until the test is over."""
    world.service.settings = replace(world.service.settings, callback_secrets=(SECRET, NEXT_SECRET))
    poster = Poster(world.service.settings.redis_url)
    server = make_server(
        "127.0.0.1", 0, door(world.service, carrier, poster), threaded=True, request_handler=Quiet
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield Knocker(world, server.port)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
