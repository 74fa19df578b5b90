"""check, wording and readiness: a listing against the rules of its markets, where the settings ask for it."""

from __future__ import annotations

from collections.abc import Iterator

from storesync.compliance import Claimed, check_claims, check_readiness, kind_of
from storesync.issues import Issues
from storesync.localization import told_facts
from storesync.model import Listing, Product
from storesync.prepare.localize import Localized
from storesync.prepare.settings import Settings

__all__ = ["check_compliance", "claimed"]


def claimed(localized: Localized, listing: Listing) -> Iterator[Claimed]:
    """Every text of a listing that a buyer may read, once, with its language and its field."""
    for locale, text in listing.texts.items():
        path = f"texts/{locale}"
        yield Claimed(f"{path}/title", locale, "title", text.title)
        for number, point in enumerate(text.points):
            yield Claimed(f"{path}/points/{number}", locale, "short_description", point)
        # The description is composed of the points and the attributes: those are told where they stand.
        for number, keyword in enumerate(text.keywords):
            yield Claimed(f"{path}/keywords/{number}", locale, "keywords", keyword)
        for name, value in localized.attributes.get(locale, {}).items():
            yield Claimed(f"{path}/attributes/{name}", locale, "attributes", value)
    own = listing.locale if listing.texts else ""
    for axis in listing.axes:
        for locale, name in {own: axis.name, **axis.names}.items():
            yield Claimed(f"axes/{axis.code}/name", locale, "option_values", name)
        for code, choice in axis.choices.items():
            yield Claimed(f"axes/{axis.code}/choices/{code}", own, "option_values", choice.text)


def check_compliance(product: Product, localized: Localized, listing: Listing, settings: Settings) -> Issues:
    """What the rules of every market of the channel say of this listing; nothing when none are set."""
    rules = settings.compliance
    if rules is None:
        return Issues()
    kind = kind_of(product)
    texts = tuple(claimed(localized, listing))
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
