"""Where products come from: a stream of readings, one per product, each with what was found wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from attrs import field, frozen

from storesync.issues import Issue, Severity
from storesync.model import Product, frozen_map

__all__ = ["Read", "Source"]


@frozen(kw_only=True)
class Read:
    """One product as the source tells it.

    `product` None means held back: the source names it but an error stands in the way, so it is neither
    changed nor treated as gone; `stocks` are the stock figures of its SKUs all the same, None where one is not sound, and
    `rows_lost` says that a row of it does not tell its SKU. A figure of one variant that cannot be taken holds no
    product: its finding stands among `issues` and in the supply of the variant, and what depends on it waits. An empty
    `key` means that the findings are about a file, or about a row of which nobody can tell whose it is.
    """

    key: str
    product: Product | None
    issues: tuple[Issue, ...] = field(default=(), converter=tuple[Issue, ...])
    stocks: Mapping[str, int | None] = field(factory=dict, converter=frozen_map)
    rows_lost: bool = False

    @property
    def held(self) -> bool:
        """Whether this product, or a part of it, must stay as it is until the source is corrected."""
        return bool(self.key) and bool(self.product is None or self.errors)

    @property
    def others(self) -> tuple[Issue, ...]:
        """The findings without those that stand in the supply of a variant, which each channel tells in its words."""
        supply = self.product.supply.values() if self.product is not None else ()
        told = {flaw for one in supply for flaw in one.flaws.values()}
        return tuple(issue for issue in self.issues if issue not in told)

    @property
    def incomplete(self) -> bool:
        """Whether something could not be read at all: then no product may be treated as gone."""
        return not self.key and bool(self.errors)

    @property
    def errors(self) -> tuple[Issue, ...]:
        """What holds it back."""
        return tuple(issue for issue in self.issues if issue.severity is Severity.ERROR)


class Source(Protocol):
    """A catalog that can be read again and again; every reading streams in the order of the source."""

    def products(self) -> Iterator[Read]:
        """Every product, held ones too; findings about a file come first, under the empty key."""
        ...
