"""Lists and values as people write them: their names, in one spelling, and how much a finding about them weighs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import normalize

from storesync.issues import Severity
from storesync.localization import APPROVED, ReferenceText, normal

__all__ = ["JOINED", "composed", "parts_of", "same", "some_of", "weight_of"]

_INSIDE = re.compile(r"[(（\[［][^()（）\[\]［］]*[)）\]］]")
# "5,5 g" keeps its comma.
_ENDS = re.compile(r"[、；;，·ㆍ・\n]|,(?!\d)")
# 牛奶和大豆, sữa và đậu nành. What is no name of its own is counted all the same: more than enough is enough.
JOINED = re.compile(
    r"[、；;，·ㆍ・\n和及与或&+]|,(?!\d)|(?<![^\W_])(?:và|hoặc|cùng|and)(?![^\W_])|(?<=[\u3400-\u9fff%]) "
)
_SHOWN = 3


def parts_of(text: str, ends: re.Pattern[str] = _ENDS) -> tuple[str, ...]:
    """The names of a written list; what stands in brackets belongs to its name."""
    plain = text
    while (less := _INSIDE.sub("", plain)) != plain:
        plain = less
    return tuple(part.strip() for part in ends.split(plain) if part.strip())


def same(text: str) -> str:
    """A value as it is compared: without marks of the page, in NFKC and lower case."""
    return normalize("NFKC", normal(text)).casefold()


def some_of(names: Sequence[str]) -> str:
    """The first of several names, and how many more there are."""
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def composed(delivered: ReferenceText) -> bool:
    """Whether nobody delivered these attributes: tables made them."""
    return "attributes" in delivered.made


def weight_of(delivered: ReferenceText, *, grave: bool) -> Severity:
    """What a finding about a row weighs: a note once a person approved it, unless it is grave or nobody delivered it."""
    if grave or composed(delivered):
        return Severity.ERROR
    return Severity.NOTE if delivered.state in APPROVED else Severity.WARNING
