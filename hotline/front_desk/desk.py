"""The front desk: whatever somebody wants, by whichever door it comes, is done here."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.broadcasts import board as boards
from hotline.broadcasts import control as broadcasting
from hotline.broadcasts.menus import Compose, Deal
from hotline.cases import assignment as asking
from hotline.cases import case as cases
from hotline.cases import citizen_menus as citizen
from hotline.cases import conflicts as firewall
from hotline.cases import dispatch, evidence, followups, incidents, lapses, promises
from hotline.cases import liaison_menus as liaison
from hotline.cases import missed_promises as admitting
from hotline.cases import notify_liaison as telling
from hotline.cases import reference_number as references
from hotline.cases import responses as acknowledgement
from hotline.cases.case import Case
from hotline.cases.citizen_menus import Caller, Forget, Judge, OfCommittee, Report, Standing, Stop, Verdict, Wish
from hotline.cases.dispatch import Dispatch
from hotline.cases.liaison_menus import Act, Desk, GoOff, GoOn, Waiting
from hotline.context import Work
from hotline.conversation.screens import LookUp, Nothing
from hotline.core.crypto import Tampered
from hotline.core.database import insert_once
from hotline.core.i18n import Words, say
from hotline.directory import liaisons, people, shifts
from hotline.directory.bodies import Body, Serves
from hotline.directory.categories import CATEGORIES, CONDUCT, Kind
from hotline.directory.liaisons import Liaison
from hotline.directory.people import Address, Person
from hotline.front_desk import erasure
from hotline.messaging import message as messages
from hotline.messaging.message import About
from hotline.news import inbound as news
from hotline.news import menus as dialogue_of_news
from hotline.news.menus import Subscribe, Unsubscribe
from hotline.outbox import What
from hotline.rumours import questions as wondering
from hotline.rumours import verification as rumour_desk
from hotline.rumours.menus import Look, Wonder

MOST_LISTED = 8
"""Cases of one person that are listed; of others they know the number."""


@dataclass(frozen=True, slots=True)
class Call:
    """One sitting with somebody: which, how, who if the carrier told us, and in what language."""

    session_index: str
    channel: str
    number: str | None
    """In international form, or the channel's own; None where what the carrier gave us is no number. Such a caller can report all the
    same."""
    language: str
    origin: str = ""
    """The poster or the link that brought them, if one did."""

    @property
    def address(self) -> str:
        """The channel of the address that they speak from."""
        return people.TELEGRAM if self.channel == people.TELEGRAM else people.PHONE


def who_calls(work: Work, number_index: str, channel: str = people.PHONE) -> Caller:
    """What is known of a caller when they dial in, or write in a chat."""
    known = liaisons.known_by(work.session, number_index, channel)
    if known is None:
        return Caller()
    who = work.session.get_one(Liaison, known.liaison) if known.liaison else None
    return Caller(known.language, known.home, _desk_of(work, who) if who else None, asked=followups.waiting_for(work.session, known.person))


def reported_from(session: Session, number_index: str, channel: str) -> list[tuple[str, str]]:
    """What was reported from this address, the newest first: of each case its reference and its state."""
    theirs = select(Case.reference, Case.state).join(Address, Address.person_id == Case.person_id)
    here = (Case.channel == channel, Address.channel == channel, Address.number_index == number_index)
    return [(row[0], row[1]) for row in session.execute(theirs.where(*here).order_by(Case.opened_at.desc()).limit(MOST_LISTED))]


def _desk_of(work: Work, who: Liaison) -> Desk:
    there = shifts.on_duty(work.session, [who.id], work.country.zone, work.now)
    return Desk(who.id in there, tuple(_waiting(work, each) for each in dispatch.before(work.session, who, work.now)))


def _waiting(work: Work, each: Dispatch) -> Waiting:
    place = work.areas[each.case.area_code].name
    return Waiting(each.word, each.case.category_code, place, each.how(work.session, work.now))


def look_up(work: Work, question: LookUp, call: Call) -> str:
    """Answer what a dialogue asks of the hotline, not of the person."""
    if question.name.startswith("?case"):
        return _standing(work, question.key).to_text()
    if question.name == "?bodies":
        return citizen.bodies_to_text(_stations(work, question.key))
    if question.name in OF_NEWS:
        return OF_NEWS[question.name](work, question.key, call)
    who = _liaison(work, call)
    if who is not None and (found := boards.answer(work, who, question, call.language)) is not None:
        return found
    if question.name in OF_RUMOURS and who is not None:
        return OF_RUMOURS[question.name](work, who, question.key)
    return say(_details(work, who, question.key), call.language)


OF_NEWS: dict[str, Callable[[Work, str, Call], str]] = {
    "?news": lambda work, area, call: news.listing(work, area, call.language),
    "?ours": lambda work, code, call: say(news.is_it_ours(work, code, call.language), call.language),
    "?mine": lambda work, _key, call: news.theirs(work, call.number, call.address),
}
"""What anybody may look up of what is said to everybody."""

OF_RUMOURS: dict[str, Callable[[Work, Liaison, str], str]] = {
    "?rumours": lambda work, who, _number: rumour_desk.listing(work, who),
    "?rumour": rumour_desk.details,
}
"""What only a liaison may."""


def _standing(work: Work, typed: str) -> Standing:
    reference = references.read(typed)
    if reference is None:
        return Standing("slip")
    case = cases.by_reference(work.session, reference)
    return standing_of(work, case) if case is not None else Standing("unknown")


def _stations(work: Work, area: str) -> list[tuple[str, str]]:
    """The police bodies of a place, the nearest first: their codes and names."""
    around = {each.code: steps for steps, each in enumerate(work.areas.outwards(work.areas[area]))}
    here = select(Body.code, Body.name, Serves.area_code).join(Serves, Serves.body_code == Body.code)
    found = work.session.execute(here.where(Body.kind == Kind.POLICE, Serves.area_code.in_(around))).all()
    nearest = sorted(found, key=lambda row: (around[row[2]], row[1]))
    return list(dict.fromkeys((code, name) for code, name, _area in nearest))[:MOST_LISTED]


def standing_of(work: Work, case: Case) -> Standing:
    """How a case stands, for its citizen."""
    judged = case.may_be_judged(work.now)
    match case.state:
        case cases.OPEN:
            return _waiting_still(work, case)
        case cases.ACKNOWLEDGED:
            return Standing("there" if case.there_at else "coming" if case.on_the_way_at else "taken", open_to_verdict=judged)
        case cases.RESOLVED:
            return Standing("done", open_to_verdict=judged)
        case _:
            return Standing("closed", open_to_verdict=judged)


def _waiting_still(work: Work, case: Case) -> Standing:
    asked = dispatch.asked_now(work.session, case)
    if not asked and asking.nobody_may(work, case):
        return Standing("nobody", asked=work.country.oversight)
    promise = promises.latest(work.session, case)
    missed = promises.missed(work.session, case) > 0 or promise is None or promise.due_at <= work.now
    by = max(promise.due_at, work.now) if promise else work.now
    who = say(admitting.named(case, asked[-1].body.name), case.language) if asked else ""
    return Standing("waiting", work.clock_time(by), missed=missed, asked=who)


def _details(work: Work, who: Liaison | None, word: str) -> Words:
    if who is not None:
        for each in dispatch.before(work.session, who, work.now):
            if each.word == word:
                place = work.areas.full_name(work.areas[each.case.area_code])
                return liaison.case_details(each.case.about, place, each.case.details(work.keys))
    return liaison.over(word)


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
            return citizen.forgotten(work.country.emergency)
        case Wonder() | Subscribe() | Unsubscribe():
            return _about_news(work, wish, call)
        case _:
            who = _liaison(work, call)
            return for_liaison(work, who, wish) if who else liaison.no_cases()


def _about_news(work: Work, wish: Wonder | Subscribe | Unsubscribe, call: Call) -> Words:
    """What somebody wants of what is said to everybody. Who wants an answer, or news, gives us leave to write to them."""
    may_write = isinstance(wish, Subscribe) or (isinstance(wish, Wonder) and wish.may_answer)
    address = _address(work, call, may_write=may_write)
    if address is None and not isinstance(wish, Wonder):
        return dialogue_of_news.no_number()
    match wish:
        case Wonder() if wish.may_answer and address is not None:
            address.opted_out_at = None  # they have just said that we may
            return wondering.wonder(work, wish, call.language, call.channel, address, call.session_index)
        case Wonder():
            return wondering.wonder(work, wish, call.language, call.channel, address, call.session_index)
        case Subscribe() if address is not None:
            return news.subscribe(work, address, wish.area, call.language, call.channel, sure=wish.sure)
        case Unsubscribe() if address is not None:
            return news.unsubscribe(work, address)
        case _:
            return citizen.not_saved(work.country.emergency)


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
        return citizen.nobody_may(case.spoken, work.country.oversight, emergency)
    return citizen.promised(case.spoken, work.clock_time(promises.due(work.session, case)), emergency, case.contact)


def remember_language(work: Work, call: Call) -> None:
    """The language that somebody chose is theirs from now on."""
    if call.number is not None:
        people.meet(work.session, work.keys, call.number, work.now, may_write=False, language=call.language, channel=call.address)


def _stop(work: Work, call: Call) -> Words:
    """A liaison who wants no messages goes off duty: else cases would be put before one who never hears of them."""
    if (who := _liaison(work, call)) is not None:
        return for_liaison(work, who, GoOff())
    person = _person(work, call)
    if person is not None and (address := person.at(call.address)):
        messages.stop(work, address)
    return citizen.texts_stopped()


def _forget(work: Work, call: Call) -> None:
    person = _person(work, call)
    if person is not None:
        erasure.forget(work, person, call.address)


def _person(work: Work, call: Call) -> Person | None:
    return people.by_number(work.session, work.keys, call.number, call.address) if call.number else None


def open_case(work: Work, report: Report, call: Call) -> Case:
    """Make a report a case, once for each sitting: the same sitting again gets the same case."""
    person = _reporter(work, report, call)
    while True:
        values = _values(work, report, call, person)
        if insert_once(work.session, Case, **values):
            break
        if known := cases.by_session(work.session, call.session_index):
            return known
    case = Case(**values)
    promises.make(work, case)
    if case.category is CONDUCT:
        keep_from_named(work, case, f"{report.named_officer} {report.details}")
    case.note(work.session, work.now, "reported", "citizen", f"{call.channel} {call.origin}".strip())
    evidence.belongs_to(work.session, call.session_index, case, work.now)
    work.put(What.OPEN, case.id)
    return case


def _values(work: Work, report: Report, call: Call, person: Person | None) -> dict[str, object]:
    identity, category = uuid4(), CATEGORIES[report.category]
    return {
        "id": identity,
        "reference": references.new(),
        "session_index": call.session_index,
        "channel": call.channel,
        "category_code": category.code,
        "area_code": report.area,
        "locked_details": work.keys.vault.lock(_details_of(report), cases.details_place(identity)),
        "contact": report.contact if person else "none",
        "language": call.language,
        "person_id": person.id if person else None,
        "opened_at": work.now,
        "round": 1,
        "round_began_at": work.now,
        "urgency": category.urgency,
        "wants_woman": report.wants_woman,
        "named_body": report.named_body or None,
    }


def _details_of(report: Report) -> str:
    return f"{report.details} ({report.named_officer})" if report.named_officer else report.details


def keep_from_named(work: Work, case: Case, words: str) -> None:
    """Whoever on our list may be somebody that a citizen names in a report about the police never sees it."""
    for identity, name in work.session.execute(select(Liaison.id, Liaison.name)):
        if firewall.may_be(words, name):
            cases.bar(work.session, case, identity, firewall.NAMED, work.now)


def keep_from_newly_listed(work: Work) -> None:
    """The same for whoever has come on the list since: before they are asked about anything."""
    for case in work.session.scalars(select(Case).where(Case.category_code == CONDUCT.code, Case.state != cases.CLOSED)):
        with suppress(Tampered):  # what nobody can read names nobody
            keep_from_named(work, case, case.details(work.keys))


def _reporter(work: Work, report: Report, call: Call) -> Person | None:
    """Whoever reports, as little of them as they allow."""
    if call.number is None:
        return None
    may_write = report.contact == "text"
    person = people.meet(work.session, work.keys, call.number, work.now, may_write=may_write, language=call.language, channel=call.address)
    if report.remember:
        person.home_area = report.area
    if may_write and (address := person.at(call.address)):
        address.opted_out_at = None
    return person


def take_up(work: Work, case: Case) -> None:
    """What happens first to a case: its citizen hears that it was received, it is linked with others about the same event, and put before a
    liaison."""
    promise = promises.latest(work.session, case)
    if promise is not None and promise.state == promises.OPEN:
        promises.watch(work, promise)
    if case.state != cases.OPEN:
        return
    for risen in incidents.join(work, case):
        lapses.hasten(work, risen)
    _tell_of_call(work, case)
    asked = asking.put_before_next(work, case)
    if not asked and asking.nobody_may(work, case):
        followups.tell(
            work, case, citizen.there_is_news(case.spoken, work.settings.service_code), About.CASE, f"{messages.NOBODY}{case.id}"
        )
    else:
        _tell_received(work, case)


def _tell_of_call(work: Work, case: Case) -> None:
    """Whoever has the same event already hears that it was reported again."""
    calls = incidents.calls(work.session, case, work.now)
    if calls.nth == 1:
        return
    case.note(work.session, work.now, "linked", why=f"report number {calls.nth} about the same place and kind")
    if incidents.is_news(calls.nth):
        another_call = partial(liaison.another_call, nth=calls.nth, minutes=calls.minutes, phones=calls.phones)
        telling.tell_of_event(work, case, another_call, f"call:{case.id}")


def _tell_received(work: Work, case: Case) -> None:
    if case.channel != people.TELEGRAM:  # where the last screen is a message that stays
        received = citizen.received(case.spoken, work.clock_time(promises.due(work.session, case)), work.country.emergency)
        followups.tell(work, case, received, About.CASE, f"{messages.RECEIVED}{case.id}")


def _judge(work: Work, wish: Judge, call: Call) -> Words:
    reference = references.read(wish.reference)
    case = cases.by_reference(work.session, reference) if reference else None
    if case is None or not followups.judge(work, case, wish.verdict):
        return citizen.how_it_stands(_standing(work, wish.reference))
    return thanks(work, case, wish.verdict, on_screen=call.channel != people.TELEGRAM)


def thanks(work: Work, case: Case, verdict: Verdict, *, on_screen: bool = False) -> Words:
    """What one is told who has said whether help came."""
    by = work.clock_time(promises.due(work.session, case))
    return citizen.thanks_for_verdict(verdict, by, work.country.emergency, on_screen=on_screen)


def _liaison(work: Work, call: Call) -> Liaison | None:
    person = _person(work, call)
    return liaisons.of(work.session, person) if person else None


def for_liaison(work: Work, who: Liaison, wish: Act | GoOn | GoOff | OfCommittee) -> Words:
    """Do what a liaison wants, and say what has come of it."""
    match wish:
        case Compose() | Deal():
            return broadcasting.deal(work, who, wish)
        case Look():
            return rumour_desk.act(work, who, wish)
        case Act():
            return acknowledgement.act(work, who, wish)
        case GoOn():
            return liaison.on_duty(_day_and_time(work, shifts.come_on(work, who)))
        case GoOff():
            off = liaison.off_duty(_day_and_time(work, shifts.go_off(work, who, wish.days)))
            held = [each.word for each in dispatch.before(work.session, who, work.now)]
            return liaison.off_with_cases(off, ", ".join(held)) if held else off


def _day_and_time(work: Work, moment: datetime | None) -> str:
    return work.clock_time(moment) if moment else ""
