"""The demo's chapters: plan, open a price, apply, look, repeat, change, lose answers, look again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Final

from attrs import define, field
from rich.table import Table
from rich.text import Text

from storesync import sync
from storesync.cli.applying import carried_out
from storesync.cli.outlet import Outlet
from storesync.cli.planning import made, write_page, write_plans
from storesync.cli.progress import applying
from storesync.cli.story.emulators import ENVIRONMENT, Emulators
from storesync.cli.story.project import Project
from storesync.cli.story.promises import Promises
from storesync.engine import Report
from storesync.plan import Plan
from storesync.report.amount import told
from storesync.report.hanging import Indented
from storesync.report.plan_view import plan_view
from storesync.report.price_view import price_table
from storesync.report.run_view import run_view
from storesync.sync import Shops

__all__ = ["Story"]

_OPENED: Final = "SBG-001-30"
_PRICES: Final[Mapping[str, str]] = {"tmall-cn": "¥219.00", "shopee-vn": "939,000 ₫"}
_DEARER: Final = ("SBG-001-30", "32000", "34000")  # SKU, won before, won after
_SOLD: Final = ("SBG-002-400", "90", "65")  # SKU, stock before, after
_OFFER_CALLS: Final = frozenset(
    {"tmall.item.price.update", "tmall.item.quantity.update", "product/update_price", "product/update_stock"}
)
_LOST: Final[tuple[Mapping[str, Any], ...]] = (
    {"fault": "lost_after", "shape": "read", "kind": "create"},
    {"fault": "error_after", "kind": "create"},
    {"fault": "late", "shape": "protocol", "seconds": 2.0, "kind": "create"},
    {"fault": "garbage_after", "kind": "create"},
    {"fault": "lost_before", "shape": "protocol", "kind": "create"},
    {"fault": "truncated", "kind": "create"},
    {"fault": "lost_after", "shape": "protocol", "kind": "create"},
)
_LOST_STEP: Final[Mapping[str, Any]] = {"fault": "lost_after", "shape": "read", "kind": "extend"}
_WORDS: Final[Mapping[str, str]] = {
    "lost_after": "done, then the connection broke",
    "error_after": "done, but answered as an error",
    "late": "broke off, and was done seconds later",
    "garbage_after": "done, but the answer was garbage",
    "lost_before": "broke off, and was never done",
    "truncated": "done, but the answer was cut short",
}


@define
class Story:
    """One telling: the same catalog on every channel, judged by what the shops themselves say."""

    outlet: Outlet
    project: Project
    emulators: Emulators
    channels: tuple[str, ...]
    promises: Promises
    markets: dict[str, str] = field(factory=dict)
    plans: list[Plan] = field(factory=list)
    chapter: int = 0

    @contextmanager
    def _shops(self) -> Iterator[Shops]:
        with sync.open(self.project.config, environ=ENVIRONMENT) as shops:
            self.markets = {name: shops.config.channels[name].channel.driver for name in self.channels}
            yield shops

    def _synced(self, shops: Shops, channel: str) -> tuple[Plan, Report]:
        with applying(self.outlet, channel) as progress:
            plan, report = shops.sync(channel, progress=progress)
        return plan, report

    def head(self, words: str, command: str = "") -> None:
        """Begin a chapter."""
        self.chapter += 1
        self.outlet.say("", Text.assemble((f"{self.chapter}  {words}", "bold"), (f"   {command}", "dim")))

    def line(self, words: str) -> None:
        """One line of the story."""
        self.outlet.say(Text(f"  {words}"))

    def plan(self) -> None:
        """What would change, before anything does; and one price, opened."""
        self.head("What would change, before anything does", "storesync plan -o plan.json --html plan.html")
        with self._shops() as shops:
            self.plans = [made(shops, self.outlet, name) for name in self.channels]
            write_plans(self.project.folder / "plan.json", self.plans)
            write_page(self.project.folder / "plan.html", shops, self.plans)
            self.outlet.say(Indented(_table(self.plans), 2))
            for plan in self.plans:
                counted = plan.counts.get("create", 0) + len(plan.held) + len(plan.not_offered)
                self.promises.keep(
                    f"{plan.channel}: all 80 products are accounted for", (80, 80), (plan.products, counted)
                )
            draft = {held.key for plan in self.plans for held in plan.not_offered if held.reason == "draft"}
            self.promises.keep("PDM-070 is a draft: not offered, and no fault", {"PDM-070"}, draft)
            self.line("ten lines (GGT-*) are kept out by the configuration until chapter 7")
            self.head(f"One price, opened: {_OPENED}", f"storesync explain {_OPENED}")
            for name in self.channels:
                self._open_price(shops, name)

    def _open_price(self, shops: Shops, channel: str) -> None:
        explained = shops.explain(channel, _OPENED)
        want = explained.want if explained is not None else None
        if explained is None or want is None:
            self.promises.keep(f"{channel}: {_OPENED} has a price", expected=True, actual=False)
            return
        for market, trace in explained.prices.items():
            self.outlet.say(
                Text.assemble("  ", (channel, "bold"), f"  {explained.title}"),
                Indented(price_table(trace["steps"]), 4),
            )
            price = told(want.prices[market].sale)
            self.promises.keep(f"{channel}: ₩32,000 becomes {_PRICES[channel]}", _PRICES[channel], price)

    def apply(self) -> None:
        """The reviewed plans, carried out; and what the shops say of it."""
        self.head("The reviewed plan is carried out", "storesync apply plan.json")
        with self._shops() as shops:
            for plan in self.plans:
                report = carried_out(shops, self.outlet, plan, {})
                self.promises.keep(f"{plan.channel}: every operation was carried out", [], _bad(report.bad))
            self.head("What the shops themselves say")
            for plan in self.plans:
                self._count(plan.channel, plan.counts.get("create", 0))
                self._compare(shops, plan.channel)

    def _count(self, channel: str, expected: int) -> None:
        market = self.markets[channel]
        keys = [one["key"] for one in self.emulators.alive(market)]
        self.promises.keep(
            f"{channel}: the shop counts {expected} listings on sale, each once",
            (expected, expected, {}),
            (len(keys), len(set(keys)), self.emulators.duplicates(market)),
        )

    def _compare(self, shops: Shops, channel: str) -> None:
        """Every SKU that the shop shows, against what was planned for it."""
        wrong, skus = [], 0
        for listing in self.emulators.alive(self.markets[channel]):
            for code, price, stock in _sold(listing):
                explained = shops.explain(channel, code)
                want = explained.want if explained is not None else None
                skus += 1
                planned = [(one.sale.amount, want.stock) for one in want.prices.values()] if want else []
                if planned != [(Decimal(price), stock)]:
                    wrong.append(code)
        self.promises.keep(f"{channel}: all {skus} variants show the planned price and stock", [], wrong)

    def again(self) -> None:
        """The same run once more."""
        self.head("The same run again", "storesync sync")
        with self._shops() as shops:
            for name in self.channels:
                before = self.emulators.writes(self.markets[name])
                plan, report = self._synced(shops, name)
                self.promises.keep(
                    f"{name}: 0 operations, and 0 calls that write",
                    (0, 0, 0),
                    (len(plan), len(report.outcomes), self.emulators.writes(self.markets[name]) - before),
                )

    def change(self) -> None:
        """One price and one stock figure change in the catalog: only offers move."""
        sku, won, dearer = _DEARER
        self.head("One price and one stock figure change in variants.csv", "storesync sync")
        self.line(f"{sku}: ₩{int(won):,} → ₩{int(dearer):,};  {_SOLD[0]}: stock {_SOLD[1]} → {_SOLD[2]}")
        self.project.set_variant(*_DEARER)
        self.project.set_variant(*_SOLD)
        with self._shops() as shops:
            for name in self.channels:
                market = self.markets[name]
                before = self.emulators.writes(market)
                plan, report = self._synced(shops, name)
                self.outlet.say(plan_view(plan), run_view(report))
                sent = self.emulators.last_writes(market, self.emulators.writes(market) - before)
                moved = {operation.kind.value for operation in plan.operations}
                self.promises.keep(
                    f"{name}: only offers moved, in {len(sent)} calls; no text, no picture was sent again",
                    (True, True, []),
                    (
                        moved <= {"prices", "stock", "offers"} and len(plan) == 2,
                        len(sent) == 2,
                        [operation for operation in sent if operation not in _OFFER_CALLS],
                    ),
                )
                self._compare(shops, name)

    def lose_answers(self) -> None:
        """Ten new listings while the shops lose answers on purpose."""
        self.head("Ten new lines, while the shops lose answers on purpose", "storesync sync")
        self.project.release()
        for market in {self.markets[name] for name in self.channels}:
            self.emulators.spoil(market, [*_LOST, *([_LOST_STEP] if market == "shopee" else [])])
        with self._shops() as shops:
            for name in self.channels:
                self._lose_on(shops, name)

    def _lose_on(self, shops: Shops, channel: str) -> None:
        market = self.markets[channel]
        before = self.emulators.export(market)
        plan, report = self._synced(shops, channel)
        after = self.emulators.export(market)
        calls = {name: count - before["calls"].get(name, 0) for name, count in after["calls"].items()}
        lost = {
            name.removeprefix("fault:"): count
            for name, count in calls.items()
            if name.startswith("fault:") and count
        }
        for name, count in lost.items():
            self.line(f"{channel}: {count} × {_WORDS.get(name, name)}")
        creates = plan.counts.get("create", 0)
        self.outlet.say(run_view(report))
        self.line(
            f"{channel}: {sum(lost.values())} answers lost; each listing in doubt was looked for by its key, "
            f"and sent again only once the lost request could no longer arrive ({self.emulators.late:g} s)"
        )
        self.promises.keep(f"{channel}: ten new lines were planned", 10, creates)
        self.promises.keep(f"{channel}: every answer to be lost was lost", 0, self.emulators.unspent(market))
        self._count(channel, 79)
        self._compare(shops, channel)
        left = shops.plan(channel)
        self.promises.keep(f"{channel}: nothing is left to do", 0, len(left))
        self.promises.keep(
            f"{channel}: no call was turned away for coming too fast", 0, self.emulators.throttled(market)
        )


def _bad(outcomes: Any) -> list[str]:
    return [f"{bad.kind.value} {bad.key}: {bad.said}" for bad in outcomes]


def _sold(listing: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    """SKU, price and stock of each variant as the shop shows it; a listing without variants is one itself."""
    if not listing["skus"]:
        return [(listing["key"], listing["price"], listing["stock"])]
    return [(sku["code"], sku["price"], sku["stock"]) for sku in listing["skus"]]


def _table(plans: list[Plan]) -> Table:
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, header_style="dim")
    for name in ("channel", "products", "to create", "not offered", "held back", "pictures to send"):
        table.add_column(name, justify="left" if name == "channel" else "right")
    for plan in plans:
        table.add_row(
            plan.channel,
            str(plan.products),
            str(plan.counts.get("create", 0)),
            str(len(plan.not_offered)),
            str(len(plan.held)),
            str(plan.counts.get("upload", 0)),
        )
    return table
