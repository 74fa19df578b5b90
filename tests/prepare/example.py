"""The Gangwon example as values: products, texts, tables, the policies of P02 and P07, fixture rates."""

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import storesync.driver as sd
from storesync.catalog import Folder, read_reference
from storesync.drivers import tmall
from storesync.localization import Reference
from storesync.model import Category, Channel, Product
from storesync.prepare import Settings
from storesync.pricing import AddOn, Ending, Fee, Policy, PolicyBook, Rate, Snapshot, Tax
from storesync.sandbox import invented, top_rules
from storesync.testing import drive

TODAY = date(2026, 11, 23)
CN = sd.Market("CN", ("zh-Hans",), "CNY")
VN = sd.Market("VN", ("vi",), "VND")

P02 = Policy(
    name="cn",
    currency="CNY",
    source_vat="0.10",
    markup="0.15",
    addons=(AddOn("freight and packing", "4500"),),
    fx_buffer="0.02",
    fees=tuple(Fee(name=f"fee {rate}", rate=rate) for rate in ("0.05", "0.01", "0.03")),
    ending=Ending("10", ("9",), "up"),
)
P07 = Policy(
    name="vn",
    currency="VND",
    source_vat="0.10",
    markup="0.10",
    addons=(AddOn("freight and packing", "3000"),),
    fx_buffer="0.02",
    tax=Tax(mode="included", duty="0", vat="0.08", vat_until=date(2026, 12, 31)),
    fees=(
        Fee(name="fixed", rate="0.12"),
        Fee(name="payment", rate="0.04"),
        Fee(name="voucher", rate="0.03", cap="50000"),
    ),
    ending=Ending("10000", ("9000",), "up"),
)
RATES = Snapshot(
    kind="fixture",
    rates=(
        Rate(base="CNY", quote="KRW", value="200.71", observed=TODAY, source="example"),
        Rate(base="VND", quote="KRW", value="0.0508", observed=TODAY, source="example"),
    ),
)


def _folder() -> Path:
    with as_file(files("storesync.examples") / "gangwon") as folder:
        return folder


def _draw(folder: Path, catalog: Path) -> None:
    """One tiny file with a JPEG's first and last bytes for every picture that the tables name."""
    for table, column in (("products.csv", "image_files"), ("variants.csv", "image")):
        with (catalog / table).open(encoding="utf-8", newline="") as lines:
            names = [name for row in csv.DictReader(lines) for name in row[column].split(";") if name]
        for name in names:
            (folder / name).write_bytes(b"\xff\xd8\xff\xe0" + name.encode() + b"\xff\xd9")


@cache
def products() -> Mapping[str, Product]:
    """All 80 lines, as the catalog reads them."""
    found = {}
    with TemporaryDirectory() as images:
        _draw(Path(images), _folder() / "catalog")
        for read in Folder(_folder() / "catalog", images=images).products():
            if read.product is None:
                raise AssertionError(f"{read.key}: {read.issues}")
            found[read.key] = read.product
    return found


@cache
def reference() -> Reference:
    """All delivered translations."""
    texts, issues = read_reference(_folder() / "catalog")
    if issues:
        raise AssertionError(issues)
    return texts


def _rows(name: str) -> list[dict[str, str]]:
    lines = (_folder() / "tables" / name).read_text("utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


@cache
def _tables(driver: str) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    attributes: dict[str, dict[str, str]] = {}
    for row in _rows(f"{driver}-attributes.csv"):
        attributes.setdefault(row["category"], {})[row["attribute"]] = row["source"]
    return {row["category_code"]: row["category_id"] for row in _rows(f"{driver}-categories.csv")}, attributes


def settings(driver: str, market: sd.Market, **changes: Any) -> Settings:
    """The example's channel of this driver."""
    categories, attributes = _tables(driver)
    full: dict[str, Any] = {
        "channel": Channel(
            name=f"{driver}-{market.code.lower()}", driver=driver, markets=(market,), environment="sandbox"
        ),
        "reference": reference(),
        "today": TODAY,
        "categories": categories,
        "attributes": attributes,
        "accept": frozenset({"reference"}),
        "policies": {
            "CN": PolicyBook(name="cn", policies=(P02,)),
            "VN": PolicyBook(name="vn", policies=(P07,)),
        },
        "rates": RATES,
    }
    return Settings(**{**full, **changes})


@cache
def tmall_category(id_: str) -> Category:
    """The emulated Tmall's rule document, read by the driver."""
    table = invented.table()
    known = next(one for one in table.categories if top_rules.category_id(one) == id_)
    answer = {"tmall_item_add_schema_get_response": {"add_item_result": top_rules.add_document(table, known)}}
    shop = tmall.Shop(channel="tmall-cn", markets=(CN,))
    assert tmall.DRIVER.category is not None
    _, category = drive(tmall.DRIVER.category(shop, sd.CategoryKey(id_)), answer)
    return category
