"""What a person is asked, on whatever phone: a choice from a list, or a few words of their own."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from typing_extensions import TypeForm

from hotline.core import codec
from hotline.core.i18n import Phrase

Found = TypeVar("Found")
Outcome = TypeVar("Outcome")

Choices = tuple[tuple[str, Phrase], ...]
"""What can be chosen: the answer that a choice stands for,
and its words. The order is the order on the screen."""


@dataclass(frozen=True, slots=True)
class Menu:
    """Choose one. The answer is a choice's key, or, where `typed`, whatever else the person wrote."""

    name: str
    text: Phrase
    choices: Choices
    typed: bool = False
    numbers: tuple[int, ...] = ()
    """Under which each choice is keyed in, where that is not 1, 2, 3…; all different, and none above 97."""
    sets_language: bool = False
    """The answer is a language, and the conversation goes on in it."""

    def takes(self, answer: str) -> bool:
        return any(answer == key for key, _words in self.choices) or (self.typed and bool(answer))


@dataclass(frozen=True, slots=True)
class Ask:
    """Say it in your own words."""

    name: str
    text: Phrase
    number: bool = False
    """A number is asked for, and no words."""

    def takes(self, answer: str) -> bool:
        return bool(answer)


LOOKED_UP = "?"
"""How the names of look-ups begin, so that *back* can tell them from what a person said."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """A question to the hotline, not to the person: what is known under this `key`? Its name begins with `?`.

    Whoever plays the scene answers it at once; the answer
    is kept with the person's own, so it is asked only once.
    """

    name: str
    key: str
    kind: object = str
    """Of what the answer is the text: see `looked_up`."""

    def takes(self, answer: str) -> bool:
        """Whether it can still be read. What an earlier release looked up
        may be of another form: it is looked up anew."""
        return self.kind is str or codec.decodes(answer, self.kind)


Question = Menu | Ask | LookUp


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing more is wanted; these are the last words."""

    words: Phrase


Scene = Generator[Question, str, Outcome]
"""A stretch of conversation: it yields questions, is sent answers, and returns what the person wants.

It does nothing but ask, for it is played again from the answers
at every turn. No question is asked twice under one name.
"""


def looked_up(name: str, key: str, kind: TypeForm[Found]) -> Scene[Found]:
    """A look-up whose answer is more than text: a value of this kind."""
    return codec.decode((yield LookUp(name, key, kind)), kind)
