"""Rules of drafting: somebody writes a broadcast, changes it, puts it to others again."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import select

from hotline.broadcasts.broadcast import UNSENT, Broadcast
from hotline.broadcasts.menus import Compose, Deal
from tests.scenery.broadcast_machine.cast import BARAKA, OTIENO, WARD
from tests.scenery.broadcast_machine.play import Play, hands, places, which
from tests.scenery.broadcast_machine.sheet import Sheet
from tests.scenery.county import CHEBET, DESK, KAPTEMBWO, KIPRUTO, WANJIKU

wrote = st.sampled_from((WANJIKU, CHEBET, KIPRUTO, DESK, OTIENO, BARAKA))
kinds = st.sampled_from(("calm", "calm", "own", "emergency", "open"))
rarely = st.sampled_from((False, False, False, False, True))
mostly = st.sampled_from((True, True, True, False))
fresh = count(1)

Where = tuple[str, ...]
"""The codes of the places that a broadcast is for."""


def own_words() -> tuple[tuple[str, str], ...]:
    """In both languages, and like no others."""
    letters = "".join("abcdefghij"[int(figure)] for figure in str(next(fresh)))
    return ("en", f"The road is open, says {letters}."), ("sw", f"Barabara iko wazi, asema {letters}.")


class Drafting(Play):
    """Whoever may write, and what becomes of it."""

    def command(self, kind: str, where: Where, *, drill: bool, submit: bool) -> Compose:
        template = {"own": "", "emergency": "indoors"}.get(kind, kind)
        own, emergency = () if template else own_words(), kind == "emergency"
        if emergency:
            where = where[:1] if len(where[0]) == WARD else (KAPTEMBWO.code,)
        fields = self.fields(template)
        return Compose(template, where, fields, own, "elders", 6, False, drill, emergency, submit=submit)

    def fields(self, template: str) -> tuple[tuple[str, str], ...]:
        return {
            "calm": (("time", self.clock()), ("who", "elders")),
            "open": (("what", "market"), ("time", self.clock()), ("who", "peace")),
            "indoors": (("time", self.clock()), ("number", "999")),
            "sorry": (("time", self.clock(60)),),
        }.get(template, ())

    def writes(self, who: str, command: Compose) -> Sheet | None:
        """Somebody writes a broadcast, and what has come of it is put on a sheet."""
        self.does(who, command)
        with self.world.service.database.reading() as session:
            made = session.scalars(select(Broadcast).order_by(Broadcast.id.desc()).limit(1)).first()
            if made is None or made.code in self.by_code:
                return None
            expires = self.world.now + timedelta(hours=command.hours)
            sheet = Sheet(made.code, command, {who}, expires, made.mark, {*made.texts.values()})
        if command.corrects:
            self.by_code[command.corrects].is_over = True
        self.sheets.append(sheet)
        self.by_code[sheet.code] = sheet
        return sheet

    def changes(self, sheet: Sheet, who: str, kind: str, where: Where, *, submit: bool) -> None:
        """Somebody changes it; where that is taken, it is theirs too, and every yes is gone."""
        command = replace(
            self.command(kind, where, drill=sheet.command.exercise, submit=submit), edits=sheet.code
        )
        if sheet.command.corrects:
            command = replace(
                command, corrects=sheet.command.corrects, areas=sheet.command.areas, emergency=False
            )
        before, edition = self.state(sheet), self.edition(sheet)
        self.does(who, command)
        if before in UNSENT and self.edition(sheet) != edition:
            sheet.command, sheet.yes, sheet.judged, sheet.is_paused = command, [], False, False
            sheet.expires = self.world.now + timedelta(hours=command.hours)
            sheet.writers.add(who)
            self.reads_again(sheet)

    @rule(who=wrote, kind=kinds, where=places, drill=rarely, submit=mostly)
    def somebody_writes(self, who: str, kind: str, where: Where, drill: bool, submit: bool) -> None:
        self.writes(who, self.command(kind, where, drill=drill, submit=submit))

    @precondition(lambda self: self.sheets)
    @rule(which=which, who=hands, kind=kinds, where=places, submit=st.booleans())
    def somebody_changes_it(self, which: int, who: str, kind: str, where: Where, submit: bool) -> None:
        self.changes(self.sheet(which), who, kind, where, submit=submit)

    @precondition(lambda self: self.sheets)
    @rule(which=which, who=hands)
    def it_is_put_to_others_again(self, which: int, who: str) -> None:
        self.does(who, Deal("submit", self.sheet(which).code))
