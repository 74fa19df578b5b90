"""The last look before anything may leave: no script on a page that its readers do not read, or its market refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from storesync.issues import Issue, Issues, Severity
from storesync.localization import SCRIPTS, foreign
from storesync.model import Listing, Script

__all__ = ["code_leaks", "content_leaks", "listing_leaks"]

_CODES = {"hangul": "text.korean_left", "han": "text.han_left", "kana": "text.kana_left"}
_SHOWN = 3


def _leaks(text: str, path: str, locales: tuple[str, ...], refused: frozenset[Script]) -> Iterator[Issue]:
    runs = foreign(text, locales, refused=refused)
    for script in dict.fromkeys(run.script for run in runs):
        first = next(run for run in runs if run.script == script)
        said, own = f"{SCRIPTS[script]} {first.text!r} stands at {first.offset}", foreign(first.text, locales)
        yield Issue(
            _CODES[script],
            path,
            f"{said} of a text in {', '.join(locales)}"
            if own
            else f"{said}, which this market takes in no text",
            hint="translate it; foreign text never leaves" if own else "write it in other characters",
        )


def _listing(listing: Listing, own: tuple[str, ...]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every text of a listing that a buyer may read, with its path and its language."""
    for locale, text in listing.texts.items():
        path, here = f"texts/{locale}", (locale,)
        yield text.title, f"{path}/title", here
        yield text.description, f"{path}/description", here
        for number, point in enumerate(text.points):
            yield point, f"{path}/points/{number}", here
        for number, keyword in enumerate(text.keywords):
            yield keyword, f"{path}/keywords/{number}", here
    yield listing.brand.text, "brand", own
    for id_, choices in listing.attributes.items():
        for choice in choices:
            yield choice.text, f"attributes/{id_}", own
            yield choice.unit, f"attributes/{id_}/unit", own
    for axis in listing.axes:
        yield axis.name, f"axes/{axis.code}/name", own
        for locale, name in axis.names.items():
            yield name, f"axes/{axis.code}/names/{locale}", (locale,)
        for code, choice in axis.choices.items():
            yield choice.text, f"axes/{axis.code}/choices/{code}", own
    for variant in listing.variants:
        for id_, choices in variant.attributes.items():
            for choice in choices:
                yield choice.text, f"variants/{variant.sku}/attributes/{id_}", own


def listing_leaks(
    listing: Listing, locales: tuple[str, ...], refused: frozenset[Script] = frozenset()
) -> Issues:
    """Every text in a script that its language is not written in, or the market refuses in all languages.

    The first locale is the listing's own.
    """
    return Issues(
        tuple(
            issue
            for text, path, here in _listing(listing, locales[:1])
            for issue in _leaks(text, path, here, refused)
        )
    )


def code_leaks(listing: Listing, locales: tuple[str, ...]) -> Issues:
    """The merchant's own codes in a script that the market does not read: they find listings again, so they stay."""
    codes = (listing.key, *(variant.sku for variant in listing.variants))
    strange = [code for code in dict.fromkeys(codes) if foreign(code, locales)]
    if not strange:
        return Issues()
    named = ", ".join(strange[:_SHOWN]) + (
        f" and {len(strange) - _SHOWN} more" if len(strange) > _SHOWN else ""
    )
    return Issues(
        (
            Issue(
                "text.code_foreign",
                "key",
                f"{'the code' if len(strange) == 1 else 'the codes'} {named} of {listing.key} "
                f"{'reaches' if len(strange) == 1 else 'reach'} the shop as written, and its market does not read that",
                Severity.WARNING,
                "write codes in Latin letters and digits, before the first listing: a listing is found again by them",
            ),
        )
    )


def content_leaks(
    content: Mapping[str, Any],
    listing: Listing,
    locales: tuple[str, ...],
    refused: frozenset[Script] = frozenset(),
) -> Issues:
    """The same for the rendered document, whatever the driver put into it: values and names alike.

    Keys and SKUs are the merchant's identifiers and are no text (`code_leaks` tells them); the market's
    rule document is not ours.
    """
    identifiers = {listing.key, *(variant.sku for variant in listing.variants)}

    def walk(value: Any, path: str) -> Iterator[Issue]:
        if isinstance(value, str):
            if value not in identifiers:
                yield from _leaks(value, path, locales, refused)
        elif isinstance(value, Mapping):
            for key, part in value.items():
                if key not in identifiers:
                    yield from _leaks(key, f"{path}/{key}", locales, refused)
                yield from walk(part, f"{path}/{key}")
        elif isinstance(value, list | tuple):
            for number, part in enumerate(value):
                yield from walk(part, f"{path}/{number}")

    return Issues(tuple(walk(content, "content")))
