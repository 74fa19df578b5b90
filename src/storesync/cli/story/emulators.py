"""Both emulated shops on loopback, and what they themselves say of their listings."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson
from attrs import frozen

from storesync.sandbox import shopee as shopee_accounts
from storesync.sandbox import tmall as tmall_accounts
from storesync.sandbox.server import LATEST_EFFECT, RATE, SEARCH_LAG, example_markets, serving

__all__ = ["ENVIRONMENT", "Emulators", "emulators"]

ENVIRONMENT: Final[Mapping[str, str]] = {
    "TMALL_APP_KEY": tmall_accounts.APP_KEY,
    "TMALL_SECRET": tmall_accounts.SECRET,
    "TMALL_SESSION": tmall_accounts.SESSION,
    "SHOPEE_PARTNER_ID": shopee_accounts.PARTNER_ID,
    "SHOPEE_PARTNER_KEY": shopee_accounts.PARTNER_KEY,
    "SHOPEE_SHOP_ID": shopee_accounts.SHOP,
    "SHOPEE_ACCESS_TOKEN": shopee_accounts.ACCESS_TOKEN,
    "SHOPEE_REFRESH_TOKEN": shopee_accounts.REFRESH_TOKEN,
}
"""The variables that the example's accounts name; the values are invented and open the emulators only."""

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback goes through no proxy


@frozen(kw_only=True)
class Emulators:
    """The running shops, asked over their control pages: what they say is the truth of the story."""

    address: str
    lag: float = SEARCH_LAG
    late: float = LATEST_EFFECT
    rate: int = RATE

    def _ask(self, path: str, body: Any = None) -> Any:
        data = None if body is None else orjson.dumps(body)
        request = urllib.request.Request(f"{self.address}/_sandbox/{path}", data=data)
        with _DIRECT.open(request, timeout=30) as answer:
            return orjson.loads(answer.read())

    def export(self, market: str) -> Mapping[str, Any]:
        """Everything the shop has: listings, SKUs, counts, calls by operation."""
        found: Mapping[str, Any] = self._ask(f"{market}/export")
        return found

    def alive(self, market: str) -> list[Mapping[str, Any]]:
        """The listings that the shop shows."""
        return [one for one in self.export(market)["listings"] if one["status"] == "live"]

    def duplicates(self, market: str) -> Mapping[str, Any]:
        """Keys that the shop lists more than once."""
        found: Mapping[str, Any] = self._ask(f"{market}/duplicates")
        return found

    def writes(self, market: str) -> int:
        """How many calls that could change something reached the shop so far."""
        return int(self._ask(f"{market}/counts")["writes"])

    def throttled(self, market: str) -> int:
        """How many calls the shop turned away for their number."""
        return int(self._ask(f"{market}/counts")["throttled"])

    def last_writes(self, market: str, number: int) -> list[str]:
        """The operations of the newest writing calls."""
        rows = self._ask(f"{market}/calls?limit={number * 20 + 100}")
        return [row["operation"] for row in rows if row["effect"] == "write"][-number:] if number else []

    def spoil(self, market: str, script: list[Mapping[str, Any]]) -> None:
        """Lose answers on purpose from now on, as the script says."""
        self._ask(f"{market}/faults", {"script": script})

    def unspent(self, market: str) -> int:
        """How many faults of the script no call has met yet."""
        return sum(step["times"] for step in self._ask(f"{market}/faults")["script"])

    def keep_page(self, folder: Path) -> Path:
        """The shops' own page with its pictures, as files that stay when the shops are gone."""
        folder.mkdir(parents=True, exist_ok=True)
        page = self._get("/?saved").decode()
        for part in dict.fromkeys(piece.partition('"')[0] for piece in page.split('src="')[1:]):
            name = part.removeprefix("/_sandbox/").replace("/files/", "-").replace("/", "-") + ".jpg"
            (folder / name).write_bytes(self._get(part))
            page = page.replace(f'src="{part}"', f'src="{name}"')
        target = folder / "index.html"
        target.write_text(page, encoding="utf-8")
        return target

    def _get(self, path: str) -> bytes:
        with _DIRECT.open(f"{self.address}{path}", timeout=30) as answer:
            content: bytes = answer.read()
        return content


@contextmanager
def emulators(port: int = 0) -> Iterator[Emulators]:
    """Both shops, empty, for the length of the block; port 0 takes a free one."""
    with serving(example_markets(), port=port) as address:
        yield Emulators(address=address)
