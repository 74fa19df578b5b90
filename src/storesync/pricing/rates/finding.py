"""What is told of sources that lack a rate, stand in for each other, or keep too few digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from storesync.issues import Issue, Severity
from storesync.pricing.rate import Kind, Rate

__all__ = ["coarse", "fallback", "kind_missing", "none_usable"]

_FEW = 3  # digits of a rate below one; a half in the third is half a percent at most


def fallback(currency: str, home: str, name: str, tried: Sequence[str]) -> Issue:
    """A warning: another source stands in for those that were `tried`."""
    return Issue(
        "rates.fallback",
        f"rates/{currency}",
        f"{currency}/{home} comes from {name}; {'; '.join(tried)}",
        severity=Severity.WARNING,
    )


def kind_missing(currency: str, home: str, kind: Kind, askers: Sequence[str], told: str) -> Issue:
    """An error: the source that is taken lacks a kind that policies ask for, and nothing stands in for it."""
    who = f", which {' and '.join(askers)} asks for" if askers else ""
    return Issue(
        "rates.kind",
        f"rates/{currency}",
        f"no {kind} rate for {currency}/{home}{who}: {told}",
        hint=f"add a source of {kind} rates to its chain, or write a kind that is given there; until then"
        " prices that need it are held",
    )


def none_usable(currency: str, home: str, asks: Mapping[Kind, Sequence[str]], told: str) -> Issue:
    """An error: no source gives a rate of use; what each of them said is `told`."""
    hint = f"add a source that quotes {currency} to its chain"
    who = ""
    if ", it gives " in told:
        who = "".join(f"; {kind} is asked for by {' and '.join(by)}" for kind, by in asks.items() if by)
        hint += ", or write a kind that is given into the policy's rate"
    return Issue(
        "rates.none",
        f"rates/{currency}",
        f"no usable rate for {currency}/{home}: {told}{who}",
        hint=f"{hint}; until then its prices are held",
    )


def coarse(found: tuple[Rate, ...], currency: str) -> list[Issue]:
    """Warnings for rates below one that kept so few digits that prices are off by a percent and more."""
    return [
        Issue(
            "rates.coarse",
            f"rates/{currency}",
            f"{rate} keeps fewer than {_FEW} digits: prices made with it may be off by a percent and more",
            severity=Severity.WARNING,
            hint=f"quote more digits, or 100 {rate.base} at once (such as {rate.quote}_per_100{rate.base})",
        )
        for rate in found
        if rate.value < 1 and len(rate.value.as_tuple().digits) < _FEW
    ]
