"""What fits on a phone, and what a text costs."""

import pytest

from simulator import gsm


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("ĩ" * 70, 1),
        ("ĩ" * 71, 2),
        ("ĩ" * 134, 2),
        ("ĩ" * 135, 3),
        ("a" * 158 + "€", 1),
        ("a" * 159 + "€", 2),
        ("", 1),
    ],
)
def test_a_text_is_billed_in_parts(text: str, parts: int) -> None:
    assert gsm.parts(text) == parts


def test_a_letter_of_two_places_is_not_split_between_parts() -> None:
    assert gsm.parts("a" * 152 + "€" + "a" * 151) == 2
    assert gsm.parts("a" * 152 + "€" + "a" * 152) == 3


def test_one_curly_quote_makes_the_whole_text_dearer() -> None:
    assert gsm.parts("It's here. " * 10) == 1
    assert gsm.parts("It’s here. " * 10) == 2


def test_an_emoji_takes_two_places() -> None:
    assert gsm.length("🙂") == 2


def test_a_screen_shows_160_plain_letters_or_80_others() -> None:
    assert gsm.shown("a" * 200) == "a" * 160
    assert gsm.shown("አ" * 100) == "አ" * 80
    assert gsm.shown("a" * 159 + "€") == "a" * 159
