"""The way of one product to one channel: assort, localize, map, price, check, render. Pure throughout."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from attrs import evolve, field, frozen
from attrs.converters import optional

from storesync.driver import Content, Driver, Shop
from storesync.issues import Issue, Issues
from storesync.localization import Provenance
from storesync.model import Category, CategoryKey, Listing, Offer, Product, frozen_map
from storesync.prepare.assort import assort
from storesync.prepare.check import check_images, check_listing, check_offers
from storesync.prepare.claims import check_compliance
from storesync.prepare.facts import check_facts
from storesync.prepare.figures import check_figures
from storesync.prepare.leak import code_leaks, content_leaks, listing_leaks
from storesync.prepare.localize import localize
from storesync.prepare.mapping import category_id, chosen, map_product
from storesync.prepare.offers import Offered, Pricer, price_product, stays
from storesync.prepare.render import check_by_driver, render
from storesync.prepare.settings import Settings
from storesync.prepare.wording import check_wording
from storesync.pricing import Trace, price

__all__ = ["Prepared", "prepare"]

S = TypeVar("S", bound=Shop)
_NOTHING: Mapping[str, Any] = frozen_map({})


def _nested(tables: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Mapping[str, Any]]:
    return frozen_map({name: frozen_map(table) for name, table in tables.items()})


@frozen(kw_only=True)
class Prepared:
    """What became of one product on its way to one channel.

    Not offered is no fault: `reason` says why. An offered one is `held` while an error stands among `issues`;
    then `content` is None, so that nothing unfit can leave, and `listing` shows how far it came. Errors about prices
    alone do not hold what is on sale already: `kept` are by SKU the markets whose live price stays, and of those in
    `uncounted` the live stock stays. Errors about the document alone hold nothing else: `goes` are the offers of what is
    on sale, which go on; a live variant that is not among them left the catalog and is sold out. `needs` are
    category documents to fetch before the same pass is run again; `lacks` are languages in which a text is
    missing or was made from another source, to be fetched likewise where somebody can. `traces` are by SKU and
    market, `provenance` by locale and text field.
    """

    key: str
    offered: bool
    reason: str = ""
    listing: Listing | None = None
    content: Content | None = None
    offers: Mapping[str, Offer] = field(factory=dict, converter=frozen_map)
    kept: Mapping[str, frozenset[str]] = field(factory=dict, converter=frozen_map)
    uncounted: frozenset[str] = frozenset()
    goes: Mapping[str, Offer] | None = field(default=None, converter=optional(frozen_map))
    traces: Mapping[str, Mapping[str, Trace]] = field(factory=dict, converter=_nested)
    provenance: Mapping[str, Mapping[str, Provenance]] = field(factory=dict, converter=_nested)
    issues: Issues = field(factory=Issues)
    needs: tuple[CategoryKey, ...] = field(default=(), converter=tuple[CategoryKey, ...])
    lacks: tuple[str, ...] = field(default=(), converter=tuple[str, ...])

    @property
    def held(self) -> bool:
        """Offered, but held back by an error."""
        return self.offered and self.content is None and bool(self.issues.errors)


def _placed(issues: Issues, product: Product) -> Issues:
    """Each finding once, with the product's key and, where nothing better is known, its place."""

    def place(issue: Issue) -> Issue:
        told = issue.path == product.key or issue.path.startswith(f"{product.key}/")
        return evolve(issue if told else issue.under(product.key), at=issue.at or product.at)

    return Issues(tuple(dict.fromkeys(place(issue) for issue in issues)))


def _whole(listing: Listing, offers: Mapping[str, Offer], settings: Settings) -> bool:
    """Whether a driver may look at it: nothing that every listing has is missing."""
    return (
        all(locale in listing.texts for locale in settings.channel.locales)
        and bool(listing.variants)
        and all(variant.sku in offers for variant in listing.variants)
        and all(
            variant.options.get(axis.code) in axis.choices
            for variant in listing.variants
            for axis in listing.axes
        )
        and bool(listing.brand.text)
    )


def prepare(
    product: Product,
    *,
    settings: Settings,
    driver: Driver[Any, S],
    shop: S,
    category: Category | None,
    last: Mapping[str, Offer] = _NOTHING,
    chosen_for: Mapping[str, str] = _NOTHING,
    live: Collection[str] = (),
    pricer: Pricer = price,
) -> Prepared:
    """One product as this channel will show it, or every reason why not.

    `category` is the market's document for the product's category, None while it is not known; then the
    answer only `needs` it. `chosen_for` are the values that the document was fetched for: when the product
    chooses others that decide further fields, the answer needs the document for those. `last` are the
    offers that the market acknowledged, which guards compare with. `live` are the SKUs that are on sale there: where
    nothing but prices is wrong they keep their live ones, and the rest goes on. Never raises because of data.
    """

    def run(with_: Pricer) -> Prepared:
        return _prepare(product, settings, driver, shop, category, last, chosen_for, live, with_)

    done = run(pricer)
    errors = done.issues.errors
    known = all(_about_price(issue) or _about_stock(issue) or _about_document(issue) for issue in errors)
    if not live or not done.held or done.goes is not None or not known or not any(map(_about_price, errors)):
        return done
    # The prices could be made and do not suit the market, or each other: all of them stay.
    kept = run(stays)
    if kept.content is None and kept.goes is None:
        return done
    return evolve(kept, issues=done.issues, traces=done.traces)


def _about_price(issue: Issue) -> bool:
    return issue.code.startswith("price.")


def _about_stock(issue: Issue) -> bool:
    return issue.code.startswith("stock.")


def _without(product: Product, waiting: Collection[str]) -> Product:
    """The product without these variants, and without the options that only they have."""
    if not waiting:
        return product
    variants = [variant for variant in product.variants if variant.sku not in waiting]
    axes = []
    for axis in product.axes:
        used = {variant.options.get(axis.code) for variant in variants}
        axes.append(evolve(axis, choices={code: c for code, c in axis.choices.items() if code in used}))
    return evolve(product, variants=variants, axes=axes)


def _prepare(
    product: Product,
    settings: Settings,
    driver: Driver[Any, S],
    shop: S,
    category: Category | None,
    last: Mapping[str, Offer],
    chosen_for: Mapping[str, str],
    live: Collection[str],
    pricer: Pricer,
) -> Prepared:
    reason = assort(product, settings.channel)
    if reason:
        return Prepared(key=product.key, offered=False, reason=reason)
    id_, issues = category_id(product, settings)
    if id_ and category is None:
        return Prepared(key=product.key, offered=True, needs=(CategoryKey(id_, chosen_for),))
    if not product.variants:
        issues += (
            Issue("product.no_variants", "variants", f"{product.key} has no variant to sell", hint="add one"),
        )
    priced = price_product(product, settings, last, pricer, live)
    product, offers = _without(product, priced.waiting), priced.offers
    localized, found = localize(product, settings)
    issues += (*found, *priced.issues)
    done = Prepared(
        key=product.key,
        offered=True,
        offers=offers,
        kept=priced.kept,
        uncounted=priced.uncounted,
        traces=priced.traces,
        provenance=localized.provenance,
        lacks=localized.lacks,
    )
    if category is None or not id_:
        return evolve(done, issues=_placed(issues, product))
    if category.id != id_:
        issues += (
            Issue(
                "map.category_other",
                "category",
                f"category {product.category!r} is {id_} here, the document given is for {category.id}",
                hint="tell the authors of the driver: category() must answer with the id it was asked for",
            ),
        )
        return evolve(done, issues=_placed(issues, product))
    spec = driver.spec.within(settings.channel.environment)
    listing, found = map_product(product, localized, category, settings, spec)
    further = chosen(listing)
    if any(chosen_for.get(attribute) != value for attribute, value in further.items()):
        return Prepared(key=product.key, offered=True, needs=(CategoryKey(id_, {**chosen_for, **further}),))
    issues += found
    listing, found = check_images(product, listing, spec)
    issues += (
        *found,
        *check_listing(listing, spec),
        *check_offers(listing, offers, spec, settings.channel.prices),
    )
    issues += check_figures(product)
    issues += check_facts(product, localized, settings)
    issues += check_wording(product, localized, listing, settings)
    issues += check_compliance(product, localized, listing, settings)
    leaks = listing_leaks(listing, settings.channel.locales, spec.refused_scripts)
    issues += (*leaks, *code_leaks(listing, settings.channel.locales))
    content: Content | None = None
    if _whole(listing, offers, settings):
        missing = {issue.path for issue in issues if issue.code == "map.attribute_missing"}
        seen = check_by_driver(driver, shop, listing, offers)
        # A driver sees the same gap without the line that fills it.
        issues += tuple(issue for issue in seen if issue.path not in missing)
        content, found = render(driver, shop, listing)
        issues += found
        if content is not None and not leaks:
            issues += content_leaks(content, listing, settings.channel.locales, spec.refused_scripts)
    holding = [issue for issue in issues.errors if not _excused(issue, priced, settings)]
    done = evolve(done, listing=listing, issues=_placed(issues, product))
    # Where all that is there left the catalog, and what is new waits for its price, there is no document to send.
    if not holding and not priced.blind and (content is not None or not priced.waiting):
        return evolve(done, content=content)
    going = bool(live) and all(map(_about_document, holding))
    return evolve(done, goes=_going({**offers, **priced.blind}, live) if going else None)


def _going(offers: Mapping[str, Offer], live: Collection[str]) -> Mapping[str, Offer]:
    return {sku: offer for sku, offer in offers.items() if sku in live}


# What is found about texts, claims, pictures and the market's fields says nothing of a price or of how many there are.
_DOCUMENT = ("text.", "claim.", "image.", "map.", "check.")


def _about_document(issue: Issue) -> bool:
    return issue.code.startswith(_DOCUMENT)


def _excused(issue: Issue, priced: Offered, settings: Settings) -> bool:
    """Whether a finding is about a price or a stock that is not sent: the live one stays, or its variant waits."""
    if _about_stock(issue):
        return bool(priced.uncounted or priced.waiting)
    if not _about_price(issue) or not (priced.kept or priced.waiting):
        return False
    markets = len(settings.channel.markets)
    nothing_new = all(len(priced.kept.get(sku, ())) == markets for sku in priced.offers)
    return nothing_new or issue in tuple(priced.issues)
