"""A channel is priced with rates that were collected, kept, and cited; what is doubtful holds its prices.

Each test runs the real engine on the emulated shops, with rate services that answer as the Bank of Korea and the
Eximbank do, in virtual time. Every run is a process of its own: what it knows of rates it knows from the state.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from rich.console import Console
from tests.engine.exchange import KEYS, SHOPEE, SOURCES, TMALL, Merchant, merchant

from storesync.errors import StalePlan, StoresyncError
from storesync.model import loads
from storesync.plan import Kind
from storesync.pricing.settle import within
from storesync.report.document import rates_document
from storesync.report.rate_view import rates_view
from storesync.testing.processes import environ


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Merchant]:
    """Three products on two shops; won per yuan and dong from the Bank of Korea."""
    with merchant(tmp_path) as opened:
        yield opened


def test_rates_are_collected_kept_and_cited(shop: Merchant) -> None:
    """The first plan asks; its snapshot is in every trace, in the plan and in the state, without the key."""
    plan, report = shop.sync()
    report.raise_for_faults()
    again = shop.plan()
    cited = {
        step["snapshot"]
        for one in shop.traces().values()
        for t in one.values()
        for step in t["steps"]
        if "snapshot" in step
    }
    status = shop.run(lambda shops: shops.rates())

    assert {plan.snapshot} == cited
    assert Decimal("219.00") == shop.prices()["SBG-001-30"]
    assert (plan.snapshot, []) == (again.snapshot, list(again))
    assert 1 == shop.services.asked["ecos"]
    assert plan.snapshot == shop.run(lambda shops: shops._prices.load(plan.snapshot)).id
    assert ["CNY", "VND"] == [line.currency for line in status.lines]
    assert KEYS["ECOS_KEY"].encode() not in (shop.folder / "storesync.db").read_bytes()


def test_explain_tells_when_a_rate_was_fetched_and_confirmed(shop: Merchant) -> None:
    """A band keeps Monday's rate on Wednesday: the price that is made then says both days, and the hour."""
    shop.sync()
    shop.services.quote("ecos", CNY="201.50")
    shop.wait(days=2)
    shop.edit("catalog/variants.csv", ",32000,", ",33000,")
    shop.sync()
    explained = shop.run(lambda shops: shops.explain(TMALL, "SBG-001-30"))
    assert explained is not None
    (rate,) = next(step["rates"] for step in explained.prices["CN"]["steps"] if "rates" in step)

    assert ("200.71", "2026-11-23", "2026-11-23T03:00:00+00:00", "2026-11-25") == (
        rate["value"],
        rate["observed"],
        rate["fetched_at"],
        rate["confirmed"],
    )


def test_a_rate_is_asked_for_again_when_its_source_published_a_newer_one(shop: Merchant) -> None:
    """Friday's rate is fresh on Monday, a holiday ages nobody, and a channel takes only what it needs."""
    asked = []
    shop.sync()
    for days in (1, 1, 2, 1, 1, 1):  # Tuesday, Wednesday, Friday, Saturday, Sunday, Monday
        shop.wait(days=days)
        shop.sync()
        asked.append(shop.services.asked["ecos"])

    assert [1, 2, 3, 3, 3, 3] == asked


def test_a_new_rate_reprices_and_the_plan_says_so(shop: Merchant) -> None:
    """The market shows the price of the new rate, and the old snapshot stays in the state."""
    first, _ = shop.sync()
    before = shop.prices()
    shop.services.quote("ecos", CNY="205.00")
    shop.wait(days=2)
    plan, report = shop.sync()
    report.raise_for_faults()

    assert {Kind.PRICES} == {operation.kind for operation in plan}
    assert {("rate",)} == {operation.causes for operation in plan}
    assert first.snapshot != plan.snapshot
    assert any(before[sku] > price for sku, price in shop.prices().items())
    assert first.snapshot == shop.run(lambda shops: shops._prices.load(first.snapshot[:8])).id


def test_an_old_snapshot_gives_the_old_prices_byte_for_byte(shop: Merchant) -> None:
    """Looked at by `explain`, then pinned and sent: prices and traces are those of that day, weeks later."""
    first, _ = shop.sync()
    shown, traces = shop.prices(), shop.traces()
    shop.services.quote("ecos", CNY="206.50")
    shop.wait(days=2)
    shop.sync()
    moved = shop.traces()
    shop.wait(days=28)
    looked = shop.traces(rates=first.snapshot)
    shop.run(
        lambda shops: shops.pin_rates(
            first.snapshot[:10], reason="prices of the catalog in print", channels=[TMALL]
        )
    )
    asked = shop.services.asked["ecos"]
    plan, report = shop.sync()
    report.raise_for_faults()

    assert traces != moved
    assert traces == looked == shop.traces()
    assert shown == shop.prices()
    assert first.snapshot == plan.snapshot
    assert asked == shop.services.asked["ecos"]
    assert () == plan.held


ELSEWHERE = """
import decimal, sys
folder, snapshot, digits = sys.argv[1:]
decimal.setcontext(decimal.Context(prec=int(digits), rounding=decimal.ROUND_UP))
import storesync
from storesync.model import dumps
from storesync.report.document import explained_document
with storesync.sync.open(folder + "/storesync.toml") as shops:
    for sku in ("SBG-001-30", "SBG-001-50", "SBG-002-200", "SBG-008-01"):
        found = shops.explain("tmall-cn", sku, rates=snapshot)
        sys.stdout.write(dumps(explained_document(found)["prices"]) + "\\n")
"""


def test_an_old_snapshot_gives_the_same_bytes_in_every_process(shop: Merchant) -> None:
    """With another hash seed, locale, time zone and decimal context: what a price was then is what it was."""
    first, _ = shop.sync()
    then = shop.traces()
    shop.services.quote("ecos", CNY="206.50")
    shop.wait(days=2)
    shop.sync()
    told = set()
    for seed, place, zone, digits in (
        ("0", "C", "UTC", "28"),
        ("77", "de_DE.UTF-8", "America/Los_Angeles", "2"),
    ):
        hosts = {"PYTHONHASHSEED": seed, "LC_ALL": place, "TZ": zone}
        variables = {**os.environ, **environ(), **KEYS, **hosts}
        command = [sys.executable, "-c", ELSEWHERE, str(shop.folder), first.snapshot, digits]
        told.add(subprocess.run(command, env=variables, capture_output=True, check=True).stdout)
    (bytes_,) = told
    skus = ("SBG-001-30", "SBG-001-50", "SBG-002-200", "SBG-008-01")

    assert [then[sku] for sku in skus] == [loads(line) for line in bytes_.splitlines()]


def test_a_pin_holds_for_its_channels_until_it_is_taken_away(shop: Merchant) -> None:
    """Rates move on; the pinned channel stands still, the other follows; unpinned, it follows, too."""
    first, _ = shop.sync()
    shop.sync(SHOPEE)
    shop.run(lambda shops: shops.pin_rates(first.snapshot, reason="fair week", channels=[TMALL]))
    shop.services.quote("ecos", CNY="206.50", VND="0.0519")
    shop.wait(days=2)
    pinned, other = shop.plan(), shop.plan(SHOPEE)
    status = shop.run(lambda shops: shops.rates())
    freed = shop.run(lambda shops: shops.unpin_rates(reason="the fair is over"))
    after = shop.plan()

    assert [] == list(pinned)
    assert Kind.PRICES in {operation.kind for operation in other}
    assert ["fair week", None] == [one.pinned and one.pinned.reason for one in status.channels]
    assert (TMALL,) == freed
    assert {Kind.PRICES} == {operation.kind for operation in after}


def test_a_plan_is_made_again_from_the_snapshot_it_names(shop: Merchant) -> None:
    """Weeks and rates later: the same operations, to the last digest; a note says that rates stand still."""
    first = shop.plan()
    shop.services.quote("ecos", CNY="206.50")
    shop.wait(days=20)
    other = shop.plan()
    shop.run(lambda shops: shops.pin_rates(first.snapshot, reason="an audit", channels=[TMALL]))
    again = shop.plan()
    told = [issue for issue in again.warnings if issue.code == "rates.pinned"]

    assert [one.id for one in first] == [one.id for one in again]
    assert [one.details for one in first] == [one.details for one in again]
    assert [one.details for one in first] != [one.details for one in other]
    assert first.snapshot == again.snapshot
    assert [f"snapshot {first.snapshot[:8]}, pinned on 2026-12-13: an audit"] == [
        issue.message.partition("rate ")[2] for issue in told
    ]


@pytest.mark.parametrize(
    ("name", "reason", "channels", "said"),
    [
        ("ffff", "why", [TMALL], "there is no rate snapshot 'ffff'"),
        ("%", "why", [TMALL], "there is no rate snapshot '%'"),
        ("", " ", [TMALL], "to pin rates needs a reason"),
        ("", "why", [SHOPEE], "has no VND/KRW, which channel 'shopee-vn' needs"),
        ("", "why", ["lazada-vn"], "no channel 'lazada-vn' is configured"),
    ],
)
def test_a_pin_that_cannot_be_is_refused(
    shop: Merchant, name: str, reason: str, channels: list[str], said: str
) -> None:
    """An unknown snapshot, no reason, a snapshot without the channel's currency: nothing is pinned."""
    plan = shop.plan()
    with pytest.raises(StoresyncError, match=said):
        shop.run(lambda shops: shops.pin_rates(name or plan.snapshot, reason=reason, channels=channels))

    assert all(one.pinned is None for one in shop.run(lambda shops: shops.rates()).channels)


def test_a_source_that_fails_holds_what_it_prices_and_nothing_else(tmp_path: Path) -> None:
    """No rate for yuan: every listing there is held and says why; the dong comes from elsewhere and goes on."""
    chains = SOURCES.replace('chain = ["ecos"]', 'chain = ["ecos"]\nchains = { CNY = ["kexim"] }')
    with merchant(tmp_path, rates=chains) as shop:
        shop.services.down.add("kexim")
        held, _ = shop.sync()
        _, report = shop.sync(SHOPEE)
        shop.services.down.clear()
        mended, _ = shop.sync()

        assert [] == list(held)
        assert {"SBG-001", "SBG-002", "SBG-008"} == {one.key for one in held.held}
        assert ["rates.none"] == [i.code for i in held.warnings if i.code.startswith("rates.")]
        assert {"price.rate_missing"} == {i.code for one in held.held for i in one.issues}
        assert 3 == len(shop.shops[SHOPEE].alive())
        report.raise_for_faults()
        assert 3 == mended.counts["create"]


def test_a_service_that_fails_later_leaves_the_known_rate_until_it_is_too_old(shop: Merchant) -> None:
    """Within the allowed age the rate stays in use, with a warning; then prices are held, and the live ones stay."""
    shop.sync()
    shown = shop.prices()
    shop.services.down.add("ecos")
    shop.wait(days=2)
    soon = shop.plan()
    shop.edit("catalog/variants.csv", ",32000,", ",33000,")
    shop.wait(days=9)
    late, _ = shop.sync()

    assert (0, 0) == (len(soon), len(soon.held))
    assert ["rates.kept"] == [i.code for i in soon.warnings if i.code.startswith("rates.")]
    assert [] == list(late)
    assert {"price.rate_stale"} == {i.code for one in late.held for i in one.issues}
    assert shown == shop.prices()


def test_a_jump_is_not_believed_until_a_person_confirms_it(shop: Merchant) -> None:
    """A rate a hundred times too high holds the prices run after run; a confirmed devaluation is sent."""
    shop.sync()
    shown = shop.prices()
    shop.services.quote("ecos", CNY="301")
    shop.wait(days=2)
    held = [shop.sync()[0] for _ in range(3)]
    shop.services.quote("ecos", CNY="221.00")
    still, _ = shop.sync()
    same = shop.prices()
    found = shop.run(lambda shops: shops.fetch_rates(confirm=["CNY"]))
    plan, _ = shop.sync(meant=True)

    for one in (*held, still):
        assert 3 == len(one.held)
        assert ["rates.jump"] == [i.code for i in one.warnings if i.code.startswith("rates.")]
        assert {"price.rate_doubted"} == {i.code for kept in one.held for i in kept.issues}
        assert "storesync rates fetch --confirm CNY" in one.held[0].issues[0].hint
    assert shown == same
    assert () == tuple(found)
    assert {Kind.PRICES} == {operation.kind for operation in plan}
    assert all(shown[sku] > price for sku, price in shop.prices().items())


def test_two_sources_that_disagree_hold_the_prices(tmp_path: Path) -> None:
    """The witness must confirm within the tolerance; when both agree again, prices go on."""
    rates = SOURCES.replace('chain = ["ecos"]', 'chain = ["ecos"]\nwitness = "kexim"\ntolerance = "0.01"')
    with merchant(tmp_path, rates=rates) as shop:
        shop.services.quote("kexim", CNY="204.00")
        apart = shop.plan()
        shop.services.quote("kexim", CNY="200.90")
        near = shop.plan()
        status = shop.run(lambda shops: shops.rates())

        assert (0, 3) == (len(apart), len(apart.held))
        assert ["rates.disagree"] == [i.code for i in apart.warnings if i.code.startswith("rates.")]
        assert 3 == near.counts["create"]
        assert "kexim, 0.09 % apart, 2026-11-23" == status.lines[0].confirmed


def test_a_required_witness_that_is_silent_holds_the_prices(tmp_path: Path) -> None:
    """What is live stays until the second source speaks again; no hour of waiting in between."""
    rates = SOURCES.replace(
        'chain = ["ecos"]', 'chain = ["ecos"]\nwitness = "kexim"\nwitness_required = ["CNY"]'
    )
    with merchant(tmp_path, rates=rates) as shop:
        shop.sync()
        shown = shop.prices()
        shop.services.quote("ecos", CNY="206.00")
        shop.services.down.add("kexim")
        shop.wait(days=2)
        held, _ = shop.sync()
        same = shop.prices()
        shop.services.quote("kexim", CNY="206.10")
        shop.services.down.clear()
        spoken, _ = shop.sync()

        assert (0, 3) == (len(held), len(held.held))
        assert ["rates.unconfirmed"] == [i.code for i in held.warnings if i.code.startswith("rates.")]
        assert shown == same
        assert {Kind.PRICES} == {operation.kind for operation in spoken}


def test_a_rate_whose_source_left_the_chain_is_used_no_more(tmp_path: Path) -> None:
    """Nobody answers for it: prices are held until the new chain speaks, and it is still the measure of a jump."""
    rates = SOURCES.replace('chain = ["ecos"]', 'chain = ["kexim"]')
    with merchant(tmp_path, rates=rates) as shop:
        shop.sync()
        shown = shop.prices()
        shop.edit("storesync.toml", 'chain = ["kexim"]', 'chain = ["ecos"]')
        shop.services.down.add("ecos")
        checked = shop.run(lambda shops: shops.check(TMALL))
        plan, _ = shop.sync()
        status = shop.run(lambda shops: shops.rates())
        shop.services.down.clear()
        shop.services.quote("ecos", CNY="301")
        shop.wait(hours=2)
        jumped, _ = shop.sync()
        shop.services.quote("ecos", CNY="200.70")
        good, _ = shop.sync()

        assert ["rates.none"] == [i.code for i in plan.warnings if i.code.startswith("rates.")]
        assert (0, 3, 3) == (len(plan), len(plan.held), len(checked.held))
        assert status.lines[0].rate is None
        assert ["rates.jump"] == [i.code for i in jumped.warnings if i.code.startswith("rates.")]
        assert ((), shown) == (good.held, shop.prices())


def test_rates_that_are_written_down_count_at_once(tmp_path: Path) -> None:
    """An edited table is seen by the next plan; nobody is asked."""
    table = '[rates.sources.static]\nkind = "live"\nas_of = 2026-11-23\nquotes = { KRW_per_CNY = "200.71" }\n'
    with merchant(tmp_path, rates=table) as shop:
        shop.sync()
        before = shop.prices()
        shop.edit("storesync.toml", "200.71", "206.50")
        plan, _ = shop.sync()

        assert {Kind.PRICES} == {operation.kind for operation in plan}
        assert before != shop.prices()
        assert 0 == shop.services.asked.total()


DESK = """
[rates.sources.desk]
uses = "static"
kind = "live"
as_of = 2026-11-23
quotes = { KRW_per_CNY = "200.71" }
"""


def test_a_table_edited_beside_services_makes_a_plan_stale(tmp_path: Path) -> None:
    """The yuan is written down, the dong is asked for: who applies a plan made from the former table is told."""
    rates = SOURCES.replace('chain = ["ecos"]', 'chain = ["ecos"]\n[rates.chains]\nCNY = ["desk"]') + DESK
    with merchant(tmp_path, rates=rates) as shop:
        shop.sync()
        before = shop.prices()
        shop.edit("storesync.toml", "200.71", "205.50")
        made = shop.plan()
        shop.edit("storesync.toml", "205.50", "200.71")
        with pytest.raises(StalePlan, match="the rates to price with are others"):
            shop.run(lambda shops: shops.apply(made))
        shop.sync()

        assert {Kind.PRICES} == {operation.kind for operation in made}
        assert before == shop.prices()


def test_a_table_that_stands_in_for_a_service_is_seen_edited_at_once(tmp_path: Path) -> None:
    """The service is silent and is not asked again for an hour; what the table says by now counts all the same."""
    rates = SOURCES.replace('chain = ["ecos"]', 'chain = ["ecos", "desk"]') + DESK
    with merchant(tmp_path, rates=rates) as shop:
        shop.services.down.add("ecos")
        shop.sync()
        before, asked = shop.prices(), shop.services.asked.total()
        shop.wait(minutes=10)
        silent = shop.plan()
        rested = shop.services.asked.total()
        shop.edit("storesync.toml", "200.71", "206.50")
        plan = shop.plan()
        shop.edit("storesync.toml", "206.50", "106.50")
        slipped = shop.plan()

        assert ((), asked) == (silent.operations, rested)
        assert {Kind.PRICES} == {operation.kind for operation in plan}
        assert ["rates.jump"] == [issue.code for issue in slipped.warnings if issue.code == "rates.jump"]
        assert () == slipped.operations
        assert before == shop.prices()


def test_a_missing_key_is_a_finding_and_the_next_source_stands_in(tmp_path: Path) -> None:
    """The variable is named with its line; the chain goes on without it."""
    rates = SOURCES.replace('chain = ["ecos"]', 'chain = ["lost", "ecos"]')
    rates += '\n[rates.sources.lost]\nuses = "kexim"\nkey = "env:NOBODY_SET_THIS"\n'
    with merchant(tmp_path, rates=rates) as shop:
        checked = shop.run(lambda shops: shops.check(TMALL))
        plan = shop.plan()
        said = [issue for issue in checked.issues if issue.code == "config.secret_missing"]

        assert ["rate source 'lost': the environment variable NOBODY_SET_THIS is not set"] == [
            i.message for i in said
        ]
        assert said[0].at.startswith("storesync.toml:")
        assert 3 == plan.counts["create"]
        assert ["rates.fallback"] == [i.code for i in plan.warnings if i.code.startswith("rates.")]


def test_a_check_asks_nobody_and_writes_nothing_down(shop: Merchant) -> None:
    """Before the first rate it says how to get one; afterwards it judges by what is known."""
    shop.services.down.add("ecos")
    shop.plan()
    shop.services.down.clear()
    asked = shop.services.asked.total()
    before = shop.run(lambda shops: shops.check(TMALL))
    unasked = shop.services.asked.total() - asked
    shop.run(lambda shops: shops.fetch_rates())
    after = shop.run(lambda shops: shops.check(TMALL))
    events = shop.run(lambda shops: shops.rates()).history

    assert 0 == unasked
    assert all("storesync rates fetch" in issue.hint for one in before.held for issue in one.issues)
    assert 3 == len(before.held)
    assert () == after.held
    assert ["collected", "priced", "collected"] == [event.event for event in events]


BAND, WIDER = 'quiet = "0.01" ', 'quiet = "0.02" '


def test_a_band_keeps_its_middle_over_days_without_a_believed_rate(shop: Merchant) -> None:
    """A jump that was a mistake of the source, in between: the same band, no price touched."""
    shop.edit("prices.toml", BAND, WIDER)
    shop.sync()
    writes = shop.shops[TMALL].writes()
    for rate in ("203.90", "20390", "203.90"):
        shop.services.quote("ecos", CNY=rate)
        shop.wait(days=2)
        shop.sync()

    assert writes == shop.shops[TMALL].writes()


def test_each_channel_has_a_band_of_its_own(shop: Merchant) -> None:
    """Two shops in yuan, one of them a week younger: each keeps the rate it was priced with, until that is left."""
    text = (shop.folder / "storesync.toml").read_text("utf-8")
    first = text[text.index("[channels.tmall-cn]") : text.index("[channels.shopee-vn]")]
    shop.edit("storesync.toml", first, first + first.replace(TMALL, "tmall-two"))
    shop.wires["tmall-two"] = shop.wires[TMALL]

    def priced_with() -> list[str]:
        used = []
        for channel in (TMALL, "tmall-two"):
            shop.plan(channel)
            (one,) = [one for one in shop.run(lambda shops: shops.rates()).channels if one.channel == channel]
            rate = one.snapshot.pair("CNY", "KRW") if one.snapshot is not None else None
            assert rate is not None
            used.append(str(rate.value))
        return used

    shop.plan(TMALL)
    used = []
    for rate in ("202.00", "202.50", "203.50", "202.10", "200.71", "199.90"):
        shop.services.quote("ecos", CNY=rate)
        shop.wait(days=7)
        used.append(priced_with())

    assert [
        ["200.71", "202.00"],
        ["200.71", "202.00"],  # 0.9 % and 0.2 % off
        ["203.50", "202.00"],  # 1.4 % and 0.7 % off
        ["203.50", "202.00"],
        ["200.71", "202.00"],  # 1.4 % and 0.6 % off
        ["200.71", "199.90"],  # 0.4 % and 1.1 % off
    ] == used


@pytest.mark.parametrize("seed", range(3))
def test_a_rate_that_walks_within_its_band_reprices_nothing(tmp_path: Path, seed: int) -> None:
    """Sixty business days of a random walk: the market is written to only when the rate left the band."""
    random, rate = Random(seed), Decimal("200.00")
    with merchant(tmp_path, seed=seed) as shop:
        shop.edit("prices.toml", BAND, WIDER)
        shop.services.quote("ecos", CNY=str(rate))
        shop.sync()
        middle, left, written = rate, 0, 0
        for _ in range(60):
            shop.wait(days=2)
            rate = (rate * (1 + Decimal(random.randrange(-40, 41)) / 10_000)).quantize(Decimal("0.01"))
            shop.services.quote("ecos", CNY=str(rate))
            asked, writes = shop.services.asked["ecos"], shop.shops[TMALL].writes()
            plan, _ = shop.sync()
            wrote = shop.shops[TMALL].writes() - writes
            if shop.services.asked["ecos"] > asked and not within(rate, middle, Decimal("0.02")):
                middle, left = rate, left + 1
                written += bool(wrote)
            else:
                assert (0, 0) == (wrote, len(plan))

        assert left < 12
        assert written <= left


TABLE = """
[rates]
chain = ["static"]

[rates.sources.static]
kind = "live"
as_of = 2026-11-23
source = "our bank"
rate_kind = "KIND"
quotes = { KRW_per_CNY = "200.71", KRW_per_100VND = "5.08" }
"""


def page(shop: Merchant) -> tuple[str, dict[str, Any]]:
    """The first line of the page of rates, and its JSON."""
    status = shop.run(lambda shops: shops.rates())
    console = Console(width=300)
    with console.capture() as shown:
        console.print(rates_view(status))
    return shown.get().splitlines()[0], rates_document(status)


def test_the_page_of_rates_is_true_at_every_moment(tmp_path: Path) -> None:
    """Never synced, one of two channels synced, both, edited after, pinned: what moved on, and what has no name yet."""
    with merchant(tmp_path, rates=TABLE.replace("KIND", "mid")) as shop:
        never, no_name = page(shop)
        shop.sync()
        one, half = page(shop)
        shop.sync(SHOPEE)
        both, whole = page(shop)
        shop.edit("storesync.toml", "200.71", "205.00")
        edited, moved = page(shop)
        name = whole["snapshot"]
        shop.run(lambda shops: shops.pin_rates(name, reason="fair week", channels=[TMALL, SHOPEE]))
        pinned, fixed = page(shop)
    told = [
        (
            known["snapshot"],
            known["edited"],
            known["never_collected"],
            [rate["snapshot"] for rate in known["rates"]],
        )
        for known in (no_name, half, whole, moved, fixed)
    ]
    first = half["last"]["snapshot"]

    assert [
        ("", [], ["CNY", "VND"], ["", ""]),
        (first, [], ["VND"], [first, ""]),
        (name, [], [], [name, name]),
        ("", ["CNY"], [], ["", name]),
        ("", ["CNY"], [], ["", name]),
    ] == told
    assert never.startswith("no rates were collected yet")
    assert never.rstrip().endswith("the rates below count from the next plan on")
    assert f"snapshot {first[:8]} · VND was never collected: it counts from the next plan on" in one
    assert both.rstrip().endswith(f"UTC, snapshot {name[:8]}")
    assert "moved on for CNY since snapshot " + name[:8] in edited == pinned
    assert name != first


def test_a_channel_whose_service_was_not_asked_yet_moves_nothing_on(shop: Merchant) -> None:
    """The other channel's rate is unknown until it is asked for; what was collected has its name."""
    shop.sync()
    line, known = page(shop)

    assert ([], []) == (known["edited"], known["never_collected"])
    assert known["snapshot"] == known["last"]["snapshot"] == known["rates"][0]["snapshot"]
    assert known["rates"][1]["rate"] is None
    assert "moved on" not in line


def test_a_table_of_selling_rates_prices_who_asks_for_them(tmp_path: Path) -> None:
    """Asked for mid it holds and says whose key that is; asked for sell it prices, and old snapshots stay exact."""
    with merchant(tmp_path, rates=TABLE.replace("KIND", "sell")) as shop:
        refused = shop.plan()
        shop.edit(
            "prices.toml", 'quiet = "0.01"', 'quiet = "0.01"\nrate = { kind = "sell", floor_kind = "sell" }'
        )
        first, report = shop.sync()
        report.raise_for_faults()
        shown, then = shop.prices(), shop.traces()
        shop.edit("storesync.toml", "200.71", "206.50")
        shop.sync(meant=True)
        moved, again = shop.traces(), shop.traces(rates=first.snapshot)
        shop.run(lambda shops: shops.pin_rates(first.snapshot, reason="print", channels=[TMALL]))
        shop.sync(meant=True)
        back = shop.prices()
    told = next(issue for issue in refused.warnings if issue.code == "rates.none")
    kinds = {
        rate["kind"]
        for one in then.values()
        for market in one.values()
        for step in market["steps"]
        for rate in step.get("rates", ())
    }

    assert [] == list(refused)
    assert refused.held
    assert (
        "static: no mid rate for CNY/KRW, it gives sell; mid is asked for by rate.kind of policy"
        in told.message
    )
    assert ({"sell"}, Decimal("219.00")) == (kinds, shown["SBG-001-30"])
    assert then == again != moved
    assert shown == back


def test_a_first_rate_that_slipped_sends_nothing_in_a_new_shop(tmp_path: Path) -> None:
    """A point too far in the table: every listing is held with the band; a reason in the configuration passes it."""
    with merchant(tmp_path, rates=TABLE.replace("KIND", "mid").replace("200.71", "20.071")) as shop:
        held = shop.plan()
        line = 'chain = ["static"]'
        shop.edit("storesync.toml", line, line + '\noutside_band = { CNY = "" }')
        with pytest.raises(StoresyncError, match="outside_band gives no reason for CNY"):
            shop.plan()
        shop.edit("storesync.toml", 'CNY = ""', 'CNY = "a new yuan"')
        passed = shop.plan()
    told = {
        issue.code: issue for plan in (held, passed) for issue in plan.warnings if issue.code == "rates.band"
    }

    assert [] == list(held)
    assert held.held
    assert list(passed)
    assert told["rates.band"].message.endswith("outside_band says: a new yuan")
