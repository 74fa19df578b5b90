"""List one catalog on many foreign marketplaces: planned, priced and applied exactly once.

Importing this package is cheap: a public name brings in its room when it is first used.
"""

import importlib
import typing

if typing.TYPE_CHECKING:
    # One line for each entry of _NAMES, written `from storesync.room import Name as Name`.
    pass

__version__ = "0.1.0"

# Public name -> the module that defines it; a room that is public itself maps to its own module.
_NAMES: typing.Final[typing.Mapping[str, str]] = {}

__all__ = [
    "__version__",
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
