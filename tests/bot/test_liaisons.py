"""A liaison in a chat: shown to be one by the number of their own
phone, given cases as cards, and quick to answer on whatever phone."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from bot.cards import card
from bot.intake import DEAD
from bot.keyboards import pressed
from bot.taps import pieces, step
from bot.turn import Who
from hotline.cases import citizen_phrases, liaison_phrases
from hotline.cases.dispatch import Dispatch
from hotline.directory import people
from hotline.directory.bodies import Body
from hotline.directory.categories import CATEGORIES
from hotline.directory.liaisons import Liaison
from hotline.directory.people import TELEGRAM, Address, Person
from tests.scenery.chat_words import (
    ASIDE,
    AT_DESK_SW,
    BUSY,
    CANNOT,
    CONDUCT,
    DO_NOT_REMEMBER,
    DONE,
    EARLIER_QUESTION,
    ENGLISH,
    GIVEN_TO_ME,
    GO_ON_HERE,
    HELP,
    HELPED,
    I_HAVE_IT,
    I_HAVE_IT_SW,
    MENU,
    NO_VEHICLE,
    NOT_KNOWN,
    NOT_LISTED,
    NOT_MINE,
    NOT_SAFE,
    NOT_YOUR_OWN,
    OFF_DUTY_SW,
    ON_DUTY_SW,
    ON_THE_WAY,
    RESUMED,
    SHARE_NUMBER,
    STOPPED,
    THEFT,
    THERE,
    TOO_FAR,
    WHAT_HAPPENED,
    YES,
    did_help_come,
    how_it_stands,
    promised,
    somebody_has_it,
)
from tests.scenery.chats import ASHA, BAHATI, CORPORAL, SERGEANT, Hotline, Smartphone, on_sqlite
from tests.scenery.county import ACHIENG, DESK, KIPRUTO, NJERI, WANJIKU
from tests.scenery.said import ANY, en, ends, says, starts, sw

WELCOME = sw(liaison_phrases.linked("Sgt. Kipruto", "Kaptembwo Police Station"))


def chats(hotline: Hotline) -> int:
    """How many addresses on Telegram are kept."""
    with hotline.world.service.read() as work:
        return len(work.session.scalars(select(Address).where(Address.channel == TELEGRAM)).all())


def acknowledgements(hotline: Hotline) -> list[str]:
    return [line for line in hotline.history() if line.startswith("acknowledged")]


# Shown to be one


def test_a_liaison_shows_their_own_number_and_has_commands_of_their_own(hotline: Hotline) -> None:
    sergeant = hotline.liaison()
    assert sergeant.screen == WELCOME
    assert sergeant.row["keyboard"] is None
    assert [each["command"] for each in sergeant.row["commands"]][:4] == ["cases", "messages", "on", "off"]
    sent = [message["text"] for message in sergeant.row["messages"] if message["kind"] == "contact"]
    assert sent == [KIPRUTO.removeprefix("+")], "as Telegram writes it"


@on_sqlite
@pytest.mark.parametrize("written", [KIPRUTO, KIPRUTO[1:], "0722000101", "+254 722 000 101"])
def test_the_number_is_known_however_telegram_writes_it(hotline: Hotline, written: str) -> None:
    sergeant = hotline.chat(SERGEANT, "Kipruto")
    sergeant.start()
    sergeant.share_contact(number=written)
    assert sergeant.screen == WELCOME


@on_sqlite
@pytest.mark.parametrize("card", [{"user_id": BAHATI}, {"user_id": 0}])
def test_somebody_elses_number_shows_nothing(hotline: Hotline, card: dict[str, int]) -> None:
    asha = hotline.chat()
    asha.start()
    asha.share_contact(number=KIPRUTO, name="Kipruto", **card)
    assert asha.screen == NOT_YOUR_OWN
    assert chats(hotline) == 0


@on_sqlite
def test_a_number_that_is_passed_on_shows_nothing(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    contact = {"phone_number": KIPRUTO[1:], "first_name": "Kipruto", "user_id": ASHA}
    origin = {"type": "hidden_user", "sender_user_name": "Kipruto", "date": 1}
    assert hotline.bring(hotline.written_by(ASHA, 5, contact=contact, forward_origin=origin)) == 200
    hotline.settle()
    assert asha.screen == NOT_YOUR_OWN
    assert chats(hotline) == 0


def test_a_number_that_is_not_on_the_list_is_not_kept(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    asha.say("/liaison")
    asha.share_contact(number="+254733999888")
    assert asha.screen == NOT_LISTED
    with hotline.world.service.read() as work:
        assert people.by_number(work.session, work.keys, "+254733999888") is None
    assert chats(hotline) == 0


def test_a_citizen_who_turns_out_to_be_a_liaison_is_one_person_and_never_gets_their_own_case(
    hotline: Hotline,
) -> None:
    sergeant = hotline.chat(SERGEANT, "Kipruto")
    sergeant.begin().say("somebody broke into my house")
    hotline.chat(SERGEANT).share_contact(number=KIPRUTO)
    assert sergeant.screen == en(liaison_phrases.linked("Sgt. Kipruto", "Kaptembwo Police Station")), (
        "in the language that they chose here"
    )
    sergeant.choose(YES, DO_NOT_REMEMBER)
    assert any(starts(said, promised(hotline.only_case().spoken)) for said in sergeant.said)
    assert hotline.world.phone(KIPRUTO).inbox == []
    assert "somebody broke into my house" in hotline.world.phone(ACHIENG).inbox[0]
    with hotline.world.service.read() as work:
        assert len(work.session.scalars(select(Person)).all()) == 6
    hotline.world.pass_minutes(300)
    assert not any(says(said, en(liaison_phrases.answer_by(ANY))) for said in sergeant.said)


# Cards


@pytest.fixture
def sergeant(hotline: Hotline) -> Smartphone:
    """A liaison who reads English and has a card before them."""
    chat = hotline.chat(SERGEANT, "Kipruto")
    chat.start()
    chat.choose(ENGLISH)
    chat.share_contact(number=KIPRUTO)
    hotline.chat().report()
    assert chat.last.buttons == (I_HAVE_IT, CANNOT, NOT_MINE, ASIDE)
    assert chat.last.protected
    return chat


def test_every_button_of_a_card(hotline: Hotline, sergeant: Smartphone) -> None:
    asha, card = hotline.chat(), sergeant.last
    title = en(liaison_phrases.heading(ANY, CATEGORIES["theft"].name, "Kaptembwo, Nakuru"))
    assert starts(card.text, f"{title}\n\nthey took my phone\n\n{en(liaison_phrases.answer_by('10:20'))}")
    sergeant.tap(I_HAVE_IT)
    assert (sergeant.last.id, sergeant.last.buttons) == (card.id, (ON_THE_WAY, DONE, CANNOT, ASIDE))
    assert ends(sergeant.screen, en(liaison_phrases.you_have_it(ANY)))
    assert ends(asha.screen, somebody_has_it())
    sergeant.tap(ON_THE_WAY)
    assert ends(sergeant.screen, en(liaison_phrases.you_are_coming(ANY)))
    assert sergeant.last.buttons == (THERE, DONE, HELP, CANNOT)
    assert ends(asha.screen, en(citizen_phrases.somebody_is_coming(ANY)))
    sergeant.tap(DONE)
    assert ends(sergeant.screen, en(liaison_phrases.done(ANY)))
    assert list(sergeant.last.buttons) == []
    asha.tap(HELPED)
    assert "they took my phone" not in " ".join(sergeant.said), (
        "of a closed case the card forgets what was reported"
    )
    assert hotline.history().count("on the way Sgt. Kipruto, Kaptembwo Police Station") == 1


@pytest.mark.parametrize("label", [CANNOT, NOT_MINE])
def test_one_who_passes_it_on_reads_it_no_more(hotline: Hotline, sergeant: Smartphone, label: str) -> None:
    sergeant.tap(label)
    assert says(sergeant.screen, en(liaison_phrases.passed_on(ANY)))
    assert sergeant.last.buttons == ((NO_VEHICLE, TOO_FAR, BUSY, NOT_SAFE) if label == CANNOT else ())
    assert "they took my phone" not in sergeant.screen
    assert len(hotline.world.phone(ACHIENG).inbox) == 1


def test_a_late_tap_shows_how_it_stands_now(hotline: Hotline, sergeant: Smartphone) -> None:
    take = sergeant.data(I_HAVE_IT)
    hotline.world.pass_minutes(21)
    hotline.world.phone(ACHIENG).text("1")
    assert says(sergeant.screen, en(liaison_phrases.first_was(ANY, "Cpl. Achieng"))), (
        "the card says so before anybody taps"
    )
    sergeant.tap(take, stale=True)
    assert sergeant.toast == EARLIER_QUESTION
    assert says(sergeant.screen, en(liaison_phrases.first_was(ANY, "Cpl. Achieng")))
    assert acknowledgements(hotline) == ["acknowledged Cpl. Achieng, Kaptembwo Police Station"]


def test_a_button_of_an_earlier_card_does_nothing(hotline: Hotline, sergeant: Smartphone) -> None:
    cannot = sergeant.data(CANNOT)
    sergeant.tap(I_HAVE_IT)
    sergeant.tap(cannot, stale=True)
    assert hotline.only_case().state == "acknowledged", "it was for a case that nobody had"
    assert sergeant.toast == EARLIER_QUESTION
    assert sergeant.last.buttons == (ON_THE_WAY, DONE, CANNOT, ASIDE)


@on_sqlite
def test_twice_pressed_is_once_done(hotline: Hotline, sergeant: Smartphone) -> None:
    take = sergeant.data(I_HAVE_IT)
    sergeant.tap(I_HAVE_IT)
    sergeant.tap(take, stale=True)
    assert len(acknowledgements(hotline)) == 1
    assert ends(sergeant.screen, en(liaison_phrases.you_have_it(ANY)))


@on_sqlite
def test_another_persons_buttons_do_nothing(hotline: Hotline, sergeant: Smartphone) -> None:
    bahati, corporal = hotline.chat(BAHATI, "Bahati"), hotline.liaison(CORPORAL)
    bahati.start()
    card = sergeant.last
    take = sergeant.data(I_HAVE_IT)
    for number, chat in enumerate((bahati, corporal)):
        hotline.press(chat.user, card.id, take, 60 + number)
        assert hotline.only_case().state == "open"
        assert "they took my phone" not in " ".join(chat.said)
    sergeant.tap(I_HAVE_IT)
    sergeant.tap(DONE)
    verdict = hotline.chat().data(HELPED)
    hotline.press(BAHATI, 1, verdict, 70)
    hotline.press(SERGEANT, 1, verdict, 71)
    assert hotline.only_case().state == "resolved"


@on_sqlite
@pytest.mark.parametrize(
    "data",
    [
        "", ":", "d", "d:", "d::take:asked", "d:1", "d:1:take",
        "d:zzzzzzzzzzz:take:asked", "d:²:take:asked", "d:1:fly:asked",
        "d:1:take:flying", "d:1:take:asked:more", "e:", "e:0", "v:",
        "v:not-a-number:helped", f"v:{'0' * 32}:helped", "q", "q:x", "b:",
        "p::x", "p::²", "h:x", "l:", "x" * 64, "🦁" * 16,
    ],
)  # fmt: skip
def test_nonsense_does_nothing(hotline: Hotline, sergeant: Smartphone, data: str) -> None:
    card, before = sergeant.last, hotline.history()
    hotline.press(SERGEANT, card.id, data, 60)
    assert hotline.only_case().state == "open"
    assert hotline.history() == before
    assert hotline.queue.xlen(DEAD) == 0, "nor is it a failure"


def test_one_who_has_moved_to_a_body_that_may_not_see_it_is_shown_nothing(hotline: Hotline) -> None:
    njeri = hotline.chat(7020, "Njeri")
    njeri.start()
    njeri.share_contact(number=NJERI)
    asha = hotline.chat()
    asha.begin()
    asha.say("/report")
    asha.choose(GO_ON_HERE, CONDUCT)
    asha.say("kaptembwa")
    asha.choose("Kaptembwo, Nakuru", NOT_KNOWN, NOT_KNOWN)
    asha.say("an officer took my phone")
    asha.finish()
    assert "an officer took my phone" in njeri.screen
    with hotline.world.service.transaction() as work:
        work.session.execute(update(Liaison).where(Liaison.name == "Ms. Njeri").values(body_code="station"))
        (asked,) = work.session.scalars(select(Dispatch.id))
    take = njeri.data(I_HAVE_IT)
    njeri.tap(I_HAVE_IT)
    assert hotline.only_case().state == "open"
    assert njeri.last.buttons == ()
    assert step(hotline.world.service, Who(7020, 99, "en"), pressed(take)) is None
    assert pieces(hotline.world.service, Who(7020, 99, "en"), pressed(f"e:{asked}")) is None
    with hotline.world.service.read() as work:
        shown = card(work, work.session.get_one(Dispatch, asked))
    assert "an officer" not in shown.text
    assert shown.buttons is None


def test_the_card_of_one_who_has_not_answered_can_still_be_taken(
    hotline: Hotline, sergeant: Smartphone
) -> None:
    hotline.world.pass_minutes(21)
    assert len(hotline.world.phone(ACHIENG).inbox) == 1
    assert f"they took my phone\n\n{en(liaison_phrases.late())}" in sergeant.screen
    assert sergeant.last.buttons == (I_HAVE_IT, ASIDE)
    sergeant.tap(I_HAVE_IT)
    assert ends(sergeant.screen, en(liaison_phrases.you_have_it(ANY)))
    assert acknowledgements(hotline) == ["acknowledged Sgt. Kipruto, Kaptembwo Police Station"]


def test_a_step_in_words_is_taken_whatever_is_asked_just_then(hotline: Hotline, sergeant: Smartphone) -> None:
    (word,) = hotline.words()
    sergeant.begin()
    sergeant.say(f"1 {word.lower()}")
    assert sergeant.screen.endswith(f"\n\n{WHAT_HAPPENED}")
    assert hotline.only_case().state == "acknowledged"
    sergeant.say("1 ZEBRA")
    sergeant.choose(YES, DO_NOT_REMEMBER)
    _first, second = sorted(hotline.world.cases(), key=lambda case: case.state)
    assert second.details(hotline.world.service.settings.keys) == "1 ZEBRA", (
        "a word that waits for nobody is what happened"
    )


def test_stop_and_start_are_heard_whatever_is_asked_just_then(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.begin()
    for typed, words in (("STOP", STOPPED), ("start", RESUMED)):
        asha.say(typed)
        assert asha.screen.startswith(words)
        assert asha.screen.endswith(f"\n\n{WHAT_HAPPENED}")
    asha.say("they took my phone")
    asha.finish()
    assert hotline.details() == "they took my phone"


def test_a_verdict_counts_for_whoever_had_the_case_when_it_was_asked(hotline: Hotline) -> None:
    asha, kipruto, achieng = hotline.chat(), hotline.world.phone(KIPRUTO), hotline.world.phone(ACHIENG)
    asha.report()
    kipruto.text("1")
    hotline.world.pass_minutes(22 * 60)
    kipruto.text("1")
    hotline.world.pass_minutes(2 * 60)
    question = asha.last
    assert says(question.text, did_help_come())
    kipruto.text("2")
    achieng.text("1")
    asha.tap(HELPED, question.id)
    assert hotline.only_case().state == "acknowledged"
    shown = next(message for message in asha.messages if message.id == question.id)
    assert ends(shown.text, f": {how_it_stands('taken')}")
    assert shown.buttons == ()
    achieng.text("3")
    asha.tap(HELPED)
    assert hotline.only_case().state == "closed"


def test_a_body_may_be_called_whatever_it_likes(hotline: Hotline) -> None:
    with hotline.world.service.transaction() as work:
        work.session.execute(update(Body).where(Body.code == "station").values(name="Police <Post> & Co"))
    assert hotline.liaison().screen == WELCOME.replace("Kaptembwo Police Station", "Police <Post> & Co")


@pytest.mark.parametrize("next_turn", ["words", "a button", "a command"])
def test_the_button_that_shows_a_number_goes_with_the_next_turn(hotline: Hotline, next_turn: str) -> None:
    asha = hotline.chat()
    asha.start()
    menu = asha.last.id
    asha.say("/liaison")
    assert asha.row["keyboard"] == [[{"label": SHARE_NUMBER, "kind": "contact"}]]
    match next_turn:
        case "words":
            asha.say("english")
        case "a button":
            asha.tap(ENGLISH, menu)
        case _:
            asha.say("/report")
    assert asha.row["keyboard"] is None
    assert len(asha.said) == 1, "nothing is left of it"


def test_a_chat_that_is_anothers_now_takes_no_cards_with_it(hotline: Hotline, sergeant: Smartphone) -> None:
    before, take = sergeant.card, sergeant.data(I_HAVE_IT)
    sergeant.share_contact(number=ACHIENG)
    assert sergeant.screen == en(liaison_phrases.linked("Cpl. Achieng", "Kaptembwo Police Station"))
    kipruto = hotline.world.phone(KIPRUTO)
    hotline.chat().say("one of them is my neighbour")
    assert kipruto.inbox[-1].endswith("one of them is my neighbour"), "news of it go to their phone"
    assert "neighbour" not in " ".join(sergeant.said)
    kipruto.text("1")
    assert next(message for message in sergeant.messages if message.id == before.id) == before
    sergeant.tap(take, before.id, stale=True)
    assert sergeant.toast == EARLIER_QUESTION
    assert acknowledgements(hotline) == ["acknowledged Sgt. Kipruto, Kaptembwo Police Station"]


def test_two_thousand_emblems_still_make_a_card(hotline: Hotline, sergeant: Smartphone) -> None:
    """Telegram counts them double, and takes no card that is too long."""
    sergeant.tap(CANNOT)
    hotline.world.phone(ACHIENG).text("2")
    hotline.chat(BAHATI, "Bahati").report("🔥" * 2000)
    assert "🔥" * 1000 in sergeant.screen
    sergeant.say("/cases")
    sergeant.tap(next(label for label in sergeant.last.buttons if THEFT in label))
    assert "🔥" * 1000 in sergeant.screen
    assert I_HAVE_IT in sergeant.last.buttons


def test_a_liaison_comes_and_goes_in_the_chat(hotline: Hotline) -> None:
    sergeant = hotline.liaison()
    sergeant.say("/off")
    assert sergeant.screen.startswith(OFF_DUTY_SW)
    hotline.chat().report()
    assert "they took my phone" in hotline.world.phone(ACHIENG).inbox[0]
    sergeant.say("zamu")
    assert sergeant.screen.startswith(ON_DUTY_SW)
    sergeant.say("/cases")
    assert sergeant.screen == AT_DESK_SW


@on_sqlite
def test_the_desk_is_for_liaisons(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.start()
    asha.choose(ENGLISH)
    for command in ("/cases", "/on", "/off"):
        asha.say(command)
        assert asha.screen == MENU
        assert GIVEN_TO_ME not in asha.last.buttons


# On whatever phone


def test_the_first_has_it_whether_by_text_by_dialling_in_or_by_a_card(hotline: Hotline) -> None:
    sergeant = hotline.liaison()
    hotline.chat().report()
    hotline.world.pass_minutes(21)
    corporal, desk = hotline.world.phone(ACHIENG), hotline.world.phone(DESK)
    corporal.dial()
    corporal.choose(GIVEN_TO_ME)
    corporal.press("1")
    hotline.world.pass_minutes(20)
    desk.text("1")
    assert says(desk.inbox[-1], en(liaison_phrases.yours(ANY)))
    assert says(corporal.choose(I_HAVE_IT), en(liaison_phrases.first_was(ANY, "Duty desk")))
    assert says(sergeant.screen, sw(liaison_phrases.first_was(ANY, "Duty desk")))
    assert sergeant.last.buttons == ()
    assert acknowledgements(hotline) == ["acknowledged Duty desk, National Situation Room"]


def test_a_card_is_first_and_the_others_are_told(hotline: Hotline) -> None:
    sergeant = hotline.liaison()
    hotline.chat().report()
    hotline.world.pass_minutes(21)
    corporal = hotline.world.phone(ACHIENG)
    sergeant.tap(I_HAVE_IT_SW)
    corporal.text(f"1 {hotline.words()[-1]}")
    assert says(corporal.inbox[-1], en(liaison_phrases.first_was(ANY, "Sgt. Kipruto")))
    corporal.dial()
    assert THEFT not in corporal.choose(GIVEN_TO_ME)
    assert acknowledgements(hotline) == ["acknowledged Sgt. Kipruto, Kaptembwo Police Station"]


def test_the_same_liaison_on_two_phones_has_it_once(hotline: Hotline, sergeant: Smartphone) -> None:
    phone = hotline.world.phone(KIPRUTO)
    phone.text("1")
    assert says(phone.inbox[-1], en(liaison_phrases.yours(ANY)))
    assert sergeant.last.buttons == (ON_THE_WAY, DONE, CANNOT, ASIDE), "the card knows"
    phone.text("1")
    assert says(phone.inbox[-1], en(liaison_phrases.already_yours(ANY)))
    sergeant.tap(DONE)
    phone.text("3")
    assert len(acknowledgements(hotline)) == 1
    assert hotline.history().count("resolved Sgt. Kipruto, Kaptembwo Police Station") == 1


def test_a_liaison_may_answer_in_words(hotline: Hotline, sergeant: Smartphone) -> None:
    sergeant.say("1")
    assert says(sergeant.screen, en(liaison_phrases.yours(ANY)))
    sergeant.say("4")
    sergeant.say("3")
    assert hotline.only_case().state == "resolved"


def test_many_taps_at_once_are_one_acknowledgement(hotline: Hotline) -> None:
    sergeant, corporal = hotline.liaison(), hotline.liaison(CORPORAL)
    hotline.chat().report()
    hotline.world.pass_minutes(21)
    cards = {SERGEANT: pressed(sergeant.data(I_HAVE_IT_SW)), CORPORAL: pressed(corporal.data(I_HAVE_IT))}

    def tap(number: int) -> object:
        user = (SERGEANT, CORPORAL)[number % 2]
        return step(hotline.world.service, Who(user, 1000 + number, "en"), cards[user])

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(tap, range(8)))
    hotline.settle()
    assert len(acknowledgements(hotline)) == 1
    has = [
        says(sergeant.screen, sw(liaison_phrases.you_have_it(ANY))),
        says(corporal.screen, en(liaison_phrases.you_have_it(ANY))),
    ]
    was_second = [
        says(sergeant.screen, sw(liaison_phrases.first_was(ANY, "Cpl. Achieng"))),
        says(corporal.screen, en(liaison_phrases.first_was(ANY, "Sgt. Kipruto"))),
    ]
    assert sorted(has) == sorted(was_second) == [False, True]


@on_sqlite
def test_a_chat_goes_with_whoever_shows_their_number_last(hotline: Hotline) -> None:
    first, second = hotline.liaison(), hotline.chat(7050, "A new phone")
    second.start()
    second.share_contact(number=KIPRUTO)
    hotline.chat().report()
    assert "they took my phone" in second.screen
    assert "they took my phone" not in first.screen
    second.share_contact(number=WANJIKU)
    assert "Mama Wanjiku" in second.screen
    hotline.chat(BAHATI, "Bahati").report("another")
    assert "another" not in second.screen
    assert "another" in hotline.world.phone(ACHIENG).inbox[-1]
