"""What a policy cannot say: shares that are no shares, endings off their step, fees that leave nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import asdict, fields, frozen, has

from storesync.pricing.currency import currency
from storesync.pricing.exact import EXACT, sane

if TYPE_CHECKING:
    from storesync.pricing.policy import Policy, Tax

__all__ = ["WORDS", "Problem", "problems_of", "stage_of"]

_ZERO = Decimal(0)
_MARKUP = 5  # a share that nobody adds to a price, or lets it move by: five times itself
_THOUSANDS = 3  # digits after a point that may have been meant to part thousands
# Whose tax a regime is: its lines are amounts of that money.
_TAX_OF = {"cn-cbec": "CNY", "cn-general": "CNY", "cn-parcel": "CNY", "vn-import": "VND"}
_AGREEMENTS = {"cn-general": ("mfn",), "vn-import": ("mfn", "akfta", "vkfta")}


_STAGES = {
    "base": "base",
    "fixed": "base",
    "source_vat": "source vat",
    "markup": "markup",
    "addons": "add-ons",
    "packing": "add-ons",
    "freight": "add-ons",
    "rate": "convert",
    "fx_buffer": "fx buffer",
    "tax": "tax",
    "fees": "fees",
    "ending": "ending",
    "step": "ending",
    "rounding": "ending",
    "digits": "ending",
    "guards": "guards",
    "compare_at": "compare-at",
}


# The words that a key takes; the first one is the default.
WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "rounding": ("nearest", "up", "down"),
        "compare_at": ("none", "list"),
        "rate.kind": ("mid", "buy", "sell"),
        "rate.floor_kind": ("mid", "buy", "sell"),
        "tax.mode": ("none", "included", "buyer_pays"),
        "tax.on": ("import", "price"),
        "tax.regime": ("", "cn-cbec", "cn-general", "cn-parcel", "vn-import"),
        "tax.agreement": ("", "mfn", "akfta", "vkfta"),
        "tax.measure": ("content", "piece"),
    }
)


def stage_of(key: str) -> str:
    """The stage that a key of a policy is for, dotted or not; `policy` for what concerns all of them."""
    return _STAGES.get(key.partition(".")[0], "policy")


@frozen
class Problem:
    """Something in a policy that contradicts itself: the field, what is wrong, and the way out."""

    code: str
    field: str
    message: str
    hint: str

    @property
    def stage(self) -> str:
        """The stage that cannot be done because of it."""
        return stage_of(self.field)


def _share(name: str, value: Decimal | None) -> Iterator[Problem]:
    if value is None or 0 <= value < 1:
        return
    hint = 'give a share from 0 up and below 1, such as "0.15" for 15 %'
    if value >= 1:
        # 10 for 10 %: the slip that turns a price into a tenth of itself, or into ten times as much.
        meant = value.scaleb(-2, context=EXACT)
        hint = f'a share is part of 1: {value:f} % is written "{meant:f}"'
    yield Problem("price.policy_value", name, f"{name} is {value:f}", hint)


def _change(value: Decimal | None) -> Iterator[Problem]:
    """A price may double, or more; the slip is 25 for 25 %."""
    if value is None or 0 <= value < _MARKUP:
        return
    hint = 'give a share from 0 up, such as "0.25" for 25 %'
    if value >= _MARKUP:
        hint = f'{value:f} % is written "{value.scaleb(-2, context=EXACT):f}"'
    yield Problem("price.policy_value", "guards.max_change", f"guards.max_change is {value:f}", hint)


def _amount(name: str, value: Decimal | None, *, zero: bool) -> Iterator[Problem]:
    if value is not None and (value < 0 or (value == 0 and not zero)):
        least = "zero or above" if zero else "above zero"
        yield Problem("price.policy_value", name, f"{name} is {value:f}", f"give an amount {least}")


def _written(name: str, value: Decimal | None, code: str, digits: int) -> Iterator[Problem]:
    """Three digits after the point of a money that has fewer: thirty thousand written 30.000 is read as thirty."""
    text = "" if value is None else f"{value:f}"
    whole, _, after = text.partition(".")
    # Nobody parts thousands after a zero, nor after four digits.
    if len(after) == _THOUSANDS > digits and whole != "0" and len(whole) <= _THOUSANDS:
        few = whole if after.strip("0") == "" else f"{text}0"
        hint = f'write "{whole}{after}" if thousands are meant, and "{few}" if not'
        told = f"{name} is {text}: a thousands point, or a fraction of 1 {code}?"
        yield Problem("price.policy_value", name, told, hint)


def _amounts_written(policy: Policy) -> Iterator[Problem]:
    home, digits = policy.home, currency(policy.home).digits
    yield from _written("base", policy.base, home, digits)
    yield from _written("packing", policy.packing, home, digits)
    for extra in policy.addons:
        yield from _written(f"addons.{extra.name}", extra.amount, home, digits)
    for step in policy.freight:
        yield from _written("freight", step.amount, home, digits)
    code, digits = policy.currency, max(policy.price_digits, currency(policy.currency).digits)
    yield from _written("fixed", policy.fixed, code, digits)
    yield from _written("step", policy.step, code, digits)
    if policy.ending is not None:
        for amount in (policy.ending.modulus, *policy.ending.endings):
            yield from _written("ending", amount, code, digits)
    yield from _written("guards.min_price", policy.guards.min_price, code, digits)
    yield from _written("guards.max_price", policy.guards.max_price, code, digits)
    for fee in policy.fees:
        yield from _written("fees", fee.cap, code, digits)
        yield from _written("fees", fee.fixed, code, digits)


def _numbers(policy: Policy) -> Iterator[tuple[str, Decimal]]:
    for part in fields(type(policy)):
        value = getattr(policy, part.name) if part.init else None
        rows = value if isinstance(value, tuple) else (value,)
        for row in rows:
            if isinstance(row, Decimal):
                yield part.name, row
            elif has(type(row)):
                inner = asdict(row, recurse=False).items()
                yield from ((f"{part.name}.{key}", one) for key, one in inner if isinstance(one, Decimal))
    if policy.ending is not None:
        yield from (("ending", one) for one in policy.ending.endings)


def _unusable(policy: Policy) -> Iterator[Problem]:
    """What makes every further look at a policy idle: unknown currencies and words, numbers out of all bounds."""
    for code in (policy.currency, policy.home):
        try:
            currency(code)
        except ValueError as error:
            yield Problem(
                "price.unknown_currency", "currency", str(error), "use an ISO 4217 code that is listed"
            )
    for name, words in WORDS.items():
        value = attrgetter(name)(policy)
        if value not in words:
            known = ", ".join(word for word in words if word)
            yield Problem(
                "price.policy_value",
                name,
                f"{name} is {value!r}, none of {known}",
                "write one of these words",
            )
    for name, number in _numbers(policy):
        if not sane(number):
            hint = "write at most 18 digits before and after the point"
            yield Problem("price.policy_value", name, f"{name} has too many digits", hint)


def problems_of(policy: Policy) -> Iterator[Problem]:
    """Everything in a policy that contradicts itself or cannot be a price rule, field by field."""
    unusable = tuple(_unusable(policy))
    if unusable:
        yield from unusable
        return
    if policy.valid_from and policy.valid_until and policy.valid_from > policy.valid_until:
        yield Problem(
            "price.policy_gap",
            "valid_until",
            f"valid_until {policy.valid_until} lies before valid_from {policy.valid_from}",
            "swap the two dates",
        )
    yield from _share("source_vat", policy.source_vat)
    yield from _share("fx_buffer", policy.fx_buffer)
    yield from _share("quiet", policy.quiet)
    if policy.markup >= _MARKUP:
        meant = policy.markup.scaleb(-2, context=EXACT)
        hint = f'{policy.markup:f} % is written "{meant:f}"; a price that is made anew from the cost has base or fixed'
        yield Problem("price.policy_value", "markup", f"markup is {policy.markup:f}", hint)
    if policy.markup <= -1:
        yield Problem("price.policy_value", "markup", f"markup is {policy.markup:f}", "give a share above -1")
    yield from _amount("packing", policy.packing, zero=True)
    for extra in policy.addons:
        yield from _amount(f"addons.{extra.name}", extra.amount, zero=True)
    for step in policy.freight:
        yield from _amount("freight", step.amount, zero=True)
    yield from _amounts_written(policy)
    yield from _tax_problems(policy.tax, policy.currency)
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
    yield from _change(guards.max_change)
    yield from _share("guards.cliff", guards.cliff)
    yield from _amount("guards.min_price", guards.min_price, zero=True)
    yield from _amount("guards.max_price", guards.max_price, zero=False)
    if guards.min_price is not None and guards.max_price is not None and guards.min_price > guards.max_price:
        yield Problem(
            "price.policy_value",
            "guards.min_price",
            f"min_price {guards.min_price:f} {policy.currency} is above max_price {guards.max_price:f} {policy.currency}",
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


def _tax_problems(tax: Tax, code: str) -> Iterator[Problem]:
    whose = _TAX_OF.get(tax.regime, code)
    if whose != code:
        yield Problem(
            "price.tax_regime",
            "tax.regime",
            f"regime {tax.regime!r} taxes prices in {whose}, this policy makes {code}",
            f"leave tax.regime out, or give it to a policy with currency = {whose!r}",
        )
    for name, share in (("tax.duty", tax.duty), ("tax.vat", tax.vat)):
        yield from _share(name, share)
    yield from _share("tax.consumption", tax.consumption)
    if whose != code:
        return  # what else such a tax lacks is not worth a word
    known = _AGREEMENTS.get(tax.regime, ())
    if tax.agreement and tax.agreement not in known:
        regimes = ", ".join(name for name, some in _AGREEMENTS.items() if tax.agreement in some)
        yield Problem(
            "price.tax_regime",
            "tax.agreement",
            f"agreement {tax.agreement!r} is not known for regime {tax.regime or 'none'!r}",
            f"it is known for {regimes}; or state tax.duty with tax.duty_until",
        )
    if tax.agreement and tax.duty is not None:
        yield Problem(
            "price.tax_regime",
            "tax.agreement",
            f"agreement {tax.agreement!r} decides the duty, and tax.duty {tax.duty:f} states another",
            "leave one of the two out",
        )
    if tax.mode == "included" and tax.regime == "cn-parcel":
        yield Problem(
            "price.tax_regime",
            "tax.regime",
            "the tax on a personal parcel is the buyer's: it cannot be included",
            'set mode = "buyer_pays"',
        )
    # Whoever names one of these regimes asks for figures of it, in the price or in an estimate.
    borne = tax.mode == "included" and tax.on == "import"
    if borne and tax.regime == "cn-cbec":
        yield Problem(
            "price.tax_regime",
            "tax.on",
            'the tax of regime "cn-cbec" is a share of the price, higher from its line per ml, g or piece: '
            'on = "import" knows nothing of that line',
            'set on = "price", and leave tax.vat, tax.duty and tax.consumption out',
        )
        return
    if borne and tax.vat is None and not known:
        yield Problem(
            "price.tax_missing",
            "tax.vat",
            "the tax is included, but tax.vat is not given",
            'state tax.vat and the day it ends, tax.vat_until; zero is written "0"',
        )
    if (borne or (known and tax.mode == "buyer_pays")) and tax.duty is None and not tax.agreement:
        verb = "included" if borne else "estimated"
        some = f", or tax.agreement ({', '.join(known)})" if known else ""
        yield Problem(
            "price.tax_missing",
            "tax.duty",
            f"the tax is {verb}, but tax.duty is not given",
            f'state tax.duty{some}; zero is written "0" and needs a certificate of origin',
        )
    if tax.mode == "included" and tax.on == "price":
        stated = {"duty": tax.duty, "vat": tax.vat, "consumption": tax.consumption or None}
        for name, figure in stated.items():
            if figure is not None:
                yield Problem(
                    "price.tax_regime",
                    f"tax.{name}",
                    f'tax.{name} {figure:f} is stated, and a tax with on = "price" takes the published figures alone',
                    f'leave tax.{name} out; or set on = "import", with duty and vat',
                )
    if tax.mode == "included" and tax.on == "price" and tax.regime != "cn-cbec":
        yield Problem(
            "price.tax_missing",
            "tax.regime",
            'a tax on the price itself is known only for regime "cn-cbec"',
            'set regime = "cn-cbec", or on = "import" with duty and vat',
        )
