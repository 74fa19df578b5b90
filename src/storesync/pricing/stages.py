"""The stages from a catalog price to an unrounded market price, in the order in which they always run."""

from __future__ import annotations

from decimal import Decimal

from attrs import evolve

from storesync.issues import counted
from storesync.model import Money
from storesync.pricing.businessday import missed_days
from storesync.pricing.exact import EXACT, Exact, sane
from storesync.pricing.landing import import_tax, tax_ends
from storesync.pricing.rate import Kind, Leg, Route
from storesync.pricing.taxpack import weakest
from storesync.pricing.walk import Held, Walk

__all__ = [
    "addons",
    "begin",
    "check_dates",
    "check_figures",
    "check_size",
    "fees",
    "home_stages",
    "market_stages",
    "route",
]

_ZERO = Decimal(0)


def check_dates(walk: Walk) -> None:
    """Holds when a dated figure of the policy has ended: the field, its end and the line to change."""
    tax, today, policy = walk.policy.tax, walk.today, walk.policy
    for end in tax_ends(tax, walk.market):
        if end.until >= today:
            continue
        shown = "" if end.value is None else f" {end.value:f}"
        if end.key == "agreement":
            told = f"tax.agreement {tax.agreement}: its duty{shown}"
            line = policy.line("tax.agreement", tax.agreement)
            way = f"check the duty now in force, then state tax.duty with tax.duty_until instead of {line}"
        elif getattr(tax, end.key) is None:
            told, way = (
                f"tax.{end.key}{shown}",
                f"check the rate now in force, then state tax.{end.key} and its end",
            )
        else:
            told = f"tax.{end.key}{shown}"
            line = policy.line(f"tax.{end.key}", f"{end.value:f}")
            way = f"check the rate now in force, then change {line} and {policy.line(f'tax.{end.key}_until', end.until)}"
        raise walk.hold(
            "price.policy_expired", "tax", f"{told} ended on {end.until}{end.told_by}, today is {today}", way
        )
    for fee in policy.fees:
        if fee.valid_until is not None and fee.valid_until < today:
            raise walk.hold(
                "price.policy_expired",
                "fees",
                f"fee {fee.name!r} ended on {fee.valid_until}, today is {today}",
                f"check the market's fee page, then change its valid_until under [prices.{policy.name}] fees",
            )


# The figures of a variant that a price is made of, with the stage that takes each.
_TAKEN_BY = {"price": "base", "cost": "guards", "list_price": "compare-at"}


def check_figures(walk: Walk) -> None:
    """Holds for a figure that stands in the catalog and cannot be taken: the stage, the figure and its cell.

    Also where this policy would do without it: whoever wrote it meant something by it.
    """
    for column, stage in _TAKEN_BY.items():
        if flaw := walk.supply.flaws.get(column):
            policy = walk.policy
            where = f"; policy {policy.name!r} stands in {policy.at}" if policy.at else ""
            held = walk.hold("price.figure", stage, flaw.message, f"{flaw.hint}{where}")
            raise Held(evolve(held.issue, at=flaw.at))


def begin(walk: Walk, price: Money | None, field: str) -> Money:
    """The amount to start from, checked: present, in the home currency, above zero."""
    if price is None:
        raise walk.hold(
            "price.missing",
            "base",
            f"the catalog gives no {field}",
            f"fill in the {field} of {walk.sku}, or set base under [prices.{walk.policy.name}]",
        )
    if price.currency != walk.policy.home:
        raise walk.hold(
            "price.currency",
            "base",
            f"the {field} is in {price.currency}, the policy starts from {walk.policy.home}",
            f"change {walk.policy.line('home', walk.policy.home)}",
        )
    check_size(walk, price, "base", field)
    if price.amount <= 0:
        raise walk.hold(
            "price.not_positive",
            "base",
            f"the {field} is {price}",
            "a price is above zero: correct the catalog",
        )
    return price


def check_size(walk: Walk, money: Money, stage: str, field: str) -> None:
    """Holds for an amount that no money has: more than 18 digits before or after the point."""
    if not sane(money.amount):
        raise walk.hold(
            "price.out_of_range",
            stage,
            f"the {field} has more than 18 digits before or after the point",
            f"check the {field} of {walk.sku} for a slipped decimal point",
        )


def addons(walk: Walk) -> tuple[Decimal, str]:
    """What is added per piece in the home currency, and what it is made of."""
    policy = walk.policy
    total, detail = policy.words.extras_total, policy.words.extras
    if policy.freight:
        weight = walk.variant.weight_g if walk.variant is not None else 0
        if weight <= 0 and policy.freight[0].up_to_g is not None:
            raise walk.hold(
                "price.weight_missing",
                "add-ons",
                "the freight goes by weight, and the packed weight is not known",
                f"fill in the gross weight of {walk.sku} in grams",
            )
        for band in policy.freight:
            if band.up_to_g is None or weight <= band.up_to_g:
                total = EXACT.add(total, band.amount)
                freight = f"freight for {weight} g {band.amount:f} {policy.home}"
                detail = f"{detail}, {freight}" if detail else freight
                break
        else:
            raise walk.hold(
                "price.freight",
                "add-ons",
                f"{weight} g is above the last weight step ({policy.freight[-1].up_to_g} g)",
                "add a weight step, or one without up_to_g",
            )
    return total, detail or "none"


def home_stages(walk: Walk) -> None:
    """Strip the source VAT, mark up, add freight and packing."""
    policy = walk.policy
    words = policy.words
    amount = walk.amount.over(words.source_divisor) if policy.source_vat else walk.amount
    walk.step("source vat", amount, words.source_vat)
    amount = walk.amount.times(words.markup_factor) if policy.markup else walk.amount
    walk.step("markup", amount, words.markup)
    extra, detail = addons(walk)
    walk.step("add-ons", walk.amount.plus(extra) if extra else walk.amount, detail)


def _check_leg(walk: Walk, leg: Leg) -> None:
    rate, rules = leg.rate, walk.policy.rate
    digits = len(rate.value.as_tuple().digits)
    if not leg.divides and digits < rules.min_digits:
        raise walk.hold(
            "price.rate_coarse",
            "convert",
            f"{rate} keeps only {counted(digits, 'digit')}",
            f"ask for {rate.quote} in {rate.base} the other way round: 1 {rate.quote} = … {rate.base}",
        )
    if not walk.rates.ages:
        return
    day, today = rate.fresh_on, walk.today
    if day > today:
        raise walk.hold(
            "price.rate_future",
            "convert",
            f"{rate} lies after today, {today}",
            "check the source's date and zone",
        )
    missed = missed_days(day, today, rate.calendar)
    age = (today - day).days
    if missed > rules.max_business_days or age > rules.max_calendar_days:
        raise walk.hold(
            "price.rate_stale",
            "convert",
            f"{rate} is {age} days old and missed {missed} business days of its source;"
            f" at most {rules.max_calendar_days} and {rules.max_business_days} are allowed",
            "fetch rates again: storesync rates fetch; the live price stays until then",
        )
    if missed >= rules.warn_after and not walk.warned:
        walk.warned = True
        walk.warn("price.rate_aging", "convert", f"{rate} missed {missed} business day(s) of its source")


def route(walk: Walk, kind: Kind | None = None) -> Route:
    """The way from home to market currency, every leg checked; holds when there is none that may be used."""
    policy, rates = walk.policy, walk.rates
    rules = policy.rate
    wanted = kind or rules.kind
    if wanted in walk.ways:
        return walk.ways[wanted]
    if rates.kind == "fixture" and walk.environment != "sandbox":
        raise walk.hold(
            "price.rate_fixture",
            "convert",
            f"rate snapshot {rates.id[:8]} holds invented rates, and the channel's environment is"
            f" {walk.environment!r}",
            'use live rates, or set environment = "sandbox" on the channel',
        )
    found = rates.route(
        policy.home, policy.currency, kind=wanted, pivots=rules.pivots, skew=rules.max_skew_days
    )
    if found is None and policy.currency in rates.doubted:
        raise walk.hold(
            "price.rate_doubted",
            "convert",
            f"the newest rate of {policy.currency} is not believed: it jumped, its sources disagree,"
            " or it is far from what the currency costs",
            f"`storesync rates` shows it; if the jump is true: storesync rates fetch --confirm {policy.currency}",
        )
    if found is None:
        known = ", ".join(sorted({f"{rate.base}/{rate.quote} {rate.kind}" for rate in rates.rates})) or "none"
        raise walk.hold(
            "price.rate_missing",
            "convert",
            f"rate snapshot {rates.id[:8]} has no {wanted} rate for"
            f" {policy.currency}/{policy.home}, direct or over one pivot and one day (it has {known})",
            f"the finding about rates/{policy.currency} says why; storesync rates fetch asks again, and [rates] "
            "takes more sources",
        )
    for leg in found.legs:
        _check_leg(walk, leg)
    walk.ways[wanted] = found
    return found


def market_stages(walk: Walk) -> None:
    """Convert, add the FX buffer, and the tax that we bear at import."""
    policy = walk.policy
    way = route(walk)
    walk.step(
        "convert",
        way.convert(walk.amount),
        way.label,
        currency=policy.currency,
        source=way.sources,
        snapshot=walk.rates.id,
    )
    amount = walk.amount.times(policy.words.buffer_factor) if policy.fx_buffer else walk.amount
    walk.step("fx buffer", amount, policy.words.fx_buffer)
    _step_tax(walk, amount)


def _step_tax(walk: Walk, value: Exact) -> None:
    tax = walk.policy.tax
    walk.value, walk.at_import = value, import_tax(walk, value)
    if walk.at_import is not None:
        own = not tax.regime
        sure = "" if own else f" (estimate [{weakest(walk.at_import.figures)}])"
        source = "" if own else "; ".join(figure.source for figure in walk.at_import.figures)
        walk.step("tax", walk.at_import.taxed(value), f"included: {walk.at_import}{sure}", source=source)
    elif tax.mode == "included":
        walk.step("tax", value, "included: taken of the sale price, joins the fees")
    else:
        walk.step("tax", value, "the buyer pays it" if tax.mode == "buyer_pays" else "none")


def fees(
    walk: Walk, amount: Exact, tax: tuple[Decimal, Decimal], share: Decimal = _ZERO
) -> tuple[Exact, str]:
    """The price that leaves `amount` after fees, a further share and a tax on the price; and what it used."""
    policy = walk.policy
    if not policy.fees and tax[0] == tax[1] and not share:
        return amount, "none"
    price = policy.fee_plan.gross_up(amount, share=share, tax=tax)
    if price is None:
        raise walk.hold(
            "price.fees_too_high",
            "fees",
            "fees, margin and tax together take the whole price",
            f"check the fees under [prices.{policy.name}]",
        )
    return price, policy.words.fees
