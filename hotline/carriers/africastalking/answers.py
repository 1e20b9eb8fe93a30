"""What the company answers to a text, and what that means for us."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import requests

from hotline.carriers.africastalking.reading import OPTED_OUT, something, whole_number, word
from hotline.carriers.carrier import Meaning, Sending

ACCEPTED, PERMANENT, SETTINGS, TRANSIENT, UNKNOWN = Meaning

STATUS_CODES = {
    100: (ACCEPTED, "Processed"),
    101: (ACCEPTED, "Sent"),
    102: (ACCEPTED, "Queued"),
    401: (UNKNOWN, "RiskHold: held back, and may be sent later all the same"),
    402: (SETTINGS, "InvalidSenderId: the sender is not, or not yet, registered to us"),
    403: (PERMANENT, "InvalidPhoneNumber"),
    404: (PERMANENT, "UnsupportedNumberType: a landline, for one"),
    405: (SETTINGS, "InsufficientBalance: every text waits, this one too, until somebody pays"),
    406: (PERMANENT, "UserInBlacklist: the person has opted out"),
    407: (PERMANENT, "CouldNotRoute: no network there takes it"),
    409: (TRANSIENT, "DoNotDisturbRejection: not at this hour, in Nigeria from 20:00 to 08:00"),
    500: (UNKNOWN, "InternalServerError: it broke, before or after sending"),
    501: (UNKNOWN, "GatewayError: it broke on the way to the network, before or after"),
    502: (PERMANENT, "RejectedByGateway: the network does not want it"),
}
"""What is said of one recipient: its code, what it means for
us, and the company's word for it. Any other code is UNKNOWN."""


HTTP_STATUSES = {
    401: (SETTINGS, "the key is not of this username"),
    408: (TRANSIENT, "our request did not arrive whole, so nothing was taken from it"),
    409: (TRANSIENT, "not at this hour, as above"),
    413: (PERMANENT, "this text is too long for anybody"),
    429: (TRANSIENT, "too many at a time"),
}
"""What is said of a whole request where its recipients are not spoken of.

Any other status below 500 is SETTINGS: our requests differ by number and words
only, so what is wrong with the form of one is wrong with all, and no text is
thrown away for that. From 500 on it is UNKNOWN: it broke, before or after sending.
"""


NOT_AT_THIS_HOUR = timedelta(hours=1)
"""We are not told when the quiet hours end, and know no time zone
here; by the hour costs little and is never more than that late."""


SLOW_DOWN, SLOWEST = timedelta(seconds=30), timedelta(hours=1)
"""How long to wait after too many at a time: if the company does not say; and however long it says."""


def outcome(answer: requests.Response, number: str) -> Sending:
    """What the answer says of our number. A 409 may name recipients, too; the other refusals do not."""
    taken = 200 <= answer.status_code < 300
    said = part(json_of(answer), "SMSMessageData") if taken or answer.status_code == 409 else {}
    recipient = _recipient(said, number)
    if recipient is not None:
        return _said_of(recipient)
    if not taken:
        return _refused(answer)
    if said.get("Message") == "InvalidSenderId":  # with 201, as if it were accepted
        return Sending(SETTINGS, "InvalidSenderId")
    return Sending(UNKNOWN, word(said.get("Message", "an answer that cannot be read")))


def _recipient(said: Mapping[str, Any], number: str) -> Mapping[str, Any] | None:
    """Ours among the recipients: they may come in any order,
    be fewer than asked, and be written without the +."""
    recipients = said.get("Recipients")
    for recipient in recipients if isinstance(recipients, list) else ():
        if isinstance(recipient, Mapping) and str(recipient.get("number")).lstrip("+ ") == number.lstrip("+"):
            return recipient
    return None


def _said_of(recipient: Mapping[str, Any]) -> Sending:
    code, status = whole_number(str(recipient.get("statusCode"))), str(recipient.get("status", ""))
    meaning, _in_words = STATUS_CODES.get(code or 0, (UNKNOWN, ""))
    return Sending(
        meaning,
        word(f"{recipient.get('statusCode')} {status}"),
        provider_id=something(recipient.get("messageId")),
        cost=something(recipient.get("cost")),
        opted_out=code == 406 or status.casefold() == OPTED_OUT,
        retry_after=NOT_AT_THIS_HOUR if code == 409 else None,
    )


def _refused(answer: requests.Response) -> Sending:
    """What the status alone says. The words are left out: it is not known what they may repeat of ours."""
    status = answer.status_code
    meaning, _in_words = HTTP_STATUSES.get(status, (SETTINGS if status < 500 else UNKNOWN, ""))
    pauses = {409: NOT_AT_THIS_HOUR, 429: _pause(answer.headers.get("Retry-After", ""))}
    return Sending(meaning, f"HTTP {status}", retry_after=pauses.get(status))


def _pause(asked: str) -> timedelta:
    """As long as we are asked to wait, if that is said in seconds."""
    seconds = whole_number(asked)
    return (
        SLOW_DOWN if seconds is None or seconds < 1 else min(SLOWEST, timedelta(seconds=min(seconds, 10**6)))
    )


def json_of(answer: requests.Response) -> object:
    """The answer read as JSON, whatever it says it is; None where it is none."""
    try:
        return json.loads(answer.content)
    except ValueError:
        return None


def part(whole: object, name: str) -> Mapping[str, Any]:
    part = whole.get(name) if isinstance(whole, Mapping) else None
    return part if isinstance(part, Mapping) else {}
