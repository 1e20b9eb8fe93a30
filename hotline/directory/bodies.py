"""The institutions that answer: a police station, a peace committee, a women's desk, an oversight office."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline.core.csv_files import Cells, Table, missing, too_long
from hotline.core.database import Base
from hotline.core.errors import BadRow, BadRows
from hotline.directory.categories import CATEGORIES, BodyKind
from hotline.places.areas import Areas

COLUMNS = ("code", "name", "kind", "areas")
"""What a file of bodies must have; `categories` and `parent` may be there too."""

LONGEST = {"code": 32, "name": 100}
"""Letters. A name stands in a case's history with the liaison's beside it."""

KINDS = {kind.value: kind for kind in BodyKind}


class Body(Base):
    __tablename__ = "bodies"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(16))
    categories: Mapped[str] = mapped_column(String(200), default="")
    """Codes with spaces between, where the body answers less than its kind does; empty for all of it."""
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("bodies.code"))
    """The body that it is under: a police post's division, a committee's county office."""
    serves: Mapped[list["Serves"]] = relationship(cascade="all, delete-orphan")
    parent: Mapped["Body | None"] = relationship(remote_side="Body.code")

    @property
    def upwards(self) -> list["Body"]:
        """The body itself and all it is under. A ring, which no file can make, would be gone round once."""
        above: list[Body] = []
        each: Body | None = self
        while each is not None and each not in above:
            above.append(each)
            each = each.parent
        return above


class Serves(Base):
    """A body serves an area, and with it everything inside."""

    __tablename__ = "serves"

    body_code: Mapped[str] = mapped_column(ForeignKey("bodies.code"), primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), primary_key=True, index=True)


@dataclass(frozen=True, slots=True)
class Listed:
    """A body as a file lists it."""

    code: str
    name: str
    kind: BodyKind
    areas: tuple[str, ...]
    categories: tuple[str, ...]
    parent: str | None = None
    """The code of the body that it is under."""


Parents = Mapping[str, str | None]
"""The code of each body, and of the one that it is under."""


def read_rows(table: Table, areas: Areas, known: Parents | None = None) -> list[Listed]:
    """The bodies that a file lists, or `BadRows` with a reason for
    each row that is wrong. `known` are those there are already."""
    bad = [*table.wrong] if table.rows else [BadRow(1, "there is nothing under the heading")]
    listed: dict[str, tuple[int, Listed]] = {}
    parents = {**(known or {}), **{row["code"]: row.get("parent") or None for _line, row in table.rows}}
    for line, row in table.rows:
        first, _body = listed.setdefault(row["code"], (line, _listed(row)))
        bad += [
            BadRow(line, reason) for reason in (*_complaints(row, areas), *_no_parent(row["code"], parents))
        ]
        if row["code"] and first != line:
            bad.append(BadRow(line, f"the code “{row['code']}” is already on line {first}"))
    if bad:
        raise BadRows(sorted(bad, key=lambda each: each.line))
    return [body for _line, body in listed.values()]


def _complaints(row: Cells, areas: Areas) -> Iterator[str]:
    """What is wrong with a row for itself."""
    yield from missing(row, COLUMNS)
    yield from too_long(row, LONGEST)
    kind = row["kind"].casefold()
    if kind and kind not in KINDS:
        yield f"the kind “{kind}” is none of {', '.join(KINDS)}"
    yield from (_no_area(code, areas) for code in split(row["areas"]) if code not in areas)
    yield from _not_answered(kind, split(row.get("categories", "").casefold()))


def _not_answered(kind: str, categories: Iterable[str]) -> Iterator[str]:
    """Which of these categories a body of this kind cannot answer, and why."""
    for code in categories:
        if code not in CATEGORIES:
            yield f"there is no category “{code}”; there are {', '.join(CATEGORIES)}"
        elif kind in KINDS and KINDS[kind] not in (*CATEGORIES[code].answered_by, BodyKind.COORDINATION):
            yield (
                f"a body of the kind {kind} is never asked about {code}, only "
                f"{' and '.join(CATEGORIES[code].answered_by)}"
            )


def _no_parent(code: str, parents: Parents) -> Iterator[str]:
    """What is wrong with the body that this one is under."""
    above = [parents[code]]
    while (parent := above[-1]) is not None and parent != code and parent not in above[:-1]:
        above.append(parents.get(parent))
    first = above[0]
    if first is not None and first not in parents:
        yield f"the parent “{first}” is no body's code, in this file or known already"
    elif parent == code:
        yield f"the parent “{first}” leads back to “{code}”; no body can be under itself"


def _no_area(code: str, areas: Areas) -> str:
    """People write the name of an area where its code belongs."""
    meant = " or ".join(
        f"{found.area.code} ({areas.full_name(found.area)})" for found in areas.closest(code, limit=2)
    )
    return f"there is no area with the code “{code}”" + (f"; did you mean {meant}?" if meant else "")


def _listed(row: Cells) -> Listed:
    kind = KINDS.get(row["kind"].casefold(), BodyKind.COORDINATION)
    return Listed(
        row["code"], row["name"], kind, split(row["areas"]),
        split(row.get("categories", "").casefold()), row.get("parent") or None
    )  # fmt: skip


def split(text: str) -> tuple[str, ...]:
    """What stands in a cell that may hold several things, with | between."""
    return tuple(part.strip() for part in text.split("|") if part.strip())


def save(session: Session, listed: Iterable[Listed]) -> None:
    """Make the bodies known, or bring up to date those that are."""
    under: list[tuple[Body, str | None]] = []
    for each in listed:
        body = session.get(Body, each.code) or Body(code=each.code)
        body.name, body.kind, body.categories = each.name, each.kind, " ".join(each.categories)
        kept = {serves.area_code: serves for serves in body.serves}
        body.serves = [kept.get(code) or Serves(area_code=code) for code in dict.fromkeys(each.areas)]
        session.add(body)
        under.append((body, each.parent))
    session.flush()
    for body, parent in under:
        body.parent_code = parent


def parents(session: Session) -> Parents:
    return {code: parent for code, parent in session.execute(select(Body.code, Body.parent_code))}


def by_code(session: Session) -> dict[str, Body]:
    return {body.code: body for body in session.scalars(select(Body))}
