"""Every published signature vector, checked by the code that the emulated gates use."""

import pytest

from storesync.sandbox.shopee_gate import push_signature
from storesync.sandbox.shopee_gate import sign as shopee_sign
from storesync.sandbox.top_gate import sign as top_sign

V1 = {
    "method": "taobao.item.seller.get",
    "app_key": "12345678",
    "session": "test",
    "timestamp": "2016-01-01 12:00:00",
    "format": "json",
    "v": "2.0",
    "fields": "num_iid,title,nick,price,num",
    "num_iid": "11223344",
}
COMMON = {
    "app_key": "20260001",
    "session": "6100example0session",
    "timestamp": "2026-07-01 09:30:00",
    "format": "json",
    "v": "2.0",
    "sign_method": "md5",
}


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("md5", "66987CB115214E59E6EC978214934FB8"),
        ("hmac", "D56D7858309C31B6251083A874D48273"),
        ("hmac-sha256", "04DB15AD0774D5CFCE2C837DE43E3FCEA9011ED74F3038FB6AB5F3C4CEA119E8"),
    ],
)
def test_top_signs_the_documented_example(method: str, expected: str) -> None:
    """Vector V1 in its three digests."""
    assert expected == top_sign("helloworld", {**V1, "sign_method": method})


def test_top_signs_json_parameters() -> None:
    """Vector V2."""
    params = {
        **COMMON,
        "method": "tmall.item.quantity.update",
        "item_id": "700000000001",
        "options": '{"type":1}',
        "sku_quantities": '[{"outer_id":"GW-SERUM-30-A","quantity":120}]',
    }

    assert "1C9B2F8A724935B97CFF2E1D36B019E2" == top_sign("topsecret0001", params)


def test_top_signs_utf8_values_unescaped() -> None:
    """Vector V3; empty values and the sign itself do not count."""
    params = {
        **COMMON,
        "method": "taobao.items.custom.get",
        "outer_id": "강원-세럼,江原精华-01",
        "fields": "num_iid,title,outer_id",
        "sign": "anything",
        "empty": "",
    }

    assert "ABE8E8EEB41FA13A398295FB397AA634" == top_sign("topsecret0001", params)


def test_top_signs_nothing_by_an_unknown_method() -> None:
    """An unknown sign_method can never match."""
    assert "" == top_sign("helloworld", {**V1, "sign_method": "sha1"})


@pytest.mark.parametrize(
    ("path", "more", "expected"),
    [
        ("auth/token/get", (), "4aab364eef62ee1eeb7d72a4a47e7a9a7c75f38c985b4b1bf9366ac756af3998"),
        ("auth/access_token/get", (), "40692fb3f2ef817ad8fa04d9b16935a3562c7d2c2f20eec16de23a262ff62ae8"),
        ("media_space/upload_image", (), "567b75e6af999e14e5538693aef1860789d2df0c0eea273bd4a35578059b2c4a"),
        (
            "product/add_item",
            ("6d7341785a4e4f6b", "220011221"),
            "b45e97467855362ce3dc8e0db70acb170d01b99fac78e65281a1209c1d597e80",
        ),
        (
            "product/get_item_list",
            ("6d7341785a4e4f6b", "220011221"),
            "d34c99899e5ac03f9b7e5ce6c828c7328a0f8dff51130be64a6045b35b1cb404",
        ),
        (
            "global_product/get_global_item_list",
            ("6d7341785a4e4f6b", "1000777"),
            "24f9aa070af20904f2e67889ce34b4cfec0f854a652d72c59dcbb23048b55baa",
        ),
    ],
)
def test_shopee_signs_paths(path: str, more: tuple[str, ...], expected: str) -> None:
    """The Shopee table: public, shop and merchant kinds."""
    key = "a1b2c3d4e5f60718293a4b5c6d7e8f90"

    assert expected == shopee_sign(key, "2001234", f"/api/v2/{path}", "1767225600", *more)


def test_shopee_signs_pushes_over_the_raw_body() -> None:
    """The push vector."""
    body = (
        b'{"shop_id":220011221,"code":3,"timestamp":1767225600,'
        b'"data":{"ordersn":"260101ABCDEF12","status":"READY_TO_SHIP","update_time":1767225590}}'
    )
    signature = push_signature("a1b2c3d4e5f60718293a4b5c6d7e8f90", "https://hooks.example.com/shopee", body)

    assert "2517df988775d60bb680d893257a07856a4726344bef643e4bdd21032b23e5c7" == signature
