"""Pictures and documents: named by the hash of their bytes, sent once."""

from __future__ import annotations

import re

from attrs import frozen

__all__ = ["File", "Image", "Media", "media_tokens"]

_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif"}
# Stands inside any string of a content document; the engine replaces it just before sending.
MEDIA_TOKEN = re.compile(r"media:([0-9a-f]{64}):([a-z][a-z0-9_-]*)")


@frozen(kw_only=True)
class File:
    """A file of the merchant's: where it lies, and the SHA-256 of its bytes."""

    sha256: str
    path: str
    type: str
    bytes: int
    name: str


@frozen
class Image:
    """A picture as a product or variant uses it.

    `locale` names the language of the text that is painted into it; empty when there is none.
    """

    sha256: str
    role: str = "main"
    variant: str = ""
    locale: str = ""

    @property
    def ref(self) -> str:
        """The token that stands for this picture inside content until it is sent."""
        return f"media:{self.sha256}:{self.role}"


@frozen
class Media:
    """A file as a driver sees it: named by hash, never held in memory by the driver.

    `bytes` is its size; `url` is a public address where the configuration declares one. No driver learns how the
    merchant called the file: that is in the merchant's language, and whatever a driver gets may leave.
    """

    sha256: str
    type: str
    bytes: int
    role: str = "main"
    url: str | None = None

    @property
    def name(self) -> str:
        """What a market may call the file: made of its hash, with the ending of its type."""
        return f"{self.sha256[:32]}{_ENDINGS.get(self.type, '')}"


def media_tokens(text: str) -> list[tuple[str, str]]:
    """Every (sha256, role) that `text` mentions, in order, also inside HTML and joined lists."""
    return MEDIA_TOKEN.findall(text)
