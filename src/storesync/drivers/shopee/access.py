"""The shop's own facts, and the renewal of its tokens."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Final

from attrs import evolve

import storesync.driver as sd
from storesync.drivers.shopee.call import PUBLIC, Account, Channel, Shop, post, read

__all__ = ["discover", "refresh"]

# What these channels ask for beyond weight and size stands in no listing of ours, so they are not offered:
# SIZE_SELECTION wants one of the channel's own sizes, CUSTOM_PRICE a shipping fee.
_USABLE: Final = frozenset({"FIXED_DEFAULT_PRICE", "SIZE_INPUT"})
_TO_MM: Final = {"mm": 1, "cm": 10, "m": 1000}


def refresh(account: Account) -> sd.Flow[Account]:
    """A new pair of tokens; the old refresh token is spent by the asking [D]."""
    new = yield post(
        "auth/access_token/get",
        {
            "refresh_token": account.refresh_token,
            "partner_id": int(account.partner_id),
            "shop_id": int(account.shop_id),
        },
        effect=sd.Effect.ONCE,
        auth=PUBLIC,
    )
    access, again = new.at("access_token", str), new.at("refresh_token", str)
    if not access or not again:
        raise sd.Malformed("shape", "the renewed tokens are empty")
    seconds = new.whole("expire_in")
    if not 0 < seconds <= 400 * 86_400:
        raise sd.Malformed("shape", f"the new token lives {seconds} s")
    ends = new.received + timedelta(seconds=seconds)
    return evolve(account, access_token=access, refresh_token=again, expires=ends)


def discover(shop: Shop) -> sd.Flow[Shop]:
    """The shop with its logistics channels and its warehouse.

    Denied when the token belongs to another market's shop, when the shop sells global items only, when no
    channel can be used, or when it has several warehouses and the configuration names none.
    """
    yield from _check_kind(shop)
    listed = yield read("logistics/get_channel_list")
    channels = tuple(
        _channel(row)
        for row in listed.each("response.logistics_channel_list")
        if row.maybe("enabled") is True
        and row.text("mask_channel_id") in ("", "0")
        and row.text("fee_type") in _USABLE
    )
    found = evolve(shop, channels=channels)
    if not found.offered:
        named = f" of {', '.join(shop.logistics)}" if shop.logistics else ""
        raise sd.Denied(
            "logistics",
            f"the shop of channel {shop.channel!r} has no usable logistics channel{named}: enable one in the "
            "Seller Centre" + (", or change `logistics` in the configuration" if shop.logistics else ""),
        )
    if shop.location:
        return found
    location = yield from _location(shop)
    return evolve(found, location=location)


def _check_kind(shop: Shop) -> sd.Flow[None]:
    told = yield read("shop/get_shop_info")
    # assumption: the fields stand in `response` like elsewhere, or at top level like those of the tokens [U]
    where = "response." if told.maybe("response.region") is not None else ""
    region = told.at(f"{where}region", str)
    if region != shop.market.code:
        raise sd.Denied(
            "region",
            f"the shop of channel {shop.channel!r} is in {region}, the channel is for {shop.market.code}: "
            "check shop_id and market",
        )
    if told.text(f"{where}mtsku_upgraded_status") == "UPGRADED":
        raise sd.Denied(
            "global items",
            f"the shop of channel {shop.channel!r} was upgraded to global items (KRSC, CNSC), which are "
            "written by the merchant interface: this driver writes to shops only",
        )


def _channel(row: sd.Part) -> Channel:
    # assumption: weight limits are in kilograms, sizes in the unit that is told, else centimeters [U]
    unit = _TO_MM.get(row.text("item_max_dimension.unit").lower(), 10)
    length, width, height = (
        _limit(row, f"item_max_dimension.{side}", unit) for side in ("length", "width", "height")
    )
    return Channel(
        id=row.id("logistics_channel_id"),
        sized=row.text("fee_type") == "SIZE_INPUT",
        most_g=_limit(row, "weight_limit.item_max_weight", 1000),
        most_mm=(length, width, height),
    )


def _limit(row: sd.Part, path: str, unit: int) -> int:
    """A limit in whole units of ours; 0 where there is none."""
    if row.maybe(path) in (None, ""):
        return 0
    value = row.decimal(path)
    # A fraction: a product of decimals is rounded as the host's context says.
    return int(Fraction(value) * unit) if 0 < value < 10**9 else 0


def _location(shop: Shop) -> sd.Flow[str]:
    """The warehouse whose stock we set; empty for a shop without warehouses."""
    try:
        listed = yield read("shop/get_warehouse_detail")
    except sd.Rejected:
        # assumption: a shop without warehouses is answered with none, or with a refusal [U]
        return ""
    places = list(dict.fromkeys(row.id("location_id") for row in listed.each("response")))
    if len(places) > 1:
        raise sd.Denied(
            "location",
            f"the shop of channel {shop.channel!r} has the warehouses {', '.join(places)}: say whose stock "
            f'ours is, with location = "{places[0]}" in [channels.{shop.channel}]',
        )
    return places[0] if places else ""
