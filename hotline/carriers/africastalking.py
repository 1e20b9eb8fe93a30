"""Africa's Talking, the company that takes our texts to phones
and brings us what people dial: the one file that knows it.

Facts are from its reference pages, its help centre and recorded traffic. What a receipt may give as the
reason of a failure, for whoever reads the record (it is kept as it comes, whether it stands here or not):

| failureReason              | in words                                                                    |
| -------------------------- | --------------------------------------------------------------------------- |
| InsufficientCredit         | the person pays for this text, and cannot                                    |
| InvalidLinkId              | it answers a paid text that is not known                                     |
| UserIsInactive             | the number is out of use                                                     |
| UserInBlackList            | the person wants no texts from us; they must not get any                     |
| UserAccountSuspended       | the network has barred the number                                            |
| NotNetworkSubcriber        | the number is with another network; spelt so, and at times rightly           |
| UserNotSubscribedToProduct | the person has not subscribed to this paid service                           |
| UserDoesNotExist           | there is no such number                                                      |
| DeliveryFailure            | the network does not say why                                                 |
| DoNotDisturbRejection      | in Nigeria: the person takes no such texts, or not at this hour              |

The company's SDK writes the request, checks the number and knows the addresses. Only
the transport is ours, in `_OnOurLine` and `_line`, because the SDK
- cannot be given another base address;
- opens a connection for each text, where one kept alive does;
- drops the HTTP status, and parses JSON only where no charset is named: the raw answer is parsed here;
- follows redirects, which would show the key to whoever they lead to;
- binds the whole process to one account with `initialize()`, and swallows network errors with
  `callback=`: neither is used.
"""

import json
import logging
import re
import socket
import ssl
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from africastalking.Application import ApplicationService
from africastalking.Service import APIService
from africastalking.SMS import SMSService
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError

from hotline.carriers import (
    Account,
    Ended,
    Form,
    InboundText,
    Malformed,
    Meaning,
    OptOut,
    Receipt,
    Sending,
    Turn,
    Unreachable,
)
from hotline.core.errors import Misconfigured

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
"""What a receipt says: whether it is the last word, and whether the text is on the handset. Other words are
kept and mean nothing yet."""

ENDED_WELL = "success"
"""How a dial-in ends whose last page was shown; otherwise it is `Incomplete` or `Failed`."""

OPTED_OUT = "userinblacklist"
"""Spelt UserInBlacklist in answers and UserInBlackList in receipts."""

NOT_AT_THIS_HOUR = timedelta(hours=1)
"""We are not told when the quiet hours end, and know no time zone
here; by the hour costs little and is never more than that late."""
SLOW_DOWN, SLOWEST = timedelta(seconds=30), timedelta(hours=1)
"""How long to wait after too many at a time: if the company does not say; and however long it says."""
CONNECT_AND_READ = (3.05, 9.05)
"""Seconds. The SDK's own, since 2.0.3; before that it waited for ever."""

KEEP_AWAKE = [*HTTPConnection.default_socket_options, (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
"""A firewall forgets a line that is silent for some minutes,
and the next text on it would go nowhere; so it is touched."""
if sys.platform == "linux":
    KEEP_AWAKE += [
        (socket.IPPROTO_TCP, option, value)
        for option, value in ((socket.TCP_KEEPIDLE, 20), (socket.TCP_KEEPINTVL, 5))
    ]

NOTHING = {"", "None"}
"""`None` stands for nothing in its answers: `messageId` of a text that was refused, for one."""
LONGEST = 80
"""Letters that our record has for a word of the company's."""
NUMBERS = re.compile(r"\d{7,}")

log = logging.getLogger(__name__)


class AfricasTalking:
    """One account with Africa's Talking. Any number of threads may use it."""

    name = "africastalking"
    page_septets = 160 - len("CON ")  # whether the prefix counts is not documented, so we leave it room
    page_units = 80 - len("CON ")

    def __init__(self, account: Account, timeouts: tuple[float, float] = CONNECT_AND_READ) -> None:
        """`timeouts`: seconds to connect, and to wait for the answer.
        Raises `Misconfigured` for a key that no request can carry."""
        if not (account.api_key.isascii() and account.api_key.isprintable()):
            raise Misconfigured(
                "CARRIER_API_KEY has letters that no key has. Copy it "
                "again from the dashboard, nothing before or after it."
            )
        session = _line(account)
        self._texts, self._standing = _Texts(account, session), _Standing(account, session)
        self._sender, self._timeouts = account.sender or None, timeouts

    def send(self, number: str, text: str) -> Sending:
        """Send one text, once. There is no idempotency key for
        texts, so where no answer comes it is `UNKNOWN`.

        That is so, too, of a text that met a line which was just being hung up: it looks the same whether or
        not it was heard. A line that was hung up before is noticed, and another is taken.

        `enqueue` makes the company answer before the networks do, so that a slow network is no missing
        answer. The SDK cannot say no to it.
        """
        return self.send_many([number], text)[number]

    def send_many(self, numbers: Sequence[str], text: str) -> Mapping[str, Sending]:
        """Send one text to many, in one request. How many it takes is
        not published: its SDK was tried with 999, others stay at 100."""
        answer = _asked(
            lambda: self._texts.send(text, list(numbers), self._sender, enqueue=True, timeout=self._timeouts)
        )
        sendings = {
            number: answer if isinstance(answer, Sending) else _outcome(answer, number) for number in numbers
        }
        for (code, meaning), times in Counter(
            (each.code, each.meaning) for each in sendings.values()
        ).items():
            if meaning != ACCEPTED:
                log.warning(
                    "%s not accepted: %s (%s)",
                    "a text was" if times == 1 else f"{times} texts were",
                    code,
                    meaning,
                )
        return sendings

    def balance(self) -> str:
        """What is left, `KES 1785.5000` for one. Raises `Unreachable`."""
        answer = _asked(lambda: self._standing.fetch_application_data(timeout=self._timeouts))
        if isinstance(answer, Sending):
            raise Unreachable(answer.code)
        # So on the wire, and so in the reference.
        data = _part(_json(answer), "UserData") or _part(_json(answer), "userData")
        if not answer.ok or "balance" not in data:
            raise Unreachable(f"HTTP {answer.status_code}, and no balance in it")
        return str(data["balance"])

    def turn(self, form: Form) -> Turn:
        """A turn of a dial-in. A number that is none is passed on as it is: such a caller can still report.

        One that is missing is refused, for without it nobody
        could tell one caller's unfinished report from another's.
        """
        session, number = _needed(form, "sessionId"), _needed(form, "phoneNumber")
        return Turn(
            session, number, form.get("text", ""), form.get("networkCode", ""), form.get("serviceCode", "")
        )

    def page(self, text: str, ended: bool) -> str:
        """Nothing may stand before the prefix, not even a space, or the session is cut."""
        return f"{'END' if ended else 'CON'} {text}"

    def ended(self, form: Form) -> Ended:
        return Ended(
            session=_needed(form, "sessionId"),
            number=_needed(form, "phoneNumber"),
            status=form.get("status", ""),
            cut=form.get("status", "").casefold() != ENDED_WELL,
            hops=_number(form.get("hopsCount", "")),
            error=form.get("errorMessage", ""),
        )

    def inbound_text(self, form: Form) -> InboundText:
        """A text to us. It may be empty, and `from` may be a name."""
        identity, number = _needed(form, "id"), _needed(form, "from")
        return InboundText(
            identity, number, form.get("to", ""), form.get("text", ""), _moment(form.get("date", ""))
        )

    def receipt(self, form: Form) -> Receipt:
        status, reason = _needed(form, "status")[:LONGEST], form.get("failureReason", "")[:LONGEST]
        final, delivered = RECEIPTS.get(status.casefold(), (False, None))
        opted_out = OPTED_OUT in (status.casefold(), reason.casefold())
        return Receipt(
            _needed(form, "id")[:LONGEST],
            status,
            "" if reason in NOTHING else reason,
            final,
            delivered,
            opted_out,
            _international(form),
        )

    def opt_out(self, form: Form) -> OptOut:
        return OptOut(_needed(form, "phoneNumber"), form.get("senderId", ""))


class _OnOurLine(APIService):  # type: ignore[misc]  # the SDK has no types
    """Put before one of the SDK's services: it says what it always says, on our line and where we want it."""

    def __init__(self, account: Account, session: requests.Session) -> None:
        self._base, self._session = account.base_url.rstrip("/"), session
        super().__init__(account.username, account.api_key)

    def _init_service(self) -> None:
        """The SDK goes live, and to the sandbox where the username
        is exactly `sandbox`, unless we are told another address."""
        super()._init_service()
        if self._base:
            self._baseUrl = self._contentUrl = f"{self._base}/version1"

    def _make_request(
        self,
        url: str,
        method: str,
        callback: None = None,  # noqa: ARG002 - the SDK gives it
        **request: Any,
    ) -> requests.Response:
        return self._session.request(method, url, allow_redirects=False, **request)


class _Texts(_OnOurLine, SMSService):  # type: ignore[misc]
    """The SDK's texting."""


class _Standing(_OnOurLine, ApplicationService):  # type: ignore[misc]
    """The SDK's word on the account."""


class _Awake(HTTPAdapter):
    """Lines that are not forgotten on the way."""

    def init_poolmanager(self, *sizes: Any, **options: Any) -> None:
        super().init_poolmanager(*sizes, socket_options=KEEP_AWAKE, **options)


def _line(account: Account) -> requests.Session:
    """One line for all that we say, which says nothing twice and keeps no cookies."""
    session = requests.Session()
    session.trust_env = not account.base_url
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Awake(max_retries=0))
    return session


def _asked(question: Callable[[], requests.Response]) -> requests.Response | Sending:
    """The answer, or what it means that none came. No exception
    passes: they hold the request, and with it number, text and key."""
    try:
        return question()
    except requests.RequestException as error:
        return _unanswered(error)
    except ValueError:
        return Sending(PERMANENT, "the SDK takes this for no number")


def _unanswered(error: requests.RequestException) -> Sending:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(error, ValueError):
        return Sending(SETTINGS, "CARRIER_BASE_URL or CARRIER_API_KEY cannot be used")
    if isinstance(error, requests.exceptions.SSLError) and _is_certificate(reason):
        return Sending(SETTINGS, "the certificate is not the carrier's, or our clock is wrong")
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError) or isinstance(
        reason, NewConnectionError
    ):
        return Sending(TRANSIENT, "no connection")
    return Sending(UNKNOWN, "no answer")


def _is_certificate(reason: object) -> bool:
    """Whether it was the certificate, which is looked at before
    anything is said. Other troubles of TLS may come later."""
    return isinstance(reason, Exception) and any(
        isinstance(cause, ssl.SSLCertVerificationError) for cause in reason.args
    )


def _outcome(answer: requests.Response, number: str) -> Sending:
    """What the answer says of our number. A 409 may name recipients, too; the other refusals do not."""
    taken = 200 <= answer.status_code < 300
    said = _part(_json(answer), "SMSMessageData") if taken or answer.status_code == 409 else {}
    recipient = _recipient(said, number)
    if recipient is not None:
        return _said_of(recipient)
    if not taken:
        return _refused(answer)
    if said.get("Message") == "InvalidSenderId":  # with 201, as if it were accepted
        return Sending(SETTINGS, "InvalidSenderId")
    return Sending(UNKNOWN, _word(said.get("Message", "an answer that cannot be read")))


def _recipient(said: Mapping[str, Any], number: str) -> Mapping[str, Any] | None:
    """Ours among the recipients: they may come in any order,
    be fewer than asked, and be written without the +."""
    recipients = said.get("Recipients")
    for recipient in recipients if isinstance(recipients, list) else ():
        if isinstance(recipient, Mapping) and str(recipient.get("number")).lstrip("+ ") == number.lstrip("+"):
            return recipient
    return None


def _said_of(recipient: Mapping[str, Any]) -> Sending:
    code, status = _number(str(recipient.get("statusCode"))), str(recipient.get("status", ""))
    meaning, _in_words = STATUS_CODES.get(code or 0, (UNKNOWN, ""))
    return Sending(
        meaning,
        _word(f"{recipient.get('statusCode')} {status}"),
        provider_id=_something(recipient.get("messageId")),
        cost=_something(recipient.get("cost")),
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
    seconds = _number(asked)
    return (
        SLOW_DOWN if seconds is None or seconds < 1 else min(SLOWEST, timedelta(seconds=min(seconds, 10**6)))
    )


def _json(answer: requests.Response) -> object:
    """The answer read as JSON, whatever it says it is; None where it is none."""
    try:
        return json.loads(answer.content)
    except ValueError:
        return None


def _part(whole: object, name: str) -> Mapping[str, Any]:
    part = whole.get(name) if isinstance(whole, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def _something(value: object) -> str | None:
    """None for the word `None`, too."""
    return None if value is None or str(value) in NOTHING else str(value)[:LONGEST]


def _word(value: object) -> str:
    """The company's own words for our record, without telephone numbers."""
    return NUMBERS.sub("…", str(value)).strip()[:LONGEST]


def _needed(form: Form, name: str) -> str:
    value = form.get(name, "")
    if not value.strip() or value in NOTHING:
        raise Malformed(f"{name} is missing")
    if "\0" in value:
        raise Malformed(f"{name} holds a letter that no database does")
    return value


def _international(form: Form) -> str:
    """Whose phone it is about; at times it is written without the +."""
    number = "+" + form.get("phoneNumber", "").strip().lstrip("+")
    return number if number[1:].isdecimal() and number[1:].isascii() else ""


def _number(text: str) -> int | None:
    """A whole number, leniently read: 3, 3.0; None for whatever is none."""
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        return None


def _moment(text: str) -> datetime | None:
    """A date in either of the two forms that are in the field,
    2017-05-03T06:04:45Z and 2017-05-03 06:04:45: both mean UTC."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
