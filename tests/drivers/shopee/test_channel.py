"""The example's Vietnamese channel, whole: planned, priced, listed exactly once, whatever gets lost."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from tests.drivers.shopee.channel import CHANNEL, World, world

from storesync.engine.report import Report
from storesync.engine.shops import Shops
from storesync.plan import Plan
from storesync.sandbox.dialect import CREATE, EXTEND
from storesync.sandbox.faults import Fault, FaultSchedule, Step

LINES = 79  # 80 of the sample, of which PDM-070 is a draft
DIVIDED = 24  # lines with more than one variant
FOOD = 19
ORIGIN, SHELF_LIFE, INGREDIENTS = 100_001, 100_002, 100_007
HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[World]:
    """The example on an empty emulated shop."""
    with world(tmp_path / "shop") as made:
        yield made


async def sync(shops: Shops) -> tuple[Plan, Report]:
    """Plan and apply until nothing is left."""
    return await shops.sync(CHANNEL)


def test_the_sample_is_listed_once_and_a_second_run_is_silent(shop: World) -> None:
    """79 lines with their prices, no Korean, the least number of calls, and then nothing to do."""
    first, report = shop.run(sync)
    asked = dict(shop.asked)
    food = [item for item in shop.market.live() if "300019" <= item.category <= "300029"]
    told = [{row["attribute_id"] for row in item.content["attribute_list"]} for item in food]
    bodies = [body.decode("utf-8", "replace") for path, body in shop.wire.sent if "upload_image" not in path]
    second, _ = shop.run(sync)

    assert [] == [outcome.said for outcome in report.outcomes if not outcome.good]
    assert LINES == len(shop.market.live())
    assert {} == shop.market.duplicates()
    assert {"SBG-001-30": Decimal(939_000), "SBG-001-50": Decimal(1_319_000)} == {
        sku.code: sku.price for sku in shop.market.live("SBG-001")[0].skus.values()
    }
    assert [] == [body for body in bodies if HANGUL.search(body)]
    assert (LINES, DIVIDED, DIVIDED) == (
        asked["add_item"],
        asked["init_tier_variation"],
        asked["unlist_item"],
    )
    assert FOOD == len(food)
    assert all({ORIGIN, SHELF_LIFE, INGREDIENTS} <= ids for ids in told)
    assert 0 == shop.market.throttled
    assert () == tuple(second.operations)
    assert asked == dict(shop.asked)
    assert LINES == sum(operation.kind.value == "create" for operation in first.operations)


def test_lost_and_spoiled_creates_make_no_duplicate(tmp_path: Path) -> None:
    """Answers lost or replaced after the effect, a slow market, and a token that ends and is renewed once."""
    steps = [Step(fault=Fault(name="token_expired"), kind=CREATE, skip=20)]
    steps += [
        Step(fault=Fault(name=name, shape=shape), times=times, kind=kind, skip=skip)
        for kind in (CREATE, EXTEND)
        for name, shape, times, skip in (
            ("lost_after", "read", 3, 2),
            ("error_after", "", 3, 1),
            ("garbage_after", "", 3, 1),
            ("lost_before", "protocol", 2, 0),
            ("truncated", "", 2, 1),
            ("throttle", "told", 2, 0),
        )
    ]
    with world(tmp_path / "shop", seed=7, extend_lag=4.5) as shop:
        shop.market.faults = FaultSchedule.script(steps)
        shop.run(sync)
        shop.run(sync)
        left = shop.market.faults.to_json()["script"]
        before = shop.market.writes()
        last, _ = shop.run(sync)

        assert [] == left
        assert {} == shop.market.duplicates()
        assert LINES == len(shop.market.live())
        assert () == tuple(last.operations)
        assert before == shop.market.writes()
        assert 1 == shop.asked["get"]  # auth/access_token/get
