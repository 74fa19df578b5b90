"""Rates as a person looks at them: what is believed, how old it is, what each channel is priced with, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from attrs import field, frozen

from storesync.config import RatesConfig
from storesync.engine.believed import Believed
from storesync.engine.rates import ChannelRates
from storesync.issues import Issues, counted
from storesync.model import frozen_map
from storesync.pricing import Rate
from storesync.pricing.businessday import missed_days
from storesync.pricing.need import RateNeed
from storesync.state.rates import RateEvent

__all__ = ["RateLine", "RateStatus", "rate_status"]


@frozen(kw_only=True)
class RateLine:
    """One currency: its rate, None when there is none; who gave it, who confirmed it, and who is asked for it.

    `missed` is how many of its source's publications it missed, `days` its age; `doubted`: a newer one was not
    believed, and nothing is priced in this currency until that is settled.
    """

    home: str
    currency: str
    rate: Rate | None
    source: str = ""
    confirmed: str = ""
    chain: tuple[str, ...] = ()
    missed: int = 0
    days: int = 0
    doubted: bool = False

    def __str__(self) -> str:
        if self.rate is None:
            return f"1 {self.currency} costs nobody knows how much"
        doubt = "; a newer one is doubted" if self.doubted else ""
        return f"{self.rate}, {counted(self.days, 'day')} old{doubt}"


@frozen(kw_only=True)
class RateStatus:
    """All rates of a configuration at a glance, as the next plan takes them.

    `snapshot` is the id of those that were collected last, at `at`. `ahead`: what stands on this machine says otherwise
    by now; `lines` have that, and it is kept with the next plan or fetch.
    `bands` are by channel and currency the share by which a rate may move before the channel is priced anew.
    `invented` rates are for the sandbox alone.
    """

    snapshot: str
    at: datetime | None
    ahead: bool = False
    lines: tuple[RateLine, ...] = ()
    channels: tuple[ChannelRates, ...] = ()
    bands: Mapping[str, Mapping[str, Decimal]] = field(factory=dict, converter=frozen_map)
    witness: str = ""
    invented: bool = False
    history: tuple[RateEvent, ...] = ()
    issues: Issues = field(factory=Issues)

    def __str__(self) -> str:
        if self.at is None:
            asks = "kept yet" if self.lines else "collected yet: fetch_rates() asks the sources"
            lines = [f"no rates were {asks}"]
        else:
            lines = [f"rates collected {self.at:%Y-%m-%d %H:%M} UTC, snapshot {self.snapshot[:8]}"]
        if self.ahead and self.lines:
            since = f", edited since {lines[0]}" if self.at is not None else ""
            lines = [f"rates as the next plan takes them{since}"]
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
    needs: dict[tuple[str, str], RateNeed] = {}
    for one in channels:
        for need in one.needs:
            needs.setdefault((need.home, need.currency), need)
    return RateStatus(
        snapshot=kept.snapshot.id if kept.at is not None else "",
        at=kept.at,
        ahead=kept.snapshot.id != believed.snapshot.id,
        lines=tuple(_line(need, config, believed, today) for need in needs.values()),
        channels=tuple(channels),
        bands={one.channel: {need.currency: need.quiet for need in one.needs} for one in channels},
        witness=config.chain.witness if config is not None else "",
        invented=believed.snapshot.kind == "fixture",
        history=tuple(history),
        issues=issues,
    )


def _line(need: RateNeed, config: RatesConfig | None, believed: Believed, today: date) -> RateLine:
    rate = believed.rate(need)
    return RateLine(
        home=need.home,
        currency=need.currency,
        rate=rate,
        source=believed.by.get(need.currency, ""),
        confirmed=believed.confirmed.get(need.currency, ""),
        chain=config.chain.order(need.currency) if config is not None else (),
        missed=missed_days(rate.fresh_on, today, rate.calendar) if rate is not None else 0,
        days=max((today - rate.fresh_on).days, 0) if rate is not None else 0,
        doubted=need.currency in believed.doubts,
    )
