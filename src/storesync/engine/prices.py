"""What channels are priced with, as people handle it: shown, fetched, pinned."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from storesync.engine.confirmation import ConfirmedPrice, confirm_price
from storesync.engine.rates import WIRE, ChannelRates, Rates
from storesync.engine.ratestatus import RateStatus, rate_status
from storesync.engine.repricing import reconfirmed, repriced
from storesync.engine.setup import Setup
from storesync.engine.status import Explained
from storesync.errors import ConfigError
from storesync.issues import Issues
from storesync.pricing import Snapshot
from storesync.transport import Wire

__all__ = ["WIRE", "Prices"]


class Prices:
    """The rates of a configuration and the prices they make; close it in the end."""

    def __init__(self, setup: Setup, wire: Wire | None) -> None:
        self._setup = setup
        self._rates = Rates(setup.config, setup.store, setup.env, environ=setup.environ, wire=wire)

    async def close(self) -> None:
        """Close the connections to the rate services."""
        await self._rates.close()

    async def of(self, channel: str, *, ask: bool = True) -> ChannelRates:
        """What a channel is priced with today; with `ask` False nothing is sent."""
        return await self._rates.of(channel, self._setup.today, ask=ask)

    async def noted(self, channel: str) -> ChannelRates:
        """What a channel is priced with as the last plan noted it; nothing is asked or written down."""
        return await self._rates.of(channel, self._setup.today, ask=False, read=False)

    def findings(self) -> Issues:
        """What is wrong with the configured rate sources, without asking them."""
        config = self._setup.config.rates
        return Issues(
            () if config is None else config.made(self._setup.config.folder, self._setup.environ)[1]
        )

    async def status(self, events: int) -> RateStatus:
        """Every rate, and what each channel is priced with; nothing is asked."""
        channels = [await self.of(name, ask=False) for name in self._setup.names]
        found = [*(issue for one in channels for issue in one.issues), *self.findings()]
        return rate_status(
            self._setup.config.rates,
            await self._rates.believed(),
            await self._rates.known(self._setup.today),
            channels,
            await self._rates.history(events),
            self._setup.today,
            Issues(tuple(dict.fromkeys(found))),
        )

    async def fetch(self, confirm: Sequence[str]) -> Issues:
        """Ask the sources now; gives every finding."""
        return await self._rates.fetch(self._setup.today, confirm)

    async def pin(self, snapshot: str, reason: str, channels: Sequence[str], *, by: str) -> str:
        """Price channels, all when none is named, with one snapshot; gives its whole id. `by` is who says so."""
        some = self._setup.meant(channels)
        return (await self._rates.pin(snapshot, reason, some, self._setup.today, by=by)).id

    async def unpin(self, reason: str, channels: Sequence[str], *, by: str) -> tuple[str, ...]:
        """Let channels, all when none is named, follow the sources again; gives those that were pinned."""
        return await self._rates.unpin(reason, self._setup.meant(channels), by=by)

    async def confirm(self, channel: str, sku: str, *, reason: str, by: str) -> ConfirmedPrice:
        """Let the price of a SKU through that moves too far for its policy; as it would be made now."""
        rates = await self.noted(channel)
        return await confirm_price(self._setup, rates.snapshot, channel, sku, reason=reason, by=by)

    async def load(self, name: str) -> Snapshot:
        """The snapshot with this id, or with an id that begins so; StateError when there is not exactly one."""
        return await self._rates.load(name)

    async def explained(self, found: Explained, snapshot: str) -> Explained:
        """A SKU with its prices made from another snapshot, or without one with the day that confirmed its rates.

        StateError when there is no such snapshot, ConfigError when the catalog does not have the product whole.
        """
        if not snapshot:
            return reconfirmed(found, (await self.noted(found.channel)).snapshot)
        rates = evolve(await self.load(snapshot), pinned=True)
        product = next((one.product for one in self._setup.source.products() if one.key == found.key), None)
        if product is None:
            raise ConfigError(f"{found.key} cannot be priced: the catalog does not have it, or not whole")
        return repriced(found, product, self._setup.settings(found.channel, rates))
