"""Who is on duty when, as an operator lists and changes it: `itikia shifts`."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline.cli import shifts as shifts_cli
from hotline.core import csv_files
from hotline.directory import bodies, liaisons, shifts
from hotline.directory.categories import BodyKind
from hotline.places.countries import COUNTRIES
from tests.scenery.county import MORNING
from tests.scenery.operator import Operator
from tests.scenery.world import World

EXAMPLE = Path(bodies.__file__).parent / "examples" / "kenya"
KENYA, SPOKEN = COUNTRIES["KE"], ("en", "sw")


def test_shifts_are_loaded_and_told_with_their_empty_hours(operator: Operator) -> None:
    file = operator.file(
        "phone,days,from,to\n0722000101,daily,06:00,18:00\n"
        "0722000102,mon-sat,18:00,06:00\n0722000102,sun,20:00,06:00\n"
    )
    for _ in range(2):
        loaded = operator.enter("shifts", "load", file).output
        assert loaded == "Loaded the shifts of 2 liaisons. See which hours are empty: itikia shifts list\n"
    with operator.world.service.database.reading() as session:
        assert len(session.scalars(select(shifts.Shift)).all()) == 3
    said = operator.enter("shifts", "list").output
    assert re.search(r"Kaptembwo Police Station: Sun \d\d \w{3} 1[89]:\d\d to 20:00", said), said
    assert "Nakuru Peace Committee: Mama Wanjiku" in said
    assert "Kaptembwo Police Station: Sgt. Kipruto, daily 06:00 to 18:00" in said
    assert "Kaptembwo Police Station: Cpl. Achieng, mon-sat 18:00 to 06:00; sun 20:00 to 06:00" in said
    assert said.splitlines()[0] == "On duty now:"
    assert "Tonight:" in said


def test_a_file_of_shifts_with_a_slip_changes_nothing(operator: Operator) -> None:
    operator.enter("shifts", "load", operator.file("phone,days,from,to\n0722000101,daily,06:00,18:00\n"))
    result = operator.enter(
        "shifts",
        "load",
        operator.file("phone,days,from,to\n0722000101,daily,08:00,10:00\n0722000177,daily,6,7:00\n"),
    )
    assert str(result.exception).splitlines() == [
        "line 3: no liaison has this phone; load the liaisons first, with itikia liaisons load",
        "line 3: from is “6”; write a time from 00:00 to 23:59",
    ]
    with operator.world.service.database.reading() as session:
        assert [shift.begins for shift in session.scalars(select(shifts.Shift))] == [360]


def arranged(operator: Operator) -> list[shifts.DutyChange]:
    with operator.world.service.database.reading() as session:
        return list(session.scalars(select(shifts.DutyChange).order_by(shifts.DutyChange.id)))


def test_leave_is_entered_by_the_clock_on_the_wall_and_what_is_empty_then_is_told(operator: Operator) -> None:
    kipruto, achieng = operator.number("Sgt. Kipruto"), operator.number("Cpl. Achieng")
    said = operator.enter("shifts", "leave", kipruto, "2126-12-24", "2126-12-26").output.splitlines()
    (leave,) = arranged(operator)
    assert said == [
        (
            "Sgt. Kipruto is off duty from 2126-12-24 00:00 until "
            f"2126-12-27 00:00. To undo: itikia shifts cancel {leave.id}"
        ),
        "Somebody of Kaptembwo Police Station is on duty all that time.",
    ]
    assert leave.begins_at == datetime(2126, 12, 23, 21, tzinfo=UTC)
    said = operator.enter(
        "shifts", "leave", achieng, "2126-12-26T18:00", "2126-12-27T06:00"
    ).output.splitlines()
    assert (
        said[1] == "Nobody of Kaptembwo Police Station is on duty then: Thu 26 Dec 18:00 to Fri 27 Dec 00:00."
    )


def test_one_stands_in_for_another(operator: Operator) -> None:
    kipruto, achieng = operator.number("Sgt. Kipruto"), operator.number("Cpl. Achieng")
    said = operator.enter(
        "shifts", "stand-in", kipruto, achieng, "2126-12-30T18:00", "2126-12-31T06:00"
    ).output.splitlines()
    off, on = arranged(operator)
    assert said == [
        (
            "Cpl. Achieng stands in for Sgt. Kipruto from 2126-12-30 18:00 "
            f"until 2126-12-31 06:00. To undo: itikia shifts cancel {off.id}"
        ),
        "Somebody of Kaptembwo Police Station is on duty all that time.",
    ]
    assert [(str(each.liaison_id), each.on_duty, each.number) for each in (off, on)] == [
        (kipruto, False, off.id),
        (achieng, True, off.id),
    ]
    assert off.begins_at == on.begins_at == datetime(2126, 12, 30, 15, tzinfo=UTC)


def test_two_swap_two_stretches(operator: Operator) -> None:
    kipruto, achieng = operator.number("Sgt. Kipruto"), operator.number("Cpl. Achieng")
    said = operator.enter(
        "shifts", "swap", kipruto, achieng, "2126-12-30", "2126-12-30", "2127-01-02T18:00", "2127-01-03T06:00"
    ).output
    number = arranged(operator)[0].id
    assert said.splitlines()[:2] == [
        "Cpl. Achieng stands in for Sgt. Kipruto from 2126-12-30 00:00 until 2126-12-31 00:00,",
        (
            "Sgt. Kipruto for Cpl. Achieng from 2127-01-02 18:00 until "
            f"2127-01-03 06:00. To undo: itikia shifts cancel {number}"
        ),
    ]
    assert [(str(each.liaison_id), each.on_duty) for each in arranged(operator)] == [
        (kipruto, False), (achieng, True), (achieng, False), (kipruto, True),
    ]  # fmt: skip
    assert {each.number for each in arranged(operator)} == {number}


@pytest.mark.parametrize(
    ("command", "times"),
    [("stand-in", ["2126-12-24"] * 2), ("swap", ["2126-12-24"] * 2 + ["2126-12-25"] * 2)],
)
def test_somebody_of_another_body_is_refused_unless_that_is_meant(
    operator: Operator, command: str, times: list[str]
) -> None:
    words = ["shifts", command, operator.number("Sgt. Kipruto"), operator.number("Mama Wanjiku"), *times]
    assert operator.enter(*words).output == (
        "Error: Sgt. Kipruto is of Kaptembwo Police Station, Mama Wanjiku of Nakuru Peace Committee; to "
        "do it all the same, add --anyway\n"
    )
    assert arranged(operator) == []
    said = operator.enter(*words, "--anyway").output
    assert "Somebody of Kaptembwo Police Station is on duty" in said
    assert "Nakuru Peace Committee is on duty" in said


def test_what_was_arranged_is_listed_with_numbers_and_undone_by_them(operator: Operator) -> None:
    kipruto, achieng = operator.number("Sgt. Kipruto"), operator.number("Cpl. Achieng")
    operator.enter(
        "shifts", "swap", kipruto, achieng, "2126-12-30", "2126-12-30", "2127-01-02T18:00", "2127-01-03T06:00"
    )
    operator.enter("shifts", "leave", achieng, "2126-12-24", "2126-12-26")
    swap, leave = dict.fromkeys(each.number for each in arranged(operator))
    said = operator.enter("shifts", "list").output
    assert [line.strip() for line in said.splitlines() if "2126" in line or "2127" in line] == [
        f"{leave}  Cpl. Achieng off duty from 2126-12-24 00:00 until 2126-12-27 00:00",
        f"{swap}  Sgt. Kipruto off duty from 2126-12-30 00:00 until 2126-12-31 00:00, Cpl. Achieng stands in",
        f"{swap}  Cpl. Achieng off duty from 2127-01-02 18:00 until 2127-01-03 06:00, Sgt. Kipruto stands in",
    ]
    undone = "Undone for Sgt. Kipruto and Cpl. Achieng: they are on duty as before.\n"
    assert operator.enter("shifts", "cancel", str(swap)).output == undone
    assert "2127" not in operator.enter("shifts", "list").output
    again = operator.enter("shifts", "cancel", str(swap))
    told = f"Error: there is no leave or swap {swap} to come; itikia shifts list shows what there is\n"
    assert (again.exit_code, again.output) == (1, told)
    assert (
        operator.enter("shifts", "cancel", str(leave)).output
        == "Undone for Cpl. Achieng: they are on duty as before.\n"
    )


def test_many_empty_stretches_are_told_in_short(operator: Operator) -> None:
    operator.enter(
        "shifts",
        "load",
        operator.file("phone,days,from,to\n0722000101,daily,06:00,18:00\n0722000102,daily,06:00,18:00\n"),
    )
    said = operator.enter(
        "shifts", "leave", operator.number("Sgt. Kipruto"), "2126-12-01", "2126-12-20"
    ).output.splitlines()
    assert said[1].count(" to ") == shifts_cli.MOST_STRETCHES
    assert said[1].endswith("Thu 05 Dec 06:00, and 16 more.")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["leave", "9999", "2126-12-24", "2126-12-26"],
            "there is no liaison 9999; itikia liaisons list shows who there is",
        ),
        (
            ["leave", "1", "24.12.2126", "2126-12-26"],
            "'24.12.2126' is no time; write 2026-12-24 or 2026-12-24T18:00",
        ),
        (
            ["leave", "1", "2126-12-24", "2126-13-26"],
            "'2126-13-26' is no time; write 2026-12-24 or 2026-12-24T18:00",
        ),
        (
            ["leave", "1", "2126-12-24T18:00", "2126-12-24T18:00"],
            "2126-12-24T18:00 is not after 2126-12-24T18:00",
        ),
        (["leave", "1", "2016-12-24", "2016-12-26"], "2016-12-26 is past already"),
        (
            ["stand-in", "1", "1", "2126-12-24", "2126-12-26"],
            "nobody can stand in for themselves; name two liaisons",
        ),
        (
            ["swap", "1", "2", "2126-12-24", "2126-12-26", "2126-12-26", "2126-12-27"],
            "the two stretches overlap, so each would stand in for the other at once; name two that do not",
        ),
    ],
)
def test_what_cannot_be_entered_is_told(operator: Operator, words: list[str], told: str) -> None:
    numbers = {"1": operator.number("Sgt. Kipruto"), "2": operator.number("Cpl. Achieng")}
    entered = [numbers.get(word, word) for word in words]
    result = operator.enter("shifts", *entered)
    assert (result.exit_code, result.output) == (1, f"Error: {told}\n")


def test_the_example_of_shifts_leaves_no_hour_empty(world: World) -> None:
    with world.service.database.writing() as session:
        everybody = csv_files.read(EXAMPLE / "liaisons.csv", liaisons.COLUMNS)
        codes = {row["body"] for _line, row in everybody.rows}
        bodies.save(session, [bodies.Listed(code, code, BodyKind.PEACE, ("KE",), ()) for code in codes])
        liaisons.save(
            session,
            world.service.settings.keys,
            liaisons.read_rows(everybody, codes, KENYA, SPOKEN),
            SPOKEN,
            MORNING,
        )
    shifts_cli.shifts_into(world.service, EXAMPLE / "shifts.csv")
    with world.service.read() as work:
        assert {each.liaison_id for each in work.session.scalars(select(shifts.Shift))}
        assert shifts.empty_hours(work.session, KENYA.zone, work.now, work.now + timedelta(days=7)) == {}
