"""Delivers messages by Telegram: one long-lived bot on one event loop, fed by the queue `telegram`.

A job only names a task. It is read and pushed on a priority heap, and the job is over; the loop takes from
the heap as fast as Telegram allows, case before answer before bulk, many in flight at once. The heap is only
memory: should the process die, every task is still a row, and the clock posts it again.

| Telegram says                              | means for us                                                  |
| ------------------------------------------ | ------------------------------------------------------------- |
| 429 retry after N                          | again, after N seconds; it was not sent                       |
| 403, or 400 "chat not found"               | stop: nothing arrives in this chat any more, so it is closed  |
| 400, anything else                         | stop: nobody would take this message                          |
| 401, 404                                   | our own token is wrong: it waits, and the operator must act   |
| no connection at all                       | again: it was not sent                                        |
| no answer, a broken one, 500 to 599        | nobody knows                                                  |
"""

import asyncio
import heapq
import logging
import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from html import escape
from itertools import count
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.api import NOT_SENT, Bot
from bot.budgets import AT_ONCE, TO_ALL, TO_ONE, Flood, TokenBuckets, seconds_of
from bot.cards import Card, card
from bot.keyboards import verdicts
from hotline import outbox
from hotline.carriers.carrier import Meaning, Sending
from hotline.cases.citizen_menus import VERDICTS
from hotline.cases.dispatch import Dispatch
from hotline.context import Service
from hotline.core import fault_points
from hotline.core.crypto import open_seal
from hotline.directory import people
from hotline.messaging.kinds import HANDLING, TO_LIAISONS, MessageKind, Priority
from hotline.messaging.leasing import Leased
from hotline.messaging.message import Message, MessageState
from hotline.operations import deliveries
from hotline.operations.worker import retry_later
from hotline.outbox import TaskKind

log = logging.getLogger(__name__)

IN_LINE = 2000
"""Bounds the heap; further jobs block, and wait on the queue."""
PATIENCE = 30.0
"""Seconds that a job blocks for room on the heap; then the clock posts its task again."""
UNTIL_SENT = timedelta(seconds=2)
LONGEST_SENDING = 17.0
"""Time-out in seconds for one message; less than its lease, so that no two send it."""


class Found(NamedTuple):
    """What a task is about."""

    what: TaskKind
    message: UUID
    address: int
    priority: Priority


class Drawn(NamedTuple):
    """A card as it is to be now, and where it is shown."""

    chat: int
    shown: int
    card: Card


class Delivery:
    """The heap of what is to be delivered. `run` is thread-safe;
    everything else runs on an event loop in a thread of its own."""

    def __init__(self, service: Service, bot: Bot, flood: Flood) -> None:
        self._service, self._bot, self._flood = service, bot, flood
        self._line: list[tuple[Priority, int, int]] = []
        self._in_hand: dict[int, Found] = {}
        self._placed: set[int] = set()
        self._order = count()
        self._to_all, self._to_one = TokenBuckets(*TO_ALL), TokenBuckets(*TO_ONE)
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(ThreadPoolExecutor(8, thread_name_prefix="delivery"))
        self._room = threading.BoundedSemaphore(IN_LINE)
        self._waits, self._free = asyncio.Event(), asyncio.Semaphore(AT_ONCE)
        self._thread = threading.Thread(target=self._loop.run_forever, name="delivery", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._handing_out = asyncio.run_coroutine_threadsafe(self._hand_out(), self._loop)
        self._handing_out.add_done_callback(_fall_over)

    def close(self) -> None:
        """Finish what is in flight, and leave the rest to whoever comes next."""
        self._handing_out.cancel()
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def run(self, task: int) -> None:
        """Put a task in line. It never raises."""
        fault_points.point("after-pop")
        try:
            with self._service.database.reading() as session:
                found = _looked_up(session, task)
        except Exception as error:
            retry_later(self._service, task, error)
            return
        if found is not None and self._room.acquire(timeout=PATIENCE):  # else the clock posts it again
            self._loop.call_soon_threadsafe(self._put_in_line, task, found)

    async def _finish(self) -> None:
        for _ in range(AT_ONCE):
            await self._free.acquire()
        await self._bot.request.shutdown()
        await self._flood.close()
        await self._loop.shutdown_default_executor()

    def _put_in_line(self, task: int, found: Found) -> None:
        if task in self._in_hand:  # posted again while it waits
            self._room.release()
            return
        self._in_hand[task] = found
        self._back_in_line(found.priority, next(self._order), task)

    async def _hand_out(self) -> None:
        """Pop the most pressing. Wait for the flood, the rate and a free slot first, and pop
        after that: what became more pressing meanwhile goes ahead."""
        while True:
            while not self._line:
                self._waits.clear()
                await self._waits.wait()
            await self._flood.over()
            await asyncio.sleep(self._to_all.take())
            await self._free.acquire()
            priority, order, task = heapq.heappop(self._line)
            if wait := self._wait(task):
                self._free.release()
                self._loop.call_later(wait, self._back_in_line, priority, order, task)
            else:
                self._in_flight(task)

    def _wait(self, task: int) -> float:
        """Seconds until its chat may be written to. Reserved once a task, so that it does not queue again."""
        if task in self._placed:
            return 0.0
        self._placed.add(task)
        return self._to_one.take(self._in_hand[task].address)

    def _back_in_line(self, priority: Priority, order: int, task: int) -> None:
        heapq.heappush(self._line, (priority, order, task))
        self._waits.set()

    def _in_flight(self, task: int) -> None:
        flight = self._loop.create_task(self._do(task))
        flight.add_done_callback(lambda _flight: self._landed(task))

    def _landed(self, task: int) -> None:
        del self._in_hand[task]
        self._placed.discard(task)
        self._free.release()
        self._room.release()

    async def _do(self, task: int) -> None:
        found = self._in_hand[task]
        try:
            if found.what == TaskKind.DELIVER:
                await self._deliver(found.message)
            else:
                await self._redraw(task, found.message)
        except Exception as error:
            await asyncio.to_thread(retry_later, self._service, task, error)

    async def _deliver(self, message: UUID) -> None:
        leased = await asyncio.to_thread(deliveries.take, self._service, message)
        if leased is None:
            return
        fault_points.point("after-lease")
        text, buttons = await asyncio.to_thread(self._laid_out, leased)
        sending = await self._sent(leased, text, buttons)
        fault_points.point("after-send")
        await asyncio.to_thread(deliveries.note, self._service, leased, sending)

    async def _sent(self, leased: Leased, text: str, buttons: InlineKeyboardMarkup | None) -> Sending:
        protected = leased.kind in TO_LIAISONS
        try:
            async with asyncio.timeout(LONGEST_SENDING):
                sent = await self._bot.send_message(
                    int(leased.number), text, reply_markup=buttons, protect_content=protected
                )
        except (TelegramError, TimeoutError) as error:
            return meaning_of(error)
        return Sending(Meaning.ACCEPTED, "sent", provider_id=f"telegram:{sent.message_id}")

    def _laid_out(self, leased: Leased) -> tuple[str, InlineKeyboardMarkup | None]:
        """A case as its card as it is now, a question with its
        answers as buttons, and anything else as it was written."""
        if leased.kind == MessageKind.DISPATCH:
            with self._service.read() as work:
                return card(work, work.session.get_one(Dispatch, leased.dispatch))
        text = escape(leased.text, quote=False)
        if leased.kind == MessageKind.FOLLOW_UP:
            return text, verdicts(leased.message.hex, VERDICTS, leased.language)
        return text, None

    async def _redraw(self, task: int, message: UUID) -> None:
        """Edit a card that has been sent; postpone the task while it is on its way."""
        as_found, on_its_way, drawn = await asyncio.to_thread(self._drawn, task, message)
        if drawn is not None:
            try:
                await self._bot.edit_message_text(
                    drawn.card.text, drawn.chat, drawn.shown, reply_markup=drawn.card.buttons
                )
            except (BadRequest, Forbidden) as error:
                log.debug("a card stays as it is: %s", type(error).__name__)
        await asyncio.to_thread(self._rest if on_its_way else self._done, task, as_found)

    def _drawn(self, task: int, message: UUID) -> tuple[datetime, bool, Drawn | None]:
        """The task as it was found, whether its message is on its way just now, and the card; None where
        there is none to change, or none of this liaison's any more."""
        with self._service.read() as work:
            as_found, sent = outbox.due(work.session, task), work.session.get(Message, message)
            on_its_way = sent is not None and sent.state == MessageState.SENDING
            if (
                sent is None
                or sent.dispatch_id is None
                or sent.provider_id is None
                or sent.address.channel != people.TELEGRAM
                or sent.address.sealed is None
            ):
                return as_found, on_its_way, None
            asked = work.session.get_one(Dispatch, sent.dispatch_id)
            if asked.liaison.person_id != sent.address.person_id:
                return as_found, on_its_way, None
            chat, shown = (
                int(open_seal(work.keys, sent.address.sealed)),
                int(sent.provider_id.removeprefix("telegram:")),
            )
            return as_found, on_its_way, Drawn(chat, shown, card(work, asked))

    def _rest(self, task: int, _as_found: datetime) -> None:
        with self._service.transaction() as work:
            outbox.postpone(work.session, task, work.now + UNTIL_SENT)

    def _done(self, task: int, as_found: datetime) -> None:
        with self._service.transaction() as work:
            outbox.complete_as_found(work.session, task, as_found)


def _fall_over(handing_out: "Future[None]") -> None:
    """Exit, so that the supervisor starts another: this process would take jobs and deliver none."""
    if not handing_out.cancelled():
        log.critical("the line has come to a stop: %s", type(handing_out.exception()).__name__)
        os._exit(1)


def _looked_up(session: Session, task: int) -> Found | None:
    found = outbox.peek(session, task)
    if found is None:
        return None
    what, subject = found
    row = session.execute(
        select(Message.address_id, Message.kind).where(Message.id == UUID(subject))
    ).one_or_none()
    address, kind = row or (0, MessageKind.ANSWER)
    return Found(what, UUID(subject), address, HANDLING[MessageKind(kind)].priority)


def meaning_of(error: Exception) -> Sending:
    """The table above."""
    code = type(error).__name__
    match error:
        case RetryAfter():
            return Sending(Meaning.TRANSIENT, code, retry_after=timedelta(seconds=seconds_of(error)))
        case Forbidden():
            return Sending(Meaning.PERMANENT, code, closed=True)
        case BadRequest():
            return Sending(
                Meaning.PERMANENT,
                f"{code}: {error.message}"[:80],
                closed="chat not found" in error.message.casefold(),
            )
        case InvalidToken():
            return Sending(Meaning.SETTINGS, code)
        case NetworkError() if isinstance(error.__cause__, NOT_SENT):
            return Sending(Meaning.TRANSIENT, code)
        case _:
            return Sending(Meaning.UNKNOWN, code)
