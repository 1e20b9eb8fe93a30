"""Everybody who asked whether something is true hears what
came of it, and again where it turns out otherwise."""

from sqlalchemy import Select, distinct, func, select

from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import write_message
from hotline.outbox import Queue, TaskKind
from hotline.rumours import phrases
from hotline.rumours.conclusions import RumourState
from hotline.rumours.rumour import Question, Rumour, family_of, lock_rumour

ANSWERS = (
    RumourState.TRUE,
    RumourState.FALSE,
    RumourState.PROBABLY_TRUE,
    RumourState.PROBABLY_FALSE,
    RumourState.UNVERIFIABLE,
)
"""What can be told to those who asked."""
PAGE = 200
"""As many are answered in one transaction."""


def answer(work: UnitOfWork, rumour: Rumour) -> Phrase:
    """Tell everybody who asked and wants to know. Who was told otherwise before hears that too, were it only
    that nobody is sure any more; who knows it already hears nothing."""
    if not can_be_told(rumour):
        return phrases.not_known_yet(rumour.number)
    people = to_tell(work, rumour)
    if not people and rumour.told == rumour.state:
        return phrases.nobody_waits(rumour.number)
    if rumour.told != rumour.state:
        rumour.answers, rumour.told = rumour.answers + 1, rumour.state
    work.schedule(TaskKind.ANSWER, f"{rumour.id}/{rumour.answers}/{rumour.state}/1", queue=Queue.BULK)
    return phrases.answering(rumour.number, people, rumour.state)


def say_that_nobody_could(work: UnitOfWork, rumour: Rumour) -> None:
    """Nobody has looked into it for hours: whoever was told
    nothing yet hears that, once. They wait for an answer still."""
    work.schedule(TaskKind.ANSWER, f"{rumour.id}/{rumour.answers}/{RumourState.NEW}/1", queue=Queue.BULK)


def can_be_told(rumour: Rumour) -> bool:
    """Whether there is something to tell: that it is being
    checked again, only to those who were told more than that."""
    return rumour.state in ANSWERS or (
        rumour.state == RumourState.CHECKING and rumour.told not in ("", RumourState.CHECKING)
    )


def answer_page(work: UnitOfWork, subject: str) -> None:
    """Tell the next page of those who asked, and schedule the one after it; stop where something else is
    known by now. Idempotent: a message's key names the answer and the address."""
    identity, number, state, page = subject.split("/")
    rumour = lock_rumour(work.session, int(identity))
    if rumour.same_as_id is not None or rumour.state != state or rumour.answers != int(number):
        return
    waiting = work.session.scalars(_waiting(work, rumour).limit(PAGE)).all()
    for question in waiting:
        _write(work, rumour, question)
        question.told = rumour.state
    if len(waiting) == PAGE:
        work.schedule(TaskKind.ANSWER, f"{identity}/{number}/{state}/{int(page) + 1}", queue=Queue.BULK)


def _write(work: UnitOfWork, rumour: Rumour, question: Question) -> None:
    assert question.address is not None
    told = phrases.answer(question.rumour.number, rumour.state, as_of(work, rumour))
    told = phrases.corrected(told) if question.told in ANSWERS else told
    key = f"rumour:{rumour.id}/answer/{rumour.answers}/{question.address_id}"
    write_message(work, question.address, MessageKind.RUMOUR, told, question.language, key=key)


def _waiting(work: UnitOfWork, rumour: Rumour) -> Select[Question]:
    """The questions of those who want to be told, and know nothing or something
    else. That it is being checked again is told only to those who were told
    more, and that nobody could look into it only to those who were told nothing."""
    wanted = [Question.may_answer, Question.address_id.is_not(None), Question.told != rumour.state]
    if rumour.state not in ANSWERS:
        wanted.append(Question.told == "" if rumour.state == RumourState.NEW else Question.told.in_(ANSWERS))
    return (
        select(Question)
        .where(Question.rumour_id.in_(family_of(work.session, rumour)), *wanted)
        .order_by(Question.id)
    )


def to_tell(work: UnitOfWork, rumour: Rumour) -> int:
    """How many wait for what is known now."""
    if not can_be_told(rumour):
        return 0
    waiting = (
        _waiting(work, rumour).order_by(None).with_only_columns(func.count(distinct(Question.address_id)))
    )
    return work.session.scalar(waiting) or 0


def as_of(work: UnitOfWork, rumour: Rumour) -> str:
    return work.clock_time(rumour.checked_at or rumour.opened_at)
