"""What a figure is: a wait, a share, the verdicts, and those of one group of cases. Arithmetic alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from math import sqrt

SURE = 1.959964
"""z for 95 %: so many standard deviations to either side."""


@dataclass(frozen=True)
class Wait:
    """How long something took, where it came to it, and out of how many."""

    took: Sequence[timedelta]
    of: int

    @cached_property
    def _by_length(self) -> list[timedelta]:
        return sorted(self.took)

    @property
    def half(self) -> timedelta | None:
        """Half of those it came to waited no longer: their median. None where it came to nobody."""
        return self._within(50)

    @property
    def nine_in_ten(self) -> timedelta | None:
        """Nine in ten of those it came to waited no longer: their 90th percentile."""
        return self._within(90)

    def _within(self, percent: int) -> timedelta | None:
        return nearest_rank(self._by_length, percent) if self.took else None


@dataclass(frozen=True, slots=True)
class Share:
    """So many out of so many."""

    part: int
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.part, self.of)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What citizens said, a word for each round of a case in which they were asked, or spoke unasked."""

    confirmed: Share
    """Help came."""
    denied: Share
    """It did not, or they are in danger still."""
    unknown: Share
    """They were asked, and have not said."""


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of one group of cases: a category, an area, a body, or all."""

    cases: int
    waits: Mapping[str, Wait]
    """By milestone, from the report; of a body, from when it was asked to when it took the case on."""
    verdicts: Verdicts
    promises: Share | None = None
    """Kept, out of those whose time has come. None of a body: promises are the hotline's."""
    answered: Share | None = None
    """Of a body: how often it took a case on or said that it cannot, out of how often it had its time to."""
    setbacks: Counter[str] = field(default_factory=Counter)
    """Of a body: how often each of `records.SETBACKS` came."""


def nearest_rank(by_length: Sequence[timedelta], percent: int) -> timedelta:
    """The nearest-rank percentile: the smallest that so many percent
    are no longer than; always measured, never interpolated."""
    return by_length[-(-percent * len(by_length) // 100) - 1]


def wilson(part: int, of: int) -> tuple[float, float]:
    """Wilson's interval, from 0 to 1: between what the true share
    lies, 19 times in 20, when this many of so many were seen.

    With nothing seen it may be anything.
    """
    if not of:
        return 0.0, 1.0
    seen, square = part / of, SURE**2
    middle = seen + square / (2 * of)
    reach = SURE * sqrt(seen * (1 - seen) / of + square / (4 * of**2))
    whole = 1 + square / of
    least = max(0.0, (middle - reach) / whole) if part else 0.0
    most = min(1.0, (middle + reach) / whole) if part < of else 1.0
    return least, most
