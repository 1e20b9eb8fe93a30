"""The public door, served over real HTTP, with a carrier that knocks."""

from collections.abc import Iterator

import pytest

from tests.scenery.doors import Knocker, open_door
from tests.scenery.world import World


@pytest.fixture
def knocker(world: World) -> Iterator[Knocker]:
    with open_door(world, world.carrier) as knocker:
        yield knocker
