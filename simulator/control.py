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

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from simulator.chat_control import chat_control
from simulator.control_requests import asked, wait_for_change
from simulator.network import Network
from simulator.phone_control import phone_control
from simulator.phones import NotANumber, Refused
from simulator.troubles import UnknownTrouble


def control(network: Network) -> Blueprint:
    """The addresses of the table above."""
    controls = Blueprint("control", __name__, url_prefix="/simulator")
    controls.register_blueprint(phone_control(network))
    controls.register_blueprint(chat_control(network.telegram))
    controls.register_blueprint(trouble_control(network))

    @controls.get("/town")
    def town() -> Response:
        wait_for_change(network.exchange)
        return jsonify(network.view())

    @controls.get("/faults")
    def faults() -> Response:
        return jsonify(network.exchange.faults_view())

    @controls.get("/counters")
    def counters() -> Response:
        return jsonify(network.counters())

    @controls.post("/reset")
    def reset() -> Response:
        asked()
        network.reset()
        return jsonify(network.view())

    @controls.errorhandler(NotANumber)
    @controls.errorhandler(UnknownTrouble)
    def unclear(error: Exception) -> ResponseReturnValue:
        return jsonify(error=str(error)), 400

    @controls.errorhandler(Refused)
    def refused(error: Refused) -> ResponseReturnValue:
        return jsonify(error=str(error)), 409

    @controls.errorhandler(HTTPException)
    def in_json(error: HTTPException) -> ResponseReturnValue:
        return jsonify(error=error.description), error.code or 500

    return controls


def trouble_control(network: Network) -> Blueprint:
    """The bad days of everybody."""
    controls = Blueprint("troubles", __name__)
    exchange, troubles = network.exchange, network.troubles

    def noticed() -> Response:
        with exchange.changed:
            exchange.note()
        return jsonify(troubles.view())

    @controls.get("/troubles")
    def show() -> Response:
        return jsonify(troubles.view())

    @controls.put("/troubles")
    def make() -> Response:
        troubles.change(asked())
        return noticed()

    @controls.delete("/troubles")
    def lift() -> Response:
        troubles.forget()
        return noticed()

    return controls
