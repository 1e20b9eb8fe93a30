"""Receipts of copies of which nobody has recorded that they left."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from hotline.broadcasts.broadcast import Broadcast
from hotline.broadcasts.copies import Copy, CopyState
from hotline.carriers.carrier import Meaning, Sending
from hotline.settings import Settings
from tests.scenery.broadcast_machine.machine import Anything, set_on
from tests.scenery.broadcast_machine.planted_bugs import WARD_ONLY, goes
from tests.scenery.broadcast_machine.sheet import Sheet
from tests.scenery.broadcast_machine.stage import NUMBERS, AskingCarrier, stage_on
from tests.scenery.county import CHEBET, KIPRUTO, WANJIKU


@pytest.fixture
def machine(furnished: Settings) -> Iterator[Anything]:
    with stage_on(furnished) as world:
        machine = set_on(world)()
        yield machine
        machine.teardown()


def stands(machine: Anything, sheet: Sheet, number: str) -> tuple[str, str | None]:
    address = next(each for each, reader in NUMBERS.items() if reader == number)
    here = (Broadcast.code == sheet.code, Copy.address_id == address)
    with machine.world.service.database.reading() as session:
        copy = session.scalars(select(Copy).join(Copy.broadcast).where(*here)).one()
        return copy.state, copy.provider_id


def dies_with_a_text(machine: Anything) -> tuple[Sheet, str]:
    """A broadcast whose process died when the carrier had one text of it, and the number of that."""
    machine.meets(["dies after"])
    sheet = goes(machine, WANJIKU, WARD_ONLY, KIPRUTO)
    machine.world.pass_minutes(10)
    (number,) = sheet.handed
    return sheet, number


def another_dies_with_a_text(machine: Anything) -> Sheet:
    """The same of an emergency message, which may go right after."""
    machine.meets(["dies after"])
    sheet = machine.writes(CHEBET, machine.command("emergency", WARD_ONLY, drill=False, submit=True))
    assert sheet is not None
    machine.says_yes(KIPRUTO, sheet, sheet.mark)
    machine.world.settle()
    return sheet


def test_a_receipt_that_has_named_one_copy_names_no_other_while_that_is_leased(machine: Anything) -> None:
    """Both receipts are of the first text; between them, and within the lease of the
    first process, a second one dies with a text to the same number."""
    one, number = dies_with_a_text(machine)
    machine.receipt(one.ids[number], number, one, "Sent")
    other = another_dies_with_a_text(machine)
    assert [*other.handed] == [number]
    machine.receipt(one.ids[number], number, one, "Failed")
    assert stands(machine, other, number) == (CopyState.SENDS, None)
    machine.world.pass_minutes(1)
    assert stands(machine, one, number) == (CopyState.REFUSED, one.ids[number])
    assert stands(machine, other, number) == (CopyState.DOUBTFUL, None)


def test_a_receipt_that_has_named_one_copy_names_no_other_later_on(machine: Anything) -> None:
    one, number = dies_with_a_text(machine)
    machine.world.pass_minutes(1)
    machine.a_receipt_comes_for_what_is_in_doubt(which=0, status="Success")
    other = another_dies_with_a_text(machine)
    machine.world.pass_minutes(1)
    assert [*other.handed][:1] == [number]
    machine.a_receipt_comes_for_what_is_in_doubt(which=0, status="Failed")
    assert stands(machine, one, number) == (CopyState.GONE, one.ids[number])
    assert stands(machine, other, number) == (CopyState.DOUBTFUL, None)


def test_a_receipt_that_comes_before_a_doubtful_answer_is_not_lost(machine: Anything) -> None:
    """The carrier took the text and told what became of it, and its answer to the sending never came."""
    told: list[str] = []

    def answers_nothing(code: str, number: str, text: str) -> Sending:
        sheet = machine.by_code[code]
        machine.leaves(code, number, text)
        machine.receipt(sheet.ids[number], number, sheet, "Failed")
        told.append(number)
        return Sending(Meaning.UNKNOWN, "no answer")

    carrier = machine.world.carrier
    assert isinstance(carrier, AskingCarrier)
    carrier.asks = answers_nothing
    sheet = goes(machine, WANJIKU, WARD_ONLY, KIPRUTO)
    machine.world.pass_minutes(10)
    assert told
    assert {stands(machine, sheet, number) for number in told} == {
        (CopyState.REFUSED, sheet.ids[number]) for number in told
    }
