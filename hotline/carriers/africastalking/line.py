"""Our connection to the company, and what it means when no answer comes.

The company's SDK writes the request, checks the number and knows the addresses.
Only the transport is ours, in `_OnOurLine` and `line`, because the SDK
- cannot be given another base address;
- opens a connection for each text, where one that is kept does;
- drops the HTTP status, and reads JSON only where no charset is named, so the whole answer is handed back and
  read here;
- follows redirects, which would show the key to whoever they lead to;
- binds the whole process to one account with `initialize()`, and swallows network errors with `callback=`:
  neither is used.
"""

import socket
import ssl
import sys
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from africastalking.Application import ApplicationService
from africastalking.Service import APIService
from africastalking.SMS import SMSService
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError

from hotline.carriers.carrier import Account, Meaning, Sending

KEEP_AWAKE = [*HTTPConnection.default_socket_options, (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
"""TCP keep-alive: a firewall drops a connection that is idle for
minutes without a word, and the next text on it would go nowhere."""
if sys.platform == "linux":
    KEEP_AWAKE += [
        (socket.IPPROTO_TCP, option, value)
        for option, value in ((socket.TCP_KEEPIDLE, 20), (socket.TCP_KEEPINTVL, 5))
    ]


class _OnOurLine(APIService):  # type: ignore[misc]  # the SDK has no types
    """A mix-in for the SDK's services: the SDK's requests, on our session and to our address."""

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


class Texts(_OnOurLine, SMSService):  # type: ignore[misc]
    """The SDK's texting."""


class Standing(_OnOurLine, ApplicationService):  # type: ignore[misc]
    """The SDK's word on the account."""


class _Awake(HTTPAdapter):
    """An adapter whose sockets have TCP keep-alive."""

    def init_poolmanager(self, *sizes: Any, **options: Any) -> None:
        super().init_poolmanager(*sizes, socket_options=KEEP_AWAKE, **options)


def line(account: Account) -> requests.Session:
    """One session for all requests: pooled connections, no retries, no cookies."""
    session = requests.Session()
    session.trust_env = not account.base_url
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Awake(max_retries=0))
    return session


def asked(question: Callable[[], requests.Response]) -> requests.Response | Sending:
    """The answer, or what it means that none came. No exception leaves this
    function: it carries the request, and with it number, text and key."""
    try:
        return question()
    except requests.RequestException as error:
        return _unanswered(error)
    except ValueError:
        return Sending(Meaning.PERMANENT, "the SDK takes this for no number")


def _unanswered(error: requests.RequestException) -> Sending:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(error, ValueError):
        return Sending(Meaning.SETTINGS, "CARRIER_BASE_URL or CARRIER_API_KEY cannot be used")
    if isinstance(error, requests.exceptions.SSLError) and _is_certificate(reason):
        return Sending(Meaning.SETTINGS, "the certificate is not the carrier's, or our clock is wrong")
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError) or isinstance(
        reason, NewConnectionError
    ):
        return Sending(Meaning.TRANSIENT, "no connection")
    return Sending(Meaning.UNKNOWN, "no answer")


def _is_certificate(reason: object) -> bool:
    """Whether the certificate failed: then nothing was sent, for it is
    verified first. Other TLS errors may come after that."""
    return isinstance(reason, Exception) and any(
        isinstance(cause, ssl.SSLCertVerificationError) for cause in reason.args
    )
