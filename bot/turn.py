"""What is at hand in one turn of a chat: whose it is, how far their conversation is, and one transaction."""

import secrets
from dataclasses import dataclass, replace
from typing import NamedTuple

from telegram import InlineKeyboardMarkup

from hotline.cases import citizen_menus
from hotline.cases.case import CaseState
from hotline.cases.citizen_menus import Caller, InChat
from hotline.cases.reference_number import spoken_reference
from hotline.cases.reporting import Call
from hotline.context import UnitOfWork
from hotline.conversation import chat_store
from hotline.conversation.chat_store import ChatState
from hotline.directory import people
from hotline.directory.people import TELEGRAM, Address
from hotline.front_desk import lookups
from hotline.places.countries import Country

COMPANY = "Telegram"


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

    @property
    def is_going(self) -> bool:
        """They are in the middle of a conversation."""
        return not self.is_first and not self.talk.last_words

    @property
    def reports(self) -> bool:
        """They are in the middle of a report."""
        return self.is_going and citizen_menus.reports(self.talk.answers)

    def address(self) -> Address | None:
        person = people.by_index(self.work.session, self.index, TELEGRAM)
        return person.at(TELEGRAM) if person else None


def here_of(work: UnitOfWork, who: Who) -> Here:
    index = people.number_index(work.keys, str(who.chat), TELEGRAM)
    kept = chat_store.find(work.session, work.keys.vault, index, work.now)
    talk = kept or fresh(work.country, who)
    return Here(work, who, index, talk, kept is None, caller_of(work, index))


def caller_of(work: UnitOfWork, index: str) -> Caller:
    caller = lookups.who_calls(work, index, TELEGRAM)
    reported = lookups.reported_from(work.session, index, TELEGRAM)
    mine = tuple(spoken_reference(reference) for reference, state in reported if state != CaseState.CLOSED)
    return replace(caller, chat=InChat(COMPANY, work.settings.service_code, bool(reported), mine))


def fresh(country: Country, who: Who, before: ChatState | None = None) -> ChatState:
    """A conversation that begins. What shows it goes on being the
    same message, but last words are left where they stand."""
    screen = before.screen if before and not before.last_words else None
    shares, version = (before.shares, before.version + 1) if before else (None, 0)
    return ChatState(
        secrets.token_hex(8), hinted(country, who.hint), screen=screen, shares=shares, version=version
    )


def hinted(country: Country, hint: str) -> str:
    """The language to begin in with somebody whose Telegram speaks this one."""
    language = hint.partition("-")[0].casefold()
    return language if language in country.languages else country.languages[0]
