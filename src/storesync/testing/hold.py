"""A happening in a world: prices, texts, or both of some products are held while their stock moves on.

It begins when everything is settled, or while what the mishaps left is still open: a create or an update in doubt, a
variant just added, a stock just moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from random import Random

from attrs import evolve, field, frozen

from storesync.sandbox.records import HIDDEN, Listing
from storesync.state import UNKNOWN, Standing
from storesync.testing.byhand import BY_HAND
from storesync.testing.merchant import type_price
from storesync.testing.wanted import Item, offers_of
from storesync.testing.world import World

__all__ = ["Held", "Hold"]

_SHARE = 0.4  # of the worlds in which something goes wrong
_OPEN = 0.6  # of these holds begin before the mishaps are settled
_STERN = 0.15  # of these holds are the market's: it refuses every document
_FIGURES = 0.7  # of what nothing is held of, a figure is
_ROWS = 0.3  # of those whose price and text are held, the row cannot be read
_NONE = frozenset[str]()
_KINDS = ("price", "price", "text", "text", "both", "nothing")


@frozen(kw_only=True)
class Held:
    """One product that is held, and what the market showed of it then; `listing` is 0 where it showed none.

    `offers` are price and stock by SKU; of those in `zero` the stock may stay at none, and of those in `out` it must:
    they were sold out, and everybody knew. Of a product whose `row` cannot be read all is held but the stock. Of the SKUs
    in `unreadable` the price is held, of those in `uncounted` the stock. Where nothing is held, the market refuses the
    document.
    `whole` says that it was known to be made to its end, so that its document could go on.
    """

    key: str
    price: bool
    text: bool
    listing: int = 0
    title: str = ""
    images: tuple[str, ...] = ()
    hidden: bool = False
    whole: bool = False
    offers: Mapping[str, tuple[Decimal, int]] = field(factory=dict)
    out: frozenset[str] = frozenset()
    zero: frozenset[str] = frozenset()
    row: bool = False
    unreadable: frozenset[str] = frozenset()
    uncounted: frozenset[str] = frozenset()

    @property
    def figures(self) -> frozenset[str]:
        """The SKUs of which a figure alone is held."""
        return self.unreadable | self.uncounted

    def keeps_price(self, sku: str) -> bool:
        """Whether the live price of this SKU stays."""
        return self.price or sku in self.unreadable

    def shown(self, listing: Listing) -> dict[str, tuple[Decimal, int]]:
        """Price and stock by SKU as the market shows them now; one that is a listing itself stays so."""
        rows = {sku.code: (sku.price, sku.stock) for sku in listing.skus.values() if sku.code != BY_HAND}
        return rows or dict.fromkeys(self.offers, (listing.price, listing.stock))


@frozen
class Hold:
    """The hold of one world: whether there is one, whether it begins with everything settled, and whose it is."""

    world: World
    rng: Random
    drawn: bool
    settled: bool
    stern: bool

    @classmethod
    def of(cls, world: World) -> Hold:
        """Drawn by the seed; where nothing goes wrong nothing is held."""
        rng = Random(f"hold {world.seed}")
        drawn = rng.random() < _SHARE and not world.profile.calm
        stern = Random(f"stern {world.seed}").random() < _STERN
        return cls(world, rng, drawn, rng.random() >= _OPEN, stern)

    def begin(self, stands: Mapping[str, Standing]) -> list[Held]:
        """From now on these are held; what they would cost is a price that must not be seen before somebody says so."""
        world = self.world
        world.loop.skip(world.profile.late)
        world.truth.settle()
        world.stern = self.stern
        found = []
        figures = Random(f"figures {world.seed}")
        for key, item in list(world.wanted.items.items()):
            kind = "refused" if self.stern else self.rng.choice(_KINDS)
            if kind == "nothing" and figures.random() < _FIGURES:
                kind = "figure"
            elif kind == "both" and figures.random() < _ROWS:
                kind = "row"
            alive = world.truth.alive(key)
            if kind == "nothing" or len(alive) > 1:
                continue
            held = self._of(item, kind, alive[0] if alive else None, stands.get(key), figures)
            found.append(held)
            world.wanted.items[key] = self._moved(item, held)
        world.wanted.remember()
        return found

    def sell(self, held: list[Held]) -> None:
        """The stock of all that is held moves once more."""
        for one in held:
            item = self.world.wanted.items[one.key]
            offers = {sku: (price, stock + 2) for sku, (price, stock) in item.offers.items()}
            self.world.wanted.items[one.key] = evolve(item, offers=offers)
        self.world.wanted.remember()

    def release(self, held: list[Held]) -> None:
        """New policies are there, and texts may leave and are taken: what is wanted is right from now on."""
        self.world.stern = False
        self.world.faults(on=False)
        for one in held:
            item = self.world.wanted.items[one.key]
            self.world.wanted.items[one.key] = item.whole()
        self.world.wanted.remember()

    def _of(
        self, item: Item, kind: str, listing: Listing | None, stand: Standing | None, figures: Random
    ) -> Held:
        row = kind == "row"
        price, text = row or kind in ("price", "both"), row or kind in ("text", "both")
        unreadable, uncounted = _figures(item, figures) if kind in ("figure", "row") else (_NONE, _NONE)
        events = self.world.events
        events["price held"] += price
        events["text held"] += text
        events["price and text held"] += price and text
        events["document refused"] += kind == "refused"
        events["row unreadable"] += row
        events["price figure unreadable"] += bool(unreadable) and not row
        events["stock figure unreadable"] += bool(uncounted)
        if row:
            unreadable = _NONE
        if listing is None:
            events["held before it was made"] += 1
            return Held(
                key=item.key, price=price, text=text, row=row, unreadable=unreadable, uncounted=uncounted
            )
        if price and self.world.profile.edits and listing.skus and self.rng.random() < 0.4:
            # What a seller typed in is live, too: what was computed before must not come back.
            type_price(self.world, listing)
            events["held price by hand"] += 1
        shown = offers_of(self.world.wanted, listing) or _sold_whole(listing, stand)
        known = stand.offers if stand is not None else {}
        stocks = {sku: known[sku].have_stock if sku in known else None for sku in shown}
        stays = set(shown) if price else unreadable & set(shown)
        out = frozenset(sku for sku in stays if shown[sku][1] == 0 == stocks[sku])
        zero = frozenset(sku for sku in stays if not stocks[sku])
        events["held price of a hidden listing"] += price and listing.status == HIDDEN
        events["held price of a sold-out SKU"] += bool(out)
        if stand is None or stand.ref is None:
            events["held with a create in doubt"] += 1
        elif stand.have == UNKNOWN or stand.doubt is not None:
            events["held with an update in doubt"] += 1
            events["held with a variant in doubt"] += bool(shown.keys() - stand.ref.skus.keys())
        return Held(
            key=item.key,
            price=price,
            text=text,
            listing=listing.id,
            title=listing.title,
            images=tuple(listing.images),
            hidden=listing.status == HIDDEN,
            whole=stand is not None and stand.made,
            offers=dict(shown),
            out=out,
            zero=zero,
            row=row,
            unreadable=unreadable,
            uncounted=uncounted,
        )

    def _moved(self, item: Item, held: Held) -> Item:
        """Other stocks, titles, pictures and variants; another price that, where it is held, was never right before."""
        rng, platform = self.rng, self.world.platform
        offers = {}
        for sku, (price, stock) in item.offers.items():
            new = platform.moved(rng, price) if rng.random() < 0.5 else price
            offers[sku] = (
                self._other(sku, price) if held.keeps_price(sku) else new,
                rng.choice((0, 0, stock, stock + 3)),
            )
        refused = not held.price and not held.text and not held.figures
        fixed = refused or held.row
        if len(offers) > 1 and rng.random() < 0.3 and not fixed:
            del offers[rng.choice(list(offers))]
        more = _NONE
        if rng.random() < 0.3 and not fixed:
            # One that the shop does not have: it waits.
            there = (*item.offers, *held.offers) if held.figures else item.offers
            number = max(int(sku.rpartition("-")[2]) for sku in there) + 1
            offers[f"{item.key}-{number}"] = (platform.price(rng), 5)
            more = frozenset({f"{item.key}-{number}"}) if held.figures else _NONE
        title, picture = item.title, item.picture
        if held.text:
            title = f"unfit {title}"
            picture = (picture + 1) % platform.pictures if platform.pictures else picture
        elif refused or rng.random() < 0.4:
            title += "'"
        return evolve(
            item,
            offers=offers,
            title=title,
            picture=picture,
            offered=item.offered or not refused,
            unpriced=held.price,
            unfit=held.text,
            broken=held.row,
            told=held.row,
            unreadable=(held.unreadable & offers.keys()) | more,
            uncounted=held.uncounted & offers.keys(),  # what left the catalog has no row that is wrong
        )

    def _other(self, sku: str, price: Decimal) -> Decimal:
        platform = self.world.platform
        new = platform.moved(self.rng, price)
        while new in self.world.wanted.prices.get(sku, ()) or new == platform.by_hand:
            new += platform.step
        return new


def _figures(item: Item, rng: Random) -> tuple[frozenset[str], frozenset[str]]:
    """Of one SKU the price is none, or the stock; of another one, sometimes, the stock as well."""
    skus = sorted(item.offers)
    rng.shuffle(skus)
    price = frozenset(skus[:1]) if rng.random() < 0.6 else _NONE
    stock = frozenset(skus[-1:]) if not price or (len(skus) > 1 and rng.random() < 0.5) else _NONE
    return price, stock


def _sold_whole(listing: Listing, stand: Standing | None) -> dict[str, tuple[Decimal, int]]:
    """Price and stock of a listing that is sold as a whole, of a product with more SKUs by now, by the one it is."""
    if listing.skus or not listing.price or stand is None or not stand.made or stand.ref is None:
        return {}
    return dict.fromkeys(stand.ref.skus, (listing.price, listing.stock)) if len(stand.ref.skus) == 1 else {}
