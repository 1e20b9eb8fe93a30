"""What a run of the machine knows, and how anything is asked of the hotline."""

from collections import deque
from datetime import timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hotline.broadcasts import actions as broadcast_actions
from hotline.broadcasts.broadcast import Broadcast, broadcast_by_code
from hotline.broadcasts.copies import Copy, CopyState
from hotline.broadcasts.menus import Compose, Deal
from hotline.core import fault_points
from hotline.core.i18n import Phrase
from hotline.messaging.message import Message, MessageState
from hotline.outbox import Queue
from tests.scenery.broadcast_machine.cast import (
    EVERYBODY,
    KAWANGWARE,
    LONDON,
    NAKURU,
    ONCE,
    READERS,
    WEST,
    WISHED,
)
from tests.scenery.broadcast_machine.sheet import Run, Sheet
from tests.scenery.broadcast_machine.stage import NUMBERS, MortalWorker, begin_anew
from tests.scenery.carrier import Died
from tests.scenery.county import KAPTEMBWO
from tests.scenery.world import World, liaison

hands = st.sampled_from(list(EVERYBODY))
orders = st.permutations(list(EVERYBODY))
which = st.integers(0, 3)
places = st.sampled_from(
    (
        (KAPTEMBWO.code,),
        (KAPTEMBWO.code,),
        (LONDON,),
        (KAWANGWARE,),
        (KAPTEMBWO.code, LONDON),
        (WEST,),
        (WEST,),
        (NAKURU,),
    )
)


class Play(RuleBasedStateMachine):
    """A run: what was done in it, and what people know by it."""

    stage: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.world = self.stage
        self.wrong: list[str] = []
        self.sheets: list[Sheet] = []
        self.by_code: dict[str, Sheet] = {}
        self.runs: list[Run] = []
        self.fates: deque[str] = deque()
        self.dies_at = ""
        self.ids: list[tuple[str, str, str]] = []
        """The carrier's number of each text that it took, with the broadcast and whose it was."""
        self.wants = {reader: frozenset({place}) for reader, place in WISHED.items()}
        self.wants[ONCE] = frozenset()
        self.asked = {reader: frozenset[str]() for reader in READERS} | {ONCE: frozenset({WISHED[ONCE]})}
        self.opted_out: set[str] = set()
        begin_anew(self.world)
        self.world.workers = {queue: MortalWorker(self, queue) for queue in Queue}
        fault_points.on(self.comes_to)

    # Processes

    def run_begins(self) -> Run:
        over = frozenset(each.code for each in self.sheets if each.is_over)
        paused = frozenset(each.code for each in self.sheets if each.is_paused)
        run = Run(self.world.now, over, paused, dict(self.wants), frozenset(self.opted_out))
        self.runs.append(run)
        return run

    def run_ends(self, run: Run) -> None:
        self.runs.remove(run)

    def run_is_written_down(self, run: Run) -> None:
        self.opted_out.update(run.refused_us)
        for number in run.refused_us:
            self.wants[number] = frozenset()

    def comes_to(self, place: fault_points.Place) -> None:
        if place == self.dies_at and self.runs:
            raise Died

    def somebody_died(self) -> None:
        """Whatever is in hand may have left."""
        self.dies_at = ""
        with self.world.service.database.reading() as session:
            sending = (Message.state == MessageState.SENDING, Message.copy_id == Copy.id)
            by_chat = select(Message.address_id).where(*sending).exists()
            here = (Copy.state == CopyState.SENDS, or_(Copy.lease.is_not(None), by_chat))
            in_hand = select(Broadcast.code, Copy.address_id).join(Copy.broadcast).where(*here)
            for code, address in session.execute(in_hand):
                self.by_code[code].in_doubt.add(NUMBERS[address or 0])

    # The hotline is asked

    def does(self, who: str, command: Compose | Deal) -> str:
        """What they are told, in English and with its gaps."""
        with self.world.service.transaction() as work:
            told = broadcast_actions.deal(work, liaison(work, who), command)
        within = dict(told.values).get("words")  # of a drill it is said each time that it is one
        return within.english if isinstance(within, Phrase) else told.english

    def found(self, session: Session, sheet: Sheet) -> Broadcast:
        found = broadcast_by_code(session, sheet.code)
        assert found is not None
        return found

    def state(self, sheet: Sheet) -> str:
        with self.world.service.database.reading() as session:
            return session.scalars(select(Broadcast.state).where(Broadcast.code == sheet.code)).one()

    def edition(self, sheet: Sheet) -> int:
        with self.world.service.database.reading() as session:
            return session.scalars(select(Broadcast.edition).where(Broadcast.code == sheet.code)).one()

    def reads_again(self, sheet: Sheet) -> None:
        """People see what it says now, and the number that stands for that."""
        with self.world.service.database.reading() as session:
            found = self.found(session, sheet)
            if found.mark != sheet.mark:
                sheet.stale.append(sheet.mark)
            sheet.mark, sheet.says = found.mark, {*found.texts.values()}

    def sheet(self, which: int) -> Sheet:
        return self.sheets[-1 - which % len(self.sheets)]

    def clock(self, minutes: int = 0) -> str:
        then = self.world.now + timedelta(minutes=minutes)
        return f"{then.astimezone(self.world.service.settings.country.zone):%H:%M}"

    def meets(self, fates: list[str]) -> None:
        """What happens to the next texts."""
        self.fates.clear()
        self.fates.extend(fates)
