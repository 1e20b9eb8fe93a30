"""What is misconfigured is told in words, gravest first, each with what to do about it."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
import redis
from sqlalchemy import delete, select, update

from hotline.carriers.carrier import Meaning, Sending, Unreachable
from hotline.cli.doctor import Finding, account, findings
from hotline.context import Service
from hotline.core.database import Database, journal_mode
from hotline.directory import people, shift_loading
from hotline.directory.bodies import Body, Serves
from hotline.directory.liaisons import Liaison, Role
from hotline.operations.queue import Poster
from hotline.outbox import Task, TaskKind, schedule
from hotline.places.areas import AreaRecord
from hotline.settings import Settings
from tests.scenery.carrier import PretendCarrier
from tests.scenery.county import CITIZEN, MORNING
from tests.scenery.reports import report
from tests.scenery.world import World

LIVE = {
    "CARRIER_API_KEY": "a key",
    "PUBLIC_URL": "https://hotline.example",
    "SERVICE_CODE": "*384*4455#",
    "SENDER": "22384",
    "CALLBACK_SECRETS": "a-secret-of-24-letters-x",
}


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    with closing(Database(settings.database_url)) as database:
        yield Service(settings, database, clock=lambda: MORNING)


def found(service: Service, environ: Mapping[str, str] | None = None) -> list[Finding]:
    return findings(service, Poster(service.settings.redis_url), environ or {})


def words(service: Service, *, serious: bool = True, environ: Mapping[str, str] | None = None) -> list[str]:
    return [finding.sentence for finding in found(service, environ) if finding.serious is serious]


def live(service: Service, **other: object) -> Service:
    """A hotline with a real carrier, told everything it must be told but for these."""
    values: dict[str, object] = {
        "carrier_api_key": "a key",
        "public_url": "https://hotline.example",
        "callback_secrets": ("a-secret-of-24-letters-x",),
    }
    return replace(service, settings=replace(service.settings, **values | other))  # type: ignore[arg-type]


def test_a_rehearsal_with_everybody_in_their_place_has_nothing_serious(service: Service) -> None:
    assert words(service) == []
    notes = words(service, serious=False)
    assert (
        "CARRIER_API_KEY is empty, so the simulator plays the carrier and no text reaches a real phone."
        in notes
    )
    assert any("WAL-reset" in note for note in notes) == (
        service.database.is_sqlite and journal_mode() != "WAL"
    )


def test_the_gravest_stands_first(service: Service) -> None:
    (service.settings.var / "keys").mkdir()
    spoilt = replace(
        service,
        settings=replace(
            service.settings, keys=replace(service.settings.keys, folder=service.settings.var / "keys")
        ),
    )
    order = [finding.serious for finding in found(spoilt)]
    assert order == sorted(order, reverse=True)
    assert True in order
    assert False in order


# Keys


@pytest.mark.parametrize(
    ("lost", "serious"),
    [("seal.public", True), ("index.key", True), ("vault.key", True), ("seal.private", False)],
)
def test_a_missing_key_is_named(service: Service, lost: str, serious: bool) -> None:
    folder = service.settings.var / "some"
    folder.mkdir()
    for file in service.settings.keys.folder.iterdir():
        if file.name != lost:
            (folder / file.name).write_bytes(file.read_bytes())
            (folder / file.name).chmod(0o600)
    poor = replace(
        service, settings=replace(service.settings, keys=replace(service.settings.keys, folder=folder))
    )
    (told,) = [text for text in words(poor, serious=serious) if text.startswith("KEYS")]
    assert told == f"KEYS: there is no {lost} in {folder}. `itikia keys` makes a set."
    (folder / "index.key").touch()
    (folder / "index.key").chmod(0o640)
    assert (
        f"KEYS: others on this machine can read {folder / 'index.key'}. Do: chmod 600 {folder / 'index.key'}"
        in words(poor)
    )


# A real carrier


def test_a_real_carrier_needs_what_the_operator_must_say(service: Service) -> None:
    assert words(live(service), environ=LIVE) == []
    told = words(live(service, public_url="", callback_secrets=()), environ={})
    assert [text.split()[0] for text in told] == ["PUBLIC_URL", "SERVICE_CODE", "SENDER", "CALLBACK_SECRETS"]
    assert all(" is empty. It is " in text for text in told)


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("public_url", "http://hotline.example", "PUBLIC_URL does not begin with https://"),
        ("sender", "POLISI", "SENDER is 'POLISI'. Nobody can answer a text from a name"),
    ],
)
def test_what_a_real_carrier_cannot_do_is_told(service: Service, name: str, value: str, part: str) -> None:
    (told,) = words(live(service, **{name: value}), environ=LIVE)
    assert told.startswith(part)


def test_the_sandbox_reaches_nobody(service: Service) -> None:
    assert "CARRIER_USERNAME is sandbox: texts never reach a handset." in words(
        live(service, carrier_username="sandbox"), serious=False, environ=LIVE
    )


# Queue and database


def test_a_queue_that_is_away_is_told(service: Service) -> None:
    (told,) = [
        finding for finding in findings(service, Poster("redis://127.0.0.1:9/0"), {}) if finding.serious
    ]
    assert told.sentence.startswith("REDIS_URL: the queue does not answer.")


def test_a_database_that_is_away_is_told(service: Service) -> None:
    with closing(Database("postgresql+psycopg://127.0.0.1:9/nothing")) as nowhere:
        assert "DATABASE_URL: the database does not answer." in words(replace(service, database=nowhere))


def test_an_empty_database_is_told(service: Service) -> None:
    with closing(Database(f"sqlite:///{service.settings.var}/empty.db")) as empty:
        assert "DATABASE_URL: the database is empty. Do: itikia release" in words(
            replace(service, database=empty)
        )


# Who answers


def test_without_areas_bodies_or_liaisons_it_is_told_what_to_load(service: Service) -> None:
    with service.database.writing() as session:
        session.execute(update(Liaison).values(on_duty=False))
    assert words(service) == [
        "Nobody is on duty, so nobody can be asked. Do: itikia liaisons load FILE, or have them text ON."
    ]
    with service.database.writing() as session:
        for record in (Role, Liaison, Serves, Body, AreaRecord):
            session.execute(delete(record))
    assert words(service) == [
        "There are no areas of Kenya. Do: itikia areas load FILE",
        "There are no bodies, so nobody can be asked. Do: itikia bodies load FILE",
    ]


def test_a_case_needs_somewhere_to_end(service: Service) -> None:
    with service.database.writing() as session:
        session.execute(update(Liaison).where(Liaison.body_code == "situation").values(on_duty=False))
    assert words(service) == [
        (
            "No coordinating body has anybody on duty, and a case "
            "that nobody else answers goes there all the same."
        )
    ]


def test_who_has_nobody_on_duty_and_what_nobody_answers_is_noted(service: Service) -> None:
    with service.database.writing() as session:
        session.execute(update(Liaison).where(Liaison.body_code == "women").values(on_duty=False))
        session.execute(update(Body).where(Body.code == "oversight").values(kind="peace"))
    notes = words(service, serious=False)
    assert "Nakuru Women's Desk has nobody on duty." in notes
    assert "No body of kind oversight answers 'conduct'; such cases go to the coordinating body." in notes
    assert not any("'theft'" in note for note in notes)


def test_duty_goes_by_shifts_and_mandates(service: Service) -> None:
    with service.database.writing() as session:
        desk, chebet = (
            session.scalars(select(Liaison).where(Liaison.body_code == code)).one()
            for code in ("situation", "women")
        )
        shift_loading.save(
            session,
            [shift_loading.Listed(desk.id, "0123456", 18 * 60, 6 * 60)],
            service.settings.country.zone,
            MORNING,
        )
        chebet.until = MORNING
    assert words(service) == [
        (
            "No coordinating body has anybody on duty, and a case "
            "that nobody else answers goes there all the same."
        )
    ]
    assert "Nakuru Women's Desk has nobody on duty." in words(service, serious=False)


def test_the_empty_hours_of_those_who_must_be_there_are_noted_in_two_lines(service: Service) -> None:
    def noted() -> list[str]:
        return [note for note in words(service, serious=False) if "next seven days" in note]

    assert noted() == []
    day = shift_loading.Listed(0, "0123456", 6 * 60, 22 * 60)
    with service.database.writing() as session:
        everybody = session.scalars(select(Liaison)).all()
        shift_loading.save(
            session,
            [replace(day, liaison=each.id) for each in everybody],
            service.settings.country.zone,
            MORNING,
        )
    assert noted() == [
        (
            "Hours of the next seven days with nobody on duty: National "
            "Situation Room (56 h). Which they are: itikia shifts list"
        ),
        (
            "Hours of the next seven days with nobody on duty: Kaptembwo "
            "Police Station (56 h). Which they are: itikia shifts list"
        ),
    ]
    with service.database.writing() as session:
        for number in range(5):
            session.add(Body(code=f"post-{number}", name=f"Post {number}", kind="police"))
            session.flush()
            person = people.meet(
                session, service.settings.keys, f"+25472200050{number}", MORNING, may_write=True
            )
            session.add(
                Liaison(person=person, body_code=f"post-{number}", name="A", languages="en", on_duty=False)
            )
    assert noted()[1] == (
        "Hours of the next seven days with nobody on duty: "
        "Post 0 (168 h), Post 1 (168 h), Post 2 (168 h), 3 more. "
        "Which they are: itikia shifts list"
    )


def test_a_body_without_a_supervisor_is_noted_only_where_others_have_one(service: Service) -> None:
    told = "Nobody is marked as supervisor of Kaptembwo Police Station."
    assert not any("supervisor" in note for note in words(service, serious=False))
    with service.database.writing() as session:
        session.execute(update(Liaison).where(Liaison.body_code == "women").values(supervisor=True))
    assert [note for note in words(service, serious=False) if "supervisor" in note] == [told]
    with service.database.writing() as session:
        session.execute(update(Liaison).where(Liaison.name == "Sgt. Kipruto").values(supervisor=True))
    assert told not in words(service, serious=False)


def test_a_night_that_nobody_is_asked_about_is_noted(service: Service) -> None:
    told = "READINESS is off, so nobody is asked in the evening whether they are there."
    assert told in words(replace(service, settings=replace(service.settings, readiness=None)), serious=False)
    assert told not in words(service, serious=False)


def test_that_everything_is_a_drill_is_noted(service: Service) -> None:
    told = "EXERCISE is yes, so every broadcast is a drill and none leaves the building."
    assert told in words(replace(service, settings=replace(service.settings, exercise=True)), serious=False)
    assert told not in words(service, serious=False)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("", []),
        ("situation", []),
        ("peace", []),
        (
            "situatoin",
            [
                (
                    "DEFAULT_BODY is 'situatoin', and no body has "
                    "that code. Write one that has, or leave it empty."
                )
            ],
        ),
        (
            "station",
            [
                (
                    "DEFAULT_BODY is 'station', which is police, and a report "
                    "about the police could never go there. Name another body."
                )
            ],
        ),
    ],
)
def test_what_nobody_else_answers_needs_a_body_that_is_not_police(
    service: Service, code: str, told: list[str]
) -> None:
    assert words(replace(service, settings=replace(service.settings, default_body=code))) == told


# What went wrong lately


def test_tasks_that_fail_are_counted(service: Service) -> None:
    with service.database.writing() as session:
        schedule(session, TaskKind.FIND, "nobody", MORNING, now=MORNING)
        session.flush()
        session.execute(update(Task).values(failures=3, last_failure="KeyError at worker.py:1"))
    failing = "Tasks that have failed and are tried again: 1. The workers' log says why"
    assert words(service) == [f"{failing}; one of them: KeyError at worker.py:1."]


def test_texts_that_failed_in_the_last_day_are_counted_and_then_forgotten(world: World) -> None:
    world.carrier.answers.append(Sending(Meaning.PERMANENT, "403 InvalidPhoneNumber"))
    report(world.phone(CITIZEN))
    poster = Poster(world.service.settings.redis_url)
    note = "Texts of the last day that failed, or of which we do not know whether they left: 1."
    assert note in [finding.sentence for finding in findings(world.service, poster, {})]
    world.now += timedelta(days=2)
    assert not any("of the last day" in finding.sentence for finding in findings(world.service, poster, {}))


class Knowing(PretendCarrier):
    def balance(self) -> str:
        return "KES 1785.5000"


class Strange(PretendCarrier):
    def balance(self) -> str:
        raise Unreachable("HTTP 401, and no balance in it")


def test_the_carrier_is_asked_whether_it_knows_us() -> None:
    (known,) = account(Knowing())
    assert not known.serious
    assert "KES 1785.5000" in known.sentence
    (unknown,) = account(Strange())
    assert unknown.serious
    assert "CARRIER_API_KEY" in unknown.sentence


def test_people_on_telegram_are_not_forgotten_with_its_token(service: Service) -> None:
    with service.transaction() as work:
        people.meet(work.session, work.keys, "7001", work.now, may_write=True, channel=people.TELEGRAM)
    without = live(service)
    assert [told for told in words(without, environ=LIVE) if "TELEGRAM_TOKEN" in told] == [
        "TELEGRAM_TOKEN is empty, and 1 people are written to by Telegram: their messages wait."
    ]
    assert not any(
        "TELEGRAM_TOKEN" in told for told in words(live(service, telegram_token="1:a"), environ=LIVE)
    )


def test_a_queue_that_writes_nothing_down_is_told_where_telegram_leans_on_it(service: Service) -> None:
    told = (
        "REDIS_URL: the queue does not write down what it holds, "
        "so what Telegram brings can be lost. Set: appendonly yes"
    )
    with redis.Redis.from_url(service.settings.redis_url) as client:
        client.config_set("appendonly", "no")
        try:
            assert told in words(live(service, telegram_token="1:a"), environ=LIVE)
            assert told not in words(live(service), environ=LIVE)
        finally:
            client.config_set("appendonly", "yes")
    assert told not in words(live(service, telegram_token="1:a"), environ=LIVE)
