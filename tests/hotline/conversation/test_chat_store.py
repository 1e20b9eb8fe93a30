"""A conversation in a chat is kept for a day, sealed, and forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.conversation import chat_store
from hotline.conversation.chat_store import LIFETIME, Chat, ChatState
from hotline.operations.clock import tidy
from tests.scenery.world import World

HERS, HIS = "a" * 32, "b" * 32
TALK = ChatState(
    "0123456789abcdef", "sw", (("wish1", "report"), ("details", "walichukua simu * 1")),
    page=2, again=True, words="kabla ya kuulizwa",
    origin="KE032-market", screen=17, shares=19, version=5,
)  # fmt: skip


def keep(world: World, talk: ChatState, index: str = HERS) -> None:
    with world.service.transaction() as work:
        chat_store.keep(work.session, work.keys.vault, index, talk, work.now)


def found(world: World, index: str = HERS) -> ChatState | None:
    with world.service.transaction() as work:
        return chat_store.find(work.session, work.keys.vault, index, work.now)


def test_a_conversation_is_found_as_it_was_kept(world: World) -> None:
    assert found(world) is None
    keep(world, TALK)
    assert found(world) == TALK
    keep(world, replace(TALK, page=0, version=6))
    assert found(world) == replace(TALK, page=0, version=6)
    assert found(world, HIS) is None


def test_after_a_day_it_begins_anew_and_then_it_is_gone(world: World) -> None:
    keep(world, TALK)
    world.now += LIFETIME
    assert found(world) == TALK
    world.now += timedelta(seconds=1)
    assert found(world) is None
    tidy(world.service)
    with world.service.read() as work:
        assert work.session.scalars(select(Chat)).all() == []


def test_one_that_goes_on_is_not_forgotten(world: World) -> None:
    keep(world, TALK)
    world.now += LIFETIME - timedelta(minutes=1)
    keep(world, TALK)
    world.now += LIFETIME - timedelta(minutes=1)
    tidy(world.service)
    assert found(world) == TALK


def test_it_can_be_forgotten_at_once(world: World) -> None:
    keep(world, TALK)
    keep(world, TALK, HIS)
    with world.service.transaction() as work:
        chat_store.forget(work.session, HERS)
    assert (found(world), found(world, HIS)) == (None, TALK)


def test_nobody_reads_it_without_the_key_and_elsewhere_it_is_no_conversation(world: World) -> None:
    keep(world, TALK)
    with world.service.transaction() as work:
        locked = work.session.get_one(Chat, HERS).locked_talk
        assert b"simu" not in locked
        assert b"report" not in locked
        work.session.add(Chat(index=HIS, locked_talk=locked, at=work.now))
    assert found(world, HIS) is None
    assert found(world) == TALK


@pytest.mark.parametrize(
    "kept",
    ["{}", "[]", "7", "no form at all", '{"sitting": "a", "language": "sw", "answers": [], "mood": "sad"}'],
)
def test_one_that_another_release_kept_begins_anew(world: World, kept: str) -> None:
    keep(world, TALK)
    with world.service.transaction() as work:
        work.session.get_one(Chat, HERS).locked_talk = work.keys.vault.encrypt(kept, f"chats.talk:{HERS}")
    assert found(world) is None
    keep(world, TALK)
    assert found(world) == TALK
