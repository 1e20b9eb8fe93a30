"""The first screen of a citizen, and what it can lead to."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from hotline.broadcasts import menus as broadcast_menus
from hotline.broadcasts.menus import Compose, Deal
from hotline.cases import liaison_menus, liaison_phrases
from hotline.cases.citizen_menus import Caller, InChat, Judge, Report, danger, judge, my_case, report
from hotline.cases.citizen_phrases import Standing
from hotline.cases.liaison_menus import Act, GoOff, GoOn
from hotline.conversation.screens import Choices, Menu, Nothing, Scene, looked_up
from hotline.core.i18n import _, own_name, verbatim
from hotline.directory.categories import DANGER
from hotline.front_desk.phrases import how_to_report
from hotline.news import menus as news_menus
from hotline.news.menus import Subscribe, Unsubscribe
from hotline.places.areas import Areas
from hotline.rumours.menus import AskRumour, RumourCommand


@dataclass(frozen=True, slots=True)
class Stop:
    """No more messages."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Nothing of this person is to be kept."""


OfNews = AskRumour | Subscribe | Unsubscribe
OfCommittee = Compose | Deal | RumourCommand
Command = Report | Judge | Nothing | Act | GoOn | GoOff | Stop | Forget | OfNews | OfCommittee


def welcome(caller: Caller, areas: Areas, languages: Sequence[str], emergency: str) -> Scene[Command]:
    """Everything that can be done by dialling in."""
    if caller.language is None:
        yield choose_language("language", languages, emergency if caller.chat else "")
    for turn in count(1):
        chosen = yield Menu(
            f"wish{turn}", _("Itikia. Emergency? Call {number}.", number=emergency), _choices(caller)
        )
        match chosen:
            case "danger" | "report":
                return (yield from _report(caller, areas, chosen, emergency))
            case "case" | "answer":
                return (yield from _of_my_case(caller, chosen, emergency))
            case "news":
                return (yield from news_menus.at_news(areas, caller.home, chat=caller.chat is not None))
            case "stop":
                return Stop()
            case "forget":
                return (yield from _forget(caller))
            case "desk" if caller.assignments is not None:
                return (yield from liaison_menus.at_desk(caller.assignments))
            case "board" if caller.assignments is not None:
                return (yield from broadcast_menus.at_committee(areas, languages, emergency))
            case _:
                yield choose_language(f"language{turn}", languages)
    raise AssertionError("one can always go on")


def _report(caller: Caller, areas: Areas, chosen: str, emergency: str) -> Scene[Report | Nothing]:
    """A report. In a chat they are told first who reads it, and may rather dial."""
    chat = caller.chat
    if chat and not chat.warned and (yield who_reads(chat)) == "dial":
        return Nothing(how_to_report(chat.instead, emergency))
    return (yield from (danger if chosen == "danger" else report)(caller, areas))


def _forget(caller: Caller) -> Scene[Forget | Nothing]:
    """Of a liaison the list is kept by others."""
    if caller.assignments is not None:
        return Nothing(liaison_phrases.ask_whoever_keeps_the_list())
    return (yield from forget_me())


def _of_my_case(caller: Caller, chosen: str, emergency: str) -> Scene[Judge | Nothing]:
    """The case about which they were asked, or any that they name."""
    if chosen == "answer" and caller.asked is not None:
        return (yield from judge(caller.asked, (yield from looked_up("?case0", caller.asked, Standing))))
    return (yield from my_case(emergency, caller.chat.cases if caller.chat else ()))


def _choices(caller: Caller) -> Choices:
    choices: Choices = (
        ("danger", DANGER.name),
        ("report", _("Report something")),
        ("case", _("My case")),
        *((("answer", _("Did help come?")),) if caller.asked else ()),
        ("news", _("News and rumours")),
        ("language", verbatim("Lugha / Language")),
    )
    if caller.chat:
        choices = (*choices, ("stop", _("No more messages")), ("forget", _("Delete my data")))
    return (
        (*choices, ("desk", _("Cases given to me")), ("board", _("Messages to the public")))
        if caller.assignments
        else choices
    )


def who_reads(chat: InChat) -> Menu:
    """Before somebody's first report: what the company can see, and how to keep it out."""
    warning = _(
        "{company} can see what you write here, and your name and number. We give those to nobody. To "
        "keep {company} out, dial {code}.",
        company=chat.company,
        code=chat.instead,
    )
    return Menu("who_reads", warning, (("here", _("Go on here")), ("dial", _("I will dial"))))


def forget_me() -> Scene[Forget | Nothing]:
    question = _(
        "Delete what we keep of you? Cases that are open go on "
        "without you, and their words go when they are closed."
    )
    answer = yield Menu("forget", question, (("yes", _("Yes, delete")), ("no", _("No"))))
    return Forget() if answer == "yes" else Nothing(_("Nothing was deleted."))


def choose_language(name: str, languages: Sequence[str], emergency: str = "") -> Menu:
    """Each language under the name its speakers give it, so that it can be chosen before any is known."""
    above = f"{emergency}\n\n" if emergency else ""
    choices = tuple((language, verbatim(own_name(language))) for language in languages)
    return Menu(name, verbatim(f"{above}Lugha / Language"), choices, sets_language=True)


GO_ON = "go on"


def cut_off() -> Scene[str]:
    """Somebody was cut off in the middle of a report and calls
    again soon. Neutral, for others may hold this phone by now."""
    return (
        yield Menu(
            "cut_off",
            _("You were cut off."),
            ((GO_ON, _("Go on where you were")), ("anew", _("Start again"))),
        )
    )
