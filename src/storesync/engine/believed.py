"""The rates that are believed: one per currency and kind, of whatever day; what was collected takes its place. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from attrs import evolve, field, frozen

from storesync.issues import Issue, Severity
from storesync.pricing import Rate, Snapshot
from storesync.pricing.need import RateNeed
from storesync.pricing.rate import Kind
from storesync.pricing.rates import Collected
from storesync.pricing.settle import direct

__all__ = ["Believed", "homes", "joined", "tempered"]

_NOTHING = Snapshot(rates=())


@frozen(kw_only=True)
class Believed:
    """The rates that were accepted last, one per currency and kind.

    `by` names the source of each currency, `confirmed` what the witness said, `asked` when it was asked for last;
    `doubts` are currencies whose newer rate was not believed: nothing is priced with them until that is settled.
    """

    snapshot: Snapshot = _NOTHING
    at: datetime | None = None
    by: Mapping[str, str] = field(factory=dict)
    confirmed: Mapping[str, str] = field(factory=dict)
    asked: Mapping[str, str] = field(factory=dict)
    doubts: tuple[str, ...] = ()

    def rate(self, need: RateNeed) -> Rate | None:
        """The rate of a currency, also one in doubt."""
        return self.of_kind(need, need.kinds[0])

    def of_kind(self, need: RateNeed, kind: Kind) -> Rate | None:
        """The rate of a currency of one kind, also one in doubt."""
        return direct(self.snapshot, need.home, need.currency, kind)

    def among(self, order: Callable[[str], Sequence[str]]) -> Believed:
        """Without the rates of sources that are asked no more: `order` gives those of a currency."""
        left = {code for code, name in self.by.items() if name not in order(code)}
        rates = [rate for rate in self.snapshot.rates if rate.base not in left]
        return evolve(self, snapshot=evolve(self.snapshot, rates=rates)) if left else self

    def usable(self, need: RateNeed) -> Snapshot:
        """The rates that this need may be priced with, and no others."""
        pair = need.currency, need.home
        found = [
            rate
            for rate in self.snapshot.rates
            if (rate.base, rate.quote) == pair and rate.kind in need.kinds
        ]
        return evolve(self.snapshot, rates=() if need.currency in self.doubts else found)


def homes(needs: Iterable[RateNeed]) -> tuple[str, ...]:
    """The home currencies, each once."""
    return tuple(dict.fromkeys(need.home for need in needs))


def joined(before: Believed, due: Sequence[RateNeed], found: Sequence[Collected], now: datetime) -> Believed:
    """What was believed, with the collected rates in place of the older ones of their currencies."""
    new: list[Rate] = []
    replaced: set[tuple[str, str]] = set()
    for home, one in zip(homes(due), found, strict=True):
        for currency in one.by:
            replaced.add((currency, home))
            kinds = dict.fromkeys(rate.kind for rate in one.snapshot.rates)
            rates = (direct(one.snapshot, home, currency, kind) for kind in kinds)
            new += [rate for rate in rates if rate is not None]
    stays = [rate for rate in before.snapshot.rates if (rate.base, rate.quote) not in replaced]
    accepted = {currency for one in found for currency in one.by}
    doubted = {currency for one in found for currency in one.doubted}
    invented = any(one.snapshot.kind == "fixture" for one in found if one.by)
    invented = invented or (before.snapshot.kind == "fixture" and bool(stays))
    confirmed = {code: told for code, told in before.confirmed.items() if code not in accepted}
    return Believed(
        snapshot=Snapshot(rates=(*stays, *new), kind="fixture" if invented else "live", made_at=now),
        at=now,
        by={**before.by, **{code: name for one in found for code, name in one.by.items()}},
        confirmed={**confirmed, **{code: told for one in found for code, told in one.confirmed.items()}},
        asked={**before.asked, **dict.fromkeys((need.currency for need in due), now.isoformat())},
        doubts=tuple(sorted((set(before.doubts) - accepted) | doubted)),
    )


def tempered(issue: Issue, after: Believed, due: Iterable[RateNeed]) -> Issue:
    """No source answered, but a rate is known: then that one is used as long as the policies allow its age."""
    if issue.code != "rates.none":
        return issue
    currency = issue.path.rpartition("/")[2]
    rate = next((after.rate(need) for need in due if need.currency == currency), None)
    if rate is None or currency in after.doubts:
        return issue
    return evolve(
        issue,
        code="rates.kept",
        severity=Severity.WARNING,
        message=f"{issue.message}; {rate} is used as long as the policies allow its age",
        hint="look at the sources: storesync rates fetch",
    )
