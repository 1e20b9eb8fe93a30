"""What people text or write out of the blue: each gets an answer, and what it means is done."""

import re
from collections.abc import Collection

from hotline.broadcasts import approval as broadcast_approval
from hotline.broadcasts import phrases as broadcast_phrases
from hotline.broadcasts import sms_commands as broadcast_commands
from hotline.broadcasts.broadcast import (
    UNSENT,
    Broadcast,
    BroadcastState,
    DeedKind,
    broadcast_by_code,
    unfinished_broadcasts,
)
from hotline.broadcasts.menus import Deal
from hotline.carriers.carrier import InboundText
from hotline.cases import citizen_phrases, dispatch, followups, liaison_phrases, status
from hotline.cases import sms_commands as case_commands
from hotline.cases.additions import add_words, in_danger
from hotline.cases.case import Case, CaseState, latest_case_of
from hotline.cases.dispatch import DispatchState
from hotline.cases.liaison_menus import Act, GoOff, GoOn
from hotline.context import UnitOfWork
from hotline.core.crypto import strict_number
from hotline.core.errors import NotANumber
from hotline.core.i18n import Phrase, _, means
from hotline.core.typed_input import is_number, tidy
from hotline.directory import duty_changes, liaisons, people, subscriptions
from hotline.directory.liaisons import Liaison
from hotline.directory.people import Address, Person
from hotline.duty import night_check
from hotline.duty import phrases as duty_phrases
from hotline.front_desk import desk, phrases
from hotline.messaging import seen
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import stop_texts, write_message
from hotline.news import inbound
from hotline.news import phrases as news_phrases
from hotline.news import sms_commands as news_commands
from hotline.news.menus import Unsubscribe
from hotline.news.sms_commands import STOP, IsOurs
from hotline.places.names import bare_words
from hotline.rumours import phrases as rumour_phrases
from hotline.rumours import sms_commands as rumour_commands

START = _("start, unstop")


def text_arrives(work: UnitOfWork, text: InboundText) -> None:
    """Somebody has texted us. Whoever it is gets an answer that tells what has come of it, or what to do."""
    try:
        number = strict_number(text.number)
    except NotANumber:
        return
    if not seen.is_new(work.session, "text", text.id, work.now):
        return
    person = people.meet(work.session, work.keys, number, work.now, may_write=True)
    work.session.flush()
    address = person.phone
    assert address is not None
    answer, key = answer_to(work, person, address, text.text), f"answer:{text.id}"[:80]
    if answer is None:
        answer, key = _way_in(work, address)
    write_message(
        work, address, MessageKind.ANSWER, answer, person.language or work.country.languages[0], key=key
    )


def answer_to(work: UnitOfWork, person: Person, address: Address, text: str) -> Phrase | None:
    """Do what somebody has written out of the blue, and say
    what has come of it. None where it means nothing to us."""
    who = liaisons.of(work.session, person)
    if (said := _stops_or_starts(work, address, who, text)) is not None:
        return said
    if who is not None and (said := _meant_by_a_liaison(work, who, text)) is not None:
        return said
    if (said := inbound.text_in(work, person, address, text)) is not None:
        return said
    return _about_a_case(work, person, who, text)


def _meant_by_a_liaison(work: UnitOfWork, who: Liaison, text: str) -> Phrase | None:
    """What a liaison alone can mean: that they are there tonight, a step on
    a broadcast or a rumour, or a broadcast named by its number."""
    if night_check.answered(work, who) and tidy(text) == "1":
        return _is_there(work, who)
    if of_committee := broadcast_commands.understand(text) or rumour_commands.understand(text):
        return desk.for_liaison(work, who, of_committee)
    return _names_a_message(work, who, text)


def _about_a_case(work: UnitOfWork, person: Person, who: Liaison | None, text: str) -> Phrase | None:
    """A liaison's step, a citizen's verdict on the case that they were asked
    about, or more about their latest. None from whoever has no case."""
    case = followups.asked_last(work, person)
    if who is not None and (case is None or _speaks_as_liaison(work, who, text)):
        return _steps(work, who, text)
    if case is not None and (case.state != CaseState.CLOSED or case_commands.verdict_in(text)):
        return _verdict(work, case, text)
    case = latest_case_of(work.session, person)
    return _says_more(work, case, text) if case is not None and tidy(text) else None


def _stops_or_starts(work: UnitOfWork, address: Address, who: Liaison | None, text: str) -> Phrase | None:
    """They want no more texts from us, or want them again.
    None where it is about something else, or may well be."""
    if means(text, STOP) or (who is None and stops(text)):
        stop_texts(work, address)
        if who is not None:
            duty_changes.stay_off(work, who)
        return phrases.texts_stopped()
    if who is None and _has_had_enough(work, address, text):
        stop_texts(work, address)
        return news_phrases.no_more_texts(work.settings.service_code, work.country.emergency)
    if means(text, START):
        address.reopen()
        return (
            _resumed(work, address)
            if who is None
            else liaison_phrases.resumed(desk.for_liaison(work, who, GoOn()))
        )
    return None


def _resumed(work: UnitOfWork, address: Address) -> Phrase:
    return phrases.texts_resumed(had_news=subscriptions.had(work.session, address))


def stops(text: str) -> bool:
    """Whether a citizen has had enough: STOP, also with the number of the message that was too much."""
    first, _space, rest = text.strip().partition(" ")
    return means(first, STOP) and is_number(tidy(rest))


def _has_had_enough(work: UnitOfWork, address: Address, text: str) -> bool:
    """The same in other words. Of one who has a case still, or
    gets no news, they may be about what happens to them."""
    if isinstance(news_commands.understand(text), Unsubscribe) or latest_case_of(
        work.session, address.person
    ):
        return False
    return news_commands.is_enough(text) or (news_commands.may_be_enough(text) and _has_news(work, address))


def _has_news(work: UnitOfWork, address: Address) -> bool:
    return bool(subscriptions.of(work.session, address))


def _steps(work: UnitOfWork, who: Liaison, text: str) -> Phrase:
    """Take the step in a case that a liaison texts; where it is
    none, or there is no case, tell them what they may have meant."""
    command = case_commands.understand(text)
    done = desk.for_liaison(work, who, command) if command else None
    if done is not None and (done != liaison_phrases.no_cases() or _has_letters(command)):
        return done
    return _may_have_meant(work, who, text) or done or liaison_phrases.what_to_text()


def _has_letters(command: Act | GoOn | GoOff | None) -> bool:
    """Whether they named a case by its word, be it one that waits no more."""
    return isinstance(command, Act) and not command.word.isdecimal() and bool(command.word)


def _names_a_message(work: UnitOfWork, who: Liaison, text: str) -> Phrase | None:
    """A liaison names nothing but a message that has not
    gone out: they are shown it, and how to say yes or no."""
    asked = news_commands.understand(text)
    known = broadcast_by_code(work.session, asked.code) if isinstance(asked, IsOurs) else None
    return (
        desk.for_liaison(work, who, Deal("show", known.code))
        if known is not None and known.state in UNSENT
        else None
    )


def _may_have_meant(work: UnitOfWork, who: Liaison, text: str) -> Phrase | None:
    """What a liaison may have meant who wrote nothing that we
    understand. None where it was hardly about a message or a rumour."""
    numbers = [tidy(each) for each in re.findall(r"\d+", text)]
    if re.search(r"\br\s?\d", text, re.IGNORECASE):
        return rumour_phrases.what_to_text()
    if (asked := _broadcast_meant(work, who, text, numbers)) is not None:
        return _asks_again(asked, who)
    is_like_a_code = any(4 <= len(each) <= broadcast_commands.MOST_FIGURES for each in numbers)
    return broadcast_phrases.what_to_text_broadcast() if is_like_a_code else None


def _broadcast_meant(work: UnitOfWork, who: Liaison, text: str, numbers: Collection[str]) -> Broadcast | None:
    """Of those that wait for this liaison's yes: the one with such a number; or else the
    newest, if the text may be a yes or no, or nothing else waits for them."""
    waiting = _asked_of(work, who)
    named = next((each for each in waiting if each.code in numbers or each.mark in numbers), None)
    if waiting and (named or _answers(text) or not dispatch.before(work.session, who, work.now)):
        return named or waiting[0]
    return None


def _answers(text: str) -> bool:
    """Whether it may be a yes or no to a message: ok, sawa, Approved, yes please, no."""
    first = next(iter(bare_words(text)), "").removesuffix("d")
    return means(first, broadcast_commands.APPROVE) or means(text, broadcast_commands.OBJECT)


def _asked_of(work: UnitOfWork, who: Liaison) -> list[Broadcast]:
    """The messages that wait for this liaison's yes, the newest first."""
    waiting = (each for each in unfinished_broadcasts(work.session) if each.state == BroadcastState.SUBMITTED)
    return [each for each in waiting if _waits_for(each, who, work)][::-1]


def _waits_for(broadcast: Broadcast, who: Liaison, work: UnitOfWork) -> bool:
    asked = any(deed.liaison_id == who.id for deed in broadcast.done(DeedKind.ASKED))
    return asked and not any(
        deed.liaison_id == who.id for deed in broadcast_approval.approvals(broadcast, work.now)
    )


def _asks_again(broadcast: Broadcast, who: Liaison) -> Phrase:
    text = broadcast_approval.to_read(broadcast, who.language)
    return broadcast_phrases.asks_approval(broadcast.code, broadcast.mark, text, again=True)


def _is_there(work: UnitOfWork, who: Liaison) -> Phrase:
    """They say in the evening that they are there. That takes
    no case, though one may have come before them meanwhile."""
    waiting = [
        each.word
        for each in dispatch.before(work.session, who, work.now)
        if each.state == DispatchState.ASKED
    ]
    return (
        liaison_phrases.ready_with_cases(duty_phrases.thanks_ready(), ", ".join(waiting))
        if waiting
        else duty_phrases.thanks_ready()
    )


def _says_more(work: UnitOfWork, case: Case, text: str) -> Phrase:
    """A citizen whose case is not closed, and whom we have not asked
    anything. `3` is what they answer who are still in danger."""
    if case_commands.verdict_in(text) == "danger":
        return in_danger(work, case)
    if case_commands.verdict_in(text) is not None:
        standing = status.standing_of(work, case)
        if standing.state == "nobody":  # whom to go to tells others who read this phone what it is about
            return citizen_phrases.there_is_news(case.spoken, work.settings.service_code)
        return citizen_phrases.how_it_is(case.spoken, citizen_phrases.how_it_stands(standing))
    return add_words(work, case, text)


def is_for_us(work: UnitOfWork, person: Person, text: str) -> bool:
    """Whether a text speaks to the hotline whatever was asked just then: STOP, START, and of a liaison ON,
    OFF, or a step in a case that waits for them."""
    if means(text, STOP) or means(text, START):
        return True
    who, command = liaisons.of(work.session, person), case_commands.understand(text)
    if who is not None and (broadcast_commands.understand(text) or rumour_commands.understand(text)):
        return True
    if who is None or not isinstance(command, Act):
        return who is not None and command is not None
    return command.word in {each.word for each in dispatch.before(work.session, who, work.now)}


def _speaks_as_liaison(work: UnitOfWork, who: Liaison, text: str) -> bool:
    """Of a liaison whom we have asked for a verdict as a citizen: a bare
    key is for the case that waits for them, a yes or no never is."""
    if case_commands.verdict_in(text) is None:
        return True
    return case_commands.understand(text) is not None and bool(dispatch.before(work.session, who, work.now))


def _verdict(work: UnitOfWork, case: Case, text: str) -> Phrase:
    verdict = case_commands.verdict_in(text)
    if verdict is None and case_commands.says_something(text):
        add_words(work, case, text)
    if verdict is None or not followups.judge(work, case, verdict):
        return citizen_phrases.did_help_come(case.spoken)
    return desk.thanks(work, case, verdict)


def _way_in(work: UnitOfWork, address: Address) -> tuple[Phrase, str]:
    """To a stranger: how to reach us, once a day, so that two machines cannot text each other for ever."""
    phrase = phrases.how_to_report(
        work.settings.service_code, work.country.emergency, has_news=_has_news(work, address)
    )
    return phrase, f"way_in:{address.id}:{work.now.date()}"
