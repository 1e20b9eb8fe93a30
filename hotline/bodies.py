"""The institutions that answer: a police station, a peace committee, a women's desk, an oversight authority."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline.areas import Areas
from hotline.categories import CATEGORIES, Kind
from hotline.database import Base
from hotline.errors import BadRow, BadRows

COLUMNS = ("code", "name", "kind", "areas")
"""What a file of bodies must have; `categories` may be there too."""


class Body(Base):
    __tablename__ = "bodies"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(16))
    categories: Mapped[str] = mapped_column(String(200), default="")
    """Codes with spaces between, where the body answers less than its kind does; empty for all of it."""
    serves: Mapped[list["Serves"]] = relationship(cascade="all, delete-orphan")


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
    kind: Kind
    areas: tuple[str, ...]
    categories: tuple[str, ...]


def check(rows: Iterable[tuple[int, Mapping[str, str]]], areas: Areas) -> list[Listed]:
    """The bodies in the rows of a file, or `BadRows` with a reason for each that is wrong."""
    bad: list[BadRow] = []
    listed: dict[str, Listed] = {}
    for line, row in rows:
        body, reasons = _check(row, areas)
        if body.code in listed:
            reasons.append(f"code {body.code} stands here twice")
        bad += [BadRow(line, reason) for reason in reasons]
        listed[body.code] = body
    if bad:
        raise BadRows(bad)
    return list(listed.values())


def _check(row: Mapping[str, str], areas: Areas) -> tuple[Listed, list[str]]:
    reasons = [f"{column} is empty" for column in COLUMNS if not row[column]]
    kinds = [kind.value for kind in Kind]
    served, categories = _split(row["areas"]), _split(row.get("categories", ""))
    if row["kind"] and row["kind"] not in kinds:
        reasons.append(f"kind {row['kind']!r} is none of {', '.join(kinds)}")
    reasons += [f"there is no area {code}" for code in served if code not in areas]
    reasons += [f"there is no category {code}; known are {', '.join(CATEGORIES)}" for code in categories if code not in CATEGORIES]
    kind = Kind(row["kind"]) if row["kind"] in kinds else Kind.COORDINATION
    return Listed(row["code"], row["name"], kind, served, categories), reasons


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


def save(session: Session, listed: Iterable[Listed]) -> None:
    """Make the bodies known, or bring up to date those that are."""
    for each in listed:
        body = session.get(Body, each.code) or Body(code=each.code)
        body.name, body.kind, body.categories = each.name, each.kind, " ".join(each.categories)
        kept = {serves.area_code: serves for serves in body.serves}
        body.serves = [kept.get(code) or Serves(area_code=code) for code in dict.fromkeys(each.areas)]
        session.add(body)


def by_code(session: Session) -> dict[str, Body]:
    return {body.code: body for body in session.scalars(select(Body))}
