"""One channel's way from product to listing, wired from the configuration's values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from attrs import evolve

from storesync.driver import Driver, Shop
from storesync.localization import TextMemory, completed
from storesync.model import Category, Offer, Product
from storesync.prepare import Inputs, Prepared, Settings, prepare
from storesync.pricing import PolicyBook
from storesync.state import CONVERTER

__all__ = ["ChannelPreparer"]


class ChannelPreparer:
    """Prepares products for one channel; what all of them share is digested once."""

    def __init__(
        self,
        settings: Settings,
        driver: Driver[Any, Any],
        shop: Shop,
    ) -> None:
        self._memory: TextMemory | None = None
        self.settings = settings
        self.driver = driver
        self.shop = shop
        self._inputs = Inputs.of(settings, driver, shop)

    @property
    def books(self) -> tuple[PolicyBook, ...]:
        """The price policies of the channel's markets."""
        return tuple(book for book in self.settings.policies.values() if isinstance(book, PolicyBook))

    def knows(self, memory: TextMemory) -> None:
        """From now on these texts are remembered, and no others."""
        self._memory = memory if memory else None

    def _seen_by(self, product: Product) -> Settings:
        """The settings with the texts that are remembered for this product."""
        if self._memory is None:
            return self.settings
        settings = self.settings
        locales = settings.channel.locales
        reference = completed(settings.reference, product, locales, self._memory, settings.accept)
        return evolve(settings, reference=reference)

    def category_id(self, product: Product) -> str:
        """The market's category for a product; empty when none is known."""
        return self.settings.categories.get(product.category, "")

    def causes(self, product: Product, shop: Any, category: Category | None) -> Mapping[str, str]:
        """What the result depends on, by cause, as digests."""
        inputs = self._inputs
        if self._memory is not None:
            inputs = evolve(inputs, settings=self._seen_by(product))
        return inputs.causes(product, category)

    def prepare(
        self,
        product: Product,
        shop: Any,
        category: Category | None,
        last: Mapping[str, Offer],
        chosen: Mapping[str, str],
        live: Collection[str],
    ) -> Prepared:
        """One product as this channel will show it, or every reason why not."""
        return prepare(
            product,
            settings=self._seen_by(product),
            driver=self.driver,
            shop=shop,
            category=category,
            last=last,
            chosen_for=chosen,
            live=live,
        )

    def traces(self, prepared: Prepared) -> Mapping[str, Any]:
        """How prices and texts came to be, as JSON, for `explain`."""
        return {
            "prices": {
                sku: {market: trace.document() for market, trace in markets.items()}
                for sku, markets in prepared.traces.items()
            },
            "texts": {
                locale: {
                    name: {**CONVERTER.unstructure(source), **_said(prepared, locale, name)}
                    for name, source in fields.items()
                }
                for locale, fields in prepared.provenance.items()
            },
        }


def _said(prepared: Prepared, locale: str, name: str) -> Mapping[str, str]:
    """What the listing says there; the description repeats the others and is left out."""
    text = prepared.listing.texts.get(locale) if prepared.listing is not None else None
    if text is None or name not in ("title", "short_description"):
        return {}
    return {"text": text.title if name == "title" else "\n".join(text.points)}
