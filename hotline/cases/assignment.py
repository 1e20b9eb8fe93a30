"""Whom to ask next about a case that nobody has: candidates are read, and put to the escalation policy."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from hotline.cases import conflicts, dispatch, matching, notify_liaison
from hotline.cases.case import Case, CaseState
from hotline.cases.dispatch import CASE_WORDS, EXPECTED, Dispatch, DispatchState
from hotline.cases.escalation_policy import order_of, patience_of, rest
from hotline.cases.matching import Asked, Candidate, Match, Matter
from hotline.context import UnitOfWork
from hotline.directory import affiliations, shifts
from hotline.directory.bodies import Body, Serves
from hotline.directory.categories import CONDUCT, BodyKind, Urgency
from hotline.directory.liaisons import Liaison
from hotline.outbox import TaskKind


def put_before_next(work: UnitOfWork, case: Case, *, again: bool = False) -> list[Dispatch]:
    """Put the case before whoever is next in the escalation policy, unless somebody is being asked still. At
    its end the case waits a while; `again` begins at the top at once. Returns those who are asked now."""
    work.session.flush()
    if dispatch.asked_now(work.session, case):
        return []
    matter, candidates = _matter(work, case), _candidates(work, case)
    found = matching.together(matter, candidates, work.areas, matching.next_place(matter))
    if not found and (
        again or (matching.is_at_the_end(matter) and _has_rested(work.session, case, work.now))
    ):
        found = matching.from_the_top(matter, candidates, work.areas)
    if not found:
        _wait(work, case, matter)
        return []
    answer_by = work.in_minutes(matching.minutes_after(matter, found[-1].place))
    return [_put_before(work, case, each, answer_by) for each in found]


def _wait(work: UnitOfWork, case: Case, matter: Matter) -> None:
    """Schedule `FIND`, for nobody is left to ask just now: from the top again, after a while."""
    if not matter.asked:
        case.note(work.session, work.now, "nobody", why="Nobody who may see this case is there to be asked.")
    work.schedule(TaskKind.FIND, case.id, work.in_minutes(rest(matter.order, matter.lap)))


def _has_rested(session: Session, case: Case, now: datetime) -> bool:
    """Whether the time of whoever was asked last is over, also where they have answered before: else a case
    that everybody passes on would go round and round at once."""
    last = session.scalar(
        select(func.max(Dispatch.answer_by)).where(Dispatch.case_id == case.id, Dispatch.round == case.round)
    )
    return last is None or last <= now


def hasten(work: UnitOfWork, case: Case) -> None:
    """The case has become more urgent: pull every deadline in it
    forward to what the new urgency allows from now on."""
    patience = work.in_minutes(patience_of(Urgency(case.timed_as.urgency)))
    asked = dispatch.asked_now(work.session, case)
    for each in asked:
        if each.answer_by is None or each.answer_by > patience:
            each.answer_by = patience
            work.schedule(TaskKind.ESCALATE, each.id, patience)
    if case.state == CaseState.OPEN and not asked:
        work.schedule_sooner(TaskKind.FIND, case.id, patience)


def _put_before(work: UnitOfWork, case: Case, found: Match, answer_by: datetime) -> Dispatch:
    for earlier in work.session.scalars(
        select(Dispatch).where(Dispatch.case_id == case.id, Dispatch.liaison_id == found.candidate.liaison)
    ):
        dispatch.hold_back(work.session, earlier)
    made = _dispatch(work, case, found, answer_by)
    work.session.flush()
    notify_liaison.put_before(work, made, found.row.ways)
    work.schedule(TaskKind.ESCALATE, made.id, answer_by)
    case.note(work.session, work.now, "dispatched", made.who, made.reason)
    return made


def _dispatch(work: UnitOfWork, case: Case, found: Match, answer_by: datetime) -> Dispatch:
    step = (work.session.scalar(select(func.max(Dispatch.step)).where(Dispatch.case_id == case.id)) or 0) + 1
    chosen = found.candidate
    word = _free_word(work.session, case, chosen.liaison)
    made = Dispatch(
        case=case, step=step, round=case.round, liaison_id=chosen.liaison,
        body_code=chosen.body, word=word, at=work.now,
        answer_by=answer_by, rung=found.row.rung, place=found.place, reason=found.reason[:400],
    )  # fmt: skip
    work.session.add(made)
    return made


def _matter(work: UnitOfWork, case: Case) -> Matter:
    before = list(
        work.session.scalars(select(Dispatch).where(Dispatch.case_id == case.id).order_by(Dispatch.step))
    )
    tried = {each.body_code for each in before if each.round < case.round and each.taken_at is not None}
    return Matter(
        case.category,
        work.areas[case.area_code],
        case.language,
        order_of(Urgency(case.urgency), noes=case.round - 1),
        tuple(_as_asked(each) for each in before if each.round == case.round),
        tried,
        case.wants_woman,
        _known_to(work.session, case),
        work.settings.default_body,
    )


def _as_asked(each: Dispatch) -> Asked:
    above = tuple(body.code for body in each.body.upwards[1:])
    return Asked(
        each.liaison_id,
        each.body_code,
        BodyKind(each.body.kind),
        above,
        each.place,
        each.state == DispatchState.CANNOT,
    )


def _known_to(session: Session, case: Case) -> int | None:
    """Who has another case of the same incident."""
    other = select(Case.liaison_id).where(
        Case.incident_id == case.incident_id, Case.state == CaseState.ACKNOWLEDGED, Case.id != case.id
    )
    return (
        session.scalar(other.order_by(Case.acknowledged_at.desc()).limit(1))
        if case.incident_id is not None
        else None
    )


def _candidates(work: UnitOfWork, case: Case) -> list[Candidate]:
    """Every liaison who may see the case, of a body that serves the place, anything around it or a place
    nearby; and those of the coordinating bodies and of the default body, wherever."""
    subject = conflicts.subject_of(work.session, case)
    nearest = _nearest(work, case)
    known = work.session.scalars(
        select(Liaison).where(Liaison.id.in_(nearest)).options(*_WITH_ROLES)
    ).unique()
    seeing = [
        each for each in known if conflicts.eligible(subject, affiliations.viewer_of(each, work.now)).allowed
    ]
    there = shifts.on_duty(work.session, [each.id for each in seeing], work.country.zone, work.now)
    loads = _loads(work.session, nearest)
    return [
        _as_candidate(each, *nearest[each.id], on_duty=each.id in there, load=loads.get(each.id, 0))
        for each in seeing
    ]


_WITH_ROLES = (joinedload(Liaison.body), selectinload(Liaison.roles))


def _as_candidate(liaison: Liaison, area: str, neighbour: bool, *, on_duty: bool, load: int) -> Candidate:
    body, above = liaison.body, tuple(each.code for each in liaison.body.upwards[1:])
    return Candidate(
        liaison.id, liaison.name, body.code, body.name, BodyKind(body.kind),
        tuple(body.categories.split()), area, tuple(liaison.speaks),
        on_duty, load, neighbour, liaison.supervisor, liaison.woman, above,
    )  # fmt: skip


def _nearest(work: UnitOfWork, case: Case) -> dict[int, tuple[str, bool]]:
    """Of each liaison of a body nearby: the nearest area that
    it serves, and whether that is only a neighbour's."""
    around = [area.code for area in work.areas.outwards(work.areas[case.area_code])]
    nearby = [area.code for area in work.areas.nearby(work.areas[case.area_code])]
    rank = {code: place for place, code in enumerate([*around, *nearby])}
    serving = select(Liaison.id, Serves.area_code).join(Serves, Serves.body_code == Liaison.body_code)
    anywhere = (
        select(Liaison.id, Serves.area_code)
        .join(Body, Body.code == Liaison.body_code)
        .join(Serves, Serves.body_code == Body.code)
    )
    anywhere = anywhere.where(
        (Body.kind == BodyKind.COORDINATION) | (Body.code == work.settings.default_body)
    )
    found = [
        *work.session.execute(serving.where(Serves.area_code.in_(rank))),
        *work.session.execute(anywhere),
    ]
    nearest: dict[int, str] = {}
    for liaison, area in sorted(found, key=lambda each: rank.get(each[1], len(rank))):
        nearest.setdefault(liaison, area)
    return {liaison: (area, area not in around) for liaison, area in nearest.items()}


def nobody_may(work: UnitOfWork, case: Case) -> bool:
    """Whether a report is about those who would have to look into it, and there is nobody else."""
    return case.category is CONDUCT and not could_be_asked(work, case)


def could_be_asked(work: UnitOfWork, case: Case) -> list[Candidate]:
    """Everybody who may see the case and could ever be asked, as
    things are now; empty where conflicts leave nobody."""
    matter = _matter(work, case)
    return [each for each in _candidates(work, case) if matching.could_ever_be_asked(matter, each)]


def _free_word(session: Session, case: Case, liaison: int) -> str:
    """A word that no other case of this liaison goes by now;
    the same for every liaison of a case where that can be."""
    before = session.execute(
        select(Dispatch.case_id, Dispatch.word).where(
            Dispatch.liaison_id == liaison, Dispatch.state.in_(EXPECTED)
        )
    )
    taken = {word for other, word in before if other != case.id}
    start = case.id.int % len(CASE_WORDS)
    in_order = [CASE_WORDS[(start + place) % len(CASE_WORDS)] for place in range(len(CASE_WORDS))]
    return next(
        word
        for number in ("", *range(2, len(taken) + 3))
        for each in in_order
        if (word := f"{each}{number}") not in taken
    )


def _loads(session: Session, of: Collection[int]) -> dict[int, int]:
    busy = select(Dispatch.liaison_id, func.count()).where(
        Dispatch.liaison_id.in_(of), Dispatch.state.in_(EXPECTED)
    )
    return {liaison: number for liaison, number in session.execute(busy.group_by(Dispatch.liaison_id))}
