"""The hash that says which source text a translation was made from."""

from __future__ import annotations

from unicodedata import normalize

from storesync.model import Copy, digest

__all__ = ["source_hash"]


def source_hash(text: Copy) -> str:
    """32 hex digits that name the source texts of one product; a translation made from others is stale.

    Keywords are left out: they are no part of what is translated. Texts are compared in NFC.
    """
    return digest([normalize("NFC", part) for part in (text.title, text.description, *text.points)])
