"""The places of a country as a file has them, read and kept."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from hotline.core.database import Base, Database
from hotline.core.errors import BadRows, Misconfigured
from hotline.places.areas import Area, Areas, load, version
from hotline.places.loading import read, save
from tests.scenery.places import NIGERIA, SMALL, names, small


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'areas.db'}")
    Base.metadata.tables["areas"].create(database.engine)
    yield database
    database.close()


def complaints(source: str | bytes) -> list[str]:
    with pytest.raises(BadRows) as refused:
        read(io.BytesIO(source) if isinstance(source, bytes) else io.StringIO(source))
    return [str(row) for row in refused.value.rows]


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
