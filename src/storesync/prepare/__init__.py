"""One product and one channel in, one listing with its offers and all findings out. Pure."""

from storesync.prepare.pipeline import Prepared, prepare
from storesync.prepare.settings import Settings

__all__ = ["Prepared", "Settings", "prepare"]
