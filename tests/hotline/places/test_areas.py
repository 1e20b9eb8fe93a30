"""Where people say they are, and what the hotline makes of it."""

import io
import math
import random
from collections import Counter

import pytest

from hotline.places.areas import Area, Areas
from hotline.places.loading import read
from tests.scenery.county import AREAS
from tests.scenery.places import small

# The tree


def nearby(areas: Areas, code: str) -> list[str]:
    return [area.name for area in areas.nearby(areas[code])]


def test_nearby_is_what_lies_in_ever_wider_circles_up_to_the_county() -> None:
    assert nearby(AREAS, "KE0321750872") == ["London"]
    assert nearby(AREAS, "KE032175") == ["Kaptembwo", "London"], "what lies inside first"
    assert nearby(AREAS, "KE047") == ["Dagoretti North", "Kawangware"]
    assert set(nearby(AREAS, "KE")) == {area.name for area in AREAS} - {"Kenya"}


def test_what_is_nearby_is_neither_the_place_nor_around_it_and_never_across_the_county(kenya: Areas) -> None:
    ward = kenya["KE0321750872"]
    found, county = kenya.nearby(ward), kenya["KE032"]
    assert len(found) == len(set(found))
    assert not set(found) & set(kenya.outwards(ward))
    assert all(kenya.inside(area, county) for area in found)
    assert {area.parent for area in found[:3]} == {ward.parent}, "next door first"
    assert len(found) == sum(kenya.inside(area, county) for area in kenya) - 3


def test_kenya_is_complete(kenya: Areas) -> None:
    levels = [area.level for area in kenya]
    assert [levels.count(level) for level in ("country", "county", "constituency", "ward")] == [
        1,
        47,
        290,
        1450,
    ]
    assert kenya.country.code == "KE"
    assert len(kenya) == 1788


def test_each_area_of_kenya_lies_in_the_one_whose_code_it_begins_with(kenya: Areas) -> None:
    for area in kenya:
        assert area.parent is None or area.code.startswith(area.parent)
        assert (
            area.parent is None
            or len(kenya.outwards(area))
            == ["country", "county", "constituency", "ward"].index(area.level) + 1
        )
        assert area.name not in area.aliases


def test_a_ward_lies_in_its_constituency_its_county_and_the_country(kenya: Areas) -> None:
    ward = kenya["KE0472751372"]
    assert [area.name for area in kenya.outwards(ward)] == [
        "Kawangware",
        "Dagoretti North",
        "Nairobi",
        "Kenya",
    ]
    assert kenya.inside(ward, kenya["KE047"])
    assert kenya.inside(ward, ward)
    assert not kenya.inside(kenya["KE047"], ward)
    assert not kenya.inside(ward, kenya["KE032"])


def test_distance_counts_the_steps_outwards(kenya: Areas) -> None:
    ward = kenya["KE0472751372"]
    assert [kenya.distance(ward, outer) for outer in kenya.outwards(ward)] == [0, 1, 2, 3]
    assert kenya.distance(kenya.country, ward) is None


def test_children_are_in_the_order_of_the_alphabet(kenya: Areas) -> None:
    counties = [area.name for area in kenya.children(kenya.country)]
    assert len(counties) == 47
    assert counties == sorted(counties)
    assert kenya.children(kenya["KE0472751372"]) == ()


def test_a_code_that_is_unknown_is_told() -> None:
    areas = Areas(small())
    assert "KE047" in areas
    assert "KE048" not in areas
    assert areas.get("KE048") is None
    with pytest.raises(KeyError):
        areas["KE048"]


def test_a_full_name_tells_the_county(kenya: Areas) -> None:
    assert kenya.full_name(kenya["KE0321750872"]) == "Kaptembwo, Nakuru"
    assert kenya.full_name(kenya["KE032175"]) == "Nakuru Town West, Nakuru"
    assert kenya.full_name(kenya["KE032"]) == "Nakuru"
    assert kenya.full_name(kenya.country) == "Kenya"


def test_no_two_places_have_one_full_name(kenya: Areas) -> None:
    assert len({kenya.full_name(area) for area in kenya}) == len(kenya)
    biasharas = [
        kenya.full_name(area)
        for area in kenya
        if area.name == "Biashara" and kenya.inside(area, kenya["KE032"])
    ]
    assert sorted(biasharas) == ["Biashara, Naivasha, Nakuru", "Biashara, Nakuru Town East, Nakuru"]


# Finding where somebody stands

ALONG = """code,name,parent,aliases,latitude,longitude
KE,Kenya,,,0,37
KE1,Meru,KE,,0,37.05
KE11,Imenti,KE1,,0,37.2
KE111,Nkuene,KE11,,0,37.3
KE112,Mitunguu,KE11,,,
KE2,Embu,KE,,0,36.7
KE21,Manyatta,KE2,,,
"""


def kilometres(one: Area, latitude: float, longitude: float) -> float:
    """By the haversine, which the tree does not use."""
    assert one.latitude is not None
    assert one.longitude is not None
    north, east = (math.radians(angle) / 2 for angle in (one.latitude - latitude, one.longitude - longitude))
    square = (
        math.sin(north) ** 2
        + math.cos(math.radians(latitude)) * math.cos(math.radians(one.latitude)) * math.sin(east) ** 2
    )
    return 2 * 6371 * math.asin(math.sqrt(square))


def around(
    areas: Areas, latitude: float, longitude: float, limit: int = 3, within_km: float = 50
) -> list[str]:
    return [area.name for area in areas.nearest(latitude, longitude, limit, within_km)]


def test_who_stands_in_a_ward_is_shown_the_wards_around() -> None:
    assert around(AREAS, -0.31, 36.04) == ["Kaptembwo", "London"]
    assert around(AREAS, -0.27, 36.06) == ["London", "Kaptembwo"]
    assert around(AREAS, -1.29, 36.75) == ["Kawangware"]


def test_the_middle_of_a_county_does_not_hide_its_wards() -> None:
    assert around(AREAS, -0.51, 36.15) == ["Kaptembwo", "London"]
    assert around(AREAS, -0.51, 36.15, limit=1) == ["Kaptembwo"]


def test_where_only_the_larger_area_is_on_the_map_it_is_shown() -> None:
    along = Areas(read(io.StringIO(ALONG)))
    assert around(along, 0, 36.7) == ["Embu"]
    assert around(along, 0, 37.2) == ["Imenti", "Nkuene"]


def test_an_area_is_left_out_when_something_in_it_is_nearer() -> None:
    assert around(Areas(read(io.StringIO(ALONG))), 0, 37.28) == ["Nkuene"]


def test_the_country_is_never_shown() -> None:
    assert around(Areas(read(io.StringIO(ALONG))), 0, 37) == ["Imenti", "Nkuene", "Embu"]
    assert around(Areas([Area("KE", "Kenya", None, latitude=0, longitude=37)]), 0, 37) == []


def test_nothing_far_away_is_shown() -> None:
    along = Areas(read(io.StringIO(ALONG)))
    assert around(along, 0, 36.7, within_km=0) == ["Embu"]
    assert around(along, 0.2, 36.7, within_km=22.2) == []
    assert around(along, 0.2, 36.7, within_km=22.3) == ["Embu"]
    assert around(along, 40, -100, within_km=30_000) == ["Embu", "Imenti", "Nkuene"]


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (math.nan, 37),
        (0, math.nan),
        (math.inf, 37),
        (0, -math.inf),
        (90.1, 37),
        (-91, 37),
        (0, 180.5),
        (0, 1e300),
    ],
)
def test_a_spot_that_is_not_on_the_globe_is_nowhere(latitude: float, longitude: float) -> None:
    assert around(Areas(read(io.StringIO(ALONG))), latitude, longitude, within_km=1e9) == []


def test_the_date_line_and_the_pole_are_no_borders() -> None:
    fiji = Areas(
        [
            Area("FJ", "Fiji", None),
            Area("FJ1", "Taveuni", "FJ", "", (), -16.9, 179.9),
            Area("FJ2", "Pole", "FJ", "", (), 89.9, 10),
        ]
    )
    assert around(fiji, -16.9, -179.9) == ["Taveuni"]
    assert around(fiji, 89.9, -170) == ["Pole"]


def test_the_nearest_in_kenya_are_in_order_and_none_is_missed(kenya: Areas) -> None:
    chance = random.Random(2026)
    for _ in range(100):
        latitude, longitude = chance.uniform(-4.5, 4.5), chance.uniform(34, 41.5)
        found = kenya.nearest(latitude, longitude, limit=8)
        far = [kilometres(area, latitude, longitude) for area in found]
        assert far == sorted(far)
        assert all(distance <= 50 for distance in far)
        for ward in (
            area for area in kenya if area.level == "ward" and area.latitude is not None and area not in found
        ):
            assert kilometres(ward, latitude, longitude) > (far[-1] if len(far) == 8 else 50)


def test_every_county_and_constituency_of_kenya_is_on_the_map(kenya: Areas) -> None:
    placed = Counter(area.level for area in kenya if area.latitude is not None)
    assert placed["country"] == 0
    assert (placed["county"], placed["constituency"]) == (47, 290)
    assert placed["ward"] > 100


def test_no_place_in_kenya_is_far_from_what_it_lies_in(kenya: Areas) -> None:
    for area in kenya:
        if area.latitude is not None and area.longitude is not None and area.level != "county":
            assert kilometres(kenya.outwards(area)[1], area.latitude, area.longitude) < 200, area


@pytest.mark.parametrize(
    ("latitude", "longitude", "constituency"),
    [
        (-1.2795, 36.7416, "KE047275"),
        (-0.3086, 36.0411, "KE032175"),
        (-4.0435, 39.6682, "KE001006"),
        (-0.0917, 34.7680, "KE042240"),
        (-1.4761, 36.9614, "KE034185"),
        (-0.3332, 37.6459, "KE013061"),
        (0.2725, 36.5381, "KE031163"),
    ],
    ids=["Kawangware", "Kaptembwo", "Mombasa Island", "Kisumu", "Kitengela", "Chuka", "Rumuruti"],
)
def test_well_known_places_are_near_their_constituency(
    kenya: Areas, latitude: float, longitude: float, constituency: str
) -> None:
    assert any(kenya.inside(area, kenya[constituency]) for area in kenya.nearest(latitude, longitude))
