"""A county is set up from two spreadsheets, as people make them; and every slip in them is told in words."""

import io
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline import areas, bodies, liaisons, tables
from hotline.areas import Areas
from hotline.bodies import Serves
from hotline.categories import Kind
from hotline.countries import COUNTRIES
from hotline.database import Database
from hotline.errors import BadRows
from hotline.liaisons import Liaison
from hotline.sealed import open_seal
from hotline.settings import Settings
from tests.builders import ACHIENG, AREAS, BODIES, KIPRUTO, MORNING
from tests.world import World

BODY_ROWS = """code,name,kind,areas,categories
station,Kaptembwo Police Station,police,KE032175,
women,Nakuru Women's Desk,women,KE032|KE047,gender
"""
LIAISON_ROWS = """body,name,phone,languages,on_duty
station,Sgt. Kipruto,0722000101,sw en,yes
station,Cpl. Achieng,+254 722 000 102,en,no
"""
KENYA, SPOKEN = COUNTRIES["KE"], ("en", "sw")


def read_bodies(text: str | bytes) -> list[bodies.Listed]:
    return bodies.check(tables.read(opened(text), bodies.COLUMNS), AREAS)


def read_liaisons(text: str | bytes) -> list[liaisons.Listed]:
    return liaisons.check(tables.read(opened(text), liaisons.COLUMNS), {"station", "women"}, KENYA, SPOKEN)


def opened(text: str | bytes) -> io.BytesIO:
    return io.BytesIO(text.encode() if isinstance(text, str) else text)


def complaints(read: Callable[[str], object], text: str) -> list[str]:
    with pytest.raises(BadRows) as refusal:
        read(text)
    return [str(row) for row in refusal.value.rows]


def body_row(code: str = "peace", name: str = "Peace", kind: str = "peace", serves: str = "KE032", categories: str = "") -> list[str]:
    return complaints(read_bodies, f"{BODY_ROWS}{code},{name},{kind},{serves},{categories}\n")


def liaison_row(
    body: str = "station", name: str = "Insp. Mwangi", phone: str = "0722000199", languages: str = "sw", on_duty: str = ""
) -> list[str]:
    return complaints(read_liaisons, f"{LIAISON_ROWS}{body},{name},{phone},{languages},{on_duty}\n")


# As spreadsheets write them


def test_bodies_are_read_as_they_stand() -> None:
    assert read_bodies(BODY_ROWS) == [
        bodies.Listed("station", "Kaptembwo Police Station", Kind.POLICE, ("KE032175",), ()),
        bodies.Listed("women", "Nakuru Women's Desk", Kind.WOMEN, ("KE032", "KE047"), ("gender",)),
    ]


def test_liaisons_are_read_as_they_stand() -> None:
    assert read_liaisons(LIAISON_ROWS) == [
        liaisons.Listed("station", "Sgt. Kipruto", KIPRUTO, ("sw", "en"), True),
        liaisons.Listed("station", "Cpl. Achieng", ACHIENG, ("en",), False),
    ]


@pytest.mark.parametrize(
    "as_saved",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: text.replace(",", ";").encode("utf-8-sig").replace(b"\n", b"\r\n"),
        lambda text: text.replace("\n", "\n\n,,,,\n").encode(),
        lambda text: ("\n" + text).encode(),
        lambda text: text.replace("\n", ",,,\n").encode(),
        lambda text: text.replace(",", " , ").encode(),
        lambda text: text.replace("name", "NAME").replace("on_duty", "On duty").encode(),
        lambda text: text.rstrip("\n").encode(),
    ],
    ids=["byte order mark", "semicolons", "tabs", "as Windows does", "blank lines", "a blank first line", "empty columns", "spaces",
         "capitals", "no last line break"],
)  # fmt: skip
def test_whatever_a_spreadsheet_writes_is_understood(as_saved: Callable[[str], bytes]) -> None:
    assert read_bodies(as_saved(BODY_ROWS)) == read_bodies(BODY_ROWS)
    assert read_liaisons(as_saved(LIAISON_ROWS)) == read_liaisons(LIAISON_ROWS)


def test_columns_may_stand_in_any_order_with_others_among_them() -> None:
    text = "phone,remarks,languages,name,body\n0722000101,drives,sw en,Sgt. Kipruto,station\n"
    assert read_liaisons(text) == read_liaisons(LIAISON_ROWS)[:1], "and without a column for it, one is on duty"


@pytest.mark.parametrize("languages", ["sw en", "sw|en", '"sw, en"', "SW/EN", "sw  en", "sw;en"])
def test_languages_may_have_anything_between_them(languages: str) -> None:
    (listed,) = read_liaisons(f"body,name,phone,languages\nstation,Kipruto,0722000101,{languages}\n")
    assert listed.languages == ("sw", "en")


@pytest.mark.parametrize(("written", "on_duty"), [("yes", True), ("Y", True), ("1", True), ("TRUE", True), ("", True), ("No", False)])
def test_duty_is_yes_or_no_however_it_is_written(written: str, on_duty: bool) -> None:
    (listed,) = read_liaisons(f"body,name,phone,languages,on_duty\nstation,Kipruto,0722000101,sw,{written}\n")
    assert listed.on_duty is on_duty


# What is wrong with a file


@pytest.mark.parametrize("read", [read_bodies, read_liaisons])
def test_a_file_without_anything_in_it_is_told(read: Callable[[str], object]) -> None:
    assert complaints(read, "") == ["line 1: the file is empty"]
    heading = BODY_ROWS if read is read_bodies else LIAISON_ROWS
    assert complaints(read, heading.partition("\n")[0]) == ["line 1: there is nothing under the heading"]


def test_a_missing_column_is_named() -> None:
    assert complaints(read_bodies, "code,name,sort\nstation,Kaptembwo,police\n") == [
        "line 1: the heading “kind”, “areas” is missing; the first line must name the columns code, name, kind, areas"
    ]


@pytest.mark.parametrize("content", [b"PK\x03\x04\x14\x00\x06\x00", BODY_ROWS.encode("utf-16")])
def test_a_file_that_is_no_csv_is_told_how_to_become_one(content: bytes) -> None:
    with pytest.raises(BadRows, match="save the spreadsheet as “CSV UTF-8”"):
        read_bodies(content)


def test_letters_that_are_not_utf8_are_told_with_their_line() -> None:
    with pytest.raises(BadRows) as refusal:
        read_liaisons((LIAISON_ROWS + "women,Nyéri,0722000103,sw,\n").encode("latin-1"))
    assert [row.line for row in refusal.value.rows] == [4]


def test_a_cell_too_many_is_told() -> None:
    reason = "there are more cells than headings; a cell with the separator in it needs quotation marks"
    assert f"line 4: {reason}" in liaison_row(name="Mwangi, Insp.", on_duty="yes")


# What is wrong with a body


def test_a_body_that_is_right_is_not_complained_of() -> None:
    assert len(read_bodies(BODY_ROWS + "peace,Peace,Peace,KE032,Land|other\n")) == 3


def test_what_is_missing_of_a_body_is_named() -> None:
    assert complaints(read_bodies, f"{BODY_ROWS},,,,gender\n") == [
        f"line 4: the {column} is missing" for column in ("code", "name", "kind", "areas")
    ]


def test_a_code_stands_once() -> None:
    assert body_row(code="station") == ["line 4: the code “station” is already on line 2"]


def test_an_unknown_kind_is_answered_with_those_there_are() -> None:
    assert body_row(kind="polisi") == ["line 4: the kind “polisi” is none of police, peace, women, oversight, coordination"]


def test_an_area_by_its_name_is_answered_with_its_code() -> None:
    assert body_row(serves="Kaptembwa") == [
        "line 4: there is no area with the code “Kaptembwa”; did you mean KE0321750872 (Kaptembwo, Nakuru)?"
    ]
    assert body_row(serves="KE032|KE999") == ["line 4: there is no area with the code “KE999”"]


def test_an_unknown_category_is_answered_with_those_there_are() -> None:
    assert body_row(categories="theft|murder")[-1].startswith("line 4: there is no category “murder”; there are danger, violence, threat")


def test_a_category_that_the_kind_is_never_asked_about_is_told() -> None:
    assert body_row(kind="police", categories="conduct") == [
        "line 4: a body of the kind police is never asked about conduct, only oversight"
    ]


def test_a_name_that_no_record_can_hold_is_refused() -> None:
    assert body_row(code="c" * 33, name="n" * 101) == [
        "line 4: the code is longer than 32 letters",
        "line 4: the name is longer than 100 letters",
    ]


# What is wrong with a liaison


def test_what_is_missing_of_a_liaison_is_named() -> None:
    assert complaints(read_liaisons, f"{LIAISON_ROWS},,,,yes\n") == [
        f"line 4: the {column} is missing" for column in ("body", "name", "phone", "languages")
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"body": "statoin"}, "there is no body with the code “statoin”; load the bodies first, with itikia bodies load"),
        ({"phone": "072200019"}, "the phone is no telephone number of Kenya, nor one in international form with + before it"),
        ({"phone": "O722 OOO 199"}, "the phone is no telephone number of Kenya, nor one in international form with + before it"),
        ({"phone": "2.54722E+11"}, "the phone was shortened by the spreadsheet; make its column text, and write the number again"),
        ({"phone": "020 2000199"}, "the phone is one that takes no texts, such as a landline"),
        ({"phone": "00254722000101"}, "the phone is already on line 2: one phone is one liaison's"),
        ({"languages": "ki luo"}, "we write in en, sw, and the liaison needs one of these languages"),
        ({"on_duty": "maybe"}, "on_duty is “maybe”; write yes or no"),
        ({"name": "n" * 81}, "the name is longer than 80 letters"),
    ],
)
def test_each_slip_is_told_with_its_line(row: dict[str, str], reason: str) -> None:
    assert liaison_row(**row) == [f"line 4: {reason}"]


def test_all_slips_are_told_at_once_in_the_order_of_the_file() -> None:
    rows = "nowhere,A,0722000103,sw,\n\nstation,B,12,ki,maybe\nstation,C,0722000101,sw,yes,too much\nstation,,0722000105,sw,\n"
    assert [int(complaint.split()[1].rstrip(":")) for complaint in complaints(read_liaisons, LIAISON_ROWS + rows)] == [4, 6, 6, 6, 7, 7, 8]


def test_no_complaint_repeats_a_number() -> None:
    said = "".join(liaison_row(phone="072200019") + liaison_row(phone="+254722000101") + liaison_row(phone="0202000199"))
    assert not re.search(r"\d{3}", said)


# Keeping them


def test_what_was_loaded_can_be_loaded_again_without_harm(settings: Settings) -> None:
    with closing(Database(settings.database_url)) as database:
        for _ in range(2):
            with database.writing() as session:
                bodies.save(session, read_bodies(BODY_ROWS))
                liaisons.save(session, settings.keys, read_liaisons(LIAISON_ROWS), SPOKEN, MORNING)
        with database.reading() as session:
            assert set(bodies.by_code(session)) == {body.code for body in BODIES}
            assert len(session.scalars(select(Liaison)).all()) == 6
            served = session.scalars(select(Serves.area_code).where(Serves.body_code == "women").order_by(Serves.area_code))
            assert list(served) == ["KE032", "KE047"]


def test_a_new_file_brings_up_to_date_and_leaves_duty_to_the_liaison(world: World) -> None:
    sergeant = world.phone(KIPRUTO)
    sergeant.text("OFF")
    moved = "body,name,phone,languages,on_duty\nwomen,Insp. Kipruto,0722000101,en sw,yes\n"
    with world.service.database.writing() as session:
        liaisons.save(session, world.service.settings.keys, read_liaisons(moved), SPOKEN, MORNING)
    with world.service.database.reading() as session:
        kipruto = session.scalars(select(Liaison).where(Liaison.name == "Insp. Kipruto")).one()
        assert (kipruto.body_code, kipruto.speaks, kipruto.on_duty) == ("women", ["en", "sw"], False)
        assert kipruto.person.language == "en"


def test_a_body_gives_up_areas_that_are_no_longer_its_own(settings: Settings) -> None:
    with closing(Database(settings.database_url)) as database:
        for served in ("KE032|KE047|KE032", "KE047|KE"):
            with database.writing() as session:
                bodies.save(session, read_bodies(f"code,name,kind,areas\nstation,Kaptembwo,police,{served}\n"))
        with database.reading() as session:
            assert sorted(session.scalars(select(Serves.area_code).where(Serves.body_code == "station"))) == ["KE", "KE047"]


def test_a_liaisons_number_is_kept_sealed(settings: Settings) -> None:
    with closing(Database(settings.database_url)) as database, database.reading() as session:
        kipruto = session.scalars(select(Liaison).where(Liaison.name == "Sgt. Kipruto")).one()
        phone = kipruto.person.phone
        assert phone is not None
        sealed = phone.sealed
        assert sealed is not None
        assert KIPRUTO.encode() not in sealed
        assert open_seal(settings.keys, sealed) == KIPRUTO


def test_the_examples_that_come_with_the_hotline_are_right() -> None:
    folder = Path(bodies.__file__).parent / "examples" / "kenya"
    kenya = Areas(areas.read(areas.GAZETTEER / "kenya.csv"))
    codes = {body.code for body in bodies.check(tables.read(folder / "bodies.csv", bodies.COLUMNS), kenya)}
    assert liaisons.check(tables.read(folder / "liaisons.csv", liaisons.COLUMNS), codes, KENYA, SPOKEN)
