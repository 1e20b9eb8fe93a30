"""What a liaison is asked about calm messages: to write one, to say yes or no to one, to stop one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Literal

from hotline.broadcasts import templates
from hotline.broadcasts.phrases import REASONS, STATES
from hotline.broadcasts.templates import TEMPLATES, WHO, Field
from hotline.conversation.choose_area import choose_area
from hotline.conversation.screens import Ask, Choices, LookUp, Menu, Nothing, Scene, looked_up
from hotline.core import codec
from hotline.core.i18n import Phrase, _, own_name, verbatim
from hotline.places.areas import Areas
from hotline.rumours.menus import RumourCommand, WriteAbout, at_rumours

MOST_AREAS = 3
MOST_WHY = 200
"""Letters of a reason that are kept."""

Named = tuple[tuple[str, str], ...]
"""Words, each under the name of its field or its language."""


@dataclass(frozen=True, slots=True)
class Compose:
    """A liaison has written a message."""

    template: str
    """Empty for their own words."""
    areas: tuple[str, ...]
    fields: Named
    """What goes into each field: a choice's key, a time, a number."""
    own: Named
    """Their own words, by language."""
    source: str
    """Who checked it: a choice's key, or typed."""
    hours: int
    """For so long it holds."""
    public: bool
    """On the web too."""
    exercise: bool
    """A drill."""
    emergency: bool
    corrects: str = ""
    """The code of the broadcast that it sets right."""
    edits: str = ""
    """The code of the draft that it replaces."""
    rumour: str = ""
    """The number of the rumour that it answers."""
    submit: bool = True
    """Others are asked to approve it at once; else it is kept as a draft."""


ActionWord = Literal["submit", "approve", "object", "stop", "pause", "resume", "withdraw", "show", "review"]


@dataclass(frozen=True, slots=True)
class Deal:
    """What a liaison does with a broadcast."""

    act: ActionWord
    code: str
    mark: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A broadcast as one line of a list."""

    code: str
    place: str
    state: str


@dataclass(frozen=True, slots=True)
class Board:
    """What there is for a liaison."""

    broadcasts: tuple[Line, ...]
    rumours: int
    """Of how many nobody knows the truth."""
    exercise: bool
    """Whatever is written is a drill."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A broadcast as a liaison reads it."""

    text: str
    line: str
    """How it stands."""
    steps: tuple[str, ...] = ()
    """What they may do with it."""
    mark: str = ""
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Previewed:
    """What somebody has written, as it would go."""

    text: str
    blocked: bool
    """Something in it must not be said."""


STEPS: dict[str, Phrase] = {
    "approve": _("Approve"),
    "object": _("Object"),
    "submit": _("Ask others to approve"),
    "edit": _("Change"),
    "stop": _("Stop now"),
    "pause": _("Pause"),
    "resume": _("Go on"),
    "correct": _("Set it right"),
    "withdraw": _("Withdraw"),
    "review": _("I have looked at it again"),
}
"""What can be done with one, in the order of the menu."""

ACTS: tuple[ActionWord, ...] = (
    "approve",
    "object",
    "submit",
    "stop",
    "pause",
    "resume",
    "withdraw",
    "review",
)
"""Those that are done with it as it stands; *edit* and *correct* lead on to the writing of one."""

YES_NO: Choices = (("yes", _("Yes")), ("no", _("No")))
OWN, EMERGENCY = "own", "emergency"

CommitteeCommand = Compose | Deal | RumourCommand | Nothing


def at_committee(areas: Areas, languages: Sequence[str], emergency: str) -> Scene[CommitteeCommand]:
    """The messages that concern this liaison, and the rumours."""
    board = yield from looked_up("?board", "", Board)
    write = Writing(areas, tuple(languages), emergency, board.exercise)
    match (yield Menu("board", _("Messages and rumours"), _on_the_board(board))):
        case "write":
            return (yield from write.anew())
        case "rumours":
            command = yield from at_rumours()
            return (
                (yield from write.anew(rumour=command.number)) if isinstance(command, WriteAbout) else command
            )
        case code:
            return (yield from _deal_with(write, code))


WRITE = _("Write a message")


def _on_the_board(board: Board) -> Choices:
    there = ((line.code, _as_line(line)) for line in board.broadcasts)
    return (("write", WRITE), *there, ("rumours", _("Rumours ({number})", number=str(board.rumours))))


def _as_line(line: Line) -> Phrase:
    blanks = (("code", line.code), ("place", line.place), ("state", STATES[line.state]))
    return Phrase("{code}: {place}, {state}", blanks)


NOTHING_CHANGED = _("Nothing was changed.")


def _deal_with(write: "Writing", code: str) -> Scene[Compose | Deal | Nothing]:
    """One message: what it says, how it stands, and what this liaison may do."""
    found = yield from looked_up("?broadcast", code, Shown)
    shown = _("Message {code}: {text}", code=code, text=found.text)
    text = Phrase("{line}\n{shown}", (("line", verbatim(found.line)), ("shown", shown)))
    choices = tuple((step, words) for step, words in STEPS.items() if step in found.steps)
    step = yield Menu("deal", text, (*choices, ("nothing", _("Nothing now"))))
    match step:
        case "nothing":
            return Nothing(NOTHING_CHANGED)
        case "correct":
            return (yield from write.anew(found.areas, corrects=code))
        case "edit":
            return (yield from write.anew(found.areas, edits=code))
        case "object":
            return Deal(
                "object",
                code,
                why=(yield Menu("why", _("Why? Choose, or write it:"), REASONS, typed=True))[:MOST_WHY],
            )
        case _:
            act = next(act for act in ACTS if act == step)
            return Deal(act, code, found.mark if act == "approve" else "")


@dataclass(frozen=True, slots=True)
class Writing:
    """What is needed to write a message."""

    areas: Areas
    languages: tuple[str, ...]
    emergency: str
    """The country's emergency number."""
    exercise: bool
    """Whatever is written is a drill."""

    def anew(
        self, areas: tuple[str, ...] = (), *, corrects: str = "", edits: str = "", rumour: str = ""
    ) -> Scene[Compose | Nothing]:
        """Write a message, see it, and say what is to become of it.
        `areas` are those of the one that it sets right, or replaces."""
        template = yield from self._template(corrects)
        frozen = template in TEMPLATES and TEMPLATES[template].frozen
        if not areas or (edits and (yield Menu("same", _("About the same place?"), YES_NO)) == "no"):
            areas = yield from self._where(1 if frozen else MOST_AREAS)
        own, fields = yield from self._words(template)
        source = dict(fields).get("who") or (
            yield Menu("source", _("Who has checked it? Choose, or write it:"), WHO, typed=True)
        )
        hours, public = (3, False) if frozen else (yield from _how_it_holds())
        drill = self.exercise or (not corrects and (yield from _is_drill()))
        made = Compose(
            "" if template == OWN else template, areas, fields, own, source,
            hours, public, drill, frozen, corrects, edits,
            rumour,
        )  # fmt: skip
        return (yield from _see(made))

    def _template(self, corrects: str) -> Scene[str]:
        """Which message. What warns of danger is on a list of its own, and sets nothing right."""
        usual = tuple(
            (each.code, each.name)
            for each in TEMPLATES.values()
            if not each.frozen and (not each.corrects or corrects)
        )
        choices: Choices = (*usual, (OWN, _("In our own words")))
        if not corrects:
            choices = (*choices, (EMERGENCY, _("Emergency")))
        chosen = yield Menu("template", _("What should it say?"), choices)
        if chosen != EMERGENCY:
            return chosen
        frozen = tuple((each.code, each.name) for each in TEMPLATES.values() if each.frozen)
        return (yield Menu("frozen", _("Emergency: no waiting, any hour, one ward."), frozen))

    def _where(self, most: int) -> Scene[tuple[str, ...]]:
        chosen: list[str] = []
        for turn in range(1, most + 1):
            chosen.append((yield from choose_area(self.areas, which=f"{turn}:")).code)
            if turn == most or (yield Menu(f"more{turn}", _("Another place too?"), YES_NO)) == "no":
                break
        return tuple(dict.fromkeys(chosen))

    def _words(self, template: str) -> Scene[tuple[Named, Named]]:
        """Their own words, by language; or what goes into each field of a template."""
        if template == OWN:
            return (yield from self._own_words()), ()
        return (), (yield from self._fields(template))

    def _own_words(self) -> Scene[Named]:
        own: dict[str, str] = {}
        for language in self.languages:
            own[language] = yield Ask(
                f"own:{language}", _("Write it in {language}:", language=own_name(language))
            )
        return tuple(own.items())

    def _fields(self, template: str) -> Scene[Named]:
        filled: dict[str, str] = {}
        for field in TEMPLATES[template].fields:
            filled[field.name] = yield from self._field(field)
        return tuple(filled.items())

    def _field(self, field: Field) -> Scene[str]:
        match field.kind:
            case "choice":
                return (yield Menu(f"field:{field.name}", field.ask, field.choices))
            case "past" | "ahead":
                return (yield from _when(field))
            case "now":
                return (yield LookUp("?now", ""))
            case "number":
                return self.emergency


def no_such_time(now: str) -> Phrase:
    return _("That is not a time that it can be. It is {now} now. Choose, or write it like that:", now=now)


def _when(field: Field) -> Scene[str]:
    """A time of day: one that is offered, or as it is typed.
    Asked again until it is one, and lies where it can."""
    text = field.ask
    for turn in count(1):
        now = yield LookUp(f"?now{turn}", "")
        typed = yield Menu(f"time{turn}", text, _times(field, now), typed=True)
        time = templates.clock(typed)
        if time is not None and templates.suits(field.kind, time, now):
            break
        text = no_such_time(now)
    assert time is not None
    return time


def now_at(time: str) -> Phrase:
    return _("Now, {time}", time=time)


def _times(field: Field, now: str) -> Choices:
    if field.kind == "past":
        return ((now, now_at(now)),)
    return tuple((time, verbatim(time)) for time in (templates.in_hours(now, hours) for hours in (2, 3, 5)))


def _how_it_holds() -> Scene[tuple[int, bool]]:
    """For how many hours, and whether on the web, too."""
    hours = yield Menu("hours", _("For how long does it hold?"), HOURS)
    web = yield Menu("web", _("On the web too, for everybody to read?"), YES_NO)
    return int(hours), web == "yes"


def _is_drill() -> Scene[bool]:
    real = yield Menu("drill", _("For real, or a drill? A drill goes to nobody."), REAL_OR_DRILL)
    return real == "drill"


HOURS: Choices = tuple((str(hours), _("{hours} hours", hours=hours)) for hours in (3, 6, 12))
REAL_OR_DRILL: Choices = (("real", _("For real")), ("drill", _("A drill")))


def _see(made: Compose) -> Scene[Compose | Nothing]:
    """What would be sent, to how many, and at what cost; then what is to become of it."""
    preview = yield from looked_up("?preview:1", codec.encode(made), Previewed)
    choices: Choices = (("keep", _("Keep as a draft")), ("leave", _("Leave it")))
    if not preview.blocked:
        choices = (("submit", STEPS["submit"]), *choices)
    chosen = yield Menu("preview", verbatim(preview.text), choices)
    if chosen == "leave":
        return Nothing(_("Nothing was kept."))
    return replace(made, submit=chosen == "submit")
