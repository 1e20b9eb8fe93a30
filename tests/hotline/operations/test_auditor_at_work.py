"""The auditor in a hotline that runs: it finds whatever is lost, and nothing where nothing is lost."""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import delete, func, select, update

from hotline import outbox
from hotline.cases import dispatch, followups, reporting, responses
from hotline.cases.case import Case, CaseState
from hotline.cases.citizen_menus import Report
from hotline.cases.citizen_phrases import VerdictWord
from hotline.cases.dispatch import Dispatch
from hotline.cases.liaison_menus import Act, StepName
from hotline.cases.reporting import Call
from hotline.directory import liaisons, people
from hotline.operations import clock
from hotline.operations.auditor import audit
from hotline.outbox import Task
from tests.scenery.county import ACHIENG, CHEBET, DESK, KAPTEMBWO, KIPRUTO, NJERI, WANJIKU
from tests.scenery.messages import forgotten, undelivered
from tests.scenery.world import World

fresh = count(1)
EVERYBODY = (KIPRUTO, ACHIENG, WANJIKU, CHEBET, NJERI, DESK)


def report(world: World, category: str, *, settle: bool = True) -> None:
    told, number = Report(category, KAPTEMBWO.code, "kelele", "text"), f"+254711{next(fresh):06}"
    with world.service.transaction() as work:
        reporting.open_case(work, told, Call(f"sitting-{next(fresh)}", "ussd", number, "sw"))
    if settle:
        world.settle()


def step(world: World, number: str, what: StepName) -> None:
    """A liaison takes this step in whatever is before them."""
    with world.service.transaction() as work:
        person = people.by_number(work.session, work.keys, number)
        who = liaisons.of(work.session, person) if person else None
        assert who is not None
        for each in dispatch.before(work.session, who, work.now):
            responses.act(work, who, Act(what, each.word))
    world.settle()


def judge(world: World, state: str, verdict: VerdictWord) -> None:
    with world.service.transaction() as work:
        for case in work.session.scalars(select(Case).where(Case.state == state).limit(1)):
            followups.judge(work, case, verdict)
    world.settle()


def all_is_well(world: World) -> None:
    looked = audit(world.service)
    assert (looked.mended, looked.overdue, looked.found) == (0, 0, "")
    with world.service.database.reading() as session:
        assert forgotten(session) == undelivered(session) == []
        assert outbox.failing(session) == 0


def pass_minutes(world: World, minutes: int) -> None:
    for _part in range(3):
        world.pass_minutes(minutes / 3)
        all_is_well(world)


def test_where_nothing_is_lost_there_is_nothing_to_mend_at_any_moment(world: World) -> None:
    for category in ("danger", "violence", "gender", "theft", "conduct", "other"):
        report(world, category, settle=False)
        all_is_well(world)
    while world.posted:
        posting = world.posted.popleft()
        world.workers[posting.queue].run(posting.task)
        all_is_well(world)
    story: Sequence[tuple[str, StepName, int]] = (
        (KIPRUTO, "take", 1), (CHEBET, "cannot", 2), (KIPRUTO, "on_the_way", 9),
        (NJERI, "take", 20), (KIPRUTO, "there", 20),
        (WANJIKU, "take", 5), (KIPRUTO, "done", 1),
        (ACHIENG, "not_mine", 40), (DESK, "take", 30), (ACHIENG, "take", 60),
    )  # fmt: skip
    for number, what, minutes in story:
        step(world, number, what)
        all_is_well(world)
        pass_minutes(world, minutes)
    for verdict, state in (
        ("not_helped", CaseState.RESOLVED),
        ("helped", CaseState.RESOLVED),
        ("danger", CaseState.ACKNOWLEDGED),
    ):
        judge(world, state, verdict)  # type: ignore[arg-type]
        pass_minutes(world, 20)
    clock.tidy(world.service)
    all_is_well(world)


def lose_some(world: World, by: random.Random) -> None:
    """Somebody has put back an old copy of a table, or written in it by hand."""
    with world.service.database.writing() as session:
        waiting = session.scalars(select(Task.id).where(Task.state == "waiting").order_by(Task.id)).all()
        lost = [each for each in waiting if by.random() < 0.4]
        if by.random() < 0.5:
            session.execute(delete(Task).where(Task.id.in_(lost)))
        else:
            session.execute(update(Task).where(Task.id.in_(lost)).values(state="done"))


def somebody_does(world: World, by: random.Random) -> None:
    acts: list[Callable[[], None]] = [
        lambda: report(world, by.choice(["danger", "violence", "gender", "land", "conduct"])),
        lambda: step(
            world,
            by.choice(EVERYBODY),
            by.choice(["take", "take", "on_the_way", "there", "done", "cannot", "not_mine", "still"]),
        ),
        lambda: judge(
            world,
            by.choice([CaseState.ACKNOWLEDGED, CaseState.RESOLVED]),
            by.choice(["helped", "not_helped", "danger"]),
        ),
        lambda: world.pass_minutes(by.choice([0.5, 3, 11, 45])),
        world.posted.clear,
    ]
    by.choices(acts, weights=[2, 4, 1, 3, 1])[0]()


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_lost_every_case_goes_on_after_the_next_audit(world: World, seed: int) -> None:
    by = random.Random(seed)
    report(world, "violence")
    for _turn in range(12):
        somebody_does(world, by)
        lose_some(world, by)
        looked = audit(world.service)
        with world.service.database.reading() as session:
            assert forgotten(session) == undelivered(session) == []
        again = audit(world.service)
        assert (again.mended, again.found) == (0, ""), f"after {looked.found}"
    world.settle()
    _and_it_does_go_on(world)


def _and_it_does_go_on(world: World) -> None:
    """Nobody is forgotten in fact either: of each open case more
    people are asked as time goes by, and no text is left."""
    world.pass_minutes(1)
    before = _asked(world)
    world.pass_minutes(45)
    world.now += timedelta(seconds=1)
    after = _asked(world)
    for case, number in before.items():
        assert case not in after or after[case] > number
    all_is_well(world)


def _asked(world: World) -> dict[str, int]:
    """Of each open case, how often it was put before somebody."""
    with world.service.database.reading() as session:
        often = (
            select(Case.id, func.count(Dispatch.id))
            .outerjoin(Dispatch, Dispatch.case_id == Case.id)
            .where(Case.state == CaseState.OPEN)
        )
        return {str(case): number for case, number in session.execute(often.group_by(Case.id))}
