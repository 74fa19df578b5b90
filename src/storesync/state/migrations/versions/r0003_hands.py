"""Hands in the shop: what a person ended, what the market shows in its own words, whose account it is.

Revision 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LISTING_PENDING = sa.text(
    "(ticket IS NOT NULL OR doubt IS NOT NULL OR (want_shown AND ending = '' AND (held OR parked <> ''"
    " OR refused <> '' OR NOT made OR want <> have OR want_skus <> have_skus"
    " OR have_shown IN ('-', '?')))"
    " OR (NOT want_shown AND ref IS NOT NULL AND have_shown NOT IN ('-', 'x'))"
    " OR (ending <> '' AND ref IS NOT NULL))"
)


def _text(name: str, default: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def upgrade() -> None:
    op.add_column("listings", _text("ending", ""))
    op.add_column("listings", _text("seen", "{}"))
    op.add_column("channels", _text("identity", "{}"))
    op.add_column("channels", _text("contact", "{}"))
    # What was ended stays so, and a shop whose listings we made was met long ago.
    op.execute("UPDATE listings SET ending = 'ended on demand' WHERE have_shown = 'x' AND ref IS NULL")
    op.execute(
        """UPDATE channels SET contact = '{"how": "known"}' WHERE EXISTS (SELECT 1 FROM listings"""
        " WHERE listings.channel = channels.channel AND listings.ref IS NOT NULL)"
    )
    op.drop_index("ix_listings_pending", "listings")
    op.create_index(
        "ix_listings_pending",
        "listings",
        ["channel", "key"],
        sqlite_where=LISTING_PENDING,
        postgresql_where=LISTING_PENDING,
    )
