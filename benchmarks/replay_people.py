"""Who is in the replay: citizens with their reports, the carrier between, and liaisons who text back."""

import asyncio
import contextlib
import csv
import itertools
import re
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import Stack
from benchmarks.wire import Broken, Line, Text
from hotline.directory.categories import CATEGORIES
from hotline.places.areas import Areas

CATEGORY_OF = {
    "violence": "violence",
    "disruption of voting by party loyalists/thugs/angry citizens": "violence",
    "disruption of registration by party loyalists/thugs/angry citizens": "violence",
    "intimidation / harassment": "threat",
    "snatching of ballot box": "theft",
    "misconduct by security personnel": "conduct",
}
"""What each label of the file is among our categories; every other label is "other"."""

TWICE, LATE = 10, 25
"""One callback in so many comes twice; after one turn in so many the one before it comes again."""

COUNTRY = "NG"
CHOICE = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)
REFERENCE = re.compile(r"Case (\d{4})-(\d{4})")
MORE = "98"

NO_TEXTS = 7
"""One citizen in so many wants no texts."""

TRIES, PAUSE = 60, 0.5
"""How often, and after how many seconds, the carrier tries a callback again that was not answered."""

REDIALS = 5

MOST_TURNS = 40
"""Nobody keys on for longer than that."""

LIAISONS = 3
"""At each desk. A liaison has as many cases at once as there are case words, and no more."""


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody with something to report."""

    number: int
    words: str
    category: str
    state: str | None
    """The code of the state they are in, where the file knows it."""
    place: str
    """What they type when asked where."""

    @property
    def phone(self) -> str:
        return f"+234803{self.number:07d}"

    @property
    def wants_texts(self) -> bool:
        return self.number % NO_TEXTS != 0


def citizens(file: Path, tree: Areas, limit: int | None) -> list[Citizen]:
    with file.open(encoding="utf-8", newline="") as opened:
        return [
            _citizen(number, row, tree)
            for number, row in enumerate(itertools.islice(csv.DictReader(opened), limit), 1)
        ]


def _citizen(number: int, row: Mapping[str, str], tree: Areas) -> Citizen:
    state = tree.get(row["gold_state_pcode"])
    category = CATEGORY_OF.get(row["category"].casefold(), "other")
    return Citizen(
        number,
        row["report"].strip(),
        category,
        state.code if state else None,
        state.name if state else row["location_text"],
    )


def roster(folder: Path, tree: Areas) -> tuple[Path, Path]:
    """Files of bodies and of liaisons: three desks in every state, and two for the whole country."""
    states = [
        (kind, state.code, state.name)
        for state in tree.children(tree.country)
        for kind in ("police", "peace", "women", "oversight")
    ]
    country = [(kind, tree.country.code, tree.country.name) for kind in ("coordination",)]
    bodies, liaisons = folder / "bodies.csv", folder / "liaisons.csv"
    with bodies.open("w", newline="") as first, liaisons.open("w", newline="") as second:
        list_bodies, list_liaisons = csv.writer(first), csv.writer(second)
        list_bodies.writerow(("code", "name", "kind", "areas"))
        list_liaisons.writerow(("body", "name", "phone", "languages"))
        numbers = itertools.count(1)
        for kind, area, name in (*states, *country):
            list_bodies.writerow((f"{kind}-{area}", f"{name} {kind}", kind, area))
            for number in itertools.islice(numbers, LIAISONS):
                list_liaisons.writerow((f"{kind}-{area}", f"Liaison {number}", f"+234806{number:07d}", "en"))
    return bodies, liaisons


class Gateway:
    """The carrier's side of the wire: it tries again what
    was not answered, and now and then says things twice."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._idle: list[Line] = []
        self._said = itertools.count(1)
        self.again = Counter[str]()

    async def turn(self, form: Mapping[str, str]) -> str:
        """The page that answers a turn. Raises `Broken` when none came, however often it was tried."""
        return await self._say("ussd", form)

    async def tell(self, kind: str, form: Mapping[str, str]) -> None:
        """A text, a receipt, or the end of a dial-in."""
        await self._say(kind, form)

    async def _say(self, kind: str, form: Mapping[str, str]) -> str:
        if next(self._said) % TWICE:
            return await self._until_answered(kind, form)
        self.again["twice"] += 1
        first, second = await asyncio.gather(
            self._until_answered(kind, form), self._until_answered(kind, form)
        )
        self.again["answered otherwise"] += first != second
        return first

    async def _until_answered(self, kind: str, form: Mapping[str, str]) -> str:
        for _try in range(TRIES):
            line = self._idle.pop() if self._idle else Line(self._stack.port)
            with contextlib.suppress(Broken):
                status, page = await line.post(self._stack.callback(kind), form)
                if status == 200:
                    self._idle.append(line)
                    return page
            line.close()
            self.again["tried again"] += 1
            await asyncio.sleep(PAUSE)
        raise Broken("tried too often")

    def close(self) -> None:
        for line in self._idle:
            line.close()


@dataclass
class Told:
    """What a citizen was told in the end."""

    session: str = ""
    reference: str = ""
    redials: int = 0


class Person:
    """A citizen with a phone, who reads each page and does what it asks."""

    def __init__(self, citizen: Citizen, gateway: Gateway, tree: Areas) -> None:
        self._citizen, self._gateway = citizen, gateway
        self._state = tree[citizen.state].name if citizen.state else ""
        self._turns = citizen.number

    async def report(self) -> Told:
        """Dial until a case number is on the screen, if need be a few times over."""
        told = Told()
        for told.redials in range(REDIALS):
            told.session = f"ATUid_{self._citizen.number}_{told.redials}"
            with contextlib.suppress(Broken):
                last_page = await self._dial_in(told.session)
                if found := REFERENCE.search(last_page):
                    told.reference = found[1] + found[2]
                    break
            await asyncio.sleep(PAUSE)
        return told

    async def _dial_in(self, session: str) -> str:
        form = {
            "sessionId": session,
            "phoneNumber": self._citizen.phone,
            "networkCode": "62130",
            "serviceCode": "*384*4455#",
        }
        typed: list[str] = []
        page = await self._gateway.turn({**form, "text": ""})
        while page.startswith("CON ") and len(typed) < MOST_TURNS:
            before = "*".join(typed)
            typed.append(self._answer(page))
            page = await self._gateway.turn({**form, "text": "*".join(typed)})
            await self._perhaps_late({**form, "text": before})
        await self._gateway.tell("ended", {**form, "status": "Success", "hopsCount": str(len(typed) + 1)})
        return page

    async def _perhaps_late(self, form: Mapping[str, str]) -> None:
        self._turns += 1
        if self._turns % LATE == 0:
            self._gateway.again["late"] += 1
            await self._gateway.turn(form)

    def _answer(self, page: str) -> str:
        """What this person types on that page."""
        citizen, choices = self._citizen, {words: number for number, words in CHOICE.findall(page)}
        match page.partition("\n")[0].removeprefix("CON "):
            case line if line.startswith("Where? Type"):
                return citizen.place
            case line if line.startswith("Tell us"):
                return citizen.words
            case line if line.startswith("We do not know"):
                return "1"
            case line if line.startswith("Which one?"):
                return choices.get(self._state) or (MORE if self._state and "More" in choices else "1")
        wanted = self._wanted(page)
        return next((choices[words] for words in wanted if words in choices), MORE)

    def _wanted(self, page: str) -> Sequence[str]:
        """What this person would choose wherever it is offered: on this page, or else on a later one."""
        if "May we text" in page:
            return ("Yes",) if self._citizen.wants_texts else ("No, do not text",)
        category = CATEGORIES[self._citizen.category].name.english
        return ("English", "Go on where you were", "Report something", category, "I am not sure", "No")


class Liaisons:
    """Those who are texted that a case is theirs to take, and take it."""

    WORD = re.compile(r"(\w+): .*Answer by", re.DOTALL)

    gateway: Gateway

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self.texts: Counter[tuple[str, str]] = Counter()
        """Every text that the carrier took, by number and words, and how often."""

    def hear(self, text: Text) -> None:
        self.texts[text.number, text.words] += 1
        self._begin(
            self.gateway.tell("receipts", {"id": text.id, "status": "Success", "phoneNumber": text.number})
        )
        if found := self.WORD.match(text.words):
            answer = {
                "id": f"text_{text.id}",
                "from": text.number,
                "to": "22384",
                "text": f"1 {found[1]}",
                "date": "2026-01-01 00:00:00",
            }
            self._begin(self.gateway.tell("texts", answer))

    def _begin(self, telling: Coroutine[object, object, None]) -> None:
        task = asyncio.ensure_future(telling)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def are_busy(self) -> bool:
        return bool(self._tasks)
