"""Photos and voice notes, with what hides in them."""

import io
import struct

from PIL import Image
from sqlalchemy import select

from hotline.cases.evidence import Evidence
from tests.scenery.chats import Hotline

RED, BLUE, GREEN, WHITE = (220, 20, 20), (20, 20, 220), (20, 160, 20), (250, 250, 250)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:li>Auma</rdf:li></x:xmpmeta>'
TRACES = [
    b"Nokia",
    b"2026:11:21",
    b"Auma",
    b"Exif",
    b"ICC_PROFILE",
    b"http://ns.adobe.com",
    b"tEXt",
    b"PK\x03\x04",
]


def scene(width: int = 80, height: int = 40) -> Image.Image:
    """Red above on the left, blue on the right, green below."""
    picture = Image.new("RGB", (width, height), GREEN)
    picture.paste(RED, (0, 0, width // 2, height // 2))
    picture.paste(BLUE, (width // 2, 0, width, height // 2))
    return picture


def file(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    tags = Image.Exif()
    tags[0x010F], tags[0x0132], tags[0x0112] = "Nokia 3", "2026:11:21 10:00:00", orientation
    tags.get_ifd(0x8825).update({1: "S", 2: (0.0, 18.0, 11.0), 3: "E", 4: (36.0, 3.0, 0.0)})
    return tags


def with_traces(orientation: int = 1) -> bytes:
    """A JPEG as a talkative phone writes it."""
    profile = b"\0\0\x02\x00ICC_PROFILE of Auma's phone" + bytes(480)
    return file(
        scene(), exif=exif(orientation), comment=b"taken by Auma", xmp=XMP, icc_profile=profile, dpi=(72, 72)
    )


SOUND = [bytes([8, number]) * 30 for number in range(40)]
HEAD = b"OpusHead" + struct.pack("<BBHIHB", 1, 1, 312, 48000, 0, 0)
REMARKS = b"OpusTags" + struct.pack("<I", 7) + b"Nokia 3" + struct.pack("<II", 1, 13) + b"ARTIST=Auma A"


def checksum(page: bytes) -> int:
    """As RFC 3533 has it, bit by bit."""
    register = 0
    for byte in page:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1 ^ 0x04C11DB7 if register >> 31 else register << 1) & 0xFFFFFFFF
    return register


def sealed(page: bytes) -> bytes:
    return page[:22] + struct.pack("<I", checksum(page[:22] + bytes(4) + page[26:])) + page[26:]


def laced(packet: bytes) -> list[int]:
    return [255] * (len(packet) // 255) + [len(packet) % 255]


def page(
    number: int,
    packets: list[bytes],
    kind: int = 0,
    *,
    position: int = 0,
    stream: int = 0xC0FFEE,
    pieces: list[int] | None = None,
) -> bytes:
    pieces = [piece for packet in packets for piece in laced(packet)] if pieces is None else pieces
    header = struct.pack("<4sBBqIIIB", b"OggS", 0, kind, position, stream, number, 0, len(pieces))
    return sealed(header + bytes(pieces) + b"".join(packets))


def note(remarks: bytes = REMARKS, head: bytes = HEAD) -> bytes:
    middle, end = page(2, SOUND[:25], position=24000), page(3, SOUND[25:], 4, position=38400)
    return page(0, [head], 2) + page(1, [remarks]) + middle + end


PHOTO = file(scene())


def kept(hotline: Hotline) -> list[tuple[Evidence, bytes]]:
    """Every piece, with what is in it."""
    with hotline.world.service.read() as work:
        pieces = work.session.scalars(select(Evidence).order_by(Evidence.at)).all()
        return [(piece, piece.content(work.keys)) for piece in pieces]
