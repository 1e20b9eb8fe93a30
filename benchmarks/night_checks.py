"""What must be true in the morning, told from the phones and
from the bare rows, and not by asking the hotline itself."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta

from benchmarks.night_carrier import Sent
from benchmarks.night_people import Citizen, Sitting
from benchmarks.night_rows import Check, Rows, Told
from benchmarks.night_world import Hotline
from hotline.cases.case import Case
from hotline.cases.promises import Promise
from hotline.messaging.kinds import HANDLING, MessageKind, Reader
from hotline.messaging.message import Message

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


def checks(told: Told) -> list[Check]:
    with told.hotline.database.reading() as session:
        rows = Checks(told, session)
        return [*(check() for check in rows.checks()), told_of_auditor(told.hotline), told_of_errors(told)]


class Checks(Rows):
    """What must be so, each a method."""

    def checks(self) -> Sequence[Callable[[], Check]]:
        cases = (self.nothing_lost, self.one_case_a_sitting, self.one_dispatch_a_step, self.conflicts)
        return (
            *cases,
            self.citizens_texts,
            self.liaisons_texts,
            self.futures,
            self.kept_or_admitted,
            self.verdicts,
            self.tasks,
        )

    # Cases

    def nothing_lost(self) -> Check:
        promised = [sitting for sitting in self.sittings.values() if sitting.reference]
        cut = [
            citizen
            for citizen in self.told.citizens
            if citizen.hangs_up and citizen.category == "danger" and citizen.sittings[-1].hung_up
        ]
        lost = [*self._promised_and_unknown(promised), *self._cut_off_and_unknown(cut), *self._never_told()]
        return Check(f"no case is lost, of {len(promised)} promised and {len(cut)} cut off in danger", lost)

    def _promised_and_unknown(self, promised: Iterable[Sitting]) -> Iterator[str]:
        known = {case.reference for case in self.cases.values()}
        for each in promised:
            if each.reference not in known:
                yield f"{each.session} was promised {each.reference}"

    def _cut_off_and_unknown(self, cut: Iterable[Citizen]) -> Iterator[str]:
        sessions = {case.session_index for case in self.cases.values()}
        for each in cut:
            if self.session_index(each.sittings[-1].session, each.number) not in sessions:
                yield f"{each.number} was cut off in danger"

    def _never_told(self) -> Iterator[str]:
        for each in self.told.citizens:
            if not each.hangs_up and not any(sitting.reference for sitting in each.sittings):
                yield f"{each.number} never got to the last screen"

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

    def conflicts(self) -> Check:
        about = {case: each for case, each in self.cases.items() if each.category_code == "conduct"}
        put = [(case, each) for case in about for each in self.dispatches[case]]
        wrong = [
            f"{about[case].reference}: {each.body_code}"
            for case, each in put
            if self.kinds[each.body_code] == "police"
        ]
        return Check(f"no report about the police came to the police, of {len(about)}", wrong)

    # Texts

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
        texts = [sent for sent in self.told.hotline.carrier.sent if sent.number not in self.by_number]
        wrong, why = [], Counter[str]()
        for number, copies, of in self.doubles():
            if number not in self.by_number:
                again = len(copies) - len(of)
                doubted = [copy.doubt for copy in copies[:-1] if copy.doubt][:again]
                why += Counter(doubted)
                wrong += (
                    [] if len(doubted) == again and _may_come_twice(of) else [_too_many(number, copies, of)]
                )
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
        wrong = list(filter(None, map(self._not_as_said, self.told.citizens)))
        said = Counter(word for citizen in self.told.citizens for word in citizen.said)
        return Check(
            "every citizen's last word stands",
            wrong,
            f"{said['1']} yes, {said['2']} no, {said['3']} in danger still",
        )

    def _not_as_said(self, citizen: Citizen) -> str:
        """How the one case of a citizen stands against their last word; nothing where it does not."""
        own = [case for case in self.cases.values() if self.is_of(case, citizen)] if citizen.said else []
        if len(own) != 1:
            return ""
        (case,), helped = own, citizen.said[-1] == "1"
        if helped and case.state != "closed":
            return f"{case.reference} is {case.state} though help came"
        if not helped and case.state == "closed":
            return f"{case.reference} is closed though no help came"
        return ""

    def tasks(self) -> Check:
        late = [task for task in self.waiting.values() if task.wanted_at < self.told.ended - LATE]
        return Check(
            "nothing is overdue in the morning", [f"{task.key}: {task.last_failure}" for task in late]
        )


def _may_come_twice(of: Iterable[Message]) -> bool:
    return any(message.kind in TWICE for message in of)


def _too_many(number: str, copies: Sequence[Sent], of: Sequence[Message]) -> str:
    kinds = ", ".join(message.kind for message in of) or "never written"
    return f"{number}: {len(copies)} for {len(of)} ({kinds})"


def _is_unsaid(message: Message, promise: Promise) -> bool:
    """Nobody knows whether it left, and so it stays unsaid, for never
    is better than twice; or it was overtaken by what came next."""
    return (
        message.written_at >= promise.due_at
        and HANDLING[MessageKind(message.kind)].reader == Reader.CITIZEN
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
