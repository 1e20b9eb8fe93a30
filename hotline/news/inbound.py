"""News for citizens: who wants it, what is checked and holds just now, and whether a message is ours."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from difflib import get_close_matches
from uuid import uuid4

from sqlalchemy import or_, select

from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import preview as previewing
from hotline.broadcasts.broadcast import Broadcast, Copy
from hotline.cases import case as cases
from hotline.cases import citizen_menus as citizen
from hotline.cases import dispatch, followups
from hotline.context import Work
from hotline.core.i18n import Words, say
from hotline.core.typed_input import tidy
from hotline.directory import liaisons, people, subscriptions
from hotline.directory.people import Address, Person
from hotline.directory.subscriptions import MOST, ON
from hotline.messaging import message as messages
from hotline.messaging.message import About
from hotline.news import menus as words
from hotline.news.menus import IsOurs, IsTrue, Item, Theirs, Unsubscribe, WantsNews
from hotline.places.areas import Area, bare_words
from hotline.rumours import questions as wondering
from hotline.rumours import rumour as rumours
from hotline.rumours import verification as rumour_desk
from hotline.rumours.menus import Wonder
from hotline.rumours.rumour import Rumour

MOST_SHOWN = 6
"""Lines of news that are offered at once; what is older is not worth a second page."""
RUMOURS_STAY = timedelta(days=3)
ANSWERED = (rumours.TRUE, rumours.FALSE, rumours.UNVERIFIABLE)
"""What somebody has decided to tell. One person's word alone is not yet that."""
LEFT = (broadcasts.SENDS, *broadcasts.REACHED)
"""Of a copy that may be on somebody's phone."""
MOST_NAMED = 3
FEW_WORDS = 2
"""No more than these are no report, even where they name no place that we know."""
SMS = "sms"
ALIKE = 0.6


# Who wants it


def theirs(work: Work, number: str | None, channel: str) -> str:
    """What news they get already, as the answer to `?mine`."""
    person = people.by_number(work.session, work.keys, number, channel) if number else None
    address = person.at(channel) if person else None
    have = len(subscriptions.of(work.session, address)) if address else 0
    return Theirs(have, have < MOST).to_text()


def subscribe(work: Work, address: Address, area: str, language: str, how: str, sure: bool) -> Words:
    """They want news about an area. One who is not `sure` is asked once more by a text, and gets nothing until they say yes."""
    place, have = work.areas.full_name(work.areas[area]), {each.area_code for each in subscriptions.of(work.session, address)}
    if area not in have and len(have) >= MOST:
        return words.enough_areas(MOST)
    wanted = subscriptions.ask_for(work.session, address, area, language, how, work.now)
    if wanted.state == ON:
        return words.you_have(place)
    if sure:
        return _begins(work, address, subscriptions.confirm(work.session, address, work.now, area))
    if how in (SMS, people.TELEGRAM):  # what we answer stays where they see it
        return words.do_you_want(place)
    key = f"news:{wanted.id}:{work.now:%m%d%H}"  # whoever asks over and over is not texted over and over
    messages.write(work, address, About.ANSWER, words.do_you_want(place), language, key=key)
    return words.answer_the_text(place)


def confirm(work: Work, address: Address) -> Words | None:
    """They say yes once more. None where they had not asked for anything."""
    new = subscriptions.confirm(work.session, address, work.now)
    return _begins(work, address, new) if new else None


def _begins(work: Work, address: Address, new: Sequence[subscriptions.Subscription]) -> Words:
    """Whoever had stopped our messages has them again: they have said yes to these twice since."""
    address.reopen()
    return words.you_get(", ".join(_name(work, each.area_code) for each in new))


def _declines(work: Work, address: Address) -> Words:
    """They do not want what they had asked for after all."""
    subscriptions.decline(work.session, address, work.now)
    return words.then_nothing()


def unsubscribe(work: Work, address: Address) -> Words:
    """No more news. Whatever concerns their own case still comes."""
    return words.no_more_news() if subscriptions.end(work.session, address, work.now) else words.had_no_news()


def _name(work: Work, code: str) -> str:
    """The name of an area, or its code, where it is on our map no more."""
    area = work.areas.get(code)
    return area.name if area else code


# What they text


def text_in(work: Work, person: Person, address: Address, text: str) -> Words | None:
    """Do what a text wants that is about news. None where it is about something else, or may well be."""
    verdict = citizen.verdict_in(text)
    if verdict in ("helped", "not_helped") and _is_for_news(work, person, address, text):
        return confirm(work, address) if verdict == "helped" else _declines(work, address)
    match words.understand(text):
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


def _is_for_news(work: Work, person: Person, address: Address, text: str) -> bool:
    """Whether a yes or no is for what we have asked last, and that was whether they want news. A liaison's bare key is for their case."""
    asked = subscriptions.asked_last(work.session, address, work.now)
    if asked is None or (tidy(text) in ("1", "2") and _has_cases(work, person)):
        return False
    case = followups.asked_last(work, person)
    return case is None or case.asked_at is None or case.asked_at < asked


def _has_cases(work: Work, person: Person) -> bool:
    who = liaisons.of(work.session, person)
    return who is not None and bool(dispatch.before(work.session, who, work.now))


def _language(work: Work, person: Person, used: str) -> str:
    """Theirs; of one who has chosen none, that of the word which they used."""
    if person.language is None and used in work.country.languages:
        person.language = used
    return person.language or work.country.languages[0]


def _by(address: Address) -> str:
    return people.TELEGRAM if address.channel == people.TELEGRAM else SMS


def _wants(work: Work, person: Person, address: Address, wants: WantsNews) -> Words | None:
    """News about the place that they named, if it is one. In Kiswahili the same word is a greeting, and a report may begin with it."""
    if words.greets(wants.place):
        return None if cases.latest_of(work.session, person) else _asked_for_place(work, person, wants)
    meant = _meant(work, wants.place)
    if not meant:
        is_more = len(bare_words(wants.place)) > FEW_WORDS or cases.latest_of(work.session, person)
        return None if is_more else words.unknown_place(wants.place, work.settings.service_code, work.country.emergency)
    language = _language(work, person, wants.language)
    if len(meant) > 1:
        return words.which_of([work.areas.full_name(each) for each in meant])
    return subscribe(work, address, meant[0].code, language, _by(address), sure=False)


def _asked_for_place(work: Work, person: Person, wants: WantsNews) -> Words:
    _language(work, person, wants.language)
    return words.which_place()


def _meant(work: Work, place: str) -> list[Area]:
    """The places that somebody may mean who wrote nothing but a place; the only one that has exactly that name, if one has."""
    said = set(bare_words(place))
    found = [each.area for each in work.areas.closest(place) if _is_all_of(said, _words_around(work, each.area))]
    exactly = [area for area in found if said <= _words_around(work, area) and _is_called(area, said)]
    return exactly if len(exactly) == 1 else found[:MOST_NAMED]


def knows_place(work: Work, place: str) -> bool:
    """Whether these words, and nothing else, name a place of ours, or nearly."""
    return bool(_meant(work, place))


def _words_around(work: Work, area: Area) -> set[str]:
    """Every word in the names of an area, and of what it lies in."""
    return {word for each in work.areas.outwards(area) for name in (each.name, *each.aliases) for word in bare_words(name)}


def _is_all_of(said: Collection[str], names: Collection[str]) -> bool:
    """Whether every word is one of these, or nearly: so that what else somebody has to say is not lost."""
    return all(get_close_matches(word, names, 1, ALIKE) for word in said)


def _is_called(area: Area, said: set[str]) -> bool:
    return any(set(bare_words(name)) <= said for name in (area.name, *area.aliases))


def _wonders(work: Work, person: Person, address: Address, asked: IsTrue) -> Words | None:
    """They ask whether something is true. Of one who has a case the same words may tell us that it is."""
    if not asked.is_question and cases.latest_of(work.session, person):
        return None
    language = _language(work, person, asked.language)
    if not asked.claim:
        return words.what_have_you_heard()
    claim = Wonder(asked.claim, _place_in(work, person, asked.claim), may_answer=True)
    return wondering.wonder(work, claim, language, _by(address), address, uuid4().hex)


def _place_in(work: Work, person: Person, claim: str) -> str:
    """The place that a claim names, else the home of whoever asks, else the country."""
    said = set(bare_words(claim))
    named = [each.area for each in work.areas.closest(claim) if _is_called(each.area, said)]
    return named[0].code if named else person.home_area or work.areas.country.code


# What is known


def listing(work: Work, area: str, language: str) -> str:
    """What is checked for a place, as the answer to `?news`."""
    return words.items_to_text(verified(work, area, language))


def verified(work: Work, area: str, language: str) -> list[Item]:
    """What is checked and holds just now for a place: our messages and then what came of rumours, each the newest first."""
    shown = [*_messages(work, area, language), *_rumours(work, area, language)]
    return shown[:MOST_SHOWN]


def _messages(work: Work, here: str, language: str) -> list[Item]:
    live = select(Broadcast).where(
        Broadcast.state.in_(broadcasts.OUT), Broadcast.exercise.is_(False), Broadcast.expires_at > work.now,
        or_(Broadcast.paused_at.is_(None), Broadcast.state.not_in(broadcasts.GOING)),
    )  # fmt: skip
    found = work.session.scalars(live.order_by(Broadcast.opens_at.desc(), Broadcast.id.desc()))
    return [_of_message(work, each, language) for each in found if any(work.areas.touch(code, here) for code in each.areas)]


def _of_message(work: Work, broadcast: Broadcast, language: str) -> Item:
    at = work.clock_time(broadcast.opens_at or broadcast.written_at)
    title = words.message_title(broadcast.code, _name(work, broadcast.areas[0]), at)
    return Item(say(title, language), _as_sent(work, broadcast, language))


def _as_sent(work: Work, broadcast: Broadcast, language: str) -> str:
    """What it says in this language; in another, where it was not said in this one."""
    texts = broadcast.texts
    spoken = (each for each in (language, *work.country.languages, *texts) if each in texts)
    return previewing.as_sent(broadcast, next(spoken))


def _rumours(work: Work, here: str, language: str) -> list[Item]:
    answered = select(Rumour).where(
        Rumour.state.in_(ANSWERED), Rumour.told == Rumour.state, Rumour.same_as_id.is_(None), Rumour.checked_at > work.now - RUMOURS_STAY
    )  # fmt: skip
    found = work.session.scalars(answered.order_by(Rumour.checked_at.desc(), Rumour.id.desc()))
    return [_of_rumour(work, each, language) for each in found if work.areas.touch(each.area_code, here)]


def _of_rumour(work: Work, rumour: Rumour, language: str) -> Item:
    at = work.clock_time(rumour.checked_at or rumour.opened_at)
    title = words.rumour_title(rumour.number, _name(work, rumour.area_code), at)
    return Item(say(title, language), say(rumour_desk.headline(work, rumour), language))


def is_it_ours(work: Work, code: str, language: str) -> Words:
    """Whether a message is ours, by the number that stands before it, and what it truly says."""
    code = words.code_in(code)
    broadcast = broadcasts.by_code(work.session, code)
    if broadcast is None:
        return words.not_ours(code)
    if broadcast.exercise:
        return words.exercise(code)
    return _as_it_stands(work, broadcast, language) if _has_left(work, broadcast) else words.not_ours(code)


def _has_left(work: Work, broadcast: Broadcast) -> bool:
    """Whether anybody may have it."""
    if broadcast.state in broadcasts.OUT:
        return True
    gone = select(Copy.id).where(Copy.broadcast_id == broadcast.id, Copy.state.in_(LEFT)).limit(1)
    return broadcast.state == broadcasts.CORRECTED or work.session.scalar(gone) is not None


def _as_it_stands(work: Work, broadcast: Broadcast, language: str) -> Words:
    right = _set_right_by(work, broadcast)
    text = _as_sent(work, right or broadcast, language)
    match broadcast.state:
        case _ if right is not None:
            return words.set_right(broadcast.code, text)
        case broadcasts.STOPPED | broadcasts.WITHDRAWN | broadcasts.CORRECTED:
            return words.ours_no_more(broadcast.code)
        case broadcasts.EXPIRED:
            return words.ours_until(work.clock_time(broadcast.expires_at), text)
        case _ if broadcast.expires_at <= work.now:
            return words.ours_until(work.clock_time(broadcast.expires_at), text)
        case _ if broadcast.is_paused and broadcast.state in broadcasts.GOING:
            return words.looked_at_again(broadcast.code)
        case _:
            return words.ours(text)


def _set_right_by(work: Work, broadcast: Broadcast) -> Broadcast | None:
    """The newest that sets it right, and has left; followed to what sets that right, if something does."""
    later = select(Broadcast).where(Broadcast.corrects_id == broadcast.id, Broadcast.exercise.is_(False)).order_by(Broadcast.id.desc())
    for each in work.session.scalars(later):
        if further := _set_right_by(work, each):
            return further
        if each.state in (*broadcasts.OUT, broadcasts.EXPIRED) and _has_left(work, each):
            return each
    return None
