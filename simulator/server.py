"""The simulator's front door: the carrier's API, Telegram's, the
controls and the page with the phones, on one port of this machine."""

import io
import socket
import threading
from contextlib import suppress

from flask import Flask, Response, request
from werkzeug import Response as Answer
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from simulator.africastalking import api
from simulator.control import control
from simulator.network import Network
from simulator.page import page
from simulator.telegram import FIRST_ON_ITS_LINE, bot_api

SHIELD = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self'; media-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


POLL = 0.05  # seconds until a stop is noticed
WITHOUT_BODY = (204, 304)


class Quietly(WSGIRequestHandler):
    """Writes no line per request, for there are telephone numbers in the addresses; never holds an answer
    back to fill a packet; and keeps a connection for the next request, which Werkzeug's own does not."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    is_first = True

    def run_wsgi(self) -> None:
        """Answer one request. Its body is read whole, so that the next one begins where this one ends."""
        environ = self.make_environ()
        in_pieces = environ.pop("wsgi.input_terminated", False) and environ.pop("HTTP_TRANSFER_ENCODING")
        body = environ["wsgi.input"].read(-1 if in_pieces else int(environ.get("CONTENT_LENGTH") or 0))
        environ.update(
            {
                "wsgi.input": io.BytesIO(body),
                "CONTENT_LENGTH": str(len(body)),
                FIRST_ON_ITS_LINE: self.is_first,
            }
        )
        self.is_first = False
        self._answer(Answer.from_app(self.server.app, environ, buffered=True))

    def _answer(self, response: Answer) -> None:
        body = response.get_data()
        self.send_response(response.status_code, response.status.partition(" ")[2])
        for name, value in response.headers:
            self.send_header(name, value)
        if "Content-Length" not in response.headers and response.status_code not in WITHOUT_BODY:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close" if self.close_connection else "keep-alive")
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    def version_string(self) -> str:
        """The name that the carrier's own server gives itself."""
        return "akka-http/10.2.10"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def create_app(network: Network) -> Flask:
    """Everything that a browser, a test or the hotline can ask of the simulator."""
    app = Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    for door in (api(network), bot_api(network.telegram), control(network), page(network)):
        app.register_blueprint(door)

    @app.after_request
    def shielded(response: Response) -> Response:
        if request.blueprint not in ("africastalking", "telegram"):
            response.headers.update(SHIELD)
        return response

    @app.errorhandler(404)
    def nothing_here(_: Exception) -> tuple[str, int, dict[str, str]]:
        return (
            "There is nothing here. The phones are at /",
            404,
            {"Content-Type": "text/plain; charset=utf-8"},
        )

    return app


class Server(ThreadedWSGIServer):
    """Knows its open connections, so that it can hang up on everybody when it stops."""

    def __init__(self, host: str, port: int, app: Flask, listening: int) -> None:
        self._lines: set[socket.socket] = set()
        super().__init__(host, port, app, Quietly, fd=listening)

    def process_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """A new connection."""
        if isinstance(request, socket.socket):
            self._lines.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """The end of one."""
        if isinstance(request, socket.socket):
            self._lines.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End every connection."""
        self.server_close()
        for line in list(self._lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class Simulator:
    """A running simulator. Raises OSError when the port is taken; port 0 takes a free one."""

    def __init__(self, network: Network, host: str = "127.0.0.1", port: int = 0) -> None:
        self.network = network
        with socket.create_server((host, port), backlog=512) as listening:
            self.url = f"http://{host}:{listening.getsockname()[1]}"
            self._server = Server(host, port, create_app(network), listening.fileno())
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL,), name="simulator", daemon=True
        )

    def __enter__(self) -> "Simulator":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self.network.close()

    def serve_for_ever(self) -> None:
        """Serve until interrupted."""
        try:
            self._server.serve_forever()
        finally:
            self._server.hang_up()
            self.network.close()
