"""What must be true in the morning, told from the phones and
from the bare rows, and not by asking the hotline itself."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.night_carrier import Sent
from benchmarks.night_people import Citizen, Liaison
from benchmarks.night_world import Hotline
from hotline.cases.case import Case, Entry
from hotline.cases.dispatch import Dispatch
from hotline.cases.promises import Promise
from hotline.directory.bodies import Body
from hotline.directory.people import Address
from hotline.messaging.kinds import TO_CITIZENS, MessageKind
from hotline.messaging.message import Message
from hotline.outbox import Task

SOON = timedelta(minutes=15)
"""Within so long after its time, or after the carrier was
back, an admitted promise must be on the citizen's phone."""
LATE = timedelta(minutes=2)
"""A task so late is not being done."""
FAR = timedelta(hours=23)
"""No step of an unfinished case is further off, but for the question to the citizen, who has the next word
anyway: twelve hours, and then until the morning."""
TWICE = (MessageKind.DISPATCH, MessageKind.NEWS, MessageKind.STILL_ON_IT, MessageKind.ALARM)
"""What may come twice where nobody knew whether it had left."""


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


def checks(told: Told) -> list[Check]:
    with told.hotline.database.reading() as session:
        rows = Rows(told, session)
        return [*(check() for check in rows.checks()), told_of_auditor(told.hotline), told_of_errors(told)]


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
            self._session(each.session, each.number): each
            for citizen in told.citizens
            for each in citizen.sittings
        }
        self.by_number = {citizen.number: citizen for citizen in told.citizens}

    def checks(self) -> Sequence[Callable[[], Check]]:
        cases = (self.nothing_lost, self.one_case_a_sitting, self.one_dispatch_a_step, self.firewall)
        return (
            *cases,
            self.citizens_texts,
            self.liaisons_texts,
            self.futures,
            self.kept_or_admitted,
            self.verdicts,
            self.tasks,
        )

    def _session(self, session: str, number: str) -> str:
        return self.keys.index.of("session", f"{session}|{number}")

    # Cases

    def nothing_lost(self) -> Check:
        known = {case.reference: case for case in self.cases.values()}
        promised = [sitting for sitting in self.sittings.values() if sitting.reference]
        lost = [
            f"{each.session} was promised {each.reference}"
            for each in promised
            if each.reference not in known
        ]
        cut = [
            citizen
            for citizen in self.told.citizens
            if citizen.hangs_up and citizen.category == "danger" and citizen.sittings[-1].hung_up
        ]
        sessions = {case.session_index for case in self.cases.values()}
        lost += [
            f"{each.number} was cut off in danger"
            for each in cut
            if self._session(each.sittings[-1].session, each.number) not in sessions
        ]
        never = [
            each
            for each in self.told.citizens
            if not each.hangs_up and not any(sitting.reference for sitting in each.sittings)
        ]
        lost += [f"{each.number} never got to the last screen" for each in never]
        return Check(f"no case is lost, of {len(promised)} promised and {len(cut)} cut off in danger", lost)

    def one_case_a_sitting(self) -> Check:
        wrong = [
            f"{each.session}: another number when asked again"
            for each in self.sittings.values()
            if each.otherwise
        ]
        untold = 0
        for case in self.cases.values():
            sitting = self.sittings.get(case.session_index)
            if sitting is None or sitting.reference not in ("", case.reference):
                wrong.append(f"{case.reference} is of no sitting that was told of it")
            untold += sitting is not None and not sitting.reference and not sitting.hung_up
        twice = Counter(
            self.sittings[case.session_index].number
            for case in self.cases.values()
            if case.session_index in self.sittings
        )
        again = sum(number - 1 for number in twice.values())
        return Check(
            f"no sitting has two cases, of {len(self.cases)} cases",
            wrong,
            f"{again} citizens reported again, {untold} not knowing that we had it",
        )

    def one_dispatch_a_step(self) -> Check:
        wrong = []
        for case, put in self.dispatches.items():
            reference = self.cases[case].reference
            wrong += [
                f"{reference}: {n} dispatches at {at}"
                for at, n in Counter((each.round, each.place) for each in put).items()
                if n > 1
            ]
            now = Counter((each.round, each.liaison_id) for each in put if each.state == "asked")
            wrong += [
                f"{reference}: one liaison is asked twice at once" for number in now.values() if number > 1
            ]
            wrong += [
                f"{reference}: two have it" for _once in range(sum(each.state == "taken" for each in put) > 1)
            ]
        return Check(f"no dispatch is doubled, of {sum(map(len, self.dispatches.values()))}", wrong)

    def firewall(self) -> Check:
        about = {case: each for case, each in self.cases.items() if each.category_code == "conduct"}
        put = [(case, each) for case in about for each in self.dispatches[case]]
        wrong = [
            f"{about[case].reference}: {each.body_code}"
            for case, each in put
            if self.kinds[each.body_code] == "police"
        ]
        return Check(f"no report about the police came to the police, of {len(about)}", wrong)

    # Texts

    def _arrived(self) -> dict[tuple[str, str], list[Sent]]:
        arrived: defaultdict[tuple[str, str], list[Sent]] = defaultdict(list)
        for sent in self.told.hotline.carrier.sent:
            arrived[sent.number, sent.words].append(sent)
        return arrived

    def _written(self) -> Mapping[tuple[str, str], list[Message]]:
        """The texts that there should be: by the index of the number, and the words."""
        written: defaultdict[tuple[str, str], list[Message]] = defaultdict(list)
        for message in self.messages:
            words = self.keys.vault.read(message.locked_text, f"messages.text:{message.id}")
            written[self.addresses[message.address_id], words].append(message)
        return written

    def doubles(self) -> Iterator[tuple[str, list[Sent], list[Message]]]:
        """Texts that came to a phone more often than they were written, all their copies in turn."""
        written = self._written()
        for (number, words), copies in self._arrived().items():
            of = written[self.keys.index.of("address", number), words]
            if len(copies) > len(of):
                yield number, sorted(copies, key=lambda sent: sent.at), of

    def citizens_texts(self) -> Check:
        wrong = [
            f"{number}: {len(copies)} for {len(of)}"
            for number, copies, of in self.doubles()
            if number in self.by_number
        ]
        return Check(
            "no text to a citizen came twice, of "
            f"{sum(sent.number in self.by_number for sent in self.told.hotline.carrier.sent)}",
            wrong,
        )

    def liaisons_texts(self) -> Check:
        wrong, why, texts = (
            [],
            Counter[str](),
            [sent for sent in self.told.hotline.carrier.sent if sent.number not in self.by_number],
        )
        for number, copies, of in self.doubles():
            if number in self.by_number:
                continue
            doubted = [copy.doubt for copy in copies[:-1] if copy.doubt]
            again = len(copies) - len(of)
            if len(doubted) < again or not any(message.kind in TWICE for message in of):
                wrong.append(
                    f"{number}: {len(copies)} for {len(of)} "
                    f"({', '.join(message.kind for message in of) or 'never written'})"
                )
            why += Counter(doubted[:again])
        told = ", ".join(f"{times} because {reason}" for reason, times in why.most_common()) or "none"
        return Check(
            f"no text to a liaison came twice but where we could not know that it left, of {len(texts)}",
            wrong,
            f"twice: {told}",
        )

    # What comes next

    def futures(self) -> Check:
        wrong = [
            f"{case.reference} is {case.state}"
            for case in self.cases.values()
            if case.state != "closed" and not self._goes_on(case)
        ]
        state = Counter(case.state for case in self.cases.values())
        told = ", ".join(f"{number} {which}" for which, number in state.most_common())
        return Check(
            "every unfinished case has somebody whose turn it is, or a step that is sure to come", wrong, told
        )

    def _goes_on(self, case: Case) -> bool:
        of = [each for each in self.dispatches[case.id] if each.round == case.round]
        if case.state == "open":
            steps = [
                f"open:{case.id}",
                f"find:{case.id}",
                *(f"escalate:{each.id}" for each in of if each.state == "asked"),
            ]
            return self._comes(steps)
        if case.state == "acknowledged":
            theirs = [each.id for each in of if each.state == "taken" and each.liaison_id == case.liaison_id]
            return len(theirs) == 1 and self._comes([f"still:{theirs[0]}", f"lapse:{theirs[0]}"])
        return case.asked_at is not None or self._comes([f"follow_up:{case.id}/{case.round}"])

    def _comes(self, keys: Iterable[str]) -> bool:
        soon = self.told.ended + FAR
        return any(key in self.waiting and self.waiting[key].due_at <= soon for key in keys)

    def kept_or_admitted(self) -> Check:
        wrong = [
            f"{self.cases[each.case_id].reference} {each.state}: {why}"
            for each in self.promised
            if (why := self._broken(each))
        ]
        without = {case for case, each in self.cases.items() if each.state == "open"} - {
            each.case_id for each in self.promised if each.state == "open"
        }
        wrong += [f"{self.cases[each].reference}: nobody has it, and nothing is promised" for each in without]
        told = ", ".join(
            f"{number} {which}"
            for which, number in Counter(each.state for each in self.promised).most_common()
        )
        return Check(f"every promise was kept or admitted, of {len(self.promised)}", wrong, told)

    def _broken(self, promise: Promise) -> str:
        case = self.cases[promise.case_id]
        in_time = any(promise.made_at <= at <= promise.due_at for at in self.acknowledged[case.id])
        match promise.state:
            case "open" if promise.due_at + LATE < self.told.ended:
                return "its time has passed"
            case "open" if f"promise:{promise.id}" not in self.waiting:
                return "nobody looks whether it was kept"
            case "kept" if not in_time:
                return "nobody had taken it by then"
            case "missed" if in_time:
                return "somebody had taken it by then"
            case "missed" if not self._admitted(case, promise):
                return "it was not admitted"
            case _:
                return ""

    def _admitted(self, case: Case, promise: Promise) -> bool:
        """On their phone in words; whoever wants no texts reads it when they dial in."""
        sitting = self.sittings.get(case.session_index)
        if case.contact != "text" or sitting is None:
            return True
        texts = self.by_number[sitting.number].inbox
        said = f"{case.reference[:4]}-{case.reference[4:]}"
        until = max(promise.due_at, self.told.was_down_until) + SOON
        if until > self.told.ended or any(
            _is_unsaid(message, promise) for message in self.messages if message.case_id == case.id
        ):
            return True
        return any(said in text and promise.due_at <= at <= until and ("sorry" in text) for at, text in texts)

    def verdicts(self) -> Check:
        """The citizen's last word stands."""
        wrong = []
        for citizen in self.told.citizens:
            own = [case for case in self.cases.values() if self._is_of(case, citizen)] if citizen.said else []
            if len(own) == 1 and citizen.said[-1] == "1" and own[0].state != "closed":
                wrong.append(f"{own[0].reference} is {own[0].state} though help came")
            if len(own) == 1 and citizen.said[-1] != "1" and own[0].state == "closed":
                wrong.append(f"{own[0].reference} is closed though no help came")
        said = Counter(word for citizen in self.told.citizens for word in citizen.said)
        return Check(
            "every citizen's last word stands",
            wrong,
            f"{said['1']} yes, {said['2']} no, {said['3']} in danger still",
        )

    def _is_of(self, case: Case, citizen: Citizen) -> bool:
        sitting = self.sittings.get(case.session_index)
        return sitting is not None and sitting.number == citizen.number

    def tasks(self) -> Check:
        late = [task for task in self.waiting.values() if task.wanted_at < self.told.ended - LATE]
        return Check(
            "nothing is overdue in the morning", [f"{task.key}: {task.last_failure}" for task in late]
        )


def _is_unsaid(message: Message, promise: Promise) -> bool:
    """Nobody knows whether it left, and so it stays unsaid, for never is better than twice; or it was
    overtaken by what came next."""
    return (
        message.written_at >= promise.due_at
        and message.kind in TO_CITIZENS
        and message.kind != MessageKind.FOLLOW_UP
        and message.state in ("unknown", "withheld")
    )


def told_of_auditor(hotline: Hotline) -> Check:
    wrong = [f"{audit.at:%H:%M} {audit.found}" for audit in hotline.audits if audit.mended or audit.found]
    late = sum(audit.overdue > 0 for audit in hotline.audits)
    return Check(
        f"the auditor had nothing to mend in {len(hotline.audits)} looks",
        wrong,
        f"{late} looks found something late",
    )


def told_of_errors(told: Told) -> Check:
    wrong = [f"{number} x {what}" for what, number in told.hotline.raised.most_common()]
    wrong += [
        f"a page that nobody could make anything of: {page!r}"
        for citizen in told.citizens
        for page in citizen.puzzled
    ]
    return Check("nothing was raised, and every page was understood", wrong)
