"""Rates as a person looks at them: what is believed, how old it is, what each channel is priced with, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from attrs import field, frozen

from storesync.config import RatesConfig
from storesync.engine.believed import Believed
from storesync.engine.rates import ChannelRates
from storesync.engine.ratetable import alike
from storesync.issues import Issues, counted
from storesync.model import frozen_map
from storesync.pricing import Rate
from storesync.pricing.businessday import missed_days
from storesync.pricing.need import RateNeed, merged
from storesync.pricing.rate import Kind
from storesync.state.rates import RateEvent

__all__ = ["RateLine", "RateStatus", "rate_status"]


@frozen(kw_only=True)
class RateLine:
    """One kind of rate of a currency, None when there is none; who gave it, who confirmed it, and who is asked for it.

    `snapshot` is the id of the collected rates that hold this very one; empty: it stands on this machine alone.
    `missed` is how many of its source's publications it missed, `days` its age; `doubted`: a newer one was not
    believed, and nothing is priced in this currency until that is settled.
    """

    home: str
    currency: str
    rate: Rate | None
    kind: Kind = "mid"
    snapshot: str = ""
    source: str = ""
    confirmed: str = ""
    chain: tuple[str, ...] = ()
    missed: int = 0
    days: int = 0
    doubted: bool = False

    def __str__(self) -> str:
        if self.rate is None:
            kind = "" if self.kind == "mid" else f" ({self.kind})"
            return f"1 {self.currency} costs nobody knows how much{kind}"
        doubt = "; a newer one is doubted" if self.doubted else ""
        return f"{self.rate}, {counted(self.days, 'day')} old{doubt}"


@frozen(kw_only=True)
class RateStatus:
    """All rates of a configuration at a glance, as services told them last and as tables here stand now.

    `snapshot` is the id of those that were collected last, at `at`. `edited` are the currencies of which configuration
    or tables here say otherwise by now, `new` those with a rate that was never collected; `lines` have what stands now,
    and it is kept with the next plan of a channel that needs it, or the next fetch.
    `bands` are by channel and currency the share by which a rate may move before the channel is priced anew.
    `invented` rates are for the sandbox alone.
    """

    snapshot: str
    at: datetime | None
    edited: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    lines: tuple[RateLine, ...] = ()
    channels: tuple[ChannelRates, ...] = ()
    bands: Mapping[str, Mapping[str, Decimal]] = field(factory=dict, converter=frozen_map)
    witness: str = ""
    invented: bool = False
    history: tuple[RateEvent, ...] = ()
    issues: Issues = field(factory=Issues)

    def __str__(self) -> str:
        told = f"{self.snapshot[:8]}, collected {self.at:%Y-%m-%d %H:%M} UTC" if self.at is not None else ""
        if not told:
            asks = ": fetch_rates() asks the sources"
            lines = [f"no rates were collected yet{', as they stand here' if self.new else asks}"]
        elif self.edited:
            lines = [f"rates as they stand here: {', '.join(self.edited)} moved on since snapshot {told}"]
        else:
            lines = [f"rates of snapshot {told}"]
        if told and self.new:
            lines[0] += f"; never collected: {', '.join(self.new)}"
        lines += [f"  {line}" for line in self.lines]
        lines += [f"  {issue.severity.value} {issue}" for issue in self.issues]
        return "\n".join(lines)


def rate_status(
    config: RatesConfig | None,
    kept: Believed,
    believed: Believed,
    channels: Sequence[ChannelRates],
    history: Iterable[RateEvent],
    today: date,
    issues: Issues,
) -> RateStatus:
    """Everything that is known of rates, from the state and the configuration alone.

    `kept` are those in the state, `believed` those that the next plan would know: only what is kept can be pinned.
    """
    needs = merged(need for one in channels for need in one.needs)
    same = {need.currency: need.currency in kept.by and alike(kept, believed, need) for need in needs}
    new = tuple(
        need.currency
        for need in needs
        if need.currency not in kept.by and any(believed.of_kind(need, kind) for kind in need.kinds)
    )
    # Rates that are declared real, or invented, by now are others, whatever they say.
    if kept.by and not new and kept.snapshot.kind != believed.snapshot.kind:
        same = dict.fromkeys(same, False)
    return RateStatus(
        snapshot=kept.snapshot.id if kept.at is not None else "",
        at=kept.at,
        edited=tuple(code for code, unchanged in same.items() if code in kept.by and not unchanged),
        new=new,
        lines=tuple(
            _line(need, kind, config, believed, today, kept.snapshot.id if same[need.currency] else "")
            for need in needs
            for kind in need.kinds
        ),
        channels=tuple(channels),
        bands={one.channel: {need.currency: need.quiet for need in one.needs} for one in channels},
        witness=config.chain.witness if config is not None else "",
        invented=believed.snapshot.kind == "fixture",
        history=tuple(history),
        issues=issues,
    )


def _line(
    need: RateNeed, kind: Kind, config: RatesConfig | None, believed: Believed, today: date, snapshot: str
) -> RateLine:
    rate = believed.of_kind(need, kind)
    return RateLine(
        home=need.home,
        currency=need.currency,
        rate=rate,
        kind=kind,
        snapshot=snapshot if rate is not None else "",
        source=believed.by.get(need.currency, ""),
        confirmed=believed.confirmed.get(need.currency, ""),
        chain=config.chain.order(need.currency) if config is not None else (),
        missed=missed_days(rate.fresh_on, today, rate.calendar) if rate is not None else 0,
        days=max((today - rate.fresh_on).days, 0) if rate is not None else 0,
        doubted=need.currency in believed.doubts,
    )
