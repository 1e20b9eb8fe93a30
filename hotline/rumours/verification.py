"""The rumour desk: who looks into what people ask about, what they find out, and what they see of it."""

from collections.abc import Iterable, Sequence, Set
from datetime import timedelta
from itertools import islice

from sqlalchemy import select

from hotline import outbox
from hotline.cases import conflicts as firewall
from hotline.context import Work
from hotline.core.i18n import Words
from hotline.directory import shifts
from hotline.directory.bodies import Body, Serves
from hotline.directory.categories import Kind
from hotline.directory.liaisons import Liaison
from hotline.messaging import message as messages
from hotline.outbox import Queue, What
from hotline.places.areas import bare_words
from hotline.rumours import answers as answering
from hotline.rumours import menus as words
from hotline.rumours import rumour as rumours
from hotline.rumours import spread
from hotline.rumours.menus import Line, Look, Shown
from hotline.rumours.rumour import (
    CHECKING,
    FALSE,
    FALSE_,
    NEW,
    PROBABLY_FALSE,
    PROBABLY_TRUE,
    TRUE,
    TRUE_,
    UNKNOWN_,
    UNVERIFIABLE,
    Rumour,
    Source,
)

SURE = (TRUE, FALSE, UNVERIFIABLE)
"""For these two bodies had to say the same."""
OPEN = (NEW, CHECKING, PROBABLY_TRUE, PROBABLY_FALSE)
SAYS = {"true": TRUE_, "false": FALSE_, "unknown": UNKNOWN_}

HOUR = timedelta(hours=1)
MOST_LISTED = 12
MOST_COMPARED = 500

SPREADS = (3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000)
"""So many people in an hour, and the desk hears that it spreads."""
WIDELY = 10
"""From so many on, those who coordinate hear it too."""

REMINDED = (0, 15, 30, 90, 240)
"""Minutes from the first question until the desk is told, reminded, and the coordinating body told and reminded, while nobody checks."""
LAST = len(REMINDED) - 1
PASSED_ON = 2
"""From this of them on it is with the coordinating body."""
STILL, LAPSE = 60, 90
"""Minutes after which somebody who checks is asked what they have found out, and after which it goes to others."""
STILL_ON_IT, LAPSES = "still", "lapse"
LEFT, GIVEN_UP = "left", 60
"""Minutes after the last reminder that nobody heeded, until those who asked hear that nobody could look into it."""
UNTOLD, UNTOLD_STILL, ONCE, TWICE = "untold", "untold-still", 15, 60
"""Minutes after which whoever leads is reminded, and reminded again, that those who asked were not told what is known."""

# That it spreads


def tell_of_spread(work: Work, rumour: Rumour) -> None:
    asked = spread.asked(work, rumour, work.now - HOUR)
    if asked.people not in SPREADS:
        return
    those = {each.id: each for each in (*_desk(work, rumour), *_checker(work, rumour))}
    those |= {each.id: each for each in _coordinating(work, rumour)} if asked.people >= WIDELY else {}
    minutes = max(1, int((work.now - asked.first_at).total_seconds() // 60))
    told = words.spreads(rumour.number, asked.people, minutes, asked.places)
    _tell(work, those.values(), told, f"rumour:{rumour.id}/spreads/{asked.people}")


# Others like it

LEAST = 70
"""Of 100, below which two claims are not alike."""


def suggestions(work: Work, rumour: Rumour, who: Liaison, limit: int = 3) -> list[tuple[Rumour, int]]:
    """Others that may be the same and that this liaison may read, the likest first. A person decides whether they are."""
    return _for_reader(work, who, _alike(work, rumour), limit)


def _for_reader(work: Work, who: Liaison, alike: Iterable[tuple[Rumour, int]], limit: int) -> list[tuple[Rumour, int]]:
    return list(islice((each for each in alike if may_read(work, who, each[0])), limit))


def _alike(work: Work, rumour: Rumour) -> list[tuple[Rumour, int]]:
    """Others of the last days in the same county that may be the same, the likest first."""
    claim, own = rumour.claim(work.keys), rumours.family(work.session, rumour)
    around = spread.recent(work).where(Rumour.area_code.in_(_county(work, rumour)), Rumour.id.not_in(own))
    others = work.session.scalars(around.order_by(Rumour.id.desc()).limit(MOST_COMPARED))
    places = _names_of_places(work, rumour)
    scored = [(each, _likeness(rumour, each, claim, each.claim(work.keys), places)) for each in others]
    return sorted((each for each in scored if each[1] >= LEAST), key=lambda each: (-each[1], each[0].id))


def _likeness(one: Rumour, other: Rumour, claim: str, claims: str, places: Set[str]) -> int:
    same_hour = abs(one.opened_at - other.opened_at) <= HOUR
    return rumours.likeness(claim, claims, same_place=one.area_code == other.area_code, same_hour=same_hour, places=places)


def _names_of_places(work: Work, rumour: Rumour) -> set[str]:
    """Every word in the names of the places around."""
    around = [work.areas[code] for code in _county(work, rumour)]
    return {word for area in around for name in (area.name, *area.aliases) for word in bare_words(name)}


def _county(work: Work, rumour: Rumour) -> list[str]:
    """Everything in the county of a rumour, and what that lies in."""
    place = work.areas[rumour.area_code]
    return [area.code for area in (*work.areas.outwards(place), *work.areas.nearby(place))]


# Who looks into it


def may_see(work: Work, who: Liaison, area: str) -> bool:
    """Whether somebody may read rumours about this place: of a peace committee or a women's desk that serves it or a part of it, or of a
    coordinating body. Never anybody who is of the police or ever was, for a rumour may be about them."""
    viewer = firewall.viewer_of(who, work.now)
    if not viewer.serves or any(kind == Kind.POLICE for _body, kind in viewer.belongs):
        return False
    if who.body.kind == Kind.COORDINATION:
        return True
    here = any(work.areas.touch(area, each.area_code) for each in who.body.serves)
    return here and who.body.kind in (Kind.PEACE, Kind.WOMEN)


def may_read(work: Work, who: Liaison, rumour: Rumour) -> bool:
    """Whether somebody may read this rumour: never one whom it may be about."""
    return bool(_readers(work, rumour, [who]))


def _readers(work: Work, rumour: Rumour, those: Iterable[Liaison]) -> list[Liaison]:
    """Those of them who may read rumours about the place, and whom neither this one names nor any that was found to be the same."""
    seeing = [each for each in those if may_see(work, each, rumour.area_code)]
    claims = [work.session.get_one(Rumour, each).claim(work.keys) for each in rumours.family(work.session, rumour)] if seeing else []
    return [each for each in seeing if not any(firewall.may_be(claim, each.name) for claim in claims)]


def _desk(work: Work, rumour: Rumour) -> list[Liaison]:
    """Before whom it is put: those on duty of the nearest peace committee; where there are none, those who coordinate."""
    ranks = _ranks(work, rumour)
    serving = select(Liaison, Serves.area_code).join(Body, Body.code == Liaison.body_code).join(Serves, Serves.body_code == Body.code)
    found = work.session.execute(serving.where(Body.kind == Kind.PEACE, Serves.area_code.in_(ranks))).all()
    nearest: dict[Liaison, int] = {}
    for liaison, area in sorted(found, key=lambda row: ranks[row[1]]):
        nearest.setdefault(liaison, ranks[area])
    there = _on_duty(work, _readers(work, rumour, nearest))
    least = min((nearest[each] for each in there), default=0)
    return [each for each in there if nearest[each] == least] or _coordinating(work, rumour)


def _ranks(work: Work, rumour: Rumour) -> dict[str, int]:
    """How near each area is: the place itself, what lies in it, then what it lies in."""
    place = work.areas[rumour.area_code]
    inside = {area.code: 1 for area in work.areas.all_inside(place)}
    return {**inside, **{area.code: steps + (steps > 0) for steps, area in enumerate(work.areas.outwards(place))}}


def _coordinating(work: Work, rumour: Rumour) -> list[Liaison]:
    """Those on duty of the coordinating bodies; all of them where none is, for there is nobody behind them."""
    of_them = select(Liaison).join(Body, Body.code == Liaison.body_code).where(Body.kind == Kind.COORDINATION).order_by(Liaison.id)
    seeing = _readers(work, rumour, work.session.scalars(of_them))
    return _on_duty(work, seeing) or seeing


def _on_duty(work: Work, those: Sequence[Liaison]) -> list[Liaison]:
    there = shifts.on_duty(work.session, [each.id for each in those], work.country.zone, work.now)
    return [each for each in those if each.id in there]


def _checker(work: Work, rumour: Rumour) -> list[Liaison]:
    """Who looks into it, as long as they may."""
    return [rumour.checker] if rumour.checker is not None and may_read(work, rumour.checker, rumour) else []


def _tell(work: Work, those: Iterable[Liaison], told: Words, key: str) -> None:
    """Write to each of them, once under this key."""
    for who in those:
        messages.consult(work, who, told, key=f"{key}/{who.id}")


def hold_for(work: Work, subject: str) -> None:
    """Take hold of the rumour that an errand is about."""
    rumours.hold(work.session, int(subject.partition("/")[0]))


def remind(work: Work, subject: str) -> None:
    """Put a new rumour before the desk; while nobody checks it, remind them and pass it on, and at last tell those who asked. Who checks it
    is asked for a result, and to have it told."""
    identity, _slash, step = subject.partition("/")
    rumour = rumours.hold(work.session, int(identity))
    if rumour.same_as_id is not None:
        return
    if step in (STILL_ON_IT, LAPSES):
        _ask_for_result(work, rumour, step)
    elif step in (UNTOLD, UNTOLD_STILL):
        _ask_for_answer(work, rumour, step)
    elif rumour.state == NEW and step == LEFT:
        answering.say_that_nobody_could(work, rumour)
    elif rumour.state == NEW:
        _put_before(work, rumour, int(step))


def _put_before(work: Work, rumour: Rumour, step: int) -> None:
    desk = _desk(work, rumour)
    behind = [each for each in _coordinating(work, rumour) if each not in desk] if step >= PASSED_ON else []
    new = {0: desk, PASSED_ON: behind}.get(step, [])
    key = f"rumour:{rumour.id}/{step}/{_stamp(work)}"
    _tell_new(work, rumour, new, key)
    _tell(work, [each for each in (*desk, *behind) if each not in new], _reminder(work, rumour), key)
    following, minutes = (step + 1, REMINDED[step + 1] - REMINDED[step]) if step < LAST else (LEFT, GIVEN_UP)
    work.put(What.RUMOUR, f"{rumour.id}/{following}", work.in_minutes(minutes), Queue.ORDINARY)


def remind_once_more(work: Work, rumour: Rumour) -> None:
    """Somebody asks what nobody was reminded of for a while: whoever looks into it hears that people wait still."""
    if rumour.state in answering.ANSWERS:
        _remind_to_answer(work, rumour)
    elif rumour.state == NEW and _was_left(work, rumour):
        work.put(What.RUMOUR, f"{rumour.id}/{LAST}", work.in_minutes(ONCE), Queue.ORDINARY)


def _was_left(work: Work, rumour: Rumour) -> bool:
    """Whether all were reminded long ago, and nothing more is about to happen."""
    is_long_ago = work.now >= rumour.opened_at + work.settings.minutes(REMINDED[LAST])
    return is_long_ago and not any(_waits(work, rumour, step) for step in (str(LAST), LEFT))


def _remind_to_answer(work: Work, rumour: Rumour) -> None:
    """Twice in an hour at most."""
    if not _waits(work, rumour, UNTOLD_STILL):
        for step, minutes in ((UNTOLD, ONCE), (UNTOLD_STILL, TWICE)):
            work.put(What.RUMOUR, f"{rumour.id}/{step}", work.in_minutes(minutes), Queue.ORDINARY)


def _waits(work: Work, rumour: Rumour, step: str) -> bool:
    return outbox.is_due_by(work.session, What.RUMOUR, f"{rumour.id}/{step}", work.in_minutes(LAPSE))


def _ask_for_answer(work: Work, rumour: Rumour, step: str) -> None:
    """Whoever leads is reminded that those who asked were not told."""
    people = answering.to_tell(work, rumour)
    if people and rumour.state in answering.ANSWERS:
        told = words.they_wait(rumour.number, rumour.state, people)
        _tell(work, _leading(work, rumour), told, f"rumour:{rumour.id}/{step}/{_stamp(work)}")


def _reminder(work: Work, rumour: Rumour) -> Words:
    return words.nobody_checks(rumour.number, spread.place_of(work, rumour), spread.asked(work, rumour).people)


def _tell_new(work: Work, rumour: Rumour, those: Iterable[Liaison], key: str) -> None:
    """Put it before each of them, with another that it may be the same as and that they may read."""
    place, claim, alike = spread.place_of(work, rumour), rumour.claim(work.keys), _alike(work, rumour)
    for who in those:
        like = [other.number for other, _score in _for_reader(work, who, alike, 1)]
        _tell(work, [who], words.new_rumour(rumour.number, place, claim, *like), key)


def _ask_for_result(work: Work, rumour: Rumour, step: str) -> None:
    """Whoever took it and says nothing is asked; then it is with the others again."""
    who = rumour.looked_into_by
    if who is None:
        return
    if step == STILL_ON_IT:
        _tell(work, [who], words.still_checking(rumour.number), f"rumour:{rumour.id}/still/{_stamp(work)}")
        return
    rumour.checker = None
    if not rumour.sources:
        rumour.state = NEW
    _tell(work, [who], words.lapsed(rumour.number), f"rumour:{rumour.id}/lapse/{_stamp(work)}")
    others = {each.id: each for each in (*_desk(work, rumour), *_coordinating(work, rumour)) if each != who}
    _tell(work, others.values(), _reminder(work, rumour), f"rumour:{rumour.id}/again/{_stamp(work)}")
    work.put(What.RUMOUR, f"{rumour.id}/{LAST}", work.in_minutes(LAPSE), Queue.ORDINARY)


def _stamp(work: Work) -> int:
    """Tells one telling from another of the same kind."""
    return int(work.now.timestamp())


def _said_of(rumour: Rumour) -> list[tuple[str, str, str]]:
    return [(str(source.liaison_id), source.body_code, source.says) for source in rumour.sources]


# What a liaison does


def act(work: Work, who: Liaison, look: Look) -> Words:
    """Do what a liaison wants with a rumour, and say what has come of it."""
    if look.act == "same":
        return _same(work, who, look)
    if look.act == "apart":
        return _apart(work, who, look.other or look.number)
    found = _seen(work, who, look.number)
    if found is None:
        return words.no_such_rumour(look.number)
    held = rumours.hold_root(work.session, found)
    match look.act:
        case "check":
            return _check(work, who, held)
        case "answer":
            return answering.answer(work, held)
        case "show":
            return words.in_brief(_shown(work, held, who))
        case "true" | "false" | "unknown":
            if not any(letter.isalnum() for letter in look.note):
                return words.how_do_you_know(held.number, look.act)
            return _found_out(work, who, held, SAYS[look.act], look.note)


def _seen(work: Work, who: Liaison, number: str) -> Rumour | None:
    """The rumour, if this liaison may see both what was asked and what it was found to be the same as."""
    named, found = rumours.named(work.session, number), rumours.by_number(work.session, number)
    if named is None or found is None:
        return None
    return found if all(may_read(work, who, each) for each in (named, found)) else None


def _check(work: Work, who: Liaison, rumour: Rumour) -> Words:
    """The first has it, until they have said what they found out."""
    other = rumour.looked_into_by
    if other is not None and other != who:
        return words.being_checked(rumour.number, other.name)
    rumour.checker = who
    if rumour.state == NEW:
        rumour.state, rumour.checked_at = CHECKING, work.now
    work.put(What.RUMOUR, f"{rumour.id}/{STILL_ON_IT}", work.in_minutes(STILL), Queue.ORDINARY)
    work.put(What.RUMOUR, f"{rumour.id}/{LAPSES}", work.in_minutes(LAPSE), Queue.ORDINARY)
    return words.yours(rumour.number)


def _found_out(work: Work, who: Liaison, rumour: Rumour, says: str, note: str) -> Words:
    """What somebody has found out is kept, and what is known then follows from what all have said."""
    source = _keep(work, who, rumour, says, note)
    state = rumours.known(_said_of(rumour))
    if state != rumour.state:
        rumour.state, rumour.checked_at = state, work.now
    rumour.checker = rumour.checker or who
    return _answer_at_once(work, who, rumour, source) if state in SURE else _not_sure(work, who, rumour, source)


def _answer_at_once(work: Work, who: Liaison, rumour: Rumour, source: Source) -> Words:
    """Two bodies have agreed: whoever asked is told, and whoever leads hears that they are."""
    people = answering.to_tell(work, rumour)
    told = answering.answer(work, rumour)
    if people:
        _tell(work, [each for each in _leading(work, rumour) if each != who], told, f"rumour:{rumour.id}/told/{source.id}")
    return words.noted_sure(rumour.number, rumour.state, people)


def _not_sure(work: Work, who: Liaison, rumour: Rumour, source: Source) -> Words:
    """Another body is asked; a person decides whether what is known so far is told."""
    if _told_otherwise(rumour):
        told = words.told_otherwise(rumour.number, rumour.state)
        _tell(work, [each for each in _leading(work, rumour) if each != who], told, f"rumour:{rumour.id}/otherwise/{source.id}")
    if _disagree(rumour):
        _tell_disagree(work, rumour, source)
        return words.noted_disagree(rumour.number)
    _ask_another(work, rumour)
    if rumour.state in answering.ANSWERS:
        _remind_to_answer(work, rumour)
    return words.noted(rumour.number, rumour.state, otherwise=_told_otherwise(rumour))


def _keep(work: Work, who: Liaison, rumour: Rumour, says: str, note: str) -> Source:
    locked = rumours.lock_note(work.keys, note, rumour.id, who.id, work.now)
    source = Source(liaison=who, body_code=who.body_code, says=says, locked_note=locked, at=work.now)
    rumour.sources.append(source)
    work.session.flush()
    return source


def _told_otherwise(rumour: Rumour) -> bool:
    """Whether those who asked were told something that does not hold any more."""
    return rumour.told not in ("", rumour.state)


def _leading(work: Work, rumour: Rumour) -> list[Liaison]:
    return _checker(work, rumour) or _desk(work, rumour)


def _disagree(rumour: Rumour) -> bool:
    latest = {source.liaison_id: source.says for source in rumour.sources}
    return {TRUE_, FALSE_} <= set(latest.values())


def _tell_disagree(work: Work, rumour: Rumour, source: Source) -> None:
    """Those who have spoken, and whoever coordinates, find out together."""
    spoke = _readers(work, rumour, (each.liaison for each in rumour.sources))
    those = {each.id: each for each in (*spoke, *_coordinating(work, rumour))}
    others = [each for identity, each in those.items() if identity != source.liaison_id]
    _tell(work, others, words.they_disagree(rumour.number), f"rumour:{rumour.id}/disagree/{source.id}")


def _ask_another(work: Work, rumour: Rumour) -> None:
    """A second body is needed: somebody of one that has said nothing yet, each of them asked once."""
    spoke = {source.body_code for source in rumour.sources}
    others = {each.id: each for each in (*_desk(work, rumour), *_coordinating(work, rumour)) if each.body_code not in spoke}
    needed = words.second_needed(rumour.number, spread.place_of(work, rumour), rumour.claim(work.keys))
    _tell(work, others.values(), needed, f"rumour:{rumour.id}/second")


def _same(work: Work, who: Liaison, look: Look) -> Words:
    """Two are found to be the same: whoever asked one, asked the other. What was found out stays with each."""
    if not look.other:
        return words.which_other(look.number)
    one, other = _seen(work, who, look.number), _seen(work, who, look.other)
    if one is None or other is None:
        return words.no_such_rumour(look.number if one is None else look.other)
    for identity in sorted({one.id, other.id}):
        rumours.hold(work.session, identity)
    one, other = rumours.root(work.session, one), rumours.root(work.session, other)
    if one == other:
        return words.same_already(look.number, look.other)
    one.same_as_id = other.id
    work.session.flush()
    is_answered = other.state in answering.ANSWERS and answering.to_tell(work, other) > 0
    if is_answered:
        _remind_to_answer(work, other)
    return words.same(one.number, other.number, is_answered=is_answered)


def _apart(work: Work, who: Liaison, number: str) -> Words:
    """It was another rumour after all, and goes on by itself."""
    rumour = rumours.named(work.session, number)
    if rumour is None or not may_read(work, who, rumour):
        return words.no_such_rumour(number)
    whole = rumours.root(work.session, rumour)
    for identity in sorted({rumour.id, whole.id}):
        rumours.hold(work.session, identity)
    if rumour.same_as_id is None:
        return words.not_joined(rumour.number)
    rumour.same_as_id = None
    if rumour.state == NEW:
        work.put(What.RUMOUR, f"{rumour.id}/1", queue=Queue.ORDINARY)
    return words.apart(rumour.number)


# What is shown


def headline(work: Work, rumour: Rumour) -> Words:
    """A line of what was checked, for everybody. The claim is in somebody's own words, which nobody has checked, and is never repeated."""
    return words.headline(rumour.number, work.clock_time(rumour.opened_at), _name(work, rumour), rumour.state)


def _name(work: Work, rumour: Rumour) -> str:
    area = work.areas.get(rumour.area_code)
    return area.name if area else rumour.area_code


def listing(work: Work, who: Liaison) -> str:
    """The rumours that wait for something and that this liaison may see, the newest first, for `?rumours`."""
    latest = work.session.scalars(spread.recent(work).order_by(Rumour.id.desc())).all()
    seen = (each for each in latest if may_read(work, who, each))
    waiting = (each for each in seen if each.state in OPEN or answering.to_tell(work, each))
    return words.lines_to_text([_line(work, each) for each in islice(waiting, MOST_LISTED)])


def _line(work: Work, rumour: Rumour) -> Line:
    begins = rumour.claim(work.keys)[: words.ON_A_LINE * 2]
    return Line(rumour.number, _name(work, rumour), rumour.state, spread.asked(work, rumour).people, begins)


def details(work: Work, who: Liaison, number: str) -> str:
    """One rumour in full, for `?rumour`; nothing to one who may not see it."""
    found = _seen(work, who, number)
    return words.shown_to_text(_shown(work, found, who) if found is not None else None)


def _shown(work: Work, rumour: Rumour, who: Liaison) -> Shown:
    asked, waiting = spread.asked(work, rumour), answering.to_tell(work, rumour)
    checker, alike = rumour.looked_into_by, suggestions(work, rumour, who)
    like = tuple((each.number, score, each.claim(work.keys)[: words.ON_A_LINE * 2]) for each, score in alike)
    joined = tuple(f"R{identity}" for identity in rumours.family(work.session, rumour)[1:])
    return Shown(
        rumour.number, spread.place_of(work, rumour), rumour.claim(work.keys), asked.people, work.clock_time(asked.first_at), asked.places,
        rumour.state, checker.name if checker else "", _steps(rumour, who, checker, waiting), like, joined, waiting,
    )  # fmt: skip


def _steps(rumour: Rumour, who: Liaison, checker: Liaison | None, waiting: int) -> tuple[str, ...]:
    """What this liaison can do with it now."""
    check = ("check",) if checker in (None, who) and rumour.state in OPEN else ()
    answer = ("answer",) if answering.can_be_told(rumour) and waiting else ()
    return (*check, "true", "false", "unknown", *answer)
