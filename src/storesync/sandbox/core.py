"""The truth of one emulated platform: listings, files, moderation, search index, call log.

There are no threads and no timers. Everything that is due later (late effects, moderation verdicts, the
search index) waits in one heap and is settled at the next call or by `settle()`, at the time it was due,
so a market runs the same under a virtual clock and a real one.
"""

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from storesync.sandbox.accounts import Accounts
from storesync.sandbox.behavior import Behavior
from storesync.sandbox.faults import FaultSchedule
from storesync.sandbox.index import SearchIndex
from storesync.sandbox.records import (
    DELETED,
    HIDDEN,
    IN_REVIEW,
    LIVE,
    REJECTED,
    STATUSES,
    CallRecord,
    Event,
    Listing,
    Sku,
    StoredFile,
    exported,
)


class Market(Accounts):
    """The in-memory truth of one emulated platform."""

    def __init__(
        self,
        *,
        name: str,
        now: Callable[[], datetime],
        behavior: Behavior | None = None,
        first_listing: int = 9_007_199_254_741_001,
        first_sku: int = 9_107_199_254_741_001,
    ) -> None:
        super().__init__(now, behavior or Behavior())
        self.name = name
        self.faults = FaultSchedule.none()
        self.listings: dict[int, Listing] = {}
        self.files: dict[str, StoredFile] = {}
        self.addresses: dict[str, StoredFile] = {}
        self.forgotten: dict[str, StoredFile] = {}
        self.named: Counter[tuple[str, str]] = Counter()
        self.calls: deque[CallRecord] = deque(maxlen=self.behavior.log_limit)
        self.events: deque[Event] = deque(maxlen=self.behavior.log_limit)
        self.counters: Counter[str] = Counter()
        self.replayed: set[str] = set()
        self.honored: dict[str, tuple[datetime, int]] = {}
        self._listing_id = first_listing
        self._sku_id = first_sku
        self._index = SearchIndex()

    # -- listings ---------------------------------------------------------------------------------------

    def next_sku(self) -> int:
        """A new SKU id."""
        self._sku_id += 1
        return self._sku_id

    def create(
        self,
        *,
        shop: str,
        key: str,
        title: str,
        category: str,
        price: Decimal,
        stock: int,
        status: str = LIVE,
        images: list[str] | None = None,
        content: dict[str, Any] | None = None,
        skus: Iterable[Sku] = (),
    ) -> Listing:
        """Make a listing; it enters moderation if there is any, and the search index when that catches up."""
        now = self.time()
        self._listing_id += 1
        listing = Listing(
            id=self._listing_id,
            shop=shop,
            key=key,
            title=title,
            category=category,
            status=status,
            wanted=status,
            price=price,
            stock=stock,
            skus={sku.id: sku for sku in skus},
            images=images or [],
            content=content or {},
            created=now,
            modified=now,
            visible=now + timedelta(seconds=self.behavior.search_lag),
        )
        self.listings[listing.id] = listing
        self.event("created", listing, key=key)
        self._review(listing)
        self._reindex(listing)
        return listing

    def changed(self, listing: Listing, *, content: bool = False) -> None:
        """Note a change: time, index, and moderation again if the content changed."""
        listing.modified = self.time()
        listing.revision += 1
        if listing.skus:
            listing.stock = sum(sku.stock for sku in listing.skus.values())
        if content:
            self._review(listing)
        self._reindex(listing)

    def show(self, listing: Listing) -> None:
        """Put a listing on sale, once moderation allows it."""
        self._move(listing, LIVE)

    def hide(self, listing: Listing) -> None:
        """Take a listing off sale without ending it."""
        self._move(listing, HIDDEN)

    def end(self, listing: Listing) -> None:
        """Delete a listing for good; its record stays for the judges."""
        listing.status = listing.wanted = DELETED
        listing.modified = self.time()
        self._index.drop(listing.id)
        self.event("deleted", listing)

    def ban(self, listing: Listing, reason: str, *, status: str = REJECTED) -> None:
        """Take a listing off sale by the platform's decision."""
        listing.status, listing.reason = status, reason
        listing.modified = self.time()
        self.event(status, listing, reason=reason)

    def get(self, listing: int) -> Listing | None:
        """A listing by id, also a deleted one; a new one is unknown until `read_lag` is over."""
        found = self.listings.get(listing)
        if found is None or not self.behavior.read_lag:
            return found
        readable = found.created + timedelta(seconds=self.behavior.read_lag)
        return found if readable <= self.time() else None

    def extendable(self, listing: Listing) -> bool:
        """Whether a new listing already accepts its second step."""
        return listing.created + timedelta(seconds=self.behavior.extend_lag) <= self.time()

    def with_key(self, shop: str, key: str) -> list[Listing]:
        """Listings of the shop with exactly this own key, as far as the search index knows."""
        return self._owned(shop, self._index.exact(key))

    def with_sku(self, shop: str, code: str) -> list[Listing]:
        """Listings of the shop with a SKU of exactly this code, as far as the search index knows."""
        return self._owned(shop, self._index.exact_sku(code))

    def with_words(self, shop: str, words: str, *, title: bool = False) -> list[Listing]:
        """Listings whose own key (or title) holds every word, as far as the search index knows."""
        return self._owned(shop, self._index.titled(words) if title else self._index.coded(words))

    def _owned(self, shop: str, ids: Iterable[int]) -> list[Listing]:
        return [item for item in map(self.listings.__getitem__, ids) if item.shop == shop and item.alive]

    def _reindex(self, listing: Listing) -> None:
        entry = self._index.entry(listing)
        if entry is not None:
            self.later(self.behavior.search_lag, lambda: self._index.put(listing, entry))

    def listed(self, shop: str) -> Iterator[Listing]:
        """The shop's listings, deleted ones too, as far as list queries see them, oldest first."""
        now = self.time()
        return (item for item in self.listings.values() if item.shop == shop and item.visible <= now)

    def event(self, name: str, listing: Listing, **detail: Any) -> None:
        """Note that something happened to a listing."""
        self.events.append(Event(self.time(), name, listing.id, detail))

    def _move(self, listing: Listing, status: str) -> None:
        listing.wanted = status
        if listing.status == IN_REVIEW:
            return
        if listing.status != status:
            listing.status = status
            listing.modified = self.time()
            listing.shown = listing.shown or status == LIVE
            self.event("shown" if status == LIVE else "hidden", listing)

    def _review(self, listing: Listing) -> None:
        """Moderate the current revision; a later change makes an older verdict void."""
        behavior = self.behavior
        if not behavior.review_delay and behavior.rejects is None:
            listing.shown = listing.shown or listing.status == LIVE
            return
        if listing.status != IN_REVIEW:
            if listing.status not in (REJECTED, DELETED):
                listing.wanted = listing.status
            listing.status = IN_REVIEW
        listing.reviews += 1
        review = listing.reviews
        self.later(behavior.review_delay, lambda: self._verdict(listing, review))

    def _verdict(self, listing: Listing, review: int) -> None:
        if listing.status != IN_REVIEW or listing.reviews != review:
            return
        reason = self.behavior.rejects(listing) if self.behavior.rejects else None
        if reason is not None:
            self.ban(listing, reason)
            return
        listing.status = listing.wanted
        listing.reason = ""
        listing.modified = self.time()
        listing.shown = listing.shown or listing.status == LIVE
        self.event("approved", listing)

    # -- files ------------------------------------------------------------------------------------------

    def store(self, *, shop: str, file: str, url: str, name: str, type: str, data: bytes) -> StoredFile:
        """Keep an uploaded file under the market's id and address; the bytes only if asked to."""
        stored = StoredFile(
            id=file,
            url=url,
            shop=shop,
            name=name,
            type=type,
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            created=self.time(),
            data=data if self.behavior.keep_files else b"",
        )
        self.files[file] = stored
        self.addresses[url] = stored
        self.named[shop, name] += 1
        return stored

    # -- truth, for judges ------------------------------------------------------------------------------

    def live(self, key: str | None = None) -> tuple[Listing, ...]:
        """Listings on sale, of one own key or of all."""
        return tuple(item for item in self.alive(key) if item.status == LIVE)

    def alive(self, key: str | None = None) -> tuple[Listing, ...]:
        """Listings not deleted, of one own key or of all."""
        self.settle()
        return tuple(item for item in self.listings.values() if item.alive and key in (None, item.key))

    def duplicates(self) -> dict[str, tuple[Listing, ...]]:
        """Own keys with more than one listing alive in one shop."""
        groups: dict[tuple[str, str], list[Listing]] = {}
        for item in self.alive():
            groups.setdefault((item.shop, item.key), []).append(item)
        return {key: tuple(items) for (_, key), items in groups.items() if len(items) > 1}

    def counts(self, shop: str | None = None) -> dict[str, int]:
        """How many listings there are by status, and how many alive."""
        self.settle()
        counts = dict.fromkeys(STATUSES, 0)
        for item in self.listings.values():
            if shop in (None, item.shop):
                counts[item.status] += 1
        counts["alive"] = sum(counts.values()) - counts[DELETED]
        return counts

    def writes(self) -> int:
        """How many calls that can change something were processed or lost so far, uploads included."""
        return self.counters["effect:write"]

    def edit(
        self,
        listing: int,
        *,
        title: str | None = None,
        price: Decimal | None = None,
        stock: int | None = None,
        sku: str | None = None,
        status: str | None = None,
        key: str | None = None,
    ) -> Listing:
        """Change a listing the way a seller does by hand: no quota, no validation, no call in the log.

        Price and stock go to the named SKU, else to the listing and all its SKUs.
        """
        self.settle()
        item = self.listings[listing]
        if title is not None:
            item.title = title
            if "title" in item.content:
                item.content["title"] = title
        if key is not None:
            item.key = key
        targets = [unit for unit in item.skus.values() if sku in (None, unit.code)]
        if sku is not None and not targets:
            raise KeyError(f"listing {listing} has no SKU {sku!r}")
        before = {unit.price for unit in item.skus.values()}
        for unit in targets:
            unit.price = price if price is not None else unit.price
            unit.stock = stock if stock is not None else unit.stock
        if sku is not None and item.price in before:
            # A seller's own page keeps the price of the listing among those of its SKUs.
            item.price = min(unit.price for unit in item.skus.values())
        if sku is None:
            item.price = price if price is not None else item.price
            item.stock = stock if stock is not None else item.stock
        self.changed(item)
        if status == DELETED:
            self.end(item)
        elif status is not None:
            item.status = item.wanted = status
        self.event("edited by hand", item)
        return item

    def vary(self, listing: int, *, added: Sku | None = None, removed: str = "") -> Listing:
        """Add a variant to a listing, or take the one with this code away, the way a seller does by hand."""
        self.settle()
        item = self.listings[listing]
        item.skus = {id_: sku for id_, sku in item.skus.items() if sku.code != removed}
        if added is not None:
            item.skus[added.id] = added
        self.changed(item)
        self.event("varied by hand", item)
        return item

    def export(self) -> dict[str, Any]:
        """The whole truth as JSON-able data: shops, listings with SKUs, counts, calls by operation."""
        self.settle()
        return {
            "market": self.name,
            "time": self.time().isoformat(),
            "shops": [
                {"id": shop.id, "name": shop.name, "region": shop.region, "currency": shop.currency}
                for shop in self.shops.values()
            ],
            "counts": self.counts(),
            "duplicates": {key: [item.id for item in items] for key, items in self.duplicates().items()},
            "throttled": self.throttled,
            "calls": dict(sorted(self.counters.items())),
            "files": len(self.files),
            "listings": [exported(item) for item in self.listings.values()],
        }

    def forget_files(self) -> None:
        """Uploaded files are gone: no new document may name them. Listings that show them go on to."""
        self.forgotten |= self.files | self.addresses
        self.files.clear()
        self.addresses.clear()

    def reset(self) -> None:
        """Forget every listing, file, call and fault; accounts and ids go on."""
        self.listings.clear()
        self.forget_files()
        self.forgotten.clear()
        self.named.clear()
        self.calls.clear()
        self.events.clear()
        self.counters.clear()
        self._index = SearchIndex()
        self.forget_usage()
        self.forget()
        self.replayed.clear()
        self.honored.clear()
        self.faults = FaultSchedule.none()
