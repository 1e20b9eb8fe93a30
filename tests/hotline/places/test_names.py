"""What somebody meant who wrote the name of a place, whatever they wrote."""

import io
import random

import pytest

from hotline.places.areas import Areas
from hotline.places.loading import read
from tests.scenery.places import names, small


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("Kawangware", "Kawangware, Nairobi"),
        ("Kawangwaree", "Kawangware, Nairobi"),
        ("  KAWANGWARE!! ", "Kawangware, Nairobi"),
        ("kawangware market", "Kawangware, Nairobi"),
        ("Gatina", "Gatina, Nairobi"),
        ("Kaptembwa", "Kaptembwo, Nakuru"),
        ("Kaptembo", "Kaptembwo, Nakuru"),
        ("kaptemwa", "Kaptembwo, Nakuru"),
        ("kaptemwa nakuru", "Kaptembwo, Nakuru"),
        ("Githurai", "Githurai, Nairobi"),
        ("Eldoret", "Uasin Gishu"),
        ("Ruaka", "Kiambaa, Kiambu"),
        ("nakuru town", "Nakuru"),
        ("nakuru", "Nakuru"),
        ("Lang’ata", "Langata, Nairobi"),
        ("maimahiu", "Mai Mahiu, Nakuru"),
        ("Reitz", "Port Reitz, Mombasa"),
        ("golf", "Woodley/Kenyatta Golf Course, Nairobi"),
        ("kibera nairobi", "Kibra, Nairobi"),
        ("Nyéri", "Nyeri"),
        ("Township, Kitui", "Township, Kitui"),
        ("Thika", "Kiambu"),
    ],
)
def test_a_place_is_found_however_it_is_written(kenya: Areas, text: str, best: str) -> None:
    assert names(kenya, text)[0] == best


@pytest.mark.parametrize(
    "text", ["xqzw", "12", "", "!!!", "   ", "a", "qwrtp", "asdf", "0712", "😀", "...", "zzzzzz", "x" * 5000]
)
def test_nonsense_is_no_place(kenya: Areas, text: str) -> None:
    assert kenya.closest(text) == ()


def test_the_answer_says_which_name_was_meant(kenya: Areas) -> None:
    (found, *_) = kenya.closest("eldorett")
    assert (found.area.name, found.name) == ("Uasin Gishu", "Eldoret")


def test_an_exact_name_comes_before_an_alias_and_an_alias_before_what_is_alike() -> None:
    areas = Areas(small("KE001,Kilima,KE,\nKE002,Mbali,KE,Kilima\nKE003,Kilimani,KE,\n"))
    assert [found.area.code for found in areas.closest("kilima")] == ["KE001", "KE002", "KE003"]


def test_of_equal_names_the_bigger_place_comes_first(kenya: Areas) -> None:
    assert names(kenya, "kabete")[:2] == ["Kabete, Kiambu", "Kabete, Kabete, Kiambu"]
    assert names(kenya, "kabette")[:2] == ["Kabete, Kiambu", "Kabete, Kabete, Kiambu"]


def test_what_is_far_behind_the_best_is_not_named(kenya: Areas) -> None:
    assert names(kenya, "langata") == ["Langata, Nairobi"]


def test_each_place_is_named_once(kenya: Areas) -> None:
    for text in ("kawangware", "nakuru", "township", "eldoret"):
        codes = [found.area.code for found in kenya.closest(text, limit=20)]
        assert len(codes) == len(set(codes))


def test_one_may_look_in_one_county_only(kenya: Areas) -> None:
    assert names(kenya, "township", within=kenya["KE015"]) == ["Township, Kitui"]
    assert names(kenya, "eldoret", within=kenya["KE032"]) == []


def test_no_more_are_named_than_asked_for(kenya: Areas) -> None:
    assert len(names(kenya, "township", limit=3)) == 3


def test_every_name_and_alias_leads_to_its_place(kenya: Areas) -> None:
    for area in kenya:
        for name in (area.name, *area.aliases) if area.parent else ():
            assert area in [found.area for found in kenya.closest(name, within=kenya.outwards(area)[-2])], (
                name
            )


def slip(chance: random.Random, word: str) -> str:
    """The word with one letter too many, missing, wrong or in the wrong place."""
    place, letter = chance.randrange(len(word)), chance.choice("abcdefghijklmnoprstuwy")
    before, after = word[:place], word[place:]
    return chance.choice(
        (
            before + letter + after,
            before + after[1:] or word,
            before + letter + after[1:],
            before + after[1:2] + after[:1] + after[2:],
        )
    )


def test_one_or_two_slips_of_the_finger_do_not_hide_a_ward(kenya: Areas) -> None:
    chance = random.Random(2026)
    asked = [(slip(chance, area.name.lower()), area) for area in kenya if area.level == "ward"]
    asked += [(slip(chance, text), area) for text, area in asked]
    hit = sum(area in [found.area for found in kenya.closest(text)] for text, area in asked)
    assert hit / len(asked) >= 0.95


def test_letters_with_hooks_and_tones_are_found_by_plain_ones() -> None:
    areas = Areas(
        read(
            io.StringIO(
                "code,name,parent,aliases\nNG,Nigeria,,\nNG1,Ɗan Ɓaya,NG,Ìbàdàn\nNG2,አዲስ "
                "አበባ,NG,\nNG3,الخرطوم,NG,\n"
            )
        )
    )
    assert [areas.closest(text)[0].area.code for text in ("dan baya", "ibadan", "አዲስ አበባ", "الخرطوم")] == [
        "NG1",
        "NG1",
        "NG2",
        "NG3",
    ]
