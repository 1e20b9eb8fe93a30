"""The wire between a carrier and the hotline, from the carrier's
side: forms posted over kept connections, and texts taken in."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, urlencode

LENGTH = re.compile(rb"content-length: *(\d+)")
HEAD_ENDS = b"\r\n\r\n"


class Broken(Exception):
    """No whole answer came: the connection was refused or lost, or nothing came in time."""


class Line:
    """One connection to a server on this machine, kept alive, for one request at a time."""

    def __init__(self, port: int, seconds: float = 15.0) -> None:
        self._port, self._seconds = port, seconds
        self._talk: _Talk | None = None

    async def post(self, path: str, form: Mapping[str, str]) -> tuple[int, str]:
        """Post a form. The same as `send`."""
        return await self.send(path, urlencode(form).encode(), "application/x-www-form-urlencoded", {})

    async def send(self, path: str, body: bytes, kind: str, headers: Mapping[str, str]) -> tuple[int, str]:
        """The status and the body of the answer. A kept connection that
        the server closed meanwhile is opened anew. Raises `Broken`."""
        named = "".join(f"\r\n{name}: {value}" for name, value in headers.items())
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: "
            f"{len(body)}{named}"
        )
        request = head.encode() + HEAD_ENDS + body
        if self._talk is not None and self._talk.is_open:
            try:
                return await self._ask(self._talk, request)
            except Broken:
                if not self._talk.closed_unasked:
                    raise
        self._talk = await self._connect()
        return await self._ask(self._talk, request)

    def close(self) -> None:
        if self._talk is not None:
            self._talk.close()

    async def _connect(self) -> "_Talk":
        try:
            _transport, talk = await asyncio.get_running_loop().create_connection(
                _Talk, "127.0.0.1", self._port
            )
        except OSError:
            raise Broken("refused") from None
        return talk

    async def _ask(self, talk: "_Talk", request: bytes) -> tuple[int, str]:
        answer = talk.ask(request)
        late = asyncio.get_running_loop().call_later(self._seconds, talk.give_up)
        try:
            return await answer
        finally:
            late.cancel()


class _Talk(asyncio.Protocol):
    """What goes over one connection."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._answer: asyncio.Future[tuple[int, str]] | None = None
        self._gave_up = False
        self.closed_unasked = False
        """The server hung up at once, with not a byte of an answer:
        it had closed the kept connection before we asked."""

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def ask(self, request: bytes) -> "asyncio.Future[tuple[int, str]]":
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def give_up(self) -> None:
        """It takes too long."""
        self._gave_up = True
        self.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        whole = taken_apart(self._received)
        if whole is None or self._answer is None:
            return
        head, body = whole
        self._received.clear()
        answer, self._answer = self._answer, None
        answer.set_result((int(head[9:12]), body.decode()))

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - asyncio's own signature
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self.closed_unasked = not self._received and not self._gave_up
            self._answer.set_exception(Broken("hung up"))


def taken_apart(received: bytearray) -> tuple[bytes, bytes] | None:
    """The head, in small letters, and the body of a message over HTTP, once all of it has come."""
    end = received.find(HEAD_ENDS)
    if end < 0:
        return None
    head = bytes(received[:end]).lower()
    found = LENGTH.search(head)
    whole = end + len(HEAD_ENDS) + (int(found[1]) if found else 0)
    return (head, bytes(received[end + len(HEAD_ENDS) : whole])) if len(received) >= whole else None


@dataclass(frozen=True, slots=True)
class Text:
    """A text that the hotline gave to the carrier."""

    id: str
    number: str
    words: str
    at: float
    """When the carrier had it, by `time.perf_counter`."""


class Company:
    """Another company, as the hotline sees it: it answers every request at once."""

    _server: asyncio.Server | None = None

    async def open(self) -> int:
        """Listen on a free port of this machine, and say which."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Taking(self.answer), "127.0.0.1", 0
        )
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    def answer(self, head: bytes, body: bytes) -> bytes:
        """The whole answer to a request, whose head is in small letters."""
        raise NotImplementedError


def in_json(status: HTTPStatus, content: object) -> bytes:
    """An answer that holds this."""
    body = json.dumps(content).encode()
    head = (
        f"HTTP/1.1 {status} {status.phrase}\r\nContent-Type: application/json\r\nContent-Length: "
        f"{len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Carrier(Company):
    """Takes texts as Africa's Talking does, and hands each to whoever listens."""

    def __init__(self, heard: Callable[[Text], None]) -> None:
        self._heard = heard
        self._taken = 0

    def answer(self, _head: bytes, body: bytes) -> bytes:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self._taken += 1
        text = Text(f"ATXid_{self._taken}", form["to"], form["message"], time.perf_counter())
        self._heard(text)
        recipient = {
            "cost": "KES 0.8000",
            "messageId": text.id,
            "number": text.number,
            "status": "Success",
            "statusCode": 102,
        }
        return in_json(
            HTTPStatus.CREATED, {"SMSMessageData": {"Message": "Sent to 1/1", "Recipients": [recipient]}}
        )


class _Taking(asyncio.Protocol):
    """A connection over which the hotline asks something of a company."""

    def __init__(self, answer: Callable[[bytes, bytes], bytes]) -> None:
        self._answer = answer
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        if (whole := taken_apart(self._received)) and self._transport is not None:
            self._received.clear()
            self._transport.write(self._answer(*whole))
