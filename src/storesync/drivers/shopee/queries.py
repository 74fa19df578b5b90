"""What the shop already has: by merchant code, by id, and page by page (notes, section 5.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import storesync.driver as sd
from storesync.drivers.shopee.call import ALIVE, Shop, read
from storesync.drivers.shopee.content import SINGLE, model_id

__all__ = ["find", "listings", "observe"]

_LOOK: Final = 50  # get_item_base_info takes so many ids [S]
_PAGE: Final = 100  # search_item gives so many [S]
_PAGES: Final = 50
_STATUS: Final = {
    "NORMAL": sd.Status.LIVE,
    "UNLIST": sd.Status.HIDDEN,
    "REVIEWING": sd.Status.IN_REVIEW,
    "BANNED": sd.Status.SUSPENDED,
    # Deleted by the platform: it must not be taken for gone and made anew, that is punished.
    "SHOPEE_DELETE": sd.Status.SUSPENDED,
}
_GONE: Final = "SELLER_DELETE"


def find(shop: Shop, sought: sd.Sought) -> sd.Flow[Sequence[sd.Ref]]:
    """Items with exactly this code, in any state but deleted; it is not unique, and the index lags."""
    ids: list[str] = []
    cursor = ""
    for _ in range(_PAGES):
        asked = {"item_sku": sought.key, "page_size": str(_PAGE), **({"offset": cursor} if cursor else {})}
        page = yield read("product/search_item", asked, each={"item_status": ALIVE})
        ids += _ids(page, "response.item_id_list")
        following = page.text("response.next_offset")
        if not following or following == cursor:
            break
        cursor = following
    else:
        raise sd.Malformed("shape", f"more than {_PAGES * _PAGE} items for one code")
    found = []
    for row in (yield from _base_info(list(dict.fromkeys(ids)))):
        if row.text("item_sku") == sought.key and row.text("item_status") in ALIVE:
            models = yield from _models(row)
            found.append(_ref(row, models, sought.skus, {}))
    return tuple(found)


def observe(shop: Shop, refs: Sequence[sd.Ref]) -> sd.Flow[Mapping[str, sd.Observed]]:
    """Items by id with their models; what the seller deleted stays readable for 90 days and is left out."""
    known = {ref.listing: ref for ref in refs}
    seen: dict[str, sd.Observed] = {}
    for row in (yield from _base_info(list(known))):
        item = row.id("item_id")
        if item in known and row.text("item_status") != _GONE:
            models = yield from _models(row)
            ref = _ref(row, models, tuple(known[item].skus), known[item].more)
            seen[item] = _observed(shop, row, models, ref)
    return seen


def listings(shop: Shop, cursor: str | None) -> sd.Flow[sd.Page]:
    """One page of at most 50 items in any state but deleted; the cursor is the offset."""
    offset = int(cursor or 0)
    page = yield read(
        "product/get_item_list",
        {"offset": str(offset), "page_size": str(_LOOK)},
        each={"item_status": ALIVE},
    )
    rows = yield from _base_info([row.id("item_id") for row in page.each("response.item")])
    seen = []
    for row in rows:
        models = yield from _models(row)
        seen.append((row.text("item_sku"), _observed(shop, row, models, _ref(row, models, (), {}))))
    if page.maybe("response.has_next_page") is not True:
        return sd.Page(tuple(seen))
    following = page.whole("response.next_offset")
    if following <= offset:
        raise sd.Malformed("shape", f"the page after offset {offset} begins at {following}")
    return sd.Page(tuple(seen), str(following))


def _ids(part: sd.Part, path: str) -> list[str]:
    part.at("response", dict)
    value = part.maybe(path)
    if value is None:
        return []
    if not isinstance(value, list):
        raise sd.Malformed("shape", f"{path!r} in the answer is no list")
    return [sd.Part({"id": one}).id("id") for one in value]


def _base_info(ids: Sequence[str]) -> sd.Flow[list[sd.Part]]:
    rows: list[sd.Part] = []
    for start in range(0, len(ids), _LOOK):
        some = ",".join(ids[start : start + _LOOK])
        seen = yield read("product/get_item_base_info", {"item_id_list": some})
        rows += seen.each("response.item_list")
    return rows


def _models(row: sd.Part) -> sd.Flow[list[sd.Part]]:
    """The models of an item; none when it has none, or was deleted a moment ago."""
    if row.maybe("has_model") is not True:
        return []
    try:
        seen = yield read("product/get_model_list", {"item_id": row.id("item_id")})
    except sd.NotFound:
        return []
    return seen.each("response.model")


def _ref(row: sd.Part, models: Sequence[sd.Part], skus: Sequence[str], more: Mapping[str, str]) -> sd.Ref:
    """The ids of one item; one without models stands for its only SKU itself."""
    item = row.id("item_id")
    if row.maybe("has_model") is not True:
        return sd.Ref(item, {skus[0]: SINGLE} if len(skus) == 1 else {}, more)
    ids = {model.text("model_sku"): model_id(model) for model in reversed(models) if model.text("model_sku")}
    return sd.Ref(item, dict(reversed(ids.items())), more)


def _observed(shop: Shop, row: sd.Part, models: Sequence[sd.Part], ref: sd.Ref) -> sd.Observed:
    if row.maybe("has_model") is not True:
        offers = {sku: _offer(shop, sku, row) for sku in ref.skus}
    else:
        offers = {
            sku: _offer(shop, sku, model) for model in reversed(models) if (sku := model.text("model_sku"))
        }
    status = _STATUS.get(row.text("item_status"), sd.Status.UNKNOWN)
    issues: tuple[sd.Issue, ...] = ()
    if status is sd.Status.SUSPENDED:
        # The reasons stand behind get_item_violation_info, whose shape the notes do not give.
        said = f"Shopee says {row.text('item_status')}: see the Seller Centre for the reason"
        issues = (sd.Issue("market.suspended", "", said),)
    texts = {"title": row.text("item_name"), "description": row.text("description")}
    told = {name: text for name, text in texts.items() if text}
    return sd.Observed(ref, status, offers=offers, issues=issues, texts=told)


def _offer(shop: Shop, sku: str, part: sd.Part) -> sd.Offer:
    """The list price, which is our sale price, and the seller's stock; prices are read back as 350000.0."""
    market = shop.market
    rows = part.each("stock_info_v2.seller_stock")
    counts = [
        row.whole("stock") for row in rows if not shop.location or row.text("location_id") == shop.location
    ]
    if any(count < 0 for count in counts):
        raise sd.Malformed("shape", f"{sku} has a stock below zero")
    price = part.each("price_info")
    if not price:
        raise sd.Malformed("shape", f"{sku} has no price")
    amount = price[0].decimal("original_price")
    return sd.Offer(sku, {market.code: sd.Price(sd.Money(amount, market.currency))}, sum(counts))
