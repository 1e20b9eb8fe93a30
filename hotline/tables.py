"""Files of rows as people make them: a spreadsheet saved as CSV, with a byte-order mark, semicolons, or both."""

import csv
from collections.abc import Sequence
from pathlib import Path

from hotline.errors import BadRow, BadRows

Row = tuple[int, dict[str, str]]
"""The line as a spreadsheet counts it, and the cells by heading: lower case, nothing around them."""

SEPARATORS = ",;\t"


def read(path: Path, columns: Sequence[str]) -> list[Row]:
    """The rows of a file that has at least these columns. Empty lines are passed over.

    Raises `BadRows` when it is no text in UTF-8, when a column is missing, or when there is nothing in it.
    """
    lines = _text(path).splitlines(keepends=True)
    if not lines:
        raise BadRows([BadRow(1, "the file is empty")])
    table = csv.reader(lines, delimiter=max(SEPARATORS, key=lines[0].count))
    heading = [cell.strip().casefold() for cell in next(table)]
    if missing := [column for column in columns if column not in heading]:
        raise BadRows([BadRow(1, f"the heading has no column {', '.join(missing)}; it needs {', '.join(columns)}")])
    rows, bad = [], []
    for cells in table:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(heading):
            bad.append(BadRow(table.line_num, f"has {len(cells)} cells under {len(heading)} headings"))
        padded = [cell.strip() for cell in cells] + [""] * (len(heading) - len(cells))
        rows.append((table.line_num, dict(zip(heading, padded, strict=False))))
    if bad:
        raise BadRows(bad)
    if not rows:
        raise BadRows([BadRow(1, "there is nothing under the heading")])
    return rows


def _text(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadRows([BadRow(line, "is not UTF-8; save the file again as CSV UTF-8")]) from None
