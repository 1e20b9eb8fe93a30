"""Files of rows as people make them: a spreadsheet saved as CSV,
with a byte-order mark, semicolons, blank lines, or all of that."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import IO, NamedTuple

from hotline.core.errors import BadRow, BadRows

Cells = Mapping[str, str]
"""What stands in a row, by heading."""

Row = tuple[int, Cells]
"""The line as a spreadsheet counts it, the heading included, and its cells."""

SEPARATORS = ",;\t"


class Table(NamedTuple):
    """What stands in a file."""

    rows: list[Row]
    wrong: list[BadRow]
    """What is wrong with rows already, whatever they are about."""


def read(source: Path | str | IO[str] | IO[bytes], columns: Sequence[str]) -> Table:
    """The rows of a file that has at least these columns,
    given by its path or opened. Blank rows are passed over.

    Headings are in small letters, and no cell has a needless space.
    Raises `BadRows` when the file cannot be taken apart at all.
    """
    lines = [(line, cells) for line, cells in enumerate(_cells(_text(source)), 1) if any(cells)]
    if not lines:
        raise BadRows([BadRow(1, "the file is empty")])
    (first, heading), *others = lines
    headings = [name.casefold().replace(" ", "_") for name in heading]
    if missing := [column for column in columns if column not in headings]:
        reason = (
            f"the heading “{'”, “'.join(missing)}” is missing; the "
            f"first line must name the columns {', '.join(columns)}"
        )
        raise BadRows([BadRow(first, reason)])
    wrong = [BadRow(line, reason) for line, cells in others for reason in _complaints(cells, headings)]
    return Table(
        [(line, dict(zip_longest(headings, cells[: len(headings)], fillvalue=""))) for line, cells in others],
        wrong,
    )


def _text(source: Path | str | IO[str] | IO[bytes]) -> str:
    """The text of the file. Bytes that are not UTF-8 become lone surrogates, to be found in their row."""
    content = Path(source).read_bytes() if isinstance(source, Path | str) else source.read()
    text = content.decode("utf-8", "surrogateescape") if isinstance(content, bytes) else content
    if "\0" in text:
        raise BadRows([BadRow(1, "this is no CSV file; save the spreadsheet as “CSV UTF-8”")])
    return text.removeprefix("\ufeff")


def _cells(text: str) -> Iterator[list[str]]:
    """The cells of each row, blank rows too. The separator is whichever is found most in the first line."""
    separator = max(SEPARATORS, key=text.lstrip().partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    done = 0
    try:
        for cells in rows:
            yield [" ".join(cell.split()) for cell in cells]
            done += 1
    except csv.Error:
        raise BadRows([BadRow(done + 1, "a quotation mark is not closed")]) from None


def _complaints(cells: Sequence[str], headings: Sequence[str]) -> Iterator[str]:
    if any(_IS_NOT_UTF8(cell) for cell in cells):
        yield "there are letters that are not UTF-8; save the file as “CSV UTF-8”"
    if any(cells[len(headings) :]):
        yield "there are more cells than headings; a cell with the separator in it needs quotation marks"


def missing(row: Cells, columns: Iterable[str]) -> Iterator[str]:
    """A complaint for each of these columns in which the row has nothing."""
    return (f"the {column} is missing" for column in columns if not row[column])


def too_long(row: Cells, most: Mapping[str, int]) -> Iterator[str]:
    """A complaint for each of these columns in which the row has more letters than that."""
    return (
        f"the {column} is longer than {letters} letters"
        for column, letters in most.items()
        if len(row[column]) > letters
    )


_IS_NOT_UTF8 = re.compile("[\udc80-\udcff]").search
