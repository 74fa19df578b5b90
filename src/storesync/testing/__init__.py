"""What authors of drivers and services import in their own tests. Each name is loaded when it is first used.

For a driver: `from storesync.testing import conformance, Sample` and one line, `test_it =
conformance.suite(…)`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storesync.testing.drive import drive
    from storesync.testing.emulated import Emulated
    from storesync.testing.laws import LAWS, Law
    from storesync.testing.live import Live
    from storesync.testing.picture import IMAGE
    from storesync.testing.samples import ANY, Sample
    from storesync.testing.spoil import spoiled
    from storesync.testing.subject import Level, Subject, Violation
    from storesync.testing.wanted import Item

# The pytest plugin lies in this package and is loaded in every test run of whoever has storesync installed.
_NAMES = {
    "ANY": "samples",
    "IMAGE": "picture",
    "LAWS": "laws",
    "Emulated": "emulated",
    "Item": "wanted",
    "Law": "laws",
    "Level": "subject",
    "Live": "live",
    "Sample": "samples",
    "Subject": "subject",
    "Violation": "subject",
    "drive": "drive",
    "spoiled": "spoil",
}

__all__ = [
    "ANY",
    "IMAGE",
    "LAWS",
    "Emulated",
    "Item",
    "Law",
    "Level",
    "Live",
    "Sample",
    "Subject",
    "Violation",
    "drive",
    "spoiled",
]


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
