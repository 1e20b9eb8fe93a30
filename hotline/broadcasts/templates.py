"""Calm messages that need only be filled in: the true fact
first, one safe thing to do, and when the next word comes.

None names a group or accuses anybody, and each fits one SMS. They were written to be read aloud.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from hotline.conversation.screens import Choices
from hotline.core import gsm
from hotline.core.i18n import Phrase, _, languages, say, verbatim
from hotline.places.areas import Areas

FieldKind = Literal["choice", "past", "ahead", "now", "number"]
"""What goes into a field: one of its choices; a time of day that was, or that comes; or, without anybody
being asked, the time it is or the country's emergency number."""


UNASKED = verbatim("")


@dataclass(frozen=True, slots=True)
class Field:
    """A gap in a message, and what may go into it."""

    name: str
    kind: FieldKind
    ask: Phrase = UNASKED
    choices: Choices = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A message with gaps."""

    code: str
    name: Phrase
    """As the menu has it."""
    text: Phrase
    """Its gaps are {place} and the names of its fields."""
    fields: tuple[Field, ...]
    frozen: bool = False
    """It may go out in an emergency: nothing in it is chosen."""
    response: str = "None"
    """What people are to do, in the word that the Common Alerting Protocol has for it."""
    corrects: bool = False
    """It only sets another message right."""


WHO: Choices = (
    ("elders", _("the elders of both sides")),
    ("peace", _("the peace committee")),
    ("women", _("the women's desk")),
    ("religious", _("religious leaders")),
    ("chief", _("the chief")),
    ("commissioner", _("the county commissioner")),
    ("hospital", _("the hospital")),
)
"""Who has checked it."""

WHAT: Choices = (
    ("market", _("the market is open")),
    ("school", _("the schools are open")),
    ("road", _("the road is open")),
    ("hospital", _("the hospital is open")),
    ("polling", _("the polling place is open")),
)

SUBJECTS: Choices = (
    ("attack", _("an attack")),
    ("killings", _("killings")),
    ("child", _("a missing child")),
    ("poison", _("poisoned food or water")),
    ("results", _("the election results")),
    ("land", _("land")),
    ("cattle", _("cattle theft")),
)
"""What people talk about, in a word or two: what they say of it is not said again."""

FACTS: Choices = (
    ("attack", _("nobody was attacked")),
    ("killings", _("nobody was killed")),
    ("child", _("the child is safe")),
    ("poison", _("food and water are safe")),
    ("results", _("no results are out yet")),
    ("land", _("no land was taken")),
    ("cattle", _("no animals were stolen")),
)
"""What is true instead."""

_CHECKED = Field("time", "past", _("When was it checked?"))
_BY = Field("who", "choice", _("Who has checked it?"), WHO)
_NEXT = Field("time", "ahead", _("When does the next word come?"))
_NOW, _NUMBER = Field("time", "now"), Field("number", "number")

TEMPLATES: dict[str, Template] = {
    template.code: template
    for template in (
        Template(
            "calm", _("The place is calm"),
            _("{place} is calm. Checked at {time} by {who}. You can go about your day."),
            (_CHECKED, _BY),
        ),
        Template(
            "open", _("Market, school or road is open"),
            _("{place}: {what}. Checked at {time} by {who}. You can go there."),
            (Field("what", "choice", _("What is open?"), WHAT), _CHECKED, _BY),
        ),
        Template(
            "meeting", _("Elders are meeting"),
            _("Elders of both sides are meeting in {place}. Please wait for their word at {time}."),
            (Field("time", "ahead", _("When does their word come?")),), response="Monitor",
        ),
        Template(
            "checking", _("We are checking some talk"),
            _("We are checking what is said about {subject} in {place}. Please do not pass it on. Next "
                "word by {time}."),
            (Field("subject", "choice", _("What is the talk about?"), SUBJECTS), _NEXT), response="Monitor",
        ),
        Template(
            "not_so", _("It was checked and is not so"),
            _("{place}: {fact}. Checked at {time} by {who}. What was said is not so. Please tell others."),
            (Field("fact", "choice", _("What is true?"), FACTS), _CHECKED, _BY),
        ),
        Template(
            "road", _("A road is closed"),
            _("The road in {place} is closed until {time}. Please use another way."),
            (Field("time", "ahead", _("Until when is it closed?")),), response="Avoid",
        ),
        Template(
            "all_clear", _("It is safe again"),
            _("It is safe again in {place} since {time}. Checked by {who}. You can go out."),
            (Field("time", "past", _("Since when is it safe?")), _BY), response="AllClear",
        ),
        Template(
            "indoors", _("Stay indoors"),
            _("Danger in {place} at {time}. Stay indoors, away from windows. For help call {number}."),
            (_NOW, _NUMBER), frozen=True, response="Shelter",
        ),
        Template(
            "away", _("Stay away"),
            _("Danger in {place} at {time}. Please do not go there. For help call {number}."),
            (_NOW, _NUMBER), frozen=True, response="Avoid",
        ),
        Template(
            "sorry", _("Our message was wrong"),
            _("Our message about {place} was wrong. We are sorry. Please do not go by it. Next word by "
                "{time}."),
            (_NEXT,), response="Monitor", corrects=True,
        ),
    )
}  # fmt: skip

LONGEST_PLACE = 28
"""Letters of a place that any message has room for: as long as the name of any ward."""
BEFORE = "Itikia 44170: "
"""What stands before a message, with as long a code as there usually is."""


def render(template: str, fields: Mapping[str, str], place: str, language: str) -> str:
    """What the message says in this language. The names of several
    places may have to be shortened: alike in every language."""
    known = TEMPLATES[template]
    values = tuple((field.name, _said(field, fields[field.name])) for field in known.fields)
    room = _room(known, values)
    return say(_filled(known, values, gsm.shorten(place, room, room // 2)), language)


def _said(field: Field, value: str) -> Phrase:
    return dict(field.choices)[value] if field.kind == "choice" else verbatim(value)


Values = tuple[tuple[str, Phrase], ...]


def _filled(template: Template, values: Values, place: str) -> Phrase:
    return Phrase(template.text.english, (("place", verbatim(place)), *values))


@cache
def _room(template: Template, values: Values) -> int:
    """How many letters of a place leave it one part long, whatever the language."""
    without = (BEFORE + say(_filled(template, values, ""), language) for language in languages())
    return max(LONGEST_PLACE, gsm.ONE_PART[True] - max(gsm.septets(text) or 0 for text in without))


def place_of(areas: Areas, codes: Iterable[str]) -> str:
    """The names of these areas, as a message has them."""
    return ", ".join(areas[code].name for code in codes)


def as_of(template: str, fields: Mapping[str, str]) -> str:
    """The time of day as of which the message is so; empty
    where it does not say, and it is so as it is written."""
    filled = TEMPLATES[template].fields if template else ()
    return next((fields[field.name] for field in filled if field.kind in ("past", "now")), "")


def checked_by(source: str) -> Phrase:
    """Who has checked it: one of those to choose from, or in somebody's own words."""
    return dict(WHO).get(source) or verbatim(source)


TIME = re.compile(r"(\d{1,2})\s*[:.h]?\s*([0-5]\d)")
LONG_AGO, HALF_A_DAY, A_DAY = 6 * 60, 12 * 60, 24 * 60
SLACK = 30
"""Minutes that may go by while somebody writes."""


def clock(typed: str) -> str | None:
    """A time of day as people write it, `14:30`, `14.30`, `1430`, in one form. None where it is none."""
    found = TIME.fullmatch(typed.strip())
    return f"{int(found[1]):02}:{int(found[2]):02}" if found and int(found[1]) < 24 else None


def suits(kind: FieldKind, time: str, now: str) -> bool:
    """Whether a time that was lies a few hours behind us, and one that
    comes no more than half a day before us: no message names a day."""
    ahead = (_minutes(time) - _minutes(now)) % A_DAY
    return 0 < ahead <= HALF_A_DAY if kind == "ahead" else ahead <= SLACK or ahead >= A_DAY - LONG_AGO


def in_hours(now: str, hours: int) -> str:
    """The full hour that is so many hours on, or a little less."""
    return f"{(int(now[:2]) + hours) % 24:02}:00"


def _minutes(time: str) -> int:
    return int(time[:2]) * 60 + int(time[3:])
