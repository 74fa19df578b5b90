"""The first contact with a shop, and the day on which the credentials are another shop's."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.drivers.shopee.channel import CHANNEL, ENVIRON, NOW, World, world
from tests.engine.bench import Bench, item

from storesync.config import load
from storesync.engine.shops import Shops
from storesync.errors import UnsafePlan
from storesync.plan import GuardLimits
from storesync.sandbox import Shop
from storesync.sandbox import shopee as market
from storesync.sandbox.plain import SHOP
from storesync.sandbox.records import Sku
from storesync.state import assets
from storesync.state.schema import runs
from storesync.testing.virtual import run_virtual, virtual_env

OTHER = "330011221"
TWIN = "shopee-two"


def unknown(*keys: str) -> Bench:
    """A channel that nobody has met, whose shop shows these listings already."""
    bench = Bench.opened(item("A"), item("B"))
    bench.world.store.write_now(lambda db: assets.keep_contact(db, "plain-cn", {}))
    for key in keys:
        bench.truth.create(
            shop=SHOP,
            key=key,
            title=f"by hand {key}",
            category="",
            price=Decimal(1),
            stock=1,
            skus=[Sku(id=bench.truth.next_sku(), code=f"{key}-0", price=Decimal(1), stock=1)],
        )
    return bench


def test_nothing_is_made_in_a_shop_that_nobody_surveyed() -> None:
    """What it shows may be the very products: they are adopted first, or a person says why not."""
    bench = unknown("A", "Z")
    made = bench.plan(limits=GuardLimits())
    with pytest.raises(UnsafePlan, match="shows 2 listings that nobody adopted"):
        bench.apply(made)

    assert ["first contact"] == [guard.name for guard in made.tripped]
    assert "storesync adopt --channel plain-cn" in made.tripped[0].hint
    assert 0 == bench.truth.writes()

    assert bench.apply(made, reasons={"first contact": "an old test shop"}).ok
    bench.put(item("C"))
    assert bench.sync().ok
    kept = bench.world.store.read_now(lambda db: [row.reasons for row in db.execute(select(runs))])
    assert any("an old test shop" in reasons for reasons in kept)


def test_an_empty_shop_is_looked_at_once() -> None:
    """Nobody is asked for a reason where there is nothing to adopt, and no plan looks again."""
    bench = unknown()
    assert bench.sync().ok
    looks = bench.calls("search")
    bench.put(item("C"))
    assert bench.sync().ok

    assert (1, 1) == (looks, bench.calls("search"))


def test_what_is_ours_already_is_no_stranger() -> None:
    """A state from a backup knows these listings: the shop shows nothing else."""
    bench = unknown()
    bench.sync()
    bench.world.store.write_now(lambda db: assets.keep_contact(db, "plain-cn", {}))
    bench.put(item("C"))

    assert bench.sync().ok


def test_a_listing_made_after_the_backup_is_not_made_again() -> None:
    """The state forgot it, the shop shows it: the plan is refused instead of making a duplicate."""
    bench = unknown()
    bench.sync()
    bench.put(item("C"))
    bench.sync()
    with bench.world.store.engine.begin() as db:
        for table in ("listings", "offers"):
            db.exec_driver_sql(f"DELETE FROM {table} WHERE \"key\" = 'C'")
    bench.world.store.write_now(lambda db: assets.keep_contact(db, "plain-cn", {}))
    writes = bench.truth.writes()
    with pytest.raises(UnsafePlan, match="shows 1 listing that nobody adopted"):
        bench.sync()

    assert writes == bench.truth.writes()
    assert {} == bench.truth.duplicates()


@pytest.mark.parametrize("cause", ["no way to list", "no answer"])
def test_a_shop_that_cannot_be_looked_at_counts_as_full(cause: str) -> None:
    """A guard that cannot be evaluated trips."""
    from attrs import evolve
    from tests.engine.bench import step

    bench = unknown()
    if cause == "no way to list":
        bench.channel.driver = evolve(bench.channel.driver, listings=None)
    else:
        bench.faults(step("lost_before", "read", operation="search", times=20))
    made = bench.plan(limits=GuardLimits())

    assert "cannot be measured" in made.tripped[0].measured
    with pytest.raises(UnsafePlan):
        bench.apply(made)
    assert 0 == bench.truth.writes()


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    """The example on an emulated Shopee that has a second shop of the same app."""
    with world(tmp_path / "shop", products=6) as made:
        truth = made.market
        truth.add_shop(Shop(id=OTHER, name="Somebody else", region="VN", currency="VND"))
        truth.grant(app=market.PARTNER_ID, shop=OTHER, access="other-access", seconds=3_600.0)
        truth.grant_refresh(app=market.PARTNER_ID, shop=OTHER, token="other-refresh", seconds=86_400.0)
        yield made


def as_other(made: World, work: Any) -> Any:
    """A process whose environment holds another shop's credentials."""
    environ = {
        **ENVIRON,
        "SHOPEE_SHOP_ID": OTHER,
        "SHOPEE_ACCESS_TOKEN": "other-access",
        "SHOPEE_REFRESH_TOKEN": "other-refresh",
    }

    async def whole() -> Any:
        env = virtual_env(made.loop, made.random, start=NOW, owner="test:2")
        config = load(made.folder / "storesync.toml")
        wire = {CHANNEL: made.wire}
        async with Shops(config, env=env, environ=environ, wire=wire, inline=True) as shops:
            return await work(shops)

    return run_virtual(made.loop, whole())


def test_the_credentials_of_another_shop_change_nothing_anywhere(shop: World) -> None:
    """The plan names both shops, looking is refused, and neither shop nor state is touched without a reason."""
    _, report = shop.run(lambda shops: shops.sync(CHANNEL))
    assert report.ok
    before, writes = shop.market.export()["listings"], shop.market.writes()

    made = as_other(shop, lambda shops: shops.plan(CHANNEL))
    guard = made.tripped[0]
    assert "account" == guard.name
    assert f"(account shop_id was '{market.SHOP}' and is '{OTHER}')" in guard.measured
    for work in (
        lambda shops: shops.sync(CHANNEL),
        lambda shops: shops.observe(CHANNEL),
        lambda shops: shops.survey(CHANNEL),
        lambda shops: shops.resolve(CHANNEL, "SBG-001"),
    ):
        with pytest.raises(UnsafePlan, match=f"'{OTHER}'"):
            as_other(shop, work)
    assert (before, writes) == (shop.market.export()["listings"], shop.market.writes())

    plan, _ = shop.run(lambda shops: shops.sync(CHANNEL))
    assert () == (*plan.tripped, *plan.operations)


def test_a_plan_for_one_shop_is_not_applied_to_another(shop: World) -> None:
    """A stored plan meets other credentials."""
    made = shop.run(lambda shops: shops.plan(CHANNEL))
    shop.run(lambda shops: shops.status(CHANNEL))
    with pytest.raises(UnsafePlan, match="this is not the shop that the state knows"):
        as_other(shop, lambda shops: shops.apply(made))

    assert 0 == shop.market.writes()


def test_a_channel_that_moved_on_purpose_is_taken_along(shop: World) -> None:
    """With a reason the new shop is the known one from then on."""
    shop.run(lambda shops: shops.plan(CHANNEL))
    _, report = as_other(shop, lambda shops: shops.sync(CHANNEL, reasons={"account": "a new contract"}))

    assert report.ok
    assert {OTHER} == {listing.shop for listing in shop.market.live()}
    assert () == as_other(shop, lambda shops: shops.plan(CHANNEL)).tripped


def both(made: World, work: Any) -> Any:
    """A process that has the channel twice: its block was copied, and the account forgotten."""
    path = made.folder / "storesync.toml"
    text = path.read_text(encoding="utf-8")
    begin = text.index(f"[channels.{CHANNEL}]")
    end = text.find("\n[accounts", begin)
    block = text[begin : end if end > 0 else None]
    if f"[channels.{TWIN}]" not in text:
        path.write_text(
            text + "\n" + block.replace(f"channels.{CHANNEL}", f"channels.{TWIN}"), encoding="utf-8"
        )

    async def whole() -> Any:
        env = virtual_env(made.loop, made.random, start=NOW, owner="test:3")
        wire = {CHANNEL: made.wire, TWIN: made.wire}
        async with Shops(load(path), env=env, environ=ENVIRON, wire=wire, inline=True) as shops:
            return await work(shops)

    return run_virtual(made.loop, whole())


@pytest.mark.parametrize("first", [CHANNEL, TWIN])
def test_two_channels_of_one_shop_list_nothing_twice(shop: World, first: str) -> None:
    """Both begin in an empty shop at once: one of them is refused, names the other, and sends nothing."""
    second = CHANNEL if first == TWIN else TWIN

    async def at_once(shops: Shops) -> list[Any]:
        return await asyncio.gather(shops.sync(first), shops.sync(second), return_exceptions=True)

    done = both(shop, at_once)
    refused = [one for one in done if isinstance(one, UnsafePlan)]
    assert 1 == len(refused)
    assert f"this is the shop of channel '{first if done[0] is not refused[0] else second}', too" in str(
        refused[0]
    )
    assert {} == shop.market.duplicates()
    assert shop.market.live()


def test_a_channel_that_got_another_name_adopts_what_it_listed(shop: World) -> None:
    """Nothing is listed again under the new name: a person says that it is the former one's shop, and adopts."""
    shop.run(lambda shops: shops.sync(CHANNEL))
    live = len(shop.market.live())
    with pytest.raises(UnsafePlan, match=f"if '{CHANNEL}' is this one's former name"):
        both(shop, lambda shops: shops.sync(TWIN))
    with pytest.raises(UnsafePlan, match="nobody adopted"):
        both(shop, lambda shops: shops.sync(TWIN, reasons={"account": "renamed"}))
    both(shop, lambda shops: shops.survey(TWIN))

    assert live == len(shop.market.live())
