"""Pictures on disk: found by base name, known by the hash of their bytes, looked at before they are sent."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from storesync.catalog.record import Cells, shown
from storesync.model import File

__all__ = ["Gallery"]

_CHUNK = 1 << 20
_TAIL = 64  # some cameras append bytes after the end mark
_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
}
_BASE_NAME = re.compile(r"(?!\.)[^/\\:\x00-\x1f]{1,200}")


def _kind(head: bytes) -> str:
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return ""


def _complete(kind: str, tail: bytes) -> bool:
    if kind == "image/jpeg":
        return b"\xff\xd9" in tail
    if kind == "image/png":
        return b"IEND" in tail
    return True


class Gallery:
    """One folder of pictures. A name is a base name: nothing outside the folder is ever opened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, cells: Cells, column: str, name: str) -> File | None:
        """The picture of that name; None, with an issue at the cell, when it is missing or no picture."""
        if not _BASE_NAME.fullmatch(name):
            cells.error(
                column,
                "image_name",
                f"image {shown(name)} is no base name",
                f"put the file into {self.folder.name}/ and write its name only",
            )
            return None
        path = self.folder / name
        if not path.is_file():
            other = self._other_case(name)
            if other is None:
                cells.error(
                    column,
                    "image_missing",
                    f"image {shown(name)} is not in {self.folder.name}/",
                    "add the file, or take the name out",
                )
                return None
            cells.note(column, "image_case", f"image {shown(name)} is there as {other.name!r}")
            path = other
        try:
            return self._look(cells, column, path)
        except OSError as error:
            cells.error(column, "image_unreadable", f"image {shown(name)} cannot be read: {error.strerror}")
            return None

    def _other_case(self, name: str) -> Path | None:
        if not self.folder.is_dir():
            return None
        wanted = name.casefold()
        return min((path for path in self.folder.iterdir() if path.name.casefold() == wanted), default=None)

    def _look(self, cells: Cells, column: str, path: Path) -> File | None:
        size = path.stat().st_size
        digest = hashlib.sha256()
        head = tail = b""
        with path.open("rb") as file:
            while part := file.read(_CHUNK):
                head = head or part[:16]
                tail = (tail + part)[-_TAIL:]
                digest.update(part)
        kind = _kind(head)
        if not kind:
            what = "is empty" if not size else f"begins with {head[:8].hex(' ')}"
            cells.error(
                column, "image_broken", f"{path.name} is no picture: it {what}", "save it as JPEG or PNG"
            )
            return None
        if not _complete(kind, tail):
            cells.error(column, "image_cut", f"{path.name} ends too early ({size} bytes)", "copy it again")
            return None
        told = _TYPES.get(path.suffix.lower())
        if told != kind:
            cells.warn(column, "image_type", f"{path.name} is {kind}", "rename it to fit")
        return File(sha256=digest.hexdigest(), path=str(path), type=kind, bytes=size, name=path.name)
