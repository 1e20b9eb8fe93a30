"""Whoever a citizen names in a report about the police never sees it."""

from contextlib import suppress

from sqlalchemy import select

from hotline.cases import conflicts
from hotline.cases.case import Case, CaseState, bar_liaison
from hotline.context import UnitOfWork
from hotline.core.crypto import Tampered
from hotline.directory import affiliations
from hotline.directory.categories import CONDUCT
from hotline.directory.liaisons import Liaison


def keep_from_named(work: UnitOfWork, case: Case, words: str) -> None:
    """Whoever on our list may be somebody that a citizen names in a report about the police never sees it."""
    for identity, name in work.session.execute(select(Liaison.id, Liaison.name)):
        if affiliations.may_be(words, name):
            bar_liaison(work.session, case, identity, conflicts.NAMED, work.now)


def keep_from_newly_listed(work: UnitOfWork) -> None:
    """The same for whoever has come on the list since: before they are asked about anything."""
    for case in work.session.scalars(
        select(Case).where(Case.category_code == CONDUCT.code, Case.state != CaseState.CLOSED)
    ):
        with suppress(Tampered):  # what nobody can read names nobody
            keep_from_named(work, case, case.details(work.keys))
