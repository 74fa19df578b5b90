"""The published kit, applied to Shopee: answers recorded on the emulated shop, and whole runs against it."""

from collections.abc import Callable, Generator, Iterator
from importlib.metadata import entry_points
from typing import Any

from attrs import evolve
from tests.drivers.shopee.samples import (
    BARE,
    CATEGORY,
    DRIVER,
    SHOP,
    Emulated,
    change,
    listing,
    new,
    offers,
    variant,
)

import storesync.driver as sd
from storesync.drivers.shopee import Account
from storesync.drivers.shopee.signature import push_signature
from storesync.sandbox import market_shopee, shopee
from storesync.sandbox.invented import table
from storesync.sandbox.shopee_gate import Terms
from storesync.testing import IMAGE, Item, Sample, conformance
from storesync.testing import Emulated as Market

# A table of a few words each: answers are spoiled at every place.
FEW = evolve(
    table(),
    categories=table().categories[:2],
    brands=table().brands[:2],
    efficacies=table().efficacies[:2],
    skin_types=table().skin_types[:2],
    origins=table().origins[:2],
)
# The kit's catalogs have short titles, and cost a few hundred of any currency in any ratio.
TERMS = Terms(table=table(), name=(1, 120), price=(1, 2_000_000_000), spread=1_000_000)
ACCOUNT = Account(
    partner_id="2001234",
    partner_key="made-up-key",
    shop_id="220011221",
    access_token="made-up-access",
    refresh_token="made-up-refresh",
)
PUSH_URL = "https://hooks.example.com/shopee"
PUSH = b'{"shop_id":220011221,"code":6,"timestamp":1,"data":{"item_id":30001423411}}'


def recorded(shop: Emulated, part: str, *args: Any, name: str = "", at: Any = SHOP) -> Sample:
    """The part's flow with what the shop answered, refusals among them, and what came of it."""
    make: Callable[..., Generator[sd.Request, sd.Response, Any]] = getattr(DRIVER, part)
    flow = make(*args) if part == "refresh" else make(at, *args)
    answers: list[Any] = []
    request = next(flow)
    while True:
        answer = shop._answer(request)
        answers.append(answer)
        fault = DRIVER.classify(request, answer)
        try:
            request = flow.send(answer) if fault is None else flow.throw(fault)
        except StopIteration as stop:
            return Sample(part=part, name=name, args=args, answers=answers, result=stop.value)


def samples() -> Iterator[Sample]:
    """Every flow of the driver, the long ways included."""
    d: Any = DRIVER
    shop = Emulated.made(terms=Terms(table=FEW))
    picture = shop.picture()
    one, two = listing(variant("30")), listing()
    yield recorded(shop, "upload", sd.Media("a" * 64, "image/jpeg", 1))
    made = recorded(shop, "create", new(two, picture))
    ref = made.result.ref
    yield made
    yield recorded(shop, "find", sd.Sought("GW", tuple(ref.skus)))
    yield recorded(shop, "observe", [ref])
    yield recorded(shop, "listings", None)
    yield recorded(shop, "create", new(one, picture), name="single")
    three = listing(variant("30"), variant("50"), variant("80"))
    half = evolve(ref, skus={"GW-30": ref.skus["GW-30"]})
    yield recorded(shop, "create", new(two, picture, found=ref), name="found")
    yield recorded(shop, "create", new(three, picture, found=half), name="half")
    yield recorded(shop, "prices", [sd.OfferChange(ref, offer) for offer in offers(two).values()])
    yield recorded(shop, "stock", [sd.OfferChange(ref, offer) for offer in offers(two).values()])
    retitled = evolve(two, texts={"vi": sd.Copy("Serum mới cho da khô", two.text.description)})
    yield recorded(shop, "update", change(two, retitled, ref, picture))
    yield recorded(shop, "update", change(None, two, ref, picture), name="from an unknown half")
    other = listing(variant("80"), variant("30", code="OTHER"))
    yield recorded(shop, "update", change(two, other, ref, picture), name="renamed")
    ref = shop.run(d.create(SHOP, new(two, picture))).ref
    yield recorded(shop, "update", change(two, listing(variant("80")), ref, picture), name="replaced")
    for part in ("hide", "show", "end"):
        yield recorded(shop, part, ref)
    yield recorded(shop, "end", ref, name="gone already")
    yield recorded(shop, "category", sd.CategoryKey(CATEGORY.id))
    yield recorded(shop, "discover", at=BARE)
    yield recorded(shop, "refresh", shop.account)
    headers = {"Authorization": push_signature(ACCOUNT.partner_key, PUSH_URL, PUSH)}
    yield Sample(
        part="event",
        args=(sd.Push(PUSH_URL, headers, PUSH, shop.clock[0]), ACCOUNT),
        result=lambda events: ["listing.banned"] == [one.kind for one in events],
    )


def listed(item: Item, category: sd.Category) -> sd.Listing:
    """An item of the kit as a serum, its SKUs told apart by one option."""
    values = {code.replace(" ", ""): sd.Choice(code[-20:]) for code in item.offers}
    return listing(
        *(
            sd.Variant(code, {"axis": code.replace(" ", "")}, weight_g=120, size_mm=(60, 40, 90))
            for code in item.offers
        ),
        key=item.key,
        category=category,
        texts={"vi": sd.Copy(item.title, "Serum dưỡng ẩm cho da khô, dùng hằng ngày.")},
        axes=[sd.Axis("axis", "Dung tích", "", values)],
        images=[IMAGE],
    )


SANDBOX = Market(
    market=lambda now: market_shopee(now, search_lag=2.0, extend_lag=2.0, terms=TERMS),
    host=shopee.HOST,
    account=Emulated.made().account,
    listing=listed,
    category="300002",
)

test_shopee = conformance.suite(DRIVER, shop=SHOP, account=ACCOUNT, samples=tuple(samples()), sandbox=SANDBOX)


def test_the_driver_is_found_by_its_entry_point() -> None:
    """The registry needs no import by name."""
    (found,) = entry_points(group="storesync.drivers", name="shopee")

    assert found.load() is DRIVER
