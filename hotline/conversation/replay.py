"""Where has somebody got to? Exactly as far as their answers go:
the scene is played again from the start, answer by answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic

from hotline.conversation.screens import LOOKED_UP, Ask, LookUp, Menu, Outcome, Question, Scene

Answers = tuple[tuple[str, str], ...]
"""What has been answered so far: the question's name and the answer, in order."""


@dataclass(frozen=True, slots=True)
class Asking:
    """The conversation waits for this."""

    question: Menu | Ask
    answers: Answers
    language: str


@dataclass(frozen=True, slots=True)
class Said(Generic[Outcome]):
    """The conversation is over, and this is what the person wants."""

    outcome: Outcome
    answers: Answers
    language: str


def resume(
    scene: Scene[Outcome], answers: Answers, language: str, look_up: Callable[[LookUp], str]
) -> Asking | Said[Outcome]:
    """Play a scene with the answers so far.

    Answers that no question takes any more, because the menu has
    changed since, are forgotten: the one question is asked again.
    """
    given: Mapping[str, str] = dict(answers)
    used: list[tuple[str, str]] = []
    try:
        question = next(scene)
        while True:
            answer = _answer_to(question, given, look_up)
            if answer is None:
                assert not isinstance(question, LookUp)
                return Asking(question, tuple(used), language)
            used.append((question.name, answer))
            if isinstance(question, Menu) and question.sets_language:
                language = answer
            question = scene.send(answer)
    except StopIteration as end:
        return Said(end.value, tuple(used), language)


def _answer_to(question: Question, given: Mapping[str, str], look_up: Callable[[LookUp], str]) -> str | None:
    answer = given.get(question.name)
    if answer is not None and question.takes(answer):
        return answer
    return look_up(question) if isinstance(question, LookUp) else None


def back(answers: Answers) -> Answers:
    """The answers without the person's last one, and without what the hotline looked up because of it."""
    asked = [number for number, (name, _answer) in enumerate(answers) if not name.startswith(LOOKED_UP)]
    return answers[: asked[-1]] if asked else ()
