"""Africa's Talking: the one file that knows this company. Facts are from its reference pages and from recorded traffic.

Its SDK speaks to it, with four things changed, all in `_Texts`: the base address may be another, connections are kept alive (the SDK
opens one for each text), the HTTP status is kept (the SDK drops it), and an answer is read as JSON whatever charset it names (the SDK
then returns bare text). The SDK is never `initialize()`d, for that binds one account to the whole process, and its `callback=` is not
used, for it swallows network errors.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from africastalking.SMS import SMSService

from hotline.carriers import Account, Ended, Form, InboundText, Malformed, Meaning, OptOut, Receipt, Sending, Turn

ACCEPTED, PERMANENT, SETTINGS, TRANSIENT, UNKNOWN = Meaning

STATUS_CODES = {
    100: (ACCEPTED, "Processed"),
    101: (ACCEPTED, "Sent"),
    102: (ACCEPTED, "Queued"),
    401: (UNKNOWN, "RiskHold: held back, and may be sent later all the same"),
    402: (SETTINGS, "InvalidSenderId"),
    403: (PERMANENT, "InvalidPhoneNumber"),
    404: (PERMANENT, "UnsupportedNumberType: a landline, for one"),
    405: (SETTINGS, "InsufficientBalance"),
    406: (PERMANENT, "UserInBlacklist: the person has opted out"),
    407: (PERMANENT, "CouldNotRoute"),
    409: (TRANSIENT, "DoNotDisturbRejection: not at this hour, in Nigeria from 20:00 to 08:00"),
    500: (UNKNOWN, "InternalServerError"),
    501: (UNKNOWN, "GatewayError"),
    502: (PERMANENT, "RejectedByGateway"),
}
"""What is said of one recipient: its code, what it means for us, and the company's word for it."""

RECEIPTS = {
    "sent": (False, None),
    "submitted": (False, None),
    "buffered": (False, None),
    "success": (True, True),
    "failed": (True, False),
    "rejected": (True, False),
    "absentsubscriber": (True, False),
    "expired": (True, False),
}
"""What a receipt says: whether it is the last word, and whether the text is on the handset. Other words are kept and mean nothing yet."""

OPTED_OUT = "userinblacklist"
"""Spelt UserInBlacklist in answers and UserInBlackList in receipts."""

NOT_AT_THIS_HOUR = timedelta(hours=1)
SLOW_DOWN = timedelta(seconds=30)
CONNECT_AND_READ = (3.05, 9.05)
"""Seconds. The SDK's own, since 2.0.3; before that it waited for ever."""

NOTHING = {"", "None"}
"""`None` stands for nothing in its answers: `messageId` of a text that was refused, for one."""

LIVE, SANDBOX = "https://api.africastalking.com", "https://api.sandbox.africastalking.com"


class AfricasTalking:
    """One account with Africa's Talking."""

    name = "africastalking"
    page_septets = 160 - len("CON ")  # whether the prefix counts is not documented, so we leave it room
    page_units = 80 - len("CON ")

    def __init__(self, account: Account, timeout: tuple[float, float] = CONNECT_AND_READ) -> None:
        self._sender = account.sender
        self._texts = _Texts(account, timeout)

    def send(self, number: str, text: str) -> Sending:
        """Send one text, once. A read time-out is `UNKNOWN`: there is no idempotency key for texts, so sending again may send two."""
        try:
            status, body = self._texts.send(text, [number], self._sender, enqueue=True)
        except requests.ConnectTimeout:
            return Sending(TRANSIENT, "connect time-out")
        except requests.ConnectionError as error:
            return Sending(TRANSIENT, "no connection") if _never_left(error) else Sending(UNKNOWN, "connection lost")
        except requests.RequestException as error:
            return Sending(UNKNOWN, type(error).__name__)
        except ValueError:
            return Sending(PERMANENT, "the SDK takes this for no number")
        return _refused(status) or _recipient(body, number)

    def turn(self, form: Form) -> Turn:
        """A turn of a dial-in. A number that is none is passed on as it is: such a caller can still report."""
        return Turn(
            _needed(form, "sessionId"),
            form.get("phoneNumber", ""),
            form.get("text", ""),
            form.get("networkCode", ""),
            form.get("serviceCode", ""),
        )

    def page(self, text: str, ended: bool) -> str:
        """Nothing may stand before the prefix, not even a space, or the session is cut."""
        return f"{'END' if ended else 'CON'} {text}"

    def ended(self, form: Form) -> Ended:
        hops = form.get("hopsCount", "")
        number = int(hops) if hops.isdecimal() else None
        return Ended(_needed(form, "sessionId"), form.get("phoneNumber", ""), form.get("status", ""), number, form.get("errorMessage", ""))

    def inbound_text(self, form: Form) -> InboundText:
        return InboundText(
            _needed(form, "id"), _needed(form, "from"), form.get("to", ""), form.get("text", ""), _moment(form.get("date", ""))
        )

    def receipt(self, form: Form) -> Receipt:
        provider_id, status, reason = _needed(form, "id"), _needed(form, "status"), form.get("failureReason", "")
        final, delivered = RECEIPTS.get(status.casefold(), (False, None))
        return Receipt(provider_id, status, "" if reason in NOTHING else reason, final, delivered, reason.casefold() == OPTED_OUT)

    def opt_out(self, form: Form) -> OptOut:
        return OptOut(_needed(form, "phoneNumber"), form.get("senderId", ""))


class _Texts(SMSService):  # type: ignore[misc]  # the SDK has no types
    """The SDK's texting, over one connection that is kept."""

    def __init__(self, account: Account, timeout: tuple[float, float]) -> None:
        self._address = (account.base_url or (SANDBOX if account.username == "sandbox" else LIVE)) + "/version1"
        self._session, self._timeout = requests.Session(), timeout
        super().__init__(account.username, account.api_key)

    def _init_service(self) -> None:
        self._baseUrl = self._contentUrl = self._address

    def _make_request(self, url: str, method: str, headers: Any, data: Any, params: Any, **_unused: object) -> tuple[int, object]:
        answer = self._session.request(method, url, headers=headers, data=data, params=params, timeout=self._timeout, allow_redirects=False)
        try:
            return answer.status_code, json.loads(answer.content)
        except ValueError:
            return answer.status_code, answer.text


def _never_left(error: Exception) -> bool:
    """Whether the connection was refused, so that nothing can have been sent over it."""
    return "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)


def _refused(status: int) -> Sending | None:
    """What a status says before anything is known of the recipient. Acceptance is 201, and 409 carries recipients too."""
    match status:
        case 200 | 201 | 409:
            return None
        case 429:
            return Sending(TRANSIENT, "HTTP 429", retry_after=SLOW_DOWN)
        case 400 | 401 | 402 | 403 | 404 | 405:
            return Sending(SETTINGS, f"HTTP {status}")
        case _:
            return Sending(UNKNOWN, f"HTTP {status}")


def _recipient(body: object, number: str) -> Sending:
    """What is said of our number. The recipients may come in any order and be fewer than asked."""
    answer = body.get("SMSMessageData") if isinstance(body, Mapping) else None
    if not isinstance(answer, Mapping):
        return Sending(UNKNOWN, "an answer that cannot be read")
    recipients = answer.get("Recipients")
    for recipient in recipients if isinstance(recipients, list) else ():
        if isinstance(recipient, Mapping) and recipient.get("number") == number:
            return _said_of(recipient)
    if answer.get("Message") == "InvalidSenderId":  # with 201, as if it were accepted
        return Sending(SETTINGS, "InvalidSenderId")
    return Sending(UNKNOWN, "our number is not among the recipients")


def _said_of(recipient: Mapping[str, object]) -> Sending:
    code, word = recipient.get("statusCode"), str(recipient.get("status", ""))
    meaning = STATUS_CODES[code][0] if isinstance(code, int) and code in STATUS_CODES else UNKNOWN
    provider_id = str(recipient.get("messageId", ""))
    return Sending(
        meaning,
        f"{code} {word}".strip(),
        provider_id=None if provider_id in NOTHING else provider_id,
        cost=str(recipient.get("cost", "")) or None,
        opted_out=code == 406,
        retry_after=NOT_AT_THIS_HOUR if code == 409 else None,
    )


def _needed(form: Form, name: str) -> str:
    if not form.get(name):
        raise Malformed(f"{name} is missing")
    return form[name]


def _moment(text: str) -> datetime | None:
    """A date in either of the two forms that are in the field, 2017-05-03T06:04:45Z and 2017-05-03 06:04:45: both mean UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
