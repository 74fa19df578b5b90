"""Listings on the emulated shop: made in few calls, gone on with from any half, changed in place."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from attrs import evolve
from tests.drivers.shopee.samples import (
    DRIVER,
    SHOP,
    VOLUME,
    Emulated,
    change,
    content,
    listing,
    models,
    new,
    offers,
    sku,
    variant,
)

import storesync.driver as sd
from storesync.sandbox.behavior import Behavior
from storesync.sandbox.invented import table
from storesync.sandbox.shopee_gate import Terms
from storesync.testing import drive

SINGLE = variant("30")


def made(shop: Emulated, of: sd.Listing) -> tuple[sd.Ref, str]:
    """The listing made on this shop, and its picture."""
    picture = shop.picture()
    receipt = shop.run(DRIVER.create(SHOP, new(of, picture)))
    assert shop.calls
    return receipt.ref, picture


def test_a_listing_with_variants_is_hidden_until_it_is_whole() -> None:
    """add_item unlisted, then tiers and models with their offers, then on sale."""
    shop = Emulated.made()
    picture = shop.picture()
    shop.calls.clear()
    receipt = shop.run(DRIVER.create(SHOP, new(listing(), picture)))
    first, second, _ = shop.sent

    assert ["add_item", "init_tier_variation", "unlist_item"] == shop.calls
    assert ("UNLIST", sd.Effect.ONCE) == (first.body.value["item_status"], first.effect)
    assert sd.Effect.ONCE is second.effect
    assert sd.Status.LIVE is receipt.status
    assert {
        sku("30"): (("30ml",), Decimal(300_000), 10),
        sku("50"): (("50ml",), Decimal(400_000), 20),
    } == models(shop, receipt.ref)
    assert 1 == len(shop.market.live("GW"))


def test_one_variant_is_on_sale_with_one_call() -> None:
    """It has no tiers, and its SKU's id is the platform's word for no model."""
    shop = Emulated.made()
    ref, _ = made(shop, listing(SINGLE))
    item = shop.market.listings[int(ref.listing)]

    assert {sku("30"): "0"} == ref.skus
    assert {} == item.skus
    assert ("live", Decimal(300_000), 10) == (item.status, item.price, item.stock)


def test_a_new_item_that_is_not_known_yet_is_asked_again() -> None:
    """The second step waits as configured, then a second at a time, without making anything twice."""
    shop = Emulated.made(behavior=Behavior(extend_lag=4.0))
    picture = shop.picture()
    settled = evolve(SHOP, settle_seconds=2)
    shop.calls.clear()
    shop.run(DRIVER.create(settled, new(listing(), picture)))
    waits = [request.after for request in shop.sent if "init" in request.path]

    assert [2, 2.0] == waits
    assert 1 == shop.calls.count("add_item")
    assert 2 == len(shop.market.live("GW")[0].skus)


def test_an_item_that_stays_unknown_is_kept_as_a_half() -> None:
    """Postponed with the ref: the next run goes on from there."""
    shop = Emulated.made(behavior=Behavior(extend_lag=600.0))
    picture = shop.picture()
    with pytest.raises(sd.Postponed) as raised:
        shop.run(DRIVER.create(SHOP, new(listing(), picture)))

    (item,) = shop.market.alive("GW")
    assert str(item.id) == raised.value.ref.listing


@pytest.mark.parametrize(
    ("there", "calls"),
    [
        ("item", ["get_model_list", "init_tier_variation", "unlist_item"]),
        ("one model", ["get_model_list", "add_model", "unlist_item"]),
        (
            "other model",
            ["get_model_list", "delete_model", "update_tier_variation", "add_model", "unlist_item"],
        ),
        ("whole", ["unlist_item"]),
    ],
)
def test_create_goes_on_from_what_was_found(there: str, calls: Sequence[str]) -> None:
    """A half without models, with some of them, with one too many; a whole one is only shown."""
    shop = Emulated.made()
    halves = {
        "item": listing(SINGLE),
        "one model": listing(variant("30"), variant("50")),
        "other model": listing(variant("30"), variant("80")),
        "whole": listing(),
    }
    ref, picture = made(shop, halves[there])
    item = shop.market.listings[int(ref.listing)]
    if there == "one model":
        item.skus.popitem()
    found = evolve(ref, skus={unit.code: str(unit.id) for unit in item.skus.values()})
    receipt = shop.run(DRIVER.create(SHOP, new(listing(), picture, found=found)))

    assert list(calls) == shop.calls
    assert {sku("30"), sku("50")} == set(models(shop, receipt.ref))
    assert {unit.code: str(unit.id) for unit in item.skus.values()} == receipt.ref.skus
    assert 1 == len(shop.market.alive())


def test_an_answer_without_an_id_is_ambiguous() -> None:
    """Not refused, and no id: the item may well exist."""
    with pytest.raises(sd.Ambiguous):
        drive(DRIVER.create(SHOP, new(listing(), "p")), {"error": "", "response": {}})


def test_nothing_is_made_when_a_price_is_missing() -> None:
    """Before the first request, not after half of the work."""
    lacking = evolve(new(listing(), "p"), offers=offers(listing(SINGLE)))
    with pytest.raises(sd.Rejected, match=sku("50")):
        drive(DRIVER.create(SHOP, lacking))


def test_an_update_sends_what_differs_and_nothing_else() -> None:
    """A changed title is one field of update_item; price, stock and status are not touched."""
    shop = Emulated.made()
    before = listing()
    ref, picture = made(shop, before)
    after = evolve(before, texts={"vi": sd.Copy("Serum mới cho da khô", before.text.description)})
    shop.run(DRIVER.update(SHOP, change(before, after, ref, picture)))
    (request,) = shop.sent

    assert {"item_id", "item_name"} == set(request.body.value)
    assert "Serum mới cho da khô" == shop.market.listings[int(ref.listing)].title


def test_an_unchanged_listing_asks_nothing() -> None:
    """Neither a read nor a write."""
    requests, receipt = drive(
        DRIVER.update(SHOP, change(listing(), listing(), sd.Ref("1", {sku("30"): "2", sku("50"): "3"}), "p"))
    )

    assert [] == requests
    assert "1" == receipt.ref.listing


def test_an_update_from_an_unknown_state_sends_everything() -> None:
    """Item, tiers and what each model has besides its offer."""
    shop = Emulated.made()
    ref, picture = made(shop, listing())
    receipt = shop.run(DRIVER.update(SHOP, change(None, listing(), ref, picture)))

    assert ["get_model_list", "update_item", "update_tier_variation", "update_model"] == shop.calls
    assert ref.skus == receipt.ref.skus


def sizes(*volumes: str) -> sd.Axis:
    """The volume axis with these values in this order."""
    return evolve(VOLUME, choices={volume: sd.Choice(f"{volume}ml") for volume in volumes})


WAYS = {
    "added": (listing(), listing(variant("30"), variant("50"), variant("80"))),
    "removed": (listing(variant("30"), variant("50"), variant("80")), listing()),
    "reordered": (listing(), listing(variant("50"), variant("30"), axes=(sizes("50", "30"),))),
    "renamed option": (listing(), listing(axes=(evolve(VOLUME, name="Thể tích"),))),
    "all replaced": (listing(), listing(variant("80"), variant("30", code="OTHER"))),
    "all moved away": (listing(), listing(variant("80"), variant("10"), axes=(sizes("80", "10"),))),
    "one for another": (listing(SINGLE), listing(variant("30", code="OTHER"))),
    "one becomes two": (listing(SINGLE), listing()),
    "two become one": (listing(), listing(SINGLE)),
    "one axis more": (listing(), listing(variant("30", "red"), variant("50", "blue"))),
    "one axis less": (listing(variant("30", "red"), variant("50", "blue")), listing()),
    "two axes": (
        listing(variant("30", "red"), variant("50", "blue")),
        listing(variant("30", "blue"), variant("50", "blue"), variant("50", "red")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize("way", WAYS)
def test_variants_are_brought_to_what_is_wanted(way: str, known: bool) -> None:
    """From any structure to any other: right options, ids as the shop has them, offers for what is new."""
    shop = Emulated.made()
    before, after = WAYS[way]
    ref, picture = made(shop, before)
    shop.market.edit(int(ref.listing), price=Decimal(290_000), stock=1)
    receipt = shop.run(DRIVER.update(SHOP, change(before if known else None, after, ref, picture)))
    item = shop.market.listings[int(ref.listing)]
    texts = {axis.code: axis.choices for axis in after.axes}
    wanted = {
        one.sku: tuple(texts[axis.code][one.options[axis.code]].text for axis in after.axes)
        for one in after.variants
    }
    used = {text for cell in wanted.values() for text in cell}
    options = [
        [choice.text for choice in axis.choices.values() if choice.text in used] for axis in after.axes
    ]
    shown = models(shop, receipt.ref)
    tiers = [
        [option["variation_option_name"] for option in tier["variation_option_list"]]
        for tier in item.content.get("tiers", ())
    ]

    if not item.skus:
        (code,) = wanted
        (offer,) = offers(after).values()

        assert {code: "0"} == receipt.ref.skus
        assert (offer.price.sale.amount, offer.stock) == (item.price, item.stock)
        assert {code: offer} == receipt.offers
        return

    assert wanted == {code: options for code, (options, _, _) in shown.items()}
    assert {unit.code: str(unit.id) for unit in item.skus.values()} == receipt.ref.skus
    assert options == tiers
    assert 1 == len(shop.market.alive())
    for code, offer in receipt.offers.items():
        assert (offer.price.sale.amount, offer.stock) == shown[code][1:]
    assert set(wanted) - set(ref.skus) <= set(receipt.offers)
    assert all(
        receipt.ref.skus[code] == id_
        for code, id_ in ref.skus.items()
        if code in wanted and code not in receipt.offers
    )


def test_variants_cannot_be_taken_away_altogether() -> None:
    """A product whose last option is gone is refused with the way out, and what is live stays."""
    shop = Emulated.made()
    ref, picture = made(shop, listing())
    bare = listing(variant("30", code="GW"), axes=())
    with pytest.raises(sd.Rejected) as raised:
        shop.run(DRIVER.update(SHOP, change(listing(), bare, ref, picture)))

    assert "variants.undivided" == raised.value.issues[0].code
    assert 2 == len(models(shop, ref))


def test_a_model_that_an_earlier_try_deleted_is_no_refusal() -> None:
    """delete_model may be repeated: a refusal is believed only while the model is there."""
    shop = Emulated.made()
    before = listing(variant("30"), variant("50"), variant("80"))
    ref, picture = made(shop, before)
    flow = DRIVER.update(SHOP, change(before, listing(), ref, picture))
    item = shop.market.listings[int(ref.listing)]
    request = next(flow)
    while "delete_model" not in request.path:
        request = flow.send(shop._answer(request))
    del item.skus[int(ref.skus[sku("80")])]
    refused = shop._answer(request)
    asked = flow.throw(DRIVER.classify(request, refused))
    flow.send(shop._answer(asked))

    assert "get_model_list" in asked.path


def test_the_warehouse_is_named_where_the_shop_has_one() -> None:
    """Its location id goes with every stock, in creates as well."""
    shop = Emulated.made(terms=Terms(table=table(), warehouses=("VNZ",)))
    found = shop.shop()
    picture = shop.picture()
    receipt = shop.run(DRIVER.create(found, new(listing(), picture)))

    assert "VNZ" == found.location
    assert 10 == models(shop, receipt.ref)[sku("30")][2]


def test_pictures_stand_at_all_options_of_the_first_tier_or_at_none() -> None:
    """Shopee takes no half."""
    picture = sd.Image("b" * 64, "main")
    some = content(listing(variant("30", images=[picture]), variant("50")), "p")
    every = content(listing(variant("30", images=[picture]), variant("50", images=[picture])), "p")

    assert [False, False] == ["image_id" in one for one in some["tiers"][0]["variation_option_list"]]
    assert [picture.ref] * 2 == [one["image_id"] for one in every["tiers"][0]["variation_option_list"]]
