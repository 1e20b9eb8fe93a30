"""What has been sent or verified, for whoever reads it or asks whether it is ours."""

from datetime import timedelta

from sqlalchemy import or_, select

from hotline.broadcasts.broadcast import GOING, OUT, Broadcast, BroadcastState, as_sent, broadcast_by_code
from hotline.broadcasts.copies import REACHED, Copy, CopyState
from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase, say
from hotline.news import phrases, sms_commands
from hotline.news.menus import Item
from hotline.rumours import views as rumour_views
from hotline.rumours.conclusions import RumourState
from hotline.rumours.rumour import Rumour

MOST_SHOWN = 6
"""Lines of news that are offered at once; what is older is not worth a second page."""
RUMOURS_STAY = timedelta(days=3)
ANSWERED = (RumourState.TRUE, RumourState.FALSE, RumourState.UNVERIFIABLE)
"""What somebody has decided to tell. One person's word alone is not yet that."""
LEFT = (CopyState.SENDS, *REACHED)
"""Of a copy that may be on somebody's phone."""


def verified(work: UnitOfWork, area: str, language: str) -> list[Item]:
    """What is checked and holds just now for a place: our messages
    and then what came of rumours, each the newest first."""
    shown = [*_messages(work, area, language), *_rumours(work, area, language)]
    return shown[:MOST_SHOWN]


def _messages(work: UnitOfWork, here: str, language: str) -> list[Item]:
    live = select(Broadcast).where(
        Broadcast.state.in_(OUT), Broadcast.exercise.is_(False), Broadcast.expires_at > work.now,
        or_(Broadcast.paused_at.is_(None), Broadcast.state.not_in(GOING)),
    )  # fmt: skip
    found = work.session.scalars(live.order_by(Broadcast.opens_at.desc(), Broadcast.id.desc()))
    return [
        _of_message(work, each, language)
        for each in found
        if any(work.areas.touch(code, here) for code in each.areas)
    ]


def _of_message(work: UnitOfWork, broadcast: Broadcast, language: str) -> Item:
    at = work.clock_time(broadcast.opens_at or broadcast.written_at)
    title = phrases.message_title(broadcast.code, work.areas.name_of(broadcast.areas[0]), at)
    return Item(say(title, language), _as_sent(work, broadcast, language))


def _as_sent(work: UnitOfWork, broadcast: Broadcast, language: str) -> str:
    """What it says in this language; in another, where it was not said in this one."""
    texts = broadcast.texts
    spoken = (each for each in (language, *work.country.languages, *texts) if each in texts)
    return as_sent(broadcast, next(spoken))


def _rumours(work: UnitOfWork, here: str, language: str) -> list[Item]:
    answered = select(Rumour).where(
        Rumour.state.in_(ANSWERED), Rumour.told == Rumour.state,
        Rumour.same_as_id.is_(None), Rumour.checked_at > work.now - RUMOURS_STAY
    )  # fmt: skip
    found = work.session.scalars(answered.order_by(Rumour.checked_at.desc(), Rumour.id.desc()))
    return [_of_rumour(work, each, language) for each in found if work.areas.touch(each.area_code, here)]


def _of_rumour(work: UnitOfWork, rumour: Rumour, language: str) -> Item:
    at = work.clock_time(rumour.checked_at or rumour.opened_at)
    title = phrases.rumour_title(rumour.number, work.areas.name_of(rumour.area_code), at)
    return Item(say(title, language), say(rumour_views.headline(work, rumour), language))


def is_it_ours(work: UnitOfWork, code: str, language: str) -> Phrase:
    """Whether a message is ours, by the number that stands before it, and what it truly says."""
    code = sms_commands.code_in(code)
    broadcast = broadcast_by_code(work.session, code)
    if broadcast is None:
        return phrases.not_ours(code)
    if broadcast.exercise:
        return phrases.exercise(code)
    return _as_it_stands(work, broadcast, language) if _has_left(work, broadcast) else phrases.not_ours(code)


def _has_left(work: UnitOfWork, broadcast: Broadcast) -> bool:
    """Whether anybody may have it."""
    if broadcast.state in OUT:
        return True
    gone = select(Copy.id).where(Copy.broadcast_id == broadcast.id, Copy.state.in_(LEFT)).limit(1)
    return broadcast.state == BroadcastState.CORRECTED or work.session.scalar(gone) is not None


def _as_it_stands(work: UnitOfWork, broadcast: Broadcast, language: str) -> Phrase:
    right = _set_right_by(work, broadcast)
    text = _as_sent(work, right or broadcast, language)
    match broadcast.state:
        case _ if right is not None:
            return phrases.set_right(broadcast.code, text)
        case BroadcastState.STOPPED | BroadcastState.WITHDRAWN | BroadcastState.CORRECTED:
            return phrases.ours_no_more(broadcast.code)
        case BroadcastState.EXPIRED:
            return phrases.ours_until(work.clock_time(broadcast.expires_at), text)
        case _ if broadcast.expires_at <= work.now:
            return phrases.ours_until(work.clock_time(broadcast.expires_at), text)
        case _ if broadcast.is_paused and broadcast.state in GOING:
            return phrases.looked_at_again(broadcast.code)
        case _:
            return phrases.ours(text)


def _set_right_by(work: UnitOfWork, broadcast: Broadcast) -> Broadcast | None:
    """The newest that sets it right, and has left; followed to what sets that right, if something does."""
    later = (
        select(Broadcast)
        .where(Broadcast.corrects_id == broadcast.id, Broadcast.exercise.is_(False))
        .order_by(Broadcast.id.desc())
    )
    for each in work.session.scalars(later):
        if further := _set_right_by(work, each):
            return further
        if each.state in (*OUT, BroadcastState.EXPIRED) and _has_left(work, each):
            return each
    return None
