"""A citizen and the hotline in a chat, from START to their own word on whether help came."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from bot.talks import Talks, Who
from hotline.cases import history as entries
from hotline.language import _, own_name, say, verbatim
from hotline.people import TELEGRAM
from hotline.people import by_number as person_with
from tests.bot.conftest import ASHA, BAHATI, WHICH_LANGUAGE, Hotline, Smartphone, on_sqlite
from tests.builders import ACHIENG, KIPRUTO
from tests.world import Phone

pytestmark = on_sqlite


def test_a_report_by_buttons_alone(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    assert asha.screen == WHICH_LANGUAGE
    assert asha.choose("English") == "Itikia. Emergency? Call 999."
    assert "Telegram can see what you write here" in asha.choose("Danger to life now")
    assert asha.choose("Go on here").startswith("Where?")
    asha.choose("Nakuru", "Nakuru Town West", "Kaptembwo")
    asha.choose("Yes")
    assert asha.said == [f"Case {hotline.only_case().spoken}. You will be answered by 10:15. In danger call 999."], (
        "one message has shown it all"
    )
    assert asha.last.buttons == ("To the menu",)
    assert "Hatari kwa maisha sasa" in hotline.world.phone(KIPRUTO).inbox[0]


def test_a_report_by_typing_alone(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    for typed in ("english", "report something", " Go on here ", "ROBBERY OR THEFT", "Kaptembwaa", "Kaptembwo, Nakuru"):
        asha.say(typed)
        assert len(asha.screens) == 1
    for typed in ("walichukua <simu> & pesa", "yes", "no"):
        asha.say(typed)
    assert asha.screen.startswith(f"Case {hotline.only_case().spoken}.")
    assert hotline.details() == "walichukua <simu> & pesa"
    assert hotline.only_case().area_code == "KE0321750872"
    assert asha.screens == []
    assert hotline.history()[0] == "reported citizen"


def test_a_bare_number_chooses_nothing_where_nothing_is_numbered(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    asha.say("1")
    assert asha.screen == f"Please press one of the buttons.\n\n{WHICH_LANGUAGE}"
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
    assert standing(asha, number) == "Your case was received. Expect an answer by 12:00."
    kipruto.text("1")
    assert standing(asha, number).startswith("Somebody is seeing to your case. Did help come?")
    kipruto.text("4")
    assert standing(asha, number).startswith("Somebody is on the way.")
    kipruto.text("3")
    assert standing(asha, number).startswith("We were told that help came.")
    assert asha.choose("Not yet known") == "Come back when you know."
    asha.say("/case")
    asha.choose("Another case")
    asha.say("no idea")
    assert asha.screen == "That is not a case number. Look again:"
    asha.say(number)
    assert asha.screen.startswith("We were told that help came.")


def test_only_ones_own_cases_are_listed_and_only_those_that_are_open(hotline: Hotline) -> None:
    asha, bahati = hotline.chat(), hotline.chat(BAHATI, "Bahati")
    number = asha.report()
    bahati.start()
    bahati.choose("English", "My case")
    assert bahati.screen == "Key in your case number."
    hotline.world.phone(KIPRUTO).text("1")
    hotline.world.phone(KIPRUTO).text("3")
    asha.tap("Yes")
    asha.say("/case")
    assert asha.screen == "Key in your case number.", f"{number} is closed"


def standing(chat: Smartphone, number: str) -> str:
    chat.say("/case")
    assert chat.screen == "Which case?"
    return chat.choose(number)


def done(hotline: Hotline) -> tuple[Smartphone, Phone]:
    """A case that its liaison says is done, whose citizen is asked."""
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report()
    kipruto.text("1")
    kipruto.text("3")
    assert "did help come?" in asha.screen
    return asha, kipruto


def test_yes_closes_the_case(hotline: Hotline) -> None:
    asha, _kipruto = done(hotline)
    asha.tap("Yes")
    assert asha.screen.endswith("Thank you for telling us. The case is closed. If that was a slip, answer 2 within a day.")
    assert asha.last.buttons == ("No, help did not come",)
    assert hotline.only_case().state == "closed"
    assert hotline.history()[-2:] == ["verdict citizen", "closed"]


def test_no_opens_it_again_for_somebody_else(hotline: Hotline) -> None:
    asha, kipruto = done(hotline)
    asha.tap("No")
    assert asha.screen.endswith("We are sorry. In danger call 999. We are asking somebody else; expect an answer by 12:00.")
    assert asha.last.buttons == ()
    case = hotline.only_case()
    assert (case.state, case.round) == ("open", 2)
    assert kipruto.inbox[-1].endswith("Mwananchi ndiye atakayethibitisha."), "the same body is not asked again"


def test_still_in_danger_makes_it_as_urgent_as_can_be(hotline: Hotline) -> None:
    asha, _kipruto = done(hotline)
    asha.tap("No, still in danger")
    assert "Call 999 if you can" in asha.screen
    assert hotline.only_case().in_danger


@pytest.mark.parametrize(("typed", "state"), [("1", "closed"), ("yes", "closed"), ("Ndiyo!", "closed"), ("2", "open"), ("no", "open")])
def test_the_verdict_may_be_typed(hotline: Hotline, typed: str, state: str) -> None:
    asha, _kipruto = done(hotline)
    asha.say(typed)
    assert hotline.only_case().state == state
    assert "closed" in asha.screen or "somebody else" in asha.screen


def test_a_verdict_that_was_given_already_changes_nothing(hotline: Hotline) -> None:
    asha, _kipruto = done(hotline)
    question = asha.last
    asha.say("1")
    before, of = hotline.history(), asha.data("Yes").split(":")[1]
    asha.tap("Yes", question.id)
    assert hotline.only_case().state == "closed"
    assert hotline.history() == before
    shown = next(message for message in asha.messages if message.id == question.id)
    assert "The case is closed." in shown.text
    assert shown.buttons == ("No, help did not come",)
    asha.tap("No, help did not come")
    for verdict in ("helped", "not_helped", "danger"):
        hotline.press(ASHA, question.id, f"v:{of}:{verdict}", 60 + len(verdict))
    assert (hotline.only_case().state, hotline.only_case().round) == ("open", 2), "of a question about who had it before"


def test_one_who_wants_no_messages_gets_none(hotline: Hotline) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report(text=False)
    kipruto.text("1")
    kipruto.text("3")
    hotline.world.pass_minutes(3000)
    assert asha.screen.startswith("Case "), "the promise is the last that was said"
    with hotline.world.service.look() as work:
        person = person_with(work.session, work.keys, str(ASHA), TELEGRAM)
        assert person is not None
        address = person.at(TELEGRAM)
        assert address is not None
        assert address.sealed is None, "so their chat's number is not kept"


# Languages


def test_the_language_is_asked_once_and_stays_whatever_telegram_says(hotline: Hotline) -> None:
    asha = hotline.chat(language_code="en")
    asha.start()
    assert asha.choose("Kiswahili") == "Itikia. Dharura? Piga 999."
    asha.change(language_code="de")
    asha.start()
    assert asha.screen == "Itikia. Dharura? Piga 999."
    asha.sticker()
    assert asha.screen.startswith("Hapa tunapokea picha")
    asha.say("/language")
    assert asha.choose("English") == "Itikia. Emergency? Call 999."
    asha.start()
    assert asha.screen == "Itikia. Emergency? Call 999."


def test_one_who_begins_with_the_language_is_asked_for_it_once(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    asha.say("/language")
    assert asha.choose("Kiswahili") == "Itikia. Dharura? Piga 999."


@pytest.mark.parametrize(("code", "words"), [("sw", "Je, "), ("sw-KE", "Je, "), ("en", "Do you"), ("zh-hans", "Je, "), ("", "Je, ")])
def test_before_any_is_chosen_the_language_of_their_telegram_counts(hotline: Hotline, code: str, words: str) -> None:
    asha = hotline.chat(language_code="en")
    asha.change(language_code=code)
    asha.start()
    asha.say("/liaison")
    assert asha.screen.startswith(words)


SWAHILI = (
    "Itikia. Dharura?",
    "Telegram inaweza",
    "Ni kuhusu nini?",
    "Wapi?",
    "Ni ipi?",
    "Tueleze",
    "Tunaweza kukuandikia",
    "Je, Kaptembwo",
    "Kesi ",
)
ENGLISH = (
    "Itikia. Emergency?",
    "Telegram can see",
    "What is it about?",
    "Where?",
    "Which one?",
    "Tell us",
    "May we write",
    "Is Kaptembwo",
    "Case ",
)


def typed_in(language: str) -> list[str]:
    """All that somebody types for a report."""
    wanted = (_("Report something"), _("Go on here"), _("Robbery or theft"), verbatim("kaptembwa"), verbatim("Kaptembwo, Nakuru"))
    return [own_name(language), *(say(words, language) for words in (*wanted, verbatim("walichukua simu"), _("Yes"), _("No")))]


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
        own, others = (SWAHILI, ENGLISH) if user % 2 else (ENGLISH, SWAHILI)
        assert [words for words in own if not any(each.startswith(words) for each in said)] == []
        assert [each for each in said if each.startswith(others)] == []


# Links


def test_a_link_brings_its_area_and_its_poster(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start("KE0321750872-market")
    asha.choose("English", "Report something", "Go on here", "Robbery or theft")
    assert asha.screen == "Where?"
    assert asha.choose("Kaptembwo, Nakuru") == "Tell us in a few words what happened."
    asha.say("they took my phone")
    asha.choose("No, do not write")
    with hotline.world.service.look() as work:
        why = [entry.why for entry in entries(work.session, hotline.only_case())]
    assert why[0] == "telegram KE0321750872-market"


def test_another_place_than_the_links_can_be_chosen(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start("KE0321750872")
    asha.choose("English", "Report something", "Go on here", "Robbery or theft", "Another place")
    assert asha.screen.startswith("Where? Type the name")


@pytest.mark.parametrize(
    "junk", ["254711000123", "KE999", "0711000123", "KE0321750872-254711000123", "asha_wanjiru", "-", "A" * 64, "KE-Market"]
)
def test_a_link_that_we_have_not_made_counts_for_nothing(hotline: Hotline, junk: str) -> None:
    asha = hotline.chat()
    asha.begin(junk).say("they took my phone")
    asha.finish()
    with hotline.world.service.look() as work:
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
