"""What the preparation of one channel depends on besides the product: all values, no secret among them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from attrs import field, frozen

from storesync.compliance import Compliance
from storesync.localization import TEMPLATES, Gates, Reference, Template
from storesync.model import Channel, frozen_map
from storesync.model.money import Form
from storesync.pricing import Confirmed, Policy, PolicyBook, Snapshot

__all__ = ["Settings"]


def _tables(tables: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
    return frozen_map({key: frozen_map(table) for key, table in tables.items()})


@frozen(kw_only=True)
class Settings:
    """One channel's rules, ready to be used: the configuration read, the rates resolved, the date given.

    `categories` is merchant category code to market category id; `attributes` is `*` or market category id to market
    attribute id to canonical source; `accept` are text states that count besides reviewed and final; `policies` are
    by market code; `axes` ties the merchant's axes (code or name) to the market's axis ids, where names do not do it;
    `brands` ties brand codes to the market's brand ids; `surplus_axes` says what becomes of more axes than the market
    takes. `compliance` are the claims, labels and numbers to be checked; None checks none of them. `gates` are what
    translated texts must pass, None for nothing. `form` is how the driver writes money, `compare_at` whether it sends
    a crossed-out price. `confirmed` are by SKU and market the moves of prices that a person lets through: a held price
    is prepared with every plan, so they need no digest. `edition` names the code that prepares (versions of storesync
    and driver): another edition prepares everything again.
    """

    channel: Channel
    reference: Reference
    today: date
    categories: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    attributes: Mapping[str, Mapping[str, str]] = field(factory=dict, converter=_tables)
    accept: frozenset[str] = frozenset()
    policies: Mapping[str, PolicyBook | Policy] = field(factory=dict, converter=frozen_map)
    rates: Snapshot | None = None
    axes: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    brands: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    surplus_axes: Literal["refuse", "join"] = "refuse"
    templates: Mapping[str, Template] = field(default=TEMPLATES, converter=frozen_map)
    compliance: Compliance | None = None
    form: Form = "text"
    compare_at: bool = True
    gates: Gates | None = None
    confirmed: Mapping[str, Mapping[str, Confirmed]] = field(factory=dict, converter=frozen_map)
    edition: str = ""
