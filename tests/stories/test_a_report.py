"""One report travels the whole road, in people's words."""

from datetime import timedelta

from hotline.directory.categories import Urgency
from tests.scenery.county import ACHIENG, CITIZEN, DESK, KIPRUTO, NEIGHBOUR, STRANGER, WANJIKU
from tests.scenery.reports import arrive, report, word_of
from tests.scenery.world import World


def test_a_report_is_answered_denied_and_goes_to_another_body(world: World) -> None:
    citizen, sergeant, committee = world.phone(CITIZEN), world.phone(KIPRUTO), world.phone(WANJIKU)
    number = report(citizen)
    assert not citizen.in_call
    assert "Utajibiwa kabla ya 10:30" in citizen.screen
    assert citizen.new_texts() == [
        f"{number}: imepokelewa. Utajibiwa kabla ya 10:30. Ukiwa hatarini piga 999."
    ]

    (put_before,) = sergeant.new_texts()
    word = word_of(put_before)
    assert "Ghasia au mkusanyiko, Kaptembwo, Nakuru" in put_before
    assert "vijana wenye silaha * karibu na stendi" in put_before
    assert f"1 {word} = naichukua" in put_before

    sergeant.text(f"1 {word}")
    assert f"{word} ni yako" in sergeant.new_texts()[0]
    assert citizen.new_texts() == [f"{number}: inashughulikiwa sasa."]

    world.pass_minutes(29)
    sergeant.text(f"4 {word}")
    assert citizen.new_texts() == [f"{number}: mtu yuko njiani."]
    world.pass_minutes(50)
    sergeant.text(f"6 {word}")
    assert citizen.new_texts() == [f"{number}: aliyeipokea anasema amefika."]
    sergeant.new_texts()

    world.pass_minutes(40)
    assert citizen.new_texts() == []
    world.pass_minutes(2)
    assert "msaada ulifika?" in citizen.new_texts()[0]

    citizen.text("2")
    assert citizen.new_texts() == [
        "Pole sana. Ukiwa hatarini piga 999. Sasa tunamwomba mwingine; tarajia jibu kabla ya 12:31."
    ]
    (put_before,) = committee.new_texts()
    assert "Ghasia" in put_before
    assert "Kaptembwo Police Station" in put_before, "who had it already, is the first that they read"
    assert sergeant.new_texts() == []
    (case,) = world.cases()
    assert (case.state, world.verdict(case), case.round) == ("open", "not_helped", 2)


def test_the_citizen_agrees_that_help_came_and_the_case_is_closed(world: World) -> None:
    citizen, sergeant = world.phone(CITIZEN), world.phone(KIPRUTO)
    report(citizen)
    word = word_of(sergeant.new_texts()[0])
    sergeant.text(f"1{word.lower()}")
    sergeant.text(f"3. {word}")
    assert "msaada ulifika?" in citizen.new_texts()[-1]
    citizen.text("Ndiyo.")
    (case,) = world.cases()
    assert (case.state, world.verdict(case)) == ("closed", "helped")
    assert world.history(case) == [
        "reported citizen",
        "dispatched Sgt. Kipruto, Kaptembwo Police Station",
        "acknowledged Sgt. Kipruto, Kaptembwo Police Station",
        "resolved Sgt. Kipruto, Kaptembwo Police Station",
        "asked",
        "verdict citizen",
        "closed",
    ]


def test_nobody_answers_so_the_case_goes_on_until_somebody_does(world: World) -> None:
    citizen, sergeant = world.phone(CITIZEN), world.phone(KIPRUTO)
    report(citizen)
    assert len(sergeant.new_texts()) == 1
    for number in (ACHIENG, WANJIKU, DESK):
        world.pass_minutes(5.2)
        assert len(world.phone(number).inbox) == 1, number
    assert sergeant.new_texts() == []
    world.pass_minutes(5.2)
    assert len(sergeant.new_texts()) == 1, "from the top again"
    world.pass_minutes(5.2)
    assert len(world.phone(ACHIENG).inbox) == 2
    word = word_of(sergeant.inbox[0])
    sergeant.text(f"1 {word}")
    assert "ni yako" in sergeant.new_texts()[0], "whoever was asked may still take it"
    world.pass_minutes(29)
    texts = [len(world.phone(number).inbox) for number in (ACHIENG, WANJIKU, DESK)]
    assert texts == [2, 1, 1], "nobody is told again once somebody has it"


def test_a_promise_that_is_missed_is_admitted_and_the_next_is_twice_as_far_off(world: World) -> None:
    citizen, sergeant = world.phone(CITIZEN), world.phone(KIPRUTO)
    number = report(citizen)
    world.pass_minutes(29.5)
    assert citizen.new_texts() == [
        f"{number}: imepokelewa. Utajibiwa kabla ya 10:30. Ukiwa hatarini piga 999."
    ]
    world.pass_minutes(1)
    (admitted,) = citizen.new_texts()
    assert admitted.startswith(
        f"{number}: samahani, hakuna jibu bado. Sasa tumeiomba: Kaptembwo Police Station. Saa mpya: 11:30."
    )
    citizen.dial()
    citizen.choose("Kesi yangu")
    citizen.press(number)
    assert "Saa mpya: 11:30" in citizen.screen
    world.pass_minutes(59)
    assert citizen.new_texts() == []
    world.pass_minutes(1)
    assert "Saa mpya: 13:30" in citizen.new_texts()[0]
    sergeant.text(f"1 {word_of(sergeant.inbox[0])}")
    assert citizen.new_texts() == [f"{number}: inashughulikiwa sasa."], "in time, as it was said last"


def test_one_who_has_it_and_does_nothing_loses_it_and_the_citizen_is_told(world: World) -> None:
    citizen, sergeant, corporal = world.phone(CITIZEN), world.phone(KIPRUTO), world.phone(ACHIENG)
    number = report(citizen)
    word = word_of(sergeant.inbox[0])
    sergeant.text(f"1 {word}")
    sergeant.new_texts()
    world.pass_minutes(31)
    (wondering,) = sergeant.new_texts()
    assert f"1 {word}" in wondering
    sergeant.text("1")
    world.pass_minutes(31)
    assert corporal.inbox == [], "who says that they are still on it keeps it"
    citizen.new_texts()
    sergeant.new_texts()
    world.pass_minutes(11)
    (case,) = world.cases()
    assert (case.state, case.liaison_id, case.round) == ("open", None, 1)
    assert [word_of(text).split()[0] for text in sergeant.new_texts()] == [word], (
        "they are told that it is theirs no more"
    )
    assert len(corporal.inbox) == 1
    (told,) = citizen.new_texts()
    assert told.startswith(f"{number}: samahani, sasa tunatafuta mwingine. Utajibiwa kabla ya 11:41."), (
        "the same body has no name"
    )
    corporal.text("1")
    assert citizen.new_texts() == [f"{number}: inashughulikiwa sasa."]


def test_who_has_several_reports_of_one_event_hears_of_another_call_once(world: World) -> None:
    sergeant = world.phone(KIPRUTO)
    for number in (CITIZEN, NEIGHBOUR):
        report(world.phone(number))
    for word in {word_of(text) for text in sergeant.new_texts()}:
        sergeant.text(f"1 {word}")
    sergeant.new_texts()
    report(world.phone(STRANGER))
    told = sergeant.new_texts()
    assert len(told) == 2, "that there was one, and what was said in it"
    assert sum("ripoti nyingine" in text for text in told) == 1
    assert {case.urgency for case in world.cases()} == {Urgency.LIFE}


def test_the_second_to_answer_is_told_who_was_first(world: World) -> None:
    report(world.phone(CITIZEN))
    world.pass_minutes(5.5)
    first, second = world.phone(ACHIENG), world.phone(KIPRUTO)
    first.text("1")
    second.text(f"1 {word_of(second.inbox[0])}")
    assert second.inbox[-1].endswith("ilichukuliwa kwanza na Cpl. Achieng. Huna la kufanya zaidi.")


def test_silence_stays_unknown(world: World) -> None:
    citizen, sergeant = world.phone(CITIZEN), world.phone(KIPRUTO)
    report(citizen)
    arrive(sergeant)
    for _question in range(8):
        world.pass_minutes(3 * 60 + 1)
        sergeant.text("1")
    (case,) = world.cases()
    assert (case.state, world.verdict(case)) == ("acknowledged", None)
    assert sum("msaada ulifika?" in text for text in citizen.inbox) == 1


def test_still_in_danger_is_as_urgent_as_can_be(world: World) -> None:
    citizen, sergeant, committee = world.phone(CITIZEN), world.phone(KIPRUTO), world.phone(WANJIKU)
    report(citizen, "Ardhi")
    sergeant.text("1")
    sergeant.text("3")
    citizen.text("3")
    assert "Hatari kwa maisha sasa" in committee.new_texts()[0]
    (case,) = world.cases()
    assert case.in_danger


def test_one_who_wants_no_texts_gets_none_and_sees_it_when_dialling_in(world: World) -> None:
    citizen, sergeant = world.phone(CITIZEN), world.phone(KIPRUTO)
    number = report(citizen, text=False)
    sergeant.text("1")
    for _question in range(5):
        world.pass_minutes(31)
        sergeant.text("1")
    assert citizen.inbox == []
    citizen.dial()
    citizen.choose("Kesi yangu")
    citizen.press(number)
    assert "Kesi yako inashughulikiwa. Je, msaada ulifika?" in citizen.screen
    citizen.choose("Hapana")
    assert "Sasa tunamwomba mwingine" in citizen.screen
    (case,) = world.cases()
    assert (world.verdict(case), case.round) == ("not_helped", 2)


def test_danger_needs_no_typing(world: World) -> None:
    citizen, sergeant = world.phone(CITIZEN), world.phone(KIPRUTO)
    citizen.dial()
    citizen.choose("English")
    citizen.choose("Danger to life now")
    citizen.choose("Nakuru")
    citizen.choose("Nakuru Town West")
    citizen.choose("Kaptembwo")
    citizen.choose("Yes")
    assert "by 10:15" in citizen.screen
    assert "Hatari kwa maisha sasa" in sergeant.inbox[0]


def test_what_is_about_the_police_never_reaches_them(world: World) -> None:
    report(world.phone(CITIZEN), "Mwenendo")
    world.pass_minutes(8 * 60)
    assert not any(world.phone(number).inbox for number in (KIPRUTO, ACHIENG))
    assert len(world.phone(DESK).inbox) > 1


def test_a_language_is_remembered_and_a_home_only_if_one_says_so(world: World) -> None:
    citizen = world.phone(CITIZEN)
    report(citizen)
    assert citizen.dial().startswith("Itikia. Dharura?"), "the language is not asked again"
    citizen.choose("Hatari kwa maisha")
    assert "Andika jina la mahali" in citizen.screen, "nothing is remembered of one who has not said so"
    citizen.press("kaptembwa")
    citizen.choose("Kaptembwo")
    citizen.choose("Ndiyo")
    citizen.dial()
    citizen.choose("Ripoti")
    citizen.choose("Wizi")
    citizen.press("london")
    citizen.choose("London")
    citizen.press("simu imeibwa")
    citizen.choose("Ndiyo")
    citizen.choose("Ndiyo")
    citizen.dial()
    citizen.choose("Hatari kwa maisha")
    assert "1. London, Nakuru" in citizen.screen


def test_a_liaison_is_never_asked_to_take_what_they_reported_themselves(world: World) -> None:
    sergeant, corporal = world.phone(KIPRUTO), world.phone(ACHIENG)
    sergeant.dial()
    sergeant.choose("Ripoti")
    sergeant.choose("Wizi")
    sergeant.press("kaptembwa")
    sergeant.choose("Kaptembwo")
    sergeant.press("pikipiki imeibwa")
    sergeant.choose("Hapana")
    sergeant.choose("Hapana")
    world.pass_minutes(8 * 60)
    assert sergeant.inbox == []
    assert "Robbery or theft" in corporal.inbox[0]


def test_a_plain_yes_is_about_the_case_that_was_asked_about(world: World) -> None:
    world.now += timedelta(hours=8, minutes=50)  # 18:50 in Nairobi
    citizen, sergeant = world.phone(CITIZEN), world.phone(KIPRUTO)
    report(citizen)
    first = word_of(sergeant.inbox[-1])
    arrive(sergeant, first)
    world.pass_minutes(125)
    assert "msaada ulifika?" in citizen.inbox[-1], "asked in the evening"
    citizen.dial()
    citizen.choose("Ripoti")
    citizen.choose("Ghasia")
    citizen.press("kaptembwa")
    citizen.choose("Kaptembwo")
    citizen.press("tena")
    citizen.choose("Ndiyo")
    citizen.choose("Hapana")
    second = word_of(sergeant.inbox[-1])
    assert second != first
    arrive(sergeant, second)
    world.pass_minutes(60)
    sergeant.text(f"1 {first}")
    world.pass_minutes(115)
    citizen.text("1")
    asked, not_asked = world.cases()
    assert (world.verdict(asked), asked.state) == ("helped", "closed")
    assert (world.verdict(not_asked), not_asked.state) == (None, "acknowledged"), (
        "its question waits for the morning"
    )
    sergeant.text(f"3 {second}")
    world.pass_minutes(8 * 60)
    assert not_asked.spoken in citizen.inbox[-1]
