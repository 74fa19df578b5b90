"""What a seller added to an item on Shopee himself: it stays as he left it, or our change waits and says why."""

from decimal import Decimal

import pytest
from attrs import evolve
from tests.drivers.shopee.samples import (
    DRIVER,
    SHOP,
    Emulated,
    change,
    content,
    listing,
    models,
    new,
    offer,
    offers,
    sku,
    variant,
)
from tests.drivers.shopee.test_listing import WAYS, made

import storesync.driver as sd
from storesync.sandbox.records import Sku

OWN = "OWN"
KEPT = [way for way, (before, after) in WAYS.items() if len(before.variants) > 1 and before.axes]
KEPT = [way for way in KEPT if len(WAYS[way][0].axes) == len(WAYS[way][1].axes)]


def add_by_hand(shop: Emulated, ref: sd.Ref, *options: str, code: str = OWN, first: bool = False) -> Sku:
    """The seller adds a model at these options, which the item has already or gets at the front or at the end."""
    item = shop.market.listings[int(ref.listing)]
    for position, name in enumerate(options):
        listed = item.content["tiers"][position]["variation_option_list"]
        if name not in [option["variation_option_name"] for option in listed]:
            listed.insert(
                0 if first else len(listed), {"variation_option_id": 0, "variation_option_name": name}
            )
    for unit in item.skus.values():
        unit.more["tier"] = _cell(item.content["tiers"], unit.options)
    cell = _cell(item.content["tiers"], options)
    own = Sku(
        id=shop.market.next_sku(),
        code=code,
        price=Decimal(350_000),
        stock=4,
        options=options,
        more={"tier": cell},
    )
    shop.market.vary(item.id, added=own)
    return own


def _cell(tiers: list[dict[str, list[dict[str, str]]]], options: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(
        [option["variation_option_name"] for option in tier["variation_option_list"]].index(name)
        for tier, name in zip(tiers, options, strict=True)
    )


@pytest.mark.parametrize("first", [True, False], ids=["before ours", "behind ours"])
@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize("code", [OWN, ""], ids=["with a code", "without one"])
@pytest.mark.parametrize("way", KEPT)
def test_a_model_of_the_seller_stays_as_he_left_it(way: str, code: str, known: bool, first: bool) -> None:
    """Wherever ours go: same id, same option, same price and stock; ours are as wanted."""
    shop = Emulated.made()
    before, after = WAYS[way]
    ref, picture = made(shop, before)
    options = ("100ml", "Đỏ")[: len(before.axes)]
    own = add_by_hand(shop, ref, *options, code=code, first=first)
    receipt = shop.run(DRIVER.update(SHOP, change(before if known else None, after, ref, picture)))
    shown = models(shop, receipt.ref)
    texts = {axis.code: axis.choices for axis in after.axes}
    wanted = {
        one.sku: tuple(texts[axis.code][one.options[axis.code]].text for axis in after.axes)
        for one in after.variants
    }

    assert own is shop.market.listings[int(ref.listing)].skus[own.id]
    assert (options, Decimal(350_000), 4) == shown.pop(code)
    assert wanted == {one: cell for one, (cell, _, _) in shown.items()}
    assert set(wanted) == set(receipt.ref.skus)
    shop.calls.clear()
    again = evolve(change(after, after, receipt.ref, picture), added=("nothing",))
    shop.run(DRIVER.update(SHOP, again))
    assert ["get_model_list"] == shop.calls


def test_a_model_of_the_seller_survives_a_half_that_is_finished() -> None:
    """He was there before the second step was sent again."""
    shop = Emulated.made()
    ref, picture = made(shop, listing())
    add_by_hand(shop, ref, "100ml")
    shop.market.vary(int(ref.listing), removed=sku("50"))
    found = evolve(ref, skus={sku("30"): ref.skus[sku("30")]})
    shop.run(DRIVER.create(SHOP, new(listing(), picture, found=found)))

    assert {sku("30"), sku("50"), OWN} == set(models(shop, ref))


def test_an_item_that_the_seller_divided_himself_takes_ours_beside_his() -> None:
    """It was sold as a whole; he gave it an option of his own."""
    shop = Emulated.made()
    ref, picture = made(shop, listing(variant("30")))
    item = shop.market.listings[int(ref.listing)]
    item.content["tiers"] = content(listing(), picture)["tiers"][:1]
    item.content["tiers"][0]["variation_option_list"] = []
    add_by_hand(shop, ref, "100ml")
    receipt = shop.run(DRIVER.update(SHOP, change(None, listing(variant("30")), ref, picture)))

    assert {sku("30"): ("30ml",), OWN: ("100ml",)} == {
        one: cell for one, (cell, _, _) in models(shop, ref).items()
    }
    assert {sku("30"): offers(listing())[sku("30")]} == receipt.offers


def _crowded() -> sd.Listing:
    choices = {str(n): sd.Choice(f"{n}ml") for n in range(50)}
    base = listing()
    axis = evolve(base.axes[0], choices=choices)
    return evolve(base, axes=(axis,), variants=[variant(str(n)) for n in range(50)])


@pytest.mark.parametrize(
    ("after", "options", "words"),
    [
        (
            listing(variant("30"), variant("50"), variant("80")),
            ("80ml",),
            f"variant that its seller added (OWN (80ml)) where {sku('80')} belongs: on Shopee, give it another option",
        ),
        (
            listing(variant("30", "red"), variant("50", "blue")),
            ("100ml",),
            "added (OWN (100ml)); Shopee would end them, for the product has 2 options now and the item 1: delete them",
        ),
        (
            _crowded(),
            ("100ml",),
            "added (OWN (100ml)) and no room for 50 of ours beside them: Shopee takes 50: delete some",
        ),
    ],
    ids=["in the way", "another number of tiers", "no room"],
)
def test_where_it_cannot_stay_our_change_waits_and_names_it(
    after: sd.Listing, options: tuple[str, ...], words: str
) -> None:
    """Nothing at all is sent, so that the next run looks whether the seller made room."""
    shop = Emulated.made()
    ref, picture = made(shop, listing())
    add_by_hand(shop, ref, *options)
    before = models(shop, ref)
    shop.calls.clear()
    after = evolve(after, texts={"vi": sd.Copy("Serum mới cho da khô", after.text.description)})
    asked = change(listing(), after, ref, picture)
    asked = evolve(asked, offers={code: offer(code, 300_000, 1) for code in asked.offers})
    with pytest.raises(sd.Postponed) as raised:
        shop.run(DRIVER.update(SHOP, asked))

    assert words in str(raised.value)
    assert "variants.own" == raised.value.issues[0].code
    assert ["get_model_list"] == shop.calls
    assert before == models(shop, ref)
    shop.market.vary(int(ref.listing), removed=OWN)
    receipt = shop.run(DRIVER.update(SHOP, asked))
    assert {one.sku for one in after.variants} == set(receipt.ref.skus)


def test_a_model_in_the_way_that_gets_our_code_is_taken_for_ours() -> None:
    """The way out that the message names: what the seller added early is the variant that we add."""
    shop = Emulated.made()
    ref, picture = made(shop, listing())
    own = add_by_hand(shop, ref, "80ml", code=sku("80"))
    after = listing(variant("30"), variant("50"), variant("80"))
    receipt = shop.run(DRIVER.update(SHOP, change(listing(), after, ref, picture)))

    assert str(own.id) == receipt.ref.skus[sku("80")]


@pytest.mark.parametrize("has", [True, False], ids=["his has one", "his has none"])
def test_pictures_of_options_stay_while_every_option_has_one(has: bool) -> None:
    """Shopee takes one for each or none: without one for his, ours are left out, and the receipt says so."""
    shop = Emulated.made()
    image = sd.Image("b" * 64, "main")
    ref, picture = made(shop, listing())
    add_by_hand(shop, ref, "100ml")
    item = shop.market.listings[int(ref.listing)]
    if has:
        item.content["tiers"][0]["variation_option_list"][-1]["image_id"] = picture
    pictured = listing(variant("30", images=[image]), variant("50", images=[image]))
    asked = change(listing(), pictured, ref, picture)
    text = sd.dumps(asked.after).replace(image.ref, picture)
    receipt = shop.run(DRIVER.update(SHOP, evolve(asked, after=sd.loads(text))))
    options = item.content["tiers"][0]["variation_option_list"]

    assert [picture if has else None] * 3 == [option.get("image_id") for option in options]
    assert (
        [] == [one.code for one in receipt.issues]
        if has
        else ["market.kept"] == [one.code for one in receipt.issues]
    )
    assert OWN in models(shop, ref)
