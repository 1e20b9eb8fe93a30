"""Who could ever be asked about a case, and who never will, for `itikia why`."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from hotline.cases import assignment, conflicts
from hotline.cases.case import Case
from hotline.cases.conflicts import Subject
from hotline.cases.matching import Candidate
from hotline.cli.terminal import heading, indented
from hotline.context import UnitOfWork
from hotline.directory import affiliations, shifts
from hotline.directory.bodies import Serves
from hotline.directory.liaisons import Liaison

NEVER = (
    "Nobody on our list may see this case and answers what it is about. Take it to the oversight "
    "authority by hand: {oversight}."
)


def who_could(work: UnitOfWork, case: Case) -> Iterator[str]:
    yield from heading("Who could be asked, now or later")
    could = assignment.could_be_asked(work, case)
    for who in sorted(could, key=lambda each: (each.neighbour, each.body_name, each.liaison)):
        yield from indented(f"{who.body_name}, {who.name}: {_fits(work, who)}")
    for leader, led in _leading(work, case, could):
        yield from indented(
            f"{leader.body.name}, {leader.name}: leads {', '.join(led)}, "
            f"asked after one of theirs{_off(work, leader)}."
        )
    if not could:
        yield from indented(NEVER.format(oversight=work.country.oversight))


def _fits(work: UnitOfWork, who: Candidate) -> str:
    said = [f"serves {work.areas[who.area].name}", "on duty" if who.on_duty else "off duty"]
    leads = ["leads it"] if who.supervisor else []
    return f"{', '.join([*said, *leads])}; nothing stands against it."


def _leading(
    work: UnitOfWork, case: Case, could: Collection[Candidate]
) -> Iterator[tuple[Liaison, list[str]]]:
    """Who is asked only because they lead some of those, and the bodies that they lead."""
    under = {
        above: sorted({each.body_name for each in could if above in each.above})
        for who in could
        for above in who.above
    }
    here = work.areas[case.area_code]
    near = [area.code for area in (*work.areas.outwards(here), *work.areas.nearby(here))]
    leads = (
        Liaison.supervisor.is_(True),
        Liaison.body_code.in_(under),
        Liaison.id.not_in([each.liaison for each in could]),
    )
    subject = conflicts.subject_of(work.session, case)
    for who in _of_bodies_serving(work, near, *leads):
        if conflicts.eligible(subject, affiliations.viewer_of(who, work.now)).allowed:
            yield who, under[who.body_code]


def _off(work: UnitOfWork, who: Liaison) -> str:
    return "" if shifts.on_duty(work.session, [who.id], work.country.zone, work.now) else "; off duty now"


def _of_bodies_serving(
    work: UnitOfWork, areas: Collection[str], *where: ColumnElement[bool]
) -> Sequence[Liaison]:
    there = Liaison.body_code.in_(select(Serves.body_code).where(Serves.area_code.in_(areas)))
    whole = (joinedload(Liaison.body), selectinload(Liaison.roles))
    return work.session.scalars(
        select(Liaison).where(there, *where).options(*whole).order_by(Liaison.body_code, Liaison.id)
    ).all()


def who_never(work: UnitOfWork, case: Case) -> Iterator[str]:
    yield from heading("Who never will, though their body serves the place")
    shut_out: dict[tuple[str, str], list[str]] = defaultdict(list)
    for who, reason in _shut_out(work, case):
        shut_out[who.body.name, reason].append(who.name)
    for (body, reason), names in shut_out.items():
        yield from indented(f"{body}, {', '.join(names)}: {reason}.")
    if not shut_out:
        yield "  Nobody."


def _shut_out(work: UnitOfWork, case: Case) -> Iterator[tuple[Liaison, str]]:
    """Liaisons of the bodies that serve the place who may not see it, and why."""
    subject = conflicts.subject_of(work.session, case)
    around = [area.code for area in work.areas.outwards(work.areas[case.area_code])]
    for who in _of_bodies_serving(work, around):
        if reason := _against(work, subject, who):
            yield who, reason


def _against(work: UnitOfWork, subject: Subject, who: Liaison) -> str:
    """Why they may not see it; empty where they may. Of one who is barred no more than that is told, for it
    would say who reported the case or whom it names; and where another reason stands against them as well,
    that one, so that they are as their colleagues."""
    viewer = affiliations.viewer_of(who, work.now)
    if conflicts.eligible(subject, viewer).allowed:
        return ""
    unbarred = conflicts.eligible(replace(subject, barred={}), viewer)
    return BARRED if unbarred.allowed else unbarred.reason


BARRED = "may not see this case"
