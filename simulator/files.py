"""Pictures, voices and documents that passed through Telegram,
and the addresses under which they can be had for an hour."""

import io
import itertools
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, UnidentifiedImageError

from simulator.asked import Asked, Declined, Method, bad

DOWNLOAD_LIMIT = 20 * 1024 * 1024
FOLDERS = {
    "photo": ("photos", ".jpg"),
    "voice": ("voice", ".oga"),
    "document": ("documents", ""),
    "sticker": ("stickers", ".webp"),
}
SIDES = (90, 320)  # of the smaller copies of a picture
NO_PICTURE = (1280, 960)  # what a client says of a picture that cannot be opened


@dataclass(frozen=True)
class File:
    """One file. A document may have no content here, only a size."""

    kind: str
    content: bytes
    size: int
    mime: str
    id: str = field(default_factory=lambda: "AgAC" + secrets.token_urlsafe(24))
    unique_id: str = field(default_factory=lambda: "AQAD" + secrets.token_urlsafe(9))

    def wire(self) -> dict[str, Any]:
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": self.size}

    def read(self) -> bytes:
        return self.content or bytes(self.size)


class Files:
    """Every file. An address for downloading lives for `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._files: dict[str, File] = {}
        self._paths: dict[str, tuple[File, float]] = {}
        self._numbers = itertools.count(1)

    @property
    def methods(self) -> dict[str, Method]:
        return {"getFile": self.address}

    def keep(self, kind: str, content: bytes, mime: str, size: int = 0) -> File:
        """Take in a file."""
        file = File(kind, content, size or len(content), mime)
        with self._lock:
            self._files[file.id] = file
        return file

    def photo(self, content: bytes) -> tuple[File, list[dict[str, Any]]]:
        """Take in a picture; the picture itself, and all its
        sizes as they go over the wire, the smallest first."""
        sizes = [(self.keep("photo", small, "image/jpeg"), side) for small, side in copies(content)]
        whole = self.keep("photo", content, "image/jpeg")
        every = [*sizes, (whole, measured(content))]
        return whole, [{**file.wire(), "width": width, "height": height} for file, (width, height) in every]

    def file(self, file_id: str) -> File | None:
        return self._files.get(file_id)

    def address(self, asked: Asked) -> dict[str, Any]:
        """The answer to getFile: where the file can be had from now on. Raises Declined."""
        if not (file := self.file(asked.text("file_id"))):
            raise bad("invalid file_id" if "file_id" in asked else "file_id not specified")
        if file.size > DOWNLOAD_LIMIT:
            raise bad("file is too big")
        folder, ending = FOLDERS[file.kind]
        with self._lock:
            path = f"{folder}/file_{next(self._numbers)}{ending}"
            self._paths[path] = file, time.monotonic() + self._seconds
        return {**file.wire(), "file_path": path}

    def at(self, path: str) -> File:
        """The file at an address that still lives. Raises Declined."""
        file, until = self._paths.get(path, (None, 0.0))
        if not file or time.monotonic() >= until:
            raise Declined(404, "Not Found")
        return file


def measured(content: bytes) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return NO_PICTURE


def copies(content: bytes) -> list[tuple[bytes, tuple[int, int]]]:
    """Smaller copies, if it is a picture and large enough for them."""
    made = []
    try:
        for side in SIDES:
            with Image.open(io.BytesIO(content)) as picture:
                if max(picture.size) > side:
                    picture.thumbnail((side, side))
                    picture.convert("RGB").save(small := io.BytesIO(), "JPEG")
                    made.append((small.getvalue(), picture.size))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return []
    return made
