"""Who is asked to approve a broadcast, who is reminded, and what comes of a yes."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hotline.broadcasts import approval_policy, phrases, preview, recipients
from hotline.broadcasts.approval_policy import HOLDS, Hand, Need
from hotline.broadcasts.broadcast import (
    Broadcast,
    BroadcastState,
    Deed,
    DeedKind,
    as_sent,
    lock_broadcast,
    move_broadcast,
)
from hotline.broadcasts.limits import NotNow, limits, meet, not_right, too_soon, waits_of
from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.directory import affiliations, shifts
from hotline.directory.bodies import Body, Serves
from hotline.directory.categories import BodyKind
from hotline.directory.liaisons import Liaison, is_one_now
from hotline.directory.people import Person
from hotline.messaging.message import consult
from hotline.outbox import Queue, TaskKind
from hotline.places.areas import Areas

REMIND_AFTER = (5, 10, 15)
"""Minutes after which those who were asked are reminded, one
after another. Slow joint statements are the known weakness."""
MOST_ASKED = 8
"""Liaisons who are asked to approve one broadcast."""
MOST_CONTACTS = 20
"""Liaisons who see a broadcast before it goes."""


# ---------------------------------------------------------------------------------------------- asking others


def submit(work: UnitOfWork, who: Liaison, broadcast: Broadcast) -> Phrase:
    """Ask others whether it may go: all at once. Raises `NotNow`."""
    need, asked = _found_to_ask(work, who, broadcast)
    if not move_broadcast(work.session, broadcast, BroadcastState.SUBMITTED, submitted_at=work.now):
        raise NotNow(phrases.cannot_now(broadcast.code, phrases.CHANGED_JUST_NOW))
    broadcast.note(work.now, BroadcastState.SUBMITTED, who)
    for each in asked:
        broadcast.note(work.now, DeedKind.ASKED, each)
    begins = recipients.opening(work, broadcast, work.now)
    if begins == work.now:
        _consult(work, broadcast, asked, 0)
        begins = work.in_minutes(REMIND_AFTER[0])
        work.schedule(TaskKind.REMIND, f"{broadcast.id}/{broadcast.edition}/1", begins, Queue.ORDINARY)
        return phrases.submitted(broadcast.code, len(asked), need.hands)
    work.schedule(TaskKind.REMIND, f"{broadcast.id}/{broadcast.edition}/0", begins, Queue.ORDINARY)
    return phrases.waits_for_morning(broadcast.code, work.clock_time(begins))


def _found_to_ask(work: UnitOfWork, who: Liaison, broadcast: Broadcast) -> tuple[Need, list[Liaison]]:
    """How much approval it needs, and who is asked for it.
    Raises `NotNow` where they are too few, or where it could not go whatever they say."""
    need = preview.need_of(work.areas, broadcast)
    if need.refused:
        raise NotNow(phrases.cannot_now(broadcast.code, phrases.REFUSED.get(need.refused, phrases.TOO_LARGE)))
    limits(work, broadcast)
    asked = _whom_to_ask(work, broadcast, who)
    if len({each.body_code for each in asked}) < need.hands:
        raise NotNow(phrases.cannot_now(broadcast.code, phrases.NOBODY_TO_APPROVE))
    return need, asked


def what_stands_against(work: UnitOfWork, who: Liaison, broadcast: Broadcast) -> list[Phrase]:
    """Why a message that somebody has just written could not be put
    to others, said before they try; its words are another matter."""
    need = preview.need_of(work.areas, broadcast)
    few = (
        not need.refused and len({each.body_code for each in _whom_to_ask(work, broadcast, who)}) < need.hands
    )
    soon, empty = too_soon(work, broadcast), not recipients.how_many(work, broadcast)
    found = (soon, phrases.NOBODY_TO_APPROVE if few else None, phrases.GOES_TO_NOBODY if empty else None)
    return [words for words in found if words is not None]


def _whom_to_ask(work: UnitOfWork, broadcast: Broadcast, but: Liaison) -> list[Liaison]:
    """Those who could approve it: two at most of each body around
    the place, whoever is on duty first, and whoever leads it."""
    wrote = hands_that_wrote(work, broadcast)
    able = [
        each
        for each in around(work, broadcast.areas)
        if each.id != but.id and _could_approve(work, broadcast, wrote, each)
    ]
    there = shifts.on_duty(work.session, [each.id for each in able], work.country.zone, work.now)
    able.sort(key=lambda each: (each.id not in there, not each.supervisor, each.id))
    first = [
        each
        for place, each in enumerate(able)
        if sum(other.body_code == each.body_code for other in able[:place]) < 2
    ]
    abreast = sorted(
        first, key=lambda each: sum(other.body_code == each.body_code for other in first[: first.index(each)])
    )
    return abreast[:MOST_ASKED]


def _could_approve(work: UnitOfWork, broadcast: Broadcast, wrote: Iterable[Hand], who: Liaison) -> bool:
    return approval_policy.may_approve(wrote, (), hand_of(work, who)) is None and _answers_for_all(
        work, broadcast, who
    )


def _answers_for_all(work: UnitOfWork, broadcast: Broadcast, who: Liaison) -> bool:
    """Whether their body answers for each of its places, not only for one of them."""
    return all(answers_for(work.areas, who, code) for code in broadcast.areas)


def answers_for(areas: Areas, who: Liaison, code: str) -> bool:
    served = [each.area_code for each in who.body.serves]
    return BodyKind(who.body.kind) in SPEAKING and meet(areas, served, [code])


SPEAKING = (BodyKind.POLICE, BodyKind.PEACE, BodyKind.WOMEN, BodyKind.COORDINATION)
"""Kinds of body that have to do with messages to the public.
Oversight has not: it stays apart from those it looks into."""


def around(work: UnitOfWork, areas: Iterable[str]) -> list[Liaison]:
    """The liaisons of every body that answers for one of these places,
    or for something inside it; and of those that coordinate."""
    serving = select(Serves.body_code).where(Serves.area_code.in_(recipients.reach(work.areas, areas)))
    answers = Liaison.body_code.in_(serving) & Body.kind.in_(SPEAKING)
    found = select(Liaison).join(Liaison.body).where(answers).order_by(Liaison.id)
    whole = (joinedload(Liaison.person).selectinload(Person.addresses), joinedload(Liaison.body))
    return [
        each for each in work.session.scalars(found.options(*whole)).unique() if is_one_now(each, work.now)
    ]


def remind(work: UnitOfWork, subject: str) -> None:
    """Remind those who were asked and have said nothing; after
    the last time, tell the author that nobody answers."""
    identity, edition, turn = map(int, subject.split("/"))
    broadcast = lock_broadcast(work.session, identity)
    if broadcast.state != BroadcastState.SUBMITTED or broadcast.edition != edition:
        return
    silent = _silent(work, broadcast)
    if turn > len(REMIND_AFTER):
        names = "; ".join(f"{each.name}, {each.body.name}" for each in silent)
        tell(work, broadcast.author, phrases.nobody_answers(broadcast.code, names), broadcast, "silence")
        return
    _consult(work, broadcast, silent, turn)
    after = REMIND_AFTER[min(turn, len(REMIND_AFTER) - 1)]
    work.schedule(TaskKind.REMIND, f"{identity}/{edition}/{turn + 1}", work.in_minutes(after), Queue.ORDINARY)


def _silent(work: UnitOfWork, broadcast: Broadcast) -> list[Liaison]:
    """Those who were asked, and have not approved it within the time that counts."""
    fresh = {deed.liaison_id for deed in approvals(broadcast, work.now)}
    asked = [
        deed.liaison
        for deed in broadcast.done(DeedKind.ASKED)
        if deed.liaison is not None and deed.liaison_id not in fresh
    ]
    return [each for each in asked if is_one_now(each, work.now)]


def _consult(work: UnitOfWork, broadcast: Broadcast, asked: Iterable[Liaison], turn: int) -> None:
    for each in asked:
        phrase = phrases.asks_approval(
            broadcast.code, broadcast.mark, to_read(broadcast, each.language), again=turn > 1
        )
        tell(work, each, phrase, broadcast, f"consult{turn}")


def to_read(broadcast: Broadcast, language: str) -> str:
    """What somebody reads before they say yes: a template in this language,
    for its translations are known; own words in every language."""
    languages = [spoken(broadcast, language)] if broadcast.template else list(broadcast.texts)
    return "\n".join(as_sent(broadcast, language) for language in languages)


def spoken(broadcast: Broadcast, language: str) -> str:
    """The language to show it in: this one, if it has been said in that."""
    return language if language in broadcast.texts else next(iter(broadcast.texts), language)


def tell(work: UnitOfWork, who: Liaison, phrase: Phrase, broadcast: Broadcast, what: str) -> None:
    """Write to a liaison about it, once for each thing that there is to be told of an edition."""
    if is_one_now(who, work.now):
        consult(work, who, phrase, key=f"{what}:{broadcast.id}:{broadcast.edition}:{who.id}")


# ------------------------------------------------------------------------------------------------------ hands


def hand_of(work: UnitOfWork, who: Liaison) -> Hand:
    own = {
        who.body_code,
        *(role.body_code for role in who.roles if role.body_code is not None and role.ended_at is None),
    }
    police = affiliations.viewer_of(who, work.now).is_of_the_police
    return Hand(who.id, frozenset(own), police, BodyKind(who.body.kind) == BodyKind.COORDINATION)


def hands_that_wrote(work: UnitOfWork, broadcast: Broadcast) -> list[Hand]:
    """The author, and everyone who has changed it or put it to others
    since, with the bodies that they were of then and are of now."""
    wrote = [
        deed
        for deed in broadcast.deeds
        if deed.what in (DeedKind.WROTE, DeedKind.EDITED, BroadcastState.SUBMITTED)
        and deed.liaison is not None
    ]
    return [_hand_then(work, deed) for deed in wrote] or [hand_of(work, broadcast.author)]


def _hand_then(work: UnitOfWork, deed: Deed) -> Hand:
    assert deed.liaison is not None
    now = hand_of(work, deed.liaison)
    then = frozenset(filter(None, (deed.body_code,)))
    return Hand(now.liaison, now.bodies | then, now.of_the_police, now.coordinates)


def approvals(broadcast: Broadcast, now: datetime) -> list[Deed]:
    """Those of this edition that count still."""
    return [deed for deed in _by_those_who_serve(broadcast, now) if now - deed.at < HOLDS]


def _by_those_who_serve(broadcast: Broadcast, now: datetime) -> list[Deed]:
    return [
        deed
        for deed in broadcast.done(DeedKind.APPROVES)
        if deed.liaison is not None and is_one_now(deed.liaison, now)
    ]


def is_still_approved(work: UnitOfWork, broadcast: Broadcast) -> bool:
    """Whether it was approved by enough people who still have a mandate."""
    hands = [_hand_then(work, deed) for deed in _by_those_who_serve(broadcast, work.now)]
    return approval_policy.is_enough(preview.need_of(work.areas, broadcast), hands)


def approve(work: UnitOfWork, who: Liaison, broadcast: Broadcast, mark: str) -> Phrase:
    """One more hand. With the last that is needed it is approved, and cooling begins. Raises `NotNow`."""
    if mark != broadcast.mark:
        _show_as_it_is(work, broadcast, who, mark)
    _is_still_right(work, broadcast)
    broadcast.note(work.now, DeedKind.APPROVES, who)
    need = preview.need_of(work.areas, broadcast)
    hands = hands_that_approved(work, broadcast)
    if not approval_policy.is_enough(need, hands):
        return phrases.approved_thanks(broadcast.code, max(need.hands - len(hands), 1))
    if not move_broadcast(work.session, broadcast, BroadcastState.APPROVED, approved_at=work.now):
        raise NotNow(phrases.cannot_now(broadcast.code, phrases.CHANGED_JUST_NOW))
    broadcast.note(work.now, BroadcastState.APPROVED)
    work.schedule(TaskKind.COOL, broadcast.id, queue=Queue.ORDINARY)
    return phrases.is_enough(broadcast.code, waits_of(broadcast).cooling)


def _show_as_it_is(work: UnitOfWork, broadcast: Broadcast, who: Liaison, mark: str) -> None:
    """They said yes to something else, or did not say to what: they read it as it is now. Raises `NotNow`."""
    asks = phrases.asks_approval(
        broadcast.code, broadcast.mark, to_read(broadcast, who.language), again=bool(mark)
    )
    if not mark:
        raise NotNow(asks)
    tell(work, who, asks, broadcast, "changed")
    raise NotNow(phrases.cannot_now(broadcast.code, phrases.CHANGED_JUST_NOW))


def hands_that_approved(work: UnitOfWork, broadcast: Broadcast) -> list[Hand]:
    return [_hand_then(work, deed) for deed in approvals(broadcast, work.now)]


def why_not_counted(work: UnitOfWork, broadcast: Broadcast, who: Liaison) -> Phrase | None:
    """What is said to one whose yes does not count; None to one whose yes does."""
    if not _answers_for_all(work, broadcast, who):
        return phrases.may_not_approve(broadcast.code, None)
    why = approval_policy.may_approve(
        hands_that_wrote(work, broadcast), hands_that_approved(work, broadcast), hand_of(work, who)
    )
    return phrases.may_not_approve(broadcast.code, why) if why is not None else None


def stands_apart(work: UnitOfWork, broadcast: Broadcast, who: Liaison) -> bool:
    """Whether they are of another body than those who wrote it, and not the second of the police."""
    return approval_policy.may_approve(hands_that_wrote(work, broadcast), (), hand_of(work, who)) is None


def _is_still_right(work: UnitOfWork, broadcast: Broadcast) -> None:
    """Raises `NotNow` where it could not be sent any more as it stands."""
    if words := not_right(work, broadcast):
        raise NotNow(words)
