"""Areas are read from a file, checked row by row, and saved."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.core import csv_files
from hotline.core.csv_files import Cells, Row
from hotline.core.errors import BadRow, BadRows, Misconfigured
from hotline.places.areas import Area, AreaRecord, Areas

NEEDED = ("code", "name", "parent", "aliases")
"""The headings that a file of areas must have; `level`, `latitude` and `longitude` may be there too."""

SHORT_HEADINGS = {"lat": "latitude", "lon": "longitude"}


def read(source: Path | str | IO[str] | IO[bytes]) -> list[Area]:
    """The areas in a file, given by its path or opened: comma-separated
    text in UTF-8; semicolons and tabs are understood too.

    Raises `BadRows` with every line that is wrong; then none of the
    file should be used. The one row without a parent is the country.
    """
    table = csv_files.read(source, NEEDED)
    rows = [
        (line, {SHORT_HEADINGS.get(heading, heading): cell for heading, cell in cells.items()})
        for line, cells in table.rows
    ]
    wrong = [*table.wrong, *_wrong_cells(rows), *_wrong_codes(rows), *_wrong_parents(rows)]
    if wrong:
        raise BadRows(sorted(wrong, key=lambda bad: bad.line))
    return [_from_row(row) for _, row in rows]


def _wrong_cells(rows: Sequence[Row]) -> Iterator[BadRow]:
    for line, row in rows:
        for reason in _complaints(row):
            yield BadRow(line, reason)


def _complaints(row: Cells) -> Iterator[str]:
    """What is wrong with a row for itself."""
    for heading in ("code", "name"):
        if not row[heading]:
            yield f"the {heading} is missing"
    for heading, most in (("latitude", 90), ("longitude", 180)):
        if (cell := row.get(heading)) and not _is_within(cell, most):
            yield f"the {heading} “{cell}” is not a number from -{most} to {most}"
    if bool(row.get("latitude")) != bool(row.get("longitude")):
        yield "latitude and longitude must be given together"


def _is_within(cell: str, most: int) -> bool:
    try:
        return -most <= float(cell) <= most
    except ValueError:
        return False


def _wrong_codes(rows: Sequence[Row]) -> Iterator[BadRow]:
    first: dict[str, int] = {}
    for line, row in rows:
        if row["code"] and first.setdefault(row["code"], line) != line:
            yield BadRow(line, f"the code “{row['code']}” is already on line {first[row['code']]}")


def _wrong_parents(rows: Sequence[Row]) -> Iterator[BadRow]:
    parents: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, row in rows:
        if row["code"]:
            parents.setdefault(row["code"], row["parent"])
            lines.setdefault(row["code"], line)
    yield from _wrong_countries([(line, row) for line, row in rows if not row["parent"]])
    for line, row in rows:
        if row["parent"] and row["parent"] not in parents:
            yield BadRow(line, f"the parent “{row['parent']}” is not in the file")
    for cycle in _cycles(parents):
        yield BadRow(
            lines[cycle[0]],
            f"each of these is inside the next, without an end: {' → '.join((*cycle, cycle[0]))}",
        )


def _wrong_countries(roots: Sequence[Row]) -> Iterator[BadRow]:
    if not roots:
        yield BadRow(1, "there is no country: the row of the country has an empty parent")
        return
    (first, country), *others = roots
    if country["code"] and not _IS_ISO(country["code"]):
        yield BadRow(
            first,
            f"“{country['code']}” has no parent, so it is the "
            "country, whose code is two capital letters such as KE",
        )
    for line, row in others:
        yield BadRow(
            line,
            f"“{row['code']}” has no parent, but “{country['code']}” on line {first} is the country already",
        )


_IS_ISO = re.compile(r"[A-Z]{2}").fullmatch


def _cycles(parents: Mapping[str, str]) -> Iterator[list[str]]:
    """Every ring of areas, each inside the next, once."""
    seen: set[str] = set()
    for start in parents:
        chain: list[str] = []
        code = start
        while code in parents and code not in seen:
            seen.add(code)
            chain.append(code)
            code = parents[code]
        if code in chain:
            yield chain[chain.index(code) :]


def _from_row(row: Cells) -> Area:
    aliases = dict.fromkeys(
        alias for cell in row["aliases"].split("|") if (alias := cell.strip()) and alias != row["name"]
    )
    coordinates = [
        float(cell) if (cell := row.get(heading)) else None for heading in ("latitude", "longitude")
    ]
    return Area(
        row["code"], row["name"], row["parent"] or None, row.get("level", ""), tuple(aliases), *coordinates
    )


def save(session: Session, areas: Iterable[Area]) -> None:
    """Put all areas of one country into the database, in the caller's transaction.

    What is there already is brought up to date. An area that is gone from the file is deleted, unless
    something still refers to it, such as a case or an area inside it: then it stays as it is. Raises
    `Misconfigured` when a code belongs to another country already.
    """
    tree = Areas(areas)
    _refuse_taken(session, tree)
    known = {
        record.code: record
        for record in session.scalars(select(AreaRecord).where(AreaRecord.country == tree.country.code))
    }
    for area in sorted(tree, key=lambda area: len(tree.outwards(area))):
        record = known.pop(area.code, None) or AreaRecord(code=area.code, edition=0)
        _write(record, area, tree.country.code)
        session.add(record)
    session.flush()
    _forget(session, known)


def _refuse_taken(session: Session, tree: Areas) -> None:
    elsewhere = session.execute(
        select(AreaRecord.code, AreaRecord.country).where(AreaRecord.country != tree.country.code)
    )
    for code, country in elsewhere:
        if code in tree:
            raise Misconfigured(
                f"The area code “{code}” already belongs to the country "
                f"“{country}”. Give each area of the file its own code."
            )


def _write(record: AreaRecord, area: Area, country: str) -> None:
    record.name, record.parent_code, record.level = area.name, area.parent, area.level
    record.aliases = "|".join(area.aliases)
    record.latitude, record.longitude = area.latitude, area.longitude
    record.country = country
    record.edition += 1


def _forget(session: Session, gone: Mapping[str, AreaRecord]) -> None:
    """Delete what nothing refers to, innermost first."""
    for record in sorted(gone.values(), key=lambda record: _depth(record, gone), reverse=True):
        try:
            with session.begin_nested():
                session.execute(delete(AreaRecord).where(AreaRecord.code == record.code))
        except IntegrityError:
            continue


def _depth(record: AreaRecord, gone: Mapping[str, AreaRecord]) -> int:
    parent = gone.get(record.parent_code or "")
    return 0 if parent is None else 1 + _depth(parent, gone)
