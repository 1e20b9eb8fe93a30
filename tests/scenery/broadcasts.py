"""A committee writes a calm message; who reads it, and where it has got to."""

from itertools import count

from sqlalchemy import select

from hotline.broadcasts import actions as broadcast_actions
from hotline.broadcasts.broadcast import Broadcast, broadcast_by_code
from hotline.broadcasts.copies import Copy
from hotline.broadcasts.menus import Compose, Deal
from hotline.core.i18n import say
from hotline.directory import people, subscriptions
from tests.scenery.county import KAPTEMBWO, WANJIKU
from tests.scenery.world import World, liaison

ALL_CALM = Compose(
    template="calm", areas=(KAPTEMBWO.code,),
    fields=(("time", "09:50"), ("who", "elders")), own=(), source="elders", hours=6,
    public=False, exercise=False, emergency=False,
)  # fmt: skip

phones = count(1)


def readers(world: World, number: int, area: str = KAPTEMBWO.code, language: str = "en") -> list[str]:
    """So many people who have asked for news of a place, and said yes once more."""
    numbers = [f"+2547010{next(phones):05}" for _ in range(number)]
    with world.service.transaction() as work:
        for each in numbers:
            person = people.meet(work.session, work.keys, each, work.now, may_write=True, language=language)
            work.session.flush()
            assert person.phone is not None
            subscriptions.ask_for(work.session, person.phone, area, language, "ussd", work.now)
            subscriptions.confirm(work.session, person.phone, work.now)
    return numbers


def does(world: World, number: str, command: Compose | Deal) -> str:
    """A liaison does something, and reads what has come of it."""
    with world.service.transaction() as work:
        who = liaison(work, number)
        said = say(broadcast_actions.deal(work, who, command), who.language)
    world.settle()
    return said


def written(world: World, command: Compose = ALL_CALM, by: str = WANJIKU) -> tuple[str, str]:
    """The code and the mark of a message that somebody has written and put to others."""
    does(world, by, command)
    with world.service.read() as work:
        made = work.session.scalars(select(Broadcast).order_by(Broadcast.id.desc())).first()
        assert made is not None
        return made.code, made.mark


def stands(world: World, code: str) -> str:
    with world.service.read() as work:
        found = broadcast_by_code(work.session, code)
        assert found is not None
        return found.state


def copies(world: World, code: str) -> dict[str, int]:
    with world.service.read() as work:
        rows = work.session.scalars(
            select(Copy.state).join(Copy.broadcast).where(Broadcast.code == code)
        ).all()
        return {state: rows.count(state) for state in set(rows)}
