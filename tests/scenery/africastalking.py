"""Africa's Talking as a small real server that answers as recorded, or falls silent."""

import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from hotline.carriers.carrier import Account
from tests.scenery.waiting import PATIENCE

NUMBER, OTHER = "+254711000111", "+254733000222"
TEXT = "Kesi PL-7Q2K: Mathare, moto."
KEY = "a-key-for-the-rehearsal"
SUMMARY = "Sent to 1/1 Total Cost: USD 0.0079 Message parts: 1"


def recipient(
    code: object = 102, status: str = "Success", number: str = NUMBER, **other: object
) -> dict[str, object]:
    return {
        "cost": "KES 0.8000",
        "messageId": "ATXid_7468c9a2",
        "number": number,
        "status": status,
        "statusCode": code,
    } | other


@dataclass(frozen=True)
class Answer:
    """What the company says, or a way to fall silent."""

    body: object
    status: int = 201
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def payload(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


def said(*recipients: Mapping[str, object], message: str = SUMMARY, **other: Any) -> Answer:
    return Answer({"SMSMessageData": {"Message": message, "Recipients": list(recipients)}}, **other)


TAKEN = said(recipient())
Trouble = Callable[["Counter"], None]


class Company(ThreadingHTTPServer):
    """Answers what it is told to, in that order, and then takes
    everything. It counts who comes in and what they ask."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Counter)
        self.answers: deque[Answer | Trouble] = deque()
        self.closing = threading.Event()
        self.silent = threading.Event()
        self.connections = 0
        self.asked: list[tuple[str, str]] = []
        self.forms: list[dict[str, str]] = []
        self.headers: list[Mapping[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Counter(BaseHTTPRequestHandler):
    """Where a request is taken in."""

    protocol_version = "HTTP/1.1"
    server: Company
    connection: socket.socket
    at_once: ClassVar = struct.pack("ii", 1, 0)

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        form = dict(
            parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
        )
        self.server.forms.append(form)
        self._answer(said(recipient(number=form["to"])))

    def do_GET(self) -> None:
        self._answer(Answer({"UserData": {"balance": "KES 1785.5000"}}, 200))

    def do_CONNECT(self) -> None:
        self._answer(Answer("not from here", 502))

    def _answer(self, usual: Answer) -> None:
        self.server.asked.append((self.command, self.path))
        self.server.headers.append(dict(self.headers))
        answer = self.server.answers.popleft() if self.server.answers else usual
        if isinstance(answer, Answer):
            self.say(answer)
        else:
            answer(self)

    def say(self, answer: Answer, but: int = 0) -> None:
        self.send_response(answer.status)
        for name, value in {
            "Content-Type": answer.content_type,
            "Content-Length": str(len(answer.payload)),
            **answer.headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.payload[: len(answer.payload) - but])

    def break_off(self) -> None:
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, self.at_once)
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ValueError):
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True


def answers_too_late(counter: Counter) -> None:
    counter.server.closing.wait(PATIENCE)
    counter.say(TAKEN)


def breaks_off_at_once(counter: Counter) -> None:
    counter.break_off()


def breaks_off_in_the_middle(counter: Counter) -> None:
    counter.say(TAKEN, but=40)
    counter.break_off()


def stops_in_the_middle(counter: Counter) -> None:
    counter.say(TAKEN, but=40)
    counter.server.closing.wait(PATIENCE)
    counter.wfile.write(TAKEN.payload[-40:])


def answers_nonsense(counter: Counter) -> None:
    counter.wfile.write(b"what?\r\n\r\n")
    counter.close_connection = True


def hangs_up_in_silence(counter: Counter) -> None:
    """As a server does whose patience with an idle line is at an end: it does not say so before."""
    counter.say(TAKEN)
    counter.wfile.flush()
    counter.connection.shutdown(socket.SHUT_RDWR)
    counter.close_connection = True
    counter.server.silent.set()


def hangs_up_at_the_next_word(counter: Counter) -> None:
    """The same, at the instant in which the next text is on its way."""
    counter.say(TAKEN)
    counter.wfile.flush()
    counter.connection.recv(1, socket.MSG_PEEK)
    counter.break_off()


def account(base_url: str, username: str = "itikia", sender: str = "22384") -> Account:
    return Account(username, KEY, sender, base_url)
