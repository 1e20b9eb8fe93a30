"""Whose case it is: the nearest who fits, and then whoever
the escalation policy names next, until somebody answers."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.cases.escalation_policy import Row, Rung, Ways, order_of
from hotline.cases.matching import (
    A_LAP,
    Asked,
    Candidate,
    Match,
    Matter,
    could_ever_be_asked,
    from_the_top,
    match,
    minutes_after,
    next_place,
    together,
)
from hotline.directory.categories import CATEGORIES, CONDUCT, BodyKind, Category, Urgency
from hotline.places.areas import Area
from tests.scenery.county import AREAS, KAPTEMBWO
from tests.scenery.labels import about as name_of

WARD, CONSTITUENCY, COUNTY, COUNTRY = (area.code for area in AREAS.outwards(KAPTEMBWO))
NEXT_WARD, FAR_WARD = "KE0321750871", "KE0472751372"
VIOLENCE, LAND, GENDER, THEFT = (CATEGORIES[code] for code in ("violence", "land", "gender", "theft"))


def candidate(
    liaison: int, kind: BodyKind = BodyKind.POLICE, area: str = CONSTITUENCY, **other: object
) -> Candidate:
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


def matter(category: Category = VIOLENCE, area: Area = KAPTEMBWO, noes: int = 0, **other: object) -> Matter:
    return Matter(category, area, "sw", order_of(category.urgency, noes), **other)  # type: ignore[arg-type]


def as_asked(found: Match) -> Asked:
    chosen = found.candidate
    return Asked(chosen.liaison, chosen.body, chosen.kind, chosen.above, found.place)


def one_lap(candidates: Collection[Candidate], about: Matter, lap: int = 0) -> list[list[Match]]:
    """Who is asked in one lap when nobody answers: a list for each
    time that somebody is, of all who are asked at that time."""
    turns: list[list[Match]] = []
    place = lap * A_LAP
    while turn := together(about, candidates, AREAS, place):
        turns.append(turn)
        about = replace(about, asked=(*about.asked, *map(as_asked, turn)))
        place = next_place(about)
    return turns


def asked(candidates: Collection[Candidate], about: Matter | None = None) -> list[list[int]]:
    return [[each.candidate.liaison for each in turn] for turn in one_lap(candidates, about or matter())]


def rungs(candidates: Collection[Candidate], about: Matter | None = None) -> list[tuple[Rung, int]]:
    """The same with whose turn it was."""
    return [
        (each.row.rung, each.candidate.liaison)
        for turn in one_lap(candidates, about or matter())
        for each in turn
    ]


def first(candidates: Sequence[Candidate], about: Matter | None = None) -> Match:
    found = match(about or matter(), candidates, AREAS, 0)
    assert found is not None
    return found


def after_one_lap(candidates: Collection[Candidate], about: Matter) -> Matter:
    turns = one_lap(candidates, about)
    return replace(about, asked=(*about.asked, *(as_asked(each) for turn in turns for each in turn)))


DESK = candidate(90, BodyKind.COORDINATION, COUNTRY)
OVERSIGHT = candidate(80, BodyKind.OVERSIGHT, COUNTRY)


# The first who is asked


def test_the_nearest_is_asked_first() -> None:
    everybody = [
        candidate(number, area=area) for number, area in enumerate((COUNTRY, COUNTY, CONSTITUENCY, WARD))
    ]
    while everybody:
        assert first(everybody).candidate == everybody.pop(), (
            "and without the nearest, whoever is nearest then"
        )


def test_a_woman_where_wished_goes_before_nearness_and_that_before_kind_and_so_on_down_to_the_load() -> None:
    """In the order of what counts more, each better in one thing and worse in all that count less."""
    worst: dict[str, Any] = {"languages": ("en",), "load": 9, "supervisor": True}
    woman = candidate(9, BodyKind.PEACE, COUNTY, woman=True, **worst)
    near = candidate(8, BodyKind.PEACE, WARD, **worst)
    fitting = candidate(7, BodyKind.POLICE, **worst)
    no_supervisor = candidate(6, BodyKind.PEACE, languages=("en",), load=9)
    speaking = candidate(5, BodyKind.PEACE, load=9, supervisor=True)
    free = candidate(4, BodyKind.PEACE, languages=("en",), supervisor=True)
    plain = candidate(1, BodyKind.PEACE, **worst)
    in_order = [woman, near, fitting, no_supervisor, speaking, free, plain]
    about = matter(wants_woman=True)
    while in_order:
        assert first(in_order[::-1], about).candidate == in_order.pop(0)


def test_the_most_fitting_kind_of_body_depends_on_what_it_is_about() -> None:
    everybody = [
        candidate(1, BodyKind.POLICE),
        candidate(2, BodyKind.PEACE),
        candidate(3, BodyKind.WOMEN),
        candidate(4, BodyKind.OVERSIGHT),
    ]
    firsts = {
        category.code: first(everybody, matter(category)).candidate.liaison
        for category in (VIOLENCE, LAND, GENDER, CONDUCT)
    }
    assert firsts == {"violence": 1, "land": 2, "gender": 3, "conduct": 4}


def test_violence_at_home_goes_to_the_fitting_office_before_a_nearer_one_and_to_a_woman_before_both() -> None:
    near, fitting = candidate(1, BodyKind.POLICE, WARD), candidate(2, BodyKind.WOMEN, COUNTY, load=9)
    woman = candidate(3, BodyKind.POLICE, COUNTRY, woman=True)
    assert first([near, fitting, woman], matter(GENDER)).candidate == fitting
    assert first([near, fitting, woman], matter(GENDER, wants_woman=True)).candidate == woman
    assert first([near, candidate(2, BodyKind.PEACE, COUNTY)], matter(LAND)).candidate == near, (
        "else the nearer"
    )


def test_one_who_leads_is_not_asked_before_the_others_of_the_body() -> None:
    leads, works = candidate(1, body="station", supervisor=True), candidate(2, body="station", load=5)
    assert first([leads, works]).candidate == works
    assert first([leads]).candidate == leads, "but where there is nobody else"


def test_who_would_rather_speak_to_a_woman_is_given_one_where_there_is_one() -> None:
    man, woman = candidate(1), candidate(2, woman=True, load=3)
    assert first([man, woman]).candidate == man
    assert first([man, woman], matter(wants_woman=True)).candidate == woman
    assert "is a woman, as the citizen wished" in first([man, woman], matter(wants_woman=True)).reason
    assert first([man], matter(wants_woman=True)).candidate == man, "a man is better than nobody"


def test_of_two_alike_the_same_one_is_asked_every_time() -> None:
    pair = [candidate(7), candidate(4)]
    assert first(pair) == first(pair[::-1])


def test_one_who_is_off_duty_is_not_asked() -> None:
    off_duty = candidate(1, area=WARD, on_duty=False, supervisor=True)
    assert asked([off_duty, candidate(2, area=COUNTY, body=off_duty.body)]) == [[2]]
    assert asked([off_duty]) == []


def test_a_body_may_answer_less_than_its_kind() -> None:
    thieves_only, all_else = candidate(1, area=WARD, categories=("theft",)), candidate(2, area=COUNTY)
    assert first([thieves_only, all_else]).candidate == all_else
    assert first([thieves_only, all_else], matter(THEFT)).candidate == thieves_only


def test_whoever_has_another_case_of_the_same_incident_is_asked_first_and_once() -> None:
    near, knows = candidate(1, area=WARD), candidate(2, area=COUNTY, load=4)
    about = matter(known_to=2)
    assert first([near, knows], about).candidate == knows
    assert "has the same incident already" in first([near, knows], about).reason
    again = replace(about, asked=(Asked(2, knows.body, knows.kind, place=0),))
    assert first([near, knows], again).candidate == near


def test_nor_is_one_who_knows_the_incident_asked_off_duty() -> None:
    near, knows = candidate(1, area=WARD), candidate(2, on_duty=False)
    assert first([near, knows], matter(known_to=2)).candidate == near


# At a border


def test_at_a_border_both_stations_that_list_the_ward_are_asked_together() -> None:
    one, other = candidate(1, area=WARD, body="one"), candidate(2, area=WARD, body="other", load=3)
    (turn,) = one_lap([one, other], matter())
    assert [(each.row.rung, each.candidate, each.place) for each in turn] == [
        (Rung.PRIMARY, one, 0),
        (Rung.BORDER, other, 1),
    ]
    assert turn[1].reason.startswith("The place is at a border, so both are asked. Station 2")


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (candidate(2, area=COUNTY), "it only serves the county"),
        (candidate(2, area=NEXT_WARD, neighbour=True), "it serves the ward beside"),
        (candidate(2, BodyKind.PEACE, WARD), "it is of another kind"),
        (candidate(2, area=WARD, body="body-1"), "it is the same body"),
        (candidate(2, area=WARD, on_duty=False), "nobody of it is there"),
        (candidate(2, area=WARD, categories=("theft",)), "it does not answer this"),
    ],
)
def test_but_not_another_body_if(other: Candidate, why: str) -> None:
    assert asked([candidate(1, area=WARD), other])[0] == [1], why


def test_nor_where_the_first_serves_the_ward_only_as_part_of_more() -> None:
    assert asked([candidate(1), candidate(2)])[0] == [1]


# The next ones


def test_the_next_is_another_one_of_a_body_that_was_asked() -> None:
    one, mate, elsewhere = (
        candidate(1, body="station"),
        candidate(2, body="station", load=8),
        candidate(3, area=COUNTY),
    )
    assert rungs([one, mate, elsewhere]) == [(Rung.PRIMARY, 1), (Rung.NEXT, 2), (Rung.SIDEWAYS, 3)]


def test_at_a_border_the_next_may_be_of_either() -> None:
    one, other = candidate(1, area=WARD, body="one"), candidate(2, area=WARD, body="other")
    mate = candidate(3, area=WARD, body="other")
    assert rungs([one, other, mate]) == [(Rung.PRIMARY, 1), (Rung.BORDER, 2), (Rung.NEXT, 3)]


def test_who_leads_the_body_that_was_asked_is_asked_or_who_leads_one_above_it() -> None:
    works = candidate(1, body="post", above=("division", "county"))
    leads = candidate(2, body="post", supervisor=True, area=WARD)
    commander = candidate(3, body="county", area=COUNTY, supervisor=True, categories=("theft",))
    stranger = candidate(4, BodyKind.WOMEN, body="elsewhere", supervisor=True)
    assert rungs([works, commander, stranger]) == [(Rung.PRIMARY, 1), (Rung.SUPERVISOR, 3)], (
        "though the commander answers something else"
    )
    assert rungs([works, replace(leads, area=CONSTITUENCY), commander]) == [
        (Rung.PRIMARY, 1),
        (Rung.NEXT, 2),
        (Rung.SUPERVISOR, 3),
    ]
    assert rungs([works, replace(leads, on_duty=False), commander])[-1] == (Rung.SUPERVISOR, 3)


def test_sideways_goes_to_another_kind_before_the_same_one() -> None:
    station, other_station = candidate(1, area=WARD), candidate(2, area=CONSTITUENCY)
    committee = candidate(3, BodyKind.PEACE, COUNTY)
    assert rungs([station, other_station, committee]) == [
        (Rung.PRIMARY, 1),
        (Rung.SIDEWAYS, 3),
        (Rung.SIDEWAYS, 2),
    ]


def test_a_neighbour_comes_last_and_is_never_the_first() -> None:
    neighbour = candidate(1, area=NEXT_WARD, neighbour=True)
    assert rungs([neighbour]) == [(Rung.SIDEWAYS, 1)]
    assert rungs([neighbour, candidate(2), candidate(3, area=COUNTRY)]) == [
        (Rung.PRIMARY, 2),
        (Rung.SIDEWAYS, 3),
        (Rung.SIDEWAYS, 1),
    ]
    assert first([neighbour]).reason == (
        "Nobody has answered yet, so another body is asked. Station 1 answers "
        f"{name_of('violence', 'en')!r} and serves London nearby; "
        "Sgt. No. 1 is on duty, speaks Kiswahili and has no other case."
    )


def test_of_neighbours_the_one_next_door_comes_before_one_across_the_county() -> None:
    next_door = candidate(2, area=NEXT_WARD, neighbour=True, load=9)
    about = matter(area=AREAS["KE0321750872"])
    across = candidate(1, area=FAR_WARD, neighbour=True)
    assert [who for _rung, who in rungs([across, next_door], about)] == [2, 1]


def test_what_nobody_else_answers_goes_to_the_coordinating_body_even_off_duty() -> None:
    asleep = replace(DESK, on_duty=False)
    assert rungs([candidate(1), asleep]) == [(Rung.PRIMARY, 1), (Rung.COORDINATION, 90)]
    assert rungs([asleep]) == [(Rung.COORDINATION, 90)]
    assert first([asleep]).reason == (
        "Nobody else has answered it, so the coordinating body is asked. "
        "Station 90 serves Kenya, which Kaptembwo is in; "
        "Sgt. No. 90 is off duty, speaks Kiswahili and has no other case."
    )


def test_a_body_that_is_named_for_it_stands_in_the_place_of_the_coordinating_bodies() -> None:
    named = candidate(70, BodyKind.PEACE, FAR_WARD, on_duty=False, neighbour=True, body="named")
    assert rungs([DESK, named], matter(default="named")) == [(Rung.COORDINATION, 70)]
    assert rungs([DESK], matter(default="named")) == [(Rung.COORDINATION, 90)], (
        "where nobody of it may see the case"
    )
    assert "serves Kawangware;" in first([named], matter(default="named")).reason, "which is not nearby"


def test_with_nobody_at_all_nobody_is_found() -> None:
    assert match(matter(), [], AREAS, 0) is None
    assert together(matter(), [], AREAS, 0) == []


# How long each has


def test_each_has_until_the_next_row_has_its_turn() -> None:
    about = matter()
    assert [minutes_after(about, place) for place in range(len(about.order))] == [5] * len(about.order)
    assert [minutes_after(matter(LAND), place) for place in (0, 1, 2, 3, 4, 5, 6)] == [
        20,
        20,
        20,
        20,
        20,
        60,
        60,
    ]
    assert minutes_after(matter(LAND), 3 * A_LAP) == 20, "in each lap"


def test_a_row_with_nobody_is_skipped_at_once() -> None:
    committee = candidate(1, BodyKind.PEACE)
    (turn,) = one_lap([DESK], matter())
    assert turn[0].place == 6
    assert [each.place for turn in one_lap([committee, DESK], matter()) for each in turn] == [0, 6]


# Lap after lap


def test_in_the_next_lap_whoever_was_asked_least_comes_first() -> None:
    near, far, farther = candidate(1, area=WARD), candidate(2, area=COUNTY), candidate(3, area=COUNTRY)
    about = after_one_lap([near, far], matter())
    second = together(about, [near, far, farther], AREAS, A_LAP)
    assert [each.candidate for each in second] == [farther]
    assert [second[0].place, about.lap] == [A_LAP, 0]


def test_nobody_is_asked_twice_in_one_lap_and_everybody_again_in_the_next() -> None:
    everybody = [
        candidate(1, body="station"),
        candidate(2, body="station"),
        candidate(3, BodyKind.PEACE),
        DESK,
    ]
    about = matter()
    for lap in range(3):
        turns = one_lap(everybody, about, lap)
        assert sorted(each.candidate.liaison for turn in turns for each in turn) == [1, 2, 3, 90]
        about = replace(about, asked=(*about.asked, *(as_asked(each) for turn in turns for each in turn)))
        assert about.lap == lap


def test_who_passed_it_on_is_left_out_of_the_next_lap_and_asked_in_the_one_after() -> None:
    about = matter(
        asked=(
            Asked(1, "body-1", BodyKind.POLICE, place=0, passed=True),
            Asked(2, "body-2", BodyKind.POLICE, place=4),
        )
    )
    everybody = [candidate(1), candidate(2)]
    assert [[each.candidate.liaison for each in turn] for turn in one_lap(everybody, about, 1)] == [[2]]
    assert sorted(each.candidate.liaison for turn in one_lap(everybody, about, 2) for each in turn) == [1, 2]


def test_where_all_have_passed_it_on_they_are_asked_again_all_the_same() -> None:
    about = matter(
        asked=tuple(Asked(each, f"body-{each}", BodyKind.POLICE, place=each, passed=True) for each in (1, 2))
    )
    found = from_the_top(about, [candidate(1), candidate(2)], AREAS)
    assert [(each.candidate.liaison, each.place) for each in found] == [(1, 2 * A_LAP)]
    assert from_the_top(about, [candidate(1), candidate(2), candidate(3)], AREAS)[0].place == A_LAP, (
        "else in the next lap, as ever"
    )


# After a no


def test_a_body_that_had_it_and_did_not_help_does_not_get_it_again() -> None:
    station, mate = (
        candidate(1, area=WARD, body="station"),
        candidate(2, area=WARD, body="station", supervisor=True),
    )
    committee = candidate(3, BodyKind.PEACE, COUNTY)
    assert asked([station, mate, committee, DESK], matter(tried={"station"})) == [[3], [90]]
    assert asked([station, mate, committee, DESK], matter(tried={"station", "body-3"})) == [[90]]


def test_where_nobody_else_is_left_they_are_asked_again_in_the_next_lap() -> None:
    station = candidate(1, area=WARD, body="station")
    about = matter(tried={"station"})
    assert asked([station], about) == []
    assert [[each.candidate.liaison for each in turn] for turn in one_lap([station], about, 1)] == [[1]]
    committee = candidate(2, BodyKind.PEACE, COUNTRY)
    assert one_lap([station, committee], about, 1)[0][0].candidate == committee, (
        "but only where nobody else is"
    )


def test_after_two_noes_coordination_and_oversight_are_asked_at_once_and_the_rest_in_usual_time() -> None:
    station, committee = candidate(1, area=WARD), candidate(2, BodyKind.PEACE)
    everybody = [station, committee, DESK, OVERSIGHT]
    about = matter(noes=2, tried={"body-1"})
    assert rungs(everybody, about) == [(Rung.COORDINATION, 90), (Rung.OVERSIGHT, 80), (Rung.PRIMARY, 2)]
    assert asked(everybody, about) == [[90, 80], [2]]
    assert minutes_after(about, 1) == 5
    assert minutes_after(matter(LAND, noes=2), 1) == 20


def test_a_coordinating_body_that_had_it_gets_it_all_the_same() -> None:
    assert asked([DESK, OVERSIGHT], matter(noes=3, tried={DESK.body, OVERSIGHT.body})) == [[90, 80]]


def test_where_there_is_no_coordinating_body_oversight_is_asked_alone() -> None:
    assert asked([OVERSIGHT, candidate(1)], matter(noes=2)) == [[80], [1]]


# Who could ever be asked


@pytest.mark.parametrize(
    ("who", "could"),
    [
        (candidate(1, on_duty=False), True),
        (candidate(1, area=NEXT_WARD, neighbour=True), True),
        (candidate(1, BodyKind.WOMEN), False),
        (candidate(1, BodyKind.WOMEN, supervisor=True), False),
        (candidate(1, categories=("theft",)), False),
        (DESK, True),
        (OVERSIGHT, True),
        (replace(OVERSIGHT, neighbour=True), False),
        (candidate(1, BodyKind.WOMEN, body="named"), True),
    ],
)
def test_who_could_ever_be_asked(who: Candidate, could: bool) -> None:
    assert could_ever_be_asked(matter(default="named"), who) is could


# Why


def test_the_reason_says_what_a_liaison_would_ask() -> None:
    assert first([candidate(1, name="Sgt. Kipruto", body_name="Kaptembwo Police")]).reason == (
        f"Kaptembwo Police answers {name_of('violence', 'en')!r} "
        "and serves Nakuru Town West, which Kaptembwo is in; "
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


def test_it_is_told_why_somebody_of_that_kind_is_asked_at_all() -> None:
    works = candidate(1, body="station", body_name="Kaptembwo Police")
    everybody = [
        works,
        replace(works, liaison=2),
        replace(works, liaison=3, supervisor=True, on_duty=True, categories=("theft",)),
        DESK,
    ]
    told = [each.reason.split(". ")[0] for turn in one_lap(everybody, matter()) for each in turn]
    assert told[1:] == [
        "Nobody has answered yet, so the next of Kaptembwo Police is asked",
        "Nobody has answered yet, so who leads them is asked",
        "Nobody else has answered it, so the coordinating body is asked",
    ]
    noes = [
        each.reason.split(". ")[0] for turn in one_lap([DESK, OVERSIGHT], matter(noes=2)) for each in turn
    ]
    assert noes[1] == "The citizen has said no twice, so an oversight authority is asked"


# However a country is organised


BODIES = ("a", "b", "c", "d")
NEIGHBOURS = (NEXT_WARD, FAR_WARD)
PEOPLE = st.builds(
    candidate,
    st.integers(1, 12),
    st.sampled_from(list(BodyKind)),
    st.sampled_from([WARD, CONSTITUENCY, COUNTY, COUNTRY, *NEIGHBOURS]),
    categories=st.sampled_from([(), (), ("conduct",), ("violence", "conduct"), ("theft",)]),
    body=st.sampled_from(BODIES),
    above=st.lists(st.sampled_from(BODIES), max_size=2).map(tuple),
    on_duty=st.booleans(),
    load=st.integers(0, 3),
    supervisor=st.booleans(),
    woman=st.booleans(),
    languages=st.sampled_from([("sw",), ("en",), ("sw", "en")]),
).map(lambda each: replace(each, neighbour=each.area in NEIGHBOURS))
ORGANISATIONS = st.lists(PEOPLE, max_size=12, unique_by=lambda each: each.liaison)
MATTERS = st.builds(
    matter,
    st.sampled_from(list(CATEGORIES.values())),
    noes=st.integers(0, 3),
    tried=st.frozensets(st.sampled_from(BODIES), max_size=2),
    wants_woman=st.booleans(),
    known_to=st.none() | st.integers(1, 12),
    default=st.sampled_from(["", *BODIES]),
)


def answers(who: Candidate, about: Matter) -> bool:
    return who.kind in about.category.answered_by and (
        not who.categories or about.category.code in who.categories
    )


@given(ORGANISATIONS, MATTERS)
def test_every_lap_ends_and_whoever_is_there_to_answer_is_found(
    everybody: list[Candidate], about: Matter
) -> None:
    for lap in range(3):
        matches = [each for turn in one_lap(everybody, about, lap) for each in turn]
        who = [each.candidate.liaison for each in matches]
        assert len(who) == len(set(who)), "nobody is asked twice in one lap"
        assert [each.place for each in matches] == sorted({each.place for each in matches}), (
            "and no row has two turns"
        )
        assert all(each.place // A_LAP == lap for each in matches)
        there = [
            each
            for each in everybody
            if each.on_duty and answers(each, about) and each.body not in about.tried
        ]
        desks = [each for each in everybody if each.kind == BodyKind.COORDINATION]
        assert matches or not (there or desks), "a case has nobody only where there is nobody"
        about = replace(about, asked=(*about.asked, *map(as_asked, matches)))


@given(ORGANISATIONS, MATTERS)
def test_whoever_is_asked_may_be_asked(everybody: list[Candidate], about: Matter) -> None:
    for turn in one_lap(everybody, about):
        for each in turn:
            chosen = each.candidate
            comes_last = each.row.rung in (Rung.COORDINATION, Rung.OVERSIGHT)
            assert chosen.on_duty or comes_last
            assert chosen.body not in about.tried or comes_last, (
                "a body that did not help does not get it again"
            )
            assert answers(chosen, about) or comes_last or chosen.supervisor
            assert not chosen.neighbour or each.row.rung not in (Rung.PRIMARY, Rung.BORDER, Rung.OVERSIGHT)
            assert each.reason.endswith(".")
            assert len(each.reason) <= 400
            assert could_ever_be_asked(about, chosen) or each.row.rung == Rung.SUPERVISOR


@given(ORGANISATIONS, MATTERS)
def test_whoever_is_asked_at_the_same_time_is_asked_because_the_order_says_so(
    everybody: list[Candidate], about: Matter
) -> None:
    for first_of_them, *others in one_lap(everybody, about):
        places = range(first_of_them.place + 1, first_of_them.place + 1 + len(others))
        assert [each.place for each in others] == list(places)
        assert all(each.row.after == 0 for each in others)


@given(ORGANISATIONS, MATTERS)
def test_where_nobody_could_ever_be_asked_nobody_is(everybody: list[Candidate], about: Matter) -> None:
    if not any(could_ever_be_asked(about, each) for each in everybody):
        assert one_lap(everybody, about) == []


def test_an_order_of_ones_own_is_followed_as_it_is_written() -> None:
    order = (
        Row(0, Rung.SIDEWAYS),
        Row(0, Rung.SIDEWAYS, Ways.ALL),
        Row(0, Rung.COORDINATION),
        Row(9, Rung.REPEAT),
    )
    about = Matter(VIOLENCE, KAPTEMBWO, "sw", order)
    (turn,) = one_lap([candidate(1), candidate(2), DESK], about)
    assert [each.candidate.liaison for each in turn] == [1, 2, 90]
    assert [each.row.ways for each in turn] == [Ways.BEST, Ways.ALL, Ways.BEST]
    assert minutes_after(about, turn[-1].place) == 9


def test_every_urgency_is_asked_about_by_its_own_order() -> None:
    assert {category.urgency for category in CATEGORIES.values()} == set(Urgency)
