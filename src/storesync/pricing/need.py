"""Which rates the policies of a channel need, and by how much they may move before it is priced anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import evolve, field, frozen

from storesync.issues import Issue, Severity
from storesync.model import frozen_map
from storesync.pricing.book import PolicyBook
from storesync.pricing.exact import EXACT
from storesync.pricing.policy import Policy, percent
from storesync.pricing.rate import Kind

__all__ = ["RateNeed", "merged", "rate_needs", "wide_bands"]


@frozen(kw_only=True)
class RateNeed:
    """One currency that a channel is priced in: `quiet` is its band, `kinds` are the rates its policies use.

    `askers` are by kind the keys that ask for it, in words: "rate.floor_kind of policy 'cn'".
    """

    home: str
    currency: str
    quiet: Decimal
    kinds: tuple[Kind, ...]
    askers: Mapping[str, tuple[str, ...]] = field(factory=dict, converter=frozen_map, hash=False)


def _in_force(book: PolicyBook, today: date) -> tuple[Policy, ...]:
    open_now = [
        policy
        for policy in book.policies
        if (policy.valid_from is None or policy.valid_from <= today)
        and (policy.valid_until is None or today <= policy.valid_until)
    ]
    return tuple(open_now) or book.policies


def _converts(policy: Policy) -> bool:
    # A price that is set by hand needs a rate only to be compared with its cost.
    return policy.currency != policy.home and (policy.fixed is None or policy.guards.min_margin is not None)


def _kinds(book: PolicyBook, policies: Iterable[Policy]) -> Iterator[tuple[Kind, str]]:
    """Every kind that a price of this book may use, and the key that asks for it; a floor that is not set asks none."""
    refined: list[Mapping[str, Any]] = [one.fields for one in book.refinements]
    floors = any("min_margin" in one.get("guards", {}) for one in refined)
    for policy in policies:
        if policy.fixed is None or refined:
            yield policy.rate.kind, "kind"
        if floors or policy.guards.min_margin is not None:
            yield policy.rate.floor_kind, "floor_kind"
    for fields in refined:
        rules = fields.get("rate", {})
        yield from ((rules[key], key) for key in ("kind", "floor_kind") if key in rules)


def _quiet(book: PolicyBook, policies: Iterable[Policy], channel: str) -> Decimal:
    own = [
        refinement.fields["quiet"]
        for refinement in book.refinements
        if "quiet" in refinement.fields and refinement.scope.channel == channel
    ]
    return min(own) if own else min(policy.quiet for policy in policies)


def wide_bands(book: PolicyBook, most: Decimal) -> Iterator[Issue]:
    """A warning for a band wider than the jump (`max_jump`) that is believed of a rate: 0.4 was meant to be 0.4 %."""
    bands = {policy.quiet: policy.places.get("quiet") or policy.at for policy in book.policies}
    bands |= {one.fields["quiet"]: one.at for one in book.refinements if "quiet" in one.fields}
    for band, at in bands.items():
        if band > most:
            meant = band.scaleb(-2, context=EXACT)
            yield Issue(
                "price.quiet_wide",
                f"prices/{book.name}/quiet",
                f"policy {book.name!r}, stage 'policy', every variant: quiet is {band:f}: a rate may move by"
                f" {percent(band)} before prices follow, and no jump above {percent(most)} is believed (max_jump)",
                Severity.WARNING,
                f'{band:f} % is written "{meant:f}"',
                at or book.at,
            )


def rate_needs(books: Iterable[PolicyBook], channel: str, today: date) -> tuple[RateNeed, ...]:
    """One need per currency, in the order of the books; where two policies differ, the smaller band counts."""
    return merged(_needs(books, channel, today))


def merged(needs: Iterable[RateNeed]) -> tuple[RateNeed, ...]:
    """The needs of several books or channels, each currency once with all that is asked for; the smaller band counts."""
    found: dict[tuple[str, str], RateNeed] = {}
    for need in needs:
        key = need.home, need.currency
        one = found.setdefault(key, need)
        kinds = tuple(dict.fromkeys((*one.kinds, *need.kinds)))
        askers: dict[str, tuple[str, ...]] = {
            kind: tuple(dict.fromkeys((*one.askers.get(kind, ()), *need.askers.get(kind, ()))))
            for kind in kinds
        }
        found[key] = evolve(one, quiet=min(one.quiet, need.quiet), kinds=kinds, askers=askers)
    return tuple(found.values())


def _needs(books: Iterable[PolicyBook], channel: str, today: date) -> Iterator[RateNeed]:
    for book in books:
        policies = [policy for policy in _in_force(book, today) if _converts(policy)]
        if not policies:
            continue
        askers: dict[str, tuple[str, ...]] = {}
        kinds: dict[Kind, None] = {}
        for kind, key in _kinds(book, policies):
            kinds[kind] = None
            told = f"rate.{key} of policy {book.name!r}"
            askers[kind] = tuple(dict.fromkeys((*askers.get(kind, ()), told)))
        yield RateNeed(
            home=policies[0].home,
            currency=policies[0].currency,
            quiet=_quiet(book, policies, channel),
            kinds=tuple(kinds),
            askers=askers,
        )
