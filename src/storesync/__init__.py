"""List one catalog on many foreign marketplaces: planned, priced and applied exactly once.

Importing this package is cheap: a public name brings in its room when it is first used.
"""

import importlib
import typing

if typing.TYPE_CHECKING:
    # One line for each entry of _NAMES, written `from storesync.room import Name as Name`.
    from storesync import sync as sync
    from storesync.config import Config as Config
    from storesync.engine import Drift as Drift
    from storesync.engine import Outcome as Outcome
    from storesync.engine import OutcomeState as OutcomeState
    from storesync.engine import Report as Report
    from storesync.engine.adopt import Adopted as Adopted
    from storesync.engine.check import Checked as Checked
    from storesync.engine.ratestatus import RateStatus as RateStatus
    from storesync.engine.shops import Shops as Shops
    from storesync.engine.status import ChannelStatus as ChannelStatus
    from storesync.engine.status import Explained as Explained
    from storesync.engine.survey import Adoption as Adoption
    from storesync.errors import Ambiguous as Ambiguous
    from storesync.errors import AuthExpired as AuthExpired
    from storesync.errors import ConfigError as ConfigError
    from storesync.errors import Denied as Denied
    from storesync.errors import DriverError as DriverError
    from storesync.errors import Duplicate as Duplicate
    from storesync.errors import Fault as Fault
    from storesync.errors import Locked as Locked
    from storesync.errors import Malformed as Malformed
    from storesync.errors import NoChange as NoChange
    from storesync.errors import NotFound as NotFound
    from storesync.errors import PlanError as PlanError
    from storesync.errors import Postponed as Postponed
    from storesync.errors import Rejected as Rejected
    from storesync.errors import SchemaTooNew as SchemaTooNew
    from storesync.errors import StalePlan as StalePlan
    from storesync.errors import StateError as StateError
    from storesync.errors import StateUnavailable as StateUnavailable
    from storesync.errors import StoresyncError as StoresyncError
    from storesync.errors import Throttled as Throttled
    from storesync.errors import Transient as Transient
    from storesync.errors import UnknownMedia as UnknownMedia
    from storesync.errors import UnsafePlan as UnsafePlan
    from storesync.issues import Issue as Issue
    from storesync.issues import Issues as Issues
    from storesync.issues import Severity as Severity
    from storesync.model import Channel as Channel
    from storesync.model import Market as Market
    from storesync.model import Money as Money
    from storesync.model import Offer as Offer
    from storesync.model import Price as Price
    from storesync.model import Product as Product
    from storesync.model import Ref as Ref
    from storesync.model import Status as Status
    from storesync.plan import Detail as Detail
    from storesync.plan import Guard as Guard
    from storesync.plan import GuardLimits as GuardLimits
    from storesync.plan import Held as Held
    from storesync.plan import Kind as Kind
    from storesync.plan import Operation as Operation
    from storesync.plan import Plan as Plan

__version__ = "0.1.0"

# Public name -> the module that defines it; a room that is public itself maps to its own module.
_NAMES: typing.Final[typing.Mapping[str, str]] = {
    "Adopted": "storesync.engine.adopt",
    "Adoption": "storesync.engine.survey",
    "Ambiguous": "storesync.errors",
    "AuthExpired": "storesync.errors",
    "Channel": "storesync.model",
    "ChannelStatus": "storesync.engine.status",
    "Checked": "storesync.engine.check",
    "Config": "storesync.config",
    "ConfigError": "storesync.errors",
    "Denied": "storesync.errors",
    "Detail": "storesync.plan",
    "Drift": "storesync.engine",
    "DriverError": "storesync.errors",
    "Duplicate": "storesync.errors",
    "Explained": "storesync.engine.status",
    "Fault": "storesync.errors",
    "Guard": "storesync.plan",
    "GuardLimits": "storesync.plan",
    "Held": "storesync.plan",
    "Issue": "storesync.issues",
    "Issues": "storesync.issues",
    "Kind": "storesync.plan",
    "Locked": "storesync.errors",
    "Malformed": "storesync.errors",
    "Market": "storesync.model",
    "Money": "storesync.model",
    "NoChange": "storesync.errors",
    "NotFound": "storesync.errors",
    "Offer": "storesync.model",
    "Operation": "storesync.plan",
    "Outcome": "storesync.engine",
    "OutcomeState": "storesync.engine",
    "Plan": "storesync.plan",
    "PlanError": "storesync.errors",
    "Postponed": "storesync.errors",
    "Price": "storesync.model",
    "Product": "storesync.model",
    "RateStatus": "storesync.engine.ratestatus",
    "Ref": "storesync.model",
    "Rejected": "storesync.errors",
    "Report": "storesync.engine",
    "SchemaTooNew": "storesync.errors",
    "Severity": "storesync.issues",
    "Shops": "storesync.engine.shops",
    "StalePlan": "storesync.errors",
    "StateError": "storesync.errors",
    "StateUnavailable": "storesync.errors",
    "Status": "storesync.model",
    "StoresyncError": "storesync.errors",
    "Throttled": "storesync.errors",
    "Transient": "storesync.errors",
    "UnknownMedia": "storesync.errors",
    "UnsafePlan": "storesync.errors",
    "sync": "storesync.sync",
}

__all__ = [
    "Adopted",
    "Adoption",
    "Ambiguous",
    "AuthExpired",
    "Channel",
    "ChannelStatus",
    "Checked",
    "Config",
    "ConfigError",
    "Denied",
    "Detail",
    "Drift",
    "DriverError",
    "Duplicate",
    "Explained",
    "Fault",
    "Guard",
    "GuardLimits",
    "Held",
    "Issue",
    "Issues",
    "Kind",
    "Locked",
    "Malformed",
    "Market",
    "Money",
    "NoChange",
    "NotFound",
    "Offer",
    "Operation",
    "Outcome",
    "OutcomeState",
    "Plan",
    "PlanError",
    "Postponed",
    "Price",
    "Product",
    "RateStatus",
    "Ref",
    "Rejected",
    "Report",
    "SchemaTooNew",
    "Severity",
    "Shops",
    "StalePlan",
    "StateError",
    "StateUnavailable",
    "Status",
    "StoresyncError",
    "Throttled",
    "Transient",
    "UnknownMedia",
    "UnsafePlan",
    "__version__",
    "sync",
]

# Hidden from type checkers, so that a misspelled name is an error there and not an `object`.
if not typing.TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Give a public name on first use (PEP 562)."""
        source = _NAMES.get(name)
        if source is None:
            raise AttributeError(f"module 'storesync' has no attribute {name!r}")
        module = importlib.import_module(source)
        value = module if source == f"{__name__}.{name}" else getattr(module, name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        """List what is there and what comes on first use."""
        return sorted({*globals(), *_NAMES})
