"""Places to try things on: a country of three, and what is found in one."""

import io
from pathlib import Path

from hotline.places.areas import Area, Areas
from hotline.places.loading import read

NIGERIA = Path(__file__).parents[1] / "data" / "nigeria_areas.csv"

SMALL = """code,name,parent,aliases
KE,Kenya,,
KE047,Nairobi,KE,City|Green City
KE047275,Dagoretti North,KE047,
"""


def small(rows: str = "") -> list[Area]:
    return read(io.StringIO(SMALL + rows))


def names(areas: Areas, text: str, within: Area | None = None, limit: int = 5) -> list[str]:
    return [areas.full_name(found.area) for found in areas.closest(text, within, limit)]
