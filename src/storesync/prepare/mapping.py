"""map: category, brand, attributes and axes of a product, in the words and ids of one market."""

from __future__ import annotations

from storesync.driver import Spec
from storesync.issues import Issue, Issues
from storesync.localization import has_hangul
from storesync.model import Category, Choice, Listing, Product
from storesync.prepare.attributes import fold, map_attributes, near
from storesync.prepare.axes import map_axes
from storesync.prepare.localize import Localized
from storesync.prepare.remedy import brand_line, category_line
from storesync.prepare.settings import Settings

__all__ = ["category_id", "chosen", "map_product"]

_NO_BRAND = ("0", "-1")  # Shopee's "NoBrand" and Tmall's "other"; both seen in the platforms' own lists


def category_id(product: Product, settings: Settings) -> tuple[str, Issues]:
    """The market's id for the product's category, or an issue that names the line to add."""
    found = settings.categories.get(product.category, "")
    if found:
        return found, Issues()
    issue = Issue(
        "map.category_missing",
        "category",
        f"category {product.category!r} has no place on channel {settings.channel.name!r}",
        hint=f"add {category_line(settings.channel, product.category)}",
    )
    return "", Issues((issue,))


def _brand(product: Product, category: Category, settings: Settings) -> tuple[Choice, list[Issue]]:
    """The brand, in Latin letters; where brands are a list, only a listed one.

    "No brand" is never chosen by itself: a listing without its brand is wrong, not merely poorer.
    """
    brand = product.brand
    name = brand.latin.strip() or ("" if has_hangul(brand.name) else brand.name.strip())
    if not name:
        issue = Issue(
            "map.brand_latin_missing",
            "brand",
            f"brand {brand.code} has no Latin form",
            hint="fill brand_latin in the catalog",
        )
        return Choice(""), [issue]
    if not category.brands:
        return Choice(name), []
    id_ = settings.brands.get(brand.code, "")
    if not id_:
        id_ = next((id_ for id_, known in category.brands.items() if fold(known) == fold(name)), "")
    if id_ in _NO_BRAND and id_ not in category.brands:
        return Choice(name, id_), []  # asked for by name: "other", with our own text beside it
    if id_ in category.brands:
        # The market knows it under this id; to the buyer it stays as the merchant writes it.
        return Choice(category.brands[id_] if id_ in _NO_BRAND else name, id_), []
    none = next((one for one in _NO_BRAND if one in category.brands), "")
    hint = f"add {brand_line(settings.channel, brand.code)}"
    if none:
        hint += f', or "{none}" to list it as {category.brands[none]!r}'
    what = f"id {id_!r}, set for brand {brand.code}," if id_ else f"brand {name!r}"
    issue = Issue(
        "map.brand_unknown",
        "brand",
        f"{what} is none of the {len(category.brands)} brands of category {category.id}: "
        + near(name, category.brands),
        hint=hint,
    )
    return Choice(name), [issue]


def chosen(listing: Listing) -> dict[str, str]:
    """The values that decide further fields: attribute id to choice id, for attributes that cascade."""
    return {
        id_: listing.attributes[id_][0].id
        for id_, attribute in listing.category.attributes.items()
        if attribute.cascades and listing.attributes.get(id_) and listing.attributes[id_][0].id
    }


def map_product(
    product: Product, localized: Localized, category: Category, settings: Settings, spec: Spec
) -> tuple[Listing, Issues]:
    """The listing, as complete as the data allows, and everything that keeps it from being right."""
    brand, issues = _brand(product, category, settings)
    attributes, found = map_attributes(product, localized, category, settings)
    issues += found
    most = min(category.axes_max, spec.variants.axes)
    axes, variants, found = map_axes(
        localized.axes, localized.variants, category, settings, most, spec.variants.max
    )
    issues += found
    listing = Listing(
        key=product.key,
        category=category,
        texts=localized.texts,
        brand=brand,
        variants=variants,
        axes=axes,
        images=localized.images,
        attributes=attributes,
        origin=product.origin,
        hs=product.hs,
        markets=tuple(market.code for market in settings.channel.markets),
    )
    return listing, Issues(tuple(issues))
