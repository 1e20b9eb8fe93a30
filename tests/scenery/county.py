"""A small country to play in: two counties, a few bodies, and people who answer for them."""

from datetime import UTC, datetime
from pathlib import Path

from hotline.core.database import Database
from hotline.directory import bodies, liaisons
from hotline.directory.categories import BodyKind
from hotline.places.areas import Area, Areas
from hotline.settings import Settings, from_environment

MORNING = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
"""Ten o'clock in Nairobi."""

AREAS = Areas(
    [
        Area("KE", "Kenya", None, "country"),
        Area("KE032", "Nakuru", "KE", "county", ("Nakuru Town",), -0.51, 36.15),
        Area("KE032175", "Nakuru Town West", "KE032", "constituency", (), -0.32, 36.03),
        Area("KE0321750872", "Kaptembwo", "KE032175", "ward", ("Kaptembwa",), -0.31, 36.04),
        Area("KE0321750871", "London", "KE032175", "ward", (), -0.27, 36.06),
        Area("KE047", "Nairobi", "KE", "county", (), -1.29, 36.86),
        Area("KE047275", "Dagoretti North", "KE047", "constituency", (), -1.28, 36.77),
        Area("KE0472751372", "Kawangware", "KE047275", "ward", (), -1.29, 36.75),
    ]
)
KAPTEMBWO = AREAS["KE0321750872"]

KIPRUTO, ACHIENG, WANJIKU, CHEBET, NJERI, DESK = (f"+2547220001{number:02}" for number in range(1, 7))
CITIZEN, NEIGHBOUR, STRANGER = "+254711000123", "+254711000124", "+254711000125"

BODIES = [
    bodies.Listed("station", "Kaptembwo Police Station", BodyKind.POLICE, ("KE032175",), ()),
    bodies.Listed("peace", "Nakuru Peace Committee", BodyKind.PEACE, ("KE032",), ()),
    bodies.Listed("women", "Nakuru Women's Desk", BodyKind.WOMEN, ("KE032",), ()),
    bodies.Listed("oversight", "Police Oversight Authority", BodyKind.OVERSIGHT, ("KE",), ()),
    bodies.Listed("situation", "National Situation Room", BodyKind.COORDINATION, ("KE",), ()),
]
LIAISONS = [
    liaisons.Listed("station", "Sgt. Kipruto", KIPRUTO, ("sw", "en"), True),
    liaisons.Listed("station", "Cpl. Achieng", ACHIENG, ("en",), True),
    liaisons.Listed("peace", "Mama Wanjiku", WANJIKU, ("sw",), True),
    liaisons.Listed("women", "Ms. Chebet", CHEBET, ("sw", "en"), True),
    liaisons.Listed("oversight", "Ms. Njeri", NJERI, ("en",), True),
    liaisons.Listed("situation", "Duty desk", DESK, ("en", "sw"), True),
]


def settings(folder: Path, **environ: str) -> Settings:
    """Settings of a hotline in this folder, with keys of its own."""
    made = from_environment(
        {"VAR": str(folder), "CALLBACK_SECRETS": "a-secret-of-24-letters-x", "BULK_RATE": "100000", **environ}
    )
    made.keys.make()
    return made


def furnish(database: Database, made: Settings) -> None:
    """Everybody above, in this database."""
    with database.writing() as session:
        bodies.save(session, BODIES)
        liaisons.save(session, made.keys, LIAISONS, ("en", "sw"), MORNING)
