"""The bare rows of the morning after, read once, and what a check is."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.night_carrier import Sent
from benchmarks.night_liaisons import Liaison
from benchmarks.night_people import Citizen
from benchmarks.night_world import Hotline
from hotline.cases.case import Case, Entry
from hotline.cases.dispatch import Dispatch
from hotline.cases.promises import Promise
from hotline.directory.bodies import Body
from hotline.directory.people import Address
from hotline.messaging.message import Message
from hotline.outbox import Task


class Check(NamedTuple):
    """Something that must hold."""

    what: str
    wrong: list[str]
    """What is against it; empty where it holds."""
    beside: str = ""
    """What else there is to say of it."""


@dataclass(frozen=True)
class Told:
    """Everything there is to go by."""

    hotline: Hotline
    citizens: Sequence[Citizen]
    liaisons: Sequence[Liaison]
    ended: datetime
    was_down_until: datetime


class Rows:
    """The bare rows, read once."""

    def __init__(self, told: Told, session: Session) -> None:
        self.told, self.keys = told, told.hotline.settings.keys
        self.cases = {case.id: case for case in session.scalars(select(Case))}
        self.dispatches: defaultdict[UUID, list[Dispatch]] = defaultdict(list)
        for each in session.scalars(select(Dispatch).order_by(Dispatch.id)):
            self.dispatches[each.case_id].append(each)
        self.acknowledged: defaultdict[UUID, list[datetime]] = defaultdict(list)
        for entry in session.scalars(select(Entry).where(Entry.what == "acknowledged")):
            self.acknowledged[entry.case_id].append(entry.at)
        self.kinds = {code: kind for code, kind in session.execute(select(Body.code, Body.kind))}
        self.waiting = {
            task.key: task for task in session.scalars(select(Task).where(Task.state == "waiting"))
        }
        self.promised = list(session.scalars(select(Promise)))
        self.messages = list(session.scalars(select(Message)))
        self.addresses = {each.id: each.number_index for each in session.scalars(select(Address))}
        self.sittings = {
            self.session_index(each.session, each.number): each
            for citizen in told.citizens
            for each in citizen.sittings
        }
        self.by_number = {citizen.number: citizen for citizen in told.citizens}

    def session_index(self, session: str, number: str) -> str:
        return self.keys.index.of("session", f"{session}|{number}")

    def arrived(self) -> dict[tuple[str, str], list[Sent]]:
        arrived: defaultdict[tuple[str, str], list[Sent]] = defaultdict(list)
        for sent in self.told.hotline.carrier.sent:
            arrived[sent.number, sent.words].append(sent)
        return arrived

    def written(self) -> Mapping[tuple[str, str], list[Message]]:
        """The texts that there should be: by the index of the number, and the words."""
        written: defaultdict[tuple[str, str], list[Message]] = defaultdict(list)
        for message in self.messages:
            words = self.keys.vault.read(message.locked_text, f"messages.text:{message.id}")
            written[self.addresses[message.address_id], words].append(message)
        return written

    def doubles(self) -> Iterator[tuple[str, list[Sent], list[Message]]]:
        """Texts that came to a phone more often than they were written, all their copies in turn."""
        written = self.written()
        for (number, words), copies in self.arrived().items():
            of = written[self.keys.index.of("address", number), words]
            if len(copies) > len(of):
                yield number, sorted(copies, key=lambda sent: sent.at), of

    def is_of(self, case: Case, citizen: Citizen) -> bool:
        sitting = self.sittings.get(case.session_index)
        return sitting is not None and sitting.number == citizen.number
