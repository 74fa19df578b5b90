"""What would change on one channel: ordered, storable, reviewable, refused when stale or unsafe."""

from storesync.plan.guard import GUARDS, Guard, GuardLimits, refuse_unknown_guards
from storesync.plan.held import Held
from storesync.plan.operation import ORDER, Detail, Kind, Operation, count_words
from storesync.plan.whole import Plan, refuse_no_plan

__all__ = [
    "GUARDS",
    "ORDER",
    "Detail",
    "Guard",
    "GuardLimits",
    "Held",
    "Kind",
    "Operation",
    "Plan",
    "count_words",
    "refuse_no_plan",
    "refuse_unknown_guards",
]
