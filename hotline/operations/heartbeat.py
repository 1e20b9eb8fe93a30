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
    """It follows nobody elsewhere, and opens no files."""
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
    """Call this address. Whether it was well received; where it was not, the log says so by the kind of
    failure only, for the address may be a secret. It never raises."""
    try:
        with _opener().open(url, timeout=PATIENCE):
            return True
    except Exception as error:
        log.warning("HEARTBEAT_URL was not reached: %s", type(error).__name__)
        return False
