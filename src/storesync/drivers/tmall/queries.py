"""What the shop already has: by merchant code, by id, and page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import evolve

import storesync.driver as sd
from storesync.drivers.tmall.call import CURRENCY, Shop, call, envelope

__all__ = ["discover", "find", "listings", "observe"]

_SELLER: Final = "taobao.user.seller.get"
_FIND: Final = "taobao.items.custom.get"
_LIST: Final = "taobao.items.seller.list.get"
_ON_SALE: Final = "taobao.items.onsale.get"
_INVENTORY: Final = "taobao.items.inventory.get"
_FIELDS: Final = "num_iid,outer_id,title,price,num,approve_status,modified,skus"

_SIZE: Final = 200
# page_no * page_size stays below 20,000 by the careful reading of the notes (8.12), page_no below 102.
_LAST: Final = 99
# assumption: these three banners together hold all that is not on sale; for_shelved includes the others [U]
_SECTIONS: Final = ("onsale", "for_shelved", "sold_out", "violation_off_shelf")


def discover(shop: Shop) -> sd.Flow[Shop]:
    """The shop with its seller's number; Denied when the session is of a Taobao shop, which has other rules."""
    got = yield call(_SELLER, fields="user_id,type")
    if got.text(envelope(_SELLER, "user.type")) != "B":
        raise sd.Denied("type", f"the session of channel {shop.channel!r} is not of a Tmall shop: check it")
    return evolve(shop, seller=got.id(envelope(_SELLER, "user.user_id")))


def find(shop: Shop, sought: sd.Sought) -> sd.Flow[Sequence[sd.Ref]]:
    """Listings with exactly this merchant code; the code is not unique on Tmall, and the index lags."""
    got = yield call(_FIND, outer_id=sought.key, fields="num_iid,outer_id,skus")
    return tuple(
        _ref(row, sought.skus)
        for row in got.each(envelope(_FIND, "items.item"))
        if row.text("outer_id") == sought.key
    )


def observe(shop: Shop, refs: Sequence[sd.Ref]) -> sd.Flow[Mapping[str, sd.Observed]]:
    """At most 20 listings by id; what is gone is left out in silence."""
    if not refs:
        return {}
    known = {ref.listing: ref for ref in refs}
    got = yield call(_LIST, num_iids=",".join(known), fields=_FIELDS)
    rows = {row.id("num_iid"): row for row in got.each(envelope(_LIST, "items.item"))}
    return {
        item: _observed(shop, row, tuple(known[item].skus), known[item].more)
        for item, row in rows.items()
        if item in known
    }


def listings(shop: Shop, cursor: str | None) -> sd.Flow[sd.Page]:
    """One page of all listings: on sale, waiting, sold out, taken down; the newest changes first.

    The cursor is `section page until`. Pages end before 20,000 rows, then go on from the oldest change seen:
    a listing may come twice.
    """
    section, page, until = _position(cursor)
    fields = {"fields": _FIELDS, "page_no": str(page), "page_size": str(_SIZE), "order_by": "modified:desc"}
    if until:
        fields["end_modified"] = until
    method = _ON_SALE if section == "onsale" else _INVENTORY
    if section != "onsale":
        fields["banner"] = section
    got = yield call(method, fields)
    rows = got.each(envelope(method, "items.item"))
    total = got.whole(envelope(method, "total_results"))
    seen = []
    for row in rows:
        found = _observed(shop, row, (), {}, banned=section == "violation_off_shelf")
        seen.append((row.text("outer_id"), found))
    return sd.Page(tuple(seen), _next(section, page, until, rows, total))


def _position(cursor: str | None) -> tuple[str, int, str]:
    section, page, until = (cursor or "onsale 1 ").split(" ", 2)
    return section, int(page), until


def _next(section: str, page: int, until: str, rows: Sequence[sd.Part], total: int) -> str | None:
    if rows and page * _SIZE < total:
        if page < _LAST:
            return f"{section} {page + 1} {until}"
        oldest = rows[-1].text("modified")
        if not oldest or oldest == until:
            raise sd.Malformed(
                "shape", f"{page * _SIZE} listings of {section} changed at {oldest or 'no time'}"
            )
        return f"{section} 1 {oldest}"
    later = _SECTIONS.index(section) + 1
    return f"{_SECTIONS[later]} 1 " if later < len(_SECTIONS) else None


def _ref(row: sd.Part, skus: Sequence[str], more: Mapping[str, str] | None = None) -> sd.Ref:
    """The ids of one listing; one that has no SKU rows stands for its only SKU itself."""
    item = row.id("num_iid")
    ids = row.ids("skus.sku", "outer_id", "sku_id")
    if len(skus) == 1 and not row.each("skus.sku"):
        ids = {skus[0]: item}
    return sd.Ref(item, ids, more or {})


def _observed(
    shop: Shop, row: sd.Part, skus: Sequence[str], more: Mapping[str, str], *, banned: bool = False
) -> sd.Observed:
    ref = _ref(row, skus, more)
    match row.text("approve_status"):
        case _ if banned:
            status = sd.Status.SUSPENDED
        case "onsale":
            status = sd.Status.LIVE
        case "instock":
            status = sd.Status.HIDDEN
        case _:
            status = sd.Status.UNKNOWN
    market = shop.market.code
    offers = {
        part.text("outer_id"): _offer(market, part.text("outer_id"), part, "quantity")
        for part in row.each("skus.sku")
        if part.text("outer_id")
    }
    if not offers and len(ref.skus) == 1 and ref.listing in ref.skus.values():
        (sku,) = ref.skus
        offers = {sku: _offer(market, sku, row, "num")}
    title = row.text("title")
    variants = {part.id("sku_id"): _seen(part) for part in row.each("skus.sku")}
    return sd.Observed(ref, status, offers=offers, texts={"title": title} if title else {}, variants=variants)


def _seen(part: sd.Part) -> sd.Seen:
    """A SKU as the seller wrote it; `properties_name` is pid:vid:name:value for each axis (notes, 8.12)."""
    named = (one.rpartition(":")[2] for one in part.text("properties_name").split(";"))
    return sd.Seen(part.text("outer_id"), part.text("barcode"), " ".join(named).strip())


def _offer(market: str, sku: str, part: sd.Part, stock: str) -> sd.Offer:
    count = part.whole(stock)
    if count < 0:
        raise sd.Malformed("shape", f"{sku} has a stock of {count}")
    return sd.Offer(sku, {market: sd.Price(sd.Money(part.decimal("price"), CURRENCY))}, count)
