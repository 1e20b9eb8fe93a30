"""Who may read a rumour, and before whom it is put."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import select

from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.directory import affiliations, shifts
from hotline.directory.bodies import Body, Serves
from hotline.directory.categories import BodyKind
from hotline.directory.liaisons import Liaison
from hotline.messaging.message import consult
from hotline.rumours import rumour
from hotline.rumours.conclusions import RumourState
from hotline.rumours.rumour import Rumour, family_of, rumour_by_number

OPEN = (RumourState.NEW, RumourState.CHECKING, RumourState.PROBABLY_TRUE, RumourState.PROBABLY_FALSE)

HOUR = timedelta(hours=1)


def county(work: UnitOfWork, rumour: Rumour) -> list[str]:
    """Everything in the county of a rumour, and what that lies in."""
    place = work.areas[rumour.area_code]
    return [area.code for area in (*work.areas.outwards(place), *work.areas.nearby(place))]


def may_see(work: UnitOfWork, who: Liaison, area: str) -> bool:
    """Whether somebody may read rumours about this place: of a peace committee or a
    women's desk that serves it or a part of it, or of a coordinating body. Never
    anybody who is of the police or ever was, for a rumour may be about them."""
    viewer = affiliations.viewer_of(who, work.now)
    if not viewer.serves or viewer.is_of_the_police:
        return False
    if who.body.kind == BodyKind.COORDINATION:
        return True
    here = any(work.areas.touch(area, each.area_code) for each in who.body.serves)
    return here and who.body.kind in (BodyKind.PEACE, BodyKind.WOMEN)


def may_read(work: UnitOfWork, who: Liaison, rumour: Rumour) -> bool:
    """Whether somebody may read this rumour: never one whom it may be about."""
    return bool(readers(work, rumour, [who]))


def readers(work: UnitOfWork, rumour: Rumour, those: Iterable[Liaison]) -> list[Liaison]:
    """Those of them who may read rumours about the place, and whom
    neither this one names nor any that was found to be the same."""
    seeing = [each for each in those if may_see(work, each, rumour.area_code)]
    claims = (
        [work.session.get_one(Rumour, each).claim(work.keys) for each in family_of(work.session, rumour)]
        if seeing
        else []
    )
    return [each for each in seeing if not any(affiliations.may_be(claim, each.name) for claim in claims)]


def readers_for(work: UnitOfWork, rumour: Rumour) -> list[Liaison]:
    """Before whom it is put: those on duty of the nearest peace
    committee; where there are none, those who coordinate."""
    ranks = _ranks(work, rumour)
    serving = (
        select(Liaison, Serves.area_code)
        .join(Body, Body.code == Liaison.body_code)
        .join(Serves, Serves.body_code == Body.code)
    )
    found = work.session.execute(
        serving.where(Body.kind == BodyKind.PEACE, Serves.area_code.in_(ranks))
    ).all()
    nearest: dict[Liaison, int] = {}
    for liaison, area in sorted(found, key=lambda row: ranks[row[1]]):
        nearest.setdefault(liaison, ranks[area])
    there = _on_duty(work, readers(work, rumour, nearest))
    least = min((nearest[each] for each in there), default=0)
    return [each for each in there if nearest[each] == least] or coordinating(work, rumour)


def _ranks(work: UnitOfWork, rumour: Rumour) -> dict[str, int]:
    """How near each area is: the place itself, what lies in it, then what it lies in."""
    place = work.areas[rumour.area_code]
    inside = {area.code: 1 for area in work.areas.all_inside(place)}
    return {
        **inside,
        **{area.code: steps + (steps > 0) for steps, area in enumerate(work.areas.outwards(place))},
    }


def coordinating(work: UnitOfWork, rumour: Rumour) -> list[Liaison]:
    """Those on duty of the coordinating bodies; all of them where none is, for nobody is behind them."""
    of_them = (
        select(Liaison)
        .join(Body, Body.code == Liaison.body_code)
        .where(Body.kind == BodyKind.COORDINATION)
        .order_by(Liaison.id)
    )
    seeing = readers(work, rumour, work.session.scalars(of_them))
    return _on_duty(work, seeing) or seeing


def _on_duty(work: UnitOfWork, those: Sequence[Liaison]) -> list[Liaison]:
    there = shifts.on_duty(work.session, [each.id for each in those], work.country.zone, work.now)
    return [each for each in those if each.id in there]


def checker(work: UnitOfWork, rumour: Rumour) -> list[Liaison]:
    """Who looks into it, as long as they may."""
    return [rumour.checker] if rumour.checker is not None and may_read(work, rumour.checker, rumour) else []


def tell(work: UnitOfWork, those: Iterable[Liaison], told: Phrase, key: str) -> None:
    """Write to each of them, once under this key."""
    for who in those:
        consult(work, who, told, key=f"{key}/{who.id}")


def seen(work: UnitOfWork, who: Liaison, number: str) -> Rumour | None:
    """The rumour, if this liaison may see both what was asked and what it was found to be the same as."""
    named, found = rumour.named(work.session, number), rumour_by_number(work.session, number)
    if named is None or found is None:
        return None
    return found if all(may_read(work, who, each) for each in (named, found)) else None


def leading(work: UnitOfWork, rumour: Rumour) -> list[Liaison]:
    return checker(work, rumour) or readers_for(work, rumour)
