"""What an operator types, and what they read."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from hotline.cli.main import CALLBACKS, itikia
from hotline.context import newest_revision
from hotline.core.database import Database
from hotline.directory.bodies import Body
from hotline.directory.liaisons import Liaison
from hotline.places.areas import AreaRecord
from tests.scenery.waiting import PATIENCE

NIGERIA = Path(__file__).parents[2] / "data" / "nigeria_areas.csv"
SECRET = "a-secret-of-24-letters-x"
BODIES = (
    "code,name,kind,areas\nlagos-police,Ikeja Police Station,police,NG\ndesk,National Desk,coordination,NG\n"
)
LIAISONS = (
    "body,name,phone,languages\nlagos-police,Insp. Bello,0803 000 0123,en\ndesk,Duty desk,+2348030000124,en\n"
)


class Terminal:
    """One machine, and somebody in front of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {
            "VAR": str(folder / "var"),
            "COUNTRY": "NG",
            "CALLBACK_SECRETS": SECRET,
            "REDIS_URL": "redis://127.0.0.1:9/0",
        }

    def enter(self, *words: str | Path, **environ: str) -> Result:
        result = CliRunner().invoke(itikia, [str(word) for word in words], env=self.environ | environ)
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            "a program that fell over is no answer"
        )
        return result

    def file(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.write_text(content)
        return path

    def count(self, record: type) -> int:
        with (
            closing(Database(f"sqlite:///{self.folder}/var/itikia.db")) as database,
            database.reading() as session,
        ):
            return session.scalar(select(func.count()).select_from(record)) or 0


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture
def nigeria(terminal: Terminal) -> Terminal:
    """A machine on which everything has been done but for bodies and liaisons."""
    terminal.enter("keys")
    terminal.enter("release")
    terminal.enter("areas", "load", NIGERIA)
    return terminal


def test_the_help_says_what_it_is_and_how_to_begin(terminal: Terminal) -> None:
    for flag in ("--help", "-h"):
        said = terminal.enter(flag).output
        assert "A hotline between citizens and the police that makes sure somebody answers." in said
        assert "itikia run" in said


@pytest.mark.parametrize(
    "command",
    [[name] for name in sorted(itikia.commands)]
    + [[name, "load"] for name in ("areas", "bodies", "liaisons")],
)
def test_each_command_says_what_it_does(terminal: Terminal, command: list[str]) -> None:
    result = terminal.enter(*command, "--help")
    assert result.exit_code == 0
    assert result.output.splitlines()[2].strip()


def test_the_command_is_there_after_installing() -> None:
    command = Path(sys.executable).with_name("itikia")
    said = subprocess.run(
        [command, "--help"], capture_output=True, text=True, check=True, timeout=PATIENCE
    ).stdout
    assert said.startswith("Usage: itikia")


def test_a_setting_that_cannot_be_is_told_in_a_sentence(terminal: Terminal) -> None:
    for name, value in (
        ("COUNTRY", "XX"),
        ("PORT", "http"),
        ("CARRIER", "pigeons"),
        ("CALLBACK_SECRETS", "short"),
    ):
        result = terminal.enter("check", **{name: value})
        assert result.exit_code == 1
        assert result.output.startswith(f"Error: {name}")
        assert len(result.output.splitlines()) == 1


# Keys, addresses, the database


def test_keys_are_made_once(terminal: Terminal) -> None:
    assert terminal.enter("keys").output == f"Made {terminal.folder}/var/keys\n"
    assert terminal.enter("keys").output == f"There are keys already in {terminal.folder}/var/keys\n"


def test_without_a_token_telegram_is_not_asked(terminal: Terminal) -> None:
    for command in ("connect", "check"):
        told = terminal.enter("telegram", command)
        assert told.exit_code == 1
        assert told.output.startswith("Error: TELEGRAM_TOKEN is empty.")


def test_a_worker_does_not_carry_about_what_it_never_needs() -> None:
    loaded = (
        "import sys, hotline.cli.main; print(any(name.split('.')[0] in "
        "('telegram', 'flask', 'simulator') for name in sys.modules))"
    )
    assert (
        subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout
        == "False\n"
    )


def test_the_addresses_are_ready_to_paste(terminal: Terminal) -> None:
    lines = terminal.enter("urls", PUBLIC_URL="https://hotline.example/").output.splitlines()
    assert [line.split()[-1] for line in lines] == [
        f"https://hotline.example/africastalking/{SECRET}/{path}" for path in CALLBACKS
    ]
    assert all(line.startswith(where) for line, where in zip(lines, CALLBACKS.values(), strict=True))


def test_of_two_secrets_the_first_is_for_the_dashboard(terminal: Terminal) -> None:
    said = terminal.enter("urls", CALLBACK_SECRETS=f"the-new-secret-of-24-let,{SECRET}").output
    assert "the-new-secret-of-24-let" in said
    assert SECRET not in said


def test_without_a_secret_one_is_suggested_that_will_do(terminal: Terminal) -> None:
    result = terminal.enter("urls", CALLBACK_SECRETS="")
    assert result.exit_code == 1
    assert terminal.enter("urls", CALLBACK_SECRETS=result.output.split()[-1]).exit_code == 0


def test_the_database_is_brought_up_to_date_as_often_as_one_likes(terminal: Terminal) -> None:
    for _ in range(2):
        result = terminal.enter("release", COUNTRY="KE")
        assert (result.exit_code, result.output.splitlines()[-1]) == (0, "The database is up to date.")
    assert terminal.count(AreaRecord) == 1788


def test_a_database_that_is_away_is_told_in_a_sentence(terminal: Terminal) -> None:
    for command in (["release"], ["areas", "load", str(NIGERIA)]):
        result = terminal.enter(*command, DATABASE_URL="postgresql://127.0.0.1:9/nothing")
        assert result.exit_code == 1
        assert "Error: DATABASE_URL: the database does not answer (" in result.output


def test_before_the_database_is_there_loading_says_what_to_do_first(terminal: Terminal) -> None:
    (terminal.folder / "var").mkdir()
    result = terminal.enter("bodies", "load", terminal.file("bodies.csv", BODIES))
    assert (result.exit_code, result.output) == (
        1,
        "Error: DATABASE_URL: the database is empty. Do: itikia release\n",
    )


@pytest.mark.parametrize(
    ("revision", "do"),
    [
        ("0004", "Stop whatever of that release still runs. Do: itikia release"),
        ("9999", "Install that release"),
    ],
)
def test_on_a_database_of_another_release_nothing_starts_and_it_is_told_what_to_do(
    nigeria: Terminal, revision: str, do: str
) -> None:
    with sqlite3.connect(nigeria.folder / "var" / "itikia.db") as database:
        database.execute("UPDATE alembic_version SET version_num = ?", [revision])
    database.close()
    for command in (["liaisons", "list"], ["work", "urgent"], ["clock"], ["web"], ["check"]):
        told = nigeria.enter(*command)
        assert told.exit_code == 1, command
        assert do in told.output, command


def test_the_newest_revision_is_the_one_to_which_a_release_brings_the_database(nigeria: Terminal) -> None:
    with sqlite3.connect(nigeria.folder / "var" / "itikia.db") as database:
        there = database.execute("SELECT version_num FROM alembic_version").fetchall()
    database.close()
    assert there == [(newest_revision(),)]


# Setting up a country


def test_a_country_is_set_up_from_three_files(nigeria: Terminal) -> None:
    assert nigeria.count(AreaRecord) == 812
    loaded = nigeria.enter("bodies", "load", nigeria.file("bodies.csv", BODIES))
    assert (loaded.exit_code, loaded.output) == (
        0,
        "Loaded 2 bodies. Now those who answer for them: itikia liaisons load FILE\n",
    )
    loaded = nigeria.enter("liaisons", "load", nigeria.file("liaisons.csv", LIAISONS))
    assert loaded.exit_code == 0
    assert loaded.output.startswith(
        "Loaded 2 liaisons. Their numbers are sealed: delete the file, or keep it locked away.\n"
    )
    assert (nigeria.count(Body), nigeria.count(Liaison)) == (2, 2)


def test_each_step_that_is_missing_is_told_by_the_check(nigeria: Terminal) -> None:
    assert (
        "! There are no bodies, so nobody can be asked. Do: itikia bodies load FILE"
        in nigeria.enter("check").output
    )
    nigeria.enter("bodies", "load", nigeria.file("bodies.csv", BODIES))
    assert (
        "! Nobody is on duty, so nobody can be asked. Do: itikia liaisons load FILE"
        in nigeria.enter("check").output
    )
    nigeria.enter("liaisons", "load", nigeria.file("liaisons.csv", LIAISONS))
    assert [line for line in nigeria.enter("check").output.splitlines() if line.startswith("! ")] == [
        (
            "! REDIS_URL: the queue does not answer. Reports are taken "
            "all the same; nobody is told of them until it is back."
        )
    ]


def test_the_check_ends_well_when_nothing_keeps_the_hotline_from_answering(
    nigeria: Terminal, redis_url: str
) -> None:
    assert nigeria.enter("check", REDIS_URL=redis_url).exit_code == 1
    nigeria.enter("bodies", "load", nigeria.file("bodies.csv", BODIES))
    nigeria.enter("liaisons", "load", nigeria.file("liaisons.csv", LIAISONS))
    result = nigeria.enter("check", REDIS_URL=redis_url)
    assert result.exit_code == 0
    *findings, last = result.output.splitlines()
    assert all(line.startswith("- ") for line in findings)
    assert last == "Nothing keeps the hotline from answering."


@pytest.mark.parametrize(
    ("what", "content", "told"),
    [
        (
            "bodies",
            BODIES + "x,X,army,NG\ny,Y,peace,Atlantis-under-sea\n",
            ["line 4: the kind “army”", "line 5: there is no area"],
        ),
        (
            "liaisons",
            LIAISONS + "navy,A,08030000125,en\ndesk,B,1,en\n",
            ["line 4: there is no body", "line 5: the phone is no"],
        ),
        (
            "areas",
            "code,name,parent,aliases\nNG,Nigeria,,\nNG1,,NG9,\n",
            ["line 3: the name is missing", "line 3: the parent “NG9”"],
        ),
    ],
)
def test_of_a_file_with_a_slip_nothing_is_loaded_and_each_slip_is_told(
    nigeria: Terminal, what: str, content: str, told: list[str]
) -> None:
    nigeria.enter("bodies", "load", nigeria.file("first.csv", BODIES))
    before = [nigeria.count(record) for record in (AreaRecord, Body, Liaison)]
    result = nigeria.enter(what, "load", nigeria.file("slips.csv", content))
    heading, *lines = result.output.splitlines()
    assert (result.exit_code, heading) == (1, "Error: nothing was loaded, for this is wrong with the file:")
    assert [line[: len(start)] for line, start in zip(lines, told, strict=True)] == told
    assert [nigeria.count(record) for record in (AreaRecord, Body, Liaison)] == before


def test_areas_of_another_country_are_not_loaded(terminal: Terminal) -> None:
    result = terminal.enter("areas", "load", NIGERIA, COUNTRY="KE")
    assert (result.exit_code, result.output) == (
        1,
        "Error: The file is about NG, and COUNTRY is KE. Nothing was loaded.\n",
    )


def test_a_file_that_is_not_there_is_told(terminal: Terminal) -> None:
    result = terminal.enter("areas", "load", "nowhere.csv")
    assert result.exit_code == 2
    assert "'nowhere.csv' does not exist" in result.output


def test_without_keys_no_number_is_loaded(terminal: Terminal) -> None:
    terminal.enter("release")
    terminal.enter("areas", "load", NIGERIA)
    terminal.enter("bodies", "load", terminal.file("bodies.csv", BODIES))
    result = terminal.enter("liaisons", "load", terminal.file("liaisons.csv", LIAISONS))
    assert result.exit_code == 1
    assert "`itikia keys` makes a set" in result.output
    assert terminal.count(Liaison) == 0
