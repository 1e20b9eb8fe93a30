"""Somebody has heard something: it is put before people who can
know, never the police, and everybody who asked hears the answer."""

from itertools import count

import pytest
from sqlalchemy import func, select, update

from hotline.cli import rumours as rumours_cli
from hotline.context import UnitOfWork
from hotline.core.i18n import say
from hotline.directory import people
from hotline.directory.categories import BodyKind
from hotline.directory.liaisons import Role
from hotline.directory.people import Person
from hotline.messaging.message import Message
from hotline.outbox import Task
from hotline.rumours import answers as rumour_answers
from hotline.rumours import questions as rumour_questions
from hotline.rumours import similar, spread, verification
from hotline.rumours import views as rumour_views
from hotline.rumours.conclusions import RumourState
from hotline.rumours.menus import AskRumour, RumourCommand
from hotline.rumours.rumour import Question, Rumour, named
from tests.scenery.county import (
    CHEBET,
    CITIZEN,
    DESK,
    KAPTEMBWO,
    KIPRUTO,
    NEIGHBOUR,
    NJERI,
    STRANGER,
    WANJIKU,
)
from tests.scenery.world import World, liaison

CLAIM = "They have poisoned the school well"
KAWANGWARE = "KE0472751372"
sittings = count(1)


@pytest.fixture(autouse=True)
def in_english(world: World) -> None:
    """Every liaison reads English."""
    with world.service.transaction() as work:
        work.session.execute(update(Person).values(language="en"))


def ask(
    world: World,
    number: str | None,
    claim: str = CLAIM,
    *,
    area: str = KAPTEMBWO.code,
    sitting: str = "",
    may: bool = True,
) -> str:
    """Somebody asks by dialling in; what they read then."""
    with world.service.transaction() as work:
        address = None
        if number is not None:
            address = people.meet(
                work.session, work.keys, number, work.now, may_write=True, language="en"
            ).phone
            work.session.flush()
        command = AskRumour(claim, area, may)
        said = say(
            rumour_questions.ask(work, command, "en", "ussd", address, sitting or f"{next(sittings):032}"),
            "en",
        )
    world.settle()
    return said


def known(work: UnitOfWork, number: str = "R1") -> Rumour:
    found = named(work.session, number)
    assert found is not None
    return found


def notes(world: World) -> list[str]:
    """How those know who have looked into it."""
    with world.service.read() as work:
        return [source.note(work.keys) for source in known(work).sources]


def replies(world: World, number: str, *said: str) -> str:
    """What a liaison is answered who texts all this."""
    for text in said:
        world.phone(number).text(text)
    return world.phone(number).inbox[-1]


def questions(world: World) -> int:
    with world.service.read() as work:
        return work.session.scalar(select(func.count()).select_from(Question)) or 0


def test_three_ask_two_bodies_find_out_and_who_wants_to_know_is_told(world: World) -> None:
    for number, may in ((CITIZEN, True), (NEIGHBOUR, False), (STRANGER, True)):
        said = ask(world, number, "They have POISONED the school well!" if may else CLAIM, may=may)
        assert said.startswith("We have your question: R1. We are asking those who may know")
        assert ("and tell you" in said) == may
    first, spreading = world.phone(WANJIKU).inbox
    assert f"R1, Kaptembwo, Nakuru: {CLAIM}" in first.replace("POISONED", "poisoned").replace("!", "")
    assert spreading.startswith("R1 spreads: asked by 3 in 1 minutes, in 1 places.")
    assert [world.phone(number).inbox for number in (KIPRUTO, NJERI, DESK)] == [[], [], []], (
        "the nearest peace committee is asked first"
    )

    assert replies(world, WANJIKU, "CHECK R1").startswith("R1 is yours to look into.")
    assert replies(world, DESK, "check r1").startswith("R1: Mama Wanjiku is looking into it.")
    assert replies(world, WANJIKU, "ANSWER R1").startswith("R1: nothing is known yet that could be told.")
    for text in ("FALSE R1", "R1 false.", "FALSE R1 ..."):
        assert replies(world, WANJIKU, text) == "How do you know? Text FALSE R1 and how you know."
    assert CLAIM.casefold() in replies(world, WANJIKU, "R1 false?").casefold().replace("!", "")
    assert notes(world) == []
    assert replies(world, WANJIKU, "FALSE R1 I drank from it").startswith(
        "R1: noted. It is probably not true. Another body is asked too."
    )
    assert "One body has looked into it; a second one is needed." in world.phone(DESK).inbox[-1]
    assert [world.phone(number).inbox for number in (CITIZEN, STRANGER)] == [[], []], (
        "one body is not enough to tell at once"
    )
    assert (
        replies(world, DESK, "FALSE R1 the headmaster")
        == "R1: noted. It is not true. Those who asked are told now (2)."
    )
    assert world.phone(WANJIKU).inbox[-1] == "R1: those who asked are told now (2). It is not true."

    answer = "R1, checked at 10:00: it is not true. Two sources say so. Please do not pass it on."
    assert [world.phone(number).inbox for number in (CITIZEN, NEIGHBOUR, STRANGER)] == [
        [answer],
        [],
        [answer],
    ]
    assert replies(world, DESK, "ANSWER R1") == "R1: nobody waits for an answer."
    assert ask(world, NEIGHBOUR, may=False) == answer, "who asks now is told at once"
    assert (
        replies(world, CHEBET, "FALSE R1 nobody is ill")
        == "R1: noted. It is not true. Nobody waits for an answer."
    )
    assert notes(world) == ["I drank from it", "the headmaster", "nobody is ill"]
    assert [len(world.phone(number).inbox) for number in (CITIZEN, NEIGHBOUR, STRANGER)] == [1, 0, 1]
    assert not any(
        "poison" in text.casefold()
        for number in (CITIZEN, NEIGHBOUR, STRANGER)
        for text in world.phone(number).inbox
    )


def test_what_was_told_otherwise_is_corrected_but_for_those_who_want_no_texts(world: World) -> None:
    ask(world, CITIZEN)
    ask(world, NEIGHBOUR)
    replies(world, WANJIKU, "FALSE R1 nobody is ill")
    assert replies(world, WANJIKU, "ANSWER R1").startswith("R1: those who asked are told now (2).")
    assert "it is probably not true, but not sure yet" in world.phone(CITIZEN).inbox[-1]
    world.phone(NEIGHBOUR).text("STOP")
    texts = len(world.phone(NEIGHBOUR).inbox)

    assert "Others say otherwise" in replies(world, DESK, "TRUE R1 the hospital says so")
    assert "not sure any more" in " ".join(world.phone(WANJIKU).inbox), (
        "who led it hears that those who asked were told otherwise"
    )
    assert "disagree" in world.phone(WANJIKU).inbox[-1]
    assert "probably not" in world.phone(CITIZEN).inbox[-1], (
        "where they disagree nobody is told anything by itself"
    )
    assert replies(world, DESK, "ANSWER R1") == "R1: those who asked are told now (2). It is being checked."
    assert (
        world.phone(CITIZEN)
        .inbox[-1]
        .startswith("We said otherwise before, and are sorry. R1: it is being checked,")
    )
    assert "it is being checked" in ask(world, STRANGER), "what does not hold any more is told to nobody"
    assert (
        replies(world, WANJIKU, "TRUE R1 now people are ill")
        == "R1: noted. It is true. Those who asked are told now (3)."
    )
    assert (
        world.phone(CITIZEN).inbox[-1:]
        == world.phone(STRANGER).inbox
        == ["R1, checked at 10:00: it is true. Two sources say so. Please stay calm and safe."]
    )
    assert len(world.phone(NEIGHBOUR).inbox) == texts


def test_a_sitting_or_a_phone_asks_once_and_nobody_floods_the_desk(world: World) -> None:
    once = ask(world, CITIZEN, sitting="a" * 32)
    assert ask(world, CITIZEN, sitting="a" * 32) == once
    assert ask(world, CITIZEN, "they have poisoned, the SCHOOL well", area=KAWANGWARE) == once
    ask(world, None)
    assert questions(world) == 2
    assert ask(world, NEIGHBOUR, area=KAWANGWARE).startswith("We have your question: R2."), (
        "another place is for a person to judge"
    )
    for number in range(rumour_questions.MOST_ASKED - 1):
        ask(world, CITIZEN, f"something else happened at the market, number {number}")
    assert ask(world, CITIZEN, "and another thing").startswith("You have asked a lot today.")
    assert questions(world) == 2 + rumour_questions.MOST_ASKED


def test_two_found_to_be_the_same_are_answered_together_each_by_its_number(world: World) -> None:
    ask(world, CITIZEN)
    ask(world, NEIGHBOUR, "somebody put poison in the well of the school")
    ask(world, STRANGER, "the school well has poison")
    assert "If it is the same as R" in world.phone(WANJIKU).inbox[-1]
    assert "counts as R1 now" in replies(world, WANJIKU, "SAME R2 R1")
    assert "counts as R1 now" in replies(world, WANJIKU, "SAME R3 R2"), "followed to the end"
    assert "the same already" in replies(world, WANJIKU, "SAME R1 R3"), "no ring"
    replies(world, WANJIKU, "FALSE R2 it is clean", "ANSWER R3")
    with world.service.read() as work:
        assert [known(work, number).state for number in ("R1", "R2")] == [
            RumourState.PROBABLY_FALSE,
            RumourState.NEW,
        ]
    assert [world.phone(each).inbox[0][:3] for each in (CITIZEN, NEIGHBOUR, STRANGER)] == [
        "R1,",
        "R2,",
        "R3,",
    ], "the number they know"

    assert replies(world, WANJIKU, "APART R3") == "R3 is a rumour of its own again."
    assert "It is probably true" in replies(world, WANJIKU, "TRUE R3 that one is another well")
    assert replies(world, WANJIKU, "ANSWER R3").startswith("R3: those who asked are told now (1).")
    assert "sorry. R3, checked at" in world.phone(STRANGER).inbox[-1], (
        "under its number they were told otherwise"
    )
    assert len(world.phone(CITIZEN).inbox) == len(world.phone(NEIGHBOUR).inbox) == 1

    ask(world, CITIZEN, "the chief fled Kaptembwo")
    ask(world, CITIZEN, "Kaptembwo is flooded")
    assert "R5, Kaptembwo, Nakuru: Kaptembwo is flooded" in world.phone(WANJIKU).inbox[-1]
    assert "If it is the same" not in world.phone(WANJIKU).inbox[-1], (
        "the place alone makes them no one claim"
    )


def test_who_knows_it_already_is_not_told_again_and_nobody_is_told_twice(world: World) -> None:
    ask(world, CITIZEN)
    replies(world, WANJIKU, "TRUE R1 I saw it", "ANSWER R1")
    ask(world, NEIGHBOUR, "somebody put poison in the well of the school")
    replies(world, WANJIKU, "FALSE R2 I think", "ANSWER R2", "TRUE R2 I saw it", "ANSWER R2")
    ask(world, STRANGER, "the school well has poison")
    ask(world, STRANGER, "do not drink from the well of the school, there is poison")
    assert "Text ANSWER R1 to tell those who asked" in replies(
        world, WANJIKU, "SAME R4 R3", "SAME R2 R1", "SAME R3 R1"
    )
    before = [len(world.phone(number).inbox) for number in (CITIZEN, NEIGHBOUR)]
    assert before == [1, 2]
    replies(world, WANJIKU, "ANSWER R1", "ANSWER R1")
    assert [len(world.phone(number).inbox) for number in (CITIZEN, NEIGHBOUR)] == before
    assert len(world.phone(STRANGER).inbox) == 1


def test_nobody_checks_so_it_is_passed_on_and_who_forgets_it_loses_it(world: World) -> None:
    ask(world, CITIZEN)
    world.pass_minutes(16)
    assert "nobody looks into it yet" in world.phone(WANJIKU).inbox[-1]
    assert world.phone(DESK).inbox == []
    world.pass_minutes(15)
    assert CLAIM in world.phone(DESK).inbox[-1]
    replies(world, DESK, "CHECK R1")
    world.pass_minutes(61)
    assert world.phone(DESK).inbox[-1].startswith("R1: have you found out?")
    asked = len(world.phone(WANJIKU).inbox)
    world.pass_minutes(30)
    assert world.phone(DESK).inbox[-1].startswith("R1 goes to somebody else")
    assert "nobody looks into it yet" in world.phone(WANJIKU).inbox[asked]
    assert replies(world, WANJIKU, "CHECK R1").startswith("R1 is yours")
    with world.service.read() as work:
        assert "Nakuru Peace Committee (Mama Wanjiku) is looking into it" in rumours_cli.lines(work, "R1")


def test_who_asks_what_nobody_looks_into_hears_that_once_and_who_leads_is_reminded_to_tell(
    world: World,
) -> None:
    ask(world, CITIZEN)
    world.pass_minutes(299)
    assert world.phone(CITIZEN).inbox == []
    world.pass_minutes(2)
    nobody = "R1: nobody could look into it yet. Please do not pass it on, and ask us again later."
    assert world.phone(CITIZEN).inbox == [nobody]
    reminded = len(world.phone(WANJIKU).inbox)
    assert ask(world, CITIZEN) == nobody
    assert ask(world, NEIGHBOUR).startswith("We have your question: R1.")
    for minutes in (10, 6, 64):
        world.pass_minutes(minutes)
        assert (len(world.phone(WANJIKU).inbox) > reminded) == (minutes != 10), (
            "to ask again puts nothing off"
        )
        assert ask(world, CITIZEN) == nobody
    assert world.phone(WANJIKU).inbox[reminded:] == [world.phone(WANJIKU).inbox[-1]]
    assert (
        world.phone(WANJIKU)
        .inbox[-1]
        .startswith("R1, Kaptembwo, Nakuru: asked by 2, and nobody looks into it yet.")
    )
    assert world.phone(CITIZEN).inbox == world.phone(NEIGHBOUR).inbox == [nobody]

    replies(world, WANJIKU, "FALSE R1 nobody is ill")
    waiting = "R1: It is probably not true. Waiting for an answer: {}. Text ANSWER R1 to tell them."
    world.pass_minutes(16)
    assert world.phone(WANJIKU).inbox[-1] == waiting.format(2)
    ask(world, STRANGER)
    world.pass_minutes(45)
    assert world.phone(WANJIKU).inbox[-1] == waiting.format(3)
    replies(world, WANJIKU, "ANSWER R1")
    texts = len(world.phone(WANJIKU).inbox)
    world.pass_minutes(300)
    assert len(world.phone(WANJIKU).inbox) == texts
    assert world.phone(CITIZEN).inbox[1:] == world.phone(NEIGHBOUR).inbox[1:] == world.phone(STRANGER).inbox
    assert len(world.phone(STRANGER).inbox) == 1


def test_nobody_is_told_of_a_rumour_that_names_them_nor_of_any_found_to_be_the_same(world: World) -> None:
    ask(world, CITIZEN, "Is it true that Mama Wanjiko sold the relief food")
    assert world.phone(WANJIKU).inbox == []
    assert "sold the relief food" in world.phone(DESK).inbox[-1], "whoever coordinates looks into it"
    ask(world, NEIGHBOUR, "the relief food was sold in Kaptembwo")
    assert "relief food" in world.phone(WANJIKU).inbox[-1]
    assert "If it is the same" not in world.phone(WANJIKU).inbox[-1]
    for text in ("READ R1", "CHECK R1", "FALSE R1 I did not", "ANSWER R1", "SAME R2 R1", "APART R1"):
        assert replies(world, WANJIKU, text).startswith("We have no rumour R1 for you."), text
    assert seen_by(world, WANJIKU) == (["R2"], None)
    with world.service.read() as work:
        assert [
            similar.suggestions(work, known(work, "R2"), liaison(work, who)) != [] for who in (WANJIKU, DESK)
        ] == [False, True]
    replies(world, DESK, "SAME R1 R2", "FALSE R2 all of it is there")
    texts = len(world.phone(WANJIKU).inbox)
    assert replies(world, CHEBET, "UNKNOWN R2 nobody will say").startswith("R2: noted.")
    world.pass_minutes(300)
    assert len(world.phone(WANJIKU).inbox) == texts
    assert seen_by(world, WANJIKU) == ([], None)


def test_where_there_is_no_peace_committee_the_coordinating_body_is_asked_and_only_whose_place_it_is_may_look(
    world: World,
) -> None:
    ask(world, CITIZEN, area=KAWANGWARE)
    assert CLAIM in world.phone(DESK).inbox[-1]
    for number in (KIPRUTO, WANJIKU, CHEBET, NJERI):
        for text in ("READ R1", "TRUE R1 so they say", "CHECK R1", "ANSWER R1", "SAME R1 R1", "APART R1"):
            assert replies(world, number, text).startswith("We have no rumour R1 for you."), (number, text)
        assert seen_by(world, number) == ([], None)
    listed, shown = seen_by(world, DESK)
    assert (listed, shown) == (["R1"], CLAIM)
    ask(world, CITIZEN, "the chief has left")
    assert [seen_by(world, number)[0] for number in (WANJIKU, CHEBET, KIPRUTO)] == [["R2"], ["R2"], []]
    with world.service.transaction() as work:
        for number in (WANJIKU, DESK):
            work.session.add(
                Role(liaison_id=liaison(work, number).id, kind=BodyKind.POLICE, ended_at=work.now)
            )
    texts = [len(world.phone(number).inbox) for number in (WANJIKU, DESK)]
    ask(world, CITIZEN, "the officers have left")
    world.pass_minutes(300)
    assert [seen_by(world, number)[0] for number in (WANJIKU, DESK)] == [[], []], (
        "whoever was once of the police"
    )
    assert [len(world.phone(number).inbox) for number in (WANJIKU, DESK)] == texts


def seen_by(world: World, number: str) -> tuple[list[str], str | None]:
    with world.service.read() as work:
        who = liaison(work, number)
        listed = [line.number for line in rumour_views.listing(work, who)]
        shown = rumour_views.details(work, who, "R1")
        return listed, shown.claim if shown else None


def test_a_page_of_answers_done_twice_writes_nothing_twice(world: World) -> None:
    with world.service.transaction() as work:
        for number in range(rumour_answers.PAGE + 5):
            address = people.meet(
                work.session, work.keys, f"+254711{number:06}", work.now, may_write=True, language="en"
            ).phone
            work.session.flush()
            rumour_questions.ask(
                work, AskRumour(CLAIM, KAPTEMBWO.code, True), "en", "ussd", address, f"{number:032}"
            )
        who = liaison(work, WANJIKU)
        for look in (RumourCommand("false", "R1", note="saw it"), RumourCommand("answer", "R1")):
            verification.act(work, who, look)
        work.session.info.clear()  # the workers are slow today
    page = "1/1/unlikely/1"
    written = []
    for _time in range(3):
        with world.service.transaction() as work:
            rumour_answers.answer_page(work, page)
            work.session.flush()
            written.append(work.session.scalar(select(func.count()).where(Message.kind == "rumour")))
            assert (
                work.session.scalar(select(Task.state).where(Task.key == "answer:1/1/unlikely/2"))
                == "waiting"
            )
            work.session.info.clear()
    assert written == [rumour_answers.PAGE, rumour_answers.PAGE + 5, rumour_answers.PAGE + 5]
    with world.service.transaction() as work:
        verification.act(work, liaison(work, DESK), RumourCommand("true", "R1", note="heard it"))
        ask_late = people.meet(work.session, work.keys, "+254733000444", work.now, may_write=True).phone
        work.session.flush()
        rumour_questions.ask(work, AskRumour(CLAIM, KAPTEMBWO.code, True), "en", "ussd", ask_late, "f" * 32)
        rumour_answers.answer_page(work, page)
        work.session.flush()
        assert work.session.scalar(select(func.count()).where(Message.kind == "rumour")) == written[-1], (
            "it does not hold any more"
        )


def test_what_is_printed_and_what_everybody_reads_say_nothing_false(world: World) -> None:
    with world.service.read() as work:
        assert rumours_cli.table(work) == ["Nobody has asked about anything in the last 7 days."]
    ask(world, CITIZEN)
    world.pass_minutes(61)
    ask(world, NEIGHBOUR)
    replies(world, WANJIKU, "FALSE R1 no")
    with world.service.read() as work:
        found = known(work)
        assert (
            say(rumour_views.headline(work, found), "en")
            == "R1, asked 10:00, Kaptembwo: checked. It is probably not true."
        )
        assert [people for _hour, _area, people in spread.hourly(work, found)] == [1, 1]
        lines = [*rumours_cli.lines(work, "r1"), *rumours_cli.table(work)]
        assert rumours_cli.lines(work, "R77") == ["There is no rumour R77."]
    assert lines[0] == "R1, Kaptembwo, Nakuru: unlikely; asked by 2 in 1 places; not answered"
    assert "Nakuru Peace Committee (Mama Wanjiku) says no" in lines[1]
    assert not any("poison" in line for line in lines)
