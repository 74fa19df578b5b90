"""Taking over what a shop already shows: looked at, matched, reviewed by a person, and only then known as ours.

Nothing here can change the market: every request of it is read-only, and the engine refuses any other.
"""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from attrs import evolve, field, frozen
from sqlalchemy import Connection

from storesync.catalog import Read
from storesync.driver import Observed, Page, Seen
from storesync.engine.channel import OpenChannel
from storesync.engine.flows import run
from storesync.engine.matching import Catalogued, Match, Shelved, match, pair_variants
from storesync.engine.owned import take_theirs
from storesync.engine.work import Work
from storesync.errors import ConfigError, Malformed, StateError
from storesync.issues import counted
from storesync.model import Product, Ref, Status
from storesync.state import HIDDEN, SHOWN, UNKNOWN, Standing, assets, standing

__all__ = ["Adopted", "Adoption", "Reviewed", "read_review", "survey", "take_over", "write_review"]

ADOPT, LEAVE = "adopt", "leave"
NEW: Final = "new"  # in the column `skus`: the listing does not have this variant yet
_COLUMNS = (
    "decision", "listing", "key", "title", "shop_key", "shop_title", "status", "by", "score", "evidence", "others",
    "skus",
)  # fmt: skip
_ID = "#"  # ids are written as text: a spreadsheet would round them
_SHELF = {Status.LIVE: SHOWN, Status.HIDDEN: HIDDEN, Status.DRAFT: HIDDEN}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@frozen(kw_only=True)
class Adoption:
    """What a shop shows that the state does not know: sure matches, unsure ones, and listings of nothing of ours."""

    channel: str
    matches: tuple[Match, ...] = field(default=(), converter=tuple[Match, ...])
    catalog: Mapping[str, Catalogued] = field(factory=dict, repr=False)
    known: int = 0

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
        )


@frozen(kw_only=True)
class Reviewed:
    """One row of a reviewed file that says `adopt`.

    `skus` are the market's ids that a person filled in or left as proposed; empty is not known.
    """

    listing: str
    key: str
    skus: Mapping[str, str] = field(factory=dict)
    at: str = ""


@frozen(kw_only=True)
class Adopted:
    """What became of a review: keys that are ours now, rows that could not be taken and why, rows undecided."""

    channel: str
    keys: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    undecided: int = 0
    left: int = 0

    def __str__(self) -> str:
        lines = [f"{self.channel}: {counted(len(self.keys), 'listing is', 'listings are')} known as ours now"]
        lines += [f"  not taken: {said}" for said in self.refused]
        if self.undecided:
            lines.append(f"  {counted(self.undecided, 'row is', 'rows are')} still without a decision")
        return "\n".join(lines)


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
    async for key, seen in _walk(channel):
        if seen.ref.listing not in known and seen.status is not Status.ENDED:
            shop[seen.ref.listing] = _shelved(key, seen)
    matches = [_whole(one, catalog) for one in match(list(catalog.values()), list(shop.values()))]
    return Adoption(channel=channel.name, matches=tuple(matches), catalog=catalog, known=len(known))


def _has_ref(stand: Standing | None) -> bool:
    return stand is not None and stand.ref is not None


async def _walk(channel: OpenChannel) -> AsyncIterator[tuple[str, Observed]]:
    flow = channel.driver.listings
    if flow is None:
        raise ConfigError(
            f"channel {channel.name!r}: driver {channel.driver.spec.name!r} cannot list what a shop shows; "
            "`storesync resolve` takes one listing over by its id"
        )
    cursor: str | None = None
    seen: set[str | None] = set()
    while True:
        seen.add(cursor)
        # Without a log the engine lets nothing pass but READ requests.
        page: Page = await run(channel, flow(channel.shop, cursor))
        for row in page.seen:
            yield row
        cursor = page.next
        if cursor is None:
            return
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
        told = f"{content.value.normalize():f}{content.unit}" if content is not None else ""
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


def write_review(path: Path, adoption: Adoption) -> int:
    """Write every match to a CSV file for a person, the unsure ones first; the number of rows that need a look.

    Sure ones say `adopt` already. A row is taken over only with `adopt` in the column `decision`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS)
        writer.writeheader()
        for one in (*adoption.unsure, *adoption.sure, *adoption.strange):
            writer.writerow(_row(one, adoption.catalog))
    return len(adoption.unsure)


def _row(one: Match, catalog: Mapping[str, Catalogued]) -> dict[str, str]:
    product, shelved = catalog.get(one.key), one.shelved
    skus = pair_variants(product, shelved)[0] if product is not None else {}
    asked = [
        f"{sku}={_ID}{skus[sku]}" if sku in skus else f"{sku}=" for sku in (product.skus if product else ())
    ]
    return {
        "decision": ADOPT if one.sure else "" if one.key else LEAVE,
        "listing": f"{_ID}{shelved.listing}",
        "key": one.key,
        "title": _harmless(product.titles[0]) if product is not None and product.titles else "",
        "shop_key": _harmless(shelved.key),
        "shop_title": _harmless(shelved.title),
        "status": shelved.status,
        "by": one.by,
        "score": f"{one.score:.2f}" if one.by else "",
        "evidence": _harmless("; ".join(one.evidence)),
        "others": "; ".join(f"{key} {score:.2f}" for key, score in one.others),
        "skus": "; ".join(asked),
    }


def _harmless(text: str) -> str:
    """Text of strangers that a spreadsheet will not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def read_review(path: Path) -> tuple[list[Reviewed], int, int]:
    """The rows to adopt, how many were left undecided, and how many are to be left alone.

    ConfigError names every row that cannot be read, by file and line.
    """
    rows: list[Reviewed] = []
    wrong: list[str] = []
    undecided = left = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in ("decision", "listing", "key") if name not in (reader.fieldnames or ())]
        if missing:
            raise ConfigError(f"{path}: no column {missing[0]!r}; take the file that `storesync adopt` wrote")
        for row in reader:
            decision, at = (row["decision"] or "").strip().lower(), f"{path}:{reader.line_num}"
            if decision == ADOPT:
                rows.append(_reviewed(row, at, wrong))
            elif decision == LEAVE:
                left += 1
            elif not decision:
                undecided += 1
            else:
                wrong.append(f"{at}: decision {decision!r} is not known; write {ADOPT}, {LEAVE} or nothing")
    wrong += _twice(rows, "key") + _twice(rows, "listing")
    if wrong:
        raise ConfigError(
            "\n".join((f"{path}: {counted(len(wrong), 'row')} cannot be taken; nothing was changed", *wrong))
        )
    return rows, undecided, left


def _reviewed(row: Mapping[str, str | None], at: str, wrong: list[str]) -> Reviewed:
    listing, key = (row["listing"] or "").strip().lstrip(_ID), (row["key"] or "").strip()
    if not listing or not key:
        wrong.append(f"{at}: {ADOPT} needs a listing and a key")
    if "E+" in listing.upper() and "." in listing:
        wrong.append(
            f"{at}: listing {listing!r} was rounded by a spreadsheet; copy its id again, with {_ID} before it"
        )
    skus: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in (row.get("skus") or "").split(";"))):
        sku, equals, id_ = part.rpartition("=")
        if not equals or not sku.strip():
            wrong.append(f"{at}: {part!r} in skus is not SKU=id")
        else:
            skus[sku.strip()] = id_.strip().lstrip(_ID)
    return Reviewed(listing=listing, key=key, skus=skus, at=at)


def _twice(rows: Sequence[Reviewed], name: str) -> list[str]:
    first: dict[str, str] = {}
    wrong = []
    for row in rows:
        value = getattr(row, name)
        if value in first:
            wrong.append(
                f"{row.at}: {name} {value!r} is adopted at {first[value]} already; leave all but one"
            )
        first.setdefault(value, row.at)
    return wrong


async def take_over(work: Work, rows: Sequence[Reviewed], *, undecided: int = 0, left: int = 0) -> Adopted:
    """Know these listings as ours from now on; each is looked at once more, and nothing on the market changes.

    What the market shows of them counts as unknown: the next plan compares it with what is wanted. A row that no
    longer fits (gone, known under another key, a variant nobody knows) is refused by itself.
    """
    channel = work.channel
    stands = {
        stand.key: stand
        for stand in await channel.store.read(lambda db: list(standing.read_all(db, channel.name)))
    }
    owners = {stand.ref.listing: stand.key for stand in stands.values() if stand.ref is not None}
    keys: list[str] = []
    refused: list[str] = []
    for row, found in await _looked(work, rows, stands):
        try:
            ref, seen = _ref(row, stands.get(row.key), found, owners)
        except StateError as error:
            refused.append(f"{row.at}: {error}")
            continue
        await work.write(partial(_known, work=work, key=row.key, ref=ref, seen=seen))
        owners[ref.listing] = row.key
        keys.append(row.key)
    if not refused and not undecided:
        # Somebody looked at all that the shop shows: what is not ours now is none of this catalog.
        contact = {"how": "adopted", "at": channel.env.now().isoformat(timespec="seconds")}
        await work.write(lambda db: assets.keep_contact(db, channel.name, contact))
    return Adopted(
        channel=channel.name, keys=tuple(keys), refused=tuple(refused), undecided=undecided, left=left
    )


async def _looked(
    work: Work, rows: Sequence[Reviewed], stands: Mapping[str, Standing]
) -> list[tuple[Reviewed, Observed | None]]:
    channel = work.channel
    observe = channel.driver.observe
    if observe is None:
        raise ConfigError(
            f"channel {channel.name!r}: its driver cannot look at a listing; nothing was adopted"
        )
    batch = channel.spec.batches.get("observe")
    size = batch.size if batch is not None else 1
    found: list[tuple[Reviewed, Observed | None]] = []
    for start in range(0, len(rows), size):
        some = rows[start : start + size]
        refs = [Ref(row.listing, _asked(row, stands.get(row.key))) for row in some]
        seen: Mapping[str, Observed] = await work.run(observe(channel.shop, refs))
        found += [(row, seen.get(row.listing)) for row in some]
    return found


def _asked(row: Reviewed, stand: Standing | None) -> dict[str, str]:
    skus = stand.offers if stand is not None else {}
    return {sku: row.skus.get(sku, "") for sku in {**dict.fromkeys(skus, ""), **row.skus}}


def _ref(
    row: Reviewed, stand: Standing | None, seen: Observed | None, owners: Mapping[str, str]
) -> tuple[Ref, Observed]:
    """The ids of an adopted listing, and what it shows; StateError says why it cannot be."""
    if stand is None:
        raise StateError(f"the catalog has no product {row.key!r}")
    if stand.ref is not None:
        raise StateError(f"{row.key} is listing {stand.ref.listing} already")
    if row.listing in owners:
        raise StateError(f"listing {row.listing} is {owners[row.listing]} already")
    if seen is None:
        raise StateError(f"the shop has no listing {row.listing}")
    wanted = dict.fromkeys((*stand.offers, *row.skus))
    ids = {sku: id_ for sku, id_ in seen.ref.skus.items() if id_ and sku in wanted}
    ids |= {sku: id_ for sku, id_ in row.skus.items() if id_ and id_ != NEW}
    strange = [
        id_ for id_ in ids.values() if seen.variants and id_ not in seen.variants and id_ != row.listing
    ]
    if strange:
        raise StateError(f"listing {row.listing} has no variant {strange[0]}")
    if len(set(ids.values())) < len(ids):
        raise StateError(f"one variant of listing {row.listing} is given to several SKUs")
    open_ = [sku for sku in wanted if sku not in ids and row.skus.get(sku) != NEW]
    unknown = set(seen.variants) - set(ids.values())
    if open_ and (unknown or not seen.variants):
        raise StateError(
            f"which variant of listing {row.listing} is {', '.join(open_)} is not known; "
            f"write SKU={_ID}id into the column skus, or SKU={NEW} when the listing does not have it"
        )
    return Ref(row.listing, ids, seen.ref.more), seen


def _known(db: Connection, *, work: Work, key: str, ref: Ref, seen: Observed) -> None:
    """The listing is ours; its content is unknown, its prices and stock are as it shows them."""
    channel = work.channel.name
    standing.change(
        db,
        channel,
        key,
        ref=ref,
        made=True,
        have=UNKNOWN,
        have_shown=_SHELF.get(seen.status, UNKNOWN),
        status=seen.status,
        doubt=None,
        token="",
        parked="",
        refused="",
    )
    stand = standing.read(db, channel, key)
    if stand is not None:
        standing.doubt_offers(db, channel, stand.offers, prices=True, stock=True)
    shown = [offer for sku, offer in seen.offers.items() if ref.skus.get(sku) == seen.ref.skus.get(sku)]
    standing.acknowledge_offers(db, channel, shown, prices=True, stock=True)
    if stand is not None:
        take_theirs(db, work, stand, evolve(seen, offers={offer.sku: offer for offer in shown}))
    standing.bump(db, channel)
