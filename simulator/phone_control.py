"""The part of the controls that is about phones; the table of requests stands in `control.py`."""

from flask import Blueprint, Response, jsonify

from simulator.control_requests import asked, wait_for_change
from simulator.network import Network
from simulator.phones import Phone


def phone_control(network: Network) -> Blueprint:
    """The addresses below /simulator/phones: the phones themselves, and what is done on each."""
    controls = Blueprint("phones", __name__)
    exchange = network.exchange

    def view(phone: Phone) -> Response:
        return jsonify(network.phone_view(phone))

    @controls.get("/phones")
    def phones() -> Response:
        return jsonify(network.view()["phones"])

    @controls.put("/phones/<number>")
    def add(number: str) -> Response:
        return view(exchange.phone(number, asked().get("label", "").strip()))

    @controls.get("/phones/<number>")
    def show(number: str) -> Response:
        wait_for_change(exchange)
        return view(exchange.phone(number))

    @controls.patch("/phones/<number>")
    def switch(number: str) -> Response:
        phone = exchange.phone(number)
        network.change(phone, asked())
        return view(phone)

    controls.register_blueprint(presses(network))
    return controls


def presses(network: Network) -> Blueprint:
    """What somebody does on a phone in their hand."""
    controls = Blueprint("presses", __name__, url_prefix="/phones/<number>")
    exchange, calls, texts = network.exchange, network.calls, network.texts

    def view(phone: Phone) -> Response:
        return jsonify(network.phone_view(phone))

    @controls.post("/dial")
    def dial(number: str) -> Response:
        phone = exchange.phone(number)
        calls.dial(phone, asked().get("code", ""))
        return view(phone)

    @controls.post("/reply")
    def reply(number: str) -> Response:
        phone = exchange.phone(number)
        calls.reply(phone, asked().get("text", ""))
        return view(phone)

    @controls.post("/hang-up")
    def hang_up(number: str) -> Response:
        phone = exchange.phone(number)
        asked()
        calls.hang_up(phone)
        return view(phone)

    @controls.post("/texts")
    def text(number: str) -> Response:
        phone = exchange.phone(number)
        texts.send(phone, asked().get("to", ""), asked().get("text", ""))
        return view(phone)

    @controls.post("/read")
    def read(number: str) -> Response:
        phone = exchange.phone(number)
        asked()
        network.read(phone)
        return view(phone)

    return controls
