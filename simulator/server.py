"""The simulator's front door: the carrier's API, the controls and the page with the phones, on one port of this machine."""

import socket
import threading

from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from simulator.africastalking import api
from simulator.control import control
from simulator.network import Network
from simulator.page import page

SHIELD = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


POLL = 0.05  # seconds until a stop is noticed


class Quietly(WSGIRequestHandler):
    """Writes no line per request, for there are telephone numbers in the addresses; and never holds an answer back to fill a packet."""

    disable_nagle_algorithm = True

    def version_string(self) -> str:
        """The name that the carrier's own server gives itself."""
        return "akka-http/10.2.10"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def create_app(network: Network) -> Flask:
    """Everything that a browser, a test or the hotline can ask of the simulator."""
    app = Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    for door in (api(network), control(network), page(network)):
        app.register_blueprint(door)

    @app.after_request
    def shielded(response: Response) -> Response:
        if request.blueprint != "africastalking":
            response.headers.update(SHIELD)
        return response

    @app.errorhandler(404)
    def nothing_here(_: Exception) -> tuple[str, int, dict[str, str]]:
        return "There is nothing here. The phones are at /", 404, {"Content-Type": "text/plain; charset=utf-8"}

    return app


class Simulator:
    """A running simulator. Raises OSError when the port is taken; port 0 takes a free one."""

    def __init__(self, network: Network, host: str = "127.0.0.1", port: int = 0) -> None:
        self.network = network
        listening = socket.create_server((host, port), backlog=512)
        self.url = f"http://{host}:{listening.getsockname()[1]}"
        self._server: BaseWSGIServer = make_server(
            host, port, create_app(network), threaded=True, request_handler=Quietly, fd=listening.detach()
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL,), name="simulator", daemon=True)

    def __enter__(self) -> "Simulator":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.network.close()

    def serve_for_ever(self) -> None:
        """Serve until interrupted."""
        try:
            self._server.serve_forever()
        finally:
            self._server.server_close()
            self.network.close()
