"""Words to look out for in what we send, and how they are found
however they are written. They are in the files beside this one."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from hotline.core import csv_files
from hotline.core.errors import BadRow, BadRows

FOLDER = Path(__file__).parent
VERSION = (FOLDER / "VERSION").read_text(encoding="utf-8").strip()
"""Goes up whenever the words change, and stands in every preview."""

COLUMNS = ("term", "kind", "note")

SLUR, GROUP, CALL, ACCUSE, FEAR, PROMISE = "slur", "group", "call", "accuse", "fear", "promise"
RUMOUR, TOLL, POLICE = "rumour", "toll", "police"
FOLK, KIN, PLACE, TITLE, ORDINARY = "folk", "kin", "place", "title", "ordinary"
KINDS = (SLUR, GROUP, CALL, ACCUSE, FEAR, PROMISE, RUMOUR, TOLL, POLICE, FOLK, KIN, PLACE, TITLE, ORDINARY)
"""What README.md beside the files says of each."""

TORN = (SLUR, GROUP)
"""Words that are found even where they are torn apart, or written as one."""
LITTLE = frozenset(
    ("wa", "ya", "na", "la", "za", "cha", "kwa", "ni", "si", "a", "the", "to", "of", "in", "me", "we", "he")
)
"""Words that stand before others: with one of them two words are two words."""
TORN_LETTERS, ONE_LETTERS = 5, 8


class Word(NamedTuple):
    """A word of a text."""

    raw: str
    """As it was written, without accents and hidden letters."""
    folded: str
    opens: bool
    """It begins a sentence."""


class Hit(NamedTuple):
    """A term that was found: its first word, and the one after its last."""

    kind: str
    term: str
    first: int
    last: int


class Term(NamedTuple):
    """A term of the files."""

    term: str
    kind: str
    words: tuple[str, ...]


def bare(text: str) -> str:
    """The text without accents and hidden letters, and with
    letters that only look like ours replaced by ours."""
    decomposed = unicodedata.normalize("NFKD", text).translate(_ALIKE)
    return "".join(_digit(letter) for letter in decomposed if unicodedata.category(letter) not in _HIDDEN)


def fold(text: str) -> str:
    """The text as it is compared: small letters, no accents, k1k as
    kik, mmende as mende. Folded twice it is the same as once."""
    return _WORD.sub(lambda found: _folded(found[0]), bare(text))


def words(text: str) -> list[Word]:
    """The words of a text in a row."""
    plain, end = bare(text), 0
    found: list[Word] = []
    for match in _WORD.finditer(plain):
        opens = not found or _ENDS(plain, end, match.start()) is not None
        found += [
            Word(match[0], each, opens and not place)
            for place, each in enumerate(_WORD.findall(_folded(match[0])))
        ]
        end = match.end()
    return found


def _folded(word: str) -> str:
    """One word as it is compared. Digits are letters only where there are letters beside them."""
    small = bare(bare(word).casefold())
    if any(letter.isalpha() for letter in small):
        small = _AGAIN(r"\1", small.translate(_LETTERS))
    return small


def _digit(letter: str) -> str:
    return str(unicodedata.decimal(letter)) if letter.isdecimal() else letter


_WORD = re.compile(r"[@$]*[^\W_]+(?:[@$|!]+[^\W_]+)*[@$]*")
_ENDS = re.compile(r"[.!?:;\n]").search
_AGAIN = re.compile(r"([^\W\d_])\1+").sub
_HIDDEN = frozenset(("Mn", "Me", "Cf"))
_LETTERS = str.maketrans("034578@$|!", "oeastbas11")
"""1 stays: it may be an i or an l."""
_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТУХавеѕіјкмнорстухьԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχϲɓɗƙƴŋɲɛɔǝıøłđɡɑʟɩ",
    "ABESIJKMHOPCTYXabesijkmhopctyxbdhqwABEZHIKMNOPTYXaeiknoptuxcbdkynneoeioldgali",
)
_ALIKE |= str.maketrans("ᴀʙᴄᴅᴇɢʜɪᴊᴋᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ", "abcdeghijkmnoprtuvwyz")


@cache
def terms() -> tuple[Term, ...]:
    """Every term of every file: people mix languages, so each text is searched for all of them."""
    rows = [row for file in sorted(FOLDER.glob("*.csv")) for row in rows_of(file)]
    return tuple(term for row in rows for term in _forms(row["term"], row["kind"]))


def rows_of(file: Path) -> list[csv_files.Cells]:
    """The rows of one file. Raises `BadRows` with every one that cannot be read or has a kind that is none:
    a word of no kind would be looked for by nobody."""
    table = csv_files.read(file, COLUMNS)
    unknown = [
        BadRow(line, f"the kind “{row['kind']}” is none of {', '.join(KINDS)}")
        for line, row in table.rows
        if row["kind"] not in KINDS
    ]
    if wrong := [*table.wrong, *unknown]:
        raise BadRows(sorted(wrong, key=lambda each: each.line))
    return [row for _line, row in table.rows]


def _forms(term: str, kind: str) -> Iterator[Term]:
    """The term itself; a people also as several of them, and as Swahili has it."""
    parts = tuple(word.folded for word in words(term))
    yield Term(term, kind, parts)
    if kind in TORN and len(parts) == 1:
        yield Term(term, kind, (f"{parts[0]}s",))
    if kind == GROUP and len(parts) == 1:
        yield Term(term, kind, (f"wa{parts[0]}",))


@cache
def _by_letters() -> dict[str, tuple[Term, ...]]:
    """The terms by their letters alone."""
    return _listed(terms())


def _listed(each: Iterable[Term]) -> dict[str, tuple[Term, ...]]:
    found: dict[str, list[Term]] = defaultdict(list)
    for term in each:
        found[_joined(term.words)].append(term)
    return {letters: tuple(alike) for letters, alike in found.items()}


@cache
def _longest() -> int:
    return max(map(len, _by_letters()))


def _joined(parts: Sequence[str]) -> str:
    return _AGAIN(r"\1", "".join(parts))


def find(text: Sequence[Word]) -> list[Hit]:
    """Every term in the text, whole words only, in the order in which they stand there."""
    folded = [word.folded for word in text]
    found = dict.fromkeys(_found(folded, _by_letters()))
    if unsure := {place for place, word in enumerate(folded) if "1" in word and not word.isdecimal()}:
        read = [_either(word) for word in folded]
        found |= dict.fromkeys(
            hit for hit in _found(read, _by_either()) if unsure.intersection(range(hit.first, hit.last))
        )
    return list(found)


def _either(word: str) -> str:
    """A word in which a 1 may be an i or an l."""
    return word if word.isdecimal() else _AGAIN(r"\1", word.replace("1", "i").replace("l", "i"))


@cache
def _by_either() -> dict[str, tuple[Term, ...]]:
    """The terms by their letters, with i and l taken for one."""
    return _listed(Term(term.term, term.kind, tuple(map(_either, term.words))) for term in terms())


def _found(folded: list[str], known: Mapping[str, tuple[Term, ...]]) -> Iterator[Hit]:
    longest = _longest()
    for first in range(len(folded)):
        letters = ""
        for last in range(first + 1, len(folded) + 1):
            letters = _joined((letters, folded[last - 1]))
            if len(letters) > longest:
                break
            for term in known.get(letters, ()):
                if _is_it(term, folded[first:last], letters):
                    yield Hit(term.kind, term.term, first, last)


def _is_it(term: Term, parts: list[str], letters: str) -> bool:
    """Whether these words are the term, torn or joined as somebody may who hides it."""
    if tuple(parts) == term.words:
        return True
    if len(parts) > 1 and all(len(part) == 1 for part in parts):
        return True
    if len(parts) < len(term.words):
        return len(letters) >= ONE_LETTERS
    if term.kind not in TORN or len(letters) < TORN_LETTERS:
        return False
    return not LITTLE.intersection(parts)


@cache
def one_word(kind: str) -> frozenset[str]:
    """The terms of a kind that are a single word, as they are compared."""
    return frozenset(term.words[0] for term in terms() if term.kind == kind and len(term.words) == 1)
