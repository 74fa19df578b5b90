"""A shop on the plain market in virtual time: the state, the catalog and the market stay, processes come and go."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Iterator, Mapping
from decimal import Decimal
from random import Random
from typing import Any, Literal, TypeVar

from attrs import define, evolve, field

from storesync.driver import Driver
from storesync.engine import OpenChannel, Report, apply, at_work, observe, plan
from storesync.engine.status import ChannelStatus, status
from storesync.model import Category, File, Offer, Product
from storesync.plan import GuardLimits, Plan
from storesync.prepare import Prepared
from storesync.sandbox import FaultSchedule
from storesync.sandbox.faults import Fault, Step
from storesync.state import Standing, Store, assets, journal, standing
from storesync.testing.platform import PLATFORMS, Platform
from storesync.testing.profile import Profile
from storesync.testing.virtual import run_virtual
from storesync.testing.wanted import Item, Wanted
from storesync.testing.world import Crash, Doom, World

__all__ = ["LOOSE", "Bench", "Pictured", "item", "profile", "step"]

T = TypeVar("T")
LOOSE = GuardLimits(hidden=Decimal(1), touched=Decimal(1), price_swing=Decimal(1000), floor=1000)
_OPEN: list[Bench] = []
By = Literal["address", "key", "unique", "search", "none"]


def item(key: str, price: int = 100, stock: int = 5, *, variants: int = 1, **more: Any) -> Item:
    """A product with so many variants of one price and stock."""
    offers = {f"{key}-{n}": (Decimal(price), stock) for n in range(variants)}
    return Item(key=key, title=f"title of {key}", offers=offers, **more)


def profile(by: By = "search", *, steps: Literal[1, 2] = 1, lag: float = 0.0, late: float = 0.0) -> Profile:
    """A market without mishaps; a test brings its own."""
    return Profile(
        by=by, steps=steps, lag=lag, late=late, rates={}, crashes=0, rivals=False, edits=False, skew=0.0
    )


def step(
    fault: str, shape: str = "", *, operation: str = "", times: int = 1, skip: int = 0, seconds: float = 2.0
) -> Step:
    """One line of a fault script."""
    return Step(
        fault=Fault(name=fault, shape=shape, seconds=seconds), operation=operation, times=times, skip=skip
    )


@define
class Pictured(Wanted):
    """A catalog whose listings show pictures: by key, the hashes."""

    pictures: Mapping[str, tuple[str, ...]] = field(factory=dict)

    def causes(self, product: Product, shop: Any, category: Category | None) -> Mapping[str, str]:
        """Pictures count as well."""
        known = Wanted.causes(self, product, shop, category)
        return {**known, "pictures": ",".join(self.pictures.get(product.key, ()))[:30]}

    def prepare(
        self,
        product: Product,
        shop: Any,
        category: Category | None,
        last: Mapping[str, Offer],
        chosen: Mapping[str, str],
        live: Collection[str],
    ) -> Prepared:
        """The document names its pictures by token."""
        made = Wanted.prepare(self, product, shop, category, last, chosen, live)
        if made.content is None:
            return made
        images = [f"media:{sha256}:main" for sha256 in self.pictures.get(product.key, ())]
        return evolve(made, content={**made.content, "images": images})


@define(eq=False)
class Bench:
    """One shop under test."""

    world: World
    channel: OpenChannel

    @classmethod
    def opened(
        cls,
        *items: Item,
        manners: Profile | None = None,
        driver: Driver[Any, Any] | None = None,
        platform: Platform = PLATFORMS[0],
    ) -> Bench:
        """A new shop with these products in the catalog."""
        store = Store("sqlite://", inline=True)
        store.create_tables()
        world = World.made(1, store, manners or profile(), platform)
        world.rng = Random(1)
        if driver is not None:
            world.driver = driver
        catalog = {one.key: one for one in items}
        if platform is PLATFORMS[0]:
            world.wanted = Pictured(catalog)
        else:
            form = platform.form(world.driver)
            world.wanted = Wanted(catalog, form, platform.category, files=platform.files)
        world.wanted.remember()
        opened = cls(world, world.process(Doom()))
        # The bench made the shop empty; a first contact has tests of its own.
        store.write_now(lambda db: assets.keep_contact(db, platform.channel, {"how": "empty"}))
        _OPEN.append(opened)
        return opened

    def close(self) -> None:
        """Let go of the loop and the database."""
        if self in _OPEN:
            _OPEN.remove(self)
        self.world.loop.close()
        self.world.store.close()

    @staticmethod
    def close_all() -> None:
        """Close every bench that a test opened."""
        while _OPEN:
            _OPEN[-1].close()

    @property
    def truth(self) -> Any:
        """The market as it is."""
        return self.world.truth

    def run(self, work: Awaitable[T]) -> T:
        """Run to the end in virtual time."""

        async def whole() -> T:
            return await work

        return run_virtual(self.world.loop, whole())

    def put(self, *items: Item) -> None:
        """The merchant changes the catalog."""
        for one in items:
            self.world.wanted.items[one.key] = one
        self.world.wanted.remember()

    def faults(self, *steps: Step) -> None:
        """What goes wrong from now on, in this order."""
        self.world.truth.faults = FaultSchedule.script(list(steps))

    def plan(self, *, limits: GuardLimits = LOOSE, channel: OpenChannel | None = None, **more: Any) -> Plan:
        """What would change."""
        wanted = self.world.wanted
        return self.run(plan(channel or self.channel, wanted.reads(), wanted, limits=limits, **more))

    def apply(self, made: Plan, channel: OpenChannel | None = None, **more: Any) -> Report:
        """Carry it out."""
        return self.run(apply(channel or self.channel, made, **more))

    def sync(self, channel: OpenChannel | None = None) -> Report:
        """Plan and apply once."""
        return self.apply(self.plan(channel=channel), channel)

    def observe(self) -> list[str]:
        """The differences, as told to people."""

        async def look() -> list[str]:
            async with at_work(self.channel) as work:
                return [str(drift) for drift in await observe(work)]

        return self.run(look())

    def rival(self, doom: Doom | None = None) -> OpenChannel:
        """Another process on the same channel."""
        return self.world.process(doom or Doom())

    def die(self, at: int) -> bool:
        """A process that dies at the n-th place where it could: a commit, a request, an answer; whether it did."""
        doom, store = Doom(death=at), self.world.store
        doomed = self.rival(doom)
        store.before_commit = store.after_commit = doom.commit
        try:
            self.sync(doomed)
        except Crash:
            return True
        finally:
            store.before_commit = store.after_commit = None
        return False

    def status(self) -> ChannelStatus:
        """How the channel stands, as told to people."""
        channel = self.channel
        owned, now = channel.channel.owned_by_seller, channel.env.now()
        return self.world.store.read_now(
            lambda db: status(db, channel.name, now, driver=channel.driver, owned=owned)
        )

    def stand(self, key: str) -> Standing:
        """What the state knows of a listing."""
        found = self.world.store.read_now(lambda db: standing.read(db, self.world.platform.channel, key))
        assert found is not None
        return found

    def history(self, key: str) -> list[Mapping[str, Any]]:
        """The operations on a listing, newest first."""
        return self.world.store.read_now(lambda db: journal.last(db, self.world.platform.channel, key))

    def keep_file(self, file: File) -> None:
        """The catalog knows where a picture lies."""
        self.world.store.write_now(lambda db: assets.keep_files(db, [file]))

    def calls(self, operation: str) -> int:
        """How often the market was asked this, whatever became of it."""
        return sum(call.operation == operation and call.effect != "late" for call in self.truth.calls)

    def live(self) -> dict[str, dict[str, tuple[Decimal, int]]]:
        """What buyers see: key to SKU to price and stock."""
        return {
            one.key: {sku.code: (sku.price, sku.stock) for sku in one.skus.values()}
            for one in self.truth.live()
        }

    def wanted(self) -> dict[str, dict[str, tuple[Decimal, int]]]:
        """What buyers should see."""
        items: Iterator[Item] = iter(self.world.wanted.items.values())
        return {one.key: dict(one.offers) for one in items if one.offered and not one.broken}
