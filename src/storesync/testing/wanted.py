"""The catalog of an emulated shop: products that move, and their way to a channel."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any, Protocol

from attrs import define, evolve, field, frozen

from storesync.catalog import Read
from storesync.driver import Driver, Shop
from storesync.issues import Issue, Issues
from storesync.model import Brand, Category, Copy, File, Listing, Money, Offer, Price, Product, digest
from storesync.prepare import Prepared
from storesync.sandbox.records import Listing as Shown
from storesync.testing.byhand import BY_HAND
from storesync.testing.floor import Floor

__all__ = ["Form", "Item", "Listed", "Wanted", "bare", "offers_of"]


@frozen(kw_only=True)
class Item:
    """One product of a catalog; `picture` is the number of its picture, `words` that of its description.

    With `unfit` its text must not leave; with `unpriced` its price policy ended: nobody can say what it costs, and the
    prices in `offers` are not right yet. So it is with the prices of the SKUs in `unreadable`, whose figure is none, and
    with the stock of those in `uncounted`. A `broken` one cannot be read; with `told` the stocks can be all the same.
    """

    key: str
    title: str
    offers: Mapping[str, tuple[Decimal, int]]
    offered: bool = True
    broken: bool = False
    picture: int = 0
    words: int = 0
    unpriced: bool = False
    unfit: bool = False
    unreadable: frozenset[str] = frozenset()
    uncounted: frozenset[str] = frozenset()
    told: bool = False

    def whole(self) -> Item:
        """The same with nothing wrong."""
        none = frozenset[str]()
        return evolve(
            self, broken=False, told=False, unpriced=False, unfit=False, unreadable=none, uncounted=none
        )


class Form(Protocol):
    """How a product is shown: its document with all findings, offers left to the catalog."""

    def __call__(
        self, item: Item, shop: Shop, category: Category | None, offers: Mapping[str, Offer]
    ) -> Prepared:
        """One product as the channel will show it."""
        ...


def bare(item: Item, shop: Shop, category: Category | None, offers: Mapping[str, Offer]) -> Prepared:
    """The plain platform's document."""
    content = {
        "title": item.title,
        "text": f"about {item.key}{f' {item.words}' if item.words else ''}",
        "images": [],
    }
    return Prepared(key=item.key, offered=True, content=content, offers=offers, issues=Issues())


@frozen
class Listed:
    """A canonical listing, checked and rendered by the driver."""

    driver: Driver[Any, Any]
    listing: Callable[[Item, Category], Listing]

    def __call__(
        self, item: Item, shop: Shop, category: Category | None, offers: Mapping[str, Offer]
    ) -> Prepared:
        """The item as its author lists it."""
        if category is None:
            unknown = Issue("map.category_unreadable", "category", "the category cannot be read")
            return Prepared(key=item.key, offered=True, issues=Issues((unknown,)))
        listing, check = self.listing(item, category), self.driver.check
        issues = Issues(tuple(check(shop, listing, offers)) if check is not None else ())
        content = None if issues.errors else self.driver.render(shop, listing)
        return Prepared(
            key=item.key, offered=True, listing=listing, content=content, offers=offers, issues=issues
        )


def _held(
    item: Item,
    form: Form,
    shop: Shop,
    category: Category | None,
    made: Mapping[str, Offer],
    last: Mapping[str, Offer],
    live: Collection[str],
) -> Prepared:
    """What to show while its price, a figure or its text is held: what is on sale goes on, and what is held stays."""
    found = []
    if item.unpriced:
        found.append(Issue("price.policy_expired", f"{item.key}/price", "the policy ended"))
    if item.unfit:
        found.append(Issue("text.refused", f"{item.key}/title", "a person refused this text"))
    found += [Issue("price.figure", f"{sku}/price", "it is no amount") for sku in sorted(item.unreadable)]
    found += [Issue("stock.unknown", f"{sku}/stock", "there is none") for sku in sorted(item.uncounted)]
    issues = Issues(tuple(found))
    if not live:
        return Prepared(key=item.key, offered=True, offers=made, issues=issues)
    unpriced = frozenset(made) if item.unpriced else item.unreadable
    # What is live stays, whatever it is, also where nobody here knows it; what is not there yet waits.
    there = {
        sku: Offer(
            sku,
            offer.prices if sku not in unpriced else last[sku].prices if sku in last else {},
            offer.stock if sku not in item.uncounted else last[sku].stock if sku in last else 0,
        )
        for sku, offer in made.items()
        if sku in live
    }
    kept = {sku: frozenset(made[sku].prices) for sku in there if sku in unpriced}
    uncounted = item.uncounted & there.keys()
    blind = any(sku not in last for sku in (*kept, *uncounted))
    if item.unfit or blind or not there:
        return Prepared(
            key=item.key, offered=True, goes=there, offers=made, kept=kept, uncounted=uncounted, issues=issues
        )
    waits = unpriced | item.uncounted
    shows = {sku: there.get(sku, offer) for sku, offer in made.items() if sku in there or sku not in waits}
    some = evolve(item, offers={sku: item.offers[sku] for sku in shows})
    shown = form(some, shop, category, shows)
    return evolve(shown, kept=kept, uncounted=uncounted, issues=shown.issues + issues)


@define
class Wanted:
    """A catalog as source and preparer of one channel; it remembers all that was ever right."""

    items: dict[str, Item]
    form: Form = bare
    category: str = "C"
    floor: Floor | None = None
    files: Callable[[Item], Mapping[str, File]] = lambda item: {}
    prices: dict[str, set[Decimal]] = field(factory=dict)
    stocks: dict[str, set[int]] = field(factory=dict)
    titles: dict[str, set[str]] = field(factory=dict)
    past: dict[str, list[tuple[Decimal, int]]] = field(factory=dict)
    _products: dict[str, tuple[Item, Product]] = field(factory=dict)
    _named: dict[str, tuple[Item, str]] = field(factory=dict)
    _formed: dict[str, tuple[Item, Shop, Category | None, Prepared]] = field(factory=dict)

    def remember(self) -> None:
        """Note titles, prices and stock of now as right."""
        for item in self.items.values():
            self.titles.setdefault(item.key, set()).add(item.title)
            for sku, (price, stock) in item.offers.items():
                if sku not in item.uncounted:
                    self.stocks.setdefault(sku, set()).add(stock)
                if item.unpriced or sku in item.unreadable:
                    continue
                self.prices.setdefault(sku, set()).add(self.right(price))
                if sku not in item.uncounted:
                    self.past.setdefault(sku, []).append((price, stock))

    def ever(self, key: str) -> list[str]:
        """The SKUs that a product has or had."""
        return [sku for sku in self.prices if sku.rpartition("-")[0] == key]

    def right(self, asked: Decimal) -> Decimal:
        """The price that must be shown for what the catalog asks."""
        return asked if self.floor is None else self.floor.right(asked)

    def _priced(self, asked: Decimal) -> Decimal:
        return asked if self.floor is None else self.floor.price(asked)

    def reads(self) -> Iterator[Read]:
        """The catalog as a source gives it."""
        for item in self.items.values():
            if item.broken:
                told = item.offers.items() if item.told else ()
                yield Read(
                    key=item.key,
                    product=None,
                    issues=(Issue("catalog.broken", item.key, "a wrong row"),),
                    stocks={sku: None if sku in item.uncounted else stock for sku, (_, stock) in told},
                )
                continue
            yield Read(key=item.key, product=self._product(item))

    def _product(self, item: Item) -> Product:
        known, product = self._products.get(item.key, (None, None))
        if product is None or known is not item:
            product = Product(
                key=item.key,
                text=Copy(item.title),
                brand=Brand(code="B", name="B"),
                category=self.category,
                files=self.files(item),
            )
            self._products[item.key] = item, product
        return product

    def category_id(self, product: Product) -> str:
        """Every product is of the one category."""
        return product.category

    def causes(self, product: Product, shop: Any, category: Category | None) -> Mapping[str, str]:
        """All of the result comes from the catalog here."""
        item = self.items[product.key]
        known, named = self._named.get(item.key, (None, ""))
        if known is not item:
            rows = [[sku, price, stock] for sku, (price, stock) in item.offers.items()]
            shown = [item.title, item.offered, item.picture, item.words, item.unpriced, item.unfit, rows]
            named = digest([*shown, sorted(item.unreadable), sorted(item.uncounted)])
            self._named[item.key] = item, named
        return {"catalog": named}

    def prepare(
        self,
        product: Product,
        shop: Any,
        category: Category | None,
        last: Mapping[str, Offer],
        chosen: Mapping[str, str],
        live: Collection[str],
    ) -> Prepared:
        """What the channel should show."""
        item = self.items[product.key]
        if not item.offered:
            return Prepared(key=item.key, offered=False, reason="draft")
        market = shop.market
        offers = {
            sku: Offer(sku, {market.code: Price(Money(self._priced(price), market.currency))}, stock)
            for sku, (price, stock) in item.offers.items()
        }
        if item.unfit or item.unpriced or item.unreadable or item.uncounted:
            return _held(item, self.form, shop, category, offers, last, live)
        return self._form(item, shop, category, offers)

    def _form(
        self, item: Item, shop: Shop, category: Category | None, offers: Mapping[str, Offer]
    ) -> Prepared:
        """What the form makes of it, once: processes that die and rivals ask for the same again and again."""
        known = self._formed.get(item.key)
        if known is not None and known[0] is item and known[1:3] == (shop, category):
            return known[3]
        made = self.form(item, shop, category, offers)
        self._formed[item.key] = item, shop, category, made
        return made

    def traces(self, prepared: Prepared) -> Mapping[str, Any]:
        """Nothing to tell."""
        return {}


def offers_of(wanted: Wanted, listing: Shown) -> Mapping[str, tuple[Decimal, int]]:
    """Price and stock by SKU as the market holds them, without the seller's own; one without SKUs is one itself."""
    if listing.skus:
        return {sku.code: (sku.price, sku.stock) for sku in listing.skus.values() if sku.code != BY_HAND}
    item = wanted.items.get(listing.key)
    if item is None or len(item.offers) != 1 or listing.price == 0:
        return {}  # a half, whose SKUs come in a second step
    return dict.fromkeys(item.offers, (listing.price, listing.stock))
