"""Pictures, and a listing's place on the shelf: on sale, in the warehouse, deleted."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import storesync.driver as sd
from storesync.drivers.tmall.call import Shop, call, envelope

__all__ = ["end", "hide", "show", "upload"]

_UPLOAD: Final = "taobao.picture.upload"


def hide(shop: Shop, ref: sd.Ref) -> sd.Flow[sd.Receipt]:
    """Into the warehouse; `show` brings it back."""
    yield from _operate("alibaba.item.operate.downshelf", ref)
    return sd.Receipt(ref, sd.Status.HIDDEN)


def show(shop: Shop, ref: sd.Ref) -> sd.Flow[sd.Receipt]:
    """On sale again, with the stock it has."""
    yield from _operate("alibaba.item.operate.upshelf", ref)
    return sd.Receipt(ref, sd.Status.LIVE)


def end(shop: Shop, ref: sd.Ref) -> sd.Flow[sd.Receipt]:
    """Deleted for good; what is gone already counts as deleted."""
    with suppress(sd.NotFound):
        yield from _operate("alibaba.item.operate.delete", ref)
    return sd.Receipt(ref, sd.Status.ENDED)


def _operate(method: str, ref: sd.Ref) -> sd.Flow[None]:
    done = yield call(method, effect=sd.Effect.SET, item_id=ref.listing)
    result = done.at(envelope(method, "result"), str)
    if result.strip().lower() != "success":  # failure can hide in a normal envelope [D]
        raise sd.Rejected(
            "result", f"{method} answered {result[:100]!r} for listing {ref.listing}", answer=done
        )


def upload(shop: Shop, media: sd.Media) -> sd.Flow[str]:
    """The picture's address in the picture space, to be used everywhere. A repeat makes a harmless copy."""
    done = yield call(
        _UPLOAD,
        effect=sd.Effect.SET,
        image=media,
        picture_category_id=shop.picture_category,
        image_input_title=media.name,
        client_type="client:computer",
    )
    address = done.at(envelope(_UPLOAD, "picture.picture_path"), str)
    if not address:
        raise sd.Malformed("shape", "the uploaded picture has no address")
    return address
