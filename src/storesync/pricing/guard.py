"""Guards over many prices at once: siblings, categories, whole runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from statistics import median_low

from attrs import evolve

from storesync.issues import Issue, Issues
from storesync.model import Money
from storesync.pricing.exact import EXACT, Exact, figure

__all__ = ["category_outliers", "mass_change", "moved_prices", "sibling_ratio"]

_HUNDRED = Decimal(100)
_NO_POLICIES: Mapping[str, str] = {}
_NAMED = 3  # variants that a finding about many of them names


def _whose(policies: Iterable[str], variants: Sequence[str]) -> str:
    """Policies, stage and variants, as every finding about a price names them."""
    names = list(dict.fromkeys(name for name in policies if name))
    said = f"{'policy' if len(names) == 1 else 'policies'} {', '.join(map(repr, names))}, " if names else ""
    more = f" and {len(variants) - _NAMED} more" if len(variants) > _NAMED else ""
    which = f"{', '.join(variants[:_NAMED])}{more}"
    return f"{said}stage 'guards', {'variant' if len(variants) == 1 else 'variants'} {which}"


def _mixed(prices: Mapping[str, Money], code: str, path: str, policy: str) -> Issue | None:
    found = sorted({money.currency for money in prices.values()})
    if len(found) <= 1:
        return None
    return Issue(
        code,
        path,
        f"{_whose([policy], list(prices))}: prices in {', '.join(found)} cannot be compared",
        hint="check the policies of this channel: one market takes one currency",
    )


def sibling_ratio(
    prices: Mapping[str, Money], *, limit: Decimal, path: str = "price", policy: str = ""
) -> Issues:
    """An error when the dearest variant of one listing costs more than `limit` times the cheapest.

    `policy` is the name of the one that made them.
    """
    if len(prices) < 2:
        return Issues()
    mixed = _mixed(prices, "price.ratio", path, policy)
    if mixed is not None:
        return Issues((mixed,))
    cheap = min(prices, key=lambda sku: prices[sku].amount)
    dear = max(prices, key=lambda sku: prices[sku].amount)
    low, high = prices[cheap], prices[dear]
    if high.amount <= EXACT.multiply(low.amount, limit):
        return Issues()
    ratio = (
        f"{figure(Exact(high.amount).over(low.amount).value, 2)} times" if low.amount > 0 else "far more than"
    )
    return Issues(
        (
            Issue(
                "price.ratio",
                path,
                f"{_whose([policy], [dear, cheap])}: {dear} costs {high}, {ratio} what {cheap} costs ({low});"
                f" at most {limit:f} times is allowed",
                hint=f"list {dear} or {cheap} as a product of its own, or change one of the two prices",
            ),
        )
    )


def category_outliers(
    prices: Mapping[str, Money], *, factor: Decimal = Decimal(10), market: str = "", policy: str = ""
) -> Mapping[str, Issue]:
    """By SKU, errors for prices of one category that lie `factor` times above or below its median: slipped digits.

    Fewer than three prices have no median worth the name. Prices of several currencies cannot be compared: then
    all of them are errors. `policy` is the name of the one that made them.
    """
    if len(prices) < 3:
        return {}

    def path(sku: str) -> str:
        return f"variants/{sku}/price/{market}".rstrip("/")

    mixed = _mixed(prices, "price.outlier", "", policy)
    if mixed is not None:
        return {sku: evolve(mixed, path=path(sku)) for sku in prices}
    middle = median_low(money.amount for money in prices.values())
    found = {}
    for sku, money in prices.items():
        above = money.amount >= EXACT.multiply(middle, factor)
        if above or EXACT.multiply(money.amount, factor) <= middle:
            side = "above" if above else "below"
            found[sku] = Issue(
                "price.outlier",
                path(sku),
                f"{_whose([policy], [sku])}: it costs {money}, {factor:f} times or more {side} its category's"
                f" median of {middle:f} {money.currency}; what is live stays",
                hint=f"check the catalog price of {sku}; if it is right, give it a category of its own, or raise "
                "outlier in [guards]",
            )
    return found


def moved_prices(
    before: Mapping[str, Money], after: Mapping[str, Money], *, change: Decimal = Decimal("0.05")
) -> tuple[str, ...]:
    """The prices that would move by more than the share `change`; one whose currency changed counts as moved.

    Prices that are new or gone do not count.
    """
    moved = []
    for sku, old in before.items():
        new = after.get(sku)
        if new is None:
            continue
        difference = EXACT.subtract(new.amount, old.amount).copy_abs()
        if old.currency != new.currency or difference > EXACT.multiply(old.amount, change):
            moved.append(sku)
    return tuple(moved)


def mass_change(
    before: Mapping[str, Money],
    after: Mapping[str, Money],
    *,
    change: Decimal = Decimal("0.05"),
    share: Decimal = Decimal("0.30"),
    at_least: int = 5,
    live: int | None = None,
    path: str = "price",
    policies: Mapping[str, str] = _NO_POLICIES,
) -> Issues:
    """An error when more than `share` of the live prices would move by more than `change` in one run.

    Prices that are new or gone do not count; fewer than `at_least` moved prices never trip it. `live` is how
    many live prices there are, where `before` has only those that are to change; `policies` names the policy of each.
    """
    moved = moved_prices(before, after, change=change)
    total = sum(sku in after for sku in before) if live is None else live
    if len(moved) < at_least or Decimal(len(moved)) <= EXACT.multiply(share, Decimal(total)):
        return Issues()
    percent = figure(Exact(Decimal(100 * len(moved))).over(Decimal(max(total, 1))).value, 0)
    most = f"{EXACT.multiply(share, _HUNDRED).normalize(EXACT):f}"
    by = f"{EXACT.multiply(change, _HUNDRED).normalize(EXACT):f}"
    return Issues(
        (
            Issue(
                "price.mass_change",
                path,
                f"{_whose((policies.get(one, '') for one in moved), moved)}: {len(moved)} of {total} live prices"
                f" ({percent} %) would move by more than {by} %; at most {most} % may in one run",
                hint="look at the rate and the policy that changed, then confirm the run",
            ),
        )
    )
