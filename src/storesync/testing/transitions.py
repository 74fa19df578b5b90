"""What a whole engine must bring about on an emulated market: from this state to that, then silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from random import Random
from typing import Any, Final

from attrs import evolve, frozen

from storesync.driver import Driver, Shop
from storesync.sandbox import Fault, FaultSchedule, Step
from storesync.sandbox.records import Listing
from storesync.testing.emulated import Bench, Emulated
from storesync.testing.subject import Violation
from storesync.testing.wanted import Item

__all__ = ["TRANSITIONS", "Transition"]

Steps = Callable[[Bench], Iterator[str]]

_FAULTS: Final = {
    "lost_before": 0.06,
    "lost_after": 0.08,
    "truncated": 0.04,
    "garbage": 0.03,
    "garbage_after": 0.03,
    "throttle": 0.05,
    "error_before": 0.04,
    "error_after": 0.04,
    "slow": 0.03,
}
"""Rates per call. A refusal is final, and a token that ends may ask for a person: neither is among them."""

_SEEDS: Final = (1, 2, 3)


@frozen
class Transition:
    """One way that a shop must be able to go. `parts` and `can` are what the driver needs for it."""

    name: str
    promise: str
    parts: frozenset[str]
    can: frozenset[str]
    _steps: Steps

    def concerns(self, driver: Driver[Any, Any]) -> bool:
        """Whether the driver declares all that this needs."""
        return self.parts <= driver.parts and self.can <= driver.spec.variants.can

    def __call__(self, driver: Driver[Any, Any], shop: Shop, emulated: Emulated) -> list[Violation]:
        """Every place where the shop did not become what it should."""
        with Bench(driver, shop, emulated) as bench:
            try:
                found = list(self._steps(bench))
            except Exception as error:  # the kit tells of every failure in words
                found = [f"{type(error).__name__}: {error}"]
        return [Violation(self.name, seen, self.promise) for seen in found]


TRANSITIONS: list[Transition] = []
"""All transitions, in the order in which they teach."""


def _transition(*parts: str, can: tuple[str, ...] = ()) -> Callable[[Steps], Steps]:
    def made(steps: Steps) -> Steps:
        promise = (steps.__doc__ or "").partition("\n")[0]
        name = steps.__name__.strip("_").replace("_", " ")
        TRANSITIONS.append(Transition(name, promise, frozenset(parts), frozenset(can), steps))
        return steps

    return made


def _item(key: str, variants: int = 2) -> Item:
    offers = {f"{key}-{n}": (Decimal(100 + 10 * n), 5 + n) for n in range(1, variants + 1)}
    return Item(key=key, title=f"title of {key}", offers=offers)


def _start(bench: Bench, count: int = 3) -> Iterator[str]:
    bench.put(*(_item(f"P{n}") for n in range(1, count + 1)))
    yield from _sync(bench)


def _sync(bench: Bench, *, end: tuple[str, ...] = (), only: frozenset[str] | None = None) -> Iterator[str]:
    """Sync, and compare the shop with the catalog; then sync again, which must be silent."""
    report = bench.sync(end=end)
    for held in bench.plan.held if bench.plan is not None else ():
        yield f"{held.key} is held back: {held.reason} {'; '.join(str(issue) for issue in held.issues)[:300]}"
    for bad in report.bad:
        yield f"{bad.kind.value} {bad.key} was {bad.state.value}: {bad.said}"
    if report.stopped:
        yield f"the channel was stopped: {report.stopped}"
    if only is not None and (more := {outcome.kind.value for outcome in report.outcomes} - only):
        yield f"{', '.join(sorted(more))} was planned, where only {', '.join(sorted(only))} is needed"
    yield from _compare(bench)
    yield from _silent(bench)


def _silent(bench: Bench) -> Iterator[str]:
    writes = bench.truth.writes()
    again = bench.sync()
    if again.outcomes:
        first = again.outcomes[0]
        count = len(again.outcomes)
        yield f"the second run is not silent: {first.kind.value} {first.key} ({count} operations)"
    if bench.truth.writes() != writes:
        yield f"the second run writes {bench.truth.writes() - writes} times"


def _compare(bench: Bench) -> Iterator[str]:
    bench.truth.settle()
    for key, listings in bench.truth.duplicates().items():
        yield f"{key} is listed {len(listings)} times"
    for item in bench.items.values():
        alive = bench.truth.alive(item.key)
        if item.offered and not alive:
            yield f"{item.key} is not in the shop"
        for listing in alive[:1]:
            yield from _differences(item, listing)


def _differences(item: Item, listing: Listing) -> Iterator[str]:
    if (listing.status == "live") is not item.offered:
        yield f"{item.key} is {listing.status}, and is {'' if item.offered else 'not '}to be on sale"
    if not item.offered:
        return
    if listing.title != item.title:
        yield f"{item.key} is titled {listing.title!r}, not {item.title!r}"
    theirs = {sku.code: (sku.price, sku.stock) for sku in listing.skus.values()}
    if not theirs and len(item.offers) == 1:
        theirs = dict.fromkeys(item.offers, (listing.price, listing.stock))
    if theirs != dict(item.offers):
        yield f"{item.key} offers {_told(theirs)}, not {_told(dict(item.offers))}"


def _told(offers: dict[str, tuple[Decimal, int]]) -> str:
    return (
        ", ".join(f"{sku} {stock} at {price}" for sku, (price, stock) in sorted(offers.items())) or "nothing"
    )


def _change(bench: Bench, key: str, **changes: Any) -> None:
    bench.put(evolve(bench.items[key], **changes))


@_transition("create")
def a_catalog_becomes_listings(bench: Bench) -> Iterator[str]:
    """Each product is listed once, live, with its title, its SKUs, their prices and their stock."""
    yield from _start(bench, 4)


@_transition("create", "update")
def a_new_title_arrives(bench: Bench) -> Iterator[str]:
    """A changed text reaches the listing that exists, and touches no price and no stock."""
    yield from _start(bench)
    _change(bench, "P2", title="another title")
    yield from _sync(bench, only=frozenset({"update"}))


@_transition("create", "prices")
def a_new_price_arrives_alone(bench: Bench) -> Iterator[str]:
    """A changed price is one small call: the document is not sent again and no review begins."""
    yield from _start(bench)
    _change(bench, "P1", offers={**bench.items["P1"].offers, "P1-1": (Decimal(123), 6)})
    yield from _sync(bench, only=frozenset({"prices"}))


@_transition("create", "stock")
def a_new_stock_arrives_alone(bench: Bench) -> Iterator[str]:
    """A changed stock is one small call, and none is a stock too."""
    yield from _start(bench)
    offers = bench.items["P1"].offers
    _change(bench, "P1", offers={sku: (price, 0) for sku, (price, _) in offers.items()})
    yield from _sync(bench, only=frozenset({"stock"}))


@_transition("create", "offers")
def new_offers_arrive_alone(bench: Bench) -> Iterator[str]:
    """A changed price and stock go without the document."""
    yield from _start(bench)
    _change(bench, "P1", offers={**bench.items["P1"].offers, "P1-1": (Decimal(123), 0)})
    yield from _sync(bench, only=frozenset({"prices", "stock"}))


@_transition("create")
def a_held_price_stays_and_stock_goes(bench: Bench) -> Iterator[str]:
    """While nobody can say what a product costs its live price stays, and its stock still goes out."""
    yield from _start(bench)
    before = dict(bench.items["P1"].offers)
    _change(bench, "P1", offers={sku: (price + 11, 0) for sku, (price, _) in before.items()}, unpriced=True)
    report = bench.sync()
    yield from (f"{bad.kind.value} {bad.key} was {bad.state.value}: {bad.said}" for bad in report.bad)
    live = evolve(bench.items["P1"], offers={sku: (price, 0) for sku, (price, _) in before.items()})
    for listing in bench.truth.alive("P1"):
        yield from _differences(live, listing)
    yield from _silent(bench)
    _change(bench, "P1", unpriced=False)
    yield from _sync(bench)


@_transition("create", "hide", "show")
def what_is_not_offered_is_hidden_and_comes_back(bench: Bench) -> Iterator[str]:
    """A product that is no longer offered leaves the shelf, not the shop: show brings it back."""
    yield from _start(bench)
    before = [listing.id for listing in bench.truth.alive("P2")]
    _change(bench, "P2", offered=False)
    yield from _sync(bench, only=frozenset({"hide"}))
    _change(bench, "P2", offered=True)
    yield from _sync(bench, only=frozenset({"show"}))
    if before != [listing.id for listing in bench.truth.alive("P2")]:
        yield "P2 came back as another listing"


@_transition("create", "update", can=("add",))
def a_variant_is_added(bench: Bench) -> Iterator[str]:
    """A new SKU joins the listing that exists, with its price and stock; the others stay as they are."""
    yield from _start(bench)
    _change(bench, "P1", offers=_item("P1", 3).offers)
    yield from _sync(bench)


@_transition("create", "update", can=("remove",))
def a_variant_is_removed(bench: Bench) -> Iterator[str]:
    """A SKU that the catalog has no more leaves the listing; the others stay as they are."""
    bench.put(_item("P1", 3), _item("P2"))
    yield from _sync(bench)
    _change(bench, "P1", offers=_item("P1", 2).offers)
    yield from _sync(bench)


@_transition("create", "update", "observe")
def a_hand_in_the_shop_is_seen(bench: Bench) -> Iterator[str]:
    """What a seller changes in the shop is found, told and repaired; a look at an untouched shop finds nothing."""
    yield from _start(bench)
    yield from (f"an untouched shop differs: {drift}" for drift in bench.observe())
    (first,), (second,) = bench.truth.alive("P1"), bench.truth.alive("P2")
    bench.truth.edit(first.id, title="a title by hand", sku="P1-1", stock=77)
    bench.truth.edit(second.id, sku="P2-2", price=Decimal(222))
    wanted = {"P1 P1-1 stock", "P2 P2-2 price"} | (
        {"P1 title"} if "title" in bench.driver.spec.fields else set()
    )
    found = {f"{drift.key} {drift.what}" for drift in bench.observe()}
    if found != wanted:
        yield f"found {', '.join(sorted(found)) or 'nothing'} of {', '.join(sorted(wanted))}"
    if "title" not in bench.driver.spec.fields:
        bench.truth.edit(first.id, title="title of P1")
    yield from _sync(bench)
    yield from (f"after the repair the shop differs: {drift}" for drift in bench.observe())


@_transition("create", "end")
def a_listing_is_ended_on_demand(bench: Bench) -> Iterator[str]:
    """What is ended is gone from the shop, and is not made again while it is not offered."""
    yield from _start(bench)
    _change(bench, "P3", offered=False)
    report = bench.sync(end=("P3",))
    for bad in report.bad:
        yield f"{bad.kind.value} {bad.key} was {bad.state.value}: {bad.said}"
    if bench.truth.alive("P3"):
        yield "P3 is in the shop still"
    yield from _silent(bench)


@_transition("create", "update", "upload")
def forgotten_pictures_are_sent_again(bench: Bench) -> Iterator[str]:
    """A market that lost its pictures is sent them anew by the run that finds out, and nothing stays held."""
    yield from _start(bench)
    bench.truth.forget_files()
    _change(bench, "P1", title="after the loss")
    bench.put(*(_item(f"N{n}") for n in range(1, 4)))
    yield from _sync(bench)
    if bench.driver.spec.within("sandbox").identity.by == "none":
        return
    for seed in _SEEDS:
        bench.truth.forget_files()
        bench.truth.faults = FaultSchedule.seeded(Random(seed), _FAULTS)
        _change(bench, "P2", title=f"loss {seed}")
        bench.put(*(_item(f"L{seed}{n}") for n in range(1, 4)))
        bench.sync()
        bench.truth.faults = FaultSchedule.none()
        if bench.settle() is None:
            yield f"seed {seed}: the engine finds something to do for ever"
        for seen in _compare(bench):
            yield f"seed {seed}: {seen}"


@_transition("create")
def a_lost_answer_makes_no_second_listing(bench: Bench) -> Iterator[str]:
    """The market made the listing and the answer was lost: it is found again, never made again."""
    if bench.driver.spec.within("sandbox").identity.by == "none":
        return  # nobody can tell: the engine parks such a create for a person
    for fault in ("lost_after", "truncated", "garbage_after", "error_after", "lost_before"):
        bench.truth.faults = FaultSchedule.script([Step(fault=Fault(name=fault), kind="create")])
        bench.put(_item(f"{fault.replace('_', '-')}"))
        bench.sync()
        bench.truth.faults = FaultSchedule.none()
        if bench.settle() is None:
            yield f"after {fault} the engine finds something to do for ever"
        for seen in _compare(bench):
            yield f"after {fault}: {seen}"


@_transition("create", "refresh")
def an_expired_token_is_renewed_once(bench: Bench) -> Iterator[str]:
    """A token that ends early is renewed for all who share it, and the work goes on."""
    yield from _start(bench)
    bench.truth.faults = FaultSchedule.script([Step(fault=Fault(name="token_expired"))])
    _change(bench, "P1", title="after the renewal")
    yield from _sync(bench)


@_transition("create", "update")
def mishaps_change_nothing_in_the_end(bench: Bench) -> Iterator[str]:
    """With lost, cut and slow answers the shop ends up as without, by seeds that always do the same."""
    if bench.driver.spec.within("sandbox").identity.by == "none":
        return
    for seed in _SEEDS:
        bench.truth.faults = FaultSchedule.seeded(Random(seed), _FAULTS)
        bench.put(*(_item(f"S{seed}{n}") for n in range(1, 5)))
        bench.sync()
        first = f"S{seed}1"
        _change(bench, first, title=f"new title {seed}")
        offers = {
            sku: (price + 7, stock + 1) for sku, (price, stock) in bench.items[f"S{seed}2"].offers.items()
        }
        _change(bench, f"S{seed}2", offers=offers)
        bench.loop.skip(120.0)
        bench.sync()
        bench.truth.faults = FaultSchedule.none()
        if bench.settle() is None:
            yield f"seed {seed}: the engine finds something to do for ever"
        for seen in _compare(bench):
            yield f"seed {seed}: {seen}"
    yield from _silent(bench)
