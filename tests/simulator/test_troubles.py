"""A carrier's bad days: slow, silent, down, double and in the wrong order."""

from typing import Any

import pytest
import requests

from simulator.client import NotPossible, Phone, Town
from simulator.phones import PROBLEM
from simulator.server import Simulator
from tests.scenery.pretend import PretendHotline
from tests.scenery.waiting import PATIENCE, wait_until

NUMBER = "+254711000111"


def send(simulator: Simulator, seconds: float = PATIENCE) -> requests.Response:
    form = {"username": "itikia", "to": NUMBER, "message": "Habari", "from": "22384"}
    return requests.post(
        f"{simulator.url}/version1/messaging", data=form, headers={"apiKey": "simulated"}, timeout=seconds
    )


def recipient(answer: requests.Response) -> dict[str, Any]:
    return dict(answer.json()["SMSMessageData"]["Recipients"][0])


def test_a_slow_carrier_has_taken_the_text_before_it_says_so(
    hotline: PretendHotline, simulator: Simulator, town: Town, citizen: Phone
) -> None:
    town.trouble(next=[{"kind": "slow", "seconds": 30}])
    with pytest.raises(requests.Timeout):
        send(simulator, seconds=0.2)
    assert citizen.wait_for_text().body == "Habari"
    hotline.waited_for("/receipts", 2)
    town.trouble(next=[{"kind": "slow", "seconds": 0.1}])
    assert recipient(send(simulator))["statusCode"] == 101


def test_a_silent_carrier_takes_the_text_and_never_answers(
    simulator: Simulator, town: Town, citizen: Phone
) -> None:
    town.trouble(next=[{"kind": "silent", "seconds": 0.1}])
    with pytest.raises(requests.ConnectionError):
        send(simulator)
    assert citizen.wait_for_text().body == "Habari"


def test_a_broken_connection_takes_nothing_and_only_so_often(simulator: Simulator, town: Town) -> None:
    town.trouble(next=[{"kind": "reset", "times": 2}])
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            send(simulator)
    assert town.counters()["accepted"] == 0
    assert send(simulator).status_code == 201


def test_errors_and_refusals_come_on_demand(simulator: Simulator, town: Town) -> None:
    town.trouble(next=[{"kind": "error"}, *({"kind": "refuse", "code": code} for code in (401, 405, 502))])
    assert send(simulator).status_code == 500
    refused = [recipient(send(simulator)) for _ in range(3)]
    assert [row["status"] for row in refused] == ["RiskHold", "InsufficientBalance", "RejectedByGateway"]
    assert town.counters()["accepted"] == 0
    assert recipient(send(simulator))["status"] == "Success"


def test_everything_is_said_twice(
    hotline: PretendHotline, simulator: Simulator, town: Town, citizen: Phone
) -> None:
    town.trouble(twice=True)
    citizen.dial()
    citizen.hang_up()
    citizen.text("22384", "1")
    send(simulator)
    for path, count in (("/ussd", 2), ("/ended", 2), ("/texts", 2), ("/receipts", 4)):
        forms = hotline.waited_for(path, count)
        assert len({tuple(sorted(form.items())) for form in forms}) == count / 2


def test_the_last_receipt_may_come_first(hotline: PretendHotline, simulator: Simulator, town: Town) -> None:
    town.trouble(shuffled=True)
    for _ in range(10):
        send(simulator)
    receipts = hotline.waited_for("/receipts", 20)
    orders: dict[str, list[str]] = {}
    for receipt in receipts:
        orders.setdefault(receipt["id"], []).append(receipt["status"])
    assert ["Success", "Sent"] in orders.values()


def test_while_the_carrier_is_down_nothing_goes_and_nothing_is_lost(
    hotline: PretendHotline, simulator: Simulator, town: Town, citizen: Phone
) -> None:
    town.trouble(carrier_down=True)
    assert citizen.dial() == PROBLEM
    with pytest.raises(requests.ConnectionError):
        send(simulator)
    citizen.text("22384", "Msaada")
    assert not hotline.posts
    town.calm()
    assert hotline.waited_for("/texts")[0]["text"] == "Msaada"


def test_a_late_callback_comes_late_but_comes(
    hotline: PretendHotline, simulator: Simulator, town: Town, citizen: Phone
) -> None:
    town.trouble(late=1000)
    citizen.text("22384", "1")
    citizen.dial()
    *_others, (_when, _order, comes) = sorted(simulator.network._agenda._due)
    comes()
    hotline.waited_for("/texts")
    assert [post.path for post in hotline.posts] == ["/ussd", "/texts"]


def test_a_trouble_that_does_not_exist_is_an_error(town: Town) -> None:
    with pytest.raises(NotPossible, match="no trouble called thunder"):
        town.trouble(thunder=True)
    with pytest.raises(NotPossible, match="slow, silent, reset"):
        town.trouble(next=[{"kind": "sulk"}])


def test_a_reset_forgets_everything_but_the_phones_of_the_start(
    simulator: Simulator, town: Town, citizen: Phone
) -> None:
    town.phone("+254733000333", "A neighbour")
    town.trouble(twice=True)
    send(simulator)
    wait_until(citizen.inbox, "the text comes")
    town.reset()
    assert {phone.number for phone in town.phones()} == {NUMBER, "+254722000222"}
    assert (citizen.inbox(), town.counters()["accepted"]) == ([], 0)
