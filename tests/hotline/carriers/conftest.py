"""What the tests of carriers are handed: a company, and ourselves at its counter."""

import threading
from collections.abc import Iterator

import pytest

from hotline.carriers.africastalking import AfricasTalking
from tests.scenery.africastalking import Company, account
from tests.scenery.waiting import PATIENCE


@pytest.fixture
def company() -> Iterator[Company]:
    with Company() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def carrier(company: Company) -> AfricasTalking:
    return AfricasTalking(account(company.url))


@pytest.fixture
def hasty(company: Company) -> AfricasTalking:
    """Waits for an answer no longer than it must."""
    return AfricasTalking(account(company.url), (PATIENCE, 0.3))


@pytest.fixture(scope="module")
def reader() -> AfricasTalking:
    """For what the company brings us; it has nobody to speak to."""
    return AfricasTalking(account("http://127.0.0.1:9"))
