"""What is said about rumours, to whoever asked and to those who check."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hotline.core.gsm import shorten
from hotline.core.i18n import Phrase, _
from hotline.rumours.conclusions import RumourState

IN_A_TEXT, TEXT_UNITS = 90, 20
LONGEST_WHO, LONGEST_PLACE = 40, 45
"""How much of a claim, a name or a place is said where there is little room."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A rumour as whoever may see it reads it."""

    number: str
    place: str
    claim: str
    asked: int
    """How many have asked."""
    since: str
    """Clock time."""
    places: int
    state: str
    checker: str = ""
    """Who is looking into it."""
    steps: tuple[str, ...] = ()
    like: tuple[tuple[str, int, str], ...] = ()
    """Others that it may be the same as: the number of each, how alike they are of 100, and how it begins."""
    joined: tuple[str, ...] = ()
    """Those that were found to be the same as this one."""
    waiting: int = 0
    """How many wait for what is known now."""


def in_full(shown: Shown) -> Phrase:
    return _(
        "{rumour}, {place}: {claim}\nAsked by {people} since {time}, in {places} places. {known}",
        rumour=shown.number, place=shown.place, claim=shown.claim,
        people=shown.asked, time=shown.since, places=shown.places,
        known=how_it_stands(shown.state, shown.checker),
    )  # fmt: skip


def in_brief(shown: Shown) -> Phrase:
    """The same as a text."""
    return _(
        "{rumour}, {place}: {claim}\nAsked by {people} since {time}. {known} Text CHECK, TRUE, FALSE, "
            "UNKNOWN or ANSWER, then {rumour}.",
        rumour=shown.number, place=_place(shown.place),
        claim=_cut(shown.claim), people=shown.asked, time=shown.since,
        known=how_it_stands(shown.state, shown.checker),
    )  # fmt: skip


def how_it_stands(state: str, checker: str = "") -> Phrase:
    """What is known of a rumour. `checker`: who is looking into it."""
    if checker:
        return _("{name} is looking into it.", name=_who(checker))
    return KNOWN[state]


KNOWN: Mapping[str, Phrase] = {
    RumourState.NEW: _("Nobody has looked into it."),
    RumourState.CHECKING: _("It is being checked."),
    RumourState.PROBABLY_TRUE: _("It is probably true."),
    RumourState.PROBABLY_FALSE: _("It is probably not true."),
    RumourState.TRUE: _("It is true."),
    RumourState.FALSE: _("It is not true."),
    RumourState.UNVERIFIABLE: _("Nobody can say whether it is true."),
}

Says = Literal["true", "false", "unknown"]


# What a citizen is told


def received(number: str, emergency: str, may_answer: bool) -> Phrase:
    """Their question is with those who may know."""
    if may_answer:
        return _(
            "We have your question: {rumour}. We are asking those who may know, and tell you. "
            "Please do not pass it on. In danger call {number}.",
            rumour=number, number=emergency,
        )  # fmt: skip
    return _(
        "We have your question: {rumour}. We are asking those who may know; ask again later. "
        "Please do not pass it on. In danger call {number}.",
        rumour=number, number=emergency,
    )  # fmt: skip


def answer(number: str, state: str, at: str) -> Phrase:
    """What is known of it, as of this time. The claim is never repeated:
    whoever reads half of a sentence keeps what was false in it."""
    match state:
        case RumourState.TRUE:
            return _(
                "{rumour}, checked at {time}: it is true. Two sources say so. Please stay calm and safe.",
                rumour=number,
                time=at,
            )
        case RumourState.FALSE:
            return _(
                "{rumour}, checked at {time}: it is not true. Two sources say so. Please do not pass it on.",
                rumour=number,
                time=at,
            )
        case RumourState.PROBABLY_TRUE:
            return _(
                "{rumour}, checked at {time}: it is probably "
                "true, but not sure yet. Please do not pass it on.",
                rumour=number,
                time=at,
            )
        case RumourState.PROBABLY_FALSE:
            return _(
                "{rumour}, checked at {time}: it is probably not "
                "true, but not sure yet. Please do not pass it on.",
                rumour=number,
                time=at,
            )
        case RumourState.UNVERIFIABLE:
            return _(
                "{rumour}, checked at {time}: nobody can say whether it is true. Please do not pass it on.",
                rumour=number,
                time=at,
            )
        case RumourState.CHECKING:
            return _(
                "{rumour}: it is being checked, and nothing is known yet. Please do not pass it on.",
                rumour=number,
            )
        case _:
            return _(
                "{rumour}: nobody could look into it yet. Please do not pass it on, and ask us again later.",
                rumour=number,
            )


def corrected(answer: Phrase) -> Phrase:
    """They were told otherwise."""
    return _("We said otherwise before, and are sorry. {answer}", answer=answer)


def too_many() -> Phrase:
    return _(
        "You have asked a lot today. Please ask again tomorrow. "
        "We are still looking into what you asked before."
    )


def headline(number: str, asked: str, place: str, state: str) -> Phrase:
    """A line of what was checked."""
    return _(
        "{rumour}, asked {time}, {place}: checked. {known}",
        rumour=number,
        time=asked,
        place=place,
        known=how_it_stands(state),
    )


# What a liaison is told


def new_rumour(number: str, place: str, claim: str, like: str = "") -> Phrase:
    """Puts a rumour before a liaison. `like`: the number of another one that it may be the same as."""
    words = _(
        "{rumour}, {place}: {claim}\n"
        "Text CHECK {rumour} to look into it, then TRUE {rumour}, "
        "FALSE {rumour} or UNKNOWN {rumour} and how you know.",
        rumour=number, place=_place(place), claim=_cut(claim),
    )  # fmt: skip
    if not like:
        return words
    return _(
        "{text} If it is the same as {other}, text SAME {rumour} {other}.",
        text=words,
        rumour=number,
        other=like,
    )


def nobody_checks(number: str, place: str, people: int) -> Phrase:
    return _(
        "{rumour}, {place}: asked by {people}, and nobody looks into it yet. "
        "Text READ {rumour}, or CHECK {rumour} to look into it.",
        rumour=number, place=_place(place), people=people,
    )  # fmt: skip


def spreads(number: str, asked: int, minutes: int, places: int) -> Phrase:
    return _(
        "{rumour} spreads: asked by {people} in {minutes} minutes, in {places} places. "
        "Text READ {rumour}, or CHECK {rumour} to look into it.",
        rumour=number, people=asked, minutes=minutes, places=places,
    )  # fmt: skip


def second_needed(number: str, place: str, claim: str) -> Phrase:
    """To another body: what the first one says is not told, so that theirs is a word of its own."""
    return _(
        "{rumour}, {place}: {claim}\nOne body has looked into it; a second one is needed. "
        "Text TRUE {rumour}, FALSE {rumour} or UNKNOWN {rumour} and how you know.",
        rumour=number, place=_place(place), claim=_cut(claim),
    )  # fmt: skip


def they_disagree(number: str) -> Phrase:
    return _(
        "{rumour}: those who looked into it disagree. Please find "
        "out together, then text TRUE {rumour} or FALSE {rumour}.",
        rumour=number,
    )


def told_otherwise(number: str, state: str) -> Phrase:
    """What they were told does not hold any more."""
    if state in (RumourState.NEW, RumourState.CHECKING):
        return _(
            "{rumour}: those who asked were told something that is not sure any more. Please find out soon.",
            rumour=number,
        )
    return _(
        "{rumour}: those who asked were told otherwise. Text ANSWER {rumour} to correct it.", rumour=number
    )


def still_checking(number: str) -> Phrase:
    return _(
        "{rumour}: have you found out? Text TRUE {rumour}, FALSE {rumour} or UNKNOWN {rumour}; or CHECK "
        "{rumour} if you are still on it.",
        rumour=number,
    )


def lapsed(number: str) -> Phrase:
    return _(
        "{rumour} goes to somebody else, for we have not "
        "heard from you. To take it back, text CHECK {rumour}.",
        rumour=number,
    )


def yours(number: str) -> Phrase:
    return _(
        "{rumour} is yours to look into. Then text TRUE {rumour}, "
        "FALSE {rumour} or UNKNOWN {rumour} and how you know.",
        rumour=number,
    )


def being_checked(number: str, name: str) -> Phrase:
    return _(
        "{rumour}: {name} is looking into it. If you know more, "
        "text TRUE {rumour} or FALSE {rumour} and how you know.",
        rumour=number, name=_who(name),
    )  # fmt: skip


def how_do_you_know(number: str, says: Says) -> Phrase:
    """What they found out is not kept without this."""
    match says:
        case "true":
            return _("How do you know? Text TRUE {rumour} and how you know.", rumour=number)
        case "false":
            return _("How do you know? Text FALSE {rumour} and how you know.", rumour=number)
        case "unknown":
            return _("Whom did you ask? Text UNKNOWN {rumour} and whom you asked.", rumour=number)


def noted(number: str, state: str, *, otherwise: bool = False) -> Phrase:
    """What a liaison has found out is kept. `otherwise`: those who asked were told something else."""
    known = how_it_stands(state)
    if otherwise:
        return _("Noted. {known} {then}", known=known, then=told_otherwise(number, state))
    if state == RumourState.CHECKING:
        return _("{rumour}: noted. {known} Another body is asked too.", rumour=number, known=known)
    return _(
        "{rumour}: noted. {known} Another body is asked too. ANSWER {rumour} tells those who asked.",
        rumour=number,
        known=known,
    )


def noted_sure(number: str, state: str, people: int) -> Phrase:
    """The same, where two bodies say it: so many are told at once."""
    known = how_it_stands(state)
    if not people:
        return _("{rumour}: noted. {known} Nobody waits for an answer.", rumour=number, known=known)
    return _(
        "{rumour}: noted. {known} Those who asked are told now ({people}).",
        rumour=number,
        known=known,
        people=people,
    )


def they_wait(number: str, state: str, people: int) -> Phrase:
    """Something is known, and those who asked were not told."""
    known = how_it_stands(state)
    return _(
        "{rumour}: {known} Waiting for an answer: {people}. Text ANSWER {rumour} to tell them.",
        rumour=number,
        known=known,
        people=people,
    )


def noted_disagree(number: str) -> Phrase:
    return _(
        "{rumour}: noted. Others say otherwise, so it is being checked still. They are told.", rumour=number
    )


def answering(number: str, people: int, state: str) -> Phrase:
    return _(
        "{rumour}: those who asked are told now ({people}). {known}",
        rumour=number,
        people=people,
        known=how_it_stands(state),
    )


def nobody_waits(number: str) -> Phrase:
    return _("{rumour}: nobody waits for an answer.", rumour=number)


def not_known_yet(number: str) -> Phrase:
    return _(
        "{rumour}: nothing is known yet that could be told. Text "
        "TRUE {rumour}, FALSE {rumour} or UNKNOWN {rumour} first.",
        rumour=number,
    )


def same(number: str, other: str, *, is_answered: bool = False) -> Phrase:
    """They are one from now on. `is_answered`: what is known of the other could be told at once."""
    if is_answered:
        return _(
            "{rumour} counts as {other} now. Text ANSWER {other} "
            "to tell those who asked. A slip? Text APART {rumour}.",
            rumour=number, other=other,
        )  # fmt: skip
    return _("{rumour} counts as {other} now. A slip? Text APART {rumour}.", rumour=number, other=other)


def same_already(number: str, other: str) -> Phrase:
    return _("{rumour} and {other} are the same already.", rumour=number, other=other)


def which_other(number: str) -> Phrase:
    return _("The same as which? Text SAME {rumour} and the number of the other.", rumour=number)


def apart(number: str) -> Phrase:
    return _("{rumour} is a rumour of its own again.", rumour=number)


def not_joined(number: str) -> Phrase:
    return _("{rumour} is a rumour of its own.", rumour=number)


def no_such_rumour(number: str) -> Phrase:
    return _(
        "We have no rumour {rumour} for you. Dial in to see those that wait.", rumour=shorten(number, 12, 6)
    )


def no_rumours() -> Phrase:
    return _("No rumour waits.")


def what_to_text() -> Phrase:
    return _(
        "Of a rumour text CHECK, TRUE, FALSE, UNKNOWN, SAME, ANSWER or READ and its number: CHECK R12. "
        "After TRUE or FALSE say how you know."
    )


def _cut(claim: str) -> str:
    return shorten(claim, IN_A_TEXT, TEXT_UNITS)


def _place(place: str) -> str:
    return shorten(place, LONGEST_PLACE, LONGEST_PLACE)


def _who(name: str) -> str:
    return shorten(name, LONGEST_WHO, LONGEST_WHO)
