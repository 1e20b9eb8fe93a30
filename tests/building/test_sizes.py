"""How large a thing may be: a file is a few screenfuls, and
a function has no more branches than one can hold in mind."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("hotline", "bot", "ussd", "webhooks", "simulator", "benchmarks", "tests/scenery")

MOST_LINES = 350
MOST_BRANCHES = 12
P90_LINES = 22

LONGER = {"hotline/rumours/phrases.py"}
"""Files that may be longer: tables, one entry after another."""

BRANCHES = (
    ast.If,
    ast.IfExp,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ExceptHandler,
    ast.Assert,
    ast.match_case,
)


def modules() -> Iterator[Path]:
    """A migration is left out: it is the schema, once."""
    for package in PACKAGES:
        yield from (path for path in sorted((ROOT / package).rglob("*.py")) if "versions" not in path.parts)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def branches(function: ast.AST) -> int:
    """The ways through it, as C901 counts them, and with them each `and`, `or` and
    `for` inside an expression: there, too, it may go this way or that."""
    return 1 + sum(map(_ways, ast.walk(function)))


def _ways(node: ast.AST) -> int:
    if isinstance(node, ast.BoolOp):
        return len(node.values) - 1
    if isinstance(node, ast.comprehension):
        return 1 + len(node.ifs)
    return int(isinstance(node, BRANCHES))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_file_is_longer_than_a_few_screenfuls_but_tables() -> None:
    lines = {name(path): len(path.read_text().splitlines()) for path in modules()}
    longer = {file for file, number in lines.items() if number > MOST_LINES}
    assert longer <= LONGER


def test_no_function_has_more_branches_than_one_can_hold_in_mind() -> None:
    many = {
        f"{name(path)} {each.name}"
        for path in modules()
        for each in functions(path)
        if branches(each) > MOST_BRANCHES
    }
    assert not many


def test_nine_functions_in_ten_are_shorter_than_a_screenful() -> None:
    lengths = sorted(
        (each.end_lineno or 0) - each.lineno + 1 for path in modules() for each in functions(path)
    )
    assert lengths[len(lengths) * 9 // 10] < P90_LINES


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("def one(): return 1", 1),
        ("def one(a, b): return a and b or 1", 3),
        ("def one(a): return [each for each in a if each]", 3),
        ("def one(a):\n match a:\n  case 1: return 2\n  case _: return 3", 3),
    ],
)
def test_every_way_through_is_counted(text: str, ways: int) -> None:
    assert branches(ast.parse(text)) == ways
