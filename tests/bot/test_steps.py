"""What a liaison does with a case after they have it, by
the buttons of its card, and what a citizen takes back."""

import pytest
from sqlalchemy import update

from bot.cards import WHY
from bot.keyboards import pressed
from bot.taps import pieces, step
from bot.turn import Who
from hotline.cases import citizen_phrases, liaison_menus, liaison_phrases
from hotline.cases import sms_commands as case_commands
from hotline.cases.case import history_of as entries
from hotline.directory.liaisons import Liaison
from simulator.shown import ChatMessage
from tests.scenery.chat_words import (
    A_SLIP,
    A_WOMAN,
    ASIDE,
    BACK,
    BUSY,
    CANNOT,
    CONDUCT,
    DID_HELP_COME,
    DONE,
    EARLIER_QUESTION,
    ENGLISH,
    GO_ON_HERE,
    HELP,
    HELPED,
    I_HAVE_IT,
    NO_MATTER,
    NO_VEHICLE,
    NOT_HELPED,
    NOT_KNOWN,
    NOT_MINE,
    NOT_SAFE,
    NOT_SURE,
    ON_THE_WAY,
    PRESS_A_BUTTON,
    RATHER_A_WOMAN,
    REPORT,
    SAFE,
    STILL_ON_IT,
    THEFT,
    THERE,
    TO_THE_MENU,
    TOO_FAR,
    VIOLENCE_AT_HOME,
    WHAT_HAPPENED,
    WHICH_OFFICER,
    WHICH_STATION,
    how_it_stands,
    standing_and_question,
    thanks,
)
from tests.scenery.chats import SERGEANT, Hotline, Smartphone, on_sqlite
from tests.scenery.county import ACHIENG, CHEBET, CITIZEN, DESK, KIPRUTO, WANJIKU
from tests.scenery.said import ANY, as_typed, en, ends, says, starts

WORDS = "they took my phone"
IN_THE_MORNING = 21 * 60
"""From ten o'clock to seven: about what is ordinary nobody is asked anything at night."""


@pytest.fixture
def sergeant(hotline: Hotline) -> Smartphone:
    """A liaison who reads English."""
    chat = hotline.chat(SERGEANT, "Kipruto")
    chat.start()
    chat.choose(ENGLISH)
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
    asked.tap(I_HAVE_IT)
    asked.tap(ON_THE_WAY)
    return asked


def buttons(message: ChatMessage) -> tuple[str, ...]:
    return message.buttons


def hurry(hotline: Hotline, *, to_wonder: float) -> None:
    """Let the minutes go by after which somebody is asked whether anything happens, and one more."""
    hotline.world.pass_minutes(to_wonder + 1)


def test_one_who_has_arrived_says_so_with_one_tap_and_the_citizen_hears_it(
    hotline: Hotline, coming: Smartphone
) -> None:
    coming.tap(THERE)
    assert ends(coming.card.text, en(liaison_phrases.you_are_there(ANY)))
    assert buttons(coming.card) == (DONE, HELP, CANNOT)
    assert ends(hotline.chat().screen, en(citizen_phrases.somebody_is_there(ANY)))
    assert hotline.history().count("there Sgt. Kipruto, Kaptembwo Police Station") == 1


def test_on_the_way_asked_whether_they_are_safe_and_one_tap_says_yes(
    hotline: Hotline, coming: Smartphone
) -> None:
    assert SAFE not in buttons(coming.card), "nobody has asked"
    hurry(hotline, to_wonder=240)
    assert says(coming.screen, en(liaison_phrases.are_you_safe(ANY, "16:00"))), "it rings"
    assert coming.card.text.endswith(en(liaison_phrases.safe("16:00"))), "and the card asks it too"
    assert buttons(coming.card) == (SAFE, THERE, DONE, HELP, CANNOT)
    assert WORDS in coming.card.text
    coming.tap(SAFE)
    assert ends(coming.card.text, en(liaison_phrases.you_are_coming(ANY)))
    assert buttons(coming.card) == (THERE, DONE, HELP, CANNOT)
    hotline.world.pass_minutes(130)
    assert hotline.only_case().state == "acknowledged", "they have said so, and it stays theirs"
    assert hotline.history().count("still on it Sgt. Kipruto, Kaptembwo Police Station") == 1


def test_one_who_is_only_reminded_is_asked_whether_they_are_still_on_it(
    hotline: Hotline, asked: Smartphone
) -> None:
    asked.tap(I_HAVE_IT)
    assert buttons(asked.card) == (ON_THE_WAY, DONE, CANNOT, ASIDE)
    hurry(hotline, to_wonder=IN_THE_MORNING)
    assert starts(asked.card.text.rpartition("\n\n")[2], en(liaison_phrases.still_on_it(ANY)))
    assert buttons(asked.card) == (STILL_ON_IT, ON_THE_WAY, DONE, CANNOT, ASIDE)
    asked.tap(ON_THE_WAY)
    assert ends(asked.card.text, en(liaison_phrases.you_are_coming(ANY))), "a step is an answer too"


def test_one_who_has_been_there_long_is_asked_whether_it_is_done(
    hotline: Hotline, coming: Smartphone
) -> None:
    coming.tap(THERE)
    hurry(hotline, to_wonder=IN_THE_MORNING)
    assert starts(coming.card.text.rpartition("\n\n")[2], en(liaison_phrases.is_it_done(ANY)))
    coming.tap(DONE)
    assert hotline.only_case().state == "resolved"


def test_after_a_lapse_the_card_says_that_somebody_else_is_asked_and_that_one_may_still_take_it(
    hotline: Hotline, asked: Smartphone
) -> None:
    asked.tap(I_HAVE_IT)
    step_of_then = asked.data(ON_THE_WAY)
    hurry(hotline, to_wonder=IN_THE_MORNING)
    hotline.world.pass_minutes(121)
    assert hotline.only_case().state == "open"
    assert says(" ".join(asked.said), en(liaison_phrases.lapsed(ANY)))
    assert asked.card.text.endswith(en(liaison_phrases.late()))
    assert buttons(asked.card) == (I_HAVE_IT, ASIDE)
    asked.tap(step_of_then, asked.card.id, stale=True)
    assert asked.toast == EARLIER_QUESTION
    assert hotline.only_case().state == "open"
    asked.tap(I_HAVE_IT)
    assert ends(asked.card.text, en(liaison_phrases.you_have_it(ANY)))


def test_who_asks_for_help_is_told_so_and_those_who_lead_them_hear_it(
    hotline: Hotline, coming: Smartphone
) -> None:
    with hotline.world.service.transaction() as work:
        work.session.execute(update(Liaison).where(Liaison.name == "Cpl. Achieng").values(supervisor=True))
    coming.tap(HELP)
    assert coming.toast == en(liaison_phrases.help_is_told("999"))
    alarm = en(liaison_phrases.alarm(liaison_phrases.asks_for_help("Sgt. Kipruto"), "Kaptembwo, Nakuru"))
    for number in (ACHIENG, DESK):
        assert hotline.world.phone(number).inbox == [alarm]
    for number in (WANJIKU, CHEBET):
        assert hotline.world.phone(number).inbox == []
    assert buttons(coming.card) == (THERE, DONE, HELP, CANNOT)
    hotline.world.pass_minutes(1)
    coming.tap(HELP)
    assert hotline.world.phone(DESK).inbox == [alarm, alarm], "and again as often as they ask"


@pytest.mark.parametrize("having", ["asked", "taken"])
def test_one_who_steps_aside_never_sees_it_again(hotline: Hotline, asked: Smartphone, having: str) -> None:
    if having == "taken":
        asked.tap(I_HAVE_IT)
    card, take, before = asked.card, asked.data(ASIDE), hotline.only_case().state
    asked.tap(ASIDE)
    assert asked.toast == en(liaison_phrases.press_again_to_step_aside())
    assert (asked.card.text, asked.card.buttons, hotline.only_case().state) == (
        card.text,
        card.buttons,
        before,
    ), "a slip changes nothing"
    asked.tap(ASIDE)
    shown = next(message for message in asked.messages if message.id == card.id)
    assert ends(shown.text, en(liaison_phrases.over(ANY)))
    assert (WORDS in shown.text, shown.buttons) == (False, ())
    assert says(asked.toast, en(liaison_phrases.stepped_aside(ANY)))
    assert WORDS in hotline.world.phone(ACHIENG).inbox[0]
    identity = pressed(take).of
    for number, data in enumerate(
        (take, take.replace("aside", "take"), f"e:{identity}", f"d:{identity}:take:over")
    ):
        hotline.press(SERGEANT, card.id, data, 60 + number)
        assert hotline.only_case().state == "open"
        assert WORDS not in " ".join(asked.said)
    assert step(hotline.world.service, Who(SERGEANT, 99, "en"), pressed(take)) is None
    assert pieces(hotline.world.service, Who(SERGEANT, 100, "en"), pressed(take)) is None
    hotline.world.pass_minutes(1000)
    assert WORDS not in " ".join(asked.said), "nor when the order begins again"
    asked.say("/cases")
    assert THEFT not in " ".join(asked.screen_buttons)


def test_the_same_tap_that_arrives_twice_is_one_tap(hotline: Hotline, asked: Smartphone) -> None:
    aside = pressed(asked.data(ASIDE))
    for number in (98, 98, 98):
        assert step(hotline.world.service, Who(SERGEANT, number, "en"), aside) is not None
    assert "step aside?" in " ".join(hotline.history())
    assert not [line for line in hotline.history() if line.startswith(("stepped aside", "passed on"))]
    assert WORDS in asked.card.text
    shown = step(hotline.world.service, Who(SERGEANT, 99, "en"), aside)
    assert shown is not None
    assert WORDS not in shown[0].text


def test_why_one_cannot_is_asked_once_and_only_on_the_card(hotline: Hotline, asked: Smartphone) -> None:
    asked.tap(CANNOT)
    assert ends(asked.last.text, f"{en(liaison_phrases.passed_on(ANY))}\n\n{en(WHY)}")
    assert buttons(asked.last) == (NO_VEHICLE, TOO_FAR, BUSY, NOT_SAFE)
    assert WORDS not in asked.last.text
    too_far, busy = asked.data(TOO_FAR), asked.data(BUSY)
    asked.tap(TOO_FAR)
    assert ends(asked.last.text, en(liaison_phrases.passed_on(ANY)))
    assert buttons(asked.last) == ()
    for data in (too_far, busy):
        asked.tap(data, stale=True)
    assert whys(hotline) == ["", en(dict(liaison_menus.REASONS)["too_far"])]


def test_who_says_that_it_is_not_theirs_has_said_why(hotline: Hotline, asked: Smartphone) -> None:
    asked.tap(NOT_MINE)
    assert buttons(asked.last) == ()
    assert ends(asked.last.text, en(liaison_phrases.passed_on(ANY)))
    assert whys(hotline) == ["it is not theirs to answer"]


def whys(hotline: Hotline) -> list[str]:
    """What is noted each time somebody passes the case on."""
    with hotline.world.service.read() as work:
        return [
            entry.why for entry in entries(work.session, hotline.only_case()) if entry.what == "passed on"
        ]


def test_a_card_shows_what_is_known_so_far(hotline: Hotline, sergeant: Smartphone) -> None:
    asha = hotline.chat()
    asha.report(WORDS)
    hotline.world.phone(ACHIENG)
    sergeant.tap(I_HAVE_IT)
    sergeant.tap(DONE)
    asha.tap(NOT_HELPED)
    hotline.world.pass_minutes(60)
    corporal_and_others = " ".join(
        text for number in (ACHIENG, WANJIKU, CHEBET, DESK) for text in hotline.world.phone(number).inbox
    )
    assert en(liaison_phrases.no_help_came("Kaptembwo Police Station")) in corporal_and_others


# The citizen's side


def test_about_conduct_the_stations_are_buttons_and_who_may_be_typed(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    asha.choose(ENGLISH, REPORT, GO_ON_HERE, CONDUCT, "Nakuru", "Nakuru Town West", "Kaptembwo")
    assert asha.screen == WHICH_STATION
    assert buttons(asha.last) == ("Kaptembwo Police Station", NOT_KNOWN, BACK, TO_THE_MENU)
    asha.choose("Kaptembwo Police Station")
    assert asha.screen == WHICH_OFFICER
    assert buttons(asha.last) == (NOT_KNOWN, BACK, TO_THE_MENU), "a place on a map is no answer to that"
    asha.say("Corporal Jane Akinyi Odhiambo")
    assert asha.screen == WHAT_HAPPENED
    asha.say("took my phone")
    asha.finish()
    assert hotline.only_case().named_body == "station"
    assert hotline.details() == "took my phone (Corporal Jane Akinyi Odhiambo)", (
        "said once, and not kept twice"
    )


@on_sqlite
@pytest.mark.parametrize("service_number", ["45231", "no. 45231"])
def test_an_officers_number_is_an_answer_too(hotline: Hotline, service_number: str) -> None:
    asha = hotline.chat()
    asha.start()
    asha.choose(ENGLISH, REPORT, GO_ON_HERE, CONDUCT, "Nakuru", "Nakuru Town West", "Kaptembwo")
    asha.choose(NOT_KNOWN)
    asha.say("1")
    assert asha.screen.startswith(PRESS_A_BUTTON), "a bare key is none"
    asha.say(service_number)
    asha.say("took my phone")
    asha.finish()
    assert hotline.only_case().named_body is None
    assert hotline.details() == f"took my phone ({service_number})"


def test_where_there_is_no_station_one_is_asked_only_who(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    asha.choose(ENGLISH, REPORT, GO_ON_HERE, CONDUCT, "Nairobi", NOT_SURE)
    assert asha.screen == WHICH_OFFICER
    asha.choose(NOT_KNOWN)
    asha.say("took my phone")
    asha.finish()
    assert hotline.details() == "took my phone"


@pytest.mark.parametrize(("label", "wanted"), [(RATHER_A_WOMAN, True), (NO_MATTER, False)])
def test_about_violence_at_home_one_may_ask_for_a_woman(
    hotline: Hotline, label: str, *, wanted: bool
) -> None:
    asha = hotline.chat()
    asha.start()
    asha.choose(ENGLISH, REPORT, GO_ON_HERE, VIOLENCE_AT_HOME, "Nakuru", "Nakuru Town West", "Kaptembwo")
    asha.say("he beats me")
    assert asha.screen == A_WOMAN
    assert buttons(asha.last) == (RATHER_A_WOMAN, NO_MATTER, BACK, TO_THE_MENU)
    asha.choose(label)
    asha.finish()
    assert hotline.only_case().wants_woman is wanted


def test_the_menu_asks_whether_help_came_as_long_as_they_have_not_said(hotline: Hotline) -> None:
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report(WORDS)
    kipruto.text("1")
    asha.say("/start")
    assert DID_HELP_COME not in asha.screen_buttons
    kipruto.text("3")
    asha.say("/start")
    asha.choose(DID_HELP_COME)
    assert asha.screen == standing_and_question("done")
    asha.choose(HELPED)
    assert asha.screen.startswith(thanks("helped"))
    assert hotline.world.verdict(hotline.only_case()) == "helped"
    asha.choose(TO_THE_MENU)
    assert DID_HELP_COME not in asha.screen_buttons


def done(hotline: Hotline) -> Smartphone:
    """The citizen of a case that its liaison says is done, who has said yes."""
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report(WORDS)
    kipruto.text("1")
    kipruto.text("3")
    asha.tap(HELPED)
    assert hotline.only_case().state == "closed"
    assert asha.screen.endswith(f": {thanks('helped')}")
    assert buttons(asha.last) == (A_SLIP,)
    return asha


@pytest.mark.parametrize("way", ["the button", "a 2", "a word"])
def test_a_yes_can_be_taken_back_within_a_day(hotline: Hotline, way: str) -> None:
    asha = done(hotline)
    hotline.world.pass_minutes(23 * 60)
    match way:
        case "the button":
            asha.tap(A_SLIP)
            assert buttons(asha.last) == ()
        case "a 2":
            asha.say("2")
        case _:
            asha.say(as_typed(case_commands.NO, "en"))
    assert says(asha.screen, thanks("not_helped"))
    assert (hotline.only_case().state, hotline.only_case().round) == ("open", 2)
    assert hotline.world.verdict(hotline.only_case()) == "not_helped"


def test_after_a_day_a_yes_stays(hotline: Hotline) -> None:
    asha = done(hotline)
    hotline.world.pass_minutes(24 * 60 + 1)
    asha.tap(A_SLIP)
    assert asha.screen.endswith(f": {how_it_stands('closed')}")
    assert buttons(asha.last) == ()
    assert (hotline.only_case().state, hotline.only_case().round) == ("closed", 1)


@on_sqlite
def test_yes_again_after_it_was_taken_back_changes_nothing(hotline: Hotline) -> None:
    asha = done(hotline)
    again = asha.data(A_SLIP)
    yes = again.replace("not_helped", "helped")
    asha.tap(A_SLIP)
    for data in (again, yes):
        asha.tap(data, stale=True)
    assert (hotline.only_case().state, hotline.only_case().round) == ("open", 2)
    assert CITIZEN not in str(asha.said)
