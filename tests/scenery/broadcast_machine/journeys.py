"""Rules of whole ways: a broadcast goes from its first word to its first text, or sets another right."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.scenery.broadcast_machine.drafting import kinds, rarely, wrote
from tests.scenery.broadcast_machine.play import orders, places, which
from tests.scenery.broadcast_machine.sending import Leaving, fates


@dataclass(frozen=True)
class Way:
    """How one broadcast comes to go out."""

    who: str
    kind: str
    where: tuple[str, ...]
    drill: bool
    order: list[str]
    detour: str
    minutes: int
    fates: list[str]


ways = st.builds(
    Way,
    who=wrote,
    kind=kinds,
    where=places,
    drill=rarely,
    order=orders,
    fates=fates,
    detour=st.sampled_from(("", "", "change", "change", "wait", "twice")),
    minutes=st.sampled_from((17, 17, 17, 11, 11, 9, 0)),
)


class Journeys(Leaving):
    """By single steps alone most runs would never come to a text that leaves."""

    @initialize(way=ways)
    def it_begins_with_one_that_goes_its_way(self, way: Way) -> None:
        self.it_goes_its_way(way)

    @rule(way=ways)
    def another_goes_its_way(self, way: Way) -> None:
        self.it_goes_its_way(way)

    def it_goes_its_way(self, way: Way) -> None:
        """Somebody writes it, something may come between, all say yes, and time goes by."""
        sheet = self.writes(way.who, self.command(way.kind, way.where, drill=way.drill, submit=True))
        if sheet is None:
            return
        if way.detour in ("change", "wait"):
            self.all_say_yes_to(sheet, way.order, most=1)
        if way.detour == "change":
            self.changes(sheet, way.order[-1], way.kind, way.where, submit=True)
        if way.detour == "wait":
            self.world.pass_minutes(31)
        each_says = 2 if way.detour == "twice" else 1
        self.all_say_yes_to(sheet, [who for who in way.order for _time in range(each_says)])
        self.meets(way.fates)
        if way.minutes:
            self.world.pass_minutes(way.minutes)

    @precondition(lambda self: self.sheets)
    @rule(
        which=which,
        who=wrote,
        kind=st.sampled_from(("sorry", "sorry", "own")),
        order=orders,
        fates=fates,
        minutes=st.sampled_from((0, 1, 1)),
    )
    def one_sets_it_right(
        self,
        which: int,
        who: str,
        kind: str,
        order: list[str],
        fates: list[str],
        minutes: int,
    ) -> None:
        out = [each for each in self.sheets if each.handed] or self.sheets
        wrong = out[-1 - which % len(out)]
        command = self.command(kind, wrong.command.areas, drill=wrong.command.exercise, submit=True)
        if sheet := self.writes(who, replace(command, corrects=wrong.code)):
            self.all_say_yes_to(sheet, order)
            self.meets(fates)
            if minutes:
                self.world.pass_minutes(minutes)
