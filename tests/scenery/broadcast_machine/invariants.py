"""What must hold: nothing is wrong at any step; at the end, when nothing waits, the ledger says so."""

from collections.abc import Iterator
from typing import ClassVar

from hypothesis.stateful import invariant
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.broadcasts import ledger
from hotline.broadcasts.broadcast import GOING, BroadcastState
from hotline.broadcasts.copies import Copy, CopyState
from hotline.core import fault_points
from hotline.outbox import Task
from tests.scenery.broadcast_machine.cast import CHATS
from tests.scenery.broadcast_machine.play import Play
from tests.scenery.broadcast_machine.sheet import Sheet
from tests.scenery.broadcast_machine.stage import NUMBERS

MOVES = (BroadcastState.APPROVED, BroadcastState.COOLING, *GOING)
ENDS = (BroadcastState.STOPPED, BroadcastState.WITHDRAWN, BroadcastState.EXPIRED, BroadcastState.CORRECTED)


class Invariants(Play):
    """Nobody gets one that they should not have, none twice, and the ledger knows it."""

    last_found: ClassVar[str] = ""
    """What was wrong in the last run in which something was: a replay that finds nothing says that."""

    @invariant()
    def nothing_is_wrong(self) -> None:
        Invariants.last_found = "\n".join(self.wrong) or Invariants.last_found
        assert not self.wrong, Invariants.last_found

    def teardown(self) -> None:
        """Everything is done that waits for nobody, and the books are looked at."""
        self.dies_at = ""
        try:
            self.fates.clear()
            self.world.pass_minutes(45)
            with self.world.service.database.reading() as session:
                self.wrong += self.at_the_end(session)
            self.nothing_is_wrong()
        finally:
            fault_points.on(fault_points.nothing)

    def teardown_quietly(self) -> None:
        """The same, where something is wrong on purpose."""
        fault_points.on(fault_points.nothing)

    def at_the_end(self, session: Session) -> Iterator[str]:
        for sheet in self.sheets:
            yield from (f"{sheet.code}: {what}" for what in self.books(session, sheet))
        yield from (f"nothing carries {each} on" for each in ledger.stuck(session, self.world.now))
        failures = session.scalars(select(Task.last_failure))
        yield from (f"a task failed: {each}" for each in failures if each)

    def books(self, session: Session, sheet: Sheet) -> Iterator[str]:
        """Whether the ledger says what happened."""
        broadcast = self.found(session, sheet)
        copies = session.scalars(select(Copy).where(Copy.broadcast_id == broadcast.id)).all()
        if broadcast.listed != len(copies):
            yield f"{broadcast.listed} are listed, and {len(copies)} in the ledger"
        if not broadcast.is_paused and broadcast.state in MOVES:
            yield f"it is {broadcast.state} for ever"
        for copy in copies:
            assert copy.address_id is not None
            yield from self.entry(sheet, broadcast.state, NUMBERS[copy.address_id], copy.state)
        if sheet.handed.keys() - {NUMBERS[copy.address_id or 0] for copy in copies}:
            yield "somebody has it who is not in the ledger"

    def entry(self, sheet: Sheet, state: str, number: str, stands: str) -> Iterator[str]:
        if stands == CopyState.SENDS and self._goes_on(sheet, state, number):
            yield f"{number} is in somebody's hands for ever"
        if stands == CopyState.GONE and number not in sheet.can_be_had:
            yield f"{number} never had it"
        if stands in (CopyState.LISTED, CopyState.HELD) and number in sheet.can_be_had - sheet.failed:
            yield f"{number} may have it, and is {stands}"
        if stands == CopyState.REFUSED and number not in sheet.failed:
            yield f"{number} was not turned away"
        yield from self._is_over(state, number, stands)

    def _goes_on(self, sheet: Sheet, state: str, number: str) -> bool:
        return (state in GOING or number in CHATS) and state not in ENDS and not sheet.is_paused

    def _is_over(self, state: str, number: str, stands: str) -> Iterator[str]:
        if state == BroadcastState.SENT and stands in (CopyState.LISTED, CopyState.SENDS):
            yield f"it is sent, and not to {number}"
