"""A conversation is played again from its answers, those too that an earlier release has kept."""

import pytest

from hotline.cases.citizen_menus import my_case
from hotline.cases.citizen_phrases import Standing, how_it_stands, no_such_case
from hotline.conversation.replay import Answers, Said, resume
from hotline.conversation.screens import LookUp, Nothing
from hotline.core import codec

NOW = Standing("waiting", "12:30")


@pytest.mark.parametrize("kept", ["waiting|12:15|0|0|", "", "{}"])
def test_what_was_looked_up_in_another_form_is_looked_up_anew(kept: str) -> None:
    answers: Answers = (
        ("reference1", "1"),
        ("?case1", "unknown||0|0|"),
        ("reference2", "2"),
        ("?case2", kept),
    )

    def look_up(question: LookUp) -> str:
        return codec.encode(Standing("unknown") if question.key == "1" else NOW)

    there = resume(my_case("999"), answers, "en", look_up)
    assert isinstance(there, Said)
    assert there.outcome == Nothing(how_it_stands(NOW))


def test_what_was_looked_up_is_not_looked_up_again() -> None:
    unknown = codec.encode(Standing("unknown"))
    answers: Answers = tuple(
        pair for turn in "123" for pair in ((f"reference{turn}", turn), (f"?case{turn}", unknown))
    )

    def never(question: LookUp) -> str:
        raise AssertionError(question)

    there = resume(my_case("999"), answers, "en", never)
    assert isinstance(there, Said)
    assert there.outcome == Nothing(no_such_case("999"))
