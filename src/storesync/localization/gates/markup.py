"""What must come through a translation untouched: placeholders, tags, sun protection factors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from unicodedata import normalize

from storesync.localization.gates.verdict import Finding, Level

__all__ = ["PLACEHOLDER", "PROTECTION", "TAG", "markup"]

PLACEHOLDER = re.compile(
    r"\{%[^{}%]{0,80}%\}"
    r"|[$#]?\{\{[^{}]{0,80}\}\}"
    r"|[$#]?\{[ ]?[\w.:|-]*[ ]?\}"
    r"|\[\[[^\[\]]{1,80}\]\]"
    r"|%\(\w+\)[-+#0]*\d*(?:\.\d+)?[a-zA-Z]"
    # Not `50%`, and no Vietnamese word that follows a percent sign.
    r"|(?<![\d％%])%(?:\d+\$)?[-+#0]*\d*(?:\.\d+)?(?:hh?|ll?|[zjtL])?[sdiufeEgGxXc@](?![A-Za-zÀ-ỹ])"
)
"""`{fee}`, `{{ fee }}`, `${fee}`, `#{fee}`, `[[fee]]`, `{% if %}`, `%s`, `%i`, `%.2f`, `%1$s`, `%(fee)s`; not `50%`."""

TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)\b[^<>]*?(/?)>")
PROTECTION = re.compile(r"SPF\s?\d+\+?|PA\++", re.IGNORECASE)
"""A sun protection factor as packages write it, in every language."""

# The same in words, or with signs between.
_FACTOR = re.compile(
    r"(?:SPF|자외선\s?차단\s?지수|防晒(?:指数|系数|倍数)|chỉ\s?số\s?chống\s?nắng)\s?[(:：.-]?\s?(?:SPF\s?)?(?P<factor>\d+\s?[+＋]?)"
    r"|PA\s?[:：-]?\s?(?P<grade>[+＋]+)",
    re.IGNORECASE,
)
_VOID = frozenset({"br", "hr", "img", "wbr"})
# Most texts have none of these: no placeholder, tag or factor is without one.
_SIGNS = re.compile(r"[{}<>%\[+＜＞｛｝＋FfＦｆ]")


def markup(source: str, text: str, *, part: bool = False) -> Iterable[Finding]:
    """`placeholders`, `markup` and `protection` where a translation lost, changed or added one.

    Of a text that says a `part` of its source only, nothing is lost.
    """
    if _SIGNS.search(source) is None and _SIGNS.search(text) is None:
        return ()
    return chain(
        _placeholders(source, text, part=part),
        _tags(source, text, part=part),
        _protection(source, text, part=part),
    )


def _protection(source: str, text: str, *, part: bool) -> Iterator[Finding]:
    """A factor is written on a package and stands in a registration: none is lost, changed or made up."""
    wanted = Counter(name for name, _ in _factors(source))
    places = list(_factors(text))
    found = Counter(name for name, _ in places)
    for one in () if part else sorted((wanted - found).elements()):
        yield Finding("protection", Level.FAIL, f"{one} of the source is lost", 0, f"write {one}", lost=True)
    for one in sorted((found - wanted).elements()):
        offset = next(start for name, start in reversed(places) if name == one)
        yield Finding("protection", Level.FAIL, f"{one} is not in the source", offset, "remove it")


def _factors(text: str) -> Iterator[tuple[str, int]]:
    """The factors of a text as packages write them, with their places."""
    even = normalize("NFKC", text)
    for match in _FACTOR.finditer(even if len(even) == len(text) else text):
        name = f"SPF{match['factor']}" if match["factor"] else f"PA{match['grade']}"
        yield normalize("NFKC", "".join(name.split())), match.start()


def _placeholders(source: str, text: str, *, part: bool) -> Iterator[Finding]:
    wanted = Counter(_tight(match) for match in PLACEHOLDER.finditer(source))
    places = [(_tight(match), match.start()) for match in PLACEHOLDER.finditer(text)]
    found = Counter(name for name, _ in places)
    for one in () if part else sorted((wanted - found).elements()):
        yield Finding(
            "placeholders", Level.FAIL, f"the placeholder {one} is lost", 0, f"write {one}", lost=True
        )
    for one in sorted(found - wanted):
        offset = next(start for name, start in reversed(places) if name == one)
        yield Finding(
            "placeholders", Level.FAIL, f"{one} is no placeholder of the source", offset, "remove it"
        )


def _tight(match: re.Match[str]) -> str:
    """A placeholder without the spaces in it: `{{ fee }}` and `{{fee}}` are filled alike."""
    return "".join(match.group().split())


def _tags(source: str, text: str, *, part: bool) -> Iterator[Finding]:
    wanted = Counter(_named(match) for match in TAG.finditer(source))
    found = Counter(_named(match) for match in TAG.finditer(text))
    for one in () if part else sorted((wanted - found).elements()):
        yield Finding("markup", Level.FAIL, f"the tag {one} is lost", 0, f"write {one}", lost=True)
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
