"""What a citizen is asked and told. Calm, short, and the same on every phone."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal

from hotline.broadcasts import menus as committee
from hotline.broadcasts.menus import Compose, Deal
from hotline.cases import liaison_menus as liaison
from hotline.cases.liaison_menus import Act, Desk, GoOff, GoOn
from hotline.conversation.choose_area import choose_area
from hotline.conversation.screens import Ask, Choices, LookUp, Menu, Nothing, Scene
from hotline.core.gsm import shorten
from hotline.core.i18n import Words, _, means, own_name, verbatim
from hotline.core.typed_input import tidy
from hotline.directory.categories import CATEGORIES, CONDUCT, DANGER, GENDER
from hotline.news import menus as news
from hotline.news.menus import Subscribe, Unsubscribe
from hotline.places.areas import Area, Areas
from hotline.rumours.menus import Look, Wonder

Contact = Literal["text", "none"]
"""Whether the citizen wants to be texted about the case."""

Verdict = Literal["helped", "not_helped", "danger"]
"""The citizen's own word on whether help came. Silence is none of them."""

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
    """The numbers of what they reported there and is not closed. A chat is one person's, as a phone that dials in is not."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What is known of whoever calls before they have said anything."""

    language: str | None = None
    home: str | None = None
    """The code of the area they asked us to remember."""
    desk: Desk | None = None
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
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands, as much as one is told who knows its reference."""

    state: Literal["unknown", "slip", "nobody", "waiting", "taken", "coming", "there", "done", "closed"]
    by: str = ""
    """Clock time by which an answer was promised last."""
    open_to_verdict: bool = False
    missed: bool = False
    """An earlier time was promised, and has passed."""
    asked: str = ""
    """The body that is asked now; or the authority to go to, where nobody may be asked."""

    def to_text(self) -> str:
        return "|".join((self.state, self.by, str(int(self.open_to_verdict)), str(int(self.missed)), self.asked.replace("|", "/")))


def standing(text: str) -> Standing:
    """The opposite of `Standing.to_text`."""
    state, by, ask, missed, asked = text.split("|")
    return Standing(state, by, ask == "1", missed == "1", asked)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Stop:
    """No more messages."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Nothing of this person is to be kept."""


OfNews = Wonder | Subscribe | Unsubscribe
OfCommittee = Compose | Deal | Look
Wish = Report | Judge | Nothing | Act | GoOn | GoOff | Stop | Forget | OfNews | OfCommittee


def welcome(caller: Caller, areas: Areas, languages: Sequence[str], emergency: str) -> Scene[Wish]:
    """Everything that can be done by dialling in."""
    if caller.language is None:
        yield choose_language("language", languages, emergency if caller.chat else "")
    for turn in count(1):
        wish = yield Menu(f"wish{turn}", _("Itikia. Emergency? Call {number}.", number=emergency), _wishes(caller))
        match wish:
            case "danger" | "report" if caller.chat and not caller.chat.warned and (yield who_reads(caller.chat)) == "dial":
                return Nothing(how_to_report(caller.chat.instead, emergency))
            case "danger" | "report":
                return (yield from (danger if wish == "danger" else report)(caller, areas))
            case "case" | "answer":
                return (yield from _of_my_case(caller, wish, emergency))
            case "news":
                return (yield from news.at_news(areas, caller.home, chat=caller.chat is not None))
            case "stop":
                return Stop()
            case "forget":
                return (yield from forget_me()) if caller.desk is None else Nothing(liaison.ask_whoever_keeps_the_list())
            case "desk" if caller.desk is not None:
                return (yield from liaison.at_desk(caller.desk))
            case "board" if caller.desk is not None:
                return (yield from committee.at_committee(areas, languages, emergency))
            case _:
                yield choose_language(f"language{turn}", languages)
    raise AssertionError("one can always go on")


def _of_my_case(caller: Caller, wish: str, emergency: str) -> Scene[Judge | Nothing]:
    """The case about which they were asked, or any that they name."""
    if wish == "answer" and caller.asked is not None:
        return (yield from _judge(caller.asked, standing((yield LookUp("?case0", caller.asked)))))
    return (yield from my_case(emergency, caller.chat.cases if caller.chat else ()))


def _wishes(caller: Caller) -> Choices:
    wishes: Choices = (
        ("danger", DANGER.name),
        ("report", _("Report something")),
        ("case", _("My case")),
        *((("answer", _("Did help come?")),) if caller.asked else ()),
        ("news", _("News and rumours")),
        ("language", verbatim("Lugha / Language")),
    )
    if caller.chat:
        wishes = (*wishes, ("stop", _("No more messages")), ("forget", _("Delete my data")))
    return (*wishes, ("desk", _("Cases given to me")), ("board", _("Messages to the public"))) if caller.desk else wishes


def who_reads(chat: InChat) -> Menu:
    """Before somebody's first report: what the company can see, and how to keep it out."""
    warning = _(
        "{company} can see what you write here, and your name and number. We give those to nobody. To keep {company} out, dial {code}.",
        company=chat.company,
        code=chat.instead,
    )
    return Menu("who_reads", warning, (("here", _("Go on here")), ("dial", _("I will dial"))))


def forget_me() -> Scene[Forget | Nothing]:
    question = _("Delete what we keep of you? Cases that are open go on without you, and their words go when they are closed.")
    answer = yield Menu("forget", question, (("yes", _("Yes, delete")), ("no", _("No"))))
    return Forget() if answer == "yes" else Nothing(_("Nothing was deleted."))


def choose_language(name: str, languages: Sequence[str], emergency: str = "") -> Menu:
    """Each language under the name its speakers give it, so that it can be chosen before any is known."""
    above = f"{emergency}\n\n" if emergency else ""
    choices = tuple((language, verbatim(own_name(language))) for language in languages)
    return Menu(name, verbatim(f"{above}Lugha / Language"), choices, sets_language=True)


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
    details = "" if category == DANGER.code else (yield Ask("details", _("Tell us in a few words what happened.")))
    woman = (yield a_woman()) if category == GENDER.code else "any"
    contact = yield may_we_text(caller)
    remember = "no" if caller.home == area.code or category == DANGER.code else (yield may_we_remember(areas, area))
    return Report(category, area.code, details, _contact(contact), remember == "yes", woman == "woman", body, officer)


def whom_is_it_about(area: Area) -> Scene[tuple[str, str]]:
    """Which station, and who, as far as they know: nobody there ever sees the report."""
    bodies = bodies_in((yield LookUp("?bodies", area.code)))
    body = "" if not bodies else (yield Menu("body", _("Which station? Nobody there will see this."), (*bodies, ("none", NOT_KNOWN))))
    officer = yield Menu("officer", _("Who? Type a name or number, or choose:"), (("none", NOT_KNOWN),), typed=True)
    return ("" if body == "none" else body), ("" if officer == "none" else officer)


NOT_KNOWN = _("I do not know")


def bodies_to_text(bodies: Iterable[tuple[str, str]]) -> str:
    """Codes and names of bodies, as the answer to `?bodies`."""
    return "\n".join(f"{code}|{name}" for code, name in bodies)


def bodies_in(text: str) -> Choices:
    """The opposite of `bodies_to_text`, to choose from."""
    listed = (line.partition("|") for line in text.splitlines())
    return tuple((code, verbatim(name)) for code, _bar, name in listed)


def a_woman() -> Menu:
    return Menu(
        "woman", _("Would you rather speak to a woman, if one is on duty?"), (("woman", _("Yes")), ("any", _("It does not matter")))
    )


def may_we_text(caller: Caller) -> Menu:
    if caller.chat:
        return Menu("contact", _("May we write to you here about it?"), (("text", _("Yes")), ("none", _("No, do not write"))))
    return Menu("contact", _("May we text this phone about it?"), (("text", _("Yes")), ("none", _("No, do not text"))))


def may_we_remember(areas: Areas, area: Area) -> Menu:
    question = _("Is {area} your home area? Shall we remember it for next time?", area=areas.full_name(area))
    return Menu("remember", question, (("yes", _("Yes")), ("no", _("No"))))


def _contact(answer: str) -> Contact:
    return "text" if answer == "text" else "none"


def my_case(emergency: str, known: Sequence[str] = ()) -> Scene[Judge | Nothing]:
    """How does my case stand? And if somebody said that help came: did it?"""
    if known:
        choices: Choices = (*((reference, verbatim(reference)) for reference in known), ("other", _("Another case")))
        chosen = yield Menu("mine", _("Which case?"), choices)
        if chosen != "other":
            return (yield from _judge(chosen, standing((yield LookUp("?case0", chosen)))))
    for turn in range(1, TRIES + 1):
        reference = yield Ask(f"reference{turn}", KEY_IN if turn == 1 else LOOK_AGAIN, number=True)
        case = standing((yield LookUp(f"?case{turn}", reference)))
        if case.state not in ("unknown", "slip"):
            return (yield from _judge(reference, case))
    return Nothing(no_such_case(emergency))


KEY_IN, LOOK_AGAIN = _("Key in your case number."), _("That is not a case number. Look again:")
COME_BACK = _("Come back when you know.")


def no_such_case(emergency: str) -> Words:
    """To one who has keyed in a wrong number as often as one may."""
    return _("We cannot find that case. In an emergency call {number}.", number=emergency)


def _judge(reference: str, case: Standing) -> Scene[Judge | Nothing]:
    if not case.open_to_verdict:
        return Nothing(how_it_stands(case))
    verdict = yield Menu(
        "verdict", _("{standing} Did help come?", standing=how_it_stands(case)), (*VERDICTS, ("later", _("Not yet known")))
    )
    match verdict:
        case "helped" | "not_helped" | "danger":
            return Judge(reference, verdict)
        case _:
            return Nothing(COME_BACK)


VERDICTS: Choices = (("helped", _("Yes")), ("not_helped", _("No")), ("danger", _("No, still in danger")))


def how_it_stands(case: Standing) -> Words:
    match case.state:
        case "nobody":
            return _("Nobody here may look into it. Please take it to {authority}.", authority=case.asked)
        case "waiting" if case.missed and case.asked:
            return _("Sorry, no answer by the time we said. Now asked: {who}. New time: {time}.", who=_short(case.asked), time=case.by)
        case "waiting" if case.missed:
            return _("Sorry, no answer by the time we said. We are still asking. New time: {time}.", time=case.by)
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
    """A body's name as far as a page has room for it beside everything else, for nobody can turn the last one."""
    return shorten(name, LONGEST_WHO, LONGEST_WHO)


LONGEST_WHO = 60
GO_ON = "go on"


def cut_off() -> Scene[str]:
    """Somebody was cut off in the middle of a report and calls again soon. Neutral, for others may hold this phone by now."""
    return (yield Menu("cut_off", _("You were cut off."), ((GO_ON, _("Go on where you were")), ("anew", _("Start again")))))


def reports(answers: Sequence[tuple[str, str]]) -> bool:
    """Whether somebody is in the middle of a report: from the moment that they said they want to."""
    return any(name.startswith("wish") and answer in ("report", DANGER.code) for name, answer in answers)


def draft_of(answers: Sequence[tuple[str, str]]) -> bool:
    """Whether there is enough of a report in these answers to go on with later."""
    return any(name == "category" or (name.startswith("wish") and answer == DANGER.code) for name, answer in answers)


def as_far_as_it_goes(answers: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The answers of somebody cut off, with the careful answer wherever none was given: not sure where in the area that they had got to,
    no texts, and nothing remembered."""
    steps = sum(name.startswith("area") for name, _answer in answers)
    where = ((f"area{steps + 1}", "here"),) if steps else ()
    return (*answers, *where, ("contact", "none"), ("remember", "no"))


def promised(reference: str, by: str, emergency: str, contact: str) -> Words:
    """The last screen of a report: the promise, and how to hold us to it."""
    if contact == "text":
        return _(
            "Case {reference}. You will be answered by {time}. In danger call {number}.", reference=reference, time=by, number=emergency
        )
    return _(
        "Case {reference}. It will be answered by {time}. Come back to see how it stands. In danger call {number}.",
        reference=reference,
        time=by,
        number=emergency,
    )


def how_it_is(reference: str, standing: Words) -> Words:
    return Words("{reference}: {standing}", (("reference", reference), ("standing", standing)))


def received(reference: str, by: str, emergency: str) -> Words:
    """A text. Like all texts to citizens it says nothing of what the case is about: others read this phone too."""
    return _(
        "{reference}: received. You will be answered by {time}. In danger call {number}.", reference=reference, time=by, number=emergency
    )


def somebody_has_it(reference: str) -> Words:
    return _("{reference}: somebody is seeing to it now.", reference=reference)


def somebody_has_it_late(reference: str) -> Words:
    """The same, when the time we said has passed."""
    return _("{reference}: somebody is seeing to it now, later than we said. We are sorry.", reference=reference)


def still_asking(reference: str, who: Words | None, by: str, emergency: str) -> Words:
    """A promise was missed, and we say so ourselves. `who`: the body that is asked now, if one is."""
    if who is None:
        return _(
            "{reference}: sorry, no answer yet. We are still looking. New time: {time}. In danger call {number}.",
            reference=reference, time=by, number=emergency,
        )  # fmt: skip
    return _(
        "{reference}: sorry, no answer yet. Now asked: {who}. New time: {time}. In danger call {number}.",
        reference=reference, who=who, time=by, number=emergency,
    )  # fmt: skip


def goes_on(reference: str, who: Words | None, by: str, emergency: str) -> Words:
    """Whoever had it has it no more. `who`: the other body that is asked now, if one is."""
    if who is None:
        return _(
            "{reference}: sorry, we are looking for somebody else now. You will be answered by {time}. In danger call {number}.",
            reference=reference, time=by, number=emergency,
        )  # fmt: skip
    return _(
        "{reference}: sorry, it goes to somebody else now: {who}. You will be answered by {time}. In danger call {number}.",
        reference=reference, who=who, time=by, number=emergency,
    )  # fmt: skip


def another_office() -> Words:
    """For the name of a body that would say what the case is about."""
    return _("another office")


def there_is_news(reference: str, service_code: str) -> Words:
    """A text that says nothing of its own: what it is about may not stand on a phone that others read."""
    return _("{reference}: there is news. Dial {code} and choose My case.", reference=reference, code=service_code)


def nobody_may(reference: str, authority: str, emergency: str) -> Words:
    """A report about those who would have to look into it."""
    return _(
        "Case {reference}. Nobody here may look into this, for it is about them. Please take it to {authority}. In danger call {number}.",
        reference=reference, authority=authority, number=emergency,
    )  # fmt: skip


def somebody_is_there(reference: str) -> Words:
    return _("{reference}: the one who has it says they are there.", reference=reference)


def somebody_is_coming(reference: str) -> Words:
    return _("{reference}: somebody is on the way.", reference=reference)


def did_help_come(reference: str) -> Words:
    return _("{reference}: did help come? Answer 1 yes, 2 no, 3 no and still in danger.", reference=reference)


def thanks_for_verdict(verdict: Verdict, by: str, emergency: str, *, on_screen: bool = False) -> Words:
    """`by`: the new time that is promised, where the case goes on. On a screen that closes nothing can be answered."""
    match verdict:
        case "helped" if on_screen:
            return _("Thank you for telling us. The case is closed. If that was a slip, dial again within a day and choose My case.")
        case "helped":
            return _("Thank you for telling us. The case is closed. If that was a slip, answer 2 within a day.")
        case "not_helped":
            return _(
                "We are sorry. In danger call {number}. We are asking somebody else; expect an answer by {time}.", number=emergency, time=by
            )
        case "danger":
            return _("Call {number} if you can. We are asking somebody else now; expect an answer by {time}.", number=emergency, time=by)


def how_to_report(service_code: str, emergency: str, *, has_news: bool = False) -> Words:
    """To one who texts without a case: the way in. One who `has_news` is told how to have more of it, and none."""
    if has_news:
        return _(
            "To reach us dial {code}. In an emergency call {number}. "
            "For news of another place text NEWS and its name; for no more, STOP NEWS.",
            code=service_code, number=emergency,
        )  # fmt: skip
    return _("To reach us dial {code}. In an emergency call {number}.", code=service_code, number=emergency)


def not_saved(emergency: str) -> Words:
    """Something broke on our side. It says so, and what to do."""
    return _("We could not take this just now. Please try again. In an emergency call {number}.", number=emergency)


def texts_stopped() -> Words:
    return _("You will get no more messages from us. Write START to have them again.")


def texts_resumed(*, had_news: bool = False) -> Words:
    """One who `had_news` has it no more, and is told so."""
    if had_news:
        return _("You will get our messages again. For news text NEWS and the name of your ward.")
    return _("You will get our messages again.")


def forgotten(emergency: str) -> Words:
    return _("What we kept of you is deleted. In an emergency call {number}.", number=emergency)


def evidence_taken(number: int) -> Words:
    """What was sent is kept; this many now."""
    return _("Photos and voice notes kept: {number}.", number=number)


def added(reference: str, emergency: str) -> Words:
    return _("It was added to case {reference}. In danger call {number}.", reference=reference, number=emergency)


def told_of_danger(reference: str, emergency: str) -> Words:
    """They have said that they are in danger while their case waits."""
    return _(
        "{reference}: we are telling whoever is asked that you are in danger. Call {number} if you can.",
        reference=reference,
        number=emergency,
    )


def words_kept() -> Words:
    return _("Your words are kept for the report. Go on with the buttons.")


def not_asked_where() -> Words:
    return _("We do not ask for a place just now.")


def says_something(text: str) -> bool:
    """Whether a text is more than a key, a name or a greeting, so that it should be lost in no case."""
    return len(re.findall(r"[^\W\d_]{2,}", text)) >= 3


def evidence_refused() -> Words:
    return _("This cannot be opened, so it was not kept. Send a photo or a voice note.")


def evidence_too_large() -> Words:
    return _("This is too large. Send a smaller photo or a shorter voice note.")


def evidence_enough(most: int) -> Words:
    return _("{most} are enough, so it was not kept.", most=most)


def evidence_of_nothing() -> Words:
    return _("Begin a report first, then send it again.")


def share_your_location() -> Words:
    return _("Press the button below to share where you are.")


def only_photos_and_voice() -> Words:
    return _("We can take photos, voice notes, words and your location here, and nothing else.")


def changes_are_not_seen() -> Words:
    return _("We do not see changes to what was sent. Write it anew.")


def earlier_question() -> Words:
    return _("That was an earlier question.")


def only_in_private(name: str) -> Words:
    return _("I speak to people one by one only. Write to me: {name}", name=name)


def too_many(emergency: str) -> Words:
    return _("That was a lot at once. Please wait a minute. In an emergency call {number}.", number=emergency)


YES, NO = _("yes"), _("no")
"""As people text them; a translation may hold several words, with commas between."""


def verdict_in(text: str) -> Verdict | None:
    """The verdict that a texted answer holds, if it is one: a key, or a plain yes or no in any of our languages."""
    key = tidy(text)
    if key == "1" or means(text, YES):
        return "helped"
    if key == "2" or means(text, NO):
        return "not_helped"
    return "danger" if key == "3" else None
