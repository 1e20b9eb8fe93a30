"""The carrier's own address, asked by plain requests and by
the company's own Python kit, as it comes from the shop."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import requests
from africastalking.Application import ApplicationService
from africastalking.Service import AfricasTalkingException
from africastalking.SMS import SMSService

from simulator.client import Phone, Town
from simulator.network import Network
from simulator.server import Simulator
from tests.scenery.pretend import PretendHotline
from tests.scenery.waiting import PATIENCE

NUMBER = "+254711000111"
# In the shape of recorded traffic; the ids and numbers are made up.
WITHOUT_ENQUEUE = (
    '{"SMSMessageData":{"Message":"Sent to 1/1 Total Cost: USD 0.0079 Message parts: '
    '1","Recipients":[{"cost":"KES 0.8000",'
    '"messageId":"ATXid_#","number":"+254711000111","status":"Success","statusCode":101}]}}'
)
WITH_ENQUEUE = WITHOUT_ENQUEUE.replace("101", "102")
PREMIUM = (
    '{"SMSMessageData":{"Message":"Sent to '
    '1/1","Recipients":[{"cost":"0","messageId":"ATXid_#","number":"+254711000111",'
    '"status":"Success","statusCode":102}]}}'
)
OPTED_OUT = (
    '{"SMSMessageData":{"Message":"Sent to 0/1 Total Cost: '
    '0","Recipients":[{"cost":"0","messageId":"None","number":"+254711000111",'
    '"status":"UserInBlacklist","statusCode":406}]}}'
)

Send = Callable[..., requests.Response]


@pytest.fixture
def send(simulator: Simulator) -> Send:
    """A plain request, with changes to its fields; None leaves a field out."""

    def send(key: str = "simulated", **changes: str | None) -> requests.Response:
        form = {
            "username": "itikia",
            "to": NUMBER,
            "message": "Habari",
            "from": "22384",
            "bulkSMSMode": "1",
            **changes,
        }
        return requests.post(
            f"{simulator.url}/version1/messaging", data=form, headers={"apiKey": key}, timeout=PATIENCE
        )

    return send


def without_id(answer: requests.Response) -> str:
    return re.sub(r"ATXid_[0-9a-f]{32}", "ATXid_#", answer.text)


def only_recipient(answer: requests.Response) -> dict[str, Any]:
    (recipient,) = answer.json()["SMSMessageData"]["Recipients"]
    return dict(recipient)


def test_a_text_is_taken_as_in_the_recordings(send: Send) -> None:
    answer = send()
    assert (answer.status_code, answer.headers["Content-Type"]) == (201, "application/json")
    assert set(answer.headers) == {"Date", "Content-Type", "Content-Length", "Connection", "Server"}
    assert without_id(answer) == WITHOUT_ENQUEUE
    assert without_id(send(enqueue="1")) == WITH_ENQUEUE
    assert without_id(send(**{"from": None})) == WITHOUT_ENQUEUE
    assert without_id(send(bulkSMSMode="0")) == PREMIUM


def test_a_wrong_key_is_refused_in_plain_words(send: Send) -> None:
    answer = send(key="wrong")
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "text/plain; charset=UTF-8")
    assert answer.text == "The supplied authentication is invalid"
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="api",charset=UTF-8'


def test_an_unknown_sender_is_a_success_with_nobody_in_it(send: Send) -> None:
    answer = send(**{"from": "SOMEBODY"})
    assert (answer.status_code, answer.text) == (
        201,
        '{"SMSMessageData":{"Message":"InvalidSenderId","Recipients":[]}}',
    )


@pytest.mark.parametrize("missing", ["username", "to", "message"])
def test_a_request_without_a_needed_field_is_refused(send: Send, missing: str) -> None:
    answer = send(**{missing: None})
    assert answer.status_code == 400
    assert missing in answer.text


def test_somebody_who_stopped_texts_is_named_as_such(send: Send, citizen: Phone) -> None:
    citizen.change(opted_out=True)
    assert without_id(send()) == OPTED_OUT


@pytest.mark.parametrize(
    ("number", "code", "status"),
    [
        ("0711000111", 403, "InvalidPhoneNumber"),
        ("+25471", 403, "InvalidPhoneNumber"),
        ("+254202000111", 404, "UnsupportedNumberType"),
    ],
)
def test_a_number_that_takes_no_texts_is_turned_down(send: Send, number: str, code: int, status: str) -> None:
    recipient = only_recipient(send(to=number))
    assert (recipient["statusCode"], recipient["status"], recipient["messageId"]) == (code, status, "None")


def test_a_phone_can_be_turned_down_on_demand(send: Send, citizen: Phone) -> None:
    citizen.change(refuses=407)
    assert only_recipient(send())["status"] == "CouldNotRoute"
    citizen.change(refuses=None)
    assert only_recipient(send())["status"] == "Success"


def test_some_numbers_may_be_taken_and_others_not(send: Send, hotline: PretendHotline) -> None:
    answer = send(to=f"{NUMBER}, +254202000111,+254722000222", message="x" * 161)
    data = answer.json()["SMSMessageData"]
    assert data["Message"] == "Sent to 2/3 Total Cost: USD 0.0316 Message parts: 2"
    assert [(row["statusCode"], row["cost"]) for row in data["Recipients"]] == [
        (101, "KES 1.6000"),
        (404, "0"),
        (101, "KES 1.6000"),
    ]
    assert len(hotline.waited_for("/receipts", 4)) == 4


def test_one_curly_quote_is_counted_as_the_networks_count_it(send: Send) -> None:
    assert send(message="It’s " * 20).json()["SMSMessageData"]["Message"].endswith("Message parts: 2")


def test_incoming_texts_can_be_fetched_too(simulator: Simulator, citizen: Phone) -> None:
    for words in ("one", "two"):
        citizen.text("22384", words)
    url, key = f"{simulator.url}/version1/messaging", {"apiKey": "simulated"}
    answer = requests.get(
        url, params={"username": "itikia", "lastReceivedId": "1"}, headers=key, timeout=PATIENCE
    )
    (message,) = answer.json()["SMSMessageData"]["Messages"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", message.pop("date"))
    assert message == {"linkId": "", "text": "two", "to": "22384", "id": 2, "from": NUMBER}


# The company's own kit, told only where to go.


@pytest.fixture
def kit(simulator: Simulator) -> Callable[[str], SMSService]:
    class Here(SMSService):  # type: ignore[misc]
        def _init_service(self) -> None:
            self._baseUrl = self._contentUrl = simulator.url + "/version1"

    return lambda key: Here("itikia", key)


def test_beyond_so_many_a_second_it_takes_no_text_and_says_when_it_will(hotline: PretendHotline) -> None:
    numbers = ",".join(f"+2547110003{place:02}" for place in range(60))

    def send() -> requests.Response:
        form = {"username": "itikia", "to": numbers, "message": "Habari"}
        return requests.post(
            f"{simulator.url}/version1/messaging", form, headers={"apiKey": "simulated"}, timeout=PATIENCE
        )

    with Simulator(Network(hotline.callbacks, texts_a_second=1)) as simulator, Town(simulator.url) as town:
        taken, refused = send(), send()
        assert (taken.status_code, refused.status_code, refused.text) == (201, 429, "Too Many Requests")
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert (town.counters()["accepted"], town.counters()["turned_away"]) == (60, 60)
        town.reset()
        assert send().status_code == 201
        assert (town.counters()["accepted"], town.counters()["turned_away"]) == (60, 0)


def test_the_python_kit_sends(kit: Callable[[str], SMSService], citizen: Phone) -> None:
    answer = kit("simulated").send("Habari yako", [NUMBER], "22384", enqueue=True)
    assert (
        json.dumps(answer, separators=(",", ":")).replace(
            answer["SMSMessageData"]["Recipients"][0]["messageId"], "ATXid_#"
        )
        == WITH_ENQUEUE
    )
    assert citizen.wait_for_text().body == "Habari yako"


def test_the_python_kit_is_refused_like_anybody(kit: Callable[[str], SMSService], citizen: Phone) -> None:
    with pytest.raises(AfricasTalkingException, match="The supplied authentication is invalid"):
        kit("wrong").send("Habari", [NUMBER])
    assert kit("simulated").send("Habari", [NUMBER], "SOMEBODY")["SMSMessageData"]["Recipients"] == []
    citizen.change(opted_out=True)
    assert (
        kit("simulated").send("Habari", [NUMBER])["SMSMessageData"]["Recipients"][0]["status"]
        == "UserInBlacklist"
    )


def test_the_python_kit_fetches_and_sends_premium(kit: Callable[[str], SMSService], citizen: Phone) -> None:
    citizen.text("22384", "RIPOTI")
    assert kit("simulated").fetch_messages(0)["SMSMessageData"]["Messages"][0]["text"] == "RIPOTI"
    premium = kit("simulated").send_premium("Asante", "22384", [NUMBER], "RIPOTI", "a-link")
    assert premium["SMSMessageData"]["Message"] == "Sent to 1/1"


def test_the_python_kit_reads_the_balance(simulator: Simulator, town: Town) -> None:
    class Here(ApplicationService):  # type: ignore[misc]
        def _init_service(self) -> None:
            self._baseUrl = simulator.url + "/version1"

    assert Here("itikia", "simulated").fetch_application_data() == {"UserData": {"balance": "KES 1785.5000"}}
