"""Samples of the plain driver: what the plain platform once answered."""

from typing import Any

import storesync.driver as sd
from storesync.testing.plain import Account
from storesync.testing.samples import Sample

MARKET = sd.Market("CN", ("zh-Hans",), "CNY")
SHOP = sd.Shop(channel="plain-cn", markets=(MARKET,))
ACCOUNT = Account(app="demo-app", access="made-up-access", refresh="made-up-refresh")
REF = sd.Ref("9001", {"A-1": "1", "A-2": "2"})
TOKEN = "0123456789abcdef" * 2
CONTENT = {"title": "Serum", "text": "about it", "images": []}


def offer(sku: str, price: str = "219.00", stock: int = 5) -> sd.Offer:
    """An offer in yuan."""
    return sd.Offer(sku, {"CN": sd.Price(sd.Money(price, "CNY"))}, stock)


OFFERS = {sku: offer(sku) for sku in REF.skus}


def told(ref: sd.Ref = REF, *, key: str = "A", status: str = "live") -> dict[str, Any]:
    """A listing as the platform tells it."""
    rows = [{"id": id_, "sku": sku, "price": "219.00", "stock": 5} for sku, id_ in ref.skus.items()]
    return {"id": ref.listing, "key": key, "status": status, "title": "Serum", "variants": rows}


def samples(steps: int = 1) -> tuple[Sample, ...]:
    """A sample of every part; `steps` as in `plain_driver`."""
    new = sd.New("A", CONTENT, OFFERS, TOKEN)
    half = told(sd.Ref("9001"))
    made = (told(),) if steps == 1 else (half, told(), {"id": 9001})
    wider = sd.Ref("9001", {**REF.skus, "A-3": "3"})
    changed = {**CONTENT, "title": "New title"}
    changes = tuple(sd.OfferChange(REF, one) for one in OFFERS.values())
    verdicts = {"done": ["A-1"], "refused": [{"sku": "A-2", "code": "unknown_sku"}]}

    def split(result: Any) -> bool:
        return result["A-1"] == sd.DONE and isinstance(result["A-2"], sd.NotFound)

    return (
        Sample(part="create", args=(new,), answers=made, result=sd.Receipt(REF)),
        Sample(
            part="create",
            name="found",
            args=(sd.New("A", CONTENT, OFFERS, TOKEN, REF),),
            answers=(told(), {"done": []}, {"done": []}, {"id": 9001}),
            result=sd.Receipt(REF),
        ),
        Sample(
            part="update",
            args=(sd.Change("A", REF, CONTENT, changed, OFFERS),),
            answers=(told(),),
            result=sd.Receipt(REF),
        ),
        Sample(
            part="update",
            name="a variant more",
            args=(sd.Change("A", REF, CONTENT, CONTENT, OFFERS | {"A-3": offer("A-3")}, added=("A-3",)),),
            answers=(told(wider),),
            result=sd.Receipt(wider),
        ),
        Sample(part="prices", args=(changes,), answers=(verdicts,), result=split),
        Sample(part="stock", args=(changes,), answers=(verdicts,), result=split),
        Sample(part="hide", args=(REF,), answers=({"id": 9001},), result=sd.Receipt(REF, sd.Status.HIDDEN)),
        Sample(part="show", args=(REF,), answers=({"id": 9001},), result=sd.Receipt(REF)),
        Sample(part="end", args=(REF,), answers=({"id": 9001},), result=sd.Receipt(REF, sd.Status.ENDED)),
        Sample(
            part="end",
            name="gone already",
            args=(REF,),
            answers=(sd.Response({"error": {"code": "not_found"}}, 404),),
            fault=sd.NotFound,
        ),
        Sample(
            part="find",
            args=(sd.Sought("A", tuple(REF.skus)),),
            answers=({"listings": [told(), told(key="AB")]},),
            result=[REF],
        ),
        Sample(
            part="observe",
            args=((REF,),),
            answers=(told(status="hidden"),),
            result=lambda seen: seen["9001"].status is sd.Status.HIDDEN and seen["9001"].offers == OFFERS,
        ),
        Sample(
            part="listings",
            args=(None,),
            answers=({"listings": [told()], "next": "100"},),
            result=lambda page: (page.next, page.seen[0][0], page.seen[0][1].ref) == ("100", "A", REF),
        ),
        Sample(
            part="listings",
            name="the last page",
            args=("100",),
            answers=({"listings": [told(sd.Ref("9001"))]},),
            result=lambda page: page.next is None and not page.seen[0][1].offers,
        ),
        Sample(
            part="upload", args=(sd.Media("a" * 64, "image/png", 9),), answers=({"file": "f1"},), result="f1"
        ),
        Sample(
            part="refresh",
            args=(ACCOUNT,),
            answers=({"access": "new-access", "refresh": "new-refresh", "seconds": 3600},),
            result=lambda account: account.access == "new-access",
        ),
    )
