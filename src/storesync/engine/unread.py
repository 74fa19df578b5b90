"""While the glossary cannot be read, nobody knows which words are never right: nothing new is shown."""

from __future__ import annotations

from collections.abc import Collection

from attrs import evolve

from storesync.issues import Issue, Issues
from storesync.model import digest
from storesync.prepare import Prepared

__all__ = ["held_for_words"]


def held_for_words(
    prepared: Prepared, known: Collection[str], live: Collection[str], doubt: str, at: str
) -> Prepared:
    """The same, held where its document is none of the `known` ones, by digest; offers of what is `live` go on.

    `doubt` is the place at which the glossary cannot be read.
    """
    if prepared.content is None or digest(prepared.content) in known:
        return prepared
    issue = Issue(
        "text.glossary",
        f"{prepared.key}/texts",
        f"{prepared.key} would show something new, and the glossary cannot be read ({doubt}): which words are never "
        "right is unknown",
        hint="mend the glossary; what is live stays as it is",
        at=at,
    )
    going = {sku: offer for sku, offer in prepared.offers.items() if sku in live}
    issues = Issues((*prepared.issues, issue))
    return evolve(prepared, content=None, goes=going if live else None, issues=issues)
