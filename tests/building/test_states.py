"""Every state and every kind of thing says in a sentence what it means."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import hotline

FOLDER = Path(hotline.__file__).parent


def enums() -> Iterator[tuple[str, ast.ClassDef]]:
    """Each `StrEnum` of ours, with the file that it stands in."""
    for file in sorted(FOLDER.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "StrEnum" for base in node.bases):
                yield str(file.relative_to(FOLDER)), node


STATES = {
    f"{file}:{node.name}": node
    for file, node in enums()
    if node.name.endswith(("State", "Kind")) or node.name == "SourceSays"
}


def silent(node: ast.ClassDef) -> list[str]:
    """The members behind which no sentence stands."""
    after = [*node.body[1:], ast.Pass()]
    return [
        ast.unparse(each.targets[0])
        for each, then in zip(node.body, after, strict=True)
        if isinstance(each, ast.Assign)
        and not (
            isinstance(then, ast.Expr)
            and isinstance(then.value, ast.Constant)
            and isinstance(then.value.value, str)
        )
    ]


@pytest.mark.parametrize("name", STATES)
def test_every_member_has_a_sentence(name: str) -> None:
    assert ast.get_docstring(STATES[name]), "and so has the whole"
    assert not silent(STATES[name])


def test_the_states_that_are_stored_are_among_them() -> None:
    names = {name.rpartition(":")[2] for name in STATES}
    assert names >= {
        "BroadcastState", "CaseState", "CopyState", "DispatchState", "MessageKind", "MessageState",
        "PromiseState", "RumourState", "SubscriptionState", "TaskKind", "TaskState",
    }  # fmt: skip


def test_a_member_without_one_is_seen() -> None:
    (node,) = ast.parse('class S(StrEnum):\n    """What."""\n    A = "a"\n    B = "b"\n    """It is."""').body
    assert isinstance(node, ast.ClassDef)
    assert silent(node) == ["A"]
