"""A receipt arrives: of a message, or of a copy of a broadcast."""

from hotline.broadcasts import receipts as copy_receipts
from hotline.carriers.carrier import OptOut, Receipt
from hotline.cases import escalation
from hotline.context import UnitOfWork
from hotline.core.crypto import strict_number
from hotline.core.errors import NotANumber
from hotline.directory import people
from hotline.messaging import receipts as message_receipts
from hotline.messaging.message import stop_texts


def receipt_arrives(work: UnitOfWork, receipt: Receipt) -> None:
    """The carrier tells what became of a text, whenever it does. A liaison's text that failed has told
    them nothing, so the next one is asked.

    A copy that is recorded as sent is known by its number, and nothing is kept of its receipt: there
    are as many of these as recipients. Any other receipt is kept, for it may come before we have
    recorded whose it is, and is offered to messages, then to copies.
    """
    if copy_receipts.settle_known(work, receipt):
        return
    message_receipts.keep(work, receipt)
    message = message_receipts.message_of(work, receipt)
    if message is None:
        copy_receipts.settle_doubtful(work, receipt)
        _stop_number(work, receipt)
    elif message_receipts.settle(work, message, receipt):
        escalation.not_told(work, message)


def _stop_number(work: UnitOfWork, receipt: Receipt) -> None:
    """A receipt that says that somebody wants no texts binds us, whatever it is the receipt of."""
    if not receipt.opted_out or not receipt.number:
        return
    person = people.by_number(work.session, work.keys, receipt.number)
    if person is not None and person.phone is not None:
        stop_texts(work, person.phone)


def opt_out_arrives(work: UnitOfWork, opt_out: OptOut) -> None:
    """Somebody told the carrier that they want no texts from us. That binds us."""
    try:
        person = people.by_number(work.session, work.keys, strict_number(opt_out.number))
    except NotANumber:
        return
    if person is not None and person.phone is not None:
        stop_texts(work, person.phone)
