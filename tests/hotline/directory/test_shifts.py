"""Who is on duty when: by the clock on the wall, whatever it does, and by what people say and arrange."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from hotline.core import csv_files
from hotline.core.errors import BadRows
from hotline.directory import duty_changes, shift_loading, shifts
from hotline.directory.shift_loading import days_in, minutes_in
from hotline.directory.shifts import Duty, DutyChange, Shift, Statement, Stretch, is_on_duty, next_change
from hotline.places.countries import COUNTRIES
from tests.scenery.county import ACHIENG, DESK, KIPRUTO, MORNING
from tests.scenery.world import World, liaison

NAIROBI, LONDON, CASABLANCA, LORD_HOWE = (
    ZoneInfo(name) for name in ("Africa/Nairobi", "Europe/London", "Africa/Casablanca", "Australia/Lord_Howe")
)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
NIGHTS = [Shift(days="0123456", begins=18 * 60, ends=6 * 60)]
OFFICE = [Shift(days="01234", begins=8 * 60, ends=17 * 60)]
SILENT = Statement(False)


def at(text: str, zone: ZoneInfo = NAIROBI, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def off(begins: datetime, ends: datetime) -> DutyChange:
    return DutyChange(begins_at=begins, ends_at=ends, on_duty=False)


def on(begins: datetime, ends: datetime) -> DutyChange:
    return DutyChange(begins_at=begins, ends_at=ends, on_duty=True)


# Patterns


@pytest.mark.parametrize(
    ("when", "there"),
    [
        ("2026-11-20T07:59", False),
        ("2026-11-20T08:00", True),
        ("2026-11-20T16:59:59", True),
        ("2026-11-20T17:00", False),
        ("2026-11-21T10:00", False),
    ],
)
def test_office_hours_are_those_of_the_wall(when: str, there: bool) -> None:
    assert is_on_duty(SILENT, OFFICE, [], NAIROBI, at(when)) is there


def test_a_night_shift_goes_over_midnight_into_a_day_on_which_none_begins() -> None:
    friday = [Shift(days="4", begins=22 * 60, ends=6 * 60)]
    expected = {
        "2026-11-20T05:00": False,
        "2026-11-20T22:00": True,
        "2026-11-21T05:59": True,
        "2026-11-21T06:00": False,
    }
    assert {when: is_on_duty(SILENT, friday, [], NAIROBI, at(when)) for when in expected} == expected
    sunday = [Shift(days="6", begins=22 * 60, ends=6 * 60)]
    assert is_on_duty(SILENT, sunday, [], NAIROBI, at("2026-11-23T03:00")), "from Sunday into Monday"


def test_a_shift_may_last_until_midnight_or_all_around_the_clock() -> None:
    evening = [Shift(days="5", begins=18 * 60, ends=24 * 60)]
    assert next_change(evening, NAIROBI, at("2026-11-21T19:00")) == at("2026-11-22T00:00")
    whole = [Shift(days="5", begins=8 * 60, ends=8 * 60)]
    assert next_change(whole, NAIROBI, at("2026-11-21T19:00")) == at("2026-11-22T08:00")
    assert next_change([Shift(days="0123456", begins=0, ends=24 * 60)], NAIROBI, MORNING) is None, (
        "it never ends"
    )
    assert next_change([], NAIROBI, MORNING) is None


def test_the_hour_that_the_clock_leaves_out_is_nobodys() -> None:
    early = [Shift(days="6", begins=0, ends=90)]  # London goes from 1:00 to 2:00 on that night
    before = at("2026-03-29T00:30", LONDON)
    assert next_change(early, LONDON, before) == at("2026-03-29T02:00", LONDON) == before + HOUR / 2
    within = [Shift(days="6", begins=70, ends=110)]
    change = next_change(within, LONDON, before)
    assert change is not None
    assert change > before + DAY, "that shift is not shown by any clock on this day"
    late = [Shift(days="6", begins=90, ends=180)]
    assert next_change(late, LONDON, before) == at("2026-03-29T02:00", LONDON)


def test_the_hour_that_the_clock_shows_twice_counts_twice() -> None:
    first, second = at("2026-10-25T01:30", LONDON), at("2026-10-25T01:30", LONDON, fold=1)
    assert second - first == HOUR
    night = [Shift(days="5", begins=20 * 60, ends=120)]
    assert all(is_on_duty(SILENT, night, [], LONDON, moment) for moment in (first, second))
    assert next_change(night, LONDON, at("2026-10-24T23:00", LONDON)) == at("2026-10-25T02:00", LONDON)
    half = [Shift(days="6", begins=60, ends=90)]
    assert next_change(half, LONDON, first) == at("2026-10-25T01:00", LONDON, fold=1), (
        "and a shift in it is shown twice too"
    )


patterns = st.lists(
    st.builds(
        Shift,
        days=st.sets(st.sampled_from("0123456"), min_size=1).map(lambda days: "".join(sorted(days))),
        begins=st.integers(0, 1439),
        ends=st.integers(0, 1440),
    ),
    min_size=1,
    max_size=3,
)
turning = st.one_of(
    st.tuples(st.just(NAIROBI), st.just(at("2026-11-21T00:00"))),
    st.tuples(
        st.just(LONDON),
        st.sampled_from([datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)]),
    ),
    st.tuples(
        st.just(CASABLANCA),
        st.sampled_from([datetime(2026, 2, 14, 12, tzinfo=UTC), datetime(2026, 3, 21, 12, tzinfo=UTC)]),
    ),
    st.tuples(
        st.just(LORD_HOWE),
        st.sampled_from([datetime(2026, 4, 4, 3, tzinfo=UTC), datetime(2026, 10, 3, 3, tzinfo=UTC)]),
    ),
)


def shown(pattern: Sequence[Shift]) -> set[int]:
    """The minutes of a week, from Monday at midnight, that the pattern covers: counted off one by one."""
    minutes: set[int] = set()
    for shift in pattern:
        for day in map(int, shift.days):
            length = (
                shift.ends - shift.begins if shift.ends > shift.begins else shift.ends + 1440 - shift.begins
            )
            minutes |= {(day * 1440 + shift.begins + minute) % 10080 for minute in range(length)}
    return minutes


def slowly(minutes: set[int], zone: ZoneInfo, moment: datetime) -> bool:
    there = moment.astimezone(zone)
    return there.weekday() * 1440 + there.hour * 60 + there.minute in minutes


@given(pattern=patterns, where=turning, after=st.integers(0, 1800))
@given_settings(deadline=None, max_examples=60)
def test_the_next_change_is_the_one_that_counting_minutes_finds(
    pattern: list[Shift], where: tuple[ZoneInfo, datetime], after: int
) -> None:
    zone, around = where
    moment, minutes = around + timedelta(minutes=after), shown(pattern)
    now = slowly(minutes, zone, moment)
    assert is_on_duty(SILENT, pattern, [], zone, moment) is now
    ahead = (moment + timedelta(minutes=minute) for minute in range(1, 8 * 1440 + 1))
    assert next_change(pattern, zone, moment) == next(
        (each for each in ahead if slowly(minutes, zone, each) != now), None
    )


moments = st.integers(-600, 2400).map(
    lambda minute: datetime(2026, 10, 24, 12, tzinfo=UTC) + timedelta(minutes=minute)
)
changes = st.builds(
    lambda begins, length, there: DutyChange(
        begins_at=begins, ends_at=begins + timedelta(minutes=length), on_duty=there
    ),
    moments,
    st.integers(0, 900),
    st.booleans(),
)
duties = st.builds(
    Duty,
    st.builds(Statement, st.booleans(), st.none() | moments, st.none() | moments),
    patterns | st.just([]),
    st.lists(changes, max_size=2),
    st.none() | moments,
)


@given(those=st.lists(duties, min_size=1, max_size=3))
@given_settings(deadline=None, max_examples=60)
def test_empty_hours_are_those_that_looking_every_minute_finds(those: list[Duty]) -> None:
    begins = datetime(2026, 10, 24, 12, tzinfo=UTC)
    every = [begins + timedelta(minutes=minute) for minute in range(1800)]
    nobody = {each for each in every if not any(duty.at(LONDON, each) for duty in those)}
    found = shifts.gaps(those, LONDON, begins, begins + timedelta(minutes=1800))
    assert {
        each for each in every if any(stretch.begins <= each < stretch.ends for stretch in found)
    } == nobody
    assert all(one.ends < other.begins for one, other in pairwise(found)), "each is told as one stretch"


# What wins over what


def test_their_own_word_wins_over_the_pattern_as_long_as_it_holds() -> None:
    said = Statement(True, MORNING, MORNING + HOUR)
    assert is_on_duty(said, NIGHTS, [], NAIROBI, MORNING)
    assert not is_on_duty(said, NIGHTS, [], NAIROBI, MORNING + HOUR), "then the pattern says again"
    assert not is_on_duty(said, NIGHTS, [], NAIROBI, MORNING - HOUR), "and it did before"


def test_without_a_pattern_the_last_word_stands() -> None:
    assert is_on_duty(Statement(True), [], [], NAIROBI, MORNING)
    assert not is_on_duty(Statement(False, MORNING), [], [], NAIROBI, MORNING + WEEK)


def test_leave_wins_over_all_but_a_word_that_was_said_during_it() -> None:
    leave = off(MORNING, MORNING + DAY)
    assert not is_on_duty(Statement(True), [], [leave], NAIROBI, MORNING)
    assert not is_on_duty(Statement(True, MORNING - HOUR), [], [leave], NAIROBI, MORNING + HOUR)
    assert is_on_duty(Statement(True, MORNING + HOUR), [], [leave], NAIROBI, MORNING + 2 * HOUR)
    assert not is_on_duty(
        Statement(True, MORNING + HOUR, MORNING + 2 * HOUR), [], [leave], NAIROBI, MORNING + 3 * HOUR
    )
    assert is_on_duty(Statement(True), [], [leave], NAIROBI, MORNING + DAY), "it ends when it ends"


def test_of_two_arrangements_the_later_goes() -> None:
    leave, swap = off(MORNING, MORNING + WEEK), on(MORNING + HOUR, MORNING + 2 * HOUR)
    assert is_on_duty(Statement(False), OFFICE, [leave, swap], NAIROBI, MORNING + HOUR)
    assert not is_on_duty(Statement(False), OFFICE, [swap, leave], NAIROBI, MORNING + HOUR)


# As people say it


def give(world: World, number: str, *pattern: Shift) -> None:
    with world.service.transaction() as work:
        who = liaison(work, number)
        listed = [shift_loading.Listed(who.id, shift.days, shift.begins, shift.ends) for shift in pattern]
        shift_loading.save(work.session, listed or [shift_loading.Listed(who.id, "")], NAIROBI, work.now)


def is_there(world: World, number: str, when: str | None = None) -> bool:
    moment = at(when) if when else world.now
    with world.service.read() as work:
        who = liaison(work, number).id
        return who in shifts.on_duty(work.session, [who], NAIROBI, moment)


def says_on(world: World, number: str) -> datetime | None:
    with world.service.transaction() as work:
        return duty_changes.come_on(work, liaison(work, number))


def says_off(world: World, number: str, days: int | None = None) -> datetime | None:
    with world.service.transaction() as work:
        return duty_changes.go_off(work, liaison(work, number), days)


def test_without_a_pattern_on_and_off_hold_until_they_say_otherwise(world: World) -> None:
    assert says_off(world, KIPRUTO) is None
    world.now += WEEK
    assert not is_there(world, KIPRUTO)
    assert says_on(world, KIPRUTO) is None
    world.now += WEEK
    assert is_there(world, KIPRUTO)


def test_with_a_pattern_on_holds_to_the_end_of_a_shift_and_off_to_the_beginning_of_one(world: World) -> None:
    give(world, KIPRUTO, *NIGHTS)
    assert not is_there(world, KIPRUTO)
    assert says_on(world, KIPRUTO) == at("2026-11-22T06:00"), "the next one's end"
    assert is_there(world, KIPRUTO)
    assert is_there(world, KIPRUTO, "2026-11-22T05:59")
    assert not is_there(world, KIPRUTO, "2026-11-22T06:00")
    world.now = at("2026-11-21T23:00")
    assert says_on(world, KIPRUTO) == at("2026-11-22T06:00"), "the end of this one"
    assert says_off(world, KIPRUTO) == at("2026-11-22T18:00")
    assert not is_there(world, KIPRUTO)
    assert not is_there(world, KIPRUTO, "2026-11-22T17:59")
    assert is_there(world, KIPRUTO, "2026-11-22T18:00")


def test_leave_for_days_ends_by_itself_or_when_they_are_back(world: World) -> None:
    assert says_off(world, KIPRUTO, days=3) == MORNING + 3 * DAY
    assert not is_there(world, KIPRUTO)
    assert not is_there(world, KIPRUTO, "2026-11-24T09:59")
    assert is_there(world, KIPRUTO, "2026-11-24T10:00")
    world.now += DAY
    says_on(world, KIPRUTO)
    assert is_there(world, KIPRUTO)
    give(world, KIPRUTO, Shift(days="0123456", begins=0, ends=24 * 60))
    says_off(world, KIPRUTO, days=9)
    world.now += DAY
    assert not is_there(world, KIPRUTO)
    assert says_on(world, KIPRUTO) is None
    assert is_there(world, KIPRUTO)


def test_one_whose_mandate_is_over_is_never_on_duty(world: World) -> None:
    with world.service.transaction() as work:
        liaison(work, KIPRUTO).until = at("2026-11-22T00:00")
    assert is_there(world, KIPRUTO, "2026-11-21T23:59")
    assert not is_there(world, KIPRUTO, "2026-11-22T00:00")


def test_leave_and_swaps_are_given(world: World) -> None:
    give(world, KIPRUTO, *NIGHTS)
    give(world, ACHIENG, *OFFICE)
    with world.service.transaction() as work:
        kipruto, achieng = liaison(work, KIPRUTO).id, liaison(work, ACHIENG).id
        duty_changes.stand_in(
            work.session, kipruto, achieng, Stretch(at("2026-11-21T18:00"), at("2026-11-22T06:00"))
        )
        duty_changes.give_leave(work.session, achieng, at("2026-11-23T00:00"), at("2026-11-24T00:00"))
        assert shifts.on_duty(work.session, [kipruto, achieng], NAIROBI, at("2026-11-22T01:00")) == {achieng}
        assert shifts.on_duty(work.session, [kipruto, achieng], NAIROBI, at("2026-11-22T20:00")) == {kipruto}
        assert shifts.on_duty(work.session, [kipruto, achieng], NAIROBI, at("2026-11-23T12:00")) == set()
        assert shifts.on_duty(work.session, [], NAIROBI, MORNING) == set()
        duty_changes.stand_in(
            work.session, kipruto, achieng, Stretch(at("2026-11-23T18:00"), at("2026-11-23T20:00"))
        )
        assert shifts.on_duty(work.session, [kipruto, achieng], NAIROBI, at("2026-11-23T19:00")) == {
            achieng
        }, "arranged last"


def test_a_swap_is_two_stretches_and_undone_whole(world: World) -> None:
    give(world, KIPRUTO, *NIGHTS)
    give(world, ACHIENG, *OFFICE)
    night, day = (
        Stretch(at("2026-11-21T18:00"), at("2026-11-22T06:00")),
        Stretch(at("2026-11-23T08:00"), at("2026-11-23T17:00")),
    )
    with world.service.transaction() as work:
        number = duty_changes.swap(
            work.session, liaison(work, KIPRUTO).id, liaison(work, ACHIENG).id, night, day
        )
        assert [each.number for each in duty_changes.coming(work.session, work.now)] == [number] * 4
    assert [is_there(world, who, "2026-11-22T01:00") for who in (KIPRUTO, ACHIENG)] == [False, True]
    assert [is_there(world, who, "2026-11-23T12:00") for who in (KIPRUTO, ACHIENG)] == [True, False]
    with world.service.transaction() as work:
        assert len(duty_changes.cancel(work.session, number, work.now)) == 4
        assert duty_changes.coming(work.session, work.now) == []
        assert duty_changes.cancel(work.session, number, work.now) == []
    assert [is_there(world, who, "2026-11-22T01:00") for who in (KIPRUTO, ACHIENG)] == [True, False]
    assert [is_there(world, who, "2026-11-23T12:00") for who in (KIPRUTO, ACHIENG)] == [False, True]


def test_leave_that_has_begun_is_ended_and_what_was_of_it_stays(world: World) -> None:
    with world.service.transaction() as work:
        one = duty_changes.give_leave(work.session, liaison(work, KIPRUTO).id, MORNING - DAY, MORNING + DAY)
        other = duty_changes.give_leave(
            work.session, liaison(work, ACHIENG).id, MORNING + DAY, MORNING + WEEK
        )
    with world.service.transaction() as work:
        duty_changes.cancel(work.session, one, work.now)
        assert [each.number for each in duty_changes.coming(work.session, work.now)] == [other], (
            "no other is undone with it"
        )
    assert is_there(world, KIPRUTO)
    assert not is_there(world, KIPRUTO, "2026-11-21T09:59")


def test_empty_hours_are_told_of_each_body_that_has_anybody(world: World) -> None:
    give(world, KIPRUTO, *NIGHTS)
    give(world, ACHIENG, Shift(days="0123456", begins=8 * 60, ends=18 * 60))
    give(world, DESK, *OFFICE)
    with world.service.read() as work:
        empty = shifts.empty_hours(work.session, NAIROBI, at("2026-11-20T12:00"), at("2026-11-21T12:00"))
    assert empty == {
        "station": [Stretch(at("2026-11-21T06:00"), at("2026-11-21T08:00"))],
        "situation": [Stretch(at("2026-11-20T17:00"), at("2026-11-21T12:00"))],
    }


def test_who_is_there_at_some_time_of_the_night(world: World) -> None:
    give(world, KIPRUTO, Shift(days="5", begins=20 * 60, ends=20 * 60 + 5))
    give(world, ACHIENG, *OFFICE)
    with world.service.read() as work:
        there = shifts.on_duty_between(work.session, NAIROBI, at("2026-11-21T18:00"), at("2026-11-22T06:00"))
        assert liaison(work, KIPRUTO).id in there
        assert liaison(work, ACHIENG).id not in there
        assert liaison(work, DESK).id in there, "without a pattern, and never off"


def test_a_new_pattern_replaces_the_old_one_and_a_word_that_had_no_end(world: World) -> None:
    says_on(world, KIPRUTO)
    says_off(world, ACHIENG)
    for number in (KIPRUTO, ACHIENG):
        give(world, number, *OFFICE)
        give(world, number, *NIGHTS)
    assert not is_there(world, KIPRUTO), "ON was said when there were no shifts"
    assert not is_there(world, ACHIENG)
    assert is_there(world, ACHIENG, "2026-11-23T20:00"), "OFF holds until a shift begins"
    with world.service.read() as work:
        assert work.session.scalar(select(func.count()).select_from(Shift)) == 2
    give(world, KIPRUTO)
    assert is_there(world, KIPRUTO), "without shifts it is as they said last"


# As a file lists them

HEADING = "phone,days,from,to\n"


def read(rows: str) -> list[shift_loading.Listed]:
    who = {KIPRUTO: 1, ACHIENG: 2}
    return shift_loading.read_rows(
        csv_files.read(io.StringIO(HEADING + rows), shift_loading.COLUMNS), COUNTRIES["KE"], who.get
    )


def test_shifts_are_read_as_people_write_them() -> None:
    assert read(
        "0722000101,mon-fri,08:00,17:00\n0722000101,Sat | "
        "Sun,18:00,6:00\n+254722000102,daily,00:00,24:00\n0722000102,None,,\n"
    ) == [
        shift_loading.Listed(1, "01234", 480, 1020),
        shift_loading.Listed(1, "56", 1080, 360),
        shift_loading.Listed(2, "0123456", 0, 1440),
        shift_loading.Listed(2, ""),
    ]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", "0"),
        ("fri-mon", "0456"),
        ("mon-wed|sat", "0125"),
        ("sun-sun", "6"),
        ("mon-", ""),
        ("monday", ""),
        ("mon||tue", ""),
        ("", ""),
    ],
)
def test_days_are_read(text: str, days: str) -> None:
    assert days_in(text) == days


@given(st.sets(st.sampled_from("0123456"), min_size=1))
def test_shifts_are_written_as_they_are_read(days: set[str]) -> None:
    digits = "".join(sorted(days))
    said, begins, to, ends = shift_loading.in_words(Shift(days=digits, begins=1080, ends=360)).split()
    assert (days_in(said), minutes_in(begins), to, minutes_in(ends)) == (digits, 1080, "to", 360)


@pytest.mark.parametrize(
    ("digits", "said"), [("0123456", "daily"), ("01234", "mon-fri"), ("0125", "mon-wed|sat"), ("6", "sun")]
)
def test_days_are_written_as_people_do(digits: str, said: str) -> None:
    assert shift_loading.in_words(Shift(days=digits, begins=485, ends=1440)) == f"{said} 08:05 to 24:00"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("6:05", 365), ("24:00", 1440), ("18:00:00", 1080), ("24:01", None), ("7:60", None), ("6", None)],
)
def test_times_are_read(text: str, minutes: int | None) -> None:
    assert minutes_in(text) == minutes


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",daily,08:00,17:00", "the phone is missing"),
        ("0722000101,,08:00,17:00", "the days is missing"),
        ("0722000101,daily,,17:00", "the from is missing"),
        (
            "072200010,daily,08:00,17:00",
            "the phone is no telephone number of Kenya, nor one in international form with + before it",
        ),
        (
            "0722000199,daily,08:00,17:00",
            "no liaison has this phone; load the liaisons first, with itikia liaisons load",
        ),
        ("0722000101,weekdays,08:00,17:00", "days is “weekdays”; write daily, or mon-fri, or mon|wed|sun"),
        ("0722000101,daily,24:00,17:00", "from is “24:00”; write a time from 00:00 to 23:59"),
        ("0722000101,daily,8am,17:00", "from is “8am”; write a time from 00:00 to 23:59"),
        ("0722000101,daily,08:00,25:00", "to is “25:00”; write a time from 00:00 to 24:00"),
    ],
)
def test_each_slip_is_told_with_its_line_and_without_the_number(row: str, reason: str) -> None:
    with pytest.raises(BadRows) as refusal:
        read(f"0722000102,daily,08:00,17:00\n{row}\n")
    assert [str(each) for each in refusal.value.rows] == [f"line 3: {reason}"]
    with pytest.raises(BadRows, match="nothing under the heading"):
        read("")
