"""One reading of the catalog for one channel: each product prepared, and what is wanted of it kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Protocol

from attrs import define, evolve, field
from sqlalchemy import Connection

from storesync.catalog import Read
from storesync.engine.categories import Categories, key_id
from storesync.engine.channel import OpenChannel
from storesync.engine.channeltexts import ChannelTexts, grouped
from storesync.engine.owned import kept
from storesync.engine.unread import held_for_words
from storesync.errors import Fault
from storesync.issues import Issue, Issues
from storesync.model import Category, CategoryKey, Offer, Product, digest, frozen_map
from storesync.prepare import Prepared
from storesync.state import OFFERS_GO, Standing, Want, assets, standing

__all__ = ["Preparer", "Reading"]
_CHUNK = 100  # wants per transaction
_TOLD = 500  # products that wait for texts before a translator is asked for all of them
_NOTHING: Mapping[str, Any] = frozen_map({})


class Preparer(Protocol):
    """One channel's way from a product to what should be shown."""

    def prepare(
        self,
        product: Product,
        shop: Any,
        category: Category | None,
        last: Mapping[str, Offer],
        chosen: Mapping[str, str],
        live: Collection[str],
    ) -> Prepared:
        """One product as this channel will show it, or every reason why not; `live` are the SKUs on sale there."""
        ...

    def causes(self, product: Product, shop: Any, category: Category | None) -> Mapping[str, str]:
        """What the result depends on, by cause (`catalog`, `text`, `price rule` …), as digests."""
        ...

    def category_id(self, product: Product) -> str:
        """The market's category for a product; empty when none is known."""
        ...

    def traces(self, prepared: Prepared) -> Mapping[str, Any]:
        """How prices and texts came to be, as JSON."""
        ...


@define
class Reading:
    """One reading of the catalog: what the state knew before, what was met, and what waits to be entered.

    `known` are the inputs by key, and once a product was read what it came from; `ended` what a person ended and why;
    with `only` just these products are read. Of the listings in `open` the market may have more than is known here:
    `doubted` are those among them whose document waits, so that somebody must look; `unasked` says why the market did
    not tell of some.
    """

    channel: OpenChannel
    preparer: Preparer
    known: dict[str, str]
    ended: Mapping[str, str] = field(factory=dict)
    only: frozenset[str] | None = None
    seen: set[str] = field(factory=set)
    products: int = 0
    incomplete: bool = False
    issues: list[Issue] = field(factory=list)
    waiting: list[tuple[Want, Product | None]] = field(factory=list)
    texts: ChannelTexts | None = None
    lacking: list[tuple[Product, tuple[Issue, ...], tuple[str, ...]]] = field(factory=list)
    open: frozenset[str] = frozenset()
    doubted: dict[str, tuple[Product, tuple[Issue, ...]]] = field(factory=dict)
    unasked: Mapping[str, Issue] = field(factory=dict)
    categories: Categories = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.categories = Categories(self.channel)

    def meant(self, stand: Standing) -> bool:
        """Whether what is wanted of a listing is what this reading found, and not what another one wrote meanwhile."""
        known = self.known.get(stand.key)
        if stand.key in self.seen:
            return known == digest(dict(stand.causes))
        return self.only is not None if known is None else known == stand.input

    async def take(self, reads: Iterable[Read], progress: Callable[[int], None] | None) -> None:
        """Prepare what changed and keep what is wanted of it; what the catalog names no more is wanted off sale."""
        texts, only = self.texts, self.only
        if texts is not None:
            await texts.begin()
        for group in grouped(read for read in reads if only is None or not read.key or read.key in only):
            if texts is not None:
                await texts.recall(group)
            for read in group:
                await _take(self, read)
                if progress is not None and read.key:
                    progress(self.products)
            if len(self.lacking) >= _TOLD:
                await _tell(self)
        await _tell(self)
        await _take_gone(self)
        await _flush(self)

    async def again(self, keys: Iterable[str]) -> None:
        """Prepare these of the `doubted` once more: the state knows by now what the market has of them."""
        for key in keys:
            product, found = self.doubted[key]
            self.known[key] = ""
            await _product(self, product, found, told=True)
        await _flush(self)


async def _tell(reading: Reading) -> None:
    """Fetch the texts that some products lack, all in one go, and run the same pass for these products again."""
    if not reading.lacking or reading.texts is None:
        return
    lacking, reading.lacking = reading.lacking, []
    told = await reading.texts.ask([(product, locales) for product, _, locales in lacking])
    reading.issues += told.general
    for product, found, _ in lacking:
        await _product(reading, product, (*found, *told.issues.get(product.key, ())), told=True)


async def _take(reading: Reading, read: Read) -> None:
    if not read.key:
        reading.issues.extend(read.issues)
        reading.incomplete = reading.incomplete or read.incomplete
        return
    reading.products += 1
    reading.seen.add(read.key)
    if read.product is None:
        await _want(reading, await _unread(reading, read), None)
        return
    await _product(reading, read.product, read.others)


async def _unread(reading: Reading, read: Read) -> Want:
    """What is wanted of a product that the catalog names and that cannot be read: all stays but the stock that can be."""
    channel = reading.channel
    held = Want(
        key=read.key,
        title="",
        input="",
        causes={},
        content=None,
        offers={},
        shown=True,
        issues=read.issues,
        held=True,
    )
    if not read.stocks or read.key not in reading.known:
        return held
    last, live, *_ = await channel.store.read(lambda db: _last(db, channel.name, read.key))
    if not live:
        return held
    # What no row tells of left the catalog, unless a row does not say whose it is.
    absent = None if read.rows_lost else 0
    stocks = {sku: read.stocks.get(sku, absent) for sku in live}
    offers = {
        sku: Offer(sku, last[sku].prices if sku in last else {}, stock or 0) for sku, stock in stocks.items()
    }
    markets = frozenset(market.code for market in channel.channel.markets)
    return evolve(
        held,
        offers=offers,
        reason=OFFERS_GO,
        kept=dict.fromkeys(live, markets),
        uncounted=frozenset(sku for sku, stock in stocks.items() if stock is None),
    )


async def _product(
    reading: Reading, product: Product, found: tuple[Issue, ...], *, told: bool = False
) -> None:
    channel, preparer = reading.channel, reading.preparer
    key = CategoryKey(preparer.category_id(product))
    category = await reading.categories.of(key) if key.id else None
    causes = preparer.causes(product, channel.shop, category)
    if owned := channel.channel.owned_by_seller:
        causes = {**causes, "seller": digest(sorted(owned))}
    name = digest(dict(causes))
    known, doubted = reading.known.get(product.key), product.key in reading.open
    same = known == name or (known and not found and known == _placed(reading, name, product))
    if same and not doubted:
        reading.known[product.key] = name
        return
    last, live, made, documents = _NOTHING, frozenset[str](), False, frozenset[str]()
    if product.key in reading.known:
        last, live, made, documents, unsure = await channel.store.read(
            lambda db: _last(db, channel.name, product.key)
        )
        doubted = doubted or unsure
    prepared = preparer.prepare(product, channel.shop, category, last, key.chosen, live)
    asked = {key_id(key)}
    while prepared.needs:
        (need,) = prepared.needs[:1]
        again = await reading.categories.of(need)
        if again is None or key_id(need) in asked:
            prepared = _unknown_category(prepared, reading.categories.faults.get(key_id(need)), need)
            name = ""  # asked again next time
            break
        asked.add(key_id(need))
        key, category = need, again
        prepared = preparer.prepare(product, channel.shop, category, last, need.chosen, live)
    if not told and prepared.lacks and reading.texts is not None and reading.texts.serves(prepared.lacks):
        reading.lacking.append((product, found, prepared.lacks))
        return
    if doubted and prepared.offered:
        reading.doubted[product.key] = product, found
    if reading.texts is not None and (doubt := reading.texts.glossary.doubt):
        prepared = held_for_words(prepared, documents, live if made else (), doubt, product.at)
    if (prepared.kept or prepared.uncounted) and not made and prepared.content is not None:
        # Nothing is made, or made whole, without price and stock: its document waits, and what is there goes on.
        going = {sku: offer for sku, offer in prepared.offers.items() if sku in live}
        prepared = evolve(prepared, content=None, goes=going)
    title = product.text.title
    if prepared.listing is not None and prepared.listing.texts:
        title = prepared.listing.text.title or title
    await _want(
        reading,
        Want(
            key=product.key,
            title=title,
            input=_input(reading, name, product, (*found, *prepared.issues), lacks=bool(prepared.lacks)),
            causes=causes,
            content=prepared.content,
            offers=prepared.offers if prepared.content is not None else prepared.goes or {},
            shown=prepared.offered,
            reason=prepared.reason or (OFFERS_GO if prepared.goes is not None else ""),
            issues=(*found, *prepared.issues),
            held=prepared.held,
            kept=prepared.kept,
            uncounted=prepared.uncounted,
            category=product.category,
            traces=preparer.traces(prepared),
        ),
        product,
    )


# What findings of these kinds depend on is the product, its texts, the rules, the evidence and the day: all causes.
_WORDING = ("claim.", "text.")


def _placed(reading: Reading, name: str, product: Product) -> str:
    """The causes with the places that findings about wording name."""
    return digest([name, product.at, reading.texts.places(product) if reading.texts is not None else []])


def _input(reading: Reading, name: str, product: Product, issues: tuple[Issue, ...], *, lacks: bool) -> str:
    """Under which name the result is known: as long as it stays, the product is not prepared again.

    A finding names a place in a file, and places move; other findings depend on what the market acknowledged.
    A product with such findings is prepared every time, and so is one whose texts may be fetched next time.
    """
    if not issues:
        return name
    if not name or lacks or reading.texts is None:
        return ""
    about_words = all(issue.code.startswith(_WORDING) for issue in issues)
    return _placed(reading, name, product) if about_words else ""


def _last(
    db: Connection, channel: str, key: str
) -> tuple[Mapping[str, Offer], frozenset[str], bool, frozenset[str], bool]:
    """The offers acknowledged last, the SKUs that the shop has, whether all of it was made, and the documents known.

    At last whether the shop may have more: of what was off sale meanwhile nobody asked.
    """
    stand = standing.read(db, channel, key)
    if stand is None:
        return _NOTHING, frozenset(), False, frozenset(), False
    last = {sku: offer.last for sku, offer in stand.offers.items() if offer.last is not None}
    skus = frozenset(stand.ref.skus if stand.ref is not None else ())
    documents = frozenset({stand.have, stand.want} if skus else ())
    return last, skus, stand.made, documents, stand.doubt is not None or bool(stand.named)


def _unknown_category(prepared: Prepared, fault: Fault | None, need: CategoryKey) -> Prepared:
    said = f": {fault}" if fault is not None else ""
    issue = Issue(
        "map.category_unreadable",
        f"{prepared.key}/category",
        f"the market did not tell what category {need.id} asks for{said}",
        hint="plan again when the market answers; what is live stays as it is",
    )
    return evolve(prepared, needs=(), issues=Issues((*prepared.issues, issue)))


async def _want(reading: Reading, wanted: Want, product: Product | None) -> None:
    reading.known[wanted.key] = digest(dict(wanted.causes))
    reading.seen.add(wanted.key)
    reading.waiting.append((wanted, product))
    if len(reading.waiting) >= _CHUNK:
        await _flush(reading)


async def _flush(reading: Reading) -> None:
    if not reading.waiting:
        return
    group, reading.waiting = reading.waiting, []
    channel = reading.channel.name

    def write(db: Connection) -> None:
        for wanted, product in group:
            standing.want(db, channel, _left(db, reading, wanted))
            if product is not None:
                assets.keep_files(db, product.files.values())
        # In the same transaction: whoever is cut here leaves nothing that a plan made before could send.
        standing.bump(db, channel)

    await reading.channel.store.write(write)


def _left(db: Connection, reading: Reading, wanted: Want) -> Want:
    """What is wanted, but for what a person ended, and what the seller keeps of a listing that is there."""
    channel = reading.channel
    if wanted.key in reading.ended:
        wanted = evolve(wanted, shown=False, reason=reading.ended[wanted.key])
    stand = standing.read(db, channel.name, wanted.key) if channel.channel.owned_by_seller else None
    if stand is None:
        return wanted
    there = standing.document(db, stand.have) or standing.document(db, stand.want)
    return kept(wanted, stand, there, channel.channel, channel.spec)


async def _take_gone(reading: Reading) -> None:
    """Listings whose product the catalog does not name any more are wanted off sale, never ended by themselves."""
    if reading.incomplete:
        return
    for key in sorted(reading.known.keys() - reading.seen):
        if reading.known[key] == _GONE:
            continue
        await _want(
            reading,
            Want(
                key=key,
                title="",
                input=_GONE,
                causes={"catalog": _GONE},
                content=None,
                offers={},
                shown=False,
                reason="no longer in the catalog",
            ),
            None,
        )


_GONE = "gone"
