"""Which rates the policies of a channel need, and by how much they may move before it is priced anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import frozen

from storesync.issues import Issue, Severity
from storesync.pricing.book import PolicyBook
from storesync.pricing.exact import EXACT
from storesync.pricing.policy import Policy, percent
from storesync.pricing.rate import Kind

__all__ = ["RateNeed", "rate_needs", "wide_bands"]


@frozen(kw_only=True)
class RateNeed:
    """One currency that a channel is priced in: `quiet` is its band, `kinds` are the rates its policies use."""

    home: str
    currency: str
    quiet: Decimal
    kinds: tuple[Kind, ...]


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


def _kinds(book: PolicyBook, policies: Iterable[Policy]) -> Iterator[Kind]:
    for policy in policies:
        yield policy.rate.kind
        yield policy.rate.floor_kind
    for refinement in book.refinements:
        rules: Any = refinement.fields.get("rate", {})
        yield from (rules[key] for key in ("kind", "floor_kind") if key in rules)


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
    needs: dict[tuple[str, str], RateNeed] = {}
    for book in books:
        policies = [policy for policy in _in_force(book, today) if _converts(policy)]
        if not policies:
            continue
        key = policies[0].home, policies[0].currency
        quiet, kinds = _quiet(book, policies, channel), list(_kinds(book, policies))
        if key in needs:
            quiet, kinds = min(quiet, needs[key].quiet), [*needs[key].kinds, *kinds]
        needs[key] = RateNeed(home=key[0], currency=key[1], quiet=quiet, kinds=tuple(dict.fromkeys(kinds)))
    return tuple(needs.values())
