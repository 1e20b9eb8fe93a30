"""Rules of approval: somebody says yes to what they read, objects, pauses, resumes, stops, takes back."""

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from hotline.broadcasts import phrases as broadcast_phrases
from hotline.broadcasts.broadcast import BroadcastState
from hotline.broadcasts.menus import ActionWord, Deal
from tests.scenery.broadcast_machine.drafting import Drafting
from tests.scenery.broadcast_machine.play import hands, orders, which
from tests.scenery.broadcast_machine.sheet import Sheet

THANKED = {
    broadcast_phrases.approved_thanks("", 1).english,
    broadcast_phrases.is_enough("", 1).english,
    broadcast_phrases.is_enough("", 0).english,
}
TAKEN_BACK = (broadcast_phrases.withdrawn("", 0).english, broadcast_phrases.withdrawn("", 1).english)
STOPPED = (broadcast_phrases.stop_done("", 0, 0).english, *TAKEN_BACK)

marks = st.sampled_from(("right", "right", "right", "stale", "wrong", ""))
acts = st.sampled_from(("object", "pause", "pause", "resume", "resume", "resume", "stop", "withdraw"))


class Approval(Drafting):
    """Whatever is done with a broadcast that somebody has written."""

    def says_yes(self, who: str, sheet: Sheet, mark: str) -> None:
        thanked = self.does(who, Deal("approve", sheet.code, mark)) in THANKED
        if mark == sheet.mark and thanked:
            sheet.yes.append((self.world.now, who))
        elif thanked:
            self.wrong.append(f"{sheet.code}: a yes counted for what they had not read")

    def all_say_yes_to(self, sheet: Sheet, order: Sequence[str], most: int = 99) -> None:
        """One after another, until it is enough."""
        had = len(sheet.yes)
        for who in order:
            if len(sheet.yes) - had >= most or self.state(sheet) != BroadcastState.SUBMITTED:
                return
            self.says_yes(who, sheet, sheet.mark)

    def deal(self, act: ActionWord, sheet: Sheet, who: str) -> None:
        told = self.does(who, Deal(act, sheet.code))
        match act:
            case "stop" if told in STOPPED:
                sheet.is_over = True
            case "withdraw" if told in TAKEN_BACK:
                sheet.is_over = True
            case "pause" if told == broadcast_phrases.paused("").english:
                sheet.is_paused = True
            case "resume" if told == broadcast_phrases.resumed("").english:
                sheet.is_paused = False
            case "object" if told == broadcast_phrases.objection_taken("").english:
                sheet.yes, sheet.is_paused = [], False
                self.reads_again(sheet)

    @precondition(lambda self: self.sheets)
    @rule(which=which, who=hands, mark=marks)
    def one_says_yes(self, which: int, who: str, mark: str) -> None:
        sheet = self.sheet(which)
        stale, wrong = sheet.stale[-1] if sheet.stale else "", "100" if sheet.mark != "100" else "101"
        self.says_yes(who, sheet, {"right": sheet.mark, "stale": stale, "wrong": wrong}.get(mark, ""))

    @precondition(lambda self: self.sheets)
    @rule(which=which, order=orders, work=st.booleans())
    def all_say_yes(self, which: int, order: list[str], work: bool) -> None:
        self.all_say_yes_to(self.sheet(which), order)
        if work:
            self.world.settle()

    @precondition(lambda self: self.sheets)
    @rule(which=which, who=hands, act=acts)
    def one_deals_with_it(self, which: int, who: str, act: ActionWord) -> None:
        self.deal(act, self.sheet(which), who)
