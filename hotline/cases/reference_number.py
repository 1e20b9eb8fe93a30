"""The number by which a citizen names a case: read aloud
without a slip, keyed on any keypad, and telling nothing.

Eight digits, 4071-3826. The last is a check digit by Damm's scheme (H. M. Damm, 2004), which catches every
single wrong digit and every two neighbours swapped.
"""

import secrets

from hotline.core.typed_input import tidy

DIGITS = 8
DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


def new_reference() -> str:
    """A reference that nobody can guess from another."""
    digits = str(secrets.randbelow(9 * 10 ** (DIGITS - 2)) + 10 ** (DIGITS - 2))
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    interim = "0"
    for digit in digits:
        interim = DAMM[int(interim)][int(digit)]
    return interim


def read_reference(typed: str) -> str | None:
    """The reference that somebody keyed in, with or without
    the dash. None where the check digit tells of a slip."""
    digits = tidy(typed.replace("-", "").replace(" ", ""))
    return digits if len(digits) == DIGITS and digits.isdecimal() and check_digit(digits) == "0" else None


def spoken_reference(reference: str) -> str:
    """As it is shown and read aloud: 4071-3826."""
    return f"{reference[:4]}-{reference[4:]}"
