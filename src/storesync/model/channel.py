"""One configured shop on one platform, and the markets it serves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import field, frozen

from storesync.model.calendar import Blackout
from storesync.model.codec import Json
from storesync.model.freeze import frozen_map

__all__ = ["Channel", "Environment", "Market"]

Environment = Literal["live", "sandbox"]


@frozen
class Market:
    """A country or region: its languages, the channel's own first, and its currency."""

    code: str
    locales: tuple[str, ...] = field(converter=tuple[str, ...])
    currency: str


@frozen(kw_only=True)
class Channel:
    """One configured shop; no secret is ever part of it.

    `prices` names the price policy per market code; `settings` are the fields of the driver's Shop that the
    configuration sets; `only` and `never` are key, category or tag patterns that choose products
    (`only` empty: all); `owned_by_seller` are canonical fields that a person keeps by hand in the shop;
    `hosts` replace the driver's addresses by label, in the sandbox only; `calendar` adds to the platform's own.
    """

    name: str
    driver: str
    markets: tuple[Market, ...] = field(converter=tuple[Market, ...])
    account: str = ""
    environment: Environment = "live"
    prices: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    settings: Mapping[str, Json] = field(factory=dict, converter=frozen_map)
    only: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    never: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    owned_by_seller: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    workers: int = 8
    hosts: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    calendar: tuple[Blackout, ...] = field(default=(), converter=tuple[Blackout, ...])

    @property
    def market(self) -> Market:
        """The one market of a channel that serves one; ValueError when it serves several."""
        if len(self.markets) != 1:
            raise ValueError(
                f"channel {self.name!r} serves {', '.join(m.code for m in self.markets)}: name the market"
            )
        return self.markets[0]

    @property
    def locales(self) -> tuple[str, ...]:
        """Every language of every market, each once, in order."""
        return tuple(dict.fromkeys(locale for market in self.markets for locale in market.locales))
