"""What Prometheus is told, and whoever else asks is not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select, text, update
from werkzeug.test import TestResponse

from hotline.core.database import Database
from hotline.messaging.message import Message
from hotline.operations.auditor import Audit
from hotline.outbox import Task, TaskKind
from tests.scenery.county import CITIZEN, KIPRUTO
from tests.scenery.doors import Knocker
from tests.scenery.reports import report
from tests.scenery.waiting import as_hasty_as_in_production
from tests.scenery.world import World
from webhooks.carriers import sorry
from webhooks.metrics import metrics

TOKEN = "a-token-for-prometheus"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}

Figures = dict[tuple[str, str], float]


def page(world: World) -> FlaskClient:
    app = Flask(__name__)
    app.register_blueprint(metrics(world.service))
    app.register_error_handler(Exception, sorry)
    return app.test_client()


@pytest.fixture
def prometheus(world: World) -> FlaskClient:
    world.service.settings = replace(world.service.settings, metrics_token=TOKEN)
    return page(world)


def figures(answer: TestResponse) -> Figures:
    """The numbers, by the name without `itikia_` and the value of the label."""
    samples = [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]
    return {
        (each.name.removeprefix("itikia_"), next(iter(each.labels.values()), "")): each.value
        for each in samples
    }


def told(prometheus: FlaskClient) -> Figures:
    answer = prometheus.get("/metrics", headers=SHOWN)
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        200,
        "text/plain; version=0.0.4; charset=utf-8",
    )
    return figures(answer)


# Who is told


@pytest.mark.parametrize(
    "shown",
    [
        "",
        TOKEN,
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"bearer {TOKEN}",
        f"Basic {TOKEN}",
        "Bearer ",
        "Bearer é",
        "Bearer",
    ],
)
def test_whoever_does_not_show_the_token_is_turned_away(prometheus: FlaskClient, shown: str) -> None:
    answer = prometheus.get("/metrics", headers={"Authorization": shown} if shown else {})
    assert (answer.status_code, answer.text) == (401, "Unauthorized\n")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("shown", ["", "Bearer ", "Bearer", f"Bearer {TOKEN}"])
def test_where_no_token_is_set_there_is_no_such_page(world: World, shown: str) -> None:
    answer = page(world).get("/metrics", headers={"Authorization": shown} if shown else {})
    assert (answer.status_code, answer.text) == (404, "Not Found\n")


def test_the_token_is_not_taken_in_the_address_and_nothing_can_be_posted(prometheus: FlaskClient) -> None:
    assert prometheus.get(f"/metrics?token={TOKEN}").status_code == 401
    assert prometheus.post("/metrics", headers=SHOWN).status_code == 404
    assert prometheus.get("/metrics/", headers=SHOWN).status_code == 404


def test_it_is_at_the_public_door(knocker: Knocker) -> None:
    assert knocker.ask("/metrics", method="GET").status == 404
    knocker.world.service.settings = replace(knocker.world.service.settings, metrics_token=TOKEN)
    assert knocker.ask("/metrics", method="GET").status == 401
    assert "itikia_database_reachable 1.0" in knocker.ask("/metrics", method="GET", headers=SHOWN).body


# What is told


def test_on_a_quiet_day_everything_is_nought_and_what_never_was_is_left_out(prometheus: FlaskClient) -> None:
    found = told(prometheus)
    assert found.pop(("database_reachable", "")) == 1
    assert set(found.values()) == {0}
    assert {name for name, _label in found} == {
        "errands_due", "errand_oldest_due_seconds", "steps_overdue",
        "errands_failing", "messages_last_hour", "cases_unfinished",
    }  # fmt: skip


def test_nothing_of_anybody_is_told(world: World, prometheus: FlaskClient) -> None:
    report(world.phone(CITIZEN))
    (case,) = world.cases()
    answer = prometheus.get("/metrics", headers=SHOWN).text
    for secret in (
        CITIZEN.lstrip("+"),
        KIPRUTO.lstrip("+"),
        "Kipruto",
        "Kaptembwo",
        "KE032",
        "station",
        case.reference,
        str(case.id),
    ):
        assert secret not in answer
    assert case.details(world.service.settings.keys)
    assert not [
        word for word in case.details(world.service.settings.keys).split() if len(word) > 3 and word in answer
    ]


def test_every_figure_says_in_words_what_it_is(world: World, prometheus: FlaskClient) -> None:
    lines = prometheus.get("/metrics", headers=SHOWN).text.splitlines()
    named = {line.partition("{")[0].partition(" ")[0] for line in lines if not line.startswith("#")}
    helped = {line.split()[2] for line in lines if line.startswith("# HELP ")}
    assert named
    assert named <= helped


def test_what_nobody_does_grows_old_however_often_it_is_posted(world: World, prometheus: FlaskClient) -> None:
    with world.service.transaction() as work:
        work.schedule(TaskKind.OPEN, "one")
        work.schedule(TaskKind.ESCALATE, "two", work.now + timedelta(minutes=3))
    world.posted.clear()
    world.now += timedelta(minutes=5)
    for _time in range(2):
        with world.service.database.writing() as session:
            session.execute(
                update(Task).values(posted=Task.posted + 1, due_at=world.now + timedelta(seconds=15))
            )
        found = told(prometheus)
        assert (found["errands_due", "urgent"], found["errand_oldest_due_seconds", "urgent"]) == (2, 300)
        assert (found["errands_due", "bulk"], found["errand_oldest_due_seconds", "bulk"]) == (0, 0)
        assert (found["steps_overdue", "escalate"], found["steps_overdue", "find"]) == (1, 0)


def test_what_is_still_in_time_or_done_is_not_due(world: World, prometheus: FlaskClient) -> None:
    with world.service.transaction() as work:
        work.schedule(TaskKind.ESCALATE, "one", work.now + timedelta(minutes=3))
        work.schedule(TaskKind.FIND, "two")
        work.schedule(TaskKind.PROMISE, "three")
    with world.service.database.writing() as session:
        session.execute(update(Task).where(Task.what == TaskKind.FIND).values(state="done"))
    world.now += timedelta(seconds=60)
    found = told(prometheus)
    assert found["errands_due", "urgent"] == 1
    assert found["steps_overdue", "promise"] == 0, "a minute is not more than a minute"


def test_a_day_in_figures(world: World, prometheus: FlaskClient) -> None:
    phone = world.phone(CITIZEN)
    report(phone)
    phone.hang_up()
    world.now += timedelta(seconds=100)
    with world.service.database.writing() as session:
        session.add(Audit(at=world.now - timedelta(hours=9), unfinished=1, mended=9, overdue=0))
        session.add(Audit(at=world.now - timedelta(seconds=30), unfinished=1, mended=2, overdue=0))
        first = session.scalars(select(Message.id).limit(1)).one()
        session.execute(update(Message).where(Message.id == first).values(state="failed"))
        session.execute(update(Task).where(Task.what == TaskKind.ESCALATE).values(failures=1))
    found = told(prometheus)
    assert (found["audit_age_seconds", ""], found["audit_mended", ""]) == (30, 2)
    assert found["carrier_callback_age_seconds", "ended"] == 100
    assert ("carrier_callback_age_seconds", "receipt") not in found
    assert (found["cases_unfinished", "open"], found["cases_unfinished", "acknowledged"]) == (1, 0)
    assert (found["messages_last_hour", "failed"], found["messages_last_hour", "sent"]) == (1, 1)
    assert found["errands_failing", ""] == 1
    world.now += timedelta(hours=1)
    assert told(prometheus)["messages_last_hour", "sent"] == 0


# What breaks


def test_while_the_database_is_gone_it_says_no_more_than_that(world: World, prometheus: FlaskClient) -> None:
    there = world.service.database
    away = "sqlite:////nowhere/itikia.db" if there.is_sqlite else "postgresql+psycopg://nobody@127.0.0.1:9/x"
    world.service.database = Database(away)
    answer = prometheus.get("/metrics", headers=SHOWN)
    world.service.database = there
    assert (answer.status_code, figures(answer)) == (503, {("database_reachable", ""): 0})
    assert told(prometheus)["database_reachable", ""] == 1


def test_while_the_database_is_locked_it_does_not_wait_for_ever(
    world: World, prometheus: FlaskClient
) -> None:
    with as_hasty_as_in_production(world.service) as there:
        with there.engine.connect() as connection:
            if there.is_sqlite:
                connection.execute(text("PRAGMA locking_mode=EXCLUSIVE"))
                connection.execute(text("UPDATE errands SET posted = posted"))
                connection.exec_driver_sql("COMMIT")
            else:
                connection.execute(text("LOCK TABLE errands IN ACCESS EXCLUSIVE MODE"))
            answer = prometheus.get("/metrics", headers=SHOWN)
            assert (answer.status_code, figures(answer)) == (503, {("database_reachable", ""): 0})
            connection.invalidate()
        assert told(prometheus)["database_reachable", ""] == 1
