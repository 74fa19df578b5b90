"""The public API as its users write it: checked by mypy --strict, never run."""

from collections.abc import Mapping
from decimal import Decimal
from typing import assert_type

import storesync
import storesync.driver as sd

assert_type(storesync.__version__, str)


def blocking() -> None:
    """A program without an event loop."""
    with storesync.sync.open("storesync.toml") as shops:
        plan = shops.plan("tmall-cn")
        assert_type(plan, storesync.Plan)
        assert_type(plan.counts, Mapping[str, int])
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
