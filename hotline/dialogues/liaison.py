"""What a liaison is told and can answer: one short text, one short reply, on whatever phone they hold."""

import re
from dataclasses import dataclass
from typing import Literal

from hotline.categories import CATEGORIES
from hotline.dialogues.screens import Choices, LookUp, Menu, Scene
from hotline.language import Words, _, means, verbatim

Step = Literal["take", "cannot", "done", "on_the_way", "not_mine"]

STEPS: dict[str, Step] = {"1": "take", "2": "cannot", "3": "done", "4": "on_the_way", "5": "not_mine"}
"""The first key of a reply, and what it means."""

I_HAVE_IT, ON_THE_WAY, DONE = ("take", _("I have it")), ("on_the_way", _("On the way")), ("done", _("Done"))
NOT_MINE, CANNOT = ("not_mine", _("Not mine")), ("cannot", _("I cannot"))
"""The same steps where they can be chosen."""

How = Literal["asked", "late", "taken", "on_the_way", "done", "passed_on", "first_was", "over"]
"""How a case stands to one liaison before whom it was put."""

NEXT: dict[How, Choices] = {
    "asked": (I_HAVE_IT, CANNOT, NOT_MINE),
    "late": (I_HAVE_IT,),
    "taken": (ON_THE_WAY, DONE, CANNOT),
    "on_the_way": (DONE, CANNOT),
}
"""What they can do then; where it stands otherwise, nothing."""


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


MOST_ADDED = 220
"""Letters of what a citizen adds that are told at once; the rest can be read with the case."""

REPLY = re.compile(r"\s*([12345])\s*[.):,-]?\s*([^\W\d_]*\d*)\s*[.!]?\s*")


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
            step = yield Menu("step", verbatim(details), NEXT["taken" if taken else "asked"])
            return Act(next(each for each in STEPS.values() if each == step), word)


def _at_desk(desk: Desk) -> Choices:
    cases = tuple((case.word, heading(case.word, CATEGORIES[case.category].name, case.place)) for case in desk.cases)
    return (*cases, ("off", _("Go off duty")) if desk.on_duty else ("on", _("Come on duty")))


def heading(word: str, about: Words, place: str) -> Words:
    return _("{word}: {about}, {place}", word=word, about=about, place=place)


def no_details() -> Words:
    return _("No details.")


def please_take(word: str, about: Words, place: str, details: str, by: str) -> Words:
    """The text that puts a case before a liaison."""
    return _(
        "{word}: {about}, {place}. {details}\nAnswer by {time}: 1 {word} = I take it, 2 {word} = I cannot",
        word=word, about=about, place=place, details=details or no_details(), time=by,
    )  # fmt: skip


def case_details(about: Words, place: str, details: str) -> Words:
    return _("{about}, {place}. {details}", about=about, place=place, details=details or no_details())


def yours(word: str) -> Words:
    return _("{word} is yours. Text 4 {word} when on the way, 3 {word} when done, 2 {word} if you cannot.", word=word)


def already_yours(word: str) -> Words:
    return _("You have {word} already. Text 3 {word} when done, 2 {word} if you cannot.", word=word)


def answer_by(time: str) -> Words:
    return _("Answer by {time}.", time=time)


def you_have_it(word: str) -> Words:
    return _("{word} is yours.", word=word)


def on_the_way(word: str) -> Words:
    return _("{word}: you are on the way. Text 3 {word} when done.", word=word)


def you_are_coming(word: str) -> Words:
    return _("{word}: you are on the way.", word=word)


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
    return _("No case of yours has that word. Yours: {words}. Text a number and the word.", words=words)


def which_word(words: str) -> Words:
    return _("You have several cases: {words}. Text a number and the word.", words=words)


def no_cases() -> Words:
    return _("No case waits for you.")


def on_duty() -> Words:
    return _("You are on duty. Text OFF when you go.")


def off_duty() -> Words:
    return _("You are off duty. Text ON when you are back.")


def what_to_text() -> Words:
    return _("Text a number and the word of the case: 1 take it, 2 cannot, 3 done, 4 on the way, 5 not mine. ON or OFF for duty.")


def more_words(word: str, text: str) -> Words:
    return _("{word}: the citizen adds: {text}", word=word, text=text[:MOST_ADDED])


def sent_something(word: str) -> Words:
    return _("{word}: the citizen has sent a photo or a voice note. It can be seen on Telegram.", word=word)


def late() -> Words:
    return _("The time to answer has passed; somebody else is asked too. You can still take it.")


def ask_whoever_keeps_the_list() -> Words:
    return _("You are on the list of those who answer. Ask whoever keeps it to take you off.")


def share_your_number() -> Words:
    return _("Do you work for a police station or a committee? Press the button below to show us your number; we look for it on the list.")


def not_your_own() -> Words:
    return _("That is not your own number. Press the button below to share yours.")


def linked(name: str, body: str) -> Words:
    return _("Welcome, {name}, {body}. Cases come to you here from now on.", name=name, body=body)


def not_listed() -> Words:
    return _("This number is not on the list. Ask whoever keeps it. The number was not kept.")
