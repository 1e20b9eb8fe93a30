"""What can go wrong, in words a person can act on."""

from dataclasses import dataclass
from typing import Literal


class Misconfigured(Exception):
    """A setting is missing or wrong. The message names the setting and says what to write."""


@dataclass(frozen=True)
class BadRow:
    """One line of a file that cannot be taken.

    `line` counts from 1 as a spreadsheet shows it, the heading
    included; `reason` is a sentence for the person who made the file.
    """

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class BadRows(Exception):
    """A file has rows that cannot be taken, so nothing of it was loaded."""

    def __init__(self, rows: list[BadRow]) -> None:
        super().__init__("\n".join(str(row) for row in rows))
        self.rows = rows


class NotANumber(ValueError):
    """These characters are no telephone number that the hotline can call back."""


class NotTaken(ValueError):
    """What somebody sent is not taken as evidence: it is too
    large, or no picture or voice note that can be read."""

    def __init__(self, reason: Literal["too_large", "unreadable"]) -> None:
        super().__init__(reason)
        self.reason: Literal["too_large", "unreadable"] = reason
