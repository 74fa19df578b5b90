"""What refinements aim at: a slip of the pen in a scope would let the general price go out in silence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from storesync.issues import Issue, Severity, nearest
from storesync.model import Product
from storesync.pricing.book import PolicyBook, Refinement, Scope

__all__ = ["Aims", "crossed_out", "strange_channels"]


def strange_channels(book: PolicyBook, channels: Collection[str]) -> Iterator[Issue]:
    """An error for every refinement that names a channel which does not exist."""
    for refinement in book.refinements:
        name = refinement.scope.channel
        if name and name not in channels:
            yield Issue(
                "price.unknown_channel",
                f"prices/{book.name}/refine",
                f"policy {book.name!r}, stage 'policy': a refinement is for channel {name!r}, which does not exist",
                hint=nearest(name, channels),
                at=refinement.at or book.at,
            )


def crossed_out(channel: str, title: str, books: Iterable[PolicyBook]) -> Iterator[Issue]:
    """A warning for every policy that makes a compare-at price for a channel whose driver sends none."""
    for book in {book.name: book for book in books}.values():
        refined = any(
            refinement.fields.get("compare_at") == "list" and refinement.scope.channel in ("", channel)
            for refinement in book.refinements
        )
        if refined or any(policy.compare_at == "list" for policy in book.policies):
            yield Issue(
                "price.compare_at_unsent",
                f"prices/{book.name}/compare_at",
                f"policy {book.name!r}, stage 'compare-at': the {title} driver sends no crossed-out price",
                Severity.WARNING,
                "set it in the shop by hand, or remove compare_at",
                book.at,
            )


class Aims:
    """Which refinements of a channel's policies met a variant while its catalog was read."""

    def __init__(self, channel: str, books: Iterable[PolicyBook]) -> None:
        self._channel = channel
        self._left: list[tuple[PolicyBook, Refinement]] = [
            (book, refinement)
            for book in {book.name: book for book in books}.values()
            for refinement in book.refinements
            if refinement.scope.channel in ("", channel)
            and refinement.scope != Scope(channel=refinement.scope.channel)
        ]
        self._blind = False

    def see(self, product: Product | None) -> None:
        """One more product of the catalog; None for one that could not be read, whatever it is."""
        if product is None:
            self._blind = True
        elif self._left:
            skus = [variant.sku for variant in product.variants]
            self._left = [
                (book, refinement)
                for book, refinement in self._left
                if not any(refinement.scope.matches(self._channel, product, sku) for sku in skus)
            ]

    def missed(self) -> Iterator[Issue]:
        """A warning for every refinement that no variant of the catalog has met.

        None while a product could not be read: it may be the one.
        """
        for book, refinement in () if self._blind else self._left:
            yield Issue(
                "price.unmet_refinement",
                f"prices/{book.name}/refine",
                f"policy {book.name!r}, stage 'policy': a refinement is for {refinement.scope}, and the catalog has"
                " no such variant: it changes no price",
                Severity.WARNING,
                "check the spelling, or remove the refinement",
                refinement.at or book.at,
            )
