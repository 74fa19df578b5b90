"""Tax at import on one variant's way: which figures hold for it, until when, and what they make of its value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from attrs import frozen

from storesync.pricing import china, vietnam
from storesync.pricing.exact import Exact
from storesync.pricing.highend import high_end_limit
from storesync.pricing.importtax import ImportTax
from storesync.pricing.policy import Tax
from storesync.pricing.taxpack import Figure, tax_pack
from storesync.pricing.walk import Walk

__all__ = ["End", "figures_for", "import_tax", "tax_ends"]

_REGIMES = {"cn-general": "China general trade", "vn-import": "Vietnam import"}


@frozen
class End:
    """The last day of a tax figure that a policy rests on, and who says so where the policy itself does not."""

    key: str
    value: Decimal | None
    until: date
    told_by: str = ""


def tax_ends(tax: Tax, market: str) -> Iterator[End]:
    """Every end of a policy's VAT and duty: its own days, and those of the published figures it uses."""
    vietnamese = market == "VN" or tax.regime == "vn-import"
    if tax.mode == "none" and tax.vat_until is None:
        return
    reduced = tax_pack("vietnam")["vat_reduced"]
    if tax.vat_until is not None:
        yield End("vat", tax.vat, tax.vat_until)
    elif vietnamese and tax.vat == reduced.value and reduced.until is not None:
        # A config without an end date is the bug here: the published figure has one.
        yield End("vat", tax.vat, reduced.until, f" ({reduced.source})")
    elif (
        tax.regime == "vn-import" and tax.vat is None and tax.mode == "included" and reduced.until is not None
    ):
        # What follows it is another price: whoever answers for the price must see it first.
        yield End("vat", reduced.value, reduced.until, f" ({reduced.source})")
    if tax.duty_until is not None:
        yield End("duty", tax.duty, tax.duty_until)
    elif tax.regime == "vn-import" and tax.agreement:
        figure = vietnam.import_duty(tax.agreement)
        if figure.until is not None:
            yield End("agreement", figure.value, figure.until, f" ({figure.source})")


def _duty(walk: Walk) -> Figure:
    tax, hs = walk.policy.tax, walk.product.hs
    stated = walk.policy.tax_figures.get("duty")
    if stated is not None:
        return stated
    if tax.regime == "vn-import" and tax.agreement:
        figure = vietnam.import_duty(tax.agreement)
        if figure.applies(hs):
            return figure
    elif tax.regime == "cn-general":
        known = china.tax_line(hs).duty
        if known is not None:
            return known
    asked = f"{tax.agreement.upper()} duty" if tax.agreement else "duty"
    raise walk.hold(
        "price.tax_missing",
        "tax",
        f"no {asked} is known here for HS {hs or 'unknown'}",
        f"give tax.duty for {walk.product.key} by a refinement of [prices.{walk.policy.name}], or correct its HS code",
    )


def _vat(walk: Walk) -> Figure:
    stated = walk.policy.tax_figures.get("vat")
    if stated is not None:
        return stated
    if walk.policy.tax.regime == "vn-import":
        return vietnam.import_vat(walk.today)
    return china.tax_line(walk.product.hs).vat


def _consumption(walk: Walk, value: Exact, *, high_end: bool) -> Figure | None:
    stated = walk.policy.tax_figures.get("consumption")
    if stated is not None or walk.policy.tax.regime != "cn-general":
        return stated
    limit = high_end_limit(walk)
    if limit is None or not (high_end or value.compare(limit) >= 0):
        return None
    return tax_pack("china")["high_end_rate"]


def figures_for(walk: Walk, value: Exact, *, high_end: bool = False) -> ImportTax:
    """What is taken of `value` at import: the policy's own figures before the published ones; holds without.

    `high_end`: the consumption tax line counts as reached, whatever this value says.
    """
    tax = walk.policy.tax
    label = f" ({tax.agreement.upper()})" if tax.agreement else ""
    return ImportTax(
        regime=f"{_REGIMES.get(tax.regime, 'import')}{label}",
        duty=_duty(walk),
        vat=_vat(walk),
        consumption=_consumption(walk, value, high_end=high_end),
    )


def import_tax(walk: Walk, value: Exact, *, high_end: bool = False) -> ImportTax | None:
    """The tax that we bear at import, on this value; None where the policy includes none there."""
    tax = walk.policy.tax
    if tax.mode != "included" or tax.on != "import":
        return None
    return figures_for(walk, value, high_end=high_end)
