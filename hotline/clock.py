"""The clock: whatever has fallen due is posted, and posted again until it is done."""

import logging
import threading
import time

from hotline import arrivals, chats, evidence, faults, outbox
from hotline.database import Locked
from hotline.jobs import Poster
from hotline.outbox import Posting, Queue
from hotline.work import Service

log = logging.getLogger(__name__)

TICK = 0.5
"""Seconds from one look to the next."""
TIDY = 600.0
"""Seconds from one tidying to the next."""


def post_what_is_due(service: Service, poster: Poster) -> list[Posting]:
    """Claim what has fallen due and post it, but to a queue that is away or has plenty to do already. Two clocks do no harm."""
    busy = poster.busy()
    if len(busy) == len(Queue):
        return []
    with service.work() as work:
        postings = outbox.fallen_due(work.session, work.now, but=busy)
    if postings:
        faults.point("after-claim")
        poster(postings)
    return postings


def tidy(service: Service) -> None:
    """Forget what was kept for a while only: conversations that nobody went on with, and what was sent in them."""
    with service.work() as work:
        chats.forget_old(work.session, work.now)
        evidence.forget_unclaimed(work.session, work.now)
        arrivals.forget_old(work.session, work.now)


def tick(service: Service, poster: Poster, stop: threading.Event) -> None:
    """Look every half second until told to stop."""
    tidied = -TIDY
    while not stop.wait(TICK):
        try:
            post_what_is_due(service, poster)
            if time.monotonic() - tidied > TIDY:
                tidied = time.monotonic()
                tidy(service)
        except Locked as error:
            log.warning("the clock waits for the database (%s)", type(error).__name__)
