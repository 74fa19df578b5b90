"""What a plan's prices rest on: policies, rates, and the last day of both. A plan that rests on them no more is stale."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from attrs import evolve

from storesync.engine.rates import ChannelRates
from storesync.errors import StalePlan
from storesync.plan import Kind, Plan
from storesync.prepare import Settings
from storesync.prepare.inputs import rules_digest
from storesync.pricing.limit import first_limit

__all__ = ["PRICED", "based", "over", "refuse_changed", "refuse_ended"]

PRICED: Final = frozenset({Kind.CREATE, Kind.UPDATE, Kind.PRICES, Kind.SHOW})
"""An update may carry prices as well, and what is shown again sells at the one it has."""

_CHANGED: Final[Mapping[str, str]] = {
    "policies": "the price policies were changed",
    "rates": "the rates to price with are others, or one is doubted",
    "pinned": "the rates were pinned or unpinned",
}


def based(plan: Plan, settings: Settings, rates: ChannelRates) -> Plan:
    """The plan with what its prices rest on and the last day on which they may be sent, when it carries any."""
    priced = [operation for operation in plan.operations if operation.kind in PRICED]
    if not priced:
        return plan
    made = evolve(plan, basis=_basis(settings, rates))
    limit = first_limit(
        settings.policies,
        settings.rates,
        today=settings.today,
        channel=plan.channel,
        keys={operation.key for operation in priced},
        skus={sku for operation in priced for sku in operation.skus},
    )
    return made if limit is None else evolve(made, good_until=limit.until.isoformat(), until=limit.why)


def _basis(settings: Settings, rates: ChannelRates) -> Mapping[str, str]:
    # A doubted rate is none of the snapshot's; whether it is pinned decides whether its age counts.
    return {
        "policies": rules_digest(settings),
        "rates": rates.snapshot.id if rates.snapshot is not None else "",
        "pinned": rates.pinned.at.isoformat() if rates.pinned is not None else "",
    }


def refuse_changed(plan: Plan, settings: Settings, rates: ChannelRates) -> None:
    """StalePlan when the plan's prices came from other policies or rates than these: a fresh plan has others."""
    now = _basis(settings, rates)
    said = [words for name, words in _CHANGED.items() if plan.basis and plan.basis[name] != now[name]]
    if said:
        raise StalePlan(
            f"{plan.channel}: since this plan was made {' and '.join(said)}: nothing was sent; plan again"
        )


def over(plan: Plan, today: date) -> str:
    """Why the plan's prices may be sent no more, empty while they may."""
    if not plan.good_until or today.isoformat() <= plan.good_until:
        return ""
    return f"the prices of this plan may be sent until {plan.good_until} ({plan.until}), today is {today}"


def refuse_ended(plan: Plan, today: date) -> None:
    """StalePlan when what the plan's prices rest on ended before `today`: a fresh plan would hold or change them."""
    if said := over(plan, today):
        raise StalePlan(f"{plan.channel}: {said}: nothing was sent; plan again")
