"""The front desk: whatever somebody wants, by whichever door it comes, is done here."""

from datetime import datetime

from hotline.broadcasts import actions as broadcast_actions
from hotline.broadcasts.menus import Compose, Deal
from hotline.cases import assignment as asking
from hotline.cases import case as cases
from hotline.cases import citizen_phrases, dispatch, followups, liaison_phrases, promises
from hotline.cases import reference_number as references
from hotline.cases import responses as acknowledgement
from hotline.cases.case import Case
from hotline.cases.citizen_menus import Judge, Report
from hotline.cases.citizen_phrases import Verdict
from hotline.cases.liaison_menus import Act, GoOff, GoOn
from hotline.cases.reporting import Call, open_case
from hotline.context import Work
from hotline.conversation.screens import Nothing
from hotline.core.i18n import Words
from hotline.directory import people, shifts
from hotline.directory.liaisons import Liaison
from hotline.directory.people import Address
from hotline.front_desk import erasure, phrases
from hotline.front_desk.lookups import liaison, person_of, standing
from hotline.front_desk.menu import Forget, OfCommittee, Stop, Wish
from hotline.messaging import message as messages
from hotline.news import phrases as news_phrases
from hotline.news import subscribing
from hotline.news.menus import Subscribe, Unsubscribe
from hotline.rumours import questions as wondering
from hotline.rumours import verification as rumour_desk
from hotline.rumours.menus import Look, Wonder


def carry_out(work: Work, wish: Wish, call: Call) -> Words:
    """Do what somebody wants at the end of a conversation, and say the last words of it."""
    match wish:
        case Report():
            return _promised(work, open_case(work, wish, call))
        case Judge():
            return _judge(work, wish, call)
        case Nothing():
            return wish.words
        case Stop():
            return _stop(work, call)
        case Forget():
            _forget(work, call)
            return phrases.forgotten(work.country.emergency)
        case Wonder() | Subscribe() | Unsubscribe():
            return _about_news(work, wish, call)
        case _:
            who = liaison(work, call)
            return for_liaison(work, who, wish) if who else liaison_phrases.no_cases()


def _about_news(work: Work, wish: Wonder | Subscribe | Unsubscribe, call: Call) -> Words:
    """What somebody wants of what is said to everybody. Who wants an answer, or news, gives us leave to write to them."""
    may_write = isinstance(wish, Subscribe) or (isinstance(wish, Wonder) and wish.may_answer)
    address = _address(work, call, may_write=may_write)
    if address is None and not isinstance(wish, Wonder):
        return news_phrases.no_number()
    match wish:
        case Wonder() if wish.may_answer and address is not None:
            address.opted_out_at = None  # they have just said that we may
            return wondering.wonder(work, wish, call.language, call.channel, address, call.session_index)
        case Wonder():
            return wondering.wonder(work, wish, call.language, call.channel, address, call.session_index)
        case Subscribe() if address is not None:
            return subscribing.subscribe(work, address, wish.area, call.language, call.channel, sure=wish.sure)
        case Unsubscribe() if address is not None:
            return subscribing.unsubscribe(work, address)
        case _:
            return phrases.not_saved(work.country.emergency)


def _address(work: Work, call: Call, *, may_write: bool) -> Address | None:
    """Where they speak from, as little of it as they allow."""
    if call.number is None:
        return None
    person = people.meet(work.session, work.keys, call.number, work.now, may_write=may_write, language=call.language, channel=call.address)
    work.session.flush()
    return person.at(call.address)


def _promised(work: Work, case: Case) -> Words:
    """The last words to one who has reported; honest ones, where nobody on our list may see what they said."""
    emergency = work.country.emergency
    if asking.nobody_may(work, case):
        return citizen_phrases.nobody_may(case.spoken, work.country.oversight, emergency)
    return citizen_phrases.promised(case.spoken, work.clock_time(promises.due(work.session, case)), emergency, case.contact)


def remember_language(work: Work, call: Call) -> None:
    """The language that somebody chose is theirs from now on."""
    if call.number is not None:
        people.meet(work.session, work.keys, call.number, work.now, may_write=False, language=call.language, channel=call.address)


def _stop(work: Work, call: Call) -> Words:
    """A liaison who wants no messages goes off duty: else cases would be put before one who never hears of them."""
    if (who := liaison(work, call)) is not None:
        return for_liaison(work, who, GoOff())
    person = person_of(work, call)
    if person is not None and (address := person.at(call.address)):
        messages.stop(work, address)
    return phrases.texts_stopped()


def _forget(work: Work, call: Call) -> None:
    person = person_of(work, call)
    if person is not None:
        erasure.forget(work, person, call.address)


def _judge(work: Work, wish: Judge, call: Call) -> Words:
    reference = references.read(wish.reference)
    case = cases.by_reference(work.session, reference) if reference else None
    if case is None or not followups.judge(work, case, wish.verdict):
        return citizen_phrases.how_it_stands(standing(work, wish.reference))
    return thanks(work, case, wish.verdict, on_screen=call.channel != people.TELEGRAM)


def thanks(work: Work, case: Case, verdict: Verdict, *, on_screen: bool = False) -> Words:
    """What one is told who has said whether help came."""
    by = work.clock_time(promises.due(work.session, case))
    return citizen_phrases.thanks_for_verdict(verdict, by, work.country.emergency, on_screen=on_screen)


def for_liaison(work: Work, who: Liaison, wish: Act | GoOn | GoOff | OfCommittee) -> Words:
    """Do what a liaison wants, and say what has come of it."""
    match wish:
        case Compose() | Deal():
            return broadcast_actions.deal(work, who, wish)
        case Look():
            return rumour_desk.act(work, who, wish)
        case Act():
            return acknowledgement.act(work, who, wish)
        case GoOn():
            return liaison_phrases.on_duty(_day_and_time(work, shifts.come_on(work, who)))
        case GoOff():
            off = liaison_phrases.off_duty(_day_and_time(work, shifts.go_off(work, who, wish.days)))
            held = [each.word for each in dispatch.before(work.session, who, work.now)]
            return liaison_phrases.off_with_cases(off, ", ".join(held)) if held else off


def _day_and_time(work: Work, moment: datetime | None) -> str:
    return work.clock_time(moment) if moment else ""
