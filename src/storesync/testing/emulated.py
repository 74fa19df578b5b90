"""An emulated market as a driver's author gives it, and the whole engine at work on it in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from types import TracebackType
from typing import Any, Final

from attrs import field, frozen

from storesync.driver import Driver, Shop
from storesync.engine import Drift, OpenChannel, Pacer, apply, at_work, observe, plan
from storesync.engine.contact import FIRST_CONTACT
from storesync.engine.report import Report
from storesync.errors import Denied, Fault
from storesync.model import (
    Category,
    Channel,
    File,
    Listing,
)
from storesync.plan import GuardLimits, Plan
from storesync.sandbox import Market as Truth
from storesync.sandbox import SandboxTransport
from storesync.sandbox.dialect import Dialect
from storesync.state import Store
from storesync.testing.picture import file_of, picture
from storesync.testing.virtual import VirtualLoop, run_virtual, virtual_env
from storesync.testing.wanted import Item, Listed, Wanted
from storesync.transport import Transport

__all__ = ["Bench", "Emulated"]

START: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_LIMITS: Final = GuardLimits(hidden=Decimal(1), touched=Decimal(1), price_swing=Decimal("1e9"), floor=10_000)


@frozen(kw_only=True)
class Emulated:
    """How a driver meets its emulated market.

    `market` makes a new one on a given clock: the truth and its wire dialect. `host` is where it answers,
    `account` has the credentials that it grants. `listing` makes a canonical listing of one of the kit's
    `Item`s in the market's category; each of its SKUs must become a variant, its title the title. `category`
    is the market's id of that category.
    """

    market: Callable[[Callable[[], datetime]], tuple[Truth, Dialect]]
    host: str
    account: Any = field(repr=False)
    listing: Callable[[Item, Category], Listing]
    category: str = "C"


def _files(item: Item) -> Mapping[str, File]:
    shown = picture(item.picture)
    return {shown.file.sha256: shown.file}


class Bench:
    """One channel on one emulated market: a catalog that moves, and runs of the whole engine.

    A context manager: at the end the state and the files are gone. `owned` are the fields that the seller keeps.
    """

    def __init__(
        self,
        driver: Driver[Any, Any],
        shop: Shop,
        emulated: Emulated,
        *,
        seed: int = 1,
        owned: Iterable[str] = (),
    ) -> None:
        self.owned = tuple(owned)
        self.driver = driver
        self.shop = shop
        self.emulated = emulated
        self.wanted = Wanted({}, Listed(driver, emulated.listing), emulated.category, files=_files)
        self.plan: Plan | None = None
        self.rng = Random(seed)
        self.loop = VirtualLoop()
        self.store = Store("sqlite://", inline=True)
        self.store.create_tables()
        self.truth, self.dialect = emulated.market(
            virtual_env(self.loop, self.rng, start=START, owner="market").now
        )

    def __enter__(self) -> Bench:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.loop.close()
        self.store.close()

    # -- the catalog --------------------------------------------------------------------------------------

    @property
    def items(self) -> dict[str, Item]:
        """The products by key."""
        return self.wanted.items

    def put(self, *items: Item) -> None:
        """These products are in the catalog now, as they are here."""
        self.items.update({item.key: item for item in items})

    # -- runs ---------------------------------------------------------------------------------------------

    def sync(self, *, end: Iterable[str] = ()) -> Report:
        """Plan and apply once, as a process of its own."""
        return run_virtual(self.loop, self._sync(tuple(end)))

    async def _sync(self, end: tuple[str, ...]) -> Report:
        channel = self._open()
        try:
            made = await plan(channel, self.wanted.reads(), self.wanted, limits=_LIMITS, end=end)
            self.plan = made
            reasons = {"end": "what the bench was told to end"} if end else {}
            if any(guard.name == FIRST_CONTACT for guard in made.tripped):
                reasons[FIRST_CONTACT] = "the bench's own market, which it made empty"
            return await apply(channel, made, reasons=reasons)
        finally:
            await channel.transport.close()

    def observe(self) -> list[Drift]:
        """Look at what the market shows."""
        return run_virtual(self.loop, self._observe())

    async def _observe(self) -> list[Drift]:
        channel = self._open()
        try:
            async with at_work(channel) as work:
                return await observe(work)
        finally:
            await channel.transport.close()

    def settle(self, runs: int = 25) -> Report | None:
        """Sync every two minutes until nothing is left to do; the last report, None when it never ends."""
        for _ in range(runs):
            try:
                report = self.sync()
            except (Denied, Fault):
                report = None
            if report is not None and not report.outcomes:
                return report
            self.loop.skip(120.0)
        return None

    def _open(self) -> OpenChannel:
        rng = Random(self.rng.getrandbits(64))
        env = virtual_env(self.loop, rng, start=START, owner="conformance:1")
        name = self.shop.channel
        channel = Channel(
            name=name,
            driver=self.driver.spec.name,
            markets=self.shop.markets,
            environment="sandbox",
            workers=4,
            owned_by_seller=self.owned,
        )
        hosts = dict.fromkeys(
            self.driver.spec.hosts.get("sandbox", {"api": ""}), f"https://{self.emulated.host}"
        )
        wire = SandboxTransport(
            {self.emulated.host: (self.truth, self.dialect)}, latency=lambda: 0.01 + rng.random() * 0.05
        )
        transport = Transport(
            hosts,
            now=env.now,
            file=file_of,
            timeout=self.driver.spec.timeout,
            wire=wire,
        )
        return OpenChannel(
            channel=channel,
            driver=self.driver,
            shop=self.shop,
            account=self.emulated.account,
            account_name="conformance",
            base="conformance",
            transport=transport,
            store=self.store,
            env=env,
            pacer=Pacer(env, self.store),
        )
