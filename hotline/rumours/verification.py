"""The rumour desk: who looks into what people ask about, what they find out, and what they see of it."""

from hotline.context import Work
from hotline.core.i18n import Words
from hotline.directory.liaisons import Liaison
from hotline.outbox import Queue, What
from hotline.rumours import answers as answering
from hotline.rumours import phrases, spread
from hotline.rumours import rumour as rumours
from hotline.rumours.menus import Look
from hotline.rumours.readers import coordinating, desks_for, leading, may_read, readers, seen, tell
from hotline.rumours.reminders import LAPSE, LAPSES, STILL, STILL_ON_IT, remind_to_answer
from hotline.rumours.rumour import CHECKING, FALSE, FALSE_, NEW, TRUE, TRUE_, UNKNOWN_, UNVERIFIABLE, Rumour, Source
from hotline.rumours.views import shown

SURE = (TRUE, FALSE, UNVERIFIABLE)
"""For these two bodies had to say the same."""
SAYS = {"true": TRUE_, "false": FALSE_, "unknown": UNKNOWN_}


def _said_of(rumour: Rumour) -> list[tuple[str, str, str]]:
    return [(str(source.liaison_id), source.body_code, source.says) for source in rumour.sources]


# What a liaison does


def act(work: Work, who: Liaison, look: Look) -> Words:
    """Do what a liaison wants with a rumour, and say what has come of it."""
    if look.act == "same":
        return _same(work, who, look)
    if look.act == "apart":
        return _apart(work, who, look.other or look.number)
    found = seen(work, who, look.number)
    if found is None:
        return phrases.no_such_rumour(look.number)
    held = rumours.hold_root(work.session, found)
    match look.act:
        case "check":
            return _check(work, who, held)
        case "answer":
            return answering.answer(work, held)
        case "show":
            return phrases.in_brief(shown(work, held, who))
        case "true" | "false" | "unknown":
            if not any(letter.isalnum() for letter in look.note):
                return phrases.how_do_you_know(held.number, look.act)
            return _found_out(work, who, held, SAYS[look.act], look.note)


def _check(work: Work, who: Liaison, rumour: Rumour) -> Words:
    """The first has it, until they have said what they found out."""
    other = rumour.looked_into_by
    if other is not None and other != who:
        return phrases.being_checked(rumour.number, other.name)
    rumour.checker = who
    if rumour.state == NEW:
        rumour.state, rumour.checked_at = CHECKING, work.now
    work.put(What.RUMOUR, f"{rumour.id}/{STILL_ON_IT}", work.in_minutes(STILL), Queue.ORDINARY)
    work.put(What.RUMOUR, f"{rumour.id}/{LAPSES}", work.in_minutes(LAPSE), Queue.ORDINARY)
    return phrases.yours(rumour.number)


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
        tell(work, [each for each in leading(work, rumour) if each != who], told, f"rumour:{rumour.id}/told/{source.id}")
    return phrases.noted_sure(rumour.number, rumour.state, people)


def _not_sure(work: Work, who: Liaison, rumour: Rumour, source: Source) -> Words:
    """Another body is asked; a person decides whether what is known so far is told."""
    if _told_otherwise(rumour):
        told = phrases.told_otherwise(rumour.number, rumour.state)
        tell(work, [each for each in leading(work, rumour) if each != who], told, f"rumour:{rumour.id}/otherwise/{source.id}")
    if _disagree(rumour):
        _tell_disagree(work, rumour, source)
        return phrases.noted_disagree(rumour.number)
    _ask_another(work, rumour)
    if rumour.state in answering.ANSWERS:
        remind_to_answer(work, rumour)
    return phrases.noted(rumour.number, rumour.state, otherwise=_told_otherwise(rumour))


def _keep(work: Work, who: Liaison, rumour: Rumour, says: str, note: str) -> Source:
    locked = rumours.lock_note(work.keys, note, rumour.id, who.id, work.now)
    source = Source(liaison=who, body_code=who.body_code, says=says, locked_note=locked, at=work.now)
    rumour.sources.append(source)
    work.session.flush()
    return source


def _told_otherwise(rumour: Rumour) -> bool:
    """Whether those who asked were told something that does not hold any more."""
    return rumour.told not in ("", rumour.state)


def _disagree(rumour: Rumour) -> bool:
    latest = {source.liaison_id: source.says for source in rumour.sources}
    return {TRUE_, FALSE_} <= set(latest.values())


def _tell_disagree(work: Work, rumour: Rumour, source: Source) -> None:
    """Those who have spoken, and whoever coordinates, find out together."""
    spoke = readers(work, rumour, (each.liaison for each in rumour.sources))
    those = {each.id: each for each in (*spoke, *coordinating(work, rumour))}
    others = [each for identity, each in those.items() if identity != source.liaison_id]
    tell(work, others, phrases.they_disagree(rumour.number), f"rumour:{rumour.id}/disagree/{source.id}")


def _ask_another(work: Work, rumour: Rumour) -> None:
    """A second body is needed: somebody of one that has said nothing yet, each of them asked once."""
    spoke = {source.body_code for source in rumour.sources}
    others = {each.id: each for each in (*desks_for(work, rumour), *coordinating(work, rumour)) if each.body_code not in spoke}
    needed = phrases.second_needed(rumour.number, spread.place_of(work, rumour), rumour.claim(work.keys))
    tell(work, others.values(), needed, f"rumour:{rumour.id}/second")


def _same(work: Work, who: Liaison, look: Look) -> Words:
    """Two are found to be the same: whoever asked one, asked the other. What was found out stays with each."""
    if not look.other:
        return phrases.which_other(look.number)
    one, other = seen(work, who, look.number), seen(work, who, look.other)
    if one is None or other is None:
        return phrases.no_such_rumour(look.number if one is None else look.other)
    for identity in sorted({one.id, other.id}):
        rumours.hold(work.session, identity)
    one, other = rumours.root(work.session, one), rumours.root(work.session, other)
    if one == other:
        return phrases.same_already(look.number, look.other)
    one.same_as_id = other.id
    work.session.flush()
    is_answered = other.state in answering.ANSWERS and answering.to_tell(work, other) > 0
    if is_answered:
        remind_to_answer(work, other)
    return phrases.same(one.number, other.number, is_answered=is_answered)


def _apart(work: Work, who: Liaison, number: str) -> Words:
    """It was another rumour after all, and goes on by itself."""
    rumour = rumours.named(work.session, number)
    if rumour is None or not may_read(work, who, rumour):
        return phrases.no_such_rumour(number)
    whole = rumours.root(work.session, rumour)
    for identity in sorted({rumour.id, whole.id}):
        rumours.hold(work.session, identity)
    if rumour.same_as_id is None:
        return phrases.not_joined(rumour.number)
    rumour.same_as_id = None
    if rumour.state == NEW:
        work.put(What.RUMOUR, f"{rumour.id}/1", queue=Queue.ORDINARY)
    return phrases.apart(rumour.number)
