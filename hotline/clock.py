"""The clock: whatever has fallen due is posted, and posted again until it is done."""

import logging
import threading

from hotline import faults, outbox
from hotline.database import Locked
from hotline.jobs import Poster
from hotline.outbox import Posting, Queue
from hotline.work import Service

log = logging.getLogger(__name__)

TICK = 0.5
"""Seconds from one look to the next."""


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


def tick(service: Service, poster: Poster, stop: threading.Event) -> None:
    """Look every half second until told to stop."""
    while not stop.wait(TICK):
        try:
            post_what_is_due(service, poster)
        except Locked as error:
            log.warning("the clock waits for the database (%s)", type(error).__name__)
