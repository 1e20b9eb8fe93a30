"""What a citizen sent belongs to the case that came of it, stays sealed, and goes when it should."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.cases import evidence
from hotline.cases.case import Case, CaseState, history_of
from hotline.cases.citizen_menus import Report
from hotline.cases.evidence import UNCLAIMED, Destination, Evidence
from hotline.cases.reporting import Call, open_case
from hotline.core.crypto import Tampered
from hotline.directory import people
from hotline.directory.people import TELEGRAM
from tests.scenery.world import World

SITTING, ANOTHER = "c" * 32, "d" * 32
REPORT = Report("theft", "KE0321750872", "they took my phone", "none")


def send(
    world: World, content: bytes = b"a picture", sitting: str = SITTING, case: Case | None = None
) -> None:
    with world.service.transaction() as work:
        evidence.keep(
            work, Destination(sitting, work.session.get(Case, case.id) if case else None), "photo", content
        )


def report(world: World, sitting: str = SITTING) -> Case:
    with world.service.transaction() as work:
        identity = open_case(work, REPORT, Call(sitting, "telegram", "7001", "en")).id
    with world.service.read() as work:
        return work.session.get_one(Case, identity)


def contents(world: World, case: Case) -> list[bytes]:
    with world.service.read() as work:
        return [piece.content(work.keys) for piece in evidence.of(work.session, case.id)]


def pieces(world: World) -> list[Evidence]:
    with world.service.read() as work:
        return list(work.session.scalars(select(Evidence)))


def test_what_was_sent_in_a_sitting_goes_to_its_case_and_to_no_other(world: World) -> None:
    send(world, b"mine")
    send(world, b"hers", ANOTHER)
    case = report(world)
    world.now += timedelta(seconds=1)
    send(world, b"and more", case=case)
    assert contents(world, case) == [b"mine", b"and more"]
    with world.service.read() as work:
        assert evidence.number_of(work.session, SITTING, case) == 2
        assert evidence.number_of(work.session, ANOTHER, None) == 1
        told = [entry.why for entry in history_of(work.session, case) if entry.what == "evidence"]
    assert told == [
        f"photo, {len(each)} bytes, sha256 {hashlib.sha256(each).hexdigest()}"
        for each in (b"mine", b"and more")
    ]


def test_the_same_report_twice_does_not_claim_it_twice(world: World) -> None:
    send(world)
    case = report(world)
    report(world)
    with world.service.read() as work:
        assert len([entry for entry in history_of(work.session, case) if entry.what == "evidence"]) == 1


def test_it_is_sealed_and_opens_in_its_own_place_alone(world: World) -> None:
    send(world, b"mine")
    send(world, b"hers")
    with world.service.transaction() as work:
        one, other = work.session.scalars(select(Evidence))
        assert one.locked not in (b"mine", b"hers")
        one.locked = other.locked
        work.session.flush()
        with pytest.raises(Tampered):
            one.content(work.keys)


def test_what_nobody_claims_is_forgotten_after_a_day(world: World) -> None:
    send(world, b"left", ANOTHER)
    send(world, b"mine")
    case = report(world)
    for later, left in ((UNCLAIMED, 2), (timedelta(seconds=1), 1)):
        world.now += later
        with world.service.transaction() as work:
            evidence.forget_unclaimed(work.session, work.now)
        assert len(pieces(world)) == left
    assert contents(world, case) == [b"mine"]


def test_what_belongs_to_a_report_that_is_left_is_forgotten_and_nothing_else(world: World) -> None:
    send(world, b"mine")
    case = report(world)
    send(world, b"hers", ANOTHER)
    with world.service.transaction() as work:
        evidence.forget_unfinished(work.session, SITTING)
        evidence.forget_unfinished(work.session, ANOTHER)
    assert contents(world, case) == [b"mine"]
    assert len(pieces(world)) == 1


def test_where_a_piece_belongs_is_the_report_or_the_latest_case_or_nowhere(world: World) -> None:
    first = report(world)
    world.now += timedelta(minutes=1)
    second = report(world, ANOTHER)
    for state, belongs in (
        (CaseState.OPEN, second.id),
        (CaseState.ACKNOWLEDGED, second.id),
        (CaseState.CLOSED, first.id),
    ):
        with world.service.transaction() as work:
            work.session.get_one(Case, second.id).state = state
            person = people.by_number(work.session, work.keys, "7001", TELEGRAM)
            assert evidence.destination(work.session, "e" * 32, person, reports=True) == Destination(
                "e" * 32, None
            )
            there = evidence.destination(work.session, "e" * 32, person, reports=False)
            assert there is not None
            assert there.case is not None
            assert there.case.id == belongs
            assert evidence.destination(work.session, "e" * 32, None, reports=False) is None
    with world.service.transaction() as work:
        work.session.get_one(Case, first.id).state = CaseState.CLOSED
        work.session.flush()
        assert (
            evidence.destination(
                work.session,
                "e" * 32,
                people.by_number(work.session, work.keys, "7001", TELEGRAM),
                reports=False,
            )
            is None
        )


def test_five_are_enough_for_a_report_and_for_a_case(world: World) -> None:
    for _ in range(evidence.MOST - 1):
        send(world)
    case = report(world)
    for full in (False, True):
        with world.service.read() as work:
            there = Destination("e" * 32, work.session.get_one(Case, case.id))
            assert evidence.is_full(work.session, there) == full
            assert not evidence.is_full(work.session, Destination("e" * 32, None))
        send(world, sitting="e" * 32, case=case)


def test_a_case_can_lose_it(world: World) -> None:
    send(world)
    case = report(world)
    with world.service.transaction() as work:
        evidence.forget(work.session, case.id)
    assert pieces(world) == []
