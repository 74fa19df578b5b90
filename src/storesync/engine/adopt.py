"""Taking over what a shop already shows: what a person reviewed is known as ours from then on.

Nothing here can change the market: each listing is looked at once more, and the next plan compares it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from attrs import evolve, frozen
from sqlalchemy import Connection

from storesync.driver import Observed
from storesync.engine.owned import take_theirs
from storesync.engine.review import ID, Reviewed
from storesync.engine.work import Work
from storesync.errors import ConfigError, StateError
from storesync.issues import counted
from storesync.model import Ref, Status
from storesync.state import HIDDEN, SHOWN, UNKNOWN, Standing, assets, standing

__all__ = ["Adopted", "ids_of", "know", "take_over", "taken"]
NEW: Final = "new"  # in the column `skus`: the listing does not have this variant yet
_SHELF = {Status.LIVE: SHOWN, Status.HIDDEN: HIDDEN, Status.DRAFT: HIDDEN}


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


async def take_over(
    work: Work, rows: Sequence[Reviewed], *, undecided: int = 0, left: Sequence[str] = ()
) -> Adopted:
    """Know these listings as ours from now on; each is looked at once more, and nothing on the market changes.

    What the market shows of them counts as unknown: the next plan compares it with what is wanted. A row that no
    longer fits (gone, known under another key, a variant nobody knows) is refused by itself. `left` are the listings
    that a person left alone: they are not taken for ours later, whatever their key.
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
            ref, seen = ids_of(row, stands.get(row.key), found, owners)
        except StateError as error:
            refused.append(f"{row.at}: {error}")
            continue
        await work.write(partial(know, work=work, key=row.key, ref=ref, seen=seen))
        owners[ref.listing] = row.key
        keys.append(row.key)
    if not refused and not undecided:
        # Somebody looked at all that the shop shows: what is not ours now is none of this catalog.
        at = channel.env.now().isoformat(timespec="seconds")
        contact = {"how": "adopted", "at": at, "left": sorted(left)}
        await work.write(lambda db: assets.keep_contact(db, channel.name, contact))
    return Adopted(
        channel=channel.name, keys=tuple(keys), refused=tuple(refused), undecided=undecided, left=len(left)
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


def taken(listing: str, owner: str) -> str:
    """Why a listing cannot be another product's, in the words of a message."""
    return f"listing {listing} is {owner} already"


def _asked(row: Reviewed, stand: Standing | None) -> dict[str, str]:
    skus = stand.offers if stand is not None else {}
    return {sku: row.skus.get(sku, "") for sku in {**dict.fromkeys(skus, ""), **row.skus}}


def ids_of(
    row: Reviewed, stand: Standing | None, seen: Observed | None, owners: Mapping[str, str]
) -> tuple[Ref, Observed]:
    """The ids of an adopted listing, and what it shows; StateError says why it cannot be."""
    if stand is None:
        raise StateError(f"the catalog has no product {row.key!r}")
    if stand.ref is not None:
        raise StateError(f"{row.key} is listing {stand.ref.listing} already")
    if row.listing in owners:
        raise StateError(taken(row.listing, owners[row.listing]))
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
            f"write SKU={ID}id into the column skus, or SKU={NEW} when the listing does not have it"
        )
    return Ref(row.listing, ids, seen.ref.more), seen


def know(db: Connection, *, work: Work, key: str, ref: Ref, seen: Observed) -> None:
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
