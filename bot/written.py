"""What somebody writes: an answer to what is asked, a word on something else, or how a report begins."""

from dataclasses import replace

from bot import conversation
from bot.turn import Here, caller_of, fresh
from hotline.cases import sms_commands as case_commands
from hotline.conversation import choose_area, numbered_menu
from hotline.conversation.chat_store import ChatState
from hotline.conversation.replay import Asking
from hotline.conversation.screens import Menu, Question
from hotline.core.i18n import Phrase, say
from hotline.core.typed_input import is_number, tidy
from hotline.directory import people
from hotline.directory.people import TELEGRAM, Address
from hotline.front_desk import phrases as desk_phrases
from hotline.front_desk import texts
from hotline.news import inbound, published
from hotline.news import phrases as news_phrases
from hotline.news import sms_commands as news_commands
from hotline.news.menus import Unsubscribe
from hotline.news.sms_commands import IsOurs, IsTrue, WantsNews

LONGEST_ANSWER = 2000
"""Letters of what somebody writes that are taken."""


def wrote(here: Here, text: str) -> ChatState:
    if not here.is_going:
        return _out_of_the_blue(here, text)
    asking = conversation.asking(here)
    answer, for_us = _meant(asking, text), _is_for_us(here, text)
    if answer and not for_us:
        return _answer(here, asking.question, answer, text)
    if not for_us and here.reports and _is_no_key(here, text):  # it is of this report, not of one before
        return noted(here, text)
    if words := _answered(here, text):
        return replace(here.talk, aside=say(words, here.language), version=here.talk.version + 1)
    return noted(here, text)


def _out_of_the_blue(here: Here, text: str) -> ChatState:
    """Nothing was asked, or all is said."""
    here.talk = fresh(here.work.country, here.who, here.talk)
    words = _answered(here, text)
    return conversation.ended(here, say(words, here.language)) if words else noted(here, text)


def _answer(here: Here, question: Question, answer: str, text: str) -> ChatState:
    in_own_words = (
        isinstance(question, Menu)
        and answer not in dict(question.choices)
        and choose_area.is_about_where(question)
    )
    # A place, with something to say about it: keep that, too.
    if in_own_words and case_commands.says_something(text):
        here.talk = noted(here, text)
    return conversation.answer(here, answer)


def _is_no_key(here: Here, text: str) -> bool:
    return case_commands.says_something(text) or (
        here.caller.assignments is None and case_commands.verdict_in(text) is None
    )


def noted(here: Here, text: str) -> ChatState:
    """They wrote before they were asked. What they said is kept
    for their report; a word or two was only a wrong key."""
    if not case_commands.says_something(text):
        return replace(here.talk, again=not here.is_first)
    kept = f"{here.talk.words}\n{text}".strip()[:LONGEST_ANSWER]
    return replace(here.talk, words=kept, aside=say(desk_phrases.words_kept(), here.language))


def _answered(here: Here, text: str) -> Phrase | None:
    """What has come of a text that answers no question of ours: a
    verdict, a step in a case, more words about one, news, STOP."""
    address = here.address()
    if news_commands.is_greeting(text):  # the menu answers that
        return None
    words = texts.answer_to(here.work, address.person, address, text) if address else _of_news(here, text)
    here.caller = caller_of(here.work, here.index)
    return words


def _of_news(here: Here, text: str) -> Phrase | None:
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
            address = _met(here)
            return texts.answer_to(here.work, address.person, address, text)
        case None:
            return None


def _met(here: Here) -> Address:
    work, chat = here.work, str(here.who.chat)
    person = people.meet(work.session, work.keys, chat, work.now, may_write=True, channel=TELEGRAM)
    work.session.flush()
    address = person.at(TELEGRAM)
    assert address is not None
    return address


def _is_for_us(here: Here, text: str) -> bool:
    address = here.address()
    return address is not None and texts.is_for_us(here.work, address.person, text)


def _meant(asking: Asking, text: str) -> str | None:
    """The answer in what was written. A bare number is no choice here, where no choice has one: it
    answers what we asked elsewhere."""
    if not isinstance(asking.question, Menu):
        return text
    is_key = is_number(tidy(text)) and len(tidy(text)) <= numbered_menu.LONGEST
    return None if is_key else numbered_menu.answer(asking.question, text, asking.language)
