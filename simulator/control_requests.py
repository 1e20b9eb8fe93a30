"""How a request to the controls is read: what it asks for, and whether it waits for a change."""

from typing import Any

from flask import request

from simulator.exchange import Exchange

LONGEST_WAIT = 30.0


def asked() -> dict[str, Any]:
    """The body of the request: an object in JSON. Anything else answers 415 or 400."""
    body: dict[str, Any] = request.get_json()
    return body


def wait_for_change(exchange: Exchange) -> None:
    """Where the request says what it has seen, wait until there is something else."""
    if seen := request.args.get("seen"):
        exchange.wait_for_change(seen, min(request.args.get("wait", 0.0, type=float), LONGEST_WAIT))
