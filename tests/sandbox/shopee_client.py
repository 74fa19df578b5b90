"""A hand-written Shopee client for tests: signs by the notes, knows nothing of the drivers."""

import hashlib
import hmac
from typing import Any

import httpx
from tests.sandbox.top_client import PNG, Clock

from storesync.sandbox.core import Market
from storesync.sandbox.delivery import deliver
from storesync.sandbox.dialect import Answer, Call, Dialect
from storesync.sandbox.shopee import ACCESS_TOKEN, HOST, PARTNER_ID, PARTNER_KEY, SHOP

PUBLIC = ("auth/", "media_space/")


def request(
    name: str, clock: Clock, body: Any = None, *, access: str = ACCESS_TOKEN, **more: Any
) -> httpx.Request:
    """The signed HTTP request for a path below /api/v2/; a body or files make it a POST."""
    path = f"/api/v2/{name}"
    stamp = str(int(clock().timestamp()))
    params: dict[str, Any] = {"partner_id": PARTNER_ID, "timestamp": stamp}
    base = PARTNER_ID + path + stamp
    if not name.startswith(PUBLIC):
        params |= {"access_token": access, "shop_id": SHOP}
        base += access + SHOP
    params["sign"] = hmac.new(PARTNER_KEY.encode(), base.encode(), hashlib.sha256).hexdigest()
    files = more.pop("files", None)
    method = "GET" if body is None and files is None else "POST"
    return httpx.Request(method, f"https://{HOST}{path}", params=params | more, json=body, files=files)


class ShopeeClient:
    """Calls an emulated Shopee in the same process, without a transport."""

    def __init__(self, market: Market, dialect: Dialect, clock: Clock) -> None:
        self.market, self.dialect, self.clock = market, dialect, clock

    def raw(self, name: str, body: Any = None, **more: Any) -> Answer:
        """The bare answer of one call."""
        sent = request(name, self.clock, body, **more)
        call = Call(sent.method, sent.url.path, sent.url.query.decode(), sent.headers, sent.read())
        delivery = deliver(self.market, self.dialect, call)
        assert delivery.answer is not None
        return delivery.answer

    def __call__(self, name: str, body: Any = None, **more: Any) -> dict[str, Any]:
        """The answer as JSON, envelope and all."""
        return dict(httpx.Response(200, content=self.raw(name, body, **more).body).json())

    def upload(self, data: bytes = PNG) -> str:
        """An uploaded picture's id."""
        answer = self("media_space/upload_image", files={"image": ("a.png", data, "image/png")})
        return str(answer["response"]["image_info"]["image_id"])


def serum(image: str, /, **changes: Any) -> dict[str, Any]:
    """The body of add_item for a serum; a change replaces a field, none drops it."""
    body = {
        "item_name": "SEOLBITGAON Serum dưỡng ẩm sâm núi và axit hyaluronic",
        "description": "Serum kết hợp chiết xuất sâm núi, bổ sung độ ẩm cho da khô.",
        "item_sku": "SBG-001",
        "category_id": 300002,
        "original_price": 939000,
        "item_status": "UNLIST",
        "condition": "NEW",
        "weight": 0.12,
        "dimension": {"package_length": 7, "package_width": 4, "package_height": 9},
        "image": {"image_id_list": [image], "image_ratio": "1:1"},
        "brand": {"brand_id": 3100001, "original_brand_name": "SEOLBITGAON"},
        "attribute_list": [
            {"attribute_id": 100001, "attribute_value_list": [{"value_id": 1001}]},
            {"attribute_id": 100002, "attribute_value_list": [{"value_id": 1136}]},
            {"attribute_id": 100004, "attribute_value_list": [{"value_id": 1201}, {"value_id": 1205}]},
        ],
        "logistic_info": [{"logistic_id": 50021, "enabled": True, "is_free": False}],
        "seller_stock": [{"stock": 420}],
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def tiers(item: int, prices: tuple[Any, ...] = (939000, 1340000), **changes: Any) -> dict[str, Any]:
    """The body of init_tier_variation with one volume option per price."""
    options = [
        {"variation_option_id": 0, "variation_option_name": f"{i * 10 + 30}ml"} for i in range(len(prices))
    ]
    return {
        "item_id": item,
        "standardise_tier_variation": [
            {
                "variation_id": 0,
                "variation_group_id": 0,
                "variation_name": "Dung tích",
                "variation_option_list": options,
            }
        ],
        "model": [
            {
                "tier_index": [i],
                "original_price": price,
                "model_sku": f"SBG-001-{i}",
                "seller_stock": [{"stock": 10 + i}],
            }
            for i, price in enumerate(prices)
        ],
        **changes,
    }
