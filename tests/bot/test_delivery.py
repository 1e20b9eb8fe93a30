"""Messages on their way to Telegram: in its floods, and when a case goes on while its card is drawn."""

from contextlib import closing
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from hotline.carriers.carrier import Sending
from hotline.cases import liaison_phrases
from hotline.context import Service
from hotline.core.database import Database
from hotline.messaging.kinds import MessageKind
from hotline.messaging.leasing import Leased
from hotline.messaging.message import Message
from hotline.operations import deliveries
from hotline.outbox import Task, TaskKind
from tests.scenery.chat_words import (
    CANNOT_SW,
    DONE_SW,
    HELP_SW,
    HELPED,
    I_HAVE_IT_SW,
    THERE_SW,
    did_help_come,
    somebody_has_it,
)
from tests.scenery.chats import Hotline, on_sqlite
from tests.scenery.county import KIPRUTO
from tests.scenery.messages import take_all
from tests.scenery.said import ANY, ends, says, sw
from tests.scenery.waiting import wait_until


def test_in_a_flood_a_message_waits_and_is_not_worn_out(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.report()
    hotline.town.trouble(telegram=[{"kind": "flood", "seconds": 5}])
    hotline.world.phone(KIPRUTO).text("1")
    assert told(hotline) == ("waiting", 0)
    wait_until(lambda: after_a_while(hotline) == ("sent", 1), "the flood is over, and the citizen is told")
    assert sum(says(said, somebody_has_it()) for said in asha.said) == 1


def after_a_while(hotline: Hotline) -> tuple[str, int]:
    hotline.world.pass_minutes(0.1)
    return told(hotline)


def told(hotline: Hotline) -> tuple[str, int]:
    """What has become of the message to the citizen, and how often it was tried."""
    with hotline.world.service.read() as work:
        (message,) = work.session.scalars(select(Message).where(Message.kind == MessageKind.CASE))
        return message.state, message.tries


def test_a_card_whose_case_goes_on_while_it_is_drawn_is_drawn_again(hotline: Hotline) -> None:
    sergeant = hotline.liaison()
    hotline.chat().report()
    hotline.town.trouble(telegram=[{"kind": "slow", "seconds": 0.3}])
    take_all(hotline.world, KIPRUTO, settle=False)
    (redraw,) = [
        posting
        for posting in hotline.world.posted
        if posting.queue == "telegram" and is_redraw(hotline, posting.task)
    ][:1]
    hotline.delivery.run(redraw.task)
    wait_until(lambda: ends(sergeant.screen, sw(liaison_phrases.you_have_it(ANY))), "the case is theirs")
    hotline.world.now = hotline.world.now.replace(second=1)
    hotline.world.phone(KIPRUTO).text("4")
    hotline.world.pass_minutes(1)
    assert sergeant.card.buttons == (THERE_SW, DONE_SW, HELP_SW, CANNOT_SW), (
        "it shows that they are on the way"
    )


def is_redraw(hotline: Hotline, task: int) -> bool:
    with hotline.world.service.read() as work:
        return work.session.get_one(Task, task).what == TaskKind.REDRAW


@on_sqlite
def test_whoever_is_asked_whether_help_came_is_asked_though_nothing_can_be_read_since(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its lease and its sending a message depends on the carrier alone."""
    asha, kipruto = hotline.chat(), hotline.world.phone(KIPRUTO)
    asha.report()
    kipruto.text("1")
    with closing(Database(hotline.world.service.settings.database_url)) as its_own:
        service = replace(hotline.world.service, database=its_own)
        monkeypatch.setattr(hotline.delivery, "_service", service)
        read_nothing_between(its_own, monkeypatch)
        kipruto.text("3")
        assert says(asha.screen, did_help_come())
        assert HELPED in asha.screen_buttons


def read_nothing_between(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a lease until what the carrier answers is noted, this database does not answer."""
    take, note, reading = deliveries.take, deliveries.note, database.reading

    def refuse() -> None:
        raise OperationalError("SELECT 1", None, ConnectionError("the server is gone"))

    def take_and_go_away(service: Service, message: UUID) -> Leased | None:
        leased = take(service, message)
        monkeypatch.setattr(database, "reading", reading if leased is None else refuse)
        return leased

    def come_back_and_note(service: Service, leased: Leased, sending: Sending) -> None:
        monkeypatch.setattr(database, "reading", reading)
        note(service, leased, sending)

    monkeypatch.setattr(deliveries, "take", take_and_go_away)
    monkeypatch.setattr(deliveries, "note", come_back_and_note)


@on_sqlite
@pytest.mark.parametrize("liaison", [True, False])
def test_only_what_is_of_a_case_may_not_be_passed_on(hotline: Hotline, liaison: bool) -> None:
    sergeant, asha = hotline.liaison(), hotline.chat()
    asha.report()
    asha.say("one of them is my neighbour")
    sergeant.tap(I_HAVE_IT_SW)
    if liaison:
        assert [message.protected for message in sergeant.messages if not message.mine][-2:] == [True, True]
    else:
        assert not any(message.protected for message in asha.messages)
