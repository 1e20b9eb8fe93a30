"""How well the service answers, told from the history of the cases and the citizens' own words. Nothing is
counted as it happens, so that no figure can drift away from what is written down.

All is about the cases reported in a period. A case that never got so far is not left out: beside each figure
stands of how many it speaks, and out of how many. Silence is unknown, and never counts as yes.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from math import sqrt
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, FunctionFilter, Select, func, select
from sqlalchemy.orm import Session, defer

from hotline.cases.case import Case, Entry
from hotline.cases.dispatch import Dispatch, DispatchState
from hotline.cases.liaison_menus import REASONS
from hotline.cases.promises import Promise, PromiseState
from hotline.cases.verdicts import Verdict
from hotline.core.errors import Misconfigured
from hotline.core.i18n import SOURCE, say
from hotline.directory.bodies import Body
from hotline.places.areas import Area, Areas

FEW = 5
"""Of fewer cases than this nothing is published: somebody might recognise their own, or a neighbour's."""

MILESTONES = ("acknowledged", "there", "verdict")
"""What the history calls the moments that the wait for is measured."""

PASSED_ON, LAPSED, ALARM = "passed on", "lapsed", "alarm"
"""What the history calls it when a body does not carry a case on, or one of its people is in trouble."""
ANEW = ("dispatched", "acknowledged")
"""From then on they may pass it on once more."""
NOT_THEIRS, OTHER = "it is not theirs to answer", "other"
TURNS = (*(say(words, SOURCE) for _step, words in REASONS), NOT_THEIRS, OTHER, LAPSED, ALARM)
"""What is counted of it: the reasons for passing a case on, other reasons or none, and the rest."""

SURE = 1.959964
"""How many deviations to either side 95 % of a normal curve takes."""

Name = TypeVar("Name", bound=Hashable)
Row = TypeVar("Row")


# The figures


@dataclass(frozen=True)
class Wait:
    """How long something took, where it came to it, and out of how many."""

    took: Sequence[timedelta]
    of: int

    @cached_property
    def _by_length(self) -> list[timedelta]:
        return sorted(self.took)

    @property
    def half(self) -> timedelta | None:
        """Half of those it came to waited no longer: their median. None where it came to nobody."""
        return self._within(50)

    @property
    def nine_in_ten(self) -> timedelta | None:
        """Nine in ten of those it came to waited no longer: their 90th percentile."""
        return self._within(90)

    def _within(self, percent: int) -> timedelta | None:
        return nearest_rank(self._by_length, percent) if self.took else None


@dataclass(frozen=True, slots=True)
class Share:
    """So many out of so many."""

    part: int
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.part, self.of)


@dataclass(frozen=True, slots=True)
class Words:
    """What citizens said, a word for each round of a case in which they were asked, or spoke unasked."""

    confirmed: Share
    """Help came."""
    denied: Share
    """It did not, or they are in danger still."""
    unknown: Share
    """They were asked, and have not said."""


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of one group of cases: a category, an area, a body, or all."""

    cases: int
    waits: Mapping[str, Wait]
    """By milestone, from the report; of a body, from when it was asked to when it took the case on."""
    words: Words
    promises: Share | None = None
    """Kept, out of those whose time has come. None of a body: promises are the hotline's."""
    answered: Share | None = None
    """Of a body: how often it took a case on or said that it cannot, out of how often it had its time to."""
    turns: Counter[str] = field(default_factory=Counter)
    """Of a body: how often each of `TURNS` came."""


def nearest_rank(by_length: Sequence[timedelta], percent: int) -> timedelta:
    """The smallest that so many percent are no longer than. It is always one that was really measured, never
    one between two."""
    return by_length[-(-percent * len(by_length) // 100) - 1]


def wilson(part: int, of: int) -> tuple[float, float]:
    """Between what the true share lies, 19 times in 20, when this many of so many were seen: Wilson's
    interval, from 0 to 1.

    With nothing seen it may be anything.
    """
    if not of:
        return 0.0, 1.0
    seen, square = part / of, SURE**2
    middle = seen + square / (2 * of)
    reach = SURE * sqrt(seen * (1 - seen) / of + square / (4 * of**2))
    whole = 1 + square / of
    return max(0.0, (middle - reach) / whole) if part else 0.0, min(
        1.0, (middle + reach) / whole
    ) if part < of else 1.0


# What is known


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


class Turn(NamedTuple):
    """Somebody of a body passed a case on, or let it lapse, or was in trouble."""

    case: UUID
    body: str
    what: str
    """One of `TURNS`."""


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
    turns: Sequence[Turn]


def gather(
    session: Session, since: datetime, until: datetime, may_see: Callable[[Case], bool] | None = None
) -> Known:
    """What is known of the cases reported from then until before then; of those alone that `may_see` lets
    somebody see, if it is given."""
    period = (Case.opened_at >= since, Case.opened_at < until)
    known = Known(
        [Told._make(row) for row in session.execute(_moments().where(*period))],
        [Asked._make(row) for row in session.execute(_asked().where(*period))],
        [Said._make(row) for row in session.execute(_last_words().where(*period))],
        [Due._make(row) for row in session.execute(_promises().where(*period))],
        list(_turns(session, *period)),
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
        [each for each in known.turns if each.case in seen],
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


def _turns(session: Session, *period: ColumnElement[bool]) -> Iterator[Turn]:
    """What the histories tell of it. Who chooses a reason after passing a case on has passed it on once, for
    the last reason chosen."""
    told = (
        select(Entry.case_id, Entry.who, Entry.what, Entry.why)
        .join(Case, Case.id == Entry.case_id)
        .order_by(Entry.id)
    )
    bodies = _bodies(session, *period)
    passed: dict[tuple[UUID, str], Turn] = {}
    for case, who, what, why in session.execute(
        told.where(*period, Entry.what.in_((*ANEW, PASSED_ON, LAPSED, ALARM)))
    ):
        turn = Turn(
            case, _body_in(who, bodies[case]), why if why in TURNS else OTHER if what == PASSED_ON else what
        )
        if what in ANEW and (case, who) in passed:
            yield passed.pop((case, who))
        elif what == PASSED_ON and (why or (case, who) not in passed):
            passed[case, who] = turn
        elif what in (LAPSED, ALARM):
            yield turn
    yield from passed.values()


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
    """The history names a liaison and, after a comma, their body; of a body that has another name by now,
    none."""
    _name, *after = who.split(", ")
    return next((bodies[name] for at in range(len(after)) if (name := ", ".join(after[at:])) in bodies), "")


# In groups


def by_case(known: Known, name: Callable[[Told], Name]) -> dict[Name, Measures]:
    """The figures of each group of cases that `name` gives the same name, such as their category."""
    names = {case.id: name(case) for case in known.cases}
    cases = _in_groups(known.cases, lambda case: names[case.id])
    said = _in_groups(known.said, lambda each: names[each.case])
    due = _in_groups(known.due, lambda each: names[each.case])
    return {group: _of_cases(told, said[group], due[group]) for group, told in cases.items()}


def by_body(known: Known, name: Callable[[str], Name]) -> dict[Name, Measures]:
    """The figures of the bodies that were asked, in groups of those whose codes `name` gives the same name."""
    asked = _in_groups(known.asked, lambda each: name(each.body))
    said = _in_groups(
        (each for each in known.said if each.body is not None), lambda each: name(each.body or "")
    )
    turns = _in_groups((each for each in known.turns if each.body), lambda each: name(each.body))
    return {group: _of_body(dispatches, said[group], turns[group]) for group, dispatches in asked.items()}


def of_all(known: Known) -> Measures:
    return _of_cases(known.cases, known.said, known.due)


def of_all_bodies(known: Known) -> Measures:
    return _of_body(known.asked, [each for each in known.said if each.body is not None], known.turns)


def _of_cases(told: Sequence[Told], said: Sequence[Said], due: Sequence[Due]) -> Measures:
    return Measures(len(told), _waits(told), _words(said), _kept(due))


def _of_body(asked: Sequence[Asked], said: Sequence[Said], turns: Sequence[Turn]) -> Measures:
    wait = Wait([each.taken - each.at for each in asked if each.taken], len(asked))
    return Measures(
        len({each.case for each in asked}),
        {"acknowledged": wait},
        _words(said),
        None,
        _answered(asked),
        Counter(each.what for each in turns),
    )


def _in_groups(rows: Iterable[Row], name: Callable[[Row], Name]) -> defaultdict[Name, list[Row]]:
    groups = defaultdict[Name, list[Row]](list)
    for row in rows:
        groups[name(row)].append(row)
    return groups


def _waits(told: Sequence[Told]) -> dict[str, Wait]:
    moments = {what: [(case.reported, getattr(case, what)) for case in told] for what in MILESTONES}
    return {
        what: Wait([then - reported for reported, then in pairs if then], len(told))
        for what, pairs in moments.items()
    }


def _words(said: Sequence[Said]) -> Words:
    words = Counter(each.word for each in said)
    of = len(said)
    return Words(
        Share(words["helped"], of), Share(of - words["helped"] - words[None], of), Share(words[None], of)
    )


def _kept(due: Sequence[Due]) -> Share:
    """One that was void, because the case was over or began anew before its time, was neither kept nor
    missed."""
    ended = Counter[str]()
    for each in due:
        ended[each.state] += each.number
    return Share(ended[PromiseState.KEPT], ended[PromiseState.KEPT] + ended[PromiseState.MISSED])


def _answered(asked: Sequence[Asked]) -> Share:
    """Whoever is still being asked, or whom another was quicker than, has not left anything unanswered."""
    answers = sum(each.taken is not None or each.state == DispatchState.CANNOT for each in asked)
    open_ = sum(
        each.taken is None and each.state in (DispatchState.ASKED, DispatchState.SUPERSEDED) for each in asked
    )
    return Share(answers, len(asked) - open_)


def area_at(areas: Areas, level: str) -> Callable[[Told], str]:
    """Says in which area of this level a case is: a county. With no level, in which of those directly inside
    the country.

    A case about a larger area than that goes by its own. Raises `Misconfigured` for a level that no area has.
    """
    levels = sorted({area.level for area in areas if area.level})
    if level and level not in levels:
        raise Misconfigured(f"No area has the level “{level}”; there are {', '.join(levels) or 'none'}.")

    def fits(area: Area) -> bool:
        return area.level == level if level else area.parent == areas.country.code

    def name(case: Told) -> str:
        area = areas.get(case.area)
        return (
            case.area
            if area is None
            else next((outer for outer in areas.outwards(area) if fits(outer)), area).code
        )

    return name


def not_to_be_published(groups: Mapping[Name, Measures]) -> set[Name]:
    """The groups too small to be shown, and with them as many of the next as it takes that nobody finds them
    by subtraction."""
    by_size = sorted(groups, key=lambda name: groups[name].cases)
    hidden = [name for name in by_size if groups[name].cases < FEW]
    if not hidden:
        return set()
    for name in by_size[len(hidden) :]:
        if len(hidden) > 1 and sum(groups[each].cases for each in hidden) >= FEW:
            break
        hidden.append(name)
    return set(hidden)
