"""Conflicts of interest: the one rule for who may ever see a
case. Nothing overrides it, neither a role nor a setting.

`eligible` is pure. The rest of this file only gathers what it asks about.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.cases.case import Bar, Case, bars_of
from hotline.directory.affiliations import Viewer, viewer_of
from hotline.directory.categories import CONDUCT, Category
from hotline.directory.liaisons import Liaison

STEPPED_ASIDE, NAMED = "stepped aside", "is named in it"
"""Why a liaison is barred from a case."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A case, as far as conflicts go by it."""

    category: Category
    names: str | None = None
    """The body that the report is about."""
    barred: Mapping[int, str] = field(default_factory=dict)
    """Liaisons who reported it, are named in it, or stepped aside, and which of these."""


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether a liaison may ever see a case, and why, in words."""

    allowed: bool
    reason: str


def eligible(case: Subject, liaison: Viewer) -> Eligibility:
    """Whether this liaison may ever see this case.

    What is about the police never reaches the police: nobody of a police body, of
    a body under one, who holds such a role beside another, or who ever did. Nobody
    of the body that a report names sees it, nor of any body under that one.
    """
    if not liaison.serves:
        return Eligibility(False, "they no longer serve")
    if liaison.liaison in case.barred:
        return Eligibility(False, f"they {_plainly(case.barred[liaison.liaison])}")
    if case.category == CONDUCT and liaison.is_of_the_police:
        return Eligibility(
            False, "a report about the police does not go to anybody who is of the police or ever was"
        )
    if case.names is not None and any(body == case.names for body, _kind in liaison.belongs):
        return Eligibility(False, "the report is about a body that they belong to or once did")
    return Eligibility(True, "nothing stands against it")


def _plainly(why: str) -> str:
    return {STEPPED_ASIDE: "stepped aside from it", NAMED: "are named in it"}.get(why, why)


# What it asks about


def subject_of(session: Session, case: Case) -> Subject:
    barred = bars_of(session, case)
    if case.person_id is not None:
        reporter = session.scalar(select(Liaison.id).where(Liaison.person_id == case.person_id))
        barred |= {reporter: "reported it"} if reporter is not None else {}
    return Subject(case.category, case.named_body, barred)


def may_see(session: Session, case: Case, liaison: Liaison, now: datetime) -> bool:
    """The rule, of a case and a liaison as they are now."""
    return eligible(subject_of(session, case), viewer_of(liaison, now)).allowed


def sees(session: Session, liaison: Liaison, now: datetime) -> Callable[[Case], bool]:
    """The rule for many cases and one liaison: whatever is listed,
    counted, searched or handed out to them goes through this."""
    viewer = viewer_of(liaison, now)
    barred = {
        case: why
        for case, why in session.execute(select(Bar.case_id, Bar.why).where(Bar.liaison_id == liaison.id))
    }

    def theirs(case: Case) -> bool:
        why = "reported it" if case.person_id == liaison.person_id else barred.get(case.id)
        return eligible(
            Subject(case.category, case.named_body, {liaison.id: why} if why else {}), viewer
        ).allowed

    return theirs
