"""Voice notes that people send: each is written anew with the sound
alone, without the names and pictures that may travel beside it.

A voice note is Opus sound in Ogg pages (RFC 3533, RFC 7845): a page that says how to play it, a packet of
remarks, then the sound. The remarks are emptied, the number that its phone gave the stream is replaced, and
whatever follows the sound is cut off.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hotline.core.errors import NotTaken

LARGEST = 5 * 1024 * 1024

CONTINUED, FIRST, LAST = 1, 2, 4
"""What a page says of itself: it goes on with a packet, it is the first of a stream, it is the last."""

HEADER = struct.Struct("<4sBBqIIIB")
"""The letters OggS, version, kind, how much sound there is
up to here, stream, number of the page, checksum, pieces."""

HEAD = struct.Struct("<8sBBHIHB")
"""The letters OpusHead, version, channels, sound to skip, rate of the microphone, gain, mapping."""

NO_REMARKS = b"OpusTags" + bytes(8)
STREAM = 1

_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True)
class Page:
    """A page of a stream. Its pieces are the lengths from which its
    packets are put together; one shorter than 255 ends a packet."""

    kind: int
    position: int
    stream: int
    pieces: bytes
    body: bytes


def rebuilt(content: bytes) -> bytes:
    """The voice note with its sound and nothing else. Raises `NotTaken`
    if it is too large, or no voice note that can be read."""
    if len(content) > LARGEST:
        raise NotTaken("too_large")
    head, *others = _pages(content)
    remarks = _remarks(others)
    sound = others[remarks:]
    if head.kind != FIRST or not _is_sound(sound):
        raise NotTaken("unreadable")
    opening = [_alone(FIRST, _plain_head(head.body)), _alone(0, NO_REMARKS)]
    closing = replace(sound[-1], kind=sound[-1].kind | LAST)
    return b"".join(_written(page, number) for number, page in enumerate([*opening, *sound[:-1], closing]))


def _pages(content: bytes) -> Iterator[Page]:
    """The pages of the stream up to its last. A recording that
    broke off may lack the last one, but not end within a page."""
    page, start = _page(content, 0)
    stream = page.stream
    yield page
    while not page.kind & LAST and start < len(content):
        page, start = _page(content, start)
        if page.stream != stream or page.kind & FIRST:
            raise NotTaken("unreadable")
        yield page


def _page(content: bytes, start: int) -> tuple[Page, int]:
    """The page that starts here, and where it ends."""
    if len(content) < start + HEADER.size:
        raise NotTaken("unreadable")
    letters, version, kind, position, stream, _number, checksum, count = HEADER.unpack_from(content, start)
    body = start + HEADER.size + count
    pieces = content[start + HEADER.size : body]
    end = body + sum(pieces)
    is_whole = letters == b"OggS" and version == 0 and len(pieces) == count and end <= len(content)
    if not is_whole or checksum != _checksum(
        content[start : start + 22] + bytes(4) + content[start + 26 : end]
    ):
        raise NotTaken("unreadable")
    return Page(kind, position, stream, pieces, content[body:end]), end


def _remarks(pages: Sequence[Page]) -> int:
    """How many pages the remarks take: one packet that begins on a page of its own and ends with a page."""
    for number, page in enumerate(pages):
        is_begun = (
            bool(page.kind & CONTINUED)
            if number
            else page.body.startswith(b"OpusTags") and not page.kind & CONTINUED
        )
        ends = [place for place, piece in enumerate(page.pieces, 1) if piece < 255]
        if not is_begun or ends not in ([], [len(page.pieces)]):
            break
        if ends:
            return number + 1
    raise NotTaken("unreadable")


def _is_sound(pages: Sequence[Page]) -> bool:
    return any(page.pieces for page in pages) and not pages[0].kind & CONTINUED


def _plain_head(body: bytes) -> bytes:
    """How the sound is to be played, and no byte more. A voice note is mono or stereo."""
    if len(body) < HEAD.size or not body.startswith(b"OpusHead"):
        raise NotTaken("unreadable")
    _letters, version, channels, _skip, _rate, _gain, mapping = HEAD.unpack_from(body)
    if version > 15 or channels not in (1, 2) or mapping != 0:
        raise NotTaken("unreadable")
    return body[: HEAD.size]


def _alone(kind: int, packet: bytes) -> Page:
    """A short packet on a page of its own."""
    return Page(kind, 0, STREAM, bytes([len(packet)]), packet)


def _written(page: Page, number: int) -> bytes:
    header = HEADER.pack(
        b"OggS", 0, page.kind & (CONTINUED | FIRST | LAST), page.position, STREAM, number, 0, len(page.pieces)
    )
    whole = header + page.pieces + page.body
    return whole[:22] + struct.pack("<I", _checksum(whole)) + whole[26:]


def _checksum(page: bytes) -> int:
    """The checksum of Ogg is that of zlib seen in a mirror, which is begun and ended with all bits off."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)
