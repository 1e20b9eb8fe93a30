"""The auditor: reads every unfinished case, independently of tasks and clock, and mends what has no future.

The invariant: each case that is not closed has a task that is waiting, or a dispatch whose liaison is being
waited for. All other code keeps it; the auditor trusts none of it, and checks.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import String, delete, literal, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline import outbox
from hotline.broadcasts import ledger
from hotline.cases import dispatch, escalation, followups, missed_promises, promises
from hotline.cases.case import Case, CaseState, lock_case
from hotline.cases.dispatch import EXPECTED, Dispatch
from hotline.cases.promises import PromiseState
from hotline.context import Service, UnitOfWork
from hotline.core.database import Base, Moment
from hotline.directory.liaisons import Liaison
from hotline.messaging.message import Message, MessageState, queue_of
from hotline.operations import heartbeat, next_steps
from hotline.operations.next_steps import Future
from hotline.outbox import TaskKind

log = logging.getLogger(__name__)

EVERY = 60.0
"""Seconds from one audit to the next."""
PAGE = 500
"""Cases, or messages, a query."""
LATE = timedelta(minutes=2)
"""A task so late is not being done."""
SILENT = timedelta(minutes=5)
"""Without an audit for so long, the auditor itself counts as dead."""
KEPT = timedelta(days=30)
"""How long the audits themselves are kept."""
UNFINISHED = Case.state != literal(CaseState.CLOSED, literal_execute=True)
ON_ITS_WAY = Message.state.in_(
    (
        literal(MessageState.WAITING.value, literal_execute=True),
        literal(MessageState.SENDING.value, literal_execute=True),
    )
)
"""`literal_execute`, in both: the values stand in the SQL, so that PostgreSQL can use the partial
indexes, which hold the few unfinished among the many."""

NOT_MENDED = "could not be mended"

T = TypeVar("T")


class Audit(Base):
    """What one audit has found."""

    __tablename__ = "audits"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    unfinished: Mapped[int]
    """Cases that are not closed."""
    mended: Mapped[int]
    """What had no future step, and was given one."""
    overdue: Mapped[int]
    """Tasks that nobody did in time."""
    found: Mapped[str] = mapped_column(String(200), default="")
    """In words, where something was wrong."""

    @property
    def all_is_well(self) -> bool:
        return not self.mended and not self.overdue and not self.found


Mend = Callable[[UnitOfWork, Case], object]


class Lack(NamedTuple):
    """Something without a future: what it is, for the report, and what gives it one."""

    what: str
    mend: Mend


def lacks(future: Future, waiting: set[str]) -> list[Lack]:
    """What this case lacks, if these tasks wait."""
    return [*_lacks_promise(future, waiting), *_lacks_step(future, waiting)]


def _lacks_step(future: Future, waiting: set[str]) -> Iterator[Lack]:
    case = future.case
    match case.state:
        case CaseState.OPEN if future.asked:
            yield from _lacks_end(future, waiting)
        case CaseState.OPEN if not _any(waiting, (TaskKind.OPEN, case.id), (TaskKind.FIND, case.id)):
            yield Lack("nobody is asked next", _find)
        case CaseState.ACKNOWLEDGED if not future.taken:
            yield Lack("taken by nobody", _take_back)
        case CaseState.ACKNOWLEDGED if not _any(
            waiting, *((what, each) for each in future.taken for what in (TaskKind.STILL, TaskKind.LAPSE))
        ):
            yield Lack("nobody asks whether anything happens", _ask_if_still_on_it(future.taken[-1]))
        case CaseState.RESOLVED if case.asked_at is None and not _any(
            waiting, (TaskKind.FOLLOW_UP, followups.subject(case.id, case.round))
        ):
            yield Lack("nobody asks the citizen", followups.ask_now)


def _lacks_end(future: Future, waiting: set[str]) -> Iterator[Lack]:
    """As long as anybody is being asked, nobody else is: so each who is asked must come to an end."""
    for identity, answer_by in future.asked:
        if not _any(waiting, (TaskKind.ESCALATE, identity)):
            yield Lack("an answer is awaited for ever", _schedule_at(TaskKind.ESCALATE, identity, answer_by))


def _lacks_promise(future: Future, waiting: set[str]) -> Iterator[Lack]:
    for identity, due_at in future.promised:
        if future.case.state != CaseState.OPEN:
            yield Lack("a promise is kept and not ended", _keep)
        elif not _any(waiting, (TaskKind.PROMISE, identity), (TaskKind.OPEN, future.case.id)):
            # the OPEN task will schedule it
            yield Lack("a promise is not watched", _schedule_at(TaskKind.PROMISE, identity, due_at))
    if future.case.state == CaseState.OPEN and not future.promised:
        yield Lack("nothing is promised", promises.renew)


def _any(waiting: set[str], *tasks: tuple[TaskKind, object]) -> bool:
    return any(outbox.key_of(what, subject) in waiting for what, subject in tasks)


def _find(work: UnitOfWork, case: Case) -> None:
    """Ask the next; from the very beginning, where nobody was ever asked."""
    work.schedule(TaskKind.FIND if dispatch.was_ever_asked(work.session, case) else TaskKind.OPEN, case.id)


def _take_back(work: UnitOfWork, case: Case) -> None:
    """It says that somebody has it, and nobody has: it is open again, and the next is asked."""
    dispatch.supersede(work, case)
    case.note(work.session, work.now, "mended", why="nobody had taken it")
    missed_promises.let_go_on(work, case)


def _ask_if_still_on_it(taken: int) -> Mend:
    return lambda work, _case: work.schedule(TaskKind.STILL, taken)


def _schedule_at(what: TaskKind, subject: int, due_at: datetime | None) -> Mend:
    return lambda work, _case: work.schedule(
        what, subject, due_at if due_at is not None and due_at < work.now + next_steps.FAR else work.now
    )


def _keep(work: UnitOfWork, case: Case) -> None:
    promises.end(work, case, PromiseState.KEPT)


# ---------------------------------------------------------------------------------------------------- looking


def audit(service: Service) -> Audit:
    """Read everything unfinished, mend what lacks something, and record
    what was found. Raises what the database raises."""
    found: Counter[str] = Counter()
    unfinished = _unfinished(service)
    for page in _pages(unfinished):
        for case in _wanting(service, page):
            found += _surviving(partial(_mend_case, service, case))
    for message in _stranded(service):
        found += _surviving(partial(_mend_message, service, message))
    for broadcast in _stuck(service):
        found += _surviving(partial(_carry_on, service, broadcast))
    if _before_the_gone(service):
        found += _surviving(partial(_withdraw, service))
    return _write_down(service, len(unfinished), found)


def _unfinished(service: Service) -> list[UUID]:
    with service.database.reading() as session:
        return list(session.scalars(select(Case.id).where(UNFINISHED)))


def _pages(of: Sequence[T]) -> Iterator[Sequence[T]]:
    return (of[start : start + PAGE] for start in range(0, len(of), PAGE))


def _wanting(service: Service, page: Sequence[UUID]) -> list[UUID]:
    """Those of these cases that seem to lack something, read without
    locks; `_mend_case` checks each again with its row locked."""
    with service.database.reading() as session:
        return [case for case, lacking in _lacking(session, page, service.clock()).items() if lacking]


def _lacking(session: Session, page: Sequence[UUID], now: datetime) -> dict[UUID, list[Lack]]:
    found = next_steps.of(session, page)
    waiting = next_steps.waiting(
        session, sorted({key for future in found.values() for key in future.tasks()}), now
    )
    return {case: lacks(future, waiting) for case, future in found.items()}


def _stranded(service: Service) -> list[UUID]:
    """Messages that wait without a waiting `DELIVER` task."""
    with service.database.reading() as session:
        written = list(session.scalars(select(Message.id).where(ON_ITS_WAY)))
    return [message for page in _pages(written) for message in _undelivered(service, page)]


def _undelivered(service: Service, page: Sequence[UUID]) -> list[UUID]:
    with service.database.reading() as session:
        delivered = next_steps.waiting(
            session, [outbox.key_of(TaskKind.DELIVER, each) for each in page], service.clock()
        )
    return [each for each in page if outbox.key_of(TaskKind.DELIVER, each) not in delivered]


def _stuck(service: Service) -> list[int]:
    """Broadcasts on their way without a task that carries them on."""
    with service.database.reading() as session:
        return ledger.stuck(session, service.clock())


def _before_the_gone(service: Service) -> bool:
    """Whether a case waits before somebody whose mandate has ended by itself since."""
    gone = (Dispatch.state.in_(EXPECTED), Liaison.until <= service.clock())
    with service.database.reading() as session:
        return (
            session.scalar(
                select(Dispatch.id).join(Liaison, Liaison.id == Dispatch.liaison_id).where(*gone).limit(1)
            )
            is not None
        )


# ---------------------------------------------------------------------------------------------------- mending


def _surviving(mend: Callable[[], Counter[str]]) -> Counter[str]:
    """Isolate each mend: one that raises is counted, and the others go on."""
    try:
        return mend()
    except Exception as error:  # its message may quote a citizen: log the type only
        log.error("the auditor could not mend: %s", type(error).__name__)  # noqa: TRY400
        return Counter({NOT_MENDED: 1})


def _mend_case(service: Service, identity: UUID) -> Counter[str]:
    """Lock the case and check again: somebody may have
    carried it on since it was read without a lock."""
    with service.transaction() as work:
        case = lock_case(work.session, identity)
        lacking = _lacking(work.session, [identity], work.now)[identity]
        for lack in lacking:
            lack.mend(work, case)
    return Counter(lack.what for lack in lacking)


def _mend_message(service: Service, identity: UUID) -> Counter[str]:
    with service.transaction() as work:
        message = work.session.scalar(
            select(Message).where(Message.id == identity, ON_ITS_WAY).with_for_update()
        )
        if message is None or next_steps.waiting(
            work.session, [outbox.key_of(TaskKind.DELIVER, identity)], work.now
        ):
            return Counter()
        work.schedule(TaskKind.DELIVER, identity, queue=queue_of(message))
    return Counter({"a text is not on its way": 1})


def _carry_on(service: Service, broadcast: int) -> Counter[str]:
    with service.transaction() as work:
        return Counter({"a broadcast stood still": int(ledger.carry_on(work, broadcast))})


def _withdraw(service: Service) -> Counter[str]:
    with service.transaction() as work:
        return Counter({"before one who no longer serves": escalation.withdraw(work)})


def _write_down(service: Service, unfinished: int, found: Counter[str]) -> Audit:
    said = "; ".join(f"{what}: {number}" for what, number in found.most_common())[:200]
    with service.transaction() as work:
        work.session.execute(delete(Audit).where(Audit.at < work.now - KEPT))
        late = outbox.overdue(work.session, work.now, LATE)
        mended = found.total() - found[NOT_MENDED]
        audited = Audit(at=work.now, unfinished=unfinished, mended=mended, overdue=late, found=said)
        work.session.add(audited)
        work.session.flush()
        work.session.expunge(audited)
    return audited


def latest(session: Session) -> Audit | None:
    """The last audit."""
    return session.scalar(select(Audit).order_by(Audit.at.desc(), Audit.id.desc()).limit(1))


def oldest_unfinished(session: Session) -> datetime | None:
    """When the oldest case was opened that is not closed."""
    return session.scalar(select(Case.opened_at).where(UNFINISHED).order_by(Case.opened_at).limit(1))


# ----------------------------------------------------------------------------------------------- every minute


def audit_once(service: Service) -> Audit:
    """Audit, log what was found, and send the heartbeat if
    all is well. Raises what the database raises."""
    audited = audit(service)
    level = logging.DEBUG if audited.all_is_well else logging.WARNING
    log.log(
        level,
        "audit: %d unfinished, %d mended, %d overdue. %s",
        audited.unfinished,
        audited.mended,
        audited.overdue,
        audited.found,
    )
    if audited.all_is_well and service.settings.heartbeat_url:
        heartbeat.beat(service.settings.heartbeat_url)
    return audited


def watch(service: Service, stop: threading.Event, every: float = EVERY) -> None:
    """Audit every so many seconds until told to stop. An exception is
    logged and the heartbeat left out; the next audit comes all the same."""
    while not stop.is_set():
        try:
            audit_once(service)
        except Exception as error:  # its message may quote a citizen: log the type only
            log.error("the audit was broken off: %s", type(error).__name__)  # noqa: TRY400
        stop.wait(every)
