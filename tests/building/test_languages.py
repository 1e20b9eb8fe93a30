"""Every language is complete, and every screen of every path fits the phone it is for."""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po
from sqlalchemy import select, update
from telegram import InlineKeyboardButton

from bot import profile
from bot.cards import FOLLOWED, Card, card
from bot.keyboards import (
    A_SLIP,
    LONGEST_LABEL,
    SHORT,
    buttons_of,
    chosen,
    number,
    pressed,
    steps,
    text_of,
    verdicts,
)
from bot.talks import ANSWERED
from hotline.carriers.africastalking import AfricasTalking
from hotline.cases import citizen_menus, citizen_phrases, evidence, liaison_menus, liaison_phrases
from hotline.cases.case import CaseState, lock_case
from hotline.cases.citizen_menus import Caller, InChat, Judge, Report
from hotline.cases.dispatch import CASE_WORDS, Dispatch
from hotline.cases.evidence import Destination
from hotline.cases.liaison_menus import Act, Assignments, GoOff, GoOn, How, Waiting
from hotline.cases.reporting import Call, open_case, take_up
from hotline.conversation import choose_area
from hotline.conversation.chat_store import ChatState
from hotline.conversation.replay import Asking
from hotline.conversation.screens import Menu, Nothing
from hotline.core import gsm
from hotline.core.i18n import LOCALES, SOURCE, Phrase, _, languages, own_name, say, verbatim
from hotline.directory import bodies
from hotline.directory.bodies import Body
from hotline.directory.categories import CATEGORIES
from hotline.directory.liaisons import LONGEST_NAME
from hotline.duty import night_check
from hotline.duty import phrases as duty_phrases
from hotline.front_desk import menu
from hotline.front_desk import phrases as desk_phrases
from hotline.front_desk.menu import Forget, Stop
from hotline.places import areas
from hotline.places import loading as area_loading
from hotline.places.areas import Area, Areas
from hotline.places.countries import COUNTRIES
from tests.scenery.county import AREAS, CITIZEN, KIPRUTO, MORNING
from tests.scenery.county import settings as made_settings
from tests.scenery.walk import AT, STANDINGS, walk
from tests.scenery.world import World
from ussd.pages import BACK, HOME, MORE, Limits, pages

LIMITS = Limits(AfricasTalking.page_septets, AfricasTalking.page_units)
ROOT = Path(__file__).parents[2]
LONGEST_WORD = max(CASE_WORDS, key=len) + "9"
EMERGENCY = max((country.emergency for country in COUNTRIES.values()), key=len)
GAPS = re.compile(r"{(\w+)}")

DESK = Assignments(
    on_duty=True,
    cases=(
        Waiting(LONGEST_WORD, "violence", "Kaptembwo", "taken"), Waiting("SIMBA", "theft", "London", "asked"),
        Waiting("CHUI", "danger", "London", "on_the_way"),
        Waiting("DUMA", "gender", "Nakuru Town West", "there"),
        Waiting("TWIGA", "land", "London", "late"),
    ),
)  # fmt: skip
REFERENCE = "4071-3826"
CALLERS = {
    "a stranger": Caller(),
    "one we know": Caller("sw", AREAS["KE0321750872"].code, asked=REFERENCE),
    "a liaison on duty": Caller("en", None, DESK),
    "a liaison off duty": Caller("sw", None, Assignments(on_duty=False, cases=())),
}


IN_CHAT = InChat("Telegram", "*384*4455#", warned=False)
IN_CHATS = {
    "a stranger": Caller(chat=IN_CHAT),
    "one we know": Caller(
        "sw", AREAS["KE0321750872"].code, asked=REFERENCE, chat=replace(IN_CHAT, warned=True)
    ),
    "a liaison on duty": Caller("en", None, DESK, chat=replace(IN_CHAT, warned=True)),
    "a liaison off duty": Caller("sw", None, Assignments(on_duty=False, cases=()), chat=IN_CHAT),
}
LONGEST_MESSAGE, LONGEST_TOAST, LONGEST_DATA = 4096, 200, 64
SERVICE_CODE = "*384*4455#"


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
    extract = [
        "babel.messages.frontend",
        "-q",
        "extract",
        "-F",
        "pyproject.toml",
        "-k",
        "_",
        "-o",
        str(fresh),
        "hotline",
        "bot",
        "ussd",
    ]
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
    known, stops, ends = CALLERS[caller], 0, 0
    seen: set[tuple[object, bool]] = set()
    for stop in walk(lambda: menu.welcome(known, AREAS, ("sw", "en"), EMERGENCY), language):
        stops += 1
        if stop.asked is None:
            ends += 1
            for words in last_words(stop.outcome):
                assert fits_one_page(words, language), say(words, language)
        elif (what := (stop.asked, not stop.answers)) not in seen:
            seen.add(what)
            assert_fit_and_whole(stop.asked, pages(stop.asked, language, LIMITS, first=not stop.answers))
            assert_fit_and_whole(stop.asked, pages(stop.asked, language, LIMITS, again=True))
    assert stops > 100
    assert ends > 50
    assert len(seen) > 15


def assert_fit_and_whole(question: object, turned: tuple[str, ...]) -> None:
    assert all(gsm.fits(page, septets=LIMITS.septets, units=LIMITS.units) for page in turned)
    assert all(f"\n{MORE}. " in page for page in turned[:-1])
    assert f"\n{MORE}. " not in turned[-1]
    if isinstance(question, Menu):
        numbers = [
            line.partition(". ")[0] for page in turned for line in page.splitlines() if line[:1].isdigit()
        ]
        choices = [number for number in numbers if number not in (BACK, HOME, MORE)]
        wanted = question.numbers or range(1, len(question.choices) + 1)
        assert choices == [str(number) for number in wanted], turned
        assert len(set(choices)) == len(choices) == len(question.choices)


def last_words(outcome: object) -> list[Phrase]:
    """Everything that may be said when a path has come to this."""
    match outcome:
        case Report(contact=contact):
            return [citizen_phrases.promised(REFERENCE, AT, EMERGENCY, contact), *nobody_may()]
        case Judge(verdict=verdict):
            return [
                citizen_phrases.thanks_for_verdict(verdict, AT, EMERGENCY, on_screen=True),
                citizen_phrases.thanks_for_verdict(verdict, AT, EMERGENCY),
            ]
        case Nothing(words=words):
            return [words]
        case Act():
            return replies_to_liaisons()
        case GoOn() | GoOff():
            return [
                liaison_phrases.on_duty(),
                liaison_phrases.off_duty(),
                liaison_phrases.on_duty(AT),
                liaison_phrases.off_duty(AT),
                off_with_cases(),
            ]
        case _:
            raise AssertionError(outcome)


def nobody_may() -> list[Phrase]:
    """In each country, what is said where nobody on the list may see a report."""
    return [
        citizen_phrases.nobody_may(REFERENCE, country.oversight, country.emergency)
        for country in COUNTRIES.values()
    ]


def off_with_cases() -> Phrase:
    return liaison_phrases.off_with_cases(liaison_phrases.off_duty(AT), "SIMBA, TEMBO, CHUI")


def replies_to_liaisons() -> list[Phrase]:
    word, some = LONGEST_WORD, "SIMBA, TEMBO"
    return [
        liaison_phrases.yours(word), liaison_phrases.already_yours(word),
        liaison_phrases.first_was(word, "Superintendent Wanjiku"), liaison_phrases.passed_on(word),
        liaison_phrases.done(word), liaison_phrases.take_first(word), liaison_phrases.over(word),
        liaison_phrases.no_such_word(some), liaison_phrases.which_word(some),
        liaison_phrases.no_cases(), liaison_phrases.what_to_text(), liaison_phrases.on_the_way(word),
        liaison_phrases.there(word), liaison_phrases.stepped_aside(word),
        liaison_phrases.help_is_told(EMERGENCY), liaison_phrases.nobody_to_tell(EMERGENCY),
        liaison_phrases.sure_to_step_aside(word),
        liaison_phrases.not_done_after_all(word),
    ]  # fmt: skip


def fits_one_page(phrase: Phrase, language: str) -> bool:
    return gsm.fits(say(phrase, language), septets=LIMITS.septets, units=LIMITS.units)


@pytest.mark.parametrize("language", languages())
def test_a_citizens_text_is_one_part_and_says_nothing_of_the_matter(language: str) -> None:
    another = citizen_phrases.another_office()
    texts = [
        citizen_phrases.received(REFERENCE, AT, EMERGENCY),
        citizen_phrases.somebody_has_it(REFERENCE), citizen_phrases.did_help_come(REFERENCE),
        citizen_phrases.somebody_has_it_late(REFERENCE),
        citizen_phrases.somebody_is_coming(REFERENCE), citizen_phrases.somebody_is_there(REFERENCE),
        *(citizen_phrases.still_asking(REFERENCE, who, AT, EMERGENCY) for who in (None, another)),
        *(citizen_phrases.goes_on(REFERENCE, who, AT, EMERGENCY) for who in (None, another)),
        citizen_phrases.added(REFERENCE, EMERGENCY), citizen_phrases.told_of_danger(REFERENCE, EMERGENCY),
        citizen_phrases.there_is_news(REFERENCE, SERVICE_CODE),
        desk_phrases.how_to_report(SERVICE_CODE, EMERGENCY), desk_phrases.texts_stopped(),
        desk_phrases.texts_resumed(), *nobody_may(), *standings(),
        *(
            citizen_phrases.thanks_for_verdict(verdict, AT, EMERGENCY)
            for verdict in get_args(citizen_phrases.VerdictWord)
        ),
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


def standings() -> list[Phrase]:
    """What one is told who texts us something while their case
    waits, however long the name of the body that is asked is."""
    return [
        citizen_phrases.how_it_is(REFERENCE, citizen_phrases.how_it_stands(standing))
        for standing in STANDINGS
        if standing.state != "nobody"
    ]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "name", ["Kaptembwo Police Station", "x" * bodies.LONGEST["name"], "Kituo cha [polisi] " * 5]
)
@pytest.mark.parametrize("language", languages())
def test_who_is_asked_now_is_told_in_one_text_whatever_they_are_called(
    world: World, language: str, name: str
) -> None:
    with world.service.transaction() as work:
        work.session.execute(update(Body).values(name=name))
        open_case(
            work,
            Report("theft", "KE0321750872", "they took my phone", "text"),
            Call("c" * 32, "ussd", CITIZEN, language),
        )
    world.tick()
    world.pass_minutes(121)
    world.phone(KIPRUTO).text("1")
    world.phone(KIPRUTO).text("2")
    told = [text for text in world.phone(CITIZEN).inbox if name[:7] in text]
    assert len(told) == 2, "a promise is missed, and who had taken it cannot"
    assert [gsm.parts(text) for text in told] == [1, 1]
    assert all("999" in text and (name in text) == (len(name) < 30) for text in told)


@pytest.mark.parametrize("language", languages())
def test_a_text_to_a_liaison_is_two_parts_at_most(language: str, kenya: Areas) -> None:
    word, name, body, calls = (
        LONGEST_WORD,
        "x" * LONGEST_NAME,
        "x" * bodies.LONGEST["name"],
        {"nth": 99, "minutes": 59, "phones": 99},
    )
    place, some = max((kenya.full_name(area) for area in kenya), key=len), "SIMBA, TEMBO, CHUI"
    about = max(
        (category.name for category in CATEGORIES.values()), key=lambda each: len(say(each, language))
    )
    texts = [
        *replies_to_liaisons(), liaison_phrases.first_was(word, name),
        liaison_phrases.are_you_on_it(word, AT), liaison_phrases.are_you_safe(word, AT),
        liaison_phrases.are_you_done(word, AT), liaison_phrases.lapsed(word),
        liaison_phrases.alarm(liaison_phrases.asks_for_help(name), place),
        liaison_phrases.alarm(liaison_phrases.asks_for_help(name), ""),
        liaison_phrases.alarm(liaison_phrases.no_word_from(name, AT), place),
        liaison_phrases.another_call(word, **calls), liaison_phrases.sent_something(word),
        liaison_phrases.is_in_danger(word), liaison_phrases.more_words(word, "x" * 3000),
        liaison_phrases.please_take(word, about, place, "", AT),
        liaison_phrases.please_take(word, about, place, "", AT, [liaison_phrases.one_of_several(**calls)]),
        *(
            liaison_phrases.please_take(word, about, place, "", AT, [liaison_phrases.no_help_came(each)])
            for each in ("", body)
        ),
        liaison_phrases.please_take(word, about, place, "", AT,
                                    [liaison_phrases.went_and_is_silent(f"{name}, {body}", AT)]),
        liaison_phrases.please_take(word, about, place, "", AT, [liaison_phrases.wishes_a_woman()]),
        liaison_phrases.on_duty(AT), liaison_phrases.off_duty(AT),
        liaison_phrases.resumed(liaison_phrases.on_duty(AT)), off_with_cases(),
        duty_phrases.are_you_there(), duty_phrases.thanks_ready(),
        liaison_phrases.ready_with_cases(duty_phrases.thanks_ready(), some),
    ]  # fmt: skip
    for words in texts:
        assert gsm.parts(say(words, language)) <= 2, say(words, language)


@pytest.mark.parametrize("language", languages())
def test_the_warning_before_the_night_is_three_parts_at_most(language: str) -> None:
    many = tuple(f"{number} {'x' * 60}" for number in range(60))
    for state in (
        duty_phrases.Tonight(empty=many),
        duty_phrases.Tonight(many, many, many, many),
        duty_phrases.Tonight(unanswered=("Sgt. Kipruto, Station",)),
    ):
        words = night_check.fitting(state, language)
        assert gsm.parts(say(words, language)) <= 3, say(words, language)
        lines = [
            len(getattr(state, each)) > 0 for each in ("unanswered", "silent", "unreachable", "empty")
        ].count(True)
        assert len(say(words, language).splitlines()) == 1 + lines


@pytest.fixture(scope="module")
def kenya() -> Areas:
    return Areas(area_loading.read(areas.GAZETTEER / "kenya.csv"))


@pytest.mark.parametrize("language", languages())
def test_every_list_of_places_in_kenya_fits(kenya: Areas, language: str) -> None:
    lists = lists_of(kenya)
    for _area, question in lists:
        assert_fit_and_whole(question, pages(question, language, LIMITS))
    assert len(lists) == 1 + 47 + 290


def lists_of(country: Areas) -> list[tuple[Area, Menu]]:
    """Every list of places that somebody may be asked to choose from, and what it lies in."""
    return [(area, list_in(country, area)) for area in country if country.children(area)]


def list_in(country: Areas, area: Area) -> Menu:
    scene = choose_area.choose_area(country)
    question = next(scene)
    if area != country.country:
        question = scene.send(area.code)
    assert isinstance(question, Menu)
    return question


@pytest.mark.parametrize("language", languages())
def test_every_place_in_kenya_can_be_confirmed_and_remembered(kenya: Areas, language: str) -> None:
    for area in kenya:
        question = citizen_menus.may_we_remember(kenya, area)
        assert_fit_and_whole(question, pages(question, language, LIMITS))


# In a chat


@pytest.mark.parametrize("caller", IN_CHATS)
@pytest.mark.parametrize("language", languages())
def test_every_screen_of_every_path_fits_a_chat(caller: str, language: str) -> None:
    known, stops, ends = IN_CHATS[caller], 0, 0
    seen: set[tuple[object, bool, str]] = set()
    for stop in walk(lambda: menu.welcome(known, AREAS, ("sw", "en"), EMERGENCY), language):
        stops += 1
        if stop.asked is None:
            ends += 1
            for words in last_words_in_chat(stop.outcome):
                assert 0 < length(say(words, stop.language)) <= LONGEST_MESSAGE
        elif (what := (stop.asked, bool(stop.answers), stop.language)) not in seen:
            seen.add(what)
            assert_chat_shows(Asking(stop.asked, stop.answers, stop.language))
    assert stops > 100
    assert ends > 50
    assert len(seen) > 15


def assert_chat_shows(asking: Asking) -> None:
    """Page after page, with the longest that may stand above it."""
    talk = ChatState(
        "0123456789abcdef",
        asking.language,
        asking.answers,
        again=True,
        aside=say(desk_phrases.changes_are_not_seen(), asking.language),
    )
    shown = unescape(text_of(asking, talk))
    assert say(asking.question.text, asking.language) in shown
    assert length(shown) <= LONGEST_MESSAGE
    found, page = [], 0
    while True:
        buttons = [button for row in rows_of(asking, replace(talk, page=page)) for button in row]
        assert all(1 <= len(data_of(button).encode()) <= LONGEST_DATA for button in buttons)
        assert all(1 <= len(button.text) <= LONGEST_LABEL for button in buttons)
        assert (
            len({button.text for button in buttons})
            == len({data_of(button) for button in buttons})
            == len(buttons)
        ), buttons
        found += [
            chosen(asking.question, pressed(data_of(each)).what)
            for each in buttons
            if is_choice(each) and isinstance(asking.question, Menu)
        ]
        on = [int(pressed(data_of(each)).what) for each in buttons if pressed(data_of(each)).kind == "p"]
        if page + 1 not in on:
            break
        page += 1
    assert found == [key for key, _words in getattr(asking.question, "choices", ())], (
        "each choice once, in order, on some page"
    )


def is_choice(button: InlineKeyboardButton) -> bool:
    return pressed(data_of(button)).kind == "q"


def rows_of(asking: Asking, talk: ChatState) -> Iterable[Sequence[InlineKeyboardButton]]:
    buttons = buttons_of(asking, talk)
    return buttons.inline_keyboard if buttons else ()


def data_of(button: InlineKeyboardButton) -> str:
    assert isinstance(button.callback_data, str)
    return button.callback_data


def length(text: str) -> int:
    """As Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def last_words_in_chat(outcome: object) -> list[Phrase]:
    match outcome:
        case Stop():
            return [desk_phrases.texts_stopped()]
        case Forget():
            return [desk_phrases.forgotten(EMERGENCY)]
        case _:
            return last_words(outcome)


@pytest.mark.parametrize("language", languages())
def test_every_list_of_places_in_kenya_fits_a_chat(kenya: Areas, language: str) -> None:
    lists = lists_of(kenya)
    for area, question in lists:
        assert_chat_shows(Asking(question, (("area", area.code),), language))
    assert len(lists) == 1 + 47 + 290


@pytest.mark.parametrize("language", languages())
def test_a_question_that_is_too_long_for_a_chat_is_cut(language: str) -> None:
    asking = Asking(Menu("step", verbatim("<🔥&>" * 1500), (("take", _("I have it")),)), (), language)
    talk = ChatState(
        "0123456789abcdef", language, again=True, aside=say(desk_phrases.changes_are_not_seen(), language)
    )
    assert 3400 < length(unescape(text_of(asking, talk))) <= LONGEST_MESSAGE


@pytest.mark.parametrize("language", languages())
def test_the_bot_says_what_it_is_within_telegrams_limits(language: str, tmp_path: Path) -> None:
    made = made_settings(tmp_path)
    for listed in (profile.commands(language), profile.liaison_commands(language)):
        assert len(listed) > 3
        assert all(
            re.fullmatch("[a-z0-9_]{1,32}", command) and 1 <= len(words) <= 256 for command, words in listed
        )
    assert {command for command, _words in profile.liaison_commands(language)} <= {*ANSWERED, "liaison"}
    assert {command for command, _words in profile.commands(language)} <= {*ANSWERED, "liaison"}
    assert 1 <= len(profile.description(profile.DESCRIPTION, made, language)) <= 512
    assert 1 <= len(profile.description(profile.SHORT, made, language)) <= 120
    if language != SOURCE:
        assert profile.description(profile.DESCRIPTION, made, language) != profile.description(
            profile.DESCRIPTION, made, SOURCE
        )


@pytest.mark.parametrize("language", languages())
def test_what_is_said_in_passing_is_short_enough(language: str) -> None:
    toasts = [
        desk_phrases.earlier_question(), liaison_phrases.first_was(LONGEST_WORD, "x" * LONGEST_NAME),
        liaison_phrases.over(LONGEST_WORD),
        liaison_phrases.stepped_aside(LONGEST_WORD),
        liaison_phrases.help_is_told(EMERGENCY), liaison_phrases.nobody_to_tell(EMERGENCY),
        liaison_phrases.press_again_to_step_aside(),
    ]  # fmt: skip
    assert all(1 <= len(say(words, language)) <= LONGEST_TOAST for words in toasts)


@pytest.mark.parametrize("language", languages())
def test_the_buttons_of_a_card_fit_and_differ(language: str) -> None:
    shows = _("Photos and voice: {number}", number=5)
    for how, choices in liaison_menus.NEXT.items():
        made = steps(2**31 - 1, how, choices, language, shows)
        assert made is not None
        buttons = [button for row in made.inline_keyboard for button in row]
        assert len({button.text for button in buttons}) == len(buttons) == len(choices) + 1
        assert all(
            1 <= len(data_of(button).encode()) <= LONGEST_DATA and 1 <= len(button.text) <= LONGEST_LABEL
            for button in buttons
        )
        assert [number(pressed(data_of(button)).of) for button in buttons] == [2**31 - 1] * len(buttons)
        assert [pressed(data_of(button)).what for button in buttons[:-1]] == [
            step for step, _words in choices
        ], "in their order"
        for row in made.inline_keyboard:
            assert len(row) == 1 or (len(row) == 2 and all(len(button.text) <= SHORT for button in row)), (
                "nothing is cut off"
            )
    for verdicts_ in (citizen_menus.VERDICTS, A_SLIP):
        asked = verdicts("f" * 32, verdicts_, language)
        assert all(
            len(data_of(button).encode()) <= LONGEST_DATA for row in asked.inline_keyboard for button in row
        )


MINE, THEIRS = 1, 2
HOW_IT_CAME: dict[How, tuple[dict[str, object], dict[str, object]]] = {
    "asked": ({"state": "asked"}, {}),
    "late": ({"state": "unanswered"}, {}),
    "taken": ({"state": "taken"}, {"state": CaseState.ACKNOWLEDGED, "liaison_id": MINE}),
    "on_the_way": (
        {"state": "taken"},
        {"state": CaseState.ACKNOWLEDGED, "liaison_id": MINE, "on_the_way_at": MORNING},
    ),
    "there": (
        {"state": "taken"},
        {"state": CaseState.ACKNOWLEDGED, "liaison_id": MINE, "on_the_way_at": MORNING, "there_at": MORNING},
    ),
    "done": ({"state": "done"}, {"state": CaseState.RESOLVED, "liaison_id": MINE}),
    "passed_on": ({"state": "cannot"}, {}),
    "first_was": ({"state": "superseded"}, {"state": CaseState.ACKNOWLEDGED, "liaison_id": THEIRS}),
    "over": ({"state": "done", "round": 0}, {"state": CaseState.CLOSED}),
}
"""For each standing of a case to a liaison, what its dispatch and the case itself are then."""


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", languages())
def test_a_whole_card_in_each_of_its_standings(world: World, language: str) -> None:
    with world.service.transaction() as work:
        report = Report("theft", "KE0321750872", "<b>🔥 & 'more'</b> " * 300, "text")
        identity = open_case(work, report, Call("c" * 32, "telegram", "7001", "en")).id
    with world.service.transaction() as work:
        case = lock_case(work.session, identity)
        take_up(work, case)
        evidence.keep(work, Destination(case.session_index, case), "photo", b"a picture")
        work.session.flush()
        (asked,) = work.session.scalars(select(Dispatch))
        assert asked.liaison_id == MINE
        asked.liaison.person.language = language
        dispatched = asked.id
    seen = set()
    for how in get_args(How):
        with world.service.read() as work:
            asked = work.session.get_one(Dispatch, dispatched)
            for record, values in zip((asked, asked.case), HOW_IT_CAME[how], strict=True):
                for name, value in values.items():
                    setattr(record, name, value)
            with work.session.no_autoflush:
                work.session.flush()
                work.session.expire(asked.case, ["liaison"])
                assert asked.how(work.session, work.now) == how
                shown = card(work, asked)
                asked.wondered_at = MORNING
                wondering = card(work, asked)
            work.session.rollback()
        assert_card(how, asked_word(world, dispatched), shown, language)
        seen.add(unescape(shown.text).rpartition("\n\n")[2])
        assert (wondering != shown) == (how in FOLLOWED)
        if how in FOLLOWED:
            assert_card(how, asked_word(world, dispatched), wondering, language, wondering=True)
            seen.add(unescape(wondering.text).rpartition("\n\n")[2])
    assert len(seen) == len(get_args(How)) + len(FOLLOWED), "each standing in words of its own"


def asked_word(world: World, dispatch: int) -> str:
    with world.service.read() as work:
        return work.session.get_one(Dispatch, dispatch).word


def assert_card(how: How, word: str, shown: Card, language: str, *, wondering: bool = False) -> None:
    """As it is on the screen, in one language only."""
    readable = how in ("asked", "late", "taken", "on_the_way", "there", "done")
    plain = re.sub("</?b>", "", shown.text)
    assert not re.search("[<>]|&(?!lt;|gt;|amp;)", plain), "whatever was reported is no tag of ours"
    assert length(unescape(plain)) <= LONGEST_MESSAGE
    assert ("🔥" in plain) == readable
    assert (
        shown.text.startswith(
            f"<b>{word}: {say(CATEGORIES['theft'].name, language)}, Kaptembwo, Nakuru</b>".replace("'", "'")
        )
        == readable
    )
    labels = [
        button.text for row in (shown.buttons.inline_keyboard if shown.buttons else ()) for button in row
    ]
    steps = sorted(liaison_menus.NEXT.get(how, ()), key=lambda each: each[0] != "still")
    wanted = [say(words, language) for step, words in steps if step != "still" or wondering]
    assert labels == [
        *wanted,
        *([say(_("Photos and voice: {number}", number=1), language)] if readable else []),
    ]
    if language != SOURCE:
        assert not {say(words, SOURCE) for _step, words in liaison_menus.NEXT.get(how, ())} & set(labels)


@pytest.mark.parametrize("language", languages())
def test_a_card_says_in_its_own_language_how_it_stands(language: str) -> None:
    said = [
        liaison_phrases.answer_by(AT), liaison_phrases.you_have_it("SIMBA"),
        liaison_phrases.you_are_coming("SIMBA"), liaison_phrases.done("SIMBA"),
        liaison_phrases.passed_on("SIMBA"), liaison_phrases.first_was("SIMBA", "Wanjiku"),
        liaison_phrases.over("SIMBA"), liaison_phrases.no_details(),
        liaison_phrases.you_are_there("SIMBA"), liaison_phrases.stepped_aside("SIMBA"),
        liaison_phrases.late(), liaison_phrases.still_on_it(AT),
        liaison_phrases.safe(AT), liaison_phrases.is_it_done(AT),
    ]  # fmt: skip
    assert len({say(words, language) for words in said}) == len(said)
    if language != SOURCE:
        assert not [words for words in said if say(words, language) == say(words, SOURCE)]
