"""Vietnam: duty by agreement and import VAT, both dated."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from storesync.model import Money
from storesync.pricing.exact import EXACT, Exact
from storesync.pricing.taxpack import Estimate, Figure, charge, tax_pack

__all__ = ["Agreement", "import_duty", "import_vat", "landed"]

Agreement = Literal["vkfta", "akfta", "mfn"]
_ONE = Decimal(1)


def import_vat(on: date) -> Figure:
    """The VAT at import on a day: 8 % while the reduction is in force, 10 % after it ended."""
    pack = tax_pack("vietnam")
    reduced = pack["vat_reduced"]
    assert reduced.since is not None
    assert reduced.until is not None
    return reduced if reduced.since <= on <= reduced.until else pack["vat_standard"]


def import_duty(agreement: Agreement) -> Figure:
    """The duty on cosmetics from Korea: the certificate of origin decides, and 0 % is never a default."""
    return tax_pack("vietnam")[f"duty_{agreement}"]


def landed(cif: Decimal, *, agreement: Agreement, on: date) -> Estimate:
    """Duty and VAT on a CIF value in VND, whole dong each."""
    duty, vat = import_duty(agreement), import_vat(on)
    value = Exact(cif)
    charges = (
        charge("duty", value.times(duty.value), "VND", 0),
        charge("VAT", value.times(EXACT.add(_ONE, duty.value)).times(vat.value), "VND", 0),
    )
    return Estimate(
        regime=f"Vietnam import ({agreement.upper()})",
        value=Money(cif, "VND"),
        charges=charges,
        figures=(duty, vat),
        confidence="U" if "U" in (duty.confidence, vat.confidence) else "D",
    )
