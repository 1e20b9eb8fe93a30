"""The people of the night: citizens who dial in and answer, the carrier's gateway between them and us, and a
county's liaisons, of whom a third are asleep."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from benchmarks.night_carrier import Town
from benchmarks.night_world import Hotline
from hotline.core.i18n import SOURCE, say
from hotline.directory.categories import CATEGORIES
from hotline.places.areas import Area, Areas

CHOICE = re.compile(r"^(?:CON )?(\d+)\. (.+)$", re.MULTILINE)
REFERENCE = re.compile(r"\b(\d{4})-(\d{4})\b")
MORE = "98"
MOST_TURNS, REDIALS, TRIES = 40, 5, 20

ABOUT = {
    "danger": 8,
    "violence": 20,
    "threat": 10,
    "gender": 10,
    "theft": 20,
    "missing": 6,
    "land": 10,
    "conduct": 6,
    "other": 10,
}
"""Of a hundred reports, how many are about what."""


# ------------------------------------------------------------------------------------------------ the gateway


class Gateway:
    """The carrier's side of the wire: what is not answered it
    says again, and now and then it says things twice, or late."""

    def __init__(self, town: Town, hotline: Hotline) -> None:
        self.town, self.hotline = town, hotline
        self.counted: Counter[str] = Counter()

    def say(self, kind: str, form: Mapping[str, str], then: Callable[[str], object], tries: int = 0) -> None:
        """Until it is answered. Where it never is, then with nothing."""
        status, page = self.hotline.call(kind, form)
        if status != 200 and tries < TRIES:
            self.counted["said again, for nobody had answered"] += 1
            self.town.after(3, partial(self.say, kind, form, then, tries + 1))
            return
        if self.town.one_in(15):
            self.counted["said twice"] += 1
            self.town.after(self.town.chance.uniform(0, 9), partial(self.hotline.call, kind, form))
        then(page if status == 200 else "")


# ----------------------------------------------------------------------------------------------- the citizens


@dataclass
class Sitting:
    """One dial-in, and the number of the case that was on its last screen."""

    session: str
    number: str
    at: datetime
    reference: str = ""
    hung_up: bool = False
    otherwise: bool = False
    """Another number was on the screen when the same was asked again."""


@dataclass
class Citizen:
    """Somebody with a phone of their own and something to report. They
    read each page and press the number before the words they want."""

    gateway: Gateway
    areas: Areas
    number: str
    category: str
    ward: Area
    texts: bool
    hangs_up: bool
    sittings: list[Sitting] = field(default_factory=list)
    inbox: list[tuple[datetime, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    puzzled: list[str] = field(default_factory=list)
    """Pages that they could make nothing of."""

    def dial(self) -> None:
        session = f"ATUid_{self.number[1:]}_{len(self.sittings)}"
        self.sittings.append(Sitting(session, self.number, self._town.now))
        self._transcript, self._turns, self._seeks = "", 0, ""
        self._turn()

    @property
    def _town(self) -> Town:
        return self.gateway.town

    def _form(self, transcript: str) -> dict[str, str]:
        sitting = self.sittings[-1]
        return {
            "sessionId": sitting.session,
            "phoneNumber": self.number,
            "networkCode": "63902",
            "serviceCode": "*384*4455#",
            "text": transcript,
        }

    def _turn(self) -> None:
        self._turns += 1
        self.gateway.say("ussd", self._form(self._transcript), self._read)

    def _read(self, page: str) -> None:
        if page.startswith("CON ") and self._turns < MOST_TURNS:
            typed = self._answer(page)
            if self.hangs_up and "text this phone" in page:
                self._hang_up()
            else:
                self._town.after(self._town.some_seconds(6, 0.5), partial(self._key, typed))
        elif found := REFERENCE.search(page):
            self.sittings[-1].reference = found[1] + found[2]
            self._ask_again(page)
        elif len(self.sittings) < REDIALS:
            self._town.after(self._town.some_seconds(30), self.dial)

    def _key(self, typed: str) -> None:
        before, self._transcript = (
            self._transcript,
            f"{self._transcript}*{typed}" if self._transcript else typed,
        )
        self._turn()
        if self._town.one_in(40):
            self.gateway.counted["an earlier turn came again late"] += 1
            self._town.after(1, partial(self.gateway.hotline.call, "ussd", self._form(before)))

    def _ask_again(self, page: str) -> None:
        """The last turn may be brought twice, and must be answered alike."""
        if self._town.one_in(10):
            sitting = self.sittings[-1]
            status, again = self.gateway.hotline.call("ussd", self._form(self._transcript))
            found = REFERENCE.search(again)
            sitting.otherwise = status == 200 and found is not None and found[0] not in page

    def _hang_up(self) -> None:
        sitting = self.sittings[-1]
        sitting.hung_up = True
        form = {"sessionId": sitting.session, "phoneNumber": self.number, "status": "Incomplete"}
        self.gateway.say("ended", form, lambda _page: None)

    # What they answer

    def _answer(self, page: str) -> str:
        wanted = next((wanted for asked, wanted in self._answers() if asked in page), "")
        self._seeks = wanted or self._seeks
        if wanted.startswith("“"):
            return wanted.strip("“”")
        if self._seeks:
            return self._choice(page)
        self.puzzled.append(page)
        return "1"

    def _choice(self, page: str) -> str:
        """The number of what they look for, or of more of the same."""
        for number, label in CHOICE.findall(page):
            if label.startswith(self._seeks) and number != MORE:
                return str(number)
        if f"{MORE}. " in page:
            return MORE
        in_their_ward = [number for number, label in CHOICE.findall(page) if self.ward.name in label]
        self.puzzled += [] if in_their_ward else [page]
        return str(in_their_ward[0]) if in_their_ward else "1"

    def _answers(self) -> Iterator[tuple[str, str]]:
        """What a page asks, and the beginning of what they choose, or their own words."""
        danger, of_ward = self.category == "danger", self.areas.full_name(self.ward)
        yield "Emergency?", "Danger to life" if danger else "Report"
        yield "Lugha", "English"
        yield "cut off", "Start again"
        yield "What is it about?", say(CATEGORIES[self.category].name, SOURCE)
        yield "Which one?", of_ward
        yield "Where", f"“{self.ward.name}”"
        yield "Which station?", "I do not know"
        yield "Who?", "I do not know"
        yield "few words", f"“It is by the market of {self.ward.name}, {self.number[-4:]} people saw it”"
        yield "a woman", "Yes" if self.number.endswith(("1", "3", "5")) else "It does not matter"
        yield "text this phone", "Yes" if self.texts else "No"
        yield "home area", "No"

    # What they read

    def hears(self, text: str) -> None:
        self.inbox.append((self._town.now, text))
        if "1" in text and "2" in text and "3" in text and "?" in text:
            word = self._town.chance.choices(("1", "2", "3", ""), (50, 12 if not self.said else 3, 4, 34))[0]
            if word:
                self._town.after(self._town.some_seconds(400), partial(self._text, word))

    def _text(self, word: str) -> None:
        self.said.append(word)
        self.gateway.say(
            "texts", a_text(self.number, word, f"{self.number}-{len(self.said)}"), lambda _page: None
        )


def a_text(number: str, words: str, identity: str) -> dict[str, str]:
    return {"id": identity, "from": number, "to": "22384", "text": words, "date": "2026-11-21 20:00:00"}


# ----------------------------------------------------------------------------------------------- the liaisons


# ------------------------------------------------------------------------------------------- who reports what


def reports(
    town: Town, areas: Areas, county: str, many: int, begins: datetime, ends: datetime
) -> Iterator[tuple[datetime, str, Area]]:
    """When, what about and where: two in three alone, the
    others several about the same event, within minutes."""
    wards = [area for area in areas if area.level == "ward" and areas[county] in areas.outwards(area)]
    kinds, shares = list(ABOUT), list(ABOUT.values())
    left = many
    while left:
        at = begins + (ends - begins) * town.chance.random()
        category, ward = town.chance.choices(kinds, shares)[0], town.chance.choice(wards)
        together = min(left, town.chance.randint(2, 5) if town.one_in(7) else 1)
        for _each in range(together):
            yield (
                min(ends, at + timedelta(minutes=town.chance.uniform(0, 12) if together > 1 else 0)),
                category,
                ward,
            )
        left -= together
