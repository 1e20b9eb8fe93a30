"""Where a liaison is told: in their chat if they have one,
else by text; and a telling that failed counts as none."""

import pytest
from sqlalchemy import select

from hotline.carriers.carrier import Meaning, Sending
from hotline.core.database import Database
from hotline.directory import people
from hotline.front_desk import link_chat
from hotline.operations import receipts
from hotline.operations.worker import Worker
from hotline.outbox import Queue, Task, TaskKind, complete
from tests.scenery.carrier import PretendCarrier
from tests.scenery.county import ACHIENG, CITIZEN, DESK, KIPRUTO, WANJIKU
from tests.scenery.offices import call, rings
from tests.scenery.reports import word_of
from tests.scenery.world import World

REFUSED = Sending(Meaning.PERMANENT, "403 InvalidPhoneNumber")
BLOCKED = Sending(Meaning.PERMANENT, "bot was blocked by the user", closed=True)
CHAT = "7011"


class Chats:
    """Another company, that brings what we write to chats. A card is drawn once, and not again."""

    def __init__(self, world: World) -> None:
        self.company = PretendCarrier()
        self._database: Database = world.service.database
        self._worker = Worker(world.service, self.company, Queue.TELEGRAM)

    def run(self, task: int) -> None:
        with self._database.writing() as session:
            subject = session.scalar(
                select(Task.subject).where(Task.id == task, Task.what == TaskKind.REDRAW)
            )
            if subject is not None:
                complete(session, TaskKind.REDRAW, subject)
        self._worker.run(task)


@pytest.fixture
def chats(world: World) -> PretendCarrier:
    """Sergeant Kipruto has shown us his number from a chat; everybody else is reached by text."""
    made = Chats(world)
    world.workers[Queue.TELEGRAM] = made
    with world.service.transaction() as work:
        link_chat.link(work, people.TELEGRAM, CHAT, KIPRUTO)
    return made.company


def receipt(world: World, sent: int, status: str, reason: str = "") -> None:
    """The carrier says what became of the text that it took so many texts after the first."""
    form = {"id": f"ATXid_{sent}", "status": status, "failureReason": reason}
    with world.service.transaction() as work:
        receipts.receipt_arrives(work, world.carrier.receipt(form))
    world.settle()


class Refusing(PretendCarrier):
    """Takes nothing for these numbers."""

    def __init__(self, *numbers: str) -> None:
        super().__init__()
        self.refused = set(numbers)

    def send(self, number: str, text: str) -> Sending:
        if number not in self.refused:
            return super().send(number, text)
        self.on_send(number, text)
        return REFUSED


def refuse(world: World, *numbers: str) -> set[str]:
    """The carrier takes nothing for these numbers, as long as they are in what is returned."""
    carrier = Refusing(*numbers)
    world.carrier = carrier
    world.workers |= {
        queue: Worker(world.service, carrier, queue) for queue in Queue if queue != Queue.TELEGRAM
    }
    return carrier.refused


# By text


def test_who_cannot_be_texted_was_not_told_and_the_next_is_asked_at_once(world: World) -> None:
    refuse(world, KIPRUTO)
    rung = rings(world)
    call(world.phone(CITIZEN))
    assert rung == [(0, "Kipruto"), (0, "Achieng")]
    assert "not told Sgt. Kipruto, Kaptembwo Police Station" in world.history(world.cases()[0])
    world.pass_minutes(6)
    assert rung[2:] == [(5, "Wanjiku")], "the next has all of her five minutes"


def test_where_nobody_can_be_texted_it_comes_to_the_desk_at_once(world: World) -> None:
    refuse(world, KIPRUTO, ACHIENG, WANJIKU)
    rung = rings(world)
    call(world.phone(CITIZEN))
    assert rung == [(0, "Kipruto"), (0, "Achieng"), (0, "Wanjiku"), (0, "desk")]
    assert len(world.phone(DESK).inbox) == 1


def test_where_not_even_the_desk_can_be_texted_it_is_tried_again_but_not_in_haste(world: World) -> None:
    refused = refuse(world, KIPRUTO, ACHIENG, WANJIKU, DESK)
    rung = rings(world)
    call(world.phone(CITIZEN))
    assert [who for _minute, who in rung] == ["Kipruto", "Achieng", "Wanjiku", "desk"]
    world.pass_minutes(5.5)
    assert rung[4:] == [(5, "Kipruto")], "when the time of the last one would have been over"
    refused.clear()
    world.pass_minutes(5)
    assert rung[5:] == [(10, "Achieng")]
    assert len(world.phone(ACHIENG).inbox) == 1


def test_a_text_that_turns_out_later_not_to_have_arrived_was_none(world: World) -> None:
    rung = rings(world)
    call(world.phone(CITIZEN))
    world.pass_minutes(2)
    receipt(world, 0, "Failed", "UserInactive")
    assert rung == [(0, "Kipruto"), (2, "Achieng")]
    world.pass_minutes(4)
    assert rung[2:] == [], "the next has all of her five minutes"


def test_a_failure_that_is_told_twice_asks_one_more_and_not_two(world: World) -> None:
    rung = rings(world)
    call(world.phone(CITIZEN))
    receipt(world, 0, "Failed", "UserInactive")
    receipt(world, 0, "Failed", "UserInactive")
    assert rung == [(0, "Kipruto"), (0, "Achieng")]


def test_a_failure_that_is_told_when_somebody_has_it_changes_nothing(world: World) -> None:
    rung = rings(world)
    call(world.phone(CITIZEN))
    world.phone(KIPRUTO).text("1")
    receipt(world, 0, "Failed", "UserInactive")
    world.pass_minutes(20)
    assert rung == [(0, "Kipruto")]


# In a chat


def test_who_has_a_chat_is_told_there_and_not_by_text(world: World, chats: PretendCarrier) -> None:
    call(world.phone(CITIZEN))
    assert len(chats.to(CHAT)) == 1
    assert world.phone(KIPRUTO).inbox == []


def test_a_chat_that_is_closed_brings_the_text_at_once(world: World, chats: PretendCarrier) -> None:
    rung = rings(world)
    chats.answers.append(BLOCKED)
    call(world.phone(CITIZEN))
    assert rung == [(0, "Kipruto")]
    assert chats.to(CHAT) == []
    sergeant = world.phone(KIPRUTO)
    assert len(sergeant.inbox) == 1
    sergeant.text("1")
    assert f"{word_of(sergeant.inbox[0])} ni yako" in sergeant.inbox[-1]
    world.pass_minutes(10)
    assert world.phone(ACHIENG).inbox == []


def test_a_chat_that_is_closed_is_not_tried_the_next_time(world: World, chats: PretendCarrier) -> None:
    chats.answers.append(BLOCKED)
    call(world.phone(CITIZEN))
    world.phone(KIPRUTO).text("1")
    call(world.phone(WANJIKU), "Mtu aliyepotea")
    assert chats.to(CHAT) == []
    assert "Mtu aliyepotea" in world.phone(KIPRUTO).inbox[-1]


def test_when_chat_and_text_both_fail_the_next_is_asked_at_once(world: World, chats: PretendCarrier) -> None:
    refuse(world, KIPRUTO)
    rung = rings(world)
    chats.answers.append(BLOCKED)
    call(world.phone(CITIZEN))
    assert rung == [(0, "Kipruto"), (0, "Achieng")]


def test_danger_to_life_rings_in_the_chat_and_on_the_phone_at_once(
    world: World, chats: PretendCarrier
) -> None:
    call(world.phone(CITIZEN), "Hatari")
    sergeant = world.phone(KIPRUTO)
    assert chats.to(CHAT) == sergeant.inbox
    assert len(sergeant.inbox) == 1


def test_in_danger_to_life_one_way_that_fails_is_no_matter_where_the_other_does_not(
    world: World, chats: PretendCarrier
) -> None:
    chats.answers.append(BLOCKED)
    rung = rings(world)
    call(world.phone(CITIZEN), "Hatari")
    world.pass_minutes(2)
    assert rung == [(0, "Kipruto")], "told by text, so he has his three minutes"
