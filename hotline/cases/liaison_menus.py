"""What a liaison is told and can answer: one short text, one short reply, on whatever phone they hold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal, get_args

from hotline.conversation.screens import Choices, LookUp, Menu, Scene
from hotline.core.gsm import shorten
from hotline.core.i18n import SOURCE, Words, _, means, say, verbatim
from hotline.directory.categories import CATEGORIES

Step = Literal[
    "take", "cannot", "done", "on_the_way", "not_mine", "there", "aside", "still", "help", "no_vehicle", "too_far", "busy", "unsafe",
]  # fmt: skip

STEPS: dict[str, Step] = {
    "1": "take", "2": "cannot", "3": "done", "4": "on_the_way", "5": "not_mine", "6": "there", "7": "aside", "9": "help",
}  # fmt: skip
"""The first key of a reply, and what it means. To take what one has already is to be still on it."""

I_HAVE_IT, ON_THE_WAY = ("take", _("I have it")), ("on_the_way", _("On the way"))
THERE, DONE = ("there", _("I am there")), ("done", _("Done"))
NOT_MINE, CANNOT, ASIDE = ("not_mine", _("Not mine")), ("cannot", _("I cannot")), ("aside", _("I should not have it"))
STILL_ON_IT, SAFE, HELP = ("still", _("Still on it")), ("still", _("Still on it, safe")), ("help", _("I need help"))
"""The same steps where they can be chosen. One should not have what is about people one knows; then one never sees it again."""

REASONS: tuple[tuple[Step, Words], ...] = (
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
class Desk:
    """What waits for a liaison who calls in."""

    on_duty: bool
    cases: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """The liaison takes a step in the case with this word; without a word, in the only one they have."""

    step: Step
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


MOST_ADDED = 220
"""Letters of what a citizen adds that are told at once; the rest can be read with the case."""

REPLY = re.compile(r"\s*([1-79])\s*[.):,-]?\s*([^\W\d_]*\d*)\s*[.!]?\s*")
REPLY_AND_WHY = re.compile(r"\s*([257])\s*[.):,-]?\s*([^\W\d_]+\d*)\s*[.:,-]?\s+(\S.*)", re.DOTALL)
"""Only one who passes a case on says why."""
MOST_WHY = 200
"""Letters of that which are kept."""
FOR_DAYS = re.compile(r"(\D+?)\s*(\d{1,2})\s*")

ON, OFF = _("on, on duty, come on duty"), _("off, off duty, go off duty")
"""As liaisons text them; a translation may hold several, with commas between."""


def understand(text: str) -> Act | GoOn | GoOff | None:
    """What a liaison's text asks for: `1 SIMBA`, `1simba`, `2. Simba`, a bare `1`, ON, OFF. None where it is something else."""
    if found := REPLY.fullmatch(text):
        return Act(STEPS[found[1]], found[2].upper())
    if found := REPLY_AND_WHY.fullmatch(text):
        return Act(STEPS[found[1]], found[2].upper(), found[3].strip()[:MOST_WHY])
    if means(text, ON):
        return GoOn()
    if (found := FOR_DAYS.fullmatch(text)) and means(found[1], OFF):
        return GoOff(int(found[2]) or None)
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
            return (yield from _next_step(desk, word))


def _next_step(desk: Desk, word: str) -> Scene[Act]:
    """What to do with this case. Whoever would step aside for good is asked whether they are sure."""
    how: How = next((case.how for case in desk.cases if case.word == word), "over")
    details = yield LookUp("?details", word)
    for turn in count(1):
        step = yield step_menu(f"step{turn}", verbatim(details), how)
        if step != "aside" or (yield Menu(f"sure{turn}", sure(word), IS_SURE)) == "yes":
            break
    why = (yield Menu("why", _("Why?"), (*REASONS, ("other", _("Another reason"))))) if step == "cannot" else "other"
    return Act(_step(step), word, "" if why == "other" else say(dict(REASONS)[_step(why)], SOURCE), sure=True)


def step_menu(name: str, text: Words, how: How) -> Menu:
    """The steps under the numbers by which they are texted."""
    numbers: dict[str, int] = {"still": 1, **{step: int(key) for key, step in STEPS.items()}}
    choices = sorted(NEXT.get(how, ()), key=lambda choice: numbers[choice[0]]) or [I_HAVE_IT]
    return Menu(name, text, tuple(choices), numbers=tuple(numbers[step] for step, _words in choices))


IS_SURE: Choices = (("yes", _("Yes")), ("no", _("No")))


def sure(word: str) -> Words:
    return _("Step aside from {word} for good? You will not see it again.", word=word)


def _step(name: str) -> Step:
    return next(each for each in get_args(Step) if each == name)


def _at_desk(desk: Desk) -> Choices:
    cases = tuple((case.word, heading(case.word, CATEGORIES[case.category].name, case.place)) for case in desk.cases)
    return (*cases, ("off", _("Go off duty")) if desk.on_duty else ("on", _("Come on duty")))


def heading(word: str, about: Words, place: str) -> Words:
    return _("{word}: {about}, {place}", word=word, about=about, place=place)


def no_details() -> Words:
    return _("No details.")


def please_take(word: str, about: Words, place: str, details: str, by: str, so_far: Sequence[Words] = ()) -> Words:
    """The text that puts a case before a liaison, with what they should know of it before anything else."""
    first, *others = *so_far, verbatim(details) if details else no_details()
    for each in others:
        first = Words("{first} {then}", (("first", first), ("then", each)))
    return _(
        "{word}: {about}, {place}. {details}\nAnswer by {time}: 1 {word} = I take it, 2 {word} = I cannot",
        word=word, about=about, place=place, details=first, time=by,
    )  # fmt: skip


def one_of_several(nth: int, minutes: int, phones: int) -> Words:
    """The same event was reported before."""
    return _("Call number {nth} about it in {minutes} minutes, from {phones} phones.", nth=nth, minutes=minutes, phones=phones)


def another_call(word: str, nth: int, minutes: int, phones: int) -> Words:
    return _("{word}: another call. {calls}", word=word, calls=one_of_several(nth, minutes, phones))


def no_help_came(bodies: str) -> Words:
    """The case comes back: who had it, and that it did not help."""
    if not bodies:
        return _("The citizen says help did not come.")
    return _("{bodies} had it; the citizen says help did not come.", bodies=shorten(bodies, LONGEST_WHO, LONGEST_WHO))


LONGEST_WHO = 60
"""Letters of the names of bodies, so that two texts hold what comes before the details."""


def case_details(about: Words, place: str, details: str) -> Words:
    return _("{about}, {place}. {details}", about=about, place=place, details=details or no_details())


def yours(word: str) -> Words:
    return _("{word} is yours. Text 4 {word} when on the way, 6 {word} when there, 3 {word} when done, 2 {word} if you cannot.", word=word)


def already_yours(word: str) -> Words:
    return _("You have {word} already. Text 4 {word} when on the way, 3 {word} when done, 2 {word} if you cannot.", word=word)


def answer_by(time: str) -> Words:
    return _("Answer by {time}.", time=time)


def you_have_it(word: str) -> Words:
    return _("{word} is yours.", word=word)


def on_the_way(word: str) -> Words:
    return _("{word}: you are on the way. Text 6 {word} when there, 3 {word} when done, 9 {word} if you need help.", word=word)


def you_are_coming(word: str) -> Words:
    return _("{word}: you are on the way.", word=word)


def there(word: str) -> Words:
    return _("{word}: you are there. Text 3 {word} when done, 9 {word} if you need help.", word=word)


def you_are_there(word: str) -> Words:
    return _("{word}: you are there.", word=word)


def stepped_aside(word: str) -> Words:
    return _("{word} goes to somebody else, and you will not see it again. Thank you for saying so.", word=word)


def are_you_on_it(word: str, by: str) -> Words:
    return _("{word}: are you still on it? By {time} text 1 {word} = yes, 4 {word} = on the way, 2 {word} = I cannot.", word=word, time=by)


def are_you_safe(word: str, by: str) -> Words:
    return _("{word}: are you safe? By {time} text 1 {word} = yes, 6 {word} = I am there, 9 {word} = I need help.", word=word, time=by)


def are_you_done(word: str, by: str) -> Words:
    return _("{word}: is it done? By {time} text 3 {word} = done, 1 {word} = still on it, 9 {word} = I need help.", word=word, time=by)


def still_on_it(by: str) -> Words:
    """The same three on a card, where the answers are buttons."""
    return _("Are you still on it? Please answer by {time}.", time=by)


def safe(by: str) -> Words:
    return _("Are you safe? Please answer by {time}.", time=by)


def is_it_done(by: str) -> Words:
    return _("Is it done? Please answer by {time}.", time=by)


def lapsed(word: str) -> Words:
    return _("{word} goes to somebody else, for we have not heard from you. To take it back, text 1 {word}.", word=word)


def no_word_from(name: str, since: str) -> Words:
    return _("{name} went out at {time} and does not answer.", name=name, time=since)


def asks_for_help(name: str) -> Words:
    return _("{name} asks for help.", name=name)


def alarm(what: Words, place: str) -> Words:
    """To those who lead a liaison. `place`: empty where they had no case."""
    if not place:
        return _("{what} Please see that they are safe.", what=what)
    return _("{what} Place: {place}. Please see that they are safe.", what=what, place=place)


def help_is_told(emergency: str) -> Words:
    return _("Those who lead you have been told. In danger call {number}.", number=emergency)


def nobody_to_tell(emergency: str) -> Words:
    return _("We could not reach anybody for you. Call {number} now.", number=emergency)


def went_and_is_silent(name: str, since: str) -> Words:
    """To whoever is asked after somebody who went there."""
    return _("{name} went there and has not answered since {time}.", name=shorten(name, LONGEST_WHO, LONGEST_WHO), time=since)


def wishes_a_woman() -> Words:
    return _("They would rather speak to a woman.")


def sure_to_step_aside(word: str) -> Words:
    return _("To step aside from {word} for good, text 7 {word} again. You will not see it again.", word=word)


def press_again_to_step_aside() -> Words:
    """The same on a card, where it is a button that they press."""
    return _("Press again to step aside for good. You will not see it again.")


def not_done_after_all(word: str) -> Words:
    return _("{word} is yours again. Text 3 {word} when it is done.", word=word)


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


def on_duty(until: str = "") -> Words:
    """`until`: day and time, where a shift ends then."""
    return (
        _("You are on duty until {time}. Text OFF if you go sooner.", time=until) if until else _("You are on duty. Text OFF when you go.")
    )


def off_duty(until: str = "") -> Words:
    if until:
        return _("You are off duty until {time}. Text ON if you are back sooner.", time=until)
    return _("You are off duty. Text ON when you are back.")


def resumed(on: Words) -> Words:
    """One who had stopped our messages has them again, and so is on duty."""
    return _("You will get our messages again. {on}", on=on)


def is_in_danger(word: str) -> Words:
    return _("{word}: the citizen says they are in danger now.", word=word)


def off_with_cases(off: Words, words: str) -> Words:
    """One who goes off duty has cases still."""
    return _("{off} You still have {words}: 2 and the word passes it on.", off=off, words=words)


def ready_with_cases(thanks: Words, words: str) -> Words:
    """One who has said that they are there has cases before them: a bare `1` did not take them."""
    return _("{thanks} Before you: {words}. Text 1 and the word to take it.", thanks=thanks, words=words)


def what_to_text() -> Words:
    return _("Number and word: 1 take, 2 cannot, 3 done, 4 on the way, 6 there, 5 not mine, 7 step aside, 9 help. ON, OFF, OFF 3 (days).")


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
