"""What a phone and a chat show, as tests and benchmarks read it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Received:
    """A text on a phone: who sent it, and what it says."""

    id: str
    sender: str
    body: str


@dataclass(frozen=True)
class ChatMessage:
    """A message in a chat on Telegram, with the labels of its
    buttons; `mine` when the holder of the chat wrote it."""

    id: int
    mine: bool
    kind: str
    text: str
    buttons: tuple[str, ...]
    edited: bool
    protected: bool


def received(row: dict[str, Any]) -> list[Received]:
    """The texts that came to a phone, the oldest first."""
    return [Received(text["id"], text["other"], text["body"]) for text in row["texts"] if not text["mine"]]


def chat_messages(row: dict[str, Any]) -> list[ChatMessage]:
    return [
        ChatMessage(
            message["id"],
            message["mine"],
            message["kind"],
            message["text"],
            tuple(button["label"] for line in message["buttons"] for button in line),
            message["edited"],
            message["protected"],
        )
        for message in row["messages"]
    ]
