"""What is known of a rumour, as it follows from what sources say. Pure: nothing here looks anything up."""

from collections.abc import Iterable
from enum import StrEnum


class RumourState(StrEnum):
    """What is known of a rumour."""

    NEW = "new"
    """Nobody has looked into it."""
    CHECKING = "checking"
    """Somebody is looking into it."""
    PROBABLY_TRUE = "likely"
    """One body says that it is true."""
    PROBABLY_FALSE = "unlikely"
    """One body says that it is not."""
    TRUE = "true"
    """Confirmed by two independent sources."""
    FALSE = "false"
    """Refuted by two independent sources."""
    UNVERIFIABLE = "unknown"
    """It cannot be verified."""


class SourceSays(StrEnum):
    """What one source says of a rumour."""

    TRUE = "yes"
    """It is true."""
    FALSE = "no"
    """It is not true."""
    UNKNOWN = "unknown"
    """They looked into it, and cannot say."""


INDEPENDENT = 2
"""Sources that are needed to confirm anything; each from another body."""


CONCLUSIONS: dict[tuple[str, bool], RumourState] = {
    (SourceSays.TRUE, True): RumourState.TRUE,
    (SourceSays.TRUE, False): RumourState.PROBABLY_TRUE,
    (SourceSays.FALSE, True): RumourState.FALSE,
    (SourceSays.FALSE, False): RumourState.PROBABLY_FALSE,
    ("", True): RumourState.UNVERIFIABLE,
    ("", False): RumourState.CHECKING,
}
"""What follows, where nobody disagrees: by what they say, if any of them
says yes or no, and whether as many bodies say so as it takes."""


def known(said: Iterable[tuple[str, str, str]]) -> RumourState:
    """What is known, given of each source its liaison, its body and what it says, oldest first. Two bodies
    that say the same confirm it; one makes it probable; where they disagree it is being checked still."""
    latest = {who: (body, says) for who, body, says in said}.values()
    sides = {says for _body, says in latest if says in (SourceSays.TRUE, SourceSays.FALSE)}
    if len(sides) > 1:
        return RumourState.CHECKING
    bodies = {body for body, says in latest if says in sides or not sides}
    return CONCLUSIONS[next(iter(sides), ""), len(bodies) >= INDEPENDENT]
