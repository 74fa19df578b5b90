"""Stars in place of secrets, however what repeats them spells them.

A credential comes back as it was sent, or as JSON, an address or HTML write it. In each of these spellings its letters
and digits stand as they are: its longest run of them says at the cost of one search that a text has none of it, and
only what has that run is looked at character by character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from functools import cached_property, lru_cache
from html.entities import codepoint2name, html5
from typing import Any, Final

__all__ = ["STARS", "Mask"]

STARS: Final = "********"
_RUN: Final = re.compile("[A-Za-z0-9]+")
_TELLING: Final = 4  # letters; a shorter run tells nothing: then every text is looked at closely
_LETTER: Final = re.compile(  # nobody needs to write a letter so, and JSON lets anybody
    r"\\+u00(3[0-9]|[46][1-9a-fA-F]|[57][0-9aA])"
)
_ENTITIES: Final[Mapping[str, str]] = {
    **{chr(point): name for point, name in codepoint2name.items()},
    **{text: name.rstrip(";") for name, text in html5.items() if len(text) == 1 and name.endswith(";")},
}
_ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "&": ("amp",),
    "<": ("lt",),
    ">": ("gt",),
    '"': ("quot",),
    "'": ("apos",),
}
_CODINGS: Final = ("utf-8", "latin-1", "gb18030", "utf-16-le", "utf-16-be")
# Every repetition is bounded: whoever knows the secret could else write a text that takes an hour to look through.
_AGAIN: Final = "(?:25){0,4}"
_ESCAPE: Final = rf"(?:\\|%{_AGAIN}5[cC])"
_AMP: Final = "&(?:amp;){0,4}"
_SPACE: Final = (
    rf"{_ESCAPE}{{1,8}}(?:[nrt]|u00(?:20|0[9aAdD]))"
    rf"|%{_AGAIN}(?:20|09|0[aAdD]|2[bB])|{_AMP}#(?:32|9|10|13);|\+|\s"
)


@lru_cache(maxsize=1024)
def _spelled(char: str) -> str:
    """A pattern for one character in every spelling; letters and digits have one."""
    if char.isascii() and char.isalnum():
        return char
    if char in " \t\r\n":
        return f"(?:{_SPACE}){{1,64}}"
    if char == "\\":
        return rf"(?:{_ESCAPE}{{1,8}}u005[cC]|{_ESCAPE}|{_AMP}(?:#92|#[xX]5[cC]|bsol);){{1,16}}"
    forms = [re.escape(char)]
    for one in {char, unicodedata.normalize("NFD", char)}:
        coded = one.encode("utf-8", "surrogatepass")
        forms.append("".join(f"%{_AGAIN}{_either(f'{byte:02x}')}" for byte in coded))
        units = one.encode("utf-16-be", "surrogatepass")
        pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
        forms.append("".join(rf"{_ESCAPE}{{1,8}}u{_either(pair)}" for pair in pairs))
        points = [(ord(part), _either(f"{ord(part):x}")) for part in one]
        forms.append("".join(f"{_AMP}#(?:0{{0,6}}{point}|[xX]0{{0,6}}{coded});" for point, coded in points))
        if one != char:
            forms.append(re.escape(one))
    names = (*_ALSO.get(char, ()), *filter(None, (_ENTITIES.get(char),)))
    forms += [f"{_AMP}{re.escape(name)};" for name in dict.fromkeys(names)]
    return rf"{_ESCAPE}{{0,8}}(?:{'|'.join(forms)})"


def _either(digits: str) -> str:
    return "".join(f"[{one}{one.upper()}]" if one.isalpha() else one for one in digits)


class Mask:
    """Finds `secrets` and puts stars in their place; one shorter than `least` characters is left alone.

    A shorter one would be found in any text by chance, and blot out what is no secret.
    """

    def __init__(self, secrets: Iterable[str], *, least: int) -> None:
        known = sorted({text for one in secrets if len(text := one.strip()) >= least}, key=len, reverse=True)
        self.secrets = tuple(known)
        self._runs = tuple(_run(one) for one in known)
        self._coded = tuple(run.encode() for run in dict.fromkeys(self._runs))
        self._numbers = {Decimal(one) for one in known if one.isascii() and one.isdecimal()}
        self._least = least
        self._patterns: dict[int, re.Pattern[str]] = {}

    def __repr__(self) -> str:
        return f"Mask({len(self.secrets)} secrets)"

    def _pattern(self, at: int) -> re.Pattern[str]:
        """For this secret, from its first letter on: what begins with letters is found as fast as a word is.

        Made when it is first asked for: to compile one costs as much as a hundred searches, and most never are.
        """
        known = self._patterns.get(at)
        if known is None:
            one = self.secrets[at]
            part = one[found.start() :] if (found := _RUN.search(one)) else one
            known = re.compile("".join(map(_spelled, part if len(part) >= self._least else one)))
            self._patterns[at] = known
        return known

    @cached_property
    def _bytes(self) -> re.Pattern[bytes]:
        """For what is no text, or text in a coding of its own."""
        forms = {form for one in self.secrets for form in _coded(one)}
        return re.compile(b"|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)))

    def text(self, said: str) -> str:
        """The text with stars; the same object when no secret stands in it."""
        plain = _LETTER.sub(_letter, said) if self.secrets and "\\u00" in said else said
        masked = plain
        for at, run in enumerate(self._runs):
            if run in masked:
                masked = self._pattern(at).sub(STARS, masked)
        return said if masked is plain or masked == plain else masked

    def value(self, value: Any) -> Any:
        """The JSON value with stars in its texts, names and numbers; the same object when no secret stands in it."""
        kind = type(value)
        if kind is str:
            return self.text(value)
        if kind is dict:
            masked = {self.text(name): self.value(part) for name, part in value.items()}
            same = all(
                a is b and c is d for (a, c), (b, d) in zip(masked.items(), value.items(), strict=False)
            )
            return value if same and len(masked) == len(value) else masked
        if kind is list:
            parts = [self.value(part) for part in value]
            return value if all(a is b for a, b in zip(parts, value, strict=True)) else parts
        if self._numbers and (kind is int or kind is Decimal):
            # abs() of a decimal rounds as the host's context says: a long number would go out unmasked.
            size = abs(value) if kind is int else value.copy_abs()
            return STARS if size in self._numbers else value
        return value

    def suspects(self, content: bytes) -> bool:
        """Whether a secret may stand in these bytes; where it is False none does."""
        for run in self._coded:
            if run in content:
                return True
        if not self.secrets:
            return False
        if b"\0" in content:  # a coding in which the letters of a run do not stand side by side
            return True
        return b"\\u00" in content and _LETTER.search(content.decode("latin-1")) is not None

    def content(self, content: bytes) -> bytes:
        """The bytes with stars, text or not; the same object when no secret stands in them."""
        if not self.suspects(content):
            return content
        try:
            content = _replaced(content, self.text(content.decode()), "utf-8")
        except UnicodeDecodeError:
            content = _replaced(content, self.text(content.decode("latin-1")), "latin-1")
        return self._bytes.sub(STARS.encode(), content)


def _run(secret: str) -> str:
    """The longest run of letters and digits, if it tells anything."""
    longest = max(_RUN.findall(secret), key=len, default="")
    return longest if len(longest) >= _TELLING else ""


def _letter(escaped: re.Match[str]) -> str:
    return chr(int(escaped[1], 16))


def _coded(secret: str) -> Iterator[bytes]:
    for coding in _CODINGS:
        with suppress(UnicodeEncodeError):
            yield secret.encode(coding)


def _replaced(before: bytes, text: str, coding: str) -> bytes:
    after = text.encode(coding)
    return before if after == before else after
