"""What must happen later happens, once, whoever dies and whatever is forgotten in between."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TypeVar

import pytest
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.carriers.carrier import Meaning, Sending
from hotline.cases import citizen_phrases, followups
from hotline.cases.case import Case, CaseState
from hotline.cases.citizen_menus import Contact
from hotline.cases.dispatch import Dispatch
from hotline.cases.liaison_menus import StepName
from hotline.cases.promises import Promise, PromiseState
from hotline.cases.verdicts import Verdict
from hotline.directory import people
from hotline.front_desk import texts
from hotline.messaging import leasing
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import Message, MessageState
from hotline.operations import receipts
from hotline.operations.tasks import ACTS, LOCKED_BEFORE
from hotline.operations.worker import Worker
from hotline.outbox import Queue, Task, TaskKind
from tests.scenery.carrier import Died
from tests.scenery.county import ACHIENG, CITIZEN, KIPRUTO, WANJIKU
from tests.scenery.messages import FEW, forgotten, fresh, open_case, take_all, undelivered
from tests.scenery.reports import word_of
from tests.scenery.world import Phone, World, last_word

T = TypeVar("T")


def tasks(world: World) -> list[Task]:
    with world.service.database.reading() as session:
        return list(session.scalars(select(Task).order_by(Task.id)))


def put(world: World, *subjects: object, what: TaskKind = TaskKind.DELIVER) -> None:
    with world.service.transaction() as work:
        for subject in subjects:
            work.schedule(what, subject, world.now + timedelta(seconds=1))


def both(first: Callable[[], T], second: Callable[[], T]) -> list[T]:
    """What two threads get that act at the same instant."""
    together = threading.Barrier(2)

    def at_once(act: Callable[[], T]) -> T:
        together.wait()
        return act()

    with ThreadPoolExecutor(2) as pair:
        return list(pair.map(at_once, (first, second)))


def test_two_clocks_claim_each_task_once(world: World) -> None:
    put(world, *range(200))
    world.now += timedelta(seconds=2)

    def claim() -> list[int]:
        with world.service.transaction() as work:
            return [posting.task for posting in outbox.fallen_due(work.session, work.now, limit=150)]

    first, second = both(claim, claim)
    assert sorted(first + second + claim()) == [task.id for task in tasks(world)]


def test_an_task_that_the_queue_lost_is_posted_again_and_once_done_no_more(world: World) -> None:
    open_case(world, world.phone(CITIZEN), "none", settle=False)
    world.posted.clear()
    with world.service.transaction() as work:
        assert outbox.fallen_due(work.session, work.now) == []
    world.now += outbox.GRACE
    with world.service.transaction() as work:
        (lost,) = outbox.fallen_due(work.session, work.now)
    with world.service.transaction() as work:
        assert outbox.fallen_due(work.session, work.now + timedelta(seconds=14)) == []
    world.now += outbox.AGAIN
    with world.service.transaction() as work:
        (again,) = outbox.fallen_due(work.session, work.now)
    assert (again.task, again.posted) == (lost.task, lost.posted + 1), (
        "and under another name, so that nothing old stands in its way"
    )
    world.workers[Queue.URGENT].run(again.task)
    assert len(world.phone(KIPRUTO).inbox) == 1
    world.now += outbox.AGAIN
    with world.service.transaction() as work:
        assert again.task not in [posting.task for posting in outbox.fallen_due(work.session, work.now)]


def test_an_task_that_two_workers_run_at_once_is_done_once(world: World) -> None:
    open_case(world, world.phone(CITIZEN), "text", settle=False)
    (posting,) = world.posted
    both(
        lambda: worker(world, Queue.URGENT).run(posting.task),
        lambda: worker(world, Queue.URGENT).run(posting.task),
    )
    world.pass_minutes(1)
    assert len(world.phone(KIPRUTO).inbox) == len(world.phone(CITIZEN).inbox) == 1
    with world.service.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Dispatch)) == 1


def worker(world: World, queue: Queue) -> Worker:
    """One more process on this queue."""
    return Worker(world.service, world.carrier, queue)


def test_one_who_takes_a_case_at_the_instant_when_its_time_runs_out_has_it(world: World) -> None:
    open_case(world, world.phone(CITIZEN), "none")
    world.now += timedelta(minutes=6)
    (escalation,) = [task for task in tasks(world) if task.what == TaskKind.ESCALATE]
    taking = {"id": "text-taking", "from": KIPRUTO, "text": f"1 {word_of(world.phone(KIPRUTO).inbox[0])}"}

    def take() -> None:
        with world.service.transaction() as work:
            texts.text_arrives(work, world.carrier.inbound_text(taking))

    both(take, lambda: worker(world, Queue.URGENT).run(escalation.id))
    world.settle()
    (case,) = world.cases()
    assert case.state == CaseState.ACKNOWLEDGED


def test_every_task_about_a_case_takes_hold_of_the_case_first() -> None:
    assert set(ACTS) - set(LOCKED_BEFORE) == {TaskKind.READY, TaskKind.WARN}


def test_an_task_that_fails_is_put_off_ever_longer_and_never_given_up(world: World) -> None:
    put(world, "no such case", what=TaskKind.FIND)
    pauses = []
    for _failure in range(9):
        (task,) = tasks(world)
        world.now = task.due_at
        world.tick()
        (task,) = tasks(world)
        assert task.state == "waiting"
        pauses.append((task.due_at - world.now).total_seconds())
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert task.last_failure is not None
    assert task.last_failure.startswith("ValueError at ")
    assert "no such case" not in task.last_failure


def test_the_same_task_put_twice_is_one(world: World) -> None:
    put(world, "a", "a")
    put(world, "a")
    assert len(tasks(world)) == 1


def test_a_dropped_task_is_not_posted(world: World) -> None:
    put(world, "a")
    with world.service.transaction() as work:
        outbox.cancel(work.session, TaskKind.DELIVER, "a")
    world.now += timedelta(seconds=2)
    with world.service.transaction() as work:
        assert outbox.fallen_due(work.session, work.now) == []


@contextmanager
def dying(world: World, about: str) -> Iterator[None]:
    """The process dies while the carrier answers the text in
    which these words are; what was posted dies with it."""

    def die(_number: str, text: str) -> None:
        if about in text:
            raise Died

    world.carrier.on_send = die
    with pytest.raises(Died):
        yield
    world.carrier.on_send = lambda _number, _text: None
    world.posted.clear()
    world.workers = {queue: worker(world, queue) for queue in Queue}


def test_a_worker_dies_with_a_liaisons_text_and_the_next_sends_it_once_its_time_is_up(world: World) -> None:
    with dying(world, "naichukua"):
        open_case(world, world.phone(CITIZEN), "none")
    world.pass_minutes(19 / 60)
    assert world.phone(KIPRUTO).inbox == []
    world.pass_minutes(2 / 60)
    assert len(world.phone(KIPRUTO).inbox) == 1


def test_a_worker_dies_with_a_citizens_text_and_nobody_sends_it_again(world: World) -> None:
    with dying(world, "imepokelewa"):
        open_case(world, world.phone(CITIZEN), "text")
    world.pass_minutes(1)
    assert world.phone(CITIZEN).inbox == []
    assert len(world.phone(KIPRUTO).inbox) == 1
    with world.service.database.reading() as session:
        states = session.scalars(select(Message.state).where(Message.kind == MessageKind.RECEIVED)).all()
    assert states == [MessageState.UNKNOWN]


class Anything(RuleBasedStateMachine):
    """Whatever may happen, in any order: reports, deaths, lost queues,
    a moody carrier, receipts, and people who answer or do not."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.shown: set[str] = set()
        self.rows = 0
        self.wrong: list[str] = []
        world.begin_anew()
        world.carrier.on_send = self._look

    def _look(self, _number: str, text: str) -> None:
        """A text is about to leave. Whatever is wrong is kept for later: here a worker would swallow it."""
        leased_now = select(Message).where(
            Message.state == MessageState.SENDING, Message.leased_until == self.world.now + leasing.LEASE
        )
        with self.world.service.database.reading() as session:
            for message in session.scalars(leased_now.where(Message.kind == MessageKind.DISPATCH)):
                leaves = (
                    self.world.service.settings.keys.vault.read(
                        message.locked_text, f"messages.text:{message.id}"
                    )
                    == text
                )
                case = session.get(Case, message.case_id) if message.case_id else None
                if leaves and (case is None or case.state != CaseState.OPEN):
                    self.wrong.append("a liaison is asked to take what somebody has")

    @rule(contact=st.sampled_from(("text", "none")))
    def somebody_reports(self, contact: Contact) -> None:
        self.rows += 1
        self.shown.add(open_case(self.world, self._citizen(self.rows), contact, settle=False))

    def _citizen(self, row: int) -> Phone:
        return self.world.phone(f"+254711{row:06}")

    @rule()
    def a_worker_works(self) -> None:
        if self.world.posted:
            posting = self.world.posted.popleft()
            self.world.workers[posting.queue].run(posting.task)

    @rule(has_left=st.booleans())
    def a_worker_dies_with_a_text_in_its_hands(self, has_left: bool) -> None:
        def die(number: str, text: str) -> None:
            self._look(number, text)
            if has_left:
                self.world.carrier.sent.append((number, text))
            raise Died

        self.world.carrier.on_send = die
        with suppress(Died):
            self.a_worker_works()
        self.world.carrier.on_send = self._look
        self.world.workers = {queue: worker(self.world, queue) for queue in Queue}

    @rule()
    def the_queue_forgets(self) -> None:
        self.world.posted.clear()

    @rule(meaning=st.sampled_from(Meaning))
    def the_carrier_is_in_a_mood(self, meaning: Meaning) -> None:
        self.world.carrier.answers.append(Sending(meaning, meaning, f"ATXid_mood_{next(fresh)}"))

    @rule(status=st.sampled_from(("Success", "Failed", "Sent")), which=st.integers(0, 20))
    def a_receipt_comes(self, status: str, which: int) -> None:
        with self.world.service.transaction() as work:
            receipts.receipt_arrives(
                work, self.world.carrier.receipt({"id": f"ATXid_{which}", "status": status})
            )

    @rule(seconds=st.sampled_from((1, 3, 15, 20, 300, 7200)))
    def time_goes_by(self, seconds: int) -> None:
        self.world.now += timedelta(seconds=seconds)

    @rule()
    def the_clock_ticks(self) -> None:
        with self.world.service.transaction() as work:
            self.world.posted.extend(outbox.fallen_due(work.session, work.now))

    @rule(number=st.sampled_from((KIPRUTO, ACHIENG, WANJIKU)))
    def a_liaison_takes_what_is_before_them(self, number: str) -> None:
        take_all(self.world, number, settle=False)

    @rule(
        number=st.sampled_from((KIPRUTO, ACHIENG, WANJIKU)),
        step=st.sampled_from(("on_the_way", "there", "still", "help", "done", "cannot", "aside")),
    )
    def a_liaison_takes_a_step(self, number: str, step: StepName) -> None:
        take_all(self.world, number, settle=False, step=step)

    @rule(
        verdict=st.sampled_from(("helped", "not_helped", "danger")),
        state=st.sampled_from(
            (CaseState.ACKNOWLEDGED, CaseState.ACKNOWLEDGED, CaseState.RESOLVED, CaseState.CLOSED)
        ),
    )
    def a_citizen_says_whether_help_came(self, verdict: citizen_phrases.VerdictWord, state: str) -> None:
        with self.world.service.transaction() as work:
            if case := work.session.scalar(select(Case).where(Case.state == state).limit(1)):
                followups.judge(work, case, verdict)

    @invariant()
    def nothing_is_wrong(self) -> None:
        with self.world.service.database.reading() as session:
            known = list(session.scalars(select(Case)))
            assert forgotten(session) == undelivered(session) == []
            for case in known:
                _the_citizen_has_the_last_word(session, case)
                _no_promise_is_passed_over(session, case)
            written = Counter(session.scalars(select(Message.address_id)))
            numbers = {
                number: people.by_number(session, self.world.service.settings.keys, number)
                for number in self._numbers()
            }
            for number, person in numbers.items():
                address = person.phone if person else None
                assert len(self.world.carrier.to(number)) <= written[address.id if address else 0], (
                    "a citizen is told a thing twice"
                )
        assert {case.spoken for case in known} == self.shown
        assert not self.wrong

    def _numbers(self) -> list[str]:
        return [self._citizen(row + 1).number for row in range(self.rows)]

    def teardown(self) -> None:
        """A calm day: everything that waited is done."""
        self.world.carrier.answers.clear()
        self.world.posted.clear()
        self.world.pass_minutes(6)
        with self.world.service.database.reading() as session:
            late = session.scalars(
                select(Message.kind).where(Message.state.in_((MessageState.WAITING, MessageState.SENDING)))
            ).all()
            dispatched = set(session.scalars(select(Dispatch.case_id)))
            assert set(late) <= {MessageKind.FOLLOW_UP}
            assert dispatched == set(session.scalars(select(Case.id)))


def _the_citizen_has_the_last_word(session: Session, case: Case) -> None:
    """A case is closed by its citizen's *yes* alone, and
    whoever was asked has a row that waits for their word."""
    assert case.state != CaseState.CLOSED or last_word(session, case) == "helped"
    asked = session.scalars(
        select(Verdict.asked_at).where(Verdict.case_id == case.id, Verdict.round == case.round)
    ).all()
    assert case.asked_at is None or case.asked_at in asked


def _no_promise_is_passed_over(session: Session, case: Case) -> None:
    """Of each promise that was missed the citizen was written
    to: that it was, or that somebody has it, though late."""
    written = set(session.scalars(select(Message.key).where(Message.case_id == case.id)))
    for promise in session.scalars(
        select(Promise).where(Promise.case_id == case.id, Promise.state == PromiseState.MISSED)
    ):
        assert promise.ended_at is not None
        taken_then = f":{int(promise.ended_at.timestamp())}"
        assert f"late:{promise.id}" in written or any(
            key.startswith("taken:") and key.endswith(taken_then) for key in written
        )


@pytest.mark.timeout(1800)
def test_whatever_happens_in_whatever_order_no_case_is_forgotten_and_no_citizen_is_told_twice(
    world: World,
) -> None:
    class InThisWorld(Anything):
        def __init__(self) -> None:
            super().__init__(world)

    run_state_machine_as_test(InThisWorld, settings=how(FEW, stateful_step_count=30))
