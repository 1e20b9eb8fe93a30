"""A conversation in a chat, turn by turn: the same scenes as on
a phone that dials in, laid out as one message with buttons.

Each turn is one transaction, which also notes that this update was done: however often Telegram brings it, it
has one effect, and what is shown in answer is always how it stands now.
"""

import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from typing import Literal, NamedTuple

from telegram import InlineKeyboardMarkup

from bot.keyboards import Button, after_the_end, buttons_of, chosen, screen_of, text_of
from hotline.cases import additions, citizen_menus, citizen_phrases, evidence
from hotline.cases import sms_commands as case_commands
from hotline.cases.case import CaseState
from hotline.cases.citizen_menus import Caller, InChat, Report
from hotline.cases.reference_number import spoken_reference
from hotline.cases.reporting import Call
from hotline.context import Service, UnitOfWork
from hotline.conversation import chat_store, choose_area, numbered_menu, replay
from hotline.conversation.chat_store import ChatState
from hotline.conversation.replay import Asking, Said
from hotline.conversation.screens import Ask, LookUp, Menu
from hotline.core.i18n import Phrase, say
from hotline.core.typed_input import is_number, tidy
from hotline.directory import people
from hotline.directory.people import TELEGRAM, Address
from hotline.front_desk import desk, link_chat, lookups, menu, texts
from hotline.front_desk import phrases as desk_phrases
from hotline.front_desk.menu import Command, Forget
from hotline.messaging import seen
from hotline.news import inbound, published
from hotline.news import phrases as news_phrases
from hotline.news import sms_commands as news_commands
from hotline.news.menus import Unsubscribe
from hotline.news.sms_commands import IsOurs, IsTrue, WantsNews

log = logging.getLogger(__name__)

COMPANY = "Telegram"
LONGEST_ANSWER = 2000
"""Letters of what somebody writes that are taken."""

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

ORIGIN = re.compile(r"([A-Za-z0-9]{1,24})?(?:-([a-z]{1,20}[0-9]{0,3}))?")
"""What follows /start in a link: an area's code, the name of a poster, or both with a - between. Nothing
about anybody: a telephone number is neither."""


@dataclass(frozen=True, slots=True)
class Who:
    """Whose update it is, and which."""

    chat: int
    update: int
    hint: str
    """The language of their Telegram, which counts until they have chosen one."""


class Shown(NamedTuple):
    """What the chat is to show now."""

    text: str
    """In HTML."""
    buttons: InlineKeyboardMarkup | None
    before: int | None
    """The message that has shown the conversation so far."""
    shares: int | None = None
    """The message with a button that shares something, which is needed no more."""
    toast: str = ""
    """Said in passing, to one who pressed a button."""


@dataclass(slots=True)
class Here:
    """What is at hand in one turn."""

    work: UnitOfWork
    who: Who
    index: str
    talk: ChatState
    is_first: bool
    """There was no conversation before this turn."""
    caller: Caller
    toast: str = ""
    forgotten: bool = False
    """They have just had everything about them deleted, and this conversation goes with it."""

    @property
    def call(self) -> Call:
        session_index = self.work.keys.index.of("session", f"{TELEGRAM}|{self.talk.sitting}")
        return Call(session_index, TELEGRAM, str(self.who.chat), self.language, self.talk.origin)

    @property
    def language(self) -> str:
        return self.caller.language or self.talk.language


class Talks:
    """Every conversation in a chat."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._country = service.settings.country

    # ------------------------------------------------------------------------------------- what somebody does

    def commanded(self, who: Who, command: str, payload: str = "") -> Shown:
        """A command: whatever was going on is left, and this begins."""
        return self._turn(who, lambda here: self._anew(here, command, payload))

    def wrote(self, who: Who, text: str) -> Shown:
        return self._turn(who, lambda here: self._wrote(here, text.strip()[:LONGEST_ANSWER]))

    def placed(self, who: Who, latitude: float, longitude: float) -> Shown:
        """They shared a location."""
        return self._turn(who, lambda here: self._placed(here, choose_area.spot(latitude, longitude)))

    def pressed(self, who: Who, button: Button) -> Shown:
        return self._turn(who, lambda here: self._pressed(here, button))

    def said(self, who: Who, aside: Phrase) -> Shown:
        """Nothing has happened, but something is to be said before the question is asked again."""
        return self._turn(who, lambda here: replace(here.talk, aside=say(aside, here.language)))

    def sent(self, who: Who, kind: evidence.Kind, content: bytes, caption: str) -> Shown:
        """They sent a picture or a voice note, which has been made anew."""
        return self._turn(who, lambda here: self._sent(here, kind, content, caption.strip()[:LONGEST_ANSWER]))

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

    def language_of(self, who: Who) -> str:
        """The language to speak to them in."""
        with self._service.read() as work:
            person = people.by_number(work.session, work.keys, str(who.chat), TELEGRAM)
        return (person and person.language) or self.hinted(who.hint)

    # ------------------------------------------------------------------------------------------ one turn

    def _turn(self, who: Who, act: Callable[[Here], ChatState]) -> Shown:
        with self._service.transaction() as work:
            here = self._here(work, who)
            self._complete(here)
            if seen.is_new(work.session, TELEGRAM, str(who.update), work.now):
                people.let_in(work.session, here.index, TELEGRAM)
                here.talk = act(here)
                self._complete(here)
            shown = self._shown(here)
            if not here.forgotten:
                chat_store.keep(
                    work.session,
                    work.keys.vault,
                    here.index,
                    replace(here.talk, aside="", shares=None),
                    work.now,
                )
        return shown

    def _here(self, work: UnitOfWork, who: Who) -> Here:
        index = people.number_index(work.keys, str(who.chat), TELEGRAM)
        kept = chat_store.find(work.session, work.keys.vault, index, work.now)
        return Here(work, who, index, kept or self._fresh(who), kept is None, self._caller(work, index))

    def _fresh(self, who: Who, before: ChatState | None = None) -> ChatState:
        """A conversation that begins. What shows it goes on being the
        same message, but last words are left where they stand."""
        screen = before.screen if before and not before.last_words else None
        shares, version = (before.shares, before.version + 1) if before else (None, 0)
        return ChatState(
            secrets.token_hex(8), self.hinted(who.hint), screen=screen, shares=shares, version=version
        )

    def _left(self, here: Here) -> ChatState:
        """Another conversation, in place of one that is left: what was
        said and sent for a report that was not finished is forgotten."""
        evidence.forget_unfinished(here.work.session, here.call.session_index)
        words = "" if self._reports(here) else here.talk.words
        return replace(self._fresh(here.who, here.talk), words=words)

    def hinted(self, hint: str) -> str:
        """The language to begin in with somebody whose Telegram speaks this one."""
        language = hint.partition("-")[0].casefold()
        return language if language in self._country.languages else self._country.languages[0]

    def _caller(self, work: UnitOfWork, index: str) -> Caller:
        caller = lookups.who_calls(work, index, TELEGRAM)
        reported = lookups.reported_from(work.session, index, TELEGRAM)
        mine = tuple(
            spoken_reference(reference) for reference, state in reported if state != CaseState.CLOSED
        )
        return replace(caller, chat=InChat(COMPANY, work.settings.service_code, bool(reported), mine))

    def _play(self, here: Here) -> Asking | Said[Command]:
        """Where the answers lead."""

        def look_up(question: LookUp) -> str:
            return lookups.look_up(here.work, question, here.call)

        origin = ORIGIN.fullmatch(here.talk.origin)
        home = here.caller.home or (origin and origin[1]) or None
        areas, country = here.work.areas, self._country
        scene = menu.welcome(replace(here.caller, home=home), areas, country.languages, country.emergency)
        return replay.resume(scene, here.talk.answers, here.language, look_up)

    def _shown(self, here: Here) -> Shown:
        talk = here.talk
        if talk.last_words:
            # Last words stay where they stand.
            text, before = (talk.aside, None) if talk.aside else (talk.last_words, talk.screen)
            return Shown(
                escape(text, quote=False), after_the_end(here.language), before, talk.shares, here.toast
            )
        there = self._play(here)
        assert isinstance(there, Asking), "what came of it is done in the turn that brings it about"
        return Shown(text_of(there, talk), buttons_of(there, talk), talk.screen, talk.shares, here.toast)

    # --------------------------------------------------------------------------------------- what comes of it

    def _anew(self, here: Here, command: str, payload: str = "") -> ChatState:
        address = self._address(here)
        if command == "start" and address is not None:
            address.reopen()
        # /start in the middle of a report is a slip: nothing of it is thrown away.
        if command == "start" and self._reports(here):
            return here.talk
        is_asked_anyway = command == "language" and here.caller.language is None
        answers = () if is_asked_anyway else ANSWERED[command]
        here.talk = replace(self._left(here), answers=answers, origin=_origin(here.work, payload))
        return self._go_on(here)

    def _wrote(self, here: Here, text: str) -> ChatState:
        if here.is_first or here.talk.last_words:
            here.talk = self._fresh(here.who, here.talk)
            words = self._answered(here, text)
            return self._ended(here, say(words, here.language)) if words else self._noted(here, text)
        asking = self._asking(here)
        question = asking.question
        answer = _chosen_by_name(question, text, asking.language) if isinstance(question, Menu) else text
        for_us = self._is_for_us(here, text)
        if answer and not for_us:
            in_own_words = (
                isinstance(question, Menu)
                and answer not in dict(question.choices)
                and choose_area.is_about_where(question)
            )
            # A place, with something to say about it: keep that, too.
            if in_own_words and case_commands.says_something(text):
                here.talk = self._noted(here, text)
            return self._answer(here, answer)
        is_no_key = case_commands.says_something(text) or (
            here.caller.desk is None and case_commands.verdict_in(text) is None
        )
        if not for_us and self._reports(here) and is_no_key:  # it is of this report, not of one before
            return self._noted(here, text)
        if words := self._answered(here, text):
            return replace(here.talk, aside=say(words, here.language), version=here.talk.version + 1)
        return self._noted(here, text)

    def _noted(self, here: Here, text: str) -> ChatState:
        """They wrote before they were asked. What they said is kept
        for their report; a word or two was only a wrong key."""
        if not case_commands.says_something(text):
            return replace(here.talk, again=not here.is_first)
        kept = f"{here.talk.words}\n{text}".strip()[:LONGEST_ANSWER]
        return replace(here.talk, words=kept, aside=say(desk_phrases.words_kept(), here.language))

    def _answered(self, here: Here, text: str) -> Phrase | None:
        """What has come of a text that answers no question of ours: a
        verdict, a step in a case, more words about one, news, STOP."""
        address = self._address(here)
        if news_commands.is_greeting(text):  # the menu answers that
            return None
        words = (
            texts.answer_to(here.work, address.person, address, text)
            if address
            else self._of_news(here, text)
        )
        here.caller = self._caller(here.work, here.index)
        return words

    def _of_news(self, here: Here, text: str) -> Phrase | None:
        """The same for one whom we do not know. They become
        known who want something of which they are to hear."""
        match news_commands.understand(text):
            case IsOurs(code):
                return published.is_it_ours(here.work, code, here.language)
            case Unsubscribe():
                return news_phrases.had_no_news()
            case WantsNews(place) if news_commands.greets(place) or not inbound.knows_place(here.work, place):
                return None
            case WantsNews() | IsTrue():
                address = self._met(here)
                return texts.answer_to(here.work, address.person, address, text)
            case None:
                return None

    def _met(self, here: Here) -> Address:
        person = people.meet(
            here.work.session,
            here.work.keys,
            str(here.who.chat),
            here.work.now,
            may_write=True,
            channel=TELEGRAM,
        )
        here.work.session.flush()
        address = person.at(TELEGRAM)
        assert address is not None
        return address

    def _is_for_us(self, here: Here, text: str) -> bool:
        address = self._address(here)
        return address is not None and texts.is_for_us(here.work, address.person, text)

    def _address(self, here: Here) -> Address | None:
        person = people.by_index(here.work.session, here.index, TELEGRAM)
        return person.at(TELEGRAM) if person else None

    def _placed(self, here: Here, spot: str) -> ChatState:
        if here.talk.last_words or not choose_area.is_about_where(question := self._asking(here).question):
            return replace(here.talk, aside=say(desk_phrases.not_asked_where(), here.language))
        if first := choose_area.before_a_spot(question):
            here.talk = self._answer(here, first)
        return self._answer(here, spot)

    def _pressed(self, here: Here, button: Button) -> ChatState:
        talk = here.talk
        if button.kind == "h" and (here.is_first or talk.last_words or button.of == screen_of(talk)):
            here.talk = self._left(here)
            return here.talk
        if here.is_first or talk.last_words or button.of != screen_of(talk):
            here.toast = say(desk_phrases.earlier_question(), here.language)
            return talk
        asking = self._asking(here)
        match button.kind:
            case "q" if (
                isinstance(asking.question, Menu)
                and (answer := chosen(asking.question, button.what)) is not None
            ):
                return self._answer(here, answer)
            case "b":
                here.talk = replace(
                    talk, answers=replay.back(asking.answers), page=0, again=False, version=talk.version + 1
                )
                return here.talk
            case "p" if button.what.isdecimal():
                return replace(talk, page=int(button.what[:3]), again=False, version=talk.version + 1)
            case _:
                here.toast = say(desk_phrases.earlier_question(), here.language)
                return talk

    def _asking(self, here: Here) -> Asking:
        there = self._play(here)
        assert isinstance(there, Asking), "the conversation is over"
        return there

    def _answer(self, here: Here, answer: str) -> ChatState:
        """Take an answer to the present question, and go on from there."""
        question = self._asking(here).question
        if isinstance(question, Menu) and question.sets_language:
            desk.remember_language(here.work, replace(here.call, language=answer))
            here.caller = replace(here.caller, language=answer)
        given = tuple(pair for pair in here.talk.answers if pair[0] != question.name)
        here.talk = replace(here.talk, answers=(*given, (question.name, answer)))
        return self._go_on(here)

    def _go_on(self, here: Here) -> ChatState:
        """Ask the next question; or, where all is said, do what is wanted."""
        there = self._play(here)
        talk = replace(here.talk, page=0, again=False, version=here.talk.version + 1)
        if isinstance(there, Said):
            here.talk, here.forgotten = talk, isinstance(there.outcome, Forget)
            command = _with(talk.words, there.outcome)
            return self._ended(here, say(desk.carry_out(here.work, command, here.call), here.language))
        return replace(talk, answers=there.answers or talk.answers, language=there.language)

    def _complete(self, here: Here) -> None:
        """What we know of somebody may change while they talk, and
        then a question less is asked: all may be said already."""
        if not here.talk.last_words and isinstance(self._play(here), Said):
            here.talk = self._go_on(here)

    def _ended(self, here: Here, last_words: str) -> ChatState:
        """The conversation is over. Its answers are forgotten; what came of them is kept where it belongs."""
        version = here.talk.version + 1
        return replace(
            here.talk, last_words=last_words, answers=(), words="", page=0, again=False, version=version
        )

    # ------------------------------------------------------------------------------------------ evidence

    def refusal(self, who: Who) -> Phrase | None:
        """Why nothing can be taken from them just now, if so: looked at before it is fetched."""
        with self._service.read() as work:
            there = self._destination(self._here(work, who))
            if there is None:
                return citizen_phrases.evidence_of_nothing()
            return (
                citizen_phrases.evidence_enough(evidence.MOST)
                if evidence.is_full(work.session, there)
                else None
            )

    def _sent(self, here: Here, kind: evidence.Kind, content: bytes, caption: str) -> ChatState:
        work, there = here.work, self._destination(here)
        if there is None:
            return replace(here.talk, aside=say(citizen_phrases.evidence_of_nothing(), here.language))
        evidence.keep(work, there, kind, content)
        work.session.flush()
        if there.case is not None:
            if caption:
                additions.add_words(work, there.case, caption)
            return replace(here.talk, aside=say(additions.add_evidence(work, there.case), here.language))
        kept = evidence.number_of(work.session, there.session_index, None)
        talk = here.talk
        if caption:
            talk = (
                self._answer(here, caption)
                if isinstance(self._asking(here).question, Ask)
                else self._noted(here, caption)
            )
        return replace(talk, aside=say(citizen_phrases.evidence_taken(kept), here.language))

    def _destination(self, here: Here) -> evidence.Destination | None:
        """Where what they send belongs."""
        address = self._address(here)
        person = address.person if address else None
        return evidence.destination(
            here.work.session, here.call.session_index, person, reports=self._reports(here)
        )

    def _reports(self, here: Here) -> bool:
        """Whether they are in the middle of a report."""
        return not here.is_first and not here.talk.last_words and citizen_menus.reports(here.talk.answers)

    # ------------------------------------------------------------------------------------------ who it is

    def link(self, who: Who, phone: str) -> tuple[Phrase, str, bool]:
        """They have shared their own number. What to say, in
        what language, and whether they are a liaison now."""
        with self._service.transaction() as work:
            liaison_, words = link_chat.link(work, TELEGRAM, str(who.chat), phone)
            language = (liaison_.person.language if liaison_ else None) or self.hinted(who.hint)
            return words, language, liaison_ is not None

    def closed(self, who: Who, *, closed: bool) -> None:
        """They have blocked us, or let us in again."""
        with self._service.transaction() as work:
            person = people.by_number(work.session, work.keys, str(who.chat), TELEGRAM)
            address = person.at(TELEGRAM) if person else None
            if address is None or not seen.is_new(work.session, TELEGRAM, str(who.update), work.now):
                return
            address.closed_at = work.now if closed else None


def _with(words: str, command: Command) -> Command:
    """A report, with what was written before we asked for it."""
    if not words or not isinstance(command, Report):
        return command
    return replace(command, details=f"{words}\n{command.details}".strip())


def _origin(work: UnitOfWork, payload: str) -> str:
    """What followed /start, if it is a link of ours."""
    found = ORIGIN.fullmatch(payload)
    return payload if found and (found[1] is None or found[1] in work.areas) else ""


def _chosen_by_name(menu: Menu, text: str, language: str) -> str | None:
    """What was meant by what was written. A bare number is no choice here, where no choice has one: it
    answers what we asked elsewhere."""
    is_key = is_number(tidy(text)) and len(tidy(text)) <= numbered_menu.LONGEST
    return None if is_key else numbered_menu.answer(menu, text, language)
