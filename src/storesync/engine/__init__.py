"""What keeps shops as they should be: plan, apply, recover, observe, at the market's pace."""

from storesync.engine.apply import apply, at_work, recover
from storesync.engine.channel import OpenChannel
from storesync.engine.env import Env
from storesync.engine.flows import Patience
from storesync.engine.observe import Drift, observe
from storesync.engine.pace import Pacer
from storesync.engine.planning import plan
from storesync.engine.reading import Preparer
from storesync.engine.report import Outcome, OutcomeState, Report

__all__ = [
    "Drift",
    "Env",
    "OpenChannel",
    "Outcome",
    "OutcomeState",
    "Pacer",
    "Patience",
    "Preparer",
    "Report",
    "apply",
    "at_work",
    "observe",
    "plan",
    "recover",
]
