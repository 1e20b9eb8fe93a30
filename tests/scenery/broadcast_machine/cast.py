"""Who there is: liaisons, and what everybody knows of them; readers, and the place each wants to hear of."""

from dataclasses import dataclass

from hotline.directory import bodies, liaisons
from hotline.directory.categories import BodyKind
from tests.scenery.county import ACHIENG, CHEBET, DESK, KAPTEMBWO, KIPRUTO, NJERI, WANJIKU

# Liaisons

POST, OTIENO, KAREN, BARAKA, MERCY = (f"+2547220001{number}" for number in range(11, 16))
MORE_BODIES = [
    bodies.Listed("post", "Kaptembwo Police Post", BodyKind.POLICE, (KAPTEMBWO.code,), ()),
    bodies.Listed("elders", "Nakuru Elders", BodyKind.PEACE, ("KE032",), ()),
    bodies.Listed("county", "Nakuru County Office", BodyKind.COORDINATION, ("KE032",), ()),
    bodies.Listed("dagoretti", "Dagoretti Peace Committee", BodyKind.PEACE, ("KE047275",), ()),
]
MORE_LIAISONS = [
    liaisons.Listed("post", "Cpl. Rotich", POST, ("en",), True),
    liaisons.Listed("elders", "Mzee Otieno", OTIENO, ("sw",), True, also=("police",)),
    liaisons.Listed("county", "Ms. Karen", KAREN, ("en",), True),
    liaisons.Listed("peace", "Bw. Baraka", BARAKA, ("sw",), True, also=("women",)),
    liaisons.Listed("dagoretti", "Ms. Mercy", MERCY, ("en",), True),
]


@dataclass(frozen=True)
class Known:
    """What everybody knows of a liaison."""

    bodies: frozenset[str]
    police: bool = False
    coordinates: bool = False


def known(*theirs: str, police: bool = False, coordinates: bool = False) -> Known:
    return Known(frozenset(theirs), police, coordinates)


EVERYBODY: dict[str, Known] = {
    KIPRUTO: known("station", police=True),
    ACHIENG: known("station", police=True),
    POST: known("post", police=True),
    WANJIKU: known("peace"),
    BARAKA: known("peace", "women"),
    CHEBET: known("women"),
    OTIENO: known("elders", police=True),
    DESK: known("situation", coordinates=True),
    KAREN: known("county", coordinates=True),
    MERCY: known("dagoretti"),
    NJERI: known("oversight"),
}

# Places

WARD, COUNTY = 12, 5
"""How many letters the code of each has."""

LONDON, KAWANGWARE, WEST, NAKURU = "KE0321750871", "KE0472751372", "KE032175", "KE032"


def near(one: str, other: str) -> bool:
    """Whether one of two places lies in the other: by how their codes begin."""
    return one.startswith(other) or other.startswith(one)


# Readers

PHONES = [f"+2547020000{number:02}" for number in range(12)]
CHATS = ["700000001", "700000002"]
READERS = [*PHONES, *CHATS]
NEXT_WISHED = (KAPTEMBWO.code, KAPTEMBWO.code, KAPTEMBWO.code, LONDON, WEST, KAWANGWARE)
WISHED = {reader: NEXT_WISHED[place % 6] for place, reader in enumerate(READERS)}
"""The place that each wants to hear about, and has said so twice."""
ONCE = PHONES[-1]
"""Whose owner has said it once only."""
