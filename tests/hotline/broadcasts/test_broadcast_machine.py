"""Whatever people, phones and processes do to broadcasts, in any order: nobody gets one that they should not,
and none twice. The machine itself is tests/scenery/broadcast_machine.

For longer, sixteen times as many runs (400 of 30 steps), each part like the short one:

    .venv/bin/pytest -n 2 --hypothesis-profile=long -k whatever \\
        tests/hotline/broadcasts/test_broadcast_machine.py

The short one takes about half a minute where nothing else runs, the long one on two cores eight times as
long: some four minutes. Give it no --hypothesis-seed: every part would play the same.
"""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as how

from hotline.settings import Settings
from tests.scenery.broadcast_machine.machine import play, set_on
from tests.scenery.broadcast_machine.planted_bugs import PLANTED, PlantedBug
from tests.scenery.broadcast_machine.stage import stage_on
from tests.scenery.world import World

PARTS = range(16 if how.get_current_profile_name() == "long" else 1)
RUNS = how(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)


@pytest.fixture
def stage(furnished: Settings) -> Iterator[World]:
    with stage_on(furnished) as world:
        yield world


@pytest.mark.timeout(1800)
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
