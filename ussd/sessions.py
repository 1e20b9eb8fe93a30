"""A dial-in, turn by turn: what was typed goes into the dialogue, and the next page comes out.

The carrier repeats the whole transcript of the call at every turn. The new input is its suffix after the
transcript that we answered last, kept in Redis; so a `*` that a citizen writes stays theirs, a turn that
comes twice gets the same page, and one that comes late changes nothing. Without that state, because Redis is
away, the whole transcript is replayed through the same scenes.
"""

import logging
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from hotline.carriers.carrier import Ended, Turn
from hotline.cases import citizen_menus
from hotline.cases.citizen_menus import Caller, Report
from hotline.cases.liaison_menus import Assignments, Waiting
from hotline.cases.reporting import Call
from hotline.context import Service, UnitOfWork
from hotline.conversation.replay import Answers
from hotline.conversation.screens import LookUp, Nothing
from hotline.conversation.ussd_store import Conversation, Conversations
from hotline.core.crypto import strict_number
from hotline.core.database import Locked
from hotline.core.errors import NotANumber
from hotline.core.gsm import plain, shorten
from hotline.core.i18n import Phrase, say
from hotline.directory import people
from hotline.directory.categories import DANGER
from hotline.front_desk import desk, lookups
from hotline.front_desk import phrases as desk_phrases
from hotline.front_desk.menu import Command
from hotline.messaging import seen
from ussd.keys import SEPARATOR, Keypad, Position
from ussd.pages import Limits

log = logging.getLogger(__name__)


class Reply(NamedTuple):
    """What the phone shows, and whether the line closes with it."""

    text: str
    ended: bool


class Line:
    """The line that people dial in on."""

    def __init__(self, service: Service, conversations: Conversations[Caller], limits: Limits) -> None:
        self._service, self._conversations, self._limits = service, conversations, limits
        self._country, self._keys = service.settings.country, service.settings.keys

    def turn(self, turn: Turn) -> Reply:
        """One turn, one page. Never raises: an exception inside
        becomes a friendly screen with the emergency number."""
        call, caller = self._who(turn.session, turn.number)
        try:
            return self._answer(turn.transcript, call, caller)
        except Exception as error:  # its message may quote the caller: log the type only
            log.error("a turn failed: %s", type(error).__name__)  # noqa: TRY400
            kept, _draft = self._conversations.find(call.session_index, caller)
            return self._last(
                desk_phrases.not_saved(self._country.emergency), kept.language if kept else call.language
            )

    def ended(self, ended: Ended) -> None:
        """The carrier says that the line is closed. If it was cut, what can be saved of the call is saved."""
        call, caller = self._who(ended.session, ended.number)
        if ended.error:
            log.warning("the carrier did not like a page of ours: %s", ended.error[:80])
        kept, _draft = self._conversations.find(call.session_index, caller)
        cut = kept if kept is not None and not kept.ended and ended.cut else None
        last = None
        with self._service.transaction() as work:
            if (
                seen.is_new(work.session, "ended", call.session_index, work.now, ended.status)
                and cut is not None
            ):
                last = self._save_what_there_is(work, cut, replace(call, language=cut.language))
        if cut is not None and last is not None:
            self._conversations.keep(
                call.session_index, caller, cut._replace(shown=last.text, ended=True), ()
            )

    def _who(self, session: str, raw_number: str) -> tuple[Call, str]:
        """Two blind indexes: of session and number together, so that another phone
        cannot go on with this sitting; and of the number, by which its drafts are found."""
        try:
            number = strict_number(raw_number)
        except NotANumber:
            number = None
        session_index = self._keys.index.of("session", f"{session}|{raw_number}")
        return Call(session_index, "ussd", number, self._country.languages[0]), self._keys.index.of(
            "conversation", raw_number
        )

    def _answer(self, transcript: str, call: Call, caller: str) -> Reply:
        kept, draft = self._conversations.find(call.session_index, caller)
        if kept is not None and (kept.ended or kept.transcript.startswith(transcript)):
            return Reply(kept.shown, kept.ended)
        keypad = self._keypad(call)
        position = self._position(keypad, kept, transcript, call, draft)
        call = replace(call, language=position.language)
        if position.command is None:
            reply = Reply(keypad.page(position), ended=False)
        else:
            reply = self._last(self._carry_out(position, position.command, call), call.language)
        conversation = _conversation(position, transcript, reply)
        self._conversations.keep(call.session_index, caller, conversation, _draft_to_keep(position, kept))
        return reply

    def _keypad(self, call: Call) -> Keypad:
        return Keypad(self._service.areas, self._country, self._limits, partial(self._look_up, call))

    def _position(
        self, keypad: Keypad, kept: Conversation[Caller] | None, transcript: str, call: Call, draft: Answers
    ) -> Position:
        """Where this transcript leads: on from the turn answered last, or replayed from the beginning."""
        before = f"{kept.transcript}{SEPARATOR}" if kept is not None and kept.transcript else ""
        if kept is None or not transcript.startswith(before):
            return keypad.play(
                keypad.beginning(self._who_calls(call), () if transcript else draft), transcript
            )
        typed = transcript.removeprefix(before)
        position = Position(kept.known, kept.language, kept.answers, kept.draft, kept.page, kept.again)
        return keypad.press(position, typed) if keypad.takes_words(position) else keypad.play(position, typed)

    def _who_calls(self, call: Call) -> Caller:
        """What we know of the caller. On `Locked` nothing, for an answer without it beats none."""
        if call.number is None:
            return Caller()
        try:
            with self._service.read() as work:
                return lookups.who_calls(work, people.number_index(self._keys, call.number))
        except Locked:
            log.warning("a caller is met as a stranger: the database does not answer")
            return Caller()

    def _look_up(self, call: Call, question: LookUp, language: str) -> str:
        with self._service.read() as work:
            return lookups.look_up(work, question, replace(call, language=language))

    def _carry_out(self, position: Position, command: Command, call: Call) -> Phrase:
        chosen = position.language != position.caller.language
        if isinstance(command, Nothing) and not chosen:
            return command.words
        with self._service.transaction() as work:
            if chosen and not isinstance(command, Report):  # whose language is kept with it
                desk.remember_language(work, call)
            return desk.carry_out(work, command, call)

    def _last(self, phrase: Phrase, language: str) -> Reply:
        """The line closes: whatever is said fits one page, for nobody can turn it."""
        return Reply(
            shorten(plain(say(phrase, language)), self._limits.septets, self._limits.units), ended=True
        )

    def _save_what_there_is(self, work: UnitOfWork, kept: Conversation[Caller], call: Call) -> Reply | None:
        """Somebody in danger who was cut off is a case all the same,
        and this its last page. Of anybody else the language is kept."""
        if kept.language != kept.known.language and kept.answers:
            desk.remember_language(work, call)
        position = Position(
            kept.known, kept.language, citizen_menus.as_far_as_it_goes(kept.answers), kept.draft
        )
        command = None if kept.draft else self._keypad(call).command(position)
        if isinstance(command, Report) and command.category == DANGER.code:
            return self._last(desk.carry_out(work, command, call), call.language)
        return None


def earlier_caller(known: list[Any]) -> Caller:
    """For one release: what the one before kept of a caller. Their language, their home, whether they are on
    duty (None for a citizen), the cases before them, the number of the case about which they were asked."""
    language, home, on_duty, cases, asked = known
    assignments = None if on_duty is None else Assignments(on_duty, tuple(Waiting(*case) for case in cases))
    return Caller(language, home, assignments, asked=asked)


def _conversation(position: Position, transcript: str, reply: Reply) -> Conversation[Caller]:
    answers, page, known = position.answers, position.page, position.caller
    return Conversation(
        transcript, *reply, answers, page, position.language, known, position.draft, position.again
    )


def _draft_to_keep(position: Position, kept: Conversation[Caller] | None) -> Answers | None:
    """What may be gone on with after a cut; nothing when all is said
    or begun anew; None, and so whatever there was, until then."""
    if position.command is not None:
        return ()
    if position.draft:
        return None
    if citizen_menus.draft_of(position.answers):
        return position.answers
    return () if kept is not None and kept.draft else None
