"""The outside world on this machine, as a test starts it."""

from collections.abc import Callable

import requests

from simulator.callbacks import Timings
from simulator.server import Simulator
from tests.scenery.waiting import PATIENCE

QUICK = Timings(answer=PATIENCE, sent=0.02, delivered=0.05, pauses=(0.05,))
Simulate = Callable[[Timings], Simulator]


def send(simulator: Simulator, to: str, message: str) -> str:
    """Send a text as the hotline would; its message id."""
    form = {"username": "itikia", "to": to, "message": message, "from": "22384", "enqueue": "1"}
    answer = requests.post(
        f"{simulator.url}/version1/messaging", data=form, headers={"apiKey": "simulated"}, timeout=PATIENCE
    )
    return str(answer.json()["SMSMessageData"]["Recipients"][0]["messageId"])
