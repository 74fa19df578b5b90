"""An item's place in the shop, on sale, unlisted or deleted; and its pictures."""

from __future__ import annotations

from contextlib import suppress

import storesync.driver as sd
from storesync.drivers.shopee.call import PREFIX, PUBLIC, Shop, acknowledged, number, post
from storesync.drivers.shopee.faults import failure

__all__ = ["end", "hide", "show", "unlist", "upload"]


def hide(shop: Shop, ref: sd.Ref) -> sd.Flow[sd.Receipt]:
    """Off sale; `show` brings it back."""
    yield from unlist(ref.listing, off=True)
    return sd.Receipt(ref, sd.Status.HIDDEN)


def show(shop: Shop, ref: sd.Ref) -> sd.Flow[sd.Receipt]:
    """On sale again, with the stock it has."""
    yield from unlist(ref.listing, off=False)
    return sd.Receipt(ref, sd.Status.LIVE)


def end(shop: Shop, ref: sd.Ref) -> sd.Flow[sd.Receipt]:
    """Deleted for good; what is gone already counts as deleted."""
    with suppress(sd.NotFound):
        done = yield post("product/delete_item", {"item_id": number(ref.listing)}, effect=sd.Effect.SET)
        acknowledged(done)
    return sd.Receipt(ref, sd.Status.ENDED)


def unlist(item: str, *, off: bool) -> sd.Flow[None]:
    """Take an item off sale or put it there; the row is looked at, since a refusal hides inside a success."""
    done = yield post(
        "product/unlist_item",
        {"item_list": [{"item_id": number(item), "unlist": off}]},
        effect=sd.Effect.SET,
    )
    for row in done.each("response.failure_list"):
        if row.text("item_id") == item:
            raise failure(row)
    if not any(row.text("item_id") == item for row in done.each("response.success_list")):
        raise sd.Malformed("shape", f"the answer says nothing about item {item}", answer=done)


def upload(shop: Shop, media: sd.Media) -> sd.Flow[str]:
    """The picture's id; gallery pictures are cut to squares by Shopee [D]. A repeat makes a harmless copy."""
    done = yield sd.request(
        "POST",
        f"{PREFIX}media_space/upload_image",
        form={"scene": "desc" if media.role == "detail" else "normal"},
        files={"image": media},
        effect=sd.Effect.SET,
        auth=PUBLIC,
    )
    image = done.at("response.image_info.image_id", str)
    if not image:
        raise sd.Malformed("shape", "the uploaded picture has no id", answer=done)
    return image
