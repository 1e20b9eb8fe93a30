"""A whole hotline in one process, with a clock that a test
may turn, and pretend phones. Only the network is not real."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.cases.case import Case, history_of
from hotline.cases.citizen_menus import Caller
from hotline.cases.verdicts import Verdict
from hotline.context import Service, UnitOfWork
from hotline.conversation.ussd_store import Conversations
from hotline.core.database import Base, Database
from hotline.directory import liaisons, people
from hotline.directory.liaisons import Liaison
from hotline.front_desk import texts
from hotline.operations import receipts
from hotline.operations.queue import TaskRunner
from hotline.operations.worker import CARRIED, Worker
from hotline.outbox import Posting, Queue, Task
from hotline.settings import Settings
from tests.scenery.carrier import PretendCarrier
from tests.scenery.county import MORNING
from ussd.pages import Limits
from ussd.sessions import Line, earlier_caller

ids = count(1)

FURNITURE = {"areas", "bodies", "serves", "people", "addresses", "liaisons", "roles", "shifts"}
"""The tables of what is there before anything happens."""


def liaison(work: UnitOfWork, number: str) -> Liaison:
    """Whoever answers from this phone."""
    person = people.by_number(work.session, work.keys, number)
    assert person is not None
    found = liaisons.of(work.session, person)
    assert found is not None
    return found


def last_word(session: Session, case: Case) -> str | None:
    """The citizen's last word on this case; None is unknown."""
    spoken = select(Verdict.word).where(Verdict.case_id == case.id, Verdict.word.is_not(None))
    return session.scalars(spoken.order_by(Verdict.said_at.desc(), Verdict.id.desc()).limit(1)).first()


class World:
    """Everything that runs, run by hand."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.now: datetime = MORNING
        self.posted: deque[Posting] = deque()
        self.carrier = PretendCarrier()
        self.service = Service(settings, database, post=self._post, clock=lambda: self.now)
        self.conversations = Conversations(settings.redis_url, settings.keys.vault, Caller, earlier_caller)
        self.line = Line(
            self.service, self.conversations, Limits(self.carrier.page_septets, self.carrier.page_units)
        )
        self.workers: dict[Queue, TaskRunner] = {
            queue: Worker(self.service, self.carrier, queue) for queue in Queue
        }
        self.others_rest: Callable[[], None] = lambda: None
        """Returns when whoever works on a thread of their own has nothing to do."""

    def _post(self, postings: Sequence[Posting]) -> None:
        self.posted.extend(postings)

    def settle(self) -> None:
        """Do what has been posted, and whatever follows from it."""
        self.others_rest()
        while self.posted:
            posting = self.posted.popleft()
            self.workers[posting.queue].run(posting.task)
            self.others_rest()

    def tick(self) -> None:
        """What the clock does."""
        with self.service.transaction() as work:
            self._post(outbox.fallen_due(work.session, work.now))
        self.settle()

    def pass_minutes(self, minutes: float) -> None:
        """Let time go by, from one thing that falls due to the next, with the clock ticking."""
        until = self.now + timedelta(minutes=minutes)
        while (due := self._next_due()) and due <= until:
            self.now = max(self.now, due)
            self.tick()
        self.now = until

    def _next_due(self) -> datetime | None:
        with self.service.database.reading() as session:
            return session.scalar(select(func.min(Task.due_at)).where(Task.state == "waiting"))

    def phone(self, number: str) -> "Phone":
        return Phone(self, number)

    def cases(self) -> list[Case]:
        with self.service.database.reading() as session:
            return list(session.scalars(select(Case).order_by(Case.opened_at)))

    def verdict(self, case: Case) -> str | None:
        """The citizen's last word on it."""
        with self.service.database.reading() as session:
            return last_word(session, case)

    def history(self, case: Case) -> list[str]:
        with self.service.database.reading() as session:
            return [f"{entry.what} {entry.who}".strip() for entry in history_of(session, case)]

    def begin_anew(self) -> None:
        """Nothing has happened yet, and it is morning. Whoever became known stays so."""
        self.now, self.workers = (
            MORNING,
            {queue: Worker(self.service, self.carrier, queue) for queue in Queue},
        )
        for kept in (self.posted, self.carrier.sent, self.carrier.answers):
            kept.clear()
        with self.service.database.writing() as session:
            for table in reversed(Base.metadata.sorted_tables):
                if table.name not in FURNITURE:
                    session.execute(delete(table))

    def goes_by(self, **changes: object) -> None:
        """The operator has changed some settings, and started everything anew."""
        self.service.settings = replace(self.service.settings, **changes)  # type: ignore[arg-type]
        self.workers |= {queue: Worker(self.service, self.carrier, queue) for queue in CARRIED}

    def forget_redis(self) -> None:
        """Redis is gone: nobody listens at its address any more."""
        settings = replace(self.service.settings, redis_url="redis://127.0.0.1:9/0")
        self.conversations = Conversations(settings.redis_url, settings.keys.vault, Caller, earlier_caller)
        self.line = Line(
            self.service, self.conversations, Limits(self.carrier.page_septets, self.carrier.page_units)
        )


class Phone:
    """A pretend phone: dials, presses keys, reads and writes texts. It speaks the carrier's own forms."""

    def __init__(self, world: World, number: str) -> None:
        self.world, self.number = world, number
        self.session, self.transcript, self.screen, self.in_call = "", "", "", False
        self.seen = 0

    def dial(self) -> str:
        self.session, self.transcript = f"ATUid_{next(ids)}", ""
        return self._turn()

    def press(self, *inputs: str) -> str:
        """One input after another, as somebody keys them."""
        for typed in inputs:
            assert self.in_call, f"the line is closed: {self.screen}"
            self.transcript = f"{self.transcript}*{typed}" if self.transcript else typed
            self._turn()
        return self.screen

    def _turn(self) -> str:
        self.screen, ended = self.send_turn(self.transcript)
        self.in_call = not ended
        self.world.settle()
        return self.screen

    def send_turn(self, transcript: str) -> tuple[str, bool]:
        """What the carrier would post, and the answer."""
        form = {"sessionId": self.session, "phoneNumber": self.number, "text": transcript}
        return self.world.line.turn(self.world.carrier.turn(form))

    def hang_up(self, status: str = "Incomplete") -> None:
        self.in_call = False
        form = {"sessionId": self.session, "phoneNumber": self.number, "status": status}
        self.world.line.ended(self.world.carrier.ended(form))
        self.world.settle()

    def choose(self, words: str) -> str:
        """Press the number that stands before these words, turning pages until they are found."""
        for _page in range(40):
            for line in self.screen.splitlines():
                number, _dot, text = line.partition(". ")
                if number.isdecimal() and number not in ("0", "00", "98") and text.startswith(words):
                    return self.press(number)
            assert "98. " in self.screen, f"there is no {words!r} on\n{self.screen}"
            self.press("98")
        raise AssertionError(words)

    def text(self, body: str, identity: str = "") -> None:
        """Text the hotline."""
        form = {
            "id": identity or f"text-{next(ids)}",
            "from": self.number,
            "to": "22384",
            "text": body,
            "date": "2026-11-21 07:00:00",
        }
        with self.world.service.transaction() as work:
            texts.text_arrives(work, self.world.carrier.inbound_text(form))
        self.world.settle()

    def receipt(self, provider_id: str, status: str) -> None:
        """The carrier tells what became of a text to this phone."""
        form = {"id": provider_id, "status": status, "phoneNumber": self.number, "failureReason": "None"}
        with self.world.service.transaction() as work:
            receipts.receipt_arrives(work, self.world.carrier.receipt(form))
        self.world.settle()

    @property
    def inbox(self) -> list[str]:
        return self.world.carrier.to(self.number)

    def new_texts(self) -> list[str]:
        """Texts that have come since we last looked."""
        new, self.seen = self.inbox[self.seen :], len(self.inbox)
        return new
