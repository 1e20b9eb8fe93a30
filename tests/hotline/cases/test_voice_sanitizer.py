"""Voice notes that people send, and what is left of them."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hotline.cases.voice_sanitizer import rebuilt
from hotline.core.errors import NotTaken
from tests.scenery.media import HEAD, REMARKS, SOUND, note, page, sealed


def pages(content: bytes) -> list[tuple[int, int, int, int, bytes]]:
    """Kind, position, stream, number and body of each page, which must be in order to the last byte."""
    found = []
    while content:
        letters, version, kind, position, stream, number, _, count = struct.unpack_from("<4sBBqIIIB", content)
        end = 27 + count + sum(content[27 : 27 + count])
        assert (letters, version) == (b"OggS", 0)
        assert content[:end] == sealed(content[:end])
        found.append((kind, position, stream, number, content[27 + count : end]))
        content = content[end:]
    return found


def reason(content: bytes) -> str:
    with pytest.raises(NotTaken) as refused:
        rebuilt(content)
    return refused.value.reason


def test_the_sound_is_kept_and_the_remarks_are_not() -> None:
    new = rebuilt(note())
    assert pages(new) == [
        (2, 0, 1, 0, HEAD),
        (0, 0, 1, 1, b"OpusTags" + bytes(8)),
        (0, 24000, 1, 2, b"".join(SOUND[:25])),
        (4, 38400, 1, 3, b"".join(SOUND[25:])),
    ]
    assert b"Nokia" not in new
    assert b"Auma" not in new


def test_writing_it_twice_changes_nothing_more() -> None:
    assert rebuilt(rebuilt(note())) == rebuilt(note())


def test_two_phones_leave_no_different_trace() -> None:
    other = note().replace(page(1, [REMARKS]), page(1, [REMARKS.replace(b"Auma", b"Juma")]))
    assert other != note()
    assert rebuilt(other) == rebuilt(note())


def test_remarks_with_a_picture_may_take_several_pages() -> None:
    long = REMARKS + b"METADATA_BLOCK_PICTURE=" + b"x" * 100_000
    cut = 255 * 255
    parts = page(1, [long[:cut]], pieces=[255] * 255) + page(2, [long[cut:]], 1)
    content = note().replace(page(1, [REMARKS]), parts)
    assert rebuilt(content) == rebuilt(note())


def test_what_follows_the_sound_is_cut_off() -> None:
    assert rebuilt(note() + b"PK\x03\x04 a file hidden behind") == rebuilt(note())
    assert rebuilt(note() + note()) == rebuilt(note())


def test_more_bytes_at_the_head_are_cut_off() -> None:
    assert rebuilt(note(head=HEAD + b"secret")) == rebuilt(note())


def test_a_recording_that_broke_off_between_two_pages_gets_its_end() -> None:
    whole = note()
    new = rebuilt(whole[: whole.rindex(b"OggS")])
    assert [kind for kind, *_ in pages(new)] == [2, 0, 4]


def test_a_packet_that_goes_on_over_the_page_still_does() -> None:
    first, second = page(2, [b"a" * 255], pieces=[255]), page(3, [b"b" * 10], 5)
    new = pages(rebuilt(page(0, [HEAD], 2) + page(1, [REMARKS]) + first + second))
    assert [(kind, body) for kind, *_, body in new[2:]] == [(0, b"a" * 255), (5, b"b" * 10)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"OggS",
        b"RIFF\x00\x00\x00\x00WAVE",
        note()[:-1],
        note()[:60],
        b" " + note(),
        page(0, [HEAD], 2),
        page(0, [HEAD], 2) + page(1, [REMARKS]),
        page(0, [HEAD], 0) + page(1, [REMARKS]) + page(2, SOUND, 4),
        page(0, [HEAD], 2) + page(2, SOUND, 4),
        page(0, [HEAD], 2) + page(1, [REMARKS, SOUND[0]]) + page(2, SOUND, 4),
        page(0, [HEAD], 2) + page(1, [REMARKS]) + page(2, SOUND, 1 | 4),
        page(0, [HEAD], 2) + page(1, [REMARKS]) + page(2, SOUND, stream=7),
        page(0, [b"\x01vorbis" + bytes(23)], 2) + page(1, [REMARKS]) + page(2, SOUND, 4),
        page(0, [HEAD[:18]], 2) + page(1, [REMARKS]) + page(2, SOUND, 4),
        page(0, [HEAD], 2) + page(1, [REMARKS]) + page(2, SOUND[:9], 2) + page(3, SOUND, 4),
        note(head=HEAD[:8] + b"\x10" + HEAD[9:]),
        note(head=HEAD[:9] + b"\x06" + HEAD[10:]),
        note(head=HEAD[:18] + b"\x01" + HEAD[19:]),
        note().replace(SOUND[7], SOUND[8]),
    ],
    ids=[
        "nothing",
        "four letters",
        "another kind of sound",
        "cut at the end",
        "cut early",
        "shifted",
        "no remarks",
        "no sound",
        "no beginning",
        "remarks missing",
        "sound on the page of the remarks",
        "sound that continues nothing",
        "two streams",
        "another codec",
        "a short head",
        "begun twice",
        "another version",
        "six channels",
        "another mapping",
        "a wrong checksum",
    ],
)
def test_what_is_no_voice_note_is_not_taken(content: bytes) -> None:
    assert reason(content) == "unreadable"


def test_what_is_too_large_is_not_even_looked_at() -> None:
    assert reason(bytes(5 * 1024 * 1024 + 1)) == "too_large"
    assert reason(bytes(5 * 1024 * 1024)) == "unreadable"


@given(some.binary(max_size=300))
def test_nonsense_is_refused_in_one_way(content: bytes) -> None:
    assert reason(content) == "unreadable"


@given(
    some.lists(some.tuples(some.integers(0, len(note()) - 1), some.integers(0, 255)), max_size=6),
    some.integers(0, len(note())),
)
def test_damage_is_refused_or_harmless(changes: list[tuple[int, int]], end: int) -> None:
    damaged = bytearray(note()[:end])
    for place, byte in changes:
        damaged[place % max(end, 1) : place % max(end, 1) + 1] = bytes([byte])
    accepted_or_refused(bytes(damaged))


@given(
    some.lists(
        some.tuples(
            some.integers(0, 7), some.lists(some.integers(0, 255), max_size=5), some.binary(max_size=40)
        ),
        max_size=6,
    )
)
def test_pages_in_order_with_anything_on_them_are_refused_or_harmless(
    written: list[tuple[int, list[int], bytes]],
) -> None:
    """Damage that its checksum covers up."""
    strange = [
        page(number, [body], kind, pieces=pieces) for number, (kind, pieces, body) in enumerate(written)
    ]
    accepted_or_refused(page(0, [HEAD], 2) + page(1, [REMARKS]) + b"".join(strange))


def accepted_or_refused(content: bytes) -> None:
    """Whatever is taken is in order, and stays as it is when it is taken again."""
    try:
        new = rebuilt(content)
    except NotTaken:
        return
    assert pages(new)[-1][0] & 4
    assert rebuilt(new) == new
