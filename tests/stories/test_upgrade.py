"""A new release takes over a house that is in the middle of things:
see tests/data/first_house/README.md for what was left undone there."""

import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import redis
from rq import Queue as RedisQueue
from rq.serializers import JSONSerializer
from sqlalchemy import select

from hotline.carriers.carrier import Meaning, Sending
from hotline.cases.case import Case
from hotline.cases.evidence import Evidence
from hotline.conversation import chat_store
from hotline.core.database import Database
from hotline.directory import people
from hotline.operations.supervisor import embedded_queue
from hotline.rumours.rumour import Rumour, Source
from hotline.settings import Settings
from tests.scenery import county
from tests.scenery.county import ACHIENG, DESK, KIPRUTO, NJERI, WANJIKU
from tests.scenery.stack import ITIKIA, Stack, environment
from tests.scenery.waiting import PATIENCE, wait_until
from tests.scenery.world import World

FIRST_HOUSE = Path(__file__).parent.parent / "data" / "first_house"
PAUSED, COOLING, DRILL, SENDING, STOPPED = "1703", "3155", "8465", "2004", "2006"
"""Broadcasts that were not over."""
CHAT = "7003"
"""Somebody with a chat, who wants news."""

STOPPED_AT = datetime(2026, 11, 21, 8, 46, 3, tzinfo=UTC)
UPGRADED = datetime(2026, 11, 21, 8, 48, tzinfo=UTC)
"""Two minutes after the old release was stopped."""


def citizen(number: int) -> str:
    """The phone of somebody who had reported something."""
    return f"+2547110010{number:02}"


def reader(number: int) -> str:
    """The phone of somebody who wants news, or has asked whether something is true."""
    return f"+2547010020{number:02}"


def release(folder: Path, **environ: str) -> None:
    """What the operator does when a new release is there."""
    shutil.copytree(FIRST_HOUSE / "keys", folder / "keys", dirs_exist_ok=True)
    done = subprocess.run(
        [ITIKIA, "release"], env=environment(folder, **environ), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "up to date" in done.stdout


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the old database, and the new release has been there."""
    folder = tmp_path_factory.mktemp("first-house")
    with sqlite3.connect(folder / "itikia.db") as old:
        old.executescript((FIRST_HOUSE / "sqlite.sql").read_text())
    old.close()
    release(folder)
    return folder


@pytest.fixture(scope="module")
def on_postgresql(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same on PostgreSQL: the name of a database, a template for each test's own."""
    with psycopg.connect(postgresql, autocommit=True) as server:
        server.execute("CREATE DATABASE first_house")
    url = postgresql.replace("/postgres?", "/first_house?")
    with psycopg.connect(url) as old:
        old.execute((FIRST_HOUSE / "postgresql.sql").read_bytes())
    release(tmp_path_factory.mktemp("first-house"), DATABASE_URL=url)
    return "first_house"


@pytest.fixture(params=["sqlite", "postgresql"])
def upgraded(request: pytest.FixtureRequest, tmp_path: Path, redis_url: str) -> Iterator[Settings]:
    """The settings of the upgraded house."""
    shutil.copytree(FIRST_HOUSE / "keys", tmp_path / "keys")
    made = replace(county.settings(tmp_path), redis_url=redis_url)
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("on_sqlite") / "itikia.db", tmp_path / "itikia.db")
        yield replace(made, database_url=f"sqlite:///{tmp_path / 'itikia.db'}")
        return
    server, template = request.getfixturevalue("postgresql"), request.getfixturevalue("on_postgresql")
    name = f"upgraded_{abs(hash(request.node.nodeid))}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        url = server.replace("/postgres?", f"/{name}?").removeprefix("postgresql://")
        yield replace(made, database_url=f"postgresql+psycopg://{url}")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def world(upgraded: Settings) -> Iterator[World]:
    """Everybody is at work again, with the new release."""
    with redis.Redis.from_url(upgraded.redis_url) as client:
        client.flushall()
    database = Database(upgraded.database_url)
    made = World(upgraded, database)
    made.now = UPGRADED
    yield made
    made.conversations.close()
    database.close()


def has(world: World, number: str, words: str) -> int:
    """How often something with these words in it has come to a phone from the new release."""
    return sum(words in text for text in world.carrier.to(number))


# What the old house holds


STATES = {
    "cases": "open acknowledged resolved closed",
    "dispatches": "asked taken done cannot unanswered lapsed superseded",
    "promises": "open kept missed void",
    "messages": "waiting sending sent unknown failed withheld",
    "broadcasts": "draft checked submitted approved cooling first sending sent "
    "stopped corrected withdrawn expired",
    "copies": "listed sends gone doubtful refused held",
    "rumours": "new checking likely unlikely true false unknown",
    "subscriptions": "asked on off",
    "errands": "waiting done dropped",
}
WAIT = (
    "deliver open escalate find follow_up promise "
    "still lapse ready warn redraw cool list go go_on "
    "batch remind expire review balance rumour answer"
)
ABOUT = "dispatch news case follow_up answer duty alarm consult broadcast rumour"
BEGIN = (
    "dispatch received late gone_on nobody still copy asked taken "
    "coming there lapsed danger more sent call alarm answer way_in ready"
)


def test_the_old_house_has_something_in_every_state_and_the_same_on_both_databases() -> None:
    house = sqlite3.connect(":memory:")
    house.executescript((FIRST_HOUSE / "sqlite.sql").read_text())

    def found(query: str) -> set[str]:
        return {str(row[0]) for row in house.execute(query)}

    assert found("SELECT version_num FROM alembic_version") == {"0004"}
    for table, states in STATES.items():
        assert found(f"SELECT state FROM {table}") == set(states.split()), table
    assert found("SELECT what FROM errands WHERE state = 'waiting'") == set(WAIT.split())
    assert found("SELECT about FROM messages") == set(ABOUT.split())
    assert found("SELECT substr(key, 1, instr(key, ':') - 1) FROM messages") >= set(BEGIN.split())
    assert found("SELECT count(*) FROM errands WHERE failures > 0 AND state = 'waiting'") == {"1"}
    assert found("SELECT count(*) FROM broadcasts WHERE paused_at IS NOT NULL AND state = 'first'") == {"1"}
    house.close()
    here, there = (inserted(FIRST_HOUSE / f"{engine}.sql") for engine in ("sqlite", "postgresql"))
    assert here == there


def inserted(file: Path) -> list[str]:
    """Into which tables, row by row."""
    return [line.split()[2] for line in file.read_text().splitlines() if line.startswith("INSERT INTO ")]


def test_whatever_was_locked_away_opens(world: World) -> None:
    with world.service.read() as work:
        keys = work.keys
        told = [case.details(keys) for case in work.session.scalars(select(Case)) if case.contact != "erased"]
        assert len(told) == 18
        assert all("vijana wenye silaha" in words or "askari alimpiga kijana" in words for words in told)
        assert all(
            piece.content(keys).startswith(b"\xff\xd8")
            for piece in work.session.scalars(select(Evidence)).all()
        )
        assert "Ballot boxes were burnt at the stadium" in [
            rumour.claim(keys) for rumour in work.session.scalars(select(Rumour))
        ]
        assert "my cousin saw them" in [source.note(keys) for source in work.session.scalars(select(Source))]
        talk = chat_store.find(
            work.session, keys.vault, people.number_index(keys, "7009", people.TELEGRAM), work.now
        )
        assert talk is not None
        assert (talk.language, talk.answers, talk.screen) == (
            "en",
            (("wish", "report"), ("category", "theft")),
            42,
        )


# Cases


def test_a_case_whose_time_was_up_goes_to_the_next_and_its_citizen_hears_from_us_at_the_time_we_said(
    world: World,
) -> None:
    world.pass_minutes(0.1)
    assert has(world, WANJIKU, "MUHOGO: Mtu aliyepotea, London, Nakuru. vijana wenye silaha") == 1
    assert has(world, citizen(21), "samahani") == 0
    world.now = datetime(2026, 11, 21, 9, 15, tzinfo=UTC)
    world.tick()
    assert has(world, citizen(21), "9645-4597: samahani, hakuna jibu bado.") == 1


def test_one_who_dials_in_reads_how_their_case_stands_and_a_liaison_takes_it(world: World) -> None:
    world.pass_minutes(0.1)
    caller = world.phone(citizen(21))
    caller.dial()
    caller.choose("Kesi yangu")
    assert "12:15" in caller.press("9645-4597")
    world.phone(WANJIKU).text("1 MUHOGO")
    assert caller.new_texts() == ["9645-4597: inashughulikiwa sasa."]
    caller.dial()
    caller.choose("Kesi yangu")
    assert "12:15" not in caller.press("9645-4597")


def test_what_was_reported_in_the_last_minute_is_taken_up_though_that_had_failed_before(world: World) -> None:
    world.pass_minutes(0.1)
    assert has(world, citizen(15), "6939-5723: imepokelewa. Utajibiwa kabla ya 12:16.") == 1
    assert has(world, KIPRUTO, "Ghasia au mkusanyiko, Kaptembwo, Nakuru. Ripoti ya 9 kuhusu hili") == 1


def test_who_was_asked_whether_they_are_still_on_it_and_does_not_say_has_it_no_more(world: World) -> None:
    world.pass_minutes(2.9)
    assert has(world, KIPRUTO, "PUNDA inakwenda kwa mwingine") == 0
    world.pass_minutes(0.2)
    assert has(world, KIPRUTO, "PUNDA inakwenda kwa mwingine") == 1
    assert has(world, ACHIENG, "PUNDA: Violence or a gathering") == 1
    assert has(world, citizen(20), "4167-7373: samahani, sasa tunatafuta mwingine.") == 1


def test_a_citizen_is_asked_whether_help_came_and_their_word_closes_the_case(world: World) -> None:
    world.pass_minutes(0.1)
    assert has(world, citizen(14), "1712-8440: je, msaada ulifika?") == 1
    assert has(world, citizen(22), "8206-3317: je, msaada ulifika?") == 1
    for number in (14, 22, 2):  # the last was asked by the old release, hours ago
        world.phone(citizen(number)).text("NDIYO")
    references = [reference.replace("-", "") for reference in ("1712-8440", "8206-3317", "7934-6088")]
    assert {case.state for case in world.cases() if case.reference in references} == {"closed"}


# Texts


LEAVE = (
    (citizen(12), "inashughulikiwa sasa."),
    (citizen(13), "inashughulikiwa sasa."),
    (citizen(16), "3587-4174: imepokelewa."),
    (citizen(19), "5664-1882: imepokelewa."),
    (citizen(25), "7227-0737: kuna habari."),
    (citizen(30), "Kutufikia piga *384*4455#."),
    (KIPRUTO, "NDEGE: Ghasia au mkusanyiko"),
    (KIPRUTO, "PUNDA: mwananchi anaongeza: wameongezeka sasa"),
    (KIPRUTO, "MWEWE: ripoti nyingine."),
    (KIPRUTO, "TAI: mwananchi anasema yuko hatarini sasa."),
    (KIPRUTO, "KORONGO: mwananchi ametuma picha au sauti."),
    (KIPRUTO, "Uko zamuni usiku huu."),
    (ACHIENG, "DUMA is yours."),
    (NJERI, "BATA: Conduct of a police officer"),
    (WANJIKU, "R4: waliouliza wanaambiwa sasa (1)."),
    (DESK, "Sgt. Kipruto asks for help. Place: London, Nakuru."),
)
"""What waited, and is still so."""
STAY = (
    (citizen(12), "samahani, hakuna jibu bado", "somebody has it: it is not late"),
    (citizen(13), "inakwenda kwa mwingine", "nor does it go on"),
    (citizen(13), "tunatafuta mwingine", "in no words"),
    (KIPRUTO, "NYANI: bado unaishughulikia?", "it is done: nobody asks after it"),
    (ACHIENG, "DUMA: Threat", "nor is it put before one who has it"),
    (citizen(17), "imepokelewa", "the time that it promises is past"),
    (citizen(23), "imepokelewa", "they want no texts"),
)
"""What waited, and is not so any more: for whom, what it says, and why."""


def test_what_waited_to_leave_leaves_once(world: World) -> None:
    world.pass_minutes(0.5)
    assert [(number, words) for number, words in LEAVE if has(world, number, words) != 1] == []


def test_what_is_not_so_any_more_never_leaves(world: World) -> None:
    world.pass_minutes(8)
    assert [why for number, words, why in STAY if has(world, number, words)] == []


def test_what_somebody_died_over_is_sent_again_to_a_liaison_and_never_to_a_citizen(world: World) -> None:
    world.pass_minutes(0.5)
    assert has(world, KIPRUTO, "KASUKU: Ghasia au mkusanyiko") == 1
    assert has(world, citizen(18), "imepokelewa") == 0


def test_a_receipt_that_came_before_its_text_was_written_down_is_matched(world: World) -> None:
    def name(number: str, text: str) -> None:
        if number == KIPRUTO and text.startswith("NYUKI: Ghasia"):
            world.carrier.answers.appendleft(Sending(Meaning.ACCEPTED, "101 Success", "ATXid_early"))

    world.carrier.on_send = name
    world.pass_minutes(0.1)
    assert has(world, KIPRUTO, "NYUKI: Ghasia") == 1
    assert has(world, ACHIENG, "Violence or a gathering, Kaptembwo") == 1, (
        "that it would never arrive was known already, so the next is asked at once"
    )


# Broadcasts


def test_a_broadcast_on_its_way_goes_on_and_what_is_in_doubt_is_never_sent_again(world: World) -> None:
    world.pass_minutes(1)
    assert [has(world, reader(number), f"Itikia {SENDING}: ") for number in range(41, 47)] == [
        1,
        0,
        0,
        0,
        0,
        0,
    ]
    assert has(world, CHAT, f"Itikia {SENDING}: ") == 1
    told = [text for text in world.carrier.to(WANJIKU) if text.startswith(f"{SENDING} ilitumwa")]
    assert told == [f"{SENDING} ilitumwa kwa 4 kati ya 7. Kwa 2 hatujui."], (
        "one of three in doubt is settled by the receipt that had come"
    )


def test_what_was_stopped_never_leaves(world: World) -> None:
    world.pass_minutes(5)
    assert has(world, CHAT, f"Itikia {STOPPED}: ") == 0
    assert [has(world, reader(number), f"Itikia {STOPPED}: ") for number in range(41, 47)] == [0] * 6


def test_a_paused_broadcast_goes_on_when_somebody_texts_so(world: World) -> None:
    there = [reader(number) for number in range(1, 26)]
    world.pass_minutes(3)
    assert not any(has(world, each, f"Itikia {PAUSED}: ") for each in there)
    world.phone(KIPRUTO).text(f"GO {PAUSED}")
    world.pass_minutes(6)
    assert sorted(has(world, each, f"Itikia {PAUSED}: ") for each in there) == [0] * 2 + [1] * 23, (
        "two had it from the old release"
    )


def test_one_that_was_cooling_goes_at_the_time_that_was_said(world: World) -> None:
    there = [reader(number) for number in range(31, 36)]
    world.pass_minutes(3.9)
    assert not any(has(world, each, f"Itikia {COOLING}: ") for each in there)
    world.pass_minutes(6)
    assert [has(world, each, f"Itikia {COOLING}: ") for each in there] == [1, 1, 1, 1, 0], (
        "the last has said meanwhile that they want no more"
    )


def test_one_that_was_put_to_others_is_approved_by_its_mark(world: World) -> None:
    world.pass_minutes(0.1)
    assert has(world, KIPRUTO, f"tuma OK {DRILL} 375") == 1, "they are reminded"
    world.phone(KIPRUTO).text(f"OK {DRILL} 375")
    assert f"{DRILL} imeidhinishwa na itatumwa baada ya dakika 10." in world.carrier.to(KIPRUTO)[-1]


def test_a_receipt_that_comes_now_settles_what_the_old_release_left_in_doubt(world: World) -> None:
    world.pass_minutes(1)
    committee = world.phone(WANJIKU)
    committee.text(f"SOMA {SENDING}")
    assert committee.inbox[-1].endswith("6 kati ya 7 wameupata.")
    world.phone(reader(43)).receipt("ATXid_late", "Failed")
    committee.text(f"SOMA {SENDING}")
    assert committee.inbox[-1].endswith("5 kati ya 7 wameupata.")


# Rumours and news


def test_whoever_asked_hears_what_was_found_out(world: World) -> None:
    world.pass_minutes(1)
    assert world.carrier.to(reader(55)) == [
        "R4, checked at 11:46: it is true. Two sources say so. Please stay calm and safe."
    ]
    assert not any(world.carrier.to(reader(number)) for number in (51, 52, 53, 54, 56, 57, 58, 59, 60))
    world.phone(WANJIKU).text("TRUE R2 I stood on it")
    world.phone(DESK).text("TRUE R2 the engineer says so")
    world.pass_minutes(1)
    assert [has(world, reader(number), "R2, checked at 11:49: it is true.") for number in (53, 58)] == [1, 0]


def test_one_who_had_asked_for_news_says_yes_once_more(world: World) -> None:
    world.pass_minutes(0.1)
    assert has(world, citizen(31), "Do you want checked news about Kaptembwo, Nakuru by text?") == 1
    world.phone(citizen(31)).text("1")
    assert world.carrier.to(citizen(31))[-1].startswith("You will get checked news about Kaptembwo.")


# What the old release had put on the queue


JOBS = ("hotline.errand", "hotline.jobs.Worker.run", "hotline.errand.of.another.house")
"""What a job of the old release names, and what nobody can import any more."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_job_that_the_old_release_left_on_the_queue_does_no_harm_and_its_task_is_done(
    request: pytest.FixtureRequest, folder: Path, engine: str
) -> None:
    """Real processes, on the clock of today: the old house was stopped a minute ago."""
    settings = {} if engine == "sqlite" else {"DATABASE_URL": request.getfixturevalue("empty_postgresql")}
    escalation = old_house_of_today(folder / "var", **settings)
    release(folder / "var", **settings)
    stack = Stack(folder, **settings)
    leave_jobs(stack, escalation)
    try:
        stack.start()
        stack.town.phone(WANJIKU).wait_for_text("MUHOGO: Mtu aliyepotea", seconds=PATIENCE)
        stack.town.phone(citizen(15)).wait_for_text("6939-5723: imepokelewa.", seconds=PATIENCE)
        running = stack.pid("work urgent")
        reference = stack.gateway("+254711009999").report("smoke behind the mill")
        stack.town.phone("+254711009999").wait_for_text(reference, seconds=PATIENCE)
        assert stack.pid("work urgent") == running, "the same worker is at work still"
        assert sum("MUHOGO: Mtu" in text.body for text in stack.town.phone(WANJIKU).inbox()) == 1
    finally:
        stack.stop()


def old_house_of_today(folder: Path, **settings: str) -> int:
    """The old database, as if it had been stopped a minute ago.
    Returns the errand whose case waits for the next liaison."""
    later = datetime.now(UTC) - timedelta(minutes=1) - STOPPED_AT

    def moved(found: re.Match[str]) -> str:
        return f"{datetime.fromisoformat(found[0]) + later:%Y-%m-%d %H:%M:%S.%f}"

    folder.mkdir(parents=True)
    old = (FIRST_HOUSE / f"{'postgresql' if settings else 'sqlite'}.sql").read_text()
    old = re.sub(r"2026-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", moved, old)
    query = (
        "SELECT e.id FROM errands e JOIN dispatches d ON e.subject "
        "= CAST(d.id AS VARCHAR) JOIN cases c ON d.case_id = c.id "
    )
    query += "WHERE e.what = 'escalate' AND e.state = 'waiting' AND c.reference = '96454597'"
    if settings:
        with psycopg.connect(settings["DATABASE_URL"]) as server:
            server.execute(old.encode())
            (found,) = server.execute(query).fetchone() or (0,)
    else:
        house = sqlite3.connect(folder / "itikia.db")
        house.executescript(old)
        (found,) = house.execute(query).fetchone()
        house.close()
    return int(found)


def leave_jobs(stack: Stack, errand: int) -> None:
    """What the old release had posted, on the queue's disk: as it was named then, unreadable now."""
    queue = embedded_queue(stack.settings.redis_socket.parent, stack.environ)
    queue.start()
    wait_until(stack.settings.redis_socket.exists, "the queue is there")
    with redis.Redis(unix_socket_path=str(stack.settings.redis_socket)) as connection:
        wait_until(lambda: answers_now(connection), "the queue answers")
        posted = RedisQueue("urgent", connection=connection, serializer=JSONSerializer)
        for number, name in enumerate(JOBS):
            posted.enqueue_call(
                name,
                (errand,),
                job_id=f"errand_{errand}_{number}",
                timeout=60,
                result_ttl=60,
                failure_ttl=3600,
            )
    queue.stop()
    queue.wait(10)


def answers_now(connection: redis.Redis) -> bool:
    with suppress(redis.RedisError):
        return bool(connection.ping())
    return False
