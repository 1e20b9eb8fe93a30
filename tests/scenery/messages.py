"""Messages and tasks as rows, and what takes them."""

from collections.abc import Sequence
from itertools import count

from hypothesis import HealthCheck
from hypothesis import settings as how
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hotline.cases import dispatch, reporting, responses
from hotline.cases.case import Case, CaseState
from hotline.cases.citizen_menus import Contact, Report
from hotline.cases.dispatch import Dispatch, DispatchState
from hotline.cases.liaison_menus import Act, StepName
from hotline.cases.promises import Promise
from hotline.cases.reference_number import spoken_reference
from hotline.cases.reporting import Call
from hotline.messaging.message import Message, MessageState
from hotline.outbox import Task
from tests.scenery.county import KAPTEMBWO
from tests.scenery.world import Phone, World, liaison

FEW = how(
    max_examples=max(5, how().max_examples // 10),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
"""More of them with --hypothesis-profile=long."""

fresh = count(1)


def open_case(world: World, citizen: Phone, contact: Contact, *, settle: bool = True) -> str:
    """A citizen reports; with `settle`, all is done that follows
    from it. Returns the case's number as it is shown."""
    told = Report("violence", KAPTEMBWO.code, "kelele", contact)
    with world.service.transaction() as work:
        reference = reporting.open_case(
            work, told, Call(f"sitting-{next(fresh)}", "ussd", citizen.number, "sw")
        ).reference
    if settle:
        world.settle()
    return spoken_reference(reference)


def take_all(world: World, number: str, *, settle: bool = True, step: StepName = "take") -> None:
    """A liaison takes whatever is before them, or goes on with it."""
    with world.service.transaction() as work:
        who = liaison(work, number)
        for each in dispatch.before(work.session, who, work.now):
            responses.act(work, who, Act(step, each.word))
    if settle:
        world.settle()


def forgotten(session: Session) -> list[str]:
    """Unfinished cases that neither a step to come nor a human carries on, seen one by one."""
    waiting = set(session.scalars(select(Task.key).where(Task.state == "waiting")))
    return [
        f"{case.state} {case.id}"
        for case in session.scalars(select(Case))
        if not _goes_on(session, case, waiting)
    ]


def _goes_on(session: Session, case: Case, waiting: set[str]) -> bool:
    match case.state:
        case "open":
            ends = [f"escalate:{each}" in waiting for each in _dispatches(session, case, DispatchState.ASKED)]
            is_looked_for = not waiting.isdisjoint({f"open:{case.id}", f"find:{case.id}"})
            return _is_promised(session, case, waiting) and (all(ends) if ends else is_looked_for)
        case "acknowledged":
            taken = _dispatches(session, case, DispatchState.TAKEN, Dispatch.liaison_id == case.liaison_id)
            return any(not waiting.isdisjoint({f"still:{each}", f"lapse:{each}"}) for each in taken)
        case "resolved":
            return case.asked_at is not None or f"follow_up:{case.id}/{case.round}" in waiting
        case _:
            return case.state == CaseState.CLOSED


def _dispatches(
    session: Session, case: Case, state: DispatchState, *where: ColumnElement[bool]
) -> Sequence[int]:
    """Those of this round that are in this state."""
    of_round = (Dispatch.case_id == case.id, Dispatch.round == case.round, Dispatch.state == state)
    return session.scalars(select(Dispatch.id).where(*of_round, *where)).all()


def _is_promised(session: Session, case: Case, waiting: set[str]) -> bool:
    made = session.scalars(
        select(Promise.id).where(Promise.case_id == case.id, Promise.state == "open")
    ).all()
    return len(made) == 1 and (f"promise:{made[0]}" in waiting or f"open:{case.id}" in waiting)


def undelivered(session: Session) -> list[str]:
    waiting = set(session.scalars(select(Task.key).where(Task.state == "waiting")))
    left = session.scalars(
        select(Message.id).where(Message.state.in_((MessageState.WAITING, MessageState.SENDING)))
    )
    return [str(each) for each in left if f"deliver:{each}" not in waiting]
