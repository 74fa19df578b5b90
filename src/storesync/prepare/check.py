"""check: what one listing and its offers must keep of a market's limits, all findings at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from attrs import evolve

from storesync.driver import Spec
from storesync.issues import Issue, Issues, Severity
from storesync.localization import UNITS, length
from storesync.model import Image, Limit, Listing, Money, Offer, Product
from storesync.pricing.guard import sibling_ratio

__all__ = ["check_images", "check_listing", "check_offers"]


def _text(what: str, path: str, text: str, limit: Limit | None, hint: str) -> Iterator[Issue]:
    if limit is None:
        return
    size = length(text, limit.unit)
    if size > limit.max:
        yield Issue(
            "check.text_long",
            path,
            f"{what} is {size} {UNITS[limit.unit]} long, at most {limit.max} fit",
            hint=hint,
        )
    if size < limit.min:
        yield Issue(
            "check.text_short",
            path,
            f"{what} is {size} {UNITS[limit.unit]} long, at least {limit.min} are asked for",
            hint=hint,
        )


def _texts(listing: Listing, limits: Mapping[str, Limit]) -> Iterator[Issue]:
    for locale, text in listing.texts.items():
        path = f"texts/{locale}"
        hint = f"shorten or lengthen the {locale} text"
        yield from _text(f"the {locale} title", f"{path}/title", text.title, limits.get("title"), hint)
        yield from _text(
            f"the {locale} description",
            f"{path}/description",
            text.description,
            limits.get("description"),
            hint,
        )
        for number, point in enumerate(text.points):
            what = f"selling point {number + 1} in {locale}"
            yield from _text(what, f"{path}/points/{number}", point, limits.get("point"), hint)
    yield from _text("the key", "key", listing.key, limits.get("key"), "choose a shorter product key")
    yield from _text(
        "the brand", "brand", listing.brand.text, limits.get("brand"), "give the brand a shorter form"
    )


def _options(listing: Listing, limits: Mapping[str, Limit]) -> Iterator[Issue]:
    hint = "change its text in the option translations"
    for axis in listing.axes:
        path = f"axes/{axis.code}"
        if axis.name:
            yield from _text(
                f"the axis name {axis.name!r}", f"{path}/name", axis.name, limits.get("axis"), hint
            )
        for code, choice in axis.choices.items():
            if choice.text and not choice.id:  # a value of the market's own list has the length it has
                what = f"the option {choice.text!r}"
                yield from _text(what, f"{path}/choices/{code}", choice.text, limits.get("option"), hint)
    for variant in listing.variants:
        path = f"variants/{variant.sku}/sku"
        yield from _text(
            f"the SKU {variant.sku!r}", path, variant.sku, limits.get("sku"), "choose a shorter SKU"
        )


def _attributes(listing: Listing, limits: Mapping[str, Limit]) -> Iterator[Issue]:
    for id_, choices in listing.attributes.items():
        limit = limits.get(id_, limits.get("attribute"))
        known = listing.category.attributes.get(id_)
        name = f"{known.name} ({id_})" if known else id_
        for choice in choices:
            if not choice.id:
                hint = "shorten the text that fills it, or fill it from another source"
                yield from _text(f"the value of {name}", f"attributes/{id_}", choice.text, limit, hint)


def check_listing(listing: Listing, spec: Spec) -> Issues:
    """Texts, options and attributes against the limits; the category's own go before the platform's."""
    limits = {**spec.text, **listing.category.text}
    return Issues((*_texts(listing, limits), *_options(listing, limits), *_attributes(listing, limits)))


def check_images(product: Product, listing: Listing, spec: Spec) -> tuple[Listing, Issues]:
    """The listing with as many pictures as the market takes, and what is wrong with them.

    Surplus pictures are left out from the end, which is a warning; too few or unfit ones are errors.
    """
    issues: list[Issue] = []
    counts: Counter[str] = Counter()
    kept: list[Image] = []
    for image in listing.images:
        rule = spec.images.get(image.role)
        counts[image.role] += 1
        if rule is None or counts[image.role] <= rule.max:
            kept.append(image)
    for role, rule in spec.images.items():
        if counts[role] > rule.max:
            issues.append(
                Issue(
                    "image.too_many",
                    f"images/{role}",
                    f"{counts[role]} pictures of role {role!r}, only the first {rule.max} are shown",
                    Severity.WARNING,
                    "put the most important pictures first",
                )
            )
        if counts[role] < rule.min:
            issues.append(
                Issue(
                    "image.too_few",
                    f"images/{role}",
                    f"{counts[role]} readable pictures of role {role!r}, at least {rule.min} are asked for",
                    hint="add a picture without text, or one in the market's language",
                )
            )
    shown = [*kept, *(image for variant in listing.variants for image in variant.images)]
    for image in dict.fromkeys(shown):
        issues += _image(image, product, spec)
    return evolve(listing, images=tuple(kept)), Issues(tuple(issues))


def _image(image: Image, product: Product, spec: Spec) -> Iterator[Issue]:
    file = product.files.get(image.sha256)
    path = f"images/{image.role}/{image.sha256[:12]}"
    if file is None:
        yield Issue(
            "image.no_file",
            path,
            f"no file is known for the picture {image.sha256[:12]}…",
            hint="check the picture's path in the catalog",
        )
        return
    rule = spec.images.get(image.role)
    if rule is None:
        return
    if rule.bytes is not None and file.bytes > rule.bytes:
        yield Issue(
            "image.too_large",
            path,
            f"{file.name} has {file.bytes} bytes, at most {rule.bytes} are taken",
            hint="save it smaller",
        )
    if file.type not in rule.types:
        yield Issue(
            "image.type",
            path,
            f"{file.name} is {file.type}, the market takes {', '.join(rule.types)}",
            hint="convert it",
        )


def _amounts(offer: Offer, market: str) -> Iterator[tuple[str, Money]]:
    price = offer.prices.get(market)
    if price is None:
        return
    yield "sale", price.sale
    if price.list is not None:
        yield "list", price.list
    yield from price.points.items()


def _price(path: str, name: str, money: Money, spec: Spec) -> Iterator[Issue]:
    digits = spec.currencies.get(money.currency)
    if spec.currencies and digits is None:
        yield Issue(
            "price.currency",
            path,
            f"the {name} price is {money}, this market takes {', '.join(spec.currencies)}",
            hint="change the currency of the channel's market",
        )
    if digits is not None:
        try:
            money.quantize(digits)
        except ValueError:
            yield Issue(
                "price.digits",
                path,
                f"the {name} price {money} has more than {digits} digits after the point",
                hint="change the rounding step of the price policy",
            )
    low, high = spec.price_range.get(money.currency, (None, None))
    if (low is not None and money.amount < low) or (high is not None and money.amount > high):
        yield Issue(
            "price.range",
            path,
            f"the {name} price {money} lies outside {low} {money.currency} to {high} {money.currency}",
            hint="change the price, its policy, or keep the product off this channel",
        )


def check_offers(
    listing: Listing, offers: Mapping[str, Offer], spec: Spec, policies: Mapping[str, str]
) -> Issues:
    """Prices against currency, digits, range, and the ratio of the dearest to the cheapest variant.

    `policies` names the price policy of each market.
    """
    issues: list[Issue] = []
    for market in listing.markets:
        sales: dict[str, Money] = {}
        for sku, offer in offers.items():
            path = f"variants/{sku}/prices/{market}"
            for name, money in _amounts(offer, market):
                issues += _price(path, name, money, spec)
            if market in offer.prices:
                sales[sku] = offer.prices[market].sale
        if spec.price_ratio is not None:
            policy = policies.get(market, "")
            issues += sibling_ratio(sales, limit=spec.price_ratio, path=f"prices/{market}", policy=policy)
    return Issues(tuple(issues))
