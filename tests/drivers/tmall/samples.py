"""One invented category and the listing, offers and answers that the tests of this folder share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import evolve

import storesync.driver as sd
from storesync.drivers.tmall import DRIVER, Shop
from storesync.testing import drive

RULES = (Path(__file__).parent / "rules.xml").read_text(encoding="utf-8")
UPDATE_RULES = (Path(__file__).parent / "update_rules.xml").read_text(encoding="utf-8")
ITEM = "9007199254740993001"  # beyond 2^53, as on the platform
SHOP = Shop(channel="tmall-cn", markets=(sd.Market("CN", ("zh-Hans",), "CNY"),))
MAIN, DETAIL = "a" * 64, "b" * 64
TOKEN = "0" * 32
SIZES = {
    "30": sd.Choice("30ml", "60002011"),
    "50": sd.Choice("50ml", "60002015"),
    "80": sd.Choice("80ml", "60002016"),
}


def category() -> sd.Category:
    """The category as the driver reads it from the rule document."""
    answer = {"tmall_item_add_schema_get_response": {"add_item_result": RULES}}
    _, result = drive(DRIVER.category(SHOP, sd.CategoryKey("50011980")), answer)
    return result


CATEGORY = category()


def listing(*sizes: str, **changes: Any) -> sd.Listing:
    """A serum in the given sizes (30 and 50 ml), changed as named."""
    sizes = sizes or ("30", "50")
    whole = sd.Listing(
        key="GW-SERUM",
        category=CATEGORY,
        texts={"zh-Hans": sd.Copy("江原道 保湿精华", "温和保湿 <天然>\n\n适合干性肤质 & 敏感肌")},
        brand=sd.Choice("江原道", "90000001"),
        variants=[
            sd.Variant(f"GW-SERUM-{size}", {"volume": size}, gtin=f"29970000{size}017") for size in sizes
        ],
        axes=[sd.Axis("volume", "容量", "prop_50000101", SIZES)],
        images=[sd.Image(MAIN, "main"), sd.Image(DETAIL, "detail")],
        attributes={
            "prop_21299": (sd.Choice("韩国", "72000001"),),
            "prop_30000001": (sd.Choice("30", unit="ml"),),
            "prop_30000003": (sd.Choice("保湿", "70000001"), sd.Choice("舒缓", "70000002")),
            "food_security.period": (sd.Choice("36个月"),),
        },
        hs="3304.99",
    )
    return evolve(whole, **changes)


def single(**changes: Any) -> sd.Listing:
    """A product with one variant and no options."""
    return listing(**{"variants": (sd.Variant("GW-SERUM-30"),), "axes": (), **changes})


def offer(size: str, price: str, stock: int) -> sd.Offer:
    """One variant's offer in yuan."""
    return sd.Offer(f"GW-SERUM-{size}", {"CN": sd.Price(sd.Money(price, "CNY"))}, stock)


def offers(*rows: sd.Offer) -> dict[str, sd.Offer]:
    """Offers by SKU."""
    return {row.sku: row for row in rows}


OFFERS = offers(offer("30", "219", 240), offer("50", "315.5", 180), offer("80", "1009.9", 7))
REF = sd.Ref(ITEM, {"GW-SERUM-30": "9107199254740993001", "GW-SERUM-50": "9107199254740993002"})

ADDED = {"tmall_item_schema_add_response": {"add_item_result": ITEM, "gmt_create": "2026-07-01 09:30:05"}}
UPDATE_SCHEMA = {"tmall_item_increment_update_schema_get_response": {"update_item_result": UPDATE_RULES}}
UPDATED = {"tmall_item_schema_increment_update_response": {"update_item_result": ITEM}}


def skus(ids: dict[str, str]) -> dict[str, Any]:
    """What taobao.item.skus.get answers."""
    rows = [{"sku_id": int(id_), "outer_id": sku} for sku, id_ in ids.items()]
    return {"item_skus_get_response": {"skus": {"sku": rows}}}


SKUS = skus(dict(REF.skus))


def seen(*, item: str = ITEM, code: str = "GW-SERUM", status: str = "onsale") -> dict[str, Any]:
    """One item with its SKUs as the queries answer it."""
    return {
        "num_iid": int(item),
        "outer_id": code,
        "title": "江原道 保湿精华",
        "price": "219.00",
        "num": 420,
        "approve_status": status,
        "modified": "2026-07-01 09:30:05",
        "skus": {
            "sku": [
                {"sku_id": int(id_), "outer_id": sku, "price": "219.00", "quantity": 240}
                for sku, id_ in REF.skus.items()
            ]
        },
    }


def new(of: sd.Listing | None = None, *, found: sd.Ref | None = None) -> sd.New:
    """The listing as the engine hands it to `create`."""
    return sd.New("GW-SERUM", DRIVER.render(SHOP, of or listing()), OFFERS, TOKEN, found)


def change(
    before: sd.Listing | None,
    after: sd.Listing,
    *,
    ref: sd.Ref = REF,
    added: Sequence[str] = (),
    removed: Sequence[str] = (),
) -> sd.Change:
    """A change as the engine hands it to `update`."""
    old = None if before is None else DRIVER.render(SHOP, before)
    return sd.Change(
        "GW-SERUM", ref, old, DRIVER.render(SHOP, after), OFFERS, added=tuple(added), removed=tuple(removed)
    )
