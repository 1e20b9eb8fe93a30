"""What a liaison sees of the messages to the public when they
call in: which there are, what one says, and what one would be."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from hotline.broadcasts import actions, approval, drafting, limits, phrases, templates
from hotline.broadcasts import preview as broadcast_preview
from hotline.broadcasts.broadcast import ON_ITS_WAY, Broadcast, broadcast_by_code
from hotline.broadcasts.menus import Board, Compose, Line, Previewed, Shown
from hotline.context import UnitOfWork
from hotline.conversation.screens import LookUp
from hotline.core import codec
from hotline.core.gsm import shorten
from hotline.core.i18n import say
from hotline.directory.liaisons import Liaison
from hotline.places.areas import Areas
from hotline.rumours import readers as rumour_readers
from hotline.rumours.rumour import Rumour

MOST_LISTED = 8
LOOKED_THROUGH = 200
"""The newest, among which theirs are looked for."""
LONGEST_PLACE = 30
"""Letters of a place in a list."""


def answer(
    work: UnitOfWork, who: Liaison, question: LookUp, language: str
) -> Board | Shown | Previewed | str | None:
    """What the committee's dialogue wants to know, in the language that
    it is held in. None where it is not that dialogue that asks."""
    match question.name.rstrip("0123456789"):
        case "?board":
            return board(work, who)
        case "?broadcast":
            return broadcast_of(work, who, question.key, language)
        case "?preview:":
            return preview_of(work, who, codec.decode(question.key, Compose), language)
        case "?now":
            return work.now.astimezone(work.country.zone).strftime("%H:%M")
        case _:
            return None


def board(work: UnitOfWork, who: Liaison) -> Board:
    """What there is for them: the broadcasts, the newest
    first, and how many rumours nobody knows the truth of."""
    listed = tuple(Line(each.code, _places(work.areas, each), how(each)) for each in seen_by(work, who))
    return Board(listed, _open_rumours(work, who), work.settings.exercise)


def preview_of(work: UnitOfWork, who: Liaison, compose: Compose, language: str = "") -> Previewed:
    """What somebody has written, as it would go, and whether something in it must not be said."""
    broadcast = drafting.sketch(work, who, compose)
    preview = broadcast_preview.preview(work, broadcast, waits=limits.waits(work, broadcast))
    stands = approval.what_stands_against(work, who, broadcast)
    lines = [
        say(words, language or who.language) for words in (*stands, *broadcast_preview.on_a_phone(preview))
    ]
    blocked = bool(stands) or any(finding.blocks for finding in preview.findings)
    return Previewed("\n".join(lines), blocked)


def broadcast_of(work: UnitOfWork, who: Liaison, code: str, language: str = "") -> Shown:
    """One broadcast: what it says, how it stands, and what they may do with it."""
    broadcast, language = broadcast_by_code(work.session, code), language or who.language
    if broadcast is None or not actions.may_read(work.areas, who, broadcast):
        return Shown("", say(phrases.no_such(code), language))
    text, line = approval.to_read(broadcast, language), _line(work, broadcast, language)
    steps = tuple(actions.offered(work, who, broadcast))
    return Shown(text, line, steps, broadcast.mark, tuple(broadcast.areas))


def _line(work: UnitOfWork, broadcast: Broadcast, language: str) -> str:
    """How it stands; first of all, whether it is a drill."""
    approved = len(approval.approvals(broadcast, work.now))
    at = work.clock_time(broadcast.opens_at) if broadcast.opens_at else ""
    gone = limits.gone(work.session, broadcast)
    phrase = phrases.progress(how(broadcast), approved=approved, gone=gone, listed=broadcast.listed, at=at)
    return say(phrases.drill(phrase, broadcast.exercise), language)


def how(broadcast: Broadcast) -> str:
    """Its state, or that it is paused."""
    return "paused" if broadcast.is_paused and broadcast.state in ON_ITS_WAY else broadcast.state


def seen_by(work: UnitOfWork, who: Liaison) -> list[Broadcast]:
    """The broadcasts that concern them, the newest first."""
    newest = (
        select(Broadcast)
        .options(selectinload(Broadcast.reaches))
        .order_by(Broadcast.id.desc())
        .limit(LOOKED_THROUGH)
    )
    found = work.session.scalars(newest)
    return [each for each in found if actions.may_read(work.areas, who, each)][:MOST_LISTED]


def _places(areas: Areas, broadcast: Broadcast) -> str:
    return shorten(templates.place_of(areas, broadcast.areas), LONGEST_PLACE, LONGEST_PLACE)


def _open_rumours(work: UnitOfWork, who: Liaison) -> int:
    """How many rumours that they may read are not cleared up."""
    unclear = (
        select(Rumour)
        .where(Rumour.state.in_(rumour_readers.OPEN), Rumour.same_as_id.is_(None))
        .order_by(Rumour.id.desc())
    )
    return sum(
        rumour_readers.may_read(work, who, each)
        for each in work.session.scalars(unclear.limit(LOOKED_THROUGH))
    )
