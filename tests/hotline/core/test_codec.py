"""What is encoded comes back as it was, and nothing else is taken for it."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from hotline.broadcasts.menus import Board, Compose, Line, Previewed
from hotline.cases.citizen_menus import Bodies, Caller
from hotline.cases.citizen_phrases import Standing
from hotline.cases.liaison_menus import Assignments, Waiting
from hotline.conversation.chat_store import ChatState
from hotline.conversation.replay import Answers
from hotline.conversation.ussd_store import Conversation
from hotline.core import codec
from hotline.news.menus import Item, Theirs
from hotline.rumours.phrases import Shown

WORDS = 'Ni "shwari" | \\ëŋ \x00\n{kweli} 🙂'
CALLER = Caller("sw", None, Assignments(True, (Waiting("MUHOGO", "fire", WORDS, "on_the_way"),)), "40713826")
TALK = ChatState("0123456789abcdef", "sw", (("wish1", "report"), ("details", WORDS)), screen=17)
SHOWN = Shown(
    "R1", "Kaptembwo", WORDS, 3, "10:00", 2, "new", "", ("check",), (("R2", 88, WORDS),), ("R3",), 4
)
COMPOSE = Compose(
    "", ("KE032",), (("time", "14:10"),), (("sw", WORDS),), "x", 6, True, False, False, rumour="R1"
)
CALL = Conversation("1*2", WORDS, False, (("wish1", WORDS),), 2, "sw", CALLER, (), True)

VALUES: list[tuple[object, object]] = [
    (Standing("waiting", "12:15", asked=WORDS), Standing),
    ([("station", WORDS)], Bodies), (Theirs(2), Theirs), ([Item(WORDS, "")], list[Item]),
    (SHOWN, Shown | None), (None, Shown | None), (COMPOSE, Compose),
    (Board((Line("4417", WORDS, "sent"),), 3, False), Board),
    (Previewed(WORDS, True), Previewed), (TALK, ChatState),
    (CALLER, Caller), (CALL, Conversation[Caller]), (CALL.answers, Answers),
]  # fmt: skip
"""One of each that is looked up or kept, and its kind."""


@pytest.mark.parametrize(("value", "kind"), VALUES)
def test_each_comes_back_as_it_was_and_the_same_value_is_the_same_text(value: object, kind: Any) -> None:
    text = codec.encode(value)
    again: object = codec.decode(text, kind)
    assert again == value
    assert codec.encode(again) == text
    assert codec.decodes(text, kind)


@pytest.mark.parametrize("value", [TALK, COMPOSE, SHOWN, CALLER], ids=lambda value: type(value).__name__)
def test_what_was_written_by_json_itself_opens(value: ChatState | Compose | Shown | Caller) -> None:
    assert codec.decode(json.dumps(asdict(value)), type(value)) == value


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "7", "waiting|12:15|0|0|", '{"state": "waiting", "mood": "sad"}',
     '{"state": "sleeping"}', '{"state": "done"'],
)  # fmt: skip
def test_what_is_of_another_kind_or_knows_more_is_not_taken(text: str) -> None:
    assert not codec.decodes(text, Standing)
    with pytest.raises(ValueError, match=r"."):
        codec.decode(text, Standing)


def test_a_field_that_is_not_known_is_refused_at_the_top_and_passed_over_within() -> None:
    with pytest.raises(ValueError, match="not known"):
        codec.decode('{"mood": "sad"}', Caller)
    assert codec.decode('{"assignments": {"on_duty": true, "cases": [], "mood": "sad"}}', Caller) == Caller(
        assignments=Assignments(True, ())
    )


def test_half_of_a_surrogate_pair_is_no_text() -> None:
    with pytest.raises(UnicodeEncodeError):
        codec.encode("\ud83d")
