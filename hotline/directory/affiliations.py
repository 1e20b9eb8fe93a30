"""Which bodies somebody belongs to or ever did, and who may be the officer that somebody named."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.directory.bodies import Body
from hotline.directory.categories import BodyKind
from hotline.directory.liaisons import Liaison, Role
from hotline.places.names import bare_words


@dataclass(frozen=True, slots=True)
class Viewer:
    """A liaison, as far as conflicts go by them."""

    liaison: int
    belongs: frozenset[tuple[str, BodyKind]]
    """Every body that they belong to or ever did, and all that each is
    under: its code, empty where it is not on our list, and its kind."""
    serves: bool = True
    """Their mandate has not ended."""

    @property
    def is_of_the_police(self) -> bool:
        """Whether they are of the police or ever were, in whatever body and beside whatever
        else: what may be about the police never reaches them. Nothing else decides it."""
        return any(kind == BodyKind.POLICE for _body, kind in self.belongs)


RANKS = frozenset((
    "afande", "askari", "bwana", "chief", "constable", "corporal",
    "cpl", "insp", "inspector", "madam", "mama", "mzee", "ocpd", "ocs",
    "officer", "police", "polisi", "rev", "sergeant", "sgt", "ssp", "superintendent", "the",
))  # fmt: skip
ALIKE = 85.0
"""How alike two names are, of 100, that may be one person's; typed on a phone, letters go astray."""


def may_be(named: str, name: str) -> bool:
    """Whether the officer whom a citizen names may be the one of this name: a name of theirs is like a name
    of the other. To keep one too many out costs less than to let the one in."""
    return any(fuzz.ratio(one, other) >= ALIKE for one in _names(named) for other in _names(name))


def _names(text: str) -> list[str]:
    return [word for word in bare_words(text) if len(word) >= 3 and word.isalpha() and word not in RANKS]


def viewer_of(liaison: Liaison, now: datetime) -> Viewer:
    return Viewer(liaison.id, frozenset(_belongs(liaison)), liaison.until is None or now < liaison.until)


def _belongs(liaison: Liaison) -> Iterable[tuple[str, BodyKind]]:
    bodies: list[Body] = [liaison.body, *(role.body for role in liaison.roles if role.body is not None)]
    for body in bodies:
        yield from ((above.code, BodyKind(above.kind)) for above in body.upwards)
    yield from (("", BodyKind(role.kind)) for role in liaison.roles if role.kind)


def of_the_police(session: Session, now: datetime) -> set[int]:
    """The liaisons who never see what is about the police."""
    known = session.scalars(select(Liaison))
    return {each.id for each in known if viewer_of(each, now).is_of_the_police}


def belongs_to_the_police(body: Body) -> bool:
    """Whether everybody who answers for this body is of the police."""
    return any(above.kind == BodyKind.POLICE for above in body.upwards)


def remember(session: Session, were: set[int], now: datetime) -> None:
    """Bodies may change their kind, or what they are under. Who was of the police until then stays so."""
    session.flush()
    session.expire_all()
    for liaison in sorted(were - of_the_police(session, now)):
        session.add(Role(liaison_id=liaison, kind=BodyKind.POLICE, ended_at=now))
    session.flush()
