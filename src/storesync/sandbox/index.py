"""The search index of a market: exact codes and keyword words, fed as late as the market says."""

import re
from collections.abc import Iterable

from storesync.sandbox.records import Listing

WORD = re.compile(r"[^\W_]+")


class SearchIndex:
    """Inverted lists of words; each listing is known by the last entry that was put."""

    def __init__(self) -> None:
        self._postings: dict[str, dict[int, None]] = {}
        self._entries: dict[int, frozenset[str]] = {}
        self._identities: dict[int, tuple[str, ...]] = {}

    def entry(self, listing: Listing) -> frozenset[str] | None:
        """The listing's new words to be put when due, or none when nothing searchable changed."""
        identity = (listing.key, listing.title, *(sku.code for sku in listing.skus.values()))
        if self._identities.get(listing.id) == identity:
            return None
        self._identities[listing.id] = identity
        words = {f"={listing.key}"}
        words.update(f"#{code}" for code in identity[2:] if code)
        words.update(f"k:{word}" for word in WORD.findall(listing.key.lower()))
        words.update(f"t:{word}" for word in WORD.findall(listing.title.lower()))
        return frozenset(words)

    def put(self, listing: Listing, entry: frozenset[str]) -> None:
        """Know the listing by these words from now on; a deleted one stays unknown."""
        if not listing.alive:
            return
        before = self._entries.get(listing.id, frozenset())
        for word in before - entry:
            self._postings[word].pop(listing.id, None)
        for word in entry - before:
            self._postings.setdefault(word, {})[listing.id] = None
        self._entries[listing.id] = entry

    def drop(self, listing: int) -> None:
        """Forget a listing at once."""
        for word in self._entries.pop(listing, frozenset()):
            self._postings[word].pop(listing, None)

    def exact(self, key: str) -> Iterable[int]:
        """Listings with exactly this own key."""
        return self._postings.get(f"={key}", ())

    def exact_sku(self, code: str) -> Iterable[int]:
        """Listings with a SKU of exactly this code."""
        return self._postings.get(f"#{code}", ())

    def coded(self, words: str) -> Iterable[int]:
        """Listings whose own key holds every word."""
        return self._every("k", words)

    def titled(self, words: str) -> Iterable[int]:
        """Listings whose title holds every word."""
        return self._every("t", words)

    def _every(self, field: str, words: str) -> Iterable[int]:
        postings = [self._postings.get(f"{field}:{word}", {}) for word in WORD.findall(words.lower())]
        if not postings:
            return []
        postings.sort(key=len)
        return [item for item in postings[0] if all(item in other for other in postings[1:])]
