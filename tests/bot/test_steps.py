"""What a liaison does with a case after they have it, by the buttons of its card, and what a citizen takes back."""

import pytest
from sqlalchemy import update

from bot.keyboards import pressed
from bot.talks import Who
from bot.taps import pieces, step
from hotline.cases import history as entries
from hotline.liaisons import Liaison
from simulator.client import ChatMessage
from tests.bot.conftest import SERGEANT, Hotline, Smartphone, on_sqlite
from tests.builders import ACHIENG, CHEBET, CITIZEN, DESK, KIPRUTO, WANJIKU

WORDS = "they took my phone"
IN_THE_MORNING = 21 * 60
"""From ten o'clock to seven: about what is ordinary nobody is asked anything at night."""


@pytest.fixture
def sergeant(hotline: Hotline) -> Smartphone:
    """A liaison who reads English."""
    chat = hotline.chat(SERGEANT, "Kipruto")
    chat.start()
    chat.choose("English")
    chat.share_contact(number=KIPRUTO)
    return chat


@pytest.fixture
def asked(hotline: Hotline, sergeant: Smartphone) -> Smartphone:
    """They have a card of a theft before them."""
    hotline.chat().report(WORDS)
    return sergeant


@pytest.fixture
def coming(asked: Smartphone) -> Smartphone:
    """They have set out."""
    asked.tap("I have it")
    asked.tap("On the way")
    return asked


def buttons(message: ChatMessage) -> tuple[str, ...]:
    return message.buttons


def hurry(hotline: Hotline, *, to_wonder: float) -> None:
    """Let the minutes go by after which somebody is asked whether anything happens, and one more."""
    hotline.world.pass_minutes(to_wonder + 1)


def test_one_who_has_arrived_says_so_with_one_tap_and_the_citizen_hears_it(hotline: Hotline, coming: Smartphone) -> None:
    coming.tap("I am there")
    assert coming.card.text.endswith("you are there.")
    assert buttons(coming.card) == ("Done", "I need help", "I cannot")
    assert hotline.chat().screen.endswith("the one who has it says they are there.")
    assert hotline.history().count("there Sgt. Kipruto, Kaptembwo Police Station") == 1


def test_on_the_way_asked_whether_they_are_safe_and_one_tap_says_yes(hotline: Hotline, coming: Smartphone) -> None:
    assert "Still on it, safe" not in buttons(coming.card), "nobody has asked"
    hurry(hotline, to_wonder=240)
    assert "are you safe? By" in coming.screen, "it rings"
    assert coming.card.text.endswith("Are you safe? Please answer by 16:00."), "and the card asks it too"
    assert buttons(coming.card) == ("Still on it, safe", "I am there", "Done", "I need help", "I cannot")
    assert WORDS in coming.card.text
    coming.tap("Still on it, safe")
    assert coming.card.text.endswith("you are on the way.")
    assert buttons(coming.card) == ("I am there", "Done", "I need help", "I cannot")
    hotline.world.pass_minutes(130)
    assert hotline.only_case().state == "acknowledged", "they have said so, and it stays theirs"
    assert hotline.history().count("still on it Sgt. Kipruto, Kaptembwo Police Station") == 1


def test_one_who_is_only_reminded_is_asked_whether_they_are_still_on_it(hotline: Hotline, asked: Smartphone) -> None:
    asked.tap("I have it")
    assert buttons(asked.card) == ("On the way", "Done", "I cannot", "I should not have it")
    hurry(hotline, to_wonder=IN_THE_MORNING)
    assert asked.card.text.rpartition("\n\n")[2].startswith("Are you still on it? Please answer by ")
    assert buttons(asked.card) == ("Still on it", "On the way", "Done", "I cannot", "I should not have it")
    asked.tap("On the way")
    assert asked.card.text.endswith("you are on the way."), "a step is an answer too"


def test_one_who_has_been_there_long_is_asked_whether_it_is_done(hotline: Hotline, coming: Smartphone) -> None:
    coming.tap("I am there")
    hurry(hotline, to_wonder=IN_THE_MORNING)
    assert coming.card.text.rpartition("\n\n")[2].startswith("Is it done? Please answer by ")
    coming.tap("Done")
    assert hotline.only_case().state == "resolved"


def test_after_a_lapse_the_card_says_that_somebody_else_is_asked_and_that_one_may_still_take_it(
    hotline: Hotline, asked: Smartphone
) -> None:
    asked.tap("I have it")
    step_of_then = asked.data("On the way")
    hurry(hotline, to_wonder=IN_THE_MORNING)
    hotline.world.pass_minutes(121)
    assert hotline.only_case().state == "open"
    assert "goes to somebody else, for we have not heard from you." in " ".join(asked.said)
    assert asked.card.text.endswith("You can still take it.")
    assert buttons(asked.card) == ("I have it", "I should not have it")
    asked.tap(step_of_then, asked.card.id, stale=True)
    assert asked.toast == "That was an earlier question."
    assert hotline.only_case().state == "open"
    asked.tap("I have it")
    assert asked.card.text.endswith(" is yours.")


def test_who_asks_for_help_is_told_so_and_those_who_lead_them_hear_it(hotline: Hotline, coming: Smartphone) -> None:
    with hotline.world.service.work() as work:
        work.session.execute(update(Liaison).where(Liaison.name == "Cpl. Achieng").values(supervisor=True))
    coming.tap("I need help")
    assert coming.toast == "Those who lead you have been told. In danger call 999."
    alarm = "Sgt. Kipruto asks for help. Place: Kaptembwo, Nakuru. Please see that they are safe."
    for number in (ACHIENG, DESK):
        assert hotline.world.phone(number).inbox == [alarm]
    for number in (WANJIKU, CHEBET):
        assert hotline.world.phone(number).inbox == []
    assert buttons(coming.card) == ("I am there", "Done", "I need help", "I cannot")
    hotline.world.pass_minutes(1)
    coming.tap("I need help")
    assert hotline.world.phone(DESK).inbox == [alarm, alarm], "and again as often as they ask"


@pytest.mark.parametrize("having", ["asked", "taken"])
def test_one_who_steps_aside_never_sees_it_again(hotline: Hotline, asked: Smartphone, having: str) -> None:
    if having == "taken":
        asked.tap("I have it")
    card, take, before = asked.card, asked.data("I should not have it"), hotline.only_case().state
    asked.tap("I should not have it")
    assert asked.toast == "Press again to step aside for good. You will not see it again."
    assert (asked.card.text, asked.card.buttons, hotline.only_case().state) == (card.text, card.buttons, before), "a slip changes nothing"
    asked.tap("I should not have it")
    shown = next(message for message in asked.messages if message.id == card.id)
    assert shown.text.endswith("is no longer with you. Nothing more for you to do.")
    assert (WORDS in shown.text, shown.buttons) == (False, ())
    assert "you will not see it again. Thank you for saying so." in asked.toast
    assert WORDS in hotline.world.phone(ACHIENG).inbox[0]
    identity = pressed(take).of
    for number, data in enumerate((take, take.replace("aside", "take"), f"e:{identity}", f"d:{identity}:take:over")):
        hotline.press(SERGEANT, card.id, data, 60 + number)
        assert hotline.only_case().state == "open"
        assert WORDS not in " ".join(asked.said)
    assert step(hotline.world.service, Who(SERGEANT, 99, "en"), pressed(take)) is None
    assert pieces(hotline.world.service, Who(SERGEANT, 100, "en"), pressed(take)) is None
    hotline.world.pass_minutes(1000)
    assert WORDS not in " ".join(asked.said), "nor when the order begins again"
    asked.say("/cases")
    assert "Robbery" not in " ".join(asked.screen_buttons)


def test_the_same_tap_that_arrives_twice_is_one_tap(hotline: Hotline, asked: Smartphone) -> None:
    aside = pressed(asked.data("I should not have it"))
    for number in (98, 98, 98):
        assert step(hotline.world.service, Who(SERGEANT, number, "en"), aside) is not None
    assert "step aside?" in " ".join(hotline.history())
    assert not [line for line in hotline.history() if line.startswith(("stepped aside", "passed on"))]
    assert WORDS in asked.card.text
    shown = step(hotline.world.service, Who(SERGEANT, 99, "en"), aside)
    assert shown is not None
    assert WORDS not in shown[0].text


def test_why_one_cannot_is_asked_once_and_only_on_the_card(hotline: Hotline, asked: Smartphone) -> None:
    asked.tap("I cannot")
    assert asked.last.text.endswith("goes to somebody else. Thank you for saying so.\n\nWhy?")
    assert buttons(asked.last) == ("No vehicle or fuel", "Too far away", "Busy with another case", "Not safe alone")
    assert WORDS not in asked.last.text
    too_far, busy = asked.data("Too far away"), asked.data("Busy with another case")
    asked.tap("Too far away")
    assert asked.last.text.endswith("Thank you for saying so.")
    assert buttons(asked.last) == ()
    for data in (too_far, busy):
        asked.tap(data, stale=True)
    assert whys(hotline) == ["", "Too far away"]


def test_who_says_that_it_is_not_theirs_has_said_why(hotline: Hotline, asked: Smartphone) -> None:
    asked.tap("Not mine")
    assert buttons(asked.last) == ()
    assert asked.last.text.endswith("Thank you for saying so.")
    assert whys(hotline) == ["it is not theirs to answer"]


def whys(hotline: Hotline) -> list[str]:
    """What is noted each time somebody passes the case on."""
    with hotline.world.service.look() as work:
        return [entry.why for entry in entries(work.session, hotline.only_case()) if entry.what == "passed on"]


def test_a_card_shows_what_is_known_so_far(hotline: Hotline, sergeant: Smartphone) -> None:
    asha = hotline.chat()
    asha.report(WORDS)
    hotline.world.phone(ACHIENG)
    sergeant.tap("I have it")
    sergeant.tap("Done")
    asha.tap("No")
    hotline.world.pass_minutes(60)
    corporal_and_others = " ".join(text for number in (ACHIENG, WANJIKU, CHEBET, DESK) for text in hotline.world.phone(number).inbox)
    assert "Kaptembwo Police Station had it; the citizen says help did not come." in corporal_and_others


# The citizen's side


def test_about_conduct_the_stations_are_buttons_and_who_may_be_typed(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    asha.choose("English", "Report something", "Go on here", "Conduct of a police officer", "Nakuru", "Nakuru Town West", "Kaptembwo")
    assert asha.screen == "Which station? Nobody there will see this."
    assert buttons(asha.last) == ("Kaptembwo Police Station", "I do not know", "Back", "To the menu")
    asha.choose("Kaptembwo Police Station")
    assert asha.screen == "Who? Type a name or number, or choose:"
    assert buttons(asha.last) == ("I do not know", "Back", "To the menu"), "a place on a map is no answer to that"
    asha.say("Corporal Jane Akinyi Odhiambo")
    assert asha.screen == "Tell us in a few words what happened."
    asha.say("took my phone")
    asha.finish()
    assert hotline.only_case().named_body == "station"
    assert hotline.details() == "took my phone (Corporal Jane Akinyi Odhiambo)", "said once, and not kept twice"


@on_sqlite
@pytest.mark.parametrize("service_number", ["45231", "no. 45231"])
def test_an_officers_number_is_an_answer_too(hotline: Hotline, service_number: str) -> None:
    asha = hotline.chat()
    asha.start()
    asha.choose("English", "Report something", "Go on here", "Conduct of a police officer", "Nakuru", "Nakuru Town West", "Kaptembwo")
    asha.choose("I do not know")
    asha.say("1")
    assert asha.screen.startswith("Please press one of the buttons."), "a bare key is none"
    asha.say(service_number)
    asha.say("took my phone")
    asha.finish()
    assert hotline.only_case().named_body is None
    assert hotline.details() == f"took my phone ({service_number})"


def test_where_there_is_no_station_one_is_asked_only_who(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    asha.choose("English", "Report something", "Go on here", "Conduct of a police officer", "Nairobi", "I am not sure")
    assert asha.screen == "Who? Type a name or number, or choose:"
    asha.choose("I do not know")
    asha.say("took my phone")
    asha.finish()
    assert hotline.details() == "took my phone"


@pytest.mark.parametrize(("label", "wanted"), [("Yes", True), ("It does not matter", False)])
def test_about_violence_at_home_one_may_ask_for_a_woman(hotline: Hotline, label: str, *, wanted: bool) -> None:
    asha = hotline.chat()
    asha.start()
    asha.choose("English", "Report something", "Go on here", "Violence at home, rape", "Nakuru", "Nakuru Town West", "Kaptembwo")
    asha.say("he beats me")
    assert asha.screen == "Would you rather speak to a woman, if one is on duty?"
    assert buttons(asha.last) == ("Yes", "It does not matter", "Back", "To the menu")
    asha.choose(label)
    asha.finish()
    assert hotline.only_case().wants_woman is wanted


def test_the_menu_asks_whether_help_came_as_long_as_they_have_not_said(hotline: Hotline) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report(WORDS)
    kipruto.text("1")
    asha.say("/start")
    assert "Did help come?" not in asha.screen_buttons
    kipruto.text("3")
    asha.say("/start")
    asha.choose("Did help come?")
    assert asha.screen == "We were told that help came. Did help come?"
    asha.choose("Yes")
    assert asha.screen.startswith("Thank you for telling us.")
    assert hotline.world.verdict(hotline.only_case()) == "helped"
    asha.choose("To the menu")
    assert "Did help come?" not in asha.screen_buttons


def done(hotline: Hotline) -> Smartphone:
    """The citizen of a case that its liaison says is done, who has said yes."""
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report(WORDS)
    kipruto.text("1")
    kipruto.text("3")
    asha.tap("Yes")
    assert hotline.only_case().state == "closed"
    assert asha.screen.endswith(": Thank you for telling us. The case is closed. If that was a slip, answer 2 within a day.")
    assert buttons(asha.last) == ("No, help did not come",)
    return asha


@pytest.mark.parametrize("way", ["the button", "a 2", "a word"])
def test_a_yes_can_be_taken_back_within_a_day(hotline: Hotline, way: str) -> None:
    asha = done(hotline)
    hotline.world.pass_minutes(23 * 60)
    match way:
        case "the button":
            asha.tap("No, help did not come")
            assert buttons(asha.last) == ()
        case "a 2":
            asha.say("2")
        case _:
            asha.say("no")
    assert "We are sorry. In danger call 999. We are asking somebody else; expect an answer by" in asha.screen
    assert (hotline.only_case().state, hotline.only_case().round) == ("open", 2)
    assert hotline.world.verdict(hotline.only_case()) == "not_helped"


def test_after_a_day_a_yes_stays(hotline: Hotline) -> None:
    asha = done(hotline)
    hotline.world.pass_minutes(24 * 60 + 1)
    asha.tap("No, help did not come")
    assert asha.screen.endswith(": Your case is closed.")
    assert buttons(asha.last) == ()
    assert (hotline.only_case().state, hotline.only_case().round) == ("closed", 1)


@on_sqlite
def test_yes_again_after_it_was_taken_back_changes_nothing(hotline: Hotline) -> None:
    asha = done(hotline)
    again = asha.data("No, help did not come")
    yes = again.replace("not_helped", "helped")
    asha.tap("No, help did not come")
    for data in (again, yes):
        asha.tap(data, stale=True)
    assert (hotline.only_case().state, hotline.only_case().round) == ("open", 2)
    assert CITIZEN not in str(asha.said)
