"""What a citizen is asked: for a report, and about their case. Calm, short, and the same on every phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hotline.cases.citizen_phrases import Standing, VerdictWord, how_it_stands, no_such_case
from hotline.cases.liaison_menus import Assignments
from hotline.conversation.choose_area import choose_area
from hotline.conversation.screens import Ask, Choices, Menu, Nothing, Scene, looked_up
from hotline.core.i18n import _, verbatim
from hotline.directory.categories import CATEGORIES, CONDUCT, DANGER, GENDER
from hotline.places.areas import Area, Areas

Contact = Literal["text", "none"]
"""Whether the citizen wants to be texted about the case."""

TRIES = 3
"""How often one may key in a wrong case number before the line is closed."""


@dataclass(frozen=True, slots=True)
class InChat:
    """They write in a chat that a company carries, and reads."""

    company: str
    instead: str
    """What to dial to keep that company out."""
    warned: bool
    """They have reported before, and know."""
    cases: tuple[str, ...] = ()
    """The numbers of what they reported there and is not closed.
    A chat is one person's, as a phone that dials in is not."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What is known of whoever calls before they have said anything."""

    language: str | None = None
    home: str | None = None
    """The code of the area they asked us to remember."""
    assignments: Assignments | None = None
    """Set for a liaison: what waits for them."""
    asked: str | None = None
    """The number of a case about which they were asked whether help came, and have not said."""
    chat: InChat | None = None
    """None for one who dials in."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a citizen told us in one sitting."""

    category: str
    area: str
    details: str
    contact: Contact
    remember: bool = False
    """The area is theirs and may be offered first next time."""
    wants_woman: bool = False
    """They would rather speak to a woman."""
    named_body: str = ""
    """The code of the body that it is about: nobody there ever sees it."""
    named_officer: str = ""
    """Who it is about, in their words."""


@dataclass(frozen=True, slots=True)
class Judge:
    """The citizen's verdict on a case they named by its reference."""

    reference: str
    verdict: VerdictWord


def danger(caller: Caller, areas: Areas) -> Scene[Report]:
    """Life is at stake: where, and may we text; not a word to type."""
    area = yield from choose_area(areas, caller.home)
    contact = yield may_we_text(caller)
    return Report(DANGER.code, area.code, "", _contact(contact))


WHAT_ABOUT = _("What is it about?")
ABOUT: Choices = tuple((category.code, category.name) for category in CATEGORIES.values())


def report(caller: Caller, areas: Areas) -> Scene[Report]:
    category = yield Menu("category", WHAT_ABOUT, ABOUT)
    area = yield from choose_area(areas, caller.home)
    body, officer = (yield from whom_is_it_about(area)) if category == CONDUCT.code else ("", "")
    details = (
        "" if category == DANGER.code else (yield Ask("details", _("Tell us in a few words what happened.")))
    )
    woman = (yield a_woman()) if category == GENDER.code else "any"
    contact = yield may_we_text(caller)
    remember = (
        "no" if caller.home == area.code or category == DANGER.code else (yield may_we_remember(areas, area))
    )
    return Report(
        category, area.code, details, _contact(contact), remember == "yes", woman == "woman", body, officer
    )


def whom_is_it_about(area: Area) -> Scene[tuple[str, str]]:
    """Which station, and who, as far as they know: nobody there ever sees the report."""
    bodies = yield from looked_up("?bodies", area.code, Bodies)
    body = (yield _which(bodies)) if bodies else ""
    officer = yield Menu(
        "officer", _("Who? Type a name or number, or choose:"), (("none", NOT_KNOWN),), typed=True
    )
    return ("" if body == "none" else body), ("" if officer == "none" else officer)


NOT_KNOWN = _("I do not know")


Bodies = list[tuple[str, str]]
"""Codes and names."""


def _which(bodies: Bodies) -> Menu:
    named = ((code, verbatim(name)) for code, name in bodies)
    return Menu("body", _("Which station? Nobody there will see this."), (*named, ("none", NOT_KNOWN)))


def a_woman() -> Menu:
    return Menu(
        "woman",
        _("Would you rather speak to a woman, if one is on duty?"),
        (("woman", _("Yes")), ("any", _("It does not matter"))),
    )


def may_we_text(caller: Caller) -> Menu:
    if caller.chat:
        return Menu(
            "contact",
            _("May we write to you here about it?"),
            (("text", _("Yes")), ("none", _("No, do not write"))),
        )
    return Menu(
        "contact", _("May we text this phone about it?"), (("text", _("Yes")), ("none", _("No, do not text")))
    )


def may_we_remember(areas: Areas, area: Area) -> Menu:
    question = _("Is {area} your home area? Shall we remember it for next time?", area=areas.full_name(area))
    return Menu("remember", question, (("yes", _("Yes")), ("no", _("No"))))


def _contact(answer: str) -> Contact:
    return "text" if answer == "text" else "none"


def my_case(emergency: str, known: Sequence[str] = ()) -> Scene[Judge | Nothing]:
    """How does my case stand? And if somebody said that help came: did it?"""
    if known:
        choices: Choices = (
            *((reference, verbatim(reference)) for reference in known),
            ("other", _("Another case")),
        )
        chosen = yield Menu("mine", _("Which case?"), choices)
        if chosen != "other":
            return (yield from judge(chosen, (yield from looked_up("?case0", chosen, Standing))))
    for turn in range(1, TRIES + 1):
        reference = yield Ask(f"reference{turn}", KEY_IN if turn == 1 else LOOK_AGAIN, number=True)
        case = yield from looked_up(f"?case{turn}", reference, Standing)
        if case.state not in ("unknown", "slip"):
            return (yield from judge(reference, case))
    return Nothing(no_such_case(emergency))


KEY_IN, LOOK_AGAIN = _("Key in your case number."), _("That is not a case number. Look again:")
COME_BACK = _("Come back when you know.")


def judge(reference: str, case: Standing) -> Scene[Judge | Nothing]:
    if not case.open_to_verdict:
        return Nothing(how_it_stands(case))
    verdict = yield Menu(
        "verdict",
        _("{standing} Did help come?", standing=how_it_stands(case)),
        (*VERDICTS, ("later", _("Not yet known"))),
    )
    match verdict:
        case "helped" | "not_helped" | "danger":
            return Judge(reference, verdict)
        case _:
            return Nothing(COME_BACK)


VERDICTS: Choices = (("helped", _("Yes")), ("not_helped", _("No")), ("danger", _("No, still in danger")))


def reports(answers: Sequence[tuple[str, str]]) -> bool:
    """Whether somebody is in the middle of a report: from the moment that they said they want to."""
    return any(name.startswith("wish") and answer in ("report", DANGER.code) for name, answer in answers)


def draft_of(answers: Sequence[tuple[str, str]]) -> bool:
    """Whether there is enough of a report in these answers to go on with later."""
    return any(
        name == "category" or (name.startswith("wish") and answer == DANGER.code) for name, answer in answers
    )


def as_far_as_it_goes(answers: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The answers of somebody cut off, with the careful answer wherever none was given: not sure where in the
    area that they had got to, no texts, and nothing remembered."""
    steps = sum(name.startswith("area") for name, _answer in answers)
    where = ((f"area{steps + 1}", "here"),) if steps else ()
    return (*answers, *where, ("contact", "none"), ("remember", "no"))
