"""Africa's Talking, the company that takes our texts to phones
and brings us what people dial: the one package that knows it.

Facts are from its reference pages, its help centre and recorded traffic.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from hotline.carriers.africastalking.answers import (
    ACCEPTED,
    HTTP_STATUSES,
    STATUS_CODES,
    json_of,
    outcome,
    part,
)
from hotline.carriers.africastalking.callbacks import RECEIPTS, Callbacks
from hotline.carriers.africastalking.line import Standing, Texts, asked, line
from hotline.carriers.carrier import Account, Sending, Unreachable
from hotline.core.errors import Misconfigured

__all__ = ["HTTP_STATUSES", "RECEIPTS", "STATUS_CODES", "AfricasTalking"]

CONNECT_AND_READ = (3.05, 9.05)
"""Seconds. The SDK's own, since 2.0.3; before that it waited for ever."""

log = logging.getLogger(__name__)


class AfricasTalking(Callbacks):
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
        session = line(account)
        self._texts, self._standing = Texts(account, session), Standing(account, session)
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
        answer = asked(
            lambda: self._texts.send(text, list(numbers), self._sender, enqueue=True, timeout=self._timeouts)
        )
        sendings = {
            number: answer if isinstance(answer, Sending) else outcome(answer, number) for number in numbers
        }
        _log_refusals(sendings.values())
        return sendings

    def balance(self) -> str:
        """What is left, `KES 1785.5000` for one. Raises `Unreachable`."""
        answer = asked(lambda: self._standing.fetch_application_data(timeout=self._timeouts))
        if isinstance(answer, Sending):
            raise Unreachable(answer.code)
        said = json_of(answer)
        data = part(said, "UserData") or part(said, "userData")  # so on the wire, and so in the reference
        if not answer.ok or "balance" not in data:
            raise Unreachable(f"HTTP {answer.status_code}, and no balance in it")
        return str(data["balance"])


def _log_refusals(sendings: Iterable[Sending]) -> None:
    for (code, meaning), times in Counter((each.code, each.meaning) for each in sendings).items():
        if meaning != ACCEPTED:
            texts = "a text was" if times == 1 else f"{times} texts were"
            log.warning("%s not accepted: %s (%s)", texts, code, meaning)
