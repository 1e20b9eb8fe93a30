"""A conversation goes on: what is asked now, an answer to it, and what comes of the last one."""

import re
from dataclasses import replace

from bot.turn import Here, fresh
from hotline.cases import evidence
from hotline.cases.citizen_menus import Report
from hotline.conversation import replay
from hotline.conversation.chat_store import ChatState
from hotline.conversation.replay import Asking, Said
from hotline.conversation.screens import LookUp, Menu
from hotline.core.i18n import say
from hotline.front_desk import desk, lookups, menu
from hotline.front_desk.menu import Command, Forget

ORIGIN = re.compile(r"([A-Za-z0-9]{1,24})?(?:-([a-z]{1,20}[0-9]{0,3}))?")
"""What follows /start in a link: an area's code, the name of a poster, or both with a - between. Nothing
about anybody: a telephone number is neither."""


def play(here: Here) -> Asking | Said[Command]:
    """Where the answers lead."""

    def look_up(question: LookUp) -> str:
        return lookups.look_up(here.work, question, here.call)

    origin = ORIGIN.fullmatch(here.talk.origin)
    home = here.caller.home or (origin and origin[1]) or None
    areas, country = here.work.areas, here.work.country
    scene = menu.welcome(replace(here.caller, home=home), areas, country.languages, country.emergency)
    return replay.resume(scene, here.talk.answers, here.language, look_up)


def asking(here: Here) -> Asking:
    there = play(here)
    assert isinstance(there, Asking), "the conversation is over"
    return there


def answer(here: Here, text: str) -> ChatState:
    """Take an answer to the present question, and go on from there."""
    question = asking(here).question
    if isinstance(question, Menu) and question.sets_language:
        desk.remember_language(here.work, replace(here.call, language=text))
        here.caller = replace(here.caller, language=text)
    given = tuple(pair for pair in here.talk.answers if pair[0] != question.name)
    here.talk = replace(here.talk, answers=(*given, (question.name, text)))
    return go_on(here)


def go_on(here: Here) -> ChatState:
    """Ask the next question; or, where all is said, do what is wanted."""
    there = play(here)
    talk = replace(here.talk, page=0, again=False, version=here.talk.version + 1)
    if isinstance(there, Said):
        here.talk, here.forgotten = talk, isinstance(there.outcome, Forget)
        command = _with(talk.words, there.outcome)
        return ended(here, say(desk.carry_out(here.work, command, here.call), here.language))
    return replace(talk, answers=there.answers or talk.answers, language=there.language)


def complete(here: Here) -> None:
    """What we know of somebody may change while they talk, and
    then a question less is asked: all may be said already."""
    if not here.talk.last_words and isinstance(play(here), Said):
        here.talk = go_on(here)


def left(here: Here) -> ChatState:
    """Another conversation, in place of one that is left: what was
    said and sent for a report that was not finished is forgotten."""
    evidence.forget_unfinished(here.work.session, here.call.session_index)
    words = "" if here.reports else here.talk.words
    return replace(fresh(here.work.country, here.who, here.talk), words=words)


def ended(here: Here, last_words: str) -> ChatState:
    """The conversation is over. Its answers are forgotten; what came of them is kept where it belongs."""
    version = here.talk.version + 1
    return replace(
        here.talk, last_words=last_words, answers=(), words="", page=0, again=False, version=version
    )


def _with(words: str, command: Command) -> Command:
    """A report, with what was written before we asked for it."""
    if not words or not isinstance(command, Report):
        return command
    return replace(command, details=f"{words}\n{command.details}".strip())
