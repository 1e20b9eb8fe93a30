"""A citizen is told about their case."""

from hotline.cases.case import Case
from hotline.context import Work
from hotline.core.i18n import Words
from hotline.messaging import message as messages
from hotline.messaging.message import About


def tell(work: Work, case: Case, what: Words, about: About, key: str) -> None:
    """Write to the citizen of a case; the gate decides whether it leaves."""
    address = case.person.best if case.person else None
    if address is not None:
        messages.write(work, address, about, what, case.language, key=key, case=case)
