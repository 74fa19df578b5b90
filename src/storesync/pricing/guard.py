"""Guards over many prices at once: siblings, categories, whole runs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from statistics import median_low

from storesync.issues import Issue, Issues
from storesync.model import Money
from storesync.pricing.exact import EXACT, Exact, figure

__all__ = ["category_outliers", "mass_change", "sibling_ratio"]

_HUNDRED = Decimal(100)


def _mixed(prices: Mapping[str, Money], code: str, path: str) -> Issue | None:
    found = sorted({money.currency for money in prices.values()})
    if len(found) <= 1:
        return None
    return Issue(
        code,
        path,
        f"prices in {', '.join(found)} cannot be compared",
        hint="check the policies of this channel: one market takes one currency",
    )


def sibling_ratio(prices: Mapping[str, Money], *, limit: Decimal, path: str = "price") -> Issues:
    """An error when the dearest variant of one listing costs more than `limit` times the cheapest."""
    if len(prices) < 2:
        return Issues()
    mixed = _mixed(prices, "price.ratio", path)
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
                f"stage 'guards': variant {dear} costs {high}, {ratio} variant {cheap} ({low});"
                f" at most {limit:f} times is allowed",
                hint=f"list {dear} or {cheap} as a product of its own, or change one of the two prices",
            ),
        )
    )


def category_outliers(
    prices: Mapping[str, Money], *, factor: Decimal = Decimal(10), path: str = "price"
) -> Issues:
    """Errors for prices of one category that lie `factor` times above or below its median: slipped digits.

    Fewer than three prices have no median worth the name.
    """
    if len(prices) < 3:
        return Issues()
    mixed = _mixed(prices, "price.outlier", path)
    if mixed is not None:
        return Issues((mixed,))
    middle = median_low(money.amount for money in prices.values())
    found = []
    for sku, money in prices.items():
        above = money.amount >= EXACT.multiply(middle, factor)
        if above or EXACT.multiply(money.amount, factor) <= middle:
            side = "above" if above else "below"
            found.append(
                Issue(
                    "price.outlier",
                    f"{path}/{sku}" if path else sku,
                    f"stage 'guards': variant {sku} costs {money}, {factor:f} times or more {side} its"
                    f" category's median of {middle:f}",
                    hint=f"check the catalog price of {sku}; if it is right, give it a category of its own",
                )
            )
    return Issues(tuple(found))


def mass_change(
    before: Mapping[str, Money],
    after: Mapping[str, Money],
    *,
    change: Decimal = Decimal("0.05"),
    share: Decimal = Decimal("0.30"),
    at_least: int = 5,
    path: str = "price",
) -> Issues:
    """An error when more than `share` of the live prices would move by more than `change` in one run.

    Prices that are new or gone do not count; fewer than `at_least` moved prices never trip it. A price whose
    currency changed counts as moved.
    """
    common = [sku for sku in before if sku in after]
    moved = []
    for sku in common:
        old, new = before[sku], after[sku]
        same = old.currency == new.currency
        difference = EXACT.subtract(new.amount, old.amount).copy_abs()
        if not same or difference > EXACT.multiply(old.amount, change):
            moved.append(sku)
    if len(moved) < at_least or Decimal(len(moved)) <= EXACT.multiply(share, Decimal(len(common))):
        return Issues()
    percent = figure(Exact(Decimal(100 * len(moved))).over(Decimal(len(common))).value, 0)
    most = f"{EXACT.multiply(share, _HUNDRED).normalize(EXACT):f}"
    by = f"{EXACT.multiply(change, _HUNDRED).normalize(EXACT):f}"
    return Issues(
        (
            Issue(
                "price.mass_change",
                path,
                f"stage 'guards': {len(moved)} of {len(common)} live prices ({percent} %) would move by more"
                f" than {by} %, among them {', '.join(moved[:3])}; at most {most} % may in one run",
                hint="look at the rate and the policy that changed, then confirm the run",
            ),
        )
    )
