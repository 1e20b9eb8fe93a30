"""Every unfinished case has a next step or a human; where it
has lost it, the auditor gives it one, and says so once."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, delete, event, insert, select, text, update

from hotline import outbox
from hotline.broadcasts import phrases as broadcast_phrases
from hotline.cases import citizen_phrases, reporting, responses
from hotline.cases.case import Case, CaseState, details_place, history_of
from hotline.cases.citizen_menus import Report
from hotline.cases.dispatch import Dispatch, DispatchState
from hotline.cases.promises import Promise, PromiseState
from hotline.cases.reference_number import spoken_reference
from hotline.cases.reporting import Call
from hotline.cases.verdicts import Verdict
from hotline.cli.doctor import findings
from hotline.cli.running import release_to
from hotline.context import Service, UnitOfWork
from hotline.core.database import Database
from hotline.core.i18n import verbatim
from hotline.directory import people
from hotline.directory.liaisons import Liaison
from hotline.directory.people import Address
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import Message, MessageState
from hotline.operations import auditor, clock, heartbeat
from hotline.operations.auditor import Audit, audit
from hotline.operations.queue import Poster
from hotline.outbox import Queue, Task, TaskKind
from hotline.places import loading as area_loading
from hotline.settings import Settings
from tests.scenery import county
from tests.scenery.broadcasts import readers, written
from tests.scenery.county import CITIZEN, KAPTEMBWO, KIPRUTO, MORNING
from tests.scenery.labels import en, sw
from tests.scenery.waiting import PATIENCE, wait_until
from tests.scenery.world import World

fresh = count(1)
TOO_FAR = 3 * 24 * 60 + 1
"""Minutes: what is put for later than that was put while the clock was wrong."""


@dataclass
class Office:
    """A hotline where rows are written by hand, and nobody does anything with them."""

    service: Service
    now: datetime = MORNING

    def do(self, act: Callable[[UnitOfWork], object]) -> None:
        with self.service.transaction() as work:
            act(work)

    def case(self, state: str = CaseState.OPEN, words: str = "", **values: object) -> Case:
        """A case that nothing carries on; with the citizen's words, where somebody is to read them."""
        with self.service.database.writing() as session:
            made = Case(**a_case(state, **values))
            if words:
                made.id = uuid4()
                made.locked_details = self.service.settings.keys.vault.encrypt(words, details_place(made.id))
            session.add(made)
            session.flush()
            session.expunge(made)
        return made

    def dispatched(self, case: Case, state: str, **values: object) -> int:
        with self.service.database.writing() as session:
            liaison = session.scalars(select(Liaison.id).order_by(Liaison.id)).first()
            row: dict[str, Any] = {
                "step": next(fresh),
                "round": 1,
                "liaison_id": liaison,
                "body_code": "station",
                "word": "SIMBA",
            }
            made = Dispatch(case_id=case.id, reason="", state=state, at=self.now, **row | values)
            session.add(made)
            session.flush()
            return made.id

    def promised(
        self, case: Case, due_at: datetime = MORNING + timedelta(minutes=30), **values: object
    ) -> int:
        with self.service.database.writing() as session:
            made = Promise(case_id=case.id, made_at=MORNING, due_at=due_at, **values)
            session.add(made)
            session.flush()
            return made.id

    def put(self, what: TaskKind, subject: object, minutes: float = 5) -> None:
        self.do(lambda work: work.schedule(what, subject, work.now + timedelta(minutes=minutes)))

    def with_promise(self, case: Case) -> Case:
        self.put(TaskKind.PROMISE, self.promised(case), 30)
        return case

    def waiting(self) -> dict[str, datetime]:
        with self.service.database.reading() as session:
            return {
                key: due
                for key, due in session.execute(select(Task.key, Task.due_at).where(Task.state == "waiting"))
            }

    def as_it_is(self, case: Case) -> Case:
        with self.service.database.reading() as session:
            return session.get_one(Case, case.id)

    def found(self) -> tuple[int, str]:
        """What one audit mends; and the next finds nothing."""
        first, second = audit(self.service), audit(self.service)
        assert (second.mended, second.found) == (0, ""), "what was mended is whole"
        return first.mended, first.found


def a_case(state: str, **values: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "reference": f"{next(fresh):08}",
        "session_index": f"sitting-{next(fresh)}",
        "channel": "ussd",
        "category_code": "violence",
    }
    row |= {
        "area_code": KAPTEMBWO.code,
        "locked_details": b"",
        "contact": "none",
        "language": "sw",
        "state": state,
        "urgency": 2,
    }
    return row | {"opened_at": MORNING, "round_began_at": MORNING} | values


@pytest.fixture
def office(settings: Settings) -> Iterator[Office]:
    with closing(Database(settings.database_url)) as database:
        made = Office(Service(settings, database))
        made.service.clock = lambda: made.now
        yield made


# --------------------------------------------------------------------------------------------- what is mended


@pytest.mark.parametrize("lost", ["deleted", "done", "dropped", "put off for years", "put off for four days"])
@pytest.mark.parametrize("what", [TaskKind.OPEN, TaskKind.FIND])
def test_an_open_case_whose_next_step_is_lost_is_looked_at_at_once(
    office: Office, what: TaskKind, lost: str
) -> None:
    case = office.with_promise(office.case())
    office.put(what, case.id)
    assert office.found() == (0, "")
    lose(office, f"{what}:{case.id}", lost)
    assert office.found() == (1, "nobody is asked next: 1")
    assert office.waiting()[f"open:{case.id}"] <= office.now + outbox.GRACE


def lose(office: Office, key: str, how: str) -> None:
    with office.service.database.writing() as session:
        match how:
            case "deleted":
                session.execute(delete(Task).where(Task.key == key))
            case "put off for years":
                session.execute(
                    update(Task).where(Task.key == key).values(due_at=MORNING + timedelta(days=4000))
                )
            case "put off for four days":
                session.execute(
                    update(Task).where(Task.key == key).values(due_at=MORNING + timedelta(days=4))
                )
            case _:
                session.execute(update(Task).where(Task.key == key).values(state=how))


@pytest.mark.parametrize("minutes", [-3, 2, None, TOO_FAR])
def test_each_who_is_asked_has_an_end_to_their_time_for_until_then_nobody_else_is(
    office: Office, minutes: int | None
) -> None:
    case = office.with_promise(office.case())
    answer_by = MORNING + timedelta(minutes=minutes) if minutes else None
    one, other = (
        office.dispatched(case, DispatchState.ASKED),
        office.dispatched(case, DispatchState.ASKED, answer_by=answer_by),
    )
    office.put(TaskKind.ESCALATE, one)
    office.put(TaskKind.ESCALATE, other)
    assert office.found() == (0, "")
    lose(office, f"escalate:{other}", "deleted")
    assert office.found() == (1, "an answer is awaited for ever: 1")
    sound = answer_by if answer_by and minutes != TOO_FAR else MORNING
    assert office.waiting()[f"escalate:{other}"] == max(sound, MORNING + outbox.GRACE)


@pytest.mark.parametrize("other", [{"round": 1}, {"state": "unanswered", "round": 2}])
def test_the_end_of_a_dispatch_that_is_over_is_no_next_step(office: Office, other: dict[str, Any]) -> None:
    case = office.with_promise(office.case(round=2))
    office.put(TaskKind.ESCALATE, office.dispatched(case, **{"state": DispatchState.ASKED, **other}))
    assert office.found() == (1, "nobody is asked next: 1")


@pytest.mark.parametrize("what", [TaskKind.STILL, TaskKind.LAPSE])
def test_a_case_that_somebody_has_is_asked_about_until_they_say(office: Office, what: TaskKind) -> None:
    case = office.case(CaseState.ACKNOWLEDGED, liaison_id=1, acknowledged_at=MORNING)
    taken = office.dispatched(case, DispatchState.TAKEN, liaison_id=1)
    office.put(what, taken)
    assert office.found() == (0, "")
    lose(office, f"{what}:{taken}", "done")
    assert office.found() == (1, "nobody asks whether anything happens: 1")
    assert office.waiting()[f"still:{taken}"] <= office.now + outbox.GRACE


@pytest.mark.parametrize("who", [{"liaison_id": 2}, {"liaison_id": 1, "round": 2}, None])
def test_a_case_that_somebody_is_said_to_have_and_nobody_has_is_open_again(
    office: Office, who: dict[str, Any] | None
) -> None:
    case = office.case(
        CaseState.ACKNOWLEDGED, liaison_id=1, acknowledged_at=MORNING, on_the_way_at=MORNING, words="kelele"
    )
    wrong = office.dispatched(case, DispatchState.TAKEN, **who) if who else None
    if wrong:
        office.put(TaskKind.STILL, wrong)
    assert office.found() == (1, "taken by nobody: 1")
    case = office.as_it_is(case)
    assert (case.state, case.liaison_id, case.on_the_way_at) == (CaseState.OPEN, None, None)
    with office.service.database.reading() as session:
        assert [entry.what for entry in history_of(session, case)] == ["mended", "dispatched"]
        assert [promise.state for promise in session.scalars(select(Promise))] == [PromiseState.OPEN]
        *before, now = session.scalars(select(Dispatch).order_by(Dispatch.id))
        assert [each.state for each in before] == ([DispatchState.SUPERSEDED] if wrong else [])
        assert now.state == DispatchState.ASKED
        assert {f"escalate:{now.id}", f"promise:{session.scalars(select(Promise.id)).one()}"} <= set(
            office.waiting()
        )


def report(world: World) -> None:
    """The citizen reports something, and the first liaison is asked."""
    with world.service.transaction() as work:
        reporting.open_case(
            work,
            Report("violence", KAPTEMBWO.code, "kelele", "text"),
            Call("a sitting", "ussd", CITIZEN, "sw"),
        )
    world.settle()


def test_the_citizen_of_such_a_case_is_told_that_somebody_else_is_asked(world: World) -> None:
    report(world)
    with world.service.transaction() as work:
        (asked,) = work.session.scalars(select(Dispatch))
        responses.tap(work, asked.liaison, asked.id, "take")
    world.settle()
    with world.service.transaction() as work:
        work.session.execute(update(Dispatch).values(state=DispatchState.CANNOT))
    world.now += timedelta(minutes=5)
    assert audit(world.service).found == "taken by nobody: 1"
    world.settle()
    (case,) = world.cases()
    assert world.phone(CITIZEN).inbox[-1] == sw(
        citizen_phrases.goes_on(spoken_reference(case.reference), None, "10:35", "999")
    )


def test_the_citizen_of_a_case_that_is_done_is_asked_or_has_been(office: Office) -> None:
    asked, unasked = (
        office.case(CaseState.RESOLVED, asked_at=MORNING),
        office.case(CaseState.RESOLVED, round=3),
    )
    assert office.found() == (1, "nobody asks the citizen: 1")
    assert list(office.waiting()) == [f"follow_up:{unasked.id}/3"]
    assert str(asked.id) not in str(office.waiting())
    with office.service.database.reading() as session:
        assert session.scalar(select(Task.queue)) == outbox.Queue.ORDINARY


@pytest.mark.parametrize("minutes", [-7, 20, TOO_FAR])
def test_a_promise_that_nobody_watches_is_watched_again(office: Office, minutes: int) -> None:
    case = office.case()
    office.put(TaskKind.FIND, case.id)
    due_at = MORNING + timedelta(minutes=minutes)
    promise = office.promised(case, due_at)
    assert office.found() == (1, "a promise is not watched: 1")
    sound = due_at if minutes != TOO_FAR else MORNING
    assert office.waiting()[f"promise:{promise}"] == max(sound, MORNING + outbox.GRACE)


def test_a_promise_is_watched_from_when_the_case_is_taken_up(office: Office) -> None:
    case = office.case()
    office.promised(case)
    office.put(TaskKind.OPEN, case.id)
    assert office.found() == (0, "")
    lose(office, f"open:{case.id}", "deleted")
    assert office.found() == (2, "a promise is not watched: 1; nobody is asked next: 1")


def test_a_promise_that_was_kept_ends(office: Office) -> None:
    promise = office.promised(office.case(CaseState.RESOLVED, asked_at=MORNING))
    assert office.found() == (1, "a promise is kept and not ended: 1")
    with office.service.database.reading() as session:
        assert session.get_one(Promise, promise).state == PromiseState.KEPT


def test_an_open_case_of_which_nothing_is_promised_is_promised_something(office: Office) -> None:
    case = office.case()
    office.put(TaskKind.FIND, case.id)
    office.promised(case, state=PromiseState.MISSED)
    assert office.found() == (1, "nothing is promised: 1")
    with office.service.database.reading() as session:
        made = session.scalars(select(Promise).where(Promise.state == PromiseState.OPEN)).one()
    assert office.waiting()[f"promise:{made.id}"] == made.due_at


def test_what_is_closed_needs_nothing(office: Office) -> None:
    office.promised(office.case(CaseState.CLOSED))
    first = audit(office.service)
    assert (first.unfinished, first.mended, first.overdue, first.found) == (0, 0, 0, "")


@pytest.mark.parametrize(
    ("state", "mended"),
    [("waiting", 1), ("sending", 1), ("sent", 0), ("unknown", 0), ("failed", 0), ("withheld", 0)],
)
@pytest.mark.parametrize("channel", [people.PHONE, people.TELEGRAM])
def test_a_text_that_nobody_delivers_is_delivered(
    office: Office, state: str, mended: int, channel: str
) -> None:
    message = a_text(office, state, channel)
    assert office.found() == (mended, "a text is not on its way: 1" if mended else "")
    if mended:
        with office.service.database.reading() as session:
            (task,) = session.scalars(select(Task))
        assert (task.key, task.queue) == (
            f"deliver:{message}",
            "telegram" if channel == people.TELEGRAM else "urgent",
        )


def a_text(office: Office, state: str, channel: str = people.PHONE) -> UUID:
    with office.service.database.writing() as session:
        person = session.scalars(select(Liaison.person_id)).first()
        address = Address(person_id=person, channel=channel, number_index=f"number-{next(fresh)}")
        message = Message(
            key=f"text-{next(fresh)}",
            kind=MessageKind.ANSWER,
            address=address,
            locked_text=b"",
            written_at=MORNING,
            state=state,
        )
        session.add_all([address, message])
        session.flush()
        return message.id


def test_whose_mandate_has_ended_by_itself_has_a_case_no_longer(world: World) -> None:
    report(world)
    with world.service.transaction() as work:
        (asked,) = work.session.scalars(select(Dispatch))
        responses.tap(work, asked.liaison, asked.id, "take")
        asked.liaison.until = work.now + timedelta(minutes=2)
        gone = asked.liaison_id
    world.settle()
    assert audit(world.service).all_is_well
    world.now += timedelta(minutes=2)
    assert audit(world.service).found == "before one who no longer serves: 1"
    world.settle()
    assert audit(world.service).all_is_well
    (case,) = world.cases()
    assert (case.state, case.liaison_id) == (CaseState.OPEN, None)
    with world.service.database.reading() as session:
        now = session.scalars(select(Dispatch).where(Dispatch.state == DispatchState.ASKED)).one()
        assert now.liaison_id != gone


def test_what_is_lacking_is_counted_thing_by_thing(office: Office) -> None:
    for _each in range(3):
        office.with_promise(office.case())
    office.case()
    a_text(office, MessageState.WAITING)
    first = audit(office.service)
    assert (first.unfinished, first.mended) == (4, 6)
    assert first.found == "nobody is asked next: 4; nothing is promised: 1; a text is not on its way: 1"


def test_one_case_that_cannot_be_mended_keeps_no_other_from_it(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.case(category_code="gone", urgency=1)
    whole = office.with_promise(office.case())
    first = audit(office.service)
    assert (first.mended, first.all_is_well) == (1, False)
    assert sorted(first.found.split("; ")) == ["could not be mended: 1", "nobody is asked next: 1"]
    assert f"open:{whole.id}" in office.waiting()
    assert "the auditor could not mend: KeyError" in caplog.messages


def test_many_cases_are_looked_at_page_by_page(office: Office) -> None:
    many = [a_case(CaseState.RESOLVED, asked_at=MORNING if number % 400 else None) for number in range(1201)]
    with office.service.database.writing() as session:
        session.execute(insert(Case), many)
    first = audit(office.service)
    assert (first.unfinished, first.mended) == (1201, 4)
    assert office.found() == (0, "")


def test_two_auditors_mend_a_thing_once(office: Office) -> None:
    office.with_promise(office.case())
    together, mended = threading.Barrier(2), []

    def look() -> None:
        together.wait()
        mended.append(audit(office.service).mended)

    both = [threading.Thread(target=look) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(mended) == [0, 1]


# -------------------------------------------------------------------------------------------- what is overdue


def test_an_task_that_is_posted_again_and_again_and_never_done_is_overdue(office: Office) -> None:
    office.put(TaskKind.READY, "2026-11-21", 0)
    seen = []
    for _quarter in range(12):
        office.now += outbox.AGAIN
        office.do(lambda work: outbox.fallen_due(work.session, work.now))
        seen.append(audit(office.service).overdue)
    assert seen == [0] * 8 + [1] * 4


def test_an_task_that_fails_for_two_minutes_is_overdue(office: Office) -> None:
    office.put(TaskKind.READY, "2026-11-21", 0)
    for _failure in range(9):
        office.now += timedelta(minutes=1)
        office.do(lambda work: outbox.retry_later(work.session, 1, "ValueError", work.now))
    assert audit(office.service).overdue == 1


def test_an_task_that_is_done_and_put_anew_time_after_time_is_never_overdue(office: Office) -> None:
    for _time in range(20):
        office.put(TaskKind.READY, "2026-11-21", 0.25)
        office.now += timedelta(minutes=0.3)
        office.do(lambda work: outbox.fallen_due(work.session, work.now))
        assert audit(office.service).overdue == 0


# ---------------------------------------------------------------------------------------------- what it costs


@contextmanager
def asked_of(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """What the database is asked within, as it is asked."""
    asked: list[tuple[str, Any]] = []

    def note(
        _connection: object, _cursor: object, statement: str, parameters: object, *_rest: object
    ) -> None:
        asked.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


def plans(database: Database, asked: Sequence[tuple[str, Any]]) -> list[str]:
    with database.engine.connect() as connection:
        return [
            plan(connection, statement, values)
            for statement, values in asked
            if statement.startswith("SELECT")
        ]


def plan(connection: Connection, statement: str, values: Any) -> str:
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    return "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}", values))


def test_a_history_of_many_closed_cases_is_never_walked_through(office: Office) -> None:
    database = office.service.database
    with database.writing() as session:
        session.execute(insert(Case), [a_case(CaseState.CLOSED) for _ in range(20_000)])
        done = {
            "what": "open",
            "queue": "urgent",
            "due_at": MORNING,
            "wanted_at": MORNING,
            "state": "done",
            "posted": 1,
            "failures": 0,
        }
        session.execute(
            insert(Task),
            [{"key": f"open:{number}", "subject": str(number), **done} for number in range(20_000)],
        )
    for _each in range(30):
        office.case(CaseState.RESOLVED, asked_at=MORNING)
        office.put(TaskKind.FIND, office.with_promise(office.case()).id)
    a_text(office, MessageState.SENT)
    with database.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
    with asked_of(database) as asked:
        assert audit(office.service).all_is_well
    for each in plans(database, asked):
        assert "Seq Scan on cases" not in each
        assert "Seq Scan on errands" not in each
        assert "SCAN cases" not in each.replace("SCAN cases USING INDEX ix_cases_unfinished", "")
        assert "SCAN errands" not in each


# ---------------------------------------------------------------------------------------------- what it tells


def test_each_audit_is_kept_for_thirty_days(office: Office) -> None:
    for _day in range(40):
        audit(office.service)
        office.now += timedelta(days=1)
    with office.service.database.reading() as session:
        kept = session.scalars(select(Audit.at).order_by(Audit.at)).all()
        assert auditor.latest(session).at == kept[-1]  # type: ignore[union-attr]
    assert len(kept) == 31


def test_the_log_counts_and_names_nobody(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    case = office.with_promise(office.case())
    with caplog.at_level(logging.DEBUG, "hotline.operations.auditor"):
        auditor.audit_once(office.service)
        auditor.audit_once(office.service)
    assert caplog.messages == [
        "audit: 1 unfinished, 1 mended, 0 overdue. nobody is asked next: 1",
        "audit: 1 unfinished, 0 mended, 0 overdue. ",
    ]
    assert [record.levelname for record in caplog.records] == ["WARNING", "DEBUG"]
    assert str(case.id) not in caplog.text


@dataclass
class Watchman:
    """Somebody outside, who is called while all is well."""

    url: str = ""
    status: int = 200
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def watchman() -> Iterator[Watchman]:
    made = Watchman()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            self.send_response(made.status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        made.url = f"http://127.0.0.1:{server.server_port}/ping/secret"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield made
        server.shutdown()
        thread.join()


def calling(office: Office, watchman: Watchman) -> Service:
    return replace(office.service, settings=replace(office.service.settings, heartbeat_url=watchman.url))


def test_somebody_outside_is_called_only_while_all_is_well(office: Office, watchman: Watchman) -> None:
    service = calling(office, watchman)
    auditor.audit_once(service)
    assert watchman.asked == ["/ping/secret"]
    office.with_promise(office.case())
    auditor.audit_once(service)
    assert len(watchman.asked) == 1, "something had to be mended"
    auditor.audit_once(service)
    assert len(watchman.asked) == 2
    office.put(TaskKind.READY, "2026-11-21", 0)
    office.now += timedelta(minutes=3)
    auditor.audit_once(service)
    assert len(watchman.asked) == 2, "something is overdue"


def test_an_audit_that_is_broken_off_calls_nobody_and_the_next_goes_on(
    tmp_path: Path, watchman: Watchman, caplog: pytest.LogCaptureFixture
) -> None:
    settings = replace(county.settings(tmp_path), heartbeat_url=watchman.url)
    with closing(Database(settings.database_url)) as database, watched(Service(settings, database)):
        wait_until(
            lambda: caplog.messages.count("the audit was broken off: OperationalError") > 2,
            "audits are broken off",
        )
        assert watchman.asked == []
        release_to(settings, with_areas=False)
        with database.writing() as session:
            area_loading.save(session, county.AREAS)
        wait_until(lambda: len(watchman.asked) > 1, "somebody outside is called")


@contextmanager
def watched(service: Service) -> Iterator[None]:
    """An auditor looks on from a thread of its own, many times
    a second. In the end it stops as soon as it is told to."""
    stop = threading.Event()
    watching = threading.Thread(target=auditor.watch, args=(service, stop, 0.02), daemon=True)
    watching.start()
    try:
        yield
    finally:
        stop.set()
        watching.join(PATIENCE)
    assert not watching.is_alive()


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_sign_of_life_that_is_refused_or_sent_elsewhere_harms_nothing(
    office: Office, watchman: Watchman, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    watchman.status = status
    assert auditor.audit_once(calling(office, watchman)).all_is_well
    assert watchman.asked == ["/ping/secret"]
    assert caplog.messages == ["HEARTBEAT_URL was not reached: HTTPError"]
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/secret", "file:///etc/hostname", "nothing", "http://[secret"]
)
def test_a_sign_of_life_into_the_void_harms_nothing(url: str, caplog: pytest.LogCaptureFixture) -> None:
    assert not heartbeat.beat(url)
    assert "secret" not in caplog.text


# ----------------------------------------------------------------------------------- what `itikia check` says


def told(office: Office) -> list[tuple[str, bool]]:
    found = findings(office.service, Poster(office.service.settings.redis_url), {})
    return [
        (each.sentence, each.serious)
        for each in found
        if "audit" in each.sentence or "forgotten" in each.sentence
    ]


def test_a_check_tells_what_the_last_audit_found(office: Office) -> None:
    office.with_promise(office.case())
    assert told(office) == []
    office.put(TaskKind.READY, "2026-11-21", 0)
    office.now += timedelta(minutes=3)
    audit(office.service)
    office.now += timedelta(minutes=2)
    assert told(office) == [
        ("The audit 2 minutes ago found: nobody is asked next: 1; tasks overdue: 1.", False)
    ]


def test_a_check_is_alarmed_when_nobody_looks_any_more(office: Office) -> None:
    office.now += timedelta(days=1)
    assert told(office) == [], "there is nothing to look at"
    case = office.with_promise(office.case())
    office.put(TaskKind.FIND, case.id, 60)
    assert told(office) == [
        ("Nobody has looked ever whether a case is forgotten. Is the clock running? Do: itikia clock", True)
    ]
    audit(office.service)
    office.now += timedelta(minutes=5)
    assert told(office) == []
    office.now += timedelta(minutes=2)
    assert told(office) == [
        (
            (
                "Nobody has looked for 7 minutes whether a case is "
                "forgotten. Is the clock running? Do: itikia clock"
            ),
            True,
        )
    ]


# -------------------------------------------------------------------------------------------------- the clock


def test_a_case_whose_citizen_has_not_said_for_two_weeks_is_closed_and_their_word_stays_unknown(
    office: Office,
) -> None:
    asked = office.case(CaseState.RESOLVED, asked_at=MORNING)
    taken = office.case(CaseState.ACKNOWLEDGED, asked_at=MORNING, liaison_id=1)
    office.now += timedelta(days=14)
    clock.tidy(office.service)
    assert office.as_it_is(asked).state == CaseState.RESOLVED
    office.now += timedelta(minutes=1)
    clock.tidy(office.service)
    clock.tidy(office.service)
    closed = office.as_it_is(asked)
    assert (closed.state, closed.closed_at) == (CaseState.CLOSED, office.now)
    assert office.as_it_is(taken).state == CaseState.ACKNOWLEDGED
    with office.service.database.reading() as session:
        assert [(entry.what, entry.why) for entry in history_of(session, asked)] == [
            ("closed", "the citizen has not said")
        ]
        assert session.scalars(select(Verdict).where(Verdict.word.is_not(None))).all() == []


def test_the_auditor_looks_while_the_clock_runs_and_stops_with_it(office: Office) -> None:
    case, stop = office.with_promise(office.case()), threading.Event()
    ticking = threading.Thread(
        target=clock.tick, args=(office.service, Poster(office.service.settings.redis_url), stop), daemon=True
    )
    ticking.start()
    try:
        wait_until(lambda: f"open:{case.id}" in office.waiting(), "the case is mended")
    finally:
        stop.set()
        ticking.join(PATIENCE)
    wait_until(
        lambda: "auditor" not in [each.name for each in threading.enumerate()], "the auditor has stopped"
    )


def test_nothing_that_goes_wrong_stops_the_clock(
    tmp_path: Path, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings, stop = replace(county.settings(tmp_path), redis_url=redis_url), threading.Event()
    with closing(Database(settings.database_url)) as database:
        ticking = threading.Thread(
            target=clock.tick, args=(Service(settings, database), Poster(redis_url), stop), daemon=True
        )
        ticking.start()
        wait_until(
            lambda: caplog.messages.count("the clock goes on: OperationalError") > 5, "the clock goes on"
        )
        assert ticking.is_alive()
        stop.set()
        ticking.join(PATIENCE)
    assert not ticking.is_alive()


@pytest.mark.parametrize("minutes", [0, 10, 13])
def test_a_broadcast_that_stands_still_is_carried_on(world: World, minutes: int) -> None:
    numbers = readers(world, 3)
    code, mark = written(world)
    world.phone(KIPRUTO).text(f"OK {code} {mark}")
    world.pass_minutes(minutes)
    with world.service.transaction() as work:
        work.session.execute(delete(Task).where(Task.queue == Queue.BULK))
    assert audit(world.service).found == "a broadcast stood still: 1"
    world.pass_minutes(40)
    assert audit(world.service).all_is_well
    begins = en(broadcast_phrases.numbered(code, verbatim("")))
    assert [sum(text.startswith(begins) for text in world.carrier.to(each)) for each in numbers] == [1, 1, 1]
