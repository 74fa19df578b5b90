"""How prices are written in a currency: digits after the point, and the step between two prices."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from attrs import frozen

from storesync.model import minor_digits
from storesync.pricing.ending import Ending

__all__ = ["Currency", "currency"]


@frozen
class Currency:
    """One currency's digits in practice, its usual step, and an ending that buyers are used to."""

    code: str
    digits: int
    step: Decimal
    ending: Ending | None = None


@cache
def _table() -> Mapping[str, Currency]:
    text = (files("storesync.pricing") / "data" / "currencies.toml").read_text("utf-8")
    rows = {code: row for code, row in tomllib.loads(text).items() if isinstance(row, dict)}
    return MappingProxyType(
        {
            code: Currency(
                code,
                row["cash"],
                Decimal(row["step"]),
                Ending(row["ending"]["modulus"], row["ending"]["endings"]) if "ending" in row else None,
            )
            for code, row in rows.items()
        }
    )


@cache
def currency(code: str) -> Currency:
    """What is known of a currency; one without a row of its own uses its ISO 4217 minor unit as the step.

    ValueError for a code that is no known currency.
    """
    digits = minor_digits(code)
    known = _table().get(code)
    return known or Currency(code, digits, Decimal((0, (1,), -digits)))
