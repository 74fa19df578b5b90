"""On the shelf, off it, gone; and pictures."""

import pytest
from tests.drivers.tmall.samples import ITEM, MAIN, REF, SHOP

import storesync.driver as sd
from storesync.drivers.tmall import DRIVER, Shop
from storesync.testing import drive

METHODS = {"show": "upshelf", "hide": "downshelf", "end": "delete"}
STATUSES = {"show": sd.Status.LIVE, "hide": sd.Status.HIDDEN, "end": sd.Status.ENDED}


def answer(part: str, result: str) -> dict[str, dict[str, str]]:
    """What TOP says to a change of place."""
    return {f"alibaba_item_operate_{METHODS[part]}_response": {"result": result}}


@pytest.mark.parametrize("part", METHODS)
def test_each_place_is_one_repeatable_call(part: str) -> None:
    """Show, hide and end say where the listing is now."""
    (request,), receipt = drive(getattr(DRIVER, part)(SHOP, REF), answer(part, "success"))

    assert (f"alibaba.item.operate.{METHODS[part]}", ITEM) == (
        request.form["method"],
        request.form["item_id"],
    )
    assert sd.Effect.SET is request.effect
    assert (REF, STATUSES[part]) == (receipt.ref, receipt.status)


@pytest.mark.parametrize("part", METHODS)
def test_only_success_is_success(part: str) -> None:
    """A normal envelope can hide a failure."""
    with pytest.raises(sd.Rejected, match="'fail'"):
        drive(getattr(DRIVER, part)(SHOP, REF), answer(part, "fail"))


def test_what_is_gone_counts_as_ended_but_not_as_hidden() -> None:
    """Ending twice is no error; hiding what is gone forgets the ref."""
    assert DRIVER.end is not None
    assert DRIVER.hide is not None
    _, receipt = drive(DRIVER.end(SHOP, REF), sd.NotFound("isv.item-is-delete"))

    assert sd.Status.ENDED is receipt.status
    with pytest.raises(sd.NotFound):
        drive(DRIVER.hide(SHOP, REF), sd.NotFound("isv.item-is-delete"))


@pytest.mark.parametrize(
    ("media", "title"),
    [
        (sd.Media(MAIN, "image/jpeg", 9), f"{MAIN[:32]}.jpg"),
        (sd.Media(MAIN, "image/png", 9), f"{MAIN[:32]}.png"),
    ],
)
def test_a_picture_is_sent_as_a_file_and_known_by_its_address(media: sd.Media, title: str) -> None:
    """Multipart with a title that has an ending; a repeat may be sent."""
    assert DRIVER.upload is not None
    shop = Shop(channel="c", markets=SHOP.markets, picture_category="7")
    sent = {"picture_upload_response": {"picture": {"picture_id": 1, "picture_path": "https://img/x.jpg"}}}
    (request,), address = drive(DRIVER.upload(shop, media), sent)

    assert isinstance(request.body, sd.PartsBody)
    assert {"img": media} == dict(request.body.files)
    assert (title, "7") == (request.form["image_input_title"], request.form["picture_category_id"])
    assert sd.Effect.SET is request.effect
    assert "https://img/x.jpg" == address
