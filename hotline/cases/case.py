"""What a report opens, worked until the citizen agrees that it is done."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline.cases.reference_number import spoken_reference
from hotline.core.crypto import Keys
from hotline.core.database import Base, Moment, changed, insert_once, lock_row
from hotline.core.i18n import Phrase, _
from hotline.directory.categories import CATEGORIES, DANGER, TIMED_AS, Category, Urgency
from hotline.directory.people import Person

if TYPE_CHECKING:
    from hotline.directory.liaisons import Liaison


class CaseState(StrEnum):
    """How a case stands."""

    OPEN = "open"
    """Nobody has it."""
    ACKNOWLEDGED = "acknowledged"
    """A liaison has it."""
    RESOLVED = "resolved"
    """The liaison says done."""
    CLOSED = "closed"
    """The citizen agrees."""


ERASED = "erased"
"""What stands for the contact of a citizen who wanted nothing
of them to be kept: with the case's end its words go too."""
SECOND_THOUGHTS = timedelta(hours=24)
"""How long after it was closed a case can still be reopened by its citizen."""
MOST_DETAILS = 6000
"""Letters of a report, with all that was added."""


class Case(Base):
    __tablename__ = "cases"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    reference: Mapped[str] = mapped_column(String(8), unique=True)
    session_index: Mapped[str] = mapped_column(String(32), unique=True)
    """The conversation it came from: however often its last turn is repeated, it opens one case."""
    channel: Mapped[str] = mapped_column(String(16))
    category_code: Mapped[str] = mapped_column(String(16))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    locked_details: Mapped[bytes] = mapped_column(LargeBinary)
    contact: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    """None where the carrier gave us a number that nobody can have."""
    state: Mapped[str] = mapped_column(String(12), default=CaseState.OPEN)
    round: Mapped[int] = mapped_column(default=1)
    """Goes up by one each time the citizen says no, and everybody is asked anew."""
    round_began_at: Mapped[datetime] = mapped_column(Moment)
    urgency: Mapped[int]
    """One of `categories.Urgency`: the category's to begin with, and it only rises."""
    in_danger: Mapped[bool] = mapped_column(default=False)
    """The citizen has said since that they are in danger still:
    the case is as urgent as can be, whatever it is about."""
    wants_woman: Mapped[bool] = mapped_column(default=False)
    """They would rather speak to a woman."""
    named_body: Mapped[str | None] = mapped_column(ForeignKey("bodies.code"))
    """The body that the report is about: nobody of it ever sees the case."""
    incident_id: Mapped[UUID | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(Moment, index=True)
    liaison_id: Mapped[int | None] = mapped_column(ForeignKey("liaisons.id"))
    """Who has acknowledged it in this round."""
    acknowledged_at: Mapped[datetime | None] = mapped_column(Moment)
    on_the_way_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the liaison who has it set out."""
    there_at: Mapped[datetime | None] = mapped_column(Moment)
    """When they arrived."""
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)
    asked_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the citizen was asked, in this round, whether help came."""
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    person: Mapped[Person | None] = relationship()
    liaison: Mapped["Liaison | None"] = relationship()

    __table_args__ = (
        Index(
            "ix_cases_unfinished",
            "state",
            postgresql_where=(state != CaseState.CLOSED),
            sqlite_where=(state != CaseState.CLOSED),
        ),
    )

    @property
    def category(self) -> Category:
        return CATEGORIES[self.category_code]

    @property
    def timed_as(self) -> Category:
        """The category whose times the case goes by: its own, or
        those of one that is as urgent as the case has become."""
        return self.category if self.urgency <= self.category.urgency else TIMED_AS[Urgency(self.urgency)]

    @property
    def about(self) -> Phrase:
        """What it is about, to a liaison: danger first, if the citizen has said so since."""
        if self.in_danger and self.category is not DANGER:
            return _("{danger}! {category}", danger=DANGER.name, category=self.category.name)
        return self.category.name

    @property
    def spoken(self) -> str:
        return spoken_reference(self.reference)

    @property
    def open_to_verdict(self) -> bool:
        """The citizen is asked whether help came."""
        return self.state in (CaseState.ACKNOWLEDGED, CaseState.RESOLVED)

    @property
    def had_since(self) -> int:
        """A version of who has it: the second in which they took it, 0 while
        nobody has. Keys of messages carry it, one a taking."""
        return int(self.acknowledged_at.timestamp()) if self.acknowledged_at else 0

    def put_in_danger(self) -> None:
        """Its citizen says that they are in danger."""
        self.in_danger, self.urgency = True, Urgency.LIFE

    def may_be_judged(self, now: datetime) -> bool:
        """Whether the citizen may say so now, asked or unasked; a *yes* may be taken back for a while."""
        if self.state != CaseState.CLOSED or self.contact == ERASED or self.closed_at is None:
            return self.open_to_verdict
        return now < self.closed_at + SECOND_THOUGHTS

    def details(self, keys: Keys) -> str:
        return keys.vault.read(self.locked_details, details_place(self.id))

    def add(self, keys: Keys, words: str) -> None:
        """More words of the citizen's, below what they reported.
        What is too much for anybody to read is left out."""
        self._write(keys, f"{self.details(keys)}\n{words}".strip()[:MOST_DETAILS])

    def empty(self, keys: Keys) -> None:
        """Forget what was reported."""
        self._write(keys, "")

    def _write(self, keys: Keys, details: str) -> None:
        self.locked_details = keys.vault.encrypt(details, details_place(self.id))

    def note(self, session: Session, at: datetime, what: str, who: str = "", why: str = "") -> None:
        """Write down what happened to the case, for good."""
        session.add(Entry(case_id=self.id, at=at, what=what, who=who, why=why))


class Entry(Base):
    """One line of a case's history. Lines are added and never changed."""

    __tablename__ = "history"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    what: Mapped[str] = mapped_column(String(24))
    who: Mapped[str] = mapped_column(String(200), default="")
    """The liaison and their body, `citizen`, or nothing for the hotline itself."""
    why: Mapped[str] = mapped_column(String(400), default="")


class Bar(Base):
    """A liaison who must never see this case, whatever else may be. Bars are added and never lifted."""

    __tablename__ = "bars"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    liaison_id: Mapped[int] = mapped_column(ForeignKey("liaisons.id"), primary_key=True)
    why: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Moment)


def details_place(case: UUID) -> str:
    """Associated data of the encryption: the details of this case decrypt in its row only."""
    return f"cases.details:{case}"


def lock_case(session: Session, case: UUID) -> Case:
    """The case's row, locked until this transaction ends: every change of a case begins with this."""
    return lock_row(session, Case, case)


def case_by_reference(session: Session, reference: str) -> Case | None:
    return session.scalar(select(Case).where(Case.reference == reference))


def case_by_session(session: Session, session_index: str) -> Case | None:
    return session.scalar(select(Case).where(Case.session_index == session_index))


def latest_case_of(session: Session, person: Person) -> Case | None:
    """What this citizen reported last, while it is not closed."""
    return session.scalar(
        select(Case)
        .where(Case.person_id == person.id, Case.state != CaseState.CLOSED)
        .order_by(Case.opened_at.desc())
        .limit(1)
    )


def acknowledge(session: Session, case: Case, liaison: int, now: datetime) -> bool:
    """A conditional update: the case is this liaison's if nobody has it. False where somebody was first."""
    values = {"state": CaseState.ACKNOWLEDGED, "liaison_id": liaison, "acknowledged_at": now}
    return changed(
        session.execute(update(Case).where(Case.id == case.id, Case.state == CaseState.OPEN).values(values))
    )


def release(case: Case) -> None:
    """Nobody has the case any more. Whoever takes it next is asked about anew."""
    case.state = CaseState.OPEN
    case.liaison_id = case.acknowledged_at = case.on_the_way_at = case.there_at = case.resolved_at = (
        case.asked_at
    ) = None


def bar_liaison(session: Session, case: Case, liaison: int, why: str, now: datetime) -> None:
    """This liaison never sees the case again."""
    insert_once(session, Bar, case_id=case.id, liaison_id=liaison, why=why, at=now)


def bars_of(session: Session, case: Case) -> dict[int, str]:
    """Who must never see this case, and why."""
    return {bar.liaison_id: bar.why for bar in session.scalars(select(Bar).where(Bar.case_id == case.id))}


def was_noted(session: Session, case: Case, what: str, who: str, since: datetime) -> bool:
    """Whether the history of the case has this of them, from then on."""
    noted = select(Entry.id).where(
        Entry.case_id == case.id, Entry.what == what, Entry.who == who, Entry.at >= since
    )
    return session.scalars(noted.limit(1)).first() is not None


def history_of(session: Session, case: Case) -> list[Entry]:
    return list(session.scalars(select(Entry).where(Entry.case_id == case.id).order_by(Entry.id)))
