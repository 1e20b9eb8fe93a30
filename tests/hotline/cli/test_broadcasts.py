"""An operator looks at a broadcast, and stops one."""

from click.testing import CliRunner

from hotline.broadcasts import phrases as broadcast_phrases
from hotline.broadcasts.broadcast import BroadcastState
from hotline.cli.broadcasts import broadcasts_
from hotline.core.i18n import say
from tests.scenery.broadcasts import ALL_CALM, readers, stands, written
from tests.scenery.world import World


def enter(world: World, *words: str) -> str:
    result = CliRunner().invoke(broadcasts_, list(words), obj=world.service.settings)
    assert result.exception is None, result.exception
    return result.output


def test_who_has_checked_it_stands_beside_what_it_says(world: World) -> None:
    readers(world, 3)
    code, _mark = written(world, ALL_CALM)
    said = enter(world, "show", code)
    assert "Checked by the elders of both sides." in said
    assert f"{code}: submitted." in said


def test_an_operator_stops_it_once_and_hears_why_not_again(world: World) -> None:
    readers(world, 3)
    code, _mark = written(world, ALL_CALM)
    assert say(broadcast_phrases.stop_done(code, 0, 0), "en") in enter(world, "stop", code)
    assert stands(world, code) == BroadcastState.STOPPED
    over = broadcast_phrases.cannot_now(code, broadcast_phrases.OVER)
    assert say(over, "en") in enter(world, "stop", code)
