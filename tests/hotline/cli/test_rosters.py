"""A county is set up from two spreadsheets, as people make them; and every slip in them is told in words."""

import io
import re
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from hotline.cli import rosters
from hotline.core import csv_files
from hotline.core.crypto import open_seal
from hotline.core.database import Database
from hotline.core.errors import BadRows
from hotline.directory import affiliations, bodies, liaisons, people, shifts
from hotline.directory.bodies import Body, Serves
from hotline.directory.categories import Kind
from hotline.directory.liaisons import Liaison, Role
from hotline.places import areas
from hotline.places import loading as area_loading
from hotline.places.areas import Areas
from hotline.places.countries import COUNTRIES
from hotline.settings import Settings
from tests.scenery.county import ACHIENG, AREAS, BODIES, KIPRUTO, MORNING
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
                station = bodies.Listed("station", "Station", Kind.POLICE, ("KE032175",), (), parent)
                bodies.save(
                    session, [station, bodies.Listed("county", "County", Kind.POLICE, ("KE032",), ())]
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


class Operator:
    """Somebody in front of the machine on which this hotline runs."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder

    def enter(self, *words: str | Path) -> Result:
        group, *others = [str(word) for word in words]
        command = next(command for command in rosters.COMMANDS if command.name == group)
        result = CliRunner().invoke(command, others, obj=self.world.service.settings)
        assert result.exception is None or isinstance(result.exception, SystemExit | BadRows), (
            result.exception
        )
        return result

    def file(self, content: str) -> Path:
        path = self.folder / "file.csv"
        path.write_text(content)
        return path

    def liaison(self, name: str) -> Liaison:
        with self.world.service.database.reading() as session:
            found = session.scalars(select(Liaison).where(Liaison.name == name)).one()
            session.expunge_all()
            return found

    def number(self, name: str) -> str:
        return str(self.liaison(name).id)


@pytest.fixture
def operator(world: World, tmp_path: Path) -> Operator:
    return Operator(world, tmp_path)


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
            "Cpl. Achieng stands in for Sgt. Kipruto from 2126-12-30 18:00 until 2126-12-31 06:00. To undo: "
            f"itikia shifts cancel {off.id}"
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
    assert said[1].count(" to ") == rosters.MOST_STRETCHES
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


def test_the_example_of_shifts_leaves_no_hour_empty(world: World) -> None:
    with world.service.database.writing() as session:
        everybody = csv_files.read(EXAMPLE / "liaisons.csv", liaisons.COLUMNS)
        codes = {row["body"] for _line, row in everybody.rows}
        bodies.save(session, [bodies.Listed(code, code, Kind.PEACE, ("KE",), ()) for code in codes])
        liaisons.save(
            session,
            world.service.settings.keys,
            liaisons.read_rows(everybody, codes, KENYA, SPOKEN),
            SPOKEN,
            MORNING,
        )
    rosters.shifts_into(world.service, EXAMPLE / "shifts.csv")
    with world.service.read() as work:
        assert {each.liaison_id for each in work.session.scalars(select(shifts.Shift))}
        assert shifts.empty_hours(work.session, KENYA.zone, work.now, work.now + timedelta(days=7)) == {}


def test_who_was_of_the_police_stays_so_when_their_body_is_called_something_else(operator: Operator) -> None:
    number = operator.number("Sgt. Kipruto")
    operator.enter(
        "bodies",
        "load",
        operator.file("code,name,kind,areas\nstation,Kaptembwo Peace House,peace,KE032175\n"),
    )
    with operator.world.service.read() as work:
        assert int(number) in affiliations.of_the_police(work.session, work.now)
