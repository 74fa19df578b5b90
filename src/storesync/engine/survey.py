"""What a shop shows that is not known as ours, matched with the catalog.

Nothing here can change the market: every request of it is read-only, and the engine refuses any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import field, frozen

from storesync.catalog import Read
from storesync.driver import Observed, Page, Seen
from storesync.engine.channel import OpenChannel
from storesync.engine.flows import run
from storesync.engine.matching import Match, match, pair_variants
from storesync.engine.shelved import Catalogued, Shelved
from storesync.errors import ConfigError, Malformed
from storesync.issues import counted
from storesync.model import MONEY_CONTEXT, Product, Status
from storesync.state import Standing, standing

__all__ = ["Adoption", "survey"]
_PASSES: Final = 4


@frozen(kw_only=True)
class Adoption:
    """What a shop shows that the state does not know: sure matches, unsure ones, and listings of nothing of ours.

    With `moved` no two passes over the shop agreed: something may be missing.
    """

    channel: str
    matches: tuple[Match, ...] = field(default=(), converter=tuple[Match, ...])
    catalog: Mapping[str, Catalogued] = field(factory=dict, repr=False)
    known: int = 0
    moved: bool = False

    @property
    def sure(self) -> tuple[Match, ...]:
        """What may be adopted as it is."""
        return tuple(one for one in self.matches if one.sure)

    @property
    def unsure(self) -> tuple[Match, ...]:
        """What a person must look at: a product that may be meant, or several."""
        return tuple(one for one in self.matches if one.key and not one.sure)

    @property
    def strange(self) -> tuple[Match, ...]:
        """Listings like no product of the catalog."""
        return tuple(one for one in self.matches if not one.key)

    def __str__(self) -> str:
        return (
            f"{self.channel}: {counted(len(self.sure), 'listing')} recognized, {len(self.unsure):,} unsure, "
            f"{len(self.strange):,} of nothing here"
            + "; the shop moved while it was read, and something may be missing: once more when nobody edits it"
            * self.moved
        )


async def survey(channel: OpenChannel, reads: Iterable[Read]) -> Adoption:
    """What the shop shows, matched with the catalog; asks the market with read-only requests and changes nothing.

    The catalog's localized titles are those of the last plan. ConfigError when the driver cannot list a shop.
    """
    stands = {
        stand.key: stand
        for stand in await channel.store.read(lambda db: list(standing.read_all(db, channel.name)))
    }
    known = {stand.ref.listing for stand in stands.values() if stand.ref is not None}
    catalog = {
        read.product.key: _catalogued(read.product, stands.get(read.product.key))
        for read in reads
        if read.product is not None and not _has_ref(stands.get(read.product.key))
    }
    shop: dict[str, Shelved] = {}
    shown, moved = await _settled(channel)
    for key, seen in shown:
        if seen.ref.listing not in known and seen.status is not Status.ENDED:
            shop[seen.ref.listing] = _shelved(key, seen)
    matches = [_whole(one, catalog) for one in match(list(catalog.values()), list(shop.values()))]
    return Adoption(
        channel=channel.name, matches=tuple(matches), catalog=catalog, known=len(known), moved=moved
    )


def _has_ref(stand: Standing | None) -> bool:
    return stand is not None and stand.ref is not None


async def _settled(channel: OpenChannel) -> tuple[list[tuple[str, Observed]], bool]:
    """All that the shop shows, and whether it still moved after so many passes.

    A list shifts while it is read: what is put on sale, taken off or deleted between two pages moves others over their
    edge. Two passes that show the same listings are taken for the whole; without these, all that was ever seen is.
    """
    ever: dict[str, tuple[str, Observed]] = {}
    before: set[str] | None = None
    for _ in range(_PASSES):
        now = {row[1].ref.listing: row for row in await _walk(channel)}
        if now.keys() == before:
            return list(now.values()), False
        ever |= now
        before = set(now)
    return list(ever.values()), True


async def _walk(channel: OpenChannel) -> list[tuple[str, Observed]]:
    """One pass over the shop's pages."""
    flow = channel.driver.listings
    if flow is None:
        raise ConfigError(
            f"channel {channel.name!r}: driver {channel.driver.spec.name!r} cannot list what a shop shows; "
            "`storesync resolve` takes one listing over by its id"
        )
    cursor: str | None = None
    seen: set[str | None] = set()
    rows: list[tuple[str, Observed]] = []
    while True:
        seen.add(cursor)
        # Without a log the engine lets nothing pass but READ requests.
        page: Page = await run(channel, flow(channel.shop, cursor))
        rows += page.seen
        cursor = page.next
        if cursor is None:
            return rows
        if cursor in seen:
            raise Malformed("shape", f"the shop's pages go in a circle: {cursor!r} came twice")


def _catalogued(product: Product, stand: Standing | None) -> Catalogued:
    names: dict[str, tuple[str, ...]] = {}
    contents: list[str] = []
    for variant in product.variants:
        mine = [
            axis.choices[variant.options[axis.code]].text
            for axis in product.axes
            if variant.options.get(axis.code) in axis.choices
        ]
        content = variant.net_content
        told = f"{content.value.normalize(MONEY_CONTEXT):f}{content.unit}" if content is not None else ""
        names[variant.sku] = tuple(dict.fromkeys(filter(None, (" ".join(mine), *mine, told))))
        contents += [told] if told else []
    localized = stand.title if stand is not None else ""
    return Catalogued(
        key=product.key,
        titles=tuple(dict.fromkeys(filter(None, (localized, product.text.title)))),
        brands=tuple(dict.fromkeys(filter(None, (product.brand.latin, product.brand.name)))),
        skus=tuple(variant.sku for variant in product.variants),
        gtins={variant.sku: variant.gtin for variant in product.variants if variant.gtin},
        names=names,
        contents=tuple(contents),
    )


def _shelved(key: str, seen: Observed) -> Shelved:
    variants = dict(seen.variants) or {id_: Seen(sku) for sku, id_ in seen.ref.skus.items()}
    return Shelved(
        listing=seen.ref.listing,
        key=key,
        title=seen.texts.get("title", ""),
        status=seen.status.value,
        variants=variants,
    )


def _whole(one: Match, catalog: Mapping[str, Catalogued]) -> Match:
    """A sure match stays so only when every variant of the listing is known, too."""
    if not one.sure:
        return one
    found, left = pair_variants(catalog[one.key], one.shelved)
    missing = [sku for sku in catalog[one.key].skus if sku not in found]
    if not missing or (one.shelved.variants and not left):
        return one
    if not one.shelved.variants and len(missing) == 1:
        return one  # a listing without variants stands for its only one
    told = f"which of its variants are {', '.join(missing)} is not known: fill in the column skus"
    return Match(
        shelved=one.shelved,
        key=one.key,
        by=one.by,
        score=one.score,
        evidence=(*one.evidence, told),
        others=one.others,
    )
