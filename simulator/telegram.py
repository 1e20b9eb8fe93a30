"""Telegram's Bot API as the hotline sees it: one address per
method, one for files, and answers in Telegram's own words.

| HTTP     | body                                     | when                                                 |
| -------- | ---------------------------------------- | ---------------------------------------------------- |
| 200      | {"ok":true,"result":…}                   | it was done                                          |
| 401      | {"ok":false,"error_code":401,            | wrong token                                          |
|          |  "description":"Unauthorized"}           |                                                      |
| 404      | … "Not Found"                            | no such method, or a file whose address is over      |
| 400, 403 | … "Bad Request: …", "Forbidden: …"       | Telegram declines                                    |
| 409      | … "Conflict: …"                          | updates are asked for and posted, or asked for twice |
| 429      | … "parameters":{"retry_after":N}         | too fast (`floods.py`)                               |

Calls may be GET or POST, with the fields in the address, in
a form, in parts, or as JSON. Bad days are in `troubles.py`.
"""

import json
import secrets
import time
from typing import Any

from flask import Blueprint, Response, request

from simulator.africastalking import connection_broken
from simulator.asked import Asked, Declined
from simulator.floods import too_many
from simulator.messenger import Messenger
from simulator.speech import EDITING, SENDING
from simulator.troubles import Mishap

FIRST_ON_ITS_LINE = "simulator.first_on_its_line"
"""In the environment of a request: that nothing came on this connection before."""
WORDS = {500: "Internal Server Error", 502: "Bad Gateway"}


def bot_api(messenger: Messenger) -> Blueprint:
    """The two addresses of Telegram: of the methods and of the files."""
    door = Blueprint("telegram", __name__)
    methods = {name.lower(): (name, method) for name, method in messenger.methods.items()}
    troubles = messenger.troubles

    @door.before_request
    def telegram_answers() -> Response | None:
        if request.environ.get(FIRST_ON_ITS_LINE):
            messenger.count_connection()
        if troubles.telegram_down:
            return connection_broken()
        given = (request.view_args or {}).get("token", "")
        if not secrets.compare_digest(given.encode(), messenger.token.encode()):
            raise Declined(401, "Unauthorized")
        return None

    @door.errorhandler(Declined)
    def declined(error: Declined) -> Response:
        if error.code == 429:
            messenger.count_flood()
        return in_json(error.code, error.view())

    @door.route("/bot<token>/<method>", methods=["GET", "POST"])
    def call(token: str, method: str) -> Response:  # noqa: ARG001 -- looked at before
        if not (known := methods.get(method.lower())):
            raise Declined(404, "Not Found")
        name, act = known
        messenger.count(name)
        mishap = troubles.next_telegram_mishap() if name in SENDING + EDITING else None
        if mishap and mishap.kind == "reset":
            return connection_broken()
        must_be_well(mishap)
        answer = in_json(200, {"ok": True, "result": act(Asked.of(request))})
        return answered(answer, mishap, down=troubles.telegram_down)

    @door.get("/file/bot<token>/<path:path>")
    def file(token: str, path: str) -> Response:  # noqa: ARG001 -- looked at before
        messenger.count("file")
        return Response(messenger.files.at(path).read(), content_type="application/octet-stream")

    return door


def must_be_well(mishap: Mishap | None) -> None:
    """Raises Declined when the mishap is an error or a flood."""
    if mishap and mishap.kind == "error":
        raise Declined(mishap.code, WORDS.get(mishap.code, "Internal Server Error"))
    if mishap and mishap.kind == "flood":
        raise too_many(mishap.seconds)


def answered(answer: Response, mishap: Mishap | None, *, down: bool) -> Response:
    """The answer, late or never if a mishap says so, or if Telegram went down meanwhile."""
    if mishap:
        time.sleep(mishap.seconds)
    return connection_broken() if down or (mishap and mishap.kind == "silent") else answer


def in_json(status: int, body: dict[str, Any]) -> Response:
    return Response(json.dumps(body, separators=(",", ":")), status, content_type="application/json")
