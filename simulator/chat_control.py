"""The part of the controls that is about chats on Telegram; the table of requests stands in `control.py`."""

import base64
import binascii
from typing import Any

from flask import Blueprint, Response, jsonify, request

from simulator.chats import Account
from simulator.control_requests import wait_for_change
from simulator.messenger import Messenger
from simulator.phones import Refused
from simulator.smartphones import Smartphones

SHOWN = {"photo": "image/jpeg", "voice": "audio/ogg"}  # anything else is only ever saved


class Unclear(ValueError):
    """What was asked cannot be read. The message says what is wrong with it."""


def chat_control(messenger: Messenger) -> Blueprint:
    """The addresses below /simulator that have to do with Telegram."""
    controls = Blueprint("telegram", __name__)
    controls.register_blueprint(chats_control(messenger))

    @controls.post("/updates")
    def inject() -> Response:
        update = request.get_json()
        if not any(isinstance(value, dict) for value in update.values()):
            raise Unclear("An update has something in it, besides its update_id.")
        messenger.inject(update)
        return jsonify(messenger.view())

    @controls.get("/telegram")
    def telegram() -> Response:
        return jsonify(messenger.view())

    @controls.get("/files/<file_id>")
    def file(file_id: str) -> Response:
        if not (found := messenger.files.file(file_id)):
            raise Refused("There is no such file any more.")
        return Response(found.read(), content_type=SHOWN.get(found.kind, "application/octet-stream"))

    @controls.errorhandler(Unclear)
    def unclear(error: Unclear) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400

    return controls


def chats_control(messenger: Messenger) -> Blueprint:
    """The chats themselves, and what is done in each."""
    controls = Blueprint("chats", __name__)

    def account(user: int) -> Account:
        return messenger.account(user, {})

    def view(account: Account) -> Response:
        return jsonify(messenger.chat_view(account))

    @controls.get("/chats")
    def chats() -> Response:
        wait_for_change(messenger.exchange)
        return jsonify(messenger.views())

    @controls.get("/chats/<int:user>")
    def show(user: int) -> Response:
        wait_for_change(messenger.exchange)
        return view(account(user))

    @controls.route("/chats/<int:user>", methods=["PUT", "PATCH"])
    def change(user: int) -> Response:
        return view(messenger.account(user, request.get_json()))

    @controls.post("/chats/<int:user>/<act>")
    def act(user: int, act: str) -> Response:
        holder, asked = account(user), request.get_json()
        do(messenger.smartphones, holder, act, asked)
        return view(holder)

    return controls


def do(smartphones: Smartphones, holder: Account, act: str, asked: dict[str, Any]) -> None:
    """What the last word of the address says. Raises Refused, Unclear."""
    match act:
        case "start":
            smartphones.start(holder, asked.get("payload", ""))
        case "messages":
            smartphones.say(
                holder, asked.get("text", ""), number(asked, "reply_to"), asked.get("forwarded_from", "")
            )
        case "edit":
            smartphones.edit(holder, number(asked, "message"), asked.get("text", ""))
        case "tap":
            smartphones.tap(
                holder, asked.get("button", ""), number(asked, "message"), stale=bool(asked.get("stale"))
            )
        case "read":
            smartphones.read(holder)
        case _:
            send(smartphones, holder, act, asked)


def send(smartphones: Smartphones, holder: Account, what: str, asked: dict[str, Any]) -> None:
    """Something that is not words. Raises Refused, Unclear."""
    match what:
        case "location":
            smartphones.share_location(
                holder, degrees(asked, "latitude", 90), degrees(asked, "longitude", 180)
            )
        case "contact":
            smartphones.share_contact(holder, asked)
        case "photo":
            smartphones.photo(holder, content(asked), asked.get("caption", ""))
        case "voice":
            smartphones.voice(holder, content(asked), number(asked, "duration"))
        case "document":
            name, mime = asked.get("file_name", "file"), asked.get("mime_type", "application/octet-stream")
            smartphones.document(holder, content(asked), number(asked, "size"), name, mime)
        case "sticker":
            smartphones.sticker(holder)
        case _:
            raise Unclear(f"Nobody can do “{what}” in a chat.")


def number(asked: dict[str, Any], name: str) -> int:
    """A whole number, 0 when left out. Raises Unclear."""
    try:
        return int(asked.get(name) or 0)
    except (ValueError, TypeError):
        raise Unclear(f"{name} is a whole number.") from None


def degrees(asked: dict[str, Any], name: str, most: int) -> float:
    """Raises Unclear."""
    try:
        found = float(asked[name])
    except (KeyError, ValueError, TypeError):
        raise Unclear(f"{name} is needed, in degrees.") from None
    if not -most <= found <= most:
        raise Unclear(f"{name} lies between {-most} and {most}.")
    return found


def content(asked: dict[str, Any]) -> bytes:
    """Raises Unclear."""
    try:
        return base64.b64decode(str(asked.get("content", "")), validate=True)
    except binascii.Error:
        raise Unclear("content is written in base64.") from None
