"""Where? Asked step by step down from the country, by a name that is typed, or by a spot on a map."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from math import nan

from hotline.conversation.screens import Choices, Menu, Question, Scene
from hotline.core.i18n import Phrase, _, verbatim
from hotline.places.areas import Area, Areas


def choose_area(areas: Areas, home: str | None = None, which: str = "") -> Scene[Area]:
    """Step down from the country, or type a name and pick among the
    closest. Ends at a ward, or where somebody knows no more.

    `which` tells one such choice from another in the same conversation: it ends in a colon.
    """
    if home is not None and home in areas:
        choices = ((home, verbatim(areas.full_name(areas[home]))), ("other", _("Another place")))
        if (yield Menu(f"{which}home", _("Where?"), choices)) == home:
            return areas[home]
    area, unknown = areas.country, ""
    for turn in count(1):
        if not areas.children(area):
            break
        answer = yield _which_area(f"{which}area{turn}", areas, area, unknown)
        unknown = ""
        if answer == "here":
            break
        if answer in areas:
            area = areas[answer]
        elif (found := _found(f"{which}found{turn}", areas, area, answer)) is not None:
            area = areas.get((yield found)) or area
        else:
            unknown = answer
    return area


def _found(name: str, areas: Areas, area: Area, answer: str) -> Menu | None:
    """The question which of the places near a spot, or called something like it, is meant."""
    if near := areas.nearest(*_spot(answer)):
        return _is_it(name, areas, near)
    if found := areas.closest(answer, within=area) or areas.closest(answer):
        return _which_of(name, areas, [each.area for each in found])
    return None


SPOT = re.compile(r"near (-?\d+\.\d+) (-?\d+\.\d+)")


def spot(latitude: float, longitude: float) -> str:
    """A place that was pointed at on a map, as an answer to *where*:
    to some hundred metres, for more is nobody's business."""
    return f"near {latitude:.3f} {longitude:.3f}"


def is_about_where(question: Question) -> bool:
    """Whether a place on a map would answer it, at once or after another answer."""
    return isinstance(question, Menu) and (
        _bare(question).startswith("area") or before_a_spot(question) is not None
    )


def before_a_spot(question: Question) -> str | None:
    """What is to be answered first, so that the next question takes a place on a map."""
    if _bare(question) == "home":
        return "other"
    return "none" if _bare(question).startswith("found") else None


def _bare(question: Question) -> str:
    """Its name, whichever place it is about."""
    return question.name.rpartition(":")[2]


def _spot(answer: str) -> tuple[float, float]:
    """The opposite of `spot`; nowhere on earth for any other answer."""
    found = SPOT.fullmatch(answer)
    return (float(found[1]), float(found[2])) if found else (nan, nan)


WHERE = _("Where? Type the name of the place, or choose:")
NOT_SURE, NONE_OF_THESE = _("I am not sure"), _("None of these")


def where_in(area: str) -> Phrase:
    return _("Where in {area}? Type or choose:", area=area)


def not_known(place: str) -> Phrase:
    """What was typed is no place that we know."""
    return _("We do not know {place}. Type it another way or choose:", place=place[:30])


def _is_it(name: str, areas: Areas, near: Sequence[Area]) -> Menu:
    (first, *others) = near
    choices = (
        (first.code, _("Yes")),
        *((area.code, verbatim(areas.full_name(area))) for area in others),
        ("none", NONE_OF_THESE),
    )
    return Menu(name, _("Is it {place}?", place=areas.full_name(first)), choices)


@lru_cache(maxsize=1024)
def _which_area(name: str, areas: Areas, area: Area, unknown: str) -> Menu:
    choices: Choices = tuple((each.code, verbatim(each.name)) for each in areas.children(area))
    if SPOT.fullmatch(unknown):
        text = _(
            "We know no place near there in {country}. Type its name or choose:", country=areas.country.name
        )
    elif unknown:
        text = not_known(unknown)
    elif area == areas.country:
        text = WHERE
    else:
        text = where_in(area.name)
    if area != areas.country:
        choices = (*choices, ("here", NOT_SURE))
    return Menu(name, text, choices, typed=True)


def _which_of(name: str, areas: Areas, found: Sequence[Area]) -> Menu:
    choices = tuple((area.code, verbatim(areas.full_name(area))) for area in found)
    return Menu(name, _("Which one?"), (*choices, ("none", NONE_OF_THESE)))
