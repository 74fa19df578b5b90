"""Each transition catches drivers that do not bring it about, on the plain market in virtual time."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from attrs import evolve
from tests.testing.plain_samples import SHOP
from tests.testing.test_plain_conformance import emulated

import storesync.driver as sd
from storesync.sandbox.plain import Manners
from storesync.testing.plain import Account, plain_driver
from storesync.testing.transitions import TRANSITIONS

PLAIN = plain_driver(lag=1.0)
TRANSITION = {transition.name: transition for transition in TRANSITIONS}


def having(**parts: Any) -> sd.Driver[Any, Any]:
    """The plain driver with other parts."""
    return evolve(PLAIN, **parts)


def after(part: str, change: Callable[[Any], Any]) -> sd.Driver[Any, Any]:
    """The plain driver with a part that is given something else."""
    flow = getattr(PLAIN, part)
    return having(**{part: lambda shop, given: flow(shop, change(given))})


def _nothing(shop: sd.Shop, given: Any) -> sd.Flow[sd.Receipt]:
    """Claims to be done."""
    yield sd.get("/listings", params={"key": "x"})
    return sd.Receipt(getattr(given, "ref", given))


def _blind(shop: sd.Shop, sought: sd.Sought) -> sd.Flow[Sequence[sd.Ref]]:
    """Never finds anything."""
    yield sd.get("/listings", params={"key": sought.key})
    return []


def _faithless(shop: sd.Shop, refs: Sequence[sd.Ref]) -> sd.Flow[Mapping[str, sd.Observed]]:
    """Sees that listings are there, and nothing of what they show."""
    assert PLAIN.observe is not None
    seen = yield from PLAIN.observe(shop, refs)
    return {name: sd.Observed(one.ref, one.status) for name, one in seen.items()}


def _stale(account: Account) -> sd.Flow[Account]:
    """Renews and keeps the old token."""
    yield sd.request("POST", "/token", json={"refresh": account.refresh}, auth="none")
    return account


def _optimist(shop: sd.Shop, changes: Sequence[sd.OfferChange]) -> sd.Flow[sd.Verdicts]:
    """Says done without asking."""
    yield sd.get("/listings", params={"key": "x"})
    return {change.sku: sd.DONE for change in changes}


def _final(request: sd.Request, response: sd.Response) -> sd.Fault | None:
    """Takes a lost picture for a wrong document."""
    fault = PLAIN.classify(request, response)
    return sd.Rejected(fault.code) if isinstance(fault, sd.UnknownMedia) else fault


def _untitled(shop: sd.Shop, listing: sd.Listing) -> sd.Content:
    """Loses the title."""
    return {**PLAIN.render(shop, listing), "title": "no title"}


def _without(change: sd.Change) -> sd.Change:
    return evolve(change, added=(), removed=())


def _dearer(new: sd.New) -> sd.New:
    def double(offer: sd.Offer) -> sd.Offer:
        prices = {market: evolve(price, sale=price.sale * 2) for market, price in offer.prices.items()}
        return evolve(offer, prices=prices)

    return evolve(new, offers={sku: double(offer) for sku, offer in new.offers.items()})


MUTANTS: Mapping[str, sd.Driver[Any, Any]] = {
    "a catalog becomes listings": after("create", _dearer),
    "a new title arrives": having(render=_untitled),
    "a new price arrives alone": having(prices=_optimist),
    "a new stock arrives alone": having(stock=_optimist),
    "a held price stays and stock goes": having(stock=_optimist),
    "what is not offered is hidden and comes back": having(show=_nothing),
    "a variant is added": after("update", _without),
    "a variant is removed": after("update", _without),
    "a hand in the shop is seen": having(observe=_faithless),
    "a listing is ended on demand": having(end=_nothing),
    "a lost answer makes no second listing": having(find=_blind),
    "forgotten pictures are sent again": having(classify=_final),
    "an expired token is renewed once": having(refresh=_stale),
    "mishaps change nothing in the end": having(find=_blind),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_driver_that_does_not_do_it_is_caught(name: str) -> None:
    """The violation tells what the shop became instead."""
    found = TRANSITION[name](MUTANTS[name], SHOP, emulated(Manners()))

    assert found
    assert all(one.seen and one.instead == TRANSITION[name].promise for one in found)


def test_every_transition_of_the_plain_driver_has_a_driver_that_fails_it() -> None:
    """No transition is vacuous."""
    concerned = {name for name, transition in TRANSITION.items() if transition.concerns(PLAIN)}

    assert concerned == set(MUTANTS)
    assert set(TRANSITION) - concerned == {"new offers arrive alone"}


def test_a_second_listing_is_told_by_its_key() -> None:
    """What the shop became is said in the words of the catalog."""
    found = TRANSITION["a lost answer makes no second listing"](
        having(find=_blind), SHOP, emulated(Manners())
    )

    assert any("lost-after is listed 2 times" in one.seen for one in found)


def test_prices_and_stock_in_one_call_are_a_transition_of_their_own() -> None:
    """A driver with `offers` has neither of the other two."""

    def offers(shop: sd.Shop, changes: Sequence[sd.OfferChange]) -> sd.Flow[sd.Verdicts]:
        assert PLAIN.prices is not None
        assert PLAIN.stock is not None
        first = yield from PLAIN.prices(shop, changes)
        second = yield from PLAIN.stock(shop, changes)
        return {sku: first[sku] if first[sku] != sd.DONE else second[sku] for sku in first}

    spec = evolve(PLAIN.spec, batches={"offers": sd.Batch(20)})
    together = having(prices=None, stock=None, offers=offers, spec=spec)
    transition = TRANSITION["new offers arrive alone"]

    assert transition.concerns(together)
    assert [] == transition(together, SHOP, emulated(Manners()))
    assert transition(having(prices=None, stock=None, offers=_optimist, spec=spec), SHOP, emulated(Manners()))
