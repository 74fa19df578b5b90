"""How listings stand: the values, and every way to read and change them."""

from storesync.state.standing.changing import (
    acknowledge_content,
    acknowledge_offers,
    bump,
    change,
    doubt_offers,
    meet_offer,
)
from storesync.state.standing.columns import issues_from, prices_from, wanted_prices
from storesync.state.standing.reading import (
    document,
    ended,
    hold,
    key_of,
    keys,
    keys_of,
    names_like,
    read,
    read_all,
    refs,
    revision,
)
from storesync.state.standing.tracing import live_traces
from storesync.state.standing.value import (
    ENDED,
    HIDDEN,
    OFFERS_GO,
    SHOWN,
    UNKNOWN,
    OfferStanding,
    Standing,
    Want,
)
from storesync.state.standing.wanting import keep_prices, leave_offer, leave_texts, want

__all__ = [
    "ENDED",
    "HIDDEN",
    "OFFERS_GO",
    "SHOWN",
    "UNKNOWN",
    "OfferStanding",
    "Standing",
    "Want",
    "acknowledge_content",
    "acknowledge_offers",
    "bump",
    "change",
    "document",
    "doubt_offers",
    "ended",
    "hold",
    "issues_from",
    "keep_prices",
    "key_of",
    "keys",
    "keys_of",
    "leave_offer",
    "leave_texts",
    "live_traces",
    "meet_offer",
    "names_like",
    "prices_from",
    "read",
    "read_all",
    "refs",
    "revision",
    "want",
    "wanted_prices",
]
