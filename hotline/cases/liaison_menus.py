"""The steps that a liaison can take in a case, their keys, and the same as menus for one who dials in."""

from dataclasses import dataclass
from itertools import count
from typing import Literal, get_args

from hotline.cases.liaison_phrases import heading
from hotline.conversation.screens import Choices, LookUp, Menu, Scene
from hotline.core.i18n import SOURCE, Phrase, _, say, verbatim
from hotline.directory.categories import CATEGORIES

StepName = Literal[
    "take", "cannot", "done", "on_the_way", "not_mine", "there",
    "aside", "still", "help", "no_vehicle", "too_far", "busy", "unsafe",
]  # fmt: skip

STEP_OF_KEY: dict[str, StepName] = {
    "1": "take", "2": "cannot", "3": "done", "4": "on_the_way",
    "5": "not_mine", "6": "there", "7": "aside", "9": "help",
}  # fmt: skip
"""The first key of a reply, and what it means. To take what one has already is to be still on it."""

I_HAVE_IT, ON_THE_WAY = ("take", _("I have it")), ("on_the_way", _("On the way"))
THERE, DONE = ("there", _("I am there")), ("done", _("Done"))
NOT_MINE, CANNOT, ASIDE = (
    ("not_mine", _("Not mine")),
    ("cannot", _("I cannot")),
    ("aside", _("I should not have it")),
)
STILL_ON_IT, SAFE, HELP = (
    ("still", _("Still on it")),
    ("still", _("Still on it, safe")),
    ("help", _("I need help")),
)
"""The same steps where they can be chosen. One should not have
what is about people one knows; then one never sees it again."""

REASONS: tuple[tuple[StepName, Phrase], ...] = (
    ("no_vehicle", _("No vehicle or fuel")),
    ("too_far", _("Too far away")),
    ("busy", _("Busy with another case")),
    ("unsafe", _("Not safe alone")),
)
"""Why somebody passes a case on, where they can choose it."""

How = Literal["asked", "late", "taken", "on_the_way", "there", "done", "passed_on", "first_was", "over"]
"""How a case stands to one liaison before whom it was put."""

NEXT: dict[How, Choices] = {
    "asked": (I_HAVE_IT, CANNOT, NOT_MINE, ASIDE),
    "late": (I_HAVE_IT, ASIDE),
    "taken": (ON_THE_WAY, DONE, STILL_ON_IT, CANNOT, ASIDE),
    "on_the_way": (THERE, DONE, SAFE, HELP, CANNOT),
    "there": (DONE, SAFE, HELP, CANNOT),
    "passed_on": REASONS,
}
"""What they can do then; where it stands otherwise, nothing."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case before this liaison, as one line."""

    word: str
    category: str
    place: str
    how: How


@dataclass(frozen=True, slots=True)
class Assignments:
    """What waits for a liaison who calls in."""

    on_duty: bool
    cases: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """The liaison takes a step in the case with this word; without a word, in the only one they have."""

    step: StepName
    word: str
    why: str = ""
    """Their reason, where they pass it on."""
    sure: bool = False
    """They were asked whether they are sure."""


@dataclass(frozen=True, slots=True)
class GoOn:
    """The liaison comes on duty."""


@dataclass(frozen=True, slots=True)
class GoOff:
    """The liaison goes off duty."""

    days: int | None = None
    """For so many days; until their next shift, or until they say otherwise, where they do not say."""


def at_desk(desk: Assignments) -> Scene[Act | GoOn | GoOff]:
    """Dialling in, for when no text arrives: the cases that wait, and whether one is on duty."""
    word = yield Menu(
        "desk", _("You are on duty.") if desk.on_duty else _("You are off duty."), _at_desk(desk)
    )
    match word:
        case "on":
            return GoOn()
        case "off":
            return GoOff()
        case _:
            return (yield from _next_step(desk, word))


def _next_step(desk: Assignments, word: str) -> Scene[Act]:
    """What to do with this case. Whoever would step aside for good is asked whether they are sure."""
    how: How = next((case.how for case in desk.cases if case.word == word), "over")
    details = yield LookUp("?details", word)
    for turn in count(1):
        step = yield step_menu(f"step{turn}", verbatim(details), how)
        if step != "aside" or (yield Menu(f"sure{turn}", sure(word), IS_SURE)) == "yes":
            break
    why = (
        (yield Menu("why", _("Why?"), (*REASONS, ("other", _("Another reason")))))
        if step == "cannot"
        else "other"
    )
    return Act(_step(step), word, "" if why == "other" else say(dict(REASONS)[_step(why)], SOURCE), sure=True)


def step_menu(name: str, text: Phrase, how: How) -> Menu:
    """The steps under the numbers by which they are texted."""
    numbers: dict[str, int] = {"still": 1, **{step: int(key) for key, step in STEP_OF_KEY.items()}}
    choices = sorted(NEXT.get(how, ()), key=lambda choice: numbers[choice[0]]) or [I_HAVE_IT]
    return Menu(name, text, tuple(choices), numbers=tuple(numbers[step] for step, _words in choices))


IS_SURE: Choices = (("yes", _("Yes")), ("no", _("No")))


def sure(word: str) -> Phrase:
    return _("Step aside from {word} for good? You will not see it again.", word=word)


def _step(name: str) -> StepName:
    return next(each for each in get_args(StepName) if each == name)


def _at_desk(desk: Assignments) -> Choices:
    cases = tuple(
        (case.word, heading(case.word, CATEGORIES[case.category].name, case.place)) for case in desk.cases
    )
    return (*cases, ("off", _("Go off duty")) if desk.on_duty else ("on", _("Come on duty")))
