"""What a menu asks of the hotline while somebody looks at the screen."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.broadcasts import board as broadcast_board
from hotline.cases import dispatch, followups, liaison_phrases
from hotline.cases.case import Case, case_by_reference
from hotline.cases.citizen_menus import Caller
from hotline.cases.citizen_phrases import Standing
from hotline.cases.dispatch import Dispatch
from hotline.cases.liaison_menus import Assignments, Waiting
from hotline.cases.reference_number import read_reference
from hotline.cases.reporting import Call
from hotline.cases.status import standing_of
from hotline.context import UnitOfWork
from hotline.conversation.screens import LookUp
from hotline.core import codec
from hotline.core.i18n import Phrase, say
from hotline.directory import liaisons, people, shifts
from hotline.directory.bodies import Body, Serves
from hotline.directory.categories import BodyKind
from hotline.directory.liaisons import Liaison
from hotline.directory.people import Address, Person
from hotline.news import published, subscribing
from hotline.rumours import views as rumour_views

MOST_LISTED = 8
"""Cases of one person that are listed; of others they know the number."""


def who_calls(work: UnitOfWork, number_index: str, channel: str = people.PHONE) -> Caller:
    """What is known of a caller when they dial in, or write in a chat."""
    known = liaisons.known_by(work.session, number_index, channel)
    if known is None:
        return Caller()
    who = work.session.get_one(Liaison, known.liaison) if known.liaison else None
    return Caller(
        known.language,
        known.home,
        _assignments_of(work, who) if who else None,
        asked=followups.waiting_for(work.session, known.person),
    )


def reported_from(session: Session, number_index: str, channel: str) -> list[tuple[str, str]]:
    """What was reported from this address, the newest first: of each case its reference and its state."""
    theirs = select(Case.reference, Case.state).join(Address, Address.person_id == Case.person_id)
    here = (Case.channel == channel, Address.channel == channel, Address.number_index == number_index)
    return [
        (row[0], row[1])
        for row in session.execute(theirs.where(*here).order_by(Case.opened_at.desc()).limit(MOST_LISTED))
    ]


def _assignments_of(work: UnitOfWork, who: Liaison) -> Assignments:
    there = shifts.on_duty(work.session, [who.id], work.country.zone, work.now)
    return Assignments(
        who.id in there, tuple(_waiting(work, each) for each in dispatch.before(work.session, who, work.now))
    )


def _waiting(work: UnitOfWork, each: Dispatch) -> Waiting:
    place = work.areas[each.case.area_code].name
    return Waiting(each.word, each.case.category_code, place, each.how(work.session, work.now))


def look_up(work: UnitOfWork, question: LookUp, call: Call) -> str:
    """Answer what a dialogue asks of the hotline, not of the person."""
    found = _found(work, question, call)
    return found if isinstance(found, str) else codec.encode(found)


def _found(work: UnitOfWork, question: LookUp, call: Call) -> object:
    """A value of the kind that the question asks for: see `screens.looked_up`."""
    if question.name.startswith("?case"):
        return standing(work, question.key)
    if question.name == "?bodies":
        return _stations(work, question.key)
    if question.name in OF_NEWS:
        return OF_NEWS[question.name](work, question.key, call)
    who = liaison(work, call)
    if who is not None and (found := broadcast_board.answer(work, who, question, call.language)) is not None:
        return found
    if question.name in OF_RUMOURS and who is not None:
        return OF_RUMOURS[question.name](work, who, question.key)
    return say(_details(work, who, question.key), call.language)


OF_NEWS: dict[str, Callable[[UnitOfWork, str, Call], object]] = {
    "?news": lambda work, area, call: published.verified(work, area, call.language),
    "?ours": lambda work, code, call: say(published.is_it_ours(work, code, call.language), call.language),
    "?mine": lambda work, _key, call: subscribing.theirs(work, call.number, call.address),
}
"""What anybody may look up of what is said to everybody."""

OF_RUMOURS: dict[str, Callable[[UnitOfWork, Liaison, str], object]] = {
    "?rumours": lambda work, who, _number: rumour_views.listing(work, who),
    "?rumour": rumour_views.details,
}
"""What only a liaison may."""


def standing(work: UnitOfWork, typed: str) -> Standing:
    reference = read_reference(typed)
    if reference is None:
        return Standing("slip")
    case = case_by_reference(work.session, reference)
    return standing_of(work, case) if case is not None else Standing("unknown")


def _stations(work: UnitOfWork, area: str) -> list[tuple[str, str]]:
    """The police bodies of a place, the nearest first: their codes and names."""
    around = {each.code: steps for steps, each in enumerate(work.areas.outwards(work.areas[area]))}
    here = select(Body.code, Body.name, Serves.area_code).join(Serves, Serves.body_code == Body.code)
    found = work.session.execute(here.where(Body.kind == BodyKind.POLICE, Serves.area_code.in_(around))).all()
    nearest = sorted(found, key=lambda row: (around[row[2]], row[1]))
    return list(dict.fromkeys((code, name) for code, name, _area in nearest))[:MOST_LISTED]


def _details(work: UnitOfWork, who: Liaison | None, word: str) -> Phrase:
    if who is not None:
        for each in dispatch.before(work.session, who, work.now):
            if each.word == word:
                place = work.areas.full_name(work.areas[each.case.area_code])
                return liaison_phrases.case_details(each.case.about, place, each.case.details(work.keys))
    return liaison_phrases.over(word)


def person_of(work: UnitOfWork, call: Call) -> Person | None:
    return people.by_number(work.session, work.keys, call.number, call.address) if call.number else None


def liaison(work: UnitOfWork, call: Call) -> Liaison | None:
    person = person_of(work, call)
    return liaisons.of(work.session, person) if person else None
