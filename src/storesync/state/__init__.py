"""What storesync remembers: listings, offers, media, journal, leases and tokens, on SQLite or PostgreSQL."""

from storesync.state.cipher import Cipher
from storesync.state.converter import CONVERTER, pack, packed_fault, unpack
from storesync.state.migration import migrate
from storesync.state.standing import (
    ENDED,
    HIDDEN,
    OFFERS_GO,
    SHOWN,
    UNKNOWN,
    OfferStanding,
    Standing,
    Want,
)
from storesync.state.store import Fence, Store

__all__ = [
    "CONVERTER",
    "ENDED",
    "HIDDEN",
    "OFFERS_GO",
    "SHOWN",
    "UNKNOWN",
    "Cipher",
    "Fence",
    "OfferStanding",
    "Standing",
    "Store",
    "Want",
    "migrate",
    "pack",
    "packed_fault",
    "unpack",
]
