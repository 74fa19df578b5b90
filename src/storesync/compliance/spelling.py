"""Vietnamese has two everyday spellings of many syllables, and letters that look like others: one of each is compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from unicodedata import combining, normalize

__all__ = ["EITHER", "one_spelling", "unmarked"]

# The tone of an open syllable stands on either vowel: hoá and hóa, khoẻ and khỏe, thuý and thúy.
_TONES = MappingProxyType(
    {
        old + with_tone: first + plain
        for old, plain, tones, firsts in (
            ("o", "a", "áàảãạ", "óòỏõọ"),
            ("o", "e", "éèẻẽẹ", "óòỏõọ"),
            ("u", "y", "ýỳỷỹỵ", "úùủũụ"),
        )
        for with_tone, first in zip(tones, firsts, strict=True)
    }
)
# y and i alike after these consonants: bác sỹ and bác sĩ, kỳ and kì, mỹ and mĩ.
_Y_TO_I = MappingProxyType(dict(zip("ýỳỷỹỵ", "íìỉĩị", strict=True)))
# An old typewriter's Đ, and letters of other alphabets that look the same.
_LOOKS = MappingProxyType(
    {
        "ð": "đ", "ɖ": "đ",
        "а": "a", "в": "b", "е": "e", "к": "k", "м": "m", "н": "h", "о": "o", "р": "p", "с": "c", "т": "t", "у": "y",
        "х": "x", "і": "i", "ј": "j", "ѕ": "s", "һ": "h", "ԁ": "d", "ԛ": "q", "ԝ": "w",
        # Of 妆 OpenCC knows 妝 alone.
        "粧": "妆",
        "α": "a", "β": "b", "ε": "e", "ι": "i", "κ": "k", "ο": "o", "ρ": "p", "τ": "t", "χ": "x",
    }
)  # fmt: skip
_OTHER = re.compile(rf"o[áàảãạéèẻẽẹ]|u[ýỳỷỹỵ]|(?<=(?<![^\W_])[hklmst])[ýỳỷỹỵ](?![^\W_])|[{''.join(_LOOKS)}]")
# The same, beginning with the rarer second letter: whether there is any is asked of every text.
_ANY = re.compile(
    f"[áàảãạéèẻẽẹýỳỷỹỵ{''.join(_LOOKS)}]"
    rf"(?:(?<=o[áàảãạéèẻẽẹ])|(?<=u[ýỳỷỹỵ])|(?<=(?<![^\W_])[hklmst][ýỳỷỹỵ])|(?<=[{''.join(_LOOKS)}]))"
)
_ONE: Mapping[str, str] = MappingProxyType({**_TONES, **_Y_TO_I, **_LOOKS})

EITHER: Mapping[str, str] = MappingProxyType({y: f"[{y}{i}]" for y, i in _Y_TO_I.items()})
"""What stands in an expression for a letter that a folded text may hold in either spelling."""


def one_spelling(text: str) -> str:
    """A text in lower case with one of the spellings, as many characters as before."""
    return _OTHER.sub(lambda found: _ONE[found.group()], text) if _ANY.search(text) is not None else text


def unmarked(text: str) -> str:
    """A text in lower case without tones and other marks: trị mụn is tri mun."""
    return "".join(one for one in normalize("NFD", text.replace("đ", "d")) if not combining(one))
