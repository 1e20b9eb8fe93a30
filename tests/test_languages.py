"""Every language is complete, and every screen of every path fits the phone it is for."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from hotline import areas, gsm
from hotline.areas import Areas
from hotline.carriers.africastalking import AfricasTalking
from hotline.categories import CATEGORIES
from hotline.countries import COUNTRIES
from hotline.dialogues import citizen, liaison
from hotline.dialogues.citizen import Caller, Judge, Nothing, Report
from hotline.dialogues.liaison import Act, Desk, GoOff, GoOn, Waiting
from hotline.dialogues.screens import Menu
from hotline.dispatch import WORDS
from hotline.language import LOCALES, Words, languages, own_name, say
from tests.builders import AREAS
from tests.walk import walk
from ussd.pages import BACK, HOME, MORE, Limits, pages

LIMITS = Limits(AfricasTalking.page_septets, AfricasTalking.page_units)
ROOT = Path(__file__).parent.parent
LONGEST_WORD = max(WORDS, key=len) + "9"
EMERGENCY = max((country.emergency for country in COUNTRIES.values()), key=len)
GAPS = re.compile(r"{(\w+)}")

DESK = Desk(
    on_duty=True, cases=(Waiting(LONGEST_WORD, "violence", "Kaptembwo", taken=True), Waiting("SIMBA", "theft", "London", taken=False))
)
CALLERS = {
    "a stranger": Caller(),
    "one we know": Caller("sw", AREAS["KE0321750872"].code),
    "a liaison on duty": Caller("en", None, DESK),
    "a liaison off duty": Caller("sw", None, Desk(on_duty=False, cases=())),
}


def catalogs() -> Iterator[tuple[str, Path]]:
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/hotline.po")):
        yield path.parent.parent.name, path


@pytest.mark.parametrize("language", [language for language, _path in catalogs()])
def test_a_language_says_everything(language: str) -> None:
    with (LOCALES / language / "LC_MESSAGES" / "hotline.po").open("rb") as file:
        catalog = read_po(file)
    with (LOCALES / "hotline.pot").open("rb") as file:
        wanted = {str(message.id) for message in read_po(file) if message.id}
    said = {str(message.id): str(message.string) for message in catalog if message.id and not message.fuzzy}
    assert wanted - {english for english, translated in said.items() if translated} == set(), "not translated"
    assert set(said) - wanted == set(), "translated, but said nowhere any more"
    for english, translated in said.items():
        assert sorted(set(GAPS.findall(english))) == sorted(set(GAPS.findall(translated))), english
        assert gsm.plain(translated) == translated, f"typographic signs make a text dearer: {translated}"


def test_the_translators_have_every_sentence_of_the_code(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.pot"
    extract = ["babel.messages.frontend", "-q", "extract", "-F", "pyproject.toml", "-k", "_", "-o", str(fresh), "hotline", "bot", "ussd"]
    subprocess.run([sys.executable, "-m", *extract], cwd=ROOT, check=True)
    assert sentences(fresh) == sentences(LOCALES / "hotline.pot"), "run: make words"


def sentences(catalog: Path) -> set[str]:
    with catalog.open("rb") as file:
        return {str(message.id) for message in read_po(file)}


def test_every_country_speaks_languages_that_there_are() -> None:
    for country in COUNTRIES.values():
        assert set(country.languages) <= set(languages()), country.name
    assert [own_name(language) for language in ("sw", "en")] == ["Kiswahili", "English"]


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("language", languages())
def test_every_screen_of_every_path_fits(caller: str, language: str) -> None:
    known = CALLERS[caller]
    stops = ends = 0
    for stop in walk(lambda: citizen.welcome(known, AREAS, ("sw", "en"), EMERGENCY), language):
        stops += 1
        if stop.asked is None:
            ends += 1
            for words in last_words(stop.outcome):
                assert fits_one_page(words, language), say(words, language)
            continue
        turned = pages(stop.asked, language, LIMITS, first=not stop.answers)
        assert_fit_and_whole(stop.asked, turned)
        assert_fit_and_whole(stop.asked, pages(stop.asked, language, LIMITS, again=True))
    assert stops > 100
    assert ends > 50


def assert_fit_and_whole(question: object, turned: tuple[str, ...]) -> None:
    assert all(gsm.fits(page, septets=LIMITS.septets, units=LIMITS.units) for page in turned)
    assert all(f"\n{MORE}. " in page for page in turned[:-1])
    assert f"\n{MORE}. " not in turned[-1]
    if isinstance(question, Menu):
        numbers = [line.partition(". ")[0] for page in turned for line in page.splitlines() if line[:1].isdigit()]
        choices = [number for number in numbers if number not in (BACK, HOME, MORE)]
        assert choices == [str(number) for number in range(1, len(question.choices) + 1)], turned


def last_words(outcome: object) -> list[Words]:
    """Everything that may be said when a path has come to this."""
    match outcome:
        case Report(contact=contact):
            return [citizen.promised("4071-3826", "23:59", EMERGENCY, contact)]
        case Judge(verdict=verdict):
            return [citizen.thanks_for_verdict(verdict, EMERGENCY)]
        case Nothing(words=words):
            return [words]
        case Act():
            return replies_to_liaisons()
        case GoOn() | GoOff():
            return [liaison.on_duty(), liaison.off_duty()]
        case _:
            raise AssertionError(outcome)


def replies_to_liaisons() -> list[Words]:
    word, some = LONGEST_WORD, "SIMBA, TEMBO"
    return [
        liaison.yours(word), liaison.already_yours(word), liaison.first_was(word, "Superintendent Wanjiku"), liaison.passed_on(word),
        liaison.done(word), liaison.take_first(word), liaison.over(word), liaison.no_such_word(some), liaison.which_word(some),
        liaison.no_cases(), liaison.what_to_text(),
    ]  # fmt: skip


def fits_one_page(words: Words, language: str) -> bool:
    return gsm.fits(say(words, language), septets=LIMITS.septets, units=LIMITS.units)


@pytest.mark.parametrize("language", languages())
def test_a_citizens_text_is_one_part_and_says_nothing_of_the_matter(language: str) -> None:
    texts = [
        citizen.received("4071-3826", "23:59"), citizen.somebody_has_it("4071-3826"), citizen.did_help_come("4071-3826"),
        citizen.how_to_report("*384*4455#", EMERGENCY), citizen.texts_stopped(), citizen.texts_resumed(),
        *(citizen.thanks_for_verdict(verdict, EMERGENCY) for verdict in ("helped", "not_helped", "danger")),
    ]  # fmt: skip
    for words in texts:
        said = say(words, language)
        assert gsm.parts(said) == 1, said
        telling = (
            "polisi",
            "police",
            "ghasia",
            "violence",
            "ripoti",
            "report",
            *(say(category.name, language).casefold() for category in CATEGORIES.values()),
        )
        assert not any(word in said.casefold() for word in telling), said


@pytest.fixture(scope="module")
def kenya() -> Areas:
    return Areas(areas.read(areas.GAZETTEER / "kenya.csv"))


@pytest.mark.parametrize("language", languages())
def test_every_list_of_places_in_kenya_fits(kenya: Areas, language: str) -> None:
    lists = 0
    for area in kenya:
        if kenya.children(area):
            scene = citizen.choose_area(kenya)
            question = next(scene)
            if area != kenya.country:
                question = scene.send(area.code)
            if isinstance(question, Menu):
                assert_fit_and_whole(question, pages(question, language, LIMITS))
                lists += 1
    assert lists == 1 + 47 + 290


@pytest.mark.parametrize("language", languages())
def test_every_place_in_kenya_can_be_confirmed_and_remembered(kenya: Areas, language: str) -> None:
    for area in kenya:
        question = citizen.may_we_remember(kenya, area)
        assert_fit_and_whole(question, pages(question, language, LIMITS))
