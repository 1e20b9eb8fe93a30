"""Whose case is it, and why? Pure: it is handed what there
is, and says whom to ask, with the reason in a sentence.

Who may see the case at all is not decided here: candidates have passed `conflicts.eligible`.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from hotline.cases.escalation_policy import Row, Rung, rest
from hotline.core.i18n import own_name, say
from hotline.directory.categories import BodyKind, Category
from hotline.places.areas import Area, Areas

A_LAP = 100
"""Encodes lap and row in one number: place = lap * A_LAP + row. More than any policy has rows."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A liaison who may see the case, as matching sees them."""

    liaison: int
    name: str
    body: str
    body_name: str
    kind: BodyKind
    categories: tuple[str, ...]
    """What the body answers, where it is less than its kind does."""
    area: str
    """The nearest area around the case that the body serves; a neighbour's is one nearby."""
    languages: tuple[str, ...]
    on_duty: bool
    load: int
    """Cases that are before this liaison now."""
    neighbour: bool = False
    """The body serves a place nearby, and not this one."""
    supervisor: bool = False
    woman: bool = False
    above: tuple[str, ...] = ()
    """The bodies that the body is under."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who was asked in this round already."""

    liaison: int
    body: str
    kind: BodyKind
    above: tuple[str, ...] = ()
    """The bodies that theirs is under."""
    place: int = 0
    """Where in the order that was."""
    passed: bool = False
    """They passed it on."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A case as matching sees it."""

    category: Category
    area: Area
    language: str
    order: tuple[Row, ...]
    asked: tuple[Asked, ...] = ()
    """In this round, in turn; one as often as they were."""
    tried: Collection[str] = ()
    """Bodies that took it in an earlier round, after which the citizen said no."""
    wants_woman: bool = False
    known_to: int | None = None
    """The liaison who has another case of the same incident."""
    default: str = ""
    """The body that gets what nobody else answers; the coordinating bodies, where none is named."""

    @property
    def lap(self) -> int:
        return max((each.place // A_LAP for each in self.asked), default=0)

    def asked_in(self, lap: int) -> list[Asked]:
        return [each for each in self.asked if each.place // A_LAP == lap]

    def times(self, liaison: int) -> int:
        return sum(each.liaison == liaison for each in self.asked)


@dataclass(frozen=True, slots=True)
class Match:
    """Whom to ask next."""

    candidate: Candidate
    row: Row
    place: int
    reason: str


def next_place(matter: Matter) -> int:
    """The place after the last one asked, where the policy goes on."""
    return max((each.place for each in matter.asked), default=-1) + 1


def together(matter: Matter, candidates: Collection[Candidate], areas: Areas, place: int) -> list[Match]:
    """Whom to ask now, from this place on: one, and whoever the policy asks at the same time (`after=0`)."""
    found = match(matter, candidates, areas, place)
    matches = [found] if found else []
    while found is not None and _row(matter, found.place + 1).after == 0:
        matter = replace(matter, asked=(*matter.asked, _as_asked(found)))
        at = found.place + 1
        found = match(replace(matter, order=matter.order[: at % A_LAP + 1]), candidates, areas, at)
        matches += [found] if found else []
    return matches


def from_the_top(matter: Matter, candidates: Collection[Candidate], areas: Areas) -> list[Match]:
    """Whom to ask when the policy begins again: in the next lap, or, where everybody in it has
    just passed the case on and is skipped once, in the one after."""
    return together(matter, candidates, areas, (matter.lap + 1) * A_LAP) or together(
        matter, candidates, areas, (matter.lap + 2) * A_LAP
    )


def minutes_after(matter: Matter, place: int) -> int:
    """Minutes until the policy's next row after this place has its turn, or until it begins again."""
    lap, number = divmod(place, A_LAP)
    following = next((row for row in matter.order[number + 1 :] if row.after), matter.order[-1])
    return rest(matter.order, lap) if following.rung == Rung.REPEAT else following.after


def is_at_the_end(matter: Matter) -> bool:
    """Whether the policy's last row was asked."""
    return bool(matter.asked) and _row(matter, next_place(matter)).rung == Rung.REPEAT


def _row(matter: Matter, place: int) -> Row:
    return matter.order[place % A_LAP]


def _as_asked(found: Match) -> Asked:
    chosen = found.candidate
    return Asked(chosen.liaison, chosen.body, chosen.kind, chosen.above, found.place)


def match(matter: Matter, candidates: Collection[Candidate], areas: Areas, place: int) -> Match | None:
    """Whom to ask at this place in the policy, or at the first one
    after it that has somebody. None where the lap ends before that."""
    lap, number = divmod(place, A_LAP)
    for at, row in enumerate(matter.order[number:], start=number):
        group = [
            each for each in TURNS[row.rung](matter, candidates, lap) if not _is_asked(each, matter, lap)
        ]
        if group:
            chosen = min(group, key=lambda each: _order(each, matter, areas, row.rung))
            return Match(chosen, row, lap * A_LAP + at, _reason(chosen, row.rung, matter, areas))
    return None


def _is_asked(candidate: Candidate, matter: Matter, lap: int) -> bool:
    """Whether they had their turn in this lap, or passed it on in the one before."""
    theirs = [each for each in matter.asked if each.liaison == candidate.liaison]
    return any(
        each.place // A_LAP == lap or (each.passed and each.place // A_LAP == lap - 1) for each in theirs
    )


def could_ever_be_asked(matter: Matter, candidate: Candidate) -> bool:
    """Whether some row of the policy could ever choose this one, on duty or not.
    Who only leads others is not counted: they are asked after one of those."""
    comes_last = candidate.kind == BodyKind.COORDINATION or candidate.body == matter.default
    looks_into_it = candidate.kind == BodyKind.OVERSIGHT and not candidate.neighbour
    return comes_last or looks_into_it or _answers(candidate, matter)


# Whose turn it is


def _fitting(matter: Matter, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those of bodies that answer this, on duty, but for the bodies that had it and did not help."""
    return [
        each
        for each in candidates
        if each.on_duty and _answers(each, matter) and each.body not in matter.tried
    ]


def _answers(candidate: Candidate, matter: Matter) -> bool:
    if candidate.kind not in matter.category.answered_by:
        return False
    return not candidate.categories or matter.category.code in candidate.categories


def _primary(matter: Matter, candidates: Collection[Candidate], lap: int) -> list[Candidate]:
    """From the second lap on, those who had it and did not help are asked again, if nobody else is left."""
    fitting = _fitting(matter, candidates) or (_fitting(replace(matter, tried=()), candidates) if lap else [])
    here = [each for each in fitting if not each.neighbour]
    return [
        each for each in here if each.liaison == matter.known_to and not matter.times(each.liaison)
    ] or here


def _border(matter: Matter, candidates: Collection[Candidate], lap: int) -> list[Candidate]:
    """Of a body of the same kind, where it and the first one both name the very place as theirs."""
    here = [each for each in _fitting(matter, candidates) if each.area == matter.area.code]
    first = {
        (each.body, each.kind)
        for each in matter.asked_in(lap)
        if any(each.body == other.body for other in here)
    }
    return [each for each in here if any(each.kind == kind and each.body != body for body, kind in first)]


def _next(matter: Matter, candidates: Collection[Candidate], lap: int) -> list[Candidate]:
    bodies = {each.body for each in matter.asked_in(lap)}
    return [each for each in _fitting(matter, candidates) if each.body in bodies]


def _supervisor(matter: Matter, candidates: Collection[Candidate], lap: int) -> list[Candidate]:
    bodies = {body for each in matter.asked_in(lap) for body in (each.body, *each.above)} - set(matter.tried)
    return [each for each in candidates if each.supervisor and each.on_duty and each.body in bodies]


def _sideways(matter: Matter, candidates: Collection[Candidate], lap: int) -> list[Candidate]:
    bodies = {each.body for each in matter.asked_in(lap)}
    return [each for each in _fitting(matter, candidates) if each.body not in bodies]


def _oversight(_matter: Matter, candidates: Collection[Candidate], _lap: int) -> list[Candidate]:
    return [each for each in candidates if each.kind == BodyKind.OVERSIGHT and not each.neighbour]


def _coordination(matter: Matter, candidates: Collection[Candidate], _lap: int) -> list[Candidate]:
    named = [each for each in candidates if each.body == matter.default]
    return named or [each for each in candidates if each.kind == BodyKind.COORDINATION]


def _repeat(_matter: Matter, _candidates: Collection[Candidate], _lap: int) -> list[Candidate]:
    return []


TURNS: dict[Rung, Callable[[Matter, Collection[Candidate], int], list[Candidate]]] = {
    Rung.PRIMARY: _primary,
    Rung.BORDER: _border,
    Rung.NEXT: _next,
    Rung.SUPERVISOR: _supervisor,
    Rung.SIDEWAYS: _sideways,
    Rung.OVERSIGHT: _oversight,
    Rung.COORDINATION: _coordination,
    Rung.REPEAT: _repeat,
}
"""For each row of the escalation policy, the candidates among whom the next is chosen."""


# The best among them


def _order(candidate: Candidate, matter: Matter, areas: Areas, rung: Rung) -> tuple[int | bool, ...]:
    kinds = (*matter.category.answered_by, *BodyKind)
    return (
        matter.times(candidate.liaison),
        rung == Rung.SIDEWAYS and any(each.kind == candidate.kind for each in matter.asked),
        candidate.neighbour,
        matter.wants_woman and not candidate.woman,
        matter.category.kind_first and kinds.index(candidate.kind),
        _distance(candidate, matter, areas),
        kinds.index(candidate.kind),
        candidate.supervisor,
        matter.language not in candidate.languages,
        candidate.load,
        candidate.liaison,
    )


def _distance(candidate: Candidate, matter: Matter, areas: Areas) -> int:
    """Steps outwards from the place until what the body serves is reached, or around it."""
    serves = areas[candidate.area]
    return next(
        steps for steps, outer in enumerate(areas.outwards(matter.area)) if areas.inside(serves, outer)
    )


# Why


def _reason(candidate: Candidate, rung: Rung, matter: Matter, areas: Areas) -> str:
    why = WHY[rung].format(body=candidate.body_name)
    about = f"answers {say(matter.category.name, 'en')!r} and " if _answers(candidate, matter) else ""
    return (
        f"{why}{candidate.body_name} {about}{_where(candidate, matter, areas)}; "
        f"{candidate.name} {_fits(candidate, matter)}."
    )


def _where(candidate: Candidate, matter: Matter, areas: Areas) -> str:
    serves, here = areas[candidate.area], matter.area
    if candidate.neighbour:
        is_far = _distance(candidate, matter, areas) == areas.distance(here, areas.country)
        return f"serves {serves.name}" if is_far else f"serves {serves.name} nearby"
    return (
        f"serves {serves.name} itself" if serves == here else f"serves {serves.name}, which {here.name} is in"
    )


def _fits(candidate: Candidate, matter: Matter) -> str:
    language = own_name(matter.language)
    has = {0: "no other case", 1: "one other case"}.get(candidate.load, f"{candidate.load} other cases")
    said = [
        "is on duty" if candidate.on_duty else "is off duty",
        *(["is a woman, as the citizen wished"] if matter.wants_woman and candidate.woman else []),
        *(["has the same incident already"] if candidate.liaison == matter.known_to else []),
        f"speaks {language}" if matter.language in candidate.languages else f"does not speak {language}",
    ]
    return f"{', '.join(said)} and has {has}"


WHY = {
    Rung.PRIMARY: "",
    Rung.BORDER: "The place is at a border, so both are asked. ",
    Rung.NEXT: "Nobody has answered yet, so the next of {body} is asked. ",
    Rung.SUPERVISOR: "Nobody has answered yet, so who leads them is asked. ",
    Rung.SIDEWAYS: "Nobody has answered yet, so another body is asked. ",
    Rung.OVERSIGHT: "The citizen has said no twice, so an oversight authority is asked. ",
    Rung.COORDINATION: "Nobody else has answered it, so the coordinating body is asked. ",
}
"""Before the reason why it is this one: why somebody of that kind is asked at all."""
