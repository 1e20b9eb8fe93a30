"""A simulator and a pretend hotline for each test, talking over real sockets."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from simulator.callbacks import Timings
from simulator.client import Phone, Town
from simulator.network import Network
from simulator.server import Simulator
from tests.scenery.pretend import PretendHotline
from tests.scenery.simulated import QUICK, Simulate


@pytest.fixture
def hotline() -> Iterator[PretendHotline]:
    hotline = PretendHotline()
    yield hotline
    hotline.close()


@pytest.fixture
def simulate(hotline: PretendHotline) -> Iterator[Simulate]:
    """Starts simulators with the timings that a test wants."""
    with ExitStack() as running:

        def start(timings: Timings) -> Simulator:
            network = Network(hotline.callbacks, timings=timings)
            network.exchange.expect("+254711000111", "Citizen")
            network.exchange.expect("+254722000222", "Liaison")
            return running.enter_context(Simulator(network))

        yield start


@pytest.fixture
def simulator(simulate: Simulate) -> Simulator:
    return simulate(QUICK)


@pytest.fixture
def town(simulator: Simulator) -> Iterator[Town]:
    with Town(simulator.url) as town:
        yield town


@pytest.fixture
def citizen(town: Town) -> Phone:
    return town.phone("+254711000111")
