"""What tests, benchmarks and the page ask of the simulator:
to press keys, to look at phones, and to make trouble.

Everything is JSON, and every POST, PUT and PATCH needs the type `application/json`
even with nothing to say (`{}`), so that no other page of the same browser can
press our keys. A `{number}` is in international form, its `+` as it is or as %2B.

| request                                   | body                         | answer                          |
| ----------------------------------------- | ---------------------------- | ------------------------------- |
| GET    /simulator/town?seen=V&wait=S      |                              | everything; waits S seconds for |
|                                           |                              | another version than V          |
| GET    /simulator/phones                  |                              | [phone, …]                      |
| PUT    /simulator/phones/{number}         | label                        | phone, new if there was none    |
| GET    /simulator/phones/{number}         |                              | phone: screen, session, texts   |
|                                           |                              | and switches;                   |
|        …?seen=V&wait=S                    |                              | waits S seconds for a change    |
| PATCH  /simulator/phones/{number}         | on, opted_out,               | phone; only what is named       |
|                                           | undeliverable, refuses,      | changes                         |
|                                           | label                        |                                 |
| POST   /simulator/phones/{number}/dial    | code ("" dials the hotline)  | phone, when the page is there   |
| POST   /simulator/phones/{number}/reply   | text                         | phone, when the page is there   |
| POST   /simulator/phones/{number}/hang-up |                              | phone                           |
| POST   /simulator/phones/{number}/texts   | to, text                     | phone                           |
| POST   /simulator/phones/{number}/read    |                              | phone, no text unread           |
| GET    /simulator/chats                   |                              | [chat, …]                       |
| PUT    /simulator/chats/{user}            | name, language_code, number  | chat, new if there was none     |
| GET    /simulator/chats/{user}            |                              | chat: messages, keyboard,       |
|                                           |                              | toast, commands                 |
|        …?seen=V&wait=S                    |                              | waits S seconds for a change    |
| PATCH  /simulator/chats/{user}            | blocked, deactivated, name,  | chat; only what is named        |
|                                           | language_code, number        | changes                         |
| POST   /simulator/chats/{user}/start      | payload (the word of a link, | chat, no longer blocked         |
|                                           | or "")                       |                                 |
| POST   /simulator/chats/{user}/messages   | text, reply_to,              | chat                            |
|                                           | forwarded_from               |                                 |
| POST   /simulator/chats/{user}/edit       | message, text                | chat                            |
| POST   /simulator/chats/{user}/tap        | button (label or data),      | chat; 409 if there is no such   |
|                                           | message (else the newest     | button                          |
|                                           | with it), stale (one it had  |                                 |
|                                           | once)                        |                                 |
| POST   /simulator/chats/{user}/location   | latitude, longitude          | chat                            |
| POST   /simulator/chats/{user}/contact    | number, user_id, name (else  | chat                            |
|                                           | one's own; a user_id of null |                                 |
|                                           | for a card typed by hand)    |                                 |
| POST   /simulator/chats/{user}/photo      | content (base64), caption    | chat                            |
| POST   /simulator/chats/{user}/voice      | content (base64), duration   | chat                            |
| POST   /simulator/chats/{user}/document   | content or only size,        | chat                            |
|                                           | file_name, mime_type         |                                 |
| POST   /simulator/chats/{user}/sticker    |                              | chat                            |
| POST   /simulator/chats/{user}/read       |                              | chat, no message unread         |
| GET    /simulator/files/{id}              |                              | what a picture or a voice in a  |
|                                           |                              | chat holds                      |
| POST   /simulator/updates                 | an update as Telegram writes | Telegram; it happens as if from |
|                                           | it                           | outside                         |
| GET    /simulator/telegram                |                              | Telegram: me, webhook,          |
|                                           |                              | commands, names, descriptions,  |
|                                           |                              | left groups, counters           |
| GET    /simulator/faults                  |                              | [{number, what, at}, …]: the    |
|                                           |                              | hotline's own                   |
| GET    /simulator/counters                |                              | what has passed so far          |
|                                           |                              | (`network.py`)                  |
| GET    /simulator/troubles                |                              | everybody's bad days            |
|                                           |                              | (`troubles.py`)                 |
| PUT    /simulator/troubles                | carrier_down, twice, late,   | troubles; only what is named    |
|                                           | shuffled, next,              | changes                         |
|                                           | telegram_down,               |                                 |
|                                           | telegram_unlimited, telegram |                                 |
| DELETE /simulator/troubles                |                              | troubles, all quiet             |
| POST   /simulator/reset                   |                              | everything, forgotten           |

What cannot be done answers 4xx with {"error": "a sentence for people"}.
"""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from simulator.chat_control import chat_control
from simulator.network import Network
from simulator.phones import NotANumber, Phone, Refused
from simulator.troubles import UnknownTrouble

LONGEST_WAIT = 30.0


def control(network: Network) -> Blueprint:
    """The addresses of the table above."""
    desk = Blueprint("control", __name__, url_prefix="/simulator")
    desk.register_blueprint(chat_control(network.telegram))
    exchange, calls, texts, troubles = network.exchange, network.calls, network.texts, network.troubles

    def view(phone: Phone) -> Response:
        return jsonify(network.phone_view(phone))

    def wait() -> None:
        if seen := request.args.get("seen"):
            exchange.wait_for_change(seen, min(request.args.get("wait", 0.0, type=float), LONGEST_WAIT))

    @desk.get("/town")
    def town() -> Response:
        wait()
        return jsonify(network.view())

    @desk.get("/phones")
    def phones() -> Response:
        return jsonify(network.view()["phones"])

    @desk.put("/phones/<number>")
    def add(number: str) -> Response:
        return view(exchange.phone(number, asked().get("label", "").strip()))

    @desk.get("/phones/<number>")
    def look(number: str) -> Response:
        wait()
        return view(exchange.phone(number))

    @desk.patch("/phones/<number>")
    def switch(number: str) -> Response:
        phone = exchange.phone(number)
        network.change(phone, asked())
        return view(phone)

    @desk.post("/phones/<number>/dial")
    def dial(number: str) -> Response:
        phone = exchange.phone(number)
        calls.dial(phone, asked().get("code", ""))
        return view(phone)

    @desk.post("/phones/<number>/reply")
    def reply(number: str) -> Response:
        phone = exchange.phone(number)
        calls.reply(phone, asked().get("text", ""))
        return view(phone)

    @desk.post("/phones/<number>/hang-up")
    def hang_up(number: str) -> Response:
        phone = exchange.phone(number)
        asked()
        calls.hang_up(phone)
        return view(phone)

    @desk.post("/phones/<number>/texts")
    def text(number: str) -> Response:
        phone = exchange.phone(number)
        texts.send(phone, asked().get("to", ""), asked().get("text", ""))
        return view(phone)

    @desk.post("/phones/<number>/read")
    def read(number: str) -> Response:
        phone = exchange.phone(number)
        asked()
        network.read(phone)
        return view(phone)

    @desk.get("/faults")
    def faults() -> Response:
        return jsonify(exchange.faults_view())

    @desk.get("/counters")
    def counters() -> Response:
        return jsonify(network.counters())

    @desk.get("/troubles")
    def look_at_troubles() -> Response:
        return jsonify(troubles.view())

    @desk.put("/troubles")
    def make_trouble() -> Response:
        troubles.change(asked())
        return noticed()

    @desk.delete("/troubles")
    def lift_troubles() -> Response:
        troubles.forget()
        return noticed()

    @desk.post("/reset")
    def reset() -> Response:
        asked()
        network.reset()
        return jsonify(network.view())

    def noticed() -> Response:
        with exchange.changed:
            exchange.note()
        return jsonify(troubles.view())

    @desk.errorhandler(NotANumber)
    @desk.errorhandler(UnknownTrouble)
    def unclear(error: Exception) -> ResponseReturnValue:
        return jsonify(error=str(error)), 400

    @desk.errorhandler(Refused)
    def refused(error: Refused) -> ResponseReturnValue:
        return jsonify(error=str(error)), 409

    @desk.errorhandler(HTTPException)
    def in_json(error: HTTPException) -> ResponseReturnValue:
        return jsonify(error=error.description), error.code or 500

    return desk


def asked() -> dict[str, Any]:
    """The body of the request: an object in JSON. Anything else answers 415 or 400."""
    body: dict[str, Any] = request.get_json()
    return body
