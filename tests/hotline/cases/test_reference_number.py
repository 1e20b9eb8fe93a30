"""A case number is read aloud, keyed in with cold fingers, and a slip is noticed."""

from hypothesis import given
from hypothesis import strategies as st

from hotline.cases.reference_number import (
    DAMM,
    DIGITS,
    check_digit,
    new_reference,
    read_reference,
    spoken_reference,
)

KEYED = st.builds(lambda _: new_reference(), st.integers())


@given(KEYED)
def test_every_single_wrong_digit_is_noticed(reference: str) -> None:
    for place, right in enumerate(reference):
        for wrong in set("0123456789") - {right}:
            assert read_reference(reference[:place] + wrong + reference[place + 1 :]) is None


@given(KEYED)
def test_every_two_neighbours_swapped_are_noticed(reference: str) -> None:
    for place in range(len(reference) - 1):
        one, other = reference[place], reference[place + 1]
        if one != other:
            assert read_reference(reference[:place] + other + one + reference[place + 2 :]) is None


def test_the_scheme_itself_lets_no_slip_through() -> None:
    """What holds for each step of the table holds for numbers of any length."""
    digits = range(10)
    table = [[int(cell) for cell in row] for row in DAMM]
    for row in table:
        assert sorted(row) == list(digits), "one wrong digit always leads elsewhere, and so to the end"
    for before in digits:
        for one in digits:
            for other in set(digits) - {one}:
                assert table[table[before][one]][other] != table[table[before][other]][one], (
                    "so do two swapped ones"
                )


def test_the_check_digit_is_the_one_in_damms_own_example() -> None:
    assert check_digit("572") == "4"


@given(KEYED)
def test_a_number_is_read_however_it_is_keyed(reference: str) -> None:
    shown = spoken_reference(reference)
    arabic = shown.translate({ord(digit): ord("٠") + int(digit) for digit in "0123456789"})
    for typed in (
        reference,
        shown,
        f" {shown} ",
        shown.replace("-", " "),
        " ".join(reference),
        f"{shown}.",
        arabic,
    ):
        assert read_reference(typed) == reference


def test_what_is_no_number_of_a_case_is_none() -> None:
    for typed in (
        "",
        "-",
        "1",
        "simba",
        "4071-382",
        "4071-38266",
        "0" * 7,
        "+254711000123",
        "４",
        "4071-382x",
    ):
        assert read_reference(typed) is None


def test_a_number_looks_the_same_wherever_it_is_shown() -> None:
    assert spoken_reference("40713826") == "4071-3826"


def test_numbers_have_eight_digits_and_tell_nothing_of_one_another() -> None:
    made = [new_reference() for _ in range(2000)]
    assert all(len(reference) == DIGITS and reference[0] != "0" for reference in made)
    assert len(set(made)) > 1990
    assert {reference[1] for reference in made} == set("0123456789")
