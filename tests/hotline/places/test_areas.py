"""Where people say they are, and what the hotline makes of it."""

import io
import math
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from hotline.core.database import Base, Database
from hotline.core.errors import BadRows, Misconfigured
from hotline.places.areas import GAZETTEER, Area, Areas, load, version
from hotline.places.loading import read, save
from tests.scenery.county import AREAS

NIGERIA = Path(__file__).parents[2] / "data" / "nigeria_areas.csv"

SMALL = """code,name,parent,aliases
KE,Kenya,,
KE047,Nairobi,KE,City|Green City
KE047275,Dagoretti North,KE047,
"""


@pytest.fixture(scope="module")
def kenya() -> Areas:
    return Areas(read(GAZETTEER / "kenya.csv"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'areas.db'}")
    Base.metadata.tables["areas"].create(database.engine)
    yield database
    database.close()


def names(areas: Areas, text: str, within: Area | None = None, limit: int = 5) -> list[str]:
    return [areas.full_name(found.area) for found in areas.closest(text, within, limit)]


def small(rows: str = "") -> list[Area]:
    return read(io.StringIO(SMALL + rows))


def complaints(source: str | bytes) -> list[str]:
    with pytest.raises(BadRows) as refused:
        read(io.BytesIO(source) if isinstance(source, bytes) else io.StringIO(source))
    return [str(row) for row in refused.value.rows]


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


# Finding what somebody meant


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("Kawangware", "Kawangware, Nairobi"),
        ("Kawangwaree", "Kawangware, Nairobi"),
        ("  KAWANGWARE!! ", "Kawangware, Nairobi"),
        ("kawangware market", "Kawangware, Nairobi"),
        ("Gatina", "Gatina, Nairobi"),
        ("Kaptembwa", "Kaptembwo, Nakuru"),
        ("Kaptembo", "Kaptembwo, Nakuru"),
        ("kaptemwa", "Kaptembwo, Nakuru"),
        ("kaptemwa nakuru", "Kaptembwo, Nakuru"),
        ("Githurai", "Githurai, Nairobi"),
        ("Eldoret", "Uasin Gishu"),
        ("Ruaka", "Kiambaa, Kiambu"),
        ("nakuru town", "Nakuru"),
        ("nakuru", "Nakuru"),
        ("Lang’ata", "Langata, Nairobi"),
        ("maimahiu", "Mai Mahiu, Nakuru"),
        ("Reitz", "Port Reitz, Mombasa"),
        ("golf", "Woodley/Kenyatta Golf Course, Nairobi"),
        ("kibera nairobi", "Kibra, Nairobi"),
        ("Nyéri", "Nyeri"),
        ("Township, Kitui", "Township, Kitui"),
        ("Thika", "Kiambu"),
    ],
)
def test_a_place_is_found_however_it_is_written(kenya: Areas, text: str, best: str) -> None:
    assert names(kenya, text)[0] == best


@pytest.mark.parametrize(
    "text", ["xqzw", "12", "", "!!!", "   ", "a", "qwrtp", "asdf", "0712", "😀", "...", "zzzzzz", "x" * 5000]
)
def test_nonsense_is_no_place(kenya: Areas, text: str) -> None:
    assert kenya.closest(text) == ()


def test_the_answer_says_which_name_was_meant(kenya: Areas) -> None:
    (found, *_) = kenya.closest("eldorett")
    assert (found.area.name, found.name) == ("Uasin Gishu", "Eldoret")


def test_an_exact_name_comes_before_an_alias_and_an_alias_before_what_is_alike() -> None:
    areas = Areas(small("KE001,Kilima,KE,\nKE002,Mbali,KE,Kilima\nKE003,Kilimani,KE,\n"))
    assert [found.area.code for found in areas.closest("kilima")] == ["KE001", "KE002", "KE003"]


def test_of_equal_names_the_bigger_place_comes_first(kenya: Areas) -> None:
    assert names(kenya, "kabete")[:2] == ["Kabete, Kiambu", "Kabete, Kabete, Kiambu"]
    assert names(kenya, "kabette")[:2] == ["Kabete, Kiambu", "Kabete, Kabete, Kiambu"]


def test_what_is_far_behind_the_best_is_not_named(kenya: Areas) -> None:
    assert names(kenya, "langata") == ["Langata, Nairobi"]


def test_each_place_is_named_once(kenya: Areas) -> None:
    for text in ("kawangware", "nakuru", "township", "eldoret"):
        codes = [found.area.code for found in kenya.closest(text, limit=20)]
        assert len(codes) == len(set(codes))


def test_one_may_look_in_one_county_only(kenya: Areas) -> None:
    assert names(kenya, "township", within=kenya["KE015"]) == ["Township, Kitui"]
    assert names(kenya, "eldoret", within=kenya["KE032"]) == []


def test_no_more_are_named_than_asked_for(kenya: Areas) -> None:
    assert len(names(kenya, "township", limit=3)) == 3


def test_every_name_and_alias_leads_to_its_place(kenya: Areas) -> None:
    for area in kenya:
        for name in (area.name, *area.aliases) if area.parent else ():
            assert area in [found.area for found in kenya.closest(name, within=kenya.outwards(area)[-2])], (
                name
            )


def slip(chance: random.Random, word: str) -> str:
    """The word with one letter too many, missing, wrong or in the wrong place."""
    place, letter = chance.randrange(len(word)), chance.choice("abcdefghijklmnoprstuwy")
    before, after = word[:place], word[place:]
    return chance.choice(
        (
            before + letter + after,
            before + after[1:] or word,
            before + letter + after[1:],
            before + after[1:2] + after[:1] + after[2:],
        )
    )


def test_one_or_two_slips_of_the_finger_do_not_hide_a_ward(kenya: Areas) -> None:
    chance = random.Random(2026)
    asked = [(slip(chance, area.name.lower()), area) for area in kenya if area.level == "ward"]
    asked += [(slip(chance, text), area) for text, area in asked]
    hit = sum(area in [found.area for found in kenya.closest(text)] for text, area in asked)
    assert hit / len(asked) >= 0.95


def test_letters_with_hooks_and_tones_are_found_by_plain_ones() -> None:
    areas = Areas(
        read(
            io.StringIO(
                "code,name,parent,aliases\nNG,Nigeria,,\nNG1,Ɗan Ɓaya,NG,Ìbàdàn\nNG2,አዲስ "
                "አበባ,NG,\nNG3,الخرطوم,NG,\n"
            )
        )
    )
    assert [areas.closest(text)[0].area.code for text in ("dan baya", "ibadan", "አዲስ አበባ", "الخرطوم")] == [
        "NG1",
        "NG1",
        "NG2",
        "NG3",
    ]


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


# Reading a file


def test_a_file_becomes_areas() -> None:
    country, county, constituency = small()
    assert country == Area("KE", "Kenya", None)
    assert county == Area("KE047", "Nairobi", "KE", "", ("City", "Green City"))
    assert constituency.parent == "KE047"


@pytest.mark.parametrize(
    "content",
    [
        SMALL.encode("utf-8-sig"),
        SMALL.replace(",", ";").encode(),
        SMALL.replace(",", "\t").encode(),
        SMALL.replace("\n", "\r\n\r\n").encode(),
        SMALL.replace(",", " , ").encode(),
        SMALL.replace("code,name,parent,aliases", "Code,NAME,Parent,Aliases").encode(),
        SMALL.replace("City|Green City", '" City | Green  City||City|Nairobi"').encode(),
        ("\n\n" + SMALL + ",,,\n").encode(),
    ],
    ids=[
        "byte order mark",
        "semicolons",
        "tabs",
        "blank lines",
        "spaces",
        "capitals",
        "untidy aliases",
        "empty rows",
    ],
)
def test_whatever_a_spreadsheet_writes_is_understood(content: bytes) -> None:
    assert read(io.BytesIO(content)) == small()


def test_a_file_may_be_given_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    path.write_text(SMALL, encoding="utf-8")
    assert read(path) == read(str(path)) == small()


def test_level_and_coordinates_may_be_there() -> None:
    _, county = read(
        io.StringIO(
            "code,name,parent,aliases,Level,lat,LON\n"
            "KE,Kenya,,,country,,\n"
            "KE047,Nairobi,KE,,county,-1.28,36.8\n"
        )
    )
    assert (county.level, county.latitude, county.longitude) == ("county", -1.28, 36.8)


def test_all_bad_rows_are_told_at_once() -> None:
    rows = (
        "KE047,Twin,KE,\n,Nameless,KE,\nKE1,,KE,\n\nKE2,Lost,KE9,\n"
        "KE3,Ring,KE4,\nKE4,Ring,KE3,\nTZ,Tanzania,,\nKE5,Comma,KE,,too,\n"
    )
    assert complaints(SMALL + rows) == [
        "line 5: the code “KE047” is already on line 3",
        "line 6: the code is missing",
        "line 7: the name is missing",
        "line 9: the parent “KE9” is not in the file",
        "line 10: each of these is inside the next, without an end: KE3 → KE4 → KE3",
        "line 12: “TZ” has no parent, but “KE” on line 2 is the country already",
        "line 13: there are more cells than headings; a cell with the separator in it needs quotation marks",
    ]


def test_an_area_cannot_lie_in_itself() -> None:
    assert complaints(SMALL + "KE1,Snake,KE1,\n") == [
        "line 5: each of these is inside the next, without an end: KE1 → KE1"
    ]


def test_coordinates_must_be_on_the_globe() -> None:
    rows = (
        "KE,Kenya,,,,\nKE1,A,KE,,north,1\nKE2,B,KE,,91,1\nKE3,C,KE,,1,-181\nKE4,D,KE,,nan,1\nKE5,E,KE,,1,\n"
    )
    assert complaints("code,name,parent,aliases,latitude,longitude\n" + rows) == [
        "line 3: the latitude “north” is not a number from -90 to 90",
        "line 4: the latitude “91” is not a number from -90 to 90",
        "line 5: the longitude “-181” is not a number from -180 to 180",
        "line 6: the latitude “nan” is not a number from -90 to 90",
        "line 7: latitude and longitude must be given together",
    ]


def test_a_missing_heading_is_named() -> None:
    (reason,) = complaints("code,name,above\nKE,Kenya,\n")
    assert reason.startswith("line 1: the heading “parent”, “aliases” is missing")


@pytest.mark.parametrize("content", ["", "\n\n", " \n,,\n", "\ufeff"])
def test_an_empty_file_is_refused(content: str) -> None:
    assert complaints(content) == ["line 1: the file is empty"]


def test_a_file_needs_its_country() -> None:
    assert complaints("code,name,parent,aliases\n") == [
        "line 1: there is no country: the row of the country has an empty parent"
    ]
    assert complaints("code,name,parent,aliases\nKenya,Kenya,,\n") == [
        "line 2: “Kenya” has no parent, so it is the country, whose code is two capital letters such as KE"
    ]


def test_letters_that_are_not_utf8_are_told_with_their_line() -> None:
    rows = SMALL + "KE1,Nyéri,KE,\nKE2,Meru,KE,\nKE3,Môlo,KE,\n"
    reason = "there are letters that are not UTF-8; save the file as “CSV UTF-8”"
    assert complaints(rows.encode("latin-1")) == [f"line 5: {reason}", f"line 7: {reason}"]


def test_a_quotation_mark_must_be_closed() -> None:
    assert complaints(SMALL + 'KE1,"Meru,KE,\nKE2,Embu,KE,\n') == ["line 5: a quotation mark is not closed"]


# Keeping them


def test_nigeria_is_read_kept_and_read_again(database: Database) -> None:
    with database.writing() as session:
        save(session, read(NIGERIA))
    with database.reading() as session:
        nigeria = load(session, "NG")
    assert sorted(nigeria, key=lambda area: area.code) == sorted(read(NIGERIA), key=lambda area: area.code)
    assert len(nigeria.children(nigeria.country)) == 37
    assert sum(area.level == "local government area" for area in nigeria) == 774
    assert names(nigeria, "sokotto") == ["Sokoto"]


def test_no_two_places_in_nigeria_have_one_full_name() -> None:
    nigeria = Areas(read(NIGERIA))
    assert len({nigeria.full_name(area) for area in nigeria}) == len(nigeria)


def test_coordinates_and_aliases_are_kept(database: Database) -> None:
    areas = [
        Area("KE", "Kenya", None),
        Area("KE1", "Meru", "KE", "county", ("Ameru", "Meru Town"), 0.05, 37.65),
    ]
    with database.writing() as session:
        save(session, areas)
        assert list(load(session, "KE")) == areas


def test_a_new_edition_changes_adds_and_removes(database: Database) -> None:
    with database.writing() as session:
        save(session, small("KE1,Meru,KE,\nKE11,Imenti,KE1,\nKE111,Nkuene,KE11,\n"))
        save(session, read(io.StringIO(SMALL.replace("Dagoretti North", "Kilimani") + "KE2,Embu,KE,\n")))
        areas = load(session, "KE")
    assert areas["KE047275"].name == "Kilimani"
    assert [area.name for area in areas.children(areas.country)] == ["Embu", "Nairobi"]
    assert len(areas) == 4


def test_what_is_still_spoken_of_stays(database: Database) -> None:
    with database.writing() as session:
        session.execute(sql("CREATE TABLE mentions (area VARCHAR REFERENCES areas (code))"))
        save(session, small("KE1,Meru,KE,\nKE11,Imenti,KE1,\nKE2,Embu,KE,\n"))
        session.execute(sql("INSERT INTO mentions VALUES ('KE11')"))
    with database.writing() as session:
        save(session, small())
    with database.reading() as session:
        assert {area.code for area in load(session, "KE")} == {"KE", "KE047", "KE047275", "KE1", "KE11"}


def test_two_countries_live_side_by_side(database: Database) -> None:
    with database.writing() as session:
        save(session, small())
        save(session, [Area("UG", "Uganda", None), Area("UG1", "Gulu", "UG")])
        save(session, [Area("UG", "Uganda", None)])
        assert (len(load(session, "KE")), len(load(session, "UG"))) == (3, 1)


def test_a_code_belongs_to_one_country(database: Database) -> None:
    with database.writing() as session:
        save(session, small())
        with pytest.raises(Misconfigured, match="KE047"):
            save(session, [Area("UG", "Uganda", None), Area("KE047", "Gulu", "UG")])


def test_a_country_without_areas_says_what_to_do(database: Database) -> None:
    with (
        database.reading() as session,
        pytest.raises(Misconfigured, match=r"no areas of the country “FJ”.*Load a file"),
    ):
        load(session, "FJ")


def test_a_process_can_tell_that_areas_were_loaded_anew(database: Database) -> None:
    with database.writing() as session:
        versions = [version(session, "KE")]
        for _ in range(2):
            save(session, small())
            versions.append(version(session, "KE"))
    assert versions == [0, 1, 2]
