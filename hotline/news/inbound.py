"""What citizens text about news: to whom each text is handed, and what they are told where it is unclear."""

from collections.abc import Collection
from difflib import get_close_matches
from uuid import uuid4

from hotline.cases import dispatch, followups
from hotline.cases import sms_commands as case_commands
from hotline.cases.case import latest_case_of
from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.core.typed_input import tidy
from hotline.directory import liaisons, people, subscriptions
from hotline.directory.people import Address, Person
from hotline.news import phrases, sms_commands
from hotline.news.menus import Unsubscribe
from hotline.news.published import is_it_ours
from hotline.news.sms_commands import IsOurs, IsTrue, WantsNews
from hotline.news.subscribing import SMS, confirm, declines, subscribe, unsubscribe
from hotline.places.areas import Area
from hotline.places.names import bare_words
from hotline.rumours import questions as rumour_questions
from hotline.rumours.menus import AskRumour

MOST_NAMED = 3
FEW_WORDS = 2
"""No more than these are no report, even where they name no place that we know."""
ALIKE = 0.6


def text_in(work: UnitOfWork, person: Person, address: Address, text: str) -> Phrase | None:
    """Do what a text wants that is about news. None where it is about something else, or may well be."""
    verdict = case_commands.verdict_in(text)
    if verdict in ("helped", "not_helped") and _is_for_news(work, person, address, text):
        return confirm(work, address) if verdict == "helped" else declines(work, address)
    match sms_commands.understand(text):
        case WantsNews() as wants:
            return _wants(work, person, address, wants)
        case Unsubscribe():
            return unsubscribe(work, address)
        case IsOurs(code):
            return is_it_ours(work, code, _language(work, person, ""))
        case IsTrue() as asked:
            return _wonders(work, person, address, asked)
        case None:
            return None


def _is_for_news(work: UnitOfWork, person: Person, address: Address, text: str) -> bool:
    """Whether a yes or no is for what we have asked last, and that was
    whether they want news. A liaison's bare key is for their case."""
    asked = subscriptions.asked_last(work.session, address, work.now)
    if asked is None or (tidy(text) in ("1", "2") and _has_cases(work, person)):
        return False
    case = followups.asked_last(work, person)
    return case is None or case.asked_at is None or case.asked_at < asked


def _has_cases(work: UnitOfWork, person: Person) -> bool:
    who = liaisons.of(work.session, person)
    return who is not None and bool(dispatch.before(work.session, who, work.now))


def _language(work: UnitOfWork, person: Person, used: str) -> str:
    """Theirs; of one who has chosen none, that of the word which they used."""
    if person.language is None and used in work.country.languages:
        person.language = used
    return person.language or work.country.languages[0]


def _by(address: Address) -> str:
    return people.TELEGRAM if address.channel == people.TELEGRAM else SMS


def _wants(work: UnitOfWork, person: Person, address: Address, wants: WantsNews) -> Phrase | None:
    """News about the place that they named, if it is one. In Kiswahili
    the same word is a greeting, and a report may begin with it."""
    if sms_commands.greets(wants.place):
        return None if latest_case_of(work.session, person) else _asked_for_place(work, person, wants)
    meant = _meant(work, wants.place)
    if not meant:
        is_more = len(bare_words(wants.place)) > FEW_WORDS or latest_case_of(work.session, person)
        return (
            None
            if is_more
            else phrases.unknown_place(wants.place, work.settings.service_code, work.country.emergency)
        )
    language = _language(work, person, wants.language)
    if len(meant) > 1:
        return phrases.which_of([work.areas.full_name(each) for each in meant])
    return subscribe(work, address, meant[0].code, language, _by(address), sure=False)


def _asked_for_place(work: UnitOfWork, person: Person, wants: WantsNews) -> Phrase:
    _language(work, person, wants.language)
    return phrases.which_place()


def _meant(work: UnitOfWork, place: str) -> list[Area]:
    """The places that somebody may mean who wrote nothing but a
    place; the only one that has exactly that name, if one has."""
    said = set(bare_words(place))
    found = [
        each.area for each in work.areas.closest(place) if _is_all_of(said, _words_around(work, each.area))
    ]
    exactly = [area for area in found if said <= _words_around(work, area) and _is_called(area, said)]
    return exactly if len(exactly) == 1 else found[:MOST_NAMED]


def knows_place(work: UnitOfWork, place: str) -> bool:
    """Whether these words, and nothing else, name a place of ours, or nearly."""
    return bool(_meant(work, place))


def _words_around(work: UnitOfWork, area: Area) -> set[str]:
    """Every word in the names of an area, and of what it lies in."""
    return {
        word
        for each in work.areas.outwards(area)
        for name in (each.name, *each.aliases)
        for word in bare_words(name)
    }


def _is_all_of(said: Collection[str], names: Collection[str]) -> bool:
    """Whether every word is one of these, or nearly: so that what else somebody has to say is not lost."""
    return all(get_close_matches(word, names, 1, ALIKE) for word in said)


def _is_called(area: Area, said: set[str]) -> bool:
    return any(set(bare_words(name)) <= said for name in (area.name, *area.aliases))


def _wonders(work: UnitOfWork, person: Person, address: Address, asked: IsTrue) -> Phrase | None:
    """They ask whether something is true. Of one who has a case the same words may tell us that it is."""
    if not asked.is_question and latest_case_of(work.session, person):
        return None
    language = _language(work, person, asked.language)
    if not asked.claim:
        return phrases.what_have_you_heard()
    claim = AskRumour(asked.claim, _place_in(work, person, asked.claim), may_answer=True)
    return rumour_questions.ask(work, claim, language, _by(address), address, uuid4().hex)


def _place_in(work: UnitOfWork, person: Person, claim: str) -> str:
    """The place that a claim names, else the home of whoever asks, else the country."""
    said = set(bare_words(claim))
    named = [each.area for each in work.areas.closest(claim) if _is_called(each.area, said)]
    return named[0].code if named else person.home_area or work.areas.country.code
