"""Listings with findings and the offers of one listing, found without reading the others.

Revision 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

REMARKED = sa.text("issues <> '[]'")


def upgrade() -> None:
    op.drop_index("ix_offers_key", table_name="offers")
    op.create_index("ix_offers_key", "offers", ["channel", "key", "sku"])
    op.create_index(
        "ix_listings_remarked",
        "listings",
        ["channel", "key"],
        sqlite_where=REMARKED,
        postgresql_where=REMARKED,
    )
