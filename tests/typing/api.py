"""The public API as its users write it: checked by mypy --strict, never run."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, assert_type

import storesync
import storesync.driver as sd
from storesync.report import DriverRow, matrix
from storesync.state.retention import Compacted
from storesync.testing import LAWS, Sample, Subject, Violation, conformance

assert_type(storesync.__version__, str)


def blocking() -> None:
    """A program without an event loop."""
    with storesync.sync.open("storesync.toml") as shops:
        plan = shops.plan("tmall-cn")
        assert_type(plan, storesync.Plan)
        assert_type(plan.counts, Mapping[str, int])
        assert_type(shops.plan("tmall-cn", only=["SBG-001"]), storesync.Plan)
        report = shops.apply(plan, reasons={"hidden": "season's end"})
        assert_type(report, storesync.Report)
        report.raise_for_faults()
        first, whole = shops.sync("tmall-cn")
        assert_type(first, storesync.Plan)
        assert_type(whole, storesync.Report)
        assert_type(shops.observe("tmall-cn"), list[storesync.Drift])


async def service() -> None:
    """A service that has one."""
    async with storesync.Shops.open("storesync.toml") as shops:
        plan = await shops.plan("shopee-vn")
        assert_type(plan, storesync.Plan)
        assert_type(await shops.apply(plan), storesync.Report)
        assert_type(await shops.status("shopee-vn"), storesync.ChannelStatus)
        assert_type(await shops.check(channel="shopee-vn"), storesync.Checked)
        assert_type(await shops.explain("shopee-vn", "SBG-001-30"), storesync.Explained | None)
        taken = await shops.lock_texts("vi", ["SBG-001"], locked=False)
        assert_type(taken.places, tuple[str, ...])
        assert_type((await shops.translate_texts("vi", budget=1000, again=True)).characters, int)
        assert_type(await shops.compact_state(days=90), Compacted)
        assert_type(shops.export_state("state.jsonl"), int)


def values() -> None:
    """What flows through."""
    price = storesync.Money("219.00", "CNY")
    assert_type(price.amount, Decimal)
    assert_type(price + price, storesync.Money)
    issue = storesync.Issue("price.missing", "SBG-001", "no price")
    assert_type(issue.severity, storesync.Severity)


def rejected(fault: storesync.Fault) -> bool:
    """Faults by class."""
    return isinstance(fault, storesync.Rejected)


def create(shop: sd.Shop, new: sd.New) -> sd.Flow[sd.Receipt]:
    """A driver author's flow."""
    made = yield sd.request("POST", "/listings", json=new.content)
    assert_type(made, sd.Response)
    assert_type(made.at("id", str), str)
    return sd.Receipt(sd.Ref(made.id("id")))


def proven(driver: sd.Driver[Any, sd.Shop], shop: sd.Shop, new: sd.New) -> None:
    """A driver author's test file, and the matrix that shows the result."""
    sample = Sample(part="create", args=(new,), answers=({"id": 1},), result=sd.Receipt(sd.Ref("1")))
    assert_type(conformance.suite(driver, shop=shop, samples=[sample]), Callable[..., None])
    subject = Subject(driver=driver, shop=shop, samples=[sample])
    assert_type([found for law in LAWS for found in law(subject)], list[Violation])
    assert_type(matrix(), tuple[DriverRow, ...])
