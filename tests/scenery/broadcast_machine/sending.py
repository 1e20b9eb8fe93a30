"""The carrier has a text in hand: may it leave, what is answered, and what happens meanwhile?"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import select

from hotline import outbox
from hotline.broadcasts import batches
from hotline.broadcasts.broadcast import Broadcast
from hotline.carriers.carrier import Meaning, Sending
from hotline.operations import receipts
from hotline.outbox import Queue, Task
from tests.scenery.broadcast_machine.approval import Approval
from tests.scenery.broadcast_machine.cast import PHONES, near
from tests.scenery.broadcast_machine.play import which
from tests.scenery.broadcast_machine.readers import Readers
from tests.scenery.broadcast_machine.sheet import HALF_AN_HOUR, Run, Sheet
from tests.scenery.broadcast_machine.stage import BATCH, AskingCarrier, MortalWorker
from tests.scenery.carrier import Died
from tests.scenery.county import CHEBET

TURNED_AWAY = ("transient", "settings", "permanent", "opted out")
FATES = (
    *("transient", "settings", "unknown", "permanent", "opted out", "dies before", "dies after"),
    *("stop", "withdraw", "pause", "correct", "another", "another", "slow", "receipt first", "failure first"),
    *("reader stops", "reader stops news", "reader stops"),
)
statuses = st.sampled_from(("Success", "Failed", "Sent"))
fates = st.lists(st.sampled_from(("accepted",) * 10 + FATES), min_size=3, max_size=8)
fresh = count(1_000_000)
"""Far from the numbers that the carrier gives to texts for others."""


class Leaving(Approval, Readers):
    """Every text for a reader passes here."""

    def __init__(self) -> None:
        super().__init__()
        assert isinstance(self.world.carrier, AskingCarrier)
        self.world.carrier.asks = self.leaves

    def leaves(self, code: str, number: str, text: str) -> Sending:
        """A text is handed to the carrier. What is wrong is kept for later: a worker would swallow it."""
        fate = self.fates.popleft() if self.fates else "accepted"
        if fate == "dies before":
            raise Died
        sheet, run = self.by_code[code], self.runs[-1]
        self.wrong += [f"{code} to {number}: {what}" for what in self.amiss(sheet, run, number, text)]
        run.sent[code] += number in PHONES
        if fate in TURNED_AWAY:
            return self.turned_away(fate, sheet, run, number)
        sheet.handed[number] += 1
        sheet.ids[number] = identity = f"ATXid_{next(fresh)}"
        if fate == "dies after":
            raise Died
        if fate == "unknown":
            return Sending(Meaning.UNKNOWN, "no answer")
        self.meanwhile(fate, sheet, number, identity)
        self.ids.append((identity, code, number))
        sheet.taken.add(number)
        return Sending(Meaning.ACCEPTED, "101 Success", identity)

    def turned_away(self, fate: str, sheet: Sheet, run: Run, number: str) -> Sending:
        if fate == "transient":
            return Sending(Meaning.TRANSIENT, "busy")
        if fate == "settings":
            return Sending(Meaning.SETTINGS, "no money")
        sheet.failed.add(number)
        if fate == "opted out":
            run.refused_us.append(number)
        return Sending(Meaning.PERMANENT, "406", opted_out=fate == "opted out")

    # Is it right?

    def amiss(self, sheet: Sheet, run: Run, number: str, text: str) -> Iterator[str]:
        """What is wrong with it."""
        if sheet.code in run.over:
            yield "it was over before that batch was taken in hand"
        if sheet.code in run.paused:
            yield "it was paused"
        if run.began >= sheet.expires:
            yield "it had expired"
        if sheet.command.exercise:
            yield "it was a drill"
        if number in sheet.handed:
            yield "they may have it already"
        if not any(words in text for words in sheet.says):
            yield "that is not what was written last"
        if number in PHONES:
            yield from self.batch_amiss(sheet, run)
        yield from self.not_theirs(sheet, run, number)
        if not sheet.judged:
            sheet.judged = True
            yield from self.not_approved(sheet)

    def batch_amiss(self, sheet: Sheet, run: Run) -> Iterator[str]:
        if run.sent[sheet.code] >= BATCH:
            yield "a batch was too large"
        others = [each for each in self.runs if each is not run and each.sent[sheet.code]]
        if any(self.world.now - each.began < batches.LEASE for each in others):
            yield "two had a batch in hand"

    def not_theirs(self, sheet: Sheet, run: Run, number: str) -> Iterator[str]:
        if number in run.opted_out:
            yield "they want nothing from us"
        if sheet.command.corrects:
            if number not in self.by_code[sheet.command.corrects].can_be_had:
                yield "they never had what it sets right"
        elif not any(near(place, about) for place in run.wants[number] for about in sheet.command.areas):
            yield "they had not said yes twice to news of that place, or have ended it"

    def not_approved(self, sheet: Sheet) -> Iterator[str]:
        """Asked once, of the first text after an edit."""
        approved, began = sheet.is_approved(), self.opens_at(sheet)
        if approved is None:
            yield f"nobody, or not enough, had said yes: {sheet.writers} wrote, {sheet.yes} said yes"
            return
        cooling = timedelta(minutes=0 if sheet.command.emergency or sheet.command.corrects else 10)
        if began - approved > cooling + HALF_AN_HOUR:
            yield "their yes was too old"
        if began - approved < cooling:
            yield "nobody had the time to object"
        there = began.astimezone(self.world.service.settings.country.zone).time()
        corrected = self.by_code[sheet.command.corrects].command if sheet.command.corrects else sheet.command
        urgent = sheet.command.emergency or corrected.emergency
        if not urgent and not time(6, 30) <= there < time(20):
            yield "it was night"

    def opens_at(self, sheet: Sheet) -> datetime:
        with self.world.service.database.reading() as session:
            opens_at = self.found(session, sheet).opens_at
            assert opens_at is not None
            return opens_at

    # What happens meanwhile

    def meanwhile(self, fate: str, sheet: Sheet, number: str, identity: str) -> None:
        """While the carrier has it, somebody else does something."""
        dies_at, self.dies_at = self.dies_at, ""
        match fate:
            case "stop" | "withdraw" | "pause":
                self.deal(fate, sheet, min(sheet.writers) if fate == "withdraw" else CHEBET)
            case "correct":
                self.is_set_right_by_chebet(sheet)
            case "another" | "slow":
                self.world.now += timedelta(seconds=50 if fate == "slow" and number in PHONES else 0)
                self.another_worker(sheet)
            case "receipt first" | "failure first":
                self.receipt(identity, number, sheet, "Success" if fate == "receipt first" else "Failed")
            case "reader stops" | "reader stops news":
                self.one_who_waits_texts(sheet, "STOP" if fate == "reader stops" else "STOP NEWS")
        self.dies_at = dies_at

    def is_set_right_by_chebet(self, sheet: Sheet) -> None:
        sorry = replace(sheet.command, template="sorry", fields=self.fields("sorry"), own=())
        self.writes(CHEBET, replace(sorry, emergency=False, corrects=sheet.code))

    def another_worker(self, sheet: Sheet) -> None:
        batches = (Task.what == outbox.TaskKind.BATCH, Broadcast.code == sheet.code, outbox.WAITS)
        waits = select(Task.id).join(Broadcast, Task.subject == Broadcast.id.concat("")).where(*batches)
        with self.world.service.database.reading() as session:
            found = session.scalars(waits).all()
        for task in found:
            MortalWorker(self, Queue.BULK).run(task)

    def one_who_waits_texts(self, sheet: Sheet, words: str) -> None:
        """The last of those to whom it is still to come."""
        may = self.by_code[sheet.command.corrects].handed if sheet.command.corrects else PHONES
        still = [each for each in PHONES if each in may and each not in sheet.handed]
        if still:
            self.text_of_reader(still[-1], words)

    # Receipts

    def receipt(self, identity: str, number: str, sheet: Sheet, status: str) -> None:
        form = {"id": identity, "status": status, "phoneNumber": number, "failureReason": "None"}
        with self.world.service.transaction() as work:
            receipts.receipt_arrives(work, self.world.carrier.receipt(form))
        if status == "Failed":
            sheet.failed.add(number)

    @precondition(lambda self: self.ids)
    @rule(which=st.integers(0, 20), status=statuses, twice=st.booleans())
    def a_receipt_comes(self, which: int, status: str, twice: bool) -> None:
        identity, code, number = self.ids[-1 - which % len(self.ids)]
        for _time in range(1 + twice):
            self.receipt(identity, number, self.by_code[code], status)

    @precondition(lambda self: any(each.unanswered for each in self.sheets))
    @rule(which=which, status=st.sampled_from(("Success", "Failed")))
    def a_receipt_comes_for_what_is_in_doubt(self, which: int, status: str) -> None:
        """Of a text that the carrier has, and always with the one id that it gave to that. With a new id at
        each receipt they would be as many texts, and the hotline right to take one for that of another."""
        sheet = next(each for each in self.sheets if each.unanswered)
        number = min(sheet.unanswered)
        self.receipt(sheet.ids[number], number, sheet, status)

    @rule(fates=fates, minutes=st.sampled_from((0, 0, 5)))
    def the_next_texts_meet(self, fates: list[str], minutes: int) -> None:
        self.meets(fates)
        if minutes:
            self.world.pass_minutes(minutes)
