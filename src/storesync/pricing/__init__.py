"""Won to market prices: policies, rates, taxes, fees, endings, guards; exact, dated and explained."""

from storesync.pricing.book import PolicyBook, Refinement, Scope
from storesync.pricing.codec import Codec
from storesync.pricing.confirmed import Confirmed
from storesync.pricing.ending import Ending
from storesync.pricing.fee import Fee
from storesync.pricing.pipeline import Priced, price
from storesync.pricing.policy import AddOn, Guards, Policy, RateRules, Tax, WeightStep
from storesync.pricing.policyfile import policies_from
from storesync.pricing.rate import Rate, Snapshot
from storesync.pricing.ratefile import snapshot_from
from storesync.pricing.trace import Step, Trace

__all__ = [
    "AddOn",
    "Codec",
    "Confirmed",
    "Ending",
    "Fee",
    "Guards",
    "Policy",
    "PolicyBook",
    "Priced",
    "Rate",
    "RateRules",
    "Refinement",
    "Scope",
    "Snapshot",
    "Step",
    "Tax",
    "Trace",
    "WeightStep",
    "policies_from",
    "price",
    "snapshot_from",
]
