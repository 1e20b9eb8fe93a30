"""A citizen is told about their case."""

from hotline.cases.case import Case
from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import write_message


def tell(work: UnitOfWork, case: Case, what: Phrase, kind: MessageKind, key: str) -> None:
    """Write to the citizen of a case; the gate decides whether it leaves."""
    address = case.person.best if case.person else None
    if address is not None:
        write_message(work, address, kind, what, case.language, key=key, case=case.id)
