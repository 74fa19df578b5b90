"""A text without what was put between the characters or words of it, so that no sign hides a wording.

Whatever is neither letter nor digit counts, as Unicode adds it: spaces, dots, quotes, hearts, emoji, tags. Clauses stay
apart: 适中，药效 must not read as 中药.
"""

from __future__ import annotations

import re

from storesync.compliance.fold import Folded

__all__ = ["spread"]

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_OPEN, _CLOSE = "(\\[{【《〈「『〔", ")\\]}】》〉」』〕"
# Clause punctuation counts only between single characters.
_APART = f",;:!?、。{_OPEN}{_CLOSE}\n"
_TAG = re.compile(r"</?[a-z][^<>]{0,80}>")
_ONE_HAN = re.compile(rf"[{_OPEN}]([{_HAN}])[{_CLOSE}]")
_ONE_WORD = re.compile(rf"[{_OPEN}]([^\W\d_]+)[{_CLOSE}]")

_SOFT_HAN, _ANY = f"[^\\w{_APART}]", "[^\\w]"
# Letters that stand alone spell a word: E·G·F.
# Each begins with what is rare in a text and looks back from there: looking back from everywhere is slow.
_BETWEEN_HAN = re.compile(
    rf"{_ANY}(?:(?<=[{_HAN}]{_SOFT_HAN}){_SOFT_HAN}*(?=[{_HAN}])"
    rf"|(?<=(?<![{_HAN}])[{_HAN}]{_ANY}){_ANY}*(?=[{_HAN}](?![{_HAN}]))"
    rf"|(?<=(?<![a-z])[a-z]{_SOFT_HAN}){_SOFT_HAN}*(?=[a-z](?![a-z])))"
)
_SIGN = f"[^\\w\\s{_APART}]"
_LONE = f"[^\\w\\s{_APART}.…‐-―\\-]"  # with spaces around it, a dot ends a sentence and a dash parts two
_BETWEEN_WORDS = re.compile(
    rf"{_SIGN}(?:(?<=[^\W_].){_SIGN}*(?=[^\W_])"
    rf"|(?<={_LONE})(?:(?<=[^\W_].)|(?<=[^\W_][ ].))(?:{_LONE}|[ ])*(?=[^\W_]))"
)


def _plain(text: str, *, spaced: bool, lines: bool) -> str:
    """As many characters as before: what looks like a word and is none, and brackets around one word, become dots."""
    if "_" in text:
        text = text.replace("_", "·")
    if "<" in text:
        text = _TAG.sub(lambda tag: "·" * len(tag.group()), text)
    if lines and "\n" in text:
        text = text.replace("\n", "·")
    single = _ONE_WORD if spaced else _ONE_HAN
    return single.sub(r"·\1·", text) if single.search(text) is not None else text


def spread(folded: Folded, *, spaced: bool, lines: bool = False) -> Folded | None:
    """The text without signs inside of words, or between the words of a language that is `spaced`; None when it has none.

    With `lines` the end of a line parts nothing, either.
    """
    text = folded.text
    if spaced and text.replace(" ", "").replace(",", "").rstrip(".").isalnum():
        return None  # what most texts are
    text = _plain(text, spaced=spaced, lines=lines)
    pattern = _BETWEEN_WORDS if spaced else _BETWEEN_HAN
    if pattern.search(text) is None:
        return None
    kept: list[int] = []
    parts: list[str] = []
    after = 0
    for gap in pattern.finditer(text):
        kept += range(after, gap.start())
        parts.append(text[after : gap.start()])
        if spaced and text[gap.start() - 1] != " ":
            kept.append(gap.start())
            parts.append(" ")
        after = gap.end()
    kept += range(after, len(text))
    parts.append(text[after:])
    return Folded(folded.original, "".join(parts), tuple(kept), folded)
