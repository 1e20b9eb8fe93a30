"""A message on its way: leased in one transaction, sent, and its outcome recorded in a second one.

No transaction and no connection is open while the carrier is called, for it may take seconds to answer.
Where a liaison cannot be told, the next is asked.
"""

from uuid import UUID

from hotline.broadcasts import ledger
from hotline.carriers import Sending
from hotline.cases import escalation
from hotline.context import Service
from hotline.core import fault_points
from hotline.messaging import leasing
from hotline.messaging.leasing import Leased
from hotline.messaging.message import About, Message, MessageState


def take(service: Service, message: UUID) -> Leased | None:
    """Lease the message to this process. None where it is not to be sent now, or another has the lease."""
    with service.transaction() as work:
        leased = leasing.lease(work, message)
        held = work.session.get(Message, message) if leased is None else None
        if held is not None and held.about == About.BROADCAST:
            ledger.note_message(work, held)
        elif held is not None and held.state == MessageState.WITHHELD:
            escalation.not_told(work, held)
        return leased


def note(service: Service, leased: Leased, answer: Sending) -> None:
    """Record what the carrier said, and what follows from it."""
    with service.transaction() as work:
        sent = leasing.record(work, leased, answer)
        if sent is not None and sent.about == About.BROADCAST:
            ledger.note_message(work, sent)
        elif sent is not None and sent.state == MessageState.FAILED:
            escalation.not_told(work, sent)
        fault_points.point("before-record")
