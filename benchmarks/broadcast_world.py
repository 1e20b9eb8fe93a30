"""What a broadcast to many needs: the middle of a day, people who want the news, a message, and a carrier."""

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import count
from pathlib import Path
from shutil import copyfile
from urllib.parse import parse_qs
from uuid import uuid4
from zoneinfo import TZPATH, ZoneInfo

from sqlalchemy import insert, select

from benchmarks.wire import Company, Line, in_json
from hotline import outbox
from hotline.broadcasts import actions as broadcast_actions
from hotline.broadcasts import rollout
from hotline.broadcasts.broadcast import Broadcast, BroadcastState, broadcast_by_code
from hotline.broadcasts.menus import Compose, Deal
from hotline.context import Service, UnitOfWork
from hotline.core.crypto import seal
from hotline.core.database import Database
from hotline.directory import people
from hotline.directory.liaisons import of as liaison_of
from hotline.directory.people import PHONE, Address, Person
from hotline.directory.subscriptions import Subscription, SubscriptionState
from hotline.outbox import TaskKind
from hotline.places.areas import Areas
from hotline.settings import Settings
from simulator.floods import Bucket

WANJIKU, MWANGI = "+254722000201", "+254722000103"
"""Of the example's roster, both of Nakuru: one of the peace
committee, who writes, and one of the police, who says yes."""


NAKURU = "KE032"

MORNING = 10
"""The hour at which everything is played, for no calm message goes out at night."""


def zone_of_now() -> str:
    """Where it is about ten in the morning at this moment."""
    east = (MORNING - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-east:+}"


def by_day(folder: Path) -> dict[str, str]:
    """For the environment of a hotline: its country's clocks
    show about ten in the morning, whatever the hour is."""
    here = next(Path(path, "Etc") for path in TZPATH if Path(path, "Etc").is_dir())
    (folder / "Africa").mkdir(parents=True, exist_ok=True)
    copyfile(here / zone_of_now().removeprefix("Etc/"), folder / "Africa" / "Nairobi")
    return {"PYTHONTZPATH": str(folder)}


def service_by_day(settings: Settings, database: Database) -> Service:
    """The same for ourselves."""
    return Service(
        replace(settings, country=replace(settings.country, zone=ZoneInfo(zone_of_now()))), database
    )


def wards_of(areas: Areas, county: str = NAKURU) -> list[str]:
    """The places in a county that hold no other."""
    return [area.code for area in areas.all_inside(areas[county]) if not areas.children(area)]


def number_of(reader: int) -> str:
    """An invented number, of nobody else in the example."""
    return f"+2547{10_000_000 + reader}"


def subscribe(service: Service, wards: Sequence[str], each: int) -> None:
    """So many people in each ward who want its news and have said yes
    once more; in a few statements, where the dialogue takes many."""
    with service.transaction() as work:
        for place, ward in enumerate(wards):
            subscribe_to_one(work, ward, range(place * each, (place + 1) * each))


def subscribe_to_one(work: UnitOfWork, ward: str, readers: range) -> None:
    numbers = [number_of(reader) for reader in readers]
    known = [{"id": uuid4(), "met_at": work.now, "language": ("sw", "en")[reader % 2]} for reader in readers]
    work.session.execute(insert(Person), known)
    addresses = [
        {"person_id": person["id"], "channel": PHONE, "number_index": people.number_index(work.keys, number),
         "sealed": seal(work.keys, number)}
        for person, number in zip(known, numbers, strict=True)
    ]  # fmt: skip
    found = work.session.scalars(
        insert(Address).returning(Address.id, sort_by_parameter_order=True), addresses
    ).all()
    wants = {
        "area_code": ward,
        "state": SubscriptionState.ON,
        "how": "ussd",
        "asked_at": work.now,
        "confirmed_at": work.now,
    }
    rows = [
        {"address_id": address, "language": person["language"], **wants}
        for address, person in zip(found, known, strict=True)
    ]
    work.session.execute(insert(Subscription), rows)


def write(service: Service, ward: str) -> Mapping[str, str]:
    """Somebody writes that this ward is calm, and puts it to others.
    What each of those is to say, by the code of the message."""
    there = service.clock().astimezone(service.settings.country.zone) - timedelta(minutes=5)
    command = Compose(
        template="calm", areas=(ward,), fields=(("time", f"{there:%H:%M}"), ("who", "elders")),
        own=(), source="elders", hours=6,
        public=False, exercise=False, emergency=False,
    )  # fmt: skip
    with service.transaction() as work:
        person = people.by_number(work.session, work.keys, WANJIKU)
        author = liaison_of(work.session, person) if person else None
        assert author is not None
        broadcast_actions.deal(work, author, command)
        made = work.session.scalars(select(Broadcast).order_by(Broadcast.id.desc())).first()
        assert made is not None
        assert made.state == BroadcastState.SUBMITTED
        return {made.code: f"OK {made.code} {made.mark}"}


def approve(service: Service, words: str) -> None:
    """Somebody of the police has read it and says yes, and it
    goes to the few at once: nobody waits for cooling here."""
    _ok, code, mark = words.split()
    at_once = replace(service, settings=replace(service.settings, minute=timedelta(0)))
    with at_once.transaction() as work:
        person = people.by_number(work.session, work.keys, MWANGI)
        who = liaison_of(work.session, person) if person else None
        assert who is not None
        broadcast_actions.deal(work, who, Deal("approve", code, mark))
        rollout.cool(work, found(work, code).id)
        outbox.complete(work.session, TaskKind.COOL, found(work, code).id)


def found(work: UnitOfWork, code: str) -> Broadcast:
    found = broadcast_by_code(work.session, code)
    assert found is not None
    return found


class Carrier(Company):
    """Takes so many texts a second and no more, says of each broadcast
    text that it has arrived, and hands on what is about a case.

    It plays the part that the simulator plays elsewhere. That one keeps every phone and every text, and takes
    more of this machine for a text than the hotline does: it would be itself that is measured.
    """

    def __init__(self, limit: int) -> None:
        self._bucket, self._ids = Bucket(limit, limit), count(1)
        self.hear: Callable[[str, float], None] = lambda _words, _at: None
        """Told of each text that is about a case, and of the moment."""
        self.arrived: asyncio.Queue[dict[str, str] | None] = asyncio.Queue()
        """Receipts that the hotline has not been told of yet; None for whoever brings them, to go home."""
        self.taken = self.turned_away = 0
        self.last_at = 0.0

    def answer(self, head: bytes, body: bytes) -> bytes:
        if b"/version1/user" in head:
            return in_json(HTTPStatus.OK, {"UserData": {"balance": "KES 1785.5000"}})
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        numbers = form["to"].split(",")
        if wait := self._bucket.wait():
            self.turned_away += len(numbers)
            return (
                f"HTTP/1.1 429 Too Many Requests\r\nRetry-After: {math.ceil(wait)}\r\nContent-Length: "
                "0\r\n\r\n"
            ).encode()
        self._bucket.take(len(numbers))
        return in_json(
            HTTPStatus.CREATED,
            {"SMSMessageData": {"Message": "Sent", "Recipients": self._take(numbers, form["message"])}},
        )

    def _take(self, numbers: Sequence[str], words: str) -> list[dict[str, object]]:
        ids = [f"ATXid_{next(self._ids)}" for _number in numbers]
        if words.startswith("Itikia "):
            self.taken, self.last_at = self.taken + len(numbers), time.perf_counter()
            for identity, number in zip(ids, numbers, strict=True):
                self.arrived.put_nowait(
                    {"id": identity, "phoneNumber": number, "status": "Success", "networkCode": "63902"}
                )
        else:
            self.hear(words, time.perf_counter())
        said = {"cost": "KES 0.8000", "status": "Success", "statusCode": 102}
        return [
            {**said, "messageId": identity, "number": number}
            for identity, number in zip(ids, numbers, strict=True)
        ]

    async def tell(self, line: Line, path: str) -> None:
        """Bring receipts over one line, one after another, as fast as they are taken."""
        while (receipt := await self.arrived.get()) is not None:
            await line.post(path, receipt)
        line.close()

    async def tell_no_more(self, tellers: Sequence["asyncio.Task[None]"]) -> None:
        """What has not been brought is not brought any more."""
        while not self.arrived.empty():
            self.arrived.get_nowait()
        for _teller in tellers:
            self.arrived.put_nowait(None)
        await asyncio.gather(*tellers)
