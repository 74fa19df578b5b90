"""Every published vector of the notes, and what a signed request carries."""

from datetime import UTC, datetime

import pytest

import storesync.driver as sd
from storesync.drivers.shopee import DRIVER, Account
from storesync.drivers.shopee.call import PUBLIC
from storesync.drivers.shopee.signature import push_signature, signature

KEY = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
PARTNER, STAMP, ACCESS, SHOP, MERCHANT = "2001234", "1767225600", "6d7341785a4e4f6b", "220011221", "1000777"
NOW = datetime.fromtimestamp(int(STAMP), UTC)
ACCOUNT = Account(
    partner_id=PARTNER, partner_key=KEY, shop_id=SHOP, access_token=ACCESS, refresh_token="r" * 16
)
PUSH_URL = "https://hooks.example.com/shopee"
PUSH = (
    b'{"shop_id":220011221,"code":3,"timestamp":1767225600,"data":{"ordersn":"260101ABCDEF12",'
    b'"status":"READY_TO_SHIP","update_time":1767225590}}'
)
PUSH_SIGN = "2517df988775d60bb680d893257a07856a4726344bef643e4bdd21032b23e5c7"


@pytest.mark.parametrize(
    ("path", "who", "expected"),
    [
        ("auth/token/get", (), "4aab364eef62ee1eeb7d72a4a47e7a9a7c75f38c985b4b1bf9366ac756af3998"),
        ("auth/access_token/get", (), "40692fb3f2ef817ad8fa04d9b16935a3562c7d2c2f20eec16de23a262ff62ae8"),
        ("media_space/upload_image", (), "567b75e6af999e14e5538693aef1860789d2df0c0eea273bd4a35578059b2c4a"),
        ("product/add_item", (SHOP,), "b45e97467855362ce3dc8e0db70acb170d01b99fac78e65281a1209c1d597e80"),
        (
            "product/get_item_list",
            (SHOP,),
            "d34c99899e5ac03f9b7e5ce6c828c7328a0f8dff51130be64a6045b35b1cb404",
        ),
        (
            "global_product/get_global_item_list",
            (MERCHANT,),
            "24f9aa070af20904f2e67889ce34b4cfec0f854a652d72c59dcbb23048b55baa",
        ),
    ],
)
def test_paths_are_signed_as_published(path: str, who: tuple[str, ...], expected: str) -> None:
    """The vectors of the notes: public, shop and merchant."""
    signed = signature(KEY, f"/api/v2/{path}", PARTNER, STAMP, *((ACCESS, *who) if who else ()))

    assert expected == signed


def test_a_shop_call_carries_token_and_shop() -> None:
    """Business parameters and the query of the path are not signed."""
    request = sd.get("/api/v2/product/get_item_list?item_status=NORMAL", params={"offset": "0"})
    signed = DRIVER.sign(request, ACCOUNT, NOW)

    assert {
        "offset": "0",
        "partner_id": PARTNER,
        "timestamp": STAMP,
        "access_token": ACCESS,
        "shop_id": SHOP,
        "sign": "d34c99899e5ac03f9b7e5ce6c828c7328a0f8dff51130be64a6045b35b1cb404",
    } == dict(signed.params)


def test_a_public_call_carries_no_token() -> None:
    """Not even where one is known."""
    request = sd.request("POST", "/api/v2/auth/access_token/get", json={}, auth=PUBLIC)
    signed = DRIVER.sign(request, ACCOUNT, NOW)

    assert {"partner_id", "timestamp", "sign"} == set(signed.params)
    assert "40692fb3f2ef817ad8fa04d9b16935a3562c7d2c2f20eec16de23a262ff62ae8" == signed.params["sign"]


def test_secrets_do_not_print() -> None:
    """Neither key nor tokens stand in the account's text."""
    shown = repr(ACCOUNT)

    assert not [secret for secret in (KEY, ACCESS, "r" * 16) if secret in shown]


@pytest.mark.parametrize("name", ["partner_id", "shop_id"])
def test_an_id_that_is_no_number_is_refused_by_name(name: str) -> None:
    """The message names the field and does not repeat the value."""
    values = {"partner_id": PARTNER, "shop_id": SHOP} | {name: "se-cret"}
    with pytest.raises(ValueError, match=name) as raised:
        Account(partner_key=KEY, access_token=ACCESS, refresh_token="r", **values)

    assert "se-cret" not in str(raised.value)


def push(body: bytes = PUSH, sign: str | None = None, url: str = PUSH_URL) -> sd.Push:
    """A push message as it arrives."""
    return sd.Push(
        url, {"authorization": push_signature(KEY, url, body) if sign is None else sign}, body, NOW
    )


def test_a_push_is_verified_by_its_published_signature() -> None:
    """The push vector of the notes, read as an event."""
    (event,) = DRIVER.event(push(sign=PUSH_SIGN), ACCOUNT)

    assert "order.changed" == event.kind
    assert "260101ABCDEF12" == event.data["ordersn"]


@pytest.mark.parametrize(
    "wrong",
    [
        push(sign=PUSH_SIGN.upper()),
        push(sign=""),
        push(sign="Грош"),
        push(PUSH + b" ", PUSH_SIGN),
        push(url=PUSH_URL + "/", sign=PUSH_SIGN),
    ],
)
def test_a_push_with_a_wrong_signature_is_refused(wrong: sd.Push) -> None:
    """Any other header, body or address."""
    with pytest.raises(sd.Rejected, match="not signed"):
        DRIVER.event(wrong, ACCOUNT)


def test_a_banned_item_is_told_in_our_words() -> None:
    """Code 6 names the listing; nested data come as JSON."""
    body = b'{"shop_id":220011221,"code":6,"data":{"item_id":30001423411,"violation":["x"],"none":null}}'
    (event,) = DRIVER.event(push(body), ACCOUNT)

    assert ("listing.banned", "30001423411") == (event.kind, event.listing)
    assert {"item_id": "30001423411", "violation": '["x"]'} == dict(event.data)


def test_a_push_for_another_shop_is_nobodys() -> None:
    """One address serves all shops of an app."""
    assert () == DRIVER.event(push(b'{"shop_id":5,"code":6,"data":{}}'), ACCOUNT)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"code":"x"}', b'{"code":6,"shop_id":[]}'])
def test_a_signed_message_of_no_known_shape_is_malformed(body: bytes) -> None:
    """Never a KeyError, never nothing."""
    with pytest.raises(sd.Malformed):
        DRIVER.event(push(body), ACCOUNT)
