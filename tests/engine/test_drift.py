"""Hands in the shop: every edit is found, what the seller owns is never overwritten, the rest is repaired."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from random import Random
from typing import Any, Final

import pytest
from attrs import evolve
from tests.drivers.shopee.samples import SHOP as SHOPEE_SHOP
from tests.drivers.shopee.test_conformance import SANDBOX as SHOPEE
from tests.drivers.tmall.samples import SHOP as TMALL_SHOP
from tests.drivers.tmall.test_conformance import SANDBOX as TMALL
from tests.engine.bench import Bench as PlainBench
from tests.engine.bench import item as plain_item
from tests.engine.bench import profile
from tests.testing.plain_samples import SHOP as PLAIN_SHOP
from tests.testing.test_plain_conformance import emulated

import storesync.driver as sd
from storesync.drivers.shopee import DRIVER as SHOPEE_DRIVER
from storesync.drivers.tmall import DRIVER as TMALL_DRIVER
from storesync.engine.owned import check_owned
from storesync.errors import ConfigError
from storesync.model import Channel
from storesync.sandbox.plain import Manners
from storesync.testing import Item
from storesync.testing.emulated import Bench
from storesync.testing.plain import plain_driver

LISTINGS, EDITED = 400, 0.05
SHOPS: Final = {
    "plain": (plain_driver(lag=1.0), PLAIN_SHOP, emulated(Manners())),
    "tmall": (TMALL_DRIVER, TMALL_SHOP, TMALL),
    "shopee": (SHOPEE_DRIVER, SHOPEE_SHOP, SHOPEE),
}
# What a hand may change in each of these shops, and under which name the seller may own it.
KINDS: Final = {
    "title": "title", "price": "prices", "stock": "stock", "status": "shown", "content": "", "deleted": "",
    "variant removed": "", "variant added": "",
}  # fmt: skip
WHAT: Final = {"title": "title", "status": "on sale", "deleted": "listing"}
SHOWN: Final = ("title", "price", "stock", "status", "content")
OWN: Final = "BY-HAND"


def product(number: int) -> Item:
    """One of the catalog's."""
    key = f"P{number:03}"
    offers = {f"{key}-{n}": (Decimal(100 + number + n), 5 + n) for n in range(1, 3)}
    return Item(key=key, title=f"title of {key}", offers=offers)


def edit(bench: Bench, name: str, key: str, kind: str, rng: Random) -> tuple[str, str]:
    """A seller changes one thing of a listing by hand; what must be found."""
    (listing,) = bench.truth.alive(key)
    sku = rng.choice(list(bench.items[key].offers))
    match kind:
        case "title":
            bench.truth.edit(listing.id, title=f"by hand {rng.randint(1, 99)}")
        case "price":
            bench.truth.edit(listing.id, sku=sku, price=Decimal(rng.randint(300, 400)))
        case "stock":
            bench.truth.edit(listing.id, sku=sku, stock=rng.randint(50, 99))
        case "status":
            bench.truth.edit(listing.id, status="hidden")
        case "content":
            listing.content["text" if name == "plain" else "description"] = "written by hand, long enough"
            bench.truth.edit(listing.id)
        case "deleted":
            bench.truth.edit(listing.id, status="deleted")
        case "variant removed":
            del listing.skus[next(id_ for id_, one in listing.skus.items() if one.code == sku)]
        case "variant added":
            some = next(iter(listing.skus.values()))
            id_ = bench.truth.next_sku()
            listing.skus[id_] = evolve(some, id=id_, code=OWN)
    if kind.startswith("variant"):
        return key, f"{sku if kind == 'variant removed' else OWN} variant"
    if kind == "content":
        return key, "content" if name == "plain" else "description"
    return key, WHAT.get(kind) or f"{sku} {kind}"


def shown(bench: Bench, key: str) -> Mapping[str, Any]:
    """What buyers see of a listing, by kind of hand edit."""
    (listing,) = bench.truth.alive(key)
    return {
        "title": listing.title,
        "price": {sku.code: sku.price for sku in listing.skus.values() if sku.code != OWN},
        "stock": {sku.code: sku.stock for sku in listing.skus.values() if sku.code != OWN},
        "status": listing.status,
        "content": listing.content.get("text", listing.content.get("description")),
    }


def settled(bench: Bench) -> Iterator[str]:
    """Look and repair until nothing is left; what still differs then."""
    for _ in range(3):
        bench.observe()
        bench.sync()
    yield from (str(one) for one in bench.observe())
    yield from (f"{one.kind.value} {one.key}" for one in bench.sync().outcomes)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SHOPS)
def test_every_hand_edit_is_found_and_what_the_seller_owns_is_kept(name: str, seed: int) -> None:
    """5 % random edits in a shop of 400: all are found, the owned ones survive updates of everything around them.

    A deleted listing comes back, and a removed variant; one that the seller added is told once, and stays.
    """
    driver, shop, market = SHOPS[name]
    rng = Random(f"{name} {seed}")
    kinds = [kind for kind in KINDS if name != "tmall" or kind != "content"]
    may = [KINDS[kind] for kind in kinds if KINDS[kind]]
    owned = tuple(rng.sample(may, rng.randint(1, len(may) - 1)))
    with Bench(driver, shop, market, seed=seed, owned=owned) as bench:
        bench.put(*(product(n) for n in range(LISTINGS)))
        bench.sync()
        assert [] == bench.observe()
        first = {key: shown(bench, key) for key in bench.items}

        chosen = rng.sample(sorted(bench.items), round(LISTINGS * EDITED))
        edits = {key: kinds[n % len(kinds)] for n, key in enumerate(chosen)}
        expected = {edit(bench, name, key, kind, rng) for key, kind in edits.items()}
        by_hand = {key: shown(bench, key)[kind] for key, kind in edits.items() if kind in SHOWN}
        found = bench.observe()

        assert expected == {(one.key, one.what) for one in found}
        assert {key for key, kind in edits.items() if KINDS[kind] in owned or kind == "variant added"} == {
            one.key for one in found if one.by == "kept"
        }

        # The merchant changes everything: each document, price and stock goes out anew.
        for item in list(bench.items.values()):
            offers = {sku: (price + 7, stock + 1) for sku, (price, stock) in item.offers.items()}
            bench.put(evolve(item, title=f"new {item.title}", offers=offers))
        bench.sync()

        assert [] == list(settled(bench))
        for key, item in bench.items.items():
            now = shown(bench, key)
            wanted = {
                "title": item.title,
                "price": {sku: price for sku, (price, _) in item.offers.items()},
                "stock": {sku: stock for sku, (_, stock) in item.offers.items()},
                "status": "live",
                "content": first[key]["content"],
            }
            # What was deleted was made anew, as it is wanted now.
            if edits.get(key) in ("deleted", "variant removed"):
                assert wanted["price"].keys() == now["price"].keys(), key
            if edits.get(key) == "deleted":
                assert wanted == now, key
                continue
            (listing,) = bench.truth.alive(key)
            assert (edits.get(key) == "variant added") == (OWN in {one.code for one in listing.skus.values()})
            for kind in kinds:
                if kind not in SHOWN or (edits.get(key) == "variant removed" and kind in ("price", "stock")):
                    continue
                kept = KINDS[kind] in owned
                by_whom = by_hand[key] if kept and edits.get(key) == kind else first[key][kind]
                assert (by_whom if kept else wanted[kind]) == now[kind], (key, kind)


def owning(*fields: str) -> PlainBench:
    """A shop of one listing whose seller keeps these fields."""
    bench = PlainBench.opened(plain_item("A"))
    bench.sync()
    bench.channel.channel = evolve(bench.channel.channel, owned_by_seller=fields)
    return bench


def test_a_title_changed_after_the_last_look_is_not_overwritten() -> None:
    """Nobody observed: the update looks before it sends the whole document."""
    bench = owning("title")
    (listing,) = bench.truth.alive()
    bench.truth.edit(listing.id, title="by hand")
    bench.put(
        evolve(plain_item("A"), title="ours", offers={"A-0": (Decimal(100), 5), "A-1": (Decimal(9), 1)})
    )
    bench.sync()

    assert "by hand" == listing.title
    assert {"A-0", "A-1"} == {sku.code for sku in listing.skus.values()}
    assert 0 == len(bench.plan())


def test_what_is_no_longer_owned_is_ours_again() -> None:
    """The configuration says who keeps the title, from the next plan on."""
    bench = owning("title")
    (listing,) = bench.truth.alive()
    bench.truth.edit(listing.id, title="by hand")
    bench.observe()
    bench.plan()
    bench.channel.channel = evolve(bench.channel.channel, owned_by_seller=())
    bench.sync()

    assert "title of A" == listing.title


def test_who_changed_what_is_told_three_ways() -> None:
    """Theirs, both and ours are told apart by what was acknowledged."""
    bench = PlainBench.opened(*(plain_item(key) for key in "ABC"))
    bench.sync()
    by_key = {one.key: one.id for one in bench.truth.alive()}
    bench.truth.edit(by_key["A"], title="by hand")
    bench.truth.edit(by_key["B"], stock=77)
    bench.put(plain_item("B", stock=6), plain_item("C", stock=6))
    bench.plan()

    assert [
        "A title: acknowledged 'title of A', the market shows 'by hand'",
        "B B-0 stock: acknowledged 5, the market shows 77, 6 is wanted by now",
        "C C-0 stock: the market shows 5, 6 is to be sent",
    ] == bench.observe()


def test_a_market_with_its_own_words_is_not_fought_with_for_ever() -> None:
    """It shows our title in its own way: sent once more, then accepted as its own words; a hand is seen still."""
    usual = plain_driver()
    assert usual.observe is not None

    def shouting(shop: sd.Shop, refs: Any) -> sd.Flow[Mapping[str, sd.Observed]]:
        seen = yield from usual.observe(shop, refs)  # type: ignore[misc]  # it is there
        return {
            id_: evolve(one, texts={"title": one.texts["title"].upper()}, version="")
            for id_, one in seen.items()
        }

    bench = PlainBench.opened(plain_item("A"), driver=evolve(usual, observe=shouting))
    bench.sync()
    assert ["A title: acknowledged 'title of A', the market shows 'TITLE OF A'"] == bench.observe()
    bench.sync()
    writes = bench.truth.writes()
    for _ in range(3):
        assert [] == bench.observe()
        bench.sync()
    assert writes == bench.truth.writes()

    (listing,) = bench.truth.alive()
    bench.truth.edit(listing.id, title="by hand")

    assert ["A title: acknowledged 'title of A', the market shows 'BY HAND'"] == bench.observe()
    bench.sync()
    assert "title of A" == listing.title


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", SHOPS)
def test_a_seller_who_insists_is_found_each_time(name: str, seed: int) -> None:
    """He types the same again after it was repaired, and nobody looked in between: told and repaired again."""
    driver, shop, market = SHOPS[name]
    rng = Random(f"insists {name} {seed}")
    with Bench(driver, shop, market, seed=seed) as bench:
        bench.put(*(product(n) for n in range(5)))
        bench.sync()
        kinds = ("title",) if name == "tmall" else ("title", "content")
        typed = {key: rng.choice(kinds) for key in rng.sample(sorted(bench.items), 3)}
        for _ in range(rng.randint(2, 4)):
            if rng.random() < 0.5:
                bench.observe()
            told = {edit(bench, name, key, kind, Random(f"{key} {seed}")) for key, kind in typed.items()}
            if rng.random() < 0.5:
                item = bench.items[rng.choice(sorted(typed))]
                offers = {sku: (price, stock + 1) for sku, (price, stock) in item.offers.items()}
                bench.put(evolve(item, offers=offers))
                bench.sync()

            assert told == {(one.key, one.what) for one in bench.observe() if one.by != "ours"}
            bench.sync()
            for key, item in bench.items.items():
                assert item.title == shown(bench, key)["title"]
                assert "written by hand, long enough" != shown(bench, key)["content"]
        assert [] == list(settled(bench))


@pytest.mark.parametrize("decides", [True, False])
def test_a_market_that_decides_later_gets_the_third_word(decides: bool) -> None:
    """It rewords, or its seller types the same during each review: told apart by nobody, and repaired three times."""
    manners = evolve(profile(), review=300.0, rewords=not decides)
    bench = PlainBench.opened(plain_item("A"), manners=manners)
    theirs, repaired = "by hand" if decides else "TITLE OF A", 0

    def reviewed() -> None:
        bench.sync()
        bench.world.loop.skip(301.0)
        (listing,) = bench.truth.alive()
        if decides:
            bench.truth.edit(listing.id, title="by hand")
        bench.sync()

    reviewed()
    for _ in range(6):
        found = bench.observe()
        repaired += bool(found)
        assert found in ([], [f"A title: acknowledged 'title of A', the market shows {theirs!r}"])
        reviewed()

    assert 3 == repaired


def test_variants_removed_by_hand_come_back_and_the_sellers_own_stay() -> None:
    """What the seller added is none of ours; what was taken away is missed."""
    bench = PlainBench.opened(plain_item("A", variants=2))
    bench.sync()
    (listing,) = bench.truth.alive()
    gone = next(id_ for id_, sku in listing.skus.items() if sku.code == "A-1")
    del listing.skus[gone]
    other = next(iter(listing.skus.values()))
    listing.skus[99] = evolve(other, id=99, code="OWN")

    assert [
        "A A-1 variant: acknowledged there, the market shows gone",
        "A OWN variant: the seller added it; it stays",
    ] == bench.observe()
    bench.sync()
    assert {"A-0", "A-1", "OWN"} == {sku.code for sku in listing.skus.values()}
    assert [] == bench.observe()
    assert 0 == len(bench.plan())


@pytest.mark.parametrize("field", ["titel", "images", "description"])
def test_a_field_that_cannot_be_left_alone_is_refused(field: str) -> None:
    """A promise that this driver cannot keep is no promise."""
    channel = Channel(name="c", driver="plain", markets=(), owned_by_seller=(field,))

    with pytest.raises(
        ConfigError, match=f"names '{field}', which driver 'plain' cannot leave to the seller"
    ):
        check_owned(channel, plain_driver().spec)


def test_a_price_is_told_with_its_currencys_digits() -> None:
    """However the market writes it: nobody reads 12.5000 CNY for a price."""
    bench = PlainBench.opened(plain_item("A"))
    bench.sync()
    bench.truth.edit(bench.truth.alive("A")[0].id, price=Decimal("12.5000"))

    assert ["A A-0 price: acknowledged 100.00 CNY, the market shows 12.50 CNY"] == bench.observe()
