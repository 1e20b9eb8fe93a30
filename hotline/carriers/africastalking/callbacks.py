"""What the company brings us: what people key in and text, and what became of our texts.

What a receipt may give as the reason of a failure, for whoever reads the record (it is kept as it comes,
whether it stands here or not):

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
"""

from datetime import UTC, datetime

from hotline.carriers.africastalking.reading import LONGEST, NOTHING, OPTED_OUT, whole_number
from hotline.carriers.carrier import Ended, Form, InboundText, Malformed, OptOut, Receipt, Turn

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
"""What a receipt says: whether it is the last word, and whether the
text is on the handset. Other words are kept and mean nothing yet."""

ENDED_WELL = "success"
"""How a dial-in ends whose last page was shown; otherwise it is `Incomplete` or `Failed`."""


class Callbacks:
    """A form as the company posts it, read; and a page as it wants it answered."""

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
            hops=whole_number(form.get("hopsCount", "")),
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


def _moment(text: str) -> datetime | None:
    """A date in either of the two forms that are in the field,
    2017-05-03T06:04:45Z and 2017-05-03 06:04:45: both mean UTC."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
