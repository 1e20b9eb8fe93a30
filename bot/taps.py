"""Buttons under what we sent of our own accord: a liaison's
case card, and the question to a citizen whether help came.

They stand apart from the conversation and may be pressed at any time, years later, or by somebody's own
program. So at every press it is asked anew who presses, whether it is theirs, and how it stands; and whatever
the press did, the message then shows how it stands now.
"""

from html import escape
from typing import NamedTuple, get_args
from uuid import UUID

from sqlalchemy import select

from bot.cards import Card, card, choices, title
from bot.keyboards import A_SLIP, Button, number, verdicts
from bot.turn import Who
from hotline.cases import (
    citizen_phrases,
    dispatch,
    evidence,
    followups,
    liaison_menus,
    liaison_phrases,
    responses,
    status,
)
from hotline.cases.case import Case, CaseState
from hotline.cases.citizen_phrases import VerdictWord
from hotline.cases.dispatch import Dispatch
from hotline.context import Service, UnitOfWork
from hotline.core.i18n import Phrase, say
from hotline.directory import liaisons, people
from hotline.directory.liaisons import Liaison
from hotline.directory.people import TELEGRAM, Address
from hotline.duty import night_check
from hotline.front_desk import desk
from hotline.front_desk import phrases as desk_phrases
from hotline.messaging import seen
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import Message


def step(service: Service, who: Who, button: Button) -> tuple[Card, str] | None:
    """A liaison takes a step in a case. The card as it is now, and
    what to say in passing; None where it is no card of theirs."""
    with service.transaction() as work:
        found = _card_of(work, who, button)
        if found is None:
            return None
        asked, me = found
        toast = (
            _step(work, me, asked, button)
            if seen.is_new(work.session, TELEGRAM, str(who.update), work.now)
            else ""
        )
        work.session.flush()
        work.session.expire_all()
        return card(work, asked), toast


def _step(work: UnitOfWork, me: Liaison, asked: Dispatch, button: Button) -> str:
    """Do it if the case stands as it stood on the card. What the card
    itself does not tell is said: that somebody was first, say."""
    how, language = asked.how(work.session, work.now), me.language
    wanted = next((each for each in get_args(liaison_menus.StepName) if each == button.what), None)
    if wanted is None or button.how != how or wanted not in dict(choices(work, asked, how)):
        return say(desk_phrases.earlier_question(), language)
    night_check.answered(work, me)
    words = responses.tap(work, me, asked.id, wanted)
    work.session.flush()
    work.session.refresh(asked)
    now = asked.how(work.session, work.now)
    if wanted == "aside" and now == how:
        words = liaison_phrases.press_again_to_step_aside()
    is_on_the_card = wanted not in SAID_IN_PASSING and now not in ("first_was", "over")
    return "" if is_on_the_card else say(words, language)


SAID_IN_PASSING: tuple[liaison_menus.StepName, ...] = ("help", "aside")
"""Steps after which a card looks as it did before."""


class Sent(NamedTuple):
    """What the citizen of a case sent."""

    caption: str
    """Which case it is, in HTML."""
    pieces: list[tuple[str, bytes]]
    """Of each its kind, and the JPEG or OGG itself."""


def pieces(service: Service, who: Who, button: Button) -> Sent | None:
    """What the citizen of a case sent, for a liaison who may read the case; else None."""
    with service.read() as work:
        found = _card_of(work, who, button)
        if found is None or not found[0].may_be_read(work.session, work.now):
            return None
        sent = evidence.of(work.session, found[0].case_id)
        return Sent(title(work, found[0]), [(piece.kind, piece.content(work.keys)) for piece in sent])


def _card_of(work: UnitOfWork, who: Who, button: Button) -> tuple[Dispatch, Liaison] | None:
    """The dispatch that the card shows, if it was put before whoever presses and they may see the case."""
    identity = number(button.of)
    person = people.by_number(work.session, work.keys, str(who.chat), TELEGRAM)
    me = liaisons.of(work.session, person) if person else None
    asked = (
        dispatch.own(work.session, me, identity, work.now)
        if me is not None and identity is not None
        else None
    )
    return (asked, me) if me is not None and asked is not None else None


def judged(service: Service, who: Who, button: Button) -> Card | None:
    """A citizen says whether help came. What to show for it, with a button below a *yes* that was a slip;
    None where it was not they who were asked."""
    verdict = next((each for each in get_args(VerdictWord) if each == button.what), None)
    with service.transaction() as work:
        asked = _asked_in(work, who, button.of)
        case = work.session.get(Case, asked.case_id) if asked is not None and asked.case_id else None
        if asked is None or case is None or verdict is None:
            return None
        is_newest = followups.is_asked_now(case, asked)
        phrase = _taken(work, who, case, verdict) if is_newest else _stands(work, case)
        may_be_a_slip = is_newest and case.state == CaseState.CLOSED and case.may_be_judged(work.now)
        again = verdicts(asked.id.hex, A_SLIP, case.language) if may_be_a_slip else None
        return Card(escape(f"{case.spoken}: {say(phrase, case.language)}", quote=False), again)


def _taken(work: UnitOfWork, who: Who, case: Case, verdict: VerdictWord) -> Phrase:
    """Thanks for the verdict; or how the case stands, where this
    tap was taken already or the verdict comes too late."""
    is_new = seen.is_new(work.session, TELEGRAM, str(who.update), work.now)
    if is_new and followups.judge(work, case, verdict):
        return desk.thanks(work, case, verdict)
    return _stands(work, case)


def _stands(work: UnitOfWork, case: Case) -> Phrase:
    return citizen_phrases.how_it_stands(status.standing_of(work, case))


def _asked_in(work: UnitOfWork, who: Who, message: str) -> Message | None:
    """The question that this message puts, if it went to this chat."""
    try:
        identity = UUID(message)
    except ValueError:
        return None
    index = people.number_index(work.keys, str(who.chat), TELEGRAM)
    here = (
        Message.id == identity,
        Message.kind == MessageKind.FOLLOW_UP,
        Address.channel == TELEGRAM,
        Address.number_index == index,
    )
    return work.session.scalar(select(Message).join(Message.address).where(*here))
