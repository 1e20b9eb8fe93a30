"""Africa's Talking itself, as the hotline sees it: the address to which it posts texts, and what comes back.

The answers are copied from recorded traffic, letter by letter where a client can tell: HTTP 201 and not 200
when a request was taken, JSON with no charset in its type, `None` as a word where there is no message id.

| statusCode | status                | when                                                                  |
| ---------- | --------------------- | --------------------------------------------------------------------- |
| 101        | Success               | taken; the request had no `enqueue`                                   |
| 102        | Success               | taken; the request had `enqueue=1`                                    |
| 401        | RiskHold              | on demand                                                             |
| 403        | InvalidPhoneNumber    | it is no number in international form                                 |
| 404        | UnsupportedNumberType | it is a Kenyan number, and not a mobile one                           |
| 405        | InsufficientBalance   | on demand                                                             |
| 406        | UserInBlacklist       | the holder of the phone wants no texts                                |
| 407, 409,  | CouldNotRoute, …      | on demand                                                             |
| 500 to 502 |                       |                                                                       |

| HTTP | body                                                    | when                                      |
| ---- | ------------------------------------------------------- | ----------------------------------------- |
| 401  | The supplied authentication is invalid                  | wrong `apiKey`                            |
| 400  | Request is missing required form field 'to'             | no username, number or message            |
| 429  | Too Many Requests                                       | more texts a second than it takes, where  |
|      |                                                         | SIMULATOR_TEXTS_A_SECOND is set;          |
|      |                                                         | `Retry-After` has whole seconds; none of  |
|      |                                                         | the request's texts is accepted           |
| 201  | {"SMSMessageData":                                      | `from` is neither the short code nor a    |
|      |   {"Message":"InvalidSenderId","Recipients":[]}}        | known name                                |

On demand: by `refuses` of a phone, or by a mishap (`troubles.py`).
"""

import json
import math
import re
import secrets
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, request

from simulator import gsm
from simulator.network import DEFAULT_SENDER, Network
from simulator.phones import E164
from simulator.troubles import Mishap

REFUSALS = {
    401: "RiskHold",
    402: "InvalidSenderId",
    403: "InvalidPhoneNumber",
    404: "UnsupportedNumberType",
    405: "InsufficientBalance",
    406: "UserInBlacklist",
    407: "CouldNotRoute",
    409: "DoNotDisturbRejection",
    500: "InternalServerError",
    501: "GatewayError",
    502: "RejectedByGateway",
}
NOT_A_MOBILE = re.compile(r"\+254(?![17]\d{8}$)")
KES_PER_PART, USD_PER_PART = Decimal("0.8000"), Decimal("0.0079")
BALANCE = "KES 1785.5000"


@dataclass(frozen=True)
class Recipient:
    """What became of one number of one request."""

    number: str
    status_code: int
    cost: str = "0"
    message_id: str = "None"

    @property
    def is_accepted(self) -> bool:
        return self.status_code in (101, 102)

    def view(self) -> dict[str, Any]:
        """In the order of the recorded answers."""
        return {
            "cost": self.cost,
            "messageId": self.message_id,
            "number": self.number,
            "status": REFUSALS.get(self.status_code, "Success"),
            "statusCode": self.status_code,
        }


class MissingField(Exception):
    """The request lacks something; the message is its name."""


def api(network: Network) -> Blueprint:
    """The two addresses of the carrier that the hotline uses: messaging and user."""
    door = Blueprint("africastalking", __name__, url_prefix="/version1")

    @door.before_request
    def carrier_answers() -> Response | None:
        if network.troubles.carrier_down:
            return connection_broken()
        if not secrets.compare_digest(request.headers.get("apiKey", "").encode(), network.api_key.encode()):
            return in_words(
                401,
                "The supplied authentication is invalid",
                {"WWW-Authenticate": 'Basic realm="api",charset=UTF-8'},
            )
        return None

    @door.errorhandler(MissingField)
    def missing(error: MissingField) -> Response:
        return in_words(400, f"Request is missing required form field '{error}'")

    @door.post("/messaging")
    def messaging() -> Response:
        form = request.form
        needed(form, "username")
        if wait := network.too_many(len(form.get("to", "").split(","))):
            return in_words(429, "Too Many Requests", {"Retry-After": str(math.ceil(wait))})
        mishap = network.troubles.next_mishap()
        if mishap and mishap.kind == "reset":
            return connection_broken()
        if mishap and mishap.kind == "error":
            return in_words(mishap.code, "There was an internal server error.")
        answer = Sending(network, form).answer(refusing=mishap)
        return answered(answer, mishap)

    @door.get("/messaging")
    def incoming() -> Response:
        needed(request.args, "username")
        last = int(request.args.get("lastReceivedId", "0") or 0)
        return in_json(200, {"SMSMessageData": {"Messages": incoming_since(network, last)}})

    @door.get("/user")
    def user() -> Response:
        needed(request.args, "username")
        return in_json(200, {"UserData": {"balance": BALANCE}})

    return door


class Sending:
    """One request to send one text to some numbers."""

    def __init__(self, network: Network, form: Mapping[str, str]) -> None:
        """Raises MissingField."""
        self._network = network
        self._sender = form.get("from") or DEFAULT_SENDER
        self._numbers = [number.strip() for number in needed(form, "to").split(",")]
        self._message = needed(form, "message")
        self._is_premium = form.get("bulkSMSMode") == "0"
        self._taken = 102 if form.get("enqueue") == "1" or self._is_premium else 101
        self._parts = gsm.parts(self._message)

    def answer(self, refusing: Mishap | None) -> Response:
        """Send it on to every phone that can be sent to, and say what became of each number."""
        if self._sender not in self._network.senders:
            return in_json(201, {"SMSMessageData": {"Message": "InvalidSenderId", "Recipients": []}})
        code = refusing.code if refusing and refusing.kind == "refuse" else None
        recipients = [self._recipient(number, code or self._refusal(number)) for number in self._numbers]
        for recipient in recipients:
            if recipient.is_accepted:
                self._network.texts.accept(
                    recipient.number, self._sender, self._message, recipient.message_id
                )
        views = [recipient.view() for recipient in recipients]
        return in_json(201, {"SMSMessageData": {"Message": self._summary(recipients), "Recipients": views}})

    def _recipient(self, number: str, refusal: int | None) -> Recipient:
        if refusal:
            return Recipient(number, refusal)
        cost = "0" if self._is_premium else f"KES {KES_PER_PART * self._parts}"
        return Recipient(number, self._taken, cost, "ATXid_" + secrets.token_hex(16))

    def _refusal(self, number: str) -> int | None:
        if not E164.fullmatch(number):
            return 403
        if NOT_A_MOBILE.match(number):
            return 404
        phone = self._network.exchange.phone(number)
        return 406 if phone.opted_out else phone.refuses

    def _summary(self, recipients: list[Recipient]) -> str:
        accepted = sum(recipient.is_accepted for recipient in recipients)
        summary = f"Sent to {accepted}/{len(recipients)}"
        if self._is_premium:
            return summary
        if not accepted:
            return f"{summary} Total Cost: 0"
        return (
            f"{summary} Total Cost: USD {USD_PER_PART * self._parts * accepted} Message parts: {self._parts}"
        )


def needed(fields: Mapping[str, str], name: str) -> str:
    if not (value := fields.get(name, "")):
        raise MissingField(name)
    return value


def incoming_since(network: Network, last: int) -> list[dict[str, Any]]:
    """The texts to the short code with a higher id than `last`, as the carrier lists them."""
    return [
        {
            "linkId": "",
            "text": text.text,
            "to": network.texts.short_code,
            "id": text.id,
            "date": text.at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{text.at.microsecond // 1000:03}Z",
            "from": text.sender,
        }
        for text in network.texts.incoming
        if text.id > last
    ]


def answered(answer: Response, mishap: Mishap | None) -> Response:
    """The answer, late or never if a mishap says so."""
    if mishap and mishap.kind in ("slow", "silent"):
        time.sleep(mishap.seconds)
    return connection_broken() if mishap and mishap.kind == "silent" else answer


def in_json(status: int, body: dict[str, Any]) -> Response:
    """Exactly `application/json`: the Python SDK leaves anything else unread."""
    return Response(json.dumps(body, separators=(",", ":")), status, content_type="application/json")


def in_words(status: int, words: str, headers: dict[str, str] | None = None) -> Response:
    return Response(words, status, headers, content_type="text/plain; charset=UTF-8")


def connection_broken() -> Response:
    """Break the connection under the client's feet; the response is never sent."""
    line: socket.socket = request.environ["werkzeug.socket"]
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.shutdown(socket.SHUT_RDWR)
    return Response(status=503)
