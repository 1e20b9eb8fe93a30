"""Messages on their way to Telegram: in its floods, and when a case goes on while its card is drawn."""

import pytest
from sqlalchemy import select

from hotline.cases import liaison_phrases
from hotline.messaging.kinds import MessageKind
from hotline.messaging.message import Message
from hotline.outbox import Task, TaskKind
from tests.scenery.chat_words import CANNOT_SW, DONE_SW, HELP_SW, I_HAVE_IT_SW, THERE_SW, somebody_has_it
from tests.scenery.chats import Hotline, on_sqlite
from tests.scenery.county import KIPRUTO
from tests.scenery.messages import take_all
from tests.scenery.said import ANY, ends, says, sw
from tests.scenery.waiting import wait_until


def test_in_a_flood_a_message_waits_and_is_not_worn_out(hotline: Hotline) -> None:
    asha = hotline.chat()
    asha.report()
    hotline.town.trouble(telegram=[{"kind": "flood", "seconds": 0.5}])
    hotline.world.phone(KIPRUTO).text("1")
    assert told(hotline) == ("waiting", 0)
    hotline.world.pass_minutes(0.1)
    assert told(hotline) == ("sent", 1)
    assert sum(says(said, somebody_has_it()) for said in asha.said) == 1


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
