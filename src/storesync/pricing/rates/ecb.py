"""European Central Bank: units of a currency per euro, on TARGET days about 16:00; no key, and no dong."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from xml.etree.ElementTree import ParseError

from attrs import frozen

from storesync.driver import Response, get
from storesync.errors import Malformed
from storesync.pricing.exact import EXACT
from storesync.pricing.rate import Rate
from storesync.pricing.rates.source import Fetch, body_digest, number, unwrap

__all__ = ["Ecb", "read_ecb"]

# Reference rates are for information, not for transactions [D]. Read on 2026-11-23.
HOST = "https://www.ecb.europa.eu"
_PATH = "/stats/eurofxref/eurofxref-daily.xml"
_DIGITS = 5
_CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"


def read_ecb(content: bytes, response: Response | None = None) -> tuple[Rate, ...]:
    """The rates in the daily file, one euro each; a suspended currency ("N/A") is left out.

    Malformed for anything that is not this file; DTDs and entities are refused.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Malformed("shape", f"ecb: the answer is no rate file ({type(error).__name__})") from None
    day = next((cube for cube in root.iter(_CUBE) if cube.get("time")), None)
    if day is None:
        raise Malformed("shape", "ecb: the file names no day")
    found = []
    try:
        observed = date.fromisoformat(day.get("time") or "")
        for cube in day.iter(_CUBE):
            code, text = cube.get("currency"), cube.get("rate")
            if code is None or text is None or text == "N/A":
                continue
            found.append(_rate(code, text, observed, response))
    except ValueError as error:
        raise Malformed("shape", f"ecb: {error}") from None
    if not found:
        raise Malformed("shape", "ecb: the file holds no rate")
    return tuple(found)


def _whole(text: str) -> Decimal:
    """The number with the zeros that the file drops: a rate of 8.2500 stands there as 8.25, and is no coarse one."""
    value = number(text)
    if len(value.as_tuple().digits) >= _DIGITS:
        return value
    # assumption: reference rates have five significant digits at least, as all of 2026-10-30 do [S].
    return value.quantize(Decimal((0, (1,), value.adjusted() - _DIGITS + 1)), context=EXACT)


def _rate(code: str, text: str, observed: date, response: Response | None) -> Rate:
    fetched: datetime | None = response.received if response is not None else None
    return Rate(
        base="EUR",
        quote=code,
        value=_whole(text),
        observed=observed,
        source="ecb",
        calendar="TARGET",
        raw=text,
        fetched_at=fetched,
        digest=body_digest(response) if response is not None else "",
    )


@frozen
class Ecb:
    """The source; every rate is per euro, so won to yuan is a cross rate of one day."""

    name: str = "ecb"

    @property
    def hosts(self) -> Mapping[str, str]:
        """Where it answers."""
        return {"ecb": HOST}

    async def fetch(
        self, send: Fetch, *, home: str, currencies: Collection[str], today: date
    ) -> tuple[Rate, ...]:
        """The rates of the last TARGET day, those of `home` included: a cross needs both legs."""
        del today  # the file knows its own day
        response = unwrap(await send(get(_PATH, host="ecb")), self.name)
        wanted = {home, *currencies}
        return tuple(rate for rate in read_ecb(response.content, response) if rate.quote in wanted)
