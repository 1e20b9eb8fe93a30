"""The documents tell the truth: what they name is there, and the commands that they print can be typed."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.broadcasts import sms_commands as of_broadcasts
from hotline.cases import sms_commands as of_cases
from hotline.core.i18n import means
from hotline.front_desk.texts import START
from hotline.news import sms_commands as of_news
from hotline.rumours import sms_commands as of_rumours
from tests.scenery.documents import INLINE, LINK, ROOT, blocks, complaints, documents, prose

each_document = pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))


# The documents


@each_document
def test_a_document_names_only_what_there_is(document: Path) -> None:
    assert "\n".join(complaints(document, document.read_text())) == ""


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 90


def test_the_map_has_every_room_in_the_order_of_the_walls() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    for layers in (contract["layers"] for contract in contracts if "layers" in contract):
        floors = {room: floor for floor, rooms in enumerate(layers) for room in re.findall(r"[\w.]+", rooms)}
        on_map = [room for room in mapped() if room in floors]
        assert set(floors) == set(on_map)
        assert on_map == sorted(on_map, key=floors.__getitem__)


def test_the_map_has_every_package() -> None:
    packages = {path.parent.name for path in (ROOT / "hotline").glob("*/__init__.py")} - {"migrations"}
    assert {f"hotline.{name}" for name in packages} - set(mapped()) == set()


def mapped() -> list[str]:
    """The rooms on the map in README, as the walls name them."""
    text = (ROOT / "README.md").read_text()
    lines = next(block for block in blocks(text) if "    hotline/\n" in block).splitlines()
    named = [(line.startswith(" " * 6), re.match(r"(?: *\w+(?:/|\.py))*", line)) for line in lines]
    return [
        f"{'hotline.' * inside}{room}"
        for inside, found in named
        if found
        for room in re.findall(r"(\w+)[/.]", found[0])
    ]


def test_every_document_can_be_come_by_from_readme() -> None:
    reached, left = set[Path](), [ROOT / "README.md"]
    while left:
        if (document := left.pop()) not in reached:
            reached.add(document)
            links = (
                link.partition("#")[0] for link in LINK.findall(prose(document.read_text())) if ".md" in link
            )
            left += [(document.parent / link).resolve() for link in links if not re.match(r"[a-z]+:", link)]
    assert set(documents()) - reached == set()


def test_what_is_told_to_be_texted_is_understood() -> None:
    told = [text for name in ("liaison", "committee") for text in texts(ROOT / "docs" / f"{name}.md")]
    assert len(told) > 25
    assert [text for text in told if not is_understood(text)] == []


def texts(document: Path) -> Iterator[str]:
    """What the first column of a table of texts holds in backticks."""
    for table in re.findall(r"^\| (?:text|they text).*\n(?:\|.*\n)+", document.read_text(), re.MULTILINE):
        for row in table.splitlines()[2:]:
            yield from INLINE.findall(row.split("|")[1])


def is_understood(text: str) -> bool:
    by = (of_cases.understand, of_broadcasts.understand, of_rumours.understand, of_news.understand)
    return (
        any(understand(text) is not None for understand in by)
        or means(text, of_news.STOP)
        or means(text, START)
    )


# The checks themselves

WRONG = {
    "see [the guide](docs/nothing.md)": "no such file",
    "see [keys](docs/operator.md#locks)": "no such heading",
    "see `hotline/cases/nothing.py`": "no such file",
    "see `hotline/nothing/`": "no such file",
    "see `nothing.py`": "no such file",
    "see `hotline.places.areas.nothing`": "nothing of ours",
    "drawn:\n\n    a ──► cases/nothing ──► b\n": "no such room",
    "drawn:\n\n    nothing/   a room\n": "no such room",
    "do `itikia nothing`": "no command nothing",
    "do `MINUTE=5 .venv/bin/itikia stats --nothing`": "--nothing",
    "do `itikia stats --by nothing`": "cannot be nothing",
    "do `itikia why 1 2`": "too many words",
    "do:\n\n    itikia shifts nothing\n": "no command nothing",
    "do `make nothing`": "no such target",
    "do:\n\n    make nothing   # and wait\n": "no such target",
    "do `.venv/bin/pytest tests/nothing -n 2`": "no such test",
    "do `.venv/bin/python -m benchmarks.nothing`": "no such module",
    "do `benchmarks.night --nothing`": "no option",
    "set `NOTHING=yes`": "no such setting",
    "set:\n\n    COUNTRY=KE  NOTHING=…\n": "no such setting",
}
RIGHT = (
    "see [keys](docs/operator.md#keys-copies-secrets), [more](https://example.org/a.md), `hotline/gate.py`\n"
    "do `MINUTE=5 make run`, `itikia why 4071-3826`, `itikia --help`, or:\n\n"
    "    .venv/bin/itikia stats --by body   # a line for each\n    SIMULATOR_PHONES=…  COUNTRY=KE\n"
)


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_found(text: str) -> None:
    found = complaints(ROOT / "README.md", text)
    assert len(found) == 1
    assert WRONG[text] in found[0]


def test_what_is_right_is_let_through() -> None:
    assert complaints(ROOT / "README.md", RIGHT) == []
