"""The published kit, applied to Tmall: recorded answers, and whole runs against the emulated gateway."""

from typing import Any

from tests.drivers.tmall.samples import (
    ADDED,
    ITEM,
    MAIN,
    OFFERS,
    REF,
    RULES,
    SHOP,
    SKUS,
    UPDATE_SCHEMA,
    UPDATED,
    change,
    listing,
    new,
    seen,
    single,
    skus,
)

import storesync.driver as sd
from storesync.drivers.tmall import DRIVER, Account
from storesync.sandbox import market_tmall
from storesync.sandbox.tmall import APP_KEY, HOST, SECRET, SESSION
from storesync.testing import IMAGE, Emulated, Item, Sample, conformance

CHANGES = tuple(sd.OfferChange(REF, OFFERS[sku]) for sku in REF.skus)
WHOLE = {**REF.skus, "GW-SERUM-80": "9107199254740993003"}
ALONE = sd.Ref(ITEM, {"GW-SERUM-30": ITEM})
REFUSED = {
    "error_response": {"code": 15, "sub_code": "isv.invalid-permission:add-xinpin", "sub_msg": "没有新品权限"}
}
GONE = {"error_response": {"code": 15, "sub_code": "isv.item-is-delete:invalid-numIid"}}
DONE = dict.fromkeys(REF.skus, sd.DONE)


def answer(method: str, **result: Any) -> dict[str, Any]:
    """An answer of this method in TOP's envelope."""
    return {f"{method}_response": result}


def items(*rows: Any) -> dict[str, Any]:
    """Rows in TOP's wrappers."""
    return {"item": list(rows)}


SAMPLES = (
    Sample(
        part="category",
        args=(sd.CategoryKey("50011980"),),
        answers=(answer("tmall_item_add_schema_get", add_item_result=RULES),),
        result=lambda category: category.id == "50011980" and "prop_50000101" in category.axes,
    ),
    Sample(part="create", args=(new(),), answers=(ADDED, SKUS), result=sd.Receipt(REF)),
    Sample(part="create", name="single", args=(new(single()),), answers=(ADDED,), result=sd.Receipt(ALONE)),
    Sample(part="create", name="found", args=(new(found=REF),), result=sd.Receipt(REF)),
    Sample(
        part="create", name="half", args=(new(found=sd.Ref(ITEM)),), answers=(SKUS,), result=sd.Receipt(REF)
    ),
    Sample(
        part="create",
        name="half, a SKU missing",
        args=(new(listing("30", "80"), found=sd.Ref(ITEM)),),
        answers=(skus({"GW-SERUM-30": "1"}), UPDATE_SCHEMA, UPDATED, skus(WHOLE)),
        result=lambda receipt: {"GW-SERUM-30", "GW-SERUM-80"} == set(receipt.ref.skus),
    ),
    Sample(part="create", name="no new arrival", args=(new(),), answers=(REFUSED, ADDED, SKUS)),
    Sample(
        part="update",
        args=(change(listing(), listing(texts={"zh-Hans": sd.Copy("新标题", "温和保湿")})),),
        answers=(UPDATE_SCHEMA, UPDATED),
        result=sd.Receipt(REF),
    ),
    Sample(
        part="update",
        name="a variant more",
        args=(change(listing(), listing("30", "50", "80"), added=["GW-SERUM-80"]),),
        answers=(UPDATE_SCHEMA, UPDATED, skus(WHOLE)),
        result=lambda receipt: receipt.ref == sd.Ref(ITEM, WHOLE),
    ),
    Sample(
        part="update",
        name="from an unknown half",
        args=(change(None, listing()),),
        answers=(UPDATE_SCHEMA, UPDATED, SKUS),
        result=lambda receipt: receipt.ref == REF,
    ),
    Sample(
        part="prices",
        args=(CHANGES,),
        answers=(answer("tmall_item_price_update", price_update_result=ITEM),),
        result=DONE,
    ),
    Sample(
        part="stock",
        args=(CHANGES,),
        answers=(answer("tmall_item_quantity_update", quantity_update_result=ITEM),),
        result=DONE,
    ),
    Sample(
        part="upload",
        args=(sd.Media(MAIN, "image/png", 1),),
        answers=(answer("picture_upload", picture={"picture_path": "https://img/x.jpg"}),),
        result="https://img/x.jpg",
    ),
    Sample(
        part="show",
        args=(REF,),
        answers=(answer("alibaba_item_operate_upshelf", result="success"),),
        result=sd.Receipt(REF),
    ),
    Sample(
        part="hide",
        args=(REF,),
        answers=(answer("alibaba_item_operate_downshelf", result="success"),),
        result=sd.Receipt(REF, sd.Status.HIDDEN),
    ),
    Sample(
        part="end",
        args=(REF,),
        answers=(answer("alibaba_item_operate_delete", result="success"),),
        result=sd.Receipt(REF, sd.Status.ENDED),
    ),
    Sample(
        part="end", name="gone already", args=(REF,), answers=(GONE,), result=sd.Receipt(REF, sd.Status.ENDED)
    ),
    Sample(
        part="find",
        args=(sd.Sought("GW-SERUM", tuple(REF.skus)),),
        answers=(answer("items_custom_get", items=items(seen(), seen(item="8", code="gw-serum"))),),
        result=(REF,),
    ),
    Sample(
        part="observe",
        args=((REF, sd.Ref("8", {"X": "8"})),),
        answers=(answer("items_seller_list_get", items=items(seen(), seen(item="8"))),),
        result=lambda found: {ITEM, "8"} == set(found) and found[ITEM].status is sd.Status.LIVE,
    ),
    Sample(
        part="discover",
        answers=(answer("user_seller_get", user={"user_id": 700123456, "type": "B"}),),
        result=lambda found: found.seller == "700123456",
    ),
    Sample(
        part="listings",
        args=("onsale 2 ",),
        answers=(answer("items_onsale_get", total_results=9_000, items=items(seen())),),
        result=lambda page: page.next == "onsale 3 " and "GW-SERUM" == page.seen[0][0],
    ),
)


def listed(item: Item, category: sd.Category) -> sd.Listing:
    """An item of the kit in an invented category, with what the category demands."""
    asked = {one.id: one for one in category.attributes.values() if one.required}
    attributes = {
        id_: (sd.Choice(*next(iter([(text, value) for value, text in one.choices.items()]), ("30ml", ""))),)
        for id_, one in asked.items()
    }
    axis_id, axis = next(iter(category.axes.items()))
    values = list(axis.choices.items())
    options = {sku: values[int(sku.rpartition("-")[2])] for sku in item.offers}
    brand_id, brand = next(iter(category.brands.items()))
    return sd.Listing(
        key=item.key,
        category=category,
        texts={"zh-Hans": sd.Copy(item.title, "一个很长的说明")},
        brand=sd.Choice(brand, brand_id),
        variants=[sd.Variant(sku, {"axis": value}) for sku, (value, _) in options.items()],
        axes=[
            sd.Axis(
                "axis",
                axis.name,
                axis_id,
                {value: sd.Choice(text, value) for value, text in options.values()},
            )
        ],
        images=[IMAGE],
        attributes=attributes,
    )


SANDBOX = Emulated(
    market=lambda now: market_tmall(now, search_lag=2.0),
    host=HOST,
    account=Account(app_key=APP_KEY, secret=SECRET, session=SESSION),
    listing=listed,
    category="50200002",
)

test_tmall = conformance.suite(
    DRIVER,
    shop=SHOP,
    account=Account(app_key="12345678", secret="made-up-secret", session="made-up-session"),
    samples=SAMPLES,
    sandbox=SANDBOX,
)
