"""What the product says and asks, for tests that compare with it:
which phrase, and what stands in its gaps, is theirs to say."""

import re

import pytest

from hotline.conversation.screens import Ask, LookUp, Menu, Nothing, Question, Scene
from hotline.core.i18n import Phrase, say

ANY = "\0"
"""Stands in a gap of a sentence for whatever may stand there."""


def en(phrase: Phrase) -> str:
    return say(phrase, "en")


def sw(phrase: Phrase) -> str:
    return say(phrase, "sw")


def as_typed(phrase: Phrase, language: str) -> str:
    """One of the words that people may write for something, which stand with commas between."""
    return say(phrase, language).split(", ")[-1]


def says(text: str, sentence: str) -> bool:
    """Whether this sentence is somewhere in a text, with something in each gap that holds ANY."""
    return re.search(".+?".join(map(re.escape, sentence.split(ANY))), text, re.DOTALL) is not None


def ends(text: str, sentence: str) -> bool:
    """Whether a text ends with this sentence, with something in each gap that holds ANY."""
    return re.search(".+?".join(map(re.escape, sentence.split(ANY))) + r"\Z", text, re.DOTALL) is not None


def starts(text: str, sentence: str) -> bool:
    """Whether a text begins with this sentence, with something in each gap that holds ANY."""
    return re.match(".+?".join(map(re.escape, sentence.split(ANY))), text, re.DOTALL) is not None


def number_in(text: str) -> str:
    """The number of the case that a text is about, as it is shown: 4071-3826."""
    (number,) = {found[0] for found in re.finditer(r"\b\d{4}-\d{4}\b", text)}
    return number


def asked(scene: Scene[object], *answers: str) -> Menu | Ask:
    """The question to which these answers lead. A look-up is answered like any other question."""
    question: Question = next(scene)
    for answer in answers:
        question = scene.send(answer)
    assert not isinstance(question, LookUp), question
    return question


def last_words(scene: Scene[object], *answers: str) -> str:
    """What is said in English when these answers have been given, and nothing more is wanted."""
    with pytest.raises(StopIteration) as end:
        asked(scene, *answers)
    assert isinstance(end.value.value, Nothing)
    return en(end.value.value.words)


def labels(question: Menu | Ask) -> dict[str, Phrase]:
    """The choices of a question, by what they stand for."""
    assert isinstance(question, Menu), question
    return dict(question.choices)
