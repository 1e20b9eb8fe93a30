"""How much of the product the tests reach, and the files of which they
reach too little: `python -m tests.building.coverage`.

It is measured within pytest and its workers. The processes that stories start are not looked into: they are
killed at any moment, and what was measured with them. A file that runs nowhere else is told lower than it is.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

MEASURED = Path(".coverage.json")
ENOUGH = 90.0
MOST_RANGES = 12


def told(measured: dict[str, Any]) -> Iterator[str]:
    """For people: the whole in a line, and then a line for each file that is below."""
    whole, files = measured["summary"], measured["files"]
    lines = whole["covered_lines"] + whole["missing_lines"]
    yield f"Coverage: {whole['percent_covered']:.1f} % of {lines} lines, in {len(files)} files."
    shares = {name: each["summary"]["percent_covered"] for name, each in files.items()}
    below = sorted((share, name) for name, share in shares.items() if share < ENOUGH)
    if below:
        yield f"Below {ENOUGH:.0f} %, and the lines that no test reaches:"
    for share, name in below:
        yield f"  {share:5.1f} %  {name}: {', '.join(ranges(files[name]['missing_lines']))}"


def ranges(lines: Sequence[int]) -> list[str]:
    """1-3, 7, 9-12: the first few."""
    begins = [line for line in lines if line - 1 not in lines]
    ends = [line for line in lines if line + 1 not in lines]
    found = [f"{begin}-{end}" if end > begin else str(begin) for begin, end in zip(begins, ends, strict=True)]
    return found if len(found) <= MOST_RANGES else [*found[:MOST_RANGES], "…"]


if __name__ == "__main__":
    for line in told(json.loads(MEASURED.read_text())):
        click.echo(line)
