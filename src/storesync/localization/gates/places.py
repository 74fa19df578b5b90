"""Whether amounts stayed where they belong: doses that changed places are the same figures, and wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from unicodedata import normalize

from storesync.localization.gates.figures import Figure
from storesync.localization.gates.nouns import amounts_by_noun
from storesync.localization.gates.units import counted_alike
from storesync.localization.gates.verdict import Finding, Level
from storesync.localization.locale import language

__all__ = ["moved", "same_things"]

# What tells before or behind an amount that another one is of so much.
_PER: Mapping[str, tuple[re.Pattern[str] | None, re.Pattern[str] | None]] = {
    "ko": (None, re.compile(r"\s?(?:당|마다|기준)")),
    "zh": (re.compile(r"[每/]\s?\Z"), None),
    "vi": (re.compile(r"(?:mỗi|trong|trên|/)\s?\Z"), None),
}
_NEAR = 8


def same_things(one: Figure, other: Figure) -> bool:
    """Whether two figures say that they are amounts of the same things."""
    if one.unit or other.unit:
        return one.unit == other.unit
    return bool(one.counter and other.counter) and counted_alike(one.counter, other.counter) is True


def moved(
    source: str,
    text: str,
    said: tuple[Figure, ...],
    shown: tuple[Figure, ...],
    source_locale: str,
    locale: str,
) -> Iterator[Finding]:
    """`numbers`: amounts of the same things that changed places, by the nouns that they stand by, else by their order.

    Another order may be right, and no approval settles whether it is: a person who reads fast sees all figures there.
    """
    for group in _groups(said):
        others = _others(group, said, shown)
        (per, some), (by, same) = _by_each(source, group, source_locale), _by_each(text, others, locale)
        if len(per) != 1 or len(by) != 1:  # 30ml/50ml are two sizes
            some, same = tuple(group), tuple(others)
        elif per[0].value != by[0].value:
            yield _changed(per[0], by[0])
        if len(some) < 2 or sorted(one.value for one in some) != sorted(one.value for one in same):
            continue
        read = tuple(amounts_by_noun(text, locale, same))
        both = (
            (nouns, there)
            for nouns in amounts_by_noun(source, source_locale, some)
            for there in read
            if nouns.keys() == there.keys()
        )
        if (found := next(both, None)) is not None:
            nouns, there = found
            yield from (
                _changed(one, there[row]) for row, one in nouns.items() if one.value != there[row].value
            )
        elif [one.value for one in some] != [one.value for one in same]:
            order = (
                f"{', '.join(one.written for one in some)} became {', '.join(one.written for one in same)}"
            )
            message = f"the amounts stand in another order than in the source: {order}"
            hint = "see what each of them belongs to, or name them in the order of the source"
            yield Finding("numbers", Level.REVIEW, message, same[0].offset, hint, lasting=True)


def _groups(said: tuple[Figure, ...]) -> list[list[Figure]]:
    """Figures of the same things, where they differ."""
    groups: list[list[Figure]] = []
    for one in said:
        if not (one.unit or one.counter):
            continue
        for group in groups:
            if same_things(group[0], one):
                group.append(one)
                break
        else:
            groups.append([one])
    return [group for group in groups if any(one.value != group[0].value for one in group)]


def _others(group: Sequence[Figure], said: Sequence[Figure], shown: Sequence[Figure]) -> list[Figure]:
    """The figures of a text that may be those of a group, in their order: bare ones only where others do not suffice."""
    rest = list(shown)
    for one in said:
        if one not in group:  # 片 counts sheets, and tablets: what goes with another amount is none of these
            match = (two for two in rest if two.value == one.value and same_things(one, two))
            if (other := next(match, None)) is not None:
                rest.remove(other)
    values = {one.value for one in group}
    some = [one for one in rest if one.value in values and same_things(group[0], one)]
    if len(some) < len(group):
        some += [one for one in rest if one.value in values and not (one.unit or one.counter)]
    return sorted(some, key=lambda one: one.offset)


def _changed(one: Figure, other: Figure) -> Finding:
    message = f"{one.written!r} of the source became {other.written!r}: amounts changed places"
    return Finding("numbers", Level.FAIL, message, other.offset, f"write {one.written}")


def _by_each(text: str, some: Sequence[Figure], locale: str) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
    """The figures that others are told of, and the others: 100g당 단백질 20g is 20g đạm mỗi 100g."""
    even = normalize("NFKC", text).casefold()
    before, after = _PER.get(language(locale), (None, None))
    per = tuple(
        one
        for one in some
        if (before is not None and before.search(even, max(0, one.offset - _NEAR), one.offset))
        or (after is not None and after.match(even, one.offset + len(one.written)))
    )
    return per, tuple(one for one in some if one not in per)
