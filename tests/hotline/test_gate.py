"""One gate: every kind of message has its rule, all who send ask it, one rule says who is written to."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count, product

import pytest
from sqlalchemy import String, inspect, select

from hotline import gate
from hotline.broadcasts import batches
from hotline.broadcasts.broadcast import Broadcast, BroadcastState, broadcast_by_code
from hotline.broadcasts.copies import Copy, CopyState
from hotline.context import UnitOfWork
from hotline.core.i18n import verbatim
from hotline.directory import people
from hotline.directory.people import PHONE, TELEGRAM, Address, Person
from hotline.messaging import leasing
from hotline.messaging.kinds import HANDLING, TO_LIAISONS, MessageKind, Reader
from hotline.messaging.leasing import Leased
from hotline.messaging.message import Message, MessageState, write_message
from hotline.messaging.passage import Passage
from hotline.outbox import Task, TaskKind, key_of
from tests.scenery import broadcasts
from tests.scenery.county import KIPRUTO, WANJIKU
from tests.scenery.kinds import TO_CITIZENS
from tests.scenery.world import World, liaison

fresh = count(1)


# Kinds


def test_every_kind_is_handled_somehow_and_has_its_rule() -> None:
    assert set(HANDLING) == set(gate.RULES) == set(MessageKind)
    column = inspect(Message).columns["kind"].type
    assert isinstance(column, String)
    assert max(map(len, MessageKind)) <= (column.length or 0)


def test_what_may_go_to_anybody_is_of_no_case() -> None:
    rest = set(MessageKind) - {*TO_LIAISONS, *TO_CITIZENS}
    assert rest == {MessageKind.ANSWER, MessageKind.BROADCAST, MessageKind.RUMOUR}
    assert {HANDLING[kind].reader for kind in rest} == {Reader.ANYBODY}
    assert not any(HANDLING[kind].is_repeated for kind in (*rest, *TO_CITIZENS)), "no citizen is told twice"


# Who may be written to


def somebody(work: UnitOfWork, channel: str, *, known: bool, open_: bool, wants: bool) -> Address:
    person = Person(met_at=work.now)
    address = Address(person=person, channel=channel, number_index=f"gate-{next(fresh)}")
    address.sealed = b"sealed" if known else None
    address.closed_at = None if open_ else work.now
    address.opted_out_at = None if wants else work.now
    work.session.add(address)
    work.session.flush()
    return address


def test_of_one_address_and_of_all_the_rule_says_the_same(world: World) -> None:
    with world.service.transaction() as work:
        those = {
            somebody(work, channel, known=known, open_=open_, wants=wants): known and open_ and wants
            for channel in (PHONE, TELEGRAM)
            for known, open_, wants in product((True, False), repeat=3)
        }
        found = set(work.session.scalars(select(Address).where(Address.may_be_written_to)))
        shut = set(work.session.scalars(select(Address).where(~Address.may_be_written_to)))
        for address, may in those.items():
            assert address.may_be_written_to == may
            assert (address in found, address in shut) == (may, not may)
            assert (address.why_closed() is None) == may
            assert address.person.reached_at == [address] * may


def test_whoever_wants_no_texts_is_answered_all_the_same(world: World) -> None:
    with world.service.transaction() as work:
        address = somebody(work, PHONE, known=True, open_=True, wants=False)
        for kind in MessageKind:
            message = Message(kind=kind, address=address)
            assert gate.of_message(work, message).allowed == (kind == MessageKind.ANSWER), kind
        for shut in (
            somebody(work, PHONE, known=False, open_=True, wants=True),
            somebody(work, PHONE, known=True, open_=False, wants=True),
        ):
            message = Message(kind=MessageKind.ANSWER, address=shut)
            assert not gate.of_message(work, message).allowed


# Whoever sends asks


def an_answer(work: UnitOfWork) -> Message:
    person = people.by_number(work.session, work.keys, KIPRUTO)
    assert person is not None
    assert person.phone is not None
    return write_message(work, person.phone, MessageKind.ANSWER, verbatim("yes"), "en", key="answer:1")


@pytest.mark.parametrize("minutes", [None, 5])
def test_what_the_gate_holds_back_does_not_leave(world: World, minutes: int | None) -> None:
    def shut(work: UnitOfWork, _message: Message) -> Passage:
        later = None if minutes is None else work.now + timedelta(minutes=minutes)
        return Passage(False, "the gate is shut", later)

    with world.service.transaction() as work:
        message = an_answer(work)
        assert leasing.lease(work, message.id, shut) is None
        task = work.session.scalars(
            select(Task).where(Task.key == key_of(TaskKind.DELIVER, message.id))
        ).one()
        if minutes is None:
            assert (message.state, message.code) == (MessageState.WITHHELD, "the gate is shut")
        else:
            assert (message.state, task.due_at) == (
                MessageState.WAITING,
                work.now + timedelta(minutes=minutes),
            )


def test_what_it_lets_through_is_in_hand(world: World) -> None:
    with world.service.transaction() as work:
        leased = leasing.lease(work, an_answer(work).id, lambda _work, _message: Passage(True))
        assert isinstance(leased, Leased)
        assert (leased.number, leased.text) == (KIPRUTO, "yes")


class PretendGate:
    """Lets everything through but these copies."""

    def __init__(self, *shut: int) -> None:
        self.shut = shut

    def of_broadcast(self, _work: UnitOfWork, _broadcast: Broadcast) -> Passage:
        return Passage(True)

    def of_copies(
        self, _work: UnitOfWork, _broadcast: Broadcast, copies: Sequence[Copy]
    ) -> dict[int, Passage]:
        return {copy.id: Passage(copy.id not in self.shut, "the gate is shut") for copy in copies}


def going(world: World) -> int:
    """A broadcast whose turn has come, to three phones and two chats."""
    numbers = broadcasts.readers(world, 5)
    with world.service.transaction() as work:
        for number in numbers[3:]:
            person = people.by_number(work.session, work.keys, number)
            assert person is not None
            assert person.phone is not None
            person.phone.channel = TELEGRAM
    code, mark = broadcasts.written(world)
    world.phone(KIPRUTO).text(f"OK {code} {mark}")
    with world.service.transaction() as work:
        made = broadcast_by_code(work.session, code)
        assert made is not None
        assert made.is_listed
        made.state = BroadcastState.SENDING
        return made.id


def test_a_copy_passes_it_whether_it_goes_by_phone_or_by_telegram(world: World) -> None:
    identity = going(world)
    with world.service.read() as work:
        of = work.session.scalars(select(Copy.id).order_by(Copy.id)).all()
    batch = batches.claim(world.service, identity, PretendGate(of[0], of[3]))
    assert batch is not None
    assert batch.size == 2
    with world.service.read() as work:
        copies = work.session.scalars(select(Copy).order_by(Copy.id)).all()
        assert [(copy.state, copy.code) for copy in copies] == [
            (CopyState.HELD, "the gate is shut"),
            (CopyState.SENDS, ""),
            (CopyState.SENDS, ""),
            (CopyState.HELD, "the gate is shut"),
            (CopyState.SENDS, ""),
        ]
        message = work.session.scalars(select(Message).where(Message.kind == MessageKind.BROADCAST)).one()
        assert message.copy_id == copies[-1].id


def test_a_copy_whose_reader_has_had_enough_passes_neither_way(world: World) -> None:
    identity = going(world)
    with world.service.transaction() as work:
        made = work.session.get_one(Broadcast, identity)
        copies = work.session.scalars(select(Copy).order_by(Copy.id)).all()
        for copy in (copies[0], copies[-1]):
            assert copy.address is not None
            copy.address.opted_out_at = work.now
        passages = gate.of_copies(work, made, copies)
        assert [passages[copy.id].allowed for copy in copies] == [False, True, True, True, False]
        message = Message(
            kind=MessageKind.BROADCAST, address=liaison(work, WANJIKU).person.best, copy_id=copies[-1].id
        )
        assert gate.of_message(work, message).reason == "the person wants no texts from us"
