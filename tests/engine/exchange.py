"""Two rate services as they answer, with rates that a test sets; and the example's shops priced by them."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Any, TypeVar

import httpx
from attrs import define, field, frozen

from storesync.config import load
from storesync.engine import Report
from storesync.engine.rates import WIRE
from storesync.engine.shops import Shops
from storesync.plan import Plan
from storesync.pricing.businessday import is_business_day
from storesync.pricing.rates.ecos import ITEMS
from storesync.sandbox import SandboxTransport, market_shopee, market_tmall
from storesync.sandbox.core import Market
from storesync.testing.processes import environ
from storesync.testing.virtual import VirtualLoop, run_virtual, virtual_env

T = TypeVar("T")
TMALL, SHOPEE = "tmall-cn", "shopee-vn"
MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # noon in Seoul
KEYS = {"ECOS_KEY": "ecos-k3y-1234", "KEXIM_KEY": "kexim-k3y-5678"}
FEW = ("SBG-001", "SBG-002", "SBG-008")

SOURCES = """
[rates]
chain = ["ecos"]

[rates.sources.ecos]
key = "env:ECOS_KEY"

[rates.sources.kexim]
key = "env:KEXIM_KEY"
"""


@define
class Services(httpx.AsyncBaseTransport):
    """The Bank of Korea and the Eximbank: won per unit, on Korean business days, in their own shapes.

    `rates` holds today's by service and currency; a service in `down` does not answer.
    """

    now: Callable[[], datetime]
    rates: dict[str, dict[str, Decimal]] = field(factory=dict)
    down: set[str] = field(factory=set)
    asked: Counter[str] = field(factory=Counter)

    def quote(self, service: str, **rates: str) -> None:
        """Quote these from now on."""
        self.rates.setdefault(service, {}).update({code: Decimal(rate) for code, rate in rates.items()})

    @property
    def today(self) -> date:
        """The date in Seoul."""
        return (self.now() + timedelta(hours=9)).date()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer of the service behind the host."""
        service = "ecos" if request.url.host == "ecos.bok.or.kr" else "kexim"
        self.asked[service] += 1
        if service in self.down:
            raise httpx.ConnectError(f"{service} is down", request=request)
        body = self._ecos(request.url.path) if service == "ecos" else self._kexim(dict(request.url.params))
        return httpx.Response(200, content=json.dumps(body).encode(), request=request)

    def _ecos(self, path: str) -> Any:
        parts = path.split("/")
        assert KEYS["ECOS_KEY"] == parts[3], "the key is in the path"
        code = next(code for code, (item, _) in ITEMS.items() if item == parts[-1])
        rate = self.rates.get("ecos", {}).get(code)
        day = self.today
        while not is_business_day(day, "KR"):
            day -= timedelta(days=1)
        if rate is None:
            return {"RESULT": {"CODE": "INFO-200", "MESSAGE": "해당하는 데이터가 없습니다."}}
        value = str(rate * ITEMS[code][1])
        row = {"ITEM_CODE1": parts[-1], "TIME": f"{day:%Y%m%d}", "DATA_VALUE": value}
        return {"StatisticSearch": {"list_total_count": 1, "row": [row]}}

    def _kexim(self, params: dict[str, str]) -> Any:
        if params["authkey"] != KEYS["KEXIM_KEY"]:
            return [{"result": 3, "cur_unit": None}]
        day = datetime.strptime(params["searchdate"], "%Y%m%d").replace(tzinfo=UTC).date()
        if not is_business_day(day, "KR"):
            return []
        return [
            {
                "result": 1,
                "cur_unit": "CNH" if code == "CNY" else code,
                "ttb": f"{rate * Decimal('0.99'):,f}",
                "tts": f"{rate * Decimal('1.01'):,f}",
                "deal_bas_r": f"{rate:,f}",
            }
            for code, rate in self.rates.get("kexim", {}).items()
        ]


class _Under(httpx.AsyncBaseTransport):
    """An emulated shop below a path, as the loopback server has it."""

    def __init__(self, prefix: bytes, inner: SandboxTransport) -> None:
        self._prefix, self._inner = prefix, inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Take the prefix off and pass the request on."""
        url = request.url.copy_with(raw_path=request.url.raw_path.removeprefix(self._prefix))
        inner = httpx.Request(
            request.method,
            url,
            headers=request.headers,
            content=await request.aread(),
            extensions=request.extensions,
        )
        return await self._inner.handle_async_request(inner)


@frozen
class Merchant:
    """Three products of the example on both emulated shops, with one clock and the rate services."""

    folder: Path
    loop: VirtualLoop
    shops: dict[str, Market]
    services: Services
    wires: dict[str, httpx.AsyncBaseTransport]
    random: Random

    def run(self, work: Callable[[Shops], Coroutine[Any, Any, T]]) -> T:
        """A new process does this work."""

        async def whole() -> T:
            env = virtual_env(self.loop, self.random, start=MONDAY, owner="test:1")
            config = load(self.folder / "storesync.toml")
            variables = {**environ(), **KEYS}
            async with Shops(config, env=env, environ=variables, wire=self.wires, inline=True) as shops:
                return await work(shops)

        return run_virtual(self.loop, whole())

    def plan(self, channel: str = TMALL) -> Plan:
        """What would change."""
        return self.run(lambda shops: shops.plan(channel))

    def sync(self, channel: str = TMALL, *, meant: bool = False) -> tuple[Plan, Report]:
        """Plan and apply; a person who `meant` it gives every guard that trips a reason."""
        tripped = [guard.name for guard in self.plan(channel).tripped] if meant else []
        return self.run(lambda shops: shops.sync(channel, reasons=dict.fromkeys(tripped, "meant")))

    def prices(self, channel: str = TMALL) -> dict[str, Decimal]:
        """What the market itself shows, by SKU."""
        return {
            sku.code: sku.price for listing in self.shops[channel].alive() for sku in listing.skus.values()
        }

    def traces(self, channel: str = TMALL, *, rates: str = "") -> dict[str, Any]:
        """The price traces of every SKU: as they stand in the state, or made anew from a snapshot."""

        async def work(shops: Shops) -> dict[str, Any]:
            found: dict[str, Any] = {}
            for read in shops.source.products():
                assert read.product is not None
                for variant in read.product.variants:
                    explained = await shops.explain(channel, variant.sku, rates=rates)
                    assert explained is not None
                    found[variant.sku] = explained.prices
            return found

        return self.run(work)

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.loop.skip(timedelta(**span).total_seconds())

    def edit(self, name: str, old: str, new: str) -> None:
        """Change one place in a file."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


@contextmanager
def merchant(folder: Path, *, rates: str = SOURCES, seed: int = 1) -> Iterator[Merchant]:
    """The example cut to three products, with empty shops, and with these tables of rates."""
    with as_file(files("storesync.examples") / "gangwon") as example:
        copytree(example, folder, dirs_exist_ok=True)
    _cut(folder / "catalog")
    config = folder / "storesync.toml"
    text = config.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("today")]
    text = "\n".join(lines).replace('[rates]\nfrom = "rates.toml"\n', rates)
    config.write_text(text + "\n", encoding="utf-8")
    loop = VirtualLoop()
    clock = virtual_env(loop, Random(0), start=MONDAY, owner="market").now
    tmall, tmall_dialect = market_tmall(clock)
    shopee, shopee_dialect = market_shopee(clock)
    services = Services(clock)
    services.quote("ecos", CNY="200.71", VND="0.0508")
    services.quote("kexim", CNY="200.71")
    wires: dict[str, httpx.AsyncBaseTransport] = {
        TMALL: _Under(b"/tmall", SandboxTransport({"127.0.0.1": (tmall, tmall_dialect)})),
        SHOPEE: _Under(b"/shopee", SandboxTransport({"127.0.0.1": (shopee, shopee_dialect)})),
        WIRE: services,
    }
    try:
        yield Merchant(folder, loop, {TMALL: tmall, SHOPEE: shopee}, services, wires, Random(seed))
    finally:
        loop.close()


def _cut(catalog: Path) -> None:
    images = catalog / "images"
    images.mkdir(exist_ok=True)
    for name in ("products.csv", "variants.csv", "translations.csv"):
        path = catalog / name
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        rows = [row for row in rows if row["product_code"] in FEW]
        with path.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        for row in rows:
            for picture in (row.get("image_files") or row.get("image") or "").split(";"):
                if picture:
                    content = b"\xff\xd8\xff\xe0" + picture.encode() + b"\xff\xd9"
                    (images / picture).write_bytes(content)
