"""The conflict firewall: the one rule for who may ever see a case. Nothing overrides it, neither a role nor a setting.

`eligible` is pure. The rest of this file only gathers what it asks about.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.cases.case import Bar, Case
from hotline.directory.bodies import Body
from hotline.directory.categories import CONDUCT, Category, Kind
from hotline.directory.liaisons import Liaison, Role
from hotline.places.areas import bare_words

STEPPED_ASIDE, NAMED = "stepped aside", "is named in it"
"""Why a liaison is barred from a case."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A case as the firewall sees it."""

    category: Category
    names: str | None = None
    """The body that the report is about."""
    barred: Mapping[int, str] = field(default_factory=dict)
    """Liaisons who reported it, are named in it, or stepped aside, and which of these."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A liaison as the firewall sees them."""

    liaison: int
    belongs: frozenset[tuple[str, Kind]]
    """Every body that they belong to or ever did, and all that each is under: its code, empty where it is not on our list, and its
    kind."""
    serves: bool = True
    """Their mandate has not ended."""


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether a liaison may ever see a case, and why, in words."""

    allowed: bool
    reason: str


def eligible(case: Subject, liaison: Viewer) -> Eligibility:
    """Whether this liaison may ever see this case.

    What is about the police never reaches the police: nobody of a police body, of a body under one, who holds such a role beside another,
    or who ever did. Nobody of the body that a report names sees it, nor of any body under that one.
    """
    if not liaison.serves:
        return Eligibility(False, "they no longer serve")
    if liaison.liaison in case.barred:
        return Eligibility(False, f"they {_plainly(case.barred[liaison.liaison])}")
    if case.category == CONDUCT and any(kind == Kind.POLICE for _body, kind in liaison.belongs):
        return Eligibility(False, "a report about the police does not go to anybody who is of the police or ever was")
    if case.names is not None and any(body == case.names for body, _kind in liaison.belongs):
        return Eligibility(False, "the report is about a body that they belong to or once did")
    return Eligibility(True, "nothing stands against it")


def _plainly(why: str) -> str:
    return {STEPPED_ASIDE: "stepped aside from it", NAMED: "are named in it"}.get(why, why)


RANKS = frozenset((
    "afande", "askari", "bwana", "chief", "constable", "corporal", "cpl", "insp", "inspector", "madam", "mama", "mzee", "ocpd", "ocs",
    "officer", "police", "polisi", "rev", "sergeant", "sgt", "ssp", "superintendent", "the",
))  # fmt: skip
ALIKE = 85.0
"""How alike two names are, of 100, that may be one person's; typed on a phone, letters go astray."""


def may_be(named: str, name: str) -> bool:
    """Whether the officer whom a citizen names may be the one of this name: a name of theirs is like a name of the other. To keep one too
    many out costs less than to let the one in."""
    return any(fuzz.ratio(one, other) >= ALIKE for one in _names(named) for other in _names(name))


def _names(text: str) -> list[str]:
    return [word for word in bare_words(text) if len(word) >= 3 and word.isalpha() and word not in RANKS]


# What it asks about


def subject_of(session: Session, case: Case) -> Subject:
    barred = {bar.liaison_id: bar.why for bar in session.scalars(select(Bar).where(Bar.case_id == case.id))}
    if case.person_id is not None:
        reporter = session.scalar(select(Liaison.id).where(Liaison.person_id == case.person_id))
        barred |= {reporter: "reported it"} if reporter is not None else {}
    return Subject(case.category, case.named_body, barred)


def viewer_of(liaison: Liaison, now: datetime) -> Viewer:
    return Viewer(liaison.id, frozenset(_belongs(liaison)), liaison.until is None or now < liaison.until)


def _belongs(liaison: Liaison) -> Iterable[tuple[str, Kind]]:
    bodies: list[Body] = [liaison.body, *(role.body for role in liaison.roles if role.body is not None)]
    for body in bodies:
        yield from ((above.code, Kind(above.kind)) for above in body.upwards)
    yield from (("", Kind(role.kind)) for role in liaison.roles if role.kind)


def of_the_police(session: Session, now: datetime) -> set[int]:
    """The liaisons who never see what is about the police."""
    known = session.scalars(select(Liaison))
    return {each.id for each in known if any(kind == Kind.POLICE for _body, kind in viewer_of(each, now).belongs)}


def remember(session: Session, were: set[int], now: datetime) -> None:
    """Bodies may change their kind, or what they are under. Those who were of the police until then stay so."""
    session.flush()
    session.expire_all()
    for liaison in sorted(were - of_the_police(session, now)):
        session.add(Role(liaison_id=liaison, kind=Kind.POLICE, ended_at=now))
    session.flush()


def may_see(session: Session, case: Case, liaison: Liaison, now: datetime) -> bool:
    """The rule, of a case and a liaison as they are now."""
    return eligible(subject_of(session, case), viewer_of(liaison, now)).allowed


def sees(session: Session, liaison: Liaison, now: datetime) -> Callable[[Case], bool]:
    """The rule for many cases and one liaison: whatever is listed, counted, searched or handed out to them goes through this."""
    viewer = viewer_of(liaison, now)
    barred = {case: why for case, why in session.execute(select(Bar.case_id, Bar.why).where(Bar.liaison_id == liaison.id))}

    def theirs(case: Case) -> bool:
        why = "reported it" if case.person_id == liaison.person_id else barred.get(case.id)
        return eligible(Subject(case.category, case.named_body, {liaison.id: why} if why else {}), viewer).allowed

    return theirs
