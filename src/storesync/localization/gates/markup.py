"""What must come through a translation untouched: placeholders, tags, sun protection factors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from storesync.localization.gates.verdict import Finding, Level

__all__ = ["PLACEHOLDER", "PROTECTION", "TAG", "markup"]

PLACEHOLDER = re.compile(r"\$?\{\{?[\w.:-]*\}?\}|%\(\w+\)[sd]|(?<![\d％%])%(?:\d+\$)?[sd](?![A-Za-z])")
"""`{fee}`, `{{fee}}`, `${fee}`, `%s`, `%1$s`, `%(fee)s`; not `50%`."""

TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)\b[^<>]*?(/?)>")
PROTECTION = re.compile(r"SPF\s?\d+\+?|PA\++", re.IGNORECASE)

_VOID = frozenset({"br", "hr", "img", "wbr"})
_SIGNS = frozenset("{}<>%＜＞｛｝")


def markup(source: str, text: str) -> Iterator[Finding]:
    """`placeholders`, `markup` and `protection` where a translation lost, changed or added one."""
    if not (_SIGNS.isdisjoint(source) and _SIGNS.isdisjoint(text)):
        yield from _placeholders(source, text)
        yield from _tags(source, text)
    if "+" in source or "+" in text:
        wanted, found = _factors(source), _factors(text)
        for one in sorted((wanted - found).elements()):
            yield Finding("protection", Level.FAIL, f"{one} of the source is lost", 0, f"write {one}")


def _factors(text: str) -> Counter[str]:
    return Counter("".join(one.split()).upper() for one in PROTECTION.findall(text))


def _placeholders(source: str, text: str) -> Iterator[Finding]:
    wanted = Counter(PLACEHOLDER.findall(source))
    places = [(match.group(), match.start()) for match in PLACEHOLDER.finditer(text)]
    found = Counter(name for name, _ in places)
    for one in sorted((wanted - found).elements()):
        yield Finding("placeholders", Level.FAIL, f"the placeholder {one} is lost", 0, f"write {one}")
    for one in sorted(found - wanted):
        offset = next(start for name, start in reversed(places) if name == one)
        yield Finding(
            "placeholders", Level.FAIL, f"{one} is no placeholder of the source", offset, "remove it"
        )


def _tags(source: str, text: str) -> Iterator[Finding]:
    wanted = Counter(_named(match) for match in TAG.finditer(source))
    found = Counter(_named(match) for match in TAG.finditer(text))
    for one in sorted((wanted - found).elements()):
        yield Finding("markup", Level.FAIL, f"the tag {one} is lost", 0, f"write {one}")
    for one in sorted((found - wanted).elements()):
        offset = next(match.start() for match in TAG.finditer(text) if _named(match) == one)
        yield Finding("markup", Level.FAIL, f"the tag {one} is not in the source", offset, "remove it")
    if wanted == found and (offset := _unbalanced(text)) >= 0 and _unbalanced(source) < 0:
        yield Finding(
            "markup", Level.FAIL, "the tags do not close each other", offset, "nest them as the source does"
        )


def _named(match: re.Match[str]) -> str:
    return f"<{match.group(1)}{match.group(2).lower()}{match.group(3)}>"


def _unbalanced(text: str) -> int:
    """Where a tag opens or closes alone; -1 when none does."""
    opened: list[tuple[str, int]] = []
    for match in TAG.finditer(text):
        name = match.group(2).lower()
        if name in _VOID or match.group(3):
            continue
        if not match.group(1):
            opened.append((name, match.start()))
        elif not opened or opened.pop()[0] != name:
            return match.start()
    return opened[0][1] if opened else -1
