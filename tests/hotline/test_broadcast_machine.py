"""Whatever people, phones and processes do to broadcasts, in whatever order: nobody gets one that they should
not have, and none twice. The machine itself is tests/scenery/broadcast_machine.

For longer than every day: sixteen times as many runs, in four parts, so that two cores share them.

    .venv/bin/pytest -n 2 --hypothesis-profile=long tests/hotline/test_broadcast_machine.py -k whatever

That takes about eight times as long as the same command without the profile.
"""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as how

from hotline.settings import Settings
from tests.scenery.broadcast_machine.machine import play, set_on
from tests.scenery.broadcast_machine.planted_bugs import PLANTED, PlantedBug
from tests.scenery.broadcast_machine.stage import stage_on
from tests.world import World

IS_LONG = how.get_current_profile_name() == "long"
PARTS = range(4 if IS_LONG else 1)
RUNS = how(
    max_examples=100 if IS_LONG else 25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)


@pytest.fixture
def stage(furnished: Settings) -> Iterator[World]:
    with stage_on(furnished) as world:
        yield world


@pytest.mark.timeout(3_600 if IS_LONG else 300)
@pytest.mark.parametrize("part", PARTS)
def test_whatever_happens_nobody_gets_what_they_should_not_and_none_twice(stage: World, part: int) -> None:
    play(stage, RUNS)


@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.name)
def test_what_is_planted_is_found_and_nothing_where_nothing_is(
    stage: World,
    monkeypatch: pytest.MonkeyPatch,
    bug: PlantedBug,
) -> None:
    machine = set_on(stage)
    sound = machine()
    bug.journey(sound)
    sound.nothing_is_wrong()
    sound.teardown()
    with monkeypatch.context() as planted:
        bug.plant(planted)
        unsound = machine()
        bug.journey(unsound)
        unsound.teardown_quietly()
    assert any(bug.is_told in wrong for wrong in unsound.wrong), unsound.wrong
