"""Somebody asks for news, confirms it, and ends it."""

from collections.abc import Sequence

from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.directory import people, subscriptions
from hotline.directory.people import Address
from hotline.directory.subscriptions import MOST, SubscriptionState
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import write_message
from hotline.news import phrases
from hotline.news.menus import Theirs

SMS = "sms"


def theirs(work: UnitOfWork, number: str | None, channel: str) -> Theirs:
    person = people.by_number(work.session, work.keys, number, channel) if number else None
    address = person.at(channel) if person else None
    have = len(subscriptions.of(work.session, address)) if address else 0
    return Theirs(have, have < MOST)


def subscribe(work: UnitOfWork, address: Address, area: str, language: str, how: str, sure: bool) -> Phrase:
    """They want news about an area. One who is not `sure` is asked
    once more by a text, and gets nothing until they say yes."""
    place, have = (
        work.areas.full_name(work.areas[area]),
        {each.area_code for each in subscriptions.of(work.session, address)},
    )
    if area not in have and len(have) >= MOST:
        return phrases.enough_areas(MOST)
    wanted = subscriptions.ask_for(work.session, address, area, language, how, work.now)
    if wanted.state == SubscriptionState.ON:
        return phrases.you_have(place)
    if sure:
        return _begins(work, address, subscriptions.confirm(work.session, address, work.now, area))
    if how in (SMS, people.TELEGRAM):  # what we answer stays where they see it
        return phrases.do_you_want(place)
    key = f"news:{wanted.id}:{work.now:%m%d%H}"  # whoever asks over and over is not texted over and over
    write_message(work, address, MessageKind.ANSWER, phrases.do_you_want(place), language, key=key)
    return phrases.answer_the_text(place)


def confirm(work: UnitOfWork, address: Address) -> Phrase | None:
    """They say yes once more. None where they had not asked for anything."""
    new = subscriptions.confirm(work.session, address, work.now)
    return _begins(work, address, new) if new else None


def _begins(work: UnitOfWork, address: Address, new: Sequence[subscriptions.Subscription]) -> Phrase:
    """Whoever had stopped our messages has them again: they have said yes to these twice since."""
    address.reopen()
    return phrases.you_get(", ".join(work.areas.name_of(each.area_code) for each in new))


def declines(work: UnitOfWork, address: Address) -> Phrase:
    """They do not want what they had asked for after all."""
    subscriptions.decline(work.session, address, work.now)
    return phrases.then_nothing()


def unsubscribe(work: UnitOfWork, address: Address) -> Phrase:
    """No more news. Whatever concerns their own case still comes."""
    return (
        phrases.no_more_news()
        if subscriptions.end(work.session, address, work.now)
        else phrases.had_no_news()
    )
