"""A question as pages of a small phone: nothing is dropped, and nothing is longer than the phone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hotline.carriers.africastalking import AfricasTalking
from hotline.conversation import numbered_menu
from hotline.conversation.screens import Ask, Choices, Menu
from hotline.core.gsm import fits, plain
from hotline.core.i18n import verbatim
from tests.scenery.labels import en
from ussd.pages import BACK_LINE, MORE_LINE, Limits, not_understood, pages

LIMITS = Limits(AfricasTalking.page_septets, AfricasTalking.page_units)
BACK, MORE = en(BACK_LINE), en(MORE_LINE)
SLIP = en(not_understood(Menu("area", verbatim("Where?"), ())))

LETTERS = some.sampled_from("abc XYZ 019 €{}[]~ çêĩũ ’“…— ሀለሐመ عربي 🚓🔥\n")
WORDS = some.text(LETTERS, min_size=1, max_size=220).map(str.strip).filter(bool)
LISTS = some.lists(WORDS, min_size=1, max_size=60)


def menu(*labels: str, text: str = "Where?") -> Menu:
    choices: Choices = tuple((str(number), verbatim(label)) for number, label in enumerate(labels))
    return Menu("area", verbatim(text), choices, typed=True)


def shown(question: Menu | Ask, *, first: bool = False, again: bool = False) -> tuple[str, ...]:
    return pages(question, "en", LIMITS, first=first, again=again)


def said(turned: tuple[str, ...]) -> str:
    """All that the pages say, one after another, without their keys and without a blank."""
    lines = (line for page in turned for line in page.splitlines() if line not in (BACK, MORE))
    return "".join("".join(lines).split())


@given(LISTS, WORDS, some.booleans(), some.booleans())
def test_every_page_fits_the_phone_and_nothing_is_dropped(
    labels: list[str], text: str, first: bool, again: bool
) -> None:
    question = menu(*labels, text=text)
    turned = shown(question, first=first, again=again)
    for page in turned:
        assert fits(page, septets=156, units=76), page
    wanted = "".join("".join(plain(line).split()) for line in (text, *numbered_menu.lines(question, "en")))
    assert said(turned).replace("".join(SLIP.split()), "") == wanted


@given(LISTS, some.booleans())
def test_the_way_on_is_on_every_page_but_the_last_and_the_way_back_on_every_one_but_the_first(
    labels: list[str], first: bool
) -> None:
    turned = shown(menu(*labels), first=first)
    assert all(MORE in page.splitlines() for page in turned[:-1])
    assert MORE not in turned[-1].splitlines()
    assert all(page.endswith(BACK) for page in turned[1:])
    assert turned[0].endswith(BACK) is not first


def test_the_numbers_go_on_over_the_pages() -> None:
    turned = shown(menu(*(f"Ward of the river {number}" for number in range(1, 48))))
    assert len(turned) > 5
    assert [int(number) for number in re.findall(r"^(\d+)\. Ward", "\n".join(turned), re.MULTILINE)] == list(
        range(1, 48)
    )


def test_no_choice_has_the_number_that_turns_the_page() -> None:
    question = menu(*(f"District {number}" for number in range(1, 101)))
    numbers = re.findall(r"^(\d+)\. District (\d+)$", "\n".join(shown(question)), re.MULTILINE)
    assert numbers[96:99] == [("97", "97"), ("99", "98"), ("100", "99")]
    assert numbered_menu.answer(question, "98", "en") is None
    assert [numbered_menu.answer(question, typed, "en") for typed in ("97", "99", "101")] == [
        "96",
        "97",
        "99",
    ]


def test_a_long_question_is_broken_between_words() -> None:
    question = Ask("details", verbatim("There were twenty of them with sticks and stones at the stage. " * 6))
    turned = shown(question)
    assert len(turned) > 2
    words = set(question.text.values[0][1].split())  # type: ignore[union-attr]
    assert {word for page in turned for word in page.removesuffix(BACK).replace(MORE, "").split()} == words


def test_a_line_of_its_own_stays_one_in_a_long_question() -> None:
    turned = shown(
        Ask("details", verbatim("Vijana wanne.\nWana mapanga. " + "Tafadhali njooni haraka sana. " * 8))
    )
    assert turned[0].startswith("Vijana wanne.\nWana mapanga. Tafadhali")


@pytest.mark.parametrize(
    "label",
    ["Kawangware " * 40, "x" * 400, "ቃሊቲ " * 60, "🚓" * 100],
    ids=["words", "one word", "Amharic", "emoji"],
)
def test_one_choice_longer_than_a_page_goes_on_over_the_page_and_can_still_be_chosen(label: str) -> None:
    question = menu("Nakuru", label, "London")
    turned = shown(question)
    assert all(fits(page, septets=156, units=76) for page in turned)
    assert "".join(label.split()) in said(turned)
    assert "3. London" in turned[-1]


def test_one_word_longer_than_a_page_breaks_where_it_must() -> None:
    turned = shown(Ask("details", verbatim("so " + "a" * 500 + " it was")))
    assert all(fits(page, septets=156, units=76) for page in turned)
    assert said(turned) == "so" + "a" * 500 + "itwas"


def test_a_short_menu_is_one_page_without_ways() -> None:
    assert shown(menu("Kiswahili", "English", text="Lugha / Language"), first=True) == (
        "Lugha / Language\n1. Kiswahili\n2. English",
    )


def test_what_was_not_understood_is_said_on_whatever_page_it_was() -> None:
    turned = shown(menu(*(f"Ward of the river {number}" for number in range(1, 48))), again=True)
    assert all(page.startswith(f"{SLIP}\n") for page in turned)


def test_curly_quotes_and_dashes_do_not_halve_a_page() -> None:
    (page,) = shown(menu("Ng’ombe — “mifugo”…", "n" * 70))
    assert '1. Ng\'ombe - "mifugo"...\n' in page
