"""What the tests of commands are handed."""

from pathlib import Path

import pytest

from tests.scenery.operator import Operator
from tests.scenery.world import World


@pytest.fixture
def operator(world: World, tmp_path: Path) -> Operator:
    return Operator(world, tmp_path)
