"""Every evening those who have the night are asked whether they
are there, and who coordinates is told where it has holes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from hotline import outbox
from hotline.cases.dispatch import Dispatch
from hotline.core.gsm import fits
from hotline.core.i18n import say, verbatim
from hotline.directory import liaisons, shift_loading
from hotline.duty import night_check
from hotline.duty import phrases as duty_phrases
from hotline.duty.night_check import THREE_TEXTS, Ping
from hotline.duty.phrases import Tonight
from hotline.outbox import Task, TaskKind
from tests.scenery.county import ACHIENG, CHEBET, CITIZEN, DESK, KIPRUTO, NJERI, WANJIKU
from tests.scenery.labels import en
from tests.scenery.reports import report
from tests.scenery.world import World, liaison

EVERYBODY = (KIPRUTO, ACHIENG, WANJIKU, CHEBET, NJERI, DESK)
EVENING = datetime(2026, 11, 21, 15, tzinfo=UTC)
"""Six o'clock in Nairobi."""
TONIGHT = "2026-11-21"
ASKED = en(duty_phrases.are_you_there())
NIGHTS = shift_loading.Listed(0, "0123456", 18 * 60, 6 * 60)
OFFICE = shift_loading.Listed(0, "01234", 8 * 60, 17 * 60)


def give(world: World, pattern: shift_loading.Listed, *numbers: str) -> None:
    with world.service.transaction() as work:
        listed = [replace(pattern, liaison=liaison(work, number).id) for number in numbers]
        shift_loading.save(work.session, listed, work.country.zone, work.now)


def everybody_in_english(world: World) -> None:
    with world.service.transaction() as work:
        for number in EVERYBODY:
            liaison(work, number).person.language = "en"


def plan(world: World) -> None:
    with world.service.transaction() as work:
        night_check.plan(work)


def planned(world: World) -> list[tuple[str, datetime]]:
    with world.service.read() as work:
        rows = work.session.execute(
            select(Task.subject, Task.due_at).where(Task.what == TaskKind.READY).order_by(Task.due_at)
        )
        return [(subject, due) for subject, due in rows]


def ask(world: World, evening: str = TONIGHT) -> None:
    with world.service.transaction() as work:
        night_check.ask(work, evening)
    world.settle()


def warn(world: World, evening: str = TONIGHT) -> None:
    with world.service.transaction() as work:
        night_check.warn(work, evening)
    world.settle()


def answer(world: World, *numbers: str) -> list[bool]:
    with world.service.transaction() as work:
        return [night_check.answered(work, liaison(work, number)) for number in numbers]


def state(world: World) -> list[str]:
    with world.service.read() as work:
        return night_check.state_of_tonight(work)


def elsewhere(world: World, zone: str, at: time | None) -> None:
    """The same hotline, in a country with this clock."""
    country = replace(world.service.settings.country, zone=ZoneInfo(zone))
    world.service.settings = replace(world.service.settings, country=country, readiness=at)


# When


def test_the_next_evening_is_planned_once_and_not_again_when_it_is_done(world: World) -> None:
    for _ in range(2):
        plan(world)
    assert planned(world) == [(TONIGHT, EVENING)]
    world.now = EVENING + timedelta(hours=1)
    with world.service.transaction() as work:
        outbox.complete(work.session, TaskKind.READY, TONIGHT)
    for _ in range(2):
        plan(world)
    assert planned(world) == [(TONIGHT, EVENING), ("2026-11-22", EVENING + timedelta(days=1))]
    with world.service.read() as work:
        states = work.session.scalars(
            select(Task.state).where(Task.what == TaskKind.READY).order_by(Task.due_at)
        )
        assert list(states) == ["done", "waiting"]


def test_one_evening_is_not_asked_about_twice_when_its_hour_is_put_off(world: World) -> None:
    plan(world)
    world.now = EVENING
    with world.service.transaction() as work:
        outbox.complete(work.session, TaskKind.READY, TONIGHT)
    elsewhere(world, "Africa/Nairobi", time(20))
    plan(world)
    assert planned(world) == [(TONIGHT, EVENING)]


@pytest.mark.parametrize(
    ("now", "due"), [("2026-03-28T20:00", "2026-03-29T17:00"), ("2026-10-24T20:00", "2026-10-25T18:00")]
)
def test_it_stays_six_o_clock_when_the_clock_changes(world: World, now: str, due: str) -> None:
    elsewhere(world, "Europe/London", time(18))
    world.now = datetime.fromisoformat(now).replace(tzinfo=UTC)
    plan(world)
    assert [at for _evening, at in planned(world)] == [datetime.fromisoformat(due).replace(tzinfo=UTC)]


def test_with_readiness_off_nobody_is_asked(world: World) -> None:
    elsewhere(world, "Africa/Nairobi", None)
    plan(world)
    assert planned(world) == []
    world.now = EVENING
    ask(world)
    warn(world)
    assert all(world.phone(number).inbox == [] for number in EVERYBODY)


def test_what_is_done_a_day_late_asks_nobody_about_last_night(world: World) -> None:
    world.now = EVENING + timedelta(hours=12)
    ask(world)
    warn(world)
    assert all(world.phone(number).inbox == [] for number in EVERYBODY)


# The question


def test_everybody_who_has_part_of_the_night_is_asked_once(world: World) -> None:
    everybody_in_english(world)
    give(world, NIGHTS, KIPRUTO)
    give(world, replace(NIGHTS, begins=5 * 60), ACHIENG)
    give(world, OFFICE, WANJIKU)
    world.now = EVENING
    for _ in range(2):
        ask(world)
    assert [world.phone(number).inbox for number in (KIPRUTO, ACHIENG, WANJIKU)] == [[ASKED], [ASKED], []]
    with world.service.read() as work:
        due = work.session.scalar(select(Task.due_at).where(Task.key == f"warn:{TONIGHT}"))
    assert due == EVENING + timedelta(hours=1)


def test_whatever_they_say_within_a_day_is_an_answer_once(world: World) -> None:
    world.now = EVENING
    assert answer(world, KIPRUTO) == [False], "nobody had asked"
    ask(world)
    assert answer(world, KIPRUTO, KIPRUTO) == [True, False]
    world.now += timedelta(hours=24)
    assert answer(world, ACHIENG) == [False], "that was yesterday's"


# The warning


def test_where_all_is_well_nobody_is_warned(world: World) -> None:
    world.now = EVENING
    ask(world)
    answer(world, *EVERYBODY)
    warn(world)
    assert len(world.phone(DESK).inbox) == 1, "the question only"
    assert state(world) == []


def test_who_coordinates_is_told_what_is_not_well(world: World) -> None:
    everybody_in_english(world)
    give(world, replace(OFFICE, days="0123456", ends=20 * 60), CHEBET)
    give(world, replace(NIGHTS, begins=21 * 60), NJERI)
    with world.service.transaction() as work:
        phone = liaison(work, ACHIENG).person.phone
        assert phone is not None
        phone.opted_out_at = work.now
        closed = liaison(work, WANJIKU).person.phone
        assert closed is not None
        closed.close(work.now)
    world.now = EVENING
    ask(world)
    answer(world, CHEBET, NJERI, DESK)
    desk = world.phone(DESK)
    desk.new_texts()
    world.now += timedelta(hours=1)
    for _ in range(2):
        warn(world)
    expected = [
        en(
            duty_phrases.nobody_on_duty(
                verbatim(
                    "Nakuru Women's Desk 20:00-07:00; Police Oversight Authority 19:00-21:00, 06:00-07:00"
                )
            )
        ),
        en(
            duty_phrases.cannot_be_reached(
                verbatim("Mama Wanjiku, Nakuru Peace Committee; Cpl. Achieng, Kaptembwo Police Station")
            )
        ),
        en(duty_phrases.not_answered(verbatim("Sgt. Kipruto, Kaptembwo Police Station"))),
    ]
    assert desk.new_texts() == ["\n".join([en(duty_phrases.TONIGHT), *expected])]
    assert state(world) == expected
    assert all(
        not text.startswith(en(duty_phrases.TONIGHT))
        for number in (KIPRUTO, CHEBET, NJERI)
        for text in world.phone(number).inbox
    )


def evenings(world: World, number: int) -> Iterable[int]:
    """One evening after another, in which everybody but Kipruto answers."""
    for evening in range(number):
        world.now = EVENING + timedelta(days=evening)
        ask(world, f"2026-11-{21 + evening}")
        answer(world, *(other for other in EVERYBODY if other != KIPRUTO))
        yield evening


def test_a_phone_that_was_silent_for_three_evenings_is_told_of(world: World) -> None:
    told = [state(world) for _ in evenings(world, 3)]
    who = verbatim("Sgt. Kipruto, Kaptembwo Police Station")
    assert told == [
        [en(duty_phrases.not_answered(who))],
        [en(duty_phrases.not_answered(who))],
        [en(duty_phrases.silent(who))],
    ]
    answer(world, KIPRUTO)
    assert state(world) == []


def test_one_who_takes_cases_is_not_silent(world: World) -> None:
    who = verbatim("Sgt. Kipruto, Kaptembwo Police Station")
    for evening in evenings(world, 3):
        if evening == 1:
            report(world.phone(CITIZEN))
            with world.service.transaction() as work:
                asked = work.session.scalars(select(Dispatch)).first()
                assert asked is not None
                asked.liaison_id, asked.taken_at = liaison(work, KIPRUTO).id, work.now
    assert state(world) == [en(duty_phrases.not_answered(who))]


def test_one_whose_mandate_is_over_is_neither_asked_nor_told(world: World) -> None:
    with world.service.transaction() as work:
        for number in (KIPRUTO, DESK):
            liaisons.remove(liaison(work, number), work.now)
    world.now = EVENING
    ask(world)
    warn(world)
    assert world.phone(KIPRUTO).inbox == world.phone(DESK).inbox == []
    with world.service.read() as work:
        assert work.session.scalar(select(func.count()).select_from(Ping)) == 4


@pytest.mark.parametrize("language", ["en", "sw"])
@pytest.mark.parametrize("length", [1, 5, 200])
def test_a_warning_is_three_texts_at_most_and_names_whom_it_can(language: str, length: int) -> None:
    for name, fullest in (("Sgt. Kipruto, Kaptembwo", False), ("N" * 80 + ", " + "B" * 120, True)):
        names = tuple(f"{name} {number}" for number in range(length))
        words = night_check.fitting(Tonight(names, names, names, names), language)
        assert fits(say(words, language), **THREE_TEXTS)
        assert (name in say(words, language)) is not fullest


def test_a_list_that_is_cut_says_how_many_more_there_are() -> None:
    (line,) = duty_phrases.lines(Tonight(unanswered=("A", "B", "C")), 2)
    assert line == duty_phrases.not_answered(duty_phrases.and_more("A; B", 1))
    (line,) = duty_phrases.lines(Tonight(unanswered=("A", "B", "C")), 0)
    assert line == duty_phrases.not_answered(verbatim("3"))


def test_every_word_of_duty_fits_one_text() -> None:
    for words in (duty_phrases.are_you_there(), duty_phrases.thanks_ready()):
        for language in ("en", "sw"):
            assert fits(say(words, language)), say(words, language)
