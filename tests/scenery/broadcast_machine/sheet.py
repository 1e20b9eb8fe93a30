"""The model: what people did with one broadcast, who may have it, and whether enough of them had said yes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations

from hotline.broadcasts.menus import Compose
from tests.scenery.broadcast_machine.cast import COUNTY, EVERYBODY, WARD, Known

HALF_AN_HOUR = timedelta(minutes=30)


@dataclass
class Sheet:
    """What people did with one broadcast, and who has it."""

    code: str
    command: Compose
    writers: set[str]
    expires: datetime
    mark: str
    says: set[str]
    stale: list[str] = field(default_factory=list)
    yes: list[tuple[datetime, str]] = field(default_factory=list)
    """Since the last edit."""
    is_over: bool = False
    is_paused: bool = False
    judged: bool = False
    handed: Counter[str] = field(default_factory=Counter)
    """How often the carrier may have taken it, by number."""
    ids: dict[str, str] = field(default_factory=dict)
    """The carrier's number of each text, whether or not its answer came to us; its receipts have that."""
    taken: set[str] = field(default_factory=set)
    """Of whom it said so."""
    in_doubt: set[str] = field(default_factory=set)
    """In the hands of one who died."""
    failed: set[str] = field(default_factory=set)
    """Turned away, or not delivered."""

    @property
    def can_be_had(self) -> set[str]:
        return {*self.handed, *self.in_doubt}

    @property
    def unanswered(self) -> set[str]:
        """Whose text the carrier took without our hearing of it."""
        return self.handed.keys() - self.taken

    def need(self) -> tuple[int, bool]:
        """How many must say yes, and whether one of them coordinates."""
        own = 0 if self.command.template else 1
        if self.command.emergency or self.command.corrects:
            return 1, False
        if any(len(code) == COUNTY for code in self.command.areas):
            return 3 + own, True
        return (1 if all(len(code) == WARD for code in self.command.areas) else 2) + own, False

    def is_approved(self) -> datetime | None:
        """When so many had said yes who are to, within half an hour; None if they never had."""
        hands, coordination = self.need()
        wrote = [EVERYBODY[each] for each in self.writers]
        may = [(at, who) for at, who in self.yes if who not in self.writers]
        for some in combinations(may, hands):
            theirs = [EVERYBODY[who] for _at, who in some]
            when = [at for at, _who in some]
            together = max(when) - min(when) < HALF_AN_HOUR
            coordinated = not coordination or any(each.coordinates for each in theirs)
            if together and coordinated and may_say_yes(wrote, theirs):
                return max(when)
        return None


def may_say_yes(wrote: Iterable[Known], approve: Iterable[Known]) -> bool:
    """Whether these may approve together: each of another body, none of a writer's, one of the police."""
    wrote, approve = list(wrote), list(approve)
    codes = [code for each in approve for code in each.bodies]
    apart = len(codes) == len(set(codes))
    strange = not any(each.bodies & other.bodies for each in approve for other in wrote)
    police = sum(each.police for each in approve)
    once = police + any(each.police for each in wrote) <= 1 or not police
    return apart and strange and once


@dataclass(eq=False)
class Run:
    """One process at one task, and how things stood when it took that in hand."""

    began: datetime
    over: frozenset[str]
    paused: frozenset[str]
    wants: dict[str, frozenset[str]]
    opted_out: frozenset[str]
    sent: Counter[str] = field(default_factory=Counter)
    """Texts to phones, by broadcast."""
    refused_us: list[str] = field(default_factory=list)
    """Whose carrier has said that they want nothing from us: known once it is written down."""
