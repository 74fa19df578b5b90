"""One seeded world: an emulated market with its manners and mishaps, and a catalog that moves."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

import httpx
from attrs import define, evolve, field
from sqlalchemy import bindparam, select
from sqlalchemy.exc import OperationalError

from storesync.driver import Driver, Shop
from storesync.engine import Env, OpenChannel, Pacer
from storesync.engine.contact import meet
from storesync.model import Channel, loads
from storesync.plan import Kind
from storesync.sandbox import FaultSchedule, SandboxTransport
from storesync.sandbox import Market as Truth
from storesync.sandbox.dialect import AUTH, CREATE, EXTEND, READ, Answer, Call, Dialect
from storesync.sandbox.faults import Fault, Step
from storesync.sandbox.records import Sku
from storesync.state import Standing, Store, standing
from storesync.state.schema import operations
from storesync.state.statement import Statement
from storesync.testing.comeback import too_early
from storesync.testing.intents import intent_of
from storesync.testing.picture import file_of
from storesync.testing.platform import PLATFORMS, Platform
from storesync.testing.profile import START, Profile
from storesync.testing.stumble import Stumbles, stumbling
from storesync.testing.virtual import VirtualLoop, run_virtual, virtual_env
from storesync.testing.wanted import Wanted, offers_of
from storesync.testing.witness import Witness
from storesync.transport import Transport

__all__ = ["Crash", "Doom", "World"]

_RUNNING = Statement(select(operations.c.key).where(operations.c.state == bindparam("state")))
_ALWAYS = 1_000_000  # calls, more than any world has
_ROUND = 0.1  # seconds that a request takes at most from its intent to the market
_MIDNIGHT = timedelta(hours=8, seconds=1)  # in China; what left in the last second may arrive after it


class Crash(BaseException):
    """The process is gone: nothing of it runs any more."""


@define
class Doom:
    """Lets a process die at the n-th place where it could, or its store fail at the n-th commit; 0 is never.

    A dead process does nothing any more; a store that failed once works again.
    """

    death: int = 0
    failure: int = 0
    dead: bool = False

    def tick(self) -> None:
        """A place where a process may die: whenever it waits, and around each request and commit."""
        if self.dead:
            raise Crash
        self.death -= 1
        if self.death == 0:
            self.dead = True
            raise Crash

    def commit(self) -> None:
        """A place where a store may fail, before it commits or after."""
        self.tick()
        self.failure -= 1
        if self.failure == 0:
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))


class _Wire(httpx.AsyncBaseTransport):
    """The world's network: processes die before a request leaves and after its answer came."""

    def __init__(self, inner: SandboxTransport, tick: Callable[[], None]) -> None:
        self._inner = inner
        self._tick = tick

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._tick()
        answer = await self._inner.handle_async_request(request)
        self._tick()
        return answer


@define
class World:
    """A market, a catalog, a state store and a clock; processes come and go, these stay."""

    seed: int
    rng: Random
    profile: Profile
    platform: Platform
    loop: VirtualLoop
    store: Store
    wanted: Wanted
    truth: Truth
    dialect: Dialect
    driver: Driver[Any, Any]
    shop: Shop
    clocks: Random
    regrets: Random
    writer: Random
    strangers: Random
    processes: int = 0
    grants: int = 0
    by_hand: dict[tuple[int, str], Any] = field(factory=dict)
    typed_over: dict[tuple[int, str], frozenset[int]] = field(factory=dict)
    parked: dict[str, tuple[Kind, datetime]] = field(factory=dict)
    unjournaled: list[str] = field(factory=list)
    mispriced: dict[str, str] = field(factory=dict)
    cheap: dict[str, str] = field(factory=dict)
    early: dict[str, str] = field(factory=dict)
    right: set[tuple[str, Decimal]] = field(factory=set)
    in_blackout: list[str] = field(factory=list)
    begun: set[str] = field(factory=set)
    sent: Counter[date] = field(factory=Counter)
    events: Counter[str] = field(factory=Counter)
    elsewhere: bool = False
    stern: bool = False
    unasked: bool = False
    witness: Witness = field(factory=Witness)
    creating: dict[int, str] = field(factory=dict)
    looking: dict[int, Call] = field(factory=dict)
    cut: set[str] = field(factory=set)
    stumbles: Stumbles = field(init=False)
    rests: Random = field(init=False)
    hands: Random = field(init=False)
    losses: Random = field(init=False)
    loses: float = 0.0
    varied: dict[int, Sku] = field(factory=dict)
    insisted: Counter[int] = field(factory=Counter)

    def __attrs_post_init__(self) -> None:
        self.rests = Random(f"rests {self.seed}")
        self.hands = Random(f"hands {self.seed}")
        self.losses = Random(f"lost pictures {self.seed}")
        self.stumbles = Stumbles(Random(f"stumbles {self.seed}"), self.events, self.cut_off)

    @classmethod
    def made(
        cls, seed: int, store: Store, profile: Profile | None = None, platform: Platform | None = None
    ) -> World:
        """The world of this seed, on an empty store."""
        rng = Random(seed)
        shares = [platform.share for platform in PLATFORMS]
        (drawn_on,) = rng.choices(PLATFORMS, shares)
        on = platform or drawn_on
        drawn = Profile.drawn(
            rng, identities=on.identities, steps=on.steps, lags=on.lags, lates=on.lates, rates=on.rates
        ).with_people(Random(f"people {seed}"), reviewed=on.reviewed)
        drawn = drawn.with_rules(Random(f"rules {seed}"))
        drawn = drawn.with_one_call(Random(f"one call {seed}"))
        drawn = drawn.with_strangers(Random(f"elsewhere {seed}"))
        drawn = drawn.with_more_owned(Random(f"owned {seed}"))
        drawn = drawn.with_memory(Random(f"memory {seed}"))
        drawn = drawn.with_misses(Random(f"misses {seed}"))
        drawn = drawn.with_variants(Random(f"variants {seed}"))
        drawn = drawn.with_stumbles(Random(f"stumbles of {seed}"))
        drawn = drawn.with_repeats(Random(f"repeats {seed}"))
        drawn = drawn.with_insisting(Random(f"insists {seed}"))
        if on.pictures:
            drawn = drawn.with_losses(Random(f"losses {seed}"))
        profile = profile or drawn
        loop = VirtualLoop()
        truth, dialect = on.open(
            virtual_env(loop, rng, start=START, owner="market").now, profile, rng.choice((0.0, 0.9))
        )
        driver = on.driver(profile)
        # 4 to 12 listings, few more often than many: what goes wrong goes wrong with few, and many worlds are made of it.
        items = {f"P{n:02}": on.item(rng, f"P{n:02}") for n in range(4 + int(9 * rng.random() ** 5))}
        world = cls(
            seed,
            rng,
            profile,
            on,
            loop,
            store,
            Wanted(items, on.form(driver), on.category, on.floor(profile), on.files),
            truth,
            dialect,
            driver,
            driver.shop(channel=on.channel, markets=(on.market,)),
            Random(f"clocks {seed}"),
            Random(f"regrets {seed}"),
            Random(f"writer {seed}"),
            Random(f"strangers {seed}"),
        )
        world.wanted.remember()
        if driver.discover is not None:
            opened = world.process(Doom())
            run_virtual(loop, meet(opened, world.shop, {}))
            world.shop = opened.shop
        return world

    def faults(self, *, on: bool) -> None:
        """Let mishaps happen, or not; only then somebody plans elsewhere, too."""
        self.elsewhere = on and self.profile.elsewhere
        self.stumbles.rate = self.profile.stumbles if on else 0.0
        self.loses = self.profile.loses if on else 0.0
        if not on or self.profile.calm:
            self.truth.faults = self._stern(FaultSchedule.none())
            return
        rates = dict(self.profile.rates)
        if not self.profile.late:
            rates["late"] = 0.0
        drawn = FaultSchedule.seeded(self.rng, rates, seconds=max(self.profile.late, 0.1))
        self.truth.faults = self._stern(drawn)

    def _stern(self, schedule: FaultSchedule) -> FaultSchedule:
        """The schedule of a market that, while it is stern, refuses every change of a document."""
        if not self.stern:
            return schedule
        refusal = Step(fault=Fault(name="refuse"), times=_ALWAYS)
        return schedule.after(*(evolve(refusal, operation=name) for name in self.platform.documents))

    def rest(self) -> None:
        """Time passes between two runs."""
        if self.profile.rests:
            self.loop.skip(self.profile.rests * self.rests.choice((0.0, 0.3, 0.6, 0.9)))

    def process(self, doom: Doom) -> OpenChannel:
        """A new process at work on the channel, with its doom."""
        self.processes += 1
        rng = Random(self.rng.getrandbits(64))
        skew = self.profile.skew + self.clocks.uniform(-0.5, 0.5) * self.profile.apart
        env = virtual_env(self.loop, rng, start=START, owner=f"host:{self.processes}", skew=skew)
        platform, host = self.platform, self.platform.host
        channel = Channel(
            name=platform.channel,
            driver=platform.name,
            markets=(platform.market,),
            environment="sandbox",
            workers=4,
            owned_by_seller=self.profile.owned,
            calendar=() if self.profile.blackout is None else (self.profile.blackout,),
        )
        # A market takes a moment to answer, so that requests of several workers are on their way at once.
        inner = SandboxTransport(
            {host: (self.truth, self.dialect)},
            latency=lambda: 0.01 + self.rng.random() * 0.05,
            arriving=partial(self.arriving, env),
        )
        transport = Transport(
            dict.fromkeys(self.driver.spec.hosts["sandbox"], f"https://{host}"),
            now=env.now,
            file=file_of,
            timeout=20.0,
            wire=_Wire(inner, doom.tick),
        )
        opened = OpenChannel(
            channel=channel,
            driver=self.driver,
            shop=self.shop,
            account=platform.account(self.driver, self.grants),
            account_name=platform.name,
            base=f"base{self.grants}",
            transport=transport,
            store=self.store,
            env=env,
            pacer=Pacer(env, self.store),
        )
        return stumbling(opened, self.stumbles) if self.profile.stumbles else opened

    def stands(self) -> Mapping[str, Standing]:
        """What the store knows of each product."""
        rows = self.store.read_now(lambda db: list(standing.read_all(db, self.platform.channel)))
        return {stand.key: stand for stand in rows}

    def authorize(self) -> None:
        """A person logs in again, after a token ended or the answer to a refresh was lost twice."""
        self.grants += 1
        self.events["authorized again"] += 1
        self.platform.authorize(self.truth, self.grants)

    def arriving(self, env: Env, call: Call) -> None:
        """A process with this clock sends a call: it must be counted, journaled before, and not fall in a blackout.

        And no price may be wrong by now.
        """
        name = self.dialect.route(call)
        kind = READ if isinstance(name, Answer) else self.dialect.operations[name].kind
        self.sent[(self.truth.time() + _MIDNIGHT).date()] += 1
        if self.loses and self.truth.files and self.losses.random() < self.loses:
            self.truth.forget_files()
            self.events["pictures forgotten"] += 1
        if not isinstance(name, Answer) and name in self.dialect.absent and self.profile.rates.get("missed"):
            self.truth.settle()  # what is due is logged first
            self.looking[len(self.truth.calls)] = call
        if kind in (READ, AUTH):
            return
        self.look_at_prices()
        told = intent_of(self.store, self.platform.channel, call)
        if told is not None and kind in (CREATE, EXTEND):
            self.truth.settle()  # what is due is logged first
            self.creating[len(self.truth.calls)] = told.key
        if told is None:
            self.unjournaled.append(f"{name} ({call.method} {call.path})")
            return
        if told.kind in ("show", "stock"):
            self._look_at_comeback(told)
        if told.id not in self.begun:
            self.begun.add(told.id)
            self._look_at_calendar(told.kind, env.now())

    def cut_off(self) -> None:
        """A process died, or broke over an answer: what it had begun is in doubt."""
        self.cut |= set(self.store.read_now(lambda db: _RUNNING.run(db, {"state": "running"}).scalars()))

    def _look_at_calendar(self, kind: str, now: datetime) -> None:
        """An operation that began before a blackout may end in it; none begins there, by the clock of its process."""
        closed = self.profile.blackout
        if closed is None or kind not in closed.kinds:
            return
        if closed.until(now) and closed.until(now - timedelta(seconds=_ROUND)):
            self.in_blackout.append(f"{kind} at {now:%H:%M:%S}")

    def open_at(self, until: datetime) -> None:
        """Go on after this moment, by everybody's clock."""
        seconds = (until - START).total_seconds() - self.profile.skew + self.profile.apart + 1.0
        self.loop.skip(max(0.0, seconds - self.loop.time()))

    def _look_at_comeback(self, told: Any) -> None:
        channel, skus = self.platform.channel, loads(told.skus)
        if told.kind == "stock" and self.driver.offers is not None:
            return  # the price goes in the same call
        keys = self.store.read_now(lambda db: standing.keys_of(db, channel, skus)) if skus else (told.key,)
        for stand in self.store.read_now(lambda db: list(standing.read_all(db, channel, keys=keys))):
            back = skus if told.kind == "stock" else None
            alive = self.truth.alive(stand.key)
            self.early |= too_early(
                stand, alive, back, self.wanted, self.profile, self.platform, self.by_hand
            )

    def look_at_prices(self) -> None:
        """No price is ever shown that the catalog did not ask for at some time, and none below its floor."""
        hand = self.platform.by_hand if self.profile.edits else None
        floor = self.wanted.floor
        for listing in self.truth.listings.values():
            # What was right once stays so: most prices are still those that were looked at before.
            if listing.skus and all((sku.code, sku.price) in self.right for sku in listing.skus.values()):
                continue
            for sku, (price, _) in offers_of(self.wanted, listing).items():
                if price == hand:
                    continue
                # A listing sold as a whole may still be that of the SKU it was sold as before.
                skus = (sku,) if listing.skus else self.wanted.ever(listing.key)
                if not any(price in self.wanted.prices.get(one, ()) for one in skus):
                    self.mispriced[sku] = f"{sku} costs {price}, which was never right"
                elif floor is not None and price < floor.least:
                    self.cheap[sku] = f"{sku} costs {price}, below {floor.least}"
                elif listing.skus:
                    self.right.add((sku, price))
