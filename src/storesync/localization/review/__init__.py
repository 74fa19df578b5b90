"""The way through people's hands: export, review in whatever tool, import; PO, CSV and XLSX."""

from storesync.localization.review.po import read_po, write_po
from storesync.localization.review.row import COLUMNS, Reviewed, ReviewRow, rows_of
from storesync.localization.review.sheet import read_csv, read_xlsx, write_csv, write_xlsx
from storesync.localization.review.taking import Taken, take, unimported

__all__ = [
    "COLUMNS",
    "ReviewRow",
    "Reviewed",
    "Taken",
    "read_csv",
    "read_po",
    "read_xlsx",
    "rows_of",
    "take",
    "unimported",
    "write_csv",
    "write_po",
    "write_xlsx",
]
