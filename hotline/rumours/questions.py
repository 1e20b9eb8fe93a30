"""Somebody asks whether something is true."""

from datetime import timedelta

from sqlalchemy import func, select

from hotline.context import UnitOfWork
from hotline.core.database import insert_once
from hotline.core.i18n import Phrase
from hotline.directory.people import Address
from hotline.outbox import Queue, TaskKind
from hotline.places.names import bare_words
from hotline.rumours import answers, phrases, reminders
from hotline.rumours.conclusions import RumourState
from hotline.rumours.menus import AskRumour
from hotline.rumours.rumour import Question, Rumour, encrypt_claim, lock_root, root_of
from hotline.rumours.spread import RECENT

DAY = timedelta(days=1)
MOST_ASKED = 5
"""New rumours from one phone in a day: each is a text to several liaisons."""
MOST_COMPARED = 500


def ask(
    work: UnitOfWork,
    command: AskRumour,
    language: str,
    channel: str,
    address: Address | None,
    session_index: str,
) -> Phrase:
    """Somebody asks whether something is true. What is known already
    they are told at once; else it is put before its readers.

    The same sitting asks once, and so does the same phone in the same words.
    """
    question = _of_sitting(work, session_index) or _asked_already(work, command, address)
    if question is None and _asks_too_much(work, address):
        return phrases.too_many()
    if question is None:
        question = _ask(work, command, language, channel, address, session_index)
    elif question.session_index != session_index:
        question.may_answer, question.language = question.may_answer or command.may_answer, language
    return _told_at_once(work, question)


def _of_sitting(work: UnitOfWork, session_index: str) -> Question | None:
    return work.session.scalar(select(Question).where(Question.session_index == session_index))


def _asked_already(work: UnitOfWork, command: AskRumour, address: Address | None) -> Question | None:
    """What this phone has asked in the same words, wherever it said that it was."""
    if address is None:
        return None
    asked = select(Question).where(Question.address_id == address.id, Question.at > work.now - RECENT)
    return next(
        (each for each in work.session.scalars(asked) if _same_words(work, each.rumour, command.claim)), None
    )


def _asks_too_much(work: UnitOfWork, address: Address | None) -> bool:
    if address is None:
        return False
    today = select(func.count()).where(Question.address_id == address.id, Question.at > work.now - DAY)
    return (work.session.scalar(today) or 0) >= MOST_ASKED


def _ask(
    work: UnitOfWork,
    command: AskRumour,
    language: str,
    channel: str,
    address: Address | None,
    session_index: str,
) -> Question:
    heard = _heard_before(work, command) or _open(work, command, language)
    root = lock_root(work.session, heard)
    may_answer = command.may_answer and address is not None
    values = {
        "rumour_id": heard.id,
        "address_id": address.id if address else None,
        "area_code": command.area,
        "language": language,
    }
    asked = {
        **values,
        "session_index": session_index,
        "channel": channel,
        "may_answer": may_answer,
        "at": work.now,
    }
    if insert_once(work.session, Question, **asked):
        reminders.tell_of_spread(work, root)
    elif not heard.questions:  # a repeated turn: its question is there, this rumour is of no use
        work.session.delete(heard)
    question = _of_sitting(work, session_index)
    assert question is not None
    return question


def _heard_before(work: UnitOfWork, command: AskRumour) -> Rumour | None:
    """A rumour of the same place in the very same words. Whatever is only alike, a person decides about."""
    here = select(Rumour).where(Rumour.area_code == command.area, Rumour.opened_at > work.now - RECENT)
    latest = work.session.scalars(here.order_by(Rumour.id.desc()).limit(MOST_COMPARED))
    return next((each for each in latest if _same_words(work, each, command.claim)), None)


def _same_words(work: UnitOfWork, rumour: Rumour, claim: str) -> bool:
    said = bare_words(claim)
    return bool(said) and said == bare_words(rumour.claim(work.keys))


def _open(work: UnitOfWork, command: AskRumour, language: str) -> Rumour:
    locked = encrypt_claim(work.keys, command.claim, command.area, work.now)
    opened = Rumour(locked_claim=locked, language=language, area_code=command.area, opened_at=work.now)
    work.session.add(opened)
    work.session.flush()
    work.schedule(TaskKind.RUMOUR, f"{opened.id}/0", queue=Queue.ORDINARY)
    return opened


def _told_at_once(work: UnitOfWork, question: Question) -> Phrase:
    """What is known, if those who asked before were told that; else that we have their question, or that
    nobody could look into it, where they were told that before. By the number that they know."""
    rumour, heard = root_of(work.session, question.rumour), question.rumour
    if rumour.told and rumour.told == rumour.state:
        question.told = rumour.told
        return phrases.answer(heard.number, rumour.state, answers.as_of(work, rumour))
    reminders.remind_once_more(work, rumour)
    if question.told == rumour.state == RumourState.NEW:
        return phrases.answer(heard.number, RumourState.NEW, answers.as_of(work, rumour))
    return phrases.received(heard.number, work.country.emergency, question.may_answer)
