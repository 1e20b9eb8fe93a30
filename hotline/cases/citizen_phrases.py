"""What is said to a citizen about their case."""

from dataclasses import dataclass
from typing import Literal

from hotline.core.gsm import shorten
from hotline.core.i18n import Phrase, _

VerdictWord = Literal["helped", "not_helped", "danger"]
"""The citizen's own word on whether help came. Silence is none of them."""

Stands = Literal["unknown", "slip", "nobody", "waiting", "taken", "coming", "there", "done", "closed"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands, as much as one is told who knows its reference."""

    state: Stands
    by: str = ""
    """Clock time by which an answer was promised last."""
    open_to_verdict: bool = False
    missed: bool = False
    """An earlier time was promised, and has passed."""
    asked: str = ""
    """The body that is asked now; or the authority to go to, where nobody may be asked."""


def no_such_case(emergency: str) -> Phrase:
    """To one who has keyed in a wrong number as often as one may."""
    return _("We cannot find that case. In an emergency call {number}.", number=emergency)


def how_it_stands(case: Standing) -> Phrase:
    match case.state:
        case "nobody":
            return _("Nobody here may look into it. Please take it to {authority}.", authority=case.asked)
        case "waiting" if case.missed and case.asked:
            return _(
                "Sorry, no answer by the time we said. Now asked: {who}. New time: {time}.",
                who=_short(case.asked),
                time=case.by,
            )
        case "waiting" if case.missed:
            return _(
                "Sorry, no answer by the time we said. We are still asking. New time: {time}.", time=case.by
            )
        case "waiting":
            return _("Your case was received. Expect an answer by {time}.", time=case.by)
        case "taken":
            return _("Somebody is seeing to your case.")
        case "coming":
            return _("Somebody is on the way.")
        case "there":
            return _("The one who has it says they are there.")
        case "done":
            return _("We were told that help came.")
        case _:
            return _("Your case is closed.")


def _short(name: str) -> str:
    """A body's name as far as a page has room for it beside
    everything else, for nobody can turn the last one."""
    return shorten(name, LONGEST_WHO, LONGEST_WHO)


LONGEST_WHO = 60


def promised(reference: str, by: str, emergency: str, contact: str) -> Phrase:
    """The last screen of a report: the promise, and how to hold us to it."""
    if contact == "text":
        return _(
            "Case {reference}. You will be answered by {time}. In danger call {number}.",
            reference=reference,
            time=by,
            number=emergency,
        )
    return _(
        "Case {reference}. It will be answered by {time}. Come "
        "back to see how it stands. In danger call {number}.",
        reference=reference,
        time=by,
        number=emergency,
    )


def how_it_is(reference: str, standing: Phrase) -> Phrase:
    return Phrase("{reference}: {standing}", (("reference", reference), ("standing", standing)))


def received(reference: str, by: str, emergency: str) -> Phrase:
    """A text. Like all texts to citizens it says nothing of
    what the case is about: others read this phone too."""
    return _(
        "{reference}: received. You will be answered by {time}. In danger call {number}.",
        reference=reference,
        time=by,
        number=emergency,
    )


def somebody_has_it(reference: str) -> Phrase:
    return _("{reference}: somebody is seeing to it now.", reference=reference)


def somebody_has_it_late(reference: str) -> Phrase:
    """The same, when the time we said has passed."""
    return _(
        "{reference}: somebody is seeing to it now, later than we said. We are sorry.", reference=reference
    )


def still_asking(reference: str, who: Phrase | None, by: str, emergency: str) -> Phrase:
    """A promise was missed, and we say so ourselves. `who`: the body that is asked now, if one is."""
    if who is None:
        return _(
            "{reference}: sorry, no answer yet. We are still "
            "looking. New time: {time}. In danger call {number}.",
            reference=reference, time=by, number=emergency,
        )  # fmt: skip
    return _(
        "{reference}: sorry, no answer yet. Now asked: {who}. New time: {time}. In danger call {number}.",
        reference=reference, who=who, time=by, number=emergency,
    )  # fmt: skip


def goes_on(reference: str, who: Phrase | None, by: str, emergency: str) -> Phrase:
    """Whoever had it has it no more. `who`: the other body that is asked now, if one is."""
    if who is None:
        return _(
            "{reference}: sorry, we are looking for somebody else now. "
            "You will be answered by {time}. In danger call {number}.",
            reference=reference, time=by, number=emergency,
        )  # fmt: skip
    return _(
        "{reference}: sorry, it goes to somebody else now: {who}. "
        "You will be answered by {time}. In danger call {number}.",
        reference=reference, who=who, time=by, number=emergency,
    )  # fmt: skip


def another_office() -> Phrase:
    """For the name of a body that would say what the case is about."""
    return _("another office")


def there_is_news(reference: str, service_code: str) -> Phrase:
    """A text that says nothing of its own: what it is about may not stand on a phone that others read."""
    return _(
        "{reference}: there is news. Dial {code} and choose My case.", reference=reference, code=service_code
    )


def nobody_may(reference: str, authority: str, emergency: str) -> Phrase:
    """A report about those who would have to look into it."""
    return _(
        "Case {reference}. Nobody here may look into this, for it is about them. Please take it to "
            "{authority}. In danger call {number}.",
        reference=reference, authority=authority, number=emergency,
    )  # fmt: skip


def somebody_is_there(reference: str) -> Phrase:
    return _("{reference}: the one who has it says they are there.", reference=reference)


def somebody_is_coming(reference: str) -> Phrase:
    return _("{reference}: somebody is on the way.", reference=reference)


def did_help_come(reference: str) -> Phrase:
    return _("{reference}: did help come? Answer 1 yes, 2 no, 3 no and still in danger.", reference=reference)


def thanks_for_verdict(verdict: VerdictWord, by: str, emergency: str, *, on_screen: bool = False) -> Phrase:
    """`by`: the new time that is promised, where the case goes
    on. On a screen that closes nothing can be answered."""
    match verdict:
        case "helped" if on_screen:
            return _(
                "Thank you for telling us. The case is closed. If that "
                "was a slip, dial again within a day and choose My case."
            )
        case "helped":
            return _(
                "Thank you for telling us. The case is closed. If that was a slip, answer 2 within a day."
            )
        case "not_helped":
            return _(
                "We are sorry. In danger call {number}. We are "
                "asking somebody else; expect an answer by {time}.",
                number=emergency,
                time=by,
            )
        case "danger":
            return _(
                "Call {number} if you can. We are asking somebody else now; expect an answer by {time}.",
                number=emergency,
                time=by,
            )


def evidence_taken(number: int) -> Phrase:
    """What was sent is kept; this many now."""
    return _("Photos and voice notes kept: {number}.", number=number)


def added(reference: str, emergency: str) -> Phrase:
    return _(
        "It was added to case {reference}. In danger call {number}.", reference=reference, number=emergency
    )


def told_of_danger(reference: str, emergency: str) -> Phrase:
    """They have said that they are in danger while their case waits."""
    return _(
        "{reference}: we are telling whoever is asked that you are in danger. Call {number} if you can.",
        reference=reference,
        number=emergency,
    )


def evidence_refused() -> Phrase:
    return _("This cannot be opened, so it was not kept. Send a photo or a voice note.")


def evidence_too_large() -> Phrase:
    return _("This is too large. Send a smaller photo or a shorter voice note.")


def evidence_enough(most: int) -> Phrase:
    return _("{most} are enough, so it was not kept.", most=most)


def evidence_of_nothing() -> Phrase:
    return _("Begin a report first, then send it again.")
