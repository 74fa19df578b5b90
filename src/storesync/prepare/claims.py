"""check, wording and readiness: a listing against the rules of its markets, where the settings ask for it."""

from __future__ import annotations

from collections.abc import Iterator

from storesync.compliance import Claimed, check_claims, check_readiness, kind_of
from storesync.issues import Issues
from storesync.localization import Reference, own_names, split, told_facts
from storesync.model import Listing, Product
from storesync.prepare.localize import Localized
from storesync.prepare.settings import Settings

__all__ = ["check_compliance", "claimed", "mapped_words"]


def claimed(localized: Localized, listing: Listing, reference: Reference) -> Iterator[Claimed]:
    """Every text of a listing that a buyer may read, once, with its language, its field and its place."""
    for locale, text in listing.texts.items():
        path, delivered = f"texts/{locale}", reference.text(listing.key, locale)
        at = delivered.at if delivered is not None else ""
        yield Claimed(f"{path}/title", locale, "title", text.title, at)
        for number, point in enumerate(text.points):
            yield Claimed(f"{path}/points/{number}", locale, "short_description", point, at)
        # The description is composed of the points and the attributes: those are told where they stand.
        for number, keyword in enumerate(text.keywords):
            yield Claimed(f"{path}/keywords/{number}", locale, "keywords", keyword, at)
        attributes = localized.attributes.get(locale, {})
        for name, value in attributes.items():
            yield Claimed(f"{path}/attributes/{name}", locale, "attributes", value, at)
        for name in own_names(attributes, locale):
            yield Claimed(f"{path}/attributes/{name}/name", locale, "attributes", name, at)
    own = listing.locale if listing.texts else ""
    if listing.texts and listing.brand.text not in listing.text.title:
        yield Claimed("brand", own, "title", listing.brand.text)
    for path, said in mapped_words(localized, listing):
        yield Claimed(path, own, "attributes", said)
    for axis in listing.axes:
        for locale, name in {own: axis.name, **axis.names}.items():
            yield Claimed(f"axes/{axis.code}/name", locale, "option_values", name)
        for code, choice in axis.choices.items():
            yield Claimed(f"axes/{axis.code}/choices/{code}", own, "option_values", choice.text)


def mapped_words(localized: Localized, listing: Listing) -> Iterator[tuple[str, str]]:
    """What the market's fields say in our words and no text or attribute of the product does, each with its path.

    Lines like `const:` and `key:` write them; a choice of the market's own list is the market's word.
    """
    if not listing.texts:
        return
    values = localized.attributes.get(listing.locale, {}).values()
    told = {
        listing.text.title,
        listing.brand.text,
        *values,
        *(part for value in values for part in split(value)),
    }
    places = [(f"attributes/{id_}", choices) for id_, choices in listing.attributes.items()]
    for variant in listing.variants:
        own = f"variants/{variant.sku}/attributes"
        places += [(f"{own}/{id_}", choices) for id_, choices in variant.attributes.items()]
    for path, choices in places:
        for choice in choices:
            if choice.text and not choice.id and choice.text not in told:
                yield path, choice.text


def check_compliance(product: Product, localized: Localized, listing: Listing, settings: Settings) -> Issues:
    """What the rules of every market of the channel say of this listing; nothing when none are set."""
    rules = settings.compliance
    if rules is None:
        return Issues()
    kind = kind_of(product)
    texts = tuple(claimed(localized, listing, settings.reference))
    issues = Issues()
    for market in settings.channel.markets:
        locales = set(market.locales)
        issues += check_claims(
            (text for text in texts if text.locale in locales),
            compliance=rules,
            market=market.code,
            product=product.key,
            kind=kind,
            today=settings.today,
        )
        issues += check_readiness(
            product,
            compliance=rules,
            market=market.code,
            today=settings.today,
            told=_told(product, localized, market.locales),
        )
    return issues


def _told(product: Product, localized: Localized, locales: tuple[str, ...]) -> frozenset[str]:
    """The facts that a market's own language tells of the product."""
    found: frozenset[str] = frozenset()
    for locale in locales[:1]:
        text = localized.texts.get(locale)
        found = told_facts(product, text.title if text else "", localized.attributes.get(locale, {}), locale)
    return found
