"""Lists and details of rumours, for those who may read them."""

from itertools import islice

from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase
from hotline.directory.liaisons import Liaison
from hotline.rumours import answers, menus, phrases, spread
from hotline.rumours.menus import Line
from hotline.rumours.phrases import Shown
from hotline.rumours.readers import OPEN, may_read, seen
from hotline.rumours.rumour import Rumour, family_of
from hotline.rumours.similar import suggestions

MOST_LISTED = 12


def headline(work: UnitOfWork, rumour: Rumour) -> Phrase:
    """A line of what was checked, for everybody. The claim is in somebody's own words, which nobody has
    checked, and is never repeated."""
    return phrases.headline(
        rumour.number, work.clock_time(rumour.opened_at), work.areas.name_of(rumour.area_code), rumour.state
    )


def listing(work: UnitOfWork, who: Liaison) -> list[Line]:
    """The rumours that wait for something and that this liaison may see, the newest first."""
    latest = work.session.scalars(spread.recent(work).order_by(Rumour.id.desc())).all()
    seen = (each for each in latest if may_read(work, who, each))
    waiting = (each for each in seen if each.state in OPEN or answers.to_tell(work, each))
    return [_line(work, each) for each in islice(waiting, MOST_LISTED)]


def _line(work: UnitOfWork, rumour: Rumour) -> Line:
    begins = rumour.claim(work.keys)[: menus.ON_A_LINE * 2]
    return Line(
        rumour.number,
        work.areas.name_of(rumour.area_code),
        rumour.state,
        spread.asked(work, rumour).people,
        begins,
    )


def details(work: UnitOfWork, who: Liaison, number: str) -> Shown | None:
    """One rumour in full; None to one who may not see it."""
    found = seen(work, who, number)
    return shown(work, found, who) if found is not None else None


def shown(work: UnitOfWork, rumour: Rumour, who: Liaison) -> Shown:
    asked, waiting = spread.asked(work, rumour), answers.to_tell(work, rumour)
    checker, alike = rumour.looked_into_by, suggestions(work, rumour, who)
    like = tuple((each.number, score, each.claim(work.keys)[: menus.ON_A_LINE * 2]) for each, score in alike)
    joined = tuple(f"R{identity}" for identity in family_of(work.session, rumour)[1:])
    return Shown(
        rumour.number, spread.place_of(work, rumour), rumour.claim(work.keys),
        asked.people, work.clock_time(asked.first_at), asked.places,
        rumour.state, checker.name if checker else "",
        _steps(rumour, who, checker, waiting), like, joined, waiting,
    )  # fmt: skip


def _steps(rumour: Rumour, who: Liaison, checker: Liaison | None, waiting: int) -> tuple[str, ...]:
    """What this liaison can do with it now."""
    check = ("check",) if checker in (None, who) and rumour.state in OPEN else ()
    answer = ("answer",) if answers.can_be_told(rumour) and waiting else ()
    return (*check, "true", "false", "unknown", *answer)
