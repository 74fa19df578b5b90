"""The log of rates, and the merchant's category of each listing.

Revision 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _code_points(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


KEY = _code_points(190)
NAME = _code_points(120)
TIME = _code_points(40)
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "rates",
        sa.Column("seq", SERIAL, autoincrement=True, nullable=False),
        sa.Column("channel", NAME, server_default="", nullable=False),
        sa.Column("event", NAME, nullable=False),
        sa.Column("snapshot", sa.String(length=64), nullable=False),
        sa.Column("details", sa.Text(), server_default="{}", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("ix_rates_event", "rates", ["channel", "event", "seq"])
    op.add_column("listings", sa.Column("category", KEY, server_default="", nullable=False))
    op.create_index("ix_listings_category", "listings", ["channel", "category", "key"])
