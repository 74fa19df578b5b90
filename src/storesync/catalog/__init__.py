"""Where products come from: tables, documents and pictures, checked with an address for every finding."""

from storesync.catalog.document import Document, read_json
from storesync.catalog.fingerprint import product_digest
from storesync.catalog.folder import Folder, read_csv
from storesync.catalog.kinds import KINDS, open_source
from storesync.catalog.reference import read_reference
from storesync.catalog.sheet import Sheet
from storesync.catalog.source import Read, Source

__all__ = [
    "KINDS",
    "Document",
    "Folder",
    "Read",
    "Sheet",
    "Source",
    "open_source",
    "product_digest",
    "read_csv",
    "read_json",
    "read_reference",
]
