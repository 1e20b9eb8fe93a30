"""How the company writes things: what is nothing, numbers, and its own words for our record."""

import re

OPTED_OUT = "userinblacklist"
"""Spelt UserInBlacklist in answers and UserInBlackList in receipts."""

NOTHING = {"", "None"}
"""`None` stands for nothing in its answers: `messageId` of a text that was refused, for one."""

LONGEST = 80
"""Letters that our record has for a word of the company's."""


def whole_number(text: str) -> int | None:
    """A whole number, leniently read: 3, 3.0; None for whatever is none."""
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        return None


NUMBERS = re.compile(r"\d{7,}")


def something(value: object) -> str | None:
    """None for the word `None`, too."""
    return None if value is None or str(value) in NOTHING else str(value)[:LONGEST]


def word(value: object) -> str:
    """The company's own words for our record, without telephone numbers."""
    return NUMBERS.sub("…", str(value)).strip()[:LONGEST]
