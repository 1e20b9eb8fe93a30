"""Walks every path of a scene, as far as it goes, and tells everything it is asked on the way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hotline.cases.citizen_phrases import Standing
from hotline.conversation.replay import Answers
from hotline.conversation.screens import Ask, LookUp, Menu, Question, Scene
from hotline.core import codec
from hotline.directory import bodies
from hotline.places.countries import COUNTRIES

APART = ("news", "board")
"""Wishes that lead to scenes with walks of their own: see `tests/hotline/news/test_news.py` and
`tests/hotline/broadcasts/test_menus.py`."""

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
    tuple(
        (f"station{number}", f"{number} {'Kaptembwo Police Station | ' * 9}"[: bodies.LONGEST["name"]])
        for number in range(8)
    ),
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
    """Every stop on every path, depth first. A scene is played from
    its start only once for each path, not for each stop on it."""
    todo: list[Answers] = [()]
    while todo:
        yield from _along(scene(), todo.pop(), language, todo)


def _along(scene: Scene[object], answers: Answers, language: str, todo: list[Answers]) -> Iterator[Stop]:
    """Give these answers, and then the first of whatever can
    be answered, to the end. The others are left `todo`."""
    try:
        question = next(scene)
        for name, answer in answers:
            assert question.name == name, "the same answers lead to the same question"
            language, question = _in(language, question, answer), scene.send(answer)
        while True:
            assert question.name not in dict(answers), "nothing is asked twice under one name"
            if not isinstance(question, LookUp):
                yield Stop(question, None, answers, language)
            choices = _choices(question, answers)
            if not choices:
                return
            assert all(map(question.takes, choices)), question.name
            paths = [(*answers, (question.name, answer)) for answer in choices]
            todo += paths[1:]
            answers, language = paths[0], _in(language, question, choices[0])
            question = scene.send(choices[0])
    except StopIteration as end:
        yield Stop(None, end.value, answers, language)


def _in(language: str, question: Question, answer: str) -> str:
    """The language in which the conversation goes on."""
    return answer if isinstance(question, Menu) and question.sets_language else language


def _choices(question: Question, answers: Answers) -> list[str]:
    """What can be answered: nothing more where one has come round often enough."""
    if isinstance(question, LookUp):
        return _found(question)
    return _answers(question) if _rounds(question, answers) <= LOOPS else []


def _found(question: LookUp) -> list[str]:
    if question.name.startswith("?case"):
        return [codec.encode(standing) for standing in STANDINGS]
    if question.name == "?bodies":
        return [codec.encode(stations) for stations in STATIONS]
    return ["Violence or a gathering, Kaptembwo, Nakuru. " + "what somebody wrote " * 12]


def _rounds(question: Menu | Ask, answers: Answers) -> int:
    """How often a question of this name, its number left out, was asked on the way here."""
    kind = question.name.rstrip("0123456789")
    return sum(name.rstrip("0123456789") == kind for name, _answer in answers)


def _answers(question: Menu | Ask) -> list[str]:
    if isinstance(question, Ask):
        return ["some words"]
    keys = [
        key for key, _words in question.choices if not (question.name.startswith("wish") and key in APART)
    ]
    if question.name == "body":  # each leads to the same
        keys = [keys[0], keys[-1]]
    return keys + (list(WORDS) if question.typed else [])
