"""The clock: polls for tasks that are due and posts them to RQ, again and again
until they are done. The auditor runs beside it, in a thread of its own."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from operator import call

from sqlalchemy import select

from hotline import outbox
from hotline.broadcasts.broadcast import unfinished_broadcasts
from hotline.cases import evidence, followups
from hotline.cases.case import Case, CaseState, lock_case
from hotline.context import Service
from hotline.conversation import chat_store
from hotline.core import fault_points
from hotline.directory import subscriptions
from hotline.duty import night_check
from hotline.messaging import seen
from hotline.operations import auditor
from hotline.operations.auditor import UNFINISHED
from hotline.operations.queue import Poster
from hotline.outbox import Posting, Queue, TaskKind

log = logging.getLogger(__name__)

TICK = 0.5
"""Seconds between two polls."""
TIDY = 600.0
"""Seconds between two tidyings."""
SILENCE = timedelta(days=14)
"""How long a citizen may take to say whether help came.
Then the case is closed, and their word stays unknown."""
SILENT = "the citizen has not said"


def post_what_is_due(service: Service, poster: Poster) -> list[Posting]:
    """Claim due tasks, commit, post them; skip queues that are away or long already.
    Two clocks do no harm: claims skip locked rows."""
    busy = poster.busy()
    if len(busy) == len(Queue):
        return []
    with service.transaction() as work:
        postings = outbox.fallen_due(work.session, work.now, but=busy)
    if postings:
        fault_points.point("after-claim")
        poster(postings)
    return postings


def forget(service: Service) -> None:
    """Forget what was kept for a while only: conversations
    that nobody went on with, and what was sent in them."""
    with service.transaction() as work:
        chat_store.forget_old(work.session, work.now)
        evidence.forget_unclaimed(work.session, work.now)
        seen.forget_old(work.session, work.now)
        subscriptions.forget_unconfirmed(work.session, work.now)


def close_the_silent(service: Service) -> None:
    """Close what a liaison has done and whose citizen has had two weeks to say no. One
    transaction a case: lock it and check again, for they may be speaking just now."""
    before = service.clock() - SILENCE
    silent = (UNFINISHED, Case.state == CaseState.RESOLVED, Case.asked_at < before)
    with service.database.reading() as session:
        found = list(session.scalars(select(Case.id).where(*silent).limit(500)))
    for identity in found:
        with service.transaction() as work:
            case = lock_case(work.session, identity)
            if case.state == CaseState.RESOLVED and case.asked_at is not None and case.asked_at < before:
                followups.close(work, case, SILENT)


def plan_readiness(service: Service) -> None:
    """See to it that those who have the night are asked whether they are there."""
    with service.transaction() as work:
        night_check.plan(work)


def ask_what_is_left(service: Service) -> None:
    """While a broadcast is in hand, its authors want to know what is left on the carrier's account."""
    with service.transaction() as work:
        if unfinished_broadcasts(work.session):
            work.schedule(TaskKind.BALANCE, "account", queue=Queue.BULK)


TIDYING: tuple[Callable[[Service], None], ...] = (plan_readiness, forget, close_the_silent, ask_what_is_left)
"""What is done every ten minutes."""


def tidy(service: Service, attempt: Callable[[Callable[[], None]], object] = call) -> None:
    """Do all of it, each by `attempt`. Raises what any of it raises, if that does."""
    for each in TIDYING:
        attempt(partial(each, service))


def tick(service: Service, poster: Poster, stop: threading.Event) -> None:
    """Poll every half second until told to stop; the auditor audits every minute
    in its own thread. Exceptions are logged: nothing stops the clock."""
    threading.Thread(target=auditor.watch, args=(service, stop), name="auditor", daemon=True).start()
    tidied = -TIDY
    while not stop.wait(TICK):
        _surviving(partial(post_what_is_due, service, poster))
        if time.monotonic() - tidied > TIDY:
            tidied = time.monotonic()
            tidy(service, _surviving)


def _surviving(act: Callable[[], object]) -> None:
    try:
        act()
    except Exception as error:  # its message may quote a citizen: log the type only
        log.error("the clock goes on: %s", type(error).__name__)  # noqa: TRY400
