"""What may be done with a broadcast: whoever is offered something may do it,
whoever may do it is offered it, and nobody gets past the menu."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import func, select

from hotline.broadcasts import actions as broadcast_actions
from hotline.broadcasts import board as broadcast_board
from hotline.broadcasts import phrases as broadcast_phrases
from hotline.broadcasts.actions import TABLE, ActionName, offered
from hotline.broadcasts.broadcast import (
    ON_ITS_WAY,
    UNSENT,
    Broadcast,
    BroadcastState,
    Deed,
    DeedKind,
    broadcast_by_code,
)
from hotline.broadcasts.copies import Copy, CopyState
from hotline.broadcasts.limits import NotNow
from hotline.broadcasts.menus import STEPS, Compose, Deal
from hotline.broadcasts.sms_commands import VERBS
from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase, say
from hotline.directory import bodies, liaisons
from hotline.directory.categories import BodyKind
from hotline.directory.liaisons import Liaison
from hotline.directory.people import Address
from hotline.rumours import questions as rumour_questions
from hotline.rumours.menus import AskRumour
from tests.scenery.broadcast_machine.cast import (
    BARAKA,
    KAREN,
    LONDON,
    MERCY,
    MORE_BODIES,
    MORE_LIAISONS,
    POST,
)
from tests.scenery.broadcasts import ALL_CALM, does, readers, stands, written
from tests.scenery.county import CHEBET, DESK, KAPTEMBWO, KIPRUTO, NJERI, WANJIKU
from tests.scenery.world import World, liaison

NAIROBI = "+254722000121"
TWO_WARDS = replace(ALL_CALM, areas=(KAPTEMBWO.code, LONDON))
"""The police post answers for the first of them only."""


@pytest.fixture
def staffed(world: World) -> World:
    """More of those who may do something, and some who may not."""
    city = bodies.Listed("city", "Nairobi County Office", BodyKind.COORDINATION, ("KE047",), ())
    mayor = liaisons.Listed("city", "Mr. Kamau", NAIROBI, ("en",), True)
    with world.service.transaction() as work:
        bodies.save(work.session, [*MORE_BODIES, city])
        liaisons.save(work.session, work.keys, [*MORE_LIAISONS, mayor], ("en", "sw"), work.now)
    readers(world, 3)
    return world


ROLES = {
    "its author": WANJIKU,
    "of the author's committee": BARAKA,
    "of the station there": KIPRUTO,
    "of a post in one of its places": POST,
    "of the women's desk": CHEBET,
    "who coordinates everything": DESK,
    "who coordinates the county": KAREN,
    "who coordinates another county": NAIROBI,
    "of the oversight authority": NJERI,
    "of a committee elsewhere": MERCY,
}
"""Liaisons, by what they are to a message about two wards that somebody of the peace committee wrote."""

MAY_WHILE_IT_WAITS: dict[str, list[str]] = {
    "its author": ["object", "edit", "stop", "withdraw"],
    "of the author's committee": ["object", "edit", "stop"],
    "of the station there": ["approve", "object", "edit", "stop"],
    "of a post in one of its places": ["object", "edit", "stop"],
    "of the women's desk": ["approve", "object", "edit", "stop"],
    "who coordinates everything": ["approve", "object", "edit", "stop", "withdraw"],
    "who coordinates the county": ["approve", "object", "edit", "stop", "withdraw"],
    "who coordinates another county": ["stop", "withdraw"],
    "of the oversight authority": ["stop"],
    "of a committee elsewhere": ["stop"],
}


# --- whatever there is, whoever comes: what is offered is what is accepted


@dataclass(frozen=True)
class Standing:
    """How a broadcast may stand."""

    state: BroadcastState
    had: bool = False
    """Somebody has it."""
    paused_by: str = ""
    emergency: bool = False
    reviewed_by: str = ""
    approved_by: str = ""


STANDINGS: Sequence[Standing] = (
    *(Standing(state) for state in BroadcastState),
    *(Standing(state, had=True) for state in BroadcastState if state not in UNSENT),
    *(Standing(state, paused_by=who) for state in ON_ITS_WAY for who in (WANJIKU, CHEBET)),
    Standing(BroadcastState.SUBMITTED, approved_by=KIPRUTO),
    Standing(BroadcastState.SUBMITTED, approved_by=POST),
    Standing(BroadcastState.COOLING, emergency=True),
    Standing(BroadcastState.SENT, had=True, emergency=True),
    Standing(BroadcastState.SENT, had=True, emergency=True, reviewed_by=CHEBET),
)


def brought_into(work: UnitOfWork, broadcast: Broadcast, standing: Standing) -> None:
    broadcast.state, broadcast.emergency = standing.state, standing.emergency
    if standing.had or standing.state not in UNSENT or standing.state == BroadcastState.COOLING:
        broadcast.opens_at = work.now
    deeds = {
        DeedKind.PAUSED: standing.paused_by,
        DeedKind.REVIEWED: standing.reviewed_by,
        DeedKind.APPROVES: standing.approved_by,
    }
    for what, number in deeds.items():
        if number:
            broadcast.note(work.now, what, liaison(work, number))
    broadcast.paused_at = work.now if standing.paused_by else None
    if standing.had:
        address = work.session.scalars(select(Address).order_by(Address.id.desc())).first()
        copy = Copy(broadcast_id=broadcast.id, address=address, language="en", area_code=KAPTEMBWO.code)
        copy.state, copy.code, copy.first = CopyState.GONE, "", False
        work.session.add(copy)
    work.session.flush()


@contextmanager
def undone(work: UnitOfWork) -> Iterator[None]:
    point = work.session.begin_nested()
    yield
    point.rollback()
    work.session.expire_all()


def accepted(work: UnitOfWork, who: Liaison, broadcast: Broadcast, name: ActionName) -> tuple[bool, Phrase]:
    """Whether anything comes of it when it is asked for past the menu; and what is said."""
    before, texts = _traces(work), [*broadcast.texts.values()]
    said = broadcast_actions.deal(work, who, command(broadcast, name))
    if name == "show":
        return any(text in say(said, "en") for text in texts), said
    return _traces(work) != before, said


def command(broadcast: Broadcast, name: ActionName) -> Compose | Deal:
    if name == "edit":
        return replace(TWO_WARDS, hours=3, edits=broadcast.code)
    if name == "correct":
        return replace(TWO_WARDS, hours=3, corrects=broadcast.code)
    return Deal(name, broadcast.code, broadcast.mark, "so")


def _traces(work: UnitOfWork) -> list[int | None]:
    work.session.flush()
    return [work.session.scalar(select(func.count()).select_from(table)) for table in (Deed, Broadcast)]


class Undone(Exception):
    pass


@pytest.mark.parametrize("role", ROLES)
def test_what_is_offered_is_what_is_accepted_and_every_refusal_says_why(staffed: World, role: str) -> None:
    code, _mark = written(staffed, TWO_WARDS)
    with suppress(Undone), staffed.service.transaction() as work:
        who = liaison(work, ROLES[role])
        for standing in STANDINGS:
            with undone(work):
                _is_of_one_mind(work, who, code, standing)
        raise Undone


def _is_of_one_mind(work: UnitOfWork, who: Liaison, code: str, standing: Standing) -> None:
    broadcast = broadcast_by_code(work.session, code)
    assert broadcast is not None
    brought_into(work, broadcast, standing)
    may_read = broadcast_actions.may_read(work.areas, who, broadcast)
    steps = offered(work, who, broadcast)
    offers = {*steps, "show"} if may_read else {*steps}
    stops_a_draft = standing.state in (BroadcastState.DRAFT, BroadcastState.CHECKED) and "withdraw" in offers
    for name in TABLE:
        with undone(work):
            does_it, said = accepted(work, who, broadcast, name)
        expected = name in offers or (name == "stop" and stops_a_draft)
        assert does_it == expected, (standing, name, say(said, "en"))
        is_told_nothing = say(said, "en") == say(broadcast_phrases.no_such(code), "en")
        hears = may_read or does_it or _stops(name, standing)
        assert is_told_nothing == (not hears), (standing, name, say(said, "en"))


def _stops(name: str, standing: Standing) -> bool:
    """Who stops what is over hears that it is, whoever they are; a draft of others they know nothing of."""
    return name == "stop" and standing.state not in (BroadcastState.DRAFT, BroadcastState.CHECKED)


@pytest.mark.parametrize("role", ROLES)
def test_while_it_waits_for_approval_each_may_do_this(staffed: World, role: str) -> None:
    code, _mark = written(staffed, TWO_WARDS)
    with staffed.service.read() as work:
        who, broadcast = liaison(work, ROLES[role]), broadcast_by_code(work.session, code)
        assert broadcast is not None
        assert offered(work, who, broadcast) == MAY_WHILE_IT_WAITS[role]
        seen = broadcast in broadcast_board.seen_by(work, who)
        assert seen == (role != "of a committee elsewhere")


def test_menu_texts_and_table_name_the_same_actions() -> None:
    assert set(STEPS) == {*TABLE} - {"show"}
    assert {name for name, _words in VERBS} == {*TABLE} - {"submit", "edit", "correct"}


# --- past the menu


@pytest.mark.parametrize("number", [MERCY, NJERI, NAIROBI])
def test_nobody_changes_or_corrects_past_the_menu_what_is_not_theirs(staffed: World, number: str) -> None:
    code, mark = written(staffed, TWO_WARDS)
    does(staffed, number, replace(TWO_WARDS, hours=3, edits=code))
    with staffed.service.read() as work:
        found = broadcast_by_code(work.session, code)
        assert found is not None
        assert (found.state, found.mark, found.edition) == (BroadcastState.SUBMITTED, mark, 1)
    staffed.phone(KIPRUTO).text(f"OK {code} {mark}")
    staffed.pass_minutes(11)
    assert stands(staffed, code) in (BroadcastState.FIRST, BroadcastState.SENDING, BroadcastState.SENT)
    was = stands(staffed, code)
    does(staffed, number, replace(TWO_WARDS, hours=3, corrects=code))
    assert stands(staffed, code) == was, "and what goes out is not halted by a correction that is not theirs"
    with staffed.service.read() as work:
        assert work.session.scalar(select(func.count()).select_from(Broadcast)) == 1


def test_whoever_coordinates_takes_a_draft_back_by_stop_wherever_they_are(staffed: World) -> None:
    code, _mark = written(staffed, TWO_WARDS)
    staffed.phone(KIPRUTO).text(f"NO {code} not now")
    assert stands(staffed, code) == BroadcastState.DRAFT
    staffed.phone(MERCY).text(f"STOP {code}")
    assert stands(staffed, code) == BroadcastState.DRAFT, "a committee elsewhere does not know of it"
    staffed.phone(NAIROBI).text(f"STOP {code}")
    assert stands(staffed, code) == BroadcastState.WITHDRAWN


def test_who_answers_for_a_part_is_not_offered_what_they_may_not_approve(staffed: World) -> None:
    code, mark = written(staffed, TWO_WARDS)
    assert "approve" not in steps_of(staffed, POST, code)
    said = does(staffed, POST, Deal("approve", code, mark))
    assert said == say(broadcast_phrases.may_not_approve(code, None), "en")


def test_its_author_may_object_and_everybody_may_change_what_has_not_gone(staffed: World) -> None:
    code, mark = written(staffed, TWO_WARDS)
    assert "object" in steps_of(staffed, WANJIKU, code)
    staffed.phone(KIPRUTO).text(f"OK {code} {mark}")
    assert stands(staffed, code) == BroadcastState.COOLING
    assert "edit" in steps_of(staffed, CHEBET, code)
    assert "object" in steps_of(staffed, WANJIKU, code)
    staffed.phone(WANJIKU).text(f"NO {code} not now")
    assert stands(staffed, code) == BroadcastState.DRAFT


def test_oversight_reads_what_it_is_listed_and_stops_it_and_does_nothing_else(staffed: World) -> None:
    code, mark = written(staffed, TWO_WARDS)
    assert steps_of(staffed, NJERI, code) == ["stop"]
    njeri = staffed.phone(NJERI)
    njeri.text(f"READ {code}")
    assert "Kaptembwo" in njeri.inbox[-1]
    assert mark not in njeri.inbox[-1], "nobody is told how to approve what they may not"
    for text in (f"OK {code} {mark}", f"NO {code} why", f"WITHDRAW {code}"):
        njeri.text(text)
        assert stands(staffed, code) == BroadcastState.SUBMITTED
    njeri.text(f"STOP {code}")
    assert stands(staffed, code) == BroadcastState.STOPPED


def test_whoever_may_not_approve_is_not_told_how_when_they_leave_out_the_mark(staffed: World) -> None:
    code, mark = written(staffed, TWO_WARDS)
    assert mark not in does(staffed, WANJIKU, Deal("approve", code))
    assert mark in does(staffed, CHEBET, Deal("approve", code))


@pytest.mark.parametrize(("number", "is_about_it"), [(WANJIKU, True), (KIPRUTO, False)])
def test_what_one_may_not_read_one_does_not_answer(staffed: World, number: str, is_about_it: bool) -> None:
    with staffed.service.transaction() as work:
        asks = AskRumour("the officers have left", KAPTEMBWO.code, may_answer=False)
        rumour_questions.ask(work, asks, "en", "ussd", None, "1" * 32)
    code, _mark = written(staffed, replace(TWO_WARDS, rumour="R1"), by=number)
    with staffed.service.read() as work:
        found = broadcast_by_code(work.session, code)
        assert found is not None
        assert (found.rumour_id is not None) == is_about_it


@pytest.mark.parametrize("state", BroadcastState)
def test_the_operator_stops_what_anybody_may_stop(staffed: World, state: BroadcastState) -> None:
    code, _mark = written(staffed, TWO_WARDS)
    with staffed.service.transaction() as work:
        found = broadcast_by_code(work.session, code)
        assert found is not None
        brought_into(work, found, Standing(state))
        if state in TABLE["stop"].states:
            broadcast_actions.stop_by_operator(work, code, "")
            assert found.state == BroadcastState.STOPPED
        else:
            with pytest.raises(NotNow):
                broadcast_actions.stop_by_operator(work, code, "")
            assert found.state == state


def steps_of(world: World, number: str, code: str) -> list[str]:
    with world.service.read() as work:
        who = liaison(work, number)
        return list(broadcast_board.broadcast_of(work, who, code).steps)
