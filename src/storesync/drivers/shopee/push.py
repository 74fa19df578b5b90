"""What Shopee tells on its own accord: verified, and in our words (notes, section 8)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final

import storesync.driver as sd
from storesync.drivers.shopee.call import Account
from storesync.drivers.shopee.signature import push_signature

__all__ = ["event"]

_KINDS: Final = {
    1: "shop.authorized",
    2: "shop.released",
    3: "order.changed",
    4: "order.tracking",
    5: "platform.news",
    6: "listing.banned",
    7: "listing.promoted",
    8: "stock.reserved",
    9: "promotion.changed",
    10: "chat.message",
    11: "video.ready",
    12: "authorization.ending",
    13: "brand.decided",
    15: "shipment.document",
}


def event(push: sd.Push, account: Account) -> Sequence[sd.Event]:
    """The event in a push message; none when it is another shop's, since one address serves the whole app.

    Rejected when the signature is wrong, Malformed when the message is no push of Shopee's. There is no push
    for a new or changed listing.
    """
    headers = {name.lower(): value for name, value in push.headers.items()}
    wanted = push_signature(account.partner_key, push.url, push.body)
    if not hmac.compare_digest(headers.get("authorization", "").encode(), wanted.encode()):
        raise sd.Rejected("push.signature", "the message is not signed with this app's key: ignore it")
    try:
        body = sd.Part(sd.loads(push.body))
    except ValueError:
        raise sd.Malformed("shape", "the message holds no JSON") from None
    code = body.whole("code")
    if body.text("shop_id") not in ("", account.shop_id):
        return ()
    told = body.maybe("data")
    data = _flat(told) if isinstance(told, Mapping) else {}
    return (sd.Event(_KINDS.get(code, f"unknown.{code}"), data.get("item_id", ""), data),)


def _flat(told: Mapping[str, Any]) -> dict[str, str]:
    """The plain fields as text; what is nested as JSON."""
    return {
        name: value if isinstance(value, str) else sd.dumps(value)
        for name, value in told.items()
        if value is not None
    }
