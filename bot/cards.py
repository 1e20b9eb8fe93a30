"""The case card of a liaison: one message that always shows how the case stands to them, with what they can do next as buttons."""

from html import escape
from typing import NamedTuple

from telegram import InlineKeyboardMarkup

from bot.keyboards import shortened, steps
from hotline import evidence
from hotline.cases import CLOSED
from hotline.dialogues import liaison as words
from hotline.dialogues.liaison import NEXT, How
from hotline.dispatch import Dispatch
from hotline.language import Words, _, say
from hotline.matching import may_see
from hotline.work import Work

MOST_DETAILS = 3000
"""Letters of a report on a card, which holds 4,096 in all."""
SHOWS_DETAILS = ("asked", "taken", "on_the_way", "done")
"""As long as it is one of these, the liaison may read what was reported; afterwards the card forgets it."""


class Card(NamedTuple):
    text: str
    """In HTML."""
    buttons: InlineKeyboardMarkup | None


def how_to(dispatch: Dispatch) -> How:
    """How the case stands to this liaison; to one who may not see it any more, it is over."""
    return dispatch.how if may_see(dispatch.case, dispatch.liaison) else "over"


def shows_details(dispatch: Dispatch) -> bool:
    """Whether this liaison may read what was reported, or still may."""
    return how_to(dispatch) in SHOWS_DETAILS and dispatch.case.state != CLOSED


def card(work: Work, dispatch: Dispatch) -> Card:
    case, how = dispatch.case, how_to(dispatch)
    language = dispatch.liaison.person.language or "en"
    place = work.areas.full_name(work.areas[case.area_code])
    lines = [escape(say(_standing(work, dispatch, how), language), quote=False)]
    sent = []
    if shows_details(dispatch):
        details = shortened(case.details(work.keys), MOST_DETAILS) or say(words.no_details(), language)
        lines = [f"<b>{escape(say(words.heading(dispatch.word, case.about, place), language))}</b>", escape(details, quote=False), *lines]
        sent = evidence.of(work.session, case.id)
    shows = _("Photos and voice: {number}", number=len(sent)) if sent else None
    return Card("\n\n".join(lines), steps(dispatch.id, how, NEXT.get(how, ()), language, shows))


def _standing(work: Work, dispatch: Dispatch, how: How) -> Words:
    word, case = dispatch.word, dispatch.case
    match how:
        case "asked":
            return words.answer_by(work.clock_time(dispatch.at + work.settings.minutes(case.pace.patience)))
        case "taken":
            return words.you_have_it(word)
        case "on_the_way":
            return words.you_are_coming(word)
        case "done":
            return words.done(word)
        case "passed_on":
            return words.passed_on(word)
        case "first_was" if case.liaison:
            return words.first_was(word, case.liaison.name)
        case _:
            return words.over(word)
