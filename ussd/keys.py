"""What the keys do: choose, write, go back, go home, turn the page."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from hotline.cases.citizen_menus import Caller
from hotline.cases.liaison_menus import Act, GoOff, GoOn
from hotline.conversation import numbered_menu, replay
from hotline.conversation.replay import Answers, Asking, Said
from hotline.conversation.screens import Ask, LookUp, Menu
from hotline.core.typed_input import tidy
from hotline.front_desk import menu
from hotline.front_desk.menu import Command
from hotline.places.areas import Areas
from hotline.places.countries import Country
from ussd.pages import BACK, HOME, MORE, Limits, pages

SEPARATOR = "*"
"""What the carrier puts between inputs; a citizen may write it too."""
MOST_INPUTS, MOST_PRESSES = 200, 400
"""More than anybody keys in within one call, and how far we go to
find out what they meant; beyond, somebody wants to keep us busy."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a dial-in has got to."""

    caller: Caller
    language: str
    answers: Answers = ()
    draft: Answers = ()
    """What was answered before the caller was cut off: until they say whether to go on with it."""
    page: int = 0
    again: bool = False
    """The last input was not understood. It stays so while the pages
    are turned, for with that said on them they break elsewhere."""
    command: Command | None = None
    """Set when the conversation is over: what the caller wants."""


class Keypad:
    """The keys of one phone in one language area. Pure, but for look-ups."""

    def __init__(
        self, areas: Areas, country: Country, limits: Limits, look_up: Callable[[LookUp, str], str]
    ) -> None:
        self._areas, self._country, self._limits, self._look_up = areas, country, limits, look_up
        self._known: dict[tuple[Caller, bool, Answers], Asking | Said[Command] | Said[str]] = {}
        """Where answers lead: asked more than once in a turn."""
        self._presses = 0

    def beginning(self, caller: Caller, draft: Answers = ()) -> Position:
        chosen = [answer for name, answer in draft if name.startswith("language")]
        return Position(caller, (chosen or [caller.language or self._country.languages[0]])[-1], draft=draft)

    def page(self, position: Position) -> str:
        """What the phone shows there."""
        turned = self._pages(position, self._asking(position))
        return turned[min(position.page, len(turned) - 1)]

    def play(self, position: Position, transcript: str) -> Position:
        """Play inputs that are known only joined together. Free words may hold a `*` of their own, so of all
        the ways to read them the one is taken in which least is not understood, and of those the one that
        takes the fewest `*` for the citizen's."""
        return self._best(position, transcript.split(SEPARATOR, MOST_INPUTS) if transcript else [])[1]

    def _best(self, position: Position, inputs: Sequence[str]) -> tuple[int, Position]:
        missed = 0
        for number, typed in enumerate(inputs):
            if position.command is not None:  # the line would have been closed by then
                return missed + len(inputs) - number, self._unless_at_desk(position)
            if not self.takes_words(position):
                position = self.press(position, typed)
                missed += position.again
                continue
            worse, best = _least(self._readings(position, inputs[number:]))
            return missed + worse, best
        return missed, position

    def _unless_at_desk(self, position: Position) -> Position:
        """What a liaison keyed when another case stood under
        that number is not done: they look at their desk anew."""
        names = [name for name, _answer in position.answers]
        if not isinstance(position.command, Act | GoOn | GoOff):
            return position
        return self._at(replace(position, command=None), position.answers[: names.index("desk")])

    def _readings(self, position: Position, inputs: Sequence[str]) -> Iterator[tuple[int, Position]]:
        """The inputs read as ever longer words and what follows them.
        Whoever sends more than a person can type gets one reading only."""
        for length in range(1, len(inputs)):
            if self._presses > MOST_PRESSES:
                break
            yield self._words_of(position, inputs, length)
        yield self._words_of(position, inputs, len(inputs))

    def _words_of(self, position: Position, inputs: Sequence[str], length: int) -> tuple[int, Position]:
        return self._best(self.press(position, SEPARATOR.join(inputs[:length])), inputs[length:])

    def takes_words(self, position: Position) -> bool:
        """Whether the caller is to write, not to choose."""
        question = self._asking(position).question
        return isinstance(question, Ask) and not question.number

    def command(self, position: Position) -> Command | None:
        """What the caller wants, if these answers are enough to say."""
        return self._at(position, position.answers).command

    def press(self, position: Position, typed: str) -> Position:
        """One key, or one line of words."""
        self._presses += 1
        asking = self._asking(position)
        match tidy(typed):
            case "":
                return position
            case key if key == HOME:
                return self._at(position, _language_only(asking.answers))
            case key if key == BACK and position.page:
                return replace(position, page=position.page - 1)
            case key if key == BACK:
                return self._at(position, replay.back(asking.answers))
            case key if key == MORE and position.page + 1 < len(self._pages(position, asking)):
                return replace(position, page=position.page + 1)
            case _:
                return self._answer(position, asking, typed)

    def _answer(self, position: Position, asking: Asking, typed: str) -> Position:
        question = asking.question
        answer = (
            numbered_menu.answer(question, typed, asking.language)
            if isinstance(question, Menu)
            else typed.strip()
        )
        if answer is None:
            return replace(position, again=True)
        return self._at(position, (*asking.answers, (question.name, answer)))

    def _at(self, position: Position, answers: Answers) -> Position:
        """The position after these answers."""
        there = self._resume(position, answers)
        position = replace(position, answers=there.answers, language=there.language, page=0, again=False)
        if isinstance(there, Asking):
            return position
        if isinstance(there.outcome, str):
            answers = position.draft if there.outcome == menu.GO_ON else _language_only(position.draft)
            return self._at(replace(position, draft=()), answers)
        return replace(position, command=there.outcome)

    def _asking(self, position: Position) -> Asking:
        there = self._resume(position, position.answers)
        assert isinstance(there, Asking), "the conversation is over"
        return there

    def _resume(self, position: Position, answers: Answers) -> Asking | Said[Command] | Said[str]:
        key = (position.caller, bool(position.draft), answers)
        if key not in self._known:
            self._known[key] = self._played(position, answers)
        return self._known[key]

    def _played(self, position: Position, answers: Answers) -> Asking | Said[Command] | Said[str]:
        def look_up(question: LookUp) -> str:
            return self._look_up(question, position.language)

        if position.draft:
            return replay.resume(menu.cut_off(), answers, position.language, look_up)
        language = position.caller.language or self._country.languages[0]
        scene = menu.welcome(position.caller, self._areas, self._country.languages, self._country.emergency)
        return replay.resume(scene, answers, language, look_up)

    def _pages(self, position: Position, asking: Asking) -> tuple[str, ...]:
        return pages(
            asking.question, asking.language, self._limits, first=not asking.answers, again=position.again
        )


def _language_only(answers: Answers) -> Answers:
    """What is left when somebody starts anew: how they came to the language they speak."""
    chosen = [number for number, (name, _answer) in enumerate(answers, 1) if name.startswith("language")]
    return answers[: chosen[-1]] if chosen else ()


def _least(readings: Iterator[tuple[int, Position]]) -> tuple[int, Position]:
    """The first reading that leaves nothing, or else the least, not understood."""
    best = next(readings)
    while best[0] and (other := next(readings, None)):
        best = min(best, other, key=lambda reading: reading[0])
    return best
