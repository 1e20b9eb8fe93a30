"""Who somebody is: a number that they share makes them known; a chat that they close gets nothing more."""

from bot.turn import Who, hinted
from hotline.context import Service
from hotline.core.i18n import Phrase
from hotline.directory import people
from hotline.directory.people import TELEGRAM
from hotline.front_desk import link_chat
from hotline.messaging import seen


def link(service: Service, who: Who, phone: str) -> tuple[Phrase, str, bool]:
    """They have shared their own number. What to say, in
    what language, and whether they are a liaison now."""
    with service.transaction() as work:
        liaison_, words = link_chat.link(work, TELEGRAM, str(who.chat), phone)
        language = (liaison_.person.language if liaison_ else None) or hinted(work.country, who.hint)
        return words, language, liaison_ is not None


def closed(service: Service, who: Who, *, closed: bool) -> None:
    """They have blocked us, or let us in again."""
    with service.transaction() as work:
        person = people.by_number(work.session, work.keys, str(who.chat), TELEGRAM)
        address = person.at(TELEGRAM) if person else None
        if address is None or not seen.is_new(work.session, TELEGRAM, str(who.update), work.now):
            return
        address.closed_at = work.now if closed else None


def language_of(service: Service, who: Who) -> str:
    """The language to speak to them in."""
    with service.read() as work:
        person = people.by_number(work.session, work.keys, str(who.chat), TELEGRAM)
        return (person and person.language) or hinted(work.country, who.hint)
