"""The templates of calm messages: each fits one SMS, in every language, whatever goes into it."""

from collections.abc import Iterator
from itertools import product

import pytest

from hotline.broadcasts import templates
from hotline.broadcasts.templates import BEFORE, LONGEST_PLACE, TEMPLATES, Field
from hotline.core import gsm
from hotline.core.i18n import languages, say
from hotline.places import areas
from hotline.places import loading as area_loading
from hotline.places.areas import Areas
from hotline.places.countries import COUNTRIES
from tests.scenery.county import AREAS

EMERGENCY = max((country.emergency for country in COUNTRIES.values()), key=len)
LONGEST = "W" * LONGEST_PLACE
BEFORE_IT = "CORRECTION of 44170. +++"
"""And that it sets another right, with room for it in any language."""
NO_GROUP = (
    "police",
    "polisi",
    "army",
    "jeshi",
    "tribe",
    "kabila",
    "clan",
    "ukoo",
    "party",
    "muslim",
    "christian",
    "enemy",
    "adui",
)
"""Of a message that anybody sends, nobody reads who is to blame."""


@pytest.fixture(scope="module")
def kenya() -> Areas:
    return Areas(area_loading.read(areas.GAZETTEER / "kenya.csv"))


def values(field: Field) -> list[str]:
    match field.kind:
        case "choice":
            return [key for key, _words in field.choices]
        case "number":
            return [EMERGENCY]
        case _:
            return ["23:59"]


def filled(template: str) -> Iterator[dict[str, str]]:
    """Every way to fill it in."""
    fields = TEMPLATES[template].fields
    for each in product(*(values(field) for field in fields)):
        yield dict(zip((field.name for field in fields), each, strict=True))


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_calm_message_is_one_part_and_says_where_and_blames_nobody(template: str, language: str) -> None:
    for fields in filled(template):
        text = templates.render(template, fields, LONGEST, language)
        before = BEFORE + BEFORE_IT * TEMPLATES[template].corrects
        assert gsm.parts(before + text) == 1, f"{len(before + text)}: {text}"
        assert LONGEST in text, "the place of a ward is never cut"
        assert "{" not in text
        assert not [word for word in NO_GROUP if word in text.casefold()]


@pytest.mark.parametrize("template", TEMPLATES)
def test_everything_that_is_filled_in_stands_in_the_message(template: str) -> None:
    for fields in filled(template):
        text = templates.render(template, fields, "Kaptembwo", "en")
        for field in TEMPLATES[template].fields:
            value = fields[field.name]
            assert (say(dict(field.choices)[value], "en") if field.choices else value) in text


def test_a_longer_place_is_shortened_alike_in_every_language() -> None:
    place = "Kaptembwo, London, Shaabab, Nakuru Town West, Dagoretti North, Kawangware"
    fields = next(filled("not_so"))
    texts = [templates.render("not_so", fields, place, language) for language in languages()]
    assert all(gsm.parts(BEFORE + text) == 1 for text in texts)
    assert len({text.partition(":")[0] for text in texts}) == 1
    assert texts[0].startswith("Kaptembwo, London, ")
    assert ".." in texts[0]


def test_each_ward_of_kenya_has_room(kenya: Areas) -> None:
    """`LONGEST_PLACE` is no guess."""
    assert max(len(area.name) for area in kenya) <= LONGEST_PLACE
    assert all(gsm.septets(area.name) for area in kenya)


def test_the_templates_of_an_emergency_leave_nothing_to_choose() -> None:
    frozen = [template for template in TEMPLATES.values() if template.frozen]
    assert [template.response for template in frozen] == ["Shelter", "Avoid"]
    assert {field.kind for template in frozen for field in template.fields} <= {"now", "number"}
    assert {template.response for template in TEMPLATES.values()} == {
        "Shelter",
        "Avoid",
        "Monitor",
        "AllClear",
        "None",
    }
    assert [template.code for template in TEMPLATES.values() if template.corrects] == ["sorry"]
    assert all(len(code) <= 24 for code in TEMPLATES), "as many letters as the table keeps"


def test_as_of_when_it_is_so() -> None:
    assert templates.as_of("calm", {"time": "14:30", "who": "chief"}) == "14:30"
    assert templates.as_of("indoors", {"time": "02:10", "number": "999"}) == "02:10"
    assert templates.as_of("road", {"time": "18:00"}) == "", "until then, not since then"
    assert templates.as_of("", {}) == ""


def test_who_has_checked_it_is_on_the_list_or_in_their_own_words() -> None:
    assert templates.checked_by("peace") == dict(templates.WHO)["peace"]
    assert say(templates.checked_by("Mzee Juma and the nurse"), "en") == "Mzee Juma and the nurse"
    assert templates.place_of(AREAS, ["KE0321750872", "KE0321750871"]) == "Kaptembwo, London"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("14:30", "14:30"), ("14.30", "14:30"), ("1430", "14:30"),
     (" 7:05 ", "07:05"), ("7h05", "07:05"), ("0:00", "00:00"),
     ("24:00", None), ("14:60", None), ("14:3", None), ("2:30 pm", None),
     ("soon", None), ("", None), ("14", None), ("14301", None)],
)  # fmt: skip
def test_a_time_of_day_as_people_write_it(typed: str, meant: str | None) -> None:
    assert templates.clock(typed) == meant


def test_a_time_that_was_lies_behind_and_one_that_comes_ahead() -> None:
    assert templates.suits("past", "14:30", "14:30")
    assert templates.suits("past", "08:30", "14:30")
    assert not templates.suits("past", "02:31", "14:30"), "so long ago, it may not be so any more"
    assert templates.suits("past", "23:50", "00:10"), "yesterday night"
    assert templates.suits("past", "14:45", "14:30"), (
        "the question stood there while they looked at their watch"
    )
    assert not templates.suits("past", "15:30", "14:30")
    assert templates.suits("ahead", "15:00", "14:30")
    assert templates.suits("ahead", "01:00", "23:30"), "tomorrow morning"
    assert not templates.suits("ahead", "14:30", "14:30")
    assert not templates.suits("ahead", "14:00", "14:30")
    assert [templates.in_hours("22:40", hours) for hours in (2, 3)] == ["00:00", "01:00"]
