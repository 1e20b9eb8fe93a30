"""Pictures that people send: each is drawn anew, so that it shows what
it showed but no longer tells where, when or by whom it was taken.

A phone writes the place, the hour and its own name into the file of a picture. Nothing of the file is kept
here but the colours that can be seen: they are painted on an empty canvas, and only that canvas is kept.
"""

import io
import warnings

from PIL import Image

from hotline.core.errors import NotTaken

LARGEST = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE, QUALITY = 2048, 85

MOST_WORK = 4_000_000_000
"""Pixels times passes. A picture may come in passes, each over all
its pixels; a small file could ask for a hundred thousand of them."""

FORMATS = ("JPEG", "PNG", "WEBP")

MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK")
"""How the colours may be written; Pillow would make others, such as greys of sixteen bits, all white."""

TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}
"""How a picture must be turned to stand upright, by what the
phone wrote about how it was held (Exif 2.32, tag 0112)."""

ORIENTATION = 0x0112


def rebuilt(content: bytes) -> bytes:
    """The picture as a new JPEG, upright, at most 2048 pixels long. Raises
    `NotTaken` if it is too large, or no picture that can be read.

    JPEG, PNG and WebP are understood. Of pictures that move, the first is taken.
    """
    _refuse_large(len(content) > LARGEST)
    _refuse_large(_webp_pixels(content) > MOST_PIXELS)
    try:
        return _drawn_anew(content)
    except (NotTaken, Image.DecompressionBombError) as refused:
        raise NotTaken(getattr(refused, "reason", "too_large")) from None
    except Exception:  # a broken file may fail anywhere in its decoder, with any error
        raise NotTaken("unreadable") from None


def _refuse_large(is_large: bool) -> None:
    if is_large:
        raise NotTaken("too_large")


def _webp_pixels(content: bytes) -> int:
    """How many pixels a WebP says it has, 0 if it is none. Pillow
    makes room for all of them before it tells, so we look first."""
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return 0
    match content[12:16]:
        case b"VP8X":
            return (1 + int.from_bytes(content[24:27], "little")) * (
                1 + int.from_bytes(content[27:30], "little")
            )
        case b"VP8L":
            bits = int.from_bytes(content[21:25], "little")
            return (1 + (bits & 0x3FFF)) * (1 + (bits >> 14 & 0x3FFF))
    return (int.from_bytes(content[26:28], "little") & 0x3FFF) * (
        int.from_bytes(content[28:30], "little") & 0x3FFF
    )


def _drawn_anew(content: bytes) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of untidy files, and of large ones, which are refused here
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            _refuse_large(_is_too_much(picture, content))
            if picture.mode not in MODES:
                raise NotTaken("unreadable")
            return _saved(_upright(_small(picture), picture))


def _is_too_much(picture: Image.Image, content: bytes) -> bool:
    pixels = picture.width * picture.height
    passes = 1 if picture.format in ("PNG", "WEBP") else content.count(b"\xff\xda")
    return pixels > MOST_PIXELS or pixels * passes > MOST_WORK


def _small(picture: Image.Image) -> Image.Image:
    """What can be seen of the picture, on white paper, at the size that is kept."""
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    visible = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    visible.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    paper = Image.new("RGB", visible.size, "white")
    paper.paste(visible, mask=visible if visible.mode == "RGBA" else None)
    return paper


def _upright(small: Image.Image, picture: Image.Image) -> Image.Image:
    for turn in TURNS.get(picture.getexif().get(ORIENTATION, 1), ()):
        small = small.transpose(turn)
    return small


def _saved(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
