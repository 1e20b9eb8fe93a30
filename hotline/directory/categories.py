"""What a report can be about. The table is the whole truth about it: how urgent, who answers, and when."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from hotline.core.i18n import Phrase, _


class BodyKind(StrEnum):
    """The kinds of body that answer."""

    POLICE = "police"
    """A police station, post or command."""
    PEACE = "peace"
    """A peace committee."""
    WOMEN = "women"
    """A women's desk outside the police."""
    OVERSIGHT = "oversight"
    """An authority that looks into what the police do."""
    COORDINATION = "coordination"
    """The country's coordinating body: everything that nobody else answers ends here. It is never police."""


class Urgency(IntEnum):
    ORDINARY = 1
    HIGH = 2
    LIFE = 3


@dataclass(frozen=True, slots=True)
class Category:
    code: str
    name: Phrase
    """As the citizen's menu has it: short, for nine of them go on small screens."""
    urgency: Urgency
    promise: int
    """Minutes within which the citizen is told to expect an answer."""
    follow_up: int
    """Minutes after the acknowledgement when the citizen is asked whether help came."""
    answered_by: tuple[BodyKind, ...]
    """Kinds of body, the most fitting first."""
    kind_first: bool = False
    """The fitting kind of body is asked before a nearer one."""
    discreet: bool = False
    """A text on the citizen's phone does not even name the body
    that was asked: its name would say what the case is about."""


POLICE, PEACE, WOMEN, OVERSIGHT = BodyKind.POLICE, BodyKind.PEACE, BodyKind.WOMEN, BodyKind.OVERSIGHT
ORDINARY, HIGH, LIFE = Urgency.ORDINARY, Urgency.HIGH, Urgency.LIFE

CATEGORIES = {category.code: category for category in (
    # Minutes: to the promised answer, and from taking on to the follow-up. Flags: kind first, discreet.
    #        code        name in the menu                  urgency   minutes    answered by      flags
    Category("danger",   _("Danger to life now"),          LIFE,     15,  30,   (POLICE, PEACE)),
    Category("violence", _("Violence or a gathering"),     HIGH,     30,  120,  (POLICE, PEACE)),
    Category("threat",   _("Threat or incitement"),        HIGH,     60,  240,  (PEACE, POLICE), False, True),
    Category("gender",   _("Violence at home, rape"),      HIGH,     30,  120,  (WOMEN, POLICE), True, True),
    Category("theft",    _("Robbery or theft"),            ORDINARY, 120, 1440, (POLICE,)),
    Category("missing",  _("Missing person"),              HIGH,     60,  720,  (POLICE, PEACE)),
    Category("land",     _("Land, water or livestock"),    ORDINARY, 240, 1440, (PEACE, POLICE)),
    Category("conduct",  _("Conduct of a police officer"), ORDINARY, 240, 2880, (OVERSIGHT,),    False, True),
    Category("other",    _("Something else"),              ORDINARY, 240, 1440, (PEACE, POLICE)),
)}  # fmt: skip

DANGER = CATEGORIES["danger"]
TIMED_AS = {Urgency.ORDINARY: CATEGORIES["other"], Urgency.HIGH: CATEGORIES["violence"], Urgency.LIFE: DANGER}
"""By whose times a case goes that has become as urgent as this."""
GENDER = CATEGORIES["gender"]
CONDUCT = CATEGORIES["conduct"]
"""About the police, so it never reaches the police: see `eligible` in `hotline/cases/conflicts.py`."""
