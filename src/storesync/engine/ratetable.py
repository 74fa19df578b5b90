"""Rate tables that stand on this machine: a person may edit one at any moment, and reading it asks nobody. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import date
from decimal import Decimal

from attrs import evolve

from storesync.engine.believed import Believed
from storesync.pricing import Snapshot
from storesync.pricing.need import RateNeed
from storesync.pricing.rates import Chain
from storesync.pricing.settle import direct

__all__ = ["alike", "edited", "read_again", "standing_here", "within"]


def within(chain: Chain, names: Container[str]) -> Chain:
    """The chain as far as it asks these sources; nobody is there to confirm what they say."""
    sources = {code: tuple(one for one in order if one in names) for code, order in chain.sources.items()}
    return evolve(chain, sources=sources, witness="")


def standing_here(needs: Iterable[RateNeed], local: Container[str], believed: Believed) -> list[RateNeed]:
    """The needs whose rate came from a table of `local`."""
    return [one for one in needs if believed.by.get(one.currency) in local and believed.rate(one) is not None]


def read_again(chain: Chain, needs: Iterable[RateNeed], believed: Believed) -> Chain:
    """The chain that only reads those tables; whether a rate is believed shows when it is collected."""
    order = {need.currency: (believed.by[need.currency],) for need in needs}
    return evolve(chain, sources=order, witness="", confirmed=frozenset(order))


def edited(needs: Iterable[RateNeed], before: Believed, now: Believed) -> frozenset[str]:
    """The currencies whose rates are others by now; a table that cannot be read, or is too old, says nothing."""
    return frozenset(
        need.currency
        for need in needs
        if now.rate(need) is not None and _told(now, need) != _told(before, need)
    )


def alike(one: Believed, other: Believed, need: RateNeed) -> bool:
    """Whether both know the very same rates of a currency, as the id of a snapshot tells rates apart."""
    first, second = (
        Snapshot(rates=tuple(rate for kind in need.kinds if (rate := known.of_kind(need, kind)) is not None))
        for known in (one, other)
    )
    return first.id == second.id


def _told(believed: Believed, need: RateNeed) -> list[tuple[Decimal, date] | None]:
    rates = [direct(believed.snapshot, need.home, need.currency, kind) for kind in need.kinds]
    return [None if rate is None else (rate.value, rate.observed) for rate in rates]
