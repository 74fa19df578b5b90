"""Simplified and Traditional Chinese, as OpenCC knows them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from storesync.errors import ConfigError

__all__ = ["simplified", "traditional"]

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")


@cache
def _converter(direction: str) -> Callable[[str], str]:
    try:
        import opencc
    except ImportError:
        raise ConfigError(
            "Chinese texts are checked with OpenCC, which is not installed: pip install 'storesync[text]'"
        ) from None
    convert: Callable[[str], str] = opencc.OpenCC(direction).convert
    return convert


def simplified(text: str) -> str:
    """The text in Simplified characters, as many as before; texts without Han stay as they are."""
    return _same_length(text, "t2s")


def traditional(text: str) -> str:
    """The text in Traditional characters, as many as before; texts without Han stay as they are."""
    return _same_length(text, "s2t")


def _same_length(text: str, direction: str) -> str:
    if text.isascii() or _HAN.search(text) is None:
        return text
    convert = _converter(direction)
    made = convert(text)
    if len(made) == len(text):
        return made
    # A phrase changed its length; character by character no offset can move.
    return "".join(one if len(one := convert(each)) == 1 else each for each in text)
