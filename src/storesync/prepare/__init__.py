"""One product and one channel in, one listing with its offers and all findings out. Pure."""

from storesync.prepare.inputs import Inputs, input_digest
from storesync.prepare.offers import price_of
from storesync.prepare.pipeline import Prepared, prepare
from storesync.prepare.settings import Settings
from storesync.prepare.texts import check_texts

__all__ = ["Inputs", "Prepared", "Settings", "check_texts", "input_digest", "prepare", "price_of"]
