"""Those who answer for a body: who they are, what they speak, and whether they are on duty."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline import people
from hotline.bodies import Body
from hotline.countries import Country
from hotline.database import Base
from hotline.errors import BadRow, BadRows, NotANumber
from hotline.people import Address, Person
from hotline.sealed import Keys, takes_texts, typed_number
from hotline.tables import Cells, Table

COLUMNS = ("body", "name", "phone", "languages")
"""What a file of liaisons must have; `on_duty` (yes or no) may be there too."""

LONGEST_NAME = 80
"""Letters."""

WORDS_FOR = {"": True, "yes": True, "y": True, "1": True, "true": True, "no": False, "n": False, "0": False, "false": False}


class Liaison(Base):
    __tablename__ = "liaisons"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), unique=True)
    body_code: Mapped[str] = mapped_column(ForeignKey("bodies.code"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    languages: Mapped[str] = mapped_column(String(60))
    """Codes with spaces between, the best first: we write in the first that we speak too."""
    on_duty: Mapped[bool] = mapped_column(default=True)
    person: Mapped[Person] = relationship()
    body: Mapped[Body] = relationship()

    @property
    def speaks(self) -> list[str]:
        return self.languages.split()


@dataclass(frozen=True, slots=True)
class Listed:
    """A liaison as a file lists them."""

    body: str
    name: str
    number: str
    languages: tuple[str, ...]
    on_duty: bool


def check(table: Table, bodies: Collection[str], country: Country, spoken: Collection[str]) -> list[Listed]:
    """The liaisons that a file lists, or `BadRows` with a reason for each row that is wrong. `spoken` are the hotline's languages."""
    bad = [*table.wrong] if table.rows else [BadRow(1, "there is nothing under the heading")]
    listed: dict[str, tuple[int, Listed]] = {}
    for line, row in table.rows:
        number = _number(row["phone"], country)
        first, _liaison = listed.setdefault(number, (line, _listed(row, number)))
        bad += [BadRow(line, reason) for reason in _complaints(row, number, bodies, country, spoken)]
        if number and first != line:
            bad.append(BadRow(line, f"the phone is already on line {first}: one phone is one liaison's"))
    if bad:
        raise BadRows(sorted(bad, key=lambda each: each.line))
    return [liaison for _line, liaison in listed.values()]


def _complaints(row: Cells, number: str, bodies: Collection[str], country: Country, spoken: Collection[str]) -> Iterator[str]:
    """What is wrong with a row for itself. A telephone number is never repeated: what is said of it may end up in a log."""
    for column in COLUMNS:
        if not row[column]:
            yield f"the {column} is missing"
    if len(row["name"]) > LONGEST_NAME:
        yield f"the name is longer than {LONGEST_NAME} letters"
    if row["body"] and row["body"] not in bodies:
        yield f"there is no body with the code “{row['body']}”; load the bodies first, with itikia bodies load"
    if row["phone"] and not number:
        yield _no_number(row["phone"], country)
    if number and not takes_texts(number):
        yield "the phone is one that takes no texts, such as a landline"
    if row["languages"] and not set(_languages(row)) & set(spoken):
        yield f"we write in {', '.join(spoken)}, and the liaison needs one of these languages"
    if row.get("on_duty", "").casefold() not in WORDS_FOR:
        yield f"on_duty is “{row['on_duty']}”; write yes or no"


def _no_number(text: str, country: Country) -> str:
    if "E+" in text.upper():
        return "the phone was shortened by the spreadsheet; make its column text, and write the number again"
    return f"the phone is no telephone number of {country.name}, nor one in international form with + before it"


def _listed(row: Cells, number: str) -> Listed:
    return Listed(row["body"], row["name"], number, _languages(row), WORDS_FOR.get(row.get("on_duty", "").casefold(), True))


def _languages(row: Cells) -> tuple[str, ...]:
    """The codes, whatever stands between them."""
    return tuple(re.findall(r"\w+", row["languages"].casefold()))


def _number(text: str, country: Country) -> str:
    try:
        return typed_number(text, country.code)
    except NotANumber:
        return ""


def save(session: Session, keys: Keys, listed: Iterable[Listed], spoken: Sequence[str], now: datetime) -> None:
    """Make the liaisons known, or bring up to date those that are: a liaison is known by the phone. Their duty is then their own affair."""
    for each in listed:
        person = people.meet(session, keys, each.number, now, may_write=True)
        person.language = next(language for language in each.languages if language in spoken)
        session.flush()
        liaison = of(session, person) or Liaison(person=person, on_duty=each.on_duty)
        liaison.body_code, liaison.name, liaison.languages = each.body, each.name, " ".join(each.languages)
        session.add(liaison)


def known_by(session: Session, index: str, channel: str = people.PHONE) -> tuple[str | None, str | None, int | None] | None:
    """The language, the home area and, for a liaison, their row, of the person with this address. In one look: somebody is waiting."""
    here = (Address.channel == channel, Address.number_index == index)
    facts = select(Person.language, Person.home_area, Liaison.id).join(Address, Address.person_id == Person.id)
    row = session.execute(facts.outerjoin(Liaison, Liaison.person_id == Person.id).where(*here)).one_or_none()
    return (row[0], row[1], row[2]) if row else None


def of(session: Session, person: Person) -> Liaison | None:
    """The liaison that this person is, if they are one."""
    return session.scalar(select(Liaison).where(Liaison.person_id == person.id))
