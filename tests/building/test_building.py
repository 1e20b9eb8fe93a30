"""A few tests that hold the walls."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.cases.dispatch import CASE_WORDS
from hotline.cli.main import CALLBACKS
from hotline.directory.categories import CATEGORIES, BodyKind
from hotline.operations import tasks
from hotline.outbox import TaskKind

ROOT = Path(__file__).parents[2]
PACKAGES = ("hotline", "bot", "ussd", "webhooks", "simulator")
MAY_IMPORT_LATE = {"hotline/operations/supervisor.py": "an extra that production does without"}


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (path for path in sorted((ROOT / package).rglob("*.py")) if "versions" not in path.parts)


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_opens_with_a_sentence_and_hides_no_import(path: Path) -> None:
    tree = ast.parse(path.read_text())
    if tree.body:
        assert ast.get_docstring(tree), "a module says in its first line what it is"
    if str(path.relative_to(ROOT)) not in MAY_IMPORT_LATE:
        functions = [
            node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        late = [
            inner
            for node in functions
            for inner in ast.walk(node)
            if isinstance(inner, ast.Import | ast.ImportFrom)
        ]
        assert not late, "an import is hidden inside a function"


def test_everything_that_can_be_put_off_is_done_by_somebody() -> None:
    assert set(tasks.ACTS) | {TaskKind.DELIVER, TaskKind.REDRAW, TaskKind.BATCH, TaskKind.BALANCE} == set(
        TaskKind
    )


def test_every_kind_of_body_answers_something_and_the_police_never_for_themselves() -> None:
    answering = {kind for category in CATEGORIES.values() for kind in category.answered_by}
    assert answering | {BodyKind.COORDINATION} == set(BodyKind)
    assert BodyKind.POLICE not in CATEGORIES["conduct"].answered_by
    assert next(iter(CATEGORIES)) == "danger", "danger comes first"


def test_case_words_cannot_be_taken_for_one_another() -> None:
    assert len(set(CASE_WORDS)) == len(CASE_WORDS)
    assert all(re.fullmatch("[A-Z]{3,8}", word) for word in CASE_WORDS)


def test_every_door_for_the_carrier_is_told_to_the_operator() -> None:
    source = (ROOT / "webhooks" / "carriers.py").read_text()
    assert all(f'"{path}"' in source or f'"/{path}"' in source for path in CALLBACKS)


def test_nothing_unfinished_and_nobodys_machine_stands_in_the_tree() -> None:
    unfinished = re.compile("TO" + "DO|FIX" + "ME|XX" + "X")
    for path in modules():
        assert not unfinished.search(path.read_text()), path
