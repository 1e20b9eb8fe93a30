"""A liaison takes a step on a rumour: looks into it, says what they found, links it, has it answered."""

from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.directory.liaisons import Liaison
from hotline.outbox import Queue, TaskKind
from hotline.rumours import answers, phrases, spread
from hotline.rumours.conclusions import RumourState, SourceSays, known
from hotline.rumours.menus import RumourCommand
from hotline.rumours.readers import coordinating, leading, may_read, readers, readers_for, seen, tell
from hotline.rumours.reminders import LAPSE, LAPSES, STILL, STILL_ON_IT, remind_to_answer
from hotline.rumours.rumour import Rumour, Source, encrypt_note, lock_root, lock_rumour, named, root_of
from hotline.rumours.views import shown

SURE = (RumourState.TRUE, RumourState.FALSE, RumourState.UNVERIFIABLE)
"""For these two bodies had to say the same."""
SAYS = {"true": SourceSays.TRUE, "false": SourceSays.FALSE, "unknown": SourceSays.UNKNOWN}


def _said_of(rumour: Rumour) -> list[tuple[str, str, str]]:
    return [(str(source.liaison_id), source.body_code, source.says) for source in rumour.sources]


def act(work: UnitOfWork, who: Liaison, look: RumourCommand) -> Phrase:
    """Do what a liaison wants with a rumour, and say what has come of it."""
    if look.act == "same":
        return _same(work, who, look)
    if look.act == "apart":
        return _apart(work, who, look.other or look.number)
    found = seen(work, who, look.number)
    if found is None:
        return phrases.no_such_rumour(look.number)
    held = lock_root(work.session, found)
    match look.act:
        case "check":
            return _check(work, who, held)
        case "answer":
            return answers.answer(work, held)
        case "show":
            return phrases.in_brief(shown(work, held, who))
        case "true" | "false" | "unknown":
            if not any(letter.isalnum() for letter in look.note):
                return phrases.how_do_you_know(held.number, look.act)
            return _found_out(work, who, held, SAYS[look.act], look.note)


def _check(work: UnitOfWork, who: Liaison, rumour: Rumour) -> Phrase:
    """The first has it, until they have said what they found out."""
    other = rumour.looked_into_by
    if other is not None and other != who:
        return phrases.being_checked(rumour.number, other.name)
    rumour.checker = who
    if rumour.state == RumourState.NEW:
        rumour.state, rumour.checked_at = RumourState.CHECKING, work.now
    work.schedule(TaskKind.RUMOUR, f"{rumour.id}/{STILL_ON_IT}", work.in_minutes(STILL), Queue.ORDINARY)
    work.schedule(TaskKind.RUMOUR, f"{rumour.id}/{LAPSES}", work.in_minutes(LAPSE), Queue.ORDINARY)
    return phrases.yours(rumour.number)


def _found_out(work: UnitOfWork, who: Liaison, rumour: Rumour, says: str, note: str) -> Phrase:
    """What somebody has found out is kept, and what is known then follows from what all have said."""
    source = _keep(work, who, rumour, says, note)
    state = known(_said_of(rumour))
    if state != rumour.state:
        rumour.state, rumour.checked_at = state, work.now
    rumour.checker = rumour.checker or who
    return (
        _answer_at_once(work, who, rumour, source) if state in SURE else _not_sure(work, who, rumour, source)
    )


def _answer_at_once(work: UnitOfWork, who: Liaison, rumour: Rumour, source: Source) -> Phrase:
    """Two bodies have agreed: whoever asked is told, and whoever leads hears that they are."""
    people = answers.to_tell(work, rumour)
    told = answers.answer(work, rumour)
    if people:
        tell(
            work,
            [each for each in leading(work, rumour) if each != who],
            told,
            f"rumour:{rumour.id}/told/{source.id}",
        )
    return phrases.noted_sure(rumour.number, rumour.state, people)


def _not_sure(work: UnitOfWork, who: Liaison, rumour: Rumour, source: Source) -> Phrase:
    """Another body is asked; a person decides whether what is known so far is told."""
    if _told_otherwise(rumour):
        told = phrases.told_otherwise(rumour.number, rumour.state)
        tell(
            work,
            [each for each in leading(work, rumour) if each != who],
            told,
            f"rumour:{rumour.id}/otherwise/{source.id}",
        )
    if _disagree(rumour):
        _tell_disagree(work, rumour, source)
        return phrases.noted_disagree(rumour.number)
    _ask_another(work, rumour)
    if rumour.state in answers.ANSWERS:
        remind_to_answer(work, rumour)
    return phrases.noted(rumour.number, rumour.state, otherwise=_told_otherwise(rumour))


def _keep(work: UnitOfWork, who: Liaison, rumour: Rumour, says: str, note: str) -> Source:
    locked = encrypt_note(work.keys, note, rumour.id, who.id, work.now)
    source = Source(liaison=who, body_code=who.body_code, says=says, locked_note=locked, at=work.now)
    rumour.sources.append(source)
    work.session.flush()
    return source


def _told_otherwise(rumour: Rumour) -> bool:
    """Whether those who asked were told something that does not hold any more."""
    return rumour.told not in ("", rumour.state)


def _disagree(rumour: Rumour) -> bool:
    latest = {source.liaison_id: source.says for source in rumour.sources}
    return {SourceSays.TRUE, SourceSays.FALSE} <= set(latest.values())


def _tell_disagree(work: UnitOfWork, rumour: Rumour, source: Source) -> None:
    """Those who have spoken, and whoever coordinates, find out together."""
    spoke = readers(work, rumour, (each.liaison for each in rumour.sources))
    those = {each.id: each for each in (*spoke, *coordinating(work, rumour))}
    others = [each for identity, each in those.items() if identity != source.liaison_id]
    tell(work, others, phrases.they_disagree(rumour.number), f"rumour:{rumour.id}/disagree/{source.id}")


def _ask_another(work: UnitOfWork, rumour: Rumour) -> None:
    """A second body is needed: somebody of one that has said nothing yet, each of them asked once."""
    spoke = {source.body_code for source in rumour.sources}
    others = {
        each.id: each
        for each in (*readers_for(work, rumour), *coordinating(work, rumour))
        if each.body_code not in spoke
    }
    needed = phrases.second_needed(rumour.number, spread.place_of(work, rumour), rumour.claim(work.keys))
    tell(work, others.values(), needed, f"rumour:{rumour.id}/second")


def _same(work: UnitOfWork, who: Liaison, look: RumourCommand) -> Phrase:
    """Two are the same: whoever asked one, asked the other. What was found out stays with each."""
    if not look.other:
        return phrases.which_other(look.number)
    one, other = seen(work, who, look.number), seen(work, who, look.other)
    if one is None or other is None:
        return phrases.no_such_rumour(look.number if one is None else look.other)
    for identity in sorted({one.id, other.id}):
        lock_rumour(work.session, identity)
    one, other = root_of(work.session, one), root_of(work.session, other)
    if one == other:
        return phrases.same_already(look.number, look.other)
    one.same_as_id = other.id
    work.session.flush()
    is_answered = other.state in answers.ANSWERS and answers.to_tell(work, other) > 0
    if is_answered:
        remind_to_answer(work, other)
    return phrases.same(one.number, other.number, is_answered=is_answered)


def _apart(work: UnitOfWork, who: Liaison, number: str) -> Phrase:
    """It was another rumour after all, and goes on by itself."""
    rumour = named(work.session, number)
    if rumour is None or not may_read(work, who, rumour):
        return phrases.no_such_rumour(number)
    whole = root_of(work.session, rumour)
    for identity in sorted({rumour.id, whole.id}):
        lock_rumour(work.session, identity)
    if rumour.same_as_id is None:
        return phrases.not_joined(rumour.number)
    rumour.same_as_id = None
    if rumour.state == RumourState.NEW:
        work.schedule(TaskKind.RUMOUR, f"{rumour.id}/1", queue=Queue.ORDINARY)
    return phrases.apart(rumour.number)
