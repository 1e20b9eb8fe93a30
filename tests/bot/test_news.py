"""News on Telegram: asked for in a chat, and brought there once; and a committee that works from its chats."""

from sqlalchemy import select

from hotline import subscriptions
from hotline.broadcasts import GONE, HELD, Copy
from hotline.subscriptions import Subscription
from tests.bot.conftest import ASHA, Hotline, on_sqlite
from tests.builders import KIPRUTO, WANJIKU
from tests.stories.test_broadcasts import ALL_CALM, stands, written


def signs_up(hotline: Hotline) -> None:
    """Asha asks for news of Kaptembwo in her chat, and says yes once more."""
    asha = hotline.chat()
    asha.start()
    asha.choose("English")
    asha.say("/news")
    asha.choose("Get news by text")
    asha.say("kaptembwo")
    asha.choose("Kaptembwo, Nakuru", "Yes, write to me")


def states(hotline: Hotline) -> list[str]:
    with hotline.world.service.look() as work:
        return list(work.session.scalars(select(Copy.state).order_by(Copy.id)))


def test_who_has_asked_for_it_in_a_chat_has_it_there_once(hotline: Hotline) -> None:
    signs_up(hotline)
    asha = hotline.chat()
    with hotline.world.service.look() as work:
        assert [each.state for each in work.session.scalars(select(Subscription))] == [subscriptions.ON]
    code, mark = written(hotline.world)
    hotline.world.phone(KIPRUTO).text(f"OK {code} {mark}")
    hotline.world.pass_minutes(20)
    assert sum(said.startswith(f"Itikia {code}: Kaptembwo is calm.") for said in asha.said) == 1
    assert states(hotline) == [GONE]
    assert stands(hotline.world, code) == "sent"


@on_sqlite
def test_once_it_is_stopped_what_waits_in_line_does_not_leave(hotline: Hotline) -> None:
    signs_up(hotline)
    asha = hotline.chat()
    hotline.town.trouble(telegram=[{"kind": "flood", "seconds": 0.5}] * 2)
    code, mark = written(hotline.world)
    hotline.world.phone(KIPRUTO).text(f"OK {code} {mark}")
    hotline.world.pass_minutes(10)
    hotline.world.phone(WANJIKU).text(f"STOP {code}")
    hotline.world.pass_minutes(20)
    assert not any(f"Itikia {code}" in said for said in asha.said)
    assert states(hotline) == [HELD]


@on_sqlite
def test_a_sergeant_says_yes_in_the_chat(hotline: Hotline) -> None:
    signs_up(hotline)
    sergeant = hotline.liaison()
    code, mark = written(hotline.world, ALL_CALM)
    assert f"OK {code} {mark}" in sergeant.said[-1]
    sergeant.say(f"OK {code} {mark}")
    assert stands(hotline.world, code) == "cooling"


@on_sqlite
def test_whoever_has_their_data_deleted_gets_none_and_the_sum_stays_right(hotline: Hotline) -> None:
    signs_up(hotline)
    code, mark = written(hotline.world)
    hotline.world.phone(KIPRUTO).text(f"OK {code} {mark}")
    asha = hotline.chat()
    asha.say("/delete")
    asha.tap("Yes, delete")
    hotline.world.pass_minutes(20)
    assert not any(f"Itikia {code}" in said for said in hotline.chat(ASHA).said)
    assert states(hotline) == [HELD]
    with hotline.world.service.look() as work:
        assert not work.session.scalars(select(Subscription)).all()
