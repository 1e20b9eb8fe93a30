"""Bugs, each with a way to it and with what the machine says of it. Some hundred runs would find them too."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from hotline import gate
from hotline.broadcasts import approval, approval_policy, batches, recipients, rollout
from hotline.broadcasts.approval_policy import Hand, WhyNot
from hotline.broadcasts.broadcast import GOING, Broadcast, BroadcastState, Deed
from hotline.broadcasts.copies import Copy, CopyState
from hotline.context import Service, UnitOfWork
from hotline.directory import subscriptions
from hotline.directory.people import Address
from hotline.places.areas import Areas
from tests.scenery.broadcast_machine.cast import PHONES, WEST
from tests.scenery.broadcast_machine.machine import Anything
from tests.scenery.broadcast_machine.sheet import Sheet
from tests.scenery.county import CHEBET, DESK, KAPTEMBWO, KIPRUTO, WANJIKU

Plant = Callable[[pytest.MonkeyPatch], None]
WARD_ONLY, ALL_OF_WEST = (KAPTEMBWO.code,), (WEST,)


@dataclass(frozen=True)
class PlantedBug:
    plant: Plant
    journey: Callable[[Anything], None]
    """A way to it, on which nothing is wrong without it."""
    is_told: str
    """What the machine says of it."""

    @property
    def name(self) -> str:
        return self.plant.__name__


def goes(machine: Anything, who: str, where: tuple[str, ...], *hands: str, drill: bool = False) -> Sheet:
    """Somebody writes, and these say yes, one after another."""
    sheet = machine.writes(who, machine.command("calm", where, drill=drill, submit=True))
    assert sheet is not None
    for each in hands:
        machine.says_yes(each, sheet, sheet.mark)
    machine.world.settle()
    return sheet


def sets_right(machine: Anything, wrong: Sheet) -> None:
    """Somebody says that it was wrong, and another that this may go."""
    command = machine.command("sorry", wrong.command.areas, drill=False, submit=True)
    sorry = machine.writes(CHEBET, replace(command, corrects=wrong.code))
    assert sorry is not None
    machine.says_yes(KIPRUTO, sorry, sorry.mark)
    machine.world.pass_minutes(3)


# Of approval


def anybody_may_approve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approval_policy, "may_approve", lambda _wrote, _approved, _hand: None)


def its_author_says_yes(machine: Anything) -> None:
    goes(machine, WANJIKU, WARD_ONLY, WANJIKU)
    machine.time_goes_by(20)


def an_edit_keeps_approvals(monkeypatch: pytest.MonkeyPatch) -> None:
    def done(self: Broadcast, what: str) -> list[Deed]:
        return [deed for deed in self.deeds if deed.what == what]

    monkeypatch.setattr(Broadcast, "done", done)


def one_says_yes_before_a_change_and_one_after(machine: Anything) -> None:
    sheet = goes(machine, WANJIKU, ALL_OF_WEST, KIPRUTO)
    machine.changes(sheet, DESK, "calm", ALL_OF_WEST, submit=True)
    machine.says_yes(CHEBET, sheet, sheet.mark)
    machine.time_goes_by(20)


def an_approval_holds_for_a_year(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in (approval_policy, approval, rollout):
        monkeypatch.setattr(each, "HOLDS", timedelta(days=365))


def the_second_yes_comes_after_half_an_hour(machine: Anything) -> None:
    sheet = goes(machine, WANJIKU, ALL_OF_WEST, KIPRUTO)
    machine.time_goes_by(31)
    machine.says_yes(CHEBET, sheet, sheet.mark)
    machine.time_goes_by(20)


def one_counts_for_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deeds are counted, not people."""
    may = approval_policy.may_approve

    def may_approve(wrote: Iterable[Hand], approved: Iterable[Hand], hand: Hand) -> WhyNot | None:
        return may(wrote, [each for each in approved if each.liaison != hand.liaison], hand)

    monkeypatch.setattr(approval_policy, "may_approve", may_approve)


def one_says_yes_twice(machine: Anything) -> None:
    goes(machine, WANJIKU, ALL_OF_WEST, KIPRUTO, KIPRUTO)
    machine.time_goes_by(20)


# Of whom it goes to


def opt_outs_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a correction: whoever says STOP also ends what they had subscribed to, and that is looked at too."""
    monkeypatch.setattr(Address, "why_closed", lambda _address, **_ignored: None)


def a_reader_has_had_enough_while_a_correction_goes_out(machine: Anything) -> None:
    wrong = goes(machine, WANJIKU, WARD_ONLY, KIPRUTO)
    machine.time_goes_by(20)
    machine.meets(["reader stops"])
    sets_right(machine, wrong)


def nobody_looks_whether_they_still_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "those_on", lambda _session, wanted: wanted)


def a_reader_ends_the_news_while_it_cools(machine: Anything) -> None:
    goes(machine, WANJIKU, WARD_ONLY, KIPRUTO)
    machine.text_of_reader(PHONES[1], "STOP NEWS")
    machine.time_goes_by(20)


def a_correction_goes_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def wanted(areas: Areas, broadcast: Broadcast, after: int = 0) -> recipients.Wanted:
        return recipients._subscribed(areas, broadcast, after)

    monkeypatch.setattr(recipients, "wanted", wanted)


def what_only_the_first_had_is_set_right(machine: Anything) -> None:
    wrong = goes(machine, WANJIKU, WARD_ONLY, KIPRUTO)
    machine.time_goes_by(11)
    sets_right(machine, wrong)


# Of sending


def a_stop_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in (gate, batches):
        monkeypatch.setattr(each, "GOING", (*GOING, BroadcastState.STOPPED))


def it_is_stopped_while_the_first_has_it(machine: Anything) -> None:
    goes(machine, WANJIKU, WARD_ONLY, KIPRUTO)
    machine.meets(["stop"])
    machine.time_goes_by(20)


def what_is_doubtful_goes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(work: UnitOfWork, broadcast: Broadcast) -> None:
        in_hand = (Copy.broadcast_id == broadcast.id, Copy.state == CopyState.SENDS, Copy.lease.is_not(None))
        again = update(Copy).where(*in_hand).values(state=CopyState.LISTED)
        work.session.execute(again.execution_options(synchronize_session=False))

    monkeypatch.setattr(batches, "_give_up_doubtful", give_up)


def a_worker_dies_when_it_has_left(machine: Anything) -> None:
    goes(machine, WANJIKU, WARD_ONLY, KIPRUTO)
    machine.meets(["dies after"])
    machine.time_goes_by(20)


def a_drill_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    why_held = gate._why_held

    def why(work: UnitOfWork, broadcast: Broadcast, copy: Copy, *, wanted: bool) -> str | None:
        return None if broadcast.exercise else why_held(work, broadcast, copy, wanted=wanted)

    monkeypatch.setattr(gate, "_why_held", why)


def it_is_a_drill(machine: Anything) -> None:
    goes(machine, WANJIKU, WARD_ONLY, KIPRUTO, drill=True)
    machine.time_goes_by(20)


def two_have_a_batch_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = batches.claim

    def claim(service: Service, identity: int, gate: batches.CopyGate) -> batches.Batch | None:
        batch = taken(service, identity, gate)
        with service.transaction() as work:
            work.session.execute(update(Broadcast).where(Broadcast.id == identity).values(leased_until=None))
        return batch

    monkeypatch.setattr(batches, "claim", claim)


def two_workers_are_at_it(machine: Anything) -> None:
    goes(machine, WANJIKU, WARD_ONLY, KIPRUTO)
    machine.time_goes_by(11)
    machine.meets(["another"])
    machine.time_goes_by(10)


PLANTED = (
    PlantedBug(anybody_may_approve, its_author_says_yes, "had said yes"),
    PlantedBug(an_edit_keeps_approvals, one_says_yes_before_a_change_and_one_after, "had said yes"),
    PlantedBug(an_approval_holds_for_a_year, the_second_yes_comes_after_half_an_hour, "had said yes"),
    PlantedBug(one_counts_for_two, one_says_yes_twice, "had said yes"),
    PlantedBug(
        plant=opt_outs_are_ignored,
        journey=a_reader_has_had_enough_while_a_correction_goes_out,
        is_told="they want nothing from us",
    ),
    PlantedBug(
        plant=nobody_looks_whether_they_still_want_it,
        journey=a_reader_ends_the_news_while_it_cools,
        is_told="or have ended it",
    ),
    PlantedBug(
        plant=a_correction_goes_to_all,
        journey=what_only_the_first_had_is_set_right,
        is_told="they never had what it sets right",
    ),
    PlantedBug(a_stop_is_ignored, it_is_stopped_while_the_first_has_it, "it was over"),
    PlantedBug(what_is_doubtful_goes_again, a_worker_dies_when_it_has_left, "they may have it already"),
    PlantedBug(a_drill_leaves, it_is_a_drill, "it was a drill"),
    PlantedBug(two_have_a_batch_in_hand, two_workers_are_at_it, "two had a batch in hand"),
)
