"""A conversation in a chat, turn by turn: the same scenes as on
a phone that dials in, laid out as one message with buttons.

Each turn is one transaction, which also notes that this update was done: however often Telegram brings it, it
has one effect, and what is shown in answer is always how it stands now.
"""

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Literal

from bot import attachments, conversation, written
from bot.conversation import ORIGIN
from bot.keyboards import Button, after_the_end, buttons_of, chosen, screen_of, text_of
from bot.turn import Here, Shown, Who, here_of, hinted
from bot.written import LONGEST_ANSWER
from hotline.cases import evidence
from hotline.context import Service, UnitOfWork
from hotline.conversation import chat_store, choose_area, replay
from hotline.conversation.chat_store import ChatState
from hotline.conversation.screens import Menu
from hotline.core.i18n import Phrase, say
from hotline.directory import people
from hotline.directory.people import TELEGRAM
from hotline.front_desk import phrases as desk_phrases
from hotline.messaging import seen

ANSWERED = {
    "start": (),
    "report": (("wish1", "report"),),
    "case": (("wish1", "case"),),
    "news": (("wish1", "news"),),
    "messages": (("wish1", "board"),),
    "cases": (("wish1", "desk"),),
    "on": (("wish1", "desk"), ("desk", "on")),
    "off": (("wish1", "desk"), ("desk", "off")),
    "language": (("wish1", "language"),),
    "stop": (("wish1", "stop"),),
    "delete": (("wish1", "forget"),),
}
"""What each command answers in advance."""

Why = Literal["broken", "too many"]
"""Why an update was not taken."""


class Talks:
    """Every conversation in a chat."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._country = service.settings.country

    # ------------------------------------------------------------------------------------- what somebody does

    def commanded(self, who: Who, command: str, payload: str = "") -> Shown:
        """A command: whatever was going on is left, and this begins."""
        return self._turn(who, lambda here: _anew(here, command, payload))

    def wrote(self, who: Who, text: str) -> Shown:
        return self._turn(who, lambda here: written.wrote(here, text.strip()[:LONGEST_ANSWER]))

    def placed(self, who: Who, latitude: float, longitude: float) -> Shown:
        """They shared a location."""
        return self._turn(who, lambda here: _placed(here, choose_area.spot(latitude, longitude)))

    def pressed(self, who: Who, button: Button) -> Shown:
        return self._turn(who, lambda here: _pressed(here, button))

    def said(self, who: Who, aside: Phrase) -> Shown:
        """Nothing has happened, but something is to be said before the question is asked again."""
        return self._turn(who, lambda here: replace(here.talk, aside=say(aside, here.language)))

    def sent(self, who: Who, kind: evidence.EvidenceKind, content: bytes, caption: str) -> Shown:
        """They sent a picture or a voice note, which has been made anew."""
        words = caption.strip()[:LONGEST_ANSWER]
        return self._turn(who, lambda here: attachments.sent(here, kind, content, words))

    def seen(self, who: Who, message: int) -> None:
        """The conversation is shown by this message from now on."""
        self._remember(who, lambda talk: replace(talk, screen=message))

    def shares(self, who: Who, message: int | None) -> None:
        """The button that shares a number or a location is under this message, or is there no more."""
        self._remember(who, lambda talk: replace(talk, shares=message))

    def _remember(self, who: Who, change: Callable[[ChatState], ChatState]) -> None:
        with self._service.transaction() as work:
            index = people.number_index(work.keys, str(who.chat), TELEGRAM)
            talk = chat_store.find(work.session, work.keys.vault, index, work.now)
            if talk is not None:
                chat_store.keep(work.session, work.keys.vault, index, change(talk), work.now)

    def sorry(self, why: Why) -> Phrase:
        """What to say to one whose update was not taken."""
        emergency = self._country.emergency
        return desk_phrases.not_saved(emergency) if why == "broken" else desk_phrases.too_many(emergency)

    def hinted(self, hint: str) -> str:
        """The language to begin in with somebody whose Telegram speaks this one."""
        return hinted(self._country, hint)

    # ------------------------------------------------------------------------------------------ one turn

    def _turn(self, who: Who, act: Callable[[Here], ChatState]) -> Shown:
        with self._service.transaction() as work:
            here = here_of(work, who)
            conversation.complete(here)
            if seen.is_new(work.session, TELEGRAM, str(who.update), work.now):
                people.let_in(work.session, here.index, TELEGRAM)
                here.talk = act(here)
                conversation.complete(here)
            shown = _shown(here)
            if not here.forgotten:
                talk = replace(here.talk, aside="", shares=None)
                chat_store.keep(work.session, work.keys.vault, here.index, talk, work.now)
        return shown


def _shown(here: Here) -> Shown:
    talk = here.talk
    if talk.last_words:
        # Last words stay where they stand.
        text, before = (talk.aside, None) if talk.aside else (talk.last_words, talk.screen)
        return Shown(escape(text, quote=False), after_the_end(here.language), before, talk.shares, here.toast)
    there = conversation.asking(here)
    return Shown(text_of(there, talk), buttons_of(there, talk), talk.screen, talk.shares, here.toast)


def _anew(here: Here, command: str, payload: str = "") -> ChatState:
    address = here.address()
    if command == "start" and address is not None:
        address.reopen()
    # /start in the middle of a report is a slip: nothing of it is thrown away.
    if command == "start" and here.reports:
        return here.talk
    is_asked_anyway = command == "language" and here.caller.language is None
    answers = () if is_asked_anyway else ANSWERED[command]
    here.talk = replace(conversation.left(here), answers=answers, origin=_origin(here.work, payload))
    return conversation.go_on(here)


def _origin(work: UnitOfWork, payload: str) -> str:
    """What followed /start, if it is a link of ours."""
    found = ORIGIN.fullmatch(payload)
    return payload if found and (found[1] is None or found[1] in work.areas) else ""


def _placed(here: Here, spot: str) -> ChatState:
    if here.talk.last_words or not choose_area.is_about_where(question := conversation.asking(here).question):
        return replace(here.talk, aside=say(desk_phrases.not_asked_where(), here.language))
    if first := choose_area.before_a_spot(question):
        here.talk = conversation.answer(here, first)
    return conversation.answer(here, spot)


def _pressed(here: Here, button: Button) -> ChatState:
    is_of_this_screen = button.of == screen_of(here.talk)
    if button.kind == "h" and (not here.is_going or is_of_this_screen):
        here.talk = conversation.left(here)
        return here.talk
    after = _after(here, button) if here.is_going and is_of_this_screen else None
    if after is None:
        here.toast = say(desk_phrases.earlier_question(), here.language)
        return here.talk
    return after


def _after(here: Here, button: Button) -> ChatState | None:
    """What comes of a button under the present question; None where it says nothing that it can say."""
    talk, asking = here.talk, conversation.asking(here)
    match button.kind:
        case "q" if isinstance(asking.question, Menu):
            answer = chosen(asking.question, button.what)
            return None if answer is None else conversation.answer(here, answer)
        case "b":
            before = replay.back(asking.answers)
            here.talk = replace(talk, answers=before, page=0, again=False, version=talk.version + 1)
            return here.talk
        case "p" if button.what.isdecimal():
            return replace(talk, page=int(button.what[:3]), again=False, version=talk.version + 1)
        case _:
            return None
