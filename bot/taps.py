"""Buttons under what we sent of our own accord: a liaison's case card, and the question to a citizen whether help came.

They stand apart from the conversation and may be pressed at any time, years later, or by somebody's own program. So at every press it is
asked anew who presses, whether it is theirs, and how it stands; and whatever the press did, the message then shows how it stands now.
"""

from html import escape
from uuid import UUID

from sqlalchemy import select

from bot.cards import Card, card, how_to, shows_details
from bot.keyboards import Button, number
from bot.talks import Who
from hotline import acknowledgement, arrivals, desk, evidence, followups, liaisons, people
from hotline.cases import Case
from hotline.dialogues import citizen, liaison
from hotline.dialogues.citizen import Verdict
from hotline.dispatch import Dispatch
from hotline.evidence import Evidence
from hotline.language import SOURCE, say
from hotline.liaisons import Liaison
from hotline.matching import may_see
from hotline.messages import Message
from hotline.people import TELEGRAM, Address
from hotline.work import Service, Work

VERDICTS: dict[str, Verdict] = {"helped": "helped", "not_helped": "not_helped", "danger": "danger"}
STEPS = {step: step for step in liaison.STEPS.values()}


def step(service: Service, who: Who, button: Button) -> tuple[Card, str] | None:
    """A liaison takes a step in a case. The card as it is now, and what to say in passing; None where it is no card of theirs."""
    with service.work() as work:
        found = _card_of(work, who, button)
        if found is None:
            return None
        asked, me = found
        toast = _step(work, me, asked, button) if arrivals.is_new(work.session, TELEGRAM, str(who.update), work.now) else ""
        work.session.flush()
        work.session.expire_all()
        return card(work, asked), toast


def _step(work: Work, me: Liaison, asked: Dispatch, button: Button) -> str:
    """Do it if the case stands as it stood on the card. What the card itself does not tell is said: that somebody was first, say."""
    how, language = how_to(asked), me.person.language or SOURCE
    wanted = STEPS.get(button.what)  # type: ignore[call-overload]  # a key like any other
    if button.how != how or not any(wanted == each for each, _words in liaison.NEXT.get(how, ())):
        return say(citizen.earlier_question(), language)
    words = acknowledgement.tap(work, me, asked.id, wanted)
    work.session.flush()
    work.session.refresh(asked)
    return say(words, language) if how_to(asked) in ("first_was", "over") else ""


def pieces(service: Service, who: Who, button: Button) -> list[tuple[Evidence, bytes]]:
    """What the citizen of a case sent, for a liaison who may read the case; else nothing."""
    with service.look() as work:
        found = _card_of(work, who, button)
        if found is None or not shows_details(found[0]):
            return []
        return [(piece, piece.content(work.keys)) for piece in evidence.of(work.session, found[0].case_id)]


def _card_of(work: Work, who: Who, button: Button) -> tuple[Dispatch, Liaison] | None:
    """The dispatch that the card shows, if it was put before whoever presses and they may see the case."""
    identity = number(button.of)
    person = people.by_number(work.session, work.keys, str(who.chat), TELEGRAM)
    me = liaisons.of(work.session, person) if person else None
    asked = work.session.get(Dispatch, identity) if identity is not None else None
    if me is None or asked is None or asked.liaison_id != me.id or not may_see(asked.case, me):
        return None
    return asked, me


def judged(service: Service, who: Who, button: Button) -> str | None:
    """A citizen says whether help came. What to say to it, in HTML; None where it was not they who were asked."""
    verdict = VERDICTS.get(button.what)
    with service.work() as work:
        case = _asked_in(work, who, button.of)
        if case is None or verdict is None:
            return None
        if arrivals.is_new(work.session, TELEGRAM, str(who.update), work.now) and followups.judge(work, case, verdict):
            words = citizen.thanks_for_verdict(verdict, work.country.emergency)
        else:
            words = citizen.how_it_stands(desk.standing_of(work, case))
        return escape(f"{case.spoken}: {say(words, case.language)}", quote=False)


def _asked_in(work: Work, who: Who, message: str) -> Case | None:
    """The case that this message asks about, if it went to this chat."""
    try:
        identity = UUID(message)
    except ValueError:
        return None
    index = people.number_index(work.keys, str(who.chat), TELEGRAM)
    here = (Message.id == identity, Address.channel == TELEGRAM, Address.number_index == index)
    asked = work.session.scalar(select(Message).join(Message.address).where(*here))
    return asked.case if asked is not None else None
