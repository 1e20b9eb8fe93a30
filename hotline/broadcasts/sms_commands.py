"""What a liaison texts about a broadcast, read."""

import re
import unicodedata

from hotline.broadcasts.menus import MOST_WHY, ActionWord, Deal
from hotline.core.i18n import Phrase, _, means

# --------------------------------------------------------------------------------------------- what is texted

APPROVE, OBJECT, STOP = _("ok, okay, approve, yes"), _("no, object, against"), _("stop, unsubscribe")
PAUSE, GO, READ = _("pause, wait"), _("go, go on, resume"), _("read, show")
WITHDRAW, REVIEWED = _("withdraw, take back"), _("reviewed")
"""As liaisons text them before the code of a message; a translation may hold several, with commas between."""

VERBS: tuple[tuple[ActionWord, Phrase], ...] = (
    ("stop", STOP), ("approve", APPROVE), ("object", OBJECT),
    ("pause", PAUSE), ("resume", GO), ("show", READ), ("withdraw", WITHDRAW),
    ("review", REVIEWED),
)  # fmt: skip

SAID = re.compile(r"\W*([^\W\d_](?:[^\d]*[^\W\d_])?)[\W_]*(\d{4,9})(?!\d)(.*)", re.DOTALL)
SAID_AFTER = re.compile(r"\W*(\d{4,6})[\W_]+([^\W\d_]+)\W*")
WITH_MARK = re.compile(r"\W*(?:[^\W\d_]+\W+){0,3}(\d{4,6})[\W_]+(\d{3})\W*")
MARK = re.compile(r"[\W_]*(\d{3})(?!\d)")
MARK_FIGURES, MOST_FIGURES = 3, 6


def understand(text: str) -> Deal | None:
    """What a liaison's text asks for: `OK 4417 831`, `ok 4417-831`, `4417 831`, `NO 4417 not true`, `STOP
    4417`, `4417 stop`. None where it is something else, or names no message."""
    digits = _digits(text)
    return _with_the_verb_first(digits) or _with_the_verb_last(digits) or _without_a_verb(digits)


def _with_the_verb_first(text: str) -> Deal | None:
    found = SAID.fullmatch(text)
    act = _act_of(found[1]) if found else None
    if not found or not act:
        return None
    code, rest = found[2], found[3]
    if act == "approve":
        return Deal(act, *_code_and_mark(code, rest))
    return Deal(act, code, why=rest.strip(" \t\n.,:;-")[:MOST_WHY]) if len(code) <= MOST_FIGURES else None


def _with_the_verb_last(text: str) -> Deal | None:
    found = SAID_AFTER.fullmatch(text)
    act = _act_of(found[2]) if found else None
    return Deal(act, found[1]) if found and act else None


def _without_a_verb(text: str) -> Deal | None:
    """Nobody knows a message's mark but one who has been asked to say yes to it."""
    found = WITH_MARK.fullmatch(text)
    return Deal("approve", found[1], found[2]) if found and not _negative(text) else None


def _negative(text: str) -> bool:
    return any(means(word, OBJECT) for word in re.findall(r"[^\W\d_]+", text))


def _act_of(word: str) -> ActionWord | None:
    return next((act for act, words in VERBS if means(word, words)), None)


def _code_and_mark(code: str, rest: str) -> tuple[str, str]:
    """The two numbers, whatever stands between them, were it nothing."""
    if len(code) > MOST_FIGURES:
        return code[:-MARK_FIGURES], code[-MARK_FIGURES:]
    mark = MARK.match(rest)
    return code, mark[1] if mark else ""


def _digits(text: str) -> str:
    """With digits of any script as 0 to 9."""
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text)
