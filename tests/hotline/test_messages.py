"""Who is written to, when, and how often; whatever the carrier says, and in whatever order."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings as how
from hypothesis import strategies as st
from sqlalchemy import select

from hotline import desk, messages
from hotline.carriers import Meaning, Receipt, Sending
from hotline.messages import About, Message
from tests.builders import ACHIENG, CITIZEN, DESK, KIPRUTO, WANJIKU
from tests.stories.test_a_report import report
from tests.world import World

QUICK = how(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
GREW_DARK, NIGHT = datetime(2026, 11, 21, 17, 30, tzinfo=UTC), datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
"""Half past eight and ten in the evening in Nairobi."""


def written(world: World, about: About) -> list[Message]:
    with world.service.database.reading() as session:
        return list(session.scalars(select(Message).where(Message.about == about).order_by(Message.written_at)))


def states(world: World, about: About) -> list[str]:
    return [message.state for message in written(world, about)]


def receive(world: World, receipt: Receipt) -> None:
    with world.service.work() as work:
        desk.receipt_arrives(work, receipt)
    world.settle()


def test_a_citizen_is_not_told_twice_where_nobody_knows_whether_it_left(world: World) -> None:
    world.carrier.answers.extend([Sending(Meaning.UNKNOWN, "no answer"), Sending(Meaning.ACCEPTED, "101", "ATXid_liaison")])
    report(world.phone(CITIZEN))
    world.pass_minutes(4)
    assert world.phone(CITIZEN).inbox == []
    assert states(world, About.CASE) == [messages.UNKNOWN]
    assert len(world.phone(KIPRUTO).inbox) == 1


def test_a_liaison_is_told_again_where_nobody_knows_whether_it_left(world: World) -> None:
    world.carrier.answers.append(Sending(Meaning.UNKNOWN, "no answer"))
    report(world.phone(CITIZEN), text=False)
    assert world.phone(KIPRUTO).inbox == []
    world.pass_minutes(0.1)
    assert len(world.phone(KIPRUTO).inbox) == 1


def test_the_next_is_asked_at_once_where_a_number_takes_no_texts(world: World) -> None:
    world.carrier.answers.append(Sending(Meaning.PERMANENT, "407 CouldNotRoute"))
    report(world.phone(CITIZEN), text=False)
    assert len(world.phone(ACHIENG).inbox) == 1
    assert world.history(world.cases()[0]) == [
        "reported citizen",
        "dispatched Sgt. Kipruto, Kaptembwo Police Station",
        "not told Sgt. Kipruto, Kaptembwo Police Station",
        "unanswered Sgt. Kipruto, Kaptembwo Police Station",
        "dispatched Cpl. Achieng, Kaptembwo Police Station",
    ]


def test_where_no_number_at_all_takes_texts_everybody_is_tried_and_then_without_haste(world: World) -> None:
    tried: list[str] = []
    world.carrier.on_send = lambda number, _text: tried.append(number)
    world.carrier.answers.extend([Sending(Meaning.PERMANENT, "407 CouldNotRoute")] * 50)
    report(world.phone(CITIZEN), text=False)
    assert tried == [KIPRUTO, ACHIENG, WANJIKU, DESK, DESK]
    world.pass_minutes(10.5)
    assert tried[5:] == [DESK, DESK]


def test_the_next_is_asked_at_once_where_a_liaison_wants_no_texts(world: World) -> None:
    world.phone(KIPRUTO).text("STOP")
    report(world.phone(CITIZEN))
    assert len(world.phone(ACHIENG).inbox) == 1


def test_a_late_receipt_that_it_failed_makes_the_next_be_asked(world: World) -> None:
    world.carrier.answers.append(Sending(Meaning.ACCEPTED, "101", "ATXid_first"))
    report(world.phone(CITIZEN), text=False)
    assert world.phone(ACHIENG).inbox == []
    receive(world, Receipt("ATXid_first", "Failed", "UserIsInactive", True, False))
    assert len(world.phone(ACHIENG).inbox) == 1


def test_every_text_waits_while_our_own_account_stands_in_the_way(world: World) -> None:
    world.carrier.answers.extend([Sending(Meaning.SETTINGS, "405 InsufficientBalance")] * 8)
    report(world.phone(CITIZEN))
    world.pass_minutes(0.5)
    assert world.carrier.sent == []
    world.pass_minutes(2)
    assert len(world.phone(CITIZEN).inbox) == len(world.phone(KIPRUTO).inbox) == 1


def test_a_text_that_still_waits_is_not_sent_once_the_case_is_taken(world: World) -> None:
    world.carrier.answers.append(Sending(Meaning.TRANSIENT, "no connection"))
    report(world.phone(CITIZEN), text=False)
    sergeant = world.phone(KIPRUTO)
    sergeant.text("1")
    world.pass_minutes(1)
    assert len(sergeant.inbox) == 1, "only the answer to his own text"
    assert states(world, About.DISPATCH) == [messages.WITHHELD]


@QUICK
@given(st.permutations(("Sent", "Success", "Failed", "Sent", "Success")), st.integers(0, 5))
def test_a_text_that_one_receipt_calls_arrived_has_arrived_in_whatever_order_they_come(
    world: World, statuses: list[str], before: int
) -> None:
    identity = f"ATXid_{datetime.now(UTC).timestamp()}"
    receipts = [world.carrier.receipt({"id": identity, "status": status}) for status in statuses]
    early, late = receipts[:before], receipts[before:]
    world.carrier.answers.append(Sending(Meaning.ACCEPTED, "101", identity))
    world.carrier.on_send = lambda _number, _text: [receive_quietly(world, receipt) for receipt in early][:0] and None
    world.phone(CITIZEN).text("hello")
    world.carrier.on_send = lambda _number, _text: None
    for receipt in late:
        receive(world, receipt)
    with world.service.database.reading() as session:
        sent = session.scalars(select(Message).where(Message.provider_id == identity)).all()
    assert [(message.state, message.code, message.delivered_at is not None) for message in sent] == [(messages.SENT, "Success", True)]
