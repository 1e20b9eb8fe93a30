"""What liaisons and citizens text about a case, read."""

import re

from hotline.cases.citizen_phrases import VerdictWord
from hotline.cases.liaison_menus import STEP_OF_KEY, Act, GoOff, GoOn
from hotline.core.i18n import _, means
from hotline.core.typed_input import tidy


def says_something(text: str) -> bool:
    """Whether a text is more than a key, a name or a greeting, so that it should be lost in no case."""
    return len(re.findall(r"[^\W\d_]{2,}", text)) >= 3


YES, NO = _("yes"), _("no")
"""As people text them; a translation may hold several words, with commas between."""


def verdict_in(text: str) -> VerdictWord | None:
    """The verdict that a texted answer holds, if it is one:
    a key, or a plain yes or no in any of our languages."""
    key = tidy(text)
    if key == "1" or means(text, YES):
        return "helped"
    if key == "2" or means(text, NO):
        return "not_helped"
    return "danger" if key == "3" else None


REPLY = re.compile(r"\s*([1-79])\s*[.):,-]?\s*([^\W\d_]*\d*)\s*[.!]?\s*")
REPLY_AND_WHY = re.compile(r"\s*([257])\s*[.):,-]?\s*([^\W\d_]+\d*)\s*[.:,-]?\s+(\S.*)", re.DOTALL)
"""Only one who passes a case on says why."""
MOST_WHY = 200
"""Letters of that which are kept."""
FOR_DAYS = re.compile(r"(\D+?)\s*(\d{1,2})\s*")

ON, OFF = _("on, on duty, come on duty"), _("off, off duty, go off duty")
"""As liaisons text them; a translation may hold several, with commas between."""


def understand(text: str) -> Act | GoOn | GoOff | None:
    """What a liaison's text asks for: `1 SIMBA`, `1simba`, `2.
    Simba`, a bare `1`, ON, OFF. None where it is something else."""
    if found := REPLY.fullmatch(text):
        return Act(STEP_OF_KEY[found[1]], found[2].upper())
    if found := REPLY_AND_WHY.fullmatch(text):
        return Act(STEP_OF_KEY[found[1]], found[2].upper(), found[3].strip()[:MOST_WHY])
    if means(text, ON):
        return GoOn()
    if (found := FOR_DAYS.fullmatch(text)) and means(found[1], OFF):
        return GoOff(int(found[2]) or None)
    return GoOff() if means(text, OFF) else None
