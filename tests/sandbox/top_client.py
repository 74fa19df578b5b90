"""A hand-written TOP client for tests: signs with the formula of the notes, knows nothing of the drivers."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import httpx

from storesync.sandbox.core import Market
from storesync.sandbox.delivery import deliver
from storesync.sandbox.dialect import Answer, Call, Dialect
from storesync.sandbox.tmall import APP_KEY, HOST, SECRET, SESSION

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


class Clock:
    """A clock that moves only when told, and sleeps by moving."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """The time."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Move on."""
        self.at += timedelta(seconds=seconds)

    def move(self, seconds: float) -> None:
        """Move on without waiting."""
        self.at += timedelta(seconds=seconds)


def signed(method: str, at: datetime, **params: str) -> dict[str, str]:
    """Common parameters and an MD5 signature around business parameters; given ones win."""
    whole = {
        "method": method,
        "app_key": APP_KEY,
        "session": SESSION,
        "timestamp": at.astimezone(timezone(timedelta(hours=8))).strftime("%Y-%m-%d %H:%M:%S"),
        "format": "json",
        "v": "2.0",
        "sign_method": "md5",
        **params,
    }
    text = "".join(f"{name}{whole[name]}" for name in sorted(whole) if whole[name])
    whole.setdefault("sign", hashlib.md5(f"{SECRET}{text}{SECRET}".encode()).hexdigest().upper())
    return whole


def request(method: str, at: datetime, files: dict[str, Any] | None = None, **params: str) -> httpx.Request:
    """The HTTP request for a method."""
    data = signed(method, at, **params)
    return httpx.Request("POST", f"https://{HOST}/router/rest", data=data, files=files)


class TopClient:
    """Calls an emulated Tmall in the same process, without a transport."""

    def __init__(self, market: Market, dialect: Dialect, clock: Clock) -> None:
        self.market, self.dialect, self.clock = market, dialect, clock

    def raw(self, method: str, files: dict[str, Any] | None = None, **params: str) -> Answer:
        """The bare answer of one call."""
        sent = request(method, self.clock(), files, **params)
        call = Call(sent.method, sent.url.path, sent.url.query.decode(), sent.headers, sent.read())
        delivery = deliver(self.market, self.dialect, call)
        assert delivery.answer is not None
        return delivery.answer

    def __call__(self, method: str, files: dict[str, Any] | None = None, **params: str) -> dict[str, Any]:
        """What is inside the answer's envelope."""
        answer = httpx.Response(200, content=self.raw(method, files, **params).body).json()
        return next(iter(answer.values()))

    def upload(self, data: bytes = PNG) -> str:
        """An uploaded picture's address."""
        answer = self(
            "taobao.picture.upload", {"img": ("a.png", data, "image/png")}, image_input_title="a.png"
        )
        return str(answer["picture"]["picture_path"])


def single(name: str, value: str, type: str = "input") -> str:
    """A field with one value."""
    return f"<field id={quoteattr(name)} name='' type='{type}'><value>{escape(value)}</value></field>"


def multi(name: str, *values: str) -> str:
    """A multiCheck field."""
    inner = "".join(f"<value>{escape(value)}</value>" for value in values)
    return f"<field id={quoteattr(name)} name='' type='multiCheck'><values>{inner}</values></field>"


def rows(name: str, *inner: str, type: str = "multiComplex") -> str:
    """A field with rows of fields."""
    body = "".join(f"<complex-values>{row}</complex-values>" for row in inner)
    return f"<field id={quoteattr(name)} name='' type='{type}'>{body}</field>"


def sku(code: str, volume: str, price: str, stock: int) -> str:
    """One SKU row by volume."""
    return (
        single("prop_50000101", volume, "singleCheck")
        + single("sku_price", price)
        + single("sku_quantity", str(stock))
        + single("sku_outerId", code)
    )


def item_param(*fields: str) -> str:
    """A whole parameter document."""
    return '<?xml version="1.0" encoding="UTF-8"?><itemParam>' + "".join(fields) + "</itemParam>"


VOLUME_30, VOLUME_50 = "60002011", "60002015"


def serum(image: str, **changes: str) -> str:
    """The document of a serum with two volumes; a change replaces a field's XML, an empty one drops it."""
    fields = {
        "title": single("title", "SEOLBITGAON 林下参玻尿酸保湿精华液"),
        "outer_id": single("outer_id", "SBG-001"),
        "item_status": single("item_status", "0", "singleCheck"),
        "price": single("price", "219.00"),
        "description": single("description", f'<p>保湿精华</p><img src="{image}"/>'),
        "item_images": rows("item_images", single("item_image_0", image), type="complex"),
        "prop_20000": single("prop_20000", "90000001", "singleCheck"),
        "prop_21299": single("prop_21299", "72000001", "singleCheck"),
        "prop_30000001": single("prop_30000001", "30ml/50ml"),
        "prop_30000002": single("prop_30000002", "36个月"),
        "prop_30000003": multi("prop_30000003", "70000001", "70000005"),
        "sku": rows(
            "sku", sku("SBG-001-30", VOLUME_30, "219.00", 240), sku("SBG-001-50", VOLUME_50, "309.00", 180)
        ),
        **changes,
    }
    return item_param(*fields.values())


CATEGORY = {"category_id": "50200002", "product_id": "0"}
