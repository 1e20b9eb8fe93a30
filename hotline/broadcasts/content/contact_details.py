"""Links and telephone numbers in a text that are not known to be ours."""

import re
from collections.abc import Collection, Iterator

from hotline.broadcasts.content.annotated_text import Text

ENDINGS = (
    "com|org|net|info|biz|co|ke|ng|tz|ug|io|ly|app|link|xyz|online|site|website"
    "|tv|gov|gle|page|shop|club|live|news|click|gl"
)
SHORTENERS = r"t\s?\.\s?me|wa\s?\.\s?me|m\s?\.\s?me|youtu\s?\.\s?be|fb\s?\.\s?watch|is\s?\.\s?gd|t\s?\.\s?co"
_LINKS = re.compile(
    r"h\s?t\s?t\s?p\s?s?\s?:?\s?/\s?/\S*|hxxps?\S*|\bw\W{0,2}w\W{0,2}w\b\W?\s?\S*|\S+@\w+\.\w+"
    rf"|\b(?:{SHORTENERS})\b\S*"
    rf"|\b\w[\w-]*(?:\.| \. | ?[\[({{]\s?(?:\.|dot|nukta)\s?[\])}}] ?| dot | nukta | \.)(?:{ENDINGS})\b\S*",
    re.IGNORECASE,
).finditer


def links(text: Text) -> Iterator[str]:
    return (found[0] for found in _LINKS(text.bare))


_RUNS = re.compile(r"(?<![^\W_])[+(*]{0,2}[\dOoIl](?:[\s.\-()/*#,]{0,3}[\dOoIl]){4,}#?(?![^\W_])").finditer
_DATES = re.compile(
    r"(?<!\d)(?:\d{1,2}[:.]\d{2}(?!\d|[.:\-/ ]\d)|\d{1,2}:\d{2}"
    r"|\d{4}-\d{1,2}-\d{1,2}|\d{1,2}([/.\-])\d{1,2}\1(?:20)\d{2})(?!\d)"
).sub
_CODES = re.compile(r"\bItikia:?\s+\d{4,6}\b", re.IGNORECASE).sub
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,3}\s*-\s*\d{1,3}").fullmatch
_DIALLED = re.compile(
    r"\b(?:call|dial|ring|text|sms|piga|pigia|tuma|bonyeza)\s+(?:simu\s+)?"
    r"(?:to\s+|no\.?\s+|nambari\s+)?(\+?\d{3,})\b",
    re.IGNORECASE,
).finditer
_OH = str.maketrans("OoIl", "0011")


def unknown_numbers(text: Text, known: Collection[str]) -> Iterator[str]:
    """What may be dialled, and is not ours to give."""
    rest = _CODES(" ~ ", _DATES(" ~ ", text.bare))
    runs = [run[0] for run in _RUNS(rest)]
    dialled = [each[1] for each in _DIALLED(rest) if not any(run.startswith(each[1]) for run in runs)]
    for found in (*runs, *dialled):
        digits = "".join(letter for letter in found.translate(_OH) if letter.isdecimal())
        if (
            sum(letter.isdecimal() for letter in found) * 2 >= len(digits)
            and not _GROUPED(found.strip())
            and not _is_known(digits, known)
        ):
            yield found.strip()


def _is_known(digits: str, known: Collection[str]) -> bool:
    """Whether it is one of ours, in the country's form or in the international one."""
    return digits in known or any(
        len(number) >= 9 <= len(digits) and number[-9:] == digits[-9:] for number in known
    )
