"""What is said of the service, against cases whose histories are known."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest
from click import ClickException, unstyle
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.cases import liaison_menus, reporting, responses
from hotline.cases.case import Case
from hotline.cases.citizen_menus import Report
from hotline.cases.dispatch import Dispatch, DispatchState
from hotline.cases.liaison_menus import StepName
from hotline.cases.promises import Promise, PromiseState
from hotline.cases.reporting import Call
from hotline.cases.verdicts import Verdict
from hotline.cli.statistics import answer, stats
from hotline.cli.terminal import WIDTH
from hotline.core.errors import Misconfigured
from hotline.directory.bodies import Body
from hotline.directory.categories import CATEGORIES, CONDUCT
from hotline.directory.liaisons import Liaison
from hotline.situation import records, statistics
from hotline.situation.figures import Measures, Share, Verdicts, Wait, nearest_rank, wilson
from hotline.situation.records import Known
from tests.scenery.county import AREAS, CITIZEN, MORNING
from tests.scenery.labels import about, en
from tests.scenery.world import World

KAPTEMBWO, LONDON, KAWANGWARE = "KE0321750872", "KE0321750871", "KE0472751372"
EARLY = MORNING - timedelta(days=2)
"""When the cases here were reported, unless told."""

numbers = count(1)


def minutes(*lengths: float) -> list[timedelta]:
    return [timedelta(minutes=length) for length in lengths]


# Pure


@pytest.mark.parametrize(
    ("part", "of", "low", "high"),
    [
        (0, 10, 0, 0.2775), (1, 10, 0.0179, 0.4042), (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1), (0, 1, 0, 0.7935), (1, 1, 0.2065, 1),
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718),
    ],
)  # fmt: skip
def test_wilsons_interval_is_as_published(part: int, of: int, low: float, high: float) -> None:
    assert wilson(part, of) == pytest.approx((low, high), abs=0.00006)


def test_of_nothing_seen_the_share_may_be_anything() -> None:
    assert wilson(0, 0) == (0, 1)


@given(some.integers(0, 5000), some.integers(1, 5000))
def test_what_was_seen_lies_within_the_interval_and_the_interval_within_all_and_nothing(
    part: int, more: int
) -> None:
    of = max(part, more)
    low, high = wilson(part, of)
    assert 0 <= low <= part / of <= high <= 1
    assert wilson(of - part, of) == pytest.approx((1 - high, 1 - low)), "yes and no are each other's mirror"


def test_a_percentile_is_one_that_was_measured() -> None:
    five, ten = minutes(15, 20, 35, 40, 50), minutes(*range(1, 11))
    assert [nearest_rank(five, percent) for percent in (5, 30, 40, 50, 100)] == minutes(15, 20, 20, 35, 50)
    assert [nearest_rank(ten, percent) for percent in (50, 90, 91)] == minutes(5, 9, 10)
    assert nearest_rank(minutes(7), 90) == timedelta(minutes=7)


def test_where_it_came_to_nobody_there_is_no_time() -> None:
    assert (Wait([], 4).half, Wait([], 4).nine_in_ten) == (None, None)
    assert Wait(minutes(9, 1, 5), 4).half == timedelta(minutes=5)


def groups(*sizes: int) -> dict[str, Measures]:
    nothing = Share(0, 0)
    return {
        f"{place}:{size}": Measures(size, {}, Verdicts(nothing, nothing, nothing))
        for place, size in enumerate(sizes)
    }


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ((5, 6, 7), set()),
        ((), set()),
        ((4, 9, 30), {"0:4", "1:9"}),
        ((4, 4, 30), {"0:4", "1:4"}),
        ((1, 1, 30, 40), {"0:1", "1:1", "2:30"}),
        ((3,), {"0:3"}),
    ],
)
def test_no_small_group_is_found_by_taking_the_others_from_all(
    sizes: tuple[int, ...], hidden: set[str]
) -> None:
    assert statistics.not_to_be_published(groups(*sizes)) == hidden


# Of what is written down


@dataclass
class Writer:
    """Writes cases down as they went."""

    session: Session

    def case(
        self, category: str = "theft", area: str = KAPTEMBWO, *, days: float = 0, **moments: float
    ) -> Case:
        """A case, and the minutes after its report at which something was noted: `on_the_way=3`."""
        case = Case(
            id=uuid4(), reference=f"{next(numbers):08d}",
            session_index=f"s{next(numbers)}", channel="ussd", category_code=category,
            area_code=area, locked_details=b"", contact="none",
            language="en", opened_at=EARLY + timedelta(days=days),
            round_began_at=EARLY, urgency=CATEGORIES[category].urgency,
        )  # fmt: skip
        self.session.add(case)
        case.note(self.session, case.opened_at, "reported", "citizen")
        for what, minute in moments.items():
            case.note(self.session, case.opened_at + timedelta(minutes=minute), what.replace("_", " "))
        self.session.flush()
        return case

    def dispatch(
        self, case: Case, body: str, state: str, minute: float = 0, taken: float | None = None
    ) -> Dispatch:
        liaison = self.session.scalars(select(Liaison).where(Liaison.body_code == body).limit(1)).one()
        at = case.opened_at + timedelta(minutes=minute)
        dispatch = Dispatch(
            case=case,
            step=next(numbers),
            round=1,
            liaison=liaison,
            body_code=body,
            word="SIMBA",
            reason="",
            state=state,
            at=at,
        )
        dispatch.taken_at = None if taken is None else at + timedelta(minutes=taken)
        self.session.add(dispatch)
        self.session.flush()
        return dispatch

    def verdict(self, case: Case, word: str | None, round_: int = 1, about: Dispatch | None = None) -> None:
        about_it = about.id if about else None
        self.session.add(
            Verdict(
                case_id=case.id,
                round=round_,
                dispatch_id=about_it,
                asked_at=EARLY,
                word=word,
                said_at=word and EARLY,
            )
        )
        self.session.flush()

    def promise(self, case: Case, state: str) -> None:
        self.session.add(Promise(case_id=case.id, made_at=EARLY, due_at=EARLY, state=state))
        self.session.flush()


@pytest.fixture
def writer(world: World) -> Iterator[Writer]:
    with world.service.database.writing() as session:
        yield Writer(session)


def known(writer: Writer) -> Known:
    return records.gather(writer.session, MORNING - timedelta(days=30), MORNING)


def test_a_wait_ends_with_the_first_time_and_those_it_never_ended_for_are_counted(writer: Writer) -> None:
    for acknowledged, there in ((2, 30), (4, 20), (6, 10)):
        case = writer.case(acknowledged=acknowledged, there=there, on_the_way=1)
        case.note(writer.session, case.opened_at + timedelta(hours=9), "acknowledged")
    writer.case(acknowledged=100)
    writer.case()
    waits = statistics.of_all(known(writer)).waits
    assert (waits["acknowledged"].half, waits["acknowledged"].nine_in_ten) == (
        timedelta(minutes=4),
        timedelta(minutes=100),
    )
    assert (len(waits["acknowledged"].took), waits["acknowledged"].of) == (4, 5)
    assert (waits["there"].half, len(waits["there"].took), waits["there"].of) == (timedelta(minutes=20), 3, 5)
    assert (waits["verdict"].half, len(waits["verdict"].took), waits["verdict"].of) == (None, 0, 5)


def test_only_cases_of_the_period_count(writer: Writer) -> None:
    writer.case(days=-40, acknowledged=1)
    writer.promise(writer.case(days=2), PromiseState.KEPT)
    writer.case(days=1.99)
    assert statistics.of_all(known(writer)).cases == 1


def test_the_last_word_of_a_round_counts_for_it_and_silence_is_unknown(writer: Writer) -> None:
    changed_mind, silent, twice = writer.case(), writer.case(), writer.case()
    writer.verdict(changed_mind, None)
    writer.verdict(changed_mind, "helped")
    writer.verdict(silent, None)
    writer.verdict(twice, "not_helped")
    writer.verdict(twice, "danger", round_=2)
    writer.verdict(twice, "helped", round_=3)
    writer.case()
    verdicts = statistics.of_all(known(writer)).verdicts
    assert (verdicts.confirmed, verdicts.denied, verdicts.unknown) == (Share(2, 5), Share(2, 5), Share(1, 5))


def test_a_promise_that_became_void_was_neither_kept_nor_missed(writer: Writer) -> None:
    case = writer.case()
    for state in (PromiseState.KEPT, PromiseState.KEPT, PromiseState.MISSED, PromiseState.VOID, "open"):
        writer.promise(case, state)
    assert statistics.of_all(known(writer)).promises == Share(2, 3)


def test_the_figures_of_categories_and_of_counties_add_up_to_all(writer: Writer) -> None:
    for category, area in (
        ("theft", KAPTEMBWO),
        ("theft", LONDON),
        ("land", KAWANGWARE),
        ("land", "KE047"),
        ("land", "KE"),
    ):
        writer.verdict(writer.case(category, area, acknowledged=3), "helped")
    found = known(writer)
    assert {
        name: each.cases for name, each in statistics.by_case(found, lambda case: case.category).items()
    } == {"theft": 2, "land": 3}
    counties = statistics.by_case(found, statistics.area_at(AREAS, "county"))
    assert {name: each.cases for name, each in counties.items()} == {"KE032": 2, "KE047": 2, "KE": 1}
    assert counties == statistics.by_case(found, statistics.area_at(AREAS, "")), (
        "in Kenya, counties are directly inside the country"
    )
    wards = statistics.by_case(found, statistics.area_at(AREAS, "ward"))
    assert {name: each.verdicts.confirmed for name, each in wards.items()} == {
        KAPTEMBWO: Share(1, 1), LONDON: Share(1, 1),
        KAWANGWARE: Share(1, 1), "KE047": Share(1, 1), "KE": Share(1, 1),
    }  # fmt: skip


def test_a_level_that_no_area_has_is_told_with_those_that_there_are() -> None:
    with pytest.raises(Misconfigured, match=r"“village”; there are constituency, country, county, ward\."):
        statistics.area_at(AREAS, "village")


def test_a_body_answers_for_what_was_put_before_it(writer: Writer) -> None:
    case, other, third = writer.case(), writer.case(), writer.case()
    writer.dispatch(case, "station", DispatchState.UNANSWERED)
    writer.verdict(
        case, "not_helped", about=writer.dispatch(case, "peace", DispatchState.TAKEN, minute=20, taken=4)
    )
    writer.verdict(other, "helped", about=writer.dispatch(other, "station", DispatchState.TAKEN, taken=6))
    for state in (DispatchState.CANNOT, DispatchState.SUPERSEDED, DispatchState.ASKED):
        writer.dispatch(third, "station", state)
    bodies = statistics.by_body(known(writer), lambda code: code)
    station, peace = bodies["station"], bodies["peace"]
    assert (station.cases, peace.cases) == (3, 1)
    assert peace.waits["acknowledged"].half == timedelta(minutes=4), (
        "from when they were asked, not from the report"
    )
    assert (len(station.waits["acknowledged"].took), station.waits["acknowledged"].of) == (1, 5)
    assert station.answered == Share(2, 3), (
        "taken and passed on, beside one that nobody answered; what is open or overtaken is no failure"
    )
    assert (station.verdicts.confirmed, peace.verdicts.denied) == (Share(1, 1), Share(1, 1))
    assert set(bodies) == {"station", "peace"}


# How cases went on without them


class Told(Writer):
    """Writes down what liaisons of two bodies did, as the hotline notes it."""

    def put_before(self, case: Case, body: str) -> str:
        return self.dispatch(case, body, DispatchState.CANNOT).who

    def note(self, case: Case, what: str, who: str, why: str = "") -> None:
        case.note(self.session, EARLY, what, who, why)
        self.session.flush()


@pytest.fixture
def told(world: World) -> Iterator[Told]:
    with world.service.database.writing() as session:
        yield Told(session)


REASON = {step: en(words) for step, words in liaison_menus.REASONS}
TOO_FAR, BUSY, UNSAFE = REASON["too_far"], REASON["busy"], REASON["unsafe"]


def setbacks(writer: Writer) -> dict[str, dict[str, int]]:
    return {
        body: dict(each.setbacks)
        for body, each in statistics.by_body(known(writer), lambda code: code).items()
    }


def test_passing_on_is_counted_by_its_reason_and_lapses_and_alarms_beside_it(told: Told) -> None:
    case = told.case()
    station, peace = told.put_before(case, "station"), told.put_before(case, "peace")
    told.note(case, "passed on", station, TOO_FAR)
    told.note(case, "passed on", peace, "it is not theirs to answer")
    told.note(case, "lapsed", peace)
    told.note(case, "alarm", peace)
    assert setbacks(told) == {
        "station": {TOO_FAR: 1},
        "peace": {"it is not theirs to answer": 1, "lapsed": 1, "alarm": 1},
    }
    assert statistics.of_all_bodies(known(told)).setbacks.total() == 4


def test_a_reason_chosen_afterwards_belongs_to_the_same_passing_on_and_the_last_one_counts(
    told: Told,
) -> None:
    case = told.case()
    who = told.put_before(case, "station")
    for why in ("", BUSY, UNSAFE):
        told.note(case, "passed on", who, why)
    told.note(case, "dispatched", who)
    told.note(case, "passed on", who)
    assert setbacks(told) == {"station": {UNSAFE: 1, "other": 1}}


def test_a_body_with_a_comma_in_its_name_is_known(told: Told) -> None:
    case = told.case()
    told.session.get_one(Body, "peace").name = "Peace Committee, Nakuru"
    told.note(case, "lapsed", told.put_before(case, "peace"))
    assert setbacks(told) == {"peace": {"lapsed": 1}}


@pytest.mark.parametrize("reason", [*(step for step, _words in liaison_menus.REASONS), "not_mine"])
def test_every_reason_that_can_be_chosen_is_counted_as_itself(world: World, reason: StepName) -> None:
    with world.service.transaction() as work:
        reporting.open_case(
            work, Report("theft", KAPTEMBWO, "", "none"), Call("a sitting", "ussd", CITIZEN, "en")
        )
    world.settle()
    world.now += timedelta(minutes=1)
    with world.service.transaction() as work:
        (asked,) = work.session.scalars(select(Dispatch))
        for step in ("not_mine",) if reason == "not_mine" else ("cannot", reason):
            responses.tap(work, asked.liaison, asked.id, step)  # type: ignore[arg-type]
    with world.service.read() as work:
        (counted,) = records.gather(work.session, EARLY, work.now).setbacks
        assert counted.what in records.SETBACKS
        assert counted.what != records.OTHER
        assert "vehicle" in unstyle(answer(work, 30, "body"))


def unwrapped(shown: str) -> str:
    return " ".join(shown.split())


# Conflicts


def liaison_of(session: Session, body: str) -> int:
    return session.scalars(select(Liaison.id).where(Liaison.body_code == body)).first() or 0


def test_the_police_cannot_count_what_is_about_the_police(world: World) -> None:
    with world.service.database.writing() as session:
        writer = Writer(session)
        for category in ("conduct", "conduct", "theft"):
            case = writer.case(category)
            writer.verdict(
                case, "not_helped", about=writer.dispatch(case, "oversight", DispatchState.TAKEN, taken=1)
            )
            writer.promise(case, PromiseState.MISSED)
        police, oversight = liaison_of(session, "station"), liaison_of(session, "oversight")
    with world.service.read() as work:
        for by in ("category", "area", "body"):
            shown = answer(work, 30, by, viewer=police)
            assert "1 case that Sgt. Kipruto may see" in unwrapped(shown)
            assert first_word("conduct") not in shown
            assert "of 3" not in shown
        assert first_word("conduct") in answer(work, 30, "category", viewer=oversight)


def test_what_somebody_may_not_see_is_in_none_of_the_figures(writer: Writer) -> None:
    for category in ("conduct", "theft"):
        case = writer.case(category, acknowledged=1)
        writer.verdict(case, "helped", about=writer.dispatch(case, "peace", DispatchState.TAKEN, taken=1))
        writer.promise(case, PromiseState.KEPT)
        case.note(writer.session, MORNING, "lapsed", "Mama Wanjiku, Nakuru Peace Committee")
    found = records.gather(writer.session, EARLY, MORNING, lambda case: case.category is not CONDUCT)
    assert [len(rows) for rows in (found.cases, found.asked, found.said, found.due, found.setbacks)] == [
        1,
        1,
        1,
        1,
        1,
    ]


# What is printed


def first_word(category: str) -> str:
    """How its line begins, wherever it is broken."""
    return about(category, "en").split()[0]


def test_in_public_a_small_group_has_no_figures(world: World) -> None:
    with world.service.database.writing() as session:
        writer = Writer(session)
        for category, times in (("theft", 20), ("land", 6), ("gender", 4)):
            for _time in range(times):
                writer.verdict(writer.case(category, acknowledged=2), "helped")
    with world.service.read() as work:
        within, public = answer(work, 30, "category"), answer(work, 30, "category", public=True)
    assert "4 of 4" in within
    assert "4 of 4" not in public
    assert "6 of 6" not in public, "30 less 20 less 6 would give the four away"
    lines = [line.split() for line in public.splitlines()]
    assert [line[-3:] for line in lines if line[:1] == [first_word("gender")]] == [["fewer", "than", "5"]] * 5
    assert [line[-2:] for line in lines if line[:1] == [first_word("land")]] == [["not", "shown"]] * 5
    assert "20 of 20" in public
    assert "could be found by subtraction" in unwrapped(public)


def test_in_public_a_handful_of_cases_has_no_figures_at_all(world: World) -> None:
    with world.service.database.writing() as session:
        Writer(session).case(acknowledged=2)
    with world.service.read() as work:
        assert answer(work, 30, "area", public=True).endswith(": fewer than 5 cases.")
        assert "1 of 1" in answer(work, 30, "area")


def test_where_nothing_was_reported_there_is_nothing_to_tell(world: World) -> None:
    with world.service.read() as work:
        assert (
            answer(work, 7, "body")
            == "Reported from 10:00 on 14 November 2026 to 10:00 on 21 November 2026: 0 cases."
        )


def test_a_case_that_was_put_before_nobody_does_not_upset_the_bodies(world: World) -> None:
    with world.service.database.writing() as session:
        Writer(session).case()
    with world.service.read() as work:
        assert "0 of 0" in answer(work, 30, "body")


def test_every_line_fits_a_terminal_and_says_what_silence_is(world: World) -> None:
    with world.service.database.writing() as session:
        writer = Writer(session)
        for category in CATEGORIES:
            case = writer.case(category, acknowledged=1400, there=14000, verdict=60000)
            writer.dispatch(case, "women", DispatchState.TAKEN, taken=0.5)
            writer.promise(case, PromiseState.KEPT)
    for by in (None, "category", "area", "body"):
        with world.service.read() as work:
            shown = answer(work, 30, by)
        assert max(map(len, unstyle(shown).splitlines())) <= WIDTH
        assert not re.search(r"[)%][\d–]", shown), "two columns run into each other"
        assert "silence never counts as yes" in unwrapped(shown)


def test_a_liaison_that_there_is_not_is_told(world: World) -> None:
    with (
        world.service.read() as work,
        pytest.raises(
            ClickException, match="there is no liaison 99; itikia liaisons list shows who there is"
        ),
    ):
        answer(work, 30, None, viewer=99)


def test_the_command_counts_from_now(world: World) -> None:
    with world.service.database.writing() as session:
        writer = Writer(session)
        writer.case(acknowledged=3)
        case = writer.case(acknowledged=3)
        case.opened_at = EARLY - timedelta(days=300)
    result = CliRunner().invoke(
        stats, ["--days", "36500", "--by", "area"], obj=world.service.settings, catch_exceptions=False
    )
    assert result.exit_code == 0
    assert "From the report until somebody had the case" in result.output
    assert "Nakuru" in result.output
