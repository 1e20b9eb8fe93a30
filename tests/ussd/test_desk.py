"""What can be done by dialling in since cases are watched: each step
of a liaison, and what a citizen is told when nobody answered."""

import pytest

from hotline.cases import liaison_menus, liaison_phrases
from hotline.cases.case import Case
from hotline.cases.case import history_of as entries
from hotline.cases.citizen_menus import LOOK_AGAIN, NOT_KNOWN, a_woman, whom_is_it_about
from hotline.cases.citizen_phrases import (
    Standing,
    another_office,
    did_help_come,
    how_it_stands,
    somebody_has_it,
    somebody_is_coming,
    somebody_is_there,
    still_asking,
    thanks_for_verdict,
)
from hotline.cases.liaison_menus import (
    ASIDE,
    CANNOT,
    DONE,
    HELP,
    I_HAVE_IT,
    NOT_MINE,
    ON_THE_WAY,
    SAFE,
    STILL_ON_IT,
    THERE,
)
from hotline.core import codec
from hotline.core.i18n import Phrase
from tests.scenery.county import ACHIENG, CHEBET, CITIZEN, DESK, KAPTEMBWO, KIPRUTO, WANJIKU
from tests.scenery.dialling import (
    AT_DESK,
    VERDICTS,
    WHY,
    ask_verdict,
    begin,
    choices_on,
    finish,
    only_case,
    report,
    stand,
    time_in,
    wrong,
)
from tests.scenery.labels import ENGLISH, FIRST, WOMAN, en, page
from tests.scenery.reports import word_of
from tests.scenery.said import asked, labels
from tests.scenery.world import Phone, World
from ussd.pages import not_understood

SURE = labels(
    asked(
        liaison_menus.at_desk(liaison_menus.Assignments(on_duty=True, cases=())),
        "SIMBA",
        "what it is about",
        "aside",
    )
)
STATION = asked(whom_is_it_about(KAPTEMBWO), codec.encode([("station", "Kaptembwo Police Station")]))
OFFICER = asked(whom_is_it_about(KAPTEMBWO), codec.encode([]))


def names(*choices: tuple[str, Phrase]) -> list[str]:
    """As they stand on an English phone."""
    return [en(words) for _key, words in choices]


def numbered(*choices: tuple[int, tuple[str, Phrase]]) -> str:
    return "".join(f"\n{number}. {en(words)}" for number, (_key, words) in choices)


def at_case(phone: Phone) -> str:
    """The only case on this liaison's desk."""
    phone.dial()
    phone.choose(en(FIRST["desk"]))
    return phone.press("1")


def steps_of(phone: Phone) -> list[str]:
    return list(choices_on(phone))


@pytest.fixture
def corporal(either: World) -> Phone:
    """A liaison who reads English, and before whom there is a case."""
    either.phone(KIPRUTO).text("OFF")
    report(either.phone(CITIZEN))
    return either.phone(ACHIENG)


def test_every_step_can_be_taken_by_dialling_in(either: World, corporal: Phone) -> None:
    for step, words, state in (
        (I_HAVE_IT, liaison_phrases.yours, "acknowledged"),
        (ON_THE_WAY, liaison_phrases.on_the_way, "acknowledged"),
        (THERE, liaison_phrases.there, "acknowledged"), (DONE, liaison_phrases.done, "resolved"),
    ):  # fmt: skip
        at_case(corporal)
        assert corporal.choose(*names(step)) == en(words(word_of(corporal.inbox[0])))
        assert not corporal.in_call
        assert only_case(either).state == state
    case = only_case(either)
    assert None not in (case.on_the_way_at, case.there_at, case.resolved_at)
    told = either.phone(CITIZEN).inbox
    assert told[1:] == [
        en(words(case.spoken))
        for words in (somebody_has_it, somebody_is_coming, somebody_is_there, did_help_come)
    ]


def test_each_step_has_the_number_by_which_it_is_texted(either: World, corporal: Phone) -> None:
    at_case(corporal)
    assert numbered((1, I_HAVE_IT), (2, CANNOT), (5, NOT_MINE), (7, ASIDE)) in whole(corporal)
    corporal.press("1")
    at_case(corporal)
    assert numbered((1, STILL_ON_IT), (2, CANNOT), (3, DONE), (4, ON_THE_WAY), (7, ASIDE)) in whole(corporal)
    assert corporal.press("5").startswith(f"{en(not_understood(AT_DESK))}\n"), (
        "a number that is another step's is no choice here"
    )
    corporal.press("4")
    at_case(corporal)
    assert numbered((1, SAFE), (2, CANNOT), (3, DONE), (6, THERE), (9, HELP)) in whole(corporal)
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
    assert steps_of(corporal) == names(I_HAVE_IT, CANNOT, NOT_MINE, ASIDE)
    corporal.choose(*names(I_HAVE_IT))
    at_case(corporal)
    assert steps_of(corporal) == names(STILL_ON_IT, CANNOT, DONE, ON_THE_WAY, ASIDE)
    corporal.choose(*names(ON_THE_WAY))
    at_case(corporal)
    assert steps_of(corporal) == names(SAFE, CANNOT, DONE, THERE, HELP)
    corporal.choose(*names(THERE))
    at_case(corporal)
    assert steps_of(corporal) == names(SAFE, CANNOT, DONE, HELP)


@pytest.mark.parametrize("why", ["no_vehicle", "unsafe", "other"])
def test_one_who_cannot_is_asked_why_and_need_not_say(either: World, corporal: Phone, why: str) -> None:
    at_case(corporal)
    assert corporal.choose(*names(CANNOT)) == page(WHY, "en")
    assert list(labels(WHY)) == ["no_vehicle", "too_far", "busy", "unsafe", "other"]
    assert steps_of(corporal) == names(*labels(WHY).items())
    assert corporal.choose(en(labels(WHY)[why])) == en(liaison_phrases.passed_on(word_of(corporal.inbox[0])))
    with either.service.read() as work:
        assert [
            entry.why for entry in entries(work.session, only_case(either)) if entry.what == "passed on"
        ] == ["" if why == "other" else en(labels(WHY)[why])]
    corporal.dial()
    assert corporal.choose(en(FIRST["desk"])) == page(AT_DESK, "en"), "there is no case on it"


def test_one_who_steps_aside_by_dialling_in_never_sees_it_again(either: World, corporal: Phone) -> None:
    at_case(corporal)
    word = word_of(corporal.inbox[0])
    assert corporal.choose(*names(ASIDE)).startswith(f"{en(liaison_menus.sure(word))}\n")
    corporal.choose(en(SURE["no"]))
    assert names(ASIDE)[0] in steps_of(corporal), "a slip changes nothing"
    assert only_case(either).state == "open"
    corporal.choose(*names(ASIDE))
    assert corporal.choose(en(SURE["yes"])) == en(liaison_phrases.stepped_aside(word))
    texts = len(corporal.inbox)
    either.pass_minutes(600)
    assert len(corporal.inbox) == texts
    corporal.dial()
    assert corporal.choose(en(FIRST["desk"])) == page(AT_DESK, "en"), "there is no case on it"


def test_still_on_it_by_dialling_in_keeps_the_case(either: World, corporal: Phone) -> None:
    corporal.text("1")
    either.pass_minutes(21 * 60 + 1)
    word = word_of(corporal.inbox[0])
    assert corporal.inbox[-1] == en(liaison_phrases.are_you_on_it(word, "09:00"))
    at_case(corporal)
    assert corporal.choose(*names(STILL_ON_IT)) == en(liaison_phrases.already_yours(word))
    either.pass_minutes(130)
    assert only_case(either).state == "acknowledged"


def test_who_does_not_say_loses_it_and_may_not_go_on_with_it(either: World, corporal: Phone) -> None:
    corporal.text("1")
    either.pass_minutes(21 * 60 + 1)
    at_case(corporal)
    either.pass_minutes(121)
    assert only_case(either).state == "open"
    first = en(liaison_phrases.take_first(word_of(corporal.inbox[0])))
    assert corporal.choose(*names(DONE)) in (first, page(AT_DESK, "en")), "it is to be taken first"
    assert only_case(either).state == "open"


def test_help_by_dialling_in_reaches_those_who_lead(either: World, corporal: Phone) -> None:
    corporal.text("1")
    corporal.text("4")
    at_case(corporal)
    assert corporal.choose(*names(HELP)) == en(liaison_phrases.help_is_told("999"))
    assert either.phone(DESK).inbox[-1] == en(
        liaison_phrases.alarm(liaison_phrases.asks_for_help("Cpl. Achieng"), "Kaptembwo, Nakuru")
    )


# Did help come?


def test_one_who_was_asked_finds_the_question_on_the_first_menu(either: World) -> None:
    citizen, sergeant = either.phone(CITIZEN), either.phone(KIPRUTO)
    report(citizen)
    citizen.dial()
    assert en(FIRST["answer"]) not in steps_of(citizen)
    sergeant.text("1")
    sergeant.text("3")
    citizen.dial()
    assert citizen.choose(en(FIRST["answer"])) == ask_verdict(Standing("done", open_to_verdict=True))
    assert citizen.choose(en(VERDICTS["helped"])) == en(
        thanks_for_verdict("helped", "", "999", on_screen=True)
    )
    assert either.verdict(only_case(either)) == "helped"
    citizen.dial()
    assert en(FIRST["answer"]) not in steps_of(citizen)
    stranger = either.phone("+254711000199")
    stranger.dial()
    stranger.choose(ENGLISH)
    assert en(FIRST["answer"]) not in steps_of(stranger)


def test_a_yes_is_taken_back_by_dialling_in_within_a_day(either: World) -> None:
    citizen, sergeant = either.phone(CITIZEN), either.phone(KIPRUTO)
    number = report(citizen)
    sergeant.text("1")
    sergeant.text("3")
    citizen.text("1")
    either.pass_minutes(60)
    citizen.dial()
    citizen.choose(en(FIRST["case"]))
    assert citizen.press(number) == ask_verdict(Standing("closed", open_to_verdict=True))
    assert citizen.choose(en(VERDICTS["not_helped"])) == en(thanks_for_verdict("not_helped", "13:00", "999"))
    assert (only_case(either).state, either.verdict(only_case(either))) == ("open", "not_helped")


# A promise that was not kept


def missed(by: str, asked_now: str) -> str:
    """How a case stands of which we said an earlier time."""
    return en(how_it_stands(Standing("waiting", by, missed=True, asked=asked_now)))


def test_after_a_missed_promise_my_case_says_who_is_asked_now_and_until_when(either: World) -> None:
    number = report(either.phone(CITIZEN))
    either.pass_minutes(121)
    assert stand(either, number) == missed("16:00", "Kaptembwo Police Station"), (
        "twice as long, counted from then"
    )
    either.pass_minutes(300)
    assert stand(either, number) == missed("00:00", "Kaptembwo Police Station"), (
        "and never a time that is past"
    )


def test_a_text_never_tells_who_has_what_nobody_else_may_know_of_nor_does_dialling_in(either: World) -> None:
    citizen = begin(either.phone(CITIZEN), "gender")
    citizen.press("he beats me")
    citizen.choose(en(WOMAN["any"]))
    number = finish(citizen)
    either.pass_minutes(31)
    _received, late = citizen.inbox
    assert late == en(still_asking(number, another_office(), "11:30", "999"))
    shown = stand(either, number)
    bodies = (
        "Kaptembwo Police Station",
        "Nakuru Women's Desk",
        "Nakuru Peace Committee",
        "National Situation Room",
    )
    assert shown == missed(time_in(shown), en(another_office()))
    assert not any(body in text for body in bodies for text in (shown, *citizen.inbox))


def test_one_who_wants_no_texts_gets_none_and_sees_it_all_by_dialling_in(either: World) -> None:
    citizen = either.phone(CITIZEN)
    number = report(citizen, text=False)
    either.pass_minutes(121)
    assert citizen.inbox == []
    assert stand(either, number) == missed("16:00", "Kaptembwo Police Station")


# What is asked besides


def test_about_conduct_one_is_asked_which_station_and_who(either: World) -> None:
    citizen = begin(either.phone(CITIZEN), "conduct")
    assert citizen.screen == page(STATION, "en")
    assert steps_of(citizen) == ["Kaptembwo Police Station", en(NOT_KNOWN)]
    citizen.choose("Kaptembwo")
    assert citizen.screen == page(OFFICER, "en")
    assert steps_of(citizen) == [en(NOT_KNOWN)]
    assert citizen.press("7").startswith(f"{en(not_understood(OFFICER))}\n"), (
        "a key that is no choice is no name"
    )
    citizen.press("Achieng")
    citizen.press("took * my phone")
    finish(citizen)
    case = only_case(either)
    assert (case.named_body, details_of(either, case)) == ("station", "took * my phone (Achieng)")
    assert not any("took" in text for number in (KIPRUTO, ACHIENG) for text in either.phone(number).inbox)


@pytest.mark.parametrize("service_number", ["45231", "PC 45231"])
def test_an_officers_number_is_taken_as_it_is_keyed(either: World, service_number: str) -> None:
    citizen = begin(either.phone(CITIZEN), "conduct")
    citizen.choose(en(NOT_KNOWN))
    citizen.press(service_number)
    citizen.press("took my phone")
    finish(citizen)
    case = only_case(either)
    assert (case.named_body, details_of(either, case)) == (None, f"took my phone ({service_number})")


@pytest.mark.parametrize(("answer", "wanted"), [("woman", True), ("any", False)])
def test_about_violence_at_home_one_may_ask_for_a_woman(either: World, answer: str, *, wanted: bool) -> None:
    citizen = begin(either.phone(CITIZEN), "gender")
    assert citizen.press("he beats me") == page(a_woman(), "en")
    citizen.choose(en(WOMAN[answer]))
    finish(citizen)
    assert only_case(either).wants_woman is wanted
    assert any(
        "he beats me" in text for number in (CHEBET, WANJIKU, KIPRUTO) for text in either.phone(number).inbox
    )


def details_of(world: World, case: Case) -> str:
    return case.details(world.service.settings.keys)


def test_a_wrong_number_shows_nothing_of_a_case_that_has_missed_its_promise(either: World) -> None:
    number = report(either.phone(CITIZEN))
    either.pass_minutes(121)
    assert stand(either, wrong(number)).startswith(f"{en(LOOK_AGAIN)}\n")
