"""How a price is made for one market, as data with a beginning and an end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from attrs import field, frozen
from attrs.converters import optional

from storesync.model import frozen_map
from storesync.pricing.codec import FORMS, Codec, Form
from storesync.pricing.currency import currency
from storesync.pricing.ending import Ending, Mode
from storesync.pricing.exact import EXACT, exact
from storesync.pricing.fee import Fee, FeePlan
from storesync.pricing.rate import Kind

__all__ = ["AddOn", "Guards", "Policy", "Problem", "RateRules", "Tax", "WeightStep"]

_ZERO = Decimal(0)


@frozen
class AddOn:
    """A fixed amount per piece sold, in the home currency: packing, a sample, a certificate."""

    name: str
    amount: Decimal = field(converter=exact)


@frozen
class WeightStep:
    """Freight in the home currency for a packed weight up to and including `up_to_g`; None: any weight."""

    amount: Decimal = field(converter=exact)
    up_to_g: int | None = None


@frozen(kw_only=True)
class Tax:
    """Who bears duty and tax of the destination, and how much.

    `none`: not part of this business. `included`: we bear it, the price covers it. `buyer_pays`: the price is
    before tax and the tax is only estimated. `on` says what an included tax is taken of: the value at import
    (before fees) or the sale price itself (China cross-border). `regime` names the packaged figures for the
    estimate; `measure` what a high-end line counts: content in ml or g, or pieces.
    """

    mode: Literal["none", "included", "buyer_pays"] = "none"
    duty: Decimal | None = field(default=None, converter=optional(exact))
    vat: Decimal | None = field(default=None, converter=optional(exact))
    consumption: Decimal = field(default=_ZERO, converter=exact)
    duty_until: date | None = None
    vat_until: date | None = None
    on: Literal["import", "price"] = "import"
    regime: Literal["", "cn-cbec", "vn-import"] = ""
    measure: Literal["content", "piece"] = "content"


@frozen(kw_only=True)
class RateRules:
    """Which rates this policy accepts: kind, age in business and calendar days, and how a cross is made.

    `floor_kind` is the kind for the margin floor: an exporter receives foreign money and gets nearer to the
    bank's buying rate. `min_digits` refuses quotes of the weak currency in the strong one that kept too few.
    """

    kind: Kind = "mid"
    floor_kind: Kind = "mid"
    warn_after: int = 1
    max_business_days: int = 5
    max_calendar_days: int = 10
    pivots: tuple[str, ...] = ("EUR", "USD")
    max_skew_days: int = 0
    min_digits: int = 4


@frozen(kw_only=True)
class Guards:
    """What stops or lifts a price, in the market's currency.

    `min_margin` is a share of the price and needs the cost; it and `min_price` lift a price, the others hold
    it. `max_discount` bounds the compare-at price, `cliff` is how far above a tax line a price still warns.
    """

    max_change: Decimal | None = field(default=None, converter=optional(exact))
    min_margin: Decimal | None = field(default=None, converter=optional(exact))
    min_price: Decimal | None = field(default=None, converter=optional(exact))
    max_price: Decimal | None = field(default=None, converter=optional(exact))
    max_discount: Decimal | None = field(default=None, converter=optional(exact))
    cliff: Decimal = field(default=Decimal("0.15"), converter=exact)


@frozen
class Problem:
    """Something in a policy that contradicts itself: the field, what is wrong, and the way out."""

    code: str
    field: str
    message: str
    hint: str


@frozen(kw_only=True)
class Policy:
    """Everything that turns a catalog price into one market's price.

    Amounts before the conversion are in `home`, after it in `currency`. `base` replaces the catalog's price
    (in `home`), `fixed` is the market price itself. `source_vat` is the home VAT inside the catalog price.
    `step` and `digits` default to the currency's own; an `ending` replaces the step. `quiet` is the share by
    which a rate may move without repricing this channel. `at` is where the policy stands, `places` where its
    single fields stand, for messages.
    """

    name: str
    currency: str
    home: str = "KRW"
    valid_from: date | None = None
    valid_until: date | None = None
    base: Decimal | None = field(default=None, converter=optional(exact))
    fixed: Decimal | None = field(default=None, converter=optional(exact))
    source_vat: Decimal = field(default=_ZERO, converter=exact)
    markup: Decimal = field(default=_ZERO, converter=exact)
    addons: tuple[AddOn, ...] = field(default=(), converter=tuple[AddOn, ...])
    packing: Decimal = field(default=_ZERO, converter=exact)
    freight: tuple[WeightStep, ...] = field(default=(), converter=tuple[WeightStep, ...])
    fx_buffer: Decimal = field(default=_ZERO, converter=exact)
    rate: RateRules = RateRules()
    tax: Tax = Tax()
    fees: tuple[Fee, ...] = field(default=(), converter=tuple[Fee, ...])
    step: Decimal | None = field(default=None, converter=optional(exact))
    rounding: Mode = "nearest"
    ending: Ending | None = None
    digits: int | None = None
    guards: Guards = Guards()
    compare_at: Literal["none", "list"] = "none"
    codec: Form = "text"
    quiet: Decimal = field(default=_ZERO, converter=exact)
    at: str = ""
    places: Mapping[str, str] = field(factory=dict, converter=frozen_map, eq=False, repr=False)
    problems: tuple[Problem, ...] = field(init=False, eq=False, repr=False)

    @problems.default
    def _look(self) -> tuple[Problem, ...]:
        return tuple(_problems(self))

    @cached_property
    def price_digits(self) -> int:
        """Digits after the point that a price of this policy carries."""
        return currency(self.currency).digits if self.digits is None else self.digits

    @cached_property
    def unit(self) -> Decimal:
        """The smallest difference between two prices of this policy."""
        return Decimal((0, (1,), -self.price_digits))

    @cached_property
    def grid(self) -> Ending:
        """The amounts a price may have: the ending, or whole steps."""
        return self.ending or Ending.step(self.step_size, self.rounding)

    @cached_property
    def step_size(self) -> Decimal:
        """The step between two prices."""
        return currency(self.currency).step if self.step is None else self.step

    @cached_property
    def words(self) -> PolicyWords:
        """What the trace says of each stage that does the same for every variant."""
        vat, markup, buffer = self.source_vat, self.markup, self.fx_buffer
        extras = [f"packing {self.packing:f}"] if self.packing else []
        extras += [f"{extra.name} {extra.amount:f}" for extra in self.addons]
        total = self.packing
        for extra in self.addons:
            total = EXACT.add(total, extra.amount)
        return PolicyWords(
            source_vat=f"less {percent(vat)} home VAT" if vat else "none inside",
            markup=percent(markup) if markup else "none",
            extras=", ".join(extras),
            extras_total=total,
            fx_buffer=percent(buffer) if buffer else "none",
            tax=_tax_words(self.tax),
            fees=", ".join(str(fee) for fee in self.fees) or "none",
            ending=f"{'ending' if self.ending is not None else 'step'} of policy {self.name}",
            grid=str(self.grid),
        )

    @cached_property
    def fee_plan(self) -> FeePlan:
        """The fees, ready for the gross-up."""
        return FeePlan.of(self.fees)

    @cached_property
    def wire(self) -> Codec:
        """How prices of this policy are written on the wire."""
        return Codec(self.codec, self.price_digits if self.codec == "text" else None)

    def line(self, key: str, value: object) -> str:
        """How to name the line that sets `key` (dotted) to somebody who must change it."""
        table, _, last = f"prices.{self.name}.{key}".rpartition(".")
        where = self.places.get(key) or self.at
        shown = f"{last} = {value}" if isinstance(value, date | int) else f'{last} = "{value}"'
        return f"the line `{shown}` under [{table}]" + (f" in {where}" if where else "")


@frozen(kw_only=True)
class PolicyWords:
    """Wording and sums that depend on the policy alone, made once."""

    source_vat: str
    markup: str
    extras: str
    extras_total: Decimal
    fx_buffer: str
    tax: str
    fees: str
    ending: str
    grid: str


def percent(share: Decimal) -> str:
    """A share as people read it: 0.15 is 15 %."""
    return f"{EXACT.multiply(share, Decimal(100)).normalize(EXACT):f} %"


def _tax_words(tax: Tax) -> str:
    if tax.mode == "buyer_pays":
        return "the buyer pays it"
    if tax.mode == "none":
        return "none"
    if tax.on == "price":
        return "included: taken of the sale price, joins the fees"
    parts = [f"duty {percent(tax.duty or _ZERO)}"]
    if tax.consumption:
        parts.append(f"consumption tax {percent(tax.consumption)}")
    until = f" until {tax.vat_until}" if tax.vat_until else ""
    return f"included: {', '.join(parts)}, VAT {percent(tax.vat or _ZERO)}{until}"


def _share(name: str, value: Decimal | None, low: int = 0, high: int | None = 1) -> Iterator[Problem]:
    if value is not None and (value < low or (high is not None and value >= high)):
        top = "" if high is None else f" and below {high}"
        yield Problem(
            "price.policy_value",
            name,
            f"{name} is {value:f}",
            f'give a share from {low} up{top}, such as "0.15" for 15 %',
        )


def _problems(policy: Policy) -> Iterator[Problem]:
    for code in (policy.currency, policy.home):
        try:
            currency(code)
        except ValueError as error:
            yield Problem(
                "price.unknown_currency", "currency", str(error), "use an ISO 4217 code that is listed"
            )
            return
    if policy.valid_from and policy.valid_until and policy.valid_from > policy.valid_until:
        yield Problem(
            "price.policy_gap",
            "valid_until",
            f"valid_until {policy.valid_until} lies before valid_from {policy.valid_from}",
            "swap the two dates",
        )
    yield from _share("source_vat", policy.source_vat, high=None)
    yield from _share("fx_buffer", policy.fx_buffer, high=None)
    yield from _share("quiet", policy.quiet)
    if policy.markup <= -1:
        yield Problem("price.policy_value", "markup", f"markup is {policy.markup:f}", "give a share above -1")
    tax = policy.tax
    for name, value in (("tax.duty", tax.duty), ("tax.vat", tax.vat)):
        yield from _share(name, value, high=None)
    yield from _share("tax.consumption", tax.consumption)
    if tax.mode == "included" and tax.on == "import" and tax.vat is None:
        yield Problem(
            "price.tax_missing",
            "tax.vat",
            "the tax is included, but tax.vat is not given",
            'state tax.vat and the day it ends, tax.vat_until; zero is written "0"',
        )
    if tax.mode == "included" and tax.on == "import" and tax.duty is None:
        yield Problem(
            "price.tax_missing",
            "tax.duty",
            "the tax is included, but tax.duty is not given",
            'state tax.duty; zero is written "0" and needs a certificate of origin',
        )
    if tax.mode == "included" and tax.on == "price" and tax.regime != "cn-cbec":
        yield Problem(
            "price.tax_missing",
            "tax.regime",
            'a tax on the price itself is known only for regime "cn-cbec"',
            'set regime = "cn-cbec", or on = "import" with duty and vat',
        )
    rates = _ZERO
    for fee in policy.fees:
        rates = EXACT.add(rates, fee.rate if fee.cap is None else _ZERO)
        for text in fee.problems():
            yield Problem("price.fee", "fees", text, "check the fee table against the market's own page")
    margin = policy.guards.min_margin or _ZERO
    if EXACT.add(rates, margin) >= 1:
        yield Problem(
            "price.fees_too_high",
            "fees",
            f"uncapped fees {rates:f} and margin {margin:f} leave nothing of the price",
            'a fee of 3 % is written "0.03"',
        )
    yield from _grid_problems(policy)
    guards = policy.guards
    yield from _share("guards.min_margin", guards.min_margin)
    yield from _share("guards.max_discount", guards.max_discount)
    yield from _share("guards.max_change", guards.max_change, high=None)
    yield from _share("guards.cliff", guards.cliff)
    if guards.min_price is not None and guards.max_price is not None and guards.min_price > guards.max_price:
        yield Problem(
            "price.policy_value",
            "guards.min_price",
            f"min_price {guards.min_price:f} is above max_price {guards.max_price:f}",
            "no price can meet both: change one of them",
        )
    for index, step in enumerate(policy.freight[:-1]):
        following = policy.freight[index + 1].up_to_g
        if step.up_to_g is None or (following is not None and following <= step.up_to_g):
            yield Problem(
                "price.freight",
                "freight",
                "the weight steps do not rise",
                "order them by up_to_g; only the last may leave it out",
            )


def _grid_problems(policy: Policy) -> Iterator[Problem]:
    digits = policy.price_digits
    if not 0 <= digits <= 6:
        yield Problem("price.policy_value", "digits", f"digits is {digits}", "give a number from 0 to 6")
        return
    if policy.step_size <= 0:
        yield Problem("price.ending", "step", f"step is {policy.step_size:f}", "give an amount above zero")
        return
    unit = Decimal((0, (1,), -digits))
    if EXACT.remainder(policy.step_size, unit) != 0:
        yield Problem(
            "price.ending",
            "step",
            f"step {policy.step_size:f} has more digits than the {digits} of {policy.currency}",
            "change step or digits",
        )
    if policy.ending is not None:
        # A step that is written down binds the ending; the currency's usual one does not.
        smallest = unit if policy.step is None else policy.step
        for text in policy.ending.problems(smallest):
            yield Problem(
                "price.ending", "ending", f"the ending contradicts itself: {text}", "change the ending"
            )
    if policy.codec not in FORMS:
        yield Problem(
            "price.codec", "codec", f"codec {policy.codec!r} is unknown", f"use one of {', '.join(FORMS)}"
        )
        return
    misfit = policy.wire.fits(policy.currency, digits)
    if misfit:
        yield Problem("price.codec", "codec", misfit, "choose the form that the channel's page names")
