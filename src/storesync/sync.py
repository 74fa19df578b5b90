"""The blocking facade: the same shops for programs without an event loop.

import storesync

with storesync.sync.open("storesync.toml") as shops:
    plan = shops.plan("tmall-cn")
    print(plan)
    shops.apply(plan).raise_for_faults()
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType

from storesync.catalog import Source
from storesync.config import Config, load
from storesync.engine import Drift, Env, Report
from storesync.engine.adopt import Adopted
from storesync.engine.apply import Progress
from storesync.engine.check import Checked
from storesync.engine.confirmation import ConfirmedPrice
from storesync.engine.ratestatus import RateStatus
from storesync.engine.shops import Shops as AsyncShops
from storesync.engine.status import ChannelStatus, Explained
from storesync.engine.survey import Adoption
from storesync.engine.wording import TextPlaces
from storesync.errors import StateError, StoresyncError
from storesync.issues import Issues
from storesync.localization.engines import Translated
from storesync.localization.review import Reviewed, ReviewRow, Taken
from storesync.plan import Plan
from storesync.state.retention import Compacted
from storesync.transport import Wire

__all__ = ["Shops", "open"]


class Shops:
    """The channels of a configuration, every call blocking until it is done. Use it from one thread."""

    def __init__(self, shops: AsyncShops) -> None:
        self._opened = shops
        self._closed = False
        self._runner = asyncio.Runner()

    def __enter__(self) -> Shops:
        return self

    @property
    def _shops(self) -> AsyncShops:
        if self._closed:
            raise StateError(
                "these shops are closed; open them anew: `with storesync.sync.open(...) as shops:`, and what is done "
                "with them stands inside the block"
            )
        return self._opened

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection and the state store; a second time it does nothing."""
        if self._closed:
            return
        self._closed = True
        try:
            self._runner.run(self._opened.close())
        finally:
            self._runner.close()

    @property
    def names(self) -> tuple[str, ...]:
        """The configured channels, in the order of the file."""
        return self._shops.names

    @property
    def config(self) -> Config:
        """What the configuration says."""
        return self._shops.config

    def backup_state(self, path: Path | str) -> None:
        """Copy a SQLite state to a new file; StateError when it is there, or the state is on PostgreSQL."""
        self._shops.backup_state(path)

    def restored_state(self) -> None:
        """This state was put back from an older copy: nothing counts as acknowledged, all is sent once more."""
        self._runner.run(self._shops.restored_state())

    def export_state(self, path: Path | str) -> int:
        """Write the state but tokens to a new file as JSON lines; how many rows. StateError when it is there."""
        return self._shops.export_state(path)

    def compact_state(self, *, days: int) -> Compacted:
        """Drop what ended more than so many days ago; what is open, in doubt or parked stays however old."""
        return self._runner.run(self._shops.compact_state(days=days))

    @property
    def today(self) -> date:
        """The merchant's day: the configured one in the sandbox, else today in Seoul."""
        return self._shops.today

    @property
    def source(self) -> Source:
        """The catalog."""
        return self._shops.source

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no output may repeat: the hidden fields of every account in use, renewed ones too."""
        return self._shops.secrets

    def plan(
        self,
        channel: str,
        *,
        end: Iterable[str] = (),
        only: Collection[str] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Plan:
        """What would change on a channel to show the catalog as it is now; nothing on the market changes.

        `end` are keys to take off for good instead of hiding them; `only` are the products that changed, when
        the caller knows: the others are taken to be as they were, and
        meet new rates with the next whole plan.
        """
        return self._runner.run(self._shops.plan(channel, end=end, only=only, progress=progress))

    def apply(
        self, plan: Plan, *, reasons: Mapping[str, str] | None = None, progress: Progress | None = None
    ) -> Report:
        """Carry out a plan: UnsafePlan, StalePlan or Locked when it must not be, and then nothing was sent."""
        return self._runner.run(self._shops.apply(plan, reasons=reasons, progress=progress))

    def sync(
        self, channel: str, *, reasons: Mapping[str, str] | None = None, progress: Progress | None = None
    ) -> tuple[Plan, Report]:
        """Plan and apply until nothing is left that can be done now; the first plan and all that came of it."""
        return self._runner.run(self._shops.sync(channel, reasons=reasons, progress=progress))

    def observe(self, channel: str) -> list[Drift]:
        """Look at what the market shows; the next plan repairs what differs."""
        return self._runner.run(self._shops.observe(channel))

    def status(self, channel: str) -> ChannelStatus:
        """How a channel stands, from the state alone."""
        return self._runner.run(self._shops.status(channel))

    def explain(self, channel: str, sku: str, *, rates: str = "") -> Explained | None:
        """How a SKU's price and texts came to be and what was done with it; None when it is unknown here.

        With `rates`, the id of a snapshot, its prices are made anew from that.
        """
        return self._runner.run(self._shops.explain(channel, sku, rates=rates))

    def rates(self, *, events: int = 20) -> RateStatus:
        """Every rate with source, date and age, and what each channel is priced with; nothing is asked."""
        return self._runner.run(self._shops.rates(events=events))

    def fetch_rates(self, *, confirm: Sequence[str] = ()) -> Issues:
        """Ask the rate sources now; a jump of the currencies in `confirm` is believed this once."""
        return self._runner.run(self._shops.fetch_rates(confirm=confirm))

    def pin_rates(self, snapshot: str, *, reason: str, by: str = "", channels: Sequence[str] = ()) -> str:
        """Price these channels, or all, with one snapshot until they are unpinned; gives its whole id."""
        return self._runner.run(self._shops.pin_rates(snapshot, reason=reason, by=by, channels=channels))

    def unpin_rates(self, *, reason: str, by: str = "", channels: Sequence[str] = ()) -> tuple[str, ...]:
        """Let these channels, or all, follow the sources again; gives those that were pinned."""
        return self._runner.run(self._shops.unpin_rates(reason=reason, by=by, channels=channels))

    def confirm_price(self, channel: str, sku: str, *, reason: str, by: str = "") -> ConfirmedPrice:
        """Let the price of a SKU through that `max_change` holds; why, and who says so, is kept."""
        return self._runner.run(self._shops.confirm_price(channel, sku, reason=reason, by=by))

    def similar(self, channel: str, sku: str) -> tuple[str, ...]:
        """The keys and SKUs that a channel knows and that look most like this one, for a message."""
        return self._runner.run(self._shops.similar(channel, sku))

    def resolve(self, channel: str, key: str, *, listing: str = "") -> str:
        """Take a parked listing up again: with the market's id that a person found, or as not there."""
        return self._runner.run(self._shops.resolve(channel, key, listing=listing))

    def survey(self, channel: str, review: Path | str | None = None) -> Adoption:
        """What a shop shows that is not known as ours, matched with the catalog; nothing is adopted yet.

        With `review` a CSV file for a person is written there. Asks the market with read-only requests.
        """
        return self._runner.run(self._shops.survey(channel, review))

    def adopt(self, channel: str, review: Path | str) -> Adopted:
        """Know the listings of a reviewed file as ours; nothing on the market changes, the next plan compares."""
        return self._runner.run(self._shops.adopt(channel, review))

    def check(self, channel: str) -> Checked:
        """Prepare the whole catalog for a channel without asking the market, and collect every finding."""
        return self._runner.run(self._shops.check(channel))

    def check_market(self, code: str) -> Checked:
        """Whether the catalog is ready for a market, with no channel and no network: every finding at once."""
        return self._runner.run(self._shops.check_market(code))

    def translate_texts(self, locale: str, *, budget: int | None = None, again: bool = False) -> Translated:
        """Have the configured translator fill what nobody delivered or remembers in one language."""
        return self._runner.run(self._shops.translate_texts(locale, budget=budget, again=again))

    def lock_texts(self, locale: str, places: Iterable[str], *, locked: bool = True) -> TextPlaces:
        """Lock what is remembered at some places (`SBG-001/title`, `SBG-001`) in one language, or free it."""
        return self._runner.run(self._shops.lock_texts(locale, places, locked=locked))

    def confirm_texts(self, locale: str, places: Iterable[str]) -> TextPlaces:
        """Say that what was delivered at some places holds for its source as it is now."""
        return self._runner.run(self._shops.confirm_texts(locale, places))

    def locale(self, name: str) -> str:
        """The language of a channel that another tool calls so: `zh_CN` is `zh-Hans`; an unknown name stays."""
        return self._shops.locale(name)

    def export_texts(self, locale: str, *, waiting: bool = False) -> tuple[ReviewRow, ...]:
        """The texts of one language for people: all of them, or with `waiting` those that nobody approved."""
        return self._runner.run(self._shops.export_texts(locale, waiting=waiting))

    def unimported_texts(self, file: Reviewed, locale: str) -> tuple[ReviewRow, ...]:
        """The rows of a reviewed file that say what is not remembered: they are lost with the file."""
        return self._runner.run(self._shops.unimported_texts(file, locale))

    def import_texts(self, file: Reviewed, locale: str, *, by: str) -> Taken:
        """Remember what a reviewed file says; what conflicts or fails is told and does not come in."""
        return self._runner.run(self._shops.import_texts(file, locale, by=by))


def _no_loop() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise StoresyncError(
        "storesync.sync waits for its answers, and an event loop is running here already: "
        "use `async with storesync.Shops.open(...) as shops`"
    )


def open(
    path: str | Path = "storesync.toml",
    *,
    env: Env | None = None,
    environ: Mapping[str, str] | None = None,
    wire: Mapping[str, Wire] | None = None,
) -> Shops:
    """The shops of a configuration file; ConfigError holds every finding in it, each with its line.

    StoresyncError where an event loop is running, as in a notebook: nothing could wait there.
    """
    _no_loop()
    return Shops(AsyncShops(load(path), env=env, environ=environ, wire=wire))
