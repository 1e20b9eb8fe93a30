"""Those who answer for a body: who they are, what they speak, and whether they are on duty."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline.core.crypto import Keys, takes_texts, typed_number
from hotline.core.csv_files import Cells, Table, missing, too_long
from hotline.core.database import Base, Moment
from hotline.core.errors import BadRow, BadRows, NotANumber
from hotline.core.i18n import SOURCE
from hotline.directory import people
from hotline.directory.bodies import KINDS, Body, split
from hotline.directory.people import Address, Person
from hotline.places.countries import Country

COLUMNS = ("body", "name", "phone", "languages")
"""What a file of liaisons must have; `on_duty`, `supervisor`
and `woman` (yes or no), `also` and `until` may be there too."""

LONGEST_NAME = 80
"""Letters."""

YES_OR_NO = {
    "yes": True,
    "y": True,
    "1": True,
    "true": True,
    "no": False,
    "n": False,
    "0": False,
    "false": False,
}
UNLESS_TOLD = {"on_duty": True, "supervisor": False, "woman": False}
"""What is taken to be so where the cell is empty."""


class Liaison(Base):
    __tablename__ = "liaisons"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), unique=True)
    body_code: Mapped[str] = mapped_column(ForeignKey("bodies.code"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    languages: Mapped[str] = mapped_column(String(60))
    """Codes with spaces between, the best first: we write in the first that we speak too."""
    on_duty: Mapped[bool] = mapped_column(default=True)
    """What they said last, or what the file said of them: see `shifts.is_on_duty` for whether they are."""
    said_at: Mapped[datetime | None] = mapped_column(Moment)
    """When they said so themselves."""
    said_until: Mapped[datetime | None] = mapped_column(Moment)
    """How long that holds; None until they say otherwise."""
    supervisor: Mapped[bool] = mapped_column(default=False)
    """They lead the body."""
    woman: Mapped[bool] = mapped_column(default=False)
    """One whom somebody would be given who wishes to speak to a woman."""
    until: Mapped[datetime | None] = mapped_column(Moment)
    """When their mandate ends; from then on they see nothing."""
    person: Mapped[Person] = relationship()
    body: Mapped[Body] = relationship()
    roles: Mapped[list["Role"]] = relationship(back_populates="liaison", order_by="Role.id")

    @property
    def language(self) -> str:
        """In which we write to them."""
        return self.person.language or SOURCE

    @property
    def speaks(self) -> list[str]:
        return self.languages.split()


class Role(Base):
    """A body that a liaison belongs to, besides or before the one they answer for. Roles end, and are never
    forgotten: whoever was once of the police never sees what is about the police."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(primary_key=True)
    liaison_id: Mapped[int] = mapped_column(ForeignKey("liaisons.id"), index=True)
    body_code: Mapped[str | None] = mapped_column(ForeignKey("bodies.code"))
    """None where the body is not on our list, and only its kind is known."""
    kind: Mapped[str | None] = mapped_column(String(16))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    liaison: Mapped[Liaison] = relationship(back_populates="roles")
    body: Mapped[Body | None] = relationship()


@dataclass(frozen=True, slots=True)
class Listed:
    """A liaison as a file lists them."""

    body: str
    name: str
    number: str
    languages: tuple[str, ...]
    on_duty: bool
    supervisor: bool = False
    woman: bool = False
    also: tuple[str, ...] = ()
    """Codes of other bodies, or kinds, of which they are too."""
    until: datetime | None = None
    """The end of their mandate."""


def read_rows(
    table: Table, bodies: Collection[str], country: Country, spoken: Collection[str]
) -> list[Listed]:
    """The liaisons that a file lists, or `BadRows` with a reason for
    each row that is wrong. `spoken` are the hotline's languages."""
    bad = [*table.wrong] if table.rows else [BadRow(1, "there is nothing under the heading")]
    listed: dict[str, tuple[int, Listed]] = {}
    for line, row in table.rows:
        number = number_in(row["phone"], country)
        first, _liaison = listed.setdefault(number, (line, _listed(row, number, country)))
        bad += [BadRow(line, reason) for reason in _complaints(row, number, bodies, country, spoken)]
        if number and first != line:
            bad.append(BadRow(line, f"the phone is already on line {first}: one phone is one liaison's"))
    if bad:
        raise BadRows(sorted(bad, key=lambda each: each.line))
    return [liaison for _line, liaison in listed.values()]


def _complaints(
    row: Cells, number: str, bodies: Collection[str], country: Country, spoken: Collection[str]
) -> Iterator[str]:
    """What is wrong with a row for itself. A telephone number is
    never repeated: what is said of it may end up in a log."""
    yield from missing(row, COLUMNS)
    yield from too_long(row, {"name": LONGEST_NAME})
    if row["body"] and row["body"] not in bodies:
        yield (
            f"there is no body with the code “{row['body']}”; load the bodies first, with itikia bodies load"
        )
    if row["phone"]:
        yield from _wrong_phone(row["phone"], number, country)
    if row["languages"] and not set(_languages(row)) & set(spoken):
        yield f"we write in {', '.join(spoken)}, and the liaison needs one of these languages"
    yield from _neither_yes_nor_no(row)
    yield from _unknown_roles(row, bodies)
    if (last := row.get("until", "")) and _day(last) is None:
        yield f"until is “{last}”; write the last day as 2026-12-31"


def _wrong_phone(text: str, number: str, country: Country) -> Iterator[str]:
    if not number:
        yield no_number(text, country)
    elif not takes_texts(number):
        yield "the phone is one that takes no texts, such as a landline"


def _neither_yes_nor_no(row: Cells) -> Iterator[str]:
    for column in UNLESS_TOLD:
        if (said := row.get(column, "")) and said.casefold() not in YES_OR_NO:
            yield f"{column} is “{said}”; write yes or no"


def _unknown_roles(row: Cells, bodies: Collection[str]) -> Iterator[str]:
    for word in split(row.get("also", "")):
        if word not in bodies and word.casefold() not in KINDS:
            yield f"also has “{word}”, which is no body's code and none of {', '.join(KINDS)}"


def no_number(text: str, country: Country) -> str:
    """Why a cell holds no telephone number, without repeating what it holds."""
    if "E+" in text.upper():
        return "the phone was shortened by the spreadsheet; make its column text, and write the number again"
    return (
        f"the phone is no telephone number of {country.name}, nor one in international form with + before it"
    )


def _listed(row: Cells, number: str, country: Country) -> Listed:
    last = _day(row.get("until", ""))
    until = end_of(last, country.zone) if last else None
    on_duty, supervisor, woman = (
        YES_OR_NO.get(row.get(column, "").casefold(), otherwise) for column, otherwise in UNLESS_TOLD.items()
    )
    also = split(row.get("also", ""))
    return Listed(row["body"], row["name"], number, _languages(row), on_duty, supervisor, woman, also, until)


def _day(text: str) -> date | None:
    """A day written as 2026-12-31."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else None
    except ValueError:
        return None


def end_of(day: date, zone: tzinfo) -> datetime:
    """The moment at which a day ends there."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def _languages(row: Cells) -> tuple[str, ...]:
    """The codes, whatever stands between them."""
    return tuple(re.findall(r"\w+", row["languages"].casefold()))


def number_in(text: str, country: Country) -> str:
    """The telephone number in a cell, in international form; empty where it is none."""
    try:
        return typed_number(text, country.code)
    except NotANumber:
        return ""


def save(
    session: Session, keys: Keys, listed: Iterable[Listed], spoken: Sequence[str], now: datetime
) -> None:
    """Make the liaisons known, or bring up to date those that are: a
    liaison is known by the phone. Their duty is then their own affair."""
    known = set(session.scalars(select(Body.code)))
    for each in listed:
        person = people.meet(session, keys, each.number, now, may_write=True)
        person.language = next(language for language in each.languages if language in spoken)
        session.flush()
        liaison = of(session, person) or Liaison(person=person, on_duty=each.on_duty)
        liaison.body_code, liaison.name, liaison.languages = each.body, each.name, " ".join(each.languages)
        liaison.supervisor, liaison.woman, liaison.until = each.supervisor, each.woman, each.until
        _give_roles(
            liaison,
            [(code, None) if code in known else (None, code.casefold()) for code in (each.body, *each.also)],
            now,
        )
        session.add(liaison)


def _give_roles(liaison: Liaison, roles: Iterable[tuple[str | None, str | None]], now: datetime) -> None:
    """These are their roles from now on, each a body's code or a kind. The others end, and stay."""
    wanted = dict.fromkeys(roles)
    held = {(role.body_code, role.kind): role for role in liaison.roles if role.ended_at is None}
    for which, role in held.items():
        role.ended_at = None if which in wanted else now
    liaison.roles += [Role(body_code=code, kind=kind) for code, kind in wanted if (code, kind) not in held]


def remove(liaison: Liaison, now: datetime) -> None:
    """Their mandate ends now, and all their roles with it. What
    they did stays, and so does what they must never see."""
    liaison.until, liaison.on_duty, liaison.said_at, liaison.said_until = now, False, None, None
    _give_roles(liaison, (), now)


def is_one_now(liaison: Liaison, now: datetime) -> bool:
    """Whether their mandate has not ended."""
    return liaison.until is None or now < liaison.until


class Known(NamedTuple):
    """What is known of somebody by their address."""

    person: UUID
    language: str | None
    home: str | None
    liaison: int | None


def known_by(session: Session, index: str, channel: str = people.PHONE) -> Known | None:
    """The person with this address, in one query: somebody is waiting at the screen."""
    here = (Address.channel == channel, Address.number_index == index)
    facts = select(Person.id, Person.language, Person.home_area, Liaison.id).join(
        Address, Address.person_id == Person.id
    )
    row = session.execute(facts.outerjoin(Liaison, Liaison.person_id == Person.id).where(*here)).one_or_none()
    return Known(*row) if row else None


def of(session: Session, person: Person) -> Liaison | None:
    """The liaison that this person is, if they are one."""
    return session.scalar(select(Liaison).where(Liaison.person_id == person.id))
