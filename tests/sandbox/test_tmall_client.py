"""The emulated Tmall as a raw httpx client meets it."""

import asyncio
from typing import Any

import httpx
from tests.sandbox.top_client import CATEGORY, PNG, Clock, request, serum

from storesync.sandbox.tmall import HOST, market_tmall
from storesync.sandbox.transport import SandboxTransport


def test_a_plain_client_lists_one_product_on_tmall() -> None:
    """Rules, picture, create, look-up by code, price, stock: the whole way over httpx."""
    clock = Clock()
    market, dialect = market_tmall(clock)

    async def run() -> list[dict[str, Any]]:
        transport = SandboxTransport({HOST: (market, dialect)}, sleep=clock.sleep, latency=0.05)
        async with httpx.AsyncClient(transport=transport) as client:

            async def ask(method: str, files: Any = None, **params: str) -> dict[str, Any]:
                response = await client.send(request(method, clock(), files, **params))
                return dict(response.json())

            rules = await ask("tmall.item.add.schema.get", **CATEGORY, type="b")
            picture = await ask(
                "taobao.picture.upload", {"img": ("a.png", PNG, "image/png")}, image_input_title="a.png"
            )
            address = picture["picture_upload_response"]["picture"]["picture_path"]
            added = await ask("tmall.item.schema.add", **CATEGORY, xml_data=serum(address))
            item = added["tmall_item_schema_add_response"]["add_item_result"]
            priced = await ask(
                "tmall.item.price.update",
                item_id=item,
                item_price="229.00",
                sku_prices='[{"outer_id":"SBG-001-30","price":"229.00"}]',
            )
            found = await ask("taobao.items.custom.get", outer_id="SBG-001", fields="num_iid,price,num,skus")
            return [rules, added, priced, found]

    rules, added, priced, found = asyncio.run(run())
    item = found["items_custom_get_response"]["items"]["item"][0]

    assert rules["tmall_item_add_schema_get_response"]["add_item_result"].startswith("<itemRule>")
    assert str(item["num_iid"]) == added["tmall_item_schema_add_response"]["add_item_result"]
    assert item["num_iid"] > 2**53
    assert {"num_iid", "price", "num", "skus"} == set(item)
    assert ("229.00", 420) == (item["price"], item["num"])
    assert ["229.00", "309.00"] == [sku["price"] for sku in item["skus"]["sku"]]
    assert "price_update_result" in priced["tmall_item_price_update_response"]
    assert 1 == market.counts()["live"]
    assert {} == market.duplicates()
