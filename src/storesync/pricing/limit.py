"""Until when prices that were made today may be sent: what they rest on ends, and rates grow old."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta

from attrs import frozen

from storesync.pricing.book import PolicyBook
from storesync.pricing.businessday import missed_days
from storesync.pricing.landing import tax_ends
from storesync.pricing.policy import Policy
from storesync.pricing.rate import Rate, Snapshot

__all__ = ["Limit", "first_limit"]

_DAY = timedelta(days=1)
_FAR = 400  # days; nobody applies a plan that is older


@frozen
class Limit:
    """The last day on which a price holds, and what ends then, in words."""

    until: date
    why: str


def first_limit(
    books: Mapping[str, PolicyBook | Policy],
    rates: Snapshot | None,
    *,
    today: date,
    channel: str,
    keys: Collection[str],
    skus: Collection[str],
) -> Limit | None:
    """The earliest limit, from `today` on, of all that the prices of these products may rest on; None without one.

    `books` are by market. A refinement counts when it could be meant for one of the products, so the limit may
    lie too early, never too late. What ended before `today` made no price and does not count.
    """
    found = [
        limit
        for market, book in books.items()
        for policy in _policies(book, today, channel, keys, skus)
        for limit in _limits(policy, market, rates)
        if limit.until >= today
    ]
    return min(found, key=lambda limit: limit.until, default=None)


def _policies(
    by: PolicyBook | Policy, today: date, channel: str, keys: Collection[str], skus: Collection[str]
) -> Iterator[Policy]:
    book = by if isinstance(by, PolicyBook) else PolicyBook(name=by.name, policies=(by,))
    mine = [
        one
        for one in sorted(book.refinements, key=lambda one: one.scope.weight)
        if one.scope.channel in ("", channel)
        and (not one.scope.product or one.scope.product in keys)
        and (not one.scope.variant or one.scope.variant in skus)
    ]
    for policy in book.policies:
        if policy.valid_from is not None and policy.valid_from > today:
            continue
        yield policy
        whole = policy
        for refinement in mine:
            yield refinement.apply(policy)
            whole = refinement.apply(whole)
            yield whole


def _limits(policy: Policy, market: str, rates: Snapshot | None) -> Iterator[Limit]:
    name, tax = f"policy {policy.name!r}", policy.tax
    if policy.valid_until is not None:
        yield Limit(policy.valid_until, f"{name} ends")
    for end in tax_ends(tax, market):
        shown = "" if end.value is None else f" {end.value:f}"
        yield Limit(end.until, f"tax.{end.key}{shown} of {name} ends")
    for fee in policy.fees:
        if fee.valid_until is not None:
            yield Limit(fee.valid_until, f"fee {fee.name!r} of {name} ends")
    if rates is not None and rates.ages:
        for rate in _used(policy, rates):
            yield Limit(_last_day(rate, policy), f"later {rate} is too old for {name}")


def _used(policy: Policy, rates: Snapshot) -> Iterator[Rate]:
    rules = policy.rate
    kinds = [rules.kind] if policy.fixed is None else []
    kinds += [rules.floor_kind] if policy.guards.min_margin is not None else []
    for kind in kinds:
        way = rates.route(
            policy.home, policy.currency, kind=kind, pivots=rules.pivots, skew=rules.max_skew_days
        )
        yield from (leg.rate for leg in way.legs) if way is not None else ()


def _last_day(rate: Rate, policy: Policy) -> date:
    rules, day = policy.rate, rate.fresh_on
    last = day + timedelta(days=min(rules.max_calendar_days, _FAR))
    while day < last and missed_days(rate.fresh_on, day + _DAY, rate.calendar) <= rules.max_business_days:
        day += _DAY
    return day
