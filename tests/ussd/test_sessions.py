"""A dial-in, as it goes for the one who holds the phone: slow networks,
slips of the finger, a queue that is away, a line that is cut."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import redis
from sqlalchemy import select, text

from hotline.cases import liaison_phrases
from hotline.cases.citizen_menus import ABOUT, COME_BACK, KEY_IN, LOOK_AGAIN, WHAT_ABOUT, Caller, may_we_text
from hotline.cases.citizen_phrases import Standing, how_it_stands, no_such_case, promised, thanks_for_verdict
from hotline.cases.liaison_menus import CANNOT, DONE, I_HAVE_IT
from hotline.conversation.choose_area import NONE_OF_THESE, NOT_SURE, WHERE, choose_area, not_known, where_in
from hotline.conversation.screens import LookUp, Menu, Nothing
from hotline.core import codec
from hotline.core.database import Database
from hotline.core.gsm import fits
from hotline.directory.categories import CATEGORIES
from hotline.directory.people import Address
from hotline.front_desk.menu import GO_ON, choose_language, cut_off, welcome
from hotline.front_desk.phrases import not_saved
from hotline.places.countries import COUNTRIES
from tests.scenery.county import ACHIENG, AREAS, CITIZEN, KIPRUTO, NEIGHBOUR, STRANGER
from tests.scenery.dialling import (
    AT_DESK,
    OFF_DUTY,
    VERDICTS,
    WHY,
    ask_verdict,
    begin,
    choices_on,
    finish,
    only_case,
    report,
    stand,
    wrong,
)
from tests.scenery.labels import CONTACT, ENGLISH, FIRST, KISWAHILI, REMEMBER, about, en, page, sw
from tests.scenery.reports import word_of
from tests.scenery.said import asked, labels, number_in
from tests.scenery.waiting import as_hasty_as_in_production
from tests.scenery.world import Phone, World
from ussd.keys import Keypad
from ussd.pages import BACK_LINE, Limits, not_understood

NOT_SAVED = en(not_saved("999"))
LANGUAGES = page(choose_language("language", ("sw", "en")), "sw", first=True)
"""What a stranger sees first."""
MENU = page(asked(welcome(Caller(), AREAS, ("sw", "en"), "999"), "en"), "en")
"""What can be done here, to one who has just chosen English."""
HOME = page(asked(welcome(Caller("en"), AREAS, ("sw", "en"), "999")), "en", first=True)
"""The same to one of whom we know that they read English."""
TOPICS = Menu("category", WHAT_ABOUT, ABOUT)
MAY_WE_TEXT = page(may_we_text(Caller()), "en")
CUT_OFF = asked(cut_off())
AFTER_A_CUT = labels(CUT_OFF)


def details(world: World) -> str:
    return only_case(world).details(world.service.settings.keys)


@contextmanager
def database_gone(world: World) -> Iterator[None]:
    """Nobody listens where the database was."""
    there = world.service.database
    world.service.database = Database(
        "sqlite:////nowhere/itikia.db" if there.is_sqlite else "postgresql+psycopg://nobody@127.0.0.1:9/x"
    )
    try:
        yield
    finally:
        world.service.database.close()
        world.service.database = there


@contextmanager
def database_locked(world: World) -> Iterator[None]:
    """Somebody else writes and does not come to an end."""
    with as_hasty_as_in_production(world.service) as there, there.writing() as session:
        locks = "LOCK TABLE people, cases IN ACCESS EXCLUSIVE MODE"
        session.execute(text("SELECT 1" if there.is_sqlite else locks))
        yield


@contextmanager
def redis_gone(world: World) -> Iterator[None]:
    there = world.line, world.conversations
    world.forget_redis()
    try:
        yield
    finally:
        world.line, world.conversations = there


# What is typed


@pytest.mark.parametrize(
    "words", ["youths * with *** sticks", "call 1*2*now", "saa 3*1*2*kwao", "# and *# and #"]
)
def test_a_star_in_somebodys_words_stays_theirs(either: World, words: str) -> None:
    citizen = begin(either.phone(CITIZEN))
    assert citizen.press(words) == MAY_WE_TEXT, "it is the details, not the answers to what comes after"
    finish(citizen)
    assert details(either) == words


@pytest.mark.parametrize("words", ["*", "* at both ends *", "1*1", "0*00*98"])
def test_even_words_that_look_like_keys_stay_words(world: World, words: str) -> None:
    citizen = begin(world.phone(CITIZEN))
    citizen.press(words)
    finish(citizen)
    assert details(world) == words.strip()


@pytest.mark.parametrize(
    "words",
    [
        "x" * 2000,
        "They came * with 🔥 and 🚓",
        "ሰዎች በመንገድ ላይ ናቸው",
        "سبعة رجال يحملون عصي 123",
        "'; DROP TABLE cases; --",
        "<script>alert(1)</script> & <b>",
        "{number} %s {0} \\n ${HOME}",
        "two\nlines",
    ],
    ids=["2000 letters", "emoji", "Amharic", "right to left", "SQL", "HTML", "braces", "lines"],
)
def test_whatever_somebody_writes_reaches_the_case_and_the_liaison_unharmed(
    either: World, words: str
) -> None:
    citizen = begin(either.phone(CITIZEN))
    citizen.press(words)
    finish(citizen)
    assert details(either) == words
    sergeant = either.phone(KIPRUTO)
    assert words[:16] in sergeant.inbox[0], "as much as two texts hold"
    sergeant.dial()
    sergeant.choose(sw(FIRST["desk"]))
    assert "".join(words.split()) in "".join(read(sergeant, "1").split()), "and all of it by dialling in"


def read(phone: Phone, key: str) -> str:
    """All the pages that this key leads to, without their own keys."""
    pages = [phone.press(key)]
    while "98. " in phone.screen:
        pages.append(phone.press("98"))
    return "\n".join(
        line for page in pages for line in page.splitlines() if not line.startswith(("98. ", "0. "))
    )


def test_a_choice_is_understood_however_it_is_keyed(either: World) -> None:
    citizen = either.phone(CITIZEN)
    for typed in ("2", "2.", " 2)", "2:", "٢", "۲", "２", "२", "English", "english", " ENGLISH "):
        citizen.dial()
        assert citizen.press(typed) == MENU, typed


def test_what_is_no_choice_shows_the_same_screen_with_a_word_about_it(either: World) -> None:
    citizen = either.phone(CITIZEN)
    screen = citizen.dial()
    for typed in ("99", "3", "-1", "1.5", "x", "98", "0000", "9" * 30, "½", "ñ"):
        assert citizen.press(typed) == f"{sw(not_understood(CUT_OFF))}\n{screen}", typed
    assert citizen.press("2") == MENU


def test_an_empty_reply_shows_the_same_screen(either: World) -> None:
    citizen = either.phone(CITIZEN)
    screen = citizen.dial()
    assert citizen._turn() == screen, "the first empty reply looks just like the dial"
    menu = citizen.press("2")
    assert citizen.press("") == menu
    begin(citizen)
    asked = citizen.screen
    assert citizen.press("", "  ") == asked
    citizen.press("they took my phone")
    finish(citizen)
    assert details(either) == "they took my phone"


def test_the_same_choice_twice_is_two_answers(either: World) -> None:
    citizen = either.phone(CITIZEN)
    citizen.dial()
    citizen.press("1")
    assert citizen.press("1") == page(asked(choose_area(AREAS)), "sw"), "Kiswahili, and then in danger"


def test_back_home_and_more_work_everywhere(either: World) -> None:
    citizen = either.phone(CITIZEN)
    languages = citizen.dial()
    menu = citizen.press("2")
    assert citizen.press("0") == languages
    assert citizen.press("2") == menu
    topics = citizen.choose(en(FIRST["report"]))
    more = citizen.press("98")
    assert more != topics
    assert citizen.press("0") == topics, "back on a later page is the page before"
    assert citizen.press("98", "00") == menu
    assert citizen.press("00") == menu
    begin(citizen)
    asked = citizen.screen
    contact = citizen.press("a few * words")
    assert citizen.press("0") == asked
    assert citizen.press("other words") == contact
    citizen.choose(en(CONTACT["text"]))
    assert citizen.press("0") == contact
    assert citizen.press("00") == menu
    assert either.cases() == []


def test_every_choice_after_a_slip_is_on_the_pages_that_follow(either: World) -> None:
    citizen = either.phone(CITIZEN)
    citizen.dial()
    citizen.press("2")
    citizen.choose(en(FIRST["report"]))
    shown = citizen.press("55")
    while "98. " in citizen.screen:
        shown += "\n" + citizen.press("98")
    numbers = [
        line.partition(".")[0]
        for line in shown.splitlines()
        if line[0] in "123456789" and not line.startswith("98")
    ]
    assert numbers == [str(number) for number in range(1, 10)]
    assert citizen.press("77").startswith(f"{en(not_understood(TOPICS))}\n"), (
        "the word about it is on the page where it happened"
    )


def test_the_language_changes_on_the_way_and_stays_changed(either: World) -> None:
    citizen = either.phone(CITIZEN)
    citizen.dial()
    citizen.choose(KISWAHILI)
    citizen.choose(sw(FIRST["language"]))
    menu = citizen.choose(ENGLISH)
    assert menu == MENU
    citizen.choose(en(FIRST["report"]))
    assert citizen.press("00") == menu, "home is in the language that was chosen last"
    citizen.choose(en(FIRST["report"]))
    citizen.choose(about("theft", "en"))
    citizen.press("kaptembwa")
    citizen.choose("Kaptembwo")
    citizen.press("they took my phone")
    finish(citizen)
    assert only_case(either).language == "en"
    assert citizen.dial() == HOME


# Places


def test_a_place_is_found_however_it_is_spelt(either: World) -> None:
    citizen = either.phone(CITIZEN)
    citizen.dial()
    citizen.press("2", "1")
    assert "1. Kawangware, Nairobi" in citizen.press("Kawangwaree")
    citizen.choose("Kawangware")
    assert citizen.screen == MAY_WE_TEXT


def test_after_nonsense_twice_one_can_still_choose(either: World) -> None:
    citizen = either.phone(CITIZEN)
    citizen.dial()
    citizen.press("2", "1")
    for typed in ("qqqqqq", "zzzz 🦁🦁🦁"):
        unknown = asked(choose_area(AREAS), typed)
        assert unknown.text == not_known(typed)
        assert citizen.press(typed) == page(unknown, "en")
    citizen.choose("Nairobi")
    citizen.choose(en(NOT_SURE))
    citizen.choose(en(CONTACT["none"]))
    assert only_case(either).area_code == "KE047"


def test_a_place_that_lies_elsewhere_is_found_all_the_same(either: World) -> None:
    citizen = either.phone(CITIZEN)
    citizen.dial()
    citizen.press("2", "1")
    citizen.choose("Nakuru")
    assert "Kawangware, Nairobi" in citizen.press("Kawangware")
    citizen.choose(en(NONE_OF_THESE))
    assert citizen.screen.startswith(f"{en(where_in('Nakuru'))}\n")
    citizen.press("Kawangware")
    citizen.choose("Kawangware")
    citizen.choose(en(CONTACT["text"]))
    assert only_case(either).area_code == "KE0472751372"


# A network that repeats itself


def test_every_turn_that_comes_twice_gets_the_same_screen_and_one_case(world: World) -> None:
    citizen = begin(world.phone(CITIZEN))
    citizen.press("they took my phone")
    for key in ("1", "2"):
        citizen.press(key)
        assert citizen.send_turn(citizen.transcript) == (citizen.screen, not citizen.in_call)
        assert citizen.send_turn(citizen.transcript) == (citizen.screen, not citizen.in_call)
    world.settle()
    assert only_case(world).spoken in citizen.screen
    assert len(world.phone(KIPRUTO).inbox) == 1


def test_the_last_turn_twice_gives_the_same_number_even_without_redis(either: World) -> None:
    citizen = begin(either.phone(CITIZEN))
    citizen.press("they took my phone")
    number = finish(citizen)
    either.pass_minutes(2)
    assert citizen.send_turn(citizen.transcript) == (citizen.screen, True)
    assert only_case(either).spoken == number
    assert len(either.phone(CITIZEN).inbox) == 1


def test_the_last_turn_twice_at_once_is_one_case(either: World) -> None:
    citizen = begin(either.phone(CITIZEN))
    citizen.press("they took my phone", "1")
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(citizen.send_turn, [f"{citizen.transcript}*2"] * 6))
    assert len(set(answers)) == 1
    assert answers[0][0] == en(promised(only_case(either).spoken, "12:00", "999", "text"))
    either.settle()
    assert len(either.phone(KIPRUTO).inbox) == 1


def test_turns_that_come_late_or_out_of_order_change_nothing(world: World) -> None:
    citizen = begin(world.phone(CITIZEN))
    now = citizen.screen
    for late in ("", "2", "2*2", citizen.transcript.rpartition("*")[0]):
        assert citizen.send_turn(late) == (now, False)
    citizen.press("they took my phone")
    number = finish(citizen)
    for late in ("", "2*2", citizen.transcript.rpartition("*")[0], f"{citizen.transcript}*1*1"):
        assert citizen.send_turn(late) == (citizen.screen, True)
    assert (only_case(world).spoken, details(world)) == (number, "they took my phone")


def test_a_turn_whose_forerunner_was_never_answered_is_played_with_it(world: World) -> None:
    citizen = world.phone(CITIZEN)
    citizen.dial()
    screen, _ended = citizen.send_turn("2*2")
    assert screen == page(TOPICS, "en")


def test_one_may_dial_deep(either: World) -> None:
    citizen = either.phone(CITIZEN)
    citizen.session = "ATUid_deep"
    assert citizen.send_turn("2*2")[0] == page(TOPICS, "en")
    assert citizen.send_turn("2*2*5")[0].startswith(f"{en(WHERE)}\n")


def test_keying_deep_is_looked_up_no_more_often_than_by_hand() -> None:
    looked_up: list[str] = []

    def look_up(question: LookUp, _language: str) -> str:
        looked_up.append(question.key)
        return codec.encode(Standing("slip"))

    keypad = Keypad(AREAS, COUNTRIES["KE"], Limits(156, 76), look_up)
    position = keypad.play(keypad.beginning(Caller()), "2*3" + "*1" * 70)
    assert isinstance(position.command, Nothing), "three tries, and the line is closed"
    assert looked_up == ["1", "1", "1"]


# Whose line it is


@pytest.mark.parametrize(
    "number",
    [" 254711000123", "+999", "anonymous", "+254711000123*", "0711000123", "+2547110001", "None-such", "🙂"],
)
def test_a_caller_without_a_number_can_report_without_one(world: World, number: str) -> None:
    citizen = world.phone(number)
    report(citizen)
    case = only_case(world)
    assert (case.contact, case.person_id) == ("none", None)
    assert citizen.screen == en(promised(case.spoken, "12:00", "999", "none"))
    assert len(world.phone(KIPRUTO).inbox) == 1
    with world.service.database.reading() as session:
        assert len(session.scalars(select(Address)).all()) == 6, "the liaisons' own, and nobody else's"


def test_it_does_not_matter_by_which_network_somebody_calls(world: World) -> None:
    for network in ("63902", "99999", "00000", "dialoguss", ""):
        form = {
            "sessionId": f"ATUid_{network}",
            "phoneNumber": CITIZEN,
            "text": "2",
            "networkCode": network,
            "serviceCode": "*384#",
        }
        assert world.line.turn(world.carrier.turn(form)).text == MENU


def test_nobody_can_go_on_with_the_call_of_another_phone(world: World) -> None:
    citizen, stranger = begin(world.phone(CITIZEN)), world.phone(STRANGER)
    stranger.session = citizen.session
    screen, _ended = stranger.send_turn(f"{citizen.transcript}*a false word*1*2")
    assert screen == en(promised(only_case(world).spoken, "12:00", "999", "text")), (
        "the same keys are a report of their own"
    )
    assert details(world) == "a false word"
    citizen.press("they took my phone")
    finish(citizen)
    assert {case.details(world.service.settings.keys) for case in world.cases()} == {
        "a false word",
        "they took my phone",
    }


# Cut off


def test_one_who_was_cut_off_goes_on_where_they_were(world: World) -> None:
    citizen = begin(world.phone(CITIZEN))
    asked = citizen.screen
    citizen.hang_up()
    assert citizen.dial() == page(CUT_OFF, "en", first=True)
    assert en(BACK_LINE) not in citizen.screen, "there is nothing to go back to"
    assert citizen.choose(en(AFTER_A_CUT[GO_ON])) == asked
    citizen.press("they took my phone")
    finish(citizen)
    assert details(world) == "they took my phone"
    assert citizen.dial() == HOME


def test_the_line_need_not_have_been_closed_before_one_dials_again(world: World) -> None:
    old, new = begin(world.phone(CITIZEN)), world.phone(CITIZEN)
    assert new.dial() == page(CUT_OFF, "en", first=True)
    new.choose(en(AFTER_A_CUT[GO_ON]))
    new.press("they took my phone")
    finish(new)
    old.hang_up()
    assert details(world) == "they took my phone"


def test_one_may_start_again_and_then_it_is_forgotten(world: World) -> None:
    citizen = begin(world.phone(CITIZEN))
    citizen.hang_up()
    citizen.dial()
    assert citizen.choose(en(AFTER_A_CUT["anew"])) == HOME
    citizen.hang_up()
    assert citizen.dial() == HOME


def test_the_draft_is_offered_in_the_language_it_was_begun_in(world: World) -> None:
    citizen = world.phone(CITIZEN)
    citizen.dial()
    citizen.choose(KISWAHILI)
    citizen.choose(sw(FIRST["language"]))
    citizen.choose(ENGLISH)
    citizen.choose(en(FIRST["report"]))
    citizen.choose(about("theft", "en"))
    assert citizen.dial() == page(CUT_OFF, "en", first=True)


def test_a_draft_is_not_kept_longer_than_a_quarter_of_an_hour(world: World) -> None:
    citizen = begin(world.phone(CITIZEN))
    with redis.Redis.from_url(world.service.settings.redis_url) as client:
        (draft,) = client.keys("draft:*")
        (kept,) = client.keys("conversation:*")
        assert 0 < client.ttl(draft) <= 900
        assert 180 < client.ttl(kept) <= 240
        client.delete(draft)
    assert citizen.dial() == LANGUAGES


def test_another_phone_is_not_offered_the_draft(world: World) -> None:
    begin(world.phone(CITIZEN)).hang_up()
    assert world.phone(NEIGHBOUR).dial() == LANGUAGES


def test_one_in_danger_who_is_cut_off_is_a_case_once(world: World) -> None:
    citizen = world.phone(CITIZEN)
    citizen.dial()
    citizen.press("2", "1", "kaptembwa", "1")
    assert citizen.screen == MAY_WE_TEXT
    for status in ("Incomplete", "Incomplete", "Failed"):
        citizen.hang_up(status)
    case = only_case(world)
    assert (case.category_code, case.area_code, case.contact, case.language) == (
        "danger",
        "KE0321750872",
        "none",
        "en",
    )
    assert len(world.phone(KIPRUTO).inbox) == 1
    assert citizen.dial() == HOME


def test_one_in_danger_who_got_as_far_as_the_county_is_a_case_of_the_county(world: World) -> None:
    citizen = world.phone(CITIZEN)
    citizen.dial()
    citizen.press("2", "1")
    citizen.choose("Nakuru")
    citizen.hang_up()
    assert only_case(world).area_code == "KE032"


def test_one_in_danger_who_got_nowhere_can_go_on(world: World) -> None:
    citizen = world.phone(CITIZEN)
    citizen.dial()
    where = citizen.press("2", "1")
    citizen.hang_up()
    assert world.cases() == []
    citizen.dial()
    assert citizen.choose(en(AFTER_A_CUT[GO_ON])) == where


def test_a_last_turn_that_comes_after_the_line_was_cut_finds_the_case_that_was_saved(world: World) -> None:
    citizen = world.phone(CITIZEN)
    citizen.dial()
    citizen.press("2", "1", "kaptembwa", "1")
    citizen.hang_up()
    screen, ended = citizen.send_turn(f"{citizen.transcript}*1")
    assert ended
    assert screen == en(promised(only_case(world).spoken, "10:15", "999", "none"))


@pytest.mark.parametrize("status", ["Success", "Incomplete", "Failed", "SomethingNew", ""])
def test_the_end_of_the_line_may_be_told_before_the_last_turn(world: World, status: str) -> None:
    citizen = begin(world.phone(CITIZEN))
    citizen.press("they took my phone", "1")
    citizen.hang_up(status)
    screen, _ended = citizen.send_turn(f"{citizen.transcript}*2")
    assert screen == en(promised(only_case(world).spoken, "12:00", "999", "text"))


def test_the_end_of_a_call_that_went_well_or_that_nobody_knows_does_nothing(world: World) -> None:
    citizen = world.phone(CITIZEN)
    citizen.session = "ATUid_unknown"
    citizen.hang_up()
    report(citizen)
    citizen.hang_up("Success")
    citizen.hang_up("Incomplete")
    assert len(world.cases()) == 1


def test_a_call_cut_while_the_database_is_away_is_saved_when_the_carrier_tells_again(world: World) -> None:
    citizen = world.phone(CITIZEN)
    citizen.dial()
    citizen.press("2", "1", "kaptembwa", "1")
    with database_gone(world), pytest.raises(Exception, match=r"unable to open|refused"):
        citizen.hang_up()
    citizen.hang_up()
    assert only_case(world).category_code == "danger"


# What stands behind is away


def test_a_whole_report_goes_without_redis(world: World) -> None:
    world.forget_redis()
    citizen = begin(world.phone(CITIZEN), place="Kaptembwaa")
    citizen.press("0", "0")
    citizen.press("kaptembwo", "1")
    citizen.press("youths * sticks", "0", "youths * stones", "1", "0")
    number = finish(citizen)
    assert details(world) == "youths * stones"
    assert only_case(world).spoken == number


def test_redis_may_go_and_come_back_in_the_middle_of_a_call(world: World) -> None:
    citizen = world.phone(CITIZEN)
    citizen.dial()
    citizen.press("2")
    with redis_gone(world):
        citizen.choose(en(FIRST["report"]))
        citizen.choose(about("theft", "en"))
    citizen.press("kaptembwa")
    with redis_gone(world):
        citizen.choose("Kaptembwo")
    citizen.press("they took * my phone")
    finish(citizen)
    assert details(world) == "they took * my phone"


def test_words_written_while_redis_was_away_are_not_lost(world: World) -> None:
    citizen = begin(world.phone(CITIZEN))
    with redis_gone(world):
        citizen.press("they took my phone")
    citizen.press("1")
    if citizen.screen == MAY_WE_TEXT:
        citizen.choose(en(CONTACT["text"]))
    citizen.choose(en(REMEMBER["no"]))
    assert details(world).startswith("they took my phone")


def test_the_menu_answers_while_the_database_is_gone(either: World) -> None:
    citizen = either.phone(CITIZEN)
    citizen.dial()
    with database_gone(either):
        assert citizen.dial() == LANGUAGES
        assert citizen.press("2") == MENU


def test_a_report_at_whose_end_the_database_is_gone_is_said_to_be_not_saved_and_is_not_lost(
    either: World,
) -> None:
    citizen = begin(either.phone(CITIZEN))
    citizen.press("they took my phone", "1")
    with database_gone(either):
        screen, ended = citizen.send_turn(f"{citizen.transcript}*2")
    assert ended
    assert "999" in screen
    assert either.cases() == []
    assert number_in(citizen.send_turn(f"{citizen.transcript}*2")[0]) == only_case(either).spoken
    assert details(either) == "they took my phone"


def test_one_whose_report_could_not_be_saved_dials_again_and_goes_on(world: World) -> None:
    citizen = begin(world.phone(CITIZEN))
    last = citizen.press("they took my phone", "1")
    with database_gone(world):
        assert citizen.press("2") == NOT_SAVED, "in the language of the call"
    citizen.dial()
    assert citizen.choose(en(AFTER_A_CUT[GO_ON])) == last
    citizen.choose(en(REMEMBER["no"]))
    assert details(world) == "they took my phone"


def test_while_the_database_is_locked_the_menu_answers_and_the_end_says_so(world: World) -> None:
    citizen, neighbour = begin(world.phone(CITIZEN)), world.phone(NEIGHBOUR)
    citizen.press("they took my phone", "1")
    with database_locked(world):
        assert neighbour.dial() == LANGUAGES
        assert citizen.send_turn(f"{citizen.transcript}*2") == (NOT_SAVED, True)
    assert citizen.send_turn(f"{citizen.transcript}*2")[0] == en(
        promised(only_case(world).spoken, "12:00", "999", "text")
    )
    assert len(world.cases()) == 1


@pytest.mark.parametrize(
    "known",
    [
        ["en", None, None, [], None],
        ["en", None, True, [["SIMBA", "theft", "Kaptembwo", "asked"]], None],
    ],
)
def test_a_call_under_way_at_the_upgrade_goes_on_with_its_draft(world: World, known: list[Any]) -> None:
    citizen = begin(world.phone(CITIZEN))
    asked_before = citizen.screen
    citizen.hang_up()
    assert citizen.dial() == page(CUT_OFF, "en", first=True)
    as_kept_before(world, known)
    assert citizen.choose(en(AFTER_A_CUT[GO_ON])) == asked_before


def as_kept_before(world: World, known: list[Any]) -> None:
    """Every conversation as release 0.1.0 kept it: what was known of the caller as a list."""
    vault = world.service.settings.keys.vault
    with redis.Redis.from_url(world.service.settings.redis_url) as client:
        for key in client.keys("conversation:*"):
            name, locked = key.decode(), client.get(key)
            assert isinstance(locked, bytes)
            kept = json.loads(vault.decrypt(locked, name))
            assert isinstance(kept[6], dict)
            client.set(name, vault.encrypt(json.dumps([*kept[:6], known, *kept[7:]]), name))


@pytest.mark.parametrize("foreign", ["garbage", "empty", "old release", "no list", "another kind"])
def test_what_does_not_belong_into_redis_is_ignored(world: World, foreign: str) -> None:
    citizen = begin(world.phone(CITIZEN))
    vault = world.service.settings.keys.vault
    with redis.Redis.from_url(world.service.settings.redis_url) as client:
        for key in client.keys("*"):
            name = key.decode()
            client.delete(name)
            match foreign:
                case "garbage":
                    client.set(name, b"\xff\x00garbage that is rather longer")
                case "empty":
                    client.set(name, b"")
                case "old release":
                    client.set(name, vault.encrypt(json.dumps(["", "Hello", False]), name))
                case "no list":
                    client.set(name, vault.encrypt(json.dumps({"answers": 7}), name))
                case _:
                    client.rpush(name, "x")
    citizen.press("they took my phone")
    finish(citizen)
    assert details(world) == "they took my phone"


def test_a_number_keyed_wrongly_three_times_ends_with_the_emergency_number(either: World) -> None:
    citizen = either.phone(CITIZEN)
    number = report(citizen)
    citizen.dial()
    assert citizen.choose(en(FIRST["case"])).startswith(f"{en(KEY_IN)}\n")
    assert citizen.press(wrong(number)).startswith(f"{en(LOOK_AGAIN)}\n")
    assert citizen.press("no idea").startswith(f"{en(LOOK_AGAIN)}\n")
    assert citizen.press("7") == en(no_such_case("999"))
    assert not citizen.in_call


@pytest.mark.parametrize("between", ["", "-", " ", " - "])
def test_a_case_is_found_with_a_dash_with_spaces_and_after_a_slip(either: World, between: str) -> None:
    citizen = either.phone(CITIZEN)
    number = report(citizen)
    citizen.dial()
    citizen.choose(en(FIRST["case"]))
    citizen.press(wrong(number))
    assert citizen.press(f" {number.replace('-', between)} ") == received("12:00")


def received(by: str) -> str:
    """How a case stands that nobody has taken yet, and that is in time."""
    return en(how_it_stands(Standing("waiting", by)))


def test_the_citizen_sees_how_it_stands_until_it_is_closed(world: World) -> None:
    citizen, sergeant = world.phone(CITIZEN), world.phone(KIPRUTO)
    number = report(citizen)
    assert stand(world, number) == received("12:00")
    sergeant.text("1")
    assert stand(world, number) == ask_verdict(Standing("taken", open_to_verdict=True))
    sergeant.text("3")
    assert stand(world, number) == ask_verdict(Standing("done", open_to_verdict=True))
    citizen.dial()
    citizen.choose(en(FIRST["case"]))
    citizen.press(number)
    assert citizen.choose(en(VERDICTS["later"])) == en(COME_BACK)
    citizen.dial()
    citizen.choose(en(FIRST["case"]))
    citizen.press(number)
    assert citizen.choose(en(VERDICTS["helped"])) == en(
        thanks_for_verdict("helped", "", "999", on_screen=True)
    )
    assert citizen.send_turn(citizen.transcript)[0] == citizen.screen
    assert stand(world, number) == ask_verdict(Standing("closed", open_to_verdict=True)), (
        "they may think again for a day"
    )
    world.pass_minutes(24 * 60)
    assert stand(world, number) == en(how_it_stands(Standing("closed")))


# A liaison dials in


def test_a_liaison_does_it_all_by_dialling_in(either: World) -> None:
    report(either.phone(CITIZEN))
    either.pass_minutes(21)
    corporal = either.phone(ACHIENG)
    corporal.dial()
    word, theft = word_of(corporal.inbox[0]), CATEGORIES["theft"].name
    corporal.choose(en(FIRST["desk"]))
    assert corporal.screen.startswith(
        f"{en(AT_DESK.text)}\n1. {en(liaison_phrases.heading(word, theft, 'Kaptembwo'))}\n"
    )
    corporal.press("1")
    assert corporal.screen.startswith(
        f"{en(liaison_phrases.case_details(theft, 'Kaptembwo, Nakuru', 'they took my phone'))}\n"
    )
    assert corporal.choose(en(I_HAVE_IT[1])) == en(liaison_phrases.yours(word))
    corporal.dial()
    corporal.choose(en(FIRST["desk"]))
    corporal.press("1")
    assert corporal.choose(en(DONE[1])) == en(liaison_phrases.done(word))
    assert only_case(either).state == "resolved"


def test_a_liaison_who_cannot_says_so_and_goes_off_duty(either: World) -> None:
    report(either.phone(CITIZEN))
    sergeant = either.phone(KIPRUTO)
    sergeant.dial()
    sergeant.choose(sw(FIRST["desk"]))
    sergeant.press("1")
    assert sergeant.choose(sw(CANNOT[1])) == page(WHY, "sw")
    assert sergeant.choose(sw(labels(WHY)["other"])) == sw(
        liaison_phrases.passed_on(word_of(sergeant.inbox[0]))
    )
    assert len(either.phone(ACHIENG).inbox) == 1
    sergeant.dial()
    sergeant.choose(sw(FIRST["desk"]))
    assert sergeant.choose(sw(labels(AT_DESK)["off"])) == sw(liaison_phrases.off_duty())
    sergeant.dial()
    assert sergeant.choose(sw(FIRST["desk"])) == page(OFF_DUTY, "sw")
    assert sergeant.choose(sw(labels(OFF_DUTY)["on"])) == sw(liaison_phrases.on_duty())


def test_long_details_are_read_page_by_page_by_the_liaison(either: World) -> None:
    citizen = begin(either.phone(CITIZEN))
    words = " ".join(f"word{number}" for number in range(90))
    citizen.press(words)
    finish(citizen)
    sergeant = either.phone(KIPRUTO)
    sergeant.dial()
    sergeant.choose(sw(FIRST["desk"]))
    assert words in " ".join(read(sergeant, "1").split())
    assert sergeant.choose(sw(I_HAVE_IT[1])) == sw(liaison_phrases.yours(word_of(sergeant.inbox[0])))


def test_a_liaison_can_report_like_anybody(either: World) -> None:
    corporal = either.phone(ACHIENG)
    corporal.dial()
    corporal.choose(en(FIRST["report"]))
    corporal.choose(about("land", "en"))
    corporal.press("kaptembwa")
    corporal.choose("Kaptembwo")
    corporal.press("cattle in the maize")
    finish(corporal)
    assert details(either) == "cattle in the maize"


def test_a_stranger_is_not_offered_the_desk(either: World) -> None:
    citizen = either.phone(CITIZEN)
    citizen.dial()
    citizen.press("2")
    shown = list(choices_on(citizen))
    assert not {en(FIRST["desk"]), en(FIRST["board"])} & set(shown)
    assert shown == [en(FIRST[key]) for key in ("danger", "report", "case", "news", "language")]


def test_no_page_that_closes_the_line_is_longer_than_a_page(either: World) -> None:
    citizen, ends = either.phone(CITIZEN), []
    number = report(citizen, text=False)
    ends.append(citizen.screen)
    for keys in (("3", number), ("3", "1", "2", "3")):
        citizen.dial()
        citizen.press(*keys)
        ends.append(citizen.screen)
    with database_gone(either):
        ends.append(begin(either.phone(NEIGHBOUR)).press("words", "1", "2"))
    assert all(fits(end, septets=156, units=76) for end in ends)
    assert not citizen.in_call


def test_nobody_can_keep_us_busy_with_readings_that_never_end(world: World) -> None:
    world.forget_redis()
    phone = world.phone(CITIZEN)
    phone.dial()
    shown, ended = phone.send_turn("2*2*2*Kaptembwo*1*x" + "*1*9*9*0" * 30 + "*9*9")
    assert shown
    assert not ended
    shown, _ended = phone.send_turn("2*2*2*Kaptembwo*1*x" + "*9" * 3000)
    assert shown
