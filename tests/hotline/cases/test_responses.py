"""A liaison answers, in one short text, and is told at once what has come of it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from hotline.carriers.carrier import InboundText
from hotline.cases import citizen_phrases, conflicts, dispatch, liaison_menus, liaison_phrases
from hotline.cases import sms_commands as case_commands
from hotline.cases.case import bar_liaison, bars_of, history_of, lock_case
from hotline.cases.dispatch import Dispatch
from hotline.cases.reference_number import spoken_reference
from hotline.directory import liaisons, people
from hotline.directory.liaisons import Liaison
from hotline.front_desk import phrases as desk_phrases
from hotline.front_desk import texts
from tests.scenery.county import ACHIENG, CITIZEN, DESK, KIPRUTO, MORNING, NEIGHBOUR, STRANGER, WANJIKU
from tests.scenery.labels import CONTACT, FIRST, REMEMBER, about, en, sw
from tests.scenery.reports import arrive, report, word_of
from tests.scenery.waiting import PATIENCE
from tests.scenery.world import Phone, World


@pytest.fixture
def sergeant(world: World) -> Phone:
    """Sergeant Kipruto, who has just been asked to take the citizen's report."""
    report(world.phone(CITIZEN))
    return world.phone(KIPRUTO)


def report_by_liaison(liaison: Phone) -> None:
    """A liaison reports something as any citizen does. They have a language already."""
    liaison.dial()
    liaison.choose(sw(FIRST["report"]))
    liaison.choose(about("violence", "sw"))
    liaison.press("kaptembwa")
    liaison.choose("Kaptembwo")
    liaison.press("vijana wenye silaha")
    liaison.choose(sw(CONTACT["text"]))
    liaison.choose(sw(REMEMBER["no"]))


def word(phone: Phone) -> str:
    return word_of(phone.inbox[0])


def did_help_come(world: World) -> str:
    """The question in the words of the only case's citizen."""
    return sw(citizen_phrases.did_help_come(spoken_reference(world.cases()[0].reference)))


def states(world: World) -> list[str]:
    with world.service.database.reading() as session:
        return list(session.scalars(select(Dispatch.state).order_by(Dispatch.id)))


def answer(phone: Phone, text: str) -> str:
    """The last text that comes back."""
    phone.new_texts()
    phone.text(text)
    return phone.new_texts()[-1]


# Taking it


@pytest.mark.parametrize("text", ["1", " 1 ", "1.", "1 {}", "1{}", "1. {}", "1, {}.", "1-{}", "1 {}!"])
@pytest.mark.parametrize("written", [str.upper, str.lower, str.title])
def test_one_key_takes_it_with_or_without_the_word(
    world: World, sergeant: Phone, text: str, written: Callable[[str], str]
) -> None:
    name = word(sergeant)
    assert answer(sergeant, text.format(written(name))) == sw(liaison_phrases.yours(name))
    assert [case.state for case in world.cases()] == ["acknowledged"]
    assert states(world) == ["taken"]


def test_to_take_it_twice_is_no_harm(world: World, sergeant: Phone) -> None:
    name = word(sergeant)
    sergeant.text("1")
    assert answer(sergeant, f"1 {name}") == sw(liaison_phrases.already_yours(name))
    assert (
        world.phone(CITIZEN).inbox.count(
            sw(citizen_phrases.somebody_has_it(spoken_reference(world.cases()[0].reference)))
        )
        == 1
    )


def test_the_same_text_brought_twice_is_answered_once(sergeant: Phone) -> None:
    sergeant.new_texts()
    sergeant.text("1", "one-and-the-same")
    sergeant.text("1", "one-and-the-same")
    assert len(sergeant.new_texts()) == 1


def test_a_wrong_word_takes_nothing_and_names_the_right_one(world: World, sergeant: Phone) -> None:
    name = word(sergeant)
    wrong = "SIMBA" if name != "SIMBA" else "TEMBO"
    assert name in answer(sergeant, f"1 {wrong}")
    assert states(world) == ["asked"]


@pytest.mark.parametrize("text", ["0", "8", "yes", "12 SIMBA", "1 SIMBA NDOVU", "👍"])
def test_what_is_no_answer_is_explained(world: World, sergeant: Phone, text: str) -> None:
    answered = answer(sergeant, text)
    assert "1" in answered
    assert "2" in answered
    assert states(world) == ["asked"]


def test_with_two_cases_open_the_word_is_asked_for(world: World, sergeant: Phone) -> None:
    report(world.phone(NEIGHBOUR))
    achieng = world.phone(ACHIENG)
    world.pass_minutes(5.5)
    names = {word_of(text) for text in sergeant.inbox}
    assert len(names) == 2, "a liaison knows no two cases by one word"
    achieng_names = {word_of(text) for text in achieng.inbox}
    assert achieng_names == names, "and all who are asked know a case by the same one"
    answered = answer(achieng, "1")
    assert all(name in answered for name in names)
    assert {case.state for case in world.cases()} == {"open"}
    chosen = max(names)
    assert answer(achieng, f"1 {chosen}") == en(liaison_phrases.yours(chosen))
    assert sorted(case.state for case in world.cases()) == ["acknowledged", "open"]


def test_one_for_whom_nothing_waits_is_told_so(world: World) -> None:
    assert answer(world.phone(ACHIENG), "1") == en(liaison_phrases.no_cases())


def test_a_stranger_cannot_take_a_case(world: World, sergeant: Phone) -> None:
    world.phone(STRANGER).text(f"1 {word(sergeant)}")
    world.phone(WANJIKU).text(f"1 {word(sergeant)}")
    assert states(world) == ["asked"]


# Who is first


def test_the_first_has_it_and_everybody_else_is_told_who_that_was(world: World) -> None:
    crowd = [f"+2547220009{number:02}" for number in range(40)]
    with world.service.database.writing() as session:
        listed = [
            liaisons.Listed("station", f"Officer {number[-2:]}", number, ("en",), True) for number in crowd
        ]
        liaisons.save(session, world.service.settings.keys, listed, ("en", "sw"), MORNING)
    report(world.phone(CITIZEN))
    name = word_of(world.phone(KIPRUTO).inbox[0])
    ask_everybody(world, crowd, name)
    take_at_the_same_instant(world, crowd, name)
    world.settle()
    answers = [world.phone(number).inbox[-1] for number in crowd]
    winners = [place for place, text in enumerate(answers) if text == en(liaison_phrases.yours(name))]
    assert len(winners) == 1
    told = en(liaison_phrases.first_was(name, f"Officer {winners[0]:02}"))
    assert answers.count(told) == 39
    assert states(world).count("taken") == 1
    assert [entry for entry in world.history(world.cases()[0]) if entry.startswith("acknowledged")] == [
        f"acknowledged Officer {winners[0]:02}, Kaptembwo Police Station"
    ]


def ask_everybody(world: World, numbers: list[str], name: str) -> None:
    """The case is before all of them, as if the escalation policy had got to each."""
    with world.service.transaction() as work:
        first = work.session.scalars(select(Dispatch)).one()
        for step, number in enumerate(numbers, start=2):
            person = people.by_number(work.session, work.keys, number)
            who = liaisons.of(work.session, person) if person else None
            assert who is not None
            asked = Dispatch(
                case_id=first.case_id,
                step=step,
                round=1,
                liaison_id=who.id,
                body_code=who.body_code,
                word=name,
                reason="",
                at=work.now,
            )
            work.session.add(asked)


def take_at_the_same_instant(world: World, numbers: list[str], name: str) -> None:
    together = threading.Barrier(len(numbers))

    def take(number: str) -> None:
        text = InboundText(f"crowd-{number}", number, "22384", f"1 {name}")
        together.wait(PATIENCE)
        with world.service.transaction() as work:
            texts.text_arrives(work, text)

    with ThreadPoolExecutor(len(numbers)) as threads:
        list(threads.map(take, numbers))


# Cannot


def test_who_cannot_passes_it_on_at_once(world: World, sergeant: Phone) -> None:
    name = word(sergeant)
    assert answer(sergeant, "2") == sw(liaison_phrases.passed_on(name))
    assert word_of(world.phone(ACHIENG).inbox[0]) == name
    assert states(world) == ["cannot", "asked"]
    world.pass_minutes(5.5)
    assert states(world) == ["cannot", "unanswered", "asked"], "and the time of the next begins anew"


def test_who_has_it_and_cannot_after_all_passes_it_on(world: World, sergeant: Phone) -> None:
    sergeant.text("1")
    sergeant.text("2")
    (case,) = world.cases()
    assert (case.state, case.liaison_id, case.acknowledged_at) == ("open", None, None)
    assert world.phone(ACHIENG).inbox
    world.phone(ACHIENG).text("1")
    (case,) = world.cases()
    assert case.state == "acknowledged"


def test_who_said_cannot_may_think_better_of_it_while_nobody_has_it(world: World, sergeant: Phone) -> None:
    name = word(sergeant)
    sergeant.text("2")
    assert answer(sergeant, f"1 {name}") == sw(liaison_phrases.yours(name))
    assert states(world) == ["taken", "superseded"]


def test_cannot_twice_asks_no_second_person(world: World, sergeant: Phone) -> None:
    name = word(sergeant)
    sergeant.text("2")
    answer(sergeant, f"2 {name}")
    assert states(world) == ["cannot", "asked"]


@pytest.mark.parametrize("before", ["", "1"])
def test_their_own_words_on_why_are_locked_away_and_ours_stand_in_the_history(
    world: World, sergeant: Phone, before: str
) -> None:
    if before:
        sergeant.text(before)
    sergeant.text("2 the suspect is Otieno of plot 7")
    sergeant = world.phone(ACHIENG)
    sergeant.text("5")
    (case,) = world.cases()
    with world.service.database.reading() as session:
        whys = [entry.why for entry in history_of(session, case) if entry.what == "passed on"]
        first, second = session.scalars(
            select(Dispatch).where(Dispatch.state == "cannot").order_by(Dispatch.id)
        )
        assert (first.why(world.service.settings.keys), second.why(world.service.settings.keys)) == (
            "THE suspect is Otieno of plot 7",
            "",
        )
        assert b"Otieno" not in (first.locked_why or b"")
    assert whys == ["", "it is not theirs to answer"]


def test_a_no_with_another_cases_word_says_nothing_of_the_only_one_that_waits(
    world: World, sergeant: Phone
) -> None:
    name = word(sergeant)
    other = next(each for each in dispatch.CASE_WORDS if each != name)
    assert name in answer(sergeant, f"2 {other} no fuel")
    assert states(world) == ["asked"]
    sergeant.text(f"2 {name} no fuel")
    assert states(world) == ["cannot", "asked"]


# Stepping aside


def test_to_step_aside_is_asked_once_more(world: World, sergeant: Phone) -> None:
    name = word(sergeant)
    assert answer(sergeant, "7") == sw(liaison_phrases.sure_to_step_aside(name))
    assert states(world) == ["asked"]
    assert answer(sergeant, f"7 {name}") == sw(liaison_phrases.stepped_aside(name))
    assert states(world) == ["cannot", "asked"]
    with world.service.database.reading() as session:
        assert list(bars_of(session, world.cases()[0]).values()) == [conflicts.STEPPED_ASIDE]


@pytest.mark.parametrize(("sure", "after"), [("yes", ["cannot", "asked"]), ("no", ["asked"])])
def test_and_on_a_screen_of_its_own_by_dialling(
    world: World, sergeant: Phone, sure: str, after: list[str]
) -> None:
    name = word(sergeant)
    sergeant.dial()
    sergeant.choose(sw(FIRST["desk"]))
    sergeant.choose(name)
    sergeant.press("7")
    assert sergeant.screen.startswith(sw(liaison_menus.sure(name)))
    sergeant.choose(sw(dict(liaison_menus.IS_SURE)[sure]))
    assert states(world) == after
    assert sergeant.in_call is (sure == "no"), "who is not sure chooses again"


# Help


@pytest.mark.parametrize("keys", [(), ("1",), ("1", "3"), ("2",), ("1", "7", "7")])
def test_help_works_whatever_has_become_of_the_case(
    world: World, sergeant: Phone, keys: tuple[str, ...]
) -> None:
    name = word(sergeant)
    for key in keys:
        sergeant.text(f"{key} {name}")
    desk = world.phone(DESK)
    desk.new_texts()
    assert answer(sergeant, f"9 {name}") == sw(liaison_phrases.help_is_told("999"))
    (alarm,) = desk.new_texts()
    assert alarm == en(
        liaison_phrases.alarm(liaison_phrases.asks_for_help("Sgt. Kipruto"), "Kaptembwo, Nakuru")
    )


def test_help_works_for_one_who_has_no_case_at_all(world: World) -> None:
    assert answer(world.phone(WANJIKU), "9") == sw(liaison_phrases.help_is_told("999"))
    assert world.phone(DESK).new_texts() == [
        en(liaison_phrases.alarm(liaison_phrases.asks_for_help("Mama Wanjiku"), ""))
    ]


def test_where_nobody_can_be_told_of_it_we_say_so(world: World) -> None:
    assert answer(world.phone(DESK), "9") == en(liaison_phrases.nobody_to_tell("999"))


# Done


def test_who_said_done_by_a_slip_takes_it_back_until_the_citizen_has_judged(
    world: World, sergeant: Phone
) -> None:
    name, citizen = word(sergeant), world.phone(CITIZEN)
    for key in "13":
        sergeant.text(key)
    assert answer(sergeant, f"1 {name}") == sw(liaison_phrases.not_done_after_all(name))
    (case,) = world.cases()
    assert (case.state, case.resolved_at, states(world)) == ("acknowledged", None, ["taken"])
    sergeant.text("3")
    citizen.text("1")
    assert answer(sergeant, f"1 {name}") != sw(liaison_phrases.not_done_after_all(name))
    assert [case.state for case in world.cases()] == ["closed"]


def test_done_asks_the_citizen_at_once(world: World, sergeant: Phone) -> None:
    name, citizen = word(sergeant), world.phone(CITIZEN)
    sergeant.text("1")
    citizen.new_texts()
    assert answer(sergeant, f"3 {name}") == sw(liaison_phrases.done(name))
    assert citizen.new_texts()[-1] == did_help_come(world)
    assert [case.state for case in world.cases()] == ["resolved"]


@pytest.mark.parametrize("key", "346")
def test_done_before_taking_it_is_not_done_nor_is_anything_else(
    world: World, sergeant: Phone, key: str
) -> None:
    name = word(sergeant)
    assert f"1 {name}" in answer(sergeant, f"{key} {name}")
    assert states(world) == ["asked"]


def test_done_late_does_not_ask_the_citizen_twice(world: World, sergeant: Phone) -> None:
    citizen = world.phone(CITIZEN)
    arrive(sergeant)
    world.pass_minutes(170)
    sergeant.text("3")
    world.pass_minutes(300)
    assert citizen.inbox.count(did_help_come(world)) == 1
    citizen.text("1")
    assert [case.state for case in world.cases()] == ["closed"]


def test_done_after_the_citizen_has_said_no_changes_nothing(world: World, sergeant: Phone) -> None:
    name = word(sergeant)
    sergeant.text("1")
    sergeant.text("3")
    world.phone(CITIZEN).text("2")
    for text in (f"3 {name}", f"1 {name}", f"2 {name}"):
        assert name in answer(sergeant, text)
        (case,) = world.cases()
        assert (case.state, case.round, case.liaison_id) == ("open", 2, None), text
    assert len(states(world)) == 2, "and nobody is asked because of it"


def test_one_whose_case_was_reopened_meanwhile_is_told_that_it_is_over(world: World, sergeant: Phone) -> None:
    name = word(sergeant)
    world.pass_minutes(5.5)
    achieng = world.phone(ACHIENG)
    achieng.text("1")
    achieng.text("3")
    world.phone(CITIZEN).text("2")
    assert answer(sergeant, f"1 {name}") == sw(liaison_phrases.over(name))
    assert answer(achieng, f"1 {name}") == en(liaison_phrases.over(name))


# Off duty


def test_a_liaison_who_texts_stop_is_off_duty_until_they_text_start(world: World) -> None:
    sergeant = world.phone(KIPRUTO)
    assert answer(sergeant, "STOP") == sw(desk_phrases.texts_stopped())
    report(world.phone(CITIZEN))
    assert about("violence", "sw") not in " ".join(sergeant.inbox)
    assert "vijana wenye silaha" in world.phone(ACHIENG).inbox[0]
    world.pass_minutes(5.5)
    assert "not told Sgt. Kipruto, Kaptembwo Police Station" not in world.history(world.cases()[0]), (
        "they were not so much as asked"
    )
    assert on_duty(world) == ["Cpl. Achieng", "Duty desk", "Mama Wanjiku", "Ms. Chebet", "Ms. Njeri"]
    assert answer(sergeant, "START") == sw(liaison_phrases.resumed(liaison_phrases.on_duty()))
    assert "Sgt. Kipruto" in on_duty(world)


def test_who_goes_off_duty_with_a_case_is_told_that_they_have_it_still(world: World, sergeant: Phone) -> None:
    name = word(sergeant)
    sergeant.text("1")
    assert answer(sergeant, "OFF") == sw(liaison_phrases.off_with_cases(liaison_phrases.off_duty(), name))
    assert [case.state for case in world.cases()] == ["acknowledged"]
    sergeant.text("2")
    assert answer(sergeant, "OFF") == sw(liaison_phrases.off_duty())


def on_duty(world: World) -> list[str]:
    with world.service.database.reading() as session:
        return sorted(session.scalars(select(Liaison.name).where(Liaison.on_duty)))


# Two hats


def test_a_citizen_who_is_a_liaison_too_gives_a_verdict_where_no_case_waits_for_them(world: World) -> None:
    wanjiku, sergeant = world.phone(WANJIKU), world.phone(KIPRUTO)
    report_by_liaison(wanjiku)
    sergeant.text("1")
    sergeant.text("3")
    assert wanjiku.inbox[-1] == did_help_come(world)
    wanjiku.text("1")
    (case,) = world.cases()
    assert (case.state, world.verdict(case)) == ("closed", "helped")


def test_while_a_case_waits_for_them_a_number_is_the_liaisons_and_a_word_the_citizens(world: World) -> None:
    wanjiku, sergeant = world.phone(WANJIKU), world.phone(KIPRUTO)
    report_by_liaison(wanjiku)
    sergeant.text("1")
    sergeant.text("3")
    report(world.phone(CITIZEN), "land")
    sergeant.text("2")
    world.phone(ACHIENG).text("2")
    assert about("land", "sw") in wanjiku.inbox[-1]
    wanjiku.text("1")
    own, other = sorted(world.cases(), key=lambda case: case.category_code, reverse=True)
    assert (own.state, world.verdict(own), other.state) == ("resolved", None, "acknowledged")
    wanjiku.text(sw(case_commands.YES).partition(",")[0])
    own, other = sorted(world.cases(), key=lambda case: case.category_code, reverse=True)
    assert (own.state, world.verdict(own), other.state) == ("closed", "helped", "acknowledged")


def test_while_asked_for_a_verdict_a_liaison_can_still_go_off_duty(world: World) -> None:
    wanjiku, sergeant = world.phone(WANJIKU), world.phone(KIPRUTO)
    report_by_liaison(wanjiku)
    sergeant.text("1")
    sergeant.text("3")
    assert answer(wanjiku, "off") == sw(liaison_phrases.off_duty())
    assert answer(wanjiku, "hello") == sw(liaison_phrases.what_to_text())
    wanjiku.text(sw(case_commands.NO).partition(",")[0])
    assert [world.verdict(case) for case in world.cases()] == ["not_helped"]


def test_the_desk_can_take_what_nobody_else_would(world: World, sergeant: Phone) -> None:
    world.pass_minutes(5 * 3.5)
    world.phone(DESK).text("1")
    name = word(sergeant)
    assert answer(world.phone(ACHIENG), f"1 {name}") == en(liaison_phrases.first_was(name, "Duty desk"))


def test_who_may_see_a_case_is_asked_again_once_it_is_held(world: World, sergeant: Phone) -> None:
    """They are kept from it in the very moment in which their answer comes in."""
    name, answered = word(sergeant), threading.Event()

    def take() -> None:
        with world.service.transaction() as work:
            texts.text_arrives(work, InboundText("in-that-moment", KIPRUTO, "22384", f"1 {name}"))
        answered.set()

    with world.service.transaction() as work:
        case = lock_case(work.session, world.cases()[0].id)
        asked = work.session.scalars(select(Dispatch)).one()
        bar_liaison(work.session, case, asked.liaison_id, conflicts.STEPPED_ASIDE, work.now)
        threading.Thread(target=take).start()
        assert not answered.wait(0.5)
    assert answered.wait(PATIENCE)
    world.settle()
    assert sergeant.inbox[-1] in (sw(liaison_phrases.over(name)), sw(liaison_phrases.no_cases()))
    assert [each.state for each in world.cases()] == ["open"]
