"""A citizen and the hotline in a chat, from START to their own word on whether help came."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from bot.talks import Talks
from bot.turn import Who
from hotline.cases import liaison_phrases
from hotline.cases import sms_commands as case_commands
from hotline.cases.case import history_of as entries
from hotline.core.i18n import own_name, say, verbatim
from hotline.directory.categories import CATEGORIES
from hotline.directory.people import TELEGRAM
from hotline.directory.people import by_number as person_with
from tests.scenery.chat_words import (
    A_SLIP,
    ABOUT_WHAT,
    ABOUT_WHAT_SW,
    ANOTHER_CASE,
    ANOTHER_PLACE,
    COME_BACK,
    CONTACT,
    DO_NOT_REMEMBER,
    DO_NOT_WRITE,
    ENGLISH,
    FIRST,
    GO_ON_HERE,
    HELPED,
    IN_DANGER,
    IN_DANGER_SW,
    IN_YOUR_AREA,
    KISWAHILI,
    MAY_WE_WRITE,
    MAY_WE_WRITE_SW,
    MENU,
    MENU_SW,
    MY_CASE,
    NO_SUCH_NUMBER,
    NOT_HELPED,
    NOT_YET_KNOWN,
    ONLY_PHOTOS_AND_VOICE_SW,
    PRESS_A_BUTTON,
    REMEMBER,
    REMEMBER_SW,
    REMEMBERS,
    REPORT,
    STILL_IN_DANGER,
    TELEGRAM_CAN_SEE,
    TELEGRAM_CAN_SEE_SW,
    THEFT,
    TO_THE_MENU,
    WHAT_HAPPENED,
    WHAT_HAPPENED_SW,
    WHERE,
    WHERE_SW,
    WHICH_CASE,
    WHICH_LANGUAGE,
    WHICH_NUMBER,
    WHICH_ONE,
    WHICH_ONE_SW,
    WHO_READS,
    YES,
    did_help_come,
    how_it_stands,
    promised,
    standing_and_question,
    thanks,
)
from tests.scenery.chats import ASHA, BAHATI, Hotline, Smartphone, on_sqlite
from tests.scenery.county import ACHIENG, KIPRUTO
from tests.scenery.said import ANY, as_typed, ends, labels, says, starts, sw
from tests.scenery.world import Phone

pytestmark = on_sqlite


def test_a_report_by_buttons_alone(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    assert asha.screen == WHICH_LANGUAGE
    assert asha.choose(ENGLISH) == MENU
    assert asha.choose(IN_DANGER) == TELEGRAM_CAN_SEE
    assert asha.choose(GO_ON_HERE) == WHERE
    asha.choose("Nakuru", "Nakuru Town West", "Kaptembwo")
    asha.choose(YES)
    assert asha.said == [promised(hotline.only_case().spoken, "10:15")], "one message has shown it all"
    assert asha.last.buttons == (TO_THE_MENU,)
    assert IN_DANGER_SW in hotline.world.phone(KIPRUTO).inbox[0]


def test_a_report_by_typing_alone(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    for typed in (
        ENGLISH.lower(),
        REPORT.lower(),
        f" {GO_ON_HERE} ",
        THEFT.upper(),
        "Kaptembwaa",
        "Kaptembwo, Nakuru",
    ):
        asha.say(typed)
        assert len(asha.screens) == 1
    for typed in ("walichukua <simu> & pesa", YES.lower(), DO_NOT_REMEMBER.lower()):
        asha.say(typed)
    assert starts(asha.screen, promised(hotline.only_case().spoken))
    assert hotline.details() == "walichukua <simu> & pesa"
    assert hotline.only_case().area_code == "KE0321750872"
    assert asha.screens == []
    assert hotline.history()[0] == "reported citizen"


def test_a_bare_number_chooses_nothing_where_nothing_is_numbered(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    asha.say("1")
    assert asha.screen == f"{PRESS_A_BUTTON}\n\n{WHICH_LANGUAGE}"
    assert asha.said == [asha.screen]


def test_words_of_every_kind_reach_the_case_and_the_card(hotline: Hotline) -> None:
    sergeant = hotline.liaison()
    asha = hotline.chat()
    words = "<b>'; DROP TABLE cases; --</b> & {number} %s\nሰዎች 🔥"
    asha.report(words)
    assert hotline.details() == words
    assert words in sergeant.screen


def test_how_a_case_stands_is_told_in_the_chat(hotline: Hotline) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    number = asha.report()
    assert standing(asha, number) == how_it_stands("waiting", "12:00")
    kipruto.text("1")
    assert standing(asha, number) == standing_and_question("taken")
    kipruto.text("4")
    assert standing(asha, number) == standing_and_question("coming")
    kipruto.text("3")
    assert standing(asha, number) == standing_and_question("done")
    assert asha.choose(NOT_YET_KNOWN) == COME_BACK
    asha.say("/case")
    asha.choose(ANOTHER_CASE)
    asha.say("no idea")
    assert asha.screen == NO_SUCH_NUMBER
    asha.say(number)
    assert asha.screen == standing_and_question("done")


def test_only_ones_own_cases_are_listed_and_only_those_that_are_open(hotline: Hotline) -> None:
    asha, bahati = hotline.chat(), hotline.chat(BAHATI, "Bahati")
    number = asha.report()
    bahati.start()
    bahati.choose(ENGLISH, MY_CASE)
    assert bahati.screen == WHICH_NUMBER
    hotline.world.phone(KIPRUTO).text("1")
    hotline.world.phone(KIPRUTO).text("3")
    asha.tap(HELPED)
    asha.say("/case")
    assert asha.screen == WHICH_NUMBER, f"{number} is closed"


def standing(chat: Smartphone, number: str) -> str:
    chat.say("/case")
    assert chat.screen == WHICH_CASE
    return chat.choose(number)


def done(hotline: Hotline) -> tuple[Smartphone, Phone]:
    """A case that its liaison says is done, whose citizen is asked."""
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report()
    kipruto.text("1")
    kipruto.text("3")
    assert says(asha.screen, did_help_come())
    return asha, kipruto


def test_yes_closes_the_case(hotline: Hotline) -> None:
    asha, _kipruto = done(hotline)
    asha.tap(HELPED)
    assert asha.screen.endswith(thanks("helped"))
    assert asha.last.buttons == (A_SLIP,)
    assert hotline.only_case().state == "closed"
    assert hotline.history()[-2:] == ["verdict citizen", "closed"]


def test_no_opens_it_again_for_somebody_else(hotline: Hotline) -> None:
    asha, kipruto = done(hotline)
    asha.tap(NOT_HELPED)
    assert asha.screen.endswith(thanks("not_helped", "12:00"))
    assert asha.last.buttons == ()
    case = hotline.only_case()
    assert (case.state, case.round) == ("open", 2)
    assert ends(kipruto.inbox[-1], sw(liaison_phrases.done(ANY))), "the same body is not asked again"


def test_still_in_danger_makes_it_as_urgent_as_can_be(hotline: Hotline) -> None:
    asha, _kipruto = done(hotline)
    asha.tap(STILL_IN_DANGER)
    assert says(asha.screen, thanks("danger"))
    assert hotline.only_case().in_danger


@pytest.mark.parametrize(
    ("typed", "state"),
    [
        ("1", "closed"),
        (as_typed(case_commands.YES, "en"), "closed"),
        (f"{as_typed(case_commands.YES, 'sw').capitalize()}!", "closed"),
        ("2", "open"),
        (as_typed(case_commands.NO, "en"), "open"),
    ],
)
def test_the_verdict_may_be_typed(hotline: Hotline, typed: str, state: str) -> None:
    asha, _kipruto = done(hotline)
    asha.say(typed)
    assert hotline.only_case().state == state
    assert says(asha.screen, thanks("helped" if state == "closed" else "not_helped"))


def test_a_verdict_that_was_given_already_changes_nothing(hotline: Hotline) -> None:
    asha, _kipruto = done(hotline)
    question = asha.last
    asha.say("1")
    before, of = hotline.history(), asha.data(HELPED).split(":")[1]
    asha.tap(HELPED, question.id)
    assert hotline.only_case().state == "closed"
    assert hotline.history() == before
    shown = next(message for message in asha.messages if message.id == question.id)
    assert shown.text.endswith(f": {thanks('helped')}")
    assert shown.buttons == (A_SLIP,)
    asha.tap(A_SLIP)
    for verdict in ("helped", "not_helped", "danger"):
        hotline.press(ASHA, question.id, f"v:{of}:{verdict}", 60 + len(verdict))
    assert (hotline.only_case().state, hotline.only_case().round) == ("open", 2), (
        "of a question about who had it before"
    )


def test_one_who_wants_no_messages_gets_none(hotline: Hotline) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report(text=False)
    kipruto.text("1")
    kipruto.text("3")
    hotline.world.pass_minutes(3000)
    assert starts(asha.screen, promised(contact="none")), "the promise is the last that was said"
    with hotline.world.service.read() as work:
        person = person_with(work.session, work.keys, str(ASHA), TELEGRAM)
        assert person is not None
        address = person.at(TELEGRAM)
        assert address is not None
        assert address.sealed is None, "so their chat's number is not kept"


# Languages


def test_the_language_is_asked_once_and_stays_whatever_telegram_says(hotline: Hotline) -> None:
    asha = hotline.chat(language_code="en")
    asha.start()
    assert asha.choose(KISWAHILI) == MENU_SW
    asha.change(language_code="de")
    asha.start()
    assert asha.screen == MENU_SW
    asha.sticker()
    assert asha.screen.startswith(ONLY_PHOTOS_AND_VOICE_SW)
    asha.say("/language")
    assert asha.choose(ENGLISH) == MENU
    asha.start()
    assert asha.screen == MENU


def test_one_who_begins_with_the_language_is_asked_for_it_once(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    asha.say("/language")
    assert asha.choose(KISWAHILI) == MENU_SW


@pytest.mark.parametrize(
    ("code", "language"), [("sw", "sw"), ("sw-KE", "sw"), ("en", "en"), ("zh-hans", "sw"), ("", "sw")]
)
def test_before_any_is_chosen_the_language_of_their_telegram_counts(
    hotline: Hotline, code: str, language: str
) -> None:
    asha = hotline.chat(language_code="en")
    asha.change(language_code=code)
    asha.start()
    asha.say("/liaison")
    assert asha.screen == say(liaison_phrases.share_your_number(), language)


ALL_IN_KISWAHILI = (
    MENU_SW,
    TELEGRAM_CAN_SEE_SW,
    ABOUT_WHAT_SW,
    WHERE_SW,
    WHICH_ONE_SW,
    WHAT_HAPPENED_SW,
    MAY_WE_WRITE_SW,
    REMEMBER_SW,
    promised(language="sw"),
)
ALL_IN_ENGLISH = (
    MENU,
    TELEGRAM_CAN_SEE,
    ABOUT_WHAT,
    WHERE,
    WHICH_ONE,
    WHAT_HAPPENED,
    MAY_WE_WRITE,
    REMEMBER,
    promised(),
)


def typed_in(language: str) -> list[str]:
    """All that somebody types for a report."""
    report = (
        FIRST["report"],
        labels(WHO_READS)["here"],
        CATEGORIES["theft"].name,
        verbatim("kaptembwa"),
        verbatim("Kaptembwo, Nakuru"),
    )
    rest = (verbatim("walichukua simu"), labels(CONTACT)["text"], labels(REMEMBERS)["no"])
    return [own_name(language), *(say(words, language) for words in (*report, *rest))]


def test_forty_at_once_see_their_own_language_only(hotline: Hotline) -> None:
    talks, numbers = Talks(hotline.world.service), count(1)
    seen: dict[int, list[str]] = {user: [] for user in range(8000, 8040)}

    def turn(user: int, typed: str) -> None:
        who = Who(user, next(numbers), "sw" if user % 3 else "en")
        shown = talks.commanded(who, "start") if typed == "/start" else talks.wrote(who, typed)
        seen[user].append(shown.text)

    with ThreadPoolExecutor(8) as pool:
        for both in zip(["/start", *typed_in("en")], ["/start", *typed_in("sw")], strict=True):
            list(pool.map(turn, seen, [both[user % 2] for user in seen]))
    assert len({case.reference for case in hotline.world.cases()}) == 40
    for user, said in seen.items():
        own, others = (ALL_IN_KISWAHILI, ALL_IN_ENGLISH) if user % 2 else (ALL_IN_ENGLISH, ALL_IN_KISWAHILI)
        assert [words for words in own if not any(starts(each, words) for each in said)] == []
        assert [each for each in said if any(starts(each, words) for words in others)] == []


# Links


def test_a_link_brings_its_area_and_its_poster(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start("KE0321750872-market")
    asha.choose(ENGLISH, REPORT, GO_ON_HERE, THEFT)
    assert asha.screen == IN_YOUR_AREA
    assert asha.choose("Kaptembwo, Nakuru") == WHAT_HAPPENED
    asha.say("they took my phone")
    asha.choose(DO_NOT_WRITE)
    with hotline.world.service.read() as work:
        why = [entry.why for entry in entries(work.session, hotline.only_case())]
    assert why[0] == "telegram KE0321750872-market"


def test_another_place_than_the_links_can_be_chosen(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start("KE0321750872")
    asha.choose(ENGLISH, REPORT, GO_ON_HERE, THEFT, ANOTHER_PLACE)
    assert asha.screen == WHERE


@pytest.mark.parametrize(
    "junk",
    [
        "254711000123",
        "KE999",
        "0711000123",
        "KE0321750872-254711000123",
        "asha_wanjiru",
        "-",
        "A" * 64,
        "KE-Market",
    ],
)
def test_a_link_that_we_have_not_made_counts_for_nothing(hotline: Hotline, junk: str) -> None:
    asha = hotline.chat()
    asha.begin(junk).say("they took my phone")
    asha.finish()
    with hotline.world.service.read() as work:
        why = [entry.why for entry in entries(work.session, hotline.only_case())]
    assert why[0] == "telegram"


def test_two_who_report_at_once_do_not_meet(hotline: Hotline) -> None:
    asha, bahati = hotline.chat(), hotline.chat(BAHATI, "Bahati")
    asha.begin()
    bahati.begin()
    asha.say("first")
    bahati.say("second")
    numbers = {asha.finish(), bahati.finish()}
    assert {case.spoken for case in hotline.world.cases()} == numbers
    assert not any(number in " ".join(asha.said) and number in " ".join(bahati.said) for number in numbers)
    assert "Achieng" not in " ".join(asha.said)
    assert len(hotline.world.phone(ACHIENG).inbox) <= 1
