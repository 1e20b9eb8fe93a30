"""What people's phones show, and what a text costs."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.core import gsm

swiftly = settings(deadline=None, database=None, max_examples=150, derandomize=True)
texts = st.text(
    st.sampled_from("ab éÇ\n.{€’…\tĩሰ😀") | st.characters(exclude_categories=["Cs"]), max_size=400
)


def test_the_alphabet_has_all_the_places_of_the_standard() -> None:
    assert len(set(gsm.BASIC)) == 127
    assert len(set(gsm.EXTENSION)) == 10
    assert not set(gsm.BASIC) & set(gsm.EXTENSION)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Taarifa imepokelewa", 19),
        ("é è à ù", 7),
        ("ÇÉ", 2),
        ("[x]", 5),
        ("5€", 3),
        ("\f^{}\\[~]|€", 20),
        ("@£$¥\n\r", 6),
    ],
)
def test_an_extension_letter_counts_twice(text: str, length: int) -> None:
    assert gsm.septets(text) == length


@pytest.mark.parametrize(
    "text",
    ["’", "`", "–", "—", "…", "\u00a0", "\t", "ç", "ê", "î", "ô", "œ", "ẹọṣ", "ĩũ", "ሰላም", "سلام", "😀"],
)
def test_a_letter_outside_the_alphabet_makes_the_whole_text_ucs2(text: str) -> None:
    assert gsm.septets(f"Habari {text}") is None


def test_an_emoji_is_two_units() -> None:
    assert gsm.units("ok 😀") == 5
    assert gsm.units("ሰላም") == 3


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("ሰ" * 70, 1),
        ("ሰ" * 71, 2),
        ("ሰ" * 134, 2),
        ("ሰ" * 135, 3),
        ("a" * 158 + "€", 1),
        ("a" * 159 + "€", 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_a_long_text_is_paid_in_parts(text: str, count: int) -> None:
    assert gsm.parts(text) == count


def test_an_extension_letter_is_never_torn_apart_between_two_parts() -> None:
    assert gsm.parts("a" * 304 + "€") == 2
    assert gsm.parts("a" * 152 + "€" + "a" * 152) == 3


def test_an_emoji_is_never_torn_apart_between_two_parts() -> None:
    assert gsm.parts("ሰ" * 132 + "😀") == 2
    assert gsm.parts("ሰ" * 66 + "😀" + "ሰ" * 66) == 3


def test_a_curly_quote_doubles_the_price() -> None:
    text = "Polisi wamesema: ‘tunakuja’. " + "Subiri mahali salama. " * 4
    assert gsm.parts(text) == 2
    assert gsm.parts(gsm.plain(text)) == 1


def test_typographic_signs_become_plain_ones() -> None:
    assert gsm.plain("“Ng’ombe”\u00a0– 9…\tA\u200b") == '"Ng\'ombe" - 9... A'


def test_the_letters_of_every_language_stay() -> None:
    text = "Gĩkũyũ, ’yan sanda ɓ, français, кыргызча, አማርኛ, العربية 😀"
    assert gsm.plain(text) == text.replace("’", "'")


def test_a_page_has_room_for_160_letters_or_80_units() -> None:
    assert gsm.fits("a" * 160)
    assert not gsm.fits("a" * 161)
    assert gsm.fits("ሰ" * 80)
    assert not gsm.fits("ሰ" * 81)
    assert not gsm.fits("a" * 80 + "ĩ")
    assert gsm.fits("ሰ" * 70 + "a", septets=10, units=71)


def test_a_short_text_is_left_alone() -> None:
    assert gsm.shorten("Asante. ", 160, 80) == "Asante. "


def test_a_long_text_ends_after_a_word() -> None:
    assert gsm.shorten("Watu wanapigana sokoni karibu na kituo", 26, 13) == "Watu wanapigana sokoni.."
    assert gsm.shorten("Watu wanapigana, sokoni karibu", 18, 9) == "Watu wanapigana.."
    assert gsm.shorten("Watu wanapigana\nsokoni karibu", 20, 10) == "Watu wanapigana.."


def test_a_word_that_is_too_long_is_cut() -> None:
    assert gsm.shorten("a" * 30, 10, 5) == "a" * 8 + ".."
    assert gsm.shorten("Na " + "a" * 30, 20, 10) == "Na " + "a" * 15 + ".."


def test_a_foreign_letter_further_on_does_not_cost_the_beginning_its_room() -> None:
    assert gsm.shorten("Watu wanapigana sokoni " + "ሰ" * 100, 30, 10) == "Watu wanapigana sokoni.."


def test_a_foreign_letter_further_up_halves_the_room() -> None:
    assert gsm.shorten("ሰ" + "a" * 200, 160, 80) == "ሰ" + "a" * 77 + ".."


def test_an_emoji_is_kept_whole_or_left_out() -> None:
    assert gsm.shorten("😀" * 10, 20, 7) == "😀😀.."


@swiftly
@given(texts)
def test_a_text_has_as_many_parts_as_its_length_needs(text: str) -> None:
    septets = gsm.septets(text)
    length, alone, each = (gsm.units(text), 70, 67) if septets is None else (septets, 160, 153)
    least = 1 if length <= alone else -(-length // each)
    most = 1 if length <= alone else -(-length // (each - 1))
    assert least <= gsm.parts(text) <= most


@swiftly
@given(texts)
def test_units_are_those_of_utf16(text: str) -> None:
    assert gsm.units(text) == len(text.encode("utf-16-le")) // 2


@swiftly
@given(texts, st.integers(2, 170), st.integers(2, 90))
def test_what_was_shortened_fits_and_is_a_beginning(text: str, septets: int, units: int) -> None:
    short = gsm.shorten(text, septets, units)
    assert gsm.fits(short, septets=septets, units=units)
    assert short == text or text.startswith(short.removesuffix(".."))
    short.encode()


@swiftly
@given(texts)
def test_plain_never_turns_a_text_dearer_per_letter(text: str) -> None:
    folded = gsm.plain(text)
    assert gsm.plain(folded) == folded
    assert not re.search("[‘’“”–—…\t\u00a0]", folded)
    assert gsm.septets(text) is None or folded == text
