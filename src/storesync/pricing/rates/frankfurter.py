"""Frankfurter v2: a blend of central and commercial banks' rates, daily, without a key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import frozen

from storesync.driver import Response, get
from storesync.errors import Malformed, NotFound, Rejected
from storesync.pricing.rate import Rate
from storesync.pricing.rates.source import Fetch, body_digest, unwrap

__all__ = ["Frankfurter", "read_frankfurter"]

# Read on 2026-11-23 in lineofflight/frankfurter, lib/public/v2/openapi.json [S].
HOST = "https://api.frankfurter.dev"


def read_frankfurter(body: Any, response: Response | None = None) -> tuple[Rate, ...]:
    """The rates in one answer; Malformed for an unknown shape or a number that came as a float.

    The service repeats an old observation for up to 14 days: `observed` is the day it states, not today.
    """
    if not isinstance(body, list) or not all(isinstance(row, Mapping) for row in body):
        raise Malformed("shape", "frankfurter: the answer is no list of rates")
    found = []
    for row in body:
        value = row.get("rate")
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or value <= 0:
            raise Malformed("shape", f"frankfurter: rate {value!r} is no exact number above zero")
        try:
            rate = Rate(
                base=row["base"],
                quote=row["quote"],
                value=Decimal(value),
                observed=date.fromisoformat(row["date"]),
                source="frankfurter",
                raw=str(value),
                fetched_at=response.received if response is not None else None,
                digest=body_digest(response) if response is not None else "",
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Malformed("shape", f"frankfurter: a row cannot be read ({error})") from None
        found.append(rate)
    return tuple(found)


@frozen
class Frankfurter:
    """The source. Blended rates are rounded by magnitude, so the strong currency is always asked in the weak.

    `base=KRW` would give CNY as 0.00498: an error of up to 0.15 %. `providers` restricts the blend to single
    institutions, which keeps their precision.
    """

    providers: tuple[str, ...] = ()
    name: str = "frankfurter"

    @property
    def hosts(self) -> Mapping[str, str]:
        """Where it answers."""
        return {"frankfurter": HOST}

    async def fetch(
        self, send: Fetch, *, home: str, currencies: Collection[str], today: date
    ) -> tuple[Rate, ...]:
        """One rate per currency, in the direction that keeps more digits; unknown currencies are left out."""
        del today  # "latest" carries its own date
        found = []
        for code in sorted(set(currencies) - {home}):
            rate = await self._one(send, code, home)
            if rate is not None and rate.value < 1:
                rate = await self._one(send, home, code)
            if rate is not None:
                found.append(rate)
        return tuple(found)

    async def _one(self, send: Fetch, base: str, quote: str) -> Rate | None:
        params = {"base": base, "quotes": quote}
        if self.providers:
            params["providers"] = ",".join(self.providers)
        response = await send(get("/v2/rates", params=params, host="frankfurter"))
        try:
            rates = read_frankfurter(unwrap(response, self.name).body, response)
        except Rejected as fault:
            # 404 and 422: it does not know the currency. Everything else is a fault of its own.
            if isinstance(fault, NotFound) or fault.code in ("http.404", "http.422"):
                return None
            raise
        wanted = [rate for rate in rates if (rate.base, rate.quote) == (base, quote)]
        if rates and not wanted:
            raise Malformed("shape", f"frankfurter: asked for {base}/{quote}, got another pair")
        return max(wanted, key=lambda rate: rate.observed, default=None)
