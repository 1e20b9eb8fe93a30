"""Whose case it is: the nearest who fits, and never the police where it is about them."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.categories import CATEGORIES, CONDUCT, Category, Kind
from hotline.matching import Candidate, Match, Matter, best, eligible
from tests.builders import AREAS, KAPTEMBWO

WARD, CONSTITUENCY, COUNTY, COUNTRY = (area.code for area in AREAS.outwards(KAPTEMBWO))
VIOLENCE, LAND, GENDER = CATEGORIES["violence"], CATEGORIES["land"], CATEGORIES["gender"]


def candidate(liaison: int, kind: Kind = Kind.POLICE, area: str = CONSTITUENCY, **other: object) -> Candidate:
    values = {
        "liaison": liaison,
        "name": f"Sgt. No. {liaison}",
        "body": f"body-{liaison}",
        "body_name": f"Station {liaison}",
        "kind": kind,
        "categories": (),
        "area": area,
        "languages": ("sw", "en"),
        "on_duty": True,
        "load": 0,
    }
    return Candidate(**values | other)  # type: ignore[arg-type]


DESK = candidate(90, Kind.COORDINATION, COUNTRY)


def asked(candidates: Sequence[Candidate], category: Category = VIOLENCE, language: str = "sw", times: int = 0) -> list[int]:
    """Whom we ask, one after another: each once, or so many times."""
    order: list[int] = []
    for _ in range(times or len(candidates)):
        found = best(Matter(category, KAPTEMBWO, language, tuple(order)), candidates, AREAS)
        order += [found.candidate.liaison] if found else []
    return order


def first(candidates: Sequence[Candidate], category: Category = VIOLENCE, language: str = "sw", **other: object) -> Match:
    found = best(Matter(category, KAPTEMBWO, language, **other), candidates, AREAS)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_the_nearest_is_asked_first_and_then_outwards() -> None:
    assert asked([candidate(1, area=COUNTRY), candidate(2, area=COUNTY), candidate(3, area=WARD), candidate(4, area=CONSTITUENCY)]) == [
        3, 4, 2, 1,
    ]  # fmt: skip


def test_nearness_goes_before_kind_kind_before_language_and_language_before_load() -> None:
    near = candidate(5, Kind.PEACE, WARD, languages=("en",), load=9)
    fitting = candidate(4, Kind.POLICE, languages=("en",), load=9)
    speaking = candidate(3, Kind.PEACE, load=9)
    free = candidate(2, Kind.PEACE, languages=("en",), load=0)
    busy = candidate(1, Kind.PEACE, languages=("en",), load=1)
    assert asked([busy, free, speaking, fitting, near]) == [5, 4, 3, 2, 1]


def test_the_most_fitting_kind_of_body_depends_on_what_it_is_about() -> None:
    everybody = [candidate(1, Kind.POLICE), candidate(2, Kind.PEACE), candidate(3, Kind.WOMEN), candidate(4, Kind.OVERSIGHT)]
    assert asked(everybody, VIOLENCE) == [1, 2, 1, 2], "the others do not answer this"
    assert asked(everybody, LAND, times=2) == [2, 1]
    assert asked(everybody, GENDER, times=2) == [3, 1]
    assert asked(everybody, CONDUCT, times=1) == [4]


def test_of_two_alike_the_same_one_is_asked_every_time() -> None:
    pair = [candidate(7), candidate(4)]
    assert first(pair) == first(pair[::-1])


def test_one_who_is_off_duty_is_not_asked() -> None:
    assert asked([candidate(1, area=WARD, on_duty=False), candidate(2, area=COUNTY)], times=1) == [2]
    assert best(Matter(VIOLENCE, KAPTEMBWO, "sw"), [candidate(1, on_duty=False)], AREAS) is None


def test_a_body_may_answer_less_than_its_kind() -> None:
    thieves_only, all_else = candidate(1, area=WARD, categories=("theft",)), candidate(2, area=COUNTY)
    assert asked([thieves_only, all_else], VIOLENCE, times=1) == [2]
    assert asked([thieves_only, all_else], CATEGORIES["theft"], times=1) == [1]


def test_a_body_that_had_it_and_did_not_help_does_not_get_it_again() -> None:
    station, committee = candidate(1, area=WARD), candidate(2, Kind.PEACE, COUNTY)
    assert first([station, committee, DESK], tried={"body-1"}).candidate == committee
    assert first([station, committee, DESK], tried={"body-1", "body-2"}).candidate == DESK


def test_when_everybody_was_asked_the_coordinating_body_is_again_and_again_each_in_turn() -> None:
    other_desk = candidate(91, Kind.COORDINATION, COUNTRY, load=3)
    assert asked([candidate(1), candidate(2), DESK, other_desk], times=8) == [1, 2, 90, 91, 90, 91, 90, 91]


def test_without_a_coordinating_body_everybody_is_asked_again_and_again_each_in_turn() -> None:
    assert asked([candidate(1), candidate(2)], times=5) == [1, 2, 1, 2, 1]


def test_the_coordinating_body_is_asked_even_off_duty_for_there_is_nobody_behind_it() -> None:
    assert first([candidate(90, Kind.COORDINATION, COUNTRY, on_duty=False)]).candidate.liaison == 90


def test_with_nobody_at_all_nobody_is_found() -> None:
    assert best(Matter(VIOLENCE, KAPTEMBWO, "sw"), [], AREAS) is None


# Why


def test_the_reason_says_what_a_liaison_would_ask() -> None:
    assert first([candidate(1, name="Sgt. Kipruto", body_name="Kaptembwo Police")]).reason == (
        "Kaptembwo Police answers 'Violence or a gathering' and serves Nakuru Town West, which Kaptembwo is in; "
        "Sgt. Kipruto is on duty, speaks Kiswahili and has no other case."
    )


@pytest.mark.parametrize(
    ("who", "part"),
    [
        (candidate(1, area=WARD), "serves Kaptembwo itself;"),
        (candidate(1, area=COUNTY), "serves Nakuru, which Kaptembwo is in;"),
        (candidate(1, languages=("en",)), "does not speak Kiswahili and"),
        (candidate(1, load=1), "has one other case."),
        (candidate(1, load=7), "has 7 other cases."),
    ],
)
def test_each_reason_is_told(who: Candidate, part: str) -> None:
    assert part in first([who]).reason


def test_it_is_told_why_the_coordinating_body_has_it() -> None:
    station = candidate(1)
    assert first([DESK]).reason == "No body answers this there, so the coordinating body is asked."
    assert first([station, DESK], asked=(1,)).reason == (
        "Nobody else who answers this there is on duty and still to be asked, so the coordinating body is asked."
    )
    assert first([station, DESK], asked=(1, 90)).reason == (
        "Everybody was asked and nobody has answered, so the coordinating body is asked again."
    )
    assert first([station], asked=(1,)).reason == ("Nobody has answered and there is no coordinating body, so everybody is asked again.")


# What is about the police


@given(st.sampled_from(list(CATEGORIES.values())), st.sampled_from(list(Kind)))
def test_only_what_is_about_the_police_is_kept_from_anybody_and_only_from_them(category: Category, kind: Kind) -> None:
    kept = category == CONDUCT and kind == Kind.POLICE
    assert eligible(category, kind).allowed is not kept
    assert ("police" in eligible(category, kind).reason) is kept


CANDIDATES = st.builds(
    candidate,
    st.integers(1, 12),
    st.sampled_from(list(Kind)),
    st.sampled_from([WARD, CONSTITUENCY, COUNTY, COUNTRY]),
    categories=st.sampled_from([(), ("conduct",), ("violence", "conduct"), ("theft",)]),
    body=st.sampled_from(["a", "b", "c"]),
    on_duty=st.booleans(),
    load=st.integers(0, 3),
    languages=st.sampled_from([("sw",), ("en",), ("sw", "en")]),
)
ORGANISATIONS = st.lists(CANDIDATES, max_size=12, unique_by=lambda each: each.liaison)


@given(
    ORGANISATIONS,
    st.sampled_from(list(CATEGORIES.values())),
    st.sampled_from(list(AREAS)),
    st.lists(st.integers(1, 12), max_size=12).map(tuple),
    st.sets(st.sampled_from(["a", "b", "c"])),
)
def test_however_a_country_is_organised(
    everybody: list[Candidate], category: Category, area: object, before: tuple[int, ...], tried: set[str]
) -> None:
    found = best(Matter(category, area, "sw", before, tried), everybody, AREAS)  # type: ignore[arg-type]
    fitting = [
        each for each in everybody if each.kind in category.answered_by and (not each.categories or category.code in each.categories)
    ]
    open_to_it = [each for each in fitting if each.on_duty and each.body not in tried]
    desks = [each for each in everybody if each.kind == Kind.COORDINATION]
    assert (found is None) == (not open_to_it and not desks), "a case has nobody only where there is nobody"
    if found is None:
        return
    chosen = found.candidate
    assert (category, chosen.kind) != (CONDUCT, Kind.POLICE)
    assert chosen in open_to_it or chosen in desks
    assert found.reason.endswith(".")
    assert len(found.reason) < 400
    if any(each.liaison not in before for each in open_to_it):
        assert chosen in open_to_it
        assert chosen.liaison not in before, "nobody is asked twice before everybody was asked once"
