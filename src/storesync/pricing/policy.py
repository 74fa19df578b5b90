"""How a price is made for one market, as data with a beginning and an end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from attrs import field, frozen
from attrs.converters import optional

from storesync.model import frozen_map
from storesync.pricing.contradiction import Problem, problems_of
from storesync.pricing.currency import currency
from storesync.pricing.ending import Ending, Mode
from storesync.pricing.exact import EXACT, exact
from storesync.pricing.fee import Fee, FeePlan
from storesync.pricing.rate import Kind
from storesync.pricing.taxpack import Figure

__all__ = ["AddOn", "Guards", "Policy", "RateRules", "Tax", "WeightStep"]

_ZERO = Decimal(0)
_ONE = Decimal(1)


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
    (before fees) or the sale price itself (China cross-border). `regime` names the packaged figures that stand in
    for those not given here, and that estimates are made of; `agreement` is the one whose certificate of origin
    decides the duty, `mfn` without any. `measure` says what a high-end line counts: content in ml or g, or pieces.
    """

    mode: Literal["none", "included", "buyer_pays"] = "none"
    duty: Decimal | None = field(default=None, converter=optional(exact))
    vat: Decimal | None = field(default=None, converter=optional(exact))
    consumption: Decimal = field(default=_ZERO, converter=exact)
    duty_until: date | None = None
    vat_until: date | None = None
    on: Literal["import", "price"] = "import"
    regime: Literal["", "cn-cbec", "cn-general", "cn-parcel", "vn-import"] = ""
    agreement: Literal["", "mfn", "akfta", "vkfta"] = ""
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
    quiet: Decimal = field(default=_ZERO, converter=exact)
    at: str = ""
    places: Mapping[str, str] = field(factory=dict, converter=frozen_map, eq=False, repr=False)
    problems: tuple[Problem, ...] = field(init=False, eq=False, repr=False)

    @problems.default
    def _look(self) -> tuple[Problem, ...]:
        return tuple(problems_of(self))

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
        extras = [f"packing {self.packing:f} {self.home}"] if self.packing else []
        extras += [f"{extra.name} {extra.amount:f} {self.home}" for extra in self.addons]
        total = self.packing
        for extra in self.addons:
            total = EXACT.add(total, extra.amount)
        return PolicyWords(
            source_vat=f"less {percent(vat)} home VAT" if vat else "none inside",
            markup=percent(markup) if markup else "none",
            extras=", ".join(extras),
            extras_total=total,
            source_divisor=EXACT.add(_ONE, vat),
            markup_factor=EXACT.add(_ONE, markup),
            buffer_factor=EXACT.add(_ONE, buffer),
            fx_buffer=percent(buffer) if buffer else "none",
            fees=", ".join(fee.words(self.currency) for fee in self.fees) or "none",
            ending=f"{'ending' if self.ending is not None else 'step'} of policy {self.name}",
            grid=str(self.grid),
        )

    @cached_property
    def tax_figures(self) -> Mapping[str, Figure]:
        """The tax figures that the policy itself states, by their keys."""
        tax = self.tax
        stated = (
            ("duty", tax.duty, tax.duty_until),
            ("consumption", tax.consumption or None, None),
            ("vat", tax.vat, tax.vat_until),
        )
        return {
            key: Figure(
                name=f"tax.{key}",
                value=value,
                unit="share, as the policy states it",
                source=f"policy {self.name!r}",
                confidence="P",
                since=self.valid_from,
                until=until,
            )
            for key, value, until in stated
            if value is not None
        }

    @cached_property
    def fee_plan(self) -> FeePlan:
        """The fees, ready for the gross-up."""
        return FeePlan.of(self.fees)

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
    source_divisor: Decimal
    markup_factor: Decimal
    buffer_factor: Decimal
    fx_buffer: str
    fees: str
    ending: str
    grid: str


def percent(share: Decimal) -> str:
    """A share as people read it: 0.15 is 15 %."""
    return f"{EXACT.multiply(share, Decimal(100)).normalize(EXACT):f} %"
