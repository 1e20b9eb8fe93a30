"""What a citizen says before we ask for it, or when we ask no
more: it is kept, and whoever the case is before reads it."""

import pytest
from sqlalchemy import select

from hotline.cases import citizen_phrases, liaison_phrases
from hotline.cases import sms_commands as case_commands
from hotline.directory.categories import Urgency
from hotline.directory.liaisons import Liaison
from tests.scenery.chat_words import (
    ABOUT_WHAT,
    DONE_SW,
    ENGLISH,
    GO_ON_HERE,
    GO_ON_HERE_SW,
    HELPED,
    I_HAVE_IT_SW,
    IN_DANGER,
    MENU,
    MY_CASE,
    NOT_SURE,
    OFF_DUTY_SW,
    PRESS_A_BUTTON,
    REPORT,
    REPORT_SW,
    TELEGRAM_CAN_SEE,
    THEFT,
    TO_THE_MENU,
    WHAT_HAPPENED,
    WHICH_LANGUAGE,
    WHICH_ONE,
    WORDS_KEPT,
    YES,
    added_to,
    did_help_come,
    how_it_stands,
    photos_button,
    sent_so_far,
)
from tests.scenery.chats import Hotline, Smartphone, on_sqlite
from tests.scenery.county import ACHIENG, KIPRUTO
from tests.scenery.media import PHOTO
from tests.scenery.said import ANY, as_typed, en, ends, says, starts, sw

pytestmark = on_sqlite

BEFORE = "three men with pangas"


# Before the report


def test_words_that_come_first_stand_first_in_the_report(hotline: Hotline, asha: Smartphone) -> None:
    asha.say(BEFORE)
    assert asha.screen == f"{WORDS_KEPT}\n\n{MENU}"
    asha.choose(REPORT)
    asha.say("they are at the stage")
    assert asha.screen == f"{WORDS_KEPT}\n\n{TELEGRAM_CAN_SEE}"
    asha.choose(GO_ON_HERE, THEFT)
    asha.say("kaptembwa")
    asha.choose("Kaptembwo, Nakuru")
    asha.say("they took my phone")
    asha.finish()
    assert hotline.details() == f"{BEFORE}\nthey are at the stage\nthey took my phone"


def test_in_danger_too_where_we_ask_for_no_words_at_all(hotline: Hotline, asha: Smartphone) -> None:
    asha.say(BEFORE)
    asha.choose(IN_DANGER, GO_ON_HERE, "Nakuru", NOT_SURE, YES)
    assert hotline.details() == BEFORE
    assert BEFORE in hotline.world.carrier.sent[0][1]


def test_the_first_word_of_all_may_be_what_happened(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    asha.say(BEFORE)
    assert asha.screen == f"{WORDS_KEPT}\n\n{WHICH_LANGUAGE}"
    asha.choose(ENGLISH, IN_DANGER, GO_ON_HERE, "Nakuru", NOT_SURE, YES)
    assert hotline.details() == BEFORE


@pytest.mark.parametrize("typed", ["hello", "habari yako", "1", "🔥 🔥 🔥", "a b c d"])
def test_a_word_or_two_are_a_wrong_key(hotline: Hotline, asha: Smartphone, typed: str) -> None:
    asha.say(typed)
    assert asha.screen == f"{PRESS_A_BUTTON}\n\n{MENU}"
    asha.choose(IN_DANGER, GO_ON_HERE, "Nakuru", NOT_SURE, YES)
    assert hotline.details() == ""


@pytest.mark.parametrize("way", ["/report", "/start", TO_THE_MENU])
def test_they_are_kept_by_whatever_way_the_report_is_begun(
    hotline: Hotline, asha: Smartphone, way: str
) -> None:
    asha.say(BEFORE)
    if way == TO_THE_MENU:
        asha.choose(MY_CASE, way)
    else:
        asha.say(way)
    asha.choose(*([] if way == "/report" else [REPORT]), GO_ON_HERE, IN_DANGER, "Nakuru", NOT_SURE, YES)
    assert hotline.details() == BEFORE


def test_of_a_report_that_is_left_they_are_forgotten(hotline: Hotline, asha: Smartphone) -> None:
    asha.choose(REPORT)
    asha.say(BEFORE)
    asha.choose(TO_THE_MENU, IN_DANGER, GO_ON_HERE, "Nakuru", NOT_SURE, YES)
    assert hotline.details() == ""


def test_start_in_the_middle_of_a_report_throws_nothing_away(hotline: Hotline, asha: Smartphone) -> None:
    asha.say(BEFORE)
    asha.begin()
    for payload in ("", "KE047-market"):
        asha.start(payload)
        assert asha.screen == WHAT_HAPPENED
        assert len(asha.screens) == 1
    asha.say("they took my phone")
    asha.finish()
    assert hotline.details() == f"{BEFORE}\nthey took my phone"
    assert hotline.only_case().area_code == "KE0321750872"


def test_a_place_with_more_to_it_than_its_name_is_looked_for_and_kept(
    hotline: Hotline, asha: Smartphone
) -> None:
    asha.choose(REPORT, GO_ON_HERE, THEFT)
    asha.say("kaptembwa near the market")
    assert asha.screen == f"{WORDS_KEPT}\n\n{WHICH_ONE}"
    asha.choose("Kaptembwo, Nakuru")
    asha.say("they took my phone")
    asha.finish()
    assert hotline.details() == "kaptembwa near the market\nthey took my phone"


def test_the_words_beside_a_photo_are_kept_where_they_answer_nothing(
    hotline: Hotline, asha: Smartphone
) -> None:
    asha.choose(REPORT, GO_ON_HERE)
    asha.photo(PHOTO, BEFORE)
    assert asha.screen == f"{sent_so_far(1)}\n\n{ABOUT_WHAT}"
    asha.choose(IN_DANGER, "Nakuru", NOT_SURE, YES)
    assert hotline.details() == BEFORE


def test_words_in_the_middle_of_a_second_report_are_of_that_one(hotline: Hotline, asha: Smartphone) -> None:
    asha.report("first")
    hotline.world.now = hotline.world.now.replace(minute=5)
    asha.say("/report")
    asha.say(BEFORE)
    assert asha.screen == f"{WORDS_KEPT}\n\n{ABOUT_WHAT}"
    asha.choose(IN_DANGER, "Nakuru", NOT_SURE, YES)
    assert [case.details(hotline.world.service.settings.keys) for case in hotline.world.cases()] == [
        "first",
        BEFORE,
    ]


def test_a_word_in_the_middle_of_a_second_report_is_not_added_to_the_first(
    hotline: Hotline, asha: Smartphone
) -> None:
    asha.report("first")
    asha.say("/report")
    asha.say("my neighbour")
    assert asha.screen == f"{PRESS_A_BUTTON}\n\n{ABOUT_WHAT}"
    assert hotline.details() == "first"


# After the report


def test_more_words_go_to_the_case_and_at_once_to_whoever_it_is_before(hotline: Hotline) -> None:
    sergeant, asha = hotline.liaison(), hotline.chat()
    number = asha.report()
    hotline.world.now = hotline.world.now.replace(minute=5)
    asha.say("one of them is my neighbour")
    assert asha.screen == added_to(number)
    assert hotline.details() == "they took my phone\n10:05 one of them is my neighbour"
    assert hotline.history()[-1] == "more words citizen"
    assert ends(sergeant.screen, sw(liaison_phrases.more_words(ANY, "one of them is my neighbour")))
    assert sergeant.last.protected
    assert hotline.details() in sergeant.card.text
    asha.say("/case")
    assert starts(asha.choose(number), how_it_stands("waiting", ANY)), "and one may go on as before"
    asha.start()
    asha.say("he has come back now")
    assert asha.screen == f"{added_to(number)}\n\n{MENU}"
    assert hotline.details().endswith("\n10:05 he has come back now")


def test_by_text_as_by_telegram_a_liaison_is_told(hotline: Hotline) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report()
    asha.say("one of them is my neighbour")
    assert kipruto.inbox[1:] == [
        sw(liaison_phrases.more_words(hotline.words()[0], "one of them is my neighbour"))
    ]
    kipruto.text("2")
    asha.say("he has come back now")
    assert len(kipruto.inbox) == 3, "one who has passed it on reads no more of it"
    assert "he has come back now" in hotline.world.phone(ACHIENG).inbox[-1]


def test_the_words_beside_a_photo_go_with_it_to_the_case(hotline: Hotline) -> None:
    sergeant, asha = hotline.liaison(), hotline.chat()
    number = asha.report()
    asha.photo(PHOTO, "him")
    assert asha.screen == added_to(number)
    assert hotline.details() == "they took my phone\n10:00 him"
    assert "more words citizen" in hotline.history()
    assert hotline.details() in sergeant.card.text
    assert sergeant.card.buttons[-1] == photos_button(1)
    (word,) = hotline.words()
    assert set(sergeant.said[-2:]) == {
        sw(liaison_phrases.more_words(word, "him")),
        sw(liaison_phrases.sent_something(word)),
    }


def test_one_who_is_asked_whether_help_came_and_says_more_is_heard_and_asked_again(hotline: Hotline) -> None:
    sergeant, asha = hotline.liaison(), hotline.chat()
    asha.report()
    sergeant.tap(I_HAVE_IT_SW)
    sergeant.tap(DONE_SW)
    asha.say("they came but too late")
    assert says(asha.screen, did_help_come())
    assert hotline.details() == "they took my phone\n10:00 they came but too late"
    asha.say(as_typed(case_commands.NO, "en"))
    assert hotline.only_case().round == 2


def test_of_a_case_that_is_closed_nothing_more_is_heard(hotline: Hotline) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report()
    kipruto.text("1")
    kipruto.text("3")
    asha.tap(HELPED)
    asha.say(BEFORE)
    assert asha.screen == f"{WORDS_KEPT}\n\n{MENU}", "it may be the beginning of another report"
    assert hotline.details() == "they took my phone"
    asha.choose(IN_DANGER, "Nakuru", NOT_SURE, YES)
    assert hotline.world.cases()[1].details(hotline.world.service.settings.keys) == BEFORE


def test_any_word_after_the_report_is_added_for_nobody_can_tell_what_it_means_to_them(
    hotline: Hotline,
) -> None:
    asha = hotline.chat()
    number = asha.report()
    asha.say("help")
    assert hotline.details() == "they took my phone\n10:00 help"
    assert asha.screen == added_to(number)


def test_a_3_while_the_case_waits_says_that_they_are_in_danger(hotline: Hotline) -> None:
    sergeant, asha = hotline.liaison(), hotline.chat()
    number = asha.report()
    asha.say("3")
    assert asha.screen == en(citizen_phrases.told_of_danger(number, "999"))
    assert (hotline.only_case().in_danger, hotline.only_case().urgency) == (True, Urgency.LIFE)
    assert "in danger citizen" in hotline.history()
    assert ends(sergeant.last.text, sw(liaison_phrases.is_in_danger(ANY)))
    assert sergeant.last.protected


@pytest.mark.parametrize("typed", ["1", "2"])
def test_another_key_while_it_waits_is_answered_with_how_it_stands(hotline: Hotline, typed: str) -> None:
    asha = hotline.chat()
    number = asha.report()
    asha.say(typed)
    assert starts(asha.screen, f"{number}: {how_it_stands('waiting', ANY)}")
    assert (hotline.details(), hotline.only_case().state) == ("they took my phone", "open")


def test_of_many_words_the_card_shows_what_it_holds_and_the_case_no_more_than_can_be_read(
    hotline: Hotline,
) -> None:
    sergeant, asha = hotline.liaison(), hotline.chat()
    asha.report()
    for _ in range(4):
        asha.say("they are coming " + "🔥" * 1900)
    assert 5500 < len(hotline.details()) <= 6000
    assert "they took my phone" in sergeant.card.text


def test_a_liaison_goes_off_duty_whatever_is_asked_just_then(hotline: Hotline) -> None:
    sergeant = hotline.liaison()
    sergeant.start()
    sergeant.choose(REPORT_SW, GO_ON_HERE_SW)
    sergeant.say(as_typed(case_commands.OFF, "en"))
    assert sergeant.screen.startswith(OFF_DUTY_SW)
    with hotline.world.service.read() as work:
        assert not work.session.scalars(select(Liaison).where(Liaison.name == "Sgt. Kipruto")).one().on_duty
