"""An emulated shop that answers flows one by one, and the listing and offers that these tests share."""

from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx
from attrs import define, evolve, field

import storesync.driver as sd
from storesync.drivers.shopee import DRIVER, Account, Shop
from storesync.sandbox import shopee as emulated
from storesync.sandbox.behavior import Behavior
from storesync.sandbox.core import Market
from storesync.sandbox.delivery import deliver
from storesync.sandbox.dialect import Call, Dialect
from storesync.sandbox.shopee_gate import Terms

T = TypeVar("T")
VN = sd.Market("VN", ("vi",), "VND")
START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
JPEG = b"\xff\xd8\xff\xe0picture\xff\xd9"
TOKEN = "0" * 32
BARE = Shop(channel="shopee-vn", markets=(VN,), settle_seconds=0)


@define
class Emulated:
    """One emulated shop with its own clock; requests are signed, delivered and judged as in the engine.

    Nothing is repeated: a fault goes into the flow at once.
    """

    market: Market
    dialect: Dialect
    clock: list[datetime]
    account: Account
    sent: list[sd.Request] = field(factory=list)

    @classmethod
    def made(cls, *, behavior: Behavior | None = None, terms: Terms | None = None) -> "Emulated":
        """An empty shop."""
        clock = [START]
        market, dialect = emulated.market_shopee(
            lambda: clock[0], behavior=behavior or Behavior(), terms=terms
        )
        account = Account(
            partner_id=emulated.PARTNER_ID,
            partner_key=emulated.PARTNER_KEY,
            shop_id=emulated.SHOP,
            access_token=emulated.ACCESS_TOKEN,
            refresh_token=emulated.REFRESH_TOKEN,
        )
        return cls(market, dialect, clock, account)

    def run(self, flow: Generator[sd.Request, sd.Response, T]) -> T:
        """Answer the flow until it ends."""
        try:
            request = next(flow)
            while True:
                self.clock[0] += timedelta(seconds=request.after + 0.1)
                response = self._answer(request)
                fault = DRIVER.classify(request, response)
                request = flow.send(response) if fault is None else flow.throw(fault)
        except StopIteration as stop:
            result: T = stop.value
            return result

    def _answer(self, request: sd.Request) -> sd.Response:
        self.sent.append(request)
        assert DRIVER.sign is not None
        signed = DRIVER.sign(request, self.account, self.clock[0])
        files = {"image": ("a.jpg", JPEG, "image/jpeg")} if isinstance(signed.body, sd.PartsBody) else None
        path, _, query = signed.path.partition("?")
        wire = httpx.Request(
            signed.method,
            f"https://shop.invalid{path}",
            data=dict(signed.form) if files else None,
            files=files,
            content=None if files else signed.payload,
        )
        query = "&".join(filter(None, (query, urlencode(signed.params))))
        call = Call(signed.method, path, query, wire.headers, wire.read())
        delivery = deliver(self.market, self.dialect, call)
        assert delivery.answer is not None
        body = sd.loads(delivery.answer.body)
        return sd.Response(body, status=delivery.answer.status, received=self.clock[0])

    @property
    def calls(self) -> list[str]:
        """The names of the calls so far; asking forgets them."""
        names = [request.path.partition("?")[0].rpartition("/")[2] for request in self.sent]
        self.sent.clear()
        return names

    def picture(self) -> str:
        """An uploaded picture's id."""
        assert DRIVER.upload is not None
        return self.run(DRIVER.upload(BARE, sd.Media("a" * 64, "image/jpeg", 9)))

    def shop(self) -> Shop:
        """The shop as the driver discovers it."""
        assert DRIVER.discover is not None
        found: Shop = self.run(DRIVER.discover(BARE))
        return found

    def category(self, id_: str = "300002") -> sd.Category:
        """A category as the driver reads it: serums, or food."""
        assert DRIVER.category is not None
        found: sd.Category = self.run(DRIVER.category(BARE, sd.CategoryKey(id_)))
        return found


_READY = Emulated.made()
SHOP = _READY.shop()
CATEGORY = _READY.category()
FOOD = _READY.category("300019")
IMAGE = sd.Image("a" * 64)
SIZES = {size: sd.Choice(f"{size}ml") for size in ("30", "50", "80")}
COLORS = {"red": sd.Choice("Đỏ"), "blue": sd.Choice("Xanh")}
VOLUME = sd.Axis("volume", "Dung tích", "", SIZES)
COLOR = sd.Axis("color", "Màu", "", COLORS)


def sku(*options: str) -> str:
    """The SKU of these options."""
    return "-".join(("GW", *options))


def variant(*options: str, code: str = "", **changes: Any) -> sd.Variant:
    """A variant by its volume, or by volume and color."""
    chosen = dict(zip(("volume", "color"), options, strict=False))
    return sd.Variant(code or sku(*options), chosen, weight_g=120, size_mm=(63, 37, 88), **changes)


def listing(*variants: sd.Variant, **changes: Any) -> sd.Listing:
    """A serum of 30 and 50 ml, or of these variants, changed as named."""
    variants = variants or (variant("30"), variant("50"))
    axes = (VOLUME, COLOR)[: len(variants[0].options)]
    (brand, name), *_ = [pair for pair in CATEGORY.brands.items() if pair[0] != "0"]
    whole = sd.Listing(
        key="GW",
        category=CATEGORY,
        texts={"vi": sd.Copy("Serum dưỡng ẩm nhân sâm", "Serum dưỡng ẩm cho da khô,\ndùng hằng ngày.")},
        brand=sd.Choice(name, brand),
        variants=variants,
        axes=axes,
        images=[IMAGE],
        attributes={
            "100001": (sd.Choice("", "1001"),),
            "100002": (sd.Choice("7 tháng"),),
            "100004": (sd.Choice("", "1201"), sd.Choice("", "1202")),
        },
        origin="KR",
        markets=("VN",),
    )
    return evolve(whole, **changes)


def offer(code: str, price: int, stock: int) -> sd.Offer:
    """One variant's offer in dong."""
    return sd.Offer(code, {"VN": sd.Price(sd.Money(price, "VND"))}, stock)


def offers(of: sd.Listing) -> dict[str, sd.Offer]:
    """An offer for every variant: 100,000 dong and 10 pieces more from one to the next."""
    return {one.sku: offer(one.sku, 300_000 + 100_000 * n, 10 * (n + 1)) for n, one in enumerate(of.variants)}


def content(of: sd.Listing, picture: str) -> sd.Content:
    """The rendered document with its picture sent."""
    text = sd.dumps(DRIVER.render(SHOP, of)).replace(IMAGE.ref, picture)
    document: Mapping[str, Any] = sd.loads(text)
    return document


def new(of: sd.Listing, picture: str, *, found: sd.Ref | None = None) -> sd.New:
    """The listing as the engine hands it to `create`."""
    return sd.New(of.key, content(of, picture), offers(of), TOKEN, found)


def change(before: sd.Listing | None, after: sd.Listing, ref: sd.Ref, picture: str) -> sd.Change:
    """A change as the engine hands it to `update`."""
    wanted = [one.sku for one in after.variants]
    return sd.Change(
        after.key,
        ref,
        None if before is None else content(before, picture),
        content(after, picture),
        offers(after),
        added=tuple(code for code in wanted if code not in ref.skus),
        removed=tuple(code for code in ref.skus if code not in wanted),
    )


def models(shop: Emulated, ref: sd.Ref) -> dict[str, tuple[tuple[str, ...], Decimal, int]]:
    """What the shop really has: options, price and stock by SKU."""
    item = shop.market.listings[int(ref.listing)]
    return {unit.code: (unit.options, unit.price, unit.stock) for unit in item.skus.values()}
