"""A rumour is put before readers, who are reminded; it is passed on where nobody looks."""

from collections.abc import Iterable

from hotline import outbox
from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.directory.liaisons import Liaison
from hotline.outbox import Queue, TaskKind
from hotline.rumours import answers, phrases, spread
from hotline.rumours.conclusions import RumourState
from hotline.rumours.readers import HOUR, checker, coordinating, leading, readers_for, tell
from hotline.rumours.rumour import Rumour, lock_rumour
from hotline.rumours.similar import for_reader, those_alike

SPREADS = (3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000)
"""So many people in an hour, and its readers hear that it spreads."""
WIDELY = 10
"""From so many on, those who coordinate hear it too."""

REMINDED = (0, 15, 30, 90, 240)
"""Minutes from the first question until its readers are told, reminded,
and the coordinating body told and reminded, while nobody checks."""
LAST = len(REMINDED) - 1
PASSED_ON = 2
"""From this of them on it is with the coordinating body."""
STILL, LAPSE = 60, 90
"""Minutes after which somebody who checks is asked what
they have found out, and after which it goes to others."""
STILL_ON_IT, LAPSES = "still", "lapse"
LEFT, GIVEN_UP = "left", 60
"""Minutes after the last reminder that nobody heeded, until
those who asked hear that nobody could look into it."""
UNTOLD, UNTOLD_STILL, ONCE, TWICE = "untold", "untold-still", 15, 60
"""Minutes after which whoever leads is reminded, and reminded
again, that those who asked were not told what is known."""


def tell_of_spread(work: UnitOfWork, rumour: Rumour) -> None:
    asked = spread.asked(work, rumour, work.now - HOUR)
    if asked.people not in SPREADS:
        return
    those = {each.id: each for each in (*readers_for(work, rumour), *checker(work, rumour))}
    those |= {each.id: each for each in coordinating(work, rumour)} if asked.people >= WIDELY else {}
    minutes = max(1, int((work.now - asked.first_at).total_seconds() // 60))
    told = phrases.spreads(rumour.number, asked.people, minutes, asked.places)
    tell(work, those.values(), told, f"rumour:{rumour.id}/spreads/{asked.people}")


def lock_for(work: UnitOfWork, subject: str) -> None:
    """Lock the rumour that a task is about, before the task row."""
    lock_rumour(work.session, int(subject.partition("/")[0]))


def remind(work: UnitOfWork, subject: str) -> None:
    """Put a new rumour before its readers; while nobody checks it, remind them and pass it on, and at last
    tell those who asked. Who checks it is asked for a result, and to have it told."""
    identity, _slash, step = subject.partition("/")
    rumour = lock_rumour(work.session, int(identity))
    if rumour.same_as_id is not None:
        return
    if step in (STILL_ON_IT, LAPSES):
        _ask_for_result(work, rumour, step)
    elif step in (UNTOLD, UNTOLD_STILL):
        _ask_for_answer(work, rumour, step)
    elif rumour.state == RumourState.NEW and step == LEFT:
        answers.say_that_nobody_could(work, rumour)
    elif rumour.state == RumourState.NEW:
        _put_before(work, rumour, int(step))


def _put_before(work: UnitOfWork, rumour: Rumour, step: int) -> None:
    desk = readers_for(work, rumour)
    behind = [each for each in coordinating(work, rumour) if each not in desk] if step >= PASSED_ON else []
    new = {0: desk, PASSED_ON: behind}.get(step, [])
    key = f"rumour:{rumour.id}/{step}/{_stamp(work)}"
    _tell_new(work, rumour, new, key)
    tell(work, [each for each in (*desk, *behind) if each not in new], _reminder(work, rumour), key)
    following, minutes = (step + 1, REMINDED[step + 1] - REMINDED[step]) if step < LAST else (LEFT, GIVEN_UP)
    work.schedule(TaskKind.RUMOUR, f"{rumour.id}/{following}", work.in_minutes(minutes), Queue.ORDINARY)


def remind_once_more(work: UnitOfWork, rumour: Rumour) -> None:
    """Somebody asks what nobody was reminded of for a while:
    whoever looks into it hears that people wait still."""
    if rumour.state in answers.ANSWERS:
        remind_to_answer(work, rumour)
    elif rumour.state == RumourState.NEW and _was_left(work, rumour):
        work.schedule(TaskKind.RUMOUR, f"{rumour.id}/{LAST}", work.in_minutes(ONCE), Queue.ORDINARY)


def _was_left(work: UnitOfWork, rumour: Rumour) -> bool:
    """Whether all were reminded long ago, and nothing more is about to happen."""
    is_long_ago = work.now >= rumour.opened_at + work.settings.minutes(REMINDED[LAST])
    return is_long_ago and not any(_waits(work, rumour, step) for step in (str(LAST), LEFT))


def remind_to_answer(work: UnitOfWork, rumour: Rumour) -> None:
    """Twice in an hour at most."""
    if not _waits(work, rumour, UNTOLD_STILL):
        for step, minutes in ((UNTOLD, ONCE), (UNTOLD_STILL, TWICE)):
            work.schedule(TaskKind.RUMOUR, f"{rumour.id}/{step}", work.in_minutes(minutes), Queue.ORDINARY)


def _waits(work: UnitOfWork, rumour: Rumour, step: str) -> bool:
    return outbox.is_due_by(work.session, TaskKind.RUMOUR, f"{rumour.id}/{step}", work.in_minutes(LAPSE))


def _ask_for_answer(work: UnitOfWork, rumour: Rumour, step: str) -> None:
    """Whoever leads is reminded that those who asked were not told."""
    people = answers.to_tell(work, rumour)
    if people and rumour.state in answers.ANSWERS:
        told = phrases.they_wait(rumour.number, rumour.state, people)
        tell(work, leading(work, rumour), told, f"rumour:{rumour.id}/{step}/{_stamp(work)}")


def _reminder(work: UnitOfWork, rumour: Rumour) -> Phrase:
    return phrases.nobody_checks(
        rumour.number, spread.place_of(work, rumour), spread.asked(work, rumour).people
    )


def _tell_new(work: UnitOfWork, rumour: Rumour, those: Iterable[Liaison], key: str) -> None:
    """Put it before each of them, with another that it may be the same as and that they may read."""
    place, claim, alike = spread.place_of(work, rumour), rumour.claim(work.keys), those_alike(work, rumour)
    for who in those:
        like = [other.number for other, _score in for_reader(work, who, alike, 1)]
        tell(work, [who], phrases.new_rumour(rumour.number, place, claim, *like), key)


def _ask_for_result(work: UnitOfWork, rumour: Rumour, step: str) -> None:
    """Whoever took it and says nothing is asked; then it is with the others again."""
    who = rumour.looked_into_by
    if who is None:
        return
    if step == STILL_ON_IT:
        tell(work, [who], phrases.still_checking(rumour.number), f"rumour:{rumour.id}/still/{_stamp(work)}")
        return
    rumour.checker = None
    if not rumour.sources:
        rumour.state = RumourState.NEW
    tell(work, [who], phrases.lapsed(rumour.number), f"rumour:{rumour.id}/lapse/{_stamp(work)}")
    others = {
        each.id: each for each in (*readers_for(work, rumour), *coordinating(work, rumour)) if each != who
    }
    tell(work, others.values(), _reminder(work, rumour), f"rumour:{rumour.id}/again/{_stamp(work)}")
    work.schedule(TaskKind.RUMOUR, f"{rumour.id}/{LAST}", work.in_minutes(LAPSE), Queue.ORDINARY)


def _stamp(work: UnitOfWork) -> int:
    """Tells one telling from another of the same kind."""
    return int(work.now.timestamp())
