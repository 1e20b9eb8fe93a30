"""What is known of the cases of a period: read from the history, dispatches, verdicts and promises."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, FunctionFilter, Select, func, select
from sqlalchemy.orm import Session, defer

from hotline.cases.case import Case, Entry
from hotline.cases.dispatch import Dispatch
from hotline.cases.liaison_menus import REASONS
from hotline.cases.promises import Promise
from hotline.cases.verdicts import Verdict
from hotline.core.i18n import SOURCE, say
from hotline.directory.bodies import Body

MILESTONES = ("acknowledged", "there", "verdict")
"""What the history calls the moments that the wait for is measured."""

PASSED_ON, LAPSED, ALARM = "passed on", "lapsed", "alarm"
"""What the history calls it when a body does not carry a case on, or one of its people is in trouble."""

ANEW = ("dispatched", "acknowledged")
"""From then on they may pass it on once more."""

NOT_THEIRS, OTHER = "it is not theirs to answer", "other"

SETBACKS = (*(say(words, SOURCE) for _step, words in REASONS), NOT_THEIRS, OTHER, LAPSED, ALARM)
"""What is counted of it: the reasons for passing a case on, other reasons or none, and the rest."""


class Told(NamedTuple):
    """A case as its history tells it."""

    id: UUID
    category: str
    area: str
    reported: datetime
    acknowledged: datetime | None
    there: datetime | None
    verdict: datetime | None


class Asked(NamedTuple):
    """A case put before somebody of a body."""

    case: UUID
    body: str
    at: datetime
    taken: datetime | None
    state: str


class Said(NamedTuple):
    """The last word of a round, and the body that it is about, if it is about one."""

    case: UUID
    body: str | None
    word: str | None


class Setback(NamedTuple):
    """Somebody of a body passed a case on, or let it lapse, or was in trouble."""

    case: UUID
    body: str
    what: str
    """One of `SETBACKS`."""


class Due(NamedTuple):
    """Promises of a case that ended alike."""

    case: UUID
    state: str
    number: int


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that is known of the cases of a period."""

    cases: Sequence[Told]
    asked: Sequence[Asked]
    said: Sequence[Said]
    due: Sequence[Due]
    setbacks: Sequence[Setback]


def gather(
    session: Session, since: datetime, until: datetime, may_see: Callable[[Case], bool] | None = None
) -> Known:
    """What is known of the cases reported from then until before then;
    of those alone that `may_see` lets somebody see, if it is given."""
    period = (Case.opened_at >= since, Case.opened_at < until)
    known = Known(
        [Told._make(row) for row in session.execute(_moments().where(*period))],
        [Asked._make(row) for row in session.execute(_asked().where(*period))],
        [Said._make(row) for row in session.execute(_last_words().where(*period))],
        [Due._make(row) for row in session.execute(_promises().where(*period))],
        list(_setbacks(session, *period)),
    )
    if may_see is None:
        return known
    cases = select(Case).where(*period).options(defer(Case.locked_details))
    return _only(
        known, {case.id for case in session.scalars(cases.execution_options(yield_per=1000)) if may_see(case)}
    )


def _only(known: Known, seen: set[UUID]) -> Known:
    return Known(
        [case for case in known.cases if case.id in seen],
        [each for each in known.asked if each.case in seen],
        [each for each in known.said if each.case in seen],
        [each for each in known.due if each.case in seen],
        [each for each in known.setbacks if each.case in seen],
    )


def _moments() -> Select[*tuple[Any, ...]]:
    """Each case, and when it first came to each milestone."""
    firsts = [_first(what) for what in MILESTONES]
    told = select(Case.id, Case.category_code, Case.area_code, Case.opened_at, *firsts)
    return told.outerjoin(Entry, (Entry.case_id == Case.id) & Entry.what.in_(MILESTONES)).group_by(Case.id)


def _first(what: str) -> FunctionFilter[datetime]:
    return func.min(Entry.at).filter(Entry.what == what)


def _asked() -> Select[UUID, str, datetime, datetime | None, str]:
    return select(Dispatch.case_id, Dispatch.body_code, Dispatch.at, Dispatch.taken_at, Dispatch.state).join(
        Case
    )


def _last_words() -> Select[UUID, str, str | None]:
    """The last row of a round counts, whatever was said in it before."""
    last = select(func.max(Verdict.id)).group_by(Verdict.case_id, Verdict.round)
    said = select(Verdict.case_id, Dispatch.body_code, Verdict.word).join(Case, Case.id == Verdict.case_id)
    return said.outerjoin(Dispatch, Dispatch.id == Verdict.dispatch_id).where(Verdict.id.in_(last))


def _promises() -> Select[UUID, str, int]:
    return (
        select(Promise.case_id, Promise.state, func.count())
        .join(Case)
        .group_by(Promise.case_id, Promise.state)
    )


def _setbacks(session: Session, *period: ColumnElement[bool]) -> Iterator[Setback]:
    """What the histories tell of it. Who chooses a reason after passing
    a case on has passed it on once, for the last reason chosen."""
    bodies = _bodies(session, *period)
    passed: dict[tuple[UUID, str], Setback] = {}
    for case, who, what, why in session.execute(_told_of_carrying_on().where(*period)):
        setback = Setback(case, _body_in(who, bodies[case]), _counted_as(what, why))
        if what in ANEW and (case, who) in passed:
            yield passed.pop((case, who))
        elif what == PASSED_ON and (why or (case, who) not in passed):
            passed[case, who] = setback
        elif what in (LAPSED, ALARM):
            yield setback
    yield from passed.values()


def _told_of_carrying_on() -> Select[UUID, str, str, str]:
    """The lines of the histories that tell who carries a case on, and who does not."""
    told = select(Entry.case_id, Entry.who, Entry.what, Entry.why).join(Case, Case.id == Entry.case_id)
    return told.where(Entry.what.in_((*ANEW, PASSED_ON, LAPSED, ALARM))).order_by(Entry.id)


def _counted_as(what: str, why: str) -> str:
    """Under which of `SETBACKS`."""
    if why in SETBACKS:
        return why
    return OTHER if what == PASSED_ON else what


def _bodies(session: Session, *period: ColumnElement[bool]) -> dict[UUID, dict[str, str]]:
    """Of each case, the bodies before which it was put: the code of each by its name."""
    bodies = defaultdict[UUID, dict[str, str]](dict)
    put = (
        select(Dispatch.case_id, Body.name, Body.code)
        .join(Case, Case.id == Dispatch.case_id)
        .join(Body, Body.code == Dispatch.body_code)
    )
    for case, name, code in session.execute(put.where(*period).distinct()):
        bodies[case][name] = code
    return bodies


def _body_in(who: str, bodies: Mapping[str, str]) -> str:
    """The history names a liaison and, after a comma, their
    body; of a body that has another name by now, none."""
    _name, *after = who.split(", ")
    return next((bodies[name] for at in range(len(after)) if (name := ", ".join(after[at:])) in bodies), "")
