"""What people do with a broadcast, step by step: write, check, ask others, approve, object, pause, stop, withdraw, set right.

Each step is one transaction that changes the broadcast only from the state in which it was found. What follows by itself, once it is
approved, is in `sending.py`.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from hotline.broadcasts import approval_policy as approving
from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import menus as committee
from hotline.broadcasts import preview as previewing
from hotline.broadcasts import templates as calm
from hotline.broadcasts.approval_policy import HOLDS, Hand
from hotline.broadcasts.broadcast import (
    APPROVED,
    APPROVES,
    ASKED,
    CHECKED,
    COOLING,
    CORRECTED,
    DRAFT,
    EDITED,
    FIRST,
    GOING,
    LIVE,
    OBJECTED,
    ON_ITS_WAY,
    OUT,
    PAUSED,
    REACHED,
    RESUMED,
    REVIEWED,
    SENDING,
    SENT,
    STOPPED,
    SUBMITTED,
    UNSENT,
    WITHDRAWN,
    WROTE,
    Broadcast,
    Copy,
    Deed,
    Reach,
    State,
    Wording,
)
from hotline.broadcasts.menus import Compose, Deal
from hotline.cases import conflicts as firewall
from hotline.context import Work
from hotline.core.i18n import Words
from hotline.directory import shifts
from hotline.directory.bodies import Body, Serves
from hotline.directory.categories import Kind
from hotline.directory.liaisons import Liaison, is_one_now
from hotline.directory.people import Person
from hotline.messaging import message as messages
from hotline.outbox import Queue, What
from hotline.places.areas import AreaRecord, Areas
from hotline.rumours import rumour as rumours

APART = timedelta(hours=12)
"""Between two messages to the same place."""
A_WEEK, MOST_A_WEEK = timedelta(days=7), 3
A_DAY, MOST_EMERGENCIES, MOST_PHONES = timedelta(days=1), 2, 2000
"""Emergency messages: as many a day, and to as many."""
REMIND_AFTER = (5, 10, 15)
"""Minutes after which those who were asked are reminded, one after another. Slow joint statements are the known weakness."""
MOST_ASKED = 8
"""Liaisons who are asked to approve one broadcast."""
OPERATOR = "Itikia"
"""Who has stopped it, where it was whoever keeps the machine."""
MOST_CONTACTS = 20
"""Liaisons who see a broadcast before it goes."""


class Pace(NamedTuple):
    """Minutes between the approval and the first batch, and between the first batch and the others."""

    cooling: int
    pause: int


USUAL, AT_ONCE = Pace(10, 5), Pace(0, 0)


def pace_of(broadcast: Broadcast) -> Pace:
    """What warns of danger loses no time, nor does a template that sets something right; own words are looked at longer."""
    return AT_ONCE if broadcast.emergency or (_corrects(broadcast) and broadcast.template) else USUAL


def _corrects(broadcast: Broadcast) -> bool:
    """Whether it sets another one right."""
    return broadcast.corrects_id is not None or broadcast.corrects is not None


def waits(work: Work, broadcast: Broadcast) -> timedelta:
    """How long it takes, apart from sending."""
    return work.settings.minutes(sum(pace_of(broadcast)))


CARRIED_ON_BY: dict[State, tuple[What, ...]] = {
    APPROVED: (What.COOL,),
    COOLING: (What.GO,),
    FIRST: (What.BATCH, What.GO_ON),
    SENDING: (What.BATCH,),
}
"""From each state in which it is on its way: one of these errands waits, unless it is paused."""


class NotNow(Exception):
    """It cannot be done as it stands. Holds the words that say why."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.words = words


# ---------------------------------------------------------------------------------------------------------------- writing


def sketch(work: Work, who: Liaison, wish: Compose) -> Broadcast:
    """What somebody has written, as a broadcast that is not kept yet."""
    made = Broadcast(
        code="....", mark="000", edition=1, state=DRAFT, author_id=who.id, author=who, written_at=work.now, listed=0, listed_to=0
    )
    _write(work, made, wish)
    return made


def _write(work: Work, broadcast: Broadcast, wish: Compose) -> None:
    """Everything that the author decides."""
    original = broadcast.corrects if wish.edits else _corrected_by(work.session, wish)
    areas = original.areas if original else list(dict.fromkeys(code for code in wish.areas if code in work.areas))
    broadcast.template, broadcast.source, broadcast.known_at = wish.template, wish.source[:120], _known_at(work, wish)
    broadcast.expires_at = work.now + timedelta(hours=wish.hours)
    broadcast.exercise = (original.exercise if original else wish.exercise) or work.settings.exercise
    broadcast.emergency = wish.emergency and wish.template in calm.TEMPLATES and calm.TEMPLATES[wish.template].frozen
    broadcast.public, broadcast.corrects = wish.public, original
    if wish.rumour and (rumour := rumours.by_number(work.session, wish.rumour)) is not None:
        broadcast.rumour_id = rumour.id
    kept = {reach.area_code: reach for reach in broadcast.reaches}
    broadcast.reaches = [kept.get(code) or Reach(area_code=code) for code in areas]
    said = {wording.language: wording for wording in broadcast.wordings}
    broadcast.wordings = [_worded(said.get(language), language, text) for language, text in _texts(work, wish, areas).items() if text]


def _known_at(work: Work, wish: Compose) -> datetime:
    """The moment as of which it is so: the last time that clocks there showed what it says, or now."""
    at = calm.as_of(wish.template, dict(wish.fields))
    if not at:
        return work.now
    there = work.now.astimezone(work.country.zone)
    known = there.replace(hour=int(at[:2]), minute=int(at[3:]), second=0, microsecond=0)
    return (known if known <= there + timedelta(minutes=calm.SLACK) else known - timedelta(days=1)).astimezone(UTC)


def _worded(kept: Wording | None, language: str, text: str) -> Wording:
    wording = kept or Wording(language=language)
    wording.text = text
    return wording


def _texts(work: Work, wish: Compose, areas: Sequence[str]) -> dict[str, str]:
    """What it says in each language of the country."""
    if not wish.template:
        return {language: text.strip()[:1000] for language, text in wish.own}
    place = calm.place_of(work.areas, areas)
    return {language: calm.render(wish.template, dict(wish.fields), place, language) for language in work.country.languages}


def _corrected_by(session: Session, wish: Compose) -> Broadcast | None:
    """The broadcast that this one sets right. Raises `NotNow` where it cannot be: nobody has it."""
    original = broadcasts.by_code(session, wish.corrects) if wish.corrects else None
    if wish.corrects and (original is None or original.state in UNSENT):
        raise NotNow(committee.cannot_now(wish.corrects, committee.NOT_SENT_YET))
    return original


def compose(work: Work, who: Liaison, wish: Compose) -> tuple[Broadcast, Words]:
    """Keep what somebody has written, check it, and ask others to approve it if that was wanted. Raises `NotNow`."""
    broadcast = _changed(work, who, wish) if wish.edits else _begun(work, who, wish)
    _check(work, broadcast, who)
    if not wish.submit:
        return broadcast, committee.kept(broadcast.code)
    return broadcast, submit(work, who, broadcast)


def _begun(work: Work, who: Liaison, wish: Compose) -> Broadcast:
    if wish.corrects:
        _halt_what_is_wrong(work, who, wish.corrects)
    broadcast = sketch(work, who, wish)
    broadcast.code, broadcast.mark = broadcasts.new_code(work.session), broadcasts.new_mark()
    work.session.add(broadcast)
    broadcast.note(work.now, WROTE, who)
    work.session.flush()
    work.put(What.EXPIRE, broadcast.id, broadcast.expires_at, Queue.ORDINARY)
    return broadcast


def _halt_what_is_wrong(work: Work, who: Liaison, code: str) -> None:
    """Nobody more is sent what is about to be set right."""
    wrong = _held(work, code)
    if wrong.state in UNSENT:
        raise NotNow(committee.cannot_now(code, committee.NOT_SENT_YET))
    if wrong.state in GOING:
        _end(work, wrong, STOPPED, who)
        _tell_of_stop(work, wrong, who)


def _changed(work: Work, who: Liaison, wish: Compose) -> Broadcast:
    broadcast = _held(work, wish.edits)
    if broadcast.state not in UNSENT:
        raise NotNow(committee.cannot_now(broadcast.code, committee.GONE_ALREADY))
    _back_to_draft(work, broadcast)
    _write(work, broadcast, wish)
    broadcast.note(work.now, EDITED, who)
    work.session.flush()
    work.put(What.EXPIRE, broadcast.id, broadcast.expires_at, Queue.ORDINARY)
    return broadcast


def _back_to_draft(work: Work, broadcast: Broadcast) -> None:
    """Whatever was approved counts no more."""
    anew = {"edition": broadcast.edition + 1, "mark": broadcasts.new_mark(broadcast.mark), "submitted_at": None, "approved_at": None,
            "opens_at": None, "paused_at": None}  # fmt: skip
    if broadcast.state == DRAFT:
        for name, value in anew.items():
            setattr(broadcast, name, value)
        work.session.flush()
    elif not broadcasts.move(work.session, broadcast, DRAFT, **anew):
        raise NotNow(committee.cannot_now(broadcast.code, committee.CHANGED_JUST_NOW))
    _forget_list(work.session, broadcast)


def _forget_list(session: Session, broadcast: Broadcast) -> None:
    """Nothing was sent, so whoever it would have gone to is looked up anew."""
    session.execute(delete(Copy).where(Copy.broadcast_id == broadcast.id))
    broadcast.listed, broadcast.listed_to, broadcast.is_listed = 0, 0, False
    session.flush()


def _check(work: Work, broadcast: Broadcast, who: Liaison | None) -> None:
    """Bring a draft on to being checked. Raises `NotNow` with what blocks it; the draft is kept."""
    blocks = [finding.words for finding in previewing.findings_of(work, broadcast) if finding.blocks]
    if blocks:
        raise NotNow(committee.not_checked(broadcast.code, blocks))
    if broadcasts.move(work.session, broadcast, CHECKED):
        broadcast.note(work.now, CHECKED, who)


# ------------------------------------------------------------------------------------------------------ asking others


def submit(work: Work, who: Liaison, broadcast: Broadcast) -> Words:
    """Ask others whether it may go: all at once. Raises `NotNow`."""
    need = previewing.need_of(work.areas, broadcast)
    if need.refused:
        raise NotNow(committee.cannot_now(broadcast.code, committee.REFUSED.get(need.refused, committee.TOO_LARGE)))
    _limits(work, broadcast)
    asked = _whom_to_ask(work, broadcast, who)
    if len({each.body_code for each in asked}) < need.hands:
        raise NotNow(committee.cannot_now(broadcast.code, committee.NOBODY_TO_APPROVE))
    if not broadcasts.move(work.session, broadcast, SUBMITTED, submitted_at=work.now):
        raise NotNow(committee.cannot_now(broadcast.code, committee.CHANGED_JUST_NOW))
    broadcast.note(work.now, SUBMITTED, who)
    for each in asked:
        broadcast.note(work.now, ASKED, each)
    begins = messages.opening(work, broadcast, work.now)
    if begins == work.now:
        _consult(work, broadcast, asked, 0)
        begins = work.in_minutes(REMIND_AFTER[0])
        work.put(What.REMIND, f"{broadcast.id}/{broadcast.edition}/1", begins, Queue.ORDINARY)
        return committee.submitted(broadcast.code, len(asked), need.hands)
    work.put(What.REMIND, f"{broadcast.id}/{broadcast.edition}/0", begins, Queue.ORDINARY)
    return committee.waits_for_morning(broadcast.code, work.clock_time(begins))


def _limits(work: Work, broadcast: Broadcast) -> None:
    """Raises `NotNow` where it would go to nobody, to too many, or too soon after another."""
    going = previewing.how_many(work, broadcast)
    if not going:
        raise NotNow(committee.cannot_now(broadcast.code, committee.GOES_TO_NOBODY))
    if broadcast.emergency and going > MOST_PHONES:
        raise NotNow(committee.cannot_now(broadcast.code, committee.TOO_MANY))
    _one_at_a_time(work)
    if soon := too_soon(work, broadcast):
        raise NotNow(committee.cannot_now(broadcast.code, soon))


def _one_at_a_time(work: Work) -> None:
    """Two broadcasts must not both find that there is none for this place: whoever looks, looks alone."""
    work.session.execute(select(AreaRecord.code).where(AreaRecord.code == work.areas.country.code).with_for_update(key_share=True))


def too_soon(work: Work, broadcast: Broadcast) -> Words | None:
    """Why this place has had enough for now; None where it has not. What sets something right always may go, and so may a drill."""
    if broadcast.exercise or _corrects(broadcast):
        return None
    if broadcast.emergency:
        return committee.ENOUGH_EMERGENCIES if _emergencies(work, broadcast) >= MOST_EMERGENCIES else None
    begun = sorted(each.opens_at for each in _lately(work, broadcast) if each.opens_at is not None)
    if begun and work.now - begun[-1] < APART:
        return committee.had_one_today(work.clock_time(begun[-1] + APART))
    return committee.had_three_this_week(work.clock_time(begun[-MOST_A_WEEK] + A_WEEK)) if len(begun) >= MOST_A_WEEK else None


def what_stands_against(work: Work, who: Liaison, broadcast: Broadcast) -> list[Words]:
    """Why a message that somebody has just written could not be put to others, said before they try; its words are another matter."""
    need = previewing.need_of(work.areas, broadcast)
    few = not need.refused and len({each.body_code for each in _whom_to_ask(work, broadcast, who)}) < need.hands
    soon, empty = too_soon(work, broadcast), not previewing.how_many(work, broadcast)
    found = (soon, committee.NOBODY_TO_APPROVE if few else None, committee.GOES_TO_NOBODY if empty else None)
    return [words for words in found if words is not None]


def _emergencies(work: Work, broadcast: Broadcast) -> int:
    """How many emergency messages went to the county within a day."""
    since = (Broadcast.emergency, ~Broadcast.exercise, Broadcast.opens_at > work.now - A_DAY, Broadcast.id != broadcast.id)
    counties = [_county(work.areas, code) for code in broadcast.areas]
    return sum(_meet(work.areas, each.areas, counties) for each in work.session.scalars(select(Broadcast).where(*since)))


def _county(areas: Areas, code: str) -> str:
    return areas.outwards(areas[code])[-2:][0].code


def _lately(work: Work, broadcast: Broadcast) -> Iterable[Broadcast]:
    """What began to go to the same place within a week, or is about to. Once its own time has come, only what has begun: of two that cool
    at once the first goes."""
    not_yet = (APPROVED, COOLING) if broadcast.state == COOLING else ()
    since = (Broadcast.opens_at > work.now - A_WEEK, Broadcast.corrects_id.is_(None), Broadcast.id != broadcast.id)
    went = (Broadcast.state.not_in((DRAFT, CHECKED, SUBMITTED, *not_yet)), ~Broadcast.exercise, ~Broadcast.emergency)
    for each in work.session.scalars(select(Broadcast).where(*since, *went)):
        if _meet(work.areas, each.areas, broadcast.areas) and not _never_went(work.session, each):
            yield each


def _never_went(session: Session, broadcast: Broadcast) -> bool:
    """Stopped, withdrawn or expired before anybody had it."""
    return broadcast.state not in (*OUT, APPROVED, COOLING, CORRECTED) and not gone(session, broadcast)


def _meet(areas: Areas, some: Iterable[str], others: Sequence[str]) -> bool:
    """Whether a place of the one lies in a place of the other."""
    return any(areas.touch(one, other) for one in some for other in others)


def _whom_to_ask(work: Work, broadcast: Broadcast, but: Liaison) -> list[Liaison]:
    """Those who could approve it: two at most of each body around the place, whoever is on duty first, and whoever leads it."""
    wrote = hands_that_wrote(work, broadcast)
    able = [each for each in around(work, broadcast.areas) if each.id != but.id and _could_approve(work, broadcast, wrote, each)]
    there = shifts.on_duty(work.session, [each.id for each in able], work.country.zone, work.now)
    able.sort(key=lambda each: (each.id not in there, not each.supervisor, each.id))
    first = [each for place, each in enumerate(able) if sum(other.body_code == each.body_code for other in able[:place]) < 2]
    abreast = sorted(first, key=lambda each: sum(other.body_code == each.body_code for other in first[: first.index(each)]))
    return abreast[:MOST_ASKED]


def _could_approve(work: Work, broadcast: Broadcast, wrote: Iterable[Hand], who: Liaison) -> bool:
    return approving.may_approve(wrote, (), hand_of(work, who)) is None and _answers_for_all(work, broadcast, who)


def _answers_for_all(work: Work, broadcast: Broadcast, who: Liaison) -> bool:
    """Whether their body answers for each of its places, not only for one of them."""
    return all(_answers_for(work.areas, who, code) for code in broadcast.areas)


def _answers_for(areas: Areas, who: Liaison, code: str) -> bool:
    served = [each.area_code for each in who.body.serves]
    return Kind(who.body.kind) in SPEAKING and _meet(areas, served, [code])


SPEAKING = (Kind.POLICE, Kind.PEACE, Kind.WOMEN, Kind.COORDINATION)
"""Kinds of body that have to do with messages to the public. Oversight has not: it stays apart from those it looks into."""


def around(work: Work, areas: Iterable[str]) -> list[Liaison]:
    """The liaisons of every body that answers for one of these places, or for something inside it; and of those that coordinate."""
    serving = select(Serves.body_code).where(Serves.area_code.in_(previewing.reach(work.areas, areas)))
    answers = Liaison.body_code.in_(serving) & Body.kind.in_(SPEAKING)
    found = select(Liaison).join(Liaison.body).where(answers).order_by(Liaison.id)
    whole = (joinedload(Liaison.person).selectinload(Person.addresses), joinedload(Liaison.body))
    return [each for each in work.session.scalars(found.options(*whole)).unique() if is_one_now(each, work.now)]


def remind(work: Work, subject: str) -> None:
    """Remind those who were asked and have said nothing; after the last time, tell the author that nobody answers."""
    identity, edition, turn = map(int, subject.split("/"))
    broadcast = broadcasts.hold(work.session, identity)
    if broadcast.state != SUBMITTED or broadcast.edition != edition:
        return
    silent = _silent(work, broadcast)
    if turn > len(REMIND_AFTER):
        names = "; ".join(f"{each.name}, {each.body.name}" for each in silent)
        tell(work, broadcast.author, committee.nobody_answers(broadcast.code, names), broadcast, "silence")
        return
    _consult(work, broadcast, silent, turn)
    after = REMIND_AFTER[min(turn, len(REMIND_AFTER) - 1)]
    work.put(What.REMIND, f"{identity}/{edition}/{turn + 1}", work.in_minutes(after), Queue.ORDINARY)


def _silent(work: Work, broadcast: Broadcast) -> list[Liaison]:
    """Those who were asked, and have not approved it within the time that counts."""
    fresh = {deed.liaison_id for deed in approvals(broadcast, work.now)}
    asked = [deed.liaison for deed in broadcast.done(ASKED) if deed.liaison is not None and deed.liaison_id not in fresh]
    return [each for each in asked if is_one_now(each, work.now)]


def _consult(work: Work, broadcast: Broadcast, asked: Iterable[Liaison], turn: int) -> None:
    for each in asked:
        words = committee.asks_approval(broadcast.code, broadcast.mark, to_read(broadcast, each.language), again=turn > 1)
        tell(work, each, words, broadcast, f"consult{turn}")


def to_read(broadcast: Broadcast, language: str) -> str:
    """What somebody reads before they say yes: a template in this language, for its translations are known; own words in every language."""
    languages = [spoken(broadcast, language)] if broadcast.template else list(broadcast.texts)
    return "\n".join(previewing.as_sent(broadcast, language) for language in languages)


def spoken(broadcast: Broadcast, language: str) -> str:
    """The language to show it in: this one, if it has been said in that."""
    return language if language in broadcast.texts else next(iter(broadcast.texts), language)


def tell(work: Work, who: Liaison, words: Words, broadcast: Broadcast, what: str) -> None:
    """Write to a liaison about it, once for each thing that there is to be told of an edition."""
    if is_one_now(who, work.now):
        messages.consult(work, who, words, key=f"{what}:{broadcast.id}:{broadcast.edition}:{who.id}")


# ------------------------------------------------------------------------------------------------------ hands


def hand_of(work: Work, who: Liaison) -> Hand:
    viewer = firewall.viewer_of(who, work.now)
    own = {who.body_code, *(role.body_code for role in who.roles if role.body_code is not None and role.ended_at is None)}
    kinds = {kind for _body, kind in viewer.belongs}
    return Hand(who.id, frozenset(own), Kind.POLICE in kinds, Kind(who.body.kind) == Kind.COORDINATION)


def hands_that_wrote(work: Work, broadcast: Broadcast) -> list[Hand]:
    """The author, and everyone who has changed it or put it to others since, with the bodies that they were of then and are of now."""
    wrote = [deed for deed in broadcast.deeds if deed.what in (WROTE, EDITED, SUBMITTED) and deed.liaison is not None]
    return [_hand_then(work, deed) for deed in wrote] or [hand_of(work, broadcast.author)]


def _hand_then(work: Work, deed: Deed) -> Hand:
    assert deed.liaison is not None
    now = hand_of(work, deed.liaison)
    then = frozenset(filter(None, (deed.body_code,)))
    return Hand(now.liaison, now.bodies | then, now.of_the_police, now.coordinates)


def approvals(broadcast: Broadcast, now: datetime) -> list[Deed]:
    """Those of this edition that count still."""
    return [deed for deed in _by_those_who_serve(broadcast, now) if now - deed.at < HOLDS]


def _by_those_who_serve(broadcast: Broadcast, now: datetime) -> list[Deed]:
    return [deed for deed in broadcast.done(APPROVES) if deed.liaison is not None and is_one_now(deed.liaison, now)]


def is_still_approved(work: Work, broadcast: Broadcast) -> bool:
    """Whether it was approved by enough people who still have a mandate."""
    hands = [_hand_then(work, deed) for deed in _by_those_who_serve(broadcast, work.now)]
    return approving.is_enough(previewing.need_of(work.areas, broadcast), hands)


def approve(work: Work, who: Liaison, code: str, mark: str) -> Words:
    """One more hand. With the last that is needed it is approved, and what follows begins. Raises `NotNow`."""
    broadcast = _held(work, code)
    if broadcast.state != SUBMITTED:
        raise NotNow(committee.cannot_now(code, committee.NOT_WAITING))
    if mark != broadcast.mark:
        _show_as_it_is(work, broadcast, who, mark)
    _may_approve(work, broadcast, who)
    _is_still_right(work, broadcast)
    broadcast.note(work.now, APPROVES, who)
    need = previewing.need_of(work.areas, broadcast)
    hands = _hands_that_approved(work, broadcast)
    if not approving.is_enough(need, hands):
        return committee.approved_thanks(code, max(need.hands - len(hands), 1))
    if not broadcasts.move(work.session, broadcast, APPROVED, approved_at=work.now):
        raise NotNow(committee.cannot_now(code, committee.CHANGED_JUST_NOW))
    broadcast.note(work.now, APPROVED)
    work.put(What.COOL, broadcast.id, queue=Queue.ORDINARY)
    return committee.is_enough(code, pace_of(broadcast).cooling)


def _show_as_it_is(work: Work, broadcast: Broadcast, who: Liaison, mark: str) -> None:
    """They said yes to something else, or did not say to what: they read it as it is now. Raises `NotNow`."""
    asks = committee.asks_approval(broadcast.code, broadcast.mark, to_read(broadcast, who.language), again=bool(mark))
    if not mark:
        raise NotNow(asks)
    tell(work, who, asks, broadcast, "changed")
    raise NotNow(committee.cannot_now(broadcast.code, committee.CHANGED_JUST_NOW))


def _hands_that_approved(work: Work, broadcast: Broadcast) -> list[Hand]:
    return [_hand_then(work, deed) for deed in approvals(broadcast, work.now)]


def _may_approve(work: Work, broadcast: Broadcast, who: Liaison) -> None:
    """Raises `NotNow` where this hand does not count."""
    if not _answers_for_all(work, broadcast, who):
        raise NotNow(committee.may_not_approve(broadcast.code, None))
    why = approving.may_approve(hands_that_wrote(work, broadcast), _hands_that_approved(work, broadcast), hand_of(work, who))
    if why is not None:
        raise NotNow(committee.may_not_approve(broadcast.code, why))


def _is_still_right(work: Work, broadcast: Broadcast) -> None:
    """Raises `NotNow` where it could not be sent any more as it stands."""
    if words := not_right(work, broadcast):
        raise NotNow(words)


def not_right(work: Work, broadcast: Broadcast) -> Words | None:
    """Why it may not be sent as it stands: it is out of date, the place has had enough, it is night; None where nothing is against it."""
    blocks = [finding.words for finding in previewing.findings_of(work, broadcast) if finding.blocks]
    if blocks:
        return committee.not_checked(broadcast.code, blocks)
    _one_at_a_time(work)
    if soon := too_soon(work, broadcast):
        return committee.cannot_now(broadcast.code, soon)
    goes = work.in_minutes(0 if broadcast.state == COOLING else pace_of(broadcast).cooling)
    if (opens := messages.opening(work, broadcast, goes)) > goes:
        return committee.cannot_now(broadcast.code, committee.at_night(work.clock_time(opens)))
    return None


# ------------------------------------------------------------------------------------------------------ stopping


def object_to(work: Work, who: Liaison, code: str, why: str) -> Words:
    """Somebody says that it must not go as it is: it is a draft again, and the author hears why. Raises `NotNow`."""
    broadcast = _held(work, code)
    if broadcast.state not in (SUBMITTED, APPROVED, COOLING):
        raise NotNow(committee.cannot_now(code, committee.USE_STOP if broadcast.state in GOING else committee.NOT_WAITING))
    broadcast.note(work.now, OBJECTED, who, why)
    _back_to_draft(work, broadcast)
    tell(work, broadcast.author, committee.objected(code, who.name, why), broadcast, "objected")
    return committee.objection_taken(code)


def send_back(work: Work, broadcast: Broadcast, words: Words) -> None:
    """It cannot go any more as it was approved: a draft again, and the author hears why."""
    _back_to_draft(work, broadcast)
    tell(work, broadcast.author, words, broadcast, "back")


def pause(work: Work, who: Liaison, code: str) -> Words:
    """Nothing leaves until somebody lets it go on. Raises `NotNow`."""
    broadcast = _held(work, code)
    if broadcast.state not in ON_ITS_WAY:
        raise NotNow(committee.cannot_now(code, committee.NOTHING_GOES))
    if not broadcast.is_paused:
        broadcast.paused_at = work.now
        broadcast.note(work.now, PAUSED, who)
        _tell_concerned(work, broadcast, committee.paused(code), f"paused{int(work.now.timestamp())}", who)
    return committee.paused(code)


def halt(work: Work, broadcast: Broadcast, why: str) -> None:
    """Something is wrong, so it pauses by itself, and whoever is concerned decides."""
    broadcast.paused_at = work.now
    broadcast.note(work.now, PAUSED, why=why)
    _tell_concerned(work, broadcast, committee.paused_by_itself(broadcast.code), f"halted{int(work.now.timestamp())}")


def resume(work: Work, who: Liaison, code: str) -> Words:
    """It goes on where it was. What others have paused its author does not let go on. Raises `NotNow`."""
    broadcast = _held(work, code)
    if not broadcast.is_paused or broadcast.state not in ON_ITS_WAY:
        raise NotNow(committee.cannot_now(code, committee.NOT_PAUSED))
    if who.id == broadcast.author_id and _paused_by_others(broadcast):
        raise NotNow(committee.cannot_now(code, committee.NOT_YOURS))
    broadcast.paused_at = None
    broadcast.note(work.now, RESUMED, who)
    work.put(CARRIED_ON_BY[State(broadcast.state)][0], broadcast.id, queue=Queue.BULK)
    return committee.resumed(code)


def _paused_by_others(broadcast: Broadcast) -> bool:
    return broadcast.done(PAUSED)[-1].liaison_id not in (broadcast.author_id, None)


def stop(work: Work, who: Liaison | None, code: str, why: str = "") -> Words:
    """Anybody may, at once and for good; at most the batch that is in hand still leaves. `who`: None for the operator. Raises `NotNow`."""
    broadcast = _held(work, code)
    if broadcast.state in (DRAFT, CHECKED) and who is not None:
        return withdraw(work, who, code)
    if broadcast.state not in LIVE:
        raise NotNow(committee.cannot_now(code, committee.GONE_ALREADY if broadcast.state == SENT else committee.OVER))
    _end(work, broadcast, STOPPED, who, why)
    return committee.stop_done(code, _tell_of_stop(work, broadcast, who), broadcast.listed)


def _tell_of_stop(work: Work, broadcast: Broadcast, who: Liaison | None) -> int:
    """Tell whoever is concerned that it was stopped, and by whom. Returns to how many it has gone."""
    reached, name = gone(work.session, broadcast), who.name if who else OPERATOR
    _tell_concerned(work, broadcast, committee.stopped(broadcast.code, name, reached, broadcast.listed), "stopped", who)
    return reached


def _tell_concerned(work: Work, broadcast: Broadcast, words: Words, what: str, but: Liaison | None = None) -> None:
    for each in _concerned(broadcast):
        if but is None or each.id != but.id:
            tell(work, each, words, broadcast, what)


def withdraw(work: Work, who: Liaison, code: str) -> Words:
    """Its author, or one who coordinates, takes it back: it is not sent, or holds no more. Raises `NotNow`."""
    broadcast = _held(work, code)
    if who.id != broadcast.author_id and not hand_of(work, who).coordinates:
        raise NotNow(committee.cannot_now(code, committee.NOT_YOURS))
    if WITHDRAWN not in broadcasts.NEXT[State(broadcast.state)]:
        raise NotNow(committee.cannot_now(code, committee.OVER))
    _end(work, broadcast, WITHDRAWN, who)
    return committee.withdrawn(code, gone(work.session, broadcast))


def review(work: Work, who: Liaison, code: str, why: str = "") -> Words:
    """Somebody of another body has looked again at an emergency message. Raises `NotNow`."""
    broadcast = _held(work, code)
    if not broadcast.emergency or approving.may_approve(hands_that_wrote(work, broadcast), (), hand_of(work, who)) is not None:
        raise NotNow(committee.cannot_now(code, committee.NOT_YOURS))
    broadcast.note(work.now, REVIEWED, who, why)
    return committee.reviewed(code)


def _end(work: Work, broadcast: Broadcast, state: State, who: Liaison | None, why: str = "") -> None:
    """Bring it to an end in this state. Raises `NotNow` where somebody was first."""
    if not broadcasts.move(work.session, broadcast, state, ended_at=work.now):
        raise NotNow(committee.cannot_now(broadcast.code, committee.CHANGED_JUST_NOW))
    broadcast.note(work.now, state, who, why)


def expire(work: Work, identity: int) -> None:
    """Its time is over: nobody more is sent it, and it is no news any more."""
    broadcast = broadcasts.hold(work.session, identity)
    if broadcast.expires_at > work.now:
        work.put(What.EXPIRE, identity, broadcast.expires_at, Queue.ORDINARY)
        return
    was = broadcast.state
    if broadcasts.move(work.session, broadcast, State.EXPIRED, ended_at=work.now):
        broadcast.note(work.now, State.EXPIRED)
        if was in LIVE:
            _tell_concerned(work, broadcast, committee.expired(broadcast.code), "expired")


def gone(session: Session, broadcast: Broadcast) -> int:
    """To how many it has gone, as far as anybody knows."""
    return session.scalar(select(func.count()).where(Copy.broadcast_id == broadcast.id, Copy.state.in_(REACHED))) or 0


def _concerned(broadcast: Broadcast) -> list[Liaison]:
    """The author, and whoever has approved it."""
    hands = [broadcast.author, *(deed.liaison for deed in broadcast.done(APPROVES) if deed.liaison is not None)]
    return list({each.id: each for each in hands}.values())


def _held(work: Work, code: str) -> Broadcast:
    """The broadcast with this code, to be changed. Raises `NotNow`."""
    found = broadcasts.by_code(work.session, code)
    if found is None:
        raise NotNow(committee.no_such(code))
    return broadcasts.hold(work.session, found.id)


# ------------------------------------------------------------------------------------------------------ one door for all of it


def deal(work: Work, who: Liaison, wish: Compose | Deal) -> Words:
    """Do what a liaison wants of a broadcast, and say what has come of it."""
    code = wish.edits if isinstance(wish, Compose) else wish.code
    if not is_one_now(who, work.now):
        return committee.no_such(code)
    try:
        if isinstance(wish, Compose):
            return compose(work, who, wish)[1]
        _is_theirs(work, who, wish)
        words = _deal(work, who, wish)
    except NotNow as stands:
        words = stands.words
    found = broadcasts.by_code(work.session, code)
    return committee.drill(words, found is not None and found.exercise and not isinstance(wish, Compose) and wish.act != "show")


def _is_theirs(work: Work, who: Liaison, wish: Deal) -> None:
    """Anybody may stop a message; all else is for those who answer for its place, and for its author. Raises `NotNow`."""
    found = broadcasts.by_code(work.session, wish.code)
    if wish.act == "stop" or found is None or found.author_id == who.id:
        return
    if not any(_answers_for(work.areas, who, code) for code in found.areas):
        raise NotNow(committee.no_such(wish.code))


def _deal(work: Work, who: Liaison, wish: Deal) -> Words:
    match wish.act:
        case "approve":
            return approve(work, who, wish.code, wish.mark)
        case "object":
            return object_to(work, who, wish.code, wish.why)
        case "stop":
            return stop(work, who, wish.code, wish.why)
        case "pause":
            return pause(work, who, wish.code)
        case "resume":
            return resume(work, who, wish.code)
        case "withdraw":
            return withdraw(work, who, wish.code)
        case "review":
            return review(work, who, wish.code, wish.why)
        case "submit":
            return _submit_again(work, who, wish.code)
        case "show":
            return show(work, who, wish.code)


def _submit_again(work: Work, who: Liaison, code: str) -> Words:
    """A draft that was kept, or sent back, is put to others. Raises `NotNow`."""
    broadcast = _held(work, code)
    if broadcast.state not in (DRAFT, CHECKED):
        raise NotNow(committee.cannot_now(code, committee.NOT_A_DRAFT))
    if broadcast.state == DRAFT:
        _check(work, broadcast, who)
    return submit(work, who, broadcast)


def show(work: Work, who: Liaison, code: str) -> Words:
    """What it says, and how it stands. Raises `NotNow`."""
    broadcast = _held(work, code)
    reached = gone(work.session, broadcast)
    return committee.stands(code, State(broadcast.state), reached, broadcast.listed, to_read(broadcast, who.language), broadcast.mark)


def steps(work: Work, who: Liaison, broadcast: Broadcast) -> list[str]:
    """What this liaison may do with it now: acts of a `Deal`, and `edit` and `correct`."""
    return [act for act in ACTS if _may(work, who, broadcast, act)]


ACTS = ("approve", "object", "submit", "edit", "stop", "pause", "resume", "correct", "withdraw", "review")


def _may(work: Work, who: Liaison, broadcast: Broadcast, act: str) -> bool:
    state, mine = broadcast.state, who.id == broadcast.author_id
    match act:
        case "approve":
            hands = (hands_that_wrote(work, broadcast), _hands_that_approved(work, broadcast), hand_of(work, who))
            return state == SUBMITTED and approving.may_approve(*hands) is None
        case "object":
            return state in (SUBMITTED, APPROVED, COOLING) and not mine
        case "submit":
            return state in (DRAFT, CHECKED)
        case "edit":
            return state in (DRAFT, CHECKED, SUBMITTED)
        case "stop":
            return state in LIVE
        case "pause":
            return state in ON_ITS_WAY and not broadcast.is_paused
        case "resume":
            return state in ON_ITS_WAY and broadcast.is_paused and not (mine and _paused_by_others(broadcast))
        case "correct":
            return state not in UNSENT and bool(gone(work.session, broadcast))
        case "withdraw":
            return WITHDRAWN in broadcasts.NEXT[State(state)] and (mine or hand_of(work, who).coordinates)
        case _:
            may = approving.may_approve(hands_that_wrote(work, broadcast), (), hand_of(work, who)) is None
            return broadcast.emergency and broadcast.opens_at is not None and may and not broadcast.done(REVIEWED)
