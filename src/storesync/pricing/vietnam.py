"""Vietnam: duty by agreement and import VAT, both dated."""

from __future__ import annotations

from datetime import date
from typing import Literal

from storesync.pricing.taxpack import Figure, tax_pack

__all__ = ["Agreement", "import_duty", "import_vat", "most_discount"]

Agreement = Literal["vkfta", "akfta", "mfn"]


def import_vat(on: date) -> Figure:
    """The VAT at import on a day: 8 % while the reduction is in force, 10 % after it ended."""
    pack = tax_pack("vietnam")
    reduced = pack["vat_reduced"]
    assert reduced.since is not None
    assert reduced.until is not None
    return reduced if reduced.since <= on <= reduced.until else pack["vat_standard"]


def most_discount() -> Figure:
    """The largest discount, as a share of the price just before it, that a promotion may give."""
    return tax_pack("vietnam")["max_discount"]


def import_duty(agreement: Agreement) -> Figure:
    """The duty on cosmetics from Korea: the certificate of origin decides, and 0 % is never a default."""
    return tax_pack("vietnam")[f"duty_{agreement}"]
