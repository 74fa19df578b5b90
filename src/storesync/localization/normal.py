"""Text as storesync keeps it: NFC, without what nobody sees, with no more markup than a listing may have."""

from __future__ import annotations

import re
from unicodedata import is_normalized, normalize

from storesync.compliance import INVISIBLE
from storesync.errors import ConfigError

__all__ = ["ALLOWED_TAGS", "normal", "seen"]

ALLOWED_TAGS = frozenset(
    {"b", "strong", "i", "em", "u", "br", "p", "ul", "ol", "li", "h3", "h4", "sub", "sup", "span"}
)
"""What may stay of a supplier's HTML; everything else goes, scripts and styles with their content."""

_HIDDEN = re.compile(f"[{INVISIBLE}\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]")
_SPACE = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000\t]")
_TAG = re.compile(r"<(?:[A-Za-z][^<>]*|/[A-Za-z][^<>]*|!--.*?--)>", re.DOTALL)


def normal(text: str) -> str:
    """The text in normal form; the same text for all spellings that look the same."""
    if _TAG.search(text) is not None:
        text = _cleaned(text)
    return seen(text)


def seen(text: str) -> str:
    """The text without what nobody sees, its markup as it is."""
    if text.isascii() and text.isprintable():
        return text.strip()
    if not is_normalized("NFC", text):
        text = normalize("NFC", text)
    text = _SPACE.sub(" ", _HIDDEN.sub("", text))
    return "\n".join(line.strip() for line in text.splitlines()).strip()


def _cleaned(text: str) -> str:
    try:
        import nh3
    except ImportError:
        raise ConfigError(
            "a text holds HTML, which nh3 cleans, and nh3 is not installed: pip install 'storesync[text]'"
        ) from None
    return nh3.clean(text, tags=set(ALLOWED_TAGS), attributes={}, link_rel=None)
