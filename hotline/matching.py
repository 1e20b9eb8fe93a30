"""Whose case is it, and why? Pure: it is handed what there is, and says whom to ask, best first, each with its reason in a sentence."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from hotline.areas import Area, Areas
from hotline.cases import Case
from hotline.categories import CONDUCT, Category, Kind
from hotline.language import own_name, say
from hotline.liaisons import Liaison


@dataclass(frozen=True, slots=True)
class Candidate:
    """A liaison as matching sees them."""

    liaison: int
    name: str
    body: str
    body_name: str
    kind: Kind
    categories: tuple[str, ...]
    """What the body answers, where it is less than its kind does."""
    area: str
    """The nearest area around the case that the body serves."""
    languages: tuple[str, ...]
    on_duty: bool
    load: int
    """Cases that are before this liaison now."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A case as matching sees it."""

    category: Category
    area: Area
    language: str
    asked: tuple[int, ...] = ()
    """Liaisons who were asked already, in this round, each as often as they were."""
    tried: Collection[str] = ()
    """Bodies that took it in an earlier round, after which the citizen said no."""


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether a liaison may ever see a case, and why, in words."""

    allowed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Match:
    candidate: Candidate
    reason: str


def eligible(category: Category, kind: Kind) -> Eligibility:
    """The one rule for who may ever see a case. What is about the police never reaches the police, and nothing overrides that."""
    if category == CONDUCT and kind == Kind.POLICE:
        return Eligibility(False, "a report about the police does not go to the police")
    return Eligibility(True, "nothing stands against it")


def may_see(case: Case, liaison: Liaison) -> bool:
    """The same rule, of a case and the body that a liaison belongs to now."""
    return eligible(case.category, Kind(liaison.body.kind)).allowed


def best(matter: Matter, candidates: Iterable[Candidate], areas: Areas) -> Match | None:
    """Whom to ask next: nearest area outwards, the most fitting kind of body, the language, then who has least to do.

    When all of them were asked, or there is none, the country's coordinating body; when all of those were too, it begins anew.
    """
    allowed = [candidate for candidate in candidates if eligible(matter.category, candidate.kind).allowed]
    fitting = [candidate for candidate in allowed if _answers(candidate, matter) and candidate.body not in matter.tried]
    coordinating = [candidate for candidate in allowed if candidate.kind == Kind.COORDINATION]
    for group, why in (
        ([each for each in fitting if each.on_duty and each.liaison not in matter.asked], ""),
        ([each for each in coordinating if each.liaison not in matter.asked], _why_coordinating(fitting)),
        (coordinating, "Everybody was asked and nobody has answered, so the coordinating body is asked again."),
        ([each for each in fitting if each.on_duty], "Nobody has answered and there is no coordinating body, so everybody is asked again."),
    ):
        if group:
            candidate = min(group, key=lambda each: _order(each, matter, areas))
            return Match(candidate, why or _reason(candidate, matter, areas))
    return None


def _answers(candidate: Candidate, matter: Matter) -> bool:
    if candidate.kind not in matter.category.answered_by:
        return False
    return not candidate.categories or matter.category.code in candidate.categories


def _order(candidate: Candidate, matter: Matter, areas: Areas) -> tuple[int, int, int, bool, int, int]:
    kinds = (*matter.category.answered_by, Kind.COORDINATION)
    return (
        matter.asked.count(candidate.liaison),
        _distance(candidate, matter, areas),
        kinds.index(candidate.kind),
        matter.language not in candidate.languages,
        candidate.load,
        candidate.liaison,
    )


def _distance(candidate: Candidate, matter: Matter, areas: Areas) -> int:
    steps = areas.distance(matter.area, areas[candidate.area])
    return len(areas.outwards(matter.area)) if steps is None else steps


def _reason(candidate: Candidate, matter: Matter, areas: Areas) -> str:
    serves = areas[candidate.area]
    near = f"serves {serves.name} itself" if serves == matter.area else f"serves {serves.name}, which {matter.area.name} is in"
    speaks = (
        f"speaks {own_name(matter.language)}" if matter.language in candidate.languages else f"does not speak {own_name(matter.language)}"
    )
    has = {0: "no other case", 1: "one other case"}.get(candidate.load, f"{candidate.load} other cases")
    about = say(matter.category.name, "en")
    return f"{candidate.body_name} answers {about!r} and {near}; {candidate.name} is on duty, {speaks} and has {has}."


def _why_coordinating(fitting: Collection[Candidate]) -> str:
    if not fitting:
        return "No body answers this there, so the coordinating body is asked."
    return "Nobody else who answers this there is on duty and still to be asked, so the coordinating body is asked."
