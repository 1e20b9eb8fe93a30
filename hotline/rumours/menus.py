"""Is it true? What a citizen is asked and told who has heard something, and what a liaison is told and can answer who looks into it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Literal, get_args

from hotline.conversation.choose_area import choose_area
from hotline.conversation.screens import Ask, Choices, LookUp, Menu, Nothing, Scene
from hotline.core.gsm import shorten
from hotline.core.i18n import Words, _, languages, say, verbatim
from hotline.places.areas import Areas

Act = Literal["check", "true", "false", "unknown", "same", "apart", "answer", "show"]


@dataclass(frozen=True, slots=True)
class Wonder:
    """A citizen asks whether something is true that they have heard."""

    claim: str
    area: str
    may_answer: bool
    """They want to be told what comes of it."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a liaison does about a rumour."""

    act: Act
    number: str
    """As people know it: R12."""
    other: str = ""
    """The rumour that it is the same as."""
    note: str = ""
    """How they know."""


MOST_CLAIM, MOST_NOTE = 500, 200
"""Letters of each that are kept."""
ON_A_LINE, LINE_UNITS = 40, 20
IN_A_TEXT, TEXT_UNITS = 90, 20
LONGEST_WHO, LONGEST_PLACE = 40, 45
"""How much of a claim, a name or a place is said where there is little room."""


# What is asked of a citizen


def ask(areas: Areas, home: str | None, chat: bool) -> Scene[Wonder]:
    """Somebody has heard something and wonders whether it is true."""
    claim = yield Ask("heard", _("What did you hear? Tell us in a few words."))
    area = yield from choose_area(areas, home, which="rumour:")
    answer = yield may_we_answer(chat)
    return Wonder(claim.strip()[:MOST_CLAIM], area.code, answer == "yes")


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


def lines_to_text(lines: Sequence[Line]) -> str:
    """The answer to `?rumours`."""
    return json.dumps([asdict(line) for line in lines])


def lines_in(text: str) -> list[Line]:
    """The opposite of `lines_to_text`."""
    return [Line(**each) for each in json.loads(text)]


def shown_to_text(shown: Shown | None) -> str:
    """The answer to `?rumour`; empty for one who may not see it."""
    return json.dumps(asdict(shown)) if shown else ""


def shown_in(text: str) -> Shown | None:
    """The opposite of `shown_to_text`."""
    told = json.loads(text or "{}")
    if not told:
        return None
    like = tuple((number, score, words) for number, score, words in told.pop("like"))
    return Shown(**{**told, "like": like, "steps": tuple(told["steps"]), "joined": tuple(told["joined"])})


@dataclass(frozen=True, slots=True)
class WriteAbout:
    """A liaison would write a calm message about it."""

    number: str


def at_rumours() -> Scene[Look | WriteAbout | Nothing]:
    """The rumours that wait, one of them in full, and what to do about it."""
    lines = lines_in((yield LookUp("?rumours", "")))
    if not lines:
        return Nothing(no_rumours())
    number = yield Menu("rumour", _("Which rumour?"), tuple((line.number, _as_line(line)) for line in lines))
    shown = shown_in((yield LookUp("?rumour", number)))
    if shown is None:
        return Nothing(no_such_rumour(number))
    return (yield from _look(shown, (yield Menu("look", in_full(shown), (*steps(shown), WRITE, ("leave", _("Nothing for now")))))))


WRITE = ("write", _("Write a message about it"))


NOTHING_CHANGED, NOTHING_SENT = _("Nothing was changed."), _("Nothing was sent.")


def _look(shown: Shown, step: str) -> Scene[Look | WriteAbout | Nothing]:
    act, _space, other = step.partition(" ")
    match act:
        case "leave":
            return Nothing(NOTHING_CHANGED)
        case "write":
            return WriteAbout(shown.number)
        case "true" | "false" | "unknown":
            note = yield Ask("how", _("How do you know? This is never shown to citizens."))
            return Look(act, shown.number, note=note.strip()[:MOST_NOTE])
        case "same":
            return Look("same", shown.number, other)
        case "apart":
            return Look("apart", other)
        case "answer" if (yield _sure(shown)) == "no":
            return Nothing(NOTHING_SENT)
        case "answer":
            return Look("answer", shown.number)
        case _:
            return Look("check", shown.number)


def _sure(shown: Shown) -> Menu:
    text = _("This is told to {people}: {known} Sure?", people=shown.waiting, known=how_it_stands(shown.state))
    return Menu("sure", text, (("yes", _("Yes")), ("no", _("No"))))


def _as_line(line: Line) -> Words:
    return verbatim(f"{line.number} {line.place} ({line.asked}): {shorten(line.words, ON_A_LINE, LINE_UNITS)}")


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
    apart = tuple((f"apart {number}", _("{rumour} is another rumour after all", rumour=number)) for number in shown.joined)
    return (*((step, words) for step, words in STEPS if step in shown.steps), *same, *apart)


def _same_as(number: str, words: str) -> Words:
    return _("The same as {rumour}: {words}", rumour=number, words=shorten(words, ON_A_LINE, LINE_UNITS))


def in_full(shown: Shown) -> Words:
    return _(
        "{rumour}, {place}: {claim}\nAsked by {people} since {time}, in {places} places. {known}",
        rumour=shown.number, place=shown.place, claim=shown.claim, people=shown.asked, time=shown.since, places=shown.places,
        known=how_it_stands(shown.state, shown.checker),
    )  # fmt: skip


def in_brief(shown: Shown) -> Words:
    """The same as a text."""
    return _(
        "{rumour}, {place}: {claim}\nAsked by {people} since {time}. {known} Text CHECK, TRUE, FALSE, UNKNOWN or ANSWER, then {rumour}.",
        rumour=shown.number, place=_place(shown.place), claim=_cut(shown.claim), people=shown.asked, time=shown.since,
        known=how_it_stands(shown.state, shown.checker),
    )  # fmt: skip


def how_it_stands(state: str, checker: str = "") -> Words:
    """What is known of a rumour. `checker`: who is looking into it."""
    if checker:
        return _("{name} is looking into it.", name=_who(checker))
    return KNOWN[state]


KNOWN: Mapping[str, Words] = {
    "new": _("Nobody has looked into it."),
    "checking": _("It is being checked."),
    "likely": _("It is probably true."),
    "unlikely": _("It is probably not true."),
    "true": _("It is true."),
    "false": _("It is not true."),
    "unknown": _("Nobody can say whether it is true."),
}


# What a liaison can text

Says = Literal["true", "false", "unknown"]
VERBS: Mapping[Act, Words] = {
    "check": _("check, i check, checking"),
    "true": _("true, is true, it is true"),
    "false": _("false, not true, is not true, is false, it is not true, it is false"),
    "unknown": _("unknown, not known, nobody knows, nobody can tell"),
    "same": _("same, same as, is the same as"),
    "apart": _("apart, not same, not the same"),
    "answer": _("answer, tell them"),
    "show": _("read, show"),
}
"""As liaisons text them; a translation may hold several, with commas between, and the first is the one that we write ourselves."""


@cache
def _verbs() -> dict[str, Act]:
    """Every word by which something can be done, in every language."""
    words = [(word, act) for act in get_args(Act) for language in languages() for word in say(VERBS[act], language).casefold().split(",")]
    return {" ".join(word.split()): act for word, act in reversed(words)}


ASKS = re.compile(r".*\?[\s.!?]*", re.DOTALL)
"""A question: whoever writes it wants to read, and says nothing of it."""
OR = re.compile(r"(or|au)\b", re.IGNORECASE)
"""So begins the rest of "true or false": a question too."""
BETWEEN = r"[\s:;.,=-]*"
NUMBER = r"r\s*0*(\d{1,9})(?!\d)"
OTHER = re.compile(r".*?\b(?:r\s*)?0*(\d{1,9})\b", re.IGNORECASE | re.DOTALL)


@cache
def _form() -> re.Pattern[str]:
    """A word and a number, in either order, and whatever else they write."""
    words = sorted(_verbs(), key=len, reverse=True)
    verb = "|".join(r"\s+".join(re.escape(part) for part in word.split()) for word in words)
    either = rf"(?:({verb}){BETWEEN}{NUMBER}|{NUMBER}{BETWEEN}({verb})\b)"
    return re.compile(rf"\s*{either}{BETWEEN}(.*)", re.IGNORECASE | re.DOTALL)


@cache
def _short_form() -> re.Pattern[str]:
    """The same without the R, where nothing else is written that could be meant and nothing is said by it; or the rumour alone."""
    verb = "|".join(r"\s+".join(re.escape(part) for part in word.split()) for word, act in _verbs().items() if act in ("check", "show"))
    return re.compile(rf"\s*(?:({verb}){BETWEEN}0*(\d{{1,9}})|{NUMBER})[\s.!?]*", re.IGNORECASE)


def understand(text: str) -> Look | None:
    """What a liaison's text says of a rumour: `CHECK R12`, `true r12 saw it myself`, `R12: kweli`, `SAME R12 R7`, a bare `R12` to read it.
    A question reads it too. None where it is something else."""
    look = _understand(text)
    return Look("show", look.number) if look is not None and ASKS.fullmatch(text) else look


def _understand(text: str) -> Look | None:
    if found := _form().fullmatch(text):
        verb, first, second, after, rest = found.groups()
        return _as_look(_verbs()[" ".join((verb or after).casefold().split())], first or second, rest.strip())
    if found := _short_form().fullmatch(text):
        verb, number, alone = found.groups()
        return _as_look(_verbs()[" ".join(verb.casefold().split())] if verb else "show", number or alone, "")
    return None


def _as_look(act: Act, number: str, rest: str) -> Look:
    if act == "same":
        other = OTHER.match(rest)
        return Look("same", _number(number), _number(other[1]) if other else "")
    if act not in get_args(Says):
        return Look(act, _number(number))
    return Look("show", _number(number)) if OR.match(rest) else Look(act, _number(number), note=rest[:MOST_NOTE])


def _number(digits: str) -> str:
    return f"R{int(digits)}"


# What a citizen is told


def received(number: str, emergency: str, may_answer: bool) -> Words:
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


def answer(number: str, state: str, at: str) -> Words:
    """What is known of it, as of this time. The claim is never repeated: whoever reads half of a sentence keeps what was false in it."""
    match state:
        case "true":
            return _("{rumour}, checked at {time}: it is true. Two sources say so. Please stay calm and safe.", rumour=number, time=at)
        case "false":
            return _("{rumour}, checked at {time}: it is not true. Two sources say so. Please do not pass it on.", rumour=number, time=at)
        case "likely":
            return _(
                "{rumour}, checked at {time}: it is probably true, but not sure yet. Please do not pass it on.", rumour=number, time=at
            )
        case "unlikely":
            return _(
                "{rumour}, checked at {time}: it is probably not true, but not sure yet. Please do not pass it on.", rumour=number, time=at
            )
        case "unknown":
            return _("{rumour}, checked at {time}: nobody can say whether it is true. Please do not pass it on.", rumour=number, time=at)
        case "checking":
            return _("{rumour}: it is being checked, and nothing is known yet. Please do not pass it on.", rumour=number)
        case _:
            return _("{rumour}: nobody could look into it yet. Please do not pass it on, and ask us again later.", rumour=number)


def corrected(answer: Words) -> Words:
    """They were told otherwise."""
    return _("We said otherwise before, and are sorry. {answer}", answer=answer)


def too_many() -> Words:
    return _("You have asked a lot today. Please ask again tomorrow. We are still looking into what you asked before.")


def headline(number: str, asked: str, place: str, state: str) -> Words:
    """A line of what was checked."""
    return _("{rumour}, asked {time}, {place}: checked. {known}", rumour=number, time=asked, place=place, known=how_it_stands(state))


# What a liaison is told


def new_rumour(number: str, place: str, claim: str, like: str = "") -> Words:
    """Puts a rumour before a liaison. `like`: the number of another one that it may be the same as."""
    words = _(
        "{rumour}, {place}: {claim}\n"
        "Text CHECK {rumour} to look into it, then TRUE {rumour}, FALSE {rumour} or UNKNOWN {rumour} and how you know.",
        rumour=number, place=_place(place), claim=_cut(claim),
    )  # fmt: skip
    if not like:
        return words
    return _("{text} If it is the same as {other}, text SAME {rumour} {other}.", text=words, rumour=number, other=like)


def nobody_checks(number: str, place: str, people: int) -> Words:
    return _(
        "{rumour}, {place}: asked by {people}, and nobody looks into it yet. "
        "Text READ {rumour}, or CHECK {rumour} to look into it.",
        rumour=number, place=_place(place), people=people,
    )  # fmt: skip


def spreads(number: str, asked: int, minutes: int, places: int) -> Words:
    return _(
        "{rumour} spreads: asked by {people} in {minutes} minutes, in {places} places. "
        "Text READ {rumour}, or CHECK {rumour} to look into it.",
        rumour=number, people=asked, minutes=minutes, places=places,
    )  # fmt: skip


def second_needed(number: str, place: str, claim: str) -> Words:
    """To another body: what the first one says is not told, so that theirs is a word of its own."""
    return _(
        "{rumour}, {place}: {claim}\nOne body has looked into it; a second one is needed. "
        "Text TRUE {rumour}, FALSE {rumour} or UNKNOWN {rumour} and how you know.",
        rumour=number, place=_place(place), claim=_cut(claim),
    )  # fmt: skip


def they_disagree(number: str) -> Words:
    return _(
        "{rumour}: those who looked into it disagree. Please find out together, then text TRUE {rumour} or FALSE {rumour}.", rumour=number
    )


def told_otherwise(number: str, state: str) -> Words:
    """What they were told does not hold any more."""
    if state in ("new", "checking"):
        return _("{rumour}: those who asked were told something that is not sure any more. Please find out soon.", rumour=number)
    return _("{rumour}: those who asked were told otherwise. Text ANSWER {rumour} to correct it.", rumour=number)


def still_checking(number: str) -> Words:
    return _(
        "{rumour}: have you found out? Text TRUE {rumour}, FALSE {rumour} or UNKNOWN {rumour}; or CHECK {rumour} if you are still on it.",
        rumour=number,
    )


def lapsed(number: str) -> Words:
    return _("{rumour} goes to somebody else, for we have not heard from you. To take it back, text CHECK {rumour}.", rumour=number)


def yours(number: str) -> Words:
    return _("{rumour} is yours to look into. Then text TRUE {rumour}, FALSE {rumour} or UNKNOWN {rumour} and how you know.", rumour=number)


def being_checked(number: str, name: str) -> Words:
    return _(
        "{rumour}: {name} is looking into it. If you know more, text TRUE {rumour} or FALSE {rumour} and how you know.",
        rumour=number, name=_who(name),
    )  # fmt: skip


def how_do_you_know(number: str, says: Says) -> Words:
    """What they found out is not kept without this."""
    match says:
        case "true":
            return _("How do you know? Text TRUE {rumour} and how you know.", rumour=number)
        case "false":
            return _("How do you know? Text FALSE {rumour} and how you know.", rumour=number)
        case "unknown":
            return _("Whom did you ask? Text UNKNOWN {rumour} and whom you asked.", rumour=number)


def noted(number: str, state: str, *, otherwise: bool = False) -> Words:
    """What a liaison has found out is kept. `otherwise`: those who asked were told something else."""
    known = how_it_stands(state)
    if otherwise:
        return _("Noted. {known} {then}", known=known, then=told_otherwise(number, state))
    if state == "checking":
        return _("{rumour}: noted. {known} Another body is asked too.", rumour=number, known=known)
    return _("{rumour}: noted. {known} Another body is asked too. ANSWER {rumour} tells those who asked.", rumour=number, known=known)


def noted_sure(number: str, state: str, people: int) -> Words:
    """The same, where two bodies say it: so many are told at once."""
    known = how_it_stands(state)
    if not people:
        return _("{rumour}: noted. {known} Nobody waits for an answer.", rumour=number, known=known)
    return _("{rumour}: noted. {known} Those who asked are told now ({people}).", rumour=number, known=known, people=people)


def they_wait(number: str, state: str, people: int) -> Words:
    """Something is known, and those who asked were not told."""
    known = how_it_stands(state)
    return _(
        "{rumour}: {known} Waiting for an answer: {people}. Text ANSWER {rumour} to tell them.", rumour=number, known=known, people=people
    )


def noted_disagree(number: str) -> Words:
    return _("{rumour}: noted. Others say otherwise, so it is being checked still. They are told.", rumour=number)


def answering(number: str, people: int, state: str) -> Words:
    return _("{rumour}: those who asked are told now ({people}). {known}", rumour=number, people=people, known=how_it_stands(state))


def nobody_waits(number: str) -> Words:
    return _("{rumour}: nobody waits for an answer.", rumour=number)


def not_known_yet(number: str) -> Words:
    return _(
        "{rumour}: nothing is known yet that could be told. Text TRUE {rumour}, FALSE {rumour} or UNKNOWN {rumour} first.", rumour=number
    )


def same(number: str, other: str, *, is_answered: bool = False) -> Words:
    """They are one from now on. `is_answered`: what is known of the other could be told at once."""
    if is_answered:
        return _(
            "{rumour} counts as {other} now. Text ANSWER {other} to tell those who asked. A slip? Text APART {rumour}.",
            rumour=number, other=other,
        )  # fmt: skip
    return _("{rumour} counts as {other} now. A slip? Text APART {rumour}.", rumour=number, other=other)


def same_already(number: str, other: str) -> Words:
    return _("{rumour} and {other} are the same already.", rumour=number, other=other)


def which_other(number: str) -> Words:
    return _("The same as which? Text SAME {rumour} and the number of the other.", rumour=number)


def apart(number: str) -> Words:
    return _("{rumour} is a rumour of its own again.", rumour=number)


def not_joined(number: str) -> Words:
    return _("{rumour} is a rumour of its own.", rumour=number)


def no_such_rumour(number: str) -> Words:
    return _("We have no rumour {rumour} for you. Dial in to see those that wait.", rumour=shorten(number, 12, 6))


def no_rumours() -> Words:
    return _("No rumour waits.")


def what_to_text() -> Words:
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
