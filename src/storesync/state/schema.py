"""The tables. JSON columns are text: every digit of an amount survives, on both databases."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

__all__ = [
    "JSON",
    "LISTING_PENDING",
    "LISTING_REMARKED",
    "METADATA",
    "OFFER_PENDING",
    "categories",
    "channels",
    "documents",
    "files",
    "journal",
    "leases",
    "listings",
    "media",
    "offers",
    "operations",
    "rates",
    "runs",
    "sharers",
    "sightings",
    "snapshots",
    "spent",
    "texts",
    "tokens",
    "traces",
    "usage",
]

METADATA = MetaData()


def _code_points(length: int) -> String:
    # Sorted by code point on both databases, whatever language the server sorts by.
    text_type = String(length)
    return text_type.with_variant(String(length, collation="C"), "postgresql")


_Key = _code_points(190)
_Name = _code_points(120)
_Time = _code_points(40)  # ISO 8601 in UTC: sorts as text, reads by eye, the same on both databases
_Serial = BigInteger().with_variant(Integer, "sqlite")

# Columns with this mark hold JSON or nothing.
JSON = {"json": True}

# Which rows the planner must look at. Each condition stands word for word in a partial index and in the
# query, for then both databases see that the index answers the query.
LISTING_PENDING = text(
    "(ticket IS NOT NULL OR doubt IS NOT NULL"
    " OR (want_shown AND (held OR parked <> '' OR refused <> '' OR NOT made OR want <> have"
    " OR want_skus <> have_skus OR have_shown IN ('-', '?')))"
    " OR (NOT want_shown AND ref IS NOT NULL AND have_shown NOT IN ('-', 'x')))"
)
LISTING_REMARKED = text("issues <> '[]'")
OFFER_PENDING = text("(want_prices <> have_prices OR want_stock <> have_stock)")

channels = Table(
    "channels",
    METADATA,
    Column("channel", _Name, primary_key=True),
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("shop", Text, info=JSON, nullable=False, server_default="{}"),
    # Whose account and shop this was at first contact, and how the first contact went.
    Column("identity", Text, info=JSON, nullable=False, server_default="{}"),
    Column("contact", Text, info=JSON, nullable=False, server_default="{}"),
    # When and how the market refused the account itself, until it takes a request of a later run.
    Column("denied", Text, info=JSON, nullable=False, server_default="{}"),
)

leases = Table(
    "leases",
    METADATA,
    Column("name", _Name, primary_key=True),
    Column("owner", _Name, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("since", _Time, nullable=False),
    Column("until", _Time, nullable=False),
)

documents = Table(
    "documents",
    METADATA,
    Column("digest", String(32), primary_key=True),
    Column("body", Text, info=JSON, nullable=False),
)

listings = Table(
    "listings",
    METADATA,
    Column("channel", _Name, nullable=False),
    Column("key", _Key, nullable=False),
    # What we want: the input it was made from, the content, and whether it should be on sale.
    Column("input", String(32), nullable=False, server_default=""),
    Column("causes", Text, info=JSON, nullable=False, server_default="{}"),
    Column("title", Text, nullable=False, server_default=""),
    Column("want", String(32), nullable=False, server_default=""),
    Column("want_shown", Boolean, nullable=False, server_default=text("false")),
    Column("want_skus", String(32), nullable=False, server_default=""),  # names the set of SKUs
    Column("reason", Text, nullable=False, server_default=""),
    Column("issues", Text, info=JSON, nullable=False, server_default="[]"),
    Column("held", Boolean, nullable=False, server_default=text("false")),
    # What the market acknowledged: "" is nothing yet, "?" is unknown.
    Column("have", String(32), nullable=False, server_default=""),
    Column("have_shown", String(1), nullable=False, server_default=""),
    Column("have_skus", String(32), nullable=False, server_default=""),
    Column("have_causes", Text, info=JSON, nullable=False, server_default="{}"),
    Column("ref", Text, info=JSON),
    Column("made", Boolean, nullable=False, server_default=text("false")),
    Column("status", _Name, nullable=False, server_default="unknown"),
    Column("remarks", Text, info=JSON, nullable=False, server_default="[]"),
    # A promise of the market, and what was promised.
    Column("ticket", Text, info=JSON),
    Column("asked", String(32), nullable=False, server_default=""),
    Column("asked_at", _Time),
    # A create that may have taken effect: since when, and under which token.
    Column("token", String(32), nullable=False, server_default=""),
    Column("doubt", _Time),
    # Until then a lost request may still take effect, and overwrite what is sent meanwhile.
    Column("unsettled", _Time),
    Column("parked", Text, nullable=False, server_default=""),
    # The market refused this very document: not sent again until it changes.
    Column("refused", String(32), nullable=False, server_default=""),
    Column("changed_at", _Time),
    # The merchant's own category: prices are compared within it.
    Column("category", _Key, nullable=False, server_default=""),
    # A person ended it, when and how: not made again until that is taken back.
    Column("ending", Text, nullable=False, server_default=""),
    # By field, what we sent and what the market made of it: its own words for ours are no drift.
    Column("seen", Text, info=JSON, nullable=False, server_default="{}"),
    # When the token became durable: a market remembers it for a while from its first use.
    Column("token_at", _Time),
    # SKUs that requests of ours named since all ids were last known: what they made is ours, whoever hears of it.
    Column("named", Text, info=JSON, nullable=False, server_default="[]"),
    PrimaryKeyConstraint("channel", "key"),
)
Index(
    "ix_listings_pending",
    listings.c.channel,
    listings.c.key,
    sqlite_where=LISTING_PENDING,
    postgresql_where=LISTING_PENDING,
)
Index("ix_listings_shown", listings.c.channel, listings.c.want_shown, listings.c.have_shown)
Index(
    "ix_listings_remarked",
    listings.c.channel,
    listings.c.key,
    sqlite_where=LISTING_REMARKED,
    postgresql_where=LISTING_REMARKED,
)

Index("ix_listings_category", listings.c.channel, listings.c.category, listings.c.key)

offers = Table(
    "offers",
    METADATA,
    Column("channel", _Name, nullable=False),
    Column("sku", _Key, nullable=False),
    Column("key", _Key, nullable=False),
    # Prices and stock are wanted together and acknowledged apart: "" is nothing yet or unknown.
    Column("want_prices", Text, info=JSON, nullable=False, server_default=""),
    Column("want_stock", Text, nullable=False, server_default=""),
    Column("have_prices", Text, info=JSON, nullable=False, server_default=""),
    Column("have_stock", Text, nullable=False, server_default=""),
    Column("refused", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("channel", "sku"),
)
# With the SKU: a query in SKU order would else walk the primary key, and with it the whole channel.
Index("ix_offers_key", offers.c.channel, offers.c.key, offers.c.sku)
Index(
    "ix_offers_pending",
    offers.c.channel,
    offers.c.key,
    sqlite_where=OFFER_PENDING,
    postgresql_where=OFFER_PENDING,
)

traces = Table(
    "traces",
    METADATA,
    Column("channel", _Name, nullable=False),
    Column("key", _Key, nullable=False),
    Column("body", Text, info=JSON, nullable=False),
    PrimaryKeyConstraint("channel", "key"),
)

files = Table(
    "files",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("path", Text, nullable=False),
    Column("type", _Name, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
)

media = Table(
    "media",
    METADATA,
    Column("channel", _Name, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("role", _Name, nullable=False),
    Column("value", Text, nullable=False),
    Column("at", _Time, nullable=False),
    PrimaryKeyConstraint("channel", "sha256", "role"),
)

categories = Table(
    "categories",
    METADATA,
    Column("channel", _Name, nullable=False),
    Column("id", _Name, nullable=False),
    Column("chosen", String(32), nullable=False, server_default=""),
    Column("body", Text, info=JSON, nullable=False),
    Column("at", _Time, nullable=False),
    PrimaryKeyConstraint("channel", "id", "chosen"),
)

operations = Table(
    "operations",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("channel", _Name, nullable=False),
    Column("key", _Key, nullable=False),
    Column("kind", _Name, nullable=False),
    Column("skus", Text, info=JSON, nullable=False, server_default="[]"),
    Column("input", Text, info=JSON, nullable=False),
    Column("state", _Name, nullable=False),  # running, done, failed, doubtful, resolved
    Column("fault", Text, info=JSON, nullable=False, server_default=""),
    Column("fence", Integer, nullable=False),
    Column("run", String(32), nullable=False),
    Column("began", _Time, nullable=False),
    Column("ended", _Time),
)
Index("ix_operations_running", operations.c.channel, operations.c.state)
Index("ix_operations_key", operations.c.channel, operations.c.key, operations.c.began)

journal = Table(
    "journal",
    METADATA,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("operation", String(32), nullable=False),
    Column("step", Integer, nullable=False),
    Column("effect", String(4), nullable=False),
    Column("state", _Name, nullable=False),  # intended, done, refused, doubtful, resolved
    Column("request", Text, info=JSON, nullable=False),
    Column("digest", String(32), nullable=False),
    Column("answer", Text, info=JSON, nullable=False, server_default=""),
    Column("at", _Time, nullable=False),
    Column("answered", _Time),
)
Index("ix_journal_operation", journal.c.operation, journal.c.step)

tokens = Table(
    "tokens",
    METADATA,
    Column("account", _Name, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("base", String(32), nullable=False),  # digest of the configured credentials it descends from
    Column("body", Text, info=JSON, nullable=False),
    Column("expires", _Time),
    Column("at", _Time, nullable=False),
    # A renewal is on its way since then: if nothing newer comes, its answer was lost.
    Column("renewing", _Time),
    # Why the market does not renew it any more: a person must log in again.
    Column("refused", Text, nullable=False, server_default=""),
)

# What was used of a day's quota, and when it renews.
usage = Table(
    "usage",
    METADATA,
    Column("name", _Key, primary_key=True),
    Column("used", BigInteger, nullable=False),
    Column("until", _Time, nullable=False),
)

# Processes that draw on the quotas of one app or account now: each takes an equal share.
sharers = Table(
    "sharers",
    METADATA,
    Column("scope", _Key, nullable=False),
    Column("owner", _Name, nullable=False),
    Column("until", _Time, nullable=False),
    PrimaryKeyConstraint("scope", "owner"),
)

runs = Table(
    "runs",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("channel", _Name, nullable=False),
    Column("began", _Time, nullable=False),
    Column("ended", _Time),
    Column("reasons", Text, info=JSON, nullable=False, server_default="{}"),
    Column("summary", Text, info=JSON, nullable=False, server_default="{}"),
)

snapshots = Table(
    "snapshots",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("body", Text, info=JSON, nullable=False),
    Column("at", _Time, nullable=False),
)

# What happened to rates, one row each, never changed: which snapshot was collected, which one a channel is priced
# with since then, which one a person pinned and why.
rates = Table(
    "rates",
    METADATA,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("channel", _Name, nullable=False, server_default=""),  # empty: for all channels
    Column("event", _Name, nullable=False),  # collected, priced, pinned, unpinned
    Column("snapshot", String(64), nullable=False),
    Column("details", Text, info=JSON, nullable=False, server_default="{}"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("at", _Time, nullable=False),
)
Index("ix_rates_event", rates.c.channel, rates.c.event, rates.c.seq)

# Translations, by source text and not by product: the same words are paid for once. What a person wrote belongs
# to its place: another one with the same source may say it otherwise.
texts = Table(
    "texts",
    METADATA,
    Column("source", String(32), nullable=False),  # digest of the source text
    Column("source_locale", _Name, nullable=False),
    Column("target_locale", _Name, nullable=False),
    Column("field", _Name, nullable=False),
    Column("glossary", String(32), nullable=False, server_default=""),
    Column("own_place", _Key, nullable=False, server_default=""),  # empty: serves every place
    Column("source_text", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("state", _Name, nullable=False),  # initial, translated, reviewed, final
    Column("by", _Name, nullable=False, server_default=""),
    Column("place", _Key, nullable=False, server_default=""),  # where it was last used
    Column("locked", Boolean, nullable=False, server_default=text("false")),
    Column("note", Text, nullable=False, server_default=""),
    Column("at", _Time, nullable=False),
    # hash of the delivered text that a person saw beside it
    Column("instead", String(32), nullable=False, server_default=""),
    PrimaryKeyConstraint("source", "source_locale", "target_locale", "field", "glossary", "own_place"),
)
Index("ix_texts_place", texts.c.target_locale, texts.c.place)

# Translations that came with the catalog, and the source text beside which each was first seen.
sightings = Table(
    "sightings",
    METADATA,
    Column("product", _Key, nullable=False),
    Column("locale", _Name, nullable=False),
    Column("fingerprint", String(32), nullable=False),  # of all texts and sources as they are
    # by part: digest of the text → its source text
    Column("seen", Text, info=JSON, nullable=False, server_default="{}"),
    # by part that has another source now: the one of its text
    Column("stale", Text, info=JSON, nullable=False, server_default="{}"),
    PrimaryKeyConstraint("product", "locale"),
)

# Characters of source text that an engine was given in a day (UTC), whatever became of them.
spent = Table(
    "spent",
    METADATA,
    Column("engine", _Name, nullable=False),
    Column("day", _Name, nullable=False),
    Column("characters", BigInteger, nullable=False),
    PrimaryKeyConstraint("engine", "day"),
)
