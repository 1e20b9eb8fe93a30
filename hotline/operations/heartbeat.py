"""A sign of life to somebody outside, given only while all is well:
it is their alarm when it stops, whatever has stopped here."""

import logging
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    UnknownHandler,
)

log = logging.getLogger(__name__)

PATIENCE = 10
"""Seconds that they have to answer."""


def _opener() -> OpenerDirector:
    """An opener without redirects and without `file:`."""
    opener = OpenerDirector()
    for each in (
        ProxyHandler,
        HTTPHandler,
        HTTPSHandler,
        HTTPDefaultErrorHandler,
        HTTPErrorProcessor,
        UnknownHandler,
    ):
        opener.add_handler(each())
    return opener


def beat(url: str) -> bool:
    """GET this address; True if it answered well. Never raises. A failure is logged
    by its type only, for the address may be a secret."""
    try:
        with _opener().open(url, timeout=PATIENCE):
            return True
    except Exception as error:
        log.warning("HEARTBEAT_URL was not reached: %s", type(error).__name__)
        return False
