"""One seeded world: an emulated market with its manners and mishaps, and a catalog that moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any, Literal

import httpx
from attrs import define, evolve, field, frozen
from sqlalchemy import bindparam, select

from storesync.catalog import Read
from storesync.driver import Driver, Shop
from storesync.engine import OpenChannel, Pacer
from storesync.issues import Issue, Issues
from storesync.model import Brand, Category, Channel, Copy, Market, Money, Offer, Price, Product, digest
from storesync.prepare import Prepared
from storesync.sandbox import FaultSchedule, SandboxTransport
from storesync.sandbox import Market as Truth
from storesync.sandbox.dialect import Dialect
from storesync.sandbox.plain import ACCESS, APP, HOST, REFRESH, SHOP, Manners, market_plain
from storesync.state import Store
from storesync.state.schema import journal
from storesync.state.statement import Statement
from storesync.testing.plain import Account, plain_driver
from storesync.testing.virtual import VirtualLoop, virtual_env
from storesync.transport import Transport

__all__ = ["Crash", "Item", "Profile", "Wanted", "World"]

_INTENDED = Statement(select(journal.c.request).where(journal.c.state == bindparam("state")))
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_MARKET = Market("CN", ("zh-Hans",), "CNY")


class Crash(BaseException):
    """The process is gone: nothing of it runs any more."""


By = Literal["address", "key", "unique", "search", "none"]
_IDENTITIES: tuple[By, ...] = ("search", "search", "search", "key", "unique", "address", "none")


@frozen(kw_only=True)
class Profile:
    """What kind of world this is; `rates` are fault rates per call."""

    by: By
    steps: Literal[1, 2]
    lag: float
    late: float
    rates: Mapping[str, float]
    crashes: int
    rivals: bool
    edits: bool
    skew: float
    review: float = 0.0
    owned: tuple[str, ...] = ()

    @classmethod
    def drawn(cls, rng: Random) -> Profile:
        """A profile by chance; one world in eight is calm, to count calls in."""
        by = rng.choice(_IDENTITIES)
        calm = rng.random() < 0.125
        lag = rng.choice((0.0, 1.0, 3.0, 5.0))
        rates: dict[str, float] = {}
        if not calm:
            for name, most in _RATES.items():
                rates[name] = rng.choice((0.0, most / 3, most))
            if by in ("search", "none"):
                # assumption: such a market does not itself deliver one request twice; nobody could tell then
                rates["duplicate"] = 0.0
        return cls(
            by=by,
            steps=rng.choice((1, 2)),
            lag=lag,
            late=rng.choice((0.0, 2.0, 4.0)) if not calm else 0.0,
            rates=rates,
            crashes=0 if calm else rng.choice((0, 1, 2, 4)),
            rivals=not calm and rng.random() < 0.25,
            edits=not calm and rng.random() < 0.3,
            skew=rng.choice((0.0, 0.0, -30.0, 45.0)),
        )

    @property
    def calm(self) -> bool:
        """Whether nothing goes wrong here."""
        return not self.rates

    def with_people(self, rng: Random) -> Profile:
        """The same world, where a moderator may decide later and a seller may keep fields by hand."""
        if self.calm:
            return self
        owned = rng.choice(((), ("title",), ("stock",), ("title", "stock"))) if self.edits else ()
        return evolve(self, review=300.0 if rng.random() < 0.15 else 0.0, owned=owned)


_RATES: Mapping[str, float] = {
    "lost_before": 0.06,
    "lost_after": 0.08,
    "late": 0.05,
    "duplicate": 0.04,
    "truncated": 0.04,
    "garbage": 0.03,
    "garbage_after": 0.04,
    "throttle": 0.05,
    "error_before": 0.04,
    "error_after": 0.05,
    "refuse": 0.03,
    "token_expired": 0.02,
    "slow": 0.03,
    "hostile": 0.01,
}


@frozen(kw_only=True)
class Item:
    """One product of the world's catalog."""

    key: str
    title: str
    offers: Mapping[str, tuple[Decimal, int]]
    offered: bool = True
    broken: bool = False


@define
class Wanted:
    """The world's catalog and its way to a channel; it remembers all that was ever right."""

    items: dict[str, Item]
    prices: dict[str, set[Decimal]] = field(factory=dict)
    titles: dict[str, set[str]] = field(factory=dict)
    stocks: dict[str, set[int]] = field(factory=dict)

    def remember(self) -> None:
        """Note titles, prices and stock of now as right."""
        for item in self.items.values():
            self.titles.setdefault(item.key, set()).add(item.title)
            for sku, (price, stock) in item.offers.items():
                self.prices.setdefault(sku, set()).add(price)
                self.stocks.setdefault(sku, set()).add(stock)

    def reads(self) -> Iterator[Read]:
        """The catalog as a source gives it."""
        for item in self.items.values():
            if item.broken:
                yield Read(
                    key=item.key, product=None, issues=(Issue("catalog.broken", item.key, "a wrong row"),)
                )
                continue
            product = Product(
                key=item.key, text=Copy(item.title), brand=Brand(code="B", name="B"), category="C"
            )
            yield Read(key=item.key, product=product)

    def category_id(self, product: Product) -> str:
        """Every product is of one category."""
        return "C"

    def causes(self, product: Product, shop: Any, category: Category | None) -> Mapping[str, str]:
        """All of the result comes from the catalog here."""
        item = self.items[product.key]
        return {
            "catalog": digest([item.title, item.offered, [[s, p, n] for s, (p, n) in item.offers.items()]])
        }

    def prepare(
        self,
        product: Product,
        shop: Any,
        category: Category | None,
        last: Mapping[str, Offer],
        chosen: Mapping[str, str],
    ) -> Prepared:
        """What the channel should show."""
        item = self.items[product.key]
        if not item.offered:
            return Prepared(key=item.key, offered=False, reason="draft")
        offers = {
            sku: Offer(sku, {"CN": Price(Money(price, "CNY"))}, stock)
            for sku, (price, stock) in item.offers.items()
        }
        content = {"title": item.title, "text": f"about {item.title}", "images": []}
        return Prepared(key=item.key, offered=True, content=content, offers=offers, issues=Issues())

    def traces(self, prepared: Prepared) -> Mapping[str, Any]:
        """Nothing to tell."""
        return {}


class _Wire(httpx.AsyncBaseTransport):
    """The world's network: asserts that an intent is durable before a request arrives, and lets processes die."""

    def __init__(self, world: World, inner: SandboxTransport, tick: Callable[[], None]) -> None:
        self._world = world
        self._inner = inner
        self._tick = tick

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._tick()
        if request.method != "GET" and request.url.path != "/token":
            self._world.expect_intent(request.method, request.url.path)
        answer = await self._inner.handle_async_request(request)
        self._tick()
        return answer


@define
class World:
    """A market, a catalog, a state store and a clock; processes come and go, these stay."""

    seed: int
    rng: Random
    profile: Profile
    loop: VirtualLoop
    store: Store
    wanted: Wanted
    truth: Truth
    dialect: Dialect
    driver: Driver[Any, Any]
    processes: int = 0
    grants: int = 0
    by_hand: dict[tuple[int, str], Any] = field(factory=dict)
    unjournaled: list[str] = field(factory=list)

    @classmethod
    def made(cls, seed: int, store: Store, profile: Profile | None = None) -> World:
        """The world of this seed, on an empty store."""
        rng = Random(seed)
        drawn = Profile.drawn(rng).with_people(Random(f"people {seed}"))
        profile = profile or drawn
        loop = VirtualLoop()
        truth, dialect = market_plain(
            lambda: virtual_env(loop, rng, start=START, owner="market").now(),
            manners=Manners(by=profile.by, steps=profile.steps),
            search_lag=profile.lag,
            extend_lag=rng.choice((0.0, 0.9)),
            review_delay=profile.review,
        )
        driver = plain_driver(
            by=profile.by, steps=profile.steps, lag=profile.lag, late=profile.late, review=profile.review
        )
        items = {f"P{n:02}": _item(rng, f"P{n:02}") for n in range(rng.randint(4, 12))}
        world = cls(seed, rng, profile, loop, store, Wanted(items), truth, dialect, driver)
        world.wanted.remember()
        return world

    def faults(self, *, on: bool) -> None:
        """Let mishaps happen, or not."""
        if not on or self.profile.calm:
            self.truth.faults = FaultSchedule.none()
            return
        rates = dict(self.profile.rates)
        if not self.profile.late:
            rates["late"] = 0.0
        self.truth.faults = FaultSchedule.seeded(self.rng, rates, seconds=max(self.profile.late, 0.1))

    def move_catalog(self) -> None:
        """What a merchant does between two runs."""
        for key, item in list(self.wanted.items.items()):
            self.wanted.items[key] = self._moved(item)
        if self.rng.random() < 0.3:
            key = f"P{len(self.wanted.items):02}x{self.rng.randint(0, 999)}"
            self.wanted.items[key] = _item(self.rng, key)
        if self.rng.random() < 0.2 and len(self.wanted.items) > 3:
            del self.wanted.items[self.rng.choice(list(self.wanted.items))]
        self.wanted.remember()

    def _moved(self, item: Item) -> Item:
        chance = self.rng.random()
        if chance < 0.2:
            sku = self.rng.choice(list(item.offers))
            price, stock = item.offers[sku]
            return evolve(item, offers={**item.offers, sku: (price, stock + self.rng.randint(0, 9))})
        if chance < 0.4:
            sku = self.rng.choice(list(item.offers))
            price, stock = item.offers[sku]
            return evolve(item, offers={**item.offers, sku: (price + self.rng.randint(-5, 5), stock)})
        if chance < 0.5:
            return evolve(item, title=f"{item.title}'")
        if chance < 0.56:
            return evolve(item, offered=not item.offered)
        if chance < 0.62:
            new = f"{item.key}-{len(item.offers)}n{self.rng.randint(0, 99)}"
            return evolve(item, offers={**item.offers, new: (Decimal(self.rng.randint(50, 300)), 5)})
        if chance < 0.66 and len(item.offers) > 1:
            gone = self.rng.choice(list(item.offers))
            return evolve(item, offers={s: o for s, o in item.offers.items() if s != gone})
        return evolve(item, broken=not item.broken) if chance < 0.7 else item

    def edit_by_hand(self) -> None:
        """A seller changes or deletes something in the shop itself, once nothing that was lost can arrive any more."""
        self.loop.skip(self.profile.late)
        alive = list(self.truth.alive())
        if not alive:
            return
        listing = self.rng.choice(alive)
        kind = self.rng.choice(("price", "stock", "title", "status", "delete"))
        if kind == "price":
            self.truth.edit(listing.id, price=Decimal(1))
        elif kind == "stock":
            self.truth.edit(listing.id, stock=77)
            self.by_hand[listing.id, "stock"] = {sku.code: 77 for sku in listing.skus.values()}
        elif kind == "title":
            title = f"by hand {self.rng.randint(0, 999)}"
            self.truth.edit(listing.id, title=title)
            self.by_hand[listing.id, "title"] = title
        elif kind == "status":
            self.truth.edit(listing.id, status="hidden")
        else:
            self.truth.edit(listing.id, status="deleted")

    def process(self, tick: Callable[[], None]) -> OpenChannel:
        """A new process at work on the channel; `tick` is called wherever it may die."""
        self.processes += 1
        rng = Random(self.rng.getrandbits(64))
        env = virtual_env(self.loop, rng, start=START, owner=f"host:{self.processes}", skew=self.profile.skew)
        channel = Channel(
            name="plain-cn",
            driver="plain",
            markets=(_MARKET,),
            environment="sandbox",
            workers=4,
            owned_by_seller=self.profile.owned,
        )
        # A market takes a moment to answer, so that requests of several workers are on their way at once.
        inner = SandboxTransport(
            {HOST: (self.truth, self.dialect)}, latency=lambda: 0.01 + self.rng.random() * 0.05
        )
        transport = Transport(
            {"api": f"https://{HOST}"}, now=env.now, timeout=20.0, wire=_Wire(self, inner, tick)
        )
        more = f"-{self.grants}" if self.grants else ""
        account = Account(app=APP, access=ACCESS + more, refresh=REFRESH + more)
        return OpenChannel(
            channel=channel,
            driver=self.driver,
            shop=Shop(channel="plain-cn", markets=(_MARKET,)),
            account=account,
            account_name="plain",
            base=f"base{more}",
            transport=transport,
            store=self.store,
            env=env,
            pacer=Pacer(env, self.store),
        )

    def authorize(self) -> None:
        """A person logs in again, after the answer to a refresh was lost twice."""
        self.grants += 1
        more = f"-{self.grants}"
        self.truth.grant(app=APP, shop=SHOP, access=ACCESS + more, seconds=3_600.0)
        self.truth.grant_refresh(app=APP, shop=SHOP, token=REFRESH + more, seconds=30 * 86_400)

    def expect_intent(self, method: str, path: str) -> None:
        """A write is arriving: its intent must be in the database already."""

        def known(db: Any) -> bool:
            rows = _INTENDED.run(db, {"state": "intended"})
            return any(f'"{method}"' in row.request and f'"{path}"' in row.request for row in rows)

        if not self.store.read_now(known):
            self.unjournaled.append(f"{method} {path}")


def _item(rng: Random, key: str) -> Item:
    offers = {
        f"{key}-{n}": (Decimal(rng.randint(50, 300)), rng.randint(0, 40)) for n in range(rng.randint(1, 4))
    }
    return Item(key=key, title=f"title of {key}", offers=offers)
