"""Those who answer for a body: who they are, what they speak, and whether they are on duty."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline import people
from hotline.bodies import Body
from hotline.database import Base
from hotline.errors import BadRow, BadRows, NotANumber
from hotline.people import Address, Person
from hotline.sealed import Keys, typed_number

COLUMNS = ("body", "name", "phone", "languages")
"""What a file of liaisons must have; `on_duty` (yes or no) may be there too."""

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


def check(rows: Iterable[tuple[int, Mapping[str, str]]], bodies: Collection[str], country: str, spoken: Collection[str]) -> list[Listed]:
    """The liaisons in the rows of a file, or `BadRows` with a reason for each that is wrong. `spoken` are the hotline's languages."""
    bad: list[BadRow] = []
    listed: dict[str, Listed] = {}
    for line, row in rows:
        reasons = [f"{column} is empty" for column in COLUMNS if not row[column]]
        number = _number(row["phone"], country)
        languages = tuple(row["languages"].replace("|", " ").split())
        if row["body"] and row["body"] not in bodies:
            reasons.append(f"there is no body {row['body']}; load the bodies first")
        if row["phone"] and not number:
            reasons.append("phone is no telephone number of this country or in international form")
        if number and number in listed:
            reasons.append("this phone stands here twice: one phone is one liaison's")
        if languages and not set(languages) & set(spoken):
            reasons.append(f"languages: we write in {', '.join(spoken)}; the liaison needs one of them")
        if row.get("on_duty", "").casefold() not in WORDS_FOR:
            reasons.append("on_duty is neither yes nor no")
        bad += [BadRow(line, reason) for reason in reasons]
        listed[number] = Listed(row["body"], row["name"], number, languages, WORDS_FOR.get(row.get("on_duty", "").casefold(), True))
    if bad:
        raise BadRows(bad)
    return list(listed.values())


def _number(text: str, country: str) -> str:
    try:
        return typed_number(text, country)
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


def of(session: Session, person: Person) -> Liaison | None:
    """The liaison that this person is, if they are one."""
    return session.scalar(select(Liaison).where(Liaison.person_id == person.id))


def phone(session: Session, liaison: Liaison) -> Address:
    return session.scalars(select(Address).where(Address.person_id == liaison.person_id, Address.channel == people.PHONE)).one()
