"""The front desk: whatever somebody wants, by whichever door it comes, is done here."""

from datetime import datetime

from hotline.broadcasts import actions as broadcast_actions
from hotline.broadcasts.menus import Compose, Deal
from hotline.cases import (
    assignment,
    citizen_phrases,
    dispatch,
    followups,
    liaison_phrases,
    promises,
    responses,
)
from hotline.cases.case import Case, case_by_reference
from hotline.cases.citizen_menus import Judge, Report
from hotline.cases.citizen_phrases import VerdictWord
from hotline.cases.liaison_menus import Act, GoOff, GoOn
from hotline.cases.reference_number import read_reference
from hotline.cases.reporting import Call, open_case
from hotline.context import UnitOfWork
from hotline.conversation.screens import Nothing
from hotline.core.i18n import Phrase
from hotline.directory import duty_changes, people
from hotline.directory.liaisons import Liaison
from hotline.directory.people import Address
from hotline.front_desk import erasure, phrases
from hotline.front_desk.lookups import liaison, person_of, standing
from hotline.front_desk.menu import Command, Forget, OfCommittee, Stop
from hotline.messaging.message import stop_texts
from hotline.news import phrases as news_phrases
from hotline.news import subscribing
from hotline.news.menus import Subscribe, Unsubscribe
from hotline.rumours import questions as rumour_questions
from hotline.rumours import verification
from hotline.rumours.menus import AskRumour, RumourCommand


def carry_out(work: UnitOfWork, command: Command, call: Call) -> Phrase:
    """Do what somebody wants at the end of a conversation, and say the last words of it."""
    match command:
        case Report():
            return _promised(work, open_case(work, command, call))
        case Judge():
            return _judge(work, command, call)
        case Nothing():
            return command.words
        case Stop():
            return _stop(work, call)
        case Forget():
            _forget(work, call)
            return phrases.forgotten(work.country.emergency)
        case AskRumour() | Subscribe() | Unsubscribe():
            return _about_news(work, command, call)
        case _:
            who = liaison(work, call)
            return for_liaison(work, who, command) if who else liaison_phrases.no_cases()


def _about_news(work: UnitOfWork, command: AskRumour | Subscribe | Unsubscribe, call: Call) -> Phrase:
    """What somebody wants of what is said to everybody. Who
    wants an answer, or news, gives us leave to write to them."""
    may_write = isinstance(command, Subscribe) or (isinstance(command, AskRumour) and command.may_answer)
    address = _address(work, call, may_write=may_write)
    if address is None and not isinstance(command, AskRumour):
        return news_phrases.no_number()
    match command:
        case AskRumour() if command.may_answer and address is not None:
            address.opted_out_at = None  # they have just said that we may
            return rumour_questions.ask(
                work, command, call.language, call.channel, address, call.session_index
            )
        case AskRumour():
            return rumour_questions.ask(
                work, command, call.language, call.channel, address, call.session_index
            )
        case Subscribe() if address is not None:
            return subscribing.subscribe(
                work, address, command.area, call.language, call.channel, sure=command.sure
            )
        case Unsubscribe() if address is not None:
            return subscribing.unsubscribe(work, address)
        case _:
            return phrases.not_saved(work.country.emergency)


def _address(work: UnitOfWork, call: Call, *, may_write: bool) -> Address | None:
    """Where they speak from, as little of it as they allow."""
    if call.number is None:
        return None
    person = people.meet(
        work.session,
        work.keys,
        call.number,
        work.now,
        may_write=may_write,
        language=call.language,
        channel=call.address,
    )
    work.session.flush()
    return person.at(call.address)


def _promised(work: UnitOfWork, case: Case) -> Phrase:
    """The last words to one who has reported; honest, where nobody on our list may see what they said."""
    emergency = work.country.emergency
    if assignment.nobody_may(work, case):
        return citizen_phrases.nobody_may(case.spoken, work.country.oversight, emergency)
    return citizen_phrases.promised(
        case.spoken, work.clock_time(promises.due(work.session, case)), emergency, case.contact
    )


def remember_language(work: UnitOfWork, call: Call) -> None:
    """The language that somebody chose is theirs from now on."""
    if call.number is not None:
        people.meet(
            work.session,
            work.keys,
            call.number,
            work.now,
            may_write=False,
            language=call.language,
            channel=call.address,
        )


def _stop(work: UnitOfWork, call: Call) -> Phrase:
    """A liaison who wants no messages goes off duty: else
    cases would be put before one who never hears of them."""
    if (who := liaison(work, call)) is not None:
        return for_liaison(work, who, GoOff())
    person = person_of(work, call)
    if person is not None and (address := person.at(call.address)):
        stop_texts(work, address)
    return phrases.texts_stopped()


def _forget(work: UnitOfWork, call: Call) -> None:
    person = person_of(work, call)
    if person is not None:
        erasure.forget(work, person, call.address)


def _judge(work: UnitOfWork, command: Judge, call: Call) -> Phrase:
    reference = read_reference(command.reference)
    case = case_by_reference(work.session, reference) if reference else None
    if case is None or not followups.judge(work, case, command.verdict):
        return citizen_phrases.how_it_stands(standing(work, command.reference))
    return thanks(work, case, command.verdict, on_screen=call.channel != people.TELEGRAM)


def thanks(work: UnitOfWork, case: Case, verdict: VerdictWord, *, on_screen: bool = False) -> Phrase:
    """What one is told who has said whether help came."""
    by = work.clock_time(promises.due(work.session, case))
    return citizen_phrases.thanks_for_verdict(verdict, by, work.country.emergency, on_screen=on_screen)


def for_liaison(work: UnitOfWork, who: Liaison, command: Act | GoOn | GoOff | OfCommittee) -> Phrase:
    """Do what a liaison wants, and say what has come of it."""
    match command:
        case Compose() | Deal():
            return broadcast_actions.deal(work, who, command)
        case RumourCommand():
            return verification.act(work, who, command)
        case Act():
            return responses.act(work, who, command)
        case GoOn():
            return liaison_phrases.on_duty(_day_and_time(work, duty_changes.come_on(work, who)))
        case GoOff():
            off = liaison_phrases.off_duty(_day_and_time(work, duty_changes.go_off(work, who, command.days)))
            held = [each.word for each in dispatch.before(work.session, who, work.now)]
            return liaison_phrases.off_with_cases(off, ", ".join(held)) if held else off


def _day_and_time(work: UnitOfWork, moment: datetime | None) -> str:
    return work.clock_time(moment) if moment else ""
