"""A conversation in a chat, as far as it has got: kept in the database, encrypted,
for no carrier repeats the transcript there, as it does for a dial-in."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.conversation.replay import Answers
from hotline.core import codec
from hotline.core.crypto import Tampered, Vault
from hotline.core.database import Base, Moment, insert_once

log = logging.getLogger(__name__)

LIFETIME = timedelta(hours=24)
"""How long a silent conversation is kept; then it begins anew, and what was said is forgotten."""


@dataclass(frozen=True, slots=True)
class ChatState:
    """Where a conversation in a chat has got to."""

    sitting: str
    """Its id, an idempotency key: what comes of it comes of it once."""
    language: str
    answers: Answers = ()
    page: int = 0
    again: bool = False
    """The last answer was not understood."""
    words: str = ""
    """What they wrote before we asked for it: it goes with the report that they make."""
    aside: str = ""
    """Said above the question: what has come of a picture, for one."""
    origin: str = ""
    """The link that brought them."""
    last_words: str = ""
    """Set when the conversation is over."""
    screen: int | None = None
    """The chat's own number for the message that shows it."""
    shares: int | None = None
    """The message with the button that shares a number or a location, while it is there."""
    version: int = 0
    """Incremented at each step; a button carries it, so that one of an earlier screen is known as stale."""


class Chat(Base):
    __tablename__ = "chats"

    index: Mapped[str] = mapped_column(String(32), primary_key=True)
    """What the chat is found by: see `people.number_index`."""
    locked_talk: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Moment)


def find(session: Session, vault: Vault, index: str, now: datetime) -> ChatState | None:
    """The conversation in this chat; its row is locked until the transaction
    ends. None where there is none, or one too old to go on with."""
    chat = session.scalar(select(Chat).where(Chat.index == index).with_for_update())
    if chat is None or now - chat.at > LIFETIME:
        return None
    try:
        return codec.decode(vault.decrypt(chat.locked_talk, _place(index)), ChatState)
    except (Tampered, ValueError):  # another release may have kept it
        log.warning("a conversation that was kept does not open; it begins anew")
        return None


def keep(session: Session, vault: Vault, index: str, talk: ChatState, now: datetime) -> None:
    locked = vault.encrypt(codec.encode(talk), _place(index))
    if not insert_once(session, Chat, index=index, locked_talk=locked, at=now):
        chat = session.get_one(Chat, index)
        chat.locked_talk, chat.at = locked, now


def forget(session: Session, index: str) -> None:
    session.execute(delete(Chat).where(Chat.index == index))


def forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(Chat).where(Chat.at < now - LIFETIME))


def _place(index: str) -> str:
    return f"chats.talk:{index}"
