"""Emulated markets: what a platform would answer, in memory, with faults on demand.

A `Market` is the truth of one platform, a `Dialect` its wire language; `deliver` brings one call to them and
`SandboxTransport` does so for httpx. The loopback server is in `storesync.sandbox.server` (extra `sandbox`).
"""

from storesync.sandbox.access import App, Shop
from storesync.sandbox.behavior import Behavior
from storesync.sandbox.core import Market
from storesync.sandbox.delivery import Delivery, deliver
from storesync.sandbox.dialect import Answer, Call, Dialect, Operation, Refusal
from storesync.sandbox.faults import FAULTS, Fault, FaultSchedule, Step
from storesync.sandbox.quota import Quota
from storesync.sandbox.records import CallRecord, Listing, Sku
from storesync.sandbox.shopee import market_shopee
from storesync.sandbox.tmall import market_tmall
from storesync.sandbox.transport import SandboxTransport

__all__ = [
    "FAULTS",
    "Answer",
    "App",
    "Behavior",
    "Call",
    "CallRecord",
    "Delivery",
    "Dialect",
    "Fault",
    "FaultSchedule",
    "Listing",
    "Market",
    "Operation",
    "Quota",
    "Refusal",
    "SandboxTransport",
    "Shop",
    "Sku",
    "Step",
    "deliver",
    "market_shopee",
    "market_tmall",
]
