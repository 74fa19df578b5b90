"""Korea Eximbank: won per foreign unit, mid, buying and selling rate, on Korean business days about 11:00."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from attrs import frozen

from storesync.driver import Request, Response, get
from storesync.errors import Denied, Fault, Malformed, Rejected
from storesync.pricing.exact import EXACT
from storesync.pricing.rate import Kind, Rate
from storesync.pricing.rates.source import Fetch, Key, body_digest, number, redacted, unwrap

__all__ = ["Kexim", "read_kexim"]

# Read on 2026-11-23 from public clients and their test payloads [S]; the older host www.koreaexim.go.kr
# still stands in old code.
HOST = "https://oapi.koreaexim.go.kr"
_PATH = "/site/program/financial/exchangeJSON"
_UNIT = re.compile(r"([A-Z]{3})(?:\((10{0,6})\))?")
_FIELDS: tuple[tuple[Kind, str], ...] = (("mid", "deal_bas_r"), ("buy", "ttb"), ("sell", "tts"))
# Lunar New Year and Chuseok with weekends around them need up to about ten days.
_DAYS_BACK = 10


def _check(rows: Any) -> list[Mapping[str, Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise Malformed("shape", "kexim: the answer is no list of rows")
    for row in rows:
        result = row.get("result")
        if result == 2:
            raise Rejected("kexim.2", "kexim: wrong data code")
        if result == 3:
            raise Denied("kexim.3", "kexim: the access key is not valid (or this address is not allowed)")
        if result == 4:
            raise Denied("kexim.4", "kexim: the daily limit of calls is used up")
        if result != 1:
            raise Malformed("shape", f"kexim: unknown result {result!r}")
    return rows


def read_kexim(rows: Any, observed: date, response: Response | None = None) -> tuple[Rate, ...]:
    """The rates in one answer; empty on a day without a notice. Units per 100 are divided, CNH becomes CNY.

    A fault for an error row inside HTTP 200, Malformed for an unknown shape.
    """
    found: list[Rate] = []
    for row in _check(rows):
        told = row.get("cur_unit")
        matched = _UNIT.fullmatch(told) if isinstance(told, str) else None
        if matched is None:
            raise Malformed("shape", f"kexim: unknown currency unit {told!r}")
        code, unit = matched[1], Decimal(matched[2] or 1)
        if code == "KRW":
            continue
        for kind, name in _FIELDS:
            text = row.get(name)
            if kind != "mid" and text in ("0", "", None):
                continue
            try:
                value = EXACT.divide(number(text or ""), unit)
            except ValueError:
                raise Malformed("shape", f"kexim: {name} of {told} is {text!r}") from None
            found.append(
                Rate(
                    base="CNY" if code == "CNH" else code,
                    quote="KRW",
                    value=value,
                    observed=observed,
                    source="kexim",
                    kind=kind,
                    calendar="KR",
                    note="offshore yuan (CNH)" if code == "CNH" else "",
                    raw=f"{told} {name} {text}",
                    fetched_at=response.received if response is not None else None,
                    digest=body_digest(response) if response is not None else "",
                )
            )
    return tuple(found)


@frozen
class Kexim:
    """The source; it has no VND, TWD, PHP or INR. Its answers hold every currency at once."""

    key: Key
    name: str = "kexim"

    @property
    def hosts(self) -> Mapping[str, str]:
        """Where it answers."""
        return {"kexim": HOST}

    async def fetch(
        self, send: Fetch, *, home: str, currencies: Collection[str], today: date
    ) -> tuple[Rate, ...]:
        """The rates of the last day with a notice, walking back from `today` (the date in Seoul)."""
        if home != "KRW":
            return ()
        try:
            for back in range(_DAYS_BACK + 1):
                day = today - timedelta(days=back)
                request = get(_PATH, params={"searchdate": f"{day:%Y%m%d}", "data": "AP01"}, host="kexim")
                response = unwrap(await send(request, self._sign), self.name)
                rates = read_kexim(response.body, day, response)
                if rates:
                    return tuple(rate for rate in rates if rate.base in currencies)
        except Fault as fault:
            raise redacted(fault, self.key) from None
        return ()

    def _sign(self, request: Request) -> Request:
        return request.with_params(authkey=self.key.value)
