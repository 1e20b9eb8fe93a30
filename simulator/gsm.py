"""How much fits on a phone: how long a text is, how many parts
it is billed as, and how much of a page a screen shows.

Two alphabets. A text made only of the letters of GSM 03.38 is counted in septets; one letter outside of it, a
curly quote for one, and the whole text is counted in UTF-16 units, of which far fewer fit.

|       | one part | each of several | a USSD page |
| ----- | -------- | --------------- | ----------- |
| GSM-7 |      160 |             153 |         160 |
| UCS-2 |       70 |              67 |          80 |
"""

from collections.abc import Iterator
from dataclasses import dataclass

ONE_SEPTET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ "
    "!\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWO_SEPTETS = frozenset("^{}\\[~]|€\f")


@dataclass(frozen=True)
class Alphabet:
    """What fits when a text is written in these letters."""

    name: str
    one_part: int
    each_part: int
    page: int

    def widths(self, text: str) -> Iterator[int]:
        """The width of every letter of `text`, in septets or in UTF-16 units."""
        if self is GSM:
            return (2 if letter in TWO_SEPTETS else 1 for letter in text)
        return (len(letter.encode("utf-16-le")) // 2 for letter in text)


GSM = Alphabet("GSM-7", 160, 153, 160)
UCS = Alphabet("UCS-2", 70, 67, 80)


def alphabet(text: str) -> Alphabet:
    """The alphabet that a network has to use for `text`."""
    return GSM if ONE_SEPTET.union(TWO_SEPTETS).issuperset(text) else UCS


def length(text: str) -> int:
    """How long `text` is, in the units of its own alphabet."""
    return sum(alphabet(text).widths(text))


def parts(text: str) -> int:
    """How many texts `text` is billed as. A letter that takes two places is never split between two parts."""
    letters = alphabet(text)
    if length(text) <= letters.one_part:
        return 1
    count, room = 1, letters.each_part
    for width in letters.widths(text):
        if width > room:
            count, room = count + 1, letters.each_part
        room -= width
    return count


def shown(text: str) -> str:
    """As much of a USSD page as a phone shows."""
    letters = alphabet(text)
    room = letters.page
    for place, width in enumerate(letters.widths(text)):
        room -= width
        if room < 0:
            return text[:place]
    return text
