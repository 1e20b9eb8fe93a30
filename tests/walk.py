"""Walks every path of a scene, as far as it goes, and tells everything it is asked on the way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hotline import bodies
from hotline.countries import COUNTRIES
from hotline.dialogues.citizen import Standing, bodies_to_text
from hotline.dialogues.playing import Answers, Asking, Said, resume
from hotline.dialogues.screens import Ask, LookUp, Menu, Scene

WORDS = ("Kaptembwa", "nowhere at all")
"""What is typed where one may type: a place that there is, and one that there is not."""
LOOPS = 2
"""How often one may come round to the same question; more often shows nothing new."""

AT = "29/11 23:59"
"""As long as a time can be that people are told: one more than half a day away has its day."""
AUTHORITY = max((country.oversight for country in COUNTRIES.values()), key=len)

STANDINGS = (
    Standing("slip"),
    Standing("unknown"),
    Standing("waiting", AT),
    Standing("waiting", ""),
    Standing("waiting", AT, missed=True),
    Standing("waiting", AT, missed=True, asked="x" * bodies.LONGEST["name"]),
    Standing("nobody", asked=AUTHORITY),
    Standing("taken", open_to_verdict=True),
    Standing("coming", open_to_verdict=True),
    Standing("there", open_to_verdict=True),
    Standing("done", open_to_verdict=True),
    Standing("closed", open_to_verdict=True),
    Standing("closed"),
)

STATIONS = (
    (),
    (("station", "Kaptembwo Police Station"),),
    tuple((f"station{number}", f"{number} {'Kaptembwo Police Station | ' * 9}"[: bodies.LONGEST["name"]]) for number in range(8)),
)
"""The police bodies of a place: none, one, and as many as are listed, with names as long as a name may be."""


@dataclass(frozen=True)
class Stop:
    """A place on a path: what is asked there, or what the path has come to."""

    asked: Menu | Ask | None
    outcome: object
    answers: Answers
    language: str


def walk(scene: Callable[[], Scene[object]], language: str) -> Iterator[Stop]:
    """Every stop on every path, depth first."""
    todo: list[Answers] = [()]
    while todo:
        answers = todo.pop()
        waiting: list[LookUp] = []
        there = _resume(scene(), answers, language, waiting)
        if waiting:
            todo += [(*answers, (waiting[0].name, found)) for found in _found(waiting[0])]
        elif isinstance(there, Said):
            yield Stop(None, there.outcome, there.answers, there.language)
        elif isinstance(there, Asking):
            yield Stop(there.question, None, there.answers, there.language)
            if _rounds(there) <= LOOPS:
                todo += [(*there.answers, (there.question.name, answer)) for answer in _answers(there.question)]


class _Wait(Exception):
    pass


def _resume(scene: Scene[object], answers: Answers, language: str, waiting: list[LookUp]) -> Asking | Said[object] | None:
    def look_up(question: LookUp) -> str:
        waiting.append(question)
        raise _Wait

    try:
        return resume(scene, answers, language, look_up)
    except _Wait:
        return None


def _found(question: LookUp) -> list[str]:
    if question.name.startswith("?case"):
        return [standing.to_text() for standing in STANDINGS]
    if question.name == "?bodies":
        return [bodies_to_text(stations) for stations in STATIONS]
    return ["Violence or a gathering, Kaptembwo, Nakuru. " + "what somebody wrote " * 12]


def _rounds(there: Asking) -> int:
    """How often a question of this name, its number left out, was asked on the way here."""
    kind = there.question.name.rstrip("0123456789")
    return sum(name.rstrip("0123456789") == kind for name, _answer in there.answers)


def _answers(question: Menu | Ask) -> list[str]:
    if isinstance(question, Ask):
        return ["some words"]
    keys = [key for key, _words in question.choices]
    if question.name == "body":  # each leads to the same
        keys = [keys[0], keys[-1]]
    return keys + (list(WORDS) if question.typed else [])
