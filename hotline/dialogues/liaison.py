"""What a liaison is told and can answer: one short text, one short reply, on whatever phone they hold."""

import re
from dataclasses import dataclass
from typing import Literal

from hotline.categories import CATEGORIES
from hotline.dialogues.screens import Choices, LookUp, Menu, Scene
from hotline.language import Words, _, means, verbatim

Step = Literal["take", "cannot", "done"]

STEPS: dict[str, Step] = {"1": "take", "2": "cannot", "3": "done"}
"""The first key of a reply, and what it means."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case before this liaison, as one line."""

    word: str
    category: str
    place: str
    taken: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """What waits for a liaison who calls in."""

    on_duty: bool
    cases: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """The liaison takes a step in the case with this word; without a word, in the only one they have."""

    step: Step
    word: str


@dataclass(frozen=True, slots=True)
class GoOn:
    """The liaison comes on duty."""


@dataclass(frozen=True, slots=True)
class GoOff:
    """The liaison goes off duty."""


REPLY = re.compile(r"\s*([123])\s*[.):,-]?\s*([^\W\d_]*\d*)\s*[.!]?\s*")


ON, OFF = _("on, on duty, come on duty"), _("off, off duty, go off duty")
"""As liaisons text them; a translation may hold several, with commas between."""


def understand(text: str) -> Act | GoOn | GoOff | None:
    """What a liaison's text asks for: `1 SIMBA`, `1simba`, `2. Simba`, a bare `1`, ON, OFF. None where it is something else."""
    if found := REPLY.fullmatch(text):
        return Act(STEPS[found[1]], found[2].upper())
    if means(text, ON):
        return GoOn()
    return GoOff() if means(text, OFF) else None


def at_desk(desk: Desk) -> Scene[Act | GoOn | GoOff]:
    """The same by dialling in, for when no text arrives: the cases that wait, and whether one is on duty."""
    word = yield Menu("desk", _("You are on duty.") if desk.on_duty else _("You are off duty."), _at_desk(desk))
    match word:
        case "on":
            return GoOn()
        case "off":
            return GoOff()
        case _:
            taken = any(case.word == word and case.taken for case in desk.cases)
            details = yield LookUp("?details", word)
            step = yield Menu("step", verbatim(details), _next_steps(taken))
            return Act("done" if step == "done" else "take" if step == "take" else "cannot", word)


def _at_desk(desk: Desk) -> Choices:
    cases = tuple(
        (case.word, _("{word}: {about}, {place}", word=case.word, about=CATEGORIES[case.category].name, place=case.place))
        for case in desk.cases
    )
    return (*cases, ("off", _("Go off duty")) if desk.on_duty else ("on", _("Come on duty")))


def _next_steps(taken: bool) -> Choices:
    first = ("done", _("It is done")) if taken else ("take", _("I take it"))
    return (first, ("cannot", _("I cannot")))


def please_take(word: str, about: Words, place: str, details: str, by: str) -> Words:
    """The text that puts a case before a liaison."""
    return _(
        "{word}: {about}, {place}. {details}\nAnswer by {time}: 1 {word} = I take it, 2 {word} = I cannot",
        word=word, about=about, place=place, details=details or _("No details."), time=by,
    )  # fmt: skip


def case_details(about: Words, place: str, details: str) -> Words:
    return _("{about}, {place}. {details}", about=about, place=place, details=details or _("No details."))


def yours(word: str) -> Words:
    return _("{word} is yours. Text 3 {word} when done, 2 {word} if you cannot.", word=word)


def already_yours(word: str) -> Words:
    return _("You have {word} already. Text 3 {word} when done, 2 {word} if you cannot.", word=word)


def first_was(word: str, name: str) -> Words:
    return _("{word} was taken first by {name}. Nothing more for you to do.", word=word, name=name)


def passed_on(word: str) -> Words:
    return _("{word} goes to somebody else. Thank you for saying so.", word=word)


def done(word: str) -> Words:
    return _("{word}: noted as done. The citizen has the last word on it.", word=word)


def take_first(word: str) -> Words:
    return _("Nobody has taken {word}. Text 1 {word} to take it.", word=word)


def over(word: str) -> Words:
    return _("{word} is no longer with you. Nothing more for you to do.", word=word)


def no_such_word(words: str) -> Words:
    return _("No case of yours has that word. Yours: {words}. Text 1, 2 or 3 and the word.", words=words)


def which_word(words: str) -> Words:
    return _("You have several cases: {words}. Text 1, 2 or 3 and the word.", words=words)


def no_cases() -> Words:
    return _("No case waits for you.")


def on_duty() -> Words:
    return _("You are on duty. Text OFF when you go.")


def off_duty() -> Words:
    return _("You are off duty. Text ON when you are back.")


def what_to_text() -> Words:
    return _("Text 1, 2 or 3 and the word of the case: 1 take it, 2 cannot, 3 done. ON or OFF for duty.")
