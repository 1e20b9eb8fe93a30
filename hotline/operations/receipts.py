"""A receipt arrives: of a message, or of a copy of a broadcast."""

from hotline.carriers import OptOut, Receipt
from hotline.cases import escalation
from hotline.context import UnitOfWork
from hotline.core.crypto import strict_number
from hotline.core.errors import NotANumber
from hotline.directory import people
from hotline.messaging import receipts as message_receipts
from hotline.messaging.message import stop_texts


def receipt_arrives(work: UnitOfWork, receipt: Receipt) -> None:
    """The carrier tells what became of a text. A liaison's text
    that failed has told them nothing, so the next one is asked."""
    failed = message_receipts.receive(work, receipt)
    if failed is not None:
        escalation.not_told(work, failed)


def opt_out_arrives(work: UnitOfWork, opt_out: OptOut) -> None:
    """Somebody told the carrier that they want no texts from us. That binds us."""
    try:
        person = people.by_number(work.session, work.keys, strict_number(opt_out.number))
    except NotANumber:
        return
    if person is not None and person.phone is not None:
        stop_texts(work, person.phone)
