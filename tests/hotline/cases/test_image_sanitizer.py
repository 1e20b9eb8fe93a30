"""Pictures that people send, and what is left of them."""

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image, PngImagePlugin

from hotline.cases.image_sanitizer import rebuilt
from hotline.core.errors import NotTaken
from tests.scenery.media import BLUE, RED, TRACES, WHITE, XMP, exif, file, scene, with_traces


def seen(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content), formats=["JPEG"])


def alike(picture: Image.Image, place: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = picture.getpixel(place)
    assert isinstance(found, tuple)
    return all(abs(one - other) < 40 for one, other in zip(found, colour, strict=True))


def reason(content: bytes) -> str:
    with pytest.raises(NotTaken) as refused:
        rebuilt(content)
    return refused.value.reason


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def segments(content: bytes) -> list[int]:
    """The kinds of the segments before the colours of a JPEG."""
    kinds, place = [], 2
    while content[place + 1] != 0xDA:
        kinds.append(content[place + 1])
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return kinds


def test_nothing_is_left_but_what_can_be_seen() -> None:
    original = with_traces()
    assert all(trace in original for trace in TRACES[:6])
    new = rebuilt(original)
    assert not [trace for trace in TRACES if trace in new]
    assert set(segments(new)) == {0xE0, 0xDB, 0xC0, 0xC4}, "the plain head, and how the colours are written"
    assert set(seen(new).info) == {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not seen(new).getexif()
    assert alike(seen(new), (10, 10), RED)
    assert alike(seen(new), (70, 10), BLUE)


def test_a_png_loses_its_texts() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "Auma")
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    original = file(scene(), "PNG", pnginfo=texts, exif=exif())
    assert b"tEXt" in original
    assert not [trace for trace in TRACES if trace in rebuilt(original)]


def test_a_webp_loses_its_traces() -> None:
    original = file(scene(), "WEBP", exif=exif(), xmp=XMP)
    assert b"Auma" in original
    assert not [trace for trace in TRACES if trace in rebuilt(original)]


def test_what_is_hidden_behind_a_picture_is_cut_off() -> None:
    hidden = io.BytesIO()
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr("Auma.txt", "names")
    both = file(scene()) + hidden.getvalue()
    assert zipfile.is_zipfile(io.BytesIO(both))
    assert not zipfile.is_zipfile(io.BytesIO(rebuilt(both)))
    assert rebuilt(both) == rebuilt(file(scene()))


@pytest.mark.parametrize(
    ("orientation", "size", "red", "blue"),
    [
        (1, (80, 40), (10, 10), (70, 10)),
        (2, (80, 40), (70, 10), (10, 10)),
        (3, (80, 40), (70, 30), (10, 30)),
        (4, (80, 40), (10, 30), (70, 30)),
        (5, (40, 80), (10, 10), (10, 70)),
        (6, (40, 80), (30, 10), (30, 70)),
        (7, (40, 80), (30, 70), (30, 10)),
        (8, (40, 80), (10, 70), (10, 10)),
    ],
)
def test_a_picture_stands_upright(
    orientation: int, size: tuple[int, int], red: tuple[int, int], blue: tuple[int, int]
) -> None:
    new = seen(rebuilt(with_traces(orientation)))
    assert new.size == size
    assert alike(new, red, RED)
    assert alike(new, blue, BLUE)


def test_untidy_notes_do_not_cost_the_picture() -> None:
    original = with_traces()
    start = original.index(b"Exif\0\0") + 10
    assert alike(seen(rebuilt(original[:start] + b"\xff\xff\xff\xff" + original[start + 4 :])), (10, 10), RED)


def test_a_large_picture_gets_smaller() -> None:
    new = seen(rebuilt(file(scene(3000, 1500))))
    assert new.size == (2048, 1024)
    assert alike(new, (100, 100), RED)


def test_a_small_picture_keeps_its_size() -> None:
    assert seen(rebuilt(file(scene(300, 150)))).size == (300, 150)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK"])
def test_colours_may_be_written_in_many_ways(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    new = seen(rebuilt(file(Image.new("RGB", (20, 20), WHITE).convert(mode), kind)))
    assert new.mode == "RGB"
    assert alike(new, (10, 10), WHITE)


def test_what_is_transparent_is_white() -> None:
    picture = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    picture.paste((*RED, 255), (0, 0, 20, 20))
    for kind in ("PNG", "WEBP"):
        new = seen(rebuilt(file(picture, kind)))
        assert alike(new, (5, 10), RED)
        assert alike(new, (35, 10), WHITE)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_a_picture_that_moves_the_first_is_taken(kind: str) -> None:
    moving = file(
        Image.new("RGB", (20, 20), RED),
        kind,
        save_all=True,
        append_images=[Image.new("RGB", (20, 20), BLUE)],
        duration=100,
    )
    with Image.open(io.BytesIO(moving)) as opened:
        assert getattr(opened, "n_frames", 1) == 2
    assert alike(seen(rebuilt(moving)), (10, 10), RED)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a text",
        b"\xff\xd8\xff\xe0",
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        file(scene(), "GIF"),
        file(scene(), "TIFF"),
        file(scene(), "BMP"),
        file(Image.new("I;16", (20, 20)), "PNG"),
        half(file(scene(400, 300))),
        half(file(scene(400, 300), "PNG")),
        half(file(scene(400, 300), "WEBP")),
    ],
    ids=[
        "nothing",
        "text",
        "four bytes",
        "pdf",
        "svg",
        "gif",
        "tiff",
        "bmp",
        "16 bits",
        "half a jpeg",
        "half a png",
        "half a webp",
    ],
)
def test_what_is_no_picture_that_can_be_read_is_not_taken(content: bytes) -> None:
    assert reason(content) == "unreadable"


def bomb_png(width: int, height: int) -> bytes:
    """A few bytes that say they are enormous."""
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(1000))),
        (b"IEND", b""),
    ]
    chunks = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def bomb_jpeg(width: int, height: int) -> bytes:
    small = file(scene())
    place = small.index(b"\xff\xc0") + 5
    return small[:place] + struct.pack(">HH", height, width) + small[place + 4 :]


def bomb_webp(kind: bytes) -> bytes:
    whole = {
        b"VP8X": (24, b"\xff\xff\x00" * 2),
        b"VP8L": (21, b"\xff\xff\xff\x0f"),
        b"VP8 ": (26, b"\xff\x3f" * 2),
    }
    picture = scene().convert("RGBA") if kind == b"VP8X" else scene()
    if kind == b"VP8X":
        picture.putalpha(99)
    small = bytearray(file(picture, "WEBP", lossless=kind == b"VP8L"))
    place, size = whole[kind]
    assert small[12:16] == kind
    small[place : place + len(size)] = size
    return bytes(small)


@pytest.mark.parametrize(
    "content",
    [
        bytes(10 * 1024 * 1024 + 1),
        bomb_png(8001, 5000),
        bomb_png(10000, 9000),
        bomb_png(60000, 60000),
        bomb_png(2_000_000_000, 2_000_000_000),
        bomb_jpeg(8001, 5000),
        bomb_jpeg(65500, 65500),
        bomb_webp(b"VP8X"),
        bomb_webp(b"VP8L"),
        bomb_webp(b"VP8 "),
    ],
    ids=[
        "bytes",
        "png",
        "png that pillow warns of",
        "png bomb",
        "png absurd",
        "jpeg",
        "jpeg bomb",
        "webp",
        "webp lossless",
        "webp plain",
    ],
)
def test_what_is_too_large_is_refused_before_it_takes_any_room(
    content: bytes, recwarn: pytest.WarningsRecorder
) -> None:
    assert reason(content) == "too_large"
    assert not list(recwarn)


def test_a_small_file_that_makes_a_lot_of_work_is_refused() -> None:
    once = bomb_jpeg(6000, 5000)
    assert reason(once[:-2] + once[once.index(b"\xff\xda") : -2] * 150 + once[-2:]) == "too_large"


@given(
    some.binary(max_size=300),
    some.sampled_from(
        [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBPVP8 ", b"RIFF\x40\0\0\0WEBPVP8X"]
    ),
)
def test_nonsense_is_refused_in_one_way(content: bytes, start: bytes) -> None:
    with pytest.raises(NotTaken):
        rebuilt(start + content)


ORIGINALS = {
    "JPEG": with_traces(6),
    "PNG": file(scene(), "PNG", exif=exif()),
    "WEBP": file(scene(), "WEBP", exif=exif(), xmp=XMP),
}


@given(
    some.sampled_from(sorted(ORIGINALS)),
    some.lists(some.tuples(some.integers(0, 4000), some.binary(min_size=1, max_size=4)), max_size=6),
    some.integers(1, 4000),
)
def test_damage_is_refused_or_harmless(kind: str, changes: list[tuple[int, bytes]], end: int) -> None:
    damaged = bytearray(ORIGINALS[kind][:end])
    for place, written in changes:
        damaged[place % len(damaged) : place % len(damaged) + len(written)] = written
    try:
        new = rebuilt(bytes(damaged))
    except NotTaken:
        return
    assert max(seen(new).size) <= 2048
    assert set(segments(new)) == {0xE0, 0xDB, 0xC0, 0xC4}
