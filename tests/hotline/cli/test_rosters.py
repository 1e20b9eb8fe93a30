"""A county is set up from two spreadsheets, as people make them; and every slip in them is told in words."""

import io
import re
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline.core import csv_files
from hotline.core.crypto import open_seal
from hotline.core.database import Database
from hotline.core.errors import BadRows
from hotline.directory import affiliations, bodies, liaisons, people
from hotline.directory.bodies import Body, Serves
from hotline.directory.categories import BodyKind
from hotline.directory.liaisons import Liaison, Role
from hotline.places import areas
from hotline.places import loading as area_loading
from hotline.places.areas import Areas
from hotline.places.countries import COUNTRIES
from hotline.settings import Settings
from tests.scenery.county import ACHIENG, AREAS, BODIES, KIPRUTO, MORNING
from tests.scenery.operator import Operator
from tests.scenery.world import World

BODY_ROWS = """code,name,kind,areas,categories
station,Kaptembwo Police Station,police,KE032175,
women,Nakuru Women's Desk,women,KE032|KE047,gender
"""
LIAISON_ROWS = """body,name,phone,languages,on_duty
station,Sgt. Kipruto,0722000101,sw en,yes
station,Cpl. Achieng,+254 722 000 102,en,no
"""
IN_FULL = "body,name,phone,languages,on_duty,supervisor,woman,also,until\n"
KENYA, SPOKEN = COUNTRIES["KE"], ("en", "sw")


def read_bodies(text: str | bytes) -> list[bodies.Listed]:
    return bodies.read_rows(csv_files.read(opened(text), bodies.COLUMNS), AREAS)


def read_liaisons(text: str | bytes) -> list[liaisons.Listed]:
    return liaisons.read_rows(
        csv_files.read(opened(text), liaisons.COLUMNS), {"station", "women"}, KENYA, SPOKEN
    )


def opened(text: str | bytes) -> io.BytesIO:
    return io.BytesIO(text.encode() if isinstance(text, str) else text)


def complaints(read: Callable[[str], object], text: str) -> list[str]:
    with pytest.raises(BadRows) as refusal:
        read(text)
    return [str(row) for row in refusal.value.rows]


def body_row(
    code: str = "peace", name: str = "Peace", kind: str = "peace", serves: str = "KE032", categories: str = ""
) -> list[str]:
    return complaints(read_bodies, f"{BODY_ROWS}{code},{name},{kind},{serves},{categories}\n")


def liaison_row(
    body: str = "station",
    name: str = "Insp. Mwangi",
    phone: str = "0722000199",
    languages: str = "sw",
    **more: str,
) -> list[str]:
    heading, *others = LIAISON_ROWS.splitlines()
    columns = ("on_duty", "supervisor", "woman", "also", "until")
    row = ",".join([body, name, phone, languages, *(more.get(column, "") for column in columns)])
    return complaints(read_liaisons, "\n".join([heading + "," + ",".join(columns[1:]), *others, row]) + "\n")


# As spreadsheets write them


def test_bodies_are_read_as_they_stand() -> None:
    assert read_bodies(BODY_ROWS) == [
        bodies.Listed("station", "Kaptembwo Police Station", BodyKind.POLICE, ("KE032175",), ()),
        bodies.Listed("women", "Nakuru Women's Desk", BodyKind.WOMEN, ("KE032", "KE047"), ("gender",)),
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
    ids=["byte order mark", "semicolons", "tabs", "as Windows does",
         "blank lines", "a blank first line", "empty columns", "spaces",
         "capitals", "no last line break"],
)  # fmt: skip
def test_whatever_a_spreadsheet_writes_is_understood(as_saved: Callable[[str], bytes]) -> None:
    assert read_bodies(as_saved(BODY_ROWS)) == read_bodies(BODY_ROWS)
    assert read_liaisons(as_saved(LIAISON_ROWS)) == read_liaisons(LIAISON_ROWS)


def test_columns_may_stand_in_any_order_with_others_among_them() -> None:
    text = "phone,remarks,languages,name,body\n0722000101,drives,sw en,Sgt. Kipruto,station\n"
    assert read_liaisons(text) == read_liaisons(LIAISON_ROWS)[:1], (
        "and without a column for it, one is on duty"
    )


@pytest.mark.parametrize("languages", ["sw en", "sw|en", '"sw, en"', "SW/EN", "sw  en", "sw;en"])
def test_languages_may_have_anything_between_them(languages: str) -> None:
    (listed,) = read_liaisons(f"body,name,phone,languages\nstation,Kipruto,0722000101,{languages}\n")
    assert listed.languages == ("sw", "en")


@pytest.mark.parametrize(
    ("written", "on_duty"),
    [("yes", True), ("Y", True), ("1", True), ("TRUE", True), ("", True), ("No", False)],
)
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
        (
            "line 1: the heading “kind”, “areas” is missing; the "
            "first line must name the columns code, name, kind, areas"
        )
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
    assert f"line 4: {reason}" in liaison_row(name="Mwangi, Insp.", until="2026-12-31")


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
    assert body_row(kind="polisi") == [
        "line 4: the kind “polisi” is none of police, peace, women, oversight, coordination"
    ]


def test_an_area_by_its_name_is_answered_with_its_code() -> None:
    assert body_row(serves="Kaptembwa") == [
        "line 4: there is no area with the code “Kaptembwa”; did you mean KE0321750872 (Kaptembwo, Nakuru)?"
    ]
    assert body_row(serves="KE032|KE999") == ["line 4: there is no area with the code “KE999”"]


def test_an_unknown_category_is_answered_with_those_there_are() -> None:
    assert body_row(categories="theft|murder")[-1].startswith(
        "line 4: there is no category “murder”; there are danger, violence, threat"
    )


def test_a_category_that_the_kind_is_never_asked_about_is_told() -> None:
    assert body_row(kind="police", categories="conduct") == [
        "line 4: a body of the kind police is never asked about conduct, only oversight"
    ]


def test_a_name_that_no_record_can_hold_is_refused() -> None:
    assert body_row(code="c" * 33, name="n" * 101) == [
        "line 4: the code is longer than 32 letters",
        "line 4: the name is longer than 100 letters",
    ]


def under(rows: str, known: bodies.Parents | None = None) -> list[bodies.Listed]:
    text = "code,name,kind,areas,parent\n" + "".join(
        f"{row.split('<')[0]},A,police,KE,{row.split('<')[1]}\n" for row in rows.split()
    )
    return bodies.read_rows(csv_files.read(opened(text), bodies.COLUMNS), AREAS, known)


def test_a_body_may_be_under_another_in_the_file_or_known_already() -> None:
    assert [body.parent for body in under("post<station station<county", {"county": None})] == [
        "station",
        "county",
    ]


@pytest.mark.parametrize(
    ("rows", "known", "reasons"),
    [
        ("post<statoin", {},
         ["line 2: the parent “statoin” is no body's code, in this file or known already"]),
        ("post<post", {}, ["line 2: the parent “post” leads back to “post”; no body can be under itself"]),
        ("a<b b<a c<a", {},
         [f"line {line}: the parent “{up}” leads back to “{code}”; no body can be under itself"
                             for line, code, up in ((2, "a", "b"), (3, "b", "a"))]),
        ("a<b", {"b": "c", "c": "a", "a": None},
         ["line 2: the parent “b” leads back to “a”; no body can be under itself"]),
    ],
)  # fmt: skip
def test_a_parent_that_cannot_be_is_told(rows: str, known: bodies.Parents, reasons: list[str]) -> None:
    with pytest.raises(BadRows) as refusal:
        under(rows, known)
    assert [str(row) for row in refusal.value.rows] == reasons


# What is wrong with a liaison


def test_what_is_missing_of_a_liaison_is_named() -> None:
    assert complaints(read_liaisons, f"{LIAISON_ROWS},,,,yes\n") == [
        f"line 4: the {column} is missing" for column in ("body", "name", "phone", "languages")
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            {"body": "statoin"},
            "there is no body with the code “statoin”; load the bodies first, with itikia bodies load",
        ),
        (
            {"phone": "072200019"},
            "the phone is no telephone number of Kenya, nor one in international form with + before it",
        ),
        (
            {"phone": "O722 OOO 199"},
            "the phone is no telephone number of Kenya, nor one in international form with + before it",
        ),
        (
            {"phone": "2.54722E+11"},
            "the phone was shortened by the spreadsheet; make its column text, and write the number again",
        ),
        ({"phone": "020 2000199"}, "the phone is one that takes no texts, such as a landline"),
        ({"phone": "00254722000101"}, "the phone is already on line 2: one phone is one liaison's"),
        ({"languages": "ki luo"}, "we write in en, sw, and the liaison needs one of these languages"),
        ({"on_duty": "maybe"}, "on_duty is “maybe”; write yes or no"),
        ({"supervisor": "chief"}, "supervisor is “chief”; write yes or no"),
        ({"woman": "f"}, "woman is “f”; write yes or no"),
        (
            {"also": "women|navy"},
            (
                "also has “navy”, which is no body's code and none "
                "of police, peace, women, oversight, coordination"
            ),
        ),
        ({"until": "31/12/2026"}, "until is “31/12/2026”; write the last day as 2026-12-31"),
        ({"until": "2026-02-30"}, "until is “2026-02-30”; write the last day as 2026-12-31"),
        ({"name": "n" * 81}, "the name is longer than 80 letters"),
    ],
)
def test_each_slip_is_told_with_its_line(row: dict[str, str], reason: str) -> None:
    assert liaison_row(**row) == [f"line 4: {reason}"]


def test_all_slips_are_told_at_once_in_the_order_of_the_file() -> None:
    rows = (
        "nowhere,A,0722000103,sw,\n\nstation,B,12,ki,maybe\nstation,C,0722000101,sw,yes,too "
        "much\nstation,,0722000105,sw,\n"
    )
    assert [
        int(complaint.split()[1].rstrip(":")) for complaint in complaints(read_liaisons, LIAISON_ROWS + rows)
    ] == [4, 6, 6, 6, 7, 7, 8]


def test_no_complaint_repeats_a_number() -> None:
    said = "".join(
        liaison_row(phone="072200019") + liaison_row(phone="+254722000101") + liaison_row(phone="0202000199")
    )
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
            served = session.scalars(
                select(Serves.area_code).where(Serves.body_code == "women").order_by(Serves.area_code)
            )
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
                bodies.save(
                    session, read_bodies(f"code,name,kind,areas\nstation,Kaptembwo,police,{served}\n")
                )
        with database.reading() as session:
            assert sorted(session.scalars(select(Serves.area_code).where(Serves.body_code == "station"))) == [
                "KE",
                "KE047",
            ]


def test_a_liaisons_number_is_kept_sealed(settings: Settings) -> None:
    with closing(Database(settings.database_url)) as database, database.reading() as session:
        kipruto = session.scalars(select(Liaison).where(Liaison.name == "Sgt. Kipruto")).one()
        phone = kipruto.person.phone
        assert phone is not None
        sealed = phone.sealed
        assert sealed is not None
        assert KIPRUTO.encode() not in sealed
        assert open_seal(settings.keys, sealed) == KIPRUTO


def test_who_leads_who_is_a_woman_and_how_long_is_read() -> None:
    (listed,) = read_liaisons(
        IN_FULL + "station,Sgt. Kipruto,0722000101,sw,,Yes,no,women | Oversight,2026-12-31\n"
    )
    assert (listed.on_duty, listed.supervisor, listed.woman, listed.also) == (
        True,
        True,
        False,
        ("women", "Oversight"),
    )
    assert listed.until == datetime(2026, 12, 31, 21, tzinfo=UTC), "the end of that day in Nairobi"


def test_bodies_are_kept_under_one_another_in_whatever_order_they_come(settings: Settings) -> None:
    with closing(Database(settings.database_url)) as database:
        for parent in ("county", None):
            with database.writing() as session:
                station = bodies.Listed("station", "Station", BodyKind.POLICE, ("KE032175",), (), parent)
                bodies.save(
                    session, [station, bodies.Listed("county", "County", BodyKind.POLICE, ("KE032",), ())]
                )
            with database.reading() as session:
                assert bodies.parents(session)["station"] == parent
                assert bodies.parents(session)["county"] is None


def load(world: World, row: str, now: datetime = MORNING) -> None:
    with world.service.database.writing() as session:
        liaisons.save(session, world.service.settings.keys, read_liaisons(IN_FULL + row + "\n"), SPOKEN, now)


def roles(world: World) -> list[tuple[str | None, str | None, datetime | None]]:
    with world.service.database.reading() as session:
        held = select(Role).join(Liaison).where(Liaison.name == "Sgt. Kipruto").order_by(Role.id)
        return [(role.body_code, role.kind, role.ended_at) for role in session.scalars(held)]


def test_a_role_ends_and_is_never_forgotten(world: World) -> None:
    assert roles(world) == [("station", None, None)]
    later, still_later = MORNING + timedelta(days=1), MORNING + timedelta(days=2)
    load(world, "women,Sgt. Kipruto,0722000101,sw,,,,Oversight|station,", later)
    assert roles(world) == [("station", None, None), ("women", None, None), (None, "oversight", None)]
    load(world, "women,Sgt. Kipruto,0722000101,sw,,,,,", still_later)
    assert roles(world) == [
        ("station", None, still_later),
        ("women", None, None),
        (None, "oversight", still_later),
    ]
    load(world, "station,Sgt. Kipruto,0722000101,sw,,,,,", still_later)
    assert roles(world)[1:] == [
        ("women", None, still_later),
        (None, "oversight", still_later),
        ("station", None, None),
    ]
    load(world, "station,Sgt. Kipruto,0722000101,sw,,,,,", still_later)
    assert len(roles(world)) == 4, "the same file again changes nothing"


# By hand


def test_liaisons_are_listed_with_everything_but_their_numbers(operator: Operator) -> None:
    load(operator.world, "station,Sgt. Kipruto,0722000101,sw,,yes,,women|peace,2027-12-31")
    said = operator.enter("liaisons", "list").output
    (line,) = [line for line in said.splitlines() if "Sgt. Kipruto" in line]
    assert re.split("  +", line.strip()) == [
        operator.number("Sgt. Kipruto"), "Sgt. Kipruto",
        "Kaptembwo Police Station", "on", "2027-12-31", "sw", "phone",
        "supervisor, women, peace",
    ]  # fmt: skip
    assert "722" not in said


def test_how_a_liaison_is_reached_is_listed_and_where_they_cannot_be(operator: Operator) -> None:
    with operator.world.service.transaction() as work:
        kipruto, achieng = (
            work.session.get_one(Liaison, int(operator.number(name)))
            for name in ("Sgt. Kipruto", "Cpl. Achieng")
        )
        chat = people.meet(
            work.session, work.keys, "7001", work.now, may_write=True, channel=people.TELEGRAM
        ).at(people.TELEGRAM)
        assert chat is not None
        chat.person_id = kipruto.person_id
        assert achieng.person.phone is not None
        achieng.person.phone.opted_out_at = work.now
    lines = {line.split("  ")[1]: line for line in operator.enter("liaisons", "list").output.splitlines()}
    assert "  telegram, phone" in lines["Sgt. Kipruto"]
    assert lines["Cpl. Achieng"].endswith("  cannot be reached")


def test_no_name_is_broken_and_columns_stand_below_each_other(operator: Operator) -> None:
    with operator.world.service.database.writing() as session:
        session.get_one(
            Body, "women"
        ).name = "The Gender Violence Recovery and Support Centre of Nakuru County"
    for group in ("liaisons", "bodies"):
        title, *lines = operator.enter(group, "list").output.splitlines()
        (line,) = [line for line in lines if "Recovery" in line]
        assert "The Gender Violence Recovery and Support Centre of Nakuru County  " in line
        after = title.index("duty" if group == "liaisons" else "kind")
        assert all(each[after - 1] == " " and each[after] != " " for each in lines)


def test_bodies_are_listed_with_where_they_answer_and_how_many_are_there(operator: Operator) -> None:
    operator.enter(
        "bodies",
        "load",
        operator.file(
            "code,name,kind,areas,parent\nstation,Kaptembwo Police Station,police,KE032175|KE047,situation\n"
        ),
    )
    with operator.world.service.database.writing() as session:
        session.get_one(Liaison, int(operator.number("Cpl. Achieng"))).on_duty = False
        session.get_one(Liaison, int(operator.number("Mama Wanjiku"))).until = MORNING
    lines = [re.split("  +", line) for line in operator.enter("bodies", "list").output.splitlines()]
    assert lines[0] == ["code", "name", "kind", "parent", "on duty", "areas"]
    assert [
        "station",
        "Kaptembwo Police Station",
        "police",
        "situation",
        "1 of 2",
        "Nakuru Town West, Nakuru | Nairobi",
    ] in lines
    assert ["peace", "Nakuru Peace Committee", "peace", "0 of 0", "Nakuru"] in lines


def test_one_who_is_removed_is_off_duty_and_stays_in_the_history(operator: Operator) -> None:
    identity = operator.number("Sgt. Kipruto")
    said = operator.enter("liaisons", "remove", identity).output
    assert said == (
        "Sgt. Kipruto is a liaison no longer. Take them out "
        "of your file too: loading it would bring them back.\n"
    )
    gone = operator.liaison("Sgt. Kipruto")
    assert gone.until is not None
    assert not gone.on_duty
    assert [ended is not None for _body, _kind, ended in roles(operator.world)] == [True]
    last_day = (gone.until - timedelta(seconds=1)).astimezone(operator.world.service.settings.country.zone)
    assert f"off   {last_day:%Y-%m-%d}" in operator.enter("liaisons", "list").output
    load(operator.world, "station,Sgt. Kipruto,0722000101,sw,,,,,")
    assert operator.liaison("Sgt. Kipruto").until is None
    assert len(roles(operator.world)) == 2


EXAMPLE = Path(bodies.__file__).parent / "examples" / "kenya"


def test_the_examples_that_come_with_the_hotline_are_right() -> None:
    kenya = Areas(area_loading.read(areas.GAZETTEER / "kenya.csv"))
    listed = bodies.read_rows(csv_files.read(EXAMPLE / "bodies.csv", bodies.COLUMNS), kenya)
    codes = {body.code for body in listed}
    those = liaisons.read_rows(
        csv_files.read(EXAMPLE / "liaisons.csv", liaisons.COLUMNS), codes, KENYA, SPOKEN
    )
    assert {each.body for each in those if each.on_duty and each.until is None} == codes, (
        "at any hour somebody is there"
    )
    assert any(each.supervisor for each in those)
    assert any(each.woman for each in those)
    assert any(body.parent for body in listed)


def test_who_was_of_the_police_stays_so_when_their_body_is_called_something_else(operator: Operator) -> None:
    number = operator.number("Sgt. Kipruto")
    operator.enter(
        "bodies",
        "load",
        operator.file("code,name,kind,areas\nstation,Kaptembwo Peace House,peace,KE032175\n"),
    )
    with operator.world.service.read() as work:
        assert int(number) in affiliations.of_the_police(work.session, work.now)
