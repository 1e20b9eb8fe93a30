"""The case card of a liaison: one message that always shows how
the case stands to them, with what they can do next as buttons."""

from html import escape
from typing import NamedTuple

from sqlalchemy import select
from telegram import InlineKeyboardMarkup

from bot.keyboards import shortened, steps
from hotline.cases import evidence, liaison_phrases, notify_liaison
from hotline.cases.case import Entry
from hotline.cases.dispatch import Dispatch
from hotline.cases.escalation_policy import STILL
from hotline.cases.liaison_menus import NEXT, How
from hotline.context import UnitOfWork
from hotline.conversation.screens import Choices
from hotline.core.i18n import Phrase, _, say
from hotline.directory.categories import Urgency

WHY = _("Why?")
MOST_DETAILS = 3000
"""Letters of a report on a card, which holds 4,096 in all."""


class Card(NamedTuple):
    text: str
    """In HTML."""
    buttons: InlineKeyboardMarkup | None


def card(work: UnitOfWork, dispatch: Dispatch) -> Card:
    """The card as it is to be now. Whoever may not read the case any more reads nothing of it there."""
    case, how = dispatch.case, dispatch.how(work.session, work.now)
    language = dispatch.liaison.language
    lines = [escape(say(each, language), quote=False) for each in _standing(work, dispatch, how)]
    sent = []
    if dispatch.may_be_read(work.session, work.now):
        details = shortened(case.details(work.keys), MOST_DETAILS) or say(
            liaison_phrases.no_details(), language
        )
        so_far = [escape(say(each, language), quote=False) for each in notify_liaison.so_far_of(work, case)]
        lines = [f"<b>{title(work, dispatch)}</b>", *so_far, escape(details, quote=False), *lines]
        sent = evidence.of(work.session, case.id)
    shows = photos_and_voice(len(sent)) if sent else None
    return Card("\n\n".join(lines), steps(dispatch.id, how, choices(work, dispatch, how), language, shows))


def photos_and_voice(number: int) -> Phrase:
    """What is on the button that shows them."""
    return _("Photos and voice: {number}", number=number)


def title(work: UnitOfWork, dispatch: Dispatch) -> str:
    """The case's word, what it is about and where, in HTML."""
    place = work.areas.full_name(work.areas[dispatch.case.area_code])
    heading = liaison_phrases.heading(dispatch.word, dispatch.case.about, place)
    return escape(say(heading, dispatch.liaison.language), quote=False)


def choices(work: UnitOfWork, dispatch: Dispatch, how: How) -> Choices:
    """What the liaison can do now: first of all to answer what they were asked. Why they passed it on is
    asked once, where they have not said."""
    if how == "passed_on" and _has_said_why(work, dispatch):
        return ()
    if how not in FOLLOWED:
        return NEXT.get(how, ())
    answers = tuple(each for each in NEXT[how] if each[0] == "still")
    others = tuple(each for each in NEXT[how] if each[0] != "still")
    return (*answers, *others) if dispatch.wondered_at is not None else others


FOLLOWED: tuple[How, ...] = ("taken", "on_the_way", "there")
"""Where the next step is awaited, and asked about when it does not come."""


def _has_said_why(work: UnitOfWork, dispatch: Dispatch) -> bool:
    passed_on = select(Entry.why).where(
        Entry.case_id == dispatch.case_id, Entry.what == "passed on", Entry.who == dispatch.who
    )
    return bool(
        work.session.scalar(passed_on.where(Entry.at >= dispatch.at).order_by(Entry.id.desc()).limit(1))
    )


def _standing(work: UnitOfWork, dispatch: Dispatch, how: How) -> list[Phrase]:
    told = [_how_it_stands(work, dispatch, how)]
    if how in FOLLOWED and dispatch.wondered_at is not None:
        answer = work.settings.minutes(STILL[Urgency(dispatch.case.timed_as.urgency)].answer)
        told.append(_question(how, work.clock_time(dispatch.wondered_at + answer)))
    if how == "passed_on" and not _has_said_why(work, dispatch):
        told.append(WHY)
    return told


def _question(how: How, by: str) -> Phrase:
    """What they were asked in a text, too: see `lapses`."""
    if how == "there":
        return liaison_phrases.is_it_done(by)
    return liaison_phrases.safe(by) if how == "on_the_way" else liaison_phrases.still_on_it(by)


def _how_it_stands(work: UnitOfWork, dispatch: Dispatch, how: How) -> Phrase:
    word, case = dispatch.word, dispatch.case
    match how:
        case "late":
            return liaison_phrases.late()
        case "asked":
            return liaison_phrases.answer_by(work.clock_time(dispatch.answer_by or dispatch.at))
        case "taken":
            return liaison_phrases.you_have_it(word)
        case "on_the_way":
            return liaison_phrases.you_are_coming(word)
        case "there":
            return liaison_phrases.you_are_there(word)
        case "done":
            return liaison_phrases.done(word)
        case "passed_on":
            return liaison_phrases.passed_on(word)
        case "first_was" if case.liaison:
            return liaison_phrases.first_was(word, case.liaison.name)
        case _:
            return liaison_phrases.over(word)
