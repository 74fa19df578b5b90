"""`price`: one variant, market, policy and snapshot → a price with its trace, or a reason to hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, DecimalException

from attrs import evolve, frozen

from storesync.issues import Issue, Issues, Severity
from storesync.model import Market, Money, Price, Product, Supply
from storesync.pricing import vietnam
from storesync.pricing.book import PolicyBook
from storesync.pricing.bounds import floor_of, hold_ceiling, hold_change
from storesync.pricing.buyertax import SaleTax, after_price, sale_tax
from storesync.pricing.codec import Codec, Form
from storesync.pricing.confirmed import Confirmed
from storesync.pricing.declared import Declared
from storesync.pricing.exact import EXACT, Exact, figure
from storesync.pricing.policy import Policy, percent
from storesync.pricing.rate import Snapshot
from storesync.pricing.stages import (
    begin,
    check_dates,
    check_figures,
    fees,
    home_stages,
    market_stages,
)
from storesync.pricing.trace import Trace
from storesync.pricing.walk import Held, Walk

__all__ = ["Priced", "price"]

_ONE = Decimal(1)
_NO_RATES = Snapshot(rates=())


@frozen(kw_only=True)
class Priced:
    """What came out: a price, or None and why; always the trace and every finding.

    When `price` is None the live price stays: `held` says why in one line, and `issues` hold an error.
    `candidate` is what would have been sent.
    """

    price: Price | None
    trace: Trace
    issues: Issues
    held: str = ""
    candidate: Money | None = None


def price(
    *,
    product: Product,
    sku: str,
    market: Market,
    policy: PolicyBook | Policy,
    rates: Snapshot | None,
    environment: str,
    today: date,
    last: Price | None = None,
    channel: str = "",
    form: Form = "text",
    confirmed: Confirmed | None = None,
) -> Priced:
    """The price of one variant on one market, by one policy and one rate snapshot.

    Total: bad data gives issues that name policy, stage and variant, never an exception, never zero. `rates`
    None means that none could be had. `last` is the live price, which the change guard compares with;
    `channel` chooses refinements of the policy; `form` is how its driver writes money. `confirmed` is a move of this
    price that a person lets through whatever `max_change` says.
    """
    chosen, found = policy, Issues()
    if isinstance(policy, PolicyBook):
        in_force, found = policy.resolve(channel=channel, product=product, sku=sku, today=today)
        if in_force is None:
            return _refused(policy.name, sku, market, found)
        chosen = in_force
    elif not _in_force(policy, today):
        book = PolicyBook(name=policy.name, policies=(policy,), at=policy.at)
        _, found = book.resolve(channel=channel, product=product, sku=sku, today=today)
        return _refused(policy.name, sku, market, found)
    assert isinstance(chosen, Policy)
    walk = Walk(
        policy=chosen,
        product=product,
        sku=sku,
        market=market.code,
        rates=rates or _NO_RATES,
        environment=environment,
        today=today,
        supply=product.supply.get(sku) or Supply(sku=sku),
        variant=next((variant for variant in product.variants if variant.sku == sku), None),
    )
    run = _Run(walk, form, channel, confirmed)
    try:
        made = run.make(market, last)
    except Held as held:
        return run.priced(None, found, held.issue)
    except DecimalException as error:
        stage = walk.entries[-1][0] if walk.entries else "base"
        issue = walk.finding(
            "price.out_of_range",
            stage,
            f"an amount after this stage is too large or has too many digits ({type(error).__name__})",
            "check the catalog price and the amounts of the policy for a slipped decimal point",
        )
        return run.priced(None, found, issue)
    return run.priced(made, found, None)


def _in_force(policy: Policy, today: date) -> bool:
    return (policy.valid_from is None or policy.valid_from <= today) and (
        policy.valid_until is None or today <= policy.valid_until
    )


def _refused(name: str, sku: str, market: Market, issues: Issues) -> Priced:
    trace = Trace(sku=sku, market=market.code, policy=name)
    return Priced(price=None, trace=trace, issues=issues, held=issues[0].message if len(issues) else "")


def _cut(struck: Decimal, share: Decimal) -> Exact:
    """The lowest price beside a crossed-out one, for a discount of at most this share of it."""
    return Exact(EXACT.multiply(struck, EXACT.subtract(_ONE, share)))


def _read(amount: Exact) -> str:
    """An amount for a sentence, to the hundredth."""
    return figure(amount.value, 2).removesuffix(".00")


class _Run:
    """The order of the stages for the sale price, and once more for the compare-at price."""

    def __init__(self, walk: Walk, form: Form, channel: str, confirmed: Confirmed | None) -> None:
        self.walk = walk
        self.channel = channel
        self.confirmed = confirmed
        self.form: Form = form
        self.listed: Walk | None = None
        self.declared: tuple[Declared, ...] = ()
        self.candidate: Money | None = None

    def priced(self, made: Price | None, found: Issues, held: Issue | None) -> Priced:
        walk = self.walk
        way = walk.ways.get(walk.policy.rate.kind)
        trace = Trace(
            sku=walk.sku,
            market=walk.market,
            policy=walk.policy.name,
            digits=0 if walk.policy.problems else walk.policy.price_digits,
            rates=way.rates if way is not None else (),
            entries=tuple(walk.entries),
            list_entries=tuple(self.listed.entries) if self.listed else (),
            declared=self.declared,
        )
        issues = found + walk.issues + ((held,) if held else ())
        return Priced(
            price=made,
            trace=trace,
            issues=issues,
            held=held.message if held else "",
            candidate=self.candidate,
        )

    def make(self, market: Market, last: Price | None) -> Price:
        walk, policy = self.walk, self.walk.policy
        for problem in policy.problems:
            raise walk.hold(problem.code, problem.stage, f"{problem.field}: {problem.message}", problem.hint)
        if policy.currency != market.currency:
            raise walk.hold(
                "price.currency",
                "policy",
                f"the policy makes {policy.currency}, market {market.code} takes {market.currency}",
                f"name a policy for {market.currency} on this channel",
            )
        check_dates(walk)
        check_figures(walk)
        amount = self._sale()
        self.candidate = self._money(amount)
        self.declared = after_price(walk, self.candidate)
        hold_ceiling(walk, amount)
        hold_change(walk, self.candidate, last, self.confirmed, self.channel)
        sale = self.candidate
        struck = self._compare_at(amount)
        self._encode(sale, struck)
        return Price(sale, struck)

    def _money(self, amount: Decimal) -> Money:
        return Money(amount.quantize(self.walk.policy.unit, context=EXACT), self.walk.policy.currency)

    def _sale(self) -> Decimal:
        walk, policy = self.walk, self.walk.policy
        if policy.fixed is not None:
            return self._fixed(policy.fixed)
        if policy.base is not None:
            start = begin(walk, Money(policy.base, policy.home), "base")
            walk.start(start, f"override of policy {policy.name}")
        else:
            start = begin(walk, walk.supply.price, "price")
            walk.start(start, "catalog price")
        home_stages(walk)
        market_stages(walk)
        return self._land(walk, guarded=True)

    def _fixed(self, amount: Decimal) -> Decimal:
        walk, policy = self.walk, self.walk.policy
        if amount <= 0:
            raise walk.hold(
                "price.not_positive", "base", f"fixed is {walk.money(amount)}", "a price is above zero"
            )
        walk.start(Money(amount, policy.currency), f"fixed price of policy {policy.name}")
        _, exactly = Exact(amount).grid(policy.unit, Decimal(0))
        if not exactly:
            raise walk.hold(
                "price.ending",
                "base",
                f"fixed is {walk.money(amount)}, but prices there have {policy.price_digits} digits",
                "write the fixed price with fewer digits",
            )
        # A price set by hand is never moved: where a floor would lift it, it is held instead.
        tax = sale_tax(walk, high_end=False)
        if tax.crossed(amount):
            tax = sale_tax(walk, high_end=True)
        floor, why = floor_of(walk, tax)
        if floor is not None and floor.compare(amount) > 0:
            raise walk.hold(
                "price.floor",
                "guards",
                f"the fixed price {walk.money(amount)} is below {why}",
                "raise the fixed price",
            )
        walk.settle("guards", amount, "passed")
        return amount

    def _land(self, walk: Walk, *, guarded: bool) -> Decimal:
        """Fees, ending and lifting guards; twice where the ending crosses a tax line on the sale price."""
        landed, count, told = walk.amount, len(walk.entries), len(walk.issues)
        tax = sale_tax(walk, high_end=False)
        amount = self._finish(walk, tax, guarded=guarded)
        if tax.crossed(amount):
            walk.amount = landed
            del walk.entries[count:]
            del walk.issues[told:]
            amount = self._finish(walk, sale_tax(walk, high_end=True), guarded=guarded)
        return amount

    def _finish(self, walk: Walk, tax: SaleTax, *, guarded: bool) -> Decimal:
        policy = walk.policy
        unrounded, detail = fees(walk, walk.amount, tax.factor)
        told = f"{detail}; {tax.detail}" if tax.detail else detail
        walk.step("fees", unrounded, told, source=tax.source)
        grid = policy.grid
        amount = grid.apply(unrounded)
        if amount is None:
            raise walk.hold(
                "price.ending",
                "ending",
                f"no price above zero ends so at or below {figure(unrounded.value, 4)} {policy.currency}",
                'set mode = "up", or a smaller modulus',
            )
        walk.settle("ending", amount, policy.words.ending, rounding=policy.words.grid)
        return self._lift(walk, amount, tax) if guarded else amount

    def _lift(self, walk: Walk, amount: Decimal, tax: SaleTax) -> Decimal:
        floor, why = floor_of(walk, tax)
        if floor is None or floor.compare(amount) <= 0:
            walk.settle("guards", amount, f"passed: above {why}" if why else "passed")
            return amount
        lifted = walk.policy.grid.apply(floor, "up")
        assert lifted is not None
        walk.settle("guards", lifted, f"raised_to_floor: {walk.money(amount)} is below {why}")
        walk.note(
            "price.raised", "guards", f"{walk.money(amount)} is below {why}: raised to {walk.money(lifted)}"
        )
        return lifted

    def _compare_at(self, sale: Decimal) -> Money | None:
        walk, policy = self.walk, self.walk.policy
        if policy.compare_at != "list" or walk.supply.list_price is None:
            return None
        listed = self.listed = evolve(walk, entries=[], issues=[], warned=True)
        try:
            listed.start(begin(listed, walk.supply.list_price, "list price"), "catalog list price")
            home_stages(listed)
            market_stages(listed)
            struck = self._land(listed, guarded=False)
        except Held as held:
            # A crossed-out price is never worth holding the price itself.
            walk.issues.append(evolve(held.issue, severity=Severity.WARNING))
            walk.settle("compare-at", sale, "left out: it cannot be made")
            return None
        if struck <= sale:
            walk.settle("compare-at", sale, f"left out: {walk.money(struck)} is not above the price")
            return None
        law = vietnam.most_discount() if walk.market == "VN" else None
        limit, who = policy.guards.max_discount, f"policy {policy.name}"
        if limit is None and law is not None:
            limit, who = law.value, law.source
        if limit is not None and _cut(struck, limit).compare(sale) > 0:
            return self._cap(sale, struck, limit, who)
        if law is not None and _cut(struck, law.value).compare(sale) > 0:
            walk.warn(
                "price.compare_at",
                "compare-at",
                f"{walk.money(sale)} instead of {walk.money(struck)} is a discount above {percent(law.value)}"
                f" ({law.source})",
                "it is allowed in a promotion program of the state only: lower max_discount unless this is one",
            )
        walk.settle(
            "compare-at",
            sale,
            f"compare-at {walk.money(struck)}, made by the same stages, for a driver that sends one",
        )
        return self._money(struck)

    def _cap(self, sale: Decimal, struck: Decimal, limit: Decimal, who: str) -> Money | None:
        walk = self.walk
        most = Exact(sale).over(EXACT.subtract(_ONE, limit))
        capped = walk.policy.grid.apply(most, "down")
        kept = capped if capped is not None and capped > sale else None
        outcome = f"capped to {walk.money(kept)}" if kept is not None else "dropped"
        text = (
            f"compare-at {walk.money(struck)} means a discount above {percent(limit)} of it ({who}); at most"
            f" {_read(most)} {walk.policy.currency} is allowed: {outcome}"
        )
        walk.settle("compare-at", sale, text)
        walk.warn("price.compare_at", "compare-at", text, "lower the list price in the catalog")
        return None if kept is None else self._money(kept)

    def _encode(self, sale: Money, struck: Money | None) -> None:
        walk, form = self.walk, self.form
        codec = Codec(form, walk.policy.price_digits if form == "text" else None)
        try:
            wire = codec.encode(sale)
            if struck is not None:
                codec.encode(struck)
        except ValueError as error:
            raise walk.hold(
                "price.codec",
                "codec",
                str(error),
                "the channel's driver writes money so: choose an ending or step with fewer digits",
            ) from None
        walk.settle("codec", sale.amount, f"{form}: {wire!r}")
