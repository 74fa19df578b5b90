"""The first schema.

Revision 0001, the start.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _code_points(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


KEY = _code_points(190)
NAME = _code_points(120)
TIME = _code_points(40)
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

LISTING_PENDING = sa.text(
    "(ticket IS NOT NULL OR doubt IS NOT NULL OR (want_shown AND (held OR parked <> ''"
    " OR refused <> '' OR NOT made OR want <> have OR want_skus <> have_skus"
    " OR have_shown IN ('-', '?')))"
    " OR (NOT want_shown AND ref IS NOT NULL AND have_shown NOT IN ('-', 'x')))"
)
OFFER_PENDING = sa.text("(want_prices <> have_prices OR want_stock <> have_stock)")


def upgrade() -> None:
    op.create_table(
        "categories",
        sa.Column("channel", NAME, nullable=False),
        sa.Column("id", NAME, nullable=False),
        sa.Column("chosen", sa.String(length=32), server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("channel", "id", "chosen"),
    )
    op.create_table(
        "channels",
        sa.Column("channel", NAME, nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("shop", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("channel"),
    )
    op.create_table(
        "documents",
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("type", NAME, nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "journal",
        sa.Column("seq", SERIAL, autoincrement=True, nullable=False),
        sa.Column("operation", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("effect", sa.String(length=4), nullable=False),
        sa.Column("state", NAME, nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("answered", TIME, nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("ix_journal_operation", "journal", ["operation", "step"])
    op.create_table(
        "leases",
        sa.Column("name", NAME, nullable=False),
        sa.Column("owner", NAME, nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "listings",
        sa.Column("channel", NAME, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("input", sa.String(length=32), server_default="", nullable=False),
        sa.Column("causes", sa.Text(), server_default="{}", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("want", sa.String(length=32), server_default="", nullable=False),
        sa.Column("want_shown", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("want_skus", sa.String(length=32), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("issues", sa.Text(), server_default="[]", nullable=False),
        sa.Column("held", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("have", sa.String(length=32), server_default="", nullable=False),
        sa.Column("have_shown", sa.String(length=1), server_default="", nullable=False),
        sa.Column("have_skus", sa.String(length=32), server_default="", nullable=False),
        sa.Column("have_causes", sa.Text(), server_default="{}", nullable=False),
        sa.Column("ref", sa.Text(), nullable=True),
        sa.Column("made", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("status", NAME, server_default="unknown", nullable=False),
        sa.Column("remarks", sa.Text(), server_default="[]", nullable=False),
        sa.Column("ticket", sa.Text(), nullable=True),
        sa.Column("asked", sa.String(length=32), server_default="", nullable=False),
        sa.Column("asked_at", TIME, nullable=True),
        sa.Column("token", sa.String(length=32), server_default="", nullable=False),
        sa.Column("doubt", TIME, nullable=True),
        sa.Column("unsettled", TIME, nullable=True),
        sa.Column("parked", sa.Text(), server_default="", nullable=False),
        sa.Column("refused", sa.String(length=32), server_default="", nullable=False),
        sa.Column("changed_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("channel", "key"),
    )
    op.create_index(
        "ix_listings_pending",
        "listings",
        ["channel", "key"],
        sqlite_where=LISTING_PENDING,
        postgresql_where=LISTING_PENDING,
    )
    op.create_index("ix_listings_shown", "listings", ["channel", "want_shown", "have_shown"])
    op.create_table(
        "media",
        sa.Column("channel", NAME, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("role", NAME, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("channel", "sha256", "role"),
    )
    op.create_table(
        "offers",
        sa.Column("channel", NAME, nullable=False),
        sa.Column("sku", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("want_prices", sa.Text(), server_default="", nullable=False),
        sa.Column("want_stock", sa.Text(), server_default="", nullable=False),
        sa.Column("have_prices", sa.Text(), server_default="", nullable=False),
        sa.Column("have_stock", sa.Text(), server_default="", nullable=False),
        sa.Column("refused", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("channel", "sku"),
    )
    op.create_index("ix_offers_key", "offers", ["channel", "key"])
    op.create_index(
        "ix_offers_pending",
        "offers",
        ["channel", "key"],
        sqlite_where=OFFER_PENDING,
        postgresql_where=OFFER_PENDING,
    )
    op.create_table(
        "operations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("channel", NAME, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("skus", sa.Text(), server_default="[]", nullable=False),
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("state", NAME, nullable=False),
        sa.Column("fault", sa.Text(), server_default="", nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("began", TIME, nullable=False),
        sa.Column("ended", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_operations_key", "operations", ["channel", "key", "began"])
    op.create_index("ix_operations_running", "operations", ["channel", "state"])
    op.create_table(
        "runs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("channel", NAME, nullable=False),
        sa.Column("began", TIME, nullable=False),
        sa.Column("ended", TIME, nullable=True),
        sa.Column("reasons", sa.Text(), server_default="{}", nullable=False),
        sa.Column("summary", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "snapshots",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "tokens",
        sa.Column("account", NAME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("base", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("expires", TIME, nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )
    op.create_table(
        "traces",
        sa.Column("channel", NAME, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "key"),
    )
