"""What can be done by dialling in since cases are watched: each step of a liaison, and what a citizen is told when nobody answered."""

import pytest

from hotline.cases import Case
from hotline.cases import history as entries
from tests.builders import ACHIENG, CHEBET, CITIZEN, DESK, KIPRUTO, WANJIKU
from tests.ussd.test_sessions import begin, finish, only_case, report, stand, wrong
from tests.world import Phone, World


def at_case(phone: Phone) -> str:
    """The only case on this liaison's desk."""
    phone.dial()
    phone.choose("Cases given to me")
    return phone.press("1")


def steps_of(phone: Phone) -> list[str]:
    """Everything that can be chosen on this page and those that follow."""
    pages = [phone.screen]
    while "98. " in phone.screen:
        pages.append(phone.press("98"))
    lines = [line.partition(". ") for page in pages for line in page.splitlines()]
    return [words for number, _dot, words in lines if number.isdecimal() and number not in ("0", "00", "98")]


@pytest.fixture
def corporal(either: World) -> Phone:
    """A liaison who reads English, and before whom there is a case."""
    either.phone(KIPRUTO).text("OFF")
    report(either.phone(CITIZEN))
    return either.phone(ACHIENG)


def test_every_step_can_be_taken_by_dialling_in(either: World, corporal: Phone) -> None:
    for step, words, state in (
        ("I have it", " is yours.", "acknowledged"), ("On the way", ": you are on the way.", "acknowledged"),
        ("I am there", ": you are there.", "acknowledged"), ("Done", ": noted as done.", "resolved"),
    ):  # fmt: skip
        at_case(corporal)
        assert words in corporal.choose(step)
        assert not corporal.in_call
        assert only_case(either).state == state
    case = only_case(either)
    assert None not in (case.on_the_way_at, case.there_at, case.resolved_at)
    told = " ".join(either.phone(CITIZEN).inbox)
    assert all(words in told for words in ("somebody is seeing to it now", "is on the way", "says they are there", "did help come?"))


def test_each_step_has_the_number_by_which_it_is_texted(either: World, corporal: Phone) -> None:
    at_case(corporal)
    assert "\n1. I have it\n2. I cannot\n5. Not mine\n7. I should not have it" in whole(corporal)
    corporal.press("1")
    at_case(corporal)
    assert "\n1. Still on it\n2. I cannot\n3. Done\n4. On the way\n7. I should not have it" in whole(corporal)
    assert corporal.press("5").startswith("Choose a number from the list."), "a number that is another step's is no choice here"
    corporal.press("4")
    at_case(corporal)
    assert "\n1. Still on it, safe\n2. I cannot\n3. Done\n6. I am there\n9. I need help" in whole(corporal)
    corporal.press("6")
    case = only_case(either)
    assert None not in (case.on_the_way_at, case.there_at)


def whole(phone: Phone) -> str:
    """The screen without its keys for another page."""
    pages = [phone.screen]
    while "98. " in phone.screen:
        pages.append(phone.press("98"))
    return "\n".join(line for page in pages for line in page.splitlines() if line[:2] not in ("0.", "98"))


def test_the_steps_are_those_of_how_it_stands(either: World, corporal: Phone) -> None:
    at_case(corporal)
    assert steps_of(corporal) == ["I have it", "I cannot", "Not mine", "I should not have it"]
    corporal.choose("I have it")
    at_case(corporal)
    assert steps_of(corporal) == ["Still on it", "I cannot", "Done", "On the way", "I should not have it"]
    corporal.choose("On the way")
    at_case(corporal)
    assert steps_of(corporal) == ["Still on it, safe", "I cannot", "Done", "I am there", "I need help"]
    corporal.choose("I am there")
    at_case(corporal)
    assert steps_of(corporal) == ["Still on it, safe", "I cannot", "Done", "I need help"]


@pytest.mark.parametrize(("key", "why"), [("No vehicle", "No vehicle or fuel"), ("Not safe", "Not safe alone"), ("Another reason", "")])
def test_one_who_cannot_is_asked_why_and_need_not_say(either: World, corporal: Phone, key: str, why: str) -> None:
    at_case(corporal)
    assert corporal.choose("I cannot").startswith("Why?")
    assert steps_of(corporal) == ["No vehicle or fuel", "Too far away", "Busy with another case", "Not safe alone", "Another reason"]
    assert "goes to somebody else. Thank you for saying so." in corporal.choose(key)
    with either.service.look() as work:
        assert [entry.why for entry in entries(work.session, only_case(either)) if entry.what == "passed on"] == [why]
    corporal.dial()
    assert "Robbery" not in corporal.choose("Cases given to me")


def test_one_who_steps_aside_by_dialling_in_never_sees_it_again(either: World, corporal: Phone) -> None:
    at_case(corporal)
    assert corporal.choose("I should not have it").startswith("Step aside from ")
    assert "I should not have it" in " ".join([corporal.choose("No"), *steps_of(corporal)]), "a slip changes nothing"
    assert only_case(either).state == "open"
    corporal.choose("I should not have it")
    assert "you will not see it again" in corporal.choose("Yes")
    texts = len(corporal.inbox)
    either.pass_minutes(600)
    assert len(corporal.inbox) == texts
    corporal.dial()
    assert "Robbery" not in corporal.choose("Cases given to me")


def test_still_on_it_by_dialling_in_keeps_the_case(either: World, corporal: Phone) -> None:
    corporal.text("1")
    either.pass_minutes(21 * 60 + 1)
    assert "are you still on it?" in corporal.inbox[-1]
    at_case(corporal)
    assert "already" in corporal.choose("Still on it")
    either.pass_minutes(130)
    assert only_case(either).state == "acknowledged"


def test_who_does_not_say_loses_it_and_may_not_go_on_with_it(either: World, corporal: Phone) -> None:
    corporal.text("1")
    either.pass_minutes(21 * 60 + 1)
    at_case(corporal)
    either.pass_minutes(121)
    assert only_case(either).state == "open"
    assert corporal.choose("Done").startswith(("Nobody has taken", "You are on duty.")), "it is to be taken first"
    assert only_case(either).state == "open"


def test_help_by_dialling_in_reaches_those_who_lead(either: World, corporal: Phone) -> None:
    corporal.text("1")
    corporal.text("4")
    at_case(corporal)
    assert corporal.choose("I need help") == "Those who lead you have been told. In danger call 999."
    assert "Cpl. Achieng asks for help. Place: Kaptembwo, Nakuru." in either.phone(DESK).inbox[-1]


# Did help come?


def test_one_who_was_asked_finds_the_question_on_the_first_menu(either: World) -> None:
    citizen, sergeant = either.phone(CITIZEN), either.phone(KIPRUTO)
    report(citizen)
    citizen.dial()
    assert "Did help come?" not in steps_of(citizen)
    sergeant.text("1")
    sergeant.text("3")
    citizen.dial()
    assert citizen.choose("Did help come?").startswith("We were told that help came. Did help come?")
    assert citizen.choose("Yes").startswith("Thank you for telling us. The case is closed.")
    assert either.verdict(only_case(either)) == "helped"
    citizen.dial()
    assert "Did help come?" not in steps_of(citizen)
    stranger = either.phone("+254711000199")
    stranger.dial()
    stranger.choose("English")
    assert "Did help come?" not in steps_of(stranger)


def test_a_yes_is_taken_back_by_dialling_in_within_a_day(either: World) -> None:
    citizen, sergeant = either.phone(CITIZEN), either.phone(KIPRUTO)
    number = report(citizen)
    sergeant.text("1")
    sergeant.text("3")
    citizen.text("1")
    either.pass_minutes(60)
    citizen.dial()
    citizen.choose("My case")
    assert citizen.press(number).startswith("Your case is closed. Did help come?")
    assert citizen.choose("No").startswith("We are sorry. In danger call 999. We are asking somebody else; expect an answer by 13:00.")
    assert (only_case(either).state, either.verdict(only_case(either))) == ("open", "not_helped")


# A promise that was not kept


def test_after_a_missed_promise_my_case_says_who_is_asked_now_and_until_when(either: World) -> None:
    number = report(either.phone(CITIZEN))
    either.pass_minutes(121)
    shown = stand(either, number)
    assert shown.startswith("Sorry, no answer by the time we said. Now asked: ")
    assert shown.endswith(". New time: 16:00."), "twice as long, counted from then"
    either.pass_minutes(300)
    assert stand(either, number).endswith(". New time: 00:00."), "and never a time that is past"


def test_a_text_never_tells_who_has_what_nobody_else_may_know_of_nor_does_dialling_in(either: World) -> None:
    citizen = begin(either.phone(CITIZEN), "Violence at home")
    citizen.press("he beats me")
    citizen.choose("It does not matter")
    number = finish(citizen)
    either.pass_minutes(31)
    (late,) = [text for text in citizen.inbox if "sorry" in text]
    assert "Now asked: another office." in late
    shown = stand(either, number)
    bodies = ("Kaptembwo Police Station", "Nakuru Women's Desk", "Nakuru Peace Committee", "National Situation Room")
    assert "Now asked: another office. New time: " in shown
    assert not any(body in text for body in bodies for text in (shown, *citizen.inbox))


def test_one_who_wants_no_texts_gets_none_and_sees_it_all_by_dialling_in(either: World) -> None:
    citizen = either.phone(CITIZEN)
    number = report(citizen, text=False)
    either.pass_minutes(121)
    assert citizen.inbox == []
    assert "Now asked: " in stand(either, number)


# What is asked besides


def test_about_conduct_one_is_asked_which_station_and_who(either: World) -> None:
    citizen = begin(either.phone(CITIZEN), "Conduct")
    assert citizen.screen.startswith("Which station? Nobody there will see this.\n1. Kaptembwo Police Station\n2. I do not know")
    citizen.choose("Kaptembwo")
    assert citizen.screen.startswith("Who? Type a name or number, or choose:\n1. I do not know")
    assert citizen.press("7").startswith("Choose a number from the list."), "a key that is no choice is no name"
    citizen.press("Achieng")
    citizen.press("took * my phone")
    finish(citizen)
    case = only_case(either)
    assert (case.named_body, details_of(either, case)) == ("station", "took * my phone (Achieng)")
    assert not any("took" in text for number in (KIPRUTO, ACHIENG) for text in either.phone(number).inbox)


@pytest.mark.parametrize("service_number", ["45231", "PC 45231"])
def test_an_officers_number_is_taken_as_it_is_keyed(either: World, service_number: str) -> None:
    citizen = begin(either.phone(CITIZEN), "Conduct")
    citizen.choose("I do not know")
    citizen.press(service_number)
    citizen.press("took my phone")
    finish(citizen)
    case = only_case(either)
    assert (case.named_body, details_of(either, case)) == (None, f"took my phone ({service_number})")


@pytest.mark.parametrize(("answer", "wanted"), [("Yes", True), ("It does not matter", False)])
def test_about_violence_at_home_one_may_ask_for_a_woman(either: World, answer: str, *, wanted: bool) -> None:
    citizen = begin(either.phone(CITIZEN), "Violence at home")
    assert citizen.press("he beats me").startswith("Would you rather speak to a woman, if one is on duty?")
    citizen.choose(answer)
    finish(citizen)
    assert only_case(either).wants_woman is wanted
    assert any("he beats me" in text for number in (CHEBET, WANJIKU, KIPRUTO) for text in either.phone(number).inbox)


def details_of(world: World, case: Case) -> str:
    return case.details(world.service.settings.keys)


def test_a_wrong_number_shows_nothing_of_a_case_that_has_missed_its_promise(either: World) -> None:
    number = report(either.phone(CITIZEN))
    either.pass_minutes(121)
    assert stand(either, wrong(number)).startswith("That is not a case number.")
