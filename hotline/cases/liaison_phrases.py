"""What is said to a liaison about a case."""

from collections.abc import Sequence

from hotline.core.gsm import shorten
from hotline.core.i18n import Phrase, _, verbatim

MOST_ADDED = 220
"""Letters of what a citizen adds that are told at once; the rest can be read with the case."""


def heading(word: str, about: Phrase, place: str) -> Phrase:
    return _("{word}: {about}, {place}", word=word, about=about, place=place)


def no_details() -> Phrase:
    return _("No details.")


def please_take(
    word: str, about: Phrase, place: str, details: str, by: str, so_far: Sequence[Phrase] = ()
) -> Phrase:
    """The text that puts a case before a liaison, with what they should know of it before anything else."""
    first, *others = *so_far, verbatim(details) if details else no_details()
    for each in others:
        first = Phrase("{first} {then}", (("first", first), ("then", each)))
    return _(
        "{word}: {about}, {place}. {details}\nAnswer by {time}: 1 {word} = I take it, 2 {word} = I cannot",
        word=word, about=about, place=place, details=first, time=by,
    )  # fmt: skip


def one_of_several(nth: int, minutes: int, phones: int) -> Phrase:
    """The same event was reported before."""
    return _(
        "Call number {nth} about it in {minutes} minutes, from {phones} phones.",
        nth=nth,
        minutes=minutes,
        phones=phones,
    )


def another_call(word: str, nth: int, minutes: int, phones: int) -> Phrase:
    return _("{word}: another call. {calls}", word=word, calls=one_of_several(nth, minutes, phones))


def no_help_came(bodies: str) -> Phrase:
    """The case comes back: who had it, and that it did not help."""
    if not bodies:
        return _("The citizen says help did not come.")
    return _(
        "{bodies} had it; the citizen says help did not come.",
        bodies=shorten(bodies, LONGEST_WHO, LONGEST_WHO),
    )


LONGEST_WHO = 60
"""Letters of the names of bodies, so that two texts hold what comes before the details."""


def case_details(about: Phrase, place: str, details: str) -> Phrase:
    return _("{about}, {place}. {details}", about=about, place=place, details=details or no_details())


def yours(word: str) -> Phrase:
    return _(
        "{word} is yours. "
        "Text 4 {word} when on the way, 6 {word} when there, 3 {word} when done, 2 {word} if you cannot.",
        word=word,
    )


def already_yours(word: str) -> Phrase:
    return _(
        "You have {word} already. Text 4 {word} when on the way, 3 {word} when done, 2 {word} if you cannot.",
        word=word,
    )


def answer_by(time: str) -> Phrase:
    return _("Answer by {time}.", time=time)


def you_have_it(word: str) -> Phrase:
    return _("{word} is yours.", word=word)


def on_the_way(word: str) -> Phrase:
    return _(
        "{word}: you are on the way. "
        "Text 6 {word} when there, 3 {word} when done, 9 {word} if you need help.",
        word=word,
    )


def you_are_coming(word: str) -> Phrase:
    return _("{word}: you are on the way.", word=word)


def there(word: str) -> Phrase:
    return _("{word}: you are there. Text 3 {word} when done, 9 {word} if you need help.", word=word)


def you_are_there(word: str) -> Phrase:
    return _("{word}: you are there.", word=word)


def stepped_aside(word: str) -> Phrase:
    return _(
        "{word} goes to somebody else, and you will not see it again. Thank you for saying so.", word=word
    )


def are_you_on_it(word: str, by: str) -> Phrase:
    return _(
        "{word}: are you still on it? By {time} text 1 {word} "
        "= yes, 4 {word} = on the way, 2 {word} = I cannot.",
        word=word,
        time=by,
    )


def are_you_safe(word: str, by: str) -> Phrase:
    return _(
        "{word}: are you safe? By {time} text 1 {word} = yes, 6 {word} = I am there, 9 {word} = I need help.",
        word=word,
        time=by,
    )


def are_you_done(word: str, by: str) -> Phrase:
    return _(
        "{word}: is it done? By {time} text 3 {word} = done, 1 {word} = still on it, 9 {word} = I need help.",
        word=word,
        time=by,
    )


def still_on_it(by: str) -> Phrase:
    """The same three on a card, where the answers are buttons."""
    return _("Are you still on it? Please answer by {time}.", time=by)


def safe(by: str) -> Phrase:
    return _("Are you safe? Please answer by {time}.", time=by)


def is_it_done(by: str) -> Phrase:
    return _("Is it done? Please answer by {time}.", time=by)


def lapsed(word: str) -> Phrase:
    return _(
        "{word} goes to somebody else, for we have not heard from you. To take it back, text 1 {word}.",
        word=word,
    )


def no_word_from(name: str, since: str) -> Phrase:
    return _("{name} went out at {time} and does not answer.", name=name, time=since)


def asks_for_help(name: str) -> Phrase:
    return _("{name} asks for help.", name=name)


def alarm(what: Phrase, place: str) -> Phrase:
    """To those who lead a liaison. `place`: empty where they had no case."""
    if not place:
        return _("{what} Please see that they are safe.", what=what)
    return _("{what} Place: {place}. Please see that they are safe.", what=what, place=place)


def help_is_told(emergency: str) -> Phrase:
    return _("Those who lead you have been told. In danger call {number}.", number=emergency)


def nobody_to_tell(emergency: str) -> Phrase:
    return _("We could not reach anybody for you. Call {number} now.", number=emergency)


def went_and_is_silent(name: str, since: str) -> Phrase:
    """To whoever is asked after somebody who went there."""
    return _(
        "{name} went there and has not answered since {time}.",
        name=shorten(name, LONGEST_WHO, LONGEST_WHO),
        time=since,
    )


def wishes_a_woman() -> Phrase:
    return _("They would rather speak to a woman.")


def sure_to_step_aside(word: str) -> Phrase:
    return _("To step aside from {word} for good, text 7 {word} again. You will not see it again.", word=word)


def press_again_to_step_aside() -> Phrase:
    """The same on a card, where it is a button that they press."""
    return _("Press again to step aside for good. You will not see it again.")


def not_done_after_all(word: str) -> Phrase:
    return _("{word} is yours again. Text 3 {word} when it is done.", word=word)


def first_was(word: str, name: str) -> Phrase:
    return _("{word} was taken first by {name}. Nothing more for you to do.", word=word, name=name)


def passed_on(word: str) -> Phrase:
    return _("{word} goes to somebody else. Thank you for saying so.", word=word)


def done(word: str) -> Phrase:
    return _("{word}: noted as done. The citizen has the last word on it.", word=word)


def take_first(word: str) -> Phrase:
    return _("Nobody has taken {word}. Text 1 {word} to take it.", word=word)


def over(word: str) -> Phrase:
    return _("{word} is no longer with you. Nothing more for you to do.", word=word)


def no_such_word(words: str) -> Phrase:
    return _("No case of yours has that word. Yours: {words}. Text a number and the word.", words=words)


def which_word(words: str) -> Phrase:
    return _("You have several cases: {words}. Text a number and the word.", words=words)


def no_cases() -> Phrase:
    return _("No case waits for you.")


def on_duty(until: str = "") -> Phrase:
    """`until`: day and time, where a shift ends then."""
    return (
        _("You are on duty until {time}. Text OFF if you go sooner.", time=until)
        if until
        else _("You are on duty. Text OFF when you go.")
    )


def off_duty(until: str = "") -> Phrase:
    if until:
        return _("You are off duty until {time}. Text ON if you are back sooner.", time=until)
    return _("You are off duty. Text ON when you are back.")


def resumed(on: Phrase) -> Phrase:
    """One who had stopped our messages has them again, and so is on duty."""
    return _("You will get our messages again. {on}", on=on)


def is_in_danger(word: str) -> Phrase:
    return _("{word}: the citizen says they are in danger now.", word=word)


def off_with_cases(off: Phrase, words: str) -> Phrase:
    """One who goes off duty has cases still."""
    return _("{off} You still have {words}: 2 and the word passes it on.", off=off, words=words)


def ready_with_cases(thanks: Phrase, words: str) -> Phrase:
    """One who has said that they are there has cases before them: a bare `1` did not take them."""
    return _("{thanks} Before you: {words}. Text 1 and the word to take it.", thanks=thanks, words=words)


def what_to_text() -> Phrase:
    return _(
        "Number and word: 1 take, 2 cannot, 3 done, 4 on the way, 6 "
        "there, 5 not mine, 7 step aside, 9 help. ON, OFF, OFF 3 (days)."
    )


def more_words(word: str, text: str) -> Phrase:
    return _("{word}: the citizen adds: {text}", word=word, text=text[:MOST_ADDED])


def sent_something(word: str) -> Phrase:
    return _("{word}: the citizen has sent a photo or a voice note. It can be seen on Telegram.", word=word)


def late() -> Phrase:
    return _("The time to answer has passed; somebody else is asked too. You can still take it.")


def ask_whoever_keeps_the_list() -> Phrase:
    return _("You are on the list of those who answer. Ask whoever keeps it to take you off.")


def share_your_number() -> Phrase:
    return _(
        "Do you work for a police station or a committee? Press the "
        "button below to show us your number; we look for it on the list."
    )


def not_your_own() -> Phrase:
    return _("That is not your own number. Press the button below to share yours.")


def linked(name: str, body: str) -> Phrase:
    return _("Welcome, {name}, {body}. Cases come to you here from now on.", name=name, body=body)


def not_listed() -> Phrase:
    return _("This number is not on the list. Ask whoever keeps it. The number was not kept.")
