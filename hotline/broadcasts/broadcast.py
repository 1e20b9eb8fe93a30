"""One approved text to everyone who wants to hear about some areas:
what it is, how it stands, and every hand that was laid on it.

    draft → checked → submitted → approved → cooling → first batch → sending → sent

Whoever edits it makes it a draft again. Anybody may stop it; nobody sends it alone.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline.broadcasts.phrases import correction, exercise_only, numbered
from hotline.core.database import Base, Moment, changed, lock_row
from hotline.core.i18n import Phrase, languages, say, verbatim
from hotline.directory.bodies import Body
from hotline.directory.liaisons import Liaison


class BroadcastState(StrEnum):
    """How a broadcast stands."""

    DRAFT = "draft"
    """It is written, and nothing was looked for in it yet."""
    CHECKED = "checked"
    """Nothing in it must not be said."""
    SUBMITTED = "submitted"
    """Others are asked whether it may go."""
    APPROVED = "approved"
    """Enough of them have said yes."""
    COOLING = "cooling"
    """Those who approved it and whoever answers for the place see it first, and may object."""
    FIRST = "first"
    """It goes to a few, spread over the area; then there is a pause."""
    SENDING = "sending"
    """It goes to all the others, batch by batch."""
    SENT = "sent"
    """Whoever was to have it has it, and it holds."""
    STOPPED = "stopped"
    """Somebody has stopped it, for good."""
    CORRECTED = "corrected"
    """Another one says what was wrong with it."""
    WITHDRAWN = "withdrawn"
    """It holds no more, or was never sent."""
    EXPIRED = "expired"
    """Its time is over."""


UNSENT = (
    BroadcastState.DRAFT,
    BroadcastState.CHECKED,
    BroadcastState.SUBMITTED,
    BroadcastState.APPROVED,
    BroadcastState.COOLING,
)
GOING = (BroadcastState.FIRST, BroadcastState.SENDING)
"""Texts leave."""
ON_ITS_WAY = (BroadcastState.APPROVED, BroadcastState.COOLING, *GOING)
"""It goes out by itself, or is about to."""
LIVE = (BroadcastState.SUBMITTED, *ON_ITS_WAY)
"""It can be stopped."""
OUT = (*GOING, BroadcastState.SENT)
"""People have it, and it holds."""

NEXT: dict[BroadcastState, tuple[BroadcastState, ...]] = {
    BroadcastState.DRAFT: (BroadcastState.CHECKED, BroadcastState.WITHDRAWN, BroadcastState.EXPIRED),
    BroadcastState.CHECKED: (
        BroadcastState.DRAFT,
        BroadcastState.SUBMITTED,
        BroadcastState.WITHDRAWN,
        BroadcastState.EXPIRED,
    ),
    BroadcastState.SUBMITTED: (
        BroadcastState.DRAFT,
        BroadcastState.APPROVED,
        BroadcastState.STOPPED,
        BroadcastState.WITHDRAWN,
        BroadcastState.EXPIRED,
    ),
    BroadcastState.APPROVED: (
        BroadcastState.DRAFT,
        BroadcastState.COOLING,
        BroadcastState.STOPPED,
        BroadcastState.WITHDRAWN,
        BroadcastState.EXPIRED,
    ),
    BroadcastState.COOLING: (
        BroadcastState.DRAFT,
        BroadcastState.FIRST,
        BroadcastState.STOPPED,
        BroadcastState.WITHDRAWN,
        BroadcastState.EXPIRED,
    ),
    BroadcastState.FIRST: (
        BroadcastState.SENDING,
        BroadcastState.STOPPED,
        BroadcastState.CORRECTED,
        BroadcastState.WITHDRAWN,
        BroadcastState.EXPIRED,
    ),
    BroadcastState.SENDING: (
        BroadcastState.SENT,
        BroadcastState.STOPPED,
        BroadcastState.CORRECTED,
        BroadcastState.WITHDRAWN,
        BroadcastState.EXPIRED,
    ),
    BroadcastState.SENT: (BroadcastState.CORRECTED, BroadcastState.WITHDRAWN, BroadcastState.EXPIRED),
    BroadcastState.STOPPED: (BroadcastState.CORRECTED, BroadcastState.WITHDRAWN),
    BroadcastState.CORRECTED: (),
    BroadcastState.WITHDRAWN: (BroadcastState.CORRECTED,),
    BroadcastState.EXPIRED: (BroadcastState.CORRECTED, BroadcastState.WITHDRAWN),
}
"""Where it can go from each state. Back to a draft is an edit or an objection."""


class DeedKind(StrEnum):
    """What somebody did with a broadcast, besides bringing it into a state."""

    WROTE = "wrote"
    """They wrote the first edition."""
    EDITED = "edited"
    """They made another edition of it."""
    ASKED = "asked"
    """They were asked whether it may go."""
    APPROVES = "said yes"
    """They say that it may go."""
    OBJECTED = "objected"
    """They say that it must not go."""
    PAUSED = "paused"
    """Nothing more of it leaves for now."""
    RESUMED = "resumed"
    """It goes on where it was paused."""
    REVIEWED = "reviewed"
    """They looked at an emergency message afterwards."""


class Broadcast(Base):
    __tablename__ = "broadcasts"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    """By which people know it, and ask whether it is ours: it stands before the text."""
    mark: Mapped[str] = mapped_column(String(3))
    """Stands for exactly what the edition says: whoever approves names it. Another one after every edit."""
    edition: Mapped[int] = mapped_column(default=1)
    """A version: goes up with every edit, and approvals of an earlier one do not count."""
    state: Mapped[str] = mapped_column(String(12), default=BroadcastState.DRAFT)
    template: Mapped[str] = mapped_column(String(24), default="")
    """Of `templates.py`; empty for the author's own words."""
    author_id: Mapped[int] = mapped_column(ForeignKey("liaisons.id"))
    source: Mapped[str] = mapped_column(String(120))
    """Who has checked it."""
    known_at: Mapped[datetime] = mapped_column(Moment)
    """As of when it is so."""
    expires_at: Mapped[datetime] = mapped_column(Moment)
    exercise: Mapped[bool] = mapped_column(default=False)
    """A drill: it never leaves the building."""
    emergency: Mapped[bool] = mapped_column(default=False)
    """Without cooling, at any hour, from a frozen template to a small area; reviewed afterwards."""
    public: Mapped[bool] = mapped_column(default=False)
    """On the web too."""
    rumour_id: Mapped[int | None] = mapped_column(ForeignKey("rumours.id"))
    """The rumour that it answers."""
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("broadcasts.id"), index=True)
    """The broadcast that it sets right: it goes to exactly those whom that one has reached."""
    written_at: Mapped[datetime] = mapped_column(Moment)
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    """For whoever looks into it afterwards; nothing goes by it."""
    approved_at: Mapped[datetime | None] = mapped_column(Moment)
    opens_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the first batch goes, or went."""
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it was sent, stopped, corrected, withdrawn or expired."""
    paused_at: Mapped[datetime | None] = mapped_column(Moment)
    listed_to: Mapped[int] = mapped_column(default=0)
    """The cursor of the list of recipients: the last subscription,
    or the last copy of what it corrects, that is on it."""
    is_listed: Mapped[bool] = mapped_column(default=False)
    """The list is complete."""
    listed: Mapped[int] = mapped_column(default=0)
    """How many are on it."""
    lease: Mapped[UUID | None]
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    """The lease of a batch: until then another process is sending one, and none is claimed."""
    author: Mapped[Liaison] = relationship()
    wordings: Mapped[list["Wording"]] = relationship(
        cascade="all, delete-orphan", order_by="Wording.language"
    )
    reaches: Mapped[list["Reach"]] = relationship(cascade="all, delete-orphan", order_by="Reach.area_code")
    deeds: Mapped[list["Deed"]] = relationship(order_by="Deed.id", back_populates="broadcast")
    corrects: Mapped["Broadcast | None"] = relationship(remote_side="Broadcast.id")

    __table_args__ = (
        Index(
            "ix_broadcasts_unfinished", "state",
            postgresql_where=state.in_((*UNSENT, *GOING)), sqlite_where=state.in_((*UNSENT, *GOING)),
        ),
    )  # fmt: skip

    @property
    def areas(self) -> list[str]:
        """The codes of the areas that it is about."""
        return [reach.area_code for reach in self.reaches]

    @property
    def texts(self) -> dict[str, str]:
        """What it says, by language."""
        return {wording.language: wording.text for wording in self.wordings}

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    def note(self, at: datetime, what: str, who: Liaison | None = None, why: str = "") -> None:
        """Write down who did what with it, for good."""
        body = who.body_code if who else None
        self.deeds.append(
            Deed(edition=self.edition, at=at, liaison=who, body_code=body, what=what, why=why[:200])
        )

    def done(self, what: str) -> list["Deed"]:
        """Who did this with the present edition."""
        return [deed for deed in self.deeds if deed.what == what and deed.edition == self.edition]


class Wording(Base):
    """What a broadcast says in one language."""

    __tablename__ = "wordings"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    text: Mapped[str] = mapped_column(String(1000))


class Reach(Base):
    """An area that a broadcast is about."""

    __tablename__ = "reaches"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"), primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), primary_key=True, index=True)


class Deed(Base):
    """One line of a broadcast's history: who did what with which edition. Append-only."""

    __tablename__ = "deeds"

    id: Mapped[int] = mapped_column(primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"), index=True)
    edition: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    liaison_id: Mapped[int | None] = mapped_column(ForeignKey("liaisons.id"))
    """None for the hotline itself."""
    body_code: Mapped[str | None] = mapped_column(ForeignKey("bodies.code"))
    """Theirs, as it was then."""
    what: Mapped[str] = mapped_column(String(12))
    """A state that they brought it into, or one of the words above."""
    why: Mapped[str] = mapped_column(String(200), default="")
    broadcast: Mapped[Broadcast] = relationship(back_populates="deeds")
    liaison: Mapped[Liaison | None] = relationship()
    body: Mapped[Body | None] = relationship()


def new_code(session: Session) -> str:
    """A number that nobody knows yet: four figures, or five once most of those are used."""
    for figures in (4, 4, 4, 4, 5, 5, 6):
        code = str(secrets.randbelow(9 * 10 ** (figures - 1)) + 10 ** (figures - 1))
        if broadcast_by_code(session, code) is None:
            return code
    raise AssertionError("there is always a number left")


def new_mark(but: str = "") -> str:
    """Three figures, other than before."""
    while (mark := f"{secrets.randbelow(900) + 100}") == but:
        pass
    return mark


def broadcast_by_code(session: Session, code: str) -> Broadcast | None:
    return session.scalar(select(Broadcast).where(Broadcast.code == code))


def lock_broadcast(session: Session, identity: int) -> Broadcast:
    """The broadcast's row, locked until this transaction ends."""
    return lock_row(session, Broadcast, identity)


def move_broadcast(session: Session, broadcast: Broadcast, state: BroadcastState, **values: object) -> bool:
    """A conditional update, from the state in which it was found into another.
    False where somebody was first, or the table has no such way."""
    if state not in NEXT[BroadcastState(broadcast.state)]:
        return False
    session.flush()
    found = (
        Broadcast.id == broadcast.id,
        Broadcast.state == broadcast.state,
        Broadcast.edition == broadcast.edition,
    )
    moved = changed(
        session.execute(
            update(Broadcast)
            .where(*found)
            .values(state=state, **values)
            .execution_options(synchronize_session=False)
        )
    )
    session.refresh(broadcast)
    return moved


def unfinished_broadcasts(session: Session) -> Sequence[Broadcast]:
    """Those that are not sent, stopped or over, the oldest first."""
    return session.scalars(
        select(Broadcast).where(Broadcast.state.in_((*UNSENT, *GOING))).order_by(Broadcast.id)
    ).all()


# --- the words


def words_as_sent(broadcast: Broadcast, language: str) -> Phrase:
    """What it says in this language, with what stands before it."""
    text = verbatim(broadcast.texts[language])
    if broadcast.corrects is not None:
        text = correction(broadcast.corrects.code, text)
    text = numbered(broadcast.code, text)
    return exercise_only(text) if broadcast.exercise else text


def as_sent(broadcast: Broadcast, language: str) -> str:
    """The same, said."""
    return say(words_as_sent(broadcast, language), language if language in languages() else "en")
