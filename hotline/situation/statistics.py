"""How well the service answers, computed from the history of the cases and the citizens' own words. There
are no counters that are kept up as things happen, so no figure can drift away from what is written down.

All is about the cases reported in a period. A case that never got so far is not left out: beside each figure
stands of how many it speaks, and out of how many. Silence is unknown, and never counts as yes.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from hotline.cases.dispatch import DispatchState
from hotline.cases.promises import PromiseState
from hotline.core.errors import Misconfigured
from hotline.places.areas import Area, Areas
from hotline.situation.figures import Measures, Share, Verdicts, Wait
from hotline.situation.records import MILESTONES, Asked, Due, Known, Said, Setback, Told

FEW = 5
"""Of fewer cases than this nothing is published: somebody might recognise their own, or a neighbour's."""


Name = TypeVar("Name", bound=Hashable)
Row = TypeVar("Row")


def by_case(known: Known, name: Callable[[Told], Name]) -> dict[Name, Measures]:
    """The figures of each group of cases that `name` gives the same name, such as their category."""
    names = {case.id: name(case) for case in known.cases}
    cases = _in_groups(known.cases, lambda case: names[case.id])
    said = _in_groups(known.said, lambda each: names[each.case])
    due = _in_groups(known.due, lambda each: names[each.case])
    return {group: _of_cases(told, said[group], due[group]) for group, told in cases.items()}


def by_body(known: Known, name: Callable[[str], Name]) -> dict[Name, Measures]:
    """The figures of the bodies that were asked, grouped by the name that `name` gives their codes."""
    asked = _in_groups(known.asked, lambda each: name(each.body))
    said = _in_groups(
        (each for each in known.said if each.body is not None), lambda each: name(each.body or "")
    )
    setbacks = _in_groups((each for each in known.setbacks if each.body), lambda each: name(each.body))
    return {group: _of_body(dispatches, said[group], setbacks[group]) for group, dispatches in asked.items()}


def of_all(known: Known) -> Measures:
    return _of_cases(known.cases, known.said, known.due)


def of_all_bodies(known: Known) -> Measures:
    return _of_body(known.asked, [each for each in known.said if each.body is not None], known.setbacks)


def _of_cases(told: Sequence[Told], said: Sequence[Said], due: Sequence[Due]) -> Measures:
    return Measures(len(told), _waits(told), _verdicts(said), _kept(due))


def _of_body(asked: Sequence[Asked], said: Sequence[Said], setbacks: Sequence[Setback]) -> Measures:
    wait = Wait([each.taken - each.at for each in asked if each.taken], len(asked))
    return Measures(
        len({each.case for each in asked}),
        {"acknowledged": wait},
        _verdicts(said),
        None,
        _answered(asked),
        Counter(each.what for each in setbacks),
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


def _verdicts(said: Sequence[Said]) -> Verdicts:
    said_so = Counter(each.word for each in said)
    of = len(said)
    return Verdicts(
        Share(said_so["helped"], of),
        Share(of - said_so["helped"] - said_so[None], of),
        Share(said_so[None], of),
    )


def _kept(due: Sequence[Due]) -> Share:
    """One that was void, because the case was over or began
    anew before its time, was neither kept nor missed."""
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
    """Says in which area of this level a case is: a county. With
    no level, in which of those directly inside the country.

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
    """Suppress the groups too small to be shown, and complementary ones
    with them, so that nobody finds a small one by subtraction."""
    by_size = sorted(groups, key=lambda name: groups[name].cases)
    hidden = [name for name in by_size if groups[name].cases < FEW]
    if not hidden:
        return set()
    for name in by_size[len(hidden) :]:
        if len(hidden) > 1 and sum(groups[each].cases for each in hidden) >= FEW:
            break
        hidden.append(name)
    return set(hidden)
