"""Is it true? What a citizen is asked and told who has heard something,
and what a liaison is told and can answer who looks into it."""

from dataclasses import dataclass
from typing import Literal

from hotline.conversation.choose_area import choose_area
from hotline.conversation.screens import Ask, Choices, Menu, Nothing, Scene, looked_up
from hotline.core.gsm import shorten
from hotline.core.i18n import Phrase, _, verbatim
from hotline.places.areas import Areas
from hotline.rumours.phrases import Shown, how_it_stands, in_full, no_rumours, no_such_rumour

RumourAct = Literal["check", "true", "false", "unknown", "same", "apart", "answer", "show"]


@dataclass(frozen=True, slots=True)
class AskRumour:
    """A citizen asks whether something is true that they have heard."""

    claim: str
    area: str
    may_answer: bool
    """They want to be told what comes of it."""


@dataclass(frozen=True, slots=True)
class RumourCommand:
    """What a liaison does about a rumour."""

    act: RumourAct
    number: str
    """As people know it: R12."""
    other: str = ""
    """The rumour that it is the same as."""
    note: str = ""
    """How they know."""


MOST_CLAIM, MOST_NOTE = 500, 200
"""Letters of each that are kept."""
ON_A_LINE, LINE_UNITS = 40, 20


# What is asked of a citizen


def ask(areas: Areas, home: str | None, chat: bool) -> Scene[AskRumour]:
    """Somebody has heard something and wonders whether it is true."""
    claim = yield Ask("heard", _("What did you hear? Tell us in a few words."))
    area = yield from choose_area(areas, home, which="rumour:")
    answer = yield may_we_answer(chat)
    return AskRumour(claim.strip()[:MOST_CLAIM], area.code, answer == "yes")


MAY_WE_WRITE, MAY_WE_TEXT = _("May we write the answer to you here?"), _("May we text this phone the answer?")


def may_we_answer(chat: bool) -> Menu:
    if chat:
        return Menu("may_answer", MAY_WE_WRITE, (("yes", _("Yes")), ("no", _("No, do not write"))))
    return Menu("may_answer", MAY_WE_TEXT, (("yes", _("Yes")), ("no", _("No, do not text"))))


# What a liaison can choose


@dataclass(frozen=True, slots=True)
class Line:
    """A rumour that waits, as one line of a list."""

    number: str
    place: str
    state: str
    asked: int
    words: str
    """How the claim begins."""


@dataclass(frozen=True, slots=True)
class WriteAbout:
    """A liaison would write a calm message about it."""

    number: str


def at_rumours() -> Scene[RumourCommand | WriteAbout | Nothing]:
    """The rumours that wait, one of them in full, and what to do about it."""
    lines = yield from looked_up("?rumours", "", list[Line])
    if not lines:
        return Nothing(no_rumours())
    number = yield Menu("rumour", _("Which rumour?"), tuple((line.number, _as_line(line)) for line in lines))
    shown = yield from looked_up("?rumour", number, Shown | None)
    if shown is None:
        return Nothing(no_such_rumour(number))
    return (
        yield from _look(
            shown,
            (yield Menu("look", in_full(shown), (*steps(shown), WRITE, ("leave", _("Nothing for now"))))),
        )
    )


WRITE = ("write", _("Write a message about it"))


NOTHING_CHANGED, NOTHING_SENT = _("Nothing was changed."), _("Nothing was sent.")


def _look(shown: Shown, step: str) -> Scene[RumourCommand | WriteAbout | Nothing]:
    act, _space, other = step.partition(" ")
    match act:
        case "leave":
            return Nothing(NOTHING_CHANGED)
        case "write":
            return WriteAbout(shown.number)
        case "true" | "false" | "unknown":
            note = yield Ask("how", _("How do you know? This is never shown to citizens."))
            return RumourCommand(act, shown.number, note=note.strip()[:MOST_NOTE])
        case "same":
            return RumourCommand("same", shown.number, other)
        case "apart":
            return RumourCommand("apart", other)
        case "answer" if (yield _sure(shown)) == "no":
            return Nothing(NOTHING_SENT)
        case "answer":
            return RumourCommand("answer", shown.number)
        case _:
            return RumourCommand("check", shown.number)


def _sure(shown: Shown) -> Menu:
    text = _(
        "This is told to {people}: {known} Sure?", people=shown.waiting, known=how_it_stands(shown.state)
    )
    return Menu("sure", text, (("yes", _("Yes")), ("no", _("No"))))


def _as_line(line: Line) -> Phrase:
    return verbatim(
        f"{line.number} {line.place} ({line.asked}): {shorten(line.words, ON_A_LINE, LINE_UNITS)}"
    )


STEPS: Choices = (
    ("check", _("I will check it")),
    ("true", _("It is true")),
    ("false", _("It is not true")),
    ("unknown", _("Nobody can tell")),
    ("answer", _("Answer those who asked")),
)


def steps(shown: Shown) -> Choices:
    """What can be done with it, and which others it may be the same as."""
    same = tuple((f"same {number}", _same_as(number, words)) for number, _score, words in shown.like)
    apart = tuple(
        (f"apart {number}", _("{rumour} is another rumour after all", rumour=number))
        for number in shown.joined
    )
    return (*((step, words) for step, words in STEPS if step in shown.steps), *same, *apart)


def _same_as(number: str, words: str) -> Phrase:
    return _("The same as {rumour}: {words}", rumour=number, words=shorten(words, ON_A_LINE, LINE_UNITS))
