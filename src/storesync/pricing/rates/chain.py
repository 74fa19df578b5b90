"""From many sources to one snapshot: a chain per currency, corroborated, fresh, and without jumps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from attrs import define, evolve, field, frozen

from storesync.errors import ConfigError, Fault
from storesync.issues import Issue, Issues, Severity, counted
from storesync.model import frozen_map
from storesync.pricing.businessday import missed_days
from storesync.pricing.exact import EXACT, exact, figure
from storesync.pricing.policy import RateRules, percent
from storesync.pricing.rate import Kind, Leg, Rate, Snapshot
from storesync.pricing.rates.band import out_of_band
from storesync.pricing.rates.finding import coarse, fallback, kind_missing, none_usable
from storesync.pricing.rates.source import Fetch, RateSource
from storesync.pricing.rates.static import StaticTable
from storesync.pricing.settle import apart, corroborate, direct, jumped, within

__all__ = ["Chain", "Collected", "collect", "hosts"]

_SPREAD: tuple[Kind, ...] = ("mid", "buy", "sell")
_MIDS: Mapping[str, Mapping[Kind, Sequence[str]]] = {}


@frozen(kw_only=True)
class Chain:
    """Which sources are asked for each currency, in order, and what their answers must withstand.

    `sources` is by currency, `*` for every other one. `witness` names the source that is asked to confirm a rate
    within `tolerance`; empty: none. Its silence is a warning, but for the currencies in `witness_required` (`*`: all)
    it holds. `max_jump` is how far a rate may move from the last accepted snapshot,
    unless its currency is in `confirmed`. `outside` are by currency the reasons to believe a rate outside its band.
    `rules` give ages and pivots.
    """

    sources: Mapping[str, tuple[str, ...]] = field(converter=frozen_map)
    witness: str = ""
    witness_required: frozenset[str] = frozenset()
    tolerance: Decimal = field(default=Decimal("0.01"), converter=exact)
    max_jump: Decimal = field(default=Decimal("0.07"), converter=exact)
    confirmed: frozenset[str] = frozenset()
    outside: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    rules: RateRules = field(factory=RateRules)

    def order(self, currency: str) -> tuple[str, ...]:
        """The sources for one currency, first choice first."""
        return self.sources[currency] if currency in self.sources else self.sources.get("*", ())

    def asks_for_witness(self, currency: str) -> bool:
        """Whether a rate of this currency that nobody confirmed is not believed."""
        return bool(self.witness) and not self.witness_required.isdisjoint((currency, "*"))


@frozen(kw_only=True)
class Collected:
    """The snapshot of a run; a currency that no source could give is missing in it, and an issue says why.

    `by` names the source of each currency, `confirmed` says what its witness told, `doubted` are the currencies
    whose rate was given but not believed.
    """

    snapshot: Snapshot
    issues: Issues
    by: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    confirmed: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    doubted: frozenset[str] = frozenset()


def hosts(sources: Mapping[str, RateSource]) -> Mapping[str, str]:
    """Host label to address of all these sources, for the transport that sends their requests."""
    return {label: address for source in sources.values() for label, address in source.hosts.items()}


@define
class _Asked:
    """Every source is asked at most once per run, whatever the number of currencies."""

    send: Fetch
    home: str
    currencies: tuple[str, ...]
    today: date
    answers: dict[str, tuple[Rate, ...] | str] = field(factory=dict)

    async def ask(self, source: RateSource) -> tuple[Rate, ...] | str:
        """Its rates, or in words why there are none."""
        if source.name not in self.answers:
            try:
                self.answers[source.name] = await source.fetch(
                    self.send, home=self.home, currencies=self.currencies, today=self.today
                )
            except (Fault, ConfigError) as error:
                self.answers[source.name] = str(error)
            except Exception as error:
                # A source of another package that breaks is one that fails; what it says might hold its key.
                self.answers[source.name] = f"it broke with {type(error).__name__}"
        return self.answers[source.name]


def _too_old(leg: Leg, rules: RateRules, today: date) -> str:
    rate = leg.rate
    if rate.fresh_on > today:
        return f"{rate} lies after today, {today}"
    missed = missed_days(rate.fresh_on, today, rate.calendar)
    age = (today - rate.fresh_on).days
    if missed > rules.max_business_days or age > rules.max_calendar_days:
        return f"{rate} is {age} days old and missed {missed} business days"
    digits = len(rate.value.as_tuple().digits)
    return (
        f"{rate} keeps only {counted(digits, 'digit')}"
        if not leg.divides and digits < rules.min_digits
        else ""
    )


def _pick(
    rates: tuple[Rate, ...], home: str, currency: str, chain: Chain, today: date | None
) -> tuple[tuple[Rate, ...], Mapping[Kind, str]]:
    """The rates that one source's answer gives for a currency, every kind of it; and by kind why one is no use.

    `today` None: their days do not count, for they are invented.
    """
    rules, given = chain.rules, Snapshot(rates=rates)
    legs: dict[Rate, None] = {}
    lacks: dict[Kind, str] = {}
    silent: list[Kind] = []
    for kind in _SPREAD:
        route = given.route(home, currency, kind=kind, pivots=rules.pivots, skew=rules.max_skew_days)
        if route is None:
            silent.append(kind)
            continue
        refusals = [_too_old(leg, rules, today) for leg in route.legs] if today is not None else []
        if refusal := next(filter(None, refusals), ""):
            lacks[kind] = refusal
        else:
            legs |= dict.fromkeys(leg.rate for leg in route.legs)
    offer = _offered(lacks, silent)
    lacks |= {kind: f"no {kind} rate for {currency}/{home}{offer}" for kind in silent}
    return tuple(legs), lacks


def _offered(old: Mapping[Kind, str], silent: Sequence[Kind]) -> str:
    """What the source gives instead, in words; empty where it gives nothing for the currency at all."""
    kinds = [kind for kind in _SPREAD if kind not in silent and kind not in old]
    return f", it gives {' and '.join(kinds)}" if kinds else ""


async def collect(
    *,
    home: str,
    currencies: Sequence[str],
    chain: Chain,
    sources: Mapping[str, RateSource],
    send: Fetch,
    now: datetime,
    today: date,
    before: Snapshot | None = None,
    kinds: Mapping[str, Mapping[Kind, Sequence[str]]] = _MIDS,
) -> Collected:
    """One snapshot for a run: for each currency the first source of its chain whose rate withstands.

    `kinds` are by currency those that policies use, each with who asks for it; without them `mid` is used. The first
    source that gives every one of them is taken, else the first that gives one: a kind that is lacking then is an
    error, and no other stands in for it. A source that fails, is old or lacks the currency gives a warning and the
    next one is asked. A currency whose rate lies outside its band, is contradicted by the witness, not confirmed by a
    required one, jumped from `before`, or has a buying or selling rate that lies further from it than a rate may jump,
    is left out with an error: its prices are held, never made with a doubtful or an old rate.
    """
    wanted = tuple(dict.fromkeys(code for code in currencies if code != home))
    asked = _Asked(send, home, wanted, today)
    issues: list[Issue] = []
    kept: list[Rate] = []
    by: dict[str, str] = {}
    confirmed: dict[str, str] = {}
    doubted: set[str] = set()
    for currency in wanted:
        asks = kinds.get(currency) or {chain.rules.kind: ()}
        name, found = await _first(currency, home, asks, chain, sources, asked, issues)
        picked = Snapshot(rates=found)
        given = [one for kind in _SPREAD if (one := direct(picked, home, currency, kind)) is not None]
        if not given:
            continue
        # The mid rate is what witnesses know; without one, the first that is given stands for the others.
        rate, *others = given
        # What is invented for the sandbox may cost whatever it likes.
        far = [odd for one in given if (odd := out_of_band(one, chain.outside)) is not None]
        far = [] if _invented(sources[name]) else far
        issues += [odd for odd in far if odd.severity is not Severity.ERROR]
        doubt = next((odd for odd in far if odd.severity is Severity.ERROR), None)
        doubt = doubt or next(
            (odd for one in (rate, *others) if (odd := _jump(one, currency, chain, before))), None
        )
        doubt = doubt or next((odd for one in others if (odd := _astray(rate, one, currency, chain))), None)
        doubt = doubt or await _contradicted(rate, name, home, chain, sources, asked, issues, confirmed)
        if doubt is None:
            by[currency] = name
            issues += coarse(found, currency)
            # The very rates that were looked at, not their legs: another currency's legs would cross with them.
            kept += (rate, *others)
        else:
            doubted.add(currency)
            issues.append(doubt)
    # One invented rate makes the whole snapshot one that no real shop may use.
    invented = any(_invented(sources[name]) for name in by.values())
    return Collected(
        snapshot=Snapshot(rates=tuple(kept), made_at=now, kind="fixture" if invented else "live"),
        issues=Issues(tuple(issues)),
        by=by,
        confirmed=confirmed,
        doubted=frozenset(doubted),
    )


def _invented(source: RateSource) -> bool:
    return isinstance(source, StaticTable) and source.snapshot.kind == "fixture"


async def _first(
    currency: str,
    home: str,
    asks: Mapping[Kind, Sequence[str]],
    chain: Chain,
    sources: Mapping[str, RateSource],
    asked: _Asked,
    issues: list[Issue],
) -> tuple[str, tuple[Rate, ...]]:
    """The first source that gives every kind that is asked for, else the first that gives one, and its rates.

    No name and no rates when there is none.
    """
    tried: list[str] = []
    some: tuple[str, tuple[Rate, ...]] = ("", ())
    before: list[str] = []
    lacking: list[Kind] = list(asks)
    for name in chain.order(currency):
        source = sources.get(name)
        if source is None:
            tried.append(f"{name}: not configured")
            continue
        rates = await asked.ask(source)
        if isinstance(rates, str):
            tried.append(f"{name}: {rates}")
            continue
        picked, lacks = _pick(rates, home, currency, chain, None if _invented(source) else asked.today)
        missing = [kind for kind in asks if kind in lacks]
        if not missing:
            if tried:
                issues.append(fallback(currency, home, name, tried))
            return name, picked
        if len(missing) < len(asks) and not some[0]:
            some, before, lacking = (name, picked), [*tried], missing
        tried.append(f"{name}: {'; '.join(dict.fromkeys(lacks[kind] for kind in missing))}")
    told = "; ".join(tried) or "its chain names no source"
    if some[0]:
        if before:
            issues.append(fallback(currency, home, some[0], before))
        issues += [kind_missing(currency, home, kind, asks[kind], told) for kind in lacking]
        return some
    issues.append(none_usable(currency, home, asks, told))
    return "", ()


def _jump(rate: Rate, currency: str, chain: Chain, before: Snapshot | None) -> Issue | None:
    if currency in chain.confirmed:
        return None
    reference = before
    if before is not None and before.pair(rate.base, rate.quote, rate.kind) is None:
        # A kind that is new is compared with another one: a bank's spread is small, a slipped unit is not.
        known = (direct(before, rate.quote, rate.base, kind) for kind in (rate.kind, *_SPREAD))
        last = next((one for one in known if one is not None), None)
        reference = None if last is None else Snapshot(rates=(evolve(last, kind=rate.kind),))
    moved = jumped(reference, rate, chain.max_jump)
    if moved is None:
        return None
    return Issue(
        "rates.jump",
        f"rates/{currency}",
        f"{rate} moved by {_percent(moved)} from the last accepted rate;"
        f" at most {percent(chain.max_jump)} is believed",
        hint=f"check the unit and the pair; if it is true: storesync rates fetch --confirm {currency}",
    )


def _astray(rate: Rate, other: Rate, currency: str, chain: Chain) -> Issue | None:
    """A buying or selling rate too far from the rate that prices are made with: no bank has such a spread."""
    if currency in chain.confirmed or within(other.value, rate.value, chain.max_jump):
        return None
    return Issue(
        "rates.jump",
        f"rates/{currency}",
        f"{other} lies {_percent(apart(other.value, rate.value))} from {rate};"
        f" at most {percent(chain.max_jump)} is believed",
        hint=f"check the unit and the pair; if it is true: storesync rates fetch --confirm {currency}",
    )


def _percent(share: Decimal) -> str:
    return f"{figure(share.scaleb(2, context=EXACT), 2)} %"


def _unconfirmed(rate: Rate, why: str, chain: Chain) -> Issue:
    """Nobody confirmed the rate: an error where the chain asks for a witness, else a warning."""
    required = chain.asks_for_witness(rate.base)
    return Issue(
        "rates.unconfirmed",
        f"rates/{rate.base}",
        f"{rate} has no witness: {why}",
        severity=Severity.ERROR if required else Severity.WARNING,
        hint=f"prices in {rate.base} are held until {chain.witness} confirms it; witness_required asks for that"
        if required
        else "",
    )


async def _contradicted(
    rate: Rate,
    name: str,
    home: str,
    chain: Chain,
    sources: Mapping[str, RateSource],
    asked: _Asked,
    issues: list[Issue],
    confirmed: dict[str, str],
) -> Issue | None:
    currency = rate.base
    witness = sources.get(chain.witness)
    required = chain.asks_for_witness(currency)
    if not chain.witness or (name == chain.witness and not required):
        return None
    if name == chain.witness:
        return _unconfirmed(rate, "it comes from the witness itself", chain)
    rates = f"{chain.witness}: not configured" if witness is None else await asked.ask(witness)
    picked, lacks = ((), {}) if isinstance(rates, str) else _pick(rates, home, currency, chain, asked.today)
    other = direct(Snapshot(rates=picked), home, currency, rate.kind)
    if other is None or rate.kind in lacks:
        told = rates if isinstance(rates, str) else lacks.get(rate.kind, "no direct rate")
        silence = _unconfirmed(rate, told, chain)
        if required:
            return silence
        issues.append(silence)
        return None
    found = corroborate(rate, other, chain.tolerance)
    if found is None:
        confirmed[currency] = (
            f"{chain.witness}, {_percent(apart(rate.value, other.value))} apart, {other.observed}"
        )
        return None
    return Issue(
        "rates.disagree",
        f"rates/{currency}",
        f"{rate} and {other} differ by {_percent(found.share)}; at most {percent(chain.tolerance)} is believed",
        hint=f"look at both sources; prices in {currency} are held until they agree",
    )
