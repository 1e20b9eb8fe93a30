"""What a liaison texts about a rumour, read."""

import re
from collections.abc import Mapping
from functools import cache
from typing import get_args

from hotline.core.i18n import Phrase, _, languages, say
from hotline.rumours.menus import MOST_NOTE, RumourAct, RumourCommand
from hotline.rumours.phrases import Says

VERBS: Mapping[RumourAct, Phrase] = {
    "check": _("check, i check, checking"),
    "true": _("true, is true, it is true"),
    "false": _("false, not true, is not true, is false, it is not true, it is false"),
    "unknown": _("unknown, not known, nobody knows, nobody can tell"),
    "same": _("same, same as, is the same as"),
    "apart": _("apart, not same, not the same"),
    "answer": _("answer, tell them"),
    "show": _("read, show"),
}
"""As liaisons text them; a translation may hold several, with
commas between, and the first is the one that we write ourselves."""


@cache
def _verbs() -> dict[str, RumourAct]:
    """Every word by which something can be done, in every language."""
    words = [
        (word, act)
        for act in get_args(RumourAct)
        for language in languages()
        for word in say(VERBS[act], language).casefold().split(",")
    ]
    return {" ".join(word.split()): act for word, act in reversed(words)}


ASKS = re.compile(r".*\?[\s.!?]*", re.DOTALL)
"""A question: whoever writes it wants to read, and says nothing of it."""
OR = re.compile(r"(or|au)\b", re.IGNORECASE)
"""So begins the rest of "true or false": a question too."""
BETWEEN = r"[\s:;.,=-]*"
NUMBER = r"r\s*0*(\d{1,9})(?!\d)"
OTHER = re.compile(r".*?\b(?:r\s*)?0*(\d{1,9})\b", re.IGNORECASE | re.DOTALL)


@cache
def _form() -> re.Pattern[str]:
    """A word and a number, in either order, and whatever else they write."""
    words = sorted(_verbs(), key=len, reverse=True)
    verb = "|".join(r"\s+".join(re.escape(part) for part in word.split()) for word in words)
    either = rf"(?:({verb}){BETWEEN}{NUMBER}|{NUMBER}{BETWEEN}({verb})\b)"
    return re.compile(rf"\s*{either}{BETWEEN}(.*)", re.IGNORECASE | re.DOTALL)


@cache
def _short_form() -> re.Pattern[str]:
    """The same without the R, where nothing else is written that
    could be meant and nothing is said by it; or the rumour alone."""
    verb = "|".join(
        r"\s+".join(re.escape(part) for part in word.split())
        for word, act in _verbs().items()
        if act in ("check", "show")
    )
    return re.compile(rf"\s*(?:({verb}){BETWEEN}0*(\d{{1,9}})|{NUMBER})[\s.!?]*", re.IGNORECASE)


def understand(text: str) -> RumourCommand | None:
    """What a liaison's text says of a rumour: `CHECK R12`, `true r12 saw it myself`, `R12: kweli`, `SAME R12
    R7`, a bare `R12` to read it. A question reads it too. None where it is something else."""
    look = _understand(text)
    return RumourCommand("show", look.number) if look is not None and ASKS.fullmatch(text) else look


def _understand(text: str) -> RumourCommand | None:
    if found := _form().fullmatch(text):
        verb, first, second, after, rest = found.groups()
        return _as_look(_verbs()[" ".join((verb or after).casefold().split())], first or second, rest.strip())
    if found := _short_form().fullmatch(text):
        verb, number, alone = found.groups()
        return _as_look(_verbs()[" ".join(verb.casefold().split())] if verb else "show", number or alone, "")
    return None


def _as_look(act: RumourAct, number: str, rest: str) -> RumourCommand:
    if act == "same":
        other = OTHER.match(rest)
        return RumourCommand("same", _number(number), _number(other[1]) if other else "")
    if act not in get_args(Says):
        return RumourCommand(act, _number(number))
    return (
        RumourCommand("show", _number(number))
        if OR.match(rest)
        else RumourCommand(act, _number(number), note=rest[:MOST_NOTE])
    )


def _number(digits: str) -> str:
    return f"R{int(digits)}"
