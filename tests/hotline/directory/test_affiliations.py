"""Never the police: one property says who is of the police or ever was,
and whatever keeps something from them asks it."""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from hotline.broadcasts import approval as broadcast_approval
from hotline.cases import conflicts
from hotline.cases.conflicts import Subject
from hotline.context import UnitOfWork
from hotline.directory import affiliations
from hotline.directory.bodies import Body
from hotline.directory.categories import CONDUCT, BodyKind
from hotline.directory.liaisons import Liaison, Role
from hotline.rumours import readers as rumour_readers
from tests.scenery.county import DESK, KAPTEMBWO, KIPRUTO, WANJIKU
from tests.scenery.world import World, liaison

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Way:
    """How somebody may be of the police, or may not."""

    name: str
    who: str
    becomes: Callable[[UnitOfWork, Liaison], None]
    is_of_them: bool = True


def nothing(_work: UnitOfWork, _who: Liaison) -> None:
    pass


def with_role(
    body: str | None, kind: BodyKind | None, *, ended: bool = False
) -> Callable[[UnitOfWork, Liaison], None]:
    def becomes(work: UnitOfWork, who: Liaison) -> None:
        who.roles.append(Role(body_code=body, kind=kind, ended_at=work.now if ended else None))

    return becomes


def body_is_put_under(parent: str) -> Callable[[UnitOfWork, Liaison], None]:
    def becomes(work: UnitOfWork, who: Liaison) -> None:
        who.body.parent = work.session.get_one(Body, parent)

    return becomes


WAYS = (
    Way("answers for a station", KIPRUTO, nothing),
    Way("is of a committee", WANJIKU, nothing, is_of_them=False),
    Way("coordinates", DESK, nothing, is_of_them=False),
    Way("is of a station besides", WANJIKU, with_role("station", None)),
    Way("was of a station", WANJIKU, with_role("station", None, ended=True)),
    Way("is of the police besides", DESK, with_role(None, BodyKind.POLICE)),
    Way("was of the police", DESK, with_role(None, BodyKind.POLICE, ended=True)),
    Way("is of a women's desk besides", WANJIKU, with_role(None, BodyKind.WOMEN), is_of_them=False),
    Way("has a body that is under a station", WANJIKU, body_is_put_under("station")),
    Way("has a body that is under another", WANJIKU, body_is_put_under("situation"), is_of_them=False),
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_cases_rumours_broadcasts_and_rosters_say_the_same_of_somebody(world: World, way: Way) -> None:
    with world.service.transaction() as work:
        who = liaison(work, way.who)
        way.becomes(work, who)
        work.session.flush()
        viewer = affiliations.viewer_of(who, work.now)
        assert viewer.is_of_the_police == way.is_of_them
        kept_out = {
            "a case": not conflicts.eligible(Subject(CONDUCT), viewer).allowed,
            "a rumour": not rumour_readers.may_see(work, who, KAPTEMBWO.code),
            "a hand on a broadcast": broadcast_approval.hand_of(work, who).of_the_police,
            "the rosters": who.id in affiliations.of_the_police(work.session, work.now),
        }
        assert kept_out == dict.fromkeys(kept_out, way.is_of_them)


def test_a_body_is_of_the_police_with_whatever_it_is_under(world: World) -> None:
    with world.service.transaction() as work:
        station, committee = (work.session.get_one(Body, code) for code in ("station", "peace"))
        assert affiliations.belongs_to_the_police(station)
        assert not affiliations.belongs_to_the_police(committee)
        committee.parent = station
        assert affiliations.belongs_to_the_police(committee)


MAY_NAME_THE_POLICE = {
    "hotline/directory/categories.py": "which kinds there are, and what each answers",
    "hotline/directory/affiliations.py": "who is of the police",
    "hotline/broadcasts/approval.py": "which kinds have to do with messages to the public",
    "hotline/cli/doctor.py": "whose empty hours are told first",
    "hotline/duty/night_check.py": "whose empty hours are told first",
    "hotline/front_desk/lookups.py": "the stations of a place, for a citizen to name one",
}
"""Files that name the kind; in none but one may it decide who sees something."""

DECIDES = {"hotline/directory/affiliations.py", "hotline/directory/categories.py"}


def test_nobody_else_looks_for_the_police() -> None:
    """Of a body one may ask what it is called; of a person only one place looks."""
    naming: set[str] = set()
    comparing: set[str] = set()
    for path in sorted((ROOT / "hotline").rglob("*.py")):
        if "versions" in path.parts:
            continue
        name, tree = str(path.relative_to(ROOT)), ast.parse(path.read_text())
        naming |= {name for node in ast.walk(tree) if _is_the_kind(node)}
        comparing |= {name for node in ast.walk(tree) if isinstance(node, ast.Compare) and _belongs(node)}
    assert naming == set(MAY_NAME_THE_POLICE)
    assert not comparing - DECIDES, "it looks through what somebody belongs to, in place of asking"
    asking = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "hotline").rglob("*.py")
        if ".is_of_the_police" in path.read_text()
    }
    assert asking == {
        "hotline/broadcasts/approval.py",
        "hotline/cases/conflicts.py",
        "hotline/directory/affiliations.py",
        "hotline/rumours/readers.py",
    }


def _is_the_kind(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "POLICE"
        and isinstance(node.value, ast.Name)
        and node.value.id == "BodyKind"
    )


def _belongs(node: ast.Compare) -> bool:
    """A kind out of what somebody belongs to: a bare name, as in `for _body, kind in viewer.belongs`."""
    parts = (node.left, *node.comparators)
    names = any(isinstance(each, ast.Name) and each.id in ("kind", "kinds") for each in parts)
    return names and any(_is_the_kind(each) for each in parts)
