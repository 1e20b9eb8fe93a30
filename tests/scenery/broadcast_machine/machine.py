"""The whole machine, and how it is played."""

from hypothesis import settings as how
from hypothesis.stateful import run_state_machine_as_test

from tests.scenery.broadcast_machine.invariants import Invariants
from tests.scenery.broadcast_machine.journeys import Journeys
from tests.scenery.broadcast_machine.time_and_death import TimeAndDeath
from tests.scenery.world import World


class Anything(Journeys, TimeAndDeath, Invariants):
    """Whatever may happen, in any order."""


def set_on(stage: World) -> type[Anything]:
    """The machine, for this world."""
    Anything.stage, Invariants.last_found = stage, ""
    return Anything


def play(stage: World, settings: how) -> None:
    """Play so many runs in this world."""
    run_state_machine_as_test(set_on(stage), settings=settings)
