"""What a citizen adds to an open case: words, danger, a photo or a voice note."""

from uuid import uuid4

from hotline.cases import citizen_phrases, escalation, lapses, liaison_phrases, named_officers, notify_liaison
from hotline.cases.case import Case, lock_case
from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.directory.categories import CONDUCT


def in_danger(work: UnitOfWork, case: Case) -> Phrase:
    case = lock_case(work.session, case.id)
    case.put_in_danger()
    case.note(work.session, work.now, "in danger", "citizen")
    notify_liaison.tell_all(work, case, liaison_phrases.is_in_danger, f"danger:{uuid4().hex[:12]}")
    lapses.hasten(work, case)
    return citizen_phrases.told_of_danger(case.spoken, work.country.emergency)


def add_words(work: UnitOfWork, case: Case, text: str) -> Phrase:
    """A citizen has more to say about a case that is not closed: whoever it is before reads it at once."""
    case = lock_case(work.session, case.id)
    case.add(work.keys, f"{work.clock_time(work.now)} {text}")
    case.note(work.session, work.now, "more words", "citizen")
    if case.category is CONDUCT:
        named_officers.keep_from_named(work, case, text)
        escalation.withdraw(work, case)
    notify_liaison.tell_all(
        work, case, lambda word: liaison_phrases.more_words(word, text), f"more:{uuid4().hex[:12]}"
    )
    return citizen_phrases.added(case.spoken, work.country.emergency)


def add_evidence(work: UnitOfWork, case: Case) -> Phrase:
    """They have sent a picture or a voice note, which is kept with the case."""
    notify_liaison.tell_all(work, case, liaison_phrases.sent_something, f"sent:{uuid4().hex[:12]}")
    return citizen_phrases.added(case.spoken, work.country.emergency)
