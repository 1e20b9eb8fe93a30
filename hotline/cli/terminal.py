"""How answers look at an operator's terminal: one width, headings,
paragraphs and columns. And whom they mean by a number."""

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from hotline.context import UnitOfWork
from hotline.directory.liaisons import Liaison

WIDTH = 100
"""Letters of a line."""
GAP = "  "
"""Between two columns."""

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
"""Given to a command: a file that it reads."""


def wrapped(text: str) -> list[str]:
    """Lines of a paragraph."""
    return textwrap.wrap(text, WIDTH)


def indented(text: str, by: int = 2) -> list[str]:
    """The same, further in; the second line and all that follow stand a little further in still."""
    return textwrap.wrap(text, WIDTH, initial_indent=" " * by, subsequent_indent=" " * (by + 2))


def heading(text: str) -> list[str]:
    return [click.style(line, bold=True) for line in wrapped(text)]


def columns(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The titles and the rows below each other. A column is as
    wide as what stands in it, so that no name is broken."""
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    for cells in (titles, *rows):
        yield GAP.join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def liaison(work: UnitOfWork, identity: int) -> Liaison:
    """The liaison with this number. Where there is none, the operator is told who there is."""
    who = work.session.get(Liaison, identity)
    if who is None:
        raise click.ClickException(f"there is no liaison {identity}; itikia liaisons list shows who there is")
    return who
