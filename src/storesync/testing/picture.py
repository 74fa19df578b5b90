"""Pictures that exist: small PNG files with their hashes, so that uploads carry bytes."""

from __future__ import annotations

import hashlib
import struct
import tempfile
import zlib
from functools import cache
from pathlib import Path
from typing import Final

from attrs import frozen

from storesync.model import File, Image

__all__ = ["IMAGE", "Picture", "file_of", "picture"]


def _png(shade: int) -> bytes:
    """A grey picture of 8 × 8 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + bytes([shade]) * 24 for _ in range(8))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@frozen
class Picture:
    """One picture: as a listing names it, and as the file that it is."""

    image: Image
    file: File


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="storesync-")  # gone with the process


@cache
def picture(number: int) -> Picture:
    """The picture with this number; number 0 is white."""
    data = _png(255 - number % 256)
    # Named as a Korean supplier names it: no market may ever hear of that.
    path = Path(_folder().name, f"사진-{number}.png")
    path.write_bytes(data)
    sha256 = hashlib.sha256(data).hexdigest()
    file = File(sha256=sha256, path=str(path), type="image/png", bytes=len(data), name=path.name)
    _FILES[sha256] = path
    return Picture(Image(sha256, "main"), file)


_FILES: dict[str, Path] = {}


def file_of(sha256: str) -> Path | None:
    """Where the picture with this hash lies; None for one that nobody asked for."""
    return _FILES.get(sha256)


IMAGE: Final = Image(hashlib.sha256(_png(255)).hexdigest(), "main")
"""A picture that the kit has as a real file: put it into the listings, so that uploads carry bytes."""
