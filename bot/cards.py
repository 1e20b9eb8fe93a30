"""The case card of a liaison: one message that always shows how the case stands to them, with what they can do next as buttons."""

from html import escape
from typing import NamedTuple

from telegram import InlineKeyboardMarkup

from bot.keyboards import shortened, steps
from hotline import evidence
from hotline.dialogues import liaison as words
from hotline.dialogues.liaison import NEXT, How
from hotline.dispatch import Dispatch
from hotline.language import SOURCE, Words, _, say
from hotline.work import Work

MOST_DETAILS = 3000
"""Letters of a report on a card, which holds 4,096 in all."""


class Card(NamedTuple):
    text: str
    """In HTML."""
    buttons: InlineKeyboardMarkup | None


def card(work: Work, dispatch: Dispatch) -> Card:
    """The card as it is to be now. Whoever may not read the case any more reads nothing of it there."""
    case, how = dispatch.case, dispatch.how
    language = dispatch.liaison.person.language or SOURCE
    lines = [escape(say(_standing(work, dispatch, how), language), quote=False)]
    sent = []
    if dispatch.may_be_read:
        details = shortened(case.details(work.keys), MOST_DETAILS) or say(words.no_details(), language)
        lines = [f"<b>{title(work, dispatch)}</b>", escape(details, quote=False), *lines]
        sent = evidence.of(work.session, case.id)
    shows = _("Photos and voice: {number}", number=len(sent)) if sent else None
    return Card("\n\n".join(lines), steps(dispatch.id, how, NEXT.get(how, ()), language, shows))


def title(work: Work, dispatch: Dispatch) -> str:
    """The case's word, what it is about and where, in HTML."""
    place = work.areas.full_name(work.areas[dispatch.case.area_code])
    heading = words.heading(dispatch.word, dispatch.case.about, place)
    return escape(say(heading, dispatch.liaison.person.language or SOURCE), quote=False)


def _standing(work: Work, dispatch: Dispatch, how: How) -> Words:
    word, case = dispatch.word, dispatch.case
    match how:
        case "late":
            return words.late()
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
