"""Bank of Korea ECOS, table 731Y001: won per unit, the only official daily rate of the dong."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from attrs import evolve, frozen

from storesync.driver import Request, Response, get
from storesync.errors import Denied, Fault, Malformed, Rejected, Throttled, Transient
from storesync.pricing.exact import EXACT
from storesync.pricing.rate import Rate
from storesync.pricing.rates.source import Fetch, Key, body_digest, number, redacted, unwrap

__all__ = ["ITEMS", "Ecos", "read_ecos"]

# Read on 2026-11-23 from ecos-reader 0.7.0 and ecos-api 0.1.2 [S].
HOST = "https://ecos.bok.or.kr"
# Currency → item code and how many units the quote is for.
ITEMS: Mapping[str, tuple[str, int]] = {
    "USD": ("0000001", 1),
    "JPY": ("0000002", 100),
    "EUR": ("0000003", 1),
    "THB": ("0000028", 1),
    "IDR": ("0000029", 100),
    "PHP": ("0000034", 1),
    "VND": ("0000035", 100),
    "CNY": ("0000053", 1),
}
# A range long enough for Chuseok with weekends; days without a notice simply have no row.
_DAYS_BACK = 14
# The key is a part of the path; until the last moment the path holds this instead.
_KEY_PLACE = "{key}"


def _refuse(code: str, message: str) -> Fault | None:
    """What a RESULT inside HTTP 200 means; None for "no data"."""
    if code == "INFO-200":
        return None
    told = f"ecos: {message}"
    if code == "INFO-100":
        return Denied(f"ecos.{code}", told)
    if code in ("ERROR-500", "ERROR-600"):
        return Transient(f"ecos.{code}", told, untouched=True)
    if code == "ERROR-602":
        return Throttled(f"ecos.{code}", told)
    return Rejected(f"ecos.{code}", told)


def read_ecos(body: Any, currency: str, response: Response | None = None) -> Rate | None:
    """The latest rate of one currency in one answer, per one unit; None when it has no rows.

    A fault for an error inside HTTP 200, Malformed for an unknown shape or a row of another item.
    """
    if not isinstance(body, Mapping):
        raise Malformed("shape", "ecos: the answer is no object")
    if "RESULT" in body:
        result = body["RESULT"]
        if not isinstance(result, Mapping) or not isinstance(result.get("CODE"), str):
            raise Malformed("shape", "ecos: RESULT has no CODE")
        fault = _refuse(result["CODE"], str(result.get("MESSAGE", "")))
        if fault is not None:
            raise fault
        return None
    table = body.get("StatisticSearch")
    rows = table.get("row") if isinstance(table, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise Malformed("shape", "ecos: the answer has no rows")
    item, unit = ITEMS[currency]
    latest: tuple[date, str] | None = None
    for row in rows:
        if row.get("ITEM_CODE1") != item:
            raise Malformed("shape", f"ecos: asked for item {item}, got {row.get('ITEM_CODE1')!r}")
        try:
            day = datetime.strptime(str(row["TIME"]), "%Y%m%d").date()  # noqa: DTZ007 - a day without a time
            text = row["DATA_VALUE"]
            number(text)
        except (KeyError, ValueError):
            raise Malformed("shape", f"ecos: a row has no day or value ({dict(row)!r})") from None
        if latest is None or day > latest[0]:
            latest = (day, text)
    if latest is None:
        return None
    return Rate(
        base=currency,
        quote="KRW",
        value=EXACT.divide(number(latest[1]), Decimal(unit)),
        observed=latest[0],
        source="ecos",
        calendar="KR",
        raw=f"{latest[1]} per {unit} {currency}",
        fetched_at=response.received if response is not None else None,
        digest=body_digest(response) if response is not None else "",
    )


@frozen
class Ecos:
    """The source; one call per currency, about 300 calls in 3 minutes are allowed."""

    key: Key
    name: str = "ecos"

    @property
    def hosts(self) -> Mapping[str, str]:
        """Where it answers."""
        return {"ecos": HOST}

    async def fetch(
        self, send: Fetch, *, home: str, currencies: Collection[str], today: date
    ) -> tuple[Rate, ...]:
        """The latest rate of each currency within two weeks before `today` (the date in Seoul)."""
        if home != "KRW":
            return ()
        found = []
        since = today - timedelta(days=_DAYS_BACK)
        for code in sorted(set(currencies) & ITEMS.keys()):
            item = ITEMS[code][0]
            path = f"/api/StatisticSearch/{_KEY_PLACE}/json/kr/1/{_DAYS_BACK + 1}/731Y001/D"
            request = get(f"{path}/{since:%Y%m%d}/{today:%Y%m%d}/{item}", host="ecos")
            try:
                response = unwrap(await send(request, self._sign), self.name)
                rate = read_ecos(response.body, code, response)
            except Fault as fault:
                raise redacted(fault, self.key) from None
            if rate is not None:
                found.append(rate)
        return tuple(found)

    def _sign(self, request: Request) -> Request:
        return evolve(request, path=request.path.replace(_KEY_PLACE, self.key.value))
