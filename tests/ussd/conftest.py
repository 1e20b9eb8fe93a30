"""A hotline on whose line people dial in."""

import pytest

from tests.scenery.world import World


@pytest.fixture(params=["with Redis", "without Redis"])
def either(world: World, request: pytest.FixtureRequest) -> World:
    """A hotline with its conversations at hand, and one that has only what the carrier repeats."""
    if request.param == "without Redis":
        world.forget_redis()
    return world
