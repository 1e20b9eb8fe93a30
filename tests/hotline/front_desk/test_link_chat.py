"""A liaison is known in a chat by the number of their own
phone, and whoever wrote there before was the same person."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hotline.broadcasts import phrases as broadcast_phrases
from hotline.broadcasts.copies import CopyState
from hotline.carriers.carrier import Meaning, Sending
from hotline.cases import liaison_phrases
from hotline.cases.case import lock_case
from hotline.cases.citizen_menus import Report
from hotline.cases.dispatch import Dispatch
from hotline.cases.reporting import Call, open_case, take_up
from hotline.context import UnitOfWork
from hotline.core.i18n import Phrase, verbatim
from hotline.directory import liaisons, people, subscriptions
from hotline.directory.people import PHONE, TELEGRAM, Address, Person
from hotline.front_desk import link_chat
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import Message, MessageState, write_message
from hotline.operations import deliveries
from tests.scenery.broadcasts import copies, written
from tests.scenery.county import ACHIENG, CHEBET, KAPTEMBWO, KIPRUTO
from tests.scenery.labels import sw
from tests.scenery.world import World

CHAT, NEW_CHAT = "7001", "7002"
LINKED = liaison_phrases.linked("Sgt. Kipruto", "Kaptembwo Police Station")


def link(world: World, chat: str = CHAT, phone: str = KIPRUTO) -> Phrase:
    with world.service.transaction() as work:
        _who, said = link_chat.link(work, TELEGRAM, chat, phone)
        return said


def name_in(world: World, chat: str) -> str:
    """The liaison who is known in this chat."""
    with world.service.read() as work:
        person = people.by_number(work.session, work.keys, chat, TELEGRAM)
        who = liaisons.of(work.session, person) if person else None
        return who.name if who else ""


def address_in(work: UnitOfWork, chat: str) -> Address:
    person = people.by_number(work.session, work.keys, chat, TELEGRAM)
    assert person is not None
    address = person.at(TELEGRAM)
    assert address is not None
    return address


def number_of(world: World, record: type[Person | Address]) -> int:
    with world.service.read() as work:
        return work.session.scalar(select(func.count()).select_from(record)) or 0


@pytest.mark.parametrize("written", [KIPRUTO, KIPRUTO[1:], "0722000101", "00254722000101"])
def test_the_number_is_known_however_it_is_written(world: World, written: str) -> None:
    assert link(world, phone=written) == LINKED
    assert name_in(world, CHAT) == "Sgt. Kipruto"


@pytest.mark.parametrize("written", ["+254733999888", "254733999888", "7", "", "+", "Kipruto", "7001"])
def test_anybody_elses_number_is_not_kept(world: World, written: str) -> None:
    assert link(world, phone=written) == liaison_phrases.not_listed()
    assert (number_of(world, Person), number_of(world, Address)) == (6, 6)


def test_a_chat_is_opened_and_may_be_written_to(world: World) -> None:
    link(world)
    with world.service.transaction() as work:
        address = address_in(work, CHAT)
        assert address.person.best is address
        address.closed_at = address.opted_out_at = work.now
        identity = address.id
    link(world)
    with world.service.read() as work:
        again = work.session.get_one(Address, identity)
        assert again.is_open
        assert again.opted_out_at is None


def test_to_link_twice_is_no_harm(world: World) -> None:
    assert [link(world), link(world)] == [LINKED, LINKED]
    assert (number_of(world, Person), number_of(world, Address)) == (6, 7)


def test_the_last_chat_counts(world: World) -> None:
    link(world)
    link(world, NEW_CHAT)
    assert (name_in(world, CHAT), name_in(world, NEW_CHAT)) == ("", "Sgt. Kipruto")
    assert number_of(world, Address) == 7


def test_a_chat_may_go_to_another_liaison(world: World) -> None:
    link(world)
    link(world, phone=ACHIENG)
    assert name_in(world, CHAT) == "Cpl. Achieng"
    with world.service.read() as work:
        kipruto = people.by_number(work.session, work.keys, KIPRUTO)
        assert kipruto is not None
        assert liaisons.of(work.session, kipruto) is not None
    assert number_of(world, Person) == 6


def test_what_was_written_to_one_whose_chat_is_anothers_now_goes_to_their_phone(world: World) -> None:
    link(world)
    with world.service.transaction() as work:
        address = address_in(work, CHAT)
        waits = write_message(
            work, address, MessageKind.ANSWER, verbatim("for Kipruto alone"), "en", key="waits"
        )
        shown = write_message(work, address, MessageKind.ANSWER, verbatim("shown here"), "en", key="shown")
        shown.state, shown.provider_id = MessageState.SENT, "telegram:17"
        identity = waits.id
    world.posted.clear()
    link(world, phone=ACHIENG)
    world.settle()
    assert world.carrier.sent == [(KIPRUTO, "for Kipruto alone")]
    with world.service.read() as work:
        assert work.session.get_one(Message, identity).address.channel == PHONE
        assert [
            each.provider_id for each in work.session.scalars(select(Message).where(Message.key == "shown"))
        ] == [None]


def test_a_chat_that_turns_out_to_be_closed_closes_no_other(world: World) -> None:
    link(world)
    with world.service.transaction() as work:
        address = address_in(work, CHAT)
        identity = write_message(
            work, address, MessageKind.ANSWER, verbatim("on its way"), "en", key="on its way"
        ).id
    leased = deliveries.take(world.service, identity)
    assert leased is not None
    link(world, NEW_CHAT)
    deliveries.note(world.service, leased, Sending(Meaning.PERMANENT, "Forbidden", closed=True))
    with world.service.read() as work:
        assert address_in(work, NEW_CHAT).is_open


def test_whoever_reported_in_the_chat_was_the_liaison_and_is_never_given_that_case(world: World) -> None:
    with world.service.transaction() as work:
        case = open_case(
            work,
            Report("theft", "KE0321750872", "my own house", "text"),
            Call("c" * 32, TELEGRAM, CHAT, "en"),
        ).id
    link(world)
    with world.service.transaction() as work:
        take_up(work, lock_case(work.session, case))
        work.session.flush()
        (asked,) = work.session.scalars(select(Dispatch))
        assert asked.liaison.name == "Cpl. Achieng"
        kipruto = people.by_number(work.session, work.keys, KIPRUTO)
        assert kipruto is not None
        assert asked.case.person_id == kipruto.id
        assert kipruto.language == "en", "which they chose in the chat"
    assert number_of(world, Person) == 6


@pytest.mark.parametrize(("busy", "stands"), [(False, CopyState.GONE), (True, CopyState.HELD)])
def test_a_broadcast_does_not_keep_somebody_from_another_chat_nor_follow_them_there(
    world: World, busy: bool, stands: str
) -> None:
    link(world)
    with world.service.transaction() as work:
        subscriptions.ask_for(work.session, address_in(work, CHAT), KAPTEMBWO.code, "sw", TELEGRAM, work.now)
        subscriptions.confirm(work.session, address_in(work, CHAT), work.now)
    code, mark = written(world)
    world.phone(CHEBET).text(f"OK {code} {mark}")
    world.pass_minutes(9)
    world.carrier.answers.extend([Sending(Meaning.TRANSIENT, "busy", retry_after=timedelta(hours=1))] * busy)
    world.pass_minutes(10)
    assert link(world, NEW_CHAT) == LINKED
    world.pass_minutes(120)
    begins = sw(broadcast_phrases.numbered(code, verbatim("")))
    assert sum(text.startswith(begins) for _number, text in world.carrier.sent) == (not busy)
    assert copies(world, code) == {stands: 1}
