"""What must hold in a world at its end: nothing twice, nothing lost, nothing wrong, then silence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from storesync.plan import Kind
from storesync.sandbox.dialect import AUTH
from storesync.sandbox.records import Listing
from storesync.state import Standing
from storesync.testing.byhand import BY_HAND, TYPED_STOCK
from storesync.testing.leaks import Leaks
from storesync.testing.syncs import run
from storesync.testing.unheard import doubted, missed
from storesync.testing.verdict import Verdict
from storesync.testing.wanted import Item, offers_of
from storesync.testing.world import World

__all__ = ["judge", "right_offers", "right_titles"]

_CLOCKS = 40.0  # seconds: so much earlier may a token count as forgotten, for clocks differ


def judge(world: World, verdict: Verdict) -> None:
    """Look at the shop after the last run, then at one run more, which must be silent."""
    truth, wanted = world.truth, world.wanted
    # What was lost may still come, and be decided on; who gave no promise of a verdict is not asked for it.
    world.loop.skip(world.profile.late + world.profile.review)
    truth.settle()
    stands = world.stands()
    verdict.unjournaled = list(world.unjournaled)
    verdict.duplicates = [f"{key} × {len(items)}" for key, items in truth.duplicates().items()]
    verdict.parked = sum(bool(stand.parked) for stand in stands.values())
    unknown = doubted(world)
    verdict.lost += [
        f"{key} waits for a person without need: {one.parked}"
        for key, one in stands.items()
        if one.parked and not _needs_person(world, one, unknown)
    ]
    for item in wanted.items.values():
        _look(world, verdict, item, stands.get(item.key))
    verdict.wrong += _robbed(world)
    verdict.wrong += _left(world, stands)
    verdict.wrong += [
        f"the market was told the merchant's file name {name!r}"
        for name in sorted(file.name for file in truth.files.values() if not file.name.isascii())
    ]
    world.look_at_prices()
    verdict.wrong += (*world.mispriced.values(), *world.early.values())
    verdict.cheap = list(world.cheap.values())
    verdict.in_blackout = world.in_blackout
    most = world.profile.daily
    verdict.over_quota = [
        f"{count} calls on {day}" for day, count in world.sent.items() if most and count > most
    ]
    verdict.told = _secrets(world)
    before, writes = len(truth.calls), truth.writes()
    run(world, [], look=world.profile.edits)
    verdict.second_run_calls = len(truth.calls) - before
    renewed = sum(call.kind == AUTH and call.effect == "write" for call in list(truth.calls)[before:])
    verdict.second_run_writes = truth.writes() - writes - renewed


def _left(world: World, stands: Mapping[str, Standing]) -> list[str]:
    """Listings on sale that no product is behind any more; where the seller keeps the shelf, that is his."""
    if "shown" in world.profile.owned:
        return []
    live = (listing for listing in world.truth.live() if listing.key not in world.wanted.items)
    parked = {key for key, stand in stands.items() if stand.parked}
    return [
        f"{listing.key} is on sale though gone from the catalog"
        for listing in live
        if listing.key not in parked
    ]


def _robbed(world: World) -> list[str]:
    """Listings that are there without the variant that their seller added, or with another one."""
    robbed = []
    for id_, own in sorted(world.varied.items()):
        listing = world.truth.listings[id_]
        there = listing.sku(BY_HAND)
        if not listing.alive:
            continue
        if there is None:
            robbed.append(f"{listing.key} has lost the variant that its seller added")
        elif (there.id, there.options, there.price) != (own.id, own.options, own.price) or (
            there.stock not in (own.stock, TYPED_STOCK)
        ):
            robbed.append(f"{listing.key} shows another variant than its seller added: {there} for {own}")
    return robbed


def _secrets(world: World) -> list[str]:
    """Credentials in the state, table by table; only where a market says what it was asked with."""
    leaks = Leaks()
    if world.profile.rates.get("repeat"):
        with world.store.reading() as db:
            driver: Any = (
                db.connection.dbapi_connection
            )  # its rows as they are: nothing is read but for secrets
            leaks.tables("the state", driver.execute)
    return list(leaks.found)


def _look(world: World, verdict: Verdict, item: Item, stand: Standing | None) -> None:
    """Look at what the shop shows of one product."""
    alive = world.truth.alive(item.key)
    if stand is not None and stand.parked:
        return
    shown = "shown" in world.profile.owned
    if not item.offered:
        if not shown and any(listing.status == "live" for listing in alive):
            verdict.wrong.append(f"{item.key} is on sale though not offered")
        return
    if not alive:
        verdict.lost.append(f"{item.key} is not in the shop: {_why(stand)}")
        return
    listing = alive[0]
    theirs = dict(offers_of(world.wanted, listing))
    if listing.status not in (_on_shelf(world, listing) if shown else {"live"}):
        verdict.lost.append(f"{item.key} is {listing.status}")
    titles = right_titles(world, listing, item)
    if listing.title not in titles:
        right = " or ".join(map(repr, titles))
        verdict.wrong.append(f"{item.key} is titled {listing.title!r}, not {right}: {_why(stand)}")
    offers = right_offers(world, listing, item, theirs)
    if theirs != offers:
        verdict.wrong.append(f"{item.key} offers {_told(theirs)}, not {_told(offers)}: {_why(stand)}")
    pictures = _pictures(world, listing.images)
    if world.platform.pictures and pictures != list(world.platform.files(item)):
        verdict.wrong.append(f"{item.key} shows the pictures {pictures}")
    verdict.wrong += [
        f"{item.key} shows as its {name} {seen!r}, not {right!r}: {_why(stand)}"
        for name, seen, right in world.platform.details(listing, item)
        if seen != right
    ]


def _on_shelf(world: World, listing: Listing) -> set[str]:
    """How a listing may stand whose shelf its seller keeps: as he left it.

    What a look of ours missed since comes back on sale, as exactly-once.md says under "Hands in the shop".
    """
    left: set[str]
    left, at = world.by_hand.get((listing.id, "shown"), ({"live"}, 0))
    return left | {"live"} if missed(world, listing.id, at) else left


def _needs_person(world: World, stand: Standing, unknown: Collection[str]) -> bool:
    """Whether nothing but a person can tell: the shop shows two, or what was in doubt cannot be asked for."""
    if len(world.truth.alive(stand.key)) > 1:
        return True
    if world.profile.by in ("address", "unique", "search") or world.driver.find is not None:
        return False
    return stand.key in unknown and (world.profile.by == "none" or _is_mute(world, stand))


def _is_mute(world: World, stand: Standing) -> bool:
    """Whether no token could tell when it was parked: forgotten by somebody's clock, or of what is to leave the shelf."""
    keeps, first = world.profile.keeps, stand.token_at
    if not stand.token or first is None:
        return True  # it was known once, and a look missed it: no token vouches for that
    kind, at = world.parked.get(stand.key, (None, None))
    if at is None or kind is not Kind.CREATE:
        return (
            True  # to hide it nobody makes it; and of one parked by a process that died nobody knows the hour
        )
    if keeps is None:
        return False
    spec = world.driver.spec.within("sandbox")
    early = spec.identity.late + spec.timeout + _CLOCKS + world.profile.apart
    return at >= first + timedelta(seconds=keeps - early)


def right_titles(world: World, listing: Listing, item: Item) -> set[str]:
    """What the listing may be titled: as wanted, or as its seller keeps it."""
    if "title" not in world.profile.owned:
        return {world.platform.titled(world.profile, item.title)}
    by_hand = world.by_hand.get((listing.id, "title"))
    titled = partial(world.platform.titled, world.profile)
    if by_hand is None:
        return set(map(titled, world.wanted.titles[item.key]))
    # It may have come back with a document of ours, which the market puts into its own words.
    return {by_hand, titled(by_hand)}


def right_offers(
    world: World, listing: Listing, item: Item, theirs: Mapping[str, tuple[Decimal, int]]
) -> dict[str, tuple[Decimal, int]]:
    """What the listing must offer; where the seller keeps the stock, what he wrote or what it was made with.

    `theirs` is what it offers now.
    """
    wanted = {sku: (world.wanted.right(price), stock) for sku, (price, stock) in item.offers.items()}
    owned = world.profile.owned
    if "stock" not in owned and "prices" not in owned:
        return wanted
    offers = {}
    for sku, (price, stock) in theirs.items():
        asked, pieces = wanted.get(sku, (price, 0 if "stock" in owned else stock))
        if "prices" in owned:
            asked = _kept(world, listing, "prices", sku, price, world.wanted.prices)
        if "stock" in owned:
            pieces = _kept(world, listing, "stock", sku, stock, world.wanted.stocks)
        if sku in wanted or "stock" in owned:
            offers[sku] = (asked, pieces)
    return {**offers, **{sku: offer for sku, offer in wanted.items() if sku not in offers}}


def _kept(
    world: World, listing: Listing, what: str, sku: str, shown: Any, asked: Mapping[str, set[Any]]
) -> Any:
    """What the seller wrote, else anything that it may have been made with: `shown` itself, when that is right."""
    by_hand = world.by_hand.get((listing.id, what), {})
    row, over = listing.sku(sku), world.typed_over.get((listing.id, what))
    if row is not None and over and row.id not in over:
        # It was taken away since, by him or with a document of ours, and what he typed went with it.
        by_hand = {}
    one_of = world.by_hand.get((listing.id, f"{what} of the whole"), {})
    right = {by_hand[sku]} if sku in by_hand else asked.get(sku, set())
    right = right | {one_of[sku]} if sku in one_of else right
    return shown if shown in right else min(right, default=-1)


def _why(stand: Standing | None) -> str:
    if stand is None:
        return "nothing is known of it"
    said = "; ".join(issue.message for issue in (*stand.issues, *stand.remarks))
    return f"refused as {stand.refused}: {said}" if stand.refused else said or "without a reason"


def _told(offers: Mapping[str, tuple[Decimal, int]]) -> str:
    return ", ".join(f"{sku} {stock} at {price}" for sku, (price, stock) in sorted(offers.items()))


def _pictures(world: World, shown: list[str]) -> list[str]:
    """The hashes of the files behind what a listing shows."""
    known = {**world.truth.forgotten, **world.truth.files, **world.truth.addresses}
    return [known[name].sha256 if name in known else name for name in shown]
